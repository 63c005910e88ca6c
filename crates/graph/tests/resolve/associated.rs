//! `Self`, associated items, `<T as Trait>::X`.

use cleave_graph::graph::BuiltForm;
use cleave_graph::resolve;

use crate::{Fixture, check, check_bound, check_calls};

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
fn a_blanket_impl_is_bound_to_what_bounds_its_type() {
    check_bound(
        "
        pub struct Name; pub struct Error;
        pub trait Into2<T> {}
        pub trait IntoName { fn into_name(self) -> Result<Name, Error>; }
        impl IntoName for &str { fn into_name(self) -> Result<Name, Error> { Err(Error) } }
        impl<T> IntoName for T where T: Into2<Name> { fn into_name(self) -> Result<Name, Error> { Err(Error) } }
        pub trait Only {}
        impl<T: Into2<Name>> Only for T {}
        #[derive(Debug)] pub struct FuncError;
        pub trait Filter<Arg> {}
        pub trait ArgFromValue {}
        impl ArgFromValue for u8 {}
        impl<Func, Arg> Filter<Arg> for Func where Func: Fn(&Name) -> Arg, Arg: ArgFromValue {}
        ",
        "
        impl IntoName for T: Name
        impl IntoName for T: Into2
        ",
    );
}

#[test]
fn who_builds_a_non_exhaustive_struct_as_no_function_can_is_bound_to_it() {
    check_bound(
        "
        #[non_exhaustive] pub struct Query { pub a: u8, pub b: u8 }
        #[non_exhaustive] pub enum Error { Short { a: u8 } }
        #[non_exhaustive] pub struct Flag { #[cfg(unix)] pub a: u8 }
        pub enum Kind { Query(Query) }
        fn query() -> Query { Query { b: 1, a: 1 } }
        fn error() -> Error { Error::Short { a: 1 } }
        fn handed(query: Query) -> Kind { Some(query).map(Kind::Query).unwrap() }
        const fn constant() -> Query { Query { a: 1, b: 1 } }
        static QUERY: Query = Query { a: 1, b: 1 };
        fn updated(query: Query) -> Query { Query { a: 1, ..query } }
        fn lent() -> &'static Query { &Query { a: 1, b: 1 } }
        fn flag() -> Flag { Flag { #[cfg(unix)] a: 1 } }
        fn written() { make!(Query { a: 1, b: 1 }) }
        fn read() { make!(Query { a: 1, .. }) }
        ",
        "
        constant: Query
        QUERY: Query
        updated: Query
        lent: Query
        flag: Flag
        written: Query
        ",
    );
}

#[test]
fn who_builds_a_non_exhaustive_variant_as_no_function_can_is_bound_to_its_enum() {
    check_bound(
        "
        pub enum Wrong { Plain { at: u8 }, #[non_exhaustive] Short { read: u8 }, #[non_exhaustive] Long(u8) }
        fn plain() -> Wrong { Wrong::Plain { at: 1 } }
        fn short() -> Wrong { Wrong::Short { read: 1 } }
        fn long() -> Wrong { Some(1).map(Wrong::Long).unwrap() }
        fn alone() -> Wrong { use Wrong::Short; Short { read: 1 } }
        fn read(wrong: &Wrong) -> u8 { match wrong { Wrong::Plain { at } => *at, Wrong::Short { read } => *read, Wrong::Long(it) => *it } }
        ",
        "
        alone: Wrong
        read: Wrong
        ",
    );
}

#[test]
fn what_a_function_could_build_is_known_with_its_place() {
    let text = "
        #[non_exhaustive] pub struct Query { pub a: u8, pub b: u8 }
        #[non_exhaustive] pub struct Unit;
        pub enum Wrong { #[non_exhaustive] Short { read: u8 }, #[non_exhaustive] Long(u8) }
        pub struct Own;
        impl From<Own> for Wrong { fn from(_: Own) -> Self { Self::Short { read: 1 } } }
        fn query(b: u8) -> Vec<Query> { vec![Query { b, a: 1 }] }
        fn long() -> Wrong { Wrong::Long(1) }
        fn unit() -> Unit { Unit }
        ";
    let (workspace, _) = Fixture::new(text).load();
    let graph = resolve(&workspace);
    let built = graph.built.iter().map(|built| {
        let module = workspace.module(workspace.item(built.user).module);
        let name = &workspace.file(module.file)[built.name];
        let fields = match &built.form {
            BuiltForm::Fields { fields, .. } => {
                fields.iter().map(|(name, _)| name.as_str()).collect()
            }
            BuiltForm::Tuple => vec!["(…)"],
            BuiltForm::Unit => Vec::new(),
        };
        let path = workspace.path_of(built.user);
        format!("{path}: `{name}` {}", fields.join(" "))
    });
    let mut built: Vec<String> = built.collect();
    built.sort();
    built.dedup();
    let expected = [
        "impl From<Own> for Wrong: `Short` read",
        "long: `Long` (…)",
        "query: `` b a",
        "unit: `` ",
    ];
    assert_eq!(built, expected);
}

#[test]
fn who_calls_a_method_that_is_public_in_the_crate_at_most_stays_with_the_pinned_type() {
    check_bound(
        "
        use std::pin::Pin;
        pin_project! { pub struct Inner<T> { #[pin] inner: T } }
        impl<T> Inner<T> { fn own(self: Pin<&mut Self>) { self.project().inner; } }
        pin_project! { pub struct Outer<T> { #[pin] inner: Inner<T> } }
        impl<T> Outer<T> { fn over(self: Pin<&mut Self>) { self.project().inner.project().inner; } }
        impl<T> Outer<T> { fn beside(self: Pin<&mut Self>) { self.inner; } }
        #[pin_project::pin_project] pub struct Marked { inner: u8 }
        fn handed(marked: Pin<&mut Marked>) { marked.project_ref().inner; }
        pub trait Seen { fn seen(self: Pin<&mut Self>); }
        impl Seen for Marked { fn seen(self: Pin<&mut Self>) { self.project().inner; } }
        pub struct Other;
        impl Other { fn project(&self, _: &Marked) {} }
        ",
        "
        Inner::own: pin_project! Inner
        Outer::over: pin_project! Inner
        Outer::over: pin_project! Outer
        handed: Marked
        impl Seen for Marked: Marked
        ",
    );
}

#[test]
fn a_method_is_called_by_an_alias_of_its_type() {
    check_calls(
        "
        mod graph { pub struct Graph<T>(T); impl<T> Graph<T> { pub fn empty() {} pub fn full(&self) {} } }
        mod other { pub struct Other; impl Other { pub fn empty() {} } }
        pub type Directed<T = other::Other> = graph::Graph<T>;
        type Own = Directed<u8>;
        fn f() { Directed::<u8>::empty(); }
        fn g() { let made = Own::empty; }
        fn h(own: &Own) { own.full(); }
        type Pair = (graph::Graph<u8>, u8);
        ",
        "
        f: graph::Graph::empty
        g: graph::Graph::empty
        h: graph::Graph::full
        ",
    );
}

#[test]
fn what_the_standard_library_made_has_only_its_methods() {
    check_calls(
        "
        pub struct Own;
        impl Own { pub fn write_str(&self, of: &str) {} pub fn take(&self) {} }
        fn option(of: Option<Own>) { of.take(); }
        fn formatter(f: &mut std::fmt::Formatter) { f.write_str(\"\"); }
        fn cell(f: std::cell::RefCell<Own>) { f.take(); }
        fn guard(f: std::cell::Ref<Own>) { f.take(); }
        fn default() { let own = Default::default(); own.take(); }
        ",
        "
        guard: Own::take
        default: Own::take
        ",
    );
}

#[test]
fn a_path_may_mean_each_of_several_of_a_name() {
    check_calls(
        "
        pub struct Field<T>(T);
        impl Field<u8> { pub const LEAST: u8 = 0; fn new() {} }
        impl Field<u16> { pub const LEAST: u16 = 0; fn new() {} }
        pub struct Trace;
        impl Trace {
            #[cfg(unix)] fn start() {}
            #[cfg(not(unix))] fn start() {}
            fn stop() {}
        }
        fn made() { Field::<u8>::new(); }
        fn constant() -> u8 { Field::<u8>::LEAST }
        fn by_cfg() { Trace::start(); Trace::stop(); }
        ",
        "
        made: Field::new Field::new
        constant: Field::LEAST Field::LEAST
        by_cfg: Trace::start Trace::start
        ",
    );
}
