//! The condition under which one of two is there.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Meta, Token};

use crate::skeleton::MAY_GO_UNUSED;
use crate::support;

/// How many alternatives an import names. With more it is there wherever the conditions that all share hold.
const MOST: usize = 12;

/// How the condition of two fits those who stand under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Wherever it holds, the one or the other is there.
    Exact,
    /// It is that of one of the two, or holds wherever the other does not.
    Whole,
    /// It may hold where neither is there.
    Loose,
}

/// The `cfg` attributes under which the one or the other of two is there: those that both stand under, and one with the
/// rest of each as alternatives, where each has a rest.
///
/// Who stands under `test` stands under the condition of what is there for the tests of other crates too.
pub(super) fn either(a: &BTreeSet<String>, b: &BTreeSet<String>) -> (BTreeSet<String>, Fit) {
    let mut both: BTreeSet<String> = a.intersection(b).cloned().collect();
    let in_tests = |conditions: &BTreeSet<String>| {
        conditions.contains(support::TEST) || conditions.contains(support::CONDITION)
    };
    if in_tests(a) && in_tests(b) && !both.contains(support::TEST) {
        both.insert(support::CONDITION.to_owned());
        return (both, Fit::Exact);
    }
    let rest = |of: &BTreeSet<String>| -> Option<Vec<String>> {
        let rest = of.difference(&both);
        rest.map(|attribute| predicate(attribute)).collect()
    };
    let (Some(a), Some(b)) = (rest(a), rest(b)) else {
        return (both, Fit::Exact);
    };
    let (condition, fit) = any_of(&a, &b);
    both.extend(condition);
    (both, fit)
}

/// The attributes for what stands under a condition already and is needed under another.
pub(crate) fn joined(a: &BTreeSet<String>, b: &BTreeSet<String>) -> BTreeSet<String> {
    let b = b.iter().map(|text| in_one_line(text)).collect();
    let (mut conditions, fit) = either(a, &b);
    if fit == Fit::Loose {
        conditions.insert(MAY_GO_UNUSED.trim_end().to_owned());
    }
    conditions
}

/// A `cfg` attribute without the line breaks in it, and without its comments.
pub(crate) fn in_one_line(attribute: &str) -> String {
    match predicate(attribute) {
        Some(inside) => format!("#[cfg({inside})]"),
        None => attribute.to_owned(),
    }
}

/// `#[cfg(any(…))]` of the alternatives that two lists of conditions are; none where that is no condition, or too long a one.
fn any_of(a: &[String], b: &[String]) -> (Option<String>, Fit) {
    let mut alternatives = BTreeSet::new();
    for predicates in [a, b] {
        match predicates {
            [] => return (None, Fit::Whole),
            [only] => alternatives.extend(of_any(only)),
            several => {
                alternatives.insert(format!("all({})", several.join(", ")));
            }
        }
    }
    let has = |predicate: &Meta, text: &str| alternatives.contains(&line(predicate, text));
    let covered = |predicate: &String| {
        let all = inside(predicate, "all");
        all.iter().any(|one| has(one, predicate))
    };
    // What is not denied by `not(any(…))` is one of these.
    let denied = |predicate: &String| {
        inside(predicate, "not").iter().any(|denied| {
            let any = inside(&line(denied, predicate), "any");
            has(denied, predicate)
                || !any.is_empty() && any.iter().all(|one| has(one, &line(denied, predicate)))
        })
    };
    if alternatives.iter().any(denied) {
        return (None, Fit::Whole);
    }
    let covered: Vec<String> = alternatives
        .iter()
        .filter(|it| covered(it))
        .cloned()
        .collect();
    for predicate in &covered {
        alternatives.remove(predicate);
    }
    if alternatives.len() > MOST {
        return (None, Fit::Loose);
    }
    let alternatives: Vec<String> = alternatives.into_iter().collect();
    let condition = match &alternatives[..] {
        [only] => format!("#[cfg({only})]"),
        several => format!("#[cfg(any({}))]", several.join(", ")),
    };
    (Some(condition), Fit::Exact)
}

/// What stands in `#[cfg(…)]`, in one line and without comments, which would end it.
fn predicate(attribute: &str) -> Option<String> {
    let inside = attribute.strip_prefix("#[cfg(")?.strip_suffix(")]")?;
    let inside = inside.trim_end().trim_end_matches(',');
    let parsed = syn::parse_str::<Meta>(inside).ok()?;
    Some(line(&parsed, inside))
}

/// A predicate of `text` in one line.
fn line(predicate: &Meta, text: &str) -> String {
    match nested(predicate) {
        Some((name, inner)) => {
            let inner: Vec<String> = inner.iter().map(|one| line(one, text)).collect();
            format!("{name}({})", inner.join(", "))
        }
        None => text[predicate.span().byte_range()].to_owned(),
    }
}

/// The name and the predicates of `any(…)`, `all(…)` and `not(…)`.
fn nested(predicate: &Meta) -> Option<(String, Punctuated<Meta, Token![,]>)> {
    let Meta::List(list) = predicate else {
        return None;
    };
    let name = list.path.get_ident()?.to_string();
    let inner = list.parse_args_with(Punctuated::parse_terminated).ok()?;
    matches!(name.as_str(), "any" | "all" | "not").then_some((name, inner))
}

/// What stands in `any(…)`, or the predicate itself.
fn of_any(predicate: &str) -> Vec<String> {
    let inner = inside(predicate, "any");
    if inner.is_empty() {
        return vec![predicate.to_owned()];
    }
    inner.iter().map(|one| line(one, predicate)).collect()
}

/// The predicates in `name(…)`; none where a predicate is none of that name.
fn inside(predicate: &str, name: &str) -> Vec<Meta> {
    let parsed = syn::parse_str::<Meta>(predicate).ok();
    let found = parsed.as_ref().and_then(nested);
    let found = found.filter(|(own, _)| own == name);
    found.map_or(Vec::new(), |(_, inner)| inner.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(a: &[&str], b: &[&str]) -> String {
        let set = |conditions: &[&str]| {
            let attributes = conditions.iter().map(|text| format!("#[cfg({text})]"));
            attributes.collect::<BTreeSet<_>>()
        };
        let found: Vec<String> = either(&set(a), &set(b)).0.into_iter().collect();
        found.join(" ")
    }

    #[test]
    fn what_is_not_common_is_an_alternative() {
        let cases: &[(&[&str], &[&str], &str)] = &[
            (&["x"], &["x"], "#[cfg(x)]"),
            (&["x"], &[], ""),
            (&["x"], &["y"], "#[cfg(any(x, y))]"),
            (&["any(x, y)"], &["z"], "#[cfg(any(x, y, z))]"),
            (&["any(x, y)"], &["y"], "#[cfg(any(x, y))]"),
            (&["a", "x"], &["a", "y"], "#[cfg(a)] #[cfg(any(x, y))]"),
            (&["a", "x"], &["y"], "#[cfg(any(all(a, x), y))]"),
            (&["a", "x"], &["a"], "#[cfg(a)]"),
            (&["x"], &["not(x)"], ""),
            (&["any(x, y)"], &["not(any(x, y))"], ""),
            (
                &["any(x, z)"],
                &["not(any(x, y))"],
                "#[cfg(any(not(any(x, y)), x, z))]",
            ),
            (&["any(a, b)"], &["a", "x"], "#[cfg(any(a, b))]"),
            (
                &["any(a, b, c, d, e, f)"],
                &["any(g, h, i, j, k, l, m)"],
                "",
            ),
            (
                &["any(f(\"a,b)\"), y)"],
                &["z"],
                "#[cfg(any(f(\"a,b)\"), y, z))]",
            ),
            (
                &["any( // either\n    x,\n    y,\n)"],
                &["z"],
                "#[cfg(any(x, y, z))]",
            ),
            (
                &["all(x, /* and */ y,),"],
                &["z"],
                "#[cfg(any(all(x, y), z))]",
            ),
        ];
        for (a, b, expected) in cases {
            assert_eq!(written(a, b), *expected, "{a:?} or {b:?}");
            assert_eq!(written(b, a), *expected, "{b:?} or {a:?}");
        }
    }
}
