//! `check`: the guard, as people, scripts and GitHub want to read it.

use camino::{Utf8Path, Utf8PathBuf};
use cleave_guard::baseline::{self, Baseline};
use cleave_guard::{Finding, Kind};
use cleave_report::finding::Row;
use cleave_report::sarif::Rule;
use cleave_report::{annotation, finding, sarif};
use cleave_syntax::{Diagnostic, Severity};

use crate::arguments::{Arguments, Format};
use crate::exit::{Exit, Failure};
use crate::output::write;
use crate::project::Project;
use crate::screen::Screen;

/// Judges the tree; `shrink` where the baseline counts.
pub(super) fn check(
    arguments: &Arguments,
    shrink: bool,
    output: Option<&Utf8Path>,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let findings = findings(&project, screen)?;
    let (baseline, gone) = if shrink {
        known(&project, &findings, screen)?
    } else {
        (Baseline::default(), 0)
    };
    let rows: Vec<Row> = findings
        .iter()
        .map(|finding| {
            let identity = (finding.key.as_str(), baseline.knows(finding));
            Row::of(&finding.diagnostic, identity, &screen.sources)
        })
        .collect();
    let structured = match arguments.common.format {
        Format::Json => Some(finding::json(&rows, gone)),
        Format::Sarif => Some(sarif::draw(&rows, &rules(), env!("CARGO_PKG_VERSION"))),
        _ => None,
    };
    match (&structured, output) {
        (Some(text), Some(path)) => {
            write(path, &format!("{text}\n"))?;
            screen.progress(&format!("wrote {path}"));
        }
        (Some(text), None) => screen.result(text),
        (None, Some(_)) => {
            return Err(Failure::World(
                "failed to write the findings to a file: say which way, with `--format json` or `--format sarif`".to_owned(),
            ));
        }
        (None, None) => {}
    }
    if structured.is_none() || output.is_some() {
        show(&project, &findings, &rows, screen);
    }
    let is_new = rows.iter().any(|row| !row.known);
    Ok(if is_new { Exit::Finding } else { Exit::Done })
}

/// All findings of a tree. The files that they point into become known to the screen.
fn findings(project: &Project, screen: &mut Screen) -> Result<Vec<Finding>, Failure> {
    let plan = project.plan()?;
    let workspace = &project.workspace;
    let text = project.plan_text.as_deref().unwrap_or_default();
    let path = relative(project, &project.plan_path());
    let manifests = workspace
        .packages
        .iter()
        .map(|package| (package.manifest_path.to_string(), package.manifest.clone()));
    screen.sources.extend(manifests);
    screen.sources.push((path.to_string(), text.to_owned()));
    let (route, _) = project.route(plan);
    Ok(cleave_guard::check(&cleave_guard::Input {
        workspace,
        graph: &project.graph,
        plan,
        plan_file: (&path, text),
        homes: &route.homes,
        steps: &route.steps,
    }))
}

/// What the plan does not know, or knows by a name that is gone, each with a proposal.
pub(crate) fn drift(project: &Project, screen: &mut Screen) -> Result<Vec<Diagnostic>, Failure> {
    // Its text may have been written since.
    screen
        .sources
        .retain(|(path, _)| path != cleave_plan::file::NAME);
    let findings = findings(project, screen)?.into_iter();
    let is_drift =
        |finding: &Finding| matches!(finding.kind, Kind::Home | Kind::Drift | Kind::Plan);
    let warnings = findings.filter(is_drift).map(|finding| Diagnostic {
        severity: Severity::Warning,
        ..finding.diagnostic
    });
    Ok(warnings.collect())
}

fn relative(project: &Project, path: &Utf8Path) -> Utf8PathBuf {
    let root = &project.workspace.root;
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

/// What is known, and how much of it is gone; the file is made or shrunk.
fn known(
    project: &Project,
    findings: &[Finding],
    screen: &mut Screen,
) -> Result<(Baseline, usize), Failure> {
    let path = project.plan_path().with_file_name(baseline::NAME);
    let name = relative(project, &path);
    let Ok(text) = std::fs::read_to_string(&path) else {
        let baseline = Baseline::of(findings);
        write(&path, &baseline.write())?;
        screen.progress(&format!(
            "wrote {name} with {} to let through; commit it",
            findings_text(findings.len())
        ));
        return Ok((baseline, 0));
    };
    screen.sources.push((name.to_string(), text.clone()));
    let old = Baseline::parse(name.as_str(), &text)
        .map_err(|diagnostic| Failure::Input(vec![diagnostic]))?;
    let new = old.shrunk(findings);
    let gone = old.known.len() - new.known.len();
    if gone > 0 {
        write(&path, &new.write())?;
        screen.progress(&format!(
            "took {} that nothing has any more out of {name}; commit it",
            findings_text(gone)
        ));
    }
    Ok((new, gone))
}

fn findings_text(count: usize) -> String {
    match count {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        more => format!("{more} findings"),
    }
}

/// For people: drawn findings on standard error, one line that sums up on standard output.
fn show(project: &Project, findings: &[Finding], rows: &[Row], screen: &mut Screen) {
    let (mut new, mut known) = (Vec::new(), 0);
    for (finding, row) in findings.iter().zip(rows) {
        if row.known {
            known += 1;
        } else {
            new.push(finding.diagnostic.clone());
        }
    }
    screen.diagnostics(&new);
    if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
        screen.result(&annotation::draw(rows, &prefix(project)));
    }
    let mut text = match new.len() {
        0 => "the boundaries hold".to_owned(),
        count => format!(
            "{} against split.toml; `explain CODE` says more about each",
            findings_text(count)
        ),
    };
    if known > 0 {
        text.push_str(&format!(" ({} known)", findings_text(known)));
    }
    screen.result(&text);
}

/// From the repository that GitHub checked out to the workspace.
fn prefix(project: &Project) -> String {
    let repository = std::env::var("GITHUB_WORKSPACE").unwrap_or_default();
    let inside = project.workspace.root.strip_prefix(&repository);
    match inside {
        Ok(path) if !repository.is_empty() && !path.as_str().is_empty() => format!("{path}/"),
        _ => String::new(),
    }
}

fn rules() -> Vec<Rule> {
    let rule = |kind: &Kind| Rule {
        code: kind.code().to_owned(),
        summary: kind.summary().to_owned(),
    };
    Kind::ALL.iter().map(rule).collect()
}
