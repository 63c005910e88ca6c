//! Any text is read and resolved without a panic, and every range lies in it. The fuzz target `source` looks further.

use camino::Utf8Path;
use proptest::prelude::*;

/// Scraps of source, right and wrong ones.
const SCRAPS: [&str; 24] = [
    "mod a;",
    "mod b { use super::*;",
    "}",
    "pub use self::b::{self, X as Y, *};",
    "use crate::nowhere::X;",
    "pub struct X<'a, T: ?Sized>(&'a T);",
    "struct X { pub(crate) y: u8 }",
    "impl<'a, T> X<'a, T> { fn f(&self) -> Self { X::f(self) }",
    "impl From<u8> for X {",
    "macro_rules! m { ($x:ident) => { $crate::b::$x!(); } }",
    "m!(X, vec![crate::b::X]);",
    "#[derive(Clone)] #[serde(with = \"crate::b\", default = \"x::\")]",
    "#[cfg_attr(test, path = \"b.rs\")]",
    "/// [`X`] and [it](crate::b::X), `crate::",
    "//! ```\n//! use app::b::X;",
    "extern crate self as app;",
    "enum E { A = 1, B(E), C { e: E } }",
    "trait T { const N: usize; type O; fn f(u8, &self) -> Self::O; }",
    "fn f() { let X { y, .. } = x; |z| z.y.await?; }",
    "const _: () = { use b::X; struct Y; };",
    "/* \u{fffd} é",
    "r#\"",
    "'a",
    "\u{feff}#!/bin/sh\r\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_too_much(scraps in proptest::collection::vec(0..SCRAPS.len(), 0..10), tail in ".{0,20}", edition in 0..4_usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let lines: Vec<&str> = scraps.iter().map(|scrap| SCRAPS[*scrap]).collect();
        let mut text = lines.join("\n") + "\n";
        text.push_str(&tail);
        std::fs::create_dir(root.join("src")).expect("a folder");
        std::fs::write(root.join("src/lib.rs"), &text).expect("a file");
        std::fs::write(root.join("src/a.rs"), "pub struct A;\n").expect("a file");
        let edition = ["2015", "2018", "2021", "2024"][edition];
        let (workspace, _) = cleave_syntax::load::read_crate(root, "src/lib.rs", edition).expect("files");
        for item in &workspace.items {
            let file = workspace.file(workspace.module(item.module).file);
            for range in [item.range, item.full, item.name_range] {
                prop_assert!(file.text.get(range.start as usize..range.end as usize).is_some());
            }
        }
        cleave_graph::resolve(&workspace);
    }
}
