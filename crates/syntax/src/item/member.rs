//! Fields and methods that an item uses by name alone, and what its text tells of their owners.

use smallvec::SmallVec;

use crate::name::Name;
use crate::source::TextRange;

/// A use of a field or method by name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberUse {
    /// The field's or method's name.
    pub name: Name,
    /// Where the name stands.
    pub range: TextRange,
    /// Whether it is called: `.name(…)`.
    pub called: bool,
    /// How many arguments it is called with, where that can be told.
    pub arguments: Option<u32>,
    /// On what.
    pub receiver: Receiver,
}

/// What is known of the value that a field or method is used of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Receiver {
    /// Nothing.
    #[default]
    Unknown,
    /// `self`.
    Own,
    /// A variable whose type is written where it is bound: the last name of that type, references and smart pointers
    /// of the standard library stripped.
    Typed(Name),
    /// What is associated with a generic parameter or an item of the body: what it has is no item's, but a trait's may be.
    Local,
    /// A generic parameter or an item of the body itself: a trait that bounds it is found whatever is in scope.
    Parameter,
    /// A variable whose type is a generic parameter, what is associated with one, or `impl Trait`: it has what its bounds
    /// say.
    Generic,
    /// What a call returns or a field holds, or a part of it.
    Derived(Box<Derived>),
}

impl Receiver {
    /// Whether nothing tells which item's fields and methods it has.
    pub fn is_opaque(&self) -> bool {
        self.is_local() || matches!(self, Receiver::Unknown | Receiver::Generic)
    }

    /// Whether it is no item's value or type.
    pub fn is_local(&self) -> bool {
        matches!(self, Receiver::Local | Receiver::Parameter)
    }
}

/// What a call returns or a field holds, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Who is called, or what is read.
    pub by: Derivation,
    /// Which part of it, one within the other.
    pub parts: SmallVec<[Part; 2]>,
}

/// Who is called, or what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derivation {
    /// A function: index into [`Item::paths`](super::Item::paths).
    Function(u32),
    /// A method, by name, and on what.
    Method(Name, Receiver),
    /// A field, by name or position, and of what.
    Field(Name, Receiver),
    /// A field that a pattern takes out of a struct or variant: index into [`Item::paths`](super::Item::paths), and name or position.
    Bound(u32, Name),
}

/// A part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What `Some(…)` or `Ok(…)` hold: by `?`, `.unwrap()`, `.expect(…)`, or a pattern.
    Held,
    /// An element of a tuple.
    Element(u32),
}

/// A type, as far as its names tell; seen through references and the smart pointers that hand method calls on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// The last name of its path.
    Named(Name),
    /// The same, and what its first argument is: an alias may stand for what holds that.
    Applied(Name, Box<Shape>),
    /// `dyn Trait`: the last name of the first bound's path.
    Object(Name),
    /// `Option<T>`, `Result<T, …>`.
    Holder(Box<Shape>),
    /// A type parameter of the item that writes it, or what is associated with one: which of them.
    Generic(u32),
    /// A tuple; none for an element that is anything else.
    Tuple(Vec<Option<Shape>>),
}
