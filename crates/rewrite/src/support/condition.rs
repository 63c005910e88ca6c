//! The text of conditions that are about tests.

use super::FEATURE;

/// An attribute's text, where `test` is asked for, with the feature beside it.
pub(crate) fn opened(attribute: &str) -> String {
    match test_in(attribute) {
        Some(at) => format!(
            "{}any(test, feature = \"{FEATURE}\"){}",
            &attribute[..at],
            &attribute[at + 4..]
        ),
        None => attribute.to_owned(),
    }
}

/// A condition as another crate sees it: an alternative `test` means the tests of the crate that it stands in, and so
/// never holds there.
pub(crate) fn seen_from_above(attribute: &str) -> String {
    let alternative = test_in(attribute).filter(|at| {
        let open = attribute[..*at].rfind('(').unwrap_or(0);
        attribute[..open].ends_with("any") && !attribute.contains(FEATURE)
    });
    let Some(at) = alternative else {
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
