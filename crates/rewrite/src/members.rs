//! Brings the manifests and crate roots in line with what a step did.

use std::collections::BTreeMap;

use camino::Utf8Path;
use cleave_plan::Plan;
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::ItemKind;
use cleave_syntax::workspace::Package;
use cleave_syntax::{ChangeBuilder, CrateId, Diagnostic, ItemId, TextRange, Workspace};

use crate::build_script;
use crate::cleanup;
use crate::demand::{Asked, DestDemand, RootDemand};
use crate::difference::difference;
use crate::layout::Moves;
use crate::manifest::{ManifestInput, Member, Needs, TargetMove, lints, manifests};
use crate::needs;
use crate::scope::{Scope, Side};
use crate::skeleton::{self, MAY_GO_UNUSED};

/// The manifests of the empty workspace.
pub(crate) fn skeleton(
    workspace: &Workspace,
    plan: &Plan,
    root: CrateId,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let mut members = members(workspace, plan, &BTreeMap::new());
    for member in members
        .iter_mut()
        .filter(|member| member.manifest.is_none())
    {
        skeleton::features(workspace, root, &mut member.needs.features);
    }
    write(workspace, &members, Closing::default(), builder)
}

/// The manifests after a move, and what the crate roots must import for macros and in the 2015 edition.
pub(crate) fn extend(
    scope: &Scope<'_>,
    moves: &Moves,
    (root, dest): (&RootDemand, &DestDemand),
    needs_root: bool,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let mut needs = needs::of_dest(scope, moves);
    if needs_root {
        needs.dev_crates.insert(
            scope
                .workspace
                .package(scope.workspace.package)
                .name
                .clone(),
        );
    }
    for krate in &dest.macro_crates {
        needs
            .crates
            .extend(scope.planned_name(*krate).map(str::to_owned));
    }
    extern_crates(scope, root, builder);
    let name = scope.plan.crates[scope.to].name.clone();
    let changed = BTreeMap::from([(name.clone(), needs)]);
    let mut members = members(scope.workspace, scope.plan, &changed);
    let dest = members.iter_mut().find(|member| member.name == name);
    if let Some(dest) = dest {
        dest.is_built = build_script::hand_on(scope, &dest.dir, builder);
    }
    write(scope.workspace, &members, Closing::default(), builder)
}

/// The manifests after the root has dropped what it does not need.
pub(crate) fn clean_up(
    workspace: &Workspace,
    plan: &Plan,
    needs: &Needs,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let closing = Closing {
        cleanup: Some(needs),
        ..Closing::default()
    };
    let members = members(workspace, plan, &BTreeMap::new());
    write(workspace, &members, closing, builder)
}

/// The manifests after targets have gone to their crates, by whose names stands what they need there.
pub(crate) fn hand_over(
    workspace: &Workspace,
    plan: &Plan,
    (needed, targets): (&BTreeMap<String, Needs>, &[TargetMove]),
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let closing = Closing {
        targets,
        ..Closing::default()
    };
    write(
        workspace,
        &members(workspace, plan, needed),
        closing,
        builder,
    )
}

/// What the steps after the moves do to manifests.
#[derive(Clone, Copy, Default)]
struct Closing<'a> {
    cleanup: Option<&'a Needs>,
    targets: &'a [TargetMove],
}

/// The two manifests that a root package's becomes.
pub(crate) fn detach(
    package: &Package,
    dir: &Utf8Path,
    (root, own): &(String, String),
    builder: &mut ChangeBuilder,
) {
    let reason = || Reason::new("E5", package.name.clone());
    builder.know(&package.manifest_path, &package.manifest);
    let (range, text) = difference(&package.manifest, root);
    builder.replace(&package.manifest_path, range, text, reason());
    let block = Block::Text {
        text: own.clone(),
        reason: reason(),
    };
    builder.create(&dir.join("Cargo.toml"), vec![block]);
}

fn members(workspace: &Workspace, plan: &Plan, changed: &BTreeMap<String, Needs>) -> Vec<Member> {
    plan.crates
        .iter()
        .map(|krate| {
            let package = workspace
                .packages
                .iter()
                .find(|package| package.name == krate.name);
            Member {
                name: krate.name.clone(),
                dir: package.map_or_else(
                    || skeleton::folder(workspace, &krate.name),
                    |package| package.dir.clone(),
                ),
                needs: changed.get(&krate.name).cloned().unwrap_or_default(),
                manifest: package.map(|package| package.manifest.clone()),
                is_built: false,
            }
        })
        .collect()
}

fn write(
    workspace: &Workspace,
    members: &[Member],
    closing: Closing<'_>,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    if members.is_empty() {
        return Vec::new();
    }
    let package = workspace.package(workspace.package);
    let separate = workspace
        .manifest
        .as_deref()
        .filter(|_| !package.dir.as_str().is_empty());
    let conditions = lints::conditions(workspace);
    let input = ManifestInput {
        root: &package.manifest,
        root_dir: &package.dir,
        workspace: separate,
        package: &package.name,
        publish: package.publish,
        // Build metadata is no part of a requirement.
        version: package.version.split('+').next().unwrap_or_default(),
        conditions: &conditions,
        members,
        cleanup: closing.cleanup,
        targets: closing.targets,
    };
    let (texts, diagnostics) = manifests(&input);
    let mut put = |path: &Utf8Path, old: Option<&str>, new: &str| {
        let reason = Reason::new("E1", path.as_str());
        match old {
            Some(old) if old == new => {}
            Some(old) => {
                builder.know(path, old);
                let (range, text) = difference(old, new);
                builder.replace(path, range, text, reason);
            }
            None => builder.create(
                path,
                vec![Block::Text {
                    text: new.to_owned(),
                    reason,
                }],
            ),
        }
    };
    put(&package.manifest_path, Some(&package.manifest), &texts.root);
    if let (Some(old), Some(new)) = (separate, &texts.workspace) {
        put("Cargo.toml".into(), Some(old), new);
    }
    for member in members {
        if let Some(text) = texts.members.get(&member.name) {
            put(
                &member.dir.join("Cargo.toml"),
                member.manifest.as_deref(),
                text,
            );
        }
    }
    diagnostics
}

/// `extern crate` where it is needed: for macros called by bare names, and in the 2015 edition for all paths.
fn extern_crates(scope: &Scope<'_>, root: &RootDemand, builder: &mut ChangeBuilder) {
    let old = scope.workspace.krate(scope.root).edition == "2015";
    if root.bare_macros.conditions.is_some() || old {
        declare(scope, &root.bare_macros, builder);
    } else {
        let source = (scope.workspace, scope.graph);
        let stays = |id: ItemId| scope.side(id) == Side::Root;
        cleanup::drop_macro_crates(source, scope.plan, scope.root, &stays, builder);
    }
}

/// Adds `extern crate name;` to the root, for those who call macros of the destination by bare names; or `#[macro_use]`
/// to the one that is there, which loses the conditions that not all callers stand under.
fn declare(scope: &Scope<'_>, asked: &Asked, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let callers = asked.conditions.as_ref();
    let name = scope.dest_name();
    let module = workspace.module(workspace.krate(scope.root).root);
    let file = workspace.file(module.file);
    let mut items = module.items.iter().map(|id| workspace.item(*id));
    let existing = items.find(|item| {
        let mut leaves = item.leaves.iter();
        item.kind == ItemKind::ExternCrate
            && leaves.any(|leaf| workspace.leaf(*leaf).path.text() == name)
    });
    let reason = Reason::new("D1", name.clone());
    let attribute = match callers {
        Some(_) if asked.is_loose => {
            format!("{MAY_GO_UNUSED}#[macro_use]\n")
        }
        Some(_) => "#[macro_use]\n".to_owned(),
        None => String::new(),
    };
    if let Some(item) = existing {
        let own = item.attributes.iter().filter(|it| it.path == "cfg");
        let lost = own.filter(|attribute| {
            callers.is_some_and(|callers| !callers.contains(&file[attribute.range]))
        });
        for attribute in lost {
            let rest = &file.text[attribute.range.end as usize..];
            let blank = (rest.len() - rest.trim_start().len()) as u32;
            let range = TextRange::new(attribute.range.start, attribute.range.end + blank);
            builder.replace(&file.path, range, "", reason.clone());
        }
        let mut attributes = item.attributes.iter();
        if callers.is_some() && !attributes.any(|attribute| attribute.path == "macro_use") {
            let range = TextRange::empty(item.range.start);
            builder.replace(&file.path, range, attribute, reason);
        }
        return;
    }
    let offset = if module.header.is_empty() {
        module.body.start
    } else {
        module.header.end
    };
    let before = if module.header.is_empty() { "" } else { "\n\n" };
    let after = if module.header.is_empty() { "\n\n" } else { "" };
    let is_2015 = workspace.krate(scope.root).edition == "2015";
    // There every path needs it.
    let conditions = callers.into_iter().flatten().filter(|_| !is_2015);
    let condition: String = conditions.flat_map(|text| [text.as_str(), "\n"]).collect();
    let text = format!("{before}{condition}{attribute}extern crate {name};{after}");
    builder.append(&file.path, offset, text, reason);
}
