//! Paths in the editions 2015 to 2024.

use crate::check;

fn of(edition: &str, text: &str) -> String {
    format!(
        "//- Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n[workspace]\n//- src/lib.rs\n{text}"
    )
}

#[test]
fn in_2015_a_use_starts_at_the_root() {
    let text = "
        mod a { pub struct X; }
        mod b { use a::X; fn f(_: X, _: ::a::X) { use a::X as Y; let _ = Y; } fn g(_: a::X) {} mod a { pub struct X; } }
        ";
    check(
        &of("2015", text),
        "
        b::use: a::X
        b::f: a::X
        b::g: b::a::X
        ",
    );
}

#[test]
fn since_2018_a_use_starts_here() {
    let text = "
        mod a { pub struct X; }
        mod b { use a::X; fn f(_: X) {} mod a { pub struct X; } }
        ";
    for edition in ["2018", "2021", "2024"] {
        check(
            &of(edition, text),
            "
            b::use: b::a::X
            b::f: b::a::X
            ",
        );
    }
}

#[test]
fn in_2015_a_trait_may_leave_parameters_unnamed() {
    check(&of("2015", "struct X; trait T { fn t(u8, X); }"), "T: X");
}

#[test]
fn since_2018_two_colons_start_at_the_crates() {
    check(
        &of(
            "2021",
            "mod std { pub struct X; } fn f(_: std::X, _: ::std::string::String) {}",
        ),
        "f: std std::X",
    );
}
