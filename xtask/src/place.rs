//! Folders of the repository, and copying into them.

use camino::{Utf8Path, Utf8PathBuf};

/// The repository's root.
pub(crate) fn root() -> Utf8PathBuf {
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Copies a folder without `target` and `.git`; what was there is gone, but for its `target`.
pub(crate) fn copy_fresh(from: &Utf8Path, to: &Utf8Path) -> Result<(), String> {
    let said = |path: &Utf8Path| {
        let path = path.to_owned();
        move |error: std::io::Error| format!("{path}: {error}")
    };
    std::fs::create_dir_all(to).map_err(said(to))?;
    for entry in to.read_dir_utf8().map_err(said(to))? {
        let entry = entry.map_err(said(to))?;
        if entry.file_name() == "target" {
            let _ = std::fs::remove_dir_all(entry.path().join("cleave/undo"));
            let _ = std::fs::remove_file(entry.path().join("cleave/journal.json"));
        } else if entry.file_type().map_err(said(to))?.is_dir() {
            std::fs::remove_dir_all(entry.path()).map_err(said(entry.path()))?;
        } else {
            std::fs::remove_file(entry.path()).map_err(said(entry.path()))?;
        }
    }
    copy(from, to, true)
}

fn copy(from: &Utf8Path, to: &Utf8Path, top: bool) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{from}: {error}");
    std::fs::create_dir_all(to).map_err(said)?;
    for entry in from.read_dir_utf8().map_err(said)? {
        let entry = entry.map_err(said)?;
        let skipped = ["target", ".git", ".cargo-ok", ".cargo_vcs_info.json"];
        if top && skipped.contains(&entry.file_name()) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(said)?.is_dir() {
            copy(entry.path(), &target, false)?;
        } else {
            std::fs::copy(entry.path(), &target).map_err(said)?;
        }
    }
    Ok(())
}

/// Runs the command on a package; false where it did not end well.
pub(crate) fn cleave(manifest: &Utf8Path, words: &[&str]) -> bool {
    let mut all = vec!["cargo xtask split"];
    all.extend(words);
    all.extend(["--manifest-path", manifest.as_str()]);
    let code = cargo_cleave::run(all.into_iter().map(std::ffi::OsString::from));
    format!("{code:?}") == format!("{:?}", std::process::ExitCode::SUCCESS)
}
