//! The long help texts: what a verb is for, with examples.

/// Of the command.
pub(super) const COMMAND: &str = "\
With no verb: where the migration stands.

The way to go:
  cargo cleave                          lines, knots, and what to do next
  cargo cleave plan                     proposes crates and steps, and writes split.toml; edit it
  cargo cleave review                   a page to decide on the boundaries
  cargo cleave pr 2                     what the reviewers of step 2 will read
  cargo cleave --next --dry-run         what the next step would change
  cargo cleave --next --commit          carries it out, compiled beside your tree first
  cargo cleave --all --branch split     all of them, a branch each: split-step-1, split-step-2, …
  cargo cleave check                    whether the boundaries hold: for CI, before, during and after

A code in brackets, as in `refused[C2]`, has a page: cargo cleave explain C2

Exit status: 0 done; 1 a finding; 2 it could not run.";

/// Of `graph`.
pub(super) const GRAPH: &str = "\
Where there is a plan, its crates are the frames that nodes stand in. Arrows point to what is needed.

Examples:
  cargo cleave graph --level crate --format mermaid           to paste into an issue
  cargo cleave graph --format svg --output graph.svg          modules, laid out
  cargo cleave graph --level item --format json               for scripts";

/// Of `plan`.
pub(super) const PLAN: &str = "\
split.toml says which module and which item lives in which crate, and in which order it goes there. What a person wrote
in it stays: to steer, edit it and run `plan` again.

Examples:
  cargo cleave plan                     as many crates as pay
  cargo cleave plan --crates 4          four new ones
  cargo cleave plan --name engine       engine-shared, engine-worker, …
  cargo cleave plan --what-if           what would be cheaper; writes nothing
  cargo cleave plan --timings           builds it, to see whether it pays in seconds
  cargo cleave plan --anew              forgets the plan that is there, but for its pins";

/// Of `review`.
pub(super) const REVIEW: &str = "\
One HTML file that needs no network: open it in a browser, or attach it to an issue.

Examples:
  cargo cleave review
  cargo cleave review --output boundaries.html";

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

/// Of `pr`.
pub(super) const PR: &str = "\
The first line is the title, the body starts at the third. For a step that was carried out here, it tells how it was
verified; for one that was carried out elsewhere, it is worked out again from the tree before its commit; for one that
is to come, from today's tree with the steps before it done.

Examples:
  cargo cleave pr 2
  cargo cleave --all --branch split      # one branch a step, stacked: split-step-1, split-step-2, …
  gh pr create --base split-step-1 --head split-step-2 \\
    --title \"$(cargo cleave pr 2 | head -1)\" --body \"$(cargo cleave pr 2 | tail -n +3)\"";

/// Of `init`.
pub(super) const INIT: &str = "\
It adds
  xtask/                          a package of its own with the task `split`; one that is there is extended
  .cargo/config.toml              the alias `xtask`, if there is none
  .github/workflows/cleave.yml    runs the guard, and verifies the branches of steps
and overwrites nothing.

Examples:
  cargo cleave init --dry-run
  cargo cleave init
  cargo cleave init --from https://git.example.org/cleave.git";
