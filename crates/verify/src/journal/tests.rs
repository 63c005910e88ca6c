//! Changes on a small tree: there and back, and what is refused.

use camino::Utf8PathBuf;
use cleave_syntax::change::NewFile;

use super::*;

struct Tree {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
    state: Utf8PathBuf,
}

fn tree() -> Tree {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
    std::fs::create_dir(root.join("src")).expect("a folder");
    std::fs::write(root.join("src/a.rs"), "old a").expect("a file");
    std::fs::write(root.join("src/b.rs"), "old b").expect("a file");
    std::fs::write(root.join("src/data.bin"), [0xff, 0]).expect("a file");
    let state = root.join("target/cleave");
    Tree {
        _folder: folder,
        root,
        state,
    }
}

fn file(path: &str, text: &str) -> NewFile {
    NewFile {
        path: path.into(),
        pieces: Vec::new(),
        text: text.to_owned(),
    }
}

/// One file is changed, one made, one goes, one moves.
fn change() -> ChangeSet {
    ChangeSet {
        files: vec![file("src/a.rs", "new a"), file("crates/x/c.rs", "new c")],
        deleted: vec!["src/b.rs".into()],
        moved: vec![("src/data.bin".into(), "crates/x/data.bin".into())],
        old: [
            ("src/a.rs".into(), "old a".to_owned()),
            ("src/b.rs".into(), "old b".to_owned()),
        ]
        .into(),
        ..ChangeSet::default()
    }
}

fn listing(tree: &Tree) -> Vec<(Utf8PathBuf, Vec<u8>)> {
    let files = crate::scratch::walk(&tree.root).expect("a listing");
    let read = |path: Utf8PathBuf| {
        let bytes = std::fs::read(tree.root.join(&path)).expect("a file");
        (path, bytes)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn a_change_goes_in_and_comes_out_again() {
    let tree = tree();
    let before = listing(&tree);
    let _lock = lock(&tree.state).expect("the lock");
    commit(&tree.root, &tree.state, &change(), "A step").expect("the change");
    let after = listing(&tree);
    let names: Vec<&str> = after.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["crates/x/c.rs", "crates/x/data.bin", "src/a.rs"]);
    assert_eq!(written(&tree.state).expect("a list").len(), 5);
    let undone = undo(&tree.root, &tree.state).expect("the way back");
    assert_eq!(undone.title, "A step");
    assert_eq!(listing(&tree), before);
    assert!(matches!(
        undo(&tree.root, &tree.state),
        Err(VerifyError::NothingToUndo)
    ));
}

#[test]
fn a_file_that_was_edited_since_is_not_overwritten() {
    let tree = tree();
    std::fs::write(tree.root.join("src/a.rs"), "mine").expect("a file");
    let before = listing(&tree);
    let said = commit(&tree.root, &tree.state, &change(), "A step");
    assert!(matches!(said, Err(VerifyError::Stale { .. })), "{said:?}");
    assert_eq!(listing(&tree), before);
}

#[test]
fn a_step_is_not_taken_back_over_a_later_edit() {
    let tree = tree();
    commit(&tree.root, &tree.state, &change(), "A step").expect("the change");
    std::fs::write(tree.root.join("src/a.rs"), "mine").expect("a file");
    let said = undo(&tree.root, &tree.state);
    assert!(
        matches!(said, Err(VerifyError::ChangedSince { .. })),
        "{said:?}"
    );
    assert_eq!(
        std::fs::read_to_string(tree.root.join("src/a.rs")).ok(),
        Some("mine".to_owned())
    );
}

#[test]
fn nothing_is_written_outside() {
    let tree = tree();
    let before = listing(&tree);
    for path in ["../out.rs", "/tmp/cleave-out.rs", "src/../../out.rs", ""] {
        let change = ChangeSet {
            files: vec![file(path, "x")],
            ..ChangeSet::default()
        };
        let said = commit(&tree.root, &tree.state, &change, "A step");
        assert!(matches!(said, Err(VerifyError::Outside { .. })), "{path}");
    }
    assert_eq!(listing(&tree), before);
}

#[test]
fn a_second_run_waits_for_the_first() {
    let tree = tree();
    let _lock = lock(&tree.state).expect("the lock");
    assert!(matches!(lock(&tree.state), Err(VerifyError::Locked { .. })));
}

#[test]
fn a_journal_of_a_stranger_writes_nowhere_else() {
    let tree = tree();
    let _lock = lock(&tree.state).expect("the lock");
    let evil = r#"{"version":2,"title":"x","direction":"Forward","moves":[["src/a.rs","../../gone.rs"]],"writes":[],"deletes":[],"adds":null,"removes":null}"#;
    std::fs::write(tree.state.join("journal.json"), evil).expect("a file");
    let said = recover(&tree.root, &tree.state);
    assert!(matches!(said, Err(VerifyError::Outside { .. })), "{said:?}");
    assert!(tree.root.join("src/a.rs").is_file());
}
