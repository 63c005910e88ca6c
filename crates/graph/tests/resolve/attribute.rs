//! Derives, attribute macros, and paths in the strings of attributes (row A9).

use crate::check;

#[test]
fn derives_and_attributes_come_from_crates() {
    check(
        "
        //- Cargo.toml
        [package]
        name = \"app\"
        version = \"0.1.0\"
        edition = \"2021\"
        [dependencies]
        serde = { path = \"serde\" }
        [workspace]
        exclude = [\"serde\"]
        //- serde/Cargo.toml
        [package]
        name = \"serde\"
        version = \"1.0.0\"
        [workspace]
        //- serde/src/lib.rs
        //- src/lib.rs
        use serde::Serialize;
        #[derive(Clone, Serialize, serde::Deserialize)]
        struct X;
        #[serde::test]
        fn f() {}
        ",
        "
        use: serde
        X: serde
        f: serde
        ",
    );
}

#[test]
fn a_module_in_a_string_stands_for_what_is_in_it() {
    let (workspace, _) = crate::Fixture::new(
        "mod a { pub fn g() {} } #[serde(with = \"a\")] fn f() {} #[skip(a, long = \"a\")] fn h(a: u8) {}",
    )
    .load();
    let graph = cleave_graph::resolve(&workspace);
    let edges = |name: &str| {
        let id = workspace.items.iter().position(|item| item.name == name);
        graph.edges[id.expect("the item")].len()
    };
    assert_eq!((edges("f"), edges("h")), (1, 0));
}

#[test]
fn a_path_in_a_string_is_a_path() {
    check(
        "
        mod a { pub fn is() {} pub mod with { pub fn serialize() {} } }
        #[derive(Serialize)]
        struct X { #[serde(skip_serializing_if = \"crate::a::is\")] x: u8, #[serde(with = \"a::with\")] y: u8 }
        #[cfg_attr(feature = \"x\", serde(default = \"a::is\"))]
        struct Y;
        trait Bound {}
        #[derive(Serialize)]
        struct Z<T> { #[serde(bound(serialize = \"T: Bound\", deserialize = \"T: crate::Bound\"))] z: T }
        ",
        "
        X: a::is a::with::
        Y: a::is
        Z: Bound
        ",
    );
}

#[test]
fn a_path_in_the_arguments_of_an_attribute_is_a_path() {
    check(
        "
        mod a { pub fn parse() {} pub struct E; }
        #[instrument(skip(a))]
        fn g(a: u8) {}
        #[derive(Args)]
        struct X { #[arg(value_parser = a::parse, default_value_t = Y::new())] x: u8 }
        struct Y;
        #[rustfmt::skip]
        fn f() {}
        ",
        "
        g: a::
        X: Y a::parse
        ",
    );
}

#[test]
fn the_parameters_of_a_test_are_fixtures() {
    check(
        "
        //- src/lib.rs
        fn server() {}
        fn client() {}
        #[suite::test]
        fn answers(mut server: u8, other: u8) {}
        fn no_test(client: u8) {}
        ",
        "
        answers: server
        ",
    );
}

/// Both can be imported since one is a trait and no derive, and so the other a derive and no trait.
#[test]
fn a_derive_and_a_trait_of_the_standard_library_share_a_name() {
    check(
        "
        //- Cargo.toml
        [package]
        name = \"app\"
        version = \"0.1.0\"
        edition = \"2021\"
        [dependencies]
        strum = { path = \"strum\" }
        [workspace]
        exclude = [\"strum\"]
        //- strum/Cargo.toml
        [package]
        name = \"strum\"
        version = \"0.1.0\"
        edition = \"2021\"
        //- strum/src/lib.rs
        //- src/lib.rs
        use std::fmt::Display;
        use strum::Display;
        #[derive(Display)]
        struct Shape;
        fn show<T>(_: T) where T: Display {}
        ",
        "
        use: std
        use: strum
        Shape: strum
        show: std
        ",
    );
}

#[test]
fn a_derive_may_come_by_another_glob_than_the_trait_of_its_name() {
    check(
        "
        pub mod value { pub trait IntoValue {} }
        pub mod config { use super::IntoValue; #[derive(IntoValue)] struct A; fn f(_: impl IntoValue) {} }
        pub use value::*;
        pub use std::derives::*;
        #[derive(IntoValue)] struct B;
        ",
        "
        use: value::
        use: std
        B: std value::IntoValue
        config::use: std value::IntoValue
        config::A: value::IntoValue
        config::f: value::IntoValue
        ",
    );
}

#[test]
fn what_an_attribute_s_string_takes_from_around_it_is_a_field() {
    check(
        "
        fn name() {}
        const LIMIT: u8 = 1;
        enum Error {
            #[error(\"{name} is over {LIMIT}\")]
            Missing { name: String },
        }
        ",
        "Error: LIMIT",
    );
}
