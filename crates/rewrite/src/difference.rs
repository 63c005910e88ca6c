//! Where two texts differ: an edit of no more than that leaves the rest to other edits.

use cleave_syntax::TextRange;
use cleave_syntax::token::is_of_word;

/// The one range in which two texts differ, and what stands there in the new one. No word is parted.
pub(crate) fn difference<'n>(old: &str, new: &'n str) -> (TextRange, &'n str) {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        let same = pairs.take_while(|(old, new)| old == new);
        same.map(|(old, _)| old.len_utf8()).sum()
    };
    let before = same(&mut old.chars().zip(new.chars()));
    let before = before - word_around(&old[..before], [&old[before..], &new[before..]]);
    let after = same(&mut old[before..].chars().rev().zip(new[before..].chars().rev()));
    let tail = &old[old.len() - after..];
    let fronts = [
        &old[before..old.len() - after],
        &new[before..new.len() - after],
    ];
    let is_parted = |front: &str| front.ends_with(is_of_word) && tail.starts_with(is_of_word);
    let parted = fronts.into_iter().any(is_parted);
    let after = after - if parted { word(tail.chars()) } else { 0 };
    let range = TextRange::new(before as u32, (old.len() - after) as u32);
    (range, &new[before..new.len() - after])
}

/// How much of a word stands at the end of what two texts share where one of them goes on with more of it.
fn word_around(shared: &str, rests: [&str; 2]) -> usize {
    let goes_on = rests.into_iter().any(|rest| rest.starts_with(is_of_word));
    if goes_on {
        word(shared.chars().rev())
    } else {
        0
    }
}

fn word(chars: impl Iterator<Item = char>) -> usize {
    chars
        .take_while(|c| is_of_word(*c))
        .map(char::len_utf8)
        .sum()
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
        assert_eq!(difference("a,a,", "a,a,a,"), (TextRange::new(4, 4), "a,"));
        assert_eq!(difference("ab c", "abd c"), (TextRange::new(0, 2), "abd"));
        assert_eq!(difference("a bc", "a dc"), (TextRange::new(2, 4), "dc"));
        assert_eq!(
            difference("a, fuzz", "a, feature, fuzz"),
            (TextRange::new(3, 3), "feature, ")
        );
    }
}
