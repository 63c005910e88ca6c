//! The pages of `explain`: one for each hazard row and for each code of a finding.
//!
//! The guide under `docs/` includes the same files.

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The row or code.
    pub code: &'static str,
    /// Markdown; the first line is `# CODE: title`.
    pub text: &'static str,
}

macro_rules! page {
    ($code:literal) => {
        Page {
            code: $code,
            text: include_str!(concat!("explain/", $code, ".md")),
        }
    };
}

/// All pages: the rows in order, then the words.
pub const PAGES: &[Page] = &[
    page!("A1"),
    page!("A2"),
    page!("A3"),
    page!("A4"),
    page!("A5"),
    page!("A6"),
    page!("A7"),
    page!("A8"),
    page!("A9"),
    page!("A10"),
    page!("A11"),
    page!("B1"),
    page!("B2"),
    page!("B3"),
    page!("B4"),
    page!("B5"),
    page!("B6"),
    page!("C1"),
    page!("C2"),
    page!("C3"),
    page!("C4"),
    page!("C5"),
    page!("C6"),
    page!("D1"),
    page!("D2"),
    page!("D3"),
    page!("D4"),
    page!("E1"),
    page!("E2"),
    page!("E3"),
    page!("E4"),
    page!("E5"),
    page!("E6"),
    page!("E7"),
    page!("E8"),
    page!("E9"),
    page!("E10"),
    page!("E11"),
    page!("F1"),
    page!("F2"),
    page!("F3"),
    page!("F4"),
    page!("F5"),
    page!("F6"),
    page!("G1"),
    page!("G2"),
    page!("G3"),
    page!("G4"),
    page!("G5"),
    page!("G6"),
    page!("G7"),
    page!("H1"),
    page!("H2"),
    page!("H3"),
    page!("H4"),
    page!("H5"),
    page!("H6"),
    page!("arrow"),
    page!("knot"),
    page!("home"),
    page!("drift"),
    page!("dependency"),
    page!("plan"),
    page!("baseline"),
    page!("syntax"),
    page!("manifest"),
    page!("bug"),
];

impl Page {
    /// The page of a code, however it is written.
    pub fn of(code: &str) -> Option<&'static Page> {
        PAGES
            .iter()
            .find(|page| page.code.eq_ignore_ascii_case(code))
    }

    /// What is on the first line behind the code.
    pub fn title(&self) -> &'static str {
        let line = self.text.lines().next().unwrap_or_default();
        line.split_once(": ").map_or(line, |(_, title)| title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_says_what_and_what_to_do() {
        for page in PAGES {
            let code = page.code;
            let head = format!("# {code}: ");
            assert!(page.text.starts_with(&head), "{code} has no title");
            for section in ["**What.** ", "**Why it ", "**What you can do.** "] {
                assert!(page.text.contains(section), "{code} lacks {section}");
            }
        }
    }
}
