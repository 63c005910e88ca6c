//! A step becomes a change set.

use cleave_graph::{Graph, Place};
use cleave_plan::{Plan, Step, StepKind};
use cleave_syntax::change::Conflict;
use cleave_syntax::{ChangeBuilder, ChangeSet, CrateId, Diagnostic, ItemId, Severity, Workspace};

use crate::demand::{self, DestDemand};
use crate::scope::Scope;
use crate::{
    cleanup, companion, detach, doc_link, doc_test, exhaustive, include, layout, lift, macro_use,
    members, notes, order, own_name, package_folder, package_name, skeleton, snapshot, spacing,
    support, target, unite, visibility,
};

/// What a step does to the tree.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The tree after it.
    pub changes: ChangeSet,
    /// Refusals (then the change set is empty) and notes for the reviewer.
    pub diagnostics: Vec<Diagnostic>,
    /// Figures for the report.
    pub figures: Figures,
}

/// What a step moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Files that moved whole.
    pub files_moved: usize,
    /// Files that were divided.
    pub files_split: usize,
    /// Items that left a file which stays.
    pub items_relocated: usize,
    /// What was widened, as `path: old visibility`.
    pub made_public: Vec<String>,
}

impl Outcome {
    fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            diagnostics,
            ..Self::default()
        }
    }

    /// Whether the step can't be done.
    pub fn is_refused(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity >= Severity::Refused)
    }
}

/// Works out a step. Linear in the references of the workspace.
pub fn rewrite(workspace: &Workspace, graph: &Graph, plan: &Plan, step: &Step) -> Outcome {
    let Some(root) = workspace.monolith(workspace.package) else {
        return Outcome::refused(vec![
            Diagnostic::new(
                Severity::Refused,
                "E5",
                "the package has neither a library nor a binary",
            )
            .help("name a package with code to split with `--manifest-path`"),
        ]);
    };
    let mut builder = ChangeBuilder::new();
    for file in &workspace.files {
        builder.know(&file.path, &file.text);
    }
    let (mut diagnostics, figures) = match &step.kind {
        StepKind::Skeleton => {
            skeleton::create(workspace, plan, root, &mut builder);
            let mut diagnostics = members::skeleton(workspace, plan, root, &mut builder);
            diagnostics.extend(companion::on_skeleton(workspace, plan, &mut builder));
            diagnostics.extend(notes::on_skeleton(workspace, plan));
            diagnostics.extend(unite::notes(workspace));
            let figures = Figures {
                made_public: workspace.united.made_public.clone(),
                ..Figures::default()
            };
            (diagnostics, figures)
        }
        StepKind::Move { to, items } => {
            match move_items((workspace, graph), plan, root, (*to, items), &mut builder) {
                Ok(done) => done,
                Err(refusals) => return Outcome::refused(refusals),
            }
        }
        StepKind::Targets => (
            target::hand_over((workspace, graph), plan, root, &mut builder),
            Figures::default(),
        ),
        StepKind::Detach => (detach::detach(workspace, &mut builder), Figures::default()),
        StepKind::Lift { lifts } => {
            let source = (workspace, graph);
            match lift::carry_out(source, plan, root, lifts, &mut builder) {
                Ok(()) => (Vec::new(), Figures::default()),
                Err(refusals) => return Outcome::refused(refusals),
            }
        }
        StepKind::Cleanup => (
            cleanup::clean_up(workspace, graph, plan, root, &mut builder),
            Figures::default(),
        ),
    };
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity >= Severity::Refused)
    {
        return Outcome::refused(diagnostics);
    }
    match finish(builder, workspace, root) {
        Ok(mut changes) => {
            if step.kind == StepKind::Skeleton {
                unite::write(workspace, &mut changes);
            }
            Outcome {
                changes,
                diagnostics,
                figures,
            }
        }
        Err(conflict) => {
            diagnostics.push(
                Diagnostic::new(Severity::Refused, "bug", conflict.to_string())
                    .at(
                        conflict.path.clone(),
                        conflict.range,
                        "two rules want this text",
                    )
                    .help("this is a defect of the rewriter: please report it with this message"),
            );
            Outcome::refused(diagnostics)
        }
    }
}

/// The change set, with its seams closed and its imports in order.
pub(crate) fn finish(
    builder: ChangeBuilder,
    workspace: &Workspace,
    krate: CrateId,
) -> Result<ChangeSet, Conflict> {
    let mut changes = builder.finish()?;
    let style = order::Style::of(&workspace.krate(krate).edition);
    spacing::close_seams(&mut changes);
    order::sort_imports(&mut changes, style);
    Ok(changes)
}

type Done = (Vec<Diagnostic>, Figures);

fn move_items(
    (workspace, graph): (&Workspace, &Graph),
    plan: &Plan,
    root: CrateId,
    (to, items): (usize, &[ItemId]),
    builder: &mut ChangeBuilder,
) -> Result<Done, Vec<Diagnostic>> {
    let dest = plan.crates.get(to).and_then(|krate| {
        let package = workspace
            .packages
            .iter()
            .position(|package| package.name == krate.name)?;
        workspace.library(cleave_syntax::PackageId::new(package))
    });
    let Some(dest) = dest else {
        return Err(vec![
            Diagnostic::new(
                Severity::Refused,
                "plan",
                "the crate that this step moves to is not there yet",
            )
            .help("carry out step 1, the skeleton, first"),
        ]);
    };
    let scope = Scope::new((workspace, graph), plan, (root, dest), to, items);
    let mut dest_demand = demand::dest_demand(&scope);
    if !dest_demand.violations.is_empty() {
        return Err(violations(&scope, &dest_demand));
    }
    let refusals = exhaustive::refusals(&scope);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let root_demand = demand::root_demand(&scope, &dest_demand);
    let public = layout::public(&scope, &root_demand, &dest_demand);
    let divided = workspace
        .items_of(root)
        .filter(|id| !scope.is_whole(workspace.item(*id).module));
    let demands = (&root_demand, &dest_demand, &public);
    let as_they_stand: Vec<ItemId> = divided
        .filter(|id| layout::moves_as_it_is(&scope, demands, *id))
        .collect();
    dest_demand.lead_on(&scope, &as_they_stand);
    let moves = layout::lay_out(&scope, (&root_demand, &dest_demand, &public), builder);
    let needs_root = doc_test::lead_on(&scope, &root_demand.public_items, builder);
    doc_link::lead_on(&scope, &dest_demand, builder);
    doc_link::lead_without(&scope, &moves.lost_leaves, builder);
    let made_public = visibility::widen(&scope, (&root_demand, &dest_demand, &public), builder);
    support::open(&scope, builder);
    macro_use::spare(&scope, builder);
    include::correct(&scope, &moves, builder);
    include::correct_what_stays(&scope, &moves, builder);
    include::correct_concatenated(&scope, &moves, builder);
    include::correct_in_attributes(&scope, &moves, builder);
    include::correct_folders_in_attributes(&scope, builder);
    own_name::keep(&scope, builder);
    package_name::keep(&scope, builder);
    package_folder::correct_manifest_folder(&scope, builder);
    package_folder::correct_read_in_tests(&scope, builder);
    snapshot::move_along(&scope, builder);
    let mut diagnostics = members::extend(
        &scope,
        &moves,
        (&root_demand, &dest_demand),
        needs_root,
        builder,
    );
    diagnostics.extend(exhaustive::open(&scope, builder));
    diagnostics.extend(exhaustive::call(&scope, builder));
    exhaustive::close(&scope, builder);
    diagnostics.extend(companion::on_move(workspace, &moves, builder));
    diagnostics.extend(notes::on_move(&scope));
    let figures = Figures {
        files_moved: moves.files_moved,
        files_split: moves.files_split.len(),
        items_relocated: moves.items_relocated,
        made_public,
    };
    Ok((diagnostics, figures))
}

/// What moves may not name what stays: the new crate is below the old one.
fn violations(scope: &Scope<'_>, demand: &DestDemand) -> Vec<Diagnostic> {
    let workspace = scope.workspace;
    let mut diagnostics = Vec::new();
    for (place, target) in &demand.violations {
        let Place::Item(item, index) = *place else {
            continue;
        };
        let value = workspace.item(item);
        let range = value
            .paths
            .get(index as usize)
            .map_or(value.name_range, cleave_syntax::item::PathUse::range);
        let to = &scope.plan.crates[scope.to].name;
        diagnostics.push(
            Diagnostic::new(
                Severity::Refused,
                "plan",
                format!(
                    "`{}` goes to `{to}` but needs `{}`, which stays above it",
                    workspace.path_of(item),
                    workspace.path_of(*target)
                ),
            )
            .at(
                workspace
                    .file(workspace.module(value.module).file)
                    .path
                    .clone(),
                range,
                "used here",
            )
            .help(format!(
                "give `{}` a home in `{to}` or below in split.toml, or leave `{}` where it is",
                workspace.path_of(*target),
                workspace.path_of(item)
            )),
        );
    }
    diagnostics.dedup();
    diagnostics
}
