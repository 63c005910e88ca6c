//! What crates are called, and what the names of modules say of their role.

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::Workspace;

use super::problem::Problem;
use crate::order::Home;
use crate::plan::Role;

/// The role that a module's name claims, by its outermost telling word.
pub(super) fn role(path: &str) -> Option<Role> {
    const ORCHESTRATION: &[&str] = &[
        "orchestrat",
        "schedul",
        "coordinat",
        "server",
        "web",
        "api",
        "serve",
        "dispatch",
        "controller",
        "supervis",
    ];
    const WORKER: &[&str] = &[
        "worker",
        "execut",
        "handler",
        "runner",
        "job",
        "processor",
        "agent",
    ];
    path.split("::").find_map(|name| {
        let name = name.to_lowercase();
        let says = |words: &[&str]| {
            words
                .iter()
                .any(|word| name == *word || (word.len() > 3 && name.starts_with(word)))
        };
        if says(ORCHESTRATION) {
            Some(Role::Orchestration)
        } else if says(WORKER) {
            Some(Role::Worker)
        } else {
            None
        }
    })
}

/// Name and role of every crate in use, bottom-up.
pub(super) fn names(
    table: &Problem,
    homes: &[Home],
    used: &[usize],
    prefix: &str,
    workspace: &Workspace,
) -> Vec<(String, Role)> {
    let mut taken: BTreeSet<String> = workspace
        .packages
        .iter()
        .map(|package| package.name.clone())
        .collect();
    let package = workspace.package(workspace.package);
    taken.extend(
        package
            .dependencies
            .iter()
            .map(|dependency| dependency.package.clone()),
    );
    used.iter()
        .map(|home| {
            let mut words: BTreeMap<String, usize> = BTreeMap::new();
            let mut roles: BTreeMap<Role, usize> = BTreeMap::new();
            let mut total = 0;
            for (unit, parts) in table
                .parts
                .iter()
                .enumerate()
                .filter(|(unit, _)| homes[*unit] == Some(*home))
            {
                let _ = unit;
                for (module, lines) in parts {
                    let path = &table.modules[*module];
                    total += lines;
                    let top = path.split("::").next().unwrap_or_default();
                    *words.entry(top.to_owned()).or_default() += lines;
                    if let Some(role) = role(path) {
                        *roles.entry(role).or_default() += lines;
                    }
                }
            }
            let told = roles
                .into_iter()
                .max_by_key(|(_, lines)| *lines)
                .filter(|(_, lines)| lines * 10 > total * 3);
            let (word, role) = match told {
                _ if *home == 0 => ("shared".to_owned(), Role::Shared),
                Some((role, _)) => (role.as_str().to_owned(), role),
                None => {
                    let most = words
                        .into_iter()
                        .filter(|(word, _)| !word.is_empty())
                        .max_by_key(|(_, lines)| *lines);
                    (
                        most.map_or_else(|| "part".to_owned(), |(word, _)| package_word(&word)),
                        Role::Part,
                    )
                }
            };
            let mut name = format!("{prefix}-{word}");
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{prefix}-{word}-{number}");
                number += 1;
            }
            (name, role)
        })
        .collect()
}

fn package_word(module: &str) -> String {
    module.trim_matches('_').replace('_', "-")
}
