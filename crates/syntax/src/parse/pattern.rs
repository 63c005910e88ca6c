//! Patterns: the names they bind, and the paths they match against.

use syn::visit::Visit;

use super::collect::{Collector, Local, member_name, name_of};
use super::{shape, value};
use smallvec::smallvec;

use crate::item::{Part, PathContext, Receiver};
use crate::name::Name;

/// Binds the names of a pattern whose type is written.
pub(super) fn bind_typed(collector: &mut Collector<'_>, pattern: &syn::Pat, written: &syn::Type) {
    match pattern {
        syn::Pat::Ident(ident) if ident.subpat.is_none() => {
            // A type of that name outside is not meant.
            let known = shape::type_name(written).filter(|name| !collector.is_local_item(*name));
            let known = match known {
                _ if shape::is_generic(written, |name| collector.is_parameter(name)) => {
                    Receiver::Generic
                }
                Some(name) if name == "Self" => Receiver::Own,
                Some(name) => Receiver::Typed(name),
                None => Receiver::Unknown,
            };
            collector.bind(name_of(&ident.ident), Local::Value(known));
        }
        _ => bind(collector, pattern),
    }
}

/// Binds the names of a pattern to what a call returns, or to parts of that.
pub(super) fn bind_returned(collector: &mut Collector<'_>, pattern: &syn::Pat, value: &Receiver) {
    bind(collector, pattern);
    know(collector, pattern, value);
}

/// Tells what the variables are that a pattern has bound to a value or its parts.
fn know(collector: &mut Collector<'_>, pattern: &syn::Pat, value: &Receiver) {
    if *value == Receiver::Unknown {
        return;
    }
    match pattern {
        syn::Pat::Ident(ident) if ident.subpat.is_none() => {
            let name = name_of(&ident.ident);
            if collector.is_variable(name) {
                collector.bind(name, Local::Value(value.clone()));
            }
        }
        syn::Pat::Tuple(tuple)
            if tuple
                .elems
                .iter()
                .all(|it| !matches!(it, syn::Pat::Rest(_))) =>
        {
            for (index, element) in (0..).zip(&tuple.elems) {
                know(
                    collector,
                    element,
                    &value::part(value, Part::Element(index)),
                );
            }
        }
        syn::Pat::TupleStruct(held) if held.elems.len() == 1 => {
            let last = held.path.segments.last();
            if last.is_some_and(|last| last.ident == "Some" || last.ident == "Ok") {
                know(collector, &held.elems[0], &value::part(value, Part::Held));
            }
        }
        syn::Pat::Reference(inner) => know(collector, &inner.pat, value),
        syn::Pat::Paren(inner) => know(collector, &inner.pat, value),
        _ => {}
    }
}

/// The variant, or whatever else it takes apart, that a pattern names first.
pub(super) fn variant(pattern: &syn::Pat) -> Option<&syn::Ident> {
    let path = match pattern {
        syn::Pat::Struct(pattern) => &pattern.path,
        syn::Pat::TupleStruct(pattern) => &pattern.path,
        syn::Pat::Path(pattern) => &pattern.path,
        syn::Pat::Or(pattern) => return variant(pattern.cases.first()?),
        syn::Pat::Guard(pattern) => return variant(&pattern.pat),
        syn::Pat::Reference(pattern) => return variant(&pattern.pat),
        syn::Pat::Paren(pattern) => return variant(&pattern.pat),
        _ => return None,
    };
    path.segments.last().map(|last| &last.ident)
}

/// Binds the names of a pattern in the innermost scope and records its paths.
pub(super) fn bind(collector: &mut Collector<'_>, pattern: &syn::Pat) {
    match pattern {
        syn::Pat::Ident(ident) => {
            let name = name_of(&ident.ident);
            // An upper-case name alone is a constant or a unit variant by all conventions; a lower-case one binds.
            let is_constant = ident.subpat.is_none()
                && ident.by_ref.is_none()
                && ident.mutability.is_none()
                && name.chars().next().is_some_and(char::is_uppercase);
            if is_constant {
                let segment = collector.segment(&ident.ident);
                collector.record(smallvec![segment], false, PathContext::Value, false);
            } else {
                collector.bind(name, Local::Value(Receiver::Unknown));
            }
            if let Some((_, inner)) = &ident.subpat {
                bind(collector, inner);
            }
        }
        syn::Pat::Struct(pattern) => {
            let paths = collector.paths.len();
            collector.record_construct(pattern.qself.as_ref(), &pattern.path);
            for field in &pattern.fields {
                let name = member_name(&field.member);
                collector.record_member_in_tests(name, &field.attrs, field);
                collector.record_member(&field.member);
                let value = value::bound(collector, paths, name);
                bind_returned(collector, &field.pat, &value);
            }
        }
        syn::Pat::TupleStruct(pattern) => {
            let paths = collector.paths.len();
            collector.record_construct(pattern.qself.as_ref(), &pattern.path);
            let mut elements = pattern.elems.iter().zip(0..);
            for (element, index) in elements.by_ref() {
                // What stands behind `..` is counted from the other end.
                if matches!(element, syn::Pat::Rest(_)) {
                    break;
                }
                let name = Name::new(&u32::to_string(&index));
                let value = value::bound(collector, paths, name);
                bind_returned(collector, element, &value);
            }
            elements.for_each(|(element, _)| bind(collector, element));
        }
        syn::Pat::Tuple(pattern) => pattern
            .elems
            .iter()
            .for_each(|pattern| bind(collector, pattern)),
        syn::Pat::Slice(pattern) => pattern
            .elems
            .iter()
            .for_each(|pattern| bind(collector, pattern)),
        syn::Pat::Guard(pattern) => {
            bind(collector, &pattern.pat);
            collector.visit_expr(&pattern.guard);
        }
        syn::Pat::Or(pattern) => pattern
            .cases
            .iter()
            .for_each(|pattern| bind(collector, pattern)),
        syn::Pat::Reference(pattern) => bind(collector, &pattern.pat),
        syn::Pat::Paren(pattern) => bind(collector, &pattern.pat),
        syn::Pat::Type(pattern) => {
            collector.visit_type(&pattern.ty);
            bind_typed(collector, &pattern.pat, &pattern.ty);
        }
        syn::Pat::Path(path) => collector.visit_expr_path(path),
        syn::Pat::Range(range) => collector.visit_expr_range(range),
        syn::Pat::Lit(literal) => collector.visit_expr_lit(literal),
        syn::Pat::Const(block) => collector.visit_expr_const(block),
        syn::Pat::Macro(call) => collector.visit_macro(&call.mac),
        _ => {}
    }
}
