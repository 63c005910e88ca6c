//! Whether a match has an arm for variants that its arms do not name, though none takes everything.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Arm, Meta, Pat, Path, Token};

use super::{Search, is_wildcard};

type Patterns = Punctuated<Pat, Token![,]>;

impl Search<'_> {
    /// Whether a variant that nobody knows yet would reach an arm wherever arms name the type, as some do.
    ///
    /// It does where one takes anything, or where each arm that names the type has one beside it that is the same with
    /// anything in the type's place: `Err(_)` beside `Err(Kind::Known)`.
    pub(super) fn is_open(&self, arms: &[&Pat], named: &[&Pat]) -> bool {
        let is_covered = |named: &&Pat| arms.iter().any(|other| self.covers(other, named));
        arms.iter().any(|arm| is_wildcard(arm))
            || named.iter().all(is_covered)
            || self.leave_out_one(arms)
    }

    /// Whether no arm names one of the variants: what takes that one takes what nobody knows yet too.
    fn leave_out_one(&self, arms: &[&Pat]) -> bool {
        let mut patterns = super::Patterns::of(self);
        for arm in arms {
            patterns.visit_pat(arm);
        }
        let marked = self.marked;
        let is_variant = |name: &String| marked.all.contains(name);
        // A constant may stand for any variant.
        !patterns.has_macro
            && patterns.names.iter().all(is_variant)
            && !marked.always.is_subset(&patterns.names)
    }

    /// Whether a pattern takes all that another takes, and whatever stands where that names the type.
    fn covers(&self, general: &Pat, named: &Pat) -> bool {
        match (general, named) {
            (general, _) if is_wildcard(general) => true,
            (Pat::Paren(general), named) => self.covers(&general.pat, named),
            (Pat::Or(general), named) => general.cases.iter().any(|case| self.covers(case, named)),
            (general, Pat::Paren(named)) => self.covers(general, &named.pat),
            (general, Pat::Guard(named)) => self.covers(general, &named.pat),
            (general, Pat::Or(named)) => {
                let mut cases = named.cases.iter().filter(|case| self.is_in(case));
                cases.all(|case| self.covers(general, case))
            }
            (Pat::Reference(general), Pat::Reference(named)) => {
                self.covers(&general.pat, &named.pat)
            }
            (Pat::Tuple(general), Pat::Tuple(named)) => self.cover(&general.elems, &named.elems),
            (Pat::TupleStruct(general), Pat::TupleStruct(named)) => {
                !self.names(&named.path)
                    && is_same(&general.path, &named.path)
                    && self.cover(&general.elems, &named.elems)
            }
            _ => false,
        }
    }

    /// The same of patterns in their order: beside the one that names the type, anything has to do.
    fn cover(&self, general: &Patterns, named: &Patterns) -> bool {
        let is_any = |pattern: &Pat| is_wildcard(pattern) || matches!(pattern, Pat::Rest(_));
        if general.iter().all(is_any) {
            return true;
        }
        let has_rest = |patterns: &Patterns| patterns.iter().any(|it| matches!(it, Pat::Rest(_)));
        if general.len() != named.len() || has_rest(general) || has_rest(named) {
            return false;
        }
        (0..named.len())
            .filter(|place| self.is_in(&named[*place]))
            .all(|place| {
                let mut others = (0..general.len()).filter(|other| *other != place);
                self.covers(&general[place], &named[place]) && others.all(|it| is_any(&general[it]))
            })
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (one.segments.iter(), other.segments.iter());
    one.map(|segment| &segment.ident)
        .eq(other.map(|segment| &segment.ident))
}

/// Where the condition stands under which the only arm that takes all is there; nothing where it always is.
pub(super) fn unless(arms: &[Arm]) -> Option<Span> {
    let mut found = arms.iter().filter_map(condition);
    found.next().filter(|_| found.next().is_none())
}

/// The patterns of a match, but for an arm that takes all under a condition.
pub(super) fn always(arms: &[Arm]) -> Vec<&Pat> {
    let is_single = unless(arms).is_some();
    let there = arms.iter();
    let there = there.filter(|arm| !is_single || condition(arm).is_none());
    there.map(|arm| &arm.pat).collect()
}

/// The condition of an arm that takes all.
fn condition(arm: &Arm) -> Option<Span> {
    let mut conditions = arm.attrs.iter().filter(|it| it.path().is_ident("cfg"));
    match (conditions.next().map(|it| &it.meta), conditions.next()) {
        (Some(Meta::List(list)), None) if is_wildcard(&arm.pat) => Some(list.tokens.span()),
        _ => None,
    }
}
