//! Walks types, expressions, patterns and items inside bodies, scope by scope.

use syn::visit::{self, Visit};

use super::{Collector, member_name, name_of};
use crate::item::PathContext;
use crate::parse::item::implementation::homes;
use crate::parse::{attribute, pattern, tokens, value};

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
        let context = match expression.rest {
            Some(_) => PathContext::Update,
            None => PathContext::Construct,
        };
        self.record_qualified(expression.qself.as_ref(), &expression.path, context);
        for field in &expression.fields {
            self.visit_attributes(&field.attrs);
            self.record_member_in_tests(member_name(&field.member), &field.attrs, field);
            self.member(&field.member, false);
            self.visit_expr(&field.expr);
        }
        if let Some(rest) = &expression.rest {
            self.visit_expr(rest);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.visit_expr(&call.receiver);
        let receiver = value::value(self, &call.receiver);
        let known = (Some(call.args.len() as u32), receiver);
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
        self.record_variable_in_tests(local);
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                self.visit_expr(otherwise);
            }
            let value = value::value(self, &init.expr);
            pattern::bind_returned(self, &local.pat, &value);
        } else {
            pattern::bind(self, &local.pat);
        }
    }

    fn visit_expr_let(&mut self, expression: &'ast syn::ExprLet) {
        self.visit_expr(&expression.expr);
        let value = value::value(self, &expression.expr);
        pattern::bind_returned(self, &expression.pat, &value);
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
        if let Some(variant) = pattern::variant(&arm.pat) {
            self.record_member_in_tests(name_of(variant), &arm.attrs, arm);
        }
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
        if attribute::is_test_function(&item.attrs) {
            self.fixtures(&item.sig);
        }
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
        let visit = |this: &mut Self| visit::visit_item_trait(this, item);
        self.with_generics(&item.generics, |this| match this.bodies {
            0 => visit(this),
            _ => this.in_impl(visit),
        });
    }

    fn visit_item_trait_alias(&mut self, item: &'ast syn::ItemTraitAlias) {
        self.with_generics(&item.generics, |this| {
            visit::visit_item_trait_alias(this, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let start = self.paths.len();
        let visit = |this: &mut Self| {
            visit::visit_item_impl(this, item);
            let homes = homes(this, item, start);
            this.inner_impls.extend(homes);
        };
        self.with_generics(&item.generics, |this| this.in_impl(visit));
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

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.record_member_in_tests(name_of(&variant.ident), &variant.attrs, variant);
        visit::visit_variant(self, variant);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.visit_attributes(&field.attrs);
        if let Some(ident) = &field.ident {
            self.record_member_in_tests(name_of(ident), &field.attrs, field);
        }
        self.visit_visibility(&field.vis);
        self.visit_type(&field.ty);
    }
}
