//! Which of what only its own crate may build by name a function of that crate could build for others: what is built
//! with all its fields, at run time, where a call does the same as the name.

use std::collections::BTreeMap;

use cleave_syntax::{ItemId, TextRange};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::{Marked, Search};
use crate::graph::{Built, BuiltForm};

/// Macros whose arguments are expressions.
const OF_EXPRESSIONS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The fields of a struct or variant, in order; numbers for those without names.
pub(super) struct Shape {
    fields: Vec<String>,
    is_named: bool,
}

/// A place where something is built.
pub(super) struct Site {
    variant: Option<String>,
    name: TextRange,
    form: BuiltForm,
}

/// The arguments of `matches!`.
struct Matched {
    value: syn::Expr,
    pattern: syn::Pat,
    guard: Option<syn::Expr>,
}

impl Parse for Matched {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse()?;
        input.parse::<syn::Token![,]>()?;
        let pattern = syn::Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<syn::Token![if]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Option<syn::Token![,]>>()?;
        Ok(Self {
            value,
            pattern,
            guard,
        })
    }
}

/// What a function could build of a definition with that text, by variant; the empty name is a struct's own.
pub(super) fn shapes(text: &str, definition: &syn::Item) -> BTreeMap<String, Shape> {
    let mut shapes = BTreeMap::new();
    let mut enter = |name: String, attributes: &[syn::Attribute], fields: &syn::Fields| {
        if let Some(shape) = shape(attributes, fields) {
            shapes.insert(name, shape);
        }
    };
    match definition {
        syn::Item::Struct(item) if is_sized(text, &item.generics) => {
            enter(String::new(), &item.attrs, &item.fields);
        }
        syn::Item::Enum(item) if is_sized(text, &item.generics) && !is_deprecated(&item.attrs) => {
            for variant in &item.variants {
                enter(variant.ident.to_string(), &variant.attrs, &variant.fields);
            }
        }
        _ => {}
    }
    shapes
}

/// Fields that are there or not by a `cfg` are no arguments of one function.
fn shape(attributes: &[syn::Attribute], fields: &syn::Fields) -> Option<Shape> {
    let is_conditional = |field: &syn::Field| {
        let mut attributes = field.attrs.iter();
        attributes.any(|attribute| attribute.path().is_ident("cfg"))
    };
    let mut each = fields.iter();
    if each.any(|field| is_conditional(field) || is_deprecated(&field.attrs))
        || is_deprecated(attributes)
    {
        return None;
    }
    let names = fields.iter().enumerate().map(|(index, field)| {
        let name = field.ident.as_ref().map(ToString::to_string);
        name.unwrap_or_else(|| index.to_string())
    });
    Some(Shape {
        fields: names.collect(),
        is_named: matches!(fields, syn::Fields::Named(_)),
    })
}

fn is_deprecated(attributes: &[syn::Attribute]) -> bool {
    let mut attributes = attributes.iter();
    attributes.any(|attribute| attribute.path().is_ident("deprecated"))
}

/// What need not have a size (`?Sized`) can't be handed to a function.
fn is_sized(text: &str, generics: &syn::Generics) -> bool {
    let bounds = generics.where_clause.as_ref().map(Spanned::span);
    let mut spans = bounds.into_iter().chain([generics.span()]);
    !spans.any(|span| {
        let written = text.get(span.byte_range());
        written.is_none_or(|written| written.contains('?'))
    })
}

/// A site as a function would serve it; nothing where none can.
pub(super) fn freed(
    marked: &Marked,
    (user, target): (ItemId, ItemId),
    site: Site,
) -> Option<Built> {
    let variant = site.variant.as_deref().unwrap_or_default();
    let shape = marked.shapes.get(variant)?;
    let form = match site.form {
        BuiltForm::Fields { braces, fields } => {
            let mut given: Vec<&String> = fields.iter().map(|(name, _)| name).collect();
            let mut all: Vec<&String> = shape.fields.iter().collect();
            given.sort();
            all.sort();
            if given != all || all.is_empty() || !shape.is_named {
                return None;
            }
            BuiltForm::Fields { braces, fields }
        }
        _ if shape.is_named => return None,
        _ if shape.fields.is_empty() => BuiltForm::Unit,
        _ => BuiltForm::Tuple,
    };
    Some(Built {
        user,
        target,
        variant: site.variant,
        name: site.name,
        form,
    })
}

impl Search<'_> {
    /// Looks at something that the compiler works out: no function is called there.
    pub(super) fn in_constant(&mut self, visit: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.is_constant, true);
        visit(self);
        self.is_constant = around;
    }

    pub(super) fn site_of_literal(&self, literal: &syn::ExprStruct) -> Option<Site> {
        let mut members = literal.fields.iter();
        let is_plain = members.all(|field| {
            matches!(field.member, syn::Member::Named(_))
                && field.attrs.is_empty()
                && !lends_what_is_made(&field.expr)
        });
        if !is_plain || literal.rest.is_some() || literal.qself.is_some() {
            return None;
        }
        let fields = literal.fields.iter().filter_map(|field| {
            let syn::Member::Named(name) = &field.member else {
                return None;
            };
            let start = field.span().byte_range().start;
            let value = match field.colon_token {
                Some(_) => field.expr.span().byte_range().start,
                None => start,
            };
            Some((name.to_string(), self.at(start..value)))
        });
        let fields = fields.collect();
        let open = literal.brace_token.span.open().byte_range();
        let close = literal.brace_token.span.close().byte_range();
        let path = literal.path.span().byte_range();
        let inside = self.text.get(open.end..close.start)?;
        // Blanks inside of braces on one line are no blanks of a call.
        let (before, behind) = if inside.contains('\n') {
            (0, 0)
        } else {
            (
                inside.len() - inside.trim_start().len(),
                inside.len() - inside.trim_end().len(),
            )
        };
        let braces = (
            self.at(path.end..open.end + before),
            self.at(close.start - behind..close.end),
        );
        self.site(&literal.path, BuiltForm::Fields { braces, fields })
    }

    pub(super) fn site_of_path(&self, path: &syn::ExprPath) -> Option<Site> {
        let is_plain = path.qself.is_none() && path.attrs.is_empty();
        is_plain
            .then(|| self.site(&path.path, BuiltForm::Tuple))
            .flatten()
    }

    fn site(&self, path: &syn::Path, form: BuiltForm) -> Option<Site> {
        let mut segments = path.segments.iter();
        if self.is_constant || segments.any(|segment| !segment.arguments.is_empty()) {
            return None;
        }
        let mut backwards = path.segments.iter().rev();
        let last = &backwards.next()?.ident;
        let (variant, name) = if self.is_struct {
            let end = path.span().byte_range().end;
            (None, self.is_name(last).then_some(end..end)?)
        } else {
            // The function is the type's, which has to be named for it.
            let before = &backwards.next()?.ident;
            let variant = self.is_name(before).then(|| last.to_string())?;
            (Some(variant), last.span().byte_range())
        };
        Some(Site {
            variant,
            name: self.at(name),
            form,
        })
    }

    fn at(&self, range: std::ops::Range<usize>) -> TextRange {
        TextRange::new(
            self.start + range.start as u32,
            self.start + range.end as u32,
        )
    }

    /// What stands in a macro call: read where its arguments are expressions, and guessed at elsewhere.
    pub(super) fn visit_tokens(&mut self, call: &syn::Macro) {
        let last = call.path.segments.last();
        let name = last.map_or_else(String::new, |last| last.ident.to_string());
        let tokens = || call.tokens.clone();
        let arguments = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        let arguments = arguments.parse2(tokens()).ok();
        let is_known = OF_EXPRESSIONS.contains(&name.as_str());
        if let Some(arguments) = arguments.as_ref().filter(|_| is_known) {
            self.visit_arguments(arguments);
        } else if name == "matches"
            && let Ok(matched) = Matched::parse.parse2(tokens())
        {
            self.visit_expr(&matched.value);
            self.visit_pat(&matched.pattern);
            if let Some(guard) = &matched.guard {
                self.visit_expr(guard);
            }
        } else {
            // Nobody knows what is built of them, but a `match` is one.
            let (sites, builds) = (std::mem::take(&mut self.sites), self.builds);
            if let Some(arguments) = &arguments {
                self.visit_arguments(arguments);
            }
            (self.sites, self.builds) = (sites, builds || self.is_written(tokens()));
        }
    }

    fn visit_arguments(&mut self, arguments: &Punctuated<syn::Expr, syn::Token![,]>) {
        for argument in arguments {
            self.visit_expr(argument);
        }
    }

    /// Whether tokens have the name and all fields of something that only the type's crate may build.
    fn is_written(&self, tokens: TokenStream) -> bool {
        let mut found = false;
        let mut is_name = false;
        for token in tokens {
            match &token {
                TokenTree::Group(group) => {
                    let is_literal = group.delimiter() == Delimiter::Brace
                        && !group.stream().to_string().contains("..");
                    found |= (is_name && is_literal) || self.is_written(group.stream());
                    is_name = false;
                }
                TokenTree::Ident(ident) => {
                    let is_variant = self.marked.variants.contains(&ident.to_string());
                    is_name = is_variant || (self.is_struct && self.is_name(ident));
                }
                _ => is_name = false,
            }
        }
        found
    }
}

/// Whether an expression lends a value that it makes: in a literal that value lives as long as what is built.
fn lends_what_is_made(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Reference(lent) => !matches!(
            *lent.expr,
            syn::Expr::Path(_) | syn::Expr::Field(_) | syn::Expr::Index(_) | syn::Expr::Lit(_)
        ),
        _ => false,
    }
}
