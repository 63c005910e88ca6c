//! Items and imports inside bodies: in scope in all of their block.

use super::{Collector, Local, name_of};
use crate::item::{PathContext, Segment, Segments};
use crate::name::Name;

impl Collector<'_> {
    /// Items and imports of a block are in scope in all of it.
    pub(super) fn hoist(&mut self, block: &syn::Block) {
        let items: Vec<&syn::Item> = block
            .stmts
            .iter()
            .filter_map(|statement| match statement {
                syn::Stmt::Item(item) => Some(item),
                _ => None,
            })
            .collect();
        self.hoist_items(&items);
    }

    /// Items first, since imports may name them.
    pub(super) fn hoist_items(&mut self, items: &[&syn::Item]) {
        let (mut imports, others): (Vec<&syn::Item>, Vec<&syn::Item>) = items
            .iter()
            .partition(|item| matches!(item, syn::Item::Use(_)));
        // `use tc::Bg; use color as tc;`: order means nothing, so renames come first.
        imports.sort_by_key(|item| {
            !matches!(item, syn::Item::Use(item) if matches!(item.tree, syn::UseTree::Rename(_)))
        });
        for item in others.into_iter().chain(imports) {
            match item {
                syn::Item::Enum(item) => {
                    let variants = item.variants.iter().map(|variant| name_of(&variant.ident));
                    self.bind(name_of(&item.ident), Local::Enum(variants.collect()));
                }
                syn::Item::Use(item) => {
                    let global = item.leading_colon.is_some();
                    self.hoist_use(
                        &item.tree,
                        &mut Segments::new(),
                        global,
                        PathContext::LocalUse,
                    );
                }
                syn::Item::Macro(item) => {
                    if let Some(ident) = &item.ident {
                        self.bind(macro_name(name_of(ident)), Local::Item);
                    }
                }
                _ => {
                    if let Some(ident) = crate::parse::item::ident_of(item) {
                        self.bind(name_of(ident), Local::Item);
                    }
                }
            }
        }
    }

    /// Records the paths of a `use` inside a body, and binds its names.
    pub(in crate::parse) fn hoist_use(
        &mut self,
        tree: &syn::UseTree,
        prefix: &mut Segments,
        global: bool,
        context: PathContext,
    ) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(self.segment(&path.ident));
                self.hoist_use(&path.tree, prefix, global, context);
                prefix.pop();
            }
            syn::UseTree::Name(name) => {
                self.hoist_leaf((&name.ident, &name.ident), prefix, global, context);
            }
            syn::UseTree::Rename(rename) => {
                self.hoist_leaf((&rename.ident, &rename.rename), prefix, global, context);
            }
            syn::UseTree::Glob(_) => self.hoist_glob(prefix.clone(), global, context),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.hoist_use(tree, prefix, global, context);
                }
            }
        }
    }

    /// The path of an import that starts with what another import in a body binds.
    fn through_alias(&self, path: Segments, global: bool) -> (Segments, bool) {
        let first = path.first().copied();
        if let Some(Segment { name, range }) = first
            && !global
            && path.len() > 1
            && let Some(Local::Alias(names, global)) = self.local(name)
        {
            let names = names.iter().map(|name| Segment { name: *name, range });
            return (names.chain(path[1..].iter().copied()).collect(), *global);
        }
        (path, global)
    }

    fn hoist_glob(&mut self, path: Segments, global: bool, context: PathContext) {
        if let [only] = &path[..]
            && !global
            && let Some(Local::Enum(variants)) = self.local(only.name).cloned()
        {
            for variant in variants {
                self.bind(variant, Local::Item);
            }
            return;
        }
        let context = match context {
            PathContext::LocalUse => PathContext::LocalGlob,
            tokens => tokens,
        };
        self.record(path, global, context, false);
    }

    fn hoist_leaf(
        &mut self,
        (ident, bound): (&syn::Ident, &syn::Ident),
        prefix: &[Segment],
        global: bool,
        context: PathContext,
    ) {
        let mut path = Segments::from_slice(prefix);
        let is_self = ident == "self" && !prefix.is_empty();
        if !is_self {
            path.push(self.segment(ident));
        }
        let (path, global) = self.through_alias(path, global);
        let names: Vec<Name> = path.iter().map(|segment| segment.name).collect();
        let (Some(first), Some(last)) = (names.first(), names.last()) else {
            return;
        };
        let bound = if bound == "self" {
            *last
        } else {
            name_of(bound)
        };
        if !global && self.is_local_item(*first) {
            self.bind(bound, Local::Item);
            return;
        }
        self.record(path, global, context, false);
        if bound != "_" {
            self.bind(bound, Local::Alias(names, global));
        }
    }

    /// Whether a macro of this name is defined in a block around.
    pub(in crate::parse) fn is_local_macro(&self, name: Name) -> bool {
        self.local(macro_name(name)).is_some()
    }
}

/// Macros of a block live beside its other names.
fn macro_name(name: Name) -> Name {
    Name::new(&format!("{name}!"))
}
