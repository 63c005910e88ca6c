//! `use`: trees, renames, globs and what hides what, chains of re-exports.

use crate::check;

#[test]
fn a_tree_is_resolved_leaf_by_leaf() {
    check(
        "
        mod a { pub struct X; pub mod b { pub struct Y; pub fn z() {} } }
        use crate::a::{self, X, b::{Y as W, z}};
        fn f(_: X, _: W, _: a::X) { z() }
        ",
        "
        use: a:: a::X a::b::Y a::b::z
        f: a::X a::b::Y a::b::z
        ",
    );
}

#[test]
fn a_crate_of_derives_hides_no_trait() {
    check(
        "
        //- Cargo.toml
        [package]
        name = \"app\"
        version = \"0.1.0\"
        edition = \"2021\"
        [dependencies]
        view_derive = \"1\"
        //- src/lib.rs
        mod a { mod b { pub trait View {} } pub use b::*; pub use view_derive::CoreView as View; }
        fn f(_: &dyn a::View) {}
        ",
        "
        f: a::b::View
        a::use: a::b::
        a::use: view_derive
        ",
    );
}

#[test]
fn self_super_and_crate_start_where_they_say() {
    check(
        "
        pub struct X;
        mod a { pub struct X; mod b { fn f(_: super::X, _: super::super::X, _: crate::a::X, _: self::Y) {} struct Y; } }
        ",
        "a::b::f: X a::X a::b::Y",
    );
}

#[test]
fn a_definition_hides_what_a_glob_brings() {
    check(
        "
        mod a { pub struct X; pub struct Y; }
        use a::*;
        struct X;
        fn f(_: X, _: Y) {}
        ",
        "
        use: a::
        f: X a::Y
        ",
    );
}

#[test]
fn a_glob_brings_only_what_may_be_seen() {
    check(
        "
        mod a { pub struct X; struct Private; pub(crate) fn g() {} mod c { use super::*; fn h(_: Private) {} } }
        mod b { use super::a::*; fn f(_: X) { g() } fn k(_: Private) {} }
        ",
        "
        a::c::use: a::
        a::c::h: a::Private
        b::use: a::
        b::f: a::X a::g
        b::k: UNRESOLVED
        ",
    );
}

#[test]
fn an_import_takes_of_each_namespace_what_may_be_seen() {
    check(
        "
        mod a { mod x { pub fn x() {} } pub use x::x; }
        use a::x;
        fn f() { x() }
        ",
        "
        use: a::x::x
        f: a::x::x
        a::use: a::x::x
        ",
    );
}

#[test]
fn re_exports_are_followed_to_the_definition() {
    check(
        "
        pub use self::a::*;
        mod a { pub use crate::b::X as Y; }
        mod b { pub use super::c::X; }
        mod c { pub struct X; }
        fn f(_: Y) {}
        ",
        "
        use: a::
        f: c::X
        a::use: c::X
        b::use: c::X
        ",
    );
}

#[test]
fn globs_in_a_circle_end() {
    check(
        "
        mod a { pub use crate::b::*; pub struct X; }
        mod b { pub use crate::a::*; pub struct Y; }
        fn f(_: a::Y, _: b::X, _: a::Z) {}
        ",
        "
        f: UNRESOLVED a::X b::Y
        a::use: b::
        b::use: a::
        ",
    );
}

#[test]
fn variants_are_imported_as_their_enum() {
    check(
        "
        enum E { A, B(u8) }
        mod a { use super::E::{self, A}; fn f() -> E { A } }
        mod b { use super::E::*; fn f() -> u8 { match A { B(x) => x, A => 0 } } }
        ",
        "
        a::use: E
        a::f: E
        b::use: E
        b::f: E
        ",
    );
}

#[test]
fn an_import_without_a_name_binds_none() {
    check(
        "
        mod a { pub trait T {} }
        use a::T as _;
        fn f<X: T>(_: X) {}
        ",
        "
        use: a::T
        f: UNRESOLVED
        ",
    );
}

#[test]
fn each_namespace_has_its_own_names() {
    check(
        "
        mod a { pub struct x {} pub fn x() {} macro_rules! x { () => {} } pub(crate) use x; }
        use a::x;
        fn t(_: x) {}
        fn v() { x() }
        fn m() { x!() }
        ",
        "
        use: a::x a::x!
        t: a::x
        v: a::x
        m: a::x!
        a::use: a::x a::x!
        ",
    );
}

#[test]
fn two_definitions_under_different_cfgs_are_both_known() {
    check(
        "
        #[cfg(unix)] mod a { pub struct X; }
        #[cfg(not(unix))] mod a { pub struct Y; }
        fn f(_: a::X, _: a::Y) {}
        ",
        "f: a::X a::Y",
    );
    check(
        "
        mod a { #[cfg(unix)] pub fn now() {} #[cfg(windows)] pub fn now() {} }
        pub use a::now;
        fn f() { now(); a::now() }
        #[cfg(unix)] type Map = Small;
        #[cfg(windows)] type Map = Big;
        struct Small; struct Big;
        fn g() { Map::new() }
        ",
        "
        use: a::now
        f: a::now
        Map: Small
        Map: Big
        g: Map
        ",
    );
}

#[test]
fn a_constant_may_be_a_generic_argument() {
    check(
        "
        const N: usize = 3;
        struct A<const M: usize>;
        fn f(_: A<N>) {}
        fn bool() {}
        fn g(_: bool) {}
        ",
        "f: A N",
    );
}

#[test]
fn raw_identifiers_are_names_like_others() {
    check(
        "
        mod r#type { pub struct r#X; }
        fn f(_: r#type::X) {}
        ",
        "f: type::X",
    );
}

#[test]
fn a_derive_may_have_the_name_of_a_type() {
    check(
        "
        use std::fmt::Debug;
        struct Debug;
        fn f(_: Debug) {}
        #[cfg(unix)] use std::fmt::Display;
        #[cfg(windows)] struct Display;
        fn g(_: Display) {}
        ",
        "
        use: std
        f: Debug
        use: std
        g: Display std
        ",
    );
}

/// Without a rule for it, the ways from one of them to another are as many as their orders.
#[test]
fn modules_that_all_import_each_other_by_globs_are_soon_resolved() {
    let last = 20;
    let mut source = String::new();
    let mut uses = String::new();
    let mut calls = String::new();
    for module in 0..=last {
        let next = module + 1;
        let call = if module < last {
            format!("f{next}()")
        } else {
            String::new()
        };
        source += &format!(
            "mod m{module} {{ use super::*; pub fn f{module}() {{ {call} }} }}\npub use m{module}::*;\n"
        );
        uses += &format!("use: m{module}::\n");
        calls += &format!("m{module}::use: crate::\n");
        if module < last {
            calls += &format!("m{module}::f{module}: m{next}::f{next}\n");
        }
    }
    check(&source, &(uses + &calls));
}

#[test]
fn what_a_private_glob_brings_in_is_not_for_others() {
    check(
        "
        mod a { use super::*; pub fn a() { X; } }
        use crate::a::a;
        struct X;
        fn f() { a() }
        ",
        "
        use: a::a
        f: a::a
        a::use: crate::
        a::a: X
        ",
    );
}

#[test]
fn what_a_macro_call_has_made_may_be_a_module_or_an_enum() {
    check(
        "
        macro_rules! only_if { (@ $($item:item)*) => { $(#[cfg(unix)] $item)* } }
        mod proto {
            only_if! { @ pub mod client; }
            only_if! { @ pub enum Suite { A, B } }
        }
        mod a { use crate::proto::client::Task; fn f(_: Task) {} }
        mod b { use crate::proto::client::inner::Task; fn f(_: Task) {} }
        mod c { use crate::proto::Suite::A; fn f() { A; } }
        ",
        "
        proto::only_if! client: only_if!
        proto::only_if! Suite: only_if!
        a::use: proto::only_if! client
        a::f: proto::only_if! client
        b::use: proto::only_if! client
        b::f: proto::only_if! client
        c::use: proto::only_if! Suite
        c::f: proto::only_if! Suite
        ",
    );
}

#[test]
fn a_module_may_show_all_of_another_crate() {
    check(
        "
        pub mod all { pub use std::*; }
        mod a { use crate::all::fmt::Debug; fn f(_: &dyn Debug) { crate::all::mem::take(&mut 1); } }
        mod b { use crate::all::collections; fn f(_: collections::BTreeMap<u8, u8>) {} }
        ",
        "
        all::use: std
        a::use: std
        a::f: std
        b::use: std
        b::f: std
        ",
    );
}

#[test]
fn globs_that_cfgs_choose_between_all_count() {
    check(
        "
        #[cfg(feature = \"std\")] pub(crate) use self::a::*;
        #[cfg(not(feature = \"std\"))] pub(crate) use self::b::*;
        mod a { pub(crate) struct X; pub(crate) struct Y; }
        mod b { pub(crate) use super::c::X; pub(crate) struct Y; }
        mod c { pub(crate) struct X; }
        mod user { use crate::X; fn f(_: X, _: crate::Y) {} }
        ",
        "
        use: a::
        use: b::
        b::use: c::X
        user::use: a::X c::X
        user::f: a::X a::Y b::Y c::X
        ",
    );
}

#[test]
fn a_glob_brings_the_module_of_what_an_import_names_like_it() {
    check(
        "
        mod a { pub mod one { pub struct One; pub fn one() {} } }
        use a::*;
        pub use one::{One, one};
        fn f(_: One) { one() }
        ",
        "
        use: a::
        use: a::one::One a::one::one
        f: a::one::One a::one::one
        ",
    );
}

#[test]
fn a_name_behind_the_foreign_glob_of_another_module_is_the_other_crates() {
    check(
        "
        mod f { pub use std::fmt::*; }
        pub use f::Alignment;
        fn g(_: Alignment, _: f::Formatter) {}
        mod h { fn i(_: crate::Alignment) {} }
        ",
        "
        use: std
        g: std
        f::use: std
        h::i: std
        ",
    );
}

#[test]
fn a_module_of_ours_hides_a_crate_whatever_a_path_through_it_ends_at() {
    check(
        "
        mod alloc { pub use std::fmt::*; }
        mod a {
            use crate::alloc;
            use std::io::*;
            fn f(_: alloc::Formatter) {}
            fn g(_: ::alloc::Result) {}
        }
        use alloc::Alignment;
        mod b { fn h(_: crate::Alignment) {} }
        ",
        "
        use: std
        alloc::use: std
        a::use: alloc::
        a::use: std
        a::f: std
        a::g: alloc
        b::h: std
        ",
    );
}

#[test]
fn what_a_body_names_is_not_what_its_attribute_makes() {
    check(
        "
        use std::fmt::*;
        mod tests {
            use super::*;
            #[tokio::test] fn f() { Alignment::Left; }
        }
        ",
        "
        use: std
        tests::use: crate::
        tests::f: std
        ",
    );
}
