//! What the analysis could not see is said.

use cleave_graph::{blind_spots, resolve};

use crate::Fixture;

#[track_caller]
fn check(text: &str, expected: &str) {
    let (workspace, _) = Fixture::new(text).load();
    let graph = resolve(&workspace);
    let found: Vec<String> = blind_spots(&workspace, &graph, workspace.package)
        .spots
        .iter()
        .map(|spot| {
            format!(
                "{}:{} {}: {}",
                spot.path,
                spot.line,
                spot.kind.as_str(),
                spot.what
            )
        })
        .collect();
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_macros_make_is_said() {
    check(
        "
macro_rules! own { () => {} }
own!();
bitflags! { pub struct Flags: u32 {} }
#[derive(Builder)] pub struct Options;
fn f(_: OptionsBuilder, _: OptionsBuilder, _: Missing::Deep) {}
",
        "
        src/lib.rs:4 unresolved: bitflags
        src/lib.rs:4 foreign_macro: bitflags! Flags
        src/lib.rs:6 made_name: OptionsBuilder, perhaps made by Options
        src/lib.rs:6 unresolved: Missing::Deep
        ",
    );
}

#[test]
fn what_a_build_makes_is_said() {
    check(
        "
include!(concat!(env!(\"OUT_DIR\"), \"/tables.rs\"));
include!(\"other.rs\");
const TEXT: &str = include_str!(\"text.md\");
",
        "
        src/lib.rs:2 generated: include! OUT_DIR
        src/lib.rs:3 generated: include!
        ",
    );
}

#[test]
fn conditions_that_nobody_turns_on_are_said() {
    check(
        "
//- Cargo.toml
[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2021\"
[features]
known = []
[workspace]
//- build.rs
fn main() { println!(\"cargo:rustc-cfg=probed\"); }
//- src/lib.rs
#[cfg(all(unix, feature = \"known\"))] fn a() {}
#[cfg(not(any(feature = \"gone\", loom)))] fn b() {}
#[cfg_attr(probed, allow(dead_code))] fn c() {}
// #[cfg(comment)]
",
        "
        src/lib.rs:2 unknown_cfg: feature = \"gone\"
        src/lib.rs:2 unknown_cfg: loom
        ",
    );
}

#[test]
fn modules_in_macro_calls_are_said() {
    check(
        "cfg_if! { if #[cfg(unix)] { mod sys; } }",
        "
        src/lib.rs:1 unresolved: cfg_if
        src/lib.rs:1 foreign_macro: cfg_if! sys
        src/lib.rs:1 hidden_module: mod sys;
        ",
    );
}
