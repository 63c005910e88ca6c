//! The first step: the workspace and its crates, empty (rows E5, E6).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::standard::WITH_THE_COMPILER;
use cleave_plan::{BuildOutput, Plan};
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::ItemKind;
use cleave_syntax::token::words;
use cleave_syntax::{ChangeBuilder, CrateId, ItemId, Workspace};
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use crate::manifest::lints::{self, OF_PUBLIC_API};
use crate::needs::features_in;

/// What stands above `#[macro_use] extern crate alloc` where nobody may call its macros.
pub(crate) const MAY_GO_UNUSED: &str = "#[allow(unused_imports)]\n";

/// Lints that ask of an `extern crate` that somebody needs it, by itself and in groups.
const OF_EXTERN_CRATES: &[&str] = &["unused_extern_crates", "rust_2018_idioms"];

/// What stands above `extern crate alloc` where these ask, and the crate may have no code that names `alloc`.
pub(crate) const MAY_GO_UNNAMED: &str = "#[allow(unused_extern_crates)]\n";

/// Whether a crate asks of an `extern crate` that somebody needs it.
pub(crate) fn asks_of_extern_crates(workspace: &Workspace, root: CrateId) -> bool {
    let asks = |lint: &&str| lints::names(workspace, root, lint);
    OF_EXTERN_CRATES.iter().any(asks)
}

/// The folder of a planned crate, relative to the workspace root.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> Utf8PathBuf {
    let package = workspace.package(workspace.package);
    match package.dir.parent() {
        None => Utf8PathBuf::from("crates").join(name),
        Some(parent) => parent.join(name),
    }
}

/// The `lib.rs` of every crate of the plan that is not there yet.
pub(crate) fn create(
    workspace: &Workspace,
    plan: &Plan,
    root: CrateId,
    builder: &mut ChangeBuilder,
) {
    for krate in &plan.crates {
        if workspace
            .packages
            .iter()
            .any(|package| package.name == krate.name)
        {
            continue;
        }
        let path = folder(workspace, &krate.name).join("src/lib.rs");
        let text = front_page(workspace, &plan.package, krate.role.as_str(), root, &path);
        builder.create(
            &path,
            vec![Block::Text {
                text,
                reason: Reason::new("E6", krate.name.clone()),
            }],
        );
    }
}

/// The features that the crate attributes of a new crate name, and its `extern crate` items.
pub(crate) fn features(workspace: &Workspace, root: CrateId, features: &mut BTreeSet<String>) {
    let module = workspace.module(workspace.krate(root).root);
    let attributes = module
        .inner_attributes
        .iter()
        .map(|attribute| attribute.range);
    let crates = parts_of_std(workspace, root).map(|id| workspace.item(id).range);
    for range in attributes.chain(crates) {
        features_in(&workspace.file(module.file)[range], features);
    }
}

/// The `extern crate` items of a crate's root that name what comes with the compiler, or the crate itself: the paths of
/// all its modules may start there.
pub(crate) fn parts_of_std(workspace: &Workspace, root: CrateId) -> impl Iterator<Item = ItemId> {
    let items = workspace.module(workspace.krate(root).root).items.iter();
    items.copied().filter(|id| {
        let names = workspace.leaf_names(*id);
        let mut names = names.iter();
        workspace.item(*id).kind == ItemKind::ExternCrate
            && names.any(|name| name == "self" || WITH_THE_COMPILER.contains(&name.as_str()))
    })
}

/// Whether an attribute is a line of documentation under a condition: what it belongs to stays.
pub(crate) fn is_docs(attribute: &str) -> bool {
    let text: String = attribute.split_whitespace().collect();
    let is_conditional = text
        .trim_start_matches(['#', '!'])
        .starts_with("[cfg_attr(");
    text.contains("include_str!") || is_conditional && text.contains(",doc=")
}

/// Whether an attribute holds under a condition that the build script sets: where a new crate can have no such script, what
/// reads the condition stays beside it.
fn is_of_build_script(output: &BuildOutput, attribute: &str) -> bool {
    let Some((_, inside)) = attribute.split_once("cfg_attr(") else {
        return false;
    };
    let mut open = 0;
    let end = inside.find(|c: char| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open == 0 && c == ','
    });
    words(&inside[..end.unwrap_or(inside.len())]).any(|word| output.sets(word))
}

/// An attribute without the lints that judge a public API.
pub(crate) fn without_public_api(attribute: &str) -> Option<String> {
    let is_of_api = |text: &str| OF_PUBLIC_API.iter().any(|lint| text.contains(lint));
    if !is_of_api(attribute) {
        return Some(attribute.to_owned());
    }
    let (start, parsed) = if attribute.starts_with("#!") {
        ("#!", syn::Attribute::parse_inner.parse_str(attribute))
    } else {
        ("#", syn::Attribute::parse_outer.parse_str(attribute))
    };
    let parsed = parsed.ok()?;
    let [attribute] = &parsed[..] else {
        return None;
    };
    let level = attribute.path().get_ident()?;
    let lints = Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
    let lints = attribute.parse_args_with(lints).ok()?;
    let others: Vec<String> = lints
        .iter()
        .map(|lint| {
            let segments = lint.segments.iter();
            let names: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
            names.join("::")
        })
        .filter(|lint| !is_of_api(lint))
        .collect();
    (!others.is_empty()).then(|| format!("{start}[{level}({})]", others.join(", ")))
}

fn front_page(
    workspace: &Workspace,
    package: &str,
    role: &str,
    root: CrateId,
    _path: &Utf8Path,
) -> String {
    let module = workspace.module(workspace.krate(root).root);
    let file = workspace.file(module.file);
    let mut text = match role {
        "part" => format!("//! A part of `{package}`.\n"),
        role => format!("//! The {role} part of `{package}`.\n"),
    };
    let output = BuildOutput::of(workspace);
    let mut attributes = String::new();
    for attribute in module
        .inner_attributes
        .iter()
        .filter(|attribute| !attribute.is_doc)
    {
        let written = &file[attribute.range];
        let for_programs = [
            "windows_subsystem",
            "crate_type",
            "crate_name",
            "no_main",
            "doc",
        ];
        let is_for_all = !for_programs.contains(&attribute.path.as_str()) && !is_docs(written);
        let stays = output.script().is_none() && is_of_build_script(&output, written);
        if is_for_all && !stays {
            let text = without_public_api(written).map(|text| match attribute.path.as_str() {
                // None of the code here may do what all of the monolith's does.
                "expect" | "cfg_attr" => text.replace("expect(", "allow("),
                _ => text,
            });
            attributes.extend(text.map(|text| text + "\n"));
        }
    }
    if !attributes.is_empty() {
        text.push('\n');
        text.push_str(&attributes);
    }
    let may_warn = asks_of_extern_crates(workspace, root);
    let mut crates = String::new();
    for id in parts_of_std(workspace, root) {
        let written = &file[workspace.item(id).range];
        let takes_macros = workspace.takes_macros(id);
        if takes_macros && !written.contains("unused_imports") {
            crates.push_str(MAY_GO_UNUSED);
        } else if may_warn && !takes_macros && !written.contains(OF_EXTERN_CRATES[0]) {
            crates.push_str(MAY_GO_UNNAMED);
        }
        crates.push_str(written);
        crates.push('\n');
    }
    if !crates.is_empty() {
        text.push('\n');
        text.push_str(&crates);
    }
    text
}
