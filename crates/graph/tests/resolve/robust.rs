//! Source that is broken, odd or huge: a message, and no panic (row H5).

use std::fmt::Write as _;

use cleave_graph::resolve;

use crate::Fixture;

#[track_caller]
fn says(text: &str, expected: &[(&str, &str)]) {
    let (workspace, diagnostics) = Fixture::new(text).load();
    let _ = resolve(&workspace);
    let found: Vec<(String, String)> = diagnostics
        .iter()
        .map(|diagnostic| {
            let label = &diagnostic.labels[0];
            let file = workspace.files.iter().find(|file| file.path == label.path);
            let line = file.map_or(0, |file| file.line_column(label.range.start).0);
            assert!(diagnostic.help.is_some(), "what to do: {diagnostic:?}");
            (format!("{}:{line}", label.path), diagnostic.message.clone())
        })
        .collect();
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(place, message)| ((*place).to_owned(), (*message).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_parse_error_is_told_and_the_rest_is_read() {
    says(
        "//- src/lib.rs\nmod a;\nmod b;\nfn f(_: a::X) {}\n//- src/a.rs\npub struct X;\n//- src/b.rs\nfn g() {\n1 +;\n}\n",
        &[("src/b.rs:2", "expected an expression")],
    );
}

/// What is put in for a parameter without a name, as the 2015 edition has it in traits, may stand elsewhere too.
#[test]
fn a_field_without_a_name_is_read() {
    says("//- src/lib.rs\nstruct A { a: u8,B,\n c: u8 }\n", &[]);
}

#[test]
fn a_missing_module_file_is_told() {
    says(
        "//- src/lib.rs\nmod gone;\nfn f(_: gone::X) {}\n",
        &[("src/lib.rs:1", "file not found for module `gone`")],
    );
}

#[test]
fn a_circle_of_module_files_is_told() {
    says(
        "//- src/lib.rs\nmod a;\n//- src/a.rs\n#[path = \"a.rs\"]\nmod again;\n",
        &[(
            "src/a.rs:1",
            "`mod again` leads back to a file that it is part of",
        )],
    );
}

#[test]
fn a_file_of_a_hundred_thousand_lines_is_read() {
    let mut text = String::from("pub struct X;\n");
    for index in 0..100_000 {
        writeln!(text, "fn f{index}(_: X) {{ f{}() }}", (index + 1) % 100_000)
            .expect("a String grows");
    }
    let (workspace, diagnostics) = Fixture::new(&text).load();
    assert!(diagnostics.is_empty());
    let graph = resolve(&workspace);
    assert_eq!(graph.edges.iter().map(Vec::len).sum::<usize>(), 200_000);
}

#[test]
fn five_thousand_nested_modules_are_read() {
    let depth = 5_000;
    let mut text = "mod m { ".repeat(depth);
    text.push_str("fn f() { super::g() }");
    text.push_str(&" } ".repeat(depth - 1));
    text.push_str("fn g() {} }");
    let (workspace, diagnostics) = Fixture::new(&text).load();
    let _ = resolve(&workspace);
    let told = diagnostics
        .first()
        .map(|diagnostic| diagnostic.message.clone());
    assert!(
        told.is_some() || workspace.modules.len() == depth + 1,
        "{told:?}"
    );
}

#[test]
fn five_thousand_modules_side_by_side_are_read() {
    let text: String = (0..5_000).fold(String::new(), |mut text, index| {
        writeln!(
            text,
            "mod m{index} {{ pub fn f() {{ crate::m{}::f() }} }}",
            (index + 1) % 5_000
        )
        .expect("a String grows");
        text
    });
    let (workspace, _) = Fixture::new(&text).load();
    let graph = resolve(&workspace);
    assert_eq!(graph.edges.iter().map(Vec::len).sum::<usize>(), 5_000);
}

#[test]
fn modules_that_import_all_of_each_other_end() {
    const MODULES: usize = 8;
    let mut text = String::from("//- src/lib.rs\n");
    for index in 0..MODULES {
        let _ = writeln!(text, "mod m{index};\npub use m{index}::*;");
    }
    for index in 0..MODULES {
        let _ = writeln!(text, "//- src/m{index}.rs\nuse crate::{{Known, Unknown}};");
        let _ = writeln!(text, "use super::*;\nfn f(_: Known, _: Unknown) {{}}");
    }
    text.push_str("pub struct Known;\n");
    says(&text, &[]);
}
