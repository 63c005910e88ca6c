//! What the compiler still found wrong, mended: only visibilities that were missed and imports that became unused.
//!
//! Each repair is something that a rule should have known, so each is counted and reported.

use camino::{Utf8Path, Utf8PathBuf};

/// A message of the compiler, as plain rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `E0603`, `unused_imports`, ….
    pub code: String,
    /// One line.
    pub message: String,
    /// Whether it is an error, as a lint is that the crate denies.
    pub is_error: bool,
    /// For how many targets it was said. What is unused for one may be used for another, its tests.
    pub times: usize,
    /// The marked places: file, bytes, whether primary.
    pub places: Vec<(Utf8PathBuf, (u32, u32), bool)>,
    /// Replacements that it is sure of: file, bytes, text.
    pub replacements: Vec<(Utf8PathBuf, (u32, u32), String)>,
}

/// An edit of one file of the scratch tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// The file.
    pub path: Utf8PathBuf,
    /// The bytes to replace.
    pub range: (u32, u32),
    /// By what.
    pub text: String,
    /// The rule that should have known.
    pub rule: &'static str,
    /// The message that asked for it.
    pub message: String,
}

/// The repairs that some messages ask for, in order of place, none overlapping another.
/// `read` gives the text of a file of the scratch tree. `is_named` tells whether other code of a file's crate that may be
/// compiled under other features than those that were checked has a word: what it imports is no import too many there.
pub fn repairs(
    messages: &[Message],
    read: &dyn Fn(&Utf8Path) -> Option<String>,
    is_named: &dyn Fn(&Utf8Path, &str) -> bool,
) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for message in messages {
        match message.code.as_str() {
            "E0603" | "E0616" | "E0624" | "E0451" | "E0364" | "E0365" => {
                repairs.extend(widen(message, read));
            }
            "unused_imports" if message.times > 1 || is_for_tests(message, read) => {
                repairs.extend(drop_unused(message, read, is_named));
            }
            "E0405" | "E0412" | "E0422" | "E0425" | "E0433" | "E0432" | "E0599" => {
                repairs.extend(import(message));
            }
            _ => {}
        }
    }
    repairs.sort();
    repairs.dedup();
    let mut kept: Vec<Repair> = Vec::new();
    for repair in repairs {
        let overlaps = kept.last().is_some_and(|last| {
            last.path == repair.path
                && (repair.range.0 < last.range.1 || repair.range == last.range)
        });
        if !overlaps {
            kept.push(repair);
        }
    }
    kept
}

/// Puts repairs of one file into its text.
pub fn apply(text: &str, repairs: &[&Repair]) -> String {
    let mut text = text.to_owned();
    for repair in repairs.iter().rev() {
        let range = repair.range.0 as usize..repair.range.1 as usize;
        if text.get(range.clone()).is_some() {
            text.replace_range(range, &repair.text);
        }
    }
    text
}

/// A definition that the message points at, made public.
fn widen(message: &Message, read: &dyn Fn(&Utf8Path) -> Option<String>) -> Option<Repair> {
    let (path, range, _) = message.places.iter().find(|(path, range, primary)| {
        !primary
            && !path.as_str().starts_with('/')
            && read(path).is_some_and(|text| is_definition(&text, *range))
    })?;
    let text = read(path)?;
    let line_start = text[..range.0 as usize]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let start = line_start + text[line_start..].len() - text[line_start..].trim_start().len();
    let rest = &text[start..];
    let (end, replacement) = match rest.strip_prefix("pub") {
        Some(after) if after.starts_with('(') => (start + 3 + after.find(')')? + 1, "pub"),
        Some(_) => return None,
        None => (start, "pub "),
    };
    Some(Repair {
        path: path.clone(),
        range: (start as u32, end as u32),
        text: replacement.to_owned(),
        rule: "B1",
        message: message.message.clone(),
    })
}

/// Whether a marked place is the head of a definition on its own line.
fn is_definition(text: &str, range: (u32, u32)) -> bool {
    let Some(before) = text.get(..range.0 as usize) else {
        return false;
    };
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..]
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start();
    let line = line
        .strip_prefix("pub(")
        .and_then(|rest| rest.split_once(") "))
        .map_or(line, |(_, rest)| rest);
    let words = [
        "fn ", "struct ", "enum ", "const ", "static ", "type ", "trait ", "union ", "mod ",
        "use ", "async ", "unsafe ", "extern ",
    ];
    words.iter().any(|word| line.starts_with(word))
        || line
            .split_once(':')
            // A path in the braces of an import has two.
            .filter(|(_, rest)| !rest.starts_with(':'))
            .is_some_and(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// What drops an unused import; nothing where code that was not compiled may need some of it.
fn drop_unused(
    message: &Message,
    read: &dyn Fn(&Utf8Path) -> Option<String>,
    is_named: &dyn Fn(&Utf8Path, &str) -> bool,
) -> Vec<Repair> {
    let is_needed = |path: &Utf8Path, (start, end): (u32, u32)| {
        let text = read(path).unwrap_or_default();
        let dropped = text.get(start as usize..end as usize).unwrap_or_default();
        let names = imported(dropped);
        // Where it is denied nothing compiles with it, whatever other features need.
        !message.is_error && names.iter().any(|name| is_named(path, name))
    };
    // The parts of one message are one edit: braces go with what stands in them.
    let said = unused(message);
    if !said.is_empty() {
        let mut parts = said.iter();
        let needed = parts.any(|repair| is_needed(&repair.path, repair.range));
        return if needed { Vec::new() } else { said };
    }
    let mut primary = message.places.iter().filter(|(_, _, primary)| *primary);
    if primary.any(|(path, range, _)| is_needed(path, *range)) {
        return Vec::new();
    }
    unused_for_tests(message, read)
}

/// Whether an import, or the module around it, is there for tests alone: no other target compiles it.
fn is_for_tests(message: &Message, read: &dyn Fn(&Utf8Path) -> Option<String>) -> bool {
    let is_there = |(path, range, _): &(Utf8PathBuf, (u32, u32), bool)| {
        let text = read(path).unwrap_or_default();
        let before = text.get(..range.0 as usize).unwrap_or_default();
        let Some((_, after)) = before.rsplit_once("#[cfg(test)]") else {
            return false;
        };
        let after = after.trim_start();
        let is_import = after.starts_with("use ") || after.starts_with("pub");
        let in_module = after.starts_with("mod ") && after.contains('{');
        (is_import && !after.contains(';')) || (in_module && !after.contains("\n}"))
    };
    let mut primary = message.places.iter().filter(|(_, _, primary)| *primary);
    primary.next().is_some_and(is_there)
}

/// The compiler says which bytes of an unused import to drop.
fn unused(message: &Message) -> Vec<Repair> {
    let place = |(path, range, text): &(Utf8PathBuf, (u32, u32), String)| Repair {
        path: path.clone(),
        range: *range,
        text: text.clone(),
        rule: "B4",
        message: message.message.clone(),
    };
    message
        .replacements
        .iter()
        .filter(|(_, _, text)| text.is_empty())
        .map(place)
        .collect()
}

/// The compiler does not say what to drop where it compiles tests alone: a name goes with the comma behind or before it,
/// and an import of one name as a whole.
fn unused_for_tests(message: &Message, read: &dyn Fn(&Utf8Path) -> Option<String>) -> Vec<Repair> {
    let places = message.places.iter().filter(|(_, _, primary)| *primary);
    let dropped = places.filter_map(|(path, range, _)| {
        let (range, text) = without(&read(path)?, *range)?;
        Some(Repair {
            path: path.clone(),
            range,
            text,
            rule: "B4",
            message: message.message.clone(),
        })
    });
    dropped.collect()
}

/// The length of what a name in an import is renamed to, ` as _`; none where it is not.
fn renamed(after: &str) -> u32 {
    let behind = after.trim_start().strip_prefix("as ").map(str::trim_start);
    behind.map_or(0, |behind| {
        let name = behind.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        (after.len() - name.len()) as u32
    })
}

/// The edit by which an import loses one name. Braces go where they would hold one name.
fn without(text: &str, (start, end): (u32, u32)) -> Option<((u32, u32), String)> {
    // Of a glob the compiler may name nothing but the place.
    let is_glob = start == end && text.get(start as usize..)?.starts_with('*');
    let end = end + u32::from(is_glob);
    let end = end + renamed(text.get(end as usize..)?);
    let (before, after) = (text.get(..start as usize)?, text.get(end as usize..)?);
    let open = before
        .rfind(['{', '}', ';'])
        .filter(|at| before[*at..].starts_with('{'));
    let close = after
        .find(['{', '}', ';'])
        .filter(|at| after[*at..].starts_with('}'));
    if let (Some(open), Some(close)) = (open, close) {
        let others = before[open + 1..]
            .split(',')
            .chain(after[..close].split(','));
        let others: Vec<&str> = others
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if let [other] = others[..]
            && other != "self"
        {
            let range = (open as u32, end + close as u32 + 1);
            return Some((range, other.to_owned()));
        }
    }
    let nothing = String::new();
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        let gap = rest.len() - rest.trim_start().len();
        return Some(((start, (text.len() - rest.len() + gap) as u32), nothing));
    }
    if let Some(rest) = before.trim_end().strip_suffix(',') {
        return Some(((rest.len() as u32, end), nothing));
    }
    let head = before.rfind("use ")?;
    let is_one = !before[head..].contains([';', ',']) && before[head..].matches('{').count() <= 1;
    let tail = after
        .find(';')
        .filter(|tail| is_one && !after[..*tail].contains(','))?;
    let above = before[..head].trim_end();
    let from = above.strip_suffix("#[cfg(test)]").map_or(head, str::len);
    let from = before[..from].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &after[tail + 1..];
    let to = text.len() - rest.strip_prefix('\n').unwrap_or(rest).len();
    let is_alone = ["use ", "#[cfg(test)]"]
        .iter()
        .any(|word| text[from..].trim_start().starts_with(word));
    is_alone.then_some(((from as u32, to as u32), nothing))
}

/// The names that the text of imports binds; a glob is all that may be meant.
fn imported(text: &str) -> Vec<String> {
    let words = |part: &str| {
        let named = part.trim().trim_end_matches([';', '}', ' ', '\n']);
        let last = named.rsplit([':', ' ', '{']).next().unwrap_or_default();
        last.to_owned()
    };
    let names = text.split(',').map(words);
    names.filter(|name| !name.is_empty()).collect()
}

/// The compiler names one import that would help.
fn import(message: &Message) -> Option<Repair> {
    let uses: Vec<_> = message
        .replacements
        .iter()
        .filter(|(_, range, text)| range.0 == range.1 && text.trim_start().starts_with("use "))
        .collect();
    let [(path, range, text)] = uses[..] else {
        return None;
    };
    Some(Repair {
        path: path.clone(),
        range: *range,
        // A trait that is there for its methods takes no name, which may be another's.
        text: match message.code.as_str() {
            "E0599" if !text.contains(" as ") => text.replacen(';', " as _;", 1),
            _ => text.clone(),
        },
        rule: "C4",
        message: message.message.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_goes_as_a_whole_or_not_at_all() {
        let text = "use a::{B, C};\n";
        let mut message = Message {
            code: "unused_imports".to_owned(),
            message: "unused import: `B`".to_owned(),
            is_error: false,
            times: 2,
            places: Vec::new(),
            replacements: [(7, 8), (8, 11), (12, 13)]
                .map(|range| ("a.rs".into(), range, String::new()))
                .to_vec(),
        };
        let read = |_: &Utf8Path| Some(text.to_owned());
        let none = repairs(std::slice::from_ref(&message), &read, &|_, name| {
            name == "B"
        });
        assert_eq!(none, []);
        let all = repairs(std::slice::from_ref(&message), &read, &|_, _| false);
        assert_eq!(apply(text, &all.iter().collect::<Vec<_>>()), "use a::C;\n");
        message.is_error = true;
        assert_eq!(repairs(&[message], &read, &|_, _| true), all);
    }

    #[test]
    fn what_is_for_tests_alone_is_unused_once() {
        let at_place = |text: &str, name: char, length: u32| {
            let at = text.find(name).unwrap_or_default() as u32;
            let message = Message {
                code: "unused_imports".to_owned(),
                message: "unused import: `B`".to_owned(),
                is_error: false,
                times: 1,
                places: vec![("a.rs".into(), (at, at + length), true)],
                replacements: Vec::new(),
            };
            let read = |_: &Utf8Path| Some(text.to_owned());
            let repairs = repairs(&[message], &read, &|_, _| false);
            apply(text, &repairs.iter().collect::<Vec<_>>())
        };
        let mended = |text: &str| at_place(text, 'B', 1);
        let test = "#[cfg(test)]\n";
        assert_eq!(
            mended("use a::D;\n#[cfg(test)]\nuse a::B;\nmod c;\n"),
            "use a::D;\nmod c;\n"
        );
        assert_eq!(
            mended(&format!("{test}use a::{{B, C}};\n")),
            format!("{test}use a::C;\n")
        );
        assert_eq!(
            mended(&format!("{test}use a::{{C, B}};\n")),
            format!("{test}use a::C;\n")
        );
        assert_eq!(
            mended(&format!("{test}use a::{{C, B, D}};\n")),
            format!("{test}use a::{{C, D}};\n")
        );
        assert_eq!(
            mended(&format!("{test}use a::{{B as _, C}};\n")),
            format!("{test}use a::C;\n")
        );
        assert_eq!(
            mended(&format!("{test}use a::{{B as _, C, D}};\n")),
            format!("{test}use a::{{C, D}};\n")
        );
        assert_eq!(mended(&format!("{test}use a::B as _;\n")), "");
        assert_eq!(
            at_place(&format!("{test}use a::{{C, *}};\n"), '*', 0),
            format!("{test}use a::C;\n")
        );
        let module = format!("{test}mod tests {{\n    use a::C;\n    use a::B;\n}}\n");
        assert_eq!(mended(&module), module.replace("    use a::B;\n", ""));
        for kept in [
            "use a::B;\n",
            "#[cfg(test)]\nuse a::D;\nuse a::B;\n",
            "#[cfg(test)]\nmod tests {\n}\nuse a::B;\n",
            "#[cfg(test)]\nuse a::{c::{B}, D};\n",
        ] {
            assert_eq!(mended(kept), kept);
        }
    }

    #[test]
    fn a_private_function_is_made_public() {
        let text = "mod a;\npub(crate) fn f() {}\n";
        let message = Message {
            code: "E0603".to_owned(),
            message: "function `f` is private".to_owned(),
            is_error: true,
            times: 1,
            places: vec![
                ("b.rs".into(), (0, 1), true),
                ("a.rs".into(), (7, 20), false),
            ],
            replacements: Vec::new(),
        };
        let repairs = repairs(
            &[message],
            &|path| (path == "a.rs").then(|| text.to_owned()),
            &|_, _| false,
        );
        assert_eq!(
            apply(text, &repairs.iter().collect::<Vec<_>>()),
            "mod a;\npub fn f() {}\n"
        );
    }

    #[test]
    fn a_path_in_the_braces_of_an_import_is_no_field() {
        let text = "use self::{\n    a::*,\n};\nstruct S {\n    b: u8,\n}\n";
        let at = |word: &str| text.find(word).map_or(0, |at| at as u32);
        assert!(!is_definition(text, (at("a::"), at("::*"))));
        assert!(is_definition(text, (at("b:"), at(": u8"))));
    }
}
