//! What the names of modules say of their role.

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
