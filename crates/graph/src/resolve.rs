//! Name resolution: every path of a workspace to what it means.
//!
//! Rust reference: *paths*, *use declarations*, *namespaces*, *preludes*, *macros by example: scoping*. Imports are
//! resolved on demand with a mark against circles, all of them before the first path of an item; then items are
//! resolved in parallel. Linear in the paths, times the length of the re-export chains they go through.

mod anchor;
mod beside;
mod blanket;
mod builtin;
mod call;
mod derive;
mod exhaustive;
mod expand;
pub(crate) mod handed;
mod implemented;
mod macro_impl;
mod namesake;
mod projection;
mod scope;
mod splice;
mod trait_call;
mod unknown;
mod value;

use cleave_syntax::item::{ItemKind, PathContext, PathUse};
use cleave_syntax::{ItemId, ModuleId, UseLeafId, Workspace};
use rayon::prelude::*;

use crate::graph::{Graph, Lookups, Namespace, Place, Reference, Resolution, Target};
use handed::Handed;
use scope::{Def, Hit, Open, Scopes, Trust};
pub use value::Values;

/// Resolves every path.
pub fn resolve(workspace: &Workspace) -> Graph {
    let scopes = Scopes::new(workspace);
    let derived = beside::names(workspace);
    let mut graph = Graph {
        leaves: (0..workspace.leaves.len())
            .map(UseLeafId::new)
            .map(|leaf| {
                let mut found = leaf_resolutions(&scopes, leaf);
                found.extend(beside::of_leaf(&scopes, leaf, &found, &derived));
                found
            })
            .collect(),
        ..Graph::default()
    };
    anchor::attach(&scopes, &mut graph);
    let resolver = Resolver {
        scopes: &scopes,
        graph: &graph,
    };
    let mut items: Vec<Vec<Reference>> = (0..workspace.items.len())
        .into_par_iter()
        .map(|item| resolver.item(ItemId::new(item)))
        .collect();
    resolver.transcribed(&mut items);
    resolver.spliced(&mut items);
    let headers: Vec<Vec<Reference>> = (0..workspace.modules.len())
        .into_par_iter()
        .map(|module| resolver.header(ModuleId::new(module)))
        .collect();
    let edges = items
        .par_iter()
        .enumerate()
        .map(|(item, references)| edges(workspace, ItemId::new(item), references))
        .collect();
    graph.edges = edges;
    let handed = Handed::new(workspace, &items);
    graph.handed = handed.rules();
    trait_call::attach(&handed, &mut graph, &items);
    call::attach(&handed, &mut graph, &items);
    // Room for all at once: there are millions, and growing would have them twice.
    let count = items.iter().chain(&headers).map(Vec::len).sum();
    graph.references = Vec::with_capacity(count);
    for references in items.into_iter().chain(headers) {
        graph.references.extend(references);
    }
    exhaustive::attach(workspace, &mut graph);
    blanket::attach(workspace, &mut graph);
    macro_impl::attach(workspace, &mut graph);
    derive::attach(workspace, &mut graph);
    namesake::attach(workspace, &mut graph);
    projection::attach(workspace, &mut graph);
    graph.bound.sort_unstable();
    graph.bound.dedup();
    graph
}

fn leaf_resolutions(scopes: &Scopes<'_>, leaf: UseLeafId) -> Vec<Resolution> {
    let mut found: Vec<Resolution> = Vec::new();
    for trust in [Trust::Seen, Trust::Likely, Trust::Foreign, Trust::Anything] {
        for namespace in [Namespace::Type, Namespace::Value, Namespace::Macro] {
            if let Some(hit) = scopes.leaf(leaf, namespace, &mut Open::at(trust)) {
                for resolution in resolutions(hit) {
                    if !found.iter().any(|other| other.target == resolution.target) {
                        found.push(resolution);
                    }
                }
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// What was found, and what else it may be under other `cfg`s.
fn resolutions(mut hit: Hit) -> Vec<Resolution> {
    let others = std::mem::take(&mut hit.others);
    std::iter::once(hit).chain(others).map(resolution).collect()
}

fn resolution(hit: Hit) -> Resolution {
    let target = match hit.def {
        Def::Item(item) => Target::Item(item),
        Def::Module(module) => Target::Module(module),
        Def::Crate(krate) => Target::CrateRoot(krate),
        Def::External(name) => Target::External(name),
        Def::Made(item) => Target::Opaque(item),
    };
    Resolution {
        target,
        lookups: hit.lookups,
        used: hit.used as u32,
    }
}

fn edges(workspace: &Workspace, from: ItemId, references: &[Reference]) -> Vec<ItemId> {
    let mut edges: Vec<ItemId> = references
        .iter()
        .filter(|reference| {
            matches!(reference.place, Place::Item(..)) && !Graph::is_doc(workspace, reference.place)
        })
        .flat_map(|reference| match reference.resolution.target {
            Target::Item(item) | Target::Opaque(item) => vec![item],
            Target::Module(module) if is_attribute(workspace, reference.place) => {
                // `#[serde(with = "a::b")]` names a module and means the functions in it.
                workspace.module(module).items.clone()
            }
            _ => Vec::new(),
        })
        .filter(|to| *to != from && workspace.item(*to).is_node())
        .collect();
    edges.sort();
    edges.dedup();
    edges
}

/// Whether a path is written in an attribute as a path, `a::b` or `with = "b"`, and is no mere word in its arguments.
fn is_attribute(workspace: &Workspace, place: Place) -> bool {
    let Place::Item(item, index) = place else {
        return false;
    };
    let item = workspace.item(item);
    let path = &item.paths[index as usize];
    let text = &workspace.file(workspace.module(item.module).file).text;
    let before = text[..path.range().start as usize].trim_end_matches(['"', ' ', '=']);
    path.context == PathContext::AttributeArgument
        && (path.segments.len() > 1
            || before
                .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                == Some("with"))
}

/// Whether a path is that of a `use` in a body.
fn is_import(path: &PathUse) -> bool {
    matches!(path.context, PathContext::LocalUse | PathContext::LocalGlob)
}

struct Resolver<'a> {
    scopes: &'a Scopes<'a>,
    graph: &'a Graph,
}

impl Resolver<'_> {
    fn item(&self, id: ItemId) -> Vec<Reference> {
        let item = self.scopes.workspace.item(id);
        let globs: Vec<&PathUse> = item
            .paths
            .iter()
            .filter(|path| path.context == PathContext::LocalGlob)
            .collect();
        let mut references = Vec::with_capacity(item.paths.len());
        for (index, path) in item.paths.iter().enumerate() {
            let place = Place::Item(id, index as u32);
            references.extend(
                self.path(path, (item.module, Some(id)), &globs)
                    .into_iter()
                    .map(|resolution| Reference { place, resolution }),
            );
        }
        references
    }

    fn header(&self, id: ModuleId) -> Vec<Reference> {
        let module = self.scopes.workspace.module(id);
        let mut references = Vec::new();
        for (index, path) in module.paths.iter().enumerate() {
            let place = Place::Header(id, index as u32);
            references.extend(
                self.path(path, (id, None), &[])
                    .into_iter()
                    .map(|resolution| Reference { place, resolution }),
            );
        }
        references
    }

    /// All that a path means: one thing in code, perhaps several in tokens.
    /// `globs` are those of the bodies around it.
    fn path(
        &self,
        path: &PathUse,
        (module, item): (ModuleId, Option<ItemId>),
        globs: &[&PathUse],
    ) -> Vec<Resolution> {
        // A glob in the body hides what is around the body.
        if let Some(resolution) = self.local_glob(path, module, globs, false) {
            return vec![self.member(resolution, path)];
        }
        let found = self.at(path, module, item, Trust::Seen);
        if !found.is_empty() {
            return found;
        }
        self.local_glob(path, module, globs, true).map_or_else(
            || self.unknown(path, module, item),
            |resolution| vec![resolution],
        )
    }

    /// What a path means, believing so much of names that are defined nowhere.
    fn at(
        &self,
        path: &PathUse,
        module: ModuleId,
        item: Option<ItemId>,
        trust: Trust,
    ) -> Vec<Resolution> {
        use Namespace::{Macro, Type, Value};
        let first = path.segments[0].name.as_str();
        let (spaces, all): (&[Namespace], bool) = match path.context {
            // A generic argument that is a name alone may be a constant.
            PathContext::Type if path.segments.len() == 1 && !builtin::is_name(first) => {
                (&[Type, Value], false)
            }
            PathContext::Type | PathContext::Visibility => (&[Type], false),
            // What is handed to a macro may be the name of another.
            PathContext::Value if path.segments.len() == 1 => (&[Value, Type, Macro], false),
            PathContext::Value => (&[Value, Type], false),
            PathContext::Construct | PathContext::Update => (&[Type, Value], true),
            PathContext::Macro => (&[Macro], false),
            PathContext::Attribute => (&[Macro, Type], false),
            _ => (&[Type, Value, Macro], true),
        };
        let mut found: Vec<Resolution> = Vec::new();
        for namespace in spaces {
            if !all && !found.is_empty() {
                break;
            }
            for resolution in self.in_space(path, (module, item), *namespace, trust) {
                if !found.iter().any(|other| other.target == resolution.target) {
                    found.push(resolution);
                }
            }
        }
        if let ([only], PathContext::Attribute) = (&path.segments[..], path.context) {
            found.extend(beside::of_name(self.scopes, only.name, &found));
        }
        found
    }

    fn in_space(
        &self,
        path: &PathUse,
        (module, item): (ModuleId, Option<ItemId>),
        namespace: Namespace,
        trust: Trust,
    ) -> Vec<Resolution> {
        let first = path.segments[0].name.as_str();
        if first == "Self" {
            return self.self_type(path, item).into_iter().collect();
        }
        let hit = if is_import(path) {
            self.scopes
                .import(path, module, namespace, &mut Open::at(trust))
        } else {
            self.lexical(path, (module, item), namespace, &mut Open::at(trust))
        };
        match hit {
            Some(hit) => resolutions(hit)
                .into_iter()
                .map(|resolution| self.member(resolution, path))
                .collect(),
            None if namespace == Namespace::Macro && path.segments.len() == 1 => {
                self.prelude_macro(path, module)
            }
            None => Vec::new(),
        }
    }

    /// A path in code: names of the module it stands in, then macros in textual scope, then other crates.
    fn lexical(
        &self,
        path: &PathUse,
        (module, item): (ModuleId, Option<ItemId>),
        namespace: Namespace,
        open: &mut Open,
    ) -> Option<Hit> {
        let first = path.segments[0].name;
        if builtin::is_relative(&first) {
            return self.scopes.relative(path, module, namespace, open);
        }
        if path.context == PathContext::DocTest {
            return self.doc_test(path, module, namespace);
        }
        if path.global {
            return self.scopes.import(path, module, namespace, open);
        }
        let single = path.segments.len() == 1;
        let is_spliced = !single && path.segments[0].range == path.segments[1].range;
        if is_spliced && self.scopes.is_2015(module) {
            // Put in place of what a `use` in the body binds.
            return self.scopes.import(path, module, namespace, open);
        }
        if namespace == Namespace::Macro
            && single
            && let Some((hit, is_before)) = self.scopes.textual_macro(module, item, first)
        {
            // Above its definition an exported macro comes by an import.
            if is_before {
                return Some(hit);
            }
            let open = &mut Open::at(Trust::Seen);
            let imported = self.scopes.path_from(module, path, 0, namespace, &[], open);
            let imported = imported.filter(|imported| {
                imported.def == hit.def || self.scopes.workspace.imports_name(module, &first)
            });
            return Some(imported.unwrap_or(hit));
        }
        self.scopes
            .path_from(module, path, 0, namespace, &[], open)
            .or_else(|| {
                if single && namespace != Namespace::Type {
                    return None;
                }
                if !single && self.scopes.names_module(module, first) {
                    return None;
                }
                let krate = self.scopes.workspace.module(module).krate;
                let hit = self.scopes.in_prelude(krate, first)?;
                let open = &mut Open::at(open.trust);
                self.scopes.follow(hit, path, namespace, open)
            })
            .or_else(|| {
                // A `use` in a body or in tokens: in the 2015 edition it starts at the root.
                let old = self.scopes.is_2015(module) && !single;
                old.then(|| self.scopes.import(path, module, namespace, open))?
            })
    }

    /// A doc test is a crate of its own that names the library it documents.
    fn doc_test(&self, path: &PathUse, module: ModuleId, namespace: Namespace) -> Option<Hit> {
        let workspace = self.scopes.workspace;
        let krate = workspace.module(module).krate;
        let first = path.segments[0].name;
        let hit = if first == workspace.krate(krate).extern_name {
            Hit::first(Def::Crate(krate))
        } else {
            self.scopes.in_prelude(krate, first)?
        };
        let open = &mut Open::default();
        self.scopes.follow(hit, path, namespace, open)
    }

    fn self_type(&self, path: &PathUse, item: Option<ItemId>) -> Option<Resolution> {
        let workspace = self.scopes.workspace;
        let id = item?;
        let around = workspace.item(id).parent.unwrap_or(id);
        let target = match workspace.item(around).kind {
            ItemKind::InherentImpl | ItemKind::TraitImpl => self.graph.anchors[around.index()]
                .first()
                .copied()
                .filter(|anchor| workspace.item(*anchor).kind != ItemKind::Trait),
            kind if kind.is_type() || kind == ItemKind::Trait => Some(around),
            _ => None,
        };
        let Some(target) = target else {
            return Some(Resolution {
                target: Target::Builtin,
                lookups: Lookups::new(),
                used: path.segments.len() as u32,
            });
        };
        let resolution = Resolution {
            target: Target::Item(target),
            lookups: Lookups::new(),
            used: 1,
        };
        Some(self.member(resolution, path))
    }

    /// `Type::method` means the method, where the type has exactly one of that name.
    fn member(&self, mut resolution: Resolution, path: &PathUse) -> Resolution {
        let Target::Item(item) = resolution.target else {
            return resolution;
        };
        let Some(segment) = path.segments.get(resolution.used as usize) else {
            return resolution;
        };
        let workspace = self.scopes.workspace;
        let mut methods = self.graph.implementations[item.index()]
            .iter()
            .filter(|implementation| {
                workspace.item(**implementation).kind == ItemKind::InherentImpl
            })
            .flat_map(|implementation| &workspace.item(*implementation).methods)
            .filter(|method| workspace.item(**method).name == segment.name);
        if let (Some(method), None) = (methods.next(), methods.next()) {
            resolution.target = Target::Item(*method);
        }
        resolution
    }

    /// A name that a function-local `use Enum::*` brings in; `foreign` is whether from another crate.
    fn local_glob(
        &self,
        path: &PathUse,
        module: ModuleId,
        globs: &[&PathUse],
        foreign: bool,
    ) -> Option<Resolution> {
        let workspace = self.scopes.workspace;
        let first = &path.segments[0].name;
        let starts_here = !globs.is_empty()
            && !path.global
            && !path.in_signature
            && !is_import(path)
            && !matches!(
                first.as_str(),
                "crate" | "self" | "super" | "$crate" | "Self"
            );
        if !starts_here {
            return None;
        }
        let trust = if foreign { Trust::Likely } else { Trust::Seen };
        globs.iter().find_map(|import| {
            let open = &mut Open::at(trust);
            let hit = self.scopes.import(import, module, Namespace::Type, open)?;
            let inner = match hit.def {
                Def::Module(inner) => Some(inner),
                Def::Crate(krate) => Some(workspace.krate(krate).root),
                _ => None,
            };
            match (hit.def, inner) {
                (Def::Item(id), _)
                    if workspace
                        .item(id)
                        .members
                        .iter()
                        .any(|member| *first == *member) =>
                {
                    Some(resolution(hit))
                }
                (_, Some(inner)) => {
                    let found = self.scopes.path_from(
                        inner,
                        path,
                        0,
                        Namespace::Type,
                        &hit.lookups,
                        &mut Open::default(),
                    );
                    let value = || {
                        self.scopes.path_from(
                            inner,
                            path,
                            0,
                            Namespace::Value,
                            &hit.lookups,
                            &mut Open::default(),
                        )
                    };
                    found.or_else(value).map(resolution)
                }
                (Def::Made(_), _) if unknown::is_builtin(path) => None,
                (Def::External(_) | Def::Made(_), _) if foreign => Some(Resolution {
                    used: path.segments.len() as u32,
                    ..resolution(hit)
                }),
                _ => None,
            }
        })
    }
}
