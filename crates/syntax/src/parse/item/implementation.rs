//! Impls: what they are for, and the methods of inherent ones, which are items too.

use syn::visit::Visit;

use super::head::visibility;
use super::{between, blank, keep, parameters, tile};
use crate::item::{Blanket, Fundamental, Implementation, Item, ItemKind, PathUse};
use crate::parse::collect::{Collector, name_of, text_of};
use crate::parse::{ParsedItem, attribute, extent, shape};
use crate::source::TextRange;
use crate::token::words;

pub(super) fn implementation(
    collector: &mut Collector<'_>,
    node: &syn::ItemImpl,
    parsed: &mut ParsedItem,
) {
    attribute::collect_all(collector, &node.attrs);
    collector.scoped(|collector| {
        collector.bind_generics(&node.generics);
        collector.visit_generics(&node.generics);
        let parameters = node
            .generics
            .type_params()
            .map(|parameter| text_of(&parameter.ident))
            .collect();
        let mut head = Implementation {
            label: label(collector, node),
            self_name: String::new(),
            self_path: None,
            trait_path: None,
            trait_arguments: Vec::new(),
            type_parameters: parameters,
            own_arguments: 0,
            around: around(&node.self_ty),
            takes_any: false,
            blanket: None,
            limits: Vec::new(),
            bounds: Vec::new(),
            members: Vec::new(),
        };
        if let Some((path, _)) = &node.trait_ {
            head.members = node.items.iter().filter_map(member_name).collect();
            let start = collector.paths.len();
            collector.visit_path(path);
            head.trait_path = index_at(collector, start, path);
            head.trait_arguments = arguments(path)
                .filter_map(|argument| stripped(argument))
                .filter_map(|path| index_at(collector, start, path))
                .collect();
        }
        let start = collector.paths.len();
        collector.visit_type(&node.self_ty);
        if let Some(path) = stripped(&node.self_ty) {
            head.self_path = index_at(collector, start, path);
            head.self_name = path
                .segments
                .last()
                .map(|segment| text_of(&segment.ident))
                .unwrap_or_default();
            let mut all = arguments(path);
            let is_own = |argument| {
                let named = stripped(argument).and_then(syn::Path::get_ident);
                named.is_some_and(|name| collector.is_parameter(name_of(name)))
            };
            if all.all(is_own) {
                head.own_arguments = arguments(path).count() as u32;
            }
        }
        let arguments = node.trait_.iter().flat_map(|(path, _)| arguments(path));
        let named = arguments.filter_map(|argument| stripped(argument)?.get_ident());
        let taken: Vec<String> = named
            .map(text_of)
            .filter(|name| head.type_parameters.contains(name))
            .collect();
        head.takes_any = !taken.is_empty();
        if let Some((kind, names)) = blanket(collector, node, (&head, taken)) {
            head.blanket = Some(kind);
            head.limits = limits(collector, &node.generics, &names);
        }
        if head.blanket == Some(Blanket::Type) {
            head.bounds = bounds(&node.generics, &head.self_name)
                .filter_map(|bound| index_at(collector, 0, &bound.path))
                .collect();
        }
        parsed.item.implementation = Some(Box::new(head));
        if node.trait_.is_some() {
            for member in &node.items {
                collector.visit_impl_item(member);
            }
        } else {
            parsed.methods = node
                .items
                .iter()
                .map(|member| method(collector, node, member))
                .collect();
        }
    });
    let body = between(collector.range(node.brace_token.span.join()));
    parsed.item.body = body;
    tile(
        parsed.methods.iter_mut().collect(),
        collector.text,
        body.start,
        body.end,
    );
}

/// Of an impl in a body whose paths were collected from `start` on: those by which it may stand where it is. None where
/// that is something which the body defines.
pub(in crate::parse) fn homes(
    collector: &Collector<'_>,
    node: &syn::ItemImpl,
    start: usize,
) -> Option<Vec<u32>> {
    let of_trait = node.trait_.iter().map(|(path, _)| path);
    let arguments = of_trait.clone().flat_map(arguments).filter_map(stripped);
    let heads: Vec<&syn::Path> = stripped(&node.self_ty)
        .into_iter()
        .chain(of_trait)
        .chain(arguments)
        .collect();
    let is_defined_here = |path: &&syn::Path| {
        let first = path.segments.first().map(|first| name_of(&first.ident));
        first.is_some_and(|first| collector.is_local_item(first) && !collector.is_parameter(first))
    };
    if heads.iter().any(is_defined_here) {
        return None;
    }
    let found: Vec<u32> = heads
        .into_iter()
        .filter_map(|path| index_at(collector, start, path))
        .collect();
    (!found.is_empty()).then_some(found)
}

/// An associated item of an inherent impl: an item of its own.
fn method(collector: &Collector<'_>, node: &syn::ItemImpl, member: &syn::ImplItem) -> Item {
    let mut inner = Collector::new(collector.text, collector.shift);
    inner.bind_generics(&node.generics);
    let empty: &[syn::Attribute] = &[];
    let (kind, attributes, ident, vis) = match member {
        syn::ImplItem::Fn(member) => (
            ItemKind::Fn,
            &member.attrs[..],
            Some(&member.sig.ident),
            Some((
                &member.vis,
                member
                    .modifiers
                    .defaultness
                    .map_or_else(|| extent::signature(&member.sig), |token| token.span),
            )),
        ),
        syn::ImplItem::Const(member) => (
            ItemKind::Const,
            &member.attrs[..],
            Some(&member.ident),
            Some((
                &member.vis,
                member
                    .modifiers
                    .defaultness
                    .map_or(member.const_token.span, |token| token.span),
            )),
        ),
        syn::ImplItem::Type(member) => (
            ItemKind::TypeAlias,
            &member.attrs[..],
            Some(&member.ident),
            Some((&member.vis, member.type_token.span)),
        ),
        syn::ImplItem::Macro(member) => (ItemKind::MacroCall, &member.attrs[..], None, None),
        _ => (ItemKind::Verbatim, empty, None, None),
    };
    let mut item = blank(kind, collector, extent::member(member), attributes);
    if let Some(ident) = ident {
        item.name = text_of(ident);
        item.name_range = collector.range(ident.span());
    }
    if let Some((vis, first)) = vis {
        item.visibility = visibility(collector, vis, first);
    }
    if let syn::ImplItem::Fn(member) = member {
        item.parameters = parameters(&member.sig);
        item.returns = shape::returned(&member.sig);
    }
    inner.visit_impl_item(member);
    attribute::collect_docs(&mut inner, attributes);
    keep(&mut item, inner);
    item
}

fn member_name(member: &syn::ImplItem) -> Option<String> {
    let ident = match member {
        syn::ImplItem::Fn(member) => &member.sig.ident,
        syn::ImplItem::Const(member) => &member.ident,
        syn::ImplItem::Type(member) => &member.ident,
        _ => return None,
    };
    Some(text_of(ident))
}

fn index_at(collector: &Collector<'_>, from: usize, path: &syn::Path) -> Option<u32> {
    let start = collector.range(path.segments.first()?.ident.span()).start;
    collector.paths[from..]
        .iter()
        .position(|found| found.segments[0].range.start == start)
        .map(|index| (index + from) as u32)
}

fn arguments(path: &syn::Path) -> impl Iterator<Item = &syn::Type> {
    path.segments
        .last()
        .into_iter()
        .filter_map(|segment| match &segment.arguments {
            syn::PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
            _ => None,
        })
        .flatten()
        .filter_map(|argument| match argument {
            syn::GenericArgument::Type(argument) => Some(argument),
            _ => None,
        })
}

/// How an impl covers types that nobody has named, if it does, and by which of its type parameters. `taken` are those that
/// are arguments of its trait.
fn blanket(
    collector: &Collector<'_>,
    node: &syn::ItemImpl,
    (head, taken): (&Implementation, Vec<String>),
) -> Option<(Blanket, Vec<String>)> {
    node.trait_.as_ref()?;
    if head.type_parameters.contains(&head.self_name) {
        let is_function = is_function(&node.generics, &head.self_name);
        let covers = (Blanket::Type, vec![head.self_name.clone()]);
        return (!is_function).then_some(covers);
    }
    let range = collector.range_of(&*node.self_ty);
    let self_type = &collector.text[range.start as usize..range.end as usize];
    let is_free = |name: &String| {
        let mut words = words(self_type);
        words.all(|word| word != name) && !is_function(&node.generics, name)
    };
    let free: Vec<String> = taken.into_iter().filter(is_free).collect();
    (!free.is_empty()).then_some((Blanket::Argument, free))
}

/// The paths in what bounds some type parameters, and in what else is said of them.
fn limits(collector: &Collector<'_>, generics: &syn::Generics, names: &[String]) -> Vec<u32> {
    let is_named = |range: TextRange| {
        let text = &collector.text[range.start as usize..range.end as usize];
        words(text).any(|word| names.iter().any(|name| name == word))
    };
    let parameters = generics
        .type_params()
        .map(|parameter| collector.range_of(parameter));
    let clauses = generics.where_clause.iter();
    let clauses = clauses.flat_map(|clause| &clause.predicates);
    let clauses = clauses.map(|predicate| collector.range_of(predicate));
    let limits: Vec<TextRange> = parameters
        .chain(clauses)
        .filter(|range| is_named(*range))
        .collect();
    let is_in = |path: &PathUse| {
        let range = path.range();
        limits
            .iter()
            .any(|limit| limit.start <= range.start && range.end <= limit.end)
    };
    let paths = collector.paths.iter().enumerate();
    paths
        .filter(|(_, path)| is_in(path))
        .map(|(index, _)| index as u32)
        .collect()
}

/// Whether a type parameter is bound by `Fn(…)`, `AsyncFnMut(…)` or another of their kind, which alone are written so.
fn is_function(generics: &syn::Generics, name: &str) -> bool {
    bounds(generics, name).any(|bound| {
        let last = bound.path.segments.last();
        last.is_some_and(|last| matches!(last.arguments, syn::PathArguments::Parenthesized(_)))
    })
}

/// The traits that bound a type parameter, where it is declared and in the `where` clause.
fn bounds<'a>(
    generics: &'a syn::Generics,
    name: &'a str,
) -> impl Iterator<Item = &'a syn::TraitBound> {
    let parameters = generics.type_params();
    let inline = parameters.filter(move |parameter| parameter.ident == name);
    let inline = inline.flat_map(|parameter| &parameter.bounds);
    let clauses = generics.where_clause.iter();
    let clauses = clauses.flat_map(|clause| &clause.predicates);
    let clauses = clauses.filter_map(move |predicate| match predicate {
        syn::WherePredicate::Type(predicate) => match &predicate.bounded_ty {
            syn::Type::Path(bounded) if bounded.path.is_ident(name) => Some(&predicate.bounds),
            _ => None,
        },
        _ => None,
    });
    let all = inline.chain(clauses.flatten());
    all.filter_map(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => Some(bound),
        _ => None,
    })
}

/// The path of a type, seen through what the orphan rule calls fundamental: references, `Box`, `Pin`.
fn stripped(node: &syn::Type) -> Option<&syn::Path> {
    peeled(node, &mut Vec::new())
}

/// What is seen through.
fn around(node: &syn::Type) -> Vec<Fundamental> {
    let mut around = Vec::new();
    peeled(node, &mut around);
    around
}

fn peeled<'a>(node: &'a syn::Type, around: &mut Vec<Fundamental>) -> Option<&'a syn::Path> {
    let mut at = node;
    loop {
        at = match at {
            syn::Type::Reference(reference) => {
                around.push(if reference.mutability.is_some() {
                    Fundamental::Unique
                } else {
                    Fundamental::Shared
                });
                &reference.elem
            }
            syn::Type::Paren(inner) => &inner.elem,
            syn::Type::Group(inner) => &inner.elem,
            syn::Type::TraitObject(object) => {
                return object.bounds.iter().find_map(|bound| match bound {
                    syn::TypeParamBound::Trait(bound) => Some(&bound.path),
                    _ => None,
                });
            }
            syn::Type::Path(path) => {
                let last = path.path.segments.last()?;
                let fundamental = match last.ident.to_string().as_str() {
                    "Box" => Some(Fundamental::Box),
                    "Pin" => Some(Fundamental::Pin),
                    _ => None,
                };
                match fundamental.zip(arguments(&path.path).next()) {
                    Some((fundamental, inner)) => {
                        around.push(fundamental);
                        inner
                    }
                    None => return Some(&path.path),
                }
            }
            _ => return None,
        };
    }
}

fn label(collector: &Collector<'_>, node: &syn::ItemImpl) -> String {
    let text =
        |range: TextRange| collector.text[range.start as usize..range.end as usize].to_owned();
    let self_type = text(collector.range_of(&*node.self_ty));
    let label = match &node.trait_ {
        Some((path, _)) => {
            let negation = if node.modifiers.polarity.is_some() {
                "!"
            } else {
                ""
            };
            format!(
                "impl {negation}{} for {self_type}",
                text(collector.range_of(path))
            )
        }
        None => format!("impl {self_type}"),
    };
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}
