//! Name resolution: every path of a workspace to what it means.
//!
//! Rust reference: *paths*, *use declarations*, *namespaces*, *preludes*, *macros by example: scoping*. Imports are
//! resolved on demand with a mark against circles, all of them before the first path of an item; then items are
//! resolved in parallel. Linear in the paths, times the length of the re-export chains they go through.

mod anchor;
mod builtin;
mod scope;

use std::collections::BTreeSet;

use cleave_syntax::item::{ItemKind, PathContext, PathUse, UseLeafId};
use cleave_syntax::{ItemId, ModuleId, Workspace};
use rayon::prelude::*;

use crate::graph::{Found, Graph, Lookup, Namespace, Place, Reference, Resolution, Target};
use scope::{Def, Hit, Scopes};

/// Resolves every path.
pub fn resolve(workspace: &Workspace) -> Graph {
    let scopes = Scopes::new(workspace);
    let mut graph = Graph {
        leaves: (0..workspace.leaves.len())
            .map(|leaf| leaf_resolutions(&scopes, UseLeafId::new(leaf)))
            .collect(),
        ..Graph::default()
    };
    anchor::attach(&scopes, &mut graph);
    let resolver = Resolver {
        scopes: &scopes,
        graph: &graph,
    };
    let items: Vec<Vec<Reference>> = (0..workspace.items.len())
        .into_par_iter()
        .map(|item| resolver.item(ItemId::new(item)))
        .collect();
    let headers: Vec<Vec<Reference>> = (0..workspace.modules.len())
        .into_par_iter()
        .map(|module| resolver.header(ModuleId::new(module)))
        .collect();
    let edges = items
        .iter()
        .enumerate()
        .map(|(item, references)| edges(workspace, ItemId::new(item), references))
        .collect();
    graph.edges = edges;
    graph.references = items.into_iter().chain(headers).flatten().collect();
    graph
}

fn leaf_resolutions(scopes: &Scopes<'_>, leaf: UseLeafId) -> Vec<Resolution> {
    let mut found: Vec<Resolution> = Vec::new();
    for namespace in [Namespace::Type, Namespace::Value, Namespace::Macro] {
        if let Some(hit) = scopes.leaf(leaf, namespace, &mut Vec::new()) {
            let resolution = resolution(hit);
            if !found.iter().any(|other| other.target == resolution.target) {
                found.push(resolution);
            }
        }
    }
    found
}

fn resolution(hit: Hit) -> Resolution {
    let target = match hit.def {
        Def::Item(item) => Target::Item(item),
        Def::Module(module) => Target::Module(module),
        Def::Crate(krate) => Target::CrateRoot(krate),
        Def::External(name) => Target::External(name),
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
        .filter(|reference| match reference.place {
            Place::Item(item, index) => !matches!(
                workspace.item(item).paths[index as usize].context,
                PathContext::DocLink | PathContext::DocTest
            ),
            Place::Header(..) => false,
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

fn is_attribute(workspace: &Workspace, place: Place) -> bool {
    match place {
        Place::Item(item, index) => {
            workspace.item(item).paths[index as usize].context == PathContext::AttributeArgument
        }
        Place::Header(..) => false,
    }
}

struct Resolver<'a> {
    scopes: &'a Scopes<'a>,
    graph: &'a Graph,
}

impl Resolver<'_> {
    fn item(&self, id: ItemId) -> Vec<Reference> {
        let item = self.scopes.workspace.item(id);
        let mut references = Vec::new();
        for (index, path) in item.paths.iter().enumerate() {
            let place = Place::Item(id, index as u32);
            references.extend(
                self.path(path, item.module, Some(id))
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
                self.path(path, id, None)
                    .into_iter()
                    .map(|resolution| Reference { place, resolution }),
            );
        }
        references
    }

    /// All that a path means: one thing in code, perhaps several in tokens.
    fn path(&self, path: &PathUse, module: ModuleId, item: Option<ItemId>) -> Vec<Resolution> {
        use Namespace::{Macro, Type, Value};
        let (spaces, all): (&[Namespace], bool) = match path.context {
            PathContext::Type | PathContext::Visibility => (&[Type], false),
            PathContext::Value => (&[Value, Type], false),
            PathContext::Construct => (&[Type, Value], true),
            PathContext::Macro => (&[Macro], false),
            PathContext::Attribute => (&[Macro, Type], false),
            _ => (&[Type, Value, Macro], true),
        };
        let mut found: Vec<Resolution> = Vec::new();
        for namespace in spaces {
            if !all && !found.is_empty() {
                break;
            }
            for resolution in self.in_space(path, module, item, *namespace) {
                if !found.iter().any(|other| other.target == resolution.target) {
                    found.push(resolution);
                }
            }
        }
        if found.is_empty() {
            found.extend(
                self.local_glob(path, module, item)
                    .or_else(|| self.not_found(path, module)),
            );
        }
        found
    }

    fn in_space(
        &self,
        path: &PathUse,
        module: ModuleId,
        item: Option<ItemId>,
        namespace: Namespace,
    ) -> Vec<Resolution> {
        let first = path.segments[0].name.as_str();
        if first == "Self" {
            return self.self_type(path, item).into_iter().collect();
        }
        let hit = if path.context == PathContext::LocalUse {
            self.scopes.import(path, module, namespace, &mut Vec::new())
        } else {
            self.lexical(path, module, namespace)
        };
        match hit {
            Some(hit) => vec![self.member(resolution(hit), path, item)],
            None if namespace == Namespace::Macro
                && path.segments.len() == 1
                && !builtin::is_macro(first) =>
            {
                self.scopes
                    .macro_prelude(module, first)
                    .into_iter()
                    .map(resolution)
                    .collect()
            }
            None => Vec::new(),
        }
    }

    /// A path in code: names of the module it stands in, then macros in textual scope, then other crates.
    fn lexical(&self, path: &PathUse, module: ModuleId, namespace: Namespace) -> Option<Hit> {
        let first = path.segments[0].name.as_str();
        let open = &mut Vec::new();
        if matches!(first, "crate" | "self" | "super" | "$crate") {
            return self.scopes.relative(path, module, namespace, open);
        }
        if path.context == PathContext::DocTest {
            return self.doc_test(path, module, namespace);
        }
        if path.global {
            return self.scopes.import(path, module, namespace, open);
        }
        let single = path.segments.len() == 1;
        if namespace == Namespace::Macro
            && single
            && let Some(hit) = self.scopes.textual_macro(module, first)
        {
            return Some(hit);
        }
        self.scopes
            .path_from(module, path, 0, namespace, &[], open)
            .or_else(|| {
                if single && namespace != Namespace::Type {
                    return None;
                }
                let def = self.scopes.prelude(module, first)?;
                self.in_crate(def, path, namespace)
            })
    }

    fn in_crate(&self, def: Def, path: &PathUse, namespace: Namespace) -> Option<Hit> {
        match def {
            Def::Crate(krate) if path.segments.len() > 1 => {
                let root = self.scopes.workspace.krate(krate).root;
                self.scopes
                    .path_from(root, path, 1, namespace, &[], &mut Vec::new())
            }
            def => Some(Hit {
                def,
                lookups: Vec::new(),
                used: 1,
            }),
        }
    }

    /// A doc test is a crate of its own that names the library it documents.
    fn doc_test(&self, path: &PathUse, module: ModuleId, namespace: Namespace) -> Option<Hit> {
        let workspace = self.scopes.workspace;
        let krate = workspace.module(module).krate;
        let first = &path.segments[0].name;
        let def = if *first == workspace.krate(krate).extern_name {
            Def::Crate(krate)
        } else {
            self.scopes.prelude(module, first)?
        };
        self.in_crate(def, path, namespace)
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
            ItemKind::Struct | ItemKind::Enum | ItemKind::Union | ItemKind::Trait => Some(around),
            _ => None,
        };
        let Some(target) = target else {
            return Some(Resolution {
                target: Target::Builtin,
                lookups: Vec::new(),
                used: path.segments.len() as u32,
            });
        };
        let resolution = Resolution {
            target: Target::Item(target),
            lookups: Vec::new(),
            used: 1,
        };
        Some(self.member(resolution, path, item))
    }

    /// `Type::method` means the method, where the type has exactly one of that name.
    fn member(&self, mut resolution: Resolution, path: &PathUse, _: Option<ItemId>) -> Resolution {
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

    /// A name that a function-local `use Enum::*` brings in.
    fn local_glob(
        &self,
        path: &PathUse,
        module: ModuleId,
        item: Option<ItemId>,
    ) -> Option<Resolution> {
        let workspace = self.scopes.workspace;
        let first = &path.segments[0].name;
        let imports = workspace
            .item(item?)
            .paths
            .iter()
            .filter(|path| path.context == PathContext::LocalUse);
        imports.into_iter().find_map(|import| {
            let hit = self
                .scopes
                .import(import, module, Namespace::Type, &mut Vec::new())?;
            match hit.def {
                Def::Item(id) if workspace.item(id).members.contains(first) => {
                    Some(resolution(hit))
                }
                Def::Module(inner) => {
                    let found = self.scopes.path_from(
                        inner,
                        path,
                        0,
                        Namespace::Type,
                        &hit.lookups,
                        &mut Vec::new(),
                    );
                    let value = || {
                        self.scopes.path_from(
                            inner,
                            path,
                            0,
                            Namespace::Value,
                            &hit.lookups,
                            &mut Vec::new(),
                        )
                    };
                    found.or_else(value).map(resolution)
                }
                Def::External(_) => Some(Resolution {
                    used: path.segments.len() as u32,
                    ..resolution(hit)
                }),
                _ => None,
            }
        })
    }

    fn not_found(&self, path: &PathUse, module: ModuleId) -> Option<Resolution> {
        let first = path.segments[0].name.as_str();
        let single = path.segments.len() == 1;
        let used = path.segments.len() as u32;
        let plain = |target| {
            Some(Resolution {
                target,
                lookups: Vec::new(),
                used,
            })
        };
        if path.guessed && !matches!(path.context, PathContext::Macro | PathContext::Attribute) {
            return None;
        }
        let builtin = match path.context {
            PathContext::Macro => single && builtin::is_macro(first),
            PathContext::Attribute => builtin::is_derive(first),
            _ => builtin::is_name(first),
        };
        if builtin {
            return plain(Target::Builtin);
        }
        if let Some(resolution) = self.opaque(first, module) {
            return Some(resolution);
        }
        let globs = self.scopes.foreign_globs(module, &mut BTreeSet::new());
        if let Some((glob, name)) = globs.into_iter().next() {
            let namespace = if matches!(path.context, PathContext::Macro | PathContext::Attribute) {
                Namespace::Macro
            } else {
                Namespace::Type
            };
            let lookup = Lookup {
                module,
                name: first.to_owned(),
                namespace,
                found: Found::Glob(glob),
            };
            return Some(Resolution {
                target: Target::External(name),
                lookups: vec![lookup],
                used,
            });
        }
        if path.guessed || path.context == PathContext::Attribute {
            return None;
        }
        plain(Target::Unresolved)
    }

    /// A macro call at module level whose tokens name what was looked for may well define it.
    fn opaque(&self, name: &str, module: ModuleId) -> Option<Resolution> {
        let workspace = self.scopes.workspace;
        let call = workspace.module(module).items.iter().copied().find(|id| {
            workspace.item(*id).kind == ItemKind::MacroCall
                && has_word(workspace.text_of(*id), name)
        })?;
        let lookup = Lookup {
            module,
            name: name.to_owned(),
            namespace: Namespace::Type,
            found: Found::Item(call),
        };
        Some(Resolution {
            target: Target::Opaque(call),
            lookups: vec![lookup],
            used: 1,
        })
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
