//! The workflow that guards the boundaries, and verifies each step's branch.

use cleave_guard::baseline;

use cleave_verify::git;

use super::{Setup, Site};
use crate::exit::Failure;

const PATH: &str = ".github/workflows/cleave.yml";

const TEXT: &str = r#"# Keeps the boundaries of split.toml, and verifies the branches of its steps.
name: Boundaries

on:
  pull_request:
  push:
    branches: [BRANCH]

permissions:
  contents: read

jobs:
  guard:
    runs-on: ubuntu-latest
DEFAULTS    steps:
      - uses: actions/checkout@v4
      # Compiles the task once; the check itself compiles nothing.
      - run: cargo xtask split checkWORDS

  # A step's branch is named PREFIX-step-N by `cargo xtask split --all --branch PREFIX`.
  verify:
    if: contains(github.head_ref, '-step-')
    runs-on: ubuntu-latest
DEFAULTS    steps:
      - uses: actions/checkout@v4
      - run: cargo check --workspace --all-targetsLOCKED
      # Each crate alone: in company, one turns on features that another forgot to ask for.
      - run: |
          cargo metadata --no-deps --format-version 1 | jq -r '.packages[].name' |
            while read -r name; do cargo check --package "$name" --all-targetsLOCKED; done
      - run: cargo test --workspaceLOCKED
"#;

/// Adds the workflow, where there is none of its name.
pub(super) fn add(site: &Site<'_>, setup: &mut Setup) -> Result<(), Failure> {
    if setup.top.join(PATH).exists() {
        setup.notes.push(format!("left `{PATH}` as it is"));
        return Ok(());
    }
    let plan = site.project.plan_path();
    let mut words = String::new();
    let workspace = &site.project.workspace;
    let package = workspace.package(workspace.package);
    if !package.dir.as_str().is_empty() {
        words.push_str(&format!(" --manifest-path {}", package.manifest_path));
    }
    if plan.with_file_name(baseline::NAME).exists() {
        words.push_str(" --baseline");
    }
    let defaults = if site.inside.as_str().is_empty() {
        String::new()
    } else {
        format!(
            "    defaults:\n      run:\n        working-directory: {}\n",
            site.inside
        )
    };
    let root = &workspace.root;
    let locked = if git::tracks(root, "Cargo.lock")? {
        " --locked"
    } else {
        ""
    };
    let text = TEXT
        .replace("BRANCH", &git::default_branch(root)?)
        .replace("LOCKED", locked)
        .replace("DEFAULTS", &defaults)
        .replace("WORDS", &words);
    setup.files.push((PATH.into(), text));
    Ok(())
}
