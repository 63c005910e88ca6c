//! What is read off a `macro_rules!`: what it defines and calls, and what it takes (rows D1, D3).

use crate::source::TextRange;

/// The head of a `macro_rules!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroRules {
    /// Whether it has `#[macro_export]`.
    pub exported: bool,
    /// What its transcribers define, written out (`$name` aside): what a call of it at module level defines.
    pub defines: Vec<Defined>,
    /// Names of the macros that its transcribers call, which may define more.
    pub calls: Vec<String>,
    /// Where its transcribers define what a caller names: the `$` in `fn $name`.
    pub spliced: Vec<TextRange>,
    /// Where its transcribers define a macro that a caller names: the `macro_rules` in `macro_rules! $name`.
    pub spliced_macros: Vec<TextRange>,
    /// How its matchers spell out the items that a caller defines.
    pub heads: Vec<Head>,
    /// What it puts before the items of a call, where that is all it does.
    pub wrapping: Option<Wrapping>,
}

/// What a macro puts before each item of a call that it hands on: `($($item:item)*) => { $(#[cfg(unix)] $item)* }`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrapping {
    /// The attributes, in order, each as it is written.
    pub attributes: Vec<String>,
    /// What the attributes call that which a call begins with: `$meta` where that is `#![$meta:meta]`.
    pub takes: Option<String>,
    /// The macro that it hands the items to, which puts the attributes before them.
    pub through: Option<Through>,
}

/// A macro that another hands its items to: `cfg_feature! { #![unix] $($item)* }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// Its name.
    pub name: String,
    /// What the items are preceded by: the `unix` in `#![unix]`.
    pub attribute: Option<String>,
}

/// An item that the tokens of a macro call, or a transcriber, spell out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub range: TextRange,
    /// The word that defines it: `fn`, `struct`, ….
    pub keyword: &'static str,
}

/// What a matcher takes of an item up to its name: `$(#[$doc:meta])* $vis:vis fn $name:ident`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `fn`, `struct`, ….
    pub keyword: &'static str,
    /// Whether a caller may write `pub` before it.
    pub visibility: bool,
    /// Whether a caller may write attributes before it.
    pub attributes: bool,
    /// Whether the name may become one of the module of the call: not where it only names a method of a trait, say.
    pub defines: bool,
}

impl MacroRules {
    /// The heads with a keyword; none where no matcher tells it from other tokens (`$item:item`, `$($any:tt)*`).
    pub fn heads_of(&self, keyword: &'static str) -> impl Iterator<Item = &Head> {
        let has = move |head: &&Head| head.keyword == keyword;
        self.heads.iter().filter(has)
    }

    /// Whether its matchers spell a keyword out, and make no item of the call's module of what stands behind it.
    pub fn only_takes(&self, keyword: &'static str) -> bool {
        let mut heads = self.heads_of(keyword).peekable();
        heads.peek().is_some() && heads.all(|head| !head.defines)
    }
}
