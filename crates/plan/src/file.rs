//! `split.toml`: the plan on disk, made to be read and edited in a review.

mod check;
mod edit;
mod lift;
mod name;
mod read;
mod write;

use std::ops::Range;

use cleave_syntax::{Diagnostic, Severity, TextRange};
use toml_edit::Document;

pub use self::name::is_package_name;
use self::read::Reader;
pub use self::write::write;
use crate::cost::Weights;
use crate::plan::Plan;

/// Name of the file beside the package's manifest.
pub const NAME: &str = "split.toml";

/// Reads the text of a `split.toml`; everything that is wrong is said with its place.
pub fn parse(text: &str) -> Result<Plan, Vec<Diagnostic>> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or("not TOML")
                .to_owned();
            return Err(vec![problem(
                message,
                error.span(),
                "TOML has its grammar at https://toml.io",
            )]);
        }
    };
    let mut reader = Reader::default();
    let plan = reader.plan(document.as_table());
    if reader.problems.is_empty() {
        Ok(plan)
    } else {
        Err(reader.problems)
    }
}

/// The weights in the text of a `split.toml`; those that are not there, or wrong, have their default.
pub fn weights(text: &str) -> Weights {
    let mut reader = Reader::default();
    let document = Document::parse(text).ok();
    let item = document
        .as_ref()
        .and_then(|document| document.get("weights"));
    item.map_or_else(Weights::default, |item| reader.weights(item))
}

fn problem(
    message: impl Into<String>,
    span: Option<Range<usize>>,
    help: impl Into<String>,
) -> Diagnostic {
    let span = span.unwrap_or(0..0);
    let range = TextRange::new(span.start as u32, span.end.max(span.start) as u32);
    Diagnostic::new(Severity::Error, "plan", message)
        .at(NAME, range, "")
        .help(help)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::plan::{Lift, PlannedCrate, PlannedStep, Role, RootKind};

    #[test]
    fn what_is_written_reads_back() {
        let plan = Plan {
            package: "app".to_owned(),
            crates: vec![PlannedCrate {
                name: "app-shared".to_owned(),
                role: Role::Shared,
                modules: vec!["a".to_owned()],
                items: vec!["b::X".to_owned()],
                depends_on: Vec::new(),
            }],
            keep: vec!["a::Y".to_owned()],
            pins: BTreeMap::from([("b".to_owned(), "app-shared".to_owned())]),
            lifts: vec![Lift {
                name: "b::XExt".to_owned(),
                methods: vec!["b::X::run".to_owned()],
                to: "app".to_owned(),
            }],
            steps: vec![PlannedStep {
                to: "app-shared".to_owned(),
                moves: vec!["a".to_owned()],
            }],
            root: RootKind::Virtual,
        };
        let text = write(&plan, None);
        assert_eq!(parse(&text), Ok(plan.clone()));
        assert_eq!(write(&plan, Some(&text)), text);
    }

    #[test]
    fn comments_stay_where_their_entries_do() {
        let text = "\
version = 1
package = \"app\" # ours

[crates.low] # the lower
role = \"part\"
modules = [
    \"a\", # why a
    \"b\",
    # above c
    \"c\", # why c
]
depends-on = []

# first the roots
[[steps]]
to = \"low\" # there
moves = [\"a\", \"b\"]

# then the leaf
[[steps]]
to = \"low\"
moves = [\"c\"]
";
        let mut plan = parse(text).expect("a plan");
        assert_eq!(write(&plan, Some(text)), text);
        plan.crates[0].modules = ["a", "c", "d"].map(str::to_owned).to_vec();
        plan.steps[0].moves = vec!["d".to_owned()];
        plan.steps.swap(0, 1);
        plan.steps[1].moves.push("a".to_owned());
        let crates = "\
[crates.low] # the lower
role = \"part\"
modules = [
    \"a\", # why a
    # above c
    \"c\", # why c
    \"d\",
]
";
        let steps = "\
# then the leaf
[[steps]]
to = \"low\"
moves = [\"c\"]

# first the roots
[[steps]]
to = \"low\" # there
moves = [\"d\", \"a\"]
";
        let written = write(&plan, Some(text));
        assert!(written.contains(crates), "{written}");
        assert!(written.ends_with(steps), "{written}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problems =
            parse("version = 1\npackage = \"app\"\n[crates.x]\nmodule = []\n").unwrap_err();
        assert_eq!(problems[0].message, "unknown key `module`");
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `modules`?"));
    }

    #[test]
    fn a_module_and_an_item_may_have_one_name() {
        let said = |claims: &str| {
            let text = format!("package = \"app\"\n[crates.x]\n{claims}");
            parse(&text).map_err(|problems| problems[0].message.clone())
        };
        assert!(said("modules = [\"a\"]\nitems = [\"a\"]\n").is_ok());
        let twice = said("items = [\"a\", \"a\"]\n");
        assert_eq!(twice.unwrap_err(), "`a` stands in two places");
    }

    #[test]
    fn a_wrong_lift_is_said_with_its_place() {
        let said = |lift: &str| {
            let text = format!(
                "package = \"app\"\n[crates.low]\n[[steps]]\nto = \"low\"\n[[lift]]\n{lift}"
            );
            let problems = parse(&text).unwrap_err();
            let help = problems[0].help.clone().unwrap_or_default();
            (problems[0].message.clone(), help)
        };
        let (message, help) = said("trait = \"a::XExt\"\nmethods = [\"a::X::f\"]\nto = \"lo\"\n");
        assert_eq!(
            message,
            "`a::XExt` is lifted to `lo`, which is no crate of this plan"
        );
        assert_eq!(help, "did you mean `low`?");
        let (message, _) = said("trait = \"a::XExt\"\nmethod = []\nto = \"low\"\n");
        assert_eq!(message, "unknown key `method`");
        let (message, _) = said("trait = \"a::X Ext\"\nmethods = []\nto = \"low\"\n");
        assert_eq!(message, "`a::X Ext` is no path of a trait");
        let (message, _) =
            said("trait = \"a::XExt\"\nmethods = [\"a::f\", \"a::f\"]\nto = \"low\"\n");
        assert_eq!(message, "`a::f` is lifted twice");
    }

    /// Lines that are right or nearly so, in any order and number.
    const LINES: [&str; 17] = [
        "version = 1",
        "package = \"app\"",
        "keep = [\"a::Y\"]",
        "[crates.app-low]",
        "[crates.app-top] # the upper one",
        "role = \"shared\"",
        "modules = [\"a\", \"b::c\"]",
        "items = [\"d::X\",",
        "]",
        "depends-on = [\"app-low\"]",
        "[[lift]] # up",
        "trait = \"a::XExt\"",
        "methods = [\"a::X::f\"]",
        "[[steps]]",
        "to = \"app-low\"",
        "moves = [\"a\"]",
        "x = [[[[{",
    ];

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(
            lines in proptest::collection::vec(0..LINES.len(), 0..12),
            tail in ".{0,40}",
        ) {
            let lines: Vec<&str> = lines.iter().map(|line| LINES[*line]).collect();
            let mut text = lines.join("\n") + "\n";
            text.push_str(&tail);
            if let Ok(plan) = parse(&text) {
                for written in [write(&plan, Some(&text)), write(&plan, None)] {
                    proptest::prop_assert_eq!(parse(&written), Ok(plan.clone()), "{}", written);
                }
            }
        }
    }
}
