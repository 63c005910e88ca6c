//! The text of the imports that a step writes, laid out as rustfmt would.

use std::collections::BTreeMap;

use cleave_syntax::keyword;

use crate::order::Style;

/// An import to write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// Attributes in front of it, each on a line of its own.
    pub(crate) attributes: Vec<String>,
    /// `pub`, `pub(crate)`, or nothing.
    pub(crate) visibility: String,
    /// The path without its last part, with a leading `::` where there was one.
    pub(crate) prefix: String,
    /// The last part: `X`, `X as Y`, `*`.
    pub(crate) leaf: String,
}

const WIDTH: usize = 100;

/// The lines for some imports, sorted, those of one module in one tree.
pub(crate) fn imports(imports: &[Import], indent: &str, style: Style) -> String {
    let mut groups: BTreeMap<(&[String], &str, &str), Vec<&str>> = BTreeMap::new();
    for import in imports {
        groups
            .entry((&import.attributes, &import.visibility, &import.prefix))
            .or_default()
            .push(&import.leaf);
    }
    let mut text = String::new();
    for ((attributes, visibility, prefix), mut leaves) in groups {
        leaves.sort_by(|a, b| style.trees(a, b));
        leaves.dedup();
        for attribute in attributes {
            text.push_str(&format!("{indent}{attribute}\n"));
        }
        let space = if visibility.is_empty() { "" } else { " " };
        let head = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}::")
        };
        let start = format!("{indent}{visibility}{space}use {head}");
        match leaves[..] {
            [leaf] => text.push_str(&format!("{start}{leaf};\n")),
            _ => text.push_str(&group(&start, &leaves, indent)),
        }
    }
    text
}

fn group(start: &str, leaves: &[&str], indent: &str) -> String {
    let line = format!("{start}{{{}}};", leaves.join(", "));
    if line.len() <= WIDTH {
        return line + "\n";
    }
    let mut text = format!("{start}{{\n");
    let mut line = format!("{indent}   ");
    for leaf in leaves {
        if line.len() + leaf.len() + 2 > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line = format!("{indent}   ");
        }
        line.push_str(&format!(" {leaf},"));
    }
    text.push_str(&line);
    text.push_str(&format!("\n{indent}}};\n"));
    text
}

/// An identifier as it is written: a keyword gets its `r#`.
pub(crate) fn identifier(name: &str) -> String {
    if keyword::STRICT.contains(&name) || keyword::RESERVED.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// A path of several names, each as it is written.
pub(crate) fn path<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(identifier)
        .collect::<Vec<_>>()
        .join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(prefix: &str, leaf: &str) -> Import {
        Import {
            attributes: Vec::new(),
            visibility: String::new(),
            prefix: prefix.to_owned(),
            leaf: leaf.to_owned(),
        }
    }

    #[test]
    fn imports_of_one_module_share_a_tree() {
        let list = [
            import("app::a", "X"),
            import("app", "b"),
            import("app::a", "f"),
        ];
        let expected = "use app::b;\nuse app::a::{f, X};\n";
        assert_eq!(imports(&list, "", Style::Old), expected);
    }

    #[test]
    fn keywords_are_raw() {
        assert_eq!(path(["a", "type"]), "a::r#type");
    }
}
