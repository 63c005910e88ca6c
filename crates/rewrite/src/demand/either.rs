//! The condition under which one of two is there.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Meta, Token};

use crate::support;

/// How many alternatives an import names. With more it is there in any case.
const MOST: usize = 4;

/// The `cfg` attributes under which the one or the other of two is there: those that both stand under, and one with the
/// rest of each as alternatives, where each has a rest.
///
/// Who stands under `test` stands under the condition of what is there for the tests of other crates too.
pub(super) fn either(a: &BTreeSet<String>, b: &BTreeSet<String>) -> BTreeSet<String> {
    let mut both: BTreeSet<String> = a.intersection(b).cloned().collect();
    let in_tests = |conditions: &BTreeSet<String>| {
        conditions.contains(support::TEST) || conditions.contains(support::CONDITION)
    };
    if in_tests(a) && in_tests(b) && !both.contains(support::TEST) {
        both.insert(support::CONDITION.to_owned());
        return both;
    }
    let rest = |of: &BTreeSet<String>| -> Option<Vec<String>> {
        let rest = of.difference(&both);
        rest.map(|attribute| predicate(attribute)).collect()
    };
    if let (Some(a), Some(b)) = (rest(a), rest(b)) {
        both.extend(any_of(&a, &b));
    }
    both
}

/// `#[cfg(any(…))]` of the alternatives that two lists of conditions are; none where that is no condition.
fn any_of(a: &[String], b: &[String]) -> Option<String> {
    let mut alternatives = BTreeSet::new();
    for predicates in [a, b] {
        match predicates {
            [] => return None,
            [only] => alternatives.extend(of_any(only)),
            several => {
                alternatives.insert(format!("all({})", several.join(", ")));
            }
        }
    }
    let denied = |predicate: &String| alternatives.contains(&format!("not({predicate})"));
    if alternatives.len() > MOST || alternatives.iter().any(denied) {
        return None;
    }
    let alternatives: Vec<String> = alternatives.into_iter().collect();
    Some(match &alternatives[..] {
        [only] => format!("#[cfg({only})]"),
        several => format!("#[cfg(any({}))]", several.join(", ")),
    })
}

/// What stands in `#[cfg(…)]`, with white space as in one line.
fn predicate(attribute: &str) -> Option<String> {
    let inside = attribute.strip_prefix("#[cfg(")?.strip_suffix(")]")?;
    Some(inside.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What stands in `any(…)`, or the predicate itself.
fn of_any(predicate: &str) -> Vec<String> {
    let alternatives = Punctuated::<Meta, Token![,]>::parse_terminated;
    let found = match syn::parse_str(predicate) {
        Ok(Meta::List(list)) if list.path.is_ident("any") => {
            list.parse_args_with(alternatives).ok()
        }
        _ => None,
    };
    let Some(found) = found else {
        return vec![predicate.to_owned()];
    };
    let texts = found.iter().map(|one| &predicate[one.span().byte_range()]);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(a: &[&str], b: &[&str]) -> String {
        let set = |conditions: &[&str]| {
            let attributes = conditions.iter().map(|text| format!("#[cfg({text})]"));
            attributes.collect::<BTreeSet<_>>()
        };
        let found: Vec<String> = either(&set(a), &set(b)).into_iter().collect();
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
            (&["any(a, b)"], &["any(c, d, e)"], ""),
            (
                &["any(f(\"a,b)\"), y)"],
                &["z"],
                "#[cfg(any(f(\"a,b)\"), y, z))]",
            ),
        ];
        for (a, b, expected) in cases {
            assert_eq!(written(a, b), *expected, "{a:?} or {b:?}");
            assert_eq!(written(b, a), *expected, "{b:?} or {a:?}");
        }
    }
}
