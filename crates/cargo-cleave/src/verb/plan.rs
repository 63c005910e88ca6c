//! `plan`: proposes, keeps what a person wrote, and says what a plan is worth.

mod public;

use cleave_plan::{Cost, Figures, History, Homes, Pays, Plan, ProposeOptions, Weights};
use cleave_syntax::{Diagnostic, Severity};
use cleave_verify::git;
use cleave_verify::timings::Timings;
use serde_json::json;

use super::check;
use super::status::steps_text;
use crate::arguments::{Arguments, Format, Planning};
use crate::exit::{Exit, Failure};
use crate::output::write;
use crate::pay;
use crate::project::{Project, Route};
use crate::screen::Screen;
use public::Public;

/// How many commits make a history that says how often files change.
const COMMITS: usize = 30;

/// Writes the plan and prints it, or prints what another would be like.
pub(crate) fn plan(
    arguments: &Arguments,
    wanted: &Planning,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let mut project = Project::load(&arguments.common, screen)?;
    let data = Data {
        weights: project
            .plan_text
            .as_deref()
            .map_or_else(Weights::default, cleave_plan::file::weights),
        history: history(&project)?,
    };
    let plan = intended(&project, &data, wanted, screen)?;
    if wanted.what_if {
        screen.result(&what_if(&project, &data, wanted, &plan)?);
        return Ok(Exit::Done);
    }
    let old = project.plan_text.as_deref();
    let text = cleave_plan::file::write(&plan, old);
    if old != Some(&text) {
        write(&project.plan_path(), &text)?;
        screen.progress("wrote split.toml");
    }
    let (route, diagnostics) = project.route(&plan);
    (project.plan, project.plan_text) = (Some(plan.clone()), Some(text));
    // Names that are gone are told below, with their places.
    let notes = diagnostics.into_iter();
    let notes: Vec<_> = notes.filter(|it| it.severity == Severity::Note).collect();
    screen.diagnostics(&notes);
    let drift = check::drift(&project, screen)?;
    screen.diagnostics(&drift);
    let timings = if wanted.timings {
        Some(pay::measure(&project, &arguments.common, screen)?)
    } else {
        None
    };
    let judged = judge(&project, &data, &plan);
    let planned = Planned {
        public: Public::of(&project, &data, wanted, (&plan, &judged)),
        plan: &plan,
        route: &route,
        judged,
        timings,
    };
    screen.result(&match arguments.common.format {
        Format::Json => planned.json(&project, &data, &drift),
        _ => planned.text(&project, &data),
    });
    Ok(Exit::Done)
}

/// What the cost of a plan depends on beside the source.
struct Data {
    weights: Weights,
    history: History,
}

impl Data {
    /// How to propose a plan that keeps what another one nails.
    fn options(&self, wanted: &Planning, nailed: Plan) -> ProposeOptions {
        ProposeOptions {
            crates: wanted.crates,
            prefix: wanted.name.clone(),
            pins: Some(nailed),
            weights: self.weights,
            history: self.history.clone(),
            lifts_public: wanted.lift_public,
        }
    }
}

fn history(project: &Project) -> Result<History, Failure> {
    let commits = git::changes(&project.workspace.root, 3000)?;
    if commits.len() < COMMITS {
        return Ok(History::default());
    }
    let commits = commits.iter();
    Ok(History::of(
        commits.map(|paths| paths.iter().map(String::as_str).collect()),
    ))
}

/// The plan that is there with the pins asked for, its steps made to fit; a new one where there is none, where what is
/// there are hints, or where one is asked for.
fn intended(
    project: &Project,
    data: &Data,
    wanted: &Planning,
    screen: &mut Screen,
) -> Result<Plan, Failure> {
    let (workspace, graph) = (&project.workspace, &project.graph);
    let pins = pins(wanted)?;
    let package = &workspace.package(workspace.package).name;
    let mut base = project.plan.clone().unwrap_or_else(|| Plan {
        package: package.clone(),
        ..Plan::default()
    });
    let kept =
        !base.steps.is_empty() && !wanted.anew && (wanted.crates.is_none() || wanted.what_if);
    if !wanted.what_if {
        base.pins.extend(pins);
    }
    if kept {
        check_pins(&base)?;
        if !wanted.what_if {
            cleave_plan::refresh(workspace, graph, &mut base);
        }
        return Ok(base);
    }
    if wanted.anew || !base.steps.is_empty() {
        only_pins(&mut base);
    }
    let options = ProposeOptions {
        crates: wanted.crates.filter(|_| !wanted.what_if),
        ..data.options(wanted, base)
    };
    let (plan, diagnostics) = cleave_plan::propose(workspace, graph, &options);
    screen.diagnostics(&diagnostics);
    Ok(plan)
}

fn pins(wanted: &Planning) -> Result<Vec<(String, String)>, Failure> {
    let pins = wanted.pin.iter().map(|pin| {
        let (path, krate) = pin.rsplit_once('=').ok_or_else(|| {
            Failure::World(format!(
                "failed to read the pin `{pin}`: write PATH=CRATE, such as `web=app-server`"
            ))
        })?;
        Ok((path.trim().to_owned(), krate.trim().to_owned()))
    });
    pins.collect()
}

/// Whether every pin names a crate of the plan, or the package.
fn check_pins(plan: &Plan) -> Result<(), Failure> {
    let lost = |krate: &String| crate_names(plan).all(|name| name != krate);
    match plan.pins.iter().find(|(_, krate)| lost(krate)) {
        None => Ok(()),
        Some((path, krate)) => Err(Failure::World(format!(
            "failed to pin `{path}`: `{krate}` is no crate of the plan, nor the package"
        ))),
    }
}

/// Forgets all but what a person nailed down, and the crates that this names.
fn only_pins(plan: &mut Plan) {
    plan.crates
        .retain(|krate| plan.pins.values().any(|name| *name == krate.name));
    for krate in &mut plan.crates {
        krate.modules.clear();
        krate.items.clear();
        krate.depends_on.clear();
    }
    plan.keep.clear();
    plan.lifts.clear();
    plan.steps.clear();
}

/// A plan with its homes, figures and cost.
struct Judged {
    homes: Homes,
    figures: Figures,
    cost: Cost,
}

fn judge(project: &Project, data: &Data, plan: &Plan) -> Judged {
    let source = (&project.workspace, &project.graph);
    let (homes, _) = cleave_plan::homes(plan, source.0, source.1);
    Judged {
        figures: cleave_plan::measure(plan, &homes, source.0, &data.history),
        cost: cleave_plan::cost(plan, &homes, source, (&data.history, data.weights)),
        homes,
    }
}

fn what_if(
    project: &Project,
    data: &Data,
    wanted: &Planning,
    plan: &Plan,
) -> Result<String, Failure> {
    let before = judge(project, data, plan);
    if wanted.pin.is_empty() && wanted.crates.is_none() {
        return Ok(suggestions(project, data, plan, &before));
    }
    let mut other = plan.clone();
    other.pins.extend(pins(wanted)?);
    if wanted.crates.is_some() {
        only_pins(&mut other);
        let options = data.options(wanted, other);
        (other, _) = cleave_plan::propose(&project.workspace, &project.graph, &options);
    }
    check_pins(&other)?;
    let after = judge(project, data, &other);
    let held = |path: &String, krate: &String| {
        let wanted = other
            .crates
            .iter()
            .position(|planned| planned.name == *krate);
        cleave_plan::holds(&other, &after.homes, &project.workspace, (path, wanted))
    };
    let mut text = String::new();
    for (path, krate) in other.pins.iter().filter(|(path, krate)| !held(path, krate)) {
        text.push_str(&format!(
            "Not all of `{path}` can live in `{krate}`: crates below or beside that need it draw it down, or it needs what is above.\n"
        ));
    }
    text.push_str("Nothing is written. Lines of the crates, before and after:\n");
    let mut rows: Vec<(&str, Option<usize>, Option<usize>)> = Vec::new();
    for (index, name) in crate_names(plan).enumerate() {
        rows.push((name, Some(before.figures.sizes[index]), None));
    }
    for (index, name) in crate_names(&other).enumerate() {
        let size = Some(after.figures.sizes[index]);
        match rows.iter_mut().find(|row| row.0 == name) {
            Some(row) => row.2 = size,
            None => rows.push((name, None, size)),
        }
    }
    let cell =
        |lines: Option<usize>| lines.map_or_else(|| "-".to_owned(), |lines| lines.to_string());
    for (name, old, new) in rows {
        text.push_str(&format!(
            "  {name:30}  {:>7}  {:>7}\n",
            cell(old),
            cell(new)
        ));
    }
    text.push_str(&format!(
        "\nAfter an edit the compiler looks at {:.0} % of the lines again instead of {:.0} %.\n",
        after.figures.rebuild_ratio() * 100.0,
        before.figures.rebuild_ratio() * 100.0
    ));
    text.push_str("\nCost in lines, before, after and the difference:\n");
    let (old, new) = (
        before.cost.terms(&data.weights),
        after.cost.terms(&data.weights),
    );
    for (old, new) in old.iter().zip(&new) {
        text.push_str(&difference(old.name, old.lines, new.lines, old.what));
    }
    let (old, new) = (
        before.cost.total(&data.weights),
        after.cost.total(&data.weights),
    );
    text.push_str(&difference("all", old, new, ""));
    Ok(text)
}

fn difference(name: &str, old: f64, new: f64, what: &str) -> String {
    let line = format!(
        "  {name:9}  {old:8.0}  {new:8.0}  {:+8.0}  {what}",
        new - old
    );
    format!("{}\n", line.trim_end())
}

fn crate_names(plan: &Plan) -> impl Iterator<Item = &str> {
    let crates = plan.crates.iter().map(|krate| krate.name.as_str());
    crates.chain([plan.package.as_str()])
}

fn suggestions(project: &Project, data: &Data, plan: &Plan, judged: &Judged) -> String {
    const SHOWN: usize = 12;
    let source = (&project.workspace, &project.graph);
    let changes =
        cleave_plan::suggestions(plan, &judged.homes, source, (&data.history, data.weights));
    let mut text = format!(
        "Nothing is written. The plan costs {:.0} lines; the cheapest changes from here:\n",
        judged.cost.total(&data.weights)
    );
    for change in changes.iter().take(SHOWN) {
        let names: Vec<&str> = change
            .modules
            .iter()
            .map(|path| if path.is_empty() { "crate" } else { path })
            .collect();
        text.push_str(&format!(
            "  {:+8.0}  {} to {} ({} lines go along)\n",
            change.cost,
            names.join(" with "),
            change.to,
            change.lines
        ));
    }
    text.push_str("\nTo see one term by term: `plan --what-if --pin MODULE=CRATE`.\n");
    text
}

/// What is printed of a plan.
struct Planned<'a> {
    plan: &'a Plan,
    route: &'a Route,
    judged: Judged,
    public: Option<Public>,
    timings: Option<Timings>,
}

impl Planned<'_> {
    fn text(&self, project: &Project, data: &Data) -> String {
        let figures = &self.judged.figures;
        let width = crate_names(self.plan).map(str::len).max().unwrap_or(0);
        let mut text = String::from("Crates, bottom-up:\n");
        for (index, name) in crate_names(self.plan).enumerate() {
            let (role, below) = self.role(index);
            let below = match below {
                None => "all of them".to_owned(),
                Some(below) if below.is_empty() => "nothing".to_owned(),
                Some(below) => below.join(", "),
            };
            let lines = figures.sizes[index];
            let share = lines * 100 / figures.lines.max(1);
            text.push_str(&format!(
                "  {name:width$}  {role:13}  {lines:6} lines  {share:3} %  on {below}\n"
            ));
        }
        let timings = self.timings.as_ref();
        text.push_str(&worth(figures));
        text.push_str(&self.stays(project));
        let public = self.public.as_ref();
        text.push_str(&public.map_or_else(String::new, Public::text));
        text.push_str(&timings.map_or_else(String::new, |it| pay::text(it, figures)));
        text + &terms(&self.judged.cost, data)
            + &cuts(project, self.plan, &self.judged)
            + &steps_text(&self.route.steps)
    }

    /// What keeps code in the package, where that is more than a few lines.
    fn stays(&self, project: &Project) -> String {
        let least = self.judged.figures.lines / 10;
        let kept = cleave_plan::kept(self.plan, &project.workspace, &project.graph);
        let kept = kept.iter().filter(|kept| kept.lines > least);
        let rows = kept.map(|kept| {
            let item = project.workspace.path_of(kept.item);
            format!("  {:6} lines  with `{item}`: {}\n", kept.lines, kept.pin)
        });
        let rows: String = rows.collect();
        if rows.is_empty() {
            return rows;
        }
        format!(
            "\nWhat has to stay in `{}`, with all that needs it:\n{rows}",
            self.plan.package
        )
    }

    /// The role of a crate, and the crates that it depends on; the root is above all.
    fn role(&self, index: usize) -> (&str, Option<Vec<&str>>) {
        let Some(krate) = self.plan.crates.get(index) else {
            return ("root", None);
        };
        let below = krate.depends_on.iter();
        let names = below.map(|lower| self.plan.crates[*lower].name.as_str());
        (krate.role.as_str(), Some(names.collect()))
    }

    fn json(&self, project: &Project, data: &Data, drift: &[Diagnostic]) -> String {
        let figures = &self.judged.figures;
        let crates = crate_names(self.plan).enumerate().map(|(index, name)| {
            let (role, below) = self.role(index);
            json!({ "name": name, "role": role, "lines": figures.sizes[index], "depends_on": below })
        });
        let steps = self.route.steps.iter();
        let steps = steps.map(|step| {
            json!({ "id": step.id, "title": step.title, "why": step.why, "done": step.done })
        });
        let cost = self.judged.cost.terms(&data.weights).into_iter();
        let cost = cost.map(|term| (term.name.to_owned(), json!(term.lines)));
        let drift = drift
            .iter()
            .map(|it| json!({ "code": it.code, "message": it.message, "help": it.help }));
        let timings = self.timings.as_ref();
        let kept = cleave_plan::kept(self.plan, &project.workspace, &project.graph);
        let kept = kept.iter().map(|kept| {
            let item = project.workspace.path_of(kept.item);
            json!({ "item": item, "why": kept.pin.to_string(), "lines": kept.lines })
        });
        let value = json!({
            "crates": crates.collect::<Vec<_>>(),
            "pays": {
                "lines": figures.lines,
                "lines_after_edit": figures.rebuild_after,
                "ratio": figures.rebuild_ratio(),
                "time_ratio": figures.time_ratio(),
                "critical_path": figures.critical_path,
                "largest_crate_share": figures.largest,
                "torn": figures.torn,
                "items": figures.items,
                "worth_it": figures.pays() == Pays::InSeconds && timings.is_none_or(|it| pay::pays(it, figures)),
            },
            "stays": kept.collect::<Vec<_>>(),
            "lift_public": self.public.as_ref().map(Public::json),
            "timings": timings.map(|it| pay::json(it, figures)),
            "cost": cost.collect::<serde_json::Map<_, _>>(),
            "steps": steps.collect::<Vec<_>>(),
            "drift": drift.collect::<Vec<_>>(),
        });
        serde_json::to_string_pretty(&value).unwrap_or_default()
    }
}

/// What each group of methods that is lifted buys.
fn cuts(project: &Project, plan: &Plan, judged: &Judged) -> String {
    let cuts = cleave_plan::cuts(plan, &judged.homes, &project.workspace, &project.graph);
    if cuts.is_empty() {
        return String::new();
    }
    let mut text = String::from("\nCuts, each with what it buys:\n");
    for cut in cuts {
        let plural = if cut.methods == 1 { "" } else { "s" };
        text.push_str(&format!(
            "  {} method{plural} ({} lines) into `{}`, to {}: {} other lines can go elsewhere",
            cut.methods, cut.lines, cut.name, cut.to, cut.freed
        ));
        if cut.opened > 0 {
            text.push_str(&format!(", a knot is {} lines smaller", cut.opened));
        }
        text.push_str(&format!(
            "; without it the largest crate holds {:.0} %\n",
            cut.largest * 100.0
        ));
    }
    text
}

/// What a plan saves, before anyone starts.
fn worth(figures: &Figures) -> String {
    let share = |part: f64| part * 100.0 / figures.lines.max(1) as f64;
    let verdict = match figures.pays() {
        Pays::InSeconds => {
            "Yes, in rebuilds; how much time that is depends on the compiler's share of your build."
        }
        Pays::InLines => {
            "In lines, not in seconds: a package this small is checked about as fast as the compiler starts on one crate more. Split it for its boundaries, or when it has grown."
        }
        Pays::No => {
            "No: most edits would cost about what they cost today. Split it for its boundaries, or leave it."
        }
    };
    format!(
        "\nDoes it pay?\n  After an edit the compiler looks at {:.0} lines again on average, {:.0} % of what it does today.\n  \
         With a start of the compiler for each crate, a check takes about {:.0} % of the time.\n  \
         The longest chain of crates in a clean build has {} lines, {:.0} % of all.\n  \
         The largest crate holds {:.0} % of the lines; {} of {} items are torn from their module.\n  {verdict}\n",
        figures.rebuild_after,
        figures.rebuild_ratio() * 100.0,
        figures.time_ratio() * 100.0,
        figures.critical_path,
        share(figures.critical_path as f64),
        figures.largest * 100.0,
        figures.torn,
        figures.items,
    )
}

fn terms(cost: &Cost, data: &Data) -> String {
    let mut text = String::from("\nCost, in lines to look at again after an edit:\n");
    for term in cost.terms(&data.weights) {
        text.push_str(&format!(
            "  {:9}  {:8.0}  {:8.0} {}\n",
            term.name, term.lines, term.amount, term.what
        ));
    }
    text + &format!("  {:9}  {:8.0}\n", "all", cost.total(&data.weights))
}
