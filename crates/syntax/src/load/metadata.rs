//! What Cargo says of a workspace.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

use super::{LoadError, LoadOptions, relative};
use crate::id::PackageId;
use crate::workspace::{CrateKind, Dependency, DependencyKind, Package, United};

/// A workspace before its source is read: what Cargo says of it.
#[derive(Debug, Clone)]
pub struct Outline {
    pub(super) root: Utf8PathBuf,
    pub(super) packages: Vec<Package>,
    pub(super) package: PackageId,
    pub(super) targets: Vec<Target>,
    /// How many threads parse; all cores where it is not said.
    pub(super) threads: Option<usize>,
    /// What is to be changed before it is read.
    pub(super) united: United,
}

/// A target before its source is read.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) package: PackageId,
    pub(super) kind: CrateKind,
    pub(super) name: String,
    pub(super) edition: String,
    pub(super) required_features: Vec<String>,
    /// Relative to the workspace root.
    pub(super) file: Utf8PathBuf,
}

/// Asks Cargo.
pub(super) fn read(options: &LoadOptions) -> Result<Outline, LoadError> {
    let mut command = MetadataCommand::new();
    command
        .manifest_path(options.manifest_path.as_std_path())
        .no_deps();
    let mut flags = Vec::new();
    flags.extend(options.offline.then(|| "--offline".to_owned()));
    flags.extend(options.locked.then(|| "--locked".to_owned()));
    let metadata = command
        .other_options(flags)
        .exec()
        .map_err(|error| LoadError::Metadata {
            message: match error {
                cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().to_owned(),
                other => other.to_string(),
            },
        })?;
    let root = metadata.workspace_root.clone();
    let mut members: Vec<&cargo_metadata::Package> = metadata.workspace_packages();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    let packages = members
        .iter()
        .map(|member| package(&root, member, &members))
        .collect::<Result<Vec<_>, _>>()?;
    let package = choose(options, &metadata, &members)?;
    let mut targets = Vec::new();
    for (index, member) in members.iter().enumerate() {
        for target in &member.targets {
            targets.push(Target {
                package: PackageId::new(index),
                kind: kind(&target.kind),
                name: target.name.clone(),
                edition: target.edition.to_string(),
                required_features: target.required_features.clone(),
                file: relative(&root, &target.src_path),
            });
        }
    }
    targets.sort_by(|a, b| (a.package, a.kind, &a.name).cmp(&(b.package, b.kind, &b.name)));
    Ok(Outline {
        root,
        packages,
        package,
        targets,
        threads: options.threads,
        united: options.united.clone(),
    })
}

/// What Cargo would say of a package `app` that is one library and nothing else.
pub(super) fn single(root: &Utf8Path, file: &str, edition: &str) -> Outline {
    let package = Package {
        name: "app".to_owned(),
        version: "0.1.0".to_owned(),
        dir: Utf8PathBuf::new(),
        manifest_path: "Cargo.toml".into(),
        manifest: String::new(),
        edition: edition.to_owned(),
        publish: false,
        dependencies: Vec::new(),
        features: BTreeMap::new(),
    };
    Outline {
        root: root.to_owned(),
        threads: Some(1),
        united: United::default(),
        packages: vec![package],
        package: PackageId::new(0),
        targets: vec![Target {
            package: PackageId::new(0),
            kind: CrateKind::Lib,
            name: "app".to_owned(),
            edition: edition.to_owned(),
            required_features: Vec::new(),
            file: file.into(),
        }],
    }
}

fn choose(
    options: &LoadOptions,
    metadata: &Metadata,
    members: &[&cargo_metadata::Package],
) -> Result<PackageId, LoadError> {
    let canonical = |path: &Utf8Path| path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    let asked = canonical(&options.manifest_path);
    let found = match &options.package {
        Some(name) => members.iter().position(|member| *member.name == *name),
        None => members
            .iter()
            .position(|member| canonical(&member.manifest_path) == asked)
            .or_else(|| planned(&metadata.workspace_root, &asked, members))
            .or_else(|| (members.len() == 1 && metadata.root_package().is_none()).then_some(0)),
    };
    found
        .map(PackageId::new)
        .ok_or_else(|| LoadError::NoPackage {
            name: options.package.clone().unwrap_or_default(),
            members: members
                .iter()
                .map(|member| format!("`{}`", member.name))
                .collect::<Vec<_>>()
                .join(", "),
        })
}

/// Of a root that is no package, the one member with a plan beside its manifest.
fn planned(
    root: &Utf8Path,
    asked: &Utf8Path,
    members: &[&cargo_metadata::Package],
) -> Option<usize> {
    let has_plan = |member: &&cargo_metadata::Package| {
        member.manifest_path.with_file_name("split.toml").is_file()
    };
    let mut with_plan = (0..members.len()).filter(|index| has_plan(&members[*index]));
    let first = with_plan.next();
    first.filter(|_| asked.parent() == Some(root) && with_plan.next().is_none())
}

fn kind(kinds: &[TargetKind]) -> CrateKind {
    let has = |kind: &TargetKind| kinds.contains(kind);
    if has(&TargetKind::CustomBuild) {
        CrateKind::BuildScript
    } else if has(&TargetKind::ProcMacro) {
        CrateKind::ProcMacro
    } else if has(&TargetKind::Bin) {
        CrateKind::Bin
    } else if has(&TargetKind::Example) {
        CrateKind::Example
    } else if has(&TargetKind::Test) {
        CrateKind::Test
    } else if has(&TargetKind::Bench) {
        CrateKind::Bench
    } else {
        CrateKind::Lib
    }
}

fn package(
    root: &Utf8Path,
    member: &cargo_metadata::Package,
    members: &[&cargo_metadata::Package],
) -> Result<Package, LoadError> {
    let manifest =
        std::fs::read_to_string(&member.manifest_path).map_err(|source| LoadError::Read {
            path: relative(root, &member.manifest_path),
            source,
        })?;
    let manifest_path = relative(root, &member.manifest_path);
    let dependencies = member
        .dependencies
        .iter()
        .map(|dependency| self::dependency(dependency, members))
        .collect();
    let features: BTreeMap<String, Vec<String>> = member
        .features
        .iter()
        .map(|(name, values)| (name.clone(), values.clone()))
        .collect();
    Ok(Package {
        name: member.name.to_string(),
        version: member.version.to_string(),
        dir: manifest_path
            .parent()
            .unwrap_or(Utf8Path::new(""))
            .to_owned(),
        manifest_path,
        manifest,
        edition: member.edition.to_string(),
        publish: member
            .publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty()),
        dependencies,
        features,
    })
}

fn dependency(
    dependency: &cargo_metadata::Dependency,
    members: &[&cargo_metadata::Package],
) -> Dependency {
    let key = dependency
        .rename
        .clone()
        .unwrap_or_else(|| dependency.name.clone());
    let member = dependency.path.as_ref().and_then(|path| {
        members.iter().position(|member| {
            member.manifest_path.parent() == Some(path) && *member.name == dependency.name
        })
    });
    Dependency {
        package: dependency.name.clone(),
        extern_name: key.replace('-', "_"),
        key,
        kind: match dependency.kind {
            cargo_metadata::DependencyKind::Development => DependencyKind::Dev,
            cargo_metadata::DependencyKind::Build => DependencyKind::Build,
            _ => DependencyKind::Normal,
        },
        optional: dependency.optional,
        target: dependency.target.as_ref().map(ToString::to_string),
        member: member.map(PackageId::new),
    }
}
