//! The JSON of `--report`: version 1.

use cleave_plan::Plan;
use cleave_syntax::workspace::CrateKind;
use cleave_verify::TestComparison;
use serde::Serialize;

use crate::project::Project;

/// What was done.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The package.
    pub package: String,
    /// Its non-test lines.
    pub lines: usize,
    /// Shares of lines in the biggest strongly connected component.
    pub knots: Knots,
    /// The crates as they are now, bottom-up, the package's own last.
    pub crates: Vec<CrateRow>,
    /// The steps that were carried out.
    pub steps: Vec<StepRow>,
    /// Wall time of the whole run.
    pub seconds: Seconds,
    /// What was checked beside `cargo check` of the workspace: each crate alone, and the feature sets.
    pub checked: Vec<Checked>,
    /// Before and after, where tests were run.
    pub tests: Option<TestComparison>,
    /// Non-test lines of the biggest crate over those of all.
    pub largest_crate_share: f64,
    /// What somebody has to do by hand.
    pub hand_edits_needed: Vec<String>,
}

/// Knots before the first step.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Knots {
    /// Modules as nodes.
    pub module: f64,
    /// Items as nodes.
    pub item: f64,
    /// Methods as nodes.
    pub method: f64,
}

/// A crate.
#[derive(Debug, Clone, Serialize)]
pub struct CrateRow {
    /// Package name.
    pub name: String,
    /// `shared`, `orchestration`, `worker`, `part`, or `root`.
    pub role: String,
    /// Non-test lines.
    pub lines: usize,
    /// Items.
    pub items: usize,
    /// Crates of the plan that its code names.
    pub depends_on: Vec<String>,
}

/// A step.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StepRow {
    /// Number.
    pub id: usize,
    /// One line.
    pub title: String,
    /// Whether it was checked and is green.
    pub verified: bool,
    /// How often cargo check ran.
    pub check_rounds: usize,
    /// What the compiler had to ask for.
    pub repairs: usize,
    /// Each of those, with the message that asked for it.
    pub repaired: Vec<Repaired>,
    /// Warnings that were not there before and that no rule mends, as the compiler says them.
    pub new_warnings: Vec<String>,
    /// Files that moved whole.
    pub files_moved: usize,
    /// Files that were divided.
    pub files_split: usize,
    /// Items that left their file.
    pub items_relocated: usize,
    /// Definitions that became public.
    pub made_public: usize,
    /// Wall time.
    pub seconds: Seconds,
}

/// A check beside that of the workspace.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The command line.
    pub command: String,
    /// Whether it compiles.
    pub success: bool,
    /// Wall time.
    pub seconds: f64,
}

/// A repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// The hazard row that should have known.
    pub rule: String,
    /// The compiler's words.
    pub message: String,
}

/// Wall time.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Seconds {
    /// Ours.
    pub tool: f64,
    /// Cargo's.
    pub cargo: f64,
}

/// The figures of today's source.
pub fn measure(project: &Project, plan: Option<&Plan>) -> Report {
    let workspace = &project.workspace;
    let package = workspace.package(workspace.package);
    let knots = project.knots();
    let mut report = Report {
        package: package.name.clone(),
        knots: Knots {
            module: knots.module.share,
            item: knots.item.share,
            method: knots.method.share,
        },
        ..Report::default()
    };
    let names: Vec<(&str, &str)> = plan
        .into_iter()
        .flat_map(|plan| &plan.crates)
        .map(|krate| (krate.name.as_str(), krate.role.as_str()))
        .chain([(package.name.as_str(), "root")])
        .collect();
    for (name, role) in &names {
        let Some(row) = row(project, name, role, &names) else {
            continue;
        };
        report.lines += row.lines;
        report.crates.push(row);
    }
    let largest = report.crates.iter().map(|row| row.lines).max().unwrap_or(0);
    report.largest_crate_share = if report.lines == 0 {
        0.0
    } else {
        largest as f64 / report.lines as f64
    };
    report
}

fn row(project: &Project, name: &str, role: &str, all: &[(&str, &str)]) -> Option<CrateRow> {
    let workspace = &project.workspace;
    let index = workspace
        .packages
        .iter()
        .position(|package| package.name == name)?;
    let package = cleave_syntax::PackageId::new(index);
    let mut lines = 0;
    let mut items = 0;
    for (index, krate) in workspace.crates.iter().enumerate() {
        if krate.package == package
            && matches!(
                krate.kind,
                CrateKind::Lib | CrateKind::Bin | CrateKind::ProcMacro
            )
        {
            let id = cleave_syntax::CrateId::new(index);
            lines += workspace.lines_of_crate(id);
            items += workspace
                .items_of(id)
                .filter(|id| workspace.item(*id).is_node() && !workspace.item(*id).is_test)
                .count();
        }
    }
    let dependencies = workspace.package(package).dependencies.iter();
    let mut depends_on: Vec<String> = dependencies
        .filter(|dependency| dependency.kind == cleave_syntax::workspace::DependencyKind::Normal)
        .map(|dependency| dependency.package.clone())
        .filter(|name| all.iter().any(|(other, _)| other == name))
        .collect();
    depends_on.sort();
    Some(CrateRow {
        name: name.to_owned(),
        role: role.to_owned(),
        lines,
        items,
        depends_on,
    })
}
