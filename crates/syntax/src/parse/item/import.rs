//! The leaves of `use` trees, and `extern crate`.

use crate::item::{Binding, ItemId, PathContext, PathUse, Segment, UseLeaf};
use crate::parse::collect::{Collector, name_of};
use crate::source::TextRange;

pub(super) fn use_leaves(collector: &Collector<'_>, node: &syn::ItemUse) -> Vec<UseLeaf> {
    let mut leaves = Vec::new();
    tree(
        collector,
        &node.tree,
        &mut Vec::new(),
        node.leading_colon.is_some(),
        &mut leaves,
    );
    leaves
}

fn tree(
    collector: &Collector<'_>,
    node: &syn::UseTree,
    prefix: &mut Vec<Segment>,
    global: bool,
    leaves: &mut Vec<UseLeaf>,
) {
    let segment = |ident: &syn::Ident| Segment {
        name: name_of(ident),
        range: collector.range(ident.span()),
    };
    match node {
        syn::UseTree::Path(path) => {
            prefix.push(segment(&path.ident));
            tree(collector, &path.tree, prefix, global, leaves);
            prefix.pop();
        }
        syn::UseTree::Group(group) => {
            for node in &group.items {
                tree(collector, node, prefix, global, leaves);
            }
        }
        syn::UseTree::Glob(_) => {
            leaves.push(leaf(
                prefix.clone(),
                global,
                Binding::Glob,
                collector.range_of(node),
                false,
            ));
        }
        syn::UseTree::Name(name) => {
            let is_self = name.ident == "self" && !prefix.is_empty();
            let mut path = prefix.clone();
            if !is_self {
                path.push(segment(&name.ident));
            }
            let bound = path
                .last()
                .map(|segment| segment.name.clone())
                .unwrap_or_default();
            leaves.push(leaf(
                path,
                global,
                Binding::Name(bound),
                collector.range_of(node),
                is_self,
            ));
        }
        syn::UseTree::Rename(rename) => {
            let is_self = rename.ident == "self" && !prefix.is_empty();
            let mut path = prefix.clone();
            if !is_self {
                path.push(segment(&rename.ident));
            }
            let bound = name_of(&rename.rename);
            let binding = if bound == "_" {
                Binding::Underscore
            } else {
                Binding::Name(bound)
            };
            leaves.push(leaf(
                path,
                global,
                binding,
                collector.range_of(node),
                is_self,
            ));
        }
    }
}

fn leaf(
    segments: Vec<Segment>,
    global: bool,
    binding: Binding,
    range: TextRange,
    is_self: bool,
) -> UseLeaf {
    let path = PathUse {
        segments,
        global,
        context: PathContext::Type,
        in_signature: true,
        guessed: false,
    };
    UseLeaf {
        item: ItemId(0),
        path,
        binding,
        range,
        is_self,
    }
}

pub(super) fn extern_crate(collector: &Collector<'_>, node: &syn::ItemExternCrate) -> UseLeaf {
    let segment = Segment {
        name: name_of(&node.ident),
        range: collector.range(node.ident.span()),
    };
    let bound = node
        .rename
        .as_ref()
        .map_or_else(|| name_of(&node.ident), |(_, rename)| name_of(rename));
    let binding = if bound == "_" {
        Binding::Underscore
    } else {
        Binding::Name(bound)
    };
    let range = collector.range(node.ident.span());
    leaf(vec![segment], false, binding, range, false)
}
