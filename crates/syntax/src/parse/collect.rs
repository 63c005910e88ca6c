//! Walks an item and collects its paths, with the names that are bound around each.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{Shift, attribute, pattern, tokens};
use crate::item::{Include, MemberUse, PathContext, PathUse, Receiver, Segment};
use crate::source::TextRange;

/// What a name is bound to in a scope.
#[derive(Debug, Clone)]
pub(super) enum Local {
    /// A variable, with the name of its type where that is written: it hides values of that name.
    Value(Option<String>),
    /// A generic parameter or local item: it hides all of that name.
    Item,
    /// A local enum, with its variants: a glob of it brings them in.
    Enum(Vec<String>),
    /// A function-local import: the path that it stands for.
    Alias(Vec<String>, bool),
}

/// Collects from one item.
pub(super) struct Collector<'a> {
    pub(super) text: &'a str,
    pub(super) shift: Shift<'a>,
    pub(super) paths: Vec<PathUse>,
    pub(super) members: Vec<MemberUse>,
    pub(super) includes: Vec<Include>,
    scopes: Vec<HashMap<String, Local>>,
    /// How many bodies are around.
    bodies: u32,
    /// How many macro calls are around.
    pub(super) macros: u32,
    /// How many modules inside a body are around.
    modules: u32,
}

impl<'a> Collector<'a> {
    pub(super) fn new(text: &'a str, shift: Shift<'a>) -> Self {
        Self {
            text,
            shift,
            paths: Vec::new(),
            members: Vec::new(),
            includes: Vec::new(),
            scopes: vec![HashMap::new()],
            bodies: 0,
            macros: 0,
            modules: 0,
        }
    }

    pub(super) fn range(&self, span: Span) -> TextRange {
        self.shift.range(span, span)
    }

    pub(super) fn scoped(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(HashMap::new());
        inside(self);
        self.scopes.pop();
    }

    /// Inside a module in a body: nothing local is in scope.
    pub(super) fn in_module(&mut self, inside: impl FnOnce(&mut Self)) {
        let around = std::mem::take(&mut self.scopes);
        self.scopes.push(HashMap::new());
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

    pub(super) fn bind(&mut self, name: String, local: Local) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, local);
        }
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub(super) fn is_variable(&self, name: &str) -> bool {
        matches!(self.local(name), Some(Local::Value(_)))
    }

    pub(super) fn bind_generics(&mut self, generics: &syn::Generics) {
        for parameter in &generics.params {
            match parameter {
                syn::GenericParam::Type(parameter) => {
                    self.bind(name_of(&parameter.ident), Local::Item);
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
        mut segments: Vec<Segment>,
        mut global: bool,
        context: PathContext,
        guessed: bool,
    ) {
        let Some(first) = segments.first() else {
            return;
        };
        let is_import = matches!(context, PathContext::LocalUse | PathContext::LocalGlob);
        if !global && !is_import {
            match self.local(&first.name) {
                Some(Local::Value(_))
                    if segments.len() == 1
                        && context != PathContext::Type
                        && context != PathContext::Macro =>
                {
                    return;
                }
                Some(Local::Item | Local::Enum(_)) if context != PathContext::Macro => return,
                Some(Local::Alias(path, path_global)) => {
                    let range = first.range;
                    let replaced: Vec<Segment> = path
                        .iter()
                        .map(|name| Segment {
                            name: name.clone(),
                            range,
                        })
                        .collect();
                    global = *path_global;
                    segments.splice(0..1, replaced);
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
            guessed,
        });
    }

    /// `super` in a module inside a body means the module around the body, which is where the path is looked up.
    fn leave_modules(&self, segments: &mut Vec<Segment>) {
        let supers = segments
            .iter()
            .take_while(|segment| segment.name == "super")
            .count()
            .min(self.modules as usize);
        if supers > 0 {
            let range = segments[supers - 1].range;
            let name = "self".to_owned();
            segments.splice(0..supers, [Segment { name, range }]);
        }
    }

    pub(super) fn segments(&self, path: &syn::Path) -> Vec<Segment> {
        path.segments
            .iter()
            .map(|segment| Segment {
                name: name_of(&segment.ident),
                range: self.range(segment.ident.span()),
            })
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
            let trait_segments = segments[..qself.position.min(segments.len())].to_vec();
            self.record(
                trait_segments,
                path.leading_colon.is_some(),
                PathContext::Type,
                false,
            );
        }
        for segment in path.segments.iter().skip(qself.position) {
            let range = self.range(segment.ident.span());
            self.members.push(MemberUse {
                name: name_of(&segment.ident),
                range,
                called: true,
                arguments: None,
                receiver: Receiver::Unknown,
            });
        }
        for segment in &path.segments {
            self.visit_path_arguments(&segment.arguments);
        }
    }

    fn member(&mut self, member: &syn::Member, called: bool) {
        self.member_of(member, called, (None, Receiver::Unknown));
    }

    /// What is known of a receiver from its text.
    fn receiver(&self, expression: &syn::Expr) -> Receiver {
        let syn::Expr::Path(path) = expression else {
            return Receiver::Unknown;
        };
        match path.path.get_ident() {
            Some(ident) if ident == "self" => Receiver::Own,
            Some(ident) => match self.local(&name_of(ident)) {
                Some(Local::Value(Some(name))) if name == "Self" => Receiver::Own,
                Some(Local::Value(Some(name))) => Receiver::Typed(name.clone()),
                _ => Receiver::Unknown,
            },
            None => Receiver::Unknown,
        }
    }

    fn member_of(
        &mut self,
        member: &syn::Member,
        called: bool,
        (arguments, receiver): (Option<u32>, Receiver),
    ) {
        let (name, span) = match member {
            syn::Member::Named(ident) => (name_of(ident), ident.span()),
            syn::Member::Unnamed(index) => (index.index.to_string(), index.span),
        };
        let range = self.range(span);
        self.members.push(MemberUse {
            name,
            range,
            called,
            arguments,
            receiver,
        });
    }

    /// Items and imports of a block are in scope in all of it.
    fn hoist(&mut self, block: &syn::Block) {
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
    fn hoist_items(&mut self, items: &[&syn::Item]) {
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
                    self.hoist_use(&item.tree, &mut Vec::new(), global, PathContext::LocalUse);
                }
                syn::Item::Macro(item) => {
                    if let Some(ident) = &item.ident {
                        self.bind(format!("{}!", name_of(ident)), Local::Item);
                    }
                }
                _ => {
                    if let Some(ident) = super::item::ident_of(item) {
                        self.bind(name_of(ident), Local::Item);
                    }
                }
            }
        }
    }

    /// Records the paths of a `use` inside a body, and binds its names.
    pub(super) fn hoist_use(
        &mut self,
        tree: &syn::UseTree,
        prefix: &mut Vec<Segment>,
        global: bool,
        context: PathContext,
    ) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(Segment {
                    name: name_of(&path.ident),
                    range: self.range(path.ident.span()),
                });
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
    fn through_alias(&self, mut path: Vec<Segment>, global: bool) -> (Vec<Segment>, bool) {
        let first = path.first().map(|first| (first.name.clone(), first.range));
        if let Some((name, range)) = first
            && !global
            && path.len() > 1
            && let Some(Local::Alias(names, global)) = self.local(&name)
        {
            let names = names.iter().map(|name| Segment {
                name: name.clone(),
                range,
            });
            path.splice(0..1, names);
            return (path, *global);
        }
        (path, global)
    }

    fn hoist_glob(&mut self, path: Vec<Segment>, global: bool, context: PathContext) {
        if let [only] = &path[..]
            && !global
            && let Some(Local::Enum(variants)) = self.local(&only.name).cloned()
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
        let mut path = prefix.to_vec();
        let is_self = ident == "self" && !prefix.is_empty();
        if !is_self {
            path.push(Segment {
                name: name_of(ident),
                range: self.range(ident.span()),
            });
        }
        let (path, global) = self.through_alias(path, global);
        let names: Vec<String> = path.iter().map(|segment| segment.name.clone()).collect();
        let bound = if bound == "self" {
            names.last().cloned().unwrap_or_default()
        } else {
            name_of(bound)
        };
        let first = names.first().map(String::as_str).unwrap_or_default();
        if !global && matches!(self.local(first), Some(Local::Item | Local::Enum(_))) {
            self.bind(bound, Local::Item);
            return;
        }
        self.record(path, global, context, false);
        if bound != "_" {
            self.bind(bound, Local::Alias(names, global));
        }
    }

    /// Whether a macro of this name is defined in a block around.
    pub(super) fn is_local_macro(&self, name: &str) -> bool {
        self.local(&format!("{name}!")).is_some()
    }
}

/// An identifier without its `r#`.
pub(super) fn name_of(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.record_path(path, PathContext::Type);
    }

    fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
        self.record_qualified(path.qself.as_ref(), &path.path, PathContext::Type);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.visit_attributes(&path.attrs);
        self.record_qualified(path.qself.as_ref(), &path.path, PathContext::Value);
    }

    fn visit_expr_struct(&mut self, expression: &'ast syn::ExprStruct) {
        self.record_qualified(
            expression.qself.as_ref(),
            &expression.path,
            PathContext::Construct,
        );
        for field in &expression.fields {
            self.visit_attributes(&field.attrs);
            self.member(&field.member, false);
            self.visit_expr(&field.expr);
        }
        if let Some(rest) = &expression.rest {
            self.visit_expr(rest);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.visit_expr(&call.receiver);
        let known = (Some(call.args.len() as u32), self.receiver(&call.receiver));
        self.member_of(&syn::Member::Named(call.method.clone()), true, known);
        if let Some(turbofish) = &call.turbofish {
            self.visit_angle_bracketed_generic_arguments(turbofish);
        }
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }

    fn visit_expr_field(&mut self, field: &'ast syn::ExprField) {
        self.visit_expr(&field.base);
        self.member(&field.member, false);
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        // `name = value` in a macro call is a named argument.
        let named = self.macros > 0
            && matches!(&*assign.left, syn::Expr::Path(path) if path.path.segments.len() == 1);
        if !named {
            self.visit_expr(&assign.left);
        }
        self.visit_expr(&assign.right);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.scoped(|this| {
            this.hoist(block);
            visit::visit_block(this, block);
        });
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        self.visit_attributes(&local.attrs);
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                self.visit_expr(otherwise);
            }
        }
        pattern::bind(self, &local.pat);
    }

    fn visit_expr_let(&mut self, expression: &'ast syn::ExprLet) {
        self.visit_expr(&expression.expr);
        pattern::bind(self, &expression.pat);
    }

    fn visit_expr_if(&mut self, expression: &'ast syn::ExprIf) {
        self.scoped(|this| {
            this.visit_expr(&expression.cond);
            this.visit_block(&expression.then_branch);
        });
        if let Some((_, otherwise)) = &expression.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, expression: &'ast syn::ExprWhile) {
        self.scoped(|this| {
            this.visit_expr(&expression.cond);
            this.visit_block(&expression.body);
        });
    }

    fn visit_expr_for_loop(&mut self, expression: &'ast syn::ExprForLoop) {
        self.visit_expr(&expression.expr);
        self.scoped(|this| {
            pattern::bind(this, &expression.pat);
            this.visit_block(&expression.body);
        });
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.visit_attributes(&arm.attrs);
        self.scoped(|this| {
            pattern::bind(this, &arm.pat);
            this.visit_expr(&arm.body);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.scoped(|this| {
            for input in &closure.inputs {
                pattern::bind(this, input);
            }
            this.visit_return_type(&closure.output);
            this.visit_expr(&closure.body);
        });
    }

    fn visit_pat(&mut self, pat: &'ast syn::Pat) {
        pattern::bind(self, pat);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.visit_attributes(&item.attrs);
        self.visit_visibility(&item.vis);
        self.function(&item.sig, Some(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.visit_attributes(&item.attrs);
        self.visit_visibility(&item.vis);
        self.function(&item.sig, Some(&item.block));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.visit_attributes(&item.attrs);
        self.function(&item.sig, item.default.as_ref());
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.visit_attributes(&item.attrs);
        self.visit_visibility(&item.vis);
        self.visit_type(&item.ty);
        self.body(|this| this.visit_expr(&item.expr));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.visit_attributes(&item.attrs);
        self.visit_visibility(&item.vis);
        self.visit_type(&item.ty);
        self.body(|this| this.visit_expr(&item.expr));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.visit_attributes(&item.attrs);
        self.visit_type(&item.ty);
        self.body(|this| this.visit_expr(&item.expr));
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.with_generics(&item.generics, |this| visit::visit_item_struct(this, item));
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.with_generics(&item.generics, |this| visit::visit_item_enum(this, item));
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.with_generics(&item.generics, |this| visit::visit_item_union(this, item));
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.with_generics(&item.generics, |this| visit::visit_item_type(this, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.with_generics(&item.generics, |this| visit::visit_item_trait(this, item));
    }

    fn visit_item_trait_alias(&mut self, item: &'ast syn::ItemTraitAlias) {
        self.with_generics(&item.generics, |this| {
            visit::visit_item_trait_alias(this, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.with_generics(&item.generics, |this| visit::visit_item_impl(this, item));
    }

    fn visit_impl_item_type(&mut self, item: &'ast syn::ImplItemType) {
        self.with_generics(&item.generics, |this| {
            visit::visit_impl_item_type(this, item);
        });
    }

    fn visit_trait_item_type(&mut self, item: &'ast syn::TraitItemType) {
        self.with_generics(&item.generics, |this| {
            visit::visit_trait_item_type(this, item);
        });
    }

    fn visit_item_use(&mut self, _: &'ast syn::ItemUse) {}

    /// A module inside a body: names around it are not in scope, and its `super` is the module around the body.
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.visit_attributes(&item.attrs);
        let Some((_, items)) = &item.content else {
            return;
        };
        self.in_module(|this| {
            this.hoist_items(&items.iter().collect::<Vec<_>>());
            for item in items {
                this.visit_item(item);
            }
        });
    }

    fn visit_bound_lifetimes(&mut self, _: &'ast syn::BoundLifetimes) {}

    fn visit_vis_restricted(&mut self, restricted: &'ast syn::VisRestricted) {
        if restricted.in_token.is_some() {
            self.record_path(&restricted.path, PathContext::Visibility);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        attribute::collect(self, attribute);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        tokens::macro_call(self, call);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        self.visit_attributes(&item.attrs);
        if item.ident.is_some() {
            self.body(|this| tokens::scan(this, item.mac.tokens.clone(), PathContext::Tokens));
        } else {
            tokens::macro_call(self, &item.mac);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.visit_attributes(&field.attrs);
        self.visit_visibility(&field.vis);
        self.visit_type(&field.ty);
    }
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
        let name = "Self".to_owned();
        let range = self.range(receiver.self_token.span);
        self.record(
            vec![Segment { name, range }],
            false,
            PathContext::Type,
            false,
        );
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
            for input in &signature.inputs {
                if let syn::FnArg::Typed(typed) = input {
                    pattern::bind_typed(this, &typed.pat, &typed.ty);
                }
            }
            if let Some(block) = block {
                this.body(|this| this.visit_block(block));
            }
        });
    }

    /// From the first of two tokens to the last.
    pub(super) fn between(&self, (first, last): (Span, Span)) -> TextRange {
        self.shift.range(first, last)
    }

    pub(super) fn range_of(&self, node: &impl Spanned) -> TextRange {
        self.range(node.span())
    }

    pub(super) fn record_construct(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) {
        self.record_qualified(qself, path, PathContext::Construct);
    }

    pub(super) fn record_member(&mut self, member: &syn::Member) {
        self.member(member, false);
    }
}
