//! What the head of an impl and the signature of a method say, as slices of the author's text.

use std::ops::Range;

use cleave_syntax::{ItemId, Workspace};
use syn::spanned::Spanned;

/// The head of an impl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// All of it, to compare it with others; attributes are not in it.
    pub(super) text: String,
    /// `<'a, T: Bound>`, or nothing.
    pub(super) generics: String,
    /// `<'a, T>`, or nothing.
    pub(super) arguments: String,
    /// The type.
    pub(super) own: String,
    /// `where …`, or nothing.
    pub(super) bounds: String,
    /// The names of its parameters, lifetimes with their quote.
    names: Vec<String>,
    /// Its `cfg`s.
    conditions: Vec<String>,
}

impl Head {
    /// Whether a text names one of the parameters.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let words: Vec<&str> = text.split(|c| !is_part(c) && c != '\'').collect();
        self.names.iter().any(|name| words.contains(&name.as_str()))
    }

    /// The `cfg`s, a line each.
    pub(super) fn conditions(&self, indent: &str) -> String {
        let mut lines = String::new();
        for condition in &self.conditions {
            lines.push_str(&format!("{indent}{condition}\n"));
        }
        lines
    }
}

/// Reads the head of an impl; nothing where it is none.
pub(super) fn head(workspace: &Workspace, id: ItemId) -> Option<Head> {
    let source = text_of(workspace, id);
    let item: syn::ItemImpl = syn::parse_str(source).ok()?;
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default().to_owned();
    let generics = &item.generics;
    let names: Vec<String> = generics
        .params
        .iter()
        .map(|parameter| match parameter {
            syn::GenericParam::Lifetime(lifetime) => lifetime.lifetime.to_string(),
            syn::GenericParam::Type(parameter) => parameter.ident.to_string(),
            syn::GenericParam::Const(parameter) => parameter.ident.to_string(),
        })
        .collect();
    let written = match (&generics.lt_token, &generics.gt_token) {
        (Some(start), Some(end)) => {
            slice(start.span().byte_range().start..end.span().byte_range().end)
        }
        _ => String::new(),
    };
    let bounds = generics.where_clause.as_ref();
    let attributes = item.attrs.iter();
    Some(Head {
        text: cleave_plan::lift::head(workspace, id),
        arguments: if names.is_empty() {
            String::new()
        } else {
            format!("<{}>", names.join(", "))
        },
        generics: written,
        own: slice(item.self_ty.span().byte_range()),
        bounds: bounds.map_or_else(String::new, |bounds| slice(bounds.span().byte_range())),
        names,
        conditions: attributes
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .map(|attribute| slice(attribute.span().byte_range()))
            .collect(),
    })
}

/// Where in the text of an impl its type starts.
pub(super) fn own_type(source: &str) -> Option<u32> {
    let item: syn::ItemImpl = syn::parse_str(source).ok()?;
    u32::try_from(item.self_ty.span().byte_range().start).ok()
}

/// A method as a trait declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    /// From `fn`, or `unsafe` and the like before it, to the end of the return type or the bounds.
    pub(super) text: String,
    /// Attributes that the declaration and the body both have.
    pub(super) copied: Vec<String>,
    /// Whether it needs the size of `Self`.
    pub(super) needs_size: bool,
}

fn is_borrowed(receiver: &syn::Receiver) -> bool {
    matches!(receiver.kind, syn::ReceiverKind::Reference(..))
}

/// Reads the signature of a method; nothing where it is none.
pub(super) fn signature(workspace: &Workspace, id: ItemId) -> Option<Signature> {
    let source = text_of(workspace, id);
    let method: syn::ImplItemFn = syn::parse_str(source).ok()?;
    let signature = &method.sig;
    let start = signature.span().byte_range().start;
    let end = method.block.span().byte_range().start;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for input in &signature.inputs {
        match input {
            syn::FnArg::Receiver(receiver) => {
                if let (Some(mutable), false) = (&receiver.mutability, is_borrowed(receiver)) {
                    let range = mutable.span().byte_range();
                    edits.push((with_space(source, range), String::new()));
                }
            }
            syn::FnArg::Typed(argument) => edits.extend(pattern(source, &argument.pat)),
        }
    }
    if let Some(keyword) = &signature.asyncness {
        edits.push((
            with_space(source, keyword.span().byte_range()),
            String::new(),
        ));
        edits.push(future(source, signature));
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut text = String::new();
    let mut at = start;
    for (range, new) in edits {
        text.push_str(source.get(at..range.start)?);
        text.push_str(&new);
        at = range.end;
    }
    text.push_str(source.get(at..end)?.trim_end());
    let by_value = signature
        .inputs
        .iter()
        .any(|input| matches!(input, syn::FnArg::Receiver(receiver) if !is_borrowed(receiver)));
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let needs_size = by_value || text.split(|c| !is_part(c)).any(|word| word == "Self");
    let attributes = method.attrs.iter();
    Some(Signature {
        text,
        needs_size,
        copied: attributes
            .filter(|attribute| {
                ["cfg", "allow"]
                    .iter()
                    .any(|name| attribute.path().is_ident(name))
            })
            .map(|attribute| source[attribute.span().byte_range()].to_owned())
            .collect(),
    })
}

/// A declaration has names for patterns: `mut x` is `x`, and what takes its argument apart is `_`.
fn pattern(source: &str, pattern: &syn::Pat) -> Option<(Range<usize>, String)> {
    match pattern {
        syn::Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
            let range = name.mutability.as_ref()?.span().byte_range();
            Some((with_space(source, range), String::new()))
        }
        syn::Pat::Wild(_) => None,
        other => Some((other.span().byte_range(), "_".to_owned())),
    }
}

/// What an `async fn` returns, as its declaration says it.
fn future(source: &str, signature: &syn::Signature) -> (Range<usize>, String) {
    match &signature.output {
        syn::ReturnType::Default => {
            let end = signature.paren_token.span.close().byte_range().end;
            (
                end..end,
                " -> impl ::core::future::Future<Output = ()>".to_owned(),
            )
        }
        syn::ReturnType::Type(_, output) => {
            let range = output.span().byte_range();
            let output = source.get(range.clone()).unwrap_or_default();
            (
                range,
                format!("impl ::core::future::Future<Output = {output}>"),
            )
        }
    }
}

fn with_space(source: &str, range: Range<usize>) -> Range<usize> {
    let rest = source.get(range.end..).unwrap_or_default();
    range.start..range.end + rest.len() - rest.trim_start().len()
}

fn text_of(workspace: &Workspace, id: ItemId) -> &str {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    &file.text[item.range.start as usize..item.range.end as usize]
}
