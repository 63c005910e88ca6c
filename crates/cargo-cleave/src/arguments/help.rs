//! The long help texts: what a verb is for, with examples.

/// Of `check`.
pub(super) const CHECK: &str = "\
What it finds (`explain CODE` has a page for each):
  arrow       a reference to a crate above or beside
  knot        the same, and it closes a circle
  home        a module, or an item that code below needs, that no list of split.toml names
  drift       something that stands where a done step moved it away from
  dependency  a manifest that asks for a crate above or beside
  plan        a name in split.toml that is gone, or listed twice

It compiles nothing, and works before, in the midst of and after a split. Tests may look up: they are not judged.
On GitHub (where GITHUB_ACTIONS is set) each finding is shown on its line of the pull request.

Examples:
  cargo cleave check                                         all findings
  cargo cleave check --baseline                              only new ones; what is mended leaves the list
  cargo cleave check --format sarif --output cleave.sarif    for code scanning

Exit status: 0 nothing new; 1 findings; 2 it could not run.";

/// Of `explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  cargo cleave explain          all rows and words, a line each
  cargo cleave explain C2       the orphan rule
  cargo cleave explain arrow    a reference against the plan's arrows";

/// Of `man`.
pub(super) const MAN: &str = "\
Examples:
  cargo cleave man | man -l -
  cargo cleave man > ~/.local/share/man/man1/cargo-cleave.1";

/// Of `completions`.
pub(super) const COMPLETIONS: &str = "\
They are for the program's own name, `cargo-cleave`.

Examples:
  cargo cleave completions bash > ~/.local/share/bash-completion/completions/cargo-cleave
  cargo cleave completions fish > ~/.config/fish/completions/cargo-cleave.fish";
