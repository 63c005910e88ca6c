//! Any text as a crate: read and resolved without a panic, and every range lies in the text.
#![no_main]

use std::sync::OnceLock;

use camino::Utf8PathBuf;
use cleave_plan::ProposeOptions;
use libfuzzer_sys::fuzz_target;

/// A folder of this process, in memory where there is such.
fn folder() -> &'static Utf8PathBuf {
    static FOLDER: OnceLock<Utf8PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = Utf8PathBuf::from("/dev/shm");
        let base = if memory.is_dir() { memory } else { "/tmp".into() };
        let folder = base.join(format!("cleave-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("src")).expect("a folder");
        std::fs::write(folder.join("src/a.rs"), "pub struct A;\npub mod b { pub fn f() {} }\n")
            .expect("a file");
        folder
    })
}

fuzz_target!(|text: &str| {
    let root = folder();
    std::fs::write(root.join("src/lib.rs"), text).expect("a file");
    let edition = ["2015", "2018", "2021", "2024"][text.len() % 4];
    let Ok((workspace, _)) = cleave_syntax::load::read_crate(root, "src/lib.rs", edition) else {
        return;
    };
    for item in &workspace.items {
        let file = workspace.file(workspace.module(item.module).file);
        for range in [item.range, item.full, item.name_range] {
            assert!(file.text.get(range.start as usize..range.end as usize).is_some());
        }
    }
    let graph = cleave_graph::resolve(&workspace);
    let options = ProposeOptions {
        crates: Some(2),
        ..ProposeOptions::default()
    };
    if workspace.monolith(workspace.package).is_some() {
        let (plan, _) = cleave_plan::propose(&workspace, &graph, &options);
        let _ = cleave_plan::file::write(&plan, None);
    }
});
