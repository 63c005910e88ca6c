//! Every path by which something is reached from outside.

use cleave_graph::api::public_paths;
use cleave_graph::resolve;

use crate::{Fixture, name};

#[track_caller]
fn check(text: &str, expected: &str) {
    let (workspace, _) = Fixture::new(text).load();
    let graph = resolve(&workspace);
    let krate = workspace.library(workspace.package).expect("a library");
    let found: Vec<String> = public_paths(&workspace, &graph, krate)
        .iter()
        .map(|(path, target)| {
            format!(
                "{path} = {}",
                name(&workspace, krate, target).unwrap_or_default()
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
fn public_items_in_public_modules_are_reached() {
    check(
        "pub mod a { pub struct X; struct Y; pub(crate) struct Z; mod b { pub struct W; } } mod c { pub struct V; }",
        "
        a = a::
        a::X = a::X
        ",
    );
}

#[test]
fn re_exports_make_further_paths() {
    check(
        "
        mod a { pub struct X; pub mod b { pub struct Y; } }
        pub use a::{X, X as Z};
        pub mod all { pub use super::a::b::*; pub use super::a::b; }
        ",
        "
        X = a::X
        Z = a::X
        all = all::
        all::Y = a::b::Y
        all::b = a::b::
        all::b::Y = a::b::Y
        ",
    );
}

#[test]
fn a_glob_does_not_replace_what_is_named() {
    check(
        "mod a { pub struct X; } pub use a::*; pub struct X;",
        "X = X",
    );
}

#[test]
fn exported_macros_are_at_the_root() {
    check(
        "mod a { #[macro_export] macro_rules! m { () => {} } macro_rules! n { () => {} } }",
        "m! = a::m!",
    );
}

#[test]
fn modules_that_re_export_each_other_end() {
    check(
        "pub mod a { pub use crate::b; pub struct X; } pub mod b { pub use crate::a; }",
        "
        a = a::
        a::X = a::X
        a::b = b::
        a::b::a = a::
        b = b::
        b::a = a::
        b::a::X = a::X
        b::a::b = b::
        ",
    );
}
