//! Reads a Cargo workspace into plain values: files, modules, items, and the byte range of every path in them.
//!
//! # What
//! [`load()`] asks Cargo for the packages and parses every module of every target with syn, in parallel and for all
//! `cfg`s at once. The result, a [`Workspace`], is the ground truth of all later stages. Beside it live the two types
//! that those stages hand to each other: [`ChangeSet`], a new tree made of pieces of the old one, and [`Diagnostic`],
//! something to say about the user's code.
//!
//! # What not
//! Nothing is resolved here: a path is a list of segments, not what it means. Nothing is written to disk.
//! No syn value leaves the function that parsed the file: its spans are bound to a thread.
//!
//! # Invariants
//! - Ids are dense and index the vectors of the one [`Workspace`] they came from.
//! - Every range is a byte range into [`SourceFile::text`], byte-order mark and shebang included.
//! - The [`Item::full`] ranges of a module's items tile its body: no byte in two items, and what is in none is the
//!   header (inner attributes and docs) or the tail after the last item.
//! - Everything is ordered: packages by name, files by path, items by position.
//!
//! # How it is tested
//! Inline fixtures beside the parser, and a property test on [`change`] that no byte is lost or doubled.

pub mod change;
pub mod companion;
pub mod diagnostic;
pub mod foreign;
pub mod id;
pub mod item;
pub mod keyword;
pub mod load;
pub mod name;
pub mod parse;
pub mod source;
pub mod token;
pub mod workspace;

pub use change::{ChangeBuilder, ChangeSet};
pub use diagnostic::{Diagnostic, Label, Severity};
pub use foreign::{Foreign, ForeignMember, ForeignMembers, foreign};
pub use id::{CrateId, FileId, ItemId, ModuleId, PackageId, UseLeafId};
pub use item::{Item, ItemKind};
pub use load::{LoadError, LoadOptions, load};
pub use name::Name;
pub use source::{SourceFile, TextRange};
pub use workspace::{United, Workspace};
