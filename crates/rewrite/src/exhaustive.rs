//! `#[non_exhaustive]` binds other crates (row B5): whoever builds such a type, or matches it without a wildcard, can't be
//! parted from it.

use cleave_graph::{Place, Target};
use cleave_syntax::{Diagnostic, ItemId, Severity};
use syn::visit::Visit;

use crate::scope::{Scope, Side};

/// Refusals for code that stays and treats a type that moves as only its own crate may.
pub(crate) fn refusals(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let workspace = scope.workspace;
    let mut found: Vec<(ItemId, ItemId)> = Vec::new();
    for reference in &scope.graph.references {
        let (Place::Item(user, _), Target::Item(target)) =
            (reference.place, &reference.resolution.target)
        else {
            continue;
        };
        let krate = workspace.crate_of(user);
        let parts = krate == scope.root
            && scope.side(user) == Side::Root
            && workspace.crate_of(*target) == scope.root
            && scope.moving[target.index()];
        let marked = || {
            let mut attributes = workspace.item(*target).attributes.iter();
            attributes.any(|attribute| attribute.path == "non_exhaustive")
        };
        if parts && marked() && !found.contains(&(user, *target)) {
            found.push((user, *target));
        }
    }
    found.retain(|(user, target)| needs_its_crate(scope, *user, *target));
    found
        .iter()
        .map(|(user, target)| refusal(scope, *user, *target))
        .collect()
}

fn refusal(scope: &Scope<'_>, user: ItemId, target: ItemId) -> Diagnostic {
    let workspace = scope.workspace;
    let (user_path, path) = (workspace.path_of(user), workspace.path_of(target));
    let item = workspace.item(user);
    let file = workspace.file(workspace.module(item.module).file);
    let to = &scope.plan.crates[scope.to].name;
    Diagnostic::new(
        Severity::Refused,
        "B5",
        format!("`{user_path}` can't be parted from `{path}`, which is `#[non_exhaustive]`"),
    )
    .at(
        file.path.clone(),
        item.name_range,
        "builds it, or matches it without a wildcard: only its own crate may",
    )
    .help(format!(
        "give `{user_path}` a home in `{to}` too, or leave `{path}` where it is"
    ))
}

/// Whether an item builds a type by a literal, or matches it without a wildcard.
fn needs_its_crate(scope: &Scope<'_>, user: ItemId, target: ItemId) -> bool {
    let text = scope.workspace.text_of(user);
    let mut search = Search {
        name: &scope.workspace.item(target).name,
        found: false,
    };
    if let Ok(item) = syn::parse_str::<syn::Item>(text) {
        search.visit_item(&item);
    } else if let Ok(item) = syn::parse_str::<syn::ImplItem>(text) {
        search.visit_impl_item(&item);
    }
    search.found
}

struct Search<'a> {
    name: &'a str,
    found: bool,
}

impl Search<'_> {
    fn names(&self, path: &syn::Path) -> bool {
        path.segments
            .iter()
            .any(|segment| segment.ident == self.name)
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        self.found |= self.names(&literal.path);
        syn::visit::visit_expr_struct(self, literal);
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        self.found |= pattern.rest.is_none() && self.names(&pattern.path);
        syn::visit::visit_pat_struct(self, pattern);
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        let open = |arm: &syn::Arm| is_wildcard(&arm.pat);
        if !expression.arms.iter().any(open) {
            let mut patterns = Patterns {
                search: self,
                found: false,
            };
            for arm in &expression.arms {
                patterns.visit_pat(&arm.pat);
            }
            let found = patterns.found;
            self.found |= found;
        }
        syn::visit::visit_expr_match(self, expression);
    }
}

fn is_wildcard(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Wild(_) => true,
        syn::Pat::Ident(name) => name.subpat.is_none(),
        syn::Pat::Reference(inner) => is_wildcard(&inner.pat),
        syn::Pat::Paren(inner) => is_wildcard(&inner.pat),
        syn::Pat::Or(either) => either.cases.iter().any(is_wildcard),
        _ => false,
    }
}

/// Looks for the type's name in patterns only.
struct Patterns<'s, 'a> {
    search: &'s Search<'a>,
    found: bool,
}

impl<'ast> Visit<'ast> for Patterns<'_, '_> {
    /// What stands behind `if` is no pattern.
    fn visit_pat_guard(&mut self, guarded: &'ast syn::PatGuard) {
        self.visit_pat(&guarded.pat);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found |= self.search.names(path);
    }
}
