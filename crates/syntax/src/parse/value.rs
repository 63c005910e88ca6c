//! What an expression's text tells of its value.

use smallvec::SmallVec;

use super::collect::{Collector, Local, member_name, name_of};
use super::shape::SLICE;
use crate::item::{Derivation, Derived, Part, Receiver};
use crate::name::Name;
use crate::source::TextRange;

/// How long a chain of calls is followed. Builders make chains that are far longer, and all their calls return the same.
pub(super) const LONGEST: u32 = 8;

/// What is known of an expression that was walked before.
pub(super) fn value(collector: &Collector<'_>, expression: &syn::Expr) -> Receiver {
    follow(collector, expression, LONGEST)
}

/// A part of a value.
pub(super) fn part(value: &Receiver, part: Part) -> Receiver {
    let mut value = value.clone();
    match &mut value {
        Receiver::Derived(derived) => {
            derived.parts.push(part);
            value
        }
        _ => Receiver::Unknown,
    }
}

fn follow(collector: &Collector<'_>, expression: &syn::Expr, left: u32) -> Receiver {
    let Some(left) = left.checked_sub(1) else {
        return Receiver::Unknown;
    };
    match expression {
        syn::Expr::Path(path) => variable(collector, path),
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(_),
            ..
        }) => Receiver::Typed(Name::new("str")),
        syn::Expr::Array(_) | syn::Expr::Repeat(_) => Receiver::Typed(Name::new(SLICE)),
        syn::Expr::Macro(call) => made_by_macro(&call.mac),
        syn::Expr::Paren(inner) => follow(collector, &inner.expr, left),
        syn::Expr::Reference(inner) => follow(collector, &inner.expr, left),
        syn::Expr::Try(inner) => part(&follow(collector, &inner.expr, left), Part::Held),
        syn::Expr::Call(call) => function(collector, &call.func),
        syn::Expr::Field(field) => match follow(collector, &field.base, left) {
            of if of.is_opaque() => Receiver::Unknown,
            of => derived(Derivation::Field(member_name(&field.member), of)),
        },
        syn::Expr::MethodCall(call) => {
            let of = follow(collector, &call.receiver, left);
            method(name_of(&call.method), of)
        }
        _ => Receiver::Unknown,
    }
}

/// What the call of a method returns.
pub(super) fn method(name: Name, of: Receiver) -> Receiver {
    match (name.as_str(), of) {
        (_, of) if of.is_opaque() => Receiver::Unknown,
        ("unwrap" | "expect", of @ Receiver::Derived(_)) => part(&of, Part::Held),
        (_, of) => derived(Derivation::Method(name, of)),
    }
}

/// What a macro of the standard library makes.
fn made_by_macro(call: &syn::Macro) -> Receiver {
    let made = match call.path.get_ident() {
        Some(name) if name == "format" => "String",
        Some(name) if name == "vec" => "Vec",
        _ => return Receiver::Unknown,
    };
    Receiver::Typed(Name::new(made))
}

fn variable(collector: &Collector<'_>, path: &syn::ExprPath) -> Receiver {
    let known = match path.path.get_ident() {
        Some(ident) if ident == "self" => Receiver::Own,
        Some(ident) => match collector.local(name_of(ident)) {
            Some(Local::Value(known)) => known.clone(),
            _ => Receiver::Unknown,
        },
        None => Receiver::Unknown,
    };
    // In an impl in a body, `self` is not the item's.
    match known {
        Receiver::Own if collector.impls > 0 => Receiver::Unknown,
        known => known,
    }
}

/// What a function that is called by its path returns.
fn function(collector: &Collector<'_>, called: &syn::Expr) -> Receiver {
    let syn::Expr::Path(syn::ExprPath {
        qself: None, path, ..
    }) = called
    else {
        return Receiver::Unknown;
    };
    let (Some(first), Some(last)) = (path.segments.first(), path.segments.last()) else {
        return Receiver::Unknown;
    };
    let start = collector.segment(&first.ident).range.start;
    let end = collector.segment(&last.ident).range.end;
    returned(collector, TextRange::new(start, end))
}

/// What the function returns whose path stands at a place.
pub(super) fn returned(collector: &Collector<'_>, at: TextRange) -> Receiver {
    // What a call's text names was recorded last.
    let recorded = collector.paths.iter().enumerate().rev();
    let mut inside = recorded.take_while(|(_, path)| path.range().start >= at.start);
    let found = inside.find(|(_, path)| path.range() == at);
    found.map_or(Receiver::Unknown, |(index, _)| {
        derived(Derivation::Function(index as u32))
    })
}

/// What a field holds that a pattern takes out whose path was recorded as that of an index; nothing where it was not, or
/// is one of the prelude's variants.
pub(super) fn bound(collector: &Collector<'_>, path: usize, field: Name) -> Receiver {
    let last = collector
        .paths
        .get(path)
        .and_then(|path| path.segments.last());
    match last.map(|last| last.name.as_str()) {
        None | Some("Some" | "Ok" | "Err") => Receiver::Unknown,
        Some(_) => derived(Derivation::Bound(path as u32, field)),
    }
}

fn derived(by: Derivation) -> Receiver {
    let parts = SmallVec::new();
    Receiver::Derived(Box::new(Derived { by, parts }))
}
