//! Knots and what is said of them.

use cleave_graph::knot::{Knots, Way, knots};
use cleave_syntax::LoadOptions;
use cleave_tests::Fixture;

#[track_caller]
fn of(text: &str) -> Knots {
    let fixture = Fixture::new(text);
    let (workspace, diagnostics) = cleave_syntax::load(&LoadOptions {
        manifest_path: fixture.root.join("Cargo.toml"),
        offline: true,
        ..LoadOptions::default()
    })
    .expect("a package");
    assert_eq!(diagnostics, []);
    let graph = cleave_graph::resolve(&workspace);
    let krate = workspace.monolith(workspace.package).expect("a library");
    knots(&workspace, &graph, krate)
}

#[test]
fn an_impl_in_the_lower_module_goes_up() {
    let knots = of("\
//- src/lib.rs
pub mod high;
pub mod low;
//- src/low.rs
pub struct Low;

impl Low {
    pub fn new() -> Low {
        Low
    }
}

impl From<crate::high::High> for Low {
    fn from(_: crate::high::High) -> Low {
        Low
    }
}
//- src/high.rs
use crate::low::Low;

pub struct High {
    pub low: Low,
}
");
    assert_eq!((knots.module.count, knots.item.count), (1, 0));
    let knot = &knots.module.knots[0];
    let members: Vec<&str> = knot.members.iter().map(|member| &*member.name).collect();
    assert_eq!(members, ["high", "low"]);
    let cut = &knot.cuts[0];
    assert_eq!((cut.way, cut.left), (Way::MoveUp, 0));
    assert_eq!(cut.moves, ["low::impl From<crate::high::High> for Low"]);
    let site = &cut.links[0].sites[0];
    assert_eq!((&*site.file, site.line), ("src/low.rs", 9));
    assert!(
        cut.advice
            .contains("up to `high`: nothing else in `low` needs `high`"),
        "{}",
        cut.advice
    );
}

#[test]
fn a_type_in_the_upper_module_goes_down_with_what_it_needs() {
    let knots = of("\
//- src/lib.rs
pub mod high;
pub mod low;
//- src/low.rs
pub struct Low(pub crate::high::Config);

pub fn f() {}
//- src/high.rs
pub struct Config(Inner);
struct Inner;

pub struct High(crate::low::Low);

impl High {
    pub fn a(&self) {
        crate::low::f();
    }
    pub fn b(&self) {}
    pub fn c(&self) {}
}
");
    let cut = &knots.module.knots[0].cuts[0];
    assert_eq!((cut.way, cut.left), (Way::MoveDown, 0));
    assert_eq!(cut.moves, ["high::Config", "high::Inner"]);
}

#[test]
fn methods_become_an_extension_trait() {
    let knots = of("\
//- src/lib.rs
pub struct App {
    name: String,
}

impl App {
    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn rename(&mut self, name: String) {
        self.name = name;
    }
    pub fn serve(self) {
        serve(self);
    }
}

pub fn serve(app: App) {
    app.name();
}
");
    assert_eq!((knots.module.count, knots.item.count), (0, 1));
    assert_eq!(knots.method.count, 0);
    let cut = &knots.item.knots[0].cuts[0];
    assert_eq!((cut.way, cut.left), (Way::ExtensionTrait, 0));
    assert_eq!(cut.moves, ["App::serve"]);
}

#[test]
fn two_links_side_by_side_are_cut_together() {
    // Each of a and b alone leaves the other to close the circle; what they name is half of their modules.
    let bulk: Vec<String> = (0..20).map(|n| format!("pub fn f{n}() {{}}\n")).collect();
    let bulk = bulk.concat();
    let knots = of(&format!(
        "\
//- src/lib.rs
pub mod a;
pub mod b;
pub mod top;
//- src/top.rs
pub fn one() {{ crate::a::f1(); }}
pub fn two() {{ crate::b::f1(); }}
{bulk}
//- src/a.rs
pub fn up() {{ crate::top::one(); crate::b::f2(); }}
{bulk}
//- src/b.rs
pub fn up() {{ crate::top::two(); crate::a::f2(); }}
{bulk}
"
    ));
    let knot = &knots.module.knots[0];
    let pair = knot
        .cuts
        .iter()
        .find(|cut| cut.links.len() > 1 && cut.left == 0);
    assert!(pair.is_some(), "{:#?}", knot.cuts);
}

#[test]
fn what_closes_the_circles_is_named_with_its_lines() {
    let knots = of("\
//- src/lib.rs
pub mod a;
pub mod b;
//- src/a.rs
use crate::b::{X, Y};
pub fn f(_: X, _: Y) {}
pub struct Back;
//- src/b.rs
pub struct X(crate::a::Back);
pub struct Y;
");
    let knot = &knots.module.knots[0];
    assert_eq!(knot.closing_count, 1);
    let link = &knot.closing[0];
    assert_eq!((&*link.from, &*link.to, link.references), ("b", "a", 1));
    assert_eq!((link.sites[0].line, link.sites[0].weak), (1, false));
}

#[test]
fn test_code_ties_no_knot() {
    let knots = of("\
//- src/lib.rs
pub mod a;
pub mod b;
//- src/a.rs
pub fn f() {}
#[cfg(test)]
mod tests {
    #[test]
    fn t() {
        crate::b::g();
    }
}
//- src/b.rs
pub fn g() {
    crate::a::f();
}
");
    assert_eq!(knots.module.count, 0);
}
