//! Inherent methods become those of an extension trait that stands beside their impl (row C6).
//!
//! The trait is written with the methods' signatures and gets their docs; the bodies go, as they are, into an impl of it.
//! Whoever calls them imports the trait. Then the trait moves as any other does.

mod doc_test;
mod layout;
mod link;
mod reach;
mod shape;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Target;
use cleave_graph::{Graph, Values, api};
use cleave_plan::{Plan, lift, unit};
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{
    ChangeBuilder, CrateId, Diagnostic, FileId, ItemId, ModuleId, Severity, SourceFile, TextRange,
    Workspace,
};

use crate::order::Style;
use crate::place;
use crate::text::{self, Import};
use layout::Layout;
use reach::Shown;
use shape::{Head, Signature};

const RULE: &str = "C6";

/// Carries out some of the plan's lifts. Linear in the source.
pub(crate) fn carry_out(
    (workspace, graph): (&Workspace, &Graph),
    plan: &Plan,
    root: CrateId,
    lifts: &[usize],
    builder: &mut ChangeBuilder,
) -> Result<(), Vec<Diagnostic>> {
    let crates = unit::crates(workspace, plan);
    let pending = lift::pending(plan, workspace, &crates);
    let mut refusals = Vec::new();
    let mut traits: Vec<Extension> = Vec::new();
    let work = Work {
        workspace,
        graph,
        root,
        values: Values::new(workspace, graph),
        public: match workspace.krate(root).kind {
            CrateKind::Lib => api::public_paths(workspace, graph, root),
            _ => BTreeMap::new(),
        },
        opened: RefCell::default(),
    };
    for index in lifts {
        if lift::is_done(&plan.lifts[*index], workspace, &crates) {
            continue;
        }
        let methods = pending.iter().filter(|(_, lift)| *lift == index);
        let methods: Vec<ItemId> = methods.map(|(id, _)| *id).collect();
        match work.extension(&plan.lifts[*index], methods) {
            Ok(extension) => traits.push(extension),
            Err(found) => refusals.extend(found),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    for extension in &traits {
        work.import(extension, builder);
    }
    work.import_into_docs(&traits, builder);
    work.lead_links(&traits, builder);
    work.lay_out(&traits, builder);
    Ok(())
}

/// A trait to write.
struct Extension {
    name: String,
    module: ModuleId,
    /// The impls that its methods come from, each with them; by position.
    impls: BTreeMap<ItemId, Vec<ItemId>>,
    head: Head,
    signatures: BTreeMap<ItemId, Signature>,
    shown: Shown,
}

impl Extension {
    /// Whether a signature names a parameter of the impl, which then is one of the trait too.
    fn is_generic(&self) -> bool {
        let mut signatures = self.signatures.values();
        signatures.any(|signature| self.head.is_named_in(&signature.text))
    }

    /// What follows the trait's name where an impl names it.
    fn arguments(&self) -> &str {
        if self.is_generic() {
            &self.head.arguments
        } else {
            ""
        }
    }
}

struct Work<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    root: CrateId,
    values: Values<'a>,
    /// What others can name of the library.
    public: BTreeMap<String, Target>,
    /// Declarations of modules that were opened to the crate.
    opened: RefCell<BTreeSet<ItemId>>,
}

impl Work<'_> {
    fn file_of(&self, module: ModuleId) -> &SourceFile {
        self.workspace.file(self.workspace.module(module).file)
    }

    fn extension(
        &self,
        lift: &cleave_plan::Lift,
        methods: Vec<ItemId>,
    ) -> Result<Extension, Vec<Diagnostic>> {
        let workspace = self.workspace;
        let refuse = |id: ItemId, why: &str| self.refusal(id, &lift.name, why);
        let Some(first) = methods.first().copied() else {
            return Err(vec![
                Diagnostic::new(
                    Severity::Refused,
                    RULE,
                    format!("none of the methods of `{}` is there", lift.name),
                )
                .help("take the lift out of split.toml, or name methods as `module::Type::method`"),
            ]);
        };
        let mut refusals = Vec::new();
        let mut signatures = BTreeMap::new();
        let mut impls: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        let head = workspace
            .item(first)
            .parent
            .and_then(|parent| shape::head(workspace, parent));
        let (module, name) = lift.name.rsplit_once("::").unwrap_or(("", &lift.name));
        for id in methods {
            let Some(parent) = workspace.item(id).parent else {
                continue;
            };
            impls.entry(parent).or_default().push(id);
            if let Some(why) = lift::obstacle((workspace, self.graph), id) {
                refusals.push(refuse(id, why));
            }
            if workspace.module(workspace.item(id).module).path != module {
                refusals.push(refuse(
                    id,
                    "the trait has to stand in the module of the impl",
                ));
            }
            let other = shape::head(workspace, parent);
            if other.as_ref().map(|head| &head.text) != head.as_ref().map(|head| &head.text) {
                refusals.push(refuse(
                    id,
                    "its impl has another head than that of the first method",
                ));
            }
            match shape::signature(workspace, id) {
                Some(signature) => {
                    signatures.insert(id, signature);
                }
                None => refusals.push(refuse(id, "its signature can't be read")),
            }
        }
        match head {
            Some(head) if refusals.is_empty() => {
                let module = workspace.item(first).module;
                Ok(Extension {
                    name: name.to_owned(),
                    module,
                    shown: self.shown(module, &impls),
                    impls,
                    head,
                    signatures,
                })
            }
            None if refusals.is_empty() => Err(vec![refuse(first, "its impl can't be read")]),
            _ => Err(refusals),
        }
    }

    fn refusal(&self, id: ItemId, name: &str, why: &str) -> Diagnostic {
        let item = self.workspace.item(id);
        let path = self.workspace.path_of(id);
        Diagnostic::new(
            Severity::Refused,
            RULE,
            format!("`{path}` can't be lifted into `{name}`: {why}"),
        )
        .at(
            self.file_of(item.module).path.clone(),
            item.name_range,
            "defined here",
        )
        .help("take it out of the lift in split.toml; what it needs then has to live with its type or below")
    }

    /// Lays the files of the impls out anew: the bodies go behind their impl.
    fn lay_out(&self, traits: &[Extension], builder: &mut ChangeBuilder) {
        let mut by_file: BTreeMap<FileId, BTreeMap<ItemId, Vec<&Extension>>> = BTreeMap::new();
        for extension in traits {
            let file = self.workspace.module(extension.module).file;
            for owner in extension.impls.keys() {
                let impls = by_file.entry(file).or_default();
                impls.entry(*owner).or_default().push(extension);
            }
        }
        for (file, impls) in by_file {
            let file = self.workspace.file(file);
            let mut layout = Layout::of(self.workspace, file);
            for (owner, extensions) in impls {
                layout.divide(owner, &extensions, builder);
            }
            builder.create(&file.path, layout.finish());
        }
    }

    /// Imports the trait wherever one of its methods is called, unless a glob brings it in.
    fn import(&self, extension: &Extension, builder: &mut ChangeBuilder) {
        let workspace = self.workspace;
        let shown = &extension.shown;
        let mut callers: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
        for id in self.callers(extension) {
            callers
                .entry(workspace.item(id).module)
                .or_default()
                .push(id);
        }
        callers.remove(&extension.module);
        let modules: BTreeSet<ModuleId> = callers.keys().copied().chain(shown.modules()).collect();
        self.open(extension, &modules, builder);
        self.show(extension, builder);
        callers.retain(|module, _| !shown.is_in(*module));
        let style = Style::of(&workspace.krate(self.root).edition);
        for (module, items) in callers {
            if self.comes_by_glob(module, &modules, extension) {
                continue;
            }
            let tests = items.iter().all(|id| workspace.item(*id).is_test);
            let krate = workspace.krate(workspace.module(module).krate).kind;
            let is_tested = matches!(krate, CrateKind::Lib | CrateKind::Bin);
            let tests = tests && is_tested && !workspace.module(module).is_test;
            let mut attributes = self.conditions_of_all(&items);
            let known = self.conditions_around(module);
            let there = self.conditions_of(extension).into_iter();
            attributes.extend(there.filter(|condition| !known.contains(condition)));
            attributes.extend(tests.then(|| "#[cfg(test)]".to_owned()));
            let import = Import {
                attributes: attributes.into_iter().collect(),
                visibility: String::new(),
                prefix: self.path_from(module, extension),
                leaf: format!("{} as _", extension.name),
            };
            let lines = text::imports(&[import], &place::indent(workspace, module), style);
            let (offset, lines) = place::of_imports(workspace, module, &lines, |_| true);
            builder.replace(
                &self.file_of(module).path,
                TextRange::empty(offset),
                lines,
                Reason::new(RULE, extension.name.clone()),
            );
        }
    }

    /// Imports traits into the doc tests of the crate that may call their methods.
    fn import_into_docs(&self, traits: &[Extension], builder: &mut ChangeBuilder) {
        let workspace = self.workspace;
        let krate = &workspace.krate(self.root).extern_name;
        let wanted = traits.iter().filter_map(|extension| {
            let around = extension.shown.path_outside(krate)?;
            let methods = extension.impls.values().flatten();
            Some(doc_test::Wanted {
                path: format!("{around}::{}", extension.name),
                methods: methods
                    .map(|id| workspace.item(*id).name.as_str())
                    .collect(),
            })
        });
        let wanted: Vec<doc_test::Wanted<'_>> = wanted.collect();
        let modules = workspace.modules_of(self.root);
        let files: BTreeSet<FileId> = modules.map(|id| workspace.module(id).file).collect();
        for file in files {
            doc_test::import(workspace.file(file), &wanted, builder);
        }
    }

    /// Items that call one of the methods, or that call a macro which does.
    fn callers(&self, extension: &Extension) -> BTreeSet<ItemId> {
        let methods: BTreeSet<ItemId> = extension.impls.values().flatten().copied().collect();
        let called = self.graph.calls_among(|id| methods.contains(&id));
        // Other crates' source is read after the graph is made, and says more of what calls mean.
        let leads_out = |id: ItemId, method: ItemId| {
            let name = &self.workspace.item(method).name;
            let uses = self.workspace.item(id).member_uses.iter();
            let mut uses = uses.filter(|it| it.called && it.name == *name).peekable();
            uses.peek().is_some() && uses.all(|it| self.values.leads_out(id, it))
        };
        let calls = |id: ItemId| {
            let mut needs = self.graph.edges_of(id).iter();
            let mut called = called[id.index()].iter();
            called.any(|method| !leads_out(id, *method)) || needs.any(|to| methods.contains(to))
        };
        let all = (0..self.workspace.items.len()).map(ItemId::new);
        let mut callers: BTreeSet<ItemId> = all.clone().filter(|id| calls(*id)).collect();
        loop {
            let macros: BTreeSet<ItemId> = callers
                .iter()
                .copied()
                .filter(|id| self.workspace.item(*id).kind == ItemKind::MacroRules)
                .collect();
            let uses = |id: &ItemId| {
                let mut needs = self.graph.edges_of(*id).iter();
                needs.any(|to| macros.contains(to))
            };
            let before = callers.len();
            callers.extend(all.clone().filter(uses));
            if callers.len() == before {
                callers.retain(|id| !macros.contains(id));
                return callers;
            }
        }
    }

    /// Whether a module has a glob import of a module around it that has the trait in scope.
    fn comes_by_glob(
        &self,
        module: ModuleId,
        importers: &BTreeSet<ModuleId>,
        extension: &Extension,
    ) -> bool {
        let items = self.workspace.module(module).items.iter();
        let mut leaves = items.flat_map(|id| &self.workspace.item(*id).leaves);
        leaves.any(|leaf| {
            let is_glob = self.workspace.leaf(*leaf).binding == Binding::Glob;
            let mut targets = self.graph.leaves[leaf.index()].iter();
            is_glob
                && targets.any(|resolution| {
                    let other = match resolution.target {
                        Target::Module(other) => other,
                        Target::CrateRoot(krate) => self.workspace.krate(krate).root,
                        _ => return false,
                    };
                    let is_seen = other == extension.module || importers.contains(&other);
                    extension.shown.is_in(other) || is_seen && self.is_around(other, module)
                })
        })
    }

    fn is_around(&self, outer: ModuleId, inner: ModuleId) -> bool {
        inner != outer && self.workspace.is_within(inner, outer)
    }
}
