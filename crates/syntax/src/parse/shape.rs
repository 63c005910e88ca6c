//! What the names in a written type tell of it.

use super::collect::name_of;
use crate::item::Shape;
use crate::name::Name;

/// What a function returns; nothing of an `async` one, which returns a future.
pub(crate) fn returned(signature: &syn::Signature) -> Option<Box<Shape>> {
    let syn::ReturnType::Type(_, written) = &signature.output else {
        return None;
    };
    signature
        .asyncness
        .is_none()
        .then(|| self::written(written))?
}

/// What a value of a written type is.
pub(super) fn written(written: &syn::Type) -> Option<Box<Shape>> {
    shape(written).map(Box::new)
}

/// What an array is like, too: it has what slices have.
pub(super) const SLICE: &str = "slice";

/// The last name of a type, or that of the trait of a trait object, seen through references and the smart pointers that hand
/// method calls on.
pub(super) fn type_name(written: &syn::Type) -> Option<Name> {
    match seen_through(written) {
        syn::Type::TraitObject(object) => object_of(object),
        syn::Type::Slice(_) | syn::Type::Array(_) => Some(Name::new(SLICE)),
        written => named(written).map(|last| name_of(&last.ident)),
    }
}

/// The trait of a trait object that is no marker.
fn object_of(object: &syn::TypeTraitObject) -> Option<Name> {
    let bound = object.bounds.iter().find_map(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    });
    bound.map(|last| name_of(&last.ident))
}

/// Whether a type is a generic parameter, what is associated with one, or `impl Trait`.
pub(super) fn is_generic(written: &syn::Type, is_parameter: impl Fn(Name) -> bool) -> bool {
    let mut written = seen_through(written);
    loop {
        match written {
            syn::Type::ImplTrait(_) => return true,
            syn::Type::Path(syn::TypePath {
                qself: Some(of), ..
            }) => written = &of.ty,
            syn::Type::Path(path) => {
                let first = path.path.segments.first();
                return path.path.leading_colon.is_none()
                    && first.is_some_and(|first| is_parameter(name_of(&first.ident)));
            }
            _ => return false,
        }
    }
}

fn shape(written: &syn::Type) -> Option<Shape> {
    match seen_through(written) {
        syn::Type::Tuple(tuple) => Some(Shape::Tuple(tuple.elems.iter().map(shape).collect())),
        syn::Type::TraitObject(object) => object_of(object).map(Shape::Object),
        syn::Type::Slice(_) | syn::Type::Array(_) => Some(Shape::Named(Name::new(SLICE))),
        inner => {
            let last = named(inner)?;
            let name = name_of(&last.ident);
            match (name.as_str(), first_argument(last)) {
                ("Option" | "Result", Some(held)) => {
                    shape(held).map(|held| Shape::Holder(Box::new(held)))
                }
                (_, Some(argument)) => {
                    Some(shape(argument).map_or(Shape::Named(name), |argument| {
                        Shape::Applied(name, Box::new(argument))
                    }))
                }
                (_, None) => Some(Shape::Named(name)),
            }
        }
    }
}

/// The last segment of a type's path.
fn named(written: &syn::Type) -> Option<&syn::PathSegment> {
    match seen_through(written) {
        syn::Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// What a reference or a smart pointer that hands method calls on is one to.
fn seen_through(written: &syn::Type) -> &syn::Type {
    match written {
        syn::Type::Reference(reference) => seen_through(&reference.elem),
        syn::Type::Paren(inner) => seen_through(&inner.elem),
        syn::Type::Group(inner) => seen_through(&inner.elem),
        syn::Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last();
            let pointer = last.filter(|last| {
                let pointers = ["Box", "Rc", "Arc", "Pin"];
                pointers.iter().any(|pointer| last.ident == pointer)
            });
            pointer
                .and_then(first_argument)
                .map_or(written, seen_through)
        }
        _ => written,
    }
}

fn first_argument(segment: &syn::PathSegment) -> Option<&syn::Type> {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(written)) => Some(written),
        _ => None,
    }
}
