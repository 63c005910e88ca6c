//! Links and tests in documentation (row A10): references, and no edges.

use cleave_graph::resolve;
use cleave_syntax::ItemKind;

use crate::{Fixture, links};

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (workspace, _) = Fixture::new(text).load();
    let graph = resolve(&workspace);
    assert_eq!(links(&workspace, &graph), expected);
    let functions = workspace.items.iter().zip(&graph.edges);
    let mut functions = functions.filter(|(item, _)| item.kind == ItemKind::Fn);
    assert!(
        functions.all(|(_, edges)| edges.is_empty()),
        "a link is no dependency"
    );
}

#[test]
fn links_of_every_form_are_resolved_in_the_items_scope() {
    check(
        "
pub mod a { pub struct X; pub fn f() {} }
use a::X;
/// [`X`], [text](crate::a::f), [fn@a::f], [`a::f()`], [m!] and [nothing][none], [y].
///
/// [y]: a::X
pub fn g() {}
#[macro_export] macro_rules! m { () => {} }
",
        &[
            "X -> a::X",
            "crate::a::f -> a::f",
            "a::f -> a::f",
            "a::f -> a::f",
            "m -> m!",
            "a::X -> a::X",
        ],
    );
}

#[test]
fn a_modules_own_docs_are_inside_and_those_on_it_outside() {
    check(
        "
/// [X] [Y] [a::X]
pub mod a {
    //! [X] [super::Y]
    pub struct X;
}
pub struct Y;
",
        &["Y -> Y", "a::X -> a::X", "X -> a::X", "super::Y -> Y"],
    );
}

#[test]
fn block_comments_and_doc_attributes_count_with_their_bytes() {
    check(
        "
pub struct X;
/** See [`X`]
 * and [crate::X]. */
pub fn f() {}
#[doc = \"[X]\"]
#[doc = \"\\t[X]\"]
#[doc(hidden)]
pub fn g() {}
",
        &["X -> X", "crate::X -> X", "X -> X"],
    );
}

#[test]
fn self_in_a_link_is_the_type() {
    check(
        "
/// [Self::go], [`X::go`]
pub struct X;
impl X { 
/// [Self]
pub fn go() {} }
",
        &["Self::go -> X::go", "X::go -> X::go", "Self -> X"],
    );
}

#[test]
fn code_is_no_link_and_doc_tests_are_paths() {
    check(
        "
pub struct X;
/// `[X]`
/// ```
/// let x: app::X = [X];
/// ```
pub fn f() {}
",
        &["app::X -> X"],
    );
}
