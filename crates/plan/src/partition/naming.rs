//! What crates are called.

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::Workspace;

use super::problem::Problem;
use super::role::role;
use crate::order::Home;
use crate::plan::Role;

/// Name and role of every crate in use, bottom-up.
pub(super) fn names(
    table: &Problem,
    homes: &[Home],
    used: &[usize],
    prefix: &str,
    workspace: &Workspace,
) -> Vec<(String, Role)> {
    let mut taken = taken(workspace);
    let shared = shared(table, homes, used);
    let contents: Vec<Content<'_>> = used
        .iter()
        .map(|home| Content::of(table, homes, *home, workspace))
        .collect();
    let all = Content::of_all(table, workspace);
    // The largest has the first choice among words.
    let mut order: Vec<usize> = (0..used.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(contents[*index].total));
    let mut names = vec![(String::new(), Role::Part); used.len()];
    for index in order {
        let (words, role) = match contents[index].role() {
            _ if index == shared => (vec!["shared".to_owned()], Role::Shared),
            Some(role) => (vec![role.as_str().to_owned()], role),
            None => (contents[index].words(&all), Role::Part),
        };
        let free = words.iter().map(|word| format!("{prefix}-{word}"));
        let name = free.clone().find(|name| !taken.contains(name));
        let name = name.unwrap_or_else(|| {
            let first = free
                .clone()
                .next()
                .unwrap_or_else(|| format!("{prefix}-part"));
            let mut numbered = (2..).map(|number| format!("{first}-{number}"));
            numbered.find(|name| !taken.contains(name)).unwrap_or(first)
        });
        taken.insert(name.clone());
        names[index] = (name, role);
    }
    names
}

fn taken(workspace: &Workspace) -> BTreeSet<String> {
    let package = workspace.package(workspace.package);
    let dependencies = package
        .dependencies
        .iter()
        .map(|dependency| &dependency.package);
    let packages = workspace.packages.iter().map(|package| &package.name);
    packages.chain(dependencies).cloned().collect()
}

/// The crate that most others need: the lowest of those where there are several.
fn shared(table: &Problem, homes: &[Home], used: &[usize]) -> usize {
    let mut users: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); used.len()];
    let place = |home: Home| home.and_then(|home| used.iter().position(|other| *other == home));
    for (unit, needs) in table.needs.iter().enumerate() {
        for (need, _) in needs {
            if let (Some(user), Some(need)) = (place(homes[unit]), place(homes[*need]))
                && user != need
            {
                users[need].insert(user);
            }
        }
    }
    (0..used.len())
        .max_by_key(|index| (users[*index].len(), std::cmp::Reverse(*index)))
        .unwrap_or(0)
}

/// What a crate is made of, by name.
struct Content<'a> {
    total: usize,
    /// Lines by module path, with all below each.
    by_path: BTreeMap<&'a str, usize>,
    /// Lines of the items that stand in the package's outermost module, which has no name, by the words of their own.
    by_word: BTreeMap<String, usize>,
    by_role: BTreeMap<Role, usize>,
}

impl<'a> Content<'a> {
    fn of(table: &'a Problem, homes: &[Home], home: usize, workspace: &Workspace) -> Self {
        Self::where_(table, workspace, &|unit| homes[unit] == Some(home))
    }

    fn of_all(table: &'a Problem, workspace: &Workspace) -> Self {
        Self::where_(table, workspace, &|_| true)
    }

    fn where_(table: &'a Problem, workspace: &Workspace, is_in: &dyn Fn(usize) -> bool) -> Self {
        let mut content = Content {
            total: 0,
            by_path: BTreeMap::new(),
            by_word: BTreeMap::new(),
            by_role: BTreeMap::new(),
        };
        let parts = table
            .parts
            .iter()
            .enumerate()
            .filter(|(unit, _)| is_in(*unit));
        for (module, lines) in parts.flat_map(|(_, parts)| parts) {
            let path = table.modules[*module].as_str();
            content.total += lines;
            if let Some(role) = role(path) {
                *content.by_role.entry(role).or_default() += lines;
            }
            let mut at = path;
            while !at.is_empty() {
                *content.by_path.entry(at).or_default() += lines;
                at = at.rsplit_once("::").map_or("", |(outer, _)| outer);
            }
        }
        let units = table.units.units.iter().enumerate();
        let items = units.filter(|(unit, _)| is_in(*unit));
        for id in items.flat_map(|(_, unit)| &unit.items) {
            let item = workspace.item(*id);
            if workspace.module(item.module).path.is_empty() {
                for word in item_words(&item.name) {
                    *content.by_word.entry(word).or_default() += workspace.lines_of(*id).max(1);
                }
            }
        }
        content
    }

    /// The role of a third of it at least.
    fn role(&self) -> Option<Role> {
        let most = self.by_role.iter().max_by_key(|(_, lines)| **lines);
        most.filter(|(_, lines)| **lines * 10 > self.total * 3)
            .map(|(role, _)| *role)
    }

    /// Names of modules, those first that say most of what is in it and least of what is not; then words of the names
    /// of items, for what stands in no module with a name.
    fn words(&self, all: &Content<'_>) -> Vec<String> {
        const VAGUE: &[&str] = &[
            "common", "core", "helpers", "impls", "internal", "types", "util", "utils",
        ];
        let says = |lines: usize, everywhere: Option<&usize>| {
            let of_it = lines * 1000 / everywhere.copied().unwrap_or(1).max(1);
            lines * 1000 / self.total.max(1) * of_it
        };
        let sorted = |mut words: Vec<(usize, usize, String)>| {
            words.sort_by(|a, b| {
                b.0.cmp(&a.0)
                    .then(a.1.cmp(&b.1))
                    .then_with(|| a.2.cmp(&b.2))
            });
            words.into_iter().map(|(_, _, word)| word)
        };
        let modules = self.by_path.iter().map(|(path, lines)| {
            let name = path.rsplit("::").next().unwrap_or(path);
            let vague = if VAGUE.contains(&name) { 4 } else { 1 };
            let depth = path.matches("::").count();
            let says = says(*lines, all.by_path.get(path)) / vague;
            (says, depth, package_word(name))
        });
        let items = self.by_word.iter().map(|(word, lines)| {
            let says = says(*lines, all.by_word.get(word));
            (says, 0, word.clone())
        });
        let modules = sorted(modules.collect());
        modules.chain(sorted(items.collect())).collect()
    }
}

/// The words of a name in lower case: `BorderStyle` has `border` and `style`. Short ones say nothing.
fn item_words(name: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for part in name.split('_') {
        let mut start = 0;
        let mut before_is_lower = false;
        for (at, letter) in part.char_indices() {
            if letter.is_uppercase() && before_is_lower {
                words.insert(part[start..at].to_lowercase());
                start = at;
            }
            before_is_lower = !letter.is_uppercase();
        }
        words.insert(part[start..].to_lowercase());
    }
    words
        .retain(|word| word.len() > 3 && word.chars().all(|letter| letter.is_ascii_alphanumeric()));
    words
}

/// A module's name as part of a package's: `parse__Top`, which a generator writes, would be no name of a crate that the
/// compiler likes.
fn package_word(module: &str) -> String {
    let words = module.split('_').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::package_word;

    #[test]
    fn a_package_is_named_in_lower_case_and_single_dashes() {
        assert_eq!(package_word("__parse__Top"), "parse-top");
        assert_eq!(package_word("key_map"), "key-map");
    }
}
