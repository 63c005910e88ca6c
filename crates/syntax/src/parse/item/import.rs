//! The leaves of `use` trees, and `extern crate`.

use smallvec::smallvec;

use crate::id::ItemId;
use crate::item::{Binding, PathContext, PathUse, Segments, UseLeaf};
use crate::parse::collect::{Collector, name_of};
use crate::source::TextRange;

pub(super) fn use_leaves(collector: &Collector<'_>, node: &syn::ItemUse) -> Vec<UseLeaf> {
    let mut leaves = Vec::new();
    tree(
        collector,
        &node.tree,
        &mut Segments::new(),
        node.leading_colon.is_some(),
        &mut leaves,
    );
    leaves
}

fn tree(
    collector: &Collector<'_>,
    node: &syn::UseTree,
    prefix: &mut Segments,
    global: bool,
    leaves: &mut Vec<UseLeaf>,
) {
    match node {
        syn::UseTree::Path(path) => {
            prefix.push(collector.segment(&path.ident));
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
                path.push(collector.segment(&name.ident));
            }
            let bound = path
                .last()
                .map_or_else(String::new, |segment| segment.name.into());
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
                path.push(collector.segment(&rename.ident));
            }
            let bound = String::from(name_of(&rename.rename));
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
    segments: Segments,
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
        in_function: false,
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
    let segment = collector.segment(&node.ident);
    let rename = node.rename.as_ref();
    let bound = String::from(rename.map_or(segment.name, |(_, rename)| name_of(rename)));
    let binding = if bound == "_" {
        Binding::Underscore
    } else {
        Binding::Name(bound)
    };
    leaf(smallvec![segment], false, binding, segment.range, false)
}
