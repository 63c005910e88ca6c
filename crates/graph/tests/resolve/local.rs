//! What is bound in a body: variables, generics, local items, imports and modules.

use crate::check;

#[test]
fn a_variable_hides_a_function_but_no_type() {
    check(
        "
        fn x() {}
        mod y { pub fn g() {} }
        fn f(x: u8, y: u8) -> u8 { y::g(); x }
        fn g() { let x = x(); x }
        fn h() { { let x = 1; } x() }
        ",
        "
        f: y::g
        g: x
        h: x
        ",
    );
}

#[test]
fn patterns_bind_in_arms_loops_and_closures() {
    check(
        "
        fn x() {}
        const LIMIT: u8 = 1;
        fn f() { match 1 { x => x, LIMIT => 2 }; for x in [1] { x } if let Some(x) = None { x } (|x| x)(1); }
        ",
        "f: LIMIT",
    );
}

#[test]
fn a_generic_parameter_hides_a_type() {
    check(
        "
        struct T;
        fn f<T>(_: T) {}
        struct S<T>(T);
        impl<T> S<T> { fn g(_: T) {} fn h<U>(_: U, _: T) {} }
        fn g(_: T) {}
        ",
        "
        impl S<T>: S
        g: T
        ",
    );
}

#[test]
fn a_local_item_hides_the_modules() {
    check(
        "
        struct X; fn g() {}
        fn f() { struct X; fn g() {} let _ = X; g() }
        ",
        "",
    );
}

#[test]
fn a_local_import_stands_for_its_path() {
    check(
        "
        mod a { pub struct X; pub enum E { A } pub mod b { pub fn g() {} } }
        fn f() { use a::{X, b as c}; let _ = X; c::g() }
        fn g() { use crate::a::E::*; let _ = A; }
        fn h() { use a::*; let _: X; }
        ",
        "
        f: a::X a::b:: a::b::g
        g: a::E
        h: a:: a::X
        ",
    );
}

#[test]
fn a_glob_in_a_body_hides_what_is_around_it() {
    check(
        "
        struct A;
        enum E { A, B }
        fn f(e: E) { use E::*; match e { A => {}, B => {} } }
        fn g(a: A) { use E::*; }
        fn h() { use crate::E; let _ = A; }
        ",
        "
        f: E
        g: A E
        h: A E
        ",
    );
}

#[test]
fn a_local_enum_can_be_imported_from() {
    check(
        "
        struct Here;
        fn f() { enum E { A, B } use E::*; let _ = A; let _ = E::B; let _ = Here; }
        ",
        "f: Here",
    );
}

#[test]
fn a_local_modules_super_is_the_module_around() {
    check(
        "
        struct X;
        fn f() { mod inner { use super::X; fn g(_: X) {} } }
        ",
        "f: X",
    );
}

#[test]
fn generic_parameters_in_tokens_hide_names_to_the_end_of_their_item() {
    check(
        "
        macro_rules! boxed { ($of:ty) => { impl<T, const N: usize> Held for $of {} } }
        macro_rules! optional { ($d:ident) => {
            impl<'q, T: Fn() -> E, E> Held for Option<T> { fn g() { T::info(); E::info() } }
            fn h<F>() { F::info(); E::info() }
        } }
        struct E;
        impl E { fn info() {} }
        boxed!(Box<T>);
        boxed!(Box<F>);
        trait Held {}
        ",
        "
        boxed!: Held
        optional!: E::info Held
        impl E: E
        boxed! Box: boxed!
        boxed! Box: boxed!
        ",
    );
}
