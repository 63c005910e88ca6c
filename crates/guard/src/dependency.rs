//! Dependencies in manifests against the arrows.

use cleave_plan::Home;
use cleave_syntax::TextRange;
use cleave_syntax::workspace::{Dependency, DependencyKind, Package};
use toml_edit::{Document, TableLike};

use crate::Judge;
use crate::finding::{Finding, Kind};

/// A crate's own dependencies and those of its build script; a test may look up.
pub(crate) fn find(judge: &Judge<'_>) -> Vec<Finding> {
    let packages = &judge.input.workspace.packages;
    let mut findings = Vec::new();
    for package in packages {
        let Some(Some(own)) = home(judge, &package.name) else {
            continue;
        };
        for dependency in &package.dependencies {
            let Some(other) = dependency
                .member
                .and_then(|_| home(judge, &dependency.package))
            else {
                continue;
            };
            if dependency.kind != DependencyKind::Dev && !judge.order.sees(Some(own), other) {
                findings.push(against(judge, package, dependency, (own, other)));
            }
        }
    }
    findings
}

/// The home that a package is; none where the plan does not speak of it.
fn home(judge: &Judge<'_>, package: &str) -> Option<Home> {
    let plan = judge.input.plan;
    if package == plan.package {
        return Some(None);
    }
    let index = plan.crates.iter().position(|krate| krate.name == package);
    index.map(Some)
}

fn against(
    judge: &Judge<'_>,
    package: &Package,
    dependency: &Dependency,
    (own, other): (usize, Home),
) -> Finding {
    let (from, to) = (judge.name(Some(own)), judge.name(other));
    let relation = if judge.order.sees(other, Some(own)) {
        "above"
    } else {
        "beside"
    };
    let message = format!("`{from}` depends on `{to}`, which is {relation} it by the plan");
    let finding = Finding::new(Kind::Dependency, &format!("{from} -> {to}"), message).at(
        (&package.manifest_path, place(&package.manifest, dependency)),
        "asked for here",
    );
    finding.help(format!(
        "take it out, or, if it was decided that `{from}` may know `{to}`, say so in `depends-on` of `[crates.{from}]` in split.toml"
    ))
}

/// Where a manifest names a dependency; its start where it can't be found.
fn place(manifest: &str, dependency: &Dependency) -> TextRange {
    let Ok(document) = Document::parse(manifest) else {
        return TextRange::default();
    };
    let kind = match dependency.kind {
        DependencyKind::Build => "build-dependencies",
        _ => "dependencies",
    };
    let root = document.as_table();
    let mut tables: Vec<&dyn TableLike> = vec![root];
    let targets = root.get("target").and_then(toml_edit::Item::as_table_like);
    for (_, item) in targets.into_iter().flat_map(TableLike::iter) {
        tables.extend(item.as_table_like());
    }
    let lists = tables
        .into_iter()
        .filter_map(|table| table.get(kind)?.as_table_like());
    let mut keys = lists.filter_map(|list| {
        let (key, value) = list.get_key_value(&dependency.key)?;
        let start = key.span().or_else(|| value.span())?;
        let end = value
            .span()
            .map_or(start.end, |span| span.end.max(start.end));
        Some(TextRange::new(start.start as u32, end as u32))
    });
    keys.next().unwrap_or_default()
}
