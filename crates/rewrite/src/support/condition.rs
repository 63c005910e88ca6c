//! The text of conditions that are about tests.

use cleave_syntax::token::is_of_word;

use super::FEATURE;

/// An attribute's text, where `test` is asked for, with the feature beside it.
pub(crate) fn opened(attribute: &str) -> String {
    let Some(at) = test_in(attribute) else {
        return attribute.to_owned();
    };
    let (before, after) = (&attribute[..at], &attribute[at + 4..]);
    if is_alternative(attribute, at) {
        format!("{before}test, feature = \"{FEATURE}\"{after}")
    } else {
        format!("{before}any(test, feature = \"{FEATURE}\"){after}")
    }
}

/// What [`opened`] made of an attribute, as it was.
pub(crate) fn closed(attribute: &str) -> String {
    let opened = format!("test, feature = \"{FEATURE}\"");
    let alone = format!("any({opened})");
    attribute.replace(&alone, "test").replace(&opened, "test")
}

/// Whether a condition has the feature beside `test`.
pub(super) fn is_opened(attribute: &str) -> bool {
    test_in(attribute).is_some_and(|at| is_alternative(attribute, at))
        && attribute.contains(FEATURE)
}

/// Whether the predicate at `at` is one of those in an `any(…)`.
fn is_alternative(attribute: &str, at: usize) -> bool {
    let open = attribute[..at].rfind('(').unwrap_or(0);
    attribute[..open].ends_with("any")
}

/// Conditions that the compiler or Cargo sets by themselves.
const SET: &[&str] = &[
    "debug_assertions",
    "overflow_checks",
    "panic",
    "proc_macro",
    "ub_checks",
    "unix",
    "windows",
];

/// The features, or conditions that somebody has to ask for, that do as well as `test`, where `test` is an alternative to
/// such alone: `a` and `fuzzing` of `any(test, feature = "a", fuzzing)`. None where it is not, or where the tests of other
/// crates are among these.
pub(crate) fn features_beside_test(attribute: &str) -> Option<Vec<&str>> {
    let at = test_in(attribute).filter(|at| is_alternative(attribute, *at))?;
    let open = attribute[..at].rfind('(')?;
    let close = at + attribute[at..].find(')')?;
    let others = attribute[open + 1..close].split(',').map(str::trim);
    let others = others.filter(|other| !other.is_empty() && *other != "test");
    let named = others.map(|other| {
        let is_word = other.chars().all(is_of_word);
        if is_word && !SET.contains(&other) {
            return Some(other);
        }
        let value = other.strip_prefix("feature")?.trim_start();
        let quoted = value.strip_prefix('=')?.trim_start();
        quoted.strip_prefix('"')?.strip_suffix('"')
    });
    let named: Vec<&str> = named.collect::<Option<_>>()?;
    (!named.is_empty() && !named.contains(&FEATURE)).then_some(named)
}

/// A condition as another crate sees it: an alternative `test` means the tests of the crate that it stands in, and so
/// never holds there.
pub(crate) fn seen_from_above(attribute: &str) -> String {
    let alternative = test_in(attribute).filter(|at| is_alternative(attribute, *at));
    let Some(at) = alternative.filter(|_| !attribute.contains(FEATURE)) else {
        return attribute.to_owned();
    };
    let (before, after) = (attribute[..at].trim_end(), attribute[at + 4..].trim_start());
    match (before.strip_suffix(','), after.strip_prefix(',')) {
        (Some(before), _) => format!("{before}{after}"),
        (None, Some(after)) => format!("{before}{}", after.trim_start()),
        (None, None) => format!("{before}{after}"),
    }
}

/// Where the predicate `test` stands in an attribute.
fn test_in(attribute: &str) -> Option<usize> {
    let bytes = attribute.as_bytes();
    let is_word = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let open = attribute.find('(')?;
    attribute[open..]
        .match_indices("test")
        .map(|(at, _)| open + at)
        .find(|at| {
            let quoted = attribute[..*at].matches('"').count() % 2 == 1;
            !quoted && !is_word(at - 1) && !is_word(at + 4)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_may_do_as_well_as_tests() {
        let found = |text| features_beside_test(text);
        let both = "#[cfg(any(feature = \"a\", test, feature=\"b\"))]";
        assert_eq!(found(both), Some(vec!["a", "b"]));
        assert_eq!(
            found("#[cfg(not(any(test, feature = \"a\")))]"),
            Some(vec!["a"])
        );
        assert_eq!(found("#[cfg(any(test, fuzzing))]"), Some(vec!["fuzzing"]));
        for other in [
            "#[cfg(any(test, unix))]",
            "#[cfg(any(test, all(unix, feature = \"a\")))]",
            "#[cfg(all(test, feature = \"a\"))]",
            "#[cfg(test)]",
            crate::support::CONDITION,
        ] {
            assert_eq!(found(other), None, "{other}");
        }
        let opened = opened("#[cfg(any(test, feature = \"a\"))]");
        assert_eq!(
            opened,
            "#[cfg(any(test, feature = \"test-utils\", feature = \"a\"))]"
        );
        assert_eq!(closed(&opened), "#[cfg(any(test, feature = \"a\"))]");
        assert_eq!(closed(crate::support::CONDITION), "#[cfg(test)]");
    }

    #[test]
    fn an_alternative_test_never_holds_above() {
        let seen = |text| seen_from_above(text);
        assert_eq!(seen("#[cfg(any(unix, test))]"), "#[cfg(any(unix))]");
        assert_eq!(seen("#[cfg(any(test, unix))]"), "#[cfg(any(unix))]");
        let among = "#[cfg(all(any(windows, test, unix), feature = \"test\"))]";
        let left = "#[cfg(all(any(windows, unix), feature = \"test\"))]";
        assert_eq!(seen(among), left);
        for kept in [
            "#[cfg(test)]",
            "#[cfg(not(test))]",
            crate::support::CONDITION,
        ] {
            assert_eq!(seen(kept), kept);
        }
    }
}
