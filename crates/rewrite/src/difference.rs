//! Where two texts differ: an edit of no more than that leaves the rest to other edits.

use cleave_syntax::TextRange;

/// The one range in which two texts differ, and what stands there in the new one.
pub(crate) fn difference<'n>(old: &str, new: &'n str) -> (TextRange, &'n str) {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        let same = pairs.take_while(|(old, new)| old == new);
        same.map(|(old, _)| old.len_utf8()).sum()
    };
    let before = same(&mut old.chars().zip(new.chars()));
    let after = same(&mut old[before..].chars().rev().zip(new[before..].chars().rev()));
    let range = TextRange::new(before as u32, (old.len() - after) as u32);
    (range, &new[before..new.len() - after])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_replaced() {
        let old = "#[cfg_attr(test, vis(pub(crate)))]";
        let new = "#[cfg_attr(any(test, feature = \"x\"), vis(pub(crate)))]";
        let (range, text) = difference(old, new);
        let mut put = old.to_owned();
        put.replace_range(range.start as usize..range.end as usize, text);
        assert_eq!(put, new);
        assert!(range.end as usize <= old.find("vis").expect("it is there"));
        assert_eq!(difference("aa", "aaa"), (TextRange::new(2, 2), "a"));
    }
}
