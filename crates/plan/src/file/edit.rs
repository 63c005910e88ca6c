//! Changes of a TOML document that leave alone what stands around them: comments, blanks and the order of keys.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, Item, RawString, Table, Value};

/// For each value the table below `[[key]]` that it has in the document already, with its comments, or a new one.
pub(super) fn rows<T>(
    document: &DocumentMut,
    key: &str,
    values: &[T],
    is_of: impl Fn(&T, &Table) -> bool,
) -> Vec<Table> {
    let old = document.get(key).and_then(Item::as_array_of_tables);
    let mut old: Vec<&Table> = old.into_iter().flatten().collect();
    // Tables are printed by their places in the file: one place for all keeps the order of the values.
    let place = old.first().and_then(|table| table.position());
    let row = |value: &T| {
        let known = old.iter().position(|table| is_of(value, table));
        let mut row = known.map(|at| old.remove(at).clone()).unwrap_or_default();
        row.set_position(place);
        row
    };
    values.iter().map(row).collect()
}

/// A value that says what the old one said stays as it is written.
pub(super) fn put(table: &mut Table, key: &str, value: Item) {
    match table.get_mut(key) {
        Some(old) if old.to_string().trim() == value.to_string().trim() => {}
        Some(old) => {
            let decor = old.as_value().map(|value| value.decor().clone());
            *old = value;
            if let (Some(decor), Some(value)) = (decor, old.as_value_mut()) {
                *value.decor_mut() = decor;
            }
        }
        None => {
            table.insert(key, value);
        }
    }
}

/// A list, where there is one already with the comments of the entries that stay.
pub(super) fn put_list(table: &mut Table, key: &str, values: &[String]) {
    let Some(old) = table.get_mut(key).and_then(Item::as_array_mut) else {
        return put(table, key, list(values));
    };
    let is_at =
        |index: usize, value: &String| old.get(index).and_then(Value::as_str) == Some(value);
    if old.len() == values.len()
        && values
            .iter()
            .enumerate()
            .all(|(index, value)| is_at(index, value))
    {
        return;
    }
    let has_comments = old.to_string().contains('#');
    if !has_comments {
        return put(table, key, list(values));
    }
    let kept: BTreeSet<&str> = values.iter().map(String::as_str).collect();
    let is_gone = |entry: &Value| entry.as_str().is_none_or(|entry| !kept.contains(entry));
    for at in (0..old.len()).rev() {
        if old.get(at).is_some_and(is_gone) {
            take_out(old, at);
        }
    }
    for (index, value) in values.iter().enumerate() {
        let known =
            (index..old.len()).find(|at| old.get(*at).and_then(Value::as_str) == Some(value));
        match known {
            Some(at) if at == index => {}
            Some(at) => {
                let entry = old.remove(at);
                old.insert_formatted(index, entry);
            }
            None => put_in(old, index, value),
        }
    }
    // What stood there twice.
    for at in (values.len()..old.len()).rev() {
        take_out(old, at);
    }
}

/// Takes an entry out of a list. What stands before it, which is also the comment at the end of the line above, goes on to
/// stand before the next.
fn take_out(list: &mut Array, at: usize) {
    let gone = list.remove(at);
    let before = text(gone.decor().prefix());
    if before.contains('#') {
        let after = text_before(list, at);
        set_text_before(list, at, before.trim_end().to_owned() + &after);
    }
}

/// Puts an entry on a line of its own into a list, below the comment at the end of the line above.
fn put_in(list: &mut Array, at: usize, value: &str) {
    let after = text_before(list, at);
    let (comment, rest) = after.split_at(after.find('\n').unwrap_or(0));
    set_text_before(list, at, rest.to_owned());
    let mut entry = Value::from(value);
    entry.decor_mut().set_prefix(format!("{comment}\n    "));
    list.insert_formatted(at, entry);
}

/// What stands between the comma before an entry, or before the list's end, and it.
fn text_before(list: &Array, at: usize) -> String {
    match list.get(at) {
        Some(entry) => text(entry.decor().prefix()),
        None => text(Some(list.trailing())),
    }
}

fn set_text_before(list: &mut Array, at: usize, text: String) {
    match list.get_mut(at) {
        Some(entry) => entry.decor_mut().set_prefix(text),
        None => list.set_trailing(text),
    }
}

fn text(raw: Option<&RawString>) -> String {
    raw.and_then(RawString::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A list on one line where it is short, else an entry a line.
fn list(values: &[String]) -> Item {
    let mut array: Array = values.iter().map(String::as_str).collect();
    if values.iter().map(|value| value.len() + 4).sum::<usize>() > 90 {
        for value in array.iter_mut() {
            value.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    Item::Value(Value::Array(array))
}
