//! `Self`, associated items, `<T as Trait>::X`, methods.

use crate::{check, check_unnamed};

#[test]
fn self_is_the_type_of_the_impl() {
    check(
        "
        pub struct X;
        impl X { const N: u8 = 1; fn new() -> Self { Self } fn n() -> u8 { Self::N } }
        ",
        "
        impl X: X
        X::new: X
        X::n: X::N
        ",
    );
}

#[test]
fn a_method_named_by_its_type_is_an_item() {
    check(
        "
        pub struct X;
        impl X { fn new() -> X { X } }
        fn f() { X::new(); }
        ",
        "
        impl X: X
        X::new: X
        f: X::new
        ",
    );
}

#[test]
fn a_qualified_path_names_type_and_trait() {
    check(
        "
        trait T { type Out; fn t(); }
        struct X;
        impl T for X { type Out = u8; fn t() {} }
        fn f(_: <X as T>::Out) { <X as T>::t(); <X>::t(); }
        ",
        "
        impl T for X: T X
        f: T X
        ",
    );
}

#[test]
fn a_trait_in_a_bound_and_its_associated_type() {
    check(
        "
        trait T { type Out; }
        fn f<X: T>(_: X::Out) where X::Out: T {}
        fn g(_: impl T, _: &dyn T) {}
        ",
        "
        f: T
        g: T
        ",
    );
}

#[test]
fn variants_and_constants_behind_a_type_are_its_own() {
    check(
        "
        enum E { A, B { x: u8 } }
        fn f(e: E) { match e { E::A => {}, E::B { x } => {} } }
        ",
        "f: E",
    );
}

#[test]
fn a_trait_is_needed_where_its_method_is_called() {
    check_unnamed(
        "
        mod a { pub trait Half { const NONE: Self; fn half(self) -> Self; } impl Half for u8 { const NONE: u8 = 0; fn half(self) -> u8 { self / 2 } } }
        mod prelude { pub use crate::a::Half; }
        mod b { use crate::a::Half as _; fn call() { 4.half(); } fn other() { 4.double(); } }
        mod c { use crate::prelude::*; fn constant() { u8::NONE; } mod inner { use super::*; fn through() { 4u8.half(); } } }
        mod d { fn out_of_scope() { 4.half(); } }
        ",
        "
        b::call: a::Half
        c::constant: a::Half
        c::inner::through: a::Half
        ",
    );
}

#[test]
fn a_method_of_the_type_itself_goes_before_a_trait_s() {
    check_unnamed(
        "
        pub trait Draw { fn draw(&self); }
        pub struct Own;
        impl Own { pub fn draw(&self) {} fn all(&self) { self.draw() } }
        fn typed(own: &Own) { own.draw() }
        fn unknown(own: impl Fn() -> u8) { own().draw() }
        ",
        "
        unknown: Draw
        ",
    );
}

#[test]
fn a_trait_s_method_is_called_with_as_many_arguments_as_it_takes() {
    check_unnamed(
        "
        pub trait Widget { fn render(self, area: u8); }
        pub trait Stateful { fn render(self, area: u8, state: &mut u8); }
        fn plain(widget: impl Fn() -> u8) { widget().render(1) }
        fn stateful(widget: impl Fn() -> u8) { widget().render(1, &mut 2) }
        fn by_path() { u8::render; }
        ",
        "
        plain: Widget
        stateful: Stateful
        by_path: Widget Stateful
        ",
    );
}

#[test]
fn a_trait_s_method_may_be_made_by_a_macro_in_its_body() {
    check_unnamed(
        "
        macro_rules! color { ($name:ident) => { fn $name(&self); } }
        pub trait Paint { color!(red); }
        fn word() { 4.red(); }
        fn put_together() { 4.on_red(); }
        fn other() { 4.bored(); }
        ",
        "
        word: Paint
        put_together: Paint
        ",
    );
}
