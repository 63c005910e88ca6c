//! Functions that build a `#[non_exhaustive]` type for the code above its crate.
//!
//! A call works out its arguments in the order in which they stand, as a literal does its fields; so every order in which
//! the fields are written has a function of its own.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::{Built, BuiltForm};
use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, Diagnostic, ItemId, Severity, SourceFile};
use syn::spanned::Spanned;

use crate::scope::{Scope, Side};

/// As many arguments as Clippy lets pass.
const MANY: usize = 7;

/// A variant (none for a struct), and its fields in the order of the arguments; none where they have no names.
type Wanted<'a> = (Option<&'a str>, Vec<&'a str>);

/// Lets code that stays build a type that moves by calls of functions that move with it.
pub(crate) fn call(scope: &Scope<'_>, builder: &mut ChangeBuilder) -> Vec<Diagnostic> {
    let mut by_type: BTreeMap<ItemId, Vec<&Built>> = BTreeMap::new();
    let parted = |built: &&Built| {
        scope.workspace.crate_of(built.user) == scope.root
            && scope.side(built.user) == Side::Root
            && scope.moving[built.target.index()]
    };
    for built in scope.graph.built.iter().filter(parted) {
        by_type.entry(built.target).or_default().push(built);
    }
    let mut notes = Vec::new();
    for (target, mut sites) in by_type {
        // What an impl writes, its method does too.
        let mut seen = BTreeSet::new();
        sites.retain(|built| {
            let module = scope.workspace.item(built.user).module;
            seen.insert((scope.workspace.module(module).file, built.name.start))
        });
        notes.extend(note(scope, target, &sites));
        let names = names(&sites);
        for built in sites {
            rewrite(scope, builder, (built, &names[&wanted(built)]));
        }
        write(scope, builder, (target, &names));
    }
    notes
}

fn wanted(built: &Built) -> Wanted<'_> {
    let fields = match &built.form {
        BuiltForm::Fields { fields, .. } => fields.iter().map(|(name, _)| name.as_str()).collect(),
        BuiltForm::Unit | BuiltForm::Tuple => Vec::new(),
    };
    (built.variant.as_deref(), fields)
}

/// A name for each function.
fn names<'a>(sites: &[&'a Built]) -> BTreeMap<Wanted<'a>, String> {
    let mut names: BTreeMap<Wanted<'a>, String> = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let all: BTreeSet<Wanted<'a>> = sites.iter().map(|built| wanted(built)).collect();
    for wanted in all {
        let name = match wanted.0 {
            Some(variant) => format!("__build_{}", in_snake_case(variant)),
            None => "__build".to_owned(),
        };
        let mut free = name.clone();
        let mut number = 2;
        while !taken.insert(free.clone()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        names.insert(wanted, free);
    }
    names
}

fn in_snake_case(name: &str) -> String {
    let letters: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut text = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let starts = before.is_some_and(|before| {
            let next = letters
                .get(index + 1)
                .is_some_and(|next| next.is_lowercase());
            !before.is_uppercase() && before != '_' || before.is_uppercase() && next
        });
        if letter.is_uppercase() && starts {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// Makes a call of what builds it by its name.
fn rewrite(scope: &Scope<'_>, builder: &mut ChangeBuilder, (built, name): (&Built, &str)) {
    let file = file_of(scope, built.user);
    let reason = || Reason::new("B5", scope.workspace.path_of(built.target));
    let path = match built.variant {
        Some(_) => name.to_owned(),
        None => format!("::{name}"),
    };
    let mut replace = |range, text: String| {
        builder.replace(&file.path, range, text, reason());
    };
    match &built.form {
        BuiltForm::Unit => replace(built.name, format!("{path}()")),
        BuiltForm::Tuple => replace(built.name, path),
        BuiltForm::Fields { braces, fields } => {
            // A struct's path ends where the blank before its brace starts.
            match built.variant {
                Some(_) => {
                    replace(built.name, path);
                    replace(braces.0, "(".to_owned());
                }
                None => replace(braces.0, format!("{path}(")),
            }
            for (_, prefix) in fields
                .iter()
                .filter(|(_, prefix)| prefix.start < prefix.end)
            {
                replace(*prefix, String::new());
            }
            replace(braces.1, ")".to_owned());
        }
    }
}

/// Writes the functions behind the type.
fn write(
    scope: &Scope<'_>,
    builder: &mut ChangeBuilder,
    (target, names): (ItemId, &BTreeMap<Wanted<'_>, String>),
) {
    let file = file_of(scope, target);
    let item = scope.workspace.item(target);
    let Some(definition) = Definition::of(scope.workspace.text_of(target)) else {
        return;
    };
    let start = item.range.start as usize;
    let line = file.text[..start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let indent: String = file.text[line..]
        .chars()
        .take_while(|c| *c == ' ' || *c == '\t')
        .collect();
    let functions = names
        .iter()
        .filter_map(|(wanted, name)| definition.function(wanted, name));
    let functions: Vec<String> = functions.collect();
    let text = format!(
        "\n\n{}impl{} {}{}{} {{\n{}\n}}",
        definition.conditions,
        definition.generics,
        item.name,
        definition.arguments,
        definition.bounds,
        functions.join("\n\n")
    );
    let text = text.replace('\n', &format!("\n{indent}"));
    let text = text.replace(&format!("\n{indent}\n"), "\n\n");
    let reason = Reason::new("B5", scope.workspace.path_of(target));
    builder.append(&file.path, item.range.end, text, reason);
}

/// A struct or enum as its impl has to name it, in slices of the author's text.
struct Definition {
    /// Its `cfg`s, a line each.
    conditions: String,
    generics: String,
    arguments: String,
    bounds: String,
    /// By variant; the empty name is a struct's own.
    fields: BTreeMap<String, Vec<(Option<String>, String)>>,
}

impl Definition {
    fn of(text: &str) -> Option<Self> {
        let slice = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
        let fields_of = |fields: &syn::Fields| -> Vec<(Option<String>, String)> {
            let fields = fields.iter();
            let named = |field: &syn::Field| field.ident.as_ref().map(ToString::to_string);
            fields
                .map(|field| (named(field), slice(field.ty.span().byte_range())))
                .collect()
        };
        let (attributes, generics, fields) = match syn::parse_str::<syn::Item>(text).ok()? {
            syn::Item::Struct(item) => {
                let fields = BTreeMap::from([(String::new(), fields_of(&item.fields))]);
                (item.attrs, item.generics, fields)
            }
            syn::Item::Enum(item) => {
                let variants = item.variants.iter();
                let fields = variants
                    .map(|variant| (variant.ident.to_string(), fields_of(&variant.fields)))
                    .collect();
                (item.attrs, item.generics, fields)
            }
            _ => return None,
        };
        // A parameter's default has no place in an impl.
        let written = |parameter: &syn::GenericParam| {
            let all = parameter.span().byte_range();
            let default = match parameter {
                syn::GenericParam::Type(parameter) => {
                    parameter.default.as_ref().map(|(equals, _)| equals)
                }
                syn::GenericParam::Const(parameter) => {
                    parameter.default.as_ref().map(|(equals, _)| equals)
                }
                syn::GenericParam::Lifetime(_) => None,
            };
            let end = default.map_or(all.end, |equals| equals.span().byte_range().start);
            slice(all.start..end).trim_end().to_owned()
        };
        let name = |parameter: &syn::GenericParam| match parameter {
            syn::GenericParam::Lifetime(parameter) => parameter.lifetime.to_string(),
            syn::GenericParam::Type(parameter) => parameter.ident.to_string(),
            syn::GenericParam::Const(parameter) => parameter.ident.to_string(),
        };
        let angled = |parts: Vec<String>| {
            if parts.is_empty() {
                String::new()
            } else {
                format!("<{}>", parts.join(", "))
            }
        };
        let conditions = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .map(|attribute| format!("{}\n", slice(attribute.span().byte_range())));
        let bounds = generics.where_clause.as_ref();
        Some(Definition {
            conditions: conditions.collect(),
            generics: angled(generics.params.iter().map(written).collect()),
            arguments: angled(generics.params.iter().map(name).collect()),
            bounds: bounds.map_or_else(String::new, |bounds| {
                let text = slice(bounds.span().byte_range());
                let words: Vec<&str> = text.split_whitespace().collect();
                format!(" {}", words.join(" ").trim_end_matches(','))
            }),
            fields,
        })
    }

    fn function(&self, (variant, order): &Wanted<'_>, name: &str) -> Option<String> {
        let fields = self.fields.get(variant.unwrap_or_default())?;
        let own = match variant {
            Some(variant) => format!("Self::{variant}"),
            None => "Self".to_owned(),
        };
        let (arguments, value): (Vec<String>, String) = if order.is_empty() {
            let types = fields.iter().enumerate();
            let arguments = types.map(|(index, (_, of))| format!("field{index}: {of}"));
            let names: Vec<String> = (0..fields.len())
                .map(|index| format!("field{index}"))
                .collect();
            let value = if names.is_empty() {
                own
            } else {
                format!("{own}({})", names.join(", "))
            };
            (arguments.collect(), value)
        } else {
            let of = |name: &&str| {
                let mut fields = fields.iter();
                fields.find(|(own, _)| own.as_deref() == Some(*name))
            };
            let found: Option<Vec<_>> = order.iter().map(of).collect();
            let arguments = found?.into_iter().zip(order);
            let arguments = arguments.map(|((_, of), name)| format!("{name}: {of}"));
            (
                arguments.collect(),
                format!("{own} {{ {} }}", order.join(", ")),
            )
        };
        let quiet = if arguments.len() > MANY {
            "    #[allow(clippy::too_many_arguments)]\n"
        } else {
            ""
        };
        Some(format!(
            "    /// Builds it for the crates above this one, from which `#[non_exhaustive]` keeps its name.\n    \
             #[doc(hidden)]\n{quiet}    pub fn {name}({}) -> Self {{\n        {value}\n    }}",
            arguments.join(", ")
        ))
    }
}

fn file_of<'a>(scope: &Scope<'a>, id: ItemId) -> &'a SourceFile {
    let module = scope.workspace.item(id).module;
    scope.workspace.file(scope.workspace.module(module).file)
}

fn note(scope: &Scope<'_>, target: ItemId, sites: &[&Built]) -> Option<Diagnostic> {
    let workspace = scope.workspace;
    let path = workspace.path_of(target);
    let item = workspace.item(target);
    let first = sites.first()?;
    let user = workspace.path_of(first.user);
    let places = match sites.len() {
        1 => String::new(),
        2 => " and in another place".to_owned(),
        count => format!(" and in {} other places", count - 1),
    };
    let message = format!(
        "`{path}`, which is `#[non_exhaustive]` and now another crate's, is built in `{user}`{places}"
    );
    let diagnostic = Diagnostic::new(Severity::Note, "B5", message).at(
        file_of(scope, target).path.clone(),
        item.name_range,
        "gets a hidden function that does it for them",
    );
    Some(diagnostic.help("take `#[non_exhaustive]` off, or move who builds it to the type, where that function should not be"))
}

#[cfg(test)]
mod tests {
    use super::in_snake_case;

    #[test]
    fn a_variant_becomes_part_of_a_functions_name() {
        let names = [
            "Short",
            "WrongIDLength",
            "A",
            "TooLong2",
            "IOError",
            "snake_case",
        ];
        let snake = names.map(in_snake_case);
        assert_eq!(
            snake,
            [
                "short",
                "wrong_id_length",
                "a",
                "too_long2",
                "io_error",
                "snake_case"
            ]
        );
    }
}
