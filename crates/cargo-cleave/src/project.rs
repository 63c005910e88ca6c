//! Today's source, resolved, with the plan: what every verb starts from.

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::Graph;
use cleave_plan::{Homes, Plan, Step};
use cleave_rewrite::unite;
use cleave_syntax::{CrateId, Diagnostic, LoadOptions, Severity, Workspace};

use crate::arguments::Common;
use crate::exit::Failure;
use crate::screen::Screen;

/// A package and what is known of it.
#[derive(Debug)]
pub struct Project {
    /// The source.
    pub workspace: Workspace,
    /// Who depends on whom.
    pub graph: Graph,
    /// The crate that is split.
    pub monolith: CrateId,
    /// The text of `split.toml`, if there is one.
    pub plan_text: Option<String>,
    /// The plan in it.
    pub plan: Option<Plan>,
}

/// A plan read against today's source.
#[derive(Debug)]
pub struct Route {
    /// Where everything is to live.
    pub homes: Homes,
    /// The steps, those done included.
    pub steps: Vec<Step>,
}

impl Project {
    /// Reads and resolves the package and its plan.
    pub fn load(common: &Common, screen: &mut Screen) -> Result<Self, Failure> {
        let options = options(common)?;
        let (workspace, diagnostics) = cleave_syntax::load(&options)?;
        screen.sources = workspace
            .files
            .iter()
            .map(|file| (file.path.to_string(), file.text.to_string()))
            .collect();
        let errors: Vec<Diagnostic> = diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .collect();
        if !errors.is_empty() {
            return Err(Failure::Input(errors));
        }
        let Some(monolith) = workspace.monolith(workspace.package) else {
            let name = &workspace.package(workspace.package).name;
            return Err(Failure::World(format!(
                "failed to find code in `{name}`: it has neither a library nor a binary"
            )));
        };
        let graph = cleave_graph::resolve(&workspace);
        let mut project = Project {
            workspace,
            graph,
            monolith,
            plan_text: None,
            plan: None,
        };
        project.read_plan(screen)?;
        project.unite(options)?;
        Ok(project)
    }

    /// Reads the source as it is once binaries import what they declare of their library; a plan without crates changes
    /// nothing.
    fn unite(&mut self, mut options: LoadOptions) -> Result<(), Failure> {
        let moves_nothing = |plan: &Plan| plan.crates.is_empty();
        if self.plan.as_ref().is_some_and(moves_nothing) || !unite::is_called_for(&self.workspace) {
            return Ok(());
        }
        options.united = unite::unite(&self.workspace, &self.graph);
        if !options.united.changes.is_empty() {
            (self.workspace, _) = cleave_syntax::load(&options)?;
            self.graph = cleave_graph::resolve(&self.workspace);
        }
        Ok(())
    }

    /// What needs itself in circles, at the level of modules, items and methods.
    pub(crate) fn knots(&self) -> cleave_graph::knot::Knots {
        cleave_graph::knot::knots(&self.workspace, &self.graph, self.monolith)
    }

    /// Looks up what the source of other crates says, where what is known answers something else: rewriting asks for it.
    pub fn read_foreign(&mut self, common: &Common) -> Result<(), Failure> {
        if !self.workspace.foreign.answers(&self.workspace) {
            self.workspace.foreign = cleave_syntax::foreign(&self.workspace, &options(common)?);
        }
        Ok(())
    }

    fn read_plan(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        let path = self.plan_path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            return Ok(());
        };
        screen
            .sources
            .push((cleave_plan::file::NAME.to_owned(), text.clone()));
        let mut plan = cleave_plan::file::parse(&text).map_err(Failure::Input)?;
        let own = &self.workspace.package(self.workspace.package).name;
        if plan.package.is_empty() {
            plan.package.clone_from(own);
        }
        if plan.package != *own {
            return Err(Failure::World(format!(
                "failed to use split.toml: it is for `{}`, not for `{own}`",
                plan.package
            )));
        }
        self.plan_text = Some(text);
        self.plan = Some(plan);
        Ok(())
    }

    /// Where `split.toml` lies.
    pub fn plan_path(&self) -> Utf8PathBuf {
        self.workspace
            .root
            .join(&self.workspace.package(self.workspace.package).dir)
            .join(cleave_plan::file::NAME)
    }

    /// The plan, or how to get one.
    pub fn plan(&self) -> Result<&Plan, Failure> {
        self.plan.as_ref().ok_or_else(|| {
            Failure::World(
                "failed to find split.toml beside the manifest: run `plan` first".to_owned(),
            )
        })
    }

    /// The way to a plan from here.
    pub fn route(&self, plan: &Plan) -> (Route, Vec<Diagnostic>) {
        let (homes, diagnostics) = cleave_plan::homes(plan, &self.workspace, &self.graph);
        let mut steps = cleave_plan::steps(plan, &homes, &self.workspace, &self.graph);
        let mut left = false;
        for step in &mut steps {
            if step.kind.is_closing() {
                step.done = !left && self.is_settled(plan, step);
            }
            left |= !step.done;
        }
        (Route { homes, steps }, diagnostics)
    }

    /// Whether a closing step would change nothing.
    fn is_settled(&self, plan: &Plan, step: &Step) -> bool {
        let outcome = cleave_rewrite::rewrite(&self.workspace, &self.graph, plan, step);
        outcome.changes.is_empty() && !outcome.is_refused()
    }

    /// The folder for what belongs to no commit: scratch tree, journal, records.
    pub fn state(&self) -> Utf8PathBuf {
        self.workspace.root.join("target").join("cleave")
    }
}

fn options(common: &Common) -> Result<LoadOptions, Failure> {
    Ok(LoadOptions {
        manifest_path: manifest_path(common)?,
        package: common.package.clone(),
        offline: common.offline,
        locked: common.locked,
        ..LoadOptions::default()
    })
}

/// The manifest that was asked for.
pub fn manifest_path(common: &Common) -> Result<Utf8PathBuf, Failure> {
    if common.manifest_path.as_str().is_empty() {
        return Err(Failure::World(
            "failed to find the manifest: `--manifest-path` is empty".to_owned(),
        ));
    }
    absolute(&common.manifest_path)
}

/// A path from the current folder on.
pub fn absolute(path: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    camino::absolute_utf8(path)
        .map_err(|error| Failure::World(format!("failed to find `{path}`: {error}")))
}
