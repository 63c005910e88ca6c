//! What a plan must hold, each rule on a package of a few lines; and what holds for any package.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use cleave_graph::Graph;
use cleave_plan::lift::Lifts;
use cleave_plan::unit;
use cleave_plan::{History, Homes, Order, Plan, PlannedCrate, ProposeOptions, Role, Weights};
use cleave_syntax::{Item, ItemId, LoadOptions, Workspace};

/// A package made of files under lines `//- path`, read and resolved.
fn package(text: &str) -> (Workspace, Graph) {
    package_with("", text)
}

/// The same with more keys in its manifest.
fn package_with(keys: &str, text: &str) -> (Workspace, Graph) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a UTF-8 path");
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{keys}\n[workspace]\n"
    );
    std::fs::write(root.join("Cargo.toml"), manifest).expect("a file");
    for file in text.split("//- ").skip(1) {
        let (path, body) = file.split_once('\n').expect("a body");
        let path = root.join(path.trim());
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, body).expect("a file");
    }
    let options = LoadOptions {
        manifest_path: root.join("Cargo.toml"),
        package: None,
        offline: true,
        locked: false,
        ..LoadOptions::default()
    };
    let (workspace, _) = cleave_syntax::load(&options).expect("it loads");
    let graph = cleave_graph::resolve(&workspace);
    (workspace, graph)
}

/// Crates bottom-up, each with its modules and the crates that it depends on.
fn plan(crates: &[(&str, &[&str], &[usize])]) -> Plan {
    let crates = crates
        .iter()
        .map(|(name, modules, depends_on)| PlannedCrate {
            name: (*name).to_owned(),
            role: Role::Part,
            modules: modules.iter().map(|module| (*module).to_owned()).collect(),
            items: Vec::new(),
            depends_on: depends_on.to_vec(),
        });
    Plan {
        package: "app".to_owned(),
        crates: crates.collect(),
        ..Plan::default()
    }
}

/// A lower crate of module `a` and an upper one of module `b`.
fn low_and_high() -> Plan {
    plan(&[("low", &["a"], &[]), ("high", &["b"], &[0])])
}

/// A crate of module `s` below two of modules `a` and `b`, which do not know each other.
fn siblings() -> Plan {
    plan(&[
        ("low", &["s"], &[]),
        ("left", &["a"], &[0]),
        ("right", &["b"], &[0]),
    ])
}

#[track_caller]
fn check(plan: &Plan, source: &str, wanted: &[(&str, &str)]) {
    let (workspace, graph) = package(source);
    let (homes, _) = cleave_plan::homes(plan, &workspace, &graph);
    assert_legal(plan, &homes, &workspace, &graph);
    let found: Vec<(String, &str)> = wanted
        .iter()
        .map(|(path, _)| ((*path).to_owned(), home(plan, &homes, &workspace, path)))
        .collect();
    let wanted: Vec<(String, &str)> = wanted
        .iter()
        .map(|(path, home)| ((*path).to_owned(), *home))
        .collect();
    assert_eq!(found, wanted);
}

fn home<'a>(plan: &'a Plan, homes: &Homes, workspace: &Workspace, path: &str) -> &'a str {
    let id = (0..workspace.items.len())
        .map(ItemId::new)
        .find(|id| workspace.path_of(*id) == path);
    let id = id.unwrap_or_else(|| panic!("there is no `{path}`"));
    homes.planned[id.index()].map_or("app", |home| &plan.crates[home].name)
}

fn nodes(workspace: &Workspace) -> impl Iterator<Item = (ItemId, &Item)> {
    let all = (0..workspace.items.len())
        .map(ItemId::new)
        .map(|id| (id, workspace.item(id)));
    all.filter(|(_, item)| item.is_node())
}

/// No item needs what its crate does not see, and every impl is where the orphan rule lets it be.
#[track_caller]
fn assert_legal(plan: &Plan, homes: &Homes, workspace: &Workspace, graph: &Graph) {
    let order = Order::of(plan);
    for (id, _) in nodes(workspace) {
        for to in graph.edges_of(id) {
            let (from, lower) = (homes.planned[id.index()], homes.planned[to.index()]);
            assert!(
                order.sees(from, lower),
                "{} in {from:?} needs {} in {lower:?}",
                workspace.path_of(id),
                workspace.path_of(*to)
            );
        }
        let anchors = &graph.anchors[id.index()];
        let own = homes.planned[id.index()];
        assert!(
            anchors.is_empty()
                || anchors
                    .iter()
                    .any(|anchor| homes.planned[anchor.index()] == own),
            "{} is an orphan",
            workspace.path_of(id)
        );
    }
}

#[test]
fn what_a_lower_crate_needs_goes_down_with_all_it_needs() {
    check(
        &low_and_high(),
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub fn f() { crate::b::g() }\n//- src/b.rs\npub fn g() { h() }\nfn h() {}\npub fn stays() { g() }\n",
        &[
            ("a::f", "low"),
            ("b::g", "low"),
            ("b::h", "low"),
            ("b::stays", "high"),
        ],
    );
}

#[test]
fn an_inherent_impl_goes_with_its_type() {
    check(
        &low_and_high(),
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub struct X;\n//- src/b.rs\nimpl crate::a::X { pub fn f(&self) {} }\n",
        &[("a::X", "low"), ("b::impl crate::a::X", "low")],
    );
}

#[test]
fn a_trait_impl_goes_with_its_trait_or_its_type_whichever_is_above() {
    let source = "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub struct X;\npub trait T {}\n//- src/b.rs\npub struct Y;\npub trait U {}\nimpl crate::a::T for Y {}\nimpl U for crate::a::X {}\n";
    check(
        &low_and_high(),
        source,
        &[
            ("a::X", "low"),
            ("b::impl crate::a::T for Y", "high"),
            ("b::impl U for crate::a::X", "high"),
        ],
    );
}

#[test]
fn a_conversion_goes_up_to_the_type_that_it_comes_from() {
    check(
        &low_and_high(),
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub struct Lower;\nimpl From<crate::b::Upper> for Lower { fn from(_: crate::b::Upper) -> Self { Lower } }\n//- src/b.rs\npub struct Upper;\n",
        &[
            ("a::Lower", "low"),
            ("a::impl From<crate::b::Upper> for Lower", "high"),
            ("b::Upper", "high"),
        ],
    );
}

/// `impl Sort for Any` may go with `Sort` or with `Any`, which needs `Sort` by way of an impl of `Erased`: with `Sort` it would
/// tie both together, however they are ordered.
#[test]
fn impls_of_two_anchors_make_no_circle_of_them() {
    let parts = [
        "pub trait Sort {}\n",
        "pub trait Erased {}\n",
        "pub struct Held<C>(C);\nimpl<C: Sort> Erased for Held<C> {}\n",
        "pub struct Any(pub Box<dyn Erased>);\nimpl Sort for Any {}\n",
    ];
    for first in 0..parts.len() {
        for step in [1, 3] {
            let order = (0..parts.len()).map(|at| (first + at * step) % parts.len());
            let body: String = order.map(|part| parts[part]).collect();
            let plan = plan(&[("low", &["a"], &[])]);
            let source = format!("//- src/lib.rs\nmod a;\n//- src/a.rs\n{body}");
            let (workspace, graph) = package(&source);
            let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
            let crates = unit::crates(&workspace, &plan);
            let lifts = Lifts::of(&plan, &workspace, &graph, &crates);
            let known = (&homes.planned[..], &lifts);
            let units = unit::units_at(&workspace, &graph, &crates[..1], known);
            let unit_of = |name: &str| {
                let found = nodes(&workspace).find(|(_, item)| item.name == name);
                let (id, _) = found.expect("a definition");
                units.unit_of[id.index()]
            };
            assert_ne!(unit_of("Sort"), unit_of("Any"), "{body}");
        }
    }
}

#[test]
fn an_impl_between_siblings_draws_what_it_needs_down() {
    check(
        &siblings(),
        "//- src/lib.rs\nmod s; mod a; mod b;\n//- src/s.rs\npub fn f() {}\n//- src/a.rs\npub struct X;\nimpl crate::b::T for X {}\n//- src/b.rs\npub trait T {}\npub fn g() {}\n",
        &[
            ("s::f", "low"),
            ("a::impl crate::b::T for X", "left"),
            ("b::T", "low"),
            ("b::g", "right"),
        ],
    );
}

#[test]
fn a_macro_is_at_or_below_its_users() {
    check(
        &low_and_high(),
        "//- src/lib.rs\n#[macro_use]\nmod b;\nmod a;\n//- src/b.rs\nmacro_rules! m { () => {} }\npub fn g() {}\n//- src/a.rs\npub fn f() { m!() }\n",
        &[("a::f", "low"), ("b::m!", "low"), ("b::g", "high")],
    );
}

#[test]
fn a_macro_call_that_names_a_type_of_its_module_stays_with_it() {
    let mut plan = low_and_high();
    plan.crates[1].items = vec!["a::X".to_owned()];
    check(
        &plan,
        "//- src/lib.rs\nmod a; mod b;\n#[macro_export]\nmacro_rules! make { ($t:ident) => { impl $t { pub fn f(&self) {} } } }\n//- src/a.rs\npub struct X;\ncrate::make!(X);\npub fn g() {}\n//- src/b.rs\npub fn h() {}\n",
        &[
            ("a::X", "high"),
            ("a::crate::make! X", "high"),
            ("a::g", "low"),
        ],
    );
}

#[test]
fn definitions_that_cfgs_tell_apart_stay_together() {
    let source = "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub fn f() { crate::b::g() }\n//- src/b.rs\n#[cfg(unix)]\npub fn g() {}\n#[cfg(not(unix))]\npub fn g() {}\n";
    let (workspace, graph) = package(source);
    let plan = low_and_high();
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    let twins = nodes(&workspace).filter(|(_, item)| item.name == "g");
    assert!(
        twins
            .map(|(id, _)| homes.planned[id.index()])
            .all(|home| home == Some(0))
    );
}

#[test]
fn what_a_build_script_reads_too_stays_in_the_root() {
    check(
        &low_and_high(),
        "//- build.rs\n#[path = \"src/a.rs\"]\nmod a;\nfn main() { a::f(); }\n//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub fn f() {}\n//- src/b.rs\npub fn g() {}\npub fn h() { crate::a::f() }\n",
        &[("a::f", "app"), ("b::g", "high"), ("b::h", "app")],
    );
}

#[test]
fn a_programs_main_stays_in_the_root() {
    check(
        &low_and_high(),
        "//- src/main.rs\nmod a; mod b;\nfn main() { a::f() }\n//- src/a.rs\npub fn f() {}\n//- src/b.rs\npub fn g() {}\n",
        &[("main", "app"), ("a::f", "low")],
    );
}

#[test]
fn what_the_linker_finds_by_name_stays_in_the_root() {
    check(
        &low_and_high(),
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\n#[no_mangle]\npub extern \"C\" fn f() {}\npub fn g() {}\n//- src/b.rs\n",
        &[("a::f", "app"), ("a::g", "low")],
    );
}

#[test]
fn what_is_there_for_doc_tests_alone_stays_in_the_root() {
    check(
        &low_and_high(),
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\n#[cfg(doctest)]\npub struct Readme;\n#[cfg(doctest)]\nmod more { pub struct Guide; }\npub fn g() {}\n//- src/b.rs\n",
        &[
            ("a::Readme", "app"),
            ("a::more::Guide", "app"),
            ("a::g", "low"),
        ],
    );
}

#[test]
fn an_extern_block_stays_where_a_library_is_linked() {
    let block = "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub fn f() { unsafe { g() } }\nextern \"C\" { fn g(); }\n//- src/b.rs\npub fn h() { crate::a::f() }\n";
    check(&low_and_high(), block, &[("a::f", "low"), ("b::h", "high")]);
    let script = "//- build.rs\nfn main() { println!(\"cargo::rustc-link-lib=g\"); }\n";
    let linked = format!("{script}{block}");
    check(
        &low_and_high(),
        &linked,
        &[("a::f", "app"), ("b::h", "app")],
    );
}

#[test]
fn what_keeps_code_in_the_package_is_said_with_the_lines_that_need_it() {
    let (workspace, graph) = package(
        "//- build.rs\nmod a { include!(\"src/a.rs\"); }\nfn main() { a::f(); }\n//- src/lib.rs\nmod a; mod b; mod c;\n//- src/a.rs\npub fn f() {}\n//- src/b.rs\npub fn g() {}\npub fn h() { crate::a::f() }\n//- src/c.rs\n#[no_mangle]\npub fn i() {}\n",
    );
    let kept = cleave_plan::kept(&low_and_high(), &workspace, &graph);
    let said = kept.iter().map(|kept| {
        let item = workspace.path_of(kept.item);
        format!("{} with {item}: {}", kept.lines, kept.pin)
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "2 with a::f: the build script looks for src/a.rs where it is",
            "2 with c::i: the linker knows it by name",
        ]
    );
}

#[test]
fn a_test_lives_where_it_sees_all_it_uses() {
    check(
        &siblings(),
        "//- src/lib.rs\nmod s; mod a; mod b;\n//- src/s.rs\n//- src/a.rs\npub fn f() {}\n#[cfg(test)]\nmod tests {\n#[test]\nfn both() { crate::a::f(); crate::b::g() }\n}\n//- src/b.rs\npub fn g() {}\n#[test]\nfn own() { g() }\n",
        &[
            ("a::tests::both", "app"),
            ("b::own", "right"),
            ("a::f", "left"),
        ],
    );
}

#[test]
fn what_needs_two_crates_with_nothing_below_goes_to_the_root() {
    check(
        &plan(&[("left", &["a"], &[]), ("right", &["b"], &[])]),
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub fn f() { crate::b::g() }\npub fn h() {}\n//- src/b.rs\npub fn g() {}\n",
        &[("a::f", "app"), ("a::h", "left"), ("b::g", "right")],
    );
}

#[test]
fn a_pin_wins_over_the_claims_inside_it() {
    let mut plan = low_and_high();
    plan.crates[0].modules.push("b::c".to_owned());
    plan.pins = BTreeMap::from([("b".to_owned(), "high".to_owned())]);
    check(
        &plan,
        "//- src/lib.rs\nmod a; mod b;\n//- src/a.rs\npub fn f() {}\n//- src/b.rs\npub mod c;\n//- src/b/c.rs\npub fn g() {}\n",
        &[("b::c::g", "high"), ("a::f", "low")],
    );
}

/// A package of `modules` files of functions that call each other as the numbers of a seed say; where asked for, with tests
/// that can stand in the crate of a type only, which must see what they call.
fn generated(seed: u32, modules: usize, has_tests: bool) -> String {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    };
    let mut text = String::from("//- src/lib.rs\n");
    for module in 0..modules {
        text.push_str(&format!("pub mod m{module};\n"));
    }
    for module in 0..modules {
        text.push_str(&format!(
            "//- src/m{module}.rs\npub struct S{module};\npub trait T{module} {{}}\n"
        ));
        text.push_str(&format!(
            "impl crate::m{}::T{} for S{module} {{}}\n",
            (module + 1) % modules,
            (module + 1) % modules
        ));
        for function in 0..5 {
            let calls: Vec<String> = (0..next(3))
                .map(|_| format!("crate::m{}::f{}();", next(modules), next(5)))
                .collect();
            text.push_str(&format!(
                "pub fn f{function}() {{\n{}\n}}\n",
                calls.join("\n")
            ));
        }
        if has_tests && module % 3 == 0 {
            text.push_str(&format!(
                "#[cfg(test)]\nmod tests {{\nuse super::*;\nimpl S{module} {{ fn helps(&self) {{}} }}\n#[test]\nfn all() {{ S{module}.helps(); crate::m{}::f{}() }}\n}}\n",
                next(modules),
                next(5)
            ));
        }
    }
    text
}

#[test]
fn any_proposal_is_legal_and_reads_back_as_it_was_meant() {
    for seed in 0..12 {
        let (workspace, graph) = package(&generated(seed, 8, seed % 2 == 0));
        let options = ProposeOptions::default();
        let (plan, _) = cleave_plan::propose(&workspace, &graph, &options);
        let (homes, diagnostics) = cleave_plan::homes(&plan, &workspace, &graph);
        assert_eq!(diagnostics, Vec::new(), "seed {seed}");
        assert_legal(&plan, &homes, &workspace, &graph);
        assert_eq!(
            cleave_plan::propose(&workspace, &graph, &options).0,
            plan,
            "seed {seed}"
        );
        let text = cleave_plan::file::write(&plan, None);
        assert_eq!(cleave_plan::file::parse(&text), Ok(plan), "seed {seed}");
    }
}

#[test]
fn a_pin_changes_just_what_it_names_needs_and_is_needed_by() {
    for seed in 0..8 {
        let (workspace, graph) = package(&generated(seed, 8, false));
        let (plan, _) = cleave_plan::propose(&workspace, &graph, &ProposeOptions::default());
        let (before, _) = cleave_plan::homes(&plan, &workspace, &graph);
        let mut pinned = plan.clone();
        pinned
            .pins
            .insert("m3".to_owned(), plan.crates[0].name.clone());
        let (after, _) = cleave_plan::homes(&pinned, &workspace, &graph);
        assert_legal(&pinned, &after, &workspace, &graph);
        let reached = reached(&workspace, &graph, "m3");
        for (id, item) in nodes(&workspace) {
            let changed = before.planned[id.index()] != after.planned[id.index()];
            let may = reached[id.index()] || item.implementation.is_some();
            assert!(
                !changed || may,
                "seed {seed}: {} moved",
                workspace.path_of(id)
            );
        }
    }
}

/// What a module and its items need, directly or not.
fn reached(workspace: &Workspace, graph: &Graph, module: &str) -> Vec<bool> {
    let mut reached = vec![false; workspace.items.len()];
    let inside = nodes(workspace).filter(|(_, item)| workspace.module(item.module).path == module);
    let mut pending: Vec<ItemId> = inside.map(|(id, _)| id).collect();
    while let Some(id) = pending.pop() {
        if !std::mem::replace(&mut reached[id.index()], true) {
            pending.extend(graph.edges_of(id));
            // Impls of two homes are drawn along by either.
            pending.extend(graph.implementations[id.index()].iter());
        }
    }
    reached
}

#[test]
fn the_cost_of_a_plan_is_the_sum_that_its_search_kept() {
    let (workspace, graph) = package(&generated(5, 8, false));
    let (plan, _) = cleave_plan::propose(&workspace, &graph, &ProposeOptions::default());
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    let history = History::default();
    let cost = cleave_plan::cost(
        &plan,
        &homes,
        (&workspace, &graph),
        (&history, Weights::default()),
    );
    let figures = cleave_plan::measure(&plan, &homes, &workspace, &history);
    let terms = cost.terms(&Weights::default());
    // The same expectation, added up in two ways.
    assert!(
        (terms[0].lines - figures.rebuild_after).abs() < 1.0,
        "{} {}",
        terms[0].lines,
        figures.rebuild_after
    );
}

#[test]
fn hints_are_kept_and_the_rest_is_proposed_around_them() {
    let (workspace, graph) = package(&generated(2, 8, false));
    let hints = cleave_plan::file::parse("[crates.app-mine]\nmodules = [\"m2\"]\n")
        .expect("hints need no package");
    let options = ProposeOptions {
        pins: Some(hints),
        ..ProposeOptions::default()
    };
    let (plan, _) = cleave_plan::propose(&workspace, &graph, &options);
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    assert_legal(&plan, &homes, &workspace, &graph);
    assert!(plan.crates.iter().any(|krate| krate.name == "app-mine"));
}

#[test]
fn crates_out_of_one_file_are_called_after_their_items() {
    // Three groups that do not know each other, all in the package's outermost module.
    let group = |word: &str, number: usize| {
        let body = "    let _ = 1;\n".repeat(30);
        format!(
            "pub struct {word}{number};\npub fn {}_{number}(of: {word}{number}) {{\n    let _ = of;\n{body}}}\n",
            word.to_lowercase()
        )
    };
    let text = ["Border", "Lattice", "Parquet"]
        .map(|word| (0..4).map(|number| group(word, number)).collect::<String>());
    let (workspace, graph) = package(&format!("//- src/lib.rs\n{}", text.concat()));
    let options = ProposeOptions {
        crates: Some(4),
        ..ProposeOptions::default()
    };
    let (plan, _) = cleave_plan::propose(&workspace, &graph, &options);
    let names: Vec<&str> = plan
        .crates
        .iter()
        .map(|krate| krate.name.as_str())
        .collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(!name.starts_with("app-part"), "{name}");
    }
}

/// `Engine` is needed by all, and one of its methods needs all.
const GOD: &str = "
//- src/lib.rs
mod engine; mod page; mod part;
//- src/engine.rs
pub struct Engine(u32);
impl Engine {
    pub fn left(&self) -> u32 { self.0 }
    pub(crate) fn report(&self) -> String { crate::page::page(self) }
}
//- src/page.rs
pub fn page(engine: &crate::engine::Engine) -> String { engine.left().to_string() }
//- src/part.rs
pub fn part(engine: &crate::engine::Engine) -> String { engine.report() }
";

/// A lower crate of the engine and an upper one of the rest, with a lift or without.
fn god_plan(lifted: &[&str]) -> Plan {
    let mut plan = plan(&[("low", &["engine"], &[]), ("high", &["page", "part"], &[0])]);
    if !lifted.is_empty() {
        plan.lifts.push(cleave_plan::Lift {
            name: "engine::EngineExt".to_owned(),
            methods: lifted.iter().map(|path| (*path).to_owned()).collect(),
            to: "high".to_owned(),
        });
    }
    plan
}

#[test]
fn a_method_that_is_lifted_pulls_nothing_down() {
    let without = [
        ("engine::Engine", "low"),
        ("page::page", "low"),
        ("part::part", "high"),
    ];
    check(&god_plan(&[]), GOD, &without);
    let with = [
        ("engine::Engine", "low"),
        ("engine::Engine::left", "low"),
        ("engine::Engine::report", "high"),
        ("page::page", "high"),
    ];
    check(&god_plan(&["engine::Engine::report"]), GOD, &with);
}

#[test]
fn who_may_call_a_lifted_method_is_not_below_it() {
    let mut plan = god_plan(&["engine::Engine::report"]);
    plan.crates[0].modules.push("part".to_owned());
    plan.crates[1].modules = vec!["page".to_owned()];
    // What it needs sinks to its caller.
    check(
        &plan,
        GOD,
        &[("part::part", "low"), ("engine::Engine::report", "low")],
    );
}

#[test]
fn a_cut_says_what_it_buys() {
    let (workspace, graph) = package(GOD);
    let plan = god_plan(&["engine::Engine::report"]);
    let (homes, diagnostics) = cleave_plan::homes(&plan, &workspace, &graph);
    assert_eq!(diagnostics, []);
    let cuts = cleave_plan::cuts(&plan, &homes, &workspace, &graph);
    let told: Vec<_> = cuts
        .iter()
        .map(|cut| (cut.methods, cut.lines, cut.freed))
        .collect();
    assert_eq!(told, [(1, 1, 1)]);
}

#[test]
fn a_lift_of_what_is_not_there_is_said() {
    let (workspace, graph) = package(GOD);
    let plan = god_plan(&["engine::Engine::reports"]);
    let (_, diagnostics) = cleave_plan::homes(&plan, &workspace, &graph);
    assert_eq!(
        diagnostics[0].message,
        "there is no method `engine::Engine::reports` any more"
    );
    let help = diagnostics[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("`engine::Engine::report`?"), "{help}");
}

#[test]
fn lifts_are_a_step_before_anything_moves() {
    let (workspace, graph) = package(GOD);
    let plan = god_plan(&["engine::Engine::report"]);
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    let steps = cleave_plan::steps(&plan, &homes, &workspace, &graph);
    assert_eq!(
        steps[1].kind,
        cleave_plan::StepKind::Lift { lifts: vec![0] }
    );
    assert_eq!(steps[1].title, "Lift 1 method into `engine::EngineExt`");
}

/// Methods of one type that all parts of a program need, each of which needs a part.
fn god_object(parts: usize) -> String {
    let modules: Vec<String> = (0..parts).map(|part| format!("mod p{part};\n")).collect();
    let modules = modules.concat();
    let mut text = format!(
        "//- src/lib.rs\nmod engine;\n{modules}//- src/engine.rs\npub(crate) struct Engine(u32);\nimpl Engine {{\n    pub(crate) fn left(&self) -> u32 {{\n        self.0\n    }}\n"
    );
    for part in 0..parts {
        text.push_str(&format!(
            "    pub(crate) fn run{part}(&self) -> u32 {{\n        crate::p{part}::go{part}(self)\n    }}\n"
        ));
    }
    text.push_str("}\n");
    for part in 0..parts {
        let lines: Vec<String> = (0..200).map(|line| format!("    // {line}\n")).collect();
        let lines = lines.concat();
        text.push_str(&format!(
            "//- src/p{part}.rs\nuse crate::engine::Engine;\npub(crate) fn go{part}(engine: &Engine) -> u32 {{\n{lines}    engine.left()\n}}\n"
        ));
    }
    text
}

#[test]
fn a_god_object_is_opened_by_lifting_its_methods() {
    let (workspace, graph) = package(&god_object(6));
    let (plan, _) = cleave_plan::propose(&workspace, &graph, &ProposeOptions::default());
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    assert_legal(&plan, &homes, &workspace, &graph);
    assert!(!plan.lifts.is_empty(), "{plan:?}");
    let figures = cleave_plan::measure(&plan, &homes, &workspace, &History::default());
    assert!(figures.largest <= 0.5, "{figures:?}");
    let text = cleave_plan::file::write(&plan, None);
    assert_eq!(cleave_plan::file::parse(&text), Ok(plan));
}

#[test]
fn methods_that_users_of_a_library_call_are_lifted_where_that_is_said() {
    let text = god_object(6)
        .replace("mod ", "pub mod ")
        .replace("pub(crate) fn", "pub fn");
    let lifted = |keys: &str, lifts_public: bool| {
        let (workspace, graph) = package_with(keys, &text);
        let options = ProposeOptions {
            lifts_public,
            ..ProposeOptions::default()
        };
        let (plan, _) = cleave_plan::propose(&workspace, &graph, &options);
        !plan.lifts.is_empty()
    };
    assert!(
        lifted("", false),
        "nobody can have a package without a licence"
    );
    assert!(!lifted("license = \"MIT\"", false));
    assert!(lifted("license = \"MIT\"", true));
    assert!(lifted("license = \"MIT\"\npublish = false", false));
}
