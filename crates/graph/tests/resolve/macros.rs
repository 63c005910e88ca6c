//! `macro_rules!` by text order, by `#[macro_use]`, by `#[macro_export]`, by `use`; `$crate`; paths in tokens; what calls make.

use crate::{check, check_anchors, check_bound, check_unnamed};

#[test]
fn a_macro_is_known_after_its_text() {
    check(
        "
        macro_rules! m { () => {} }
        mod a { fn f() { m!() } }
        fn f() { m!() }
        ",
        "
        f: m!
        a::f: m!
        ",
    );
}

#[test]
fn what_a_macro_hands_on_is_the_modules_own() {
    check(
        "
        macro_rules! only_if { ($($item:item)*) => { $(#[cfg(unix)] $item)* } }
        mod proto {
            only_if! { pub enum Suite { A, B } only_if! { pub mod client { pub struct Task; } pub use self::client::*; } }
        }
        mod a { use crate::proto::client::Task; fn f(_: Task) {} }
        mod b { use crate::proto::Task; fn f(_: Task) {} }
        mod c { use crate::proto::Suite::A; fn f() { A; } }
        ",
        "
        proto::only_if!: only_if!
        proto::only_if!: only_if!
        proto::use: proto::client::
        a::use: proto::client::Task
        a::f: proto::client::Task
        b::use: proto::client::Task
        b::f: proto::client::Task
        c::use: proto::Suite
        c::f: proto::Suite
        ",
    );
}

#[test]
fn the_last_of_two_before_the_call_is_meant() {
    check(
        "
        mod a { pub fn one() {} pub fn two() {} }
        macro_rules! m { () => { crate::a::one() } }
        fn f() { m!() }
        macro_rules! m { () => { crate::a::two() } }
        fn g() { m!() }
        ",
        "
        m!: a::one
        f: m!
        m!: a::two
        g: m!
        ",
    );
}

#[test]
fn macro_use_lets_a_macro_out_of_its_module() {
    check(
        "
        #[macro_use] mod a { macro_rules! m { () => {} } }
        mod b { macro_rules! hidden { () => {} } }
        fn f() { m!() }
        fn g() { hidden!() }
        ",
        "
        f: a::m!
        g: UNRESOLVED
        ",
    );
}

#[test]
fn an_exported_macro_is_named_from_the_root() {
    check(
        "
        mod a { #[macro_export] macro_rules! m { () => {} } }
        fn f() { crate::m!() }
        ",
        "f: a::m!",
    );
}

#[test]
fn a_macro_is_passed_on_by_use() {
    check(
        "
        mod a { macro_rules! m { () => {} } pub(crate) use m; }
        fn f() { a::m!() }
        ",
        "
        f: a::m!
        a::use: a::m!
        ",
    );
}

#[test]
fn dollar_crate_is_the_macros_crate() {
    check(
        "
        pub mod a { pub fn g() {} }
        #[macro_export] macro_rules! m { ($e:expr) => { $crate::a::g($e) } }
        ",
        "m!: a::g",
    );
}

#[test]
fn paths_in_tokens_are_found() {
    check(
        "
        mod a { pub fn g() {} pub struct X; }
        fn f() { println!(\"{}\", a::g()); m!(x => a::X, &mut ::std::io::stdout()) }
        ",
        "f: UNRESOLVED a::X a::g std",
    );
}

#[test]
fn attributes_in_tokens_name_what_attributes_name() {
    check(
        "
        fn test() {} fn inline() {} struct Debug;
        macro_rules! m { ($i:ident) => { #[test] #[inline] fn $i() {} #[derive(Debug)] struct S; } }
        mod a { pub fn g() {} }
        macro_rules! n { () => { #[arg(value_parser = crate::a::g)] struct T; } }
        ",
        "
        m!: Debug
        n!: a::g
        ",
    );
}

#[test]
fn an_import_in_tokens_is_known_behind_it() {
    check(
        "
        mod a { pub mod b { pub fn g() {} } }
        macro_rules! pick { ($($t:tt)*) => {} }
        fn f() { pick! { if #[cfg(unix)] { use a::b; b::g() } else {} } }
        ",
        "f: a::b:: a::b::g pick!",
    );
}

#[test]
fn a_constant_named_in_a_format_string_is_used() {
    check(
        "
        const LIMIT: u8 = 1;
        fn f(x: u8) { println!(\"{x} of {LIMIT:?}\") }
        ",
        "f: LIMIT",
    );
}

#[test]
fn what_a_macro_has_written_out_its_calls_define() {
    check(
        "
        macro_rules! make { ($n:ident) => { $( pub struct Made; )* impl Made { type Err = u8; } inner!($n); } }
        macro_rules! inner { ($n:ident) => { pub fn deep() {} } }
        mod a { make!(named); fn g() -> Result<u8, u8> { Err(1) } }
        fn f(_: a::Made) { a::deep(); a::named() }
        ",
        "
        make!: inner!
        f: a::make!
        a::make!: make!
        ",
    );
}

#[test]
fn what_a_derive_makes_is_credited_to_its_item() {
    check(
        "
        mod a { #[derive(Builder)] pub struct Options; pub struct Other; }
        fn f(_: a::OptionsBuilder) {}
        ",
        "f: a::Options?",
    );
}

#[test]
fn a_macro_body_is_looked_up_where_it_is_called() {
    check(
        "
        macro_rules! test { () => { mod made { use super::helper::go; fn t() { super::helper::go() } } } }
        mod a { mod helper { pub fn go() {} } test!(); }
        ",
        "
        test!: a::helper::go
        a::test!: test!
        ",
    );
}

#[test]
fn a_fragment_specifier_is_no_name_of_the_caller() {
    check(
        "
        macro_rules! twice { ($of:expr) => { ($of, expr()) } }
        macro_rules! once { ($of:expr, $ty:ty) => { ($of) } }
        mod a { fn expr() {} fn ty() {} fn f() { once!(1, u8) } }
        ",
        "
        a::f: once!
        ",
    );
}

#[test]
fn a_macro_inside_a_function_is_its_own() {
    check(
        "
        fn f() { macro_rules! m { () => { m!(1) } } m!() }
        ",
        "",
    );
}

#[test]
fn a_module_level_call_defines_what_its_tokens_define() {
    check(
        "
        lazy! { pub static ref X: u8 = 1; }
        fn f() { X; }
        ",
        "
        lazy! X: UNRESOLVED
        f: lazy! X
        ",
    );
}

#[test]
fn a_call_that_writes_impls_stands_where_they_may() {
    check_anchors(
        "
        pub struct Value; pub struct Own; pub trait Shape { fn area(&self) -> u8; }
        macro_rules! into { ($ty:ty, $body:block) => { impl From<Value> for $ty { fn from(_: Value) -> $ty $body } }; }
        macro_rules! shape { ($($ty:ty),*) => { $(impl Shape for $ty { fn area(&self) -> u8 { let _ = Own; 1 } })* }; }
        macro_rules! inherent { ($ty:ident) => { impl<T> $ty { pub fn made() -> impl Iterator<Item = Value> {} } }; }
        macro_rules! plain { () => { fn made() -> impl Shape { Own } }; }
        into!(u8, { let _ = Own; 1 });
        shape!(u8, Own);
        inherent!(Own);
        plain!();
        pub type Alias = Own;
        macro_rules! of_alias { ($from:ty) => { impl From<$from> for Alias { fn from(_: $from) -> Alias { Own } } }; }
        of_alias!(u8);
        ",
        "
        into! Own: Value
        shape! Own: Shape
        inherent! Own: Own
        of_alias!: Own
        ",
    );
}

#[test]
fn an_attribute_of_a_function_makes_no_trait() {
    check_anchors(
        "
        pub struct Map;
        mod tests {
            use super::*;
            use proptest::prelude::*;
            impl Arbitrary for Map {}
            #[proptest] fn arbitrary_maps(map: Map) {}
        }
        ",
        "
        tests::impl Arbitrary for Map: Map
        ",
    );
}

#[test]
fn impls_for_each_of_several_types_are_bound_to_all_of_them() {
    const TEXT: &str = "
        #[macro_use] pub mod shape {
            pub trait Shape {}
            pub trait Sized2 {}
            macro_rules! shapes { ($($ty:ident),*) => { $(impl crate::shape::Shape for $ty {})* }; }
            macro_rules! one { ([$($typarm:tt)*] $ty:ty) => { impl<$($typarm)*> crate::shape::Shape for $ty {} }; }
        }
        pub mod own { pub struct One; pub struct Two; pub struct Three<T>(T); shapes!(One, Two); one!([T: crate::shape::Sized2] Three<T>); }
        pub mod all { use crate::own::{One, Two}; shapes!(u8, One, Two); }
    ";
    check_bound(TEXT, "own::shapes! One: own::Two");
    check_anchors(
        TEXT,
        "
        own::shapes! One: own::One
        own::one! T: shape::Shape own::Three
        all::shapes! One: shape::Shape
        ",
    );
}

#[test]
fn of_what_a_call_hands_over_only_what_stands_in_the_impls_says_where_they_may() {
    check_anchors(
        "
        pub trait Walk { type Iter; }
        pub struct Iter<T>(T);
        pub struct Own;
        macro_rules! walk { ($ty:ty => $iter:ident<$($arg:tt),*>, impl $($rest:tt)*) => { impl $($rest)* Walk for $ty { type Iter = $iter<$($arg),*>; } }; }
        walk!(Vec<T> => Iter<T>, impl<T: Clone>);
        walk!(Option<Own> => Iter<T>, impl);
        walk!(Box<Own> => Iter<T>, impl);
        ",
        "
        walk! Vec: Walk
        walk! Option: Walk
        walk! Box: Walk Own
        ",
    );
}

#[test]
fn a_call_is_expanded_by_the_rule_that_takes_it_and_through_other_macros() {
    check_anchors(
        "
        pub trait Shape {}
        pub struct One; pub struct Two; pub struct Three;
        macro_rules! shape {
            (@each $ty:ident) => { impl Shape for $ty {} };
            ($kind:ident: $size:expr, $($ty:ident as $other:path),+ $(,)?) => { mod own { $(crate::shape!(@each $ty);)+ } };
            ($($any:tt)*) => { impl Three { $($any)* } };
        }
        shape!(flat: (1 + 2) as u8, One as u8,);
        shape!(#[inline] fn made(_: One) -> Two { Two });
        ",
        "
        shape! One: Shape One
        shape! made: Three
        ",
    );
}

#[test]
fn what_one_rule_of_a_macro_hands_on_is_bound_as_what_stands_in_plain_sight() {
    check_anchors(
        "
        pub trait Shape {}
        pub struct One;
        macro_rules! on_unix { (nothing) => {}; ($($item:item)*) => { $(#[cfg(unix)] $item)* }; }
        on_unix! {
            impl Shape for One { fn area(&self) -> u8 { 1 } }
            const SIZE: [u8; 2] = { [1, 2] };
            fn go() -> impl Shape { One }
        }
        ",
        "on_unix! SIZE: Shape One",
    );
}

/// An array is nobody's type, whatever it is made of.
#[test]
fn an_impl_stands_with_the_type_behind_an_alias() {
    check_anchors(
        "
        struct X;
        struct Y;
        type Own = X;
        type All = [X; 3];
        impl From<&Y> for Own {}
        impl From<&Y> for All {}
        ",
        "
        impl From<&Y> for Own: X Y
        impl From<&Y> for All: Y
        ",
    );
}

#[test]
fn a_call_that_defines_the_type_of_its_impls_stands_anywhere() {
    check_anchors(
        "
        pub struct Policy; pub trait Shape { fn area(&self) -> u8; }
        macro_rules! new { ($name:ident, $policy:expr) => {
            pub struct $name(u8);
            impl Shape for $name { fn area(&self) -> u8 { let _ = $policy; 1 } }
            impl From<$name> for Policy { fn from(_: $name) -> Policy { $policy } }
        }; }
        macro_rules! fixed { ($policy:expr) => { enum One {} impl One { fn policy() -> Policy { $policy } } }; }
        macro_rules! of_another { ($name:ident, $other:ident) => { struct $name; impl Shape for $other { fn area(&self) -> u8 { 1 } } }; }
        new!(Mine, Policy);
        fixed!(Policy);
        of_another!(Third, Policy);
        ",
        "
        of_another! Third: Policy Shape
        ",
    );
}

#[test]
fn impls_that_a_defined_macro_writes_may_stand_with_what_defined_it() {
    check_anchors(
        "
        pub struct Wrap<G>(G);
        macro_rules! define { ($name:ident) => {
            pub trait $name { fn area(&self) -> u8; }
            macro_rules! $name { ($m:ident $ty:ty) => { $m! { $ty, $name } }; }
        }; }
        macro_rules! delegate { ($ty:ty, $name:ident) => { impl $name for $ty { fn area(&self) -> u8 { 1 } } }; }
        define!(Shape);
        Shape!(delegate u8);
        Shape!(delegate Wrap<u8>);
        ",
        "
        Shape! Shape: define! Shape
        Shape! Wrap: Wrap define! Shape
        ",
    );
}

#[test]
fn calls_with_an_associated_type_of_one_name_do_not_define_each_other() {
    check_anchors(
        "
        pub trait Shape { type Side; }
        pub struct One; pub struct Two;
        macro_rules! shape { ($ty:ident { type $side:ident = $of:ty; }) => { impl Shape for $ty { type $side = $of; } }; }
        shape!(One { type Side = u8; });
        shape!(Two { type Side = u16; });
        ",
        "
        shape! Side: Shape One
        shape! Side: Shape Two
        ",
    );
}

#[test]
fn a_macro_with_a_namesake_stays_with_its_callers() {
    check_bound(
        "
        mod a { macro_rules! access { () => { 1 } } macro_rules! own { () => { 2 } } fn f() -> u8 { access!() + own!() } }
        mod b { macro_rules! access { () => { 3 } } fn g() -> u8 { access!() } }
        ",
        "
        a::f: a::access!
        b::g: b::access!
        ",
    );
}

#[test]
fn the_base_behind_two_dots_in_tokens_is_a_path() {
    check(
        "
        mod base { pub fn all() {} }
        macro_rules! m { ($name:ident) => { $name { x: 1, ..base::all() } } }
        ",
        "m!: base::all",
    );
}

#[test]
fn a_macro_handed_to_another_is_named() {
    check(
        "
        macro_rules! each { ($run:ident) => { $run! {} } }
        macro_rules! run { () => {} }
        each!(run);
        ",
        "each!: each! run!",
    );
}

#[test]
fn a_glob_in_a_body_brings_traits_into_scope() {
    check_unnamed(
        "
        mod shapes { pub trait Area { fn area(&self) -> u8 { 1 } } pub trait Width { fn width(&self) -> u8 { 1 } } }
        macro_rules! measure { ($e:expr) => {{ use $crate::shapes::*; $e.area() }} }
        fn f() -> u8 { use shapes::*; 1u8.width() }
        ",
        "
        measure!: shapes::Area
        f: shapes::Width
        ",
    );
}

#[test]
fn a_path_goes_on_with_what_a_rule_of_the_macro_is_handed() {
    check(
        "
        pub struct Counter;
        macro_rules! register { (@of $T:ident, $n:expr) => { $crate::$T }; ($n:expr) => { register!(@of Counter, $n) }; }
        ",
        "register!: Counter crate::",
    );
}

#[test]
fn a_word_means_what_another_call_is_handed_to_define() {
    check(
        "
        macro_rules! item { ($i:item) => { $i } }
        macro_rules! color { ($name:ident, $v:expr) => { item! { pub const $name: u8 = $v; } } }
        mod palette { color!(RED, 1); color!(BLUE, 2); }
        mod maps {
            use super::palette::*;
            macro_rules! map { ($name:ident { $($c:ident)* }) => { pub struct $name; impl $name { const ALL: &'static [u8] = &[$($c),*]; } } }
            map!(Warm { RED });
            map!(Cold { BLUE GREEN });
        }
        macro_rules! numbered { ($v:vis enum $name:ident { $($c:ident),* }) => { $v enum $name { $($c),* } } }
        mod net { numbered!(pub enum Far { Host, Net }); }
        mod top { use super::net::*; numbered!(pub enum Near { Host, Far }); }
        ",
        "
        color!: item!
        palette::color! RED: color!
        palette::color! BLUE: color!
        maps::use: palette::
        maps::map! Warm: maps::map! palette::color! RED
        maps::map! Cold: maps::map! palette::color! BLUE
        net::numbered! Far: numbered!
        top::use: net::
        top::numbered! Near: net::numbered! Far numbered!
        ",
    );
}

#[test]
fn what_one_cfg_writes_out_another_reads_from_what_a_build_wrote() {
    check(
        "
        #[cfg(test)] mod config { pub const SIZE: usize = 4; }
        #[cfg(not(test))] mod config { include!(concat!(env!(\"OUT_DIR\"), \"/config.rs\")); }
        mod a { use crate::config; struct A([u8; config::SIZE]); }
        mod b { use crate::config::SIZE; const B: usize = SIZE; }
        ",
        "
        a::use: config::
        a::A: config::SIZE config::include! OUT_DIR
        b::use: config::SIZE config::include! OUT_DIR
        b::B: config::SIZE config::include! OUT_DIR
        ",
    );
}

#[test]
fn a_macro_of_the_language_is_nothing_that_a_call_defines() {
    check(
        "
        cfg_select! { unix => { const A: u32 = 1; } _ => { const A: u32 = 2; } }
        fn f() -> u32 { cfg_select! { unix => { 1 } _ => { 0 } } }
        fn g() -> u32 { cfg_select! { unix => { A } _ => { 0 } } }
        ",
        "
        g: cfg_select! A
        ",
    );
}

#[test]
fn a_test_names_what_a_call_in_the_library_makes() {
    check(
        "
        macro_rules! flags { ($($name:ident = $value:expr,)*) => { $(pub const $name: u32 = $value;)* } }
        pub mod elf { flags!(ALLOC = 1 << 1, WRITE = 2,); }
        mod own { use crate::elf; fn f() { elf::ALLOC; } }
        //- tests/it.rs
        fn t() { app::elf::ALLOC; }
        mod elf { fn u() { app::elf::WRITE; } }
        ",
        "
        elf::flags! ALLOC: flags!
        own::use: elf::
        own::f: elf::flags! ALLOC
        it::t: app::elf::flags! ALLOC
        it::elf::u: app::elf::flags! ALLOC
        ",
    );
}

#[test]
fn what_an_attribute_macro_opens_is_found() {
    check(
        "
        pub mod code {
            mod deep { #[outside::open] fn read() {} #[outside::open] struct Chunk; }
            #[outside::open] use deep::{read, Chunk};
            fn f() { read(); }
        }
        mod above { use crate::code::Chunk; fn g(_: Chunk) { crate::code::read(); } }
        ",
        "
        code::use: code::deep::Chunk code::deep::Chunk? code::deep::read code::deep::read?
        code::f: code::deep::read
        above::use: code::deep::Chunk?
        above::g: code::deep::Chunk code::deep::read
        ",
    );
}

#[test]
fn what_a_derive_defines_beside_its_type_is_its() {
    check(
        "
        mod parser { #[derive(outside::Grammar)] struct Ident; }
        mod above { use super::parser::Rule; fn f() { Rule::Word; } }
        ",
        "
        above::use: parser::Ident?
        above::f: parser::Ident?
        ",
    );
}

#[test]
fn what_a_module_lacks_that_an_attribute_macro_rewrites_is_from_around_it() {
    check(
        "
        pub fn index() {}
        #[outside::export] mod functions { pub fn f() { index(); } mod inner { pub fn g() { index(); } } }
        ",
        "
        functions::f: index
        functions::inner::g: index
        ",
    );
}

#[test]
fn a_glob_in_a_body_brings_what_the_root_has_and_what_a_derive_makes() {
    check(
        "
        mod ast { pub struct Expr; }
        #[derive(outside::Kinds)] #[kinds(name(ValueKind))] pub enum Value { Text }
        fn f() { use crate::*; ast::Expr; }
        fn g() { use ValueKind::*; Text; Vec::<u8>::new(); }
        ",
        "
        f: ast::Expr crate::
        g: Value?
        ",
    );
}
