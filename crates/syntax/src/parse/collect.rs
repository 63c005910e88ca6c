//! Walks an item and collects its paths, with the names that are bound around each.

mod hoist;
mod walk;

use std::cell::RefCell;
use std::fmt::Write as _;

use proc_macro2::Span;
use rustc_hash::FxHashMap;
use smallvec::smallvec;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::{Shift, attribute, extent, pattern, shape};
use crate::item::{
    Include, MemberUse, PathContext, PathUse, Receiver, Segment, Segments, TestPart, TestPartKind,
};
use crate::name::Name;
use crate::source::TextRange;
use crate::token::words;

/// What a name is bound to in a scope.
#[derive(Debug, Clone)]
pub(super) enum Local {
    /// A variable, with what is known of it: it hides values of that name.
    Value(Receiver),
    /// A local item or a constant parameter: it hides all of that name.
    Item,
    /// A type parameter, which does as well.
    Parameter,
    /// A local enum, with its variants: a glob of it brings them in.
    Enum(Vec<Name>),
    /// A function-local import: the path that it stands for.
    Alias(Vec<Name>, bool),
}

/// Collects from one item.
pub(super) struct Collector<'a> {
    pub(super) text: &'a str,
    pub(super) shift: Shift<'a>,
    pub(super) paths: Vec<PathUse>,
    pub(super) members: Vec<MemberUse>,
    pub(super) test_parts: Vec<TestPart>,
    pub(super) inner_impls: Vec<Vec<u32>>,
    pub(super) includes: Vec<Include>,
    pub(super) named_files: Vec<Include>,
    scopes: Vec<FxHashMap<Name, Local>>,
    /// How many scopes are around the function in tokens that is walked, if one is.
    function: Option<usize>,
    /// How many bodies are around.
    bodies: u32,
    /// How many macro calls are around.
    pub(super) macros: u32,
    /// How many modules inside a body are around.
    modules: u32,
    /// How many impls and traits inside a body are around: `self` is not the item's there.
    pub(super) impls: u32,
}

impl<'a> Collector<'a> {
    pub(super) fn new(text: &'a str, shift: Shift<'a>) -> Self {
        Self {
            text,
            shift,
            paths: Vec::new(),
            members: Vec::new(),
            test_parts: Vec::new(),
            inner_impls: Vec::new(),
            includes: Vec::new(),
            named_files: Vec::new(),
            scopes: vec![FxHashMap::default()],
            function: None,
            bodies: 0,
            macros: 0,
            modules: 0,
            impls: 0,
        }
    }

    pub(super) fn range(&self, span: Span) -> TextRange {
        self.shift.range(span, span)
    }

    /// An identifier as a segment of a path.
    pub(super) fn segment(&self, ident: &syn::Ident) -> Segment {
        let (name, length) = written(ident, |text| (Name::new(bare(text)), text.len()));
        let range = self.shift.word(ident.span(), length as u32);
        Segment { name, range }
    }

    pub(super) fn scoped(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(FxHashMap::default());
        inside(self);
        self.scopes.pop();
    }

    /// Inside a module in a body: nothing local is in scope.
    pub(super) fn in_module(&mut self, inside: impl FnOnce(&mut Self)) {
        let around = std::mem::take(&mut self.scopes);
        self.scopes.push(FxHashMap::default());
        self.modules += 1;
        inside(self);
        self.modules -= 1;
        self.scopes = around;
    }

    pub(super) fn body(&mut self, inside: impl FnOnce(&mut Self)) {
        self.bodies += 1;
        inside(self);
        self.bodies -= 1;
    }

    pub(super) fn bind(&mut self, name: Name, local: Local) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, local);
        }
    }

    pub(super) fn local(&self, name: Name) -> Option<&Local> {
        self.scopes.iter().rev().find_map(|scope| scope.get(&name))
    }

    /// Inside a function in tokens, with its parameters.
    pub(super) fn in_function<'i, T>(
        &mut self,
        inputs: impl IntoIterator<Item = &'i syn::FnArg>,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let around = self.function.replace(self.scopes.len());
        self.scopes.push(FxHashMap::default());
        self.bind_inputs(inputs);
        let done = inside(self);
        self.scopes.pop();
        self.function = around;
        done
    }

    /// What is known of a parameter of the function in tokens that is walked. Variables from further out may be hidden by
    /// what a macro binds.
    pub(super) fn parameter(&self, name: Name) -> Receiver {
        let around = self.function.unwrap_or(self.scopes.len());
        let mut inner = self.scopes.iter().skip(around);
        match inner.find_map(|scope| scope.get(&name)) {
            Some(Local::Value(known)) => known.clone(),
            _ => Receiver::Unknown,
        }
    }

    fn bind_inputs<'i>(&mut self, inputs: impl IntoIterator<Item = &'i syn::FnArg>) {
        for input in inputs {
            if let syn::FnArg::Typed(typed) = input {
                pattern::bind_typed(self, &typed.pat, &typed.ty);
            }
        }
    }

    /// Whether a name is that of a generic parameter or an item of the body.
    pub(super) fn is_local_item(&self, name: Name) -> bool {
        matches!(
            self.local(name),
            Some(Local::Item | Local::Parameter | Local::Enum(_))
        )
    }

    /// Whether a name is that of a type parameter.
    pub(super) fn is_parameter(&self, name: Name) -> bool {
        matches!(self.local(name), Some(Local::Parameter))
    }

    /// Inside an impl or trait in a body.
    pub(super) fn in_impl(&mut self, inside: impl FnOnce(&mut Self)) {
        self.impls += 1;
        inside(self);
        self.impls -= 1;
    }

    pub(super) fn is_variable(&self, name: Name) -> bool {
        matches!(self.local(name), Some(Local::Value(_)))
    }

    pub(super) fn bind_generics(&mut self, generics: &syn::Generics) {
        for parameter in &generics.params {
            match parameter {
                syn::GenericParam::Type(parameter) => {
                    self.bind(name_of(&parameter.ident), Local::Parameter);
                }
                syn::GenericParam::Const(parameter) => {
                    self.bind(name_of(&parameter.ident), Local::Item);
                }
                syn::GenericParam::Lifetime(_) => {}
            }
        }
    }

    /// Records a path unless something local is meant.
    pub(super) fn record(
        &mut self,
        mut segments: Segments,
        mut global: bool,
        context: PathContext,
        guessed: bool,
    ) {
        let Some(first) = segments.first() else {
            return;
        };
        let is_import = matches!(context, PathContext::LocalUse | PathContext::LocalGlob);
        if !global && !is_import {
            match self.local(first.name) {
                Some(Local::Value(_))
                    if segments.len() == 1
                        && context != PathContext::Type
                        && context != PathContext::Macro =>
                {
                    return;
                }
                Some(Local::Item | Local::Parameter | Local::Enum(_))
                    if context != PathContext::Macro =>
                {
                    self.record_associated(&segments, context);
                    return;
                }
                Some(Local::Alias(path, path_global)) => {
                    let range = first.range;
                    let replaced = path.iter().map(|name| Segment { name: *name, range });
                    global = *path_global;
                    segments = replaced.chain(segments[1..].iter().copied()).collect();
                }
                _ => {}
            }
        }
        self.leave_modules(&mut segments);
        let guessed = guessed || self.macros > 0;
        self.paths.push(PathUse {
            segments,
            global,
            context,
            in_signature: self.bodies == 0,
            in_function: self.function.is_some(),
            guessed,
        });
    }

    /// `T::name` or `T::Kind::name`, where `T` is a generic parameter: a trait's name.
    fn record_associated(&mut self, segments: &[Segment], context: PathContext) {
        let may_be_value = matches!(context, PathContext::Value | PathContext::Tokens);
        if let [_, .., Segment { name, range }] = *segments
            && may_be_value
        {
            self.members.push(MemberUse {
                name,
                range,
                called: true,
                arguments: None,
                receiver: if segments.len() == 2 {
                    Receiver::Parameter
                } else {
                    Receiver::Local
                },
            });
        }
    }

    /// `super` in a module inside a body means the module around the body, which is where the path is looked up.
    fn leave_modules(&self, segments: &mut Segments) {
        if self.modules == 0 {
            return;
        }
        let supers = segments
            .iter()
            .take_while(|segment| segment.name == "super")
            .count()
            .min(self.modules as usize);
        if supers > 0 {
            let range = segments[supers - 1].range;
            let name = Name::new("self");
            segments.drain(1..supers);
            segments[0] = Segment { name, range };
        }
    }

    pub(super) fn segments(&self, path: &syn::Path) -> Segments {
        path.segments
            .iter()
            .map(|segment| self.segment(&segment.ident))
            .collect()
    }

    fn record_path(&mut self, path: &syn::Path, context: PathContext) {
        let segments = self.segments(path);
        self.record(segments, path.leading_colon.is_some(), context, false);
        for segment in &path.segments {
            self.visit_path_arguments(&segment.arguments);
        }
    }

    /// A path that may start with `<T as Trait>`.
    fn record_qualified(
        &mut self,
        qself: Option<&syn::QSelf>,
        path: &syn::Path,
        context: PathContext,
    ) {
        let Some(qself) = qself else {
            self.record_path(path, context);
            return;
        };
        self.visit_type(&qself.ty);
        if qself.position > 0 {
            let segments = self.segments(path);
            let trait_segments = segments[..qself.position.min(segments.len())].into();
            self.record(
                trait_segments,
                path.leading_colon.is_some(),
                PathContext::Type,
                false,
            );
        }
        // `<T as Trait>::name` is that trait's, whatever is in scope; what follows is not.
        let known = qself.position + usize::from(qself.position > 0);
        let is_generic = shape::is_generic(&qself.ty, |name| self.is_parameter(name));
        let receiver = match (qself.position, path.segments.len(), is_generic) {
            (0, 1, true) => Receiver::Generic,
            _ => Receiver::Unknown,
        };
        for segment in path.segments.iter().skip(known) {
            let Segment { name, range } = self.segment(&segment.ident);
            self.members.push(MemberUse {
                name,
                range,
                called: true,
                arguments: None,
                receiver: receiver.clone(),
            });
        }
        for segment in &path.segments {
            self.visit_path_arguments(&segment.arguments);
        }
    }

    fn member(&mut self, member: &syn::Member, called: bool) {
        self.member_of(member, called, (None, Receiver::Unknown));
    }

    fn member_of(
        &mut self,
        member: &syn::Member,
        called: bool,
        (arguments, receiver): (Option<u32>, Receiver),
    ) {
        let Segment { name, range } = match member {
            syn::Member::Named(ident) => self.segment(ident),
            syn::Member::Unnamed(index) => Segment {
                name: Name::new(&index.index.to_string()),
                range: self.range(index.span),
            },
        };
        self.members.push(MemberUse {
            name,
            range,
            called,
            arguments,
            receiver,
        });
    }
}

/// A field's name, or its position.
pub(super) fn member_name(member: &syn::Member) -> Name {
    match member {
        syn::Member::Named(ident) => name_of(ident),
        syn::Member::Unnamed(index) => Name::new(&index.index.to_string()),
    }
}

/// An identifier without its `r#`.
pub(super) fn name_of(ident: &syn::Ident) -> Name {
    written(ident, |text| Name::new(bare(text)))
}

/// The same, for what keeps its text.
pub(super) fn text_of(ident: &syn::Ident) -> String {
    written(ident, |text| bare(text).to_owned())
}

/// Hands on the text of an identifier, `r#` included. One buffer a thread, since there are millions.
fn written<T>(ident: &syn::Ident, with: impl FnOnce(&str) -> T) -> T {
    thread_local! {
        static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
    }
    TEXT.with_borrow_mut(|text| {
        text.clear();
        // Writing into a String can't fail.
        let _ = write!(text, "{ident}");
        with(text)
    })
}

fn bare(text: &str) -> &str {
    text.strip_prefix("r#").unwrap_or(text)
}

impl Collector<'_> {
    pub(super) fn visit_attributes(&mut self, attributes: &[syn::Attribute]) {
        attribute::collect_all(self, attributes);
    }

    fn with_generics(&mut self, generics: &syn::Generics, inside: impl FnOnce(&mut Self)) {
        self.scoped(|this| {
            this.bind_generics(generics);
            inside(this);
        });
    }

    /// The type of `self`: written, or `Self`.
    fn receiver_type(&mut self, receiver: &syn::Receiver) {
        if let syn::ReceiverKind::Typed(_, written) = &receiver.kind {
            self.visit_type(written);
            return;
        }
        let name = Name::new("Self");
        let range = self.range(receiver.self_token.span);
        self.record(
            smallvec![Segment { name, range }],
            false,
            PathContext::Type,
            false,
        );
    }

    /// A test is given no arguments by the language: what a test attribute hands over is often a function of the
    /// parameter's name.
    fn fixtures(&mut self, signature: &syn::Signature) {
        for input in &signature.inputs {
            if let syn::FnArg::Typed(typed) = input
                && let syn::Pat::Ident(pattern) = &*typed.pat
            {
                let segment = self.segment(&pattern.ident);
                self.record(smallvec![segment], false, PathContext::Value, true);
            }
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: Option<&syn::Block>) {
        self.scoped(|this| {
            this.bind_generics(&signature.generics);
            this.visit_generics(&signature.generics);
            for input in &signature.inputs {
                match input {
                    syn::FnArg::Receiver(receiver) => this.receiver_type(receiver),
                    syn::FnArg::Typed(typed) => {
                        this.visit_attributes(&typed.attrs);
                        this.visit_type(&typed.ty);
                    }
                }
            }
            this.visit_return_type(&signature.output);
            this.bind_inputs(&signature.inputs);
            if let Some(block) = block {
                this.body(|this| this.visit_block(block));
            }
        });
    }

    /// From the first of two tokens to the last. A doc comment's span takes in half of a line end of two bytes.
    pub(super) fn between(&self, (first, last): (Span, Span)) -> TextRange {
        let range = self.shift.range(first, last);
        let text = &self.text[range.start as usize..range.end as usize];
        let half = text.ends_with('\r');
        TextRange::new(range.start, range.end - u32::from(half))
    }

    pub(super) fn range_of(&self, node: &impl Spanned) -> TextRange {
        self.range(node.span())
    }

    pub(super) fn record_construct(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) {
        self.record_qualified(qself, path, PathContext::Construct);
    }

    /// Notes a field or member of an item, by its attributes, where a condition of it is about tests.
    pub(super) fn record_member_in_tests(
        &mut self,
        name: Name,
        attributes: &[syn::Attribute],
        node: &impl Spanned,
    ) {
        self.record_in_tests((TestPartKind::Member, name), attributes, node);
    }

    /// Notes a `let` where a condition of it is about tests.
    pub(super) fn record_variable_in_tests(&mut self, local: &syn::Local) {
        let pattern = match &local.pat {
            syn::Pat::Type(typed) => &*typed.pat,
            pattern => pattern,
        };
        if let syn::Pat::Ident(bound) = pattern {
            let part = (TestPartKind::Variable, name_of(&bound.ident));
            self.record_in_tests(part, &local.attrs, local);
        }
    }

    fn record_in_tests(
        &mut self,
        (kind, name): (TestPartKind, Name),
        attributes: &[syn::Attribute],
        node: &impl Spanned,
    ) {
        for attribute in attributes.iter().filter(|it| it.path().is_ident("cfg")) {
            let condition = self.between(extent::attribute(attribute));
            let text = &self.text[condition.start as usize..condition.end as usize];
            if words(text).any(|word| word == "test") {
                self.test_parts.push(TestPart {
                    kind,
                    name,
                    condition,
                    range: self.range_of(node),
                });
            }
        }
    }

    pub(super) fn record_member(&mut self, member: &syn::Member) {
        self.member(member, false);
    }
}
