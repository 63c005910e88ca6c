//! What the root needs no more after the code that used it has left (row E1).

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, Item, Value};

use super::{ManifestInput, Manifests, Needs, feature, inherit, member};

/// Drops dependencies that only code which has left used: those that a member has now and nothing here names.
pub(super) fn drop_unused(
    document: &mut DocumentMut,
    input: &ManifestInput<'_>,
    needs: &Needs,
    manifests: &Manifests,
) {
    let elsewhere = Elsewhere::of(manifests);
    // What is a feature by itself alone has to stay one.
    let written = feature::table(document);
    let implicit = feature::with_implicit(document);
    let is_implicit = |key: &str| implicit.contains_key(key) && !written.contains_key(key);
    let mut dropped = BTreeSet::new();
    let for_tests: BTreeSet<String> = needs.dev.difference(&needs.normal).cloned().collect();
    hand_to_tests(document, input, &for_tests, &elsewhere);
    let asked = document
        .get("dev-dependencies")
        .and_then(Item::as_table_like);
    let asked = asked.into_iter().flat_map(|table| table.iter());
    let asked: BTreeSet<String> = asked.map(|(key, _)| key.to_owned()).collect();
    for path in own_tables(document) {
        let Some(table) = inherit::document_table(document, &path) else {
            continue;
        };
        let is_unused = |(key, entry): (&str, &Item)| {
            let name = key.replace('-', "_");
            let own = input.members.iter().any(|member| member.name == key);
            let is_asked_twice =
                member::is_optional(entry) && asked.contains(key) && for_tests.contains(&name);
            let is_named = needs.normal.contains(&name) || needs.dev.contains(&name);
            let is_named = is_named && !is_asked_twice;
            !own && !is_named && !is_implicit(key) && elsewhere.has(&path, key, entry)
        };
        let entries = table.iter().filter(|entry| is_unused(*entry));
        let unused: Vec<String> = entries.map(|(key, _)| key.to_owned()).collect();
        for key in unused {
            table.remove(&key);
            dropped.insert(key);
        }
    }
    drop_empty(document);
    // A feature may turn on what only the tests' entry of is gone, or what some targets alone have.
    let left = member::entries(document);
    let left = left.iter().filter(|entry| !entry.dev);
    let left: BTreeSet<String> = left.map(|entry| entry.key.to_owned()).collect();
    dropped.retain(|key| !left.contains(key));
    forget(document, &dropped);
}

/// What only tests, benches and examples are left to use becomes a dependency of theirs, unless a feature speaks of it.
fn hand_to_tests(
    document: &mut DocumentMut,
    input: &ManifestInput<'_>,
    for_tests: &BTreeSet<String>,
    elsewhere: &Elsewhere,
) {
    let features = feature::table(document);
    let is_in_feature = |key: &str| {
        let mut entries = features.values().flatten();
        entries.any(|entry| feature::dependency_of(entry) == Some(key))
    };
    let kind = "dependencies";
    let mut handed = Vec::new();
    if let Some(table) = inherit::document_table(document, &[kind.to_owned()]) {
        let is_left = |(key, entry): &(&str, &Item)| {
            let own = input.members.iter().any(|member| member.name == *key);
            let is_optional = member::is_optional(entry);
            let is_for_tests = for_tests.contains(&key.replace('-', "_"));
            let is_there = elsewhere.normal.contains(*key);
            !own && !is_optional && is_for_tests && is_there && !is_in_feature(key)
        };
        let left = table.iter().filter(is_left);
        let left: Vec<String> = left.map(|(key, _)| key.to_owned()).collect();
        for key in left {
            handed.extend(table.remove(&key).map(|entry| (key, entry)));
        }
    }
    for (key, entry) in handed {
        let table = member::dependencies_mut(document, "dev-dependencies");
        if !table.contains_key(&key) {
            table.insert(&key, entry);
        }
    }
}

/// The dependencies of the members.
struct Elsewhere {
    all: BTreeSet<String>,
    /// Those that more than tests use.
    normal: BTreeSet<String>,
}

impl Elsewhere {
    fn of(manifests: &Manifests) -> Self {
        let (mut all, mut normal) = (BTreeSet::new(), BTreeSet::new());
        let texts = manifests.members.values();
        for document in texts.filter_map(|text| text.parse::<DocumentMut>().ok()) {
            for entry in member::entries(&document) {
                all.insert(entry.key.to_owned());
                if !entry.dev {
                    normal.insert(entry.key.to_owned());
                }
            }
        }
        Self { all, normal }
    }

    /// Whether a member has what the root has in a table. An optional entry, and one for some targets, may be there to
    /// bound a version: tests that use the same package do not replace it.
    fn has(&self, table: &[String], key: &str, entry: &Item) -> bool {
        let is_for_tests = table.last().is_some_and(|kind| kind != "dependencies");
        let entry = entry.as_table_like();
        let is_optional = entry.is_some_and(|entry| entry.contains_key("optional"));
        let is_plain = table.len() == 1 && !is_optional;
        let there = if is_plain || is_for_tests {
            &self.all
        } else {
            &self.normal
        };
        there.contains(key)
    }
}

/// Takes dependencies that are gone out of the lists of features.
fn forget(document: &mut DocumentMut, dropped: &BTreeSet<String>) {
    let features = document
        .get_mut("features")
        .and_then(Item::as_table_like_mut);
    let Some(features) = features else {
        return;
    };
    for (_, list) in features.iter_mut() {
        let Some(list) = list.as_array_mut() else {
            continue;
        };
        let is_gone = |value: &Value| {
            let dependency = value.as_str().and_then(feature::dependency_of);
            dependency.is_some_and(|dependency| dropped.contains(dependency))
        };
        retain(list, |value| !is_gone(value));
    }
}

/// Keeps some entries of a list in its layout: what is first now stands as the first stood.
fn retain(list: &mut Array, keep: impl Fn(&Value) -> bool) {
    let first = list
        .get(0)
        .and_then(|first| first.decor().prefix().cloned());
    let is_kept = list.get(0).is_some_and(&keep);
    list.retain(keep);
    if let (Some(value), Some(prefix), false) = (list.get_mut(0), first, is_kept) {
        value.decor_mut().set_prefix(prefix);
    }
}

/// Tables of which nothing is left go, unless somebody wrote a comment on them; `[dependencies]` has at least the members.
fn drop_empty(document: &mut DocumentMut) {
    for path in own_tables(document) {
        let Some((name, around)) = path.split_last() else {
            continue;
        };
        let mut at = Some(document.as_item_mut());
        for part in around {
            at = at.and_then(|item| item.get_mut(part));
        }
        let Some(around) = at.and_then(Item::as_table_like_mut) else {
            continue;
        };
        if around.get(name).is_some_and(is_bare) {
            around.remove(name);
        }
    }
    let targets = document.get_mut("target").and_then(Item::as_table_like_mut);
    let Some(targets) = targets else {
        return;
    };
    let empty = targets.iter().filter(|(_, target)| is_bare(target));
    let empty: Vec<String> = empty.map(|(name, _)| name.to_owned()).collect();
    for name in empty {
        targets.remove(&name);
    }
    if targets.is_empty() {
        document.remove("target");
    }
}

fn is_bare(item: &Item) -> bool {
    item.as_table().is_some_and(|table| {
        let comment = table.decor().prefix().and_then(|prefix| prefix.as_str());
        table.is_empty() && !comment.unwrap_or_default().contains('#')
    })
}

/// The paths of the tables of what code may use: all but the build script's.
fn own_tables(document: &DocumentMut) -> Vec<Vec<String>> {
    let mut tables = inherit::tables(document);
    tables.retain(|path| path.last().is_some_and(|kind| kind != "build-dependencies"));
    tables
}
