//! How sentences and numbers are written on the page.

/// A sentence with code between backticks, taken apart: every other piece is code.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let mut start = text.chars();
    let first = start.next().map(|first| first.to_uppercase().to_string());
    let sentence = first.unwrap_or_default() + start.as_str();
    sentence.split('`').map(str::to_owned).collect()
}

/// Thousands apart by a thin space that does not break.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn code_in_a_sentence_is_every_other_piece() {
        assert_eq!(pieces("`a` needs `b`"), ["", "a", " needs ", "b", ""]);
        assert_eq!(pieces("it is plain"), ["It is plain"]);
    }
}
