//! The plan as a value.

use std::collections::BTreeMap;

/// Where everything is to live, and in which order it goes there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The package that is split; whatever no crate claims stays in it. It is above all crates.
    pub package: String,
    /// The new crates, bottom-up: each may depend on earlier ones only.
    pub crates: Vec<PlannedCrate>,
    /// Modules (with all below them that no crate claims) and items that stay in the package. Where modules are named,
    /// the plan is closed: what no list names is new.
    pub keep: Vec<String>,
    /// What a person nailed down: modules or items by path, each with the name of its crate, or of the package for the
    /// root. Pins win over everything, and stay when the rest is proposed anew.
    pub pins: BTreeMap<String, String>,
    /// Inherent methods that leave their impl for an extension trait.
    pub lifts: Vec<Lift>,
    /// The moves in order. Step 1 is always the skeleton; then the lifts of each crate are a step, and each of these is
    /// one; after the last comes the root's clean-up.
    pub steps: Vec<PlannedStep>,
    /// What becomes of the package at the root of the workspace.
    pub root: RootKind,
}

/// What the root of the workspace is in the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RootKind {
    /// The package that was split.
    #[default]
    Package,
    /// A manifest of the workspace alone; the package, a program, goes to a folder beside its crates.
    Virtual,
}

/// Inherent methods of one impl that become those of an extension trait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lift {
    /// The trait's path: it stands in the module of the impl.
    pub name: String,
    /// The methods by path: `app::App::render`.
    pub methods: Vec<String>,
    /// The crate that the trait is to live in; the package's name for the root.
    pub to: String,
}

impl Lift {
    /// Its methods by path, each with the path that it has as the trait's.
    pub fn renamed(&self) -> impl Iterator<Item = (&str, String)> {
        self.methods.iter().map(|path| {
            let name = path.rsplit("::").next().unwrap_or_default();
            (path.as_str(), format!("{}::{name}", self.name))
        })
    }
}

/// A crate of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCrate {
    /// Package name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Module paths (`models`, `a::b`), each with everything below it that no longer entry claims. The crate root
    /// module's own items are claimed item by item.
    pub modules: Vec<String>,
    /// Single items (`a::X`, `a::impl From<B> for X`) torn from their module.
    pub items: Vec<String>,
    /// Indexes of the crates (all earlier) that it depends on.
    pub depends_on: Vec<usize>,
}

/// What a crate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What two or more of the others need.
    Shared,
    /// What coordinates: starts, schedules, serves.
    Orchestration,
    /// What carries out.
    Worker,
    /// Anything else.
    Part,
}

impl Role {
    /// The word in `split.toml` and in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Shared => "shared",
            Role::Orchestration => "orchestration",
            Role::Worker => "worker",
            Role::Part => "part",
        }
    }
}

/// One move of the plan: these modules and items go to that crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// Name of the crate they go to.
    pub to: String,
    /// Module paths or item paths, as in [`PlannedCrate`]; what is below a module goes along as far as its home is that
    /// crate.
    pub moves: Vec<String>,
}
