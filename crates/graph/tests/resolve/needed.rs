//! Traits that are needed for what they declare: no path leads to them.

use crate::check_unnamed;

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
        impl Widget for u8 { fn render(self, area: u8) {} }
        impl Stateful for u8 { fn render(self, area: u8, state: &mut u8) {} }
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
fn a_path_means_a_trait_that_its_type_has() {
    check_unnamed(
        "
        pub trait Reader { fn new() -> Self; }
        pub trait Half { fn new() -> Self; }
        pub trait Make { fn make() {} }
        pub struct Own;
        type Other = Own;
        impl Own { fn make() {} }
        impl Reader for Own { fn new() -> Own { Own } }
        impl Make for Own {}
        impl Half for u8 { fn new() -> u8 { 0 } }
        fn own() { Own::new(); }
        fn outside() { u16::new(); }
        fn inherent() { String::new(); }
        fn inherent_by_alias() { Other::make(); }
        fn parameter<T>() { T::new(); }
        ",
        "
        own: Reader
        outside: Half
        parameter: Reader Half
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

#[test]
fn a_macro_s_caller_hands_over_the_method_s_name() {
    check_unnamed(
        "
        macro_rules! call { ($name:ident) => { fn go() { 4.$name(); } } }
        macro_rules! say { ($name:ident) => { stringify!($name) } }
        mod a { pub trait Half { fn half(&self); } }
        mod b { use crate::a::Half; call!(half); }
        mod c { use crate::a::Half; say!(half); }
        ",
        "
        b::call!: a::Half
        ",
    );
}

#[test]
fn an_associated_function_in_tokens_needs_its_trait() {
    check_unnamed(
        "
        mod a { pub trait Make { fn make() -> Self; } }
        mod b {
            use crate::a::Make;
            macro_rules! tuple { ($($name:ident)*) => { fn f() { <($($name,)*)>::make(); } } }
            macro_rules! one { ($name:ident) => { fn f() { $name::make(); } } }
            macro_rules! header { ($name:ident) => { impl<T> ::make::X for $name<T> {} } }
            macro_rules! arrow { ($name:ident) => { fn f() -> ::make::X { } } }
        }
        ",
        "
        b::tuple!: a::Make
        b::one!: a::Make
        ",
    );
}

#[test]
fn a_trait_s_methods_may_be_written_out_in_a_macro() {
    check_unnamed(
        "
        macro_rules! helpers { () => { fn help(&self) {} }; }
        pub trait Help { helpers!(); }
        fn f() { 4.help(); }
        ",
        "
        f: Help
        ",
    );
}

#[test]
fn a_bound_brings_the_methods_of_what_it_extends() {
    check_unnamed(
        "
        mod a {
            pub trait Walk { fn children(&self) -> u8; }
            pub trait Styled { fn style(&self) -> u8; }
            pub trait Layout: Walk { type Style: Styled; fn get(&self) -> Self::Style; }
        }
        mod b {
            fn extended(tree: &impl crate::a::Layout) { tree.children(); }
            fn associated<T: crate::a::Layout>(tree: &T) { tree.get().style(); }
            fn unbound(tree: &u8) { tree.children(); }
        }
        ",
        "
        b::extended: a::Walk
        b::associated: a::Styled
        ",
    );
}

#[test]
fn a_handed_over_name_is_handed_on() {
    check_unnamed(
        "
        macro_rules! call { ($name:ident) => { fn go() { 4.$name(); } } }
        macro_rules! again { ($name:ident) => { call!($name); } }
        pub trait Half { fn half(&self); }
        again!(half);
        ",
        "
        again!: Half
        ",
    );
}

#[test]
fn a_type_without_an_impl_of_a_trait_does_not_have_its_methods() {
    check_unnamed(
        "
        mod a {
            pub trait Mean { fn mean(&self) -> u8; }
            pub trait Wide { fn mean(&self) -> u8; }
            impl<T> Wide for T {}
            pub trait Other { fn mean(&self) -> u8; }
        }
        use a::{Mean, Other};
        pub struct Beta;
        impl Mean for Beta { fn mean(&self) -> u8 { 0 } }
        impl Beta { fn own(&self) { self.mean(); } }
        fn typed(beta: &Beta) { beta.mean(); }
        fn closure() { let get = |beta: Beta| beta.mean(); }
        fn unknown(beta: impl Fn() -> u8) { beta().mean(); }
        fn parameter<Beta: Mean>(beta: Beta) { beta.mean(); }
        fn blanket(beta: Beta) { use a::Wide as _; }
        mod wide { use crate::{Beta, a::Wide}; fn f(beta: Beta) { beta.mean(); } }
        ",
        "
        Beta::own: a::Mean
        typed: a::Mean
        closure: a::Mean
        unknown: a::Mean a::Other
        wide::f: a::Wide
        ",
    );
}

#[test]
fn a_blanket_impl_gives_methods_to_what_meets_its_bounds() {
    check_unnamed(
        "
        pub trait Near {}
        pub trait OfIters { fn mean(&self) -> u8; }
        impl<T> OfIters for T where T: IntoIterator<Item = u8> {}
        pub trait OfNear { fn mean(&self) -> u8; }
        impl<T: Near + Clone> OfNear for T {}
        pub trait OfItself { fn mean(&self) -> u8; }
        impl<T: OfItself> OfItself for T {}
        pub struct Beta; impl Near for Beta {}
        pub struct List; impl<'a> IntoIterator for &'a List {}
        pub struct Steps; impl Iterator for Steps {}
        #[derive(other::Thing)] pub struct Derived;
        fn beta(x: Beta) { x.mean(); }
        fn list(x: List) { x.mean(); }
        fn steps(x: Steps) { x.mean(); }
        fn derived(x: Derived) { x.mean(); }
        ",
        "
        beta: OfNear
        list: OfIters
        steps: OfIters
        derived: OfIters OfNear OfItself
        ",
    );
}

#[test]
fn a_field_tells_whose_methods_are_called() {
    check_unnamed(
        "
        pub trait Mean { fn mean(&self) -> u8; }
        pub trait Other { fn mean(&self) -> u8; }
        pub struct Beta; impl Mean for Beta { fn mean(&self) -> u8 { 0 } }
        pub struct Pair<T>(Box<Beta>, T);
        pub struct Outer { beta: Beta, held: Option<Beta>, pair: Pair<u8>, count: u8 }
        impl Outer {
            fn own(&self) { self.beta.mean(); }
            fn held(&self) { self.held.as_ref(); self.held.unwrap().mean(); }
            fn deep(&self) { self.pair.0.mean(); }
            fn generic(&self) { self.pair.1.mean(); }
            fn plain(&self) { self.count.mean(); }
            fn closure(&self) { let f = |outer: &Outer| outer.beta.mean(); }
        }
        fn unknown(x: impl Fn() -> Outer) { x().beta.mean(); }
        ",
        "
        Outer::own: Mean
        Outer::held: Mean
        Outer::deep: Mean
        Outer::generic: Mean Other
        Outer::closure: Mean
        unknown: Mean Other
        ",
    );
}

#[test]
fn what_a_function_of_std_makes_is_of_the_type_that_it_is_called_by() {
    check_unnamed(
        "
        pub trait Mean { fn mean(&self) -> u8; }
        pub trait Other { fn mean(&self) -> u8; }
        #[derive(Default)] pub struct Beta; impl Mean for Beta { fn mean(&self) -> u8 { 0 } }
        fn default() { let beta = Beta::default(); beta.mean(); }
        fn tried() { let beta: Result<_, ()> = Beta::try_from(1); Beta::try_from(1).unwrap().mean(); }
        fn result() { Beta::try_from(1).mean(); }
        fn unknown() { let beta = Default::default(); beta.mean(); }
        ",
        "
        default: Mean
        tried: Mean
        result: Mean Other
        unknown: Mean Other
        ",
    );
}

#[test]
fn a_type_may_have_more_than_its_impls_say() {
    check_unnamed(
        "
        pub trait Mean { fn mean(&self) -> u8; }
        mod b {
            use crate::Mean;
            struct Hands; impl std::ops::Deref for Hands { type Target = dyn Mean; fn deref(&self) -> &dyn Mean { &0 } }
            #[derive(other::Thing)] struct Derived;
            macro_rules! test { ($name:ident) => { fn test(_: $name) {} } }
            macro_rules! hands { ($name:ident) => { impl std::ops::Deref for $name { type Target = u8; } } }
            macro_rules! hand_on { ($name:ident) => { hands!($name); } }
            struct Tested; test!(Tested);
            struct Written; hand_on!(Written);
            fn hands(x: Hands) { x.mean(); }
            fn derived(x: Derived) { x.mean(); }
            fn tested(x: Tested) { x.mean(); }
            fn written(x: Written) { x.mean(); }
        }
        mod c {
            use crate::Mean;
            struct Own;
            impl Own { fn f(&self) { struct In; impl In { fn g(&self) { self.mean(); } } } fn h(&self) { self.mean(); } }
        }
        ",
        "
        b::hands: Mean
        b::derived: Mean
        b::written: Mean
        c::Own::f: Mean
        ",
    );
}

#[test]
fn a_container_has_no_trait_that_none_has() {
    check_unnamed(
        "
        pub trait Rows { fn size(&self) -> usize; }
        pub trait Count { fn size(&self) -> usize; }
        impl Count for [u8] { fn size(&self) -> usize { 0 } }
        pub struct View { lines: Vec<u8>, rest: std::cell::Ref<'static, u8> }
        impl View { fn lines(&self) { self.lines.size(); } fn rest(&self) { self.rest.size(); } }
        fn typed(of: &str) { of.size(); }
        fn own(of: &str) { of.len(); }
        ",
        "
        View::lines: Count
        View::rest: Rows Count
        typed: Count
        ",
    );
}

#[test]
fn a_pattern_tells_what_a_field_holds() {
    check_unnamed(
        "
        pub trait Show { fn show(&self) {} }
        pub struct Area; impl Area { pub fn show(&self) {} }
        pub struct Size; impl Show for Size {}
        pub struct Pair(Area, Size);
        pub enum Shape { Named { area: Area, size: Size }, Flat(Area, u8), Other(Size) }
        fn of_struct(Pair(area, _): Pair) { area.show(); }
        fn of_other(Pair(_, size): Pair) { size.show(); }
        impl Shape {
            fn of_variant(&self) {
                match self { Self::Named { area: it, .. } => it.show(), Shape::Flat(it, ..) => it.show(), _ => {} }
            }
            fn of_another(&self) { if let Shape::Other(it) = self { it.show(); } }
            fn from_behind(&self) { if let Shape::Flat(.., it) = self { it.show(); } }
        }
        ",
        "
        of_other: Show
        Shape::of_another: Show
        Shape::from_behind: Show
        ",
    );
}

#[test]
fn a_function_without_self_is_no_method() {
    check_unnamed(
        "
        pub trait Reset: Sized { fn reset(self) {} }
        pub struct Style; impl Reset for Style {}
        impl Style { pub fn reset() -> Style { Style } }
        fn by_trait(style: Style) { style.reset(); }
        fn by_path() { Style::reset(); }
        ",
        "
        by_trait: Reset
        ",
    );
}

#[test]
fn what_another_crates_type_holds_is_what_its_arguments_say() {
    check_unnamed(
        "
        extern crate outside;
        use outside::{Map, Ptr};
        pub trait TableLike { fn clear(&mut self); }
        pub struct Table { items: Pairs, held: Ptr<Table>, shown: Ptr<dyn TableLike> }
        type Pairs = Map<Key, u8>;
        pub struct Key(String);
        impl core::ops::Deref for Key { type Target = str; fn deref(&self) -> &str { &self.0 } }
        impl TableLike for Table { fn clear(&mut self) {} }
        pub struct Plain { items: Pairs }
        pub struct Holding { held: Ptr<Table> }
        impl Plain { fn a(&mut self) { self.items.clear(); } }
        impl Holding { fn b(&mut self) { self.held.clear(); } }
        ",
        "
        Holding::b: TableLike
        ",
    );
}

#[test]
fn a_generic_value_has_what_its_bounds_say() {
    check_unnamed(
        "
        mod a {
            pub trait Size { fn get(&self) -> u8; }
            pub trait Other { fn get(&self) -> u8; }
            pub trait Kind { type Key: Size; fn key(&self) -> Self::Key; }
            pub trait Lead: std::ops::Deref<Target = crate::Own> {}
        }
        use a::{Kind, Other, Size};
        pub struct Own;
        impl Other for Own { fn get(&self) -> u8 { 0 } }
        pub struct Pair<T>(T);
        fn parameter<T: Size>(value: T) { value.get(); }
        fn anything(value: impl Size) { value.get(); }
        fn associated<T: Kind>(of: &T) { let key: T::Key = of.key(); key.get(); }
        pub trait Default { fn twice(&self) { self.get(); } }
        impl<T: Size> Pair<T> { fn held(&self) { self.0.get(); } }
        impl Pair<Own> { fn written(&self) { self.0.get(); } }
        pub struct Preset<T = Own>(T);
        impl Preset { fn preset(&self) { self.0.get(); } }
        fn hands_on<T: std::ops::Deref<Target = Own>>(value: T) { value.get(); }
        fn hands_on_in_turn<T: a::Lead>(value: T) { value.get(); }
        ",
        "
        associated: a::Size
        Pair::held: a::Size
        Pair::written: a::Size a::Other
        Preset::preset: a::Size a::Other
        hands_on: a::Size a::Other
        hands_on_in_turn: a::Size a::Other
        ",
    );
}

#[test]
fn a_type_named_in_a_function_s_body_gets_no_impl_from_a_macro() {
    check_unnamed(
        "
        pub trait Size { fn size(&self) -> u8; }
        impl Size for u8 { fn size(&self) -> u8 { 0 } }
        pub struct Tested;
        pub struct Written;
        unseen::properties! { fn holds(value in 1..2) { check::<Tested>(value); } }
        unseen::implement! { Written { fn other() {} } }
        fn tested(value: Tested) { value.size(); }
        fn written(value: Written) { value.size(); }
        ",
        "
        written: Size
        ",
    );
}

#[test]
fn what_is_named_by_its_trait_is_no_other_trait_s() {
    check_unnamed(
        "
        pub trait Base { type Id; fn id() -> u8; }
        pub trait Edge { type Id; fn id() -> u8; }
        fn by_trait<T: Base>(value: <T as Base>::Id) { <T as Base>::id(); }
        fn by_type<T: Base>() { <T>::id(); }
        fn by_other() { <[u8; 4]>::id(); }
        ",
        "
        by_other: Base Edge
        ",
    );
}
