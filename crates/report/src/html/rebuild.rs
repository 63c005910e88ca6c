//! What an edit rebuilds: where each line is as likely to be edited as any other.

use super::Subject;
use super::model::Model;

/// A crate and what an edit in it costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Non-test lines.
    pub(super) lines: usize,
    /// Items.
    pub(super) items: usize,
    /// Lines of the crate and of all that depend on it, directly or not.
    pub(super) rebuilt: usize,
    /// The crates whose items it names.
    pub(super) needs: Vec<usize>,
}

/// Crates under some homes, and the lines that an edit rebuilds on average.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rebuild {
    /// By crate.
    pub(super) rows: Vec<Row>,
    /// Lines.
    pub(super) expected: usize,
    /// Of so many.
    pub(super) total: usize,
}

/// Adds up; who depends on whom is read off the references.
pub(super) fn rebuild(subject: &Subject<'_>, model: &Model, homes: &[usize]) -> Rebuild {
    let count = subject.root() + 1;
    let mut rows = vec![Row::default(); count];
    for index in 0..model.items.len() {
        let row = &mut rows[homes[index]];
        row.lines += model.lines_of(subject, index);
        row.items += 1;
    }
    let mut reaches = vec![vec![false; count]; count];
    for arrow in &model.arrows {
        reaches[homes[arrow.from]][homes[arrow.to]] = true;
    }
    for (index, row) in rows.iter_mut().enumerate() {
        row.needs = (0..count)
            .filter(|to| *to != index && reaches[index][*to])
            .collect();
    }
    for middle in 0..count {
        for from in 0..count {
            for to in 0..count {
                reaches[from][to] |= reaches[from][middle] && reaches[middle][to];
            }
        }
    }
    let total: usize = rows.iter().map(|row| row.lines).sum();
    for index in 0..count {
        let rebuilt = (0..count)
            .filter(|user| *user == index || reaches[*user][index])
            .map(|user| rows[user].lines)
            .sum();
        rows[index].rebuilt = rebuilt;
    }
    let weighed: usize = rows.iter().map(|row| row.lines * row.rebuilt).sum();
    Rebuild {
        rows,
        expected: weighed / total.max(1),
        total,
    }
}
