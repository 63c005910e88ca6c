//! Whether a split pays in time: what a build spends where more crates save something.

use camino::Utf8PathBuf;
use cleave_plan::Figures;
use cleave_syntax::workspace::CrateKind;
use cleave_verify::timings::{self, Subject, Timings};
use cleave_verify::{CargoOptions, Scratch, journal};
use serde_json::{Value, json};

use crate::arguments::Common;
use crate::exit::Failure;
use crate::project::Project;
use crate::screen::Screen;

/// Builds the package in the tree beside the user's, and reads what cargo says of the times.
pub(crate) fn measure(
    project: &Project,
    common: &Common,
    screen: &mut Screen,
) -> Result<Timings, Failure> {
    let workspace = &project.workspace;
    let state = project.state();
    let _lock = journal::lock(&state)?;
    let files = workspace.files.iter();
    let also = files.map(|file| file.path.clone()).collect();
    let (scratch, _) = Scratch::open(&workspace.root, &state, also)?;
    let own = |kind: CrateKind| {
        let crates = workspace.crates.iter();
        crates.filter(move |krate| krate.package == workspace.package && krate.kind == kind)
    };
    let targets = own(CrateKind::Lib).chain(own(CrateKind::Bin));
    let roots: Vec<Utf8PathBuf> = targets
        .map(|krate| {
            workspace
                .file(workspace.module(krate.root).file)
                .path
                .clone()
        })
        .collect();
    let programs: Vec<String> = own(CrateKind::Bin)
        .map(|krate| krate.name.clone())
        .collect();
    let features = common.features.iter();
    let options = CargoOptions {
        offline: common.offline,
        flags: features.map(|set| format!("--features={set}")).collect(),
        ..CargoOptions::default()
    };
    let package = &workspace.package(workspace.package).name;
    screen.progress(&format!("building `{package}` to see where the time goes"));
    let mut work = screen.work("cargo build --timings", None);
    let mut watch = |what: &str| work.done(what);
    Ok(timings::measure(
        &scratch,
        &options,
        Subject {
            package,
            roots: &roots,
            programs: &programs,
        },
        &mut watch,
    )?)
}

/// Seconds of a rebuild after an edit, by lines and crates: programs are linked after every edit.
fn after(timings: &Timings, figures: &Figures) -> f64 {
    (timings.front_end + timings.code_generation) * figures.time_ratio() + timings.linking
}

/// Whether an edit would take less than nine tenths of what it takes today.
pub(crate) fn pays(timings: &Timings, figures: &Figures) -> bool {
    after(timings, figures) <= 0.9 * timings.total()
}

/// For people.
pub(crate) fn text(timings: &Timings, figures: &Figures) -> String {
    let total = timings.total();
    let share = |seconds: f64| seconds * 100.0 / total.max(f64::MIN_POSITIVE);
    let mut text = format!(
        "\nWhere {total:.1} s of compiling it from nothing go, dependencies aside (measured just now):\n"
    );
    let rows = [
        (timings.front_end, "the compiler's front end"),
        (timings.code_generation, "code generation"),
        (timings.linking, "linking, which every edit ends in"),
    ];
    for (seconds, what) in rows {
        text.push_str(&format!(
            "  {seconds:6.1} s  {:3.0} %  {what}\n",
            share(seconds)
        ));
    }
    let after = after(timings, figures);
    let verdict = if pays(timings, figures) {
        "That is what the split saves at most; with incremental compilation it is less in seconds."
    } else {
        "No: almost all of it is there after every edit, however many crates there are."
    };
    text + &format!(
        "  If time goes by lines and crates, compiling after an edit takes {after:.1} s instead of {total:.1} s, {:.0} %.\n  {verdict}\n",
        share(after)
    )
}

/// For scripts.
pub(crate) fn json(timings: &Timings, figures: &Figures) -> Value {
    json!({
        "seconds": timings,
        "total": timings.total(),
        "expected_after_edit": after(timings, figures),
        "worth_it": pays(timings, figures),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_linking_is_all_a_split_does_not_pay() {
        let figures = Figures {
            rebuild_before: 98_800.0,
            rebuild_after: 48_800.0,
            starts_after: 1.0,
            ..Figures::default()
        };
        let front = Timings {
            front_end: 6.0,
            code_generation: 2.0,
            linking: 2.0,
            program_count: 1,
        };
        assert!(pays(&front, &figures));
        let said = text(&front, &figures);
        assert!(said.contains("6.0 s instead of 10.0 s, 60 %"), "{said}");
        let link = Timings {
            front_end: 1.0,
            linking: 9.0,
            ..front
        };
        assert!(!pays(
            &Timings {
                code_generation: 0.0,
                ..link.clone()
            },
            &figures
        ));
        assert!(
            text(
                &Timings {
                    code_generation: 0.0,
                    ..link
                },
                &figures
            )
            .contains("  No: ")
        );
    }
}
