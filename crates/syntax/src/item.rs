//! Items and all that is read off their text: visibility, attributes, and every path that stands in them.

use crate::id::{ItemId, ModuleId, UseLeafId};
use crate::name::Name;
use crate::source::TextRange;

mod macro_rules;
mod member;
mod path;

pub use macro_rules::{Defined, Head, MacroRules, Through, Wrapping};
pub use member::{Derivation, Derived, MemberUse, Part, Receiver, Shape};
pub use path::{PathContext, PathUse, Segment, Segments};

/// A definition, an impl block, an inherent method or associated item, a `use`, or a macro call at module level.
#[derive(Debug, Clone)]
pub struct Item {
    /// The module it stands in.
    pub module: ModuleId,
    /// The inherent `impl` that a method or associated item stands in.
    pub parent: Option<ItemId>,
    /// What it is.
    pub kind: ItemKind,
    /// The name it defines; empty for impls, uses, and macro calls.
    pub name: String,
    /// Where the name stands; empty at the item's start where there is none.
    pub name_range: TextRange,
    /// What a macro call at module level seems to define (an identifier after `struct`, `enum`, `fn`, `static`, `const`,
    /// `type`, `trait`, `union`, `mod`, `macro_rules`), and what is in an `extern` block.
    pub defines: Vec<Defined>,
    /// From the first outer attribute or doc comment to the last token.
    pub range: TextRange,
    /// What travels with the item: from the end of the line (or of the item) before it, so with the comments and blank
    /// lines above it, to the end of its last line, with a comment that trails it there and the newline.
    pub full: TextRange,
    /// Its visibility.
    pub visibility: Visibility,
    /// Its outer attributes, doc comments included (as `doc`).
    pub attributes: Vec<Attribute>,
    /// Whether it, or something around it, is compiled for tests only (`#[cfg(test)]`, `#[test]`, `#[bench]`, or a
    /// test attribute of another crate such as `#[tokio::test]`, `#[rstest]`).
    pub is_test: bool,
    /// Of a macro call: whether that is so only since all that it spells out is a test. The macro itself is called anyway.
    pub spells_tests: bool,
    /// The body module of a `mod` item.
    pub declares: Option<ModuleId>,
    /// Of a `mod` item: whether it stands in the tokens of a macro call, which is the item before it.
    pub in_call: bool,
    /// Of an item in a call of a macro that hands items on ([`ItemKind::Wrapper`]): the attributes that come before it there,
    /// those of the calls around it from the outside in. Of such a call in an inherent `impl`: those that come before what is
    /// in it. None for what stands in no such call.
    pub wrapped: Option<Vec<String>>,
    /// The leaves of a `use` item (or the one of an `extern crate`).
    pub leaves: Vec<UseLeafId>,
    /// The fields of a struct or union, tuple fields named `0`, `1`, ….
    pub fields: Vec<Field>,
    /// What the fields of an enum's variants hold, as far as that is named.
    pub variant_fields: Vec<VariantField>,
    /// The names of an enum's variants, or of a trait's own items, with the words in a macro call that stands in its
    /// body; of a macro call the first name in it, which tells it from others.
    pub members: Vec<String>,
    /// Of a macro call at module level and of a `macro_rules!`: the methods, constants and types in the inherent impls that
    /// its tokens spell out, and the fields, each with the place of its name; those that a caller of the macro names are
    /// empty, with the place of the `$`. Tuple fields are named `0`, `1`, …, with the place where their type starts.
    pub written_members: Vec<(String, TextRange)>,
    /// Of a trait its own items, as in `members`, and of a macro call at module level those of the trait that its tokens
    /// spell out; with how each is called.
    pub declared: Vec<(String, Takes)>,
    /// What an impl is for.
    pub implementation: Option<Box<Implementation>>,
    /// What a `macro_rules!` is like.
    pub macro_rules: Option<Box<MacroRules>>,
    /// Every path in it, in order, except those in its `methods`. For a `use`: none (its leaves have them).
    pub paths: Vec<PathUse>,
    /// Every `.name` and every field named in a struct literal or pattern, except those in its `methods`.
    pub member_uses: Vec<MemberUse>,
    /// What in it stands under a `cfg` of its own which names `test`, except what is in its `methods`.
    pub test_parts: Vec<TestPart>,
    /// By impl in a body of it, but for those that rest on what the body defines: indexes into its paths of the type, the
    /// trait and its arguments, as far as these let an impl stand where they are.
    pub inner_impls: Vec<Vec<u32>>,
    /// Its files by macro: `include!`, `include_str!`, `include_bytes!` with a literal path.
    pub includes: Vec<Include>,
    /// Strings in attributes that may name files or folders, which a procedural macro then reads:
    /// `#[grammar = "grammar.pest"]`, `#[folder = "assets"]`.
    pub named_files: Vec<Include>,
    /// The methods and associated items of an inherent `impl`, which are items too.
    pub methods: Vec<ItemId>,
    /// Where inside an `impl` or trait, or a macro call that reads as items, the body's braces stand (the range between them);
    /// empty elsewhere.
    pub body: TextRange,
    /// How many arguments a method takes beside `self`; none for what is no method of an inherent impl.
    pub parameters: Option<u32>,
    /// What a function, or a method of an inherent impl, returns, where its names tell.
    pub returns: Option<Box<Shape>>,
}

impl Item {
    /// Whether it is a `macro_rules!` with `#[macro_export]`.
    pub fn is_exported_macro(&self) -> bool {
        let rules = self.macro_rules.as_ref();
        rules.is_some_and(|rules| rules.exported)
    }

    /// Whether an attribute macro may stand on it, which is handed all of it: an attribute that is neither of the language
    /// nor of a tool. A derive's helper is no macro, but can't be told from one.
    pub fn may_be_rewritten(&self) -> bool {
        /// Tools whose attributes change nothing.
        const TOOLS: &[&str] = &["rustfmt", "clippy", "diagnostic", "miri", "rust_analyzer"];
        let derives = |path: &PathUse| {
            let start = path.range().start;
            let mut derives = self.attributes.iter().filter(|it| it.path == "derive");
            derives.any(|it| it.range.start <= start && start < it.range.end)
        };
        self.paths
            .iter()
            .filter(|path| path.context == PathContext::Attribute)
            .any(|path| !TOOLS.contains(&path.segments[0].name.as_str()) && !derives(path))
    }

    /// Whether a `cfg` of its own may turn it off.
    pub fn is_conditional(&self) -> bool {
        let mut attributes = self.attributes.iter();
        attributes.any(|attribute| attribute.path == "cfg")
            || self.wrapping_conditions().next().is_some()
    }

    /// The `cfg` attributes that macro calls around it put before it.
    pub fn wrapping_conditions(&self) -> impl Iterator<Item = &String> {
        let all = self.wrapped.iter().flatten();
        all.filter(|text| text.starts_with("#[cfg("))
    }

    /// The name of the trait that it defines: its own, or that which the tokens of a macro call spell out, if nothing else.
    pub fn trait_name(&self) -> Option<&str> {
        match (self.kind, &self.defines[..]) {
            (ItemKind::Trait, _) => Some(&self.name),
            (ItemKind::MacroCall, [only]) if !self.declared.is_empty() => Some(&only.name),
            _ => None,
        }
    }

    /// Whether a path in a macro's body starts at the root of the macro's own crate, whoever calls it: `$crate::a`, and
    /// `crate::a` where only this crate can call it.
    pub fn means_own_crate(&self, path: &PathUse) -> bool {
        let private = self.macro_rules.as_ref().is_some_and(|it| !it.exported);
        match path.segments[0].name.as_str() {
            "$crate" => true,
            "crate" => private && path.guessed && path.segments.len() > 1,
            _ => false,
        }
    }

    /// How the item is called within its module: its name, `impl Trait for Type`, `use …`, `name! { … }`.
    pub fn label(&self) -> String {
        match (&self.implementation, self.kind) {
            (Some(implementation), _) => implementation.label.clone(),
            (None, ItemKind::MacroRules) => format!("{}!", self.name),
            (None, ItemKind::MacroCall | ItemKind::Wrapper) => {
                let macro_name = self
                    .paths
                    .iter()
                    .find(|path| path.context == PathContext::Macro);
                let words = macro_name
                    .map(|path| format!("{}!", path.text()))
                    .into_iter()
                    .chain(self.members.clone());
                words.collect::<Vec<_>>().join(" ")
            }
            _ => self.name.clone(),
        }
    }

    /// The bare name of the type an `impl` is for, or the item's own name.
    pub fn self_name(&self) -> &str {
        self.implementation
            .as_ref()
            .map_or(&self.name, |implementation| &implementation.self_name)
    }

    /// Whether it takes part in the item graph: everything but `use`, `extern crate` and `mod`, and what only holds others.
    pub fn is_node(&self) -> bool {
        !matches!(
            self.kind,
            ItemKind::Use | ItemKind::ExternCrate | ItemKind::Mod | ItemKind::Wrapper
        )
    }
}

/// The kinds of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// `const`, `_` included.
    Const,
    /// `enum`.
    Enum,
    /// `extern crate`.
    ExternCrate,
    /// A function, or an inherent method or associated function.
    Fn,
    /// `extern { … }`; what is in it is in [`Item::defines`].
    ForeignMod,
    /// `impl Type`.
    InherentImpl,
    /// `impl Trait for Type`.
    TraitImpl,
    /// A macro call at module level that defines items: an opaque node.
    MacroCall,
    /// `macro_rules!`.
    MacroRules,
    /// `mod`.
    Mod,
    /// `static`.
    Static,
    /// `struct`.
    Struct,
    /// `trait`.
    Trait,
    /// `trait X = …`.
    TraitAlias,
    /// `type`, or an associated type of an inherent impl.
    TypeAlias,
    /// `union`.
    Union,
    /// `use`.
    Use,
    /// The head of a macro call whose macro hands the items in it on as they are, each under its attributes: these are items
    /// of the module as any other ([`Item::wrapped`]).
    Wrapper,
    /// Tokens that syn hands through unparsed.
    Verbatim,
}

impl ItemKind {
    /// Whether it defines a type of its own: what inherent impls and, by the orphan rule, trait impls may stand beside.
    pub fn is_type(self) -> bool {
        matches!(self, Self::Struct | Self::Enum | Self::Union)
    }
}

/// What stands in an item under a `cfg` of its own which names `test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestPart {
    /// What it is.
    pub kind: TestPartKind,
    /// The field, variant, member or variable.
    pub name: Name,
    /// The attribute.
    pub condition: TextRange,
    /// All of it, from the attribute on.
    pub range: TextRange,
}

/// The kinds of [`TestPart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestPartKind {
    /// A field or variant, where it is defined, given a value or matched; an item of a trait or of a trait impl.
    Member,
    /// A `let` in a body.
    Variable,
}

/// How an item of a trait is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A method with so many arguments beside `self`.
    Arguments(u32),
    /// By path only: a function without `self`, a type, a constant.
    NoSelf,
    /// It is a word of a macro call, which may make a method of that name, or of one that the word is part of; or
    /// conditions give it different forms.
    Unknown,
}

impl Takes {
    /// Whether a use with so many arguments may mean it; none stands for one by a path, or of which that can't be told.
    pub fn fits(self, arguments: Option<u32>) -> bool {
        match self {
            Takes::Arguments(count) => arguments.is_none_or(|arguments| arguments == count),
            Takes::NoSelf => arguments.is_none(),
            Takes::Unknown => true,
        }
    }
}

/// How far an item can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visibility {
    /// The level as written.
    pub level: Level,
    /// The tokens `pub`, `pub(crate)`, …; empty where one would be inserted.
    pub range: TextRange,
}

/// The levels of visibility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// Nothing written.
    Private,
    /// `pub(self)`.
    Module,
    /// `pub(super)`.
    Super,
    /// `pub(in path)`.
    In(String),
    /// `pub(crate)` or `crate`.
    Crate,
    /// `pub`.
    Public,
}

/// An attribute, outer or inner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its path as written: `cfg`, `derive`, `doc`, `serde`, `tokio::main`; for `cfg_attr` just that.
    pub path: Name,
    /// The whole attribute or doc comment.
    pub range: TextRange,
    /// Whether it is a doc comment or `#[doc = …]`.
    pub is_doc: bool,
}

impl Attribute {
    /// Whether what it stands on is a test, or a benchmark.
    pub fn makes_test(&self) -> bool {
        let last = self.path.rsplit("::").next();
        last.is_some_and(Self::is_of_tests)
    }

    /// Whether attributes whose path ends in this make tests.
    pub(crate) fn is_of_tests(last: &str) -> bool {
        let names = [
            "test",
            "bench",
            "rstest",
            "test_case",
            "quickcheck",
            "proptest",
        ];
        names.contains(&last)
    }
}

/// A field of a struct, or a variant's (then [`Field::visibility`] is public).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name, or position.
    pub name: String,
    /// Its visibility.
    pub visibility: Visibility,
    /// What it holds, as far as that is named.
    pub holds: Option<Box<Shape>>,
}

/// A field of an enum's variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantField {
    /// The variant's name.
    pub variant: Name,
    /// Name, or position.
    pub name: Name,
    /// What it holds.
    pub holds: Shape,
}

/// The head of an `impl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implementation {
    /// `impl Trait<Args> for Type` with white space as rustfmt has it and generics of the impl left out.
    pub label: String,
    /// The last segment of the type's path, references and `Box`, `Pin` stripped; empty for a tuple, slice, ….
    pub self_name: String,
    /// Index into [`Item::paths`] of the self type's path (references, `Box` and `Pin` stripped), if it is a path.
    pub self_path: Option<u32>,
    /// Index into [`Item::paths`] of the trait's path.
    pub trait_path: Option<u32>,
    /// Indexes into [`Item::paths`] of the trait's type arguments at top level (references and `Box` stripped).
    pub trait_arguments: Vec<u32>,
    /// Names of the impl's own type parameters.
    pub type_parameters: Vec<String>,
    /// How many types the self type has for arguments where each is a parameter of the impl's own; else 0. Parameters
    /// of the type beyond these are what they are by default.
    pub own_arguments: u32,
    /// What the orphan rule looks through around the self type, the outermost first.
    pub around: Vec<Fundamental>,
    /// Whether it may cover types that nobody has named.
    pub blanket: Option<Blanket>,
    /// Whether an argument of its trait is whatever a type parameter stands for: `From<T> for Point<T>`.
    pub takes_any: bool,
    /// Of a blanket impl: indexes into [`Item::paths`] of all that is named where the type that it covers is bound.
    pub limits: Vec<u32>,
    /// Indexes into [`Item::paths`] of the traits that bound the self type, where that is a type parameter.
    pub bounds: Vec<u32>,
    /// Of a trait impl: the names of what it defines.
    pub members: Vec<String>,
}

/// A type constructor that counts for nothing in the orphan rule (Rust reference, *glossary: fundamental type
/// constructors*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fundamental {
    /// `&T`.
    Shared,
    /// `&mut T`.
    Unique,
    /// `Box<T>`.
    Box,
    /// `Pin<T>`.
    Pin,
}

/// What of a trait impl's head is a type parameter of its own: it lives on what some crate alone knows, that no other type
/// meets its bounds. `Fn(…)` and its kind are no such bounds: they are fundamental, and every crate may rely on a type
/// not having them (Rust reference, *implementations: trait implementation coherence*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanket {
    /// `impl<T: Bound> Trait for T`.
    Type,
    /// `impl<T: Bound> From<T> for Type`, where the type does not tell one `T` from another.
    Argument,
}

/// A file named by a macro or an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The literal's value: for a macro relative to the file it stands in, for an attribute to a folder of the package.
    pub path: String,
    /// The string literal, quotes included.
    pub range: TextRange,
}

impl Include {
    /// Whether it splices in Rust source.
    pub fn is_rust(&self) -> bool {
        camino::Utf8Path::new(&self.path).extension() == Some("rs")
    }
}

/// One leaf of a `use` tree, or an `extern crate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseLeaf {
    /// The `use` or `extern crate` item.
    pub item: ItemId,
    /// The whole path from the tree's root on, without a trailing `self` or `*`.
    pub path: PathUse,
    /// What it binds.
    pub binding: Binding,
    /// The leaf's own text in its tree: `X as Y`, `self`, `*`; for a tree of one leaf the whole tree.
    pub range: TextRange,
    /// Whether the leaf is `{self}`: it then binds in the type namespace only.
    pub is_self: bool,
}

/// What a leaf binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// A name (the last segment, or the one after `as`).
    Name(String),
    /// `as _`.
    Underscore,
    /// `*`.
    Glob,
}
