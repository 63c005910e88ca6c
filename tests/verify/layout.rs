//! rustfmt's layout stays where it was (row F4).

use cleave_tests::Fixture;

use crate::cleave;

/// `sum` gets shorter by its visibility, so that it fits into a line; `untidy.rs` is not as rustfmt has it.
const APP: &str = "\
//- rustfmt.toml
max_width = 50
//- src/lib.rs
//! An app.

mod low;
pub mod top;
mod untidy;
//- src/low.rs
//! Low.

/// Sums up.
pub(crate) fn sum(
    a: u8,
    b: u8,
    c: u8,
) -> Option<u8> {
    a.checked_add(b)?.checked_add(c) // all
}
//- src/untidy.rs
pub(crate) fn  two(
    from: u8
) -> u8 { from + 2 }
//- src/top.rs
//! Top.

/// Runs.
pub fn run() -> Option<u8> {
    crate::low::sum(1, 2, crate::untidy::two(3))
}
//- split.toml
version = 1
package = \"app\"

[crates.app-low]
modules = [\"low\", \"untidy\"]

[[steps]]
to = \"app-low\"
moves = [\"low\", \"untidy\"]
";

#[test]
fn a_formatted_file_is_formatted_after_a_step_and_another_is_as_its_author_left_it() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let (status, said) = cleave(&fixture, &["--all", "--verify", "none"]);
    assert_eq!(status, 0, "{said}");
    let low = fixture.read("crates/app-low/src/low.rs");
    assert!(
        low.contains("pub fn sum(a: u8, b: u8, c: u8) -> Option<u8> {\n"),
        "{low}"
    );
    assert!(low.contains("(c) // all\n}\n"), "{low}");
    let untidy = fixture.read("crates/app-low/src/untidy.rs");
    assert_eq!(untidy, "pub fn  two(\n    from: u8\n) -> u8 { from + 2 }\n");
}
