//! The figures and tables that stand in the page's text.

use cleave_plan::{Step, StepKind};
use cleave_syntax::ItemId;
use serde::Serialize;

use super::Subject;
use super::circle::{KnotRow, knots};
use super::model::Model;
use super::public::widened;
use super::reason::departures;
use super::rebuild::{Rebuild, rebuild};
use super::words::{grouped, pieces};

/// At most so many rows of a table are written; the rest is told as a number.
const ROWS: usize = 2000;

/// Everything the template shows.
#[derive(Debug, Serialize)]
pub(super) struct Tables {
    package: String,
    is_planned: bool,
    figures: Vec<Figure>,
    crates: Vec<CrateRow>,
    rebuild_today: Share,
    rebuild_planned: Share,
    moves: Table<MoveRow>,
    widened: Table<WidenedRow>,
    knots: Vec<KnotRow>,
    steps: Vec<StepRow>,
    steps_done: usize,
}

/// A number with what it was before, where that differs.
#[derive(Debug, Serialize)]
struct Figure {
    name: &'static str,
    before: String,
    after: Option<String>,
    note: String,
}

/// A number of lines, and its share of all in percent.
#[derive(Debug, Serialize)]
struct Share {
    lines: String,
    percent: usize,
}

#[derive(Debug, Serialize)]
struct CrateRow {
    name: String,
    hue: usize,
    role: String,
    lines: String,
    percent: usize,
    items: usize,
    needs: String,
    rebuilt: Share,
}

/// The first rows, and how many more there are.
#[derive(Debug, Serialize)]
struct Table<T> {
    rows: Vec<T>,
    left_out: usize,
    count: String,
}

#[derive(Debug, Serialize)]
struct MoveRow {
    item: usize,
    name: String,
    from: String,
    to: String,
    /// Pieces of the sentence; every other one is code.
    why: Vec<String>,
    arrow: Option<usize>,
}

#[derive(Debug, Serialize)]
struct WidenedRow {
    name: String,
    before: String,
    home: String,
    users: String,
    references: usize,
    arrow: Option<usize>,
}

#[derive(Debug, Serialize)]
struct StepRow {
    id: usize,
    title: Vec<String>,
    why: Vec<String>,
    state: &'static str,
    items: usize,
    lines: String,
    /// Of the longest step, in percent.
    percent: usize,
    /// Indexes into the model's items.
    members: Vec<usize>,
}

impl Tables {
    pub(super) fn of(subject: &Subject<'_>, model: &Model) -> Self {
        let today = rebuild(subject, model, &model.today);
        let planned = rebuild(subject, model, &model.planned);
        let moves = moves(subject, model);
        let widened = widened_rows(subject, model);
        Self {
            package: subject.crate_name(subject.root()).to_owned(),
            is_planned: subject.plan.is_some(),
            figures: figures(subject, &today, &planned, (&moves.count, &widened.count)),
            crates: crates(subject, &planned),
            rebuild_today: share(today.expected, today.total),
            rebuild_planned: share(planned.expected, planned.total),
            moves,
            widened,
            knots: knots(subject),
            steps: steps(subject, model),
            steps_done: subject.steps.iter().filter(|step| step.done).count(),
        }
    }
}

fn figures(
    subject: &Subject<'_>,
    today: &Rebuild,
    planned: &Rebuild,
    (moves, widened): (&str, &str),
) -> Vec<Figure> {
    let is_planned = subject.plan.is_some();
    let change = |before: String, after: String| {
        let after = Some(after).filter(|after| is_planned && *after != before);
        (before, after)
    };
    // The root stays a crate, if only to hand on what moved.
    let root = subject.root();
    let made = today.rows[..root].iter().filter(|row| row.items > 0);
    let largest = |rebuild: &Rebuild| rebuild.rows.iter().map(|row| row.lines).max().unwrap_or(0);
    let (before, after) = change((made.count() + 1).to_string(), (root + 1).to_string());
    let mut figures = vec![Figure {
        name: "Crates",
        before,
        after,
        note: format!("{} lines in all", grouped(today.total)),
    }];
    let (before, after) = change(grouped(largest(today)), grouped(largest(planned)));
    let percent = share(largest(planned), planned.total).percent;
    figures.push(Figure {
        name: "Largest crate",
        before,
        after,
        note: format!("lines; {percent} % of all"),
    });
    let (before, after) = change(grouped(today.expected), grouped(planned.expected));
    figures.push(Figure {
        name: "An edit rebuilds",
        before,
        after,
        note: "lines on average".to_owned(),
    });
    if is_planned {
        figures.push(Figure {
            name: "Leave their module",
            before: moves.to_owned(),
            after: None,
            note: match moves {
                "0" => "all modules move whole".to_owned(),
                _ => "items, each with the reason".to_owned(),
            },
        });
        figures.push(Figure {
            name: "Become public",
            before: widened.to_owned(),
            after: None,
            note: "items and modules".to_owned(),
        });
    }
    figures
}

fn crates(subject: &Subject<'_>, planned: &Rebuild) -> Vec<CrateRow> {
    let root = subject.root();
    let rows = planned.rows.iter().enumerate();
    rows.map(|(index, row)| {
        let role = match subject.plan {
            Some((plan, _)) if index < root => plan.crates[index].role.as_str(),
            _ => "root",
        };
        let share = share(row.lines, planned.total);
        CrateRow {
            name: subject.crate_name(index).to_owned(),
            hue: hue(index),
            role: role.to_owned(),
            lines: share.lines,
            percent: share.percent,
            items: row.items,
            needs: names(subject, row.needs.iter().copied()),
            rebuilt: self::share(row.rebuilt, planned.total),
        }
    })
    .collect()
}

/// As far from the neighbours' as hues can be; the script has the same rule.
fn hue(index: usize) -> usize {
    (210 + index * 137) % 360
}

fn names(subject: &Subject<'_>, crates: impl Iterator<Item = usize>) -> String {
    let names: Vec<&str> = crates.map(|index| subject.crate_name(index)).collect();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

fn moves(subject: &Subject<'_>, model: &Model) -> Table<MoveRow> {
    let rows = departures(subject, model)
        .into_iter()
        .map(|departure| MoveRow {
            item: departure.item,
            name: subject.workspace.path_of(model.items[departure.item]),
            from: subject.crate_name(departure.from).to_owned(),
            to: subject.crate_name(departure.to).to_owned(),
            why: pieces(&departure.why),
            arrow: departure.arrow,
        });
    capped(rows.collect())
}

fn widened_rows(subject: &Subject<'_>, model: &Model) -> Table<WidenedRow> {
    let all = if subject.plan.is_some() {
        widened(subject, model)
    } else {
        Vec::new()
    };
    let rows = all.into_iter().map(|row| WidenedRow {
        name: row.name,
        before: if row.before.is_empty() {
            "private".to_owned()
        } else {
            row.before
        },
        home: subject.crate_name(row.home).to_owned(),
        users: names(subject, row.users.into_iter()),
        references: row.references,
        arrow: row.arrow,
    });
    capped(rows.collect())
}

fn capped<T>(mut rows: Vec<T>) -> Table<T> {
    let count = rows.len();
    rows.truncate(ROWS);
    Table {
        left_out: count - rows.len(),
        count: grouped(count),
        rows,
    }
}

fn steps(subject: &Subject<'_>, model: &Model) -> Vec<StepRow> {
    let next = subject.steps.iter().find(|step| !step.done);
    let next = next.map(|step| step.id);
    let lines = |step: &Step| -> usize {
        let items = moved(step, model).into_iter();
        items
            .map(|id| model.lifts.lines_of(subject.workspace, id))
            .sum()
    };
    let longest = subject.steps.iter().map(lines).max().unwrap_or(0).max(1);
    let row = |step: &Step| StepRow {
        id: step.id,
        title: pieces(&step.title),
        why: pieces(&step.why),
        state: match (step.done, Some(step.id) == next) {
            (true, _) => "done",
            (false, true) => "next",
            (false, false) => "to do",
        },
        items: moved(step, model).len(),
        lines: grouped(lines(step)),
        percent: lines(step) * 100 / longest,
        members: moved(step, model)
            .into_iter()
            .filter_map(|id| model.index[id.index()])
            .collect(),
    };
    subject.steps.iter().map(row).collect()
}

/// What a step moves, or lifts out of its impl.
fn moved(step: &Step, model: &Model) -> Vec<ItemId> {
    match &step.kind {
        StepKind::Move { items, .. } => items.clone(),
        StepKind::Lift { lifts } => {
            let methods = model.lifts.methods.iter();
            let of_step = methods.filter(|(_, lift)| lifts.contains(lift));
            of_step.map(|(id, _)| *id).collect()
        }
        _ => Vec::new(),
    }
}

fn share(lines: usize, total: usize) -> Share {
    Share {
        lines: grouped(lines),
        percent: (lines * 100 + total / 2) / total.max(1),
    }
}
