//! The paths that stand in an item's text.

use smallvec::SmallVec;

use crate::name::Name;
use crate::source::TextRange;

/// A path as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathUse {
    /// The segments, `crate`, `self`, `super`, `Self`, `$crate` included (raw identifiers without `r#`).
    /// Where a function-local `use` binds the first segment, that import's path stands in its place
    /// (with the range of the written segment for each of its segments).
    pub segments: Segments,
    /// Whether it starts with `::`.
    pub global: bool,
    /// Where it stands, which tells in which namespaces it can be looked up.
    pub context: PathContext,
    /// Whether it stands in the signature (not in a body or initializer): what a reader of the docs sees.
    pub in_signature: bool,
    /// Whether it stands in a function that is among the tokens of a macro call: a macro makes no item of it.
    pub in_function: bool,
    /// Whether it is found by a guess (tokens of a macro call, a `{name}` in a format string).
    pub guessed: bool,
}

impl PathUse {
    /// Whether it names the macro of a call that stands in the code, not in the tokens of another.
    pub fn names_macro(&self) -> bool {
        self.context == PathContext::Macro && !self.guessed
    }

    /// From the first segment to the last.
    pub fn range(&self) -> TextRange {
        self.segments
            .iter()
            .map(|segment| segment.range)
            .reduce(TextRange::cover)
            .expect("a path has a segment")
    }

    /// The segments joined by `::`.
    pub fn text(&self) -> String {
        self.segments
            .iter()
            .map(|segment| segment.name.as_str())
            .collect::<Vec<_>>()
            .join("::")
    }

    /// The last name, where it stands after that of a type and so may be an associated item: `Type::name`, `u8::name`.
    /// Types are told from modules by their capital, as the naming conventions have it. None in a type: what `T::Name` is
    /// there, the bounds of `T` and the trait of the impl tell, whatever is in scope.
    pub fn associated(&self) -> Option<&str> {
        const PRIMITIVES: &[&str] = &[
            "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8",
            "u16", "u32", "u64", "u128", "usize",
        ];
        let [.., before, last] = &self.segments[..] else {
            return None;
        };
        if self.context == PathContext::Type {
            return None;
        }
        let is_type = before.name.starts_with(char::is_uppercase)
            || is_named_as_in_c(&before.name)
            || (self.segments.len() == 2 && PRIMITIVES.contains(&before.name.as_str()));
        is_type.then_some(last.name.as_str())
    }
}

/// Whether a name is that of a type by the conventions of C: `size_t`, and `__m128i`, as `core::arch` has them.
fn is_named_as_in_c(name: &str) -> bool {
    name.ends_with("_t") || name.starts_with("__m") || name == "v128"
}

/// The segments of a path, mostly one.
pub type Segments = SmallVec<[Segment; 1]>;

/// A segment of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The identifier, without `r#`; `$crate` for that.
    pub name: Name,
    /// Where it stands.
    pub range: TextRange,
}

/// Where a path stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathContext {
    /// In a type, trait bound, or before a further segment of one.
    Type,
    /// In an expression or pattern that can only name a value.
    Value,
    /// A struct literal or struct pattern (a type), or a tuple-struct pattern (a value).
    Construct,
    /// A struct literal that takes what it does not name from another value (`..base`): it touches every field.
    Update,
    /// The name of a macro call, `name!`.
    Macro,
    /// An attribute's own name, or a derive's.
    Attribute,
    /// In the tokens of a macro call or of a `macro_rules!` body: any namespace.
    Tokens,
    /// Inside an attribute's string or other arguments: any namespace.
    AttributeArgument,
    /// An intra-doc link: any namespace; may be written without any colons.
    DocLink,
    /// The code of a doc test.
    DocTest,
    /// The path of `pub(in path)`.
    Visibility,
    /// The path of a function-local `use`.
    LocalUse,
    /// The path before `::*` in a function-local `use`.
    LocalGlob,
}
