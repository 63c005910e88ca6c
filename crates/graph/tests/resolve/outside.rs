//! Other crates: the extern prelude, renames, `extern crate`, members, binaries beside a library.

use crate::check;

const MEMBERS: &str = "
    //- Cargo.toml
    [package]
    name = \"app\"
    version = \"0.1.0\"
    edition = \"2021\"
    [dependencies]
    low = { path = \"low\" }
    other = { path = \"low\", package = \"low\" }
    [workspace]
    members = [\"low\"]
    //- low/Cargo.toml
    [package]
    name = \"low\"
    version = \"0.1.0\"
    edition = \"2021\"
    //- low/src/lib.rs
    pub mod a { pub struct X; }
    #[macro_export] macro_rules! m { () => {} }
    //- src/lib.rs
";

fn with_members(text: &str) -> String {
    let all = MEMBERS.replace("\n    ", "\n");
    format!("{all}{text}")
}

#[test]
fn another_member_is_named_and_renamed() {
    check(
        &with_members("use low::a; fn f(_: low::a::X, _: a::X) { low::m!() }"),
        "
        use: low::a::
        f: low::a::X low::m!
        ",
    );
}

#[test]
fn a_crate_is_imported_under_its_name_or_another_thing_is() {
    check(
        &with_members(
            "#[cfg(a)] use low; #[cfg(not(a))] use crate::b as low; mod b { pub mod a { pub struct Y; } } fn f(_: low::a::X) {}",
        ),
        "
        use: low
        use: b::
        f: low::a::X
        ",
    );
}

#[test]
fn extern_crate_binds_a_name() {
    check(
        &with_members(
            "#[macro_use] extern crate low as under; fn f(_: under::a::X, _: crate::under::a::X) { m!() }",
        ),
        "
        use: low
        f: low::a::X low::m!
        ",
    );
}

#[test]
fn a_word_is_no_macro_that_a_foreign_crate_may_have() {
    check(
        "#[macro_use] extern crate std as other; fn f() -> Option<u8> { told!(); None } fn g() -> u8 { vec![1]; known } #[derive(Clone)] struct X;",
        "
        use: std
        f: std
        g: UNRESOLVED
        ",
    );
}

#[test]
fn an_attribute_comes_by_a_foreign_glob_rather_than_with_all_macros_of_a_crate() {
    check(
        "
        //- Cargo.toml
        [package]
        name = \"app\"
        version = \"0.1.0\"
        edition = \"2021\"
        [dependencies]
        marked = { path = \"marked\" }
        [workspace]
        exclude = [\"marked\"]
        //- marked/Cargo.toml
        [package]
        name = \"marked\"
        version = \"1.0.0\"
        [workspace]
        //- marked/src/lib.rs
        //- src/lib.rs
        #[macro_use] extern crate std as other;
        use marked::*;
        #[mark] fn f() { told!() }
        ",
        "
        use: std
        use: marked
        f: marked std
        ",
    );
}

#[test]
fn extern_crate_self_is_this_crate() {
    check(
        "extern crate self as app; pub struct X; mod a { fn f(_: app::X) {} }",
        "
        use: crate::
        a::f: X
        ",
    );
}

#[test]
fn what_is_not_found_may_come_with_a_foreign_glob() {
    check(
        "use std::collections::*; struct X; fn f(_: HashMap<X, u8>, _: Vec<u8>) {}",
        "
        use: std
        f: X std
        ",
    );
}

#[test]
fn what_is_not_found_may_come_with_any_of_several_foreign_globs() {
    check(
        "
        mod a { pub use alloc::fmt; }
        use core::cell::*;
        use a::fmt::*;
        fn f(_: Formatter<'_>) {}
        ",
        "
        use: core
        use: alloc
        f: alloc core
        a::use: alloc
        ",
    );
}

#[test]
fn what_is_not_found_does_not_come_with_a_foreign_glob_that_is_private() {
    check(
        "
        mod inner { use std::collections::*; }
        pub use inner::*;
        use core::fmt::*;
        fn f(_: Formatter<'_>) {}
        ",
        "
        use: inner::
        use: core
        f: core
        inner::use: std
        ",
    );
}

/// Not with what a derive may have made.
#[test]
fn an_import_of_what_is_not_found_comes_with_a_foreign_glob() {
    check(
        "
        mod a {
            #[derive(other::Made)]
            pub struct X;
        }
        pub use a::*;
        use core::fmt::*;
        mod below {
            use super::Formatter;
            fn f(_: Formatter<'_>) {}
        }
        ",
        "
        use: a::
        use: core
        below::use: core
        below::f: core
        ",
    );
}

#[test]
fn a_binary_and_a_test_name_the_library() {
    check(
        "
        //- src/lib.rs
        pub struct X;
        //- src/main.rs
        fn main() { app::X; }
        //- tests/it.rs
        use app::X;
        fn t(_: X) {}
        ",
        "
        app::main: app::X
        it::use: app::X
        it::t: app::X
        ",
    );
}

/// The member's root imports the name too, and the module asks there for it: a circle.
#[test]
fn what_a_member_derives_is_found_through_imports() {
    let low = "
    pub(crate) use crate::a::{Attribute, Kind};
    pub mod a {
        use super::*;
        pub struct X;
        impl Kind { pub fn g(&self) -> Kind { Kind::A } }
        #[derive(Clone, Kinds)] #[kinds(name(Kind))] pub enum Attribute { A }
    }
";
    let all = MEMBERS
        .replace("pub mod a { pub struct X; }", low)
        .replace("\n    ", "\n");
    check(
        &format!(
            "{all}
            pub(crate) use {{ crate::a::{{Attribute, Kind}} }};
            mod a;
            mod user;
            //- src/a.rs
            pub(crate) use low::a::{{Attribute, Kind}};
            //- src/user.rs
            use super::*;
            fn f() {{ Kind::A; }}
            "
        ),
        "
        use: low::a::Attribute low::a::Attribute?
        a::use: low::a::Attribute low::a::Attribute?
        user::use: crate::
        user::f: low::a::Attribute?
        low::use: a::Attribute a::Attribute?
        low::a::use: crate::
        low::a::impl Kind: a::Attribute?
        low::a::Kind::g: a::Attribute a::Attribute?
        low::a::Attribute: a::Attribute?
        ",
    );
}
