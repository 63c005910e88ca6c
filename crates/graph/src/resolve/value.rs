//! What values are, where signatures and fields tell: of a type of the workspace or of the standard library, or a trait
//! object.

mod declared;
mod generic;
mod named;

use std::collections::{HashMap, HashSet};

use cleave_syntax::item::{Derivation, Derived, ItemKind, MemberUse, Part, Receiver, Shape};
use cleave_syntax::{ForeignMember, ItemId, Name, Workspace};

use super::anchor::ALIASES;
use crate::graph::{Graph, Place, Reference, Target};
use crate::standard;

/// What a value is, as far as its type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Of a type of the workspace.
    Type(ItemId),
    /// `dyn Trait`, of a trait of the workspace.
    Object(ItemId),
    /// Of a type of the standard library, by the name that is written.
    Standard(Name),
    /// Of a type of another crate.
    Foreign(ForeignType),
    /// Of a generic parameter, or what is associated with one: it has what its bounds say, which name no `Deref`.
    Generic,
}

/// A type of another crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ForeignType {
    /// The crate's name in source.
    krate: Name,
    /// The type's, as it is written.
    name: Name,
    /// The item that writes it with its arguments, where it is known.
    pub(super) written: Option<ItemId>,
}

impl ForeignType {
    fn new(krate: Name, name: Name, written: Option<ItemId>) -> Self {
        Self {
            krate,
            name,
            written,
        }
    }
}

/// Functions of the standard library's traits that make a value of the type by which they are called, each with the part
/// that this is of what they return.
const MAKERS: &[(&str, &[Part])] = &[
    ("default", &[]),
    ("from", &[]),
    ("from_iter", &[]),
    ("from_str", &[Part::Held]),
    ("try_from", &[Part::Held]),
];

/// Where the references of each item are: before the graph has them, or in it.
#[derive(Clone, Copy)]
enum References<'a> {
    ByItem(&'a [Vec<Reference>]),
    Of(&'a Graph),
}

impl<'a> References<'a> {
    fn of(self, item: ItemId) -> &'a [Reference] {
        match self {
            References::ByItem(references) => &references[item.index()],
            References::Of(graph) => graph.references_of(item),
        }
    }
}

/// Looks up what values are.
pub struct Values<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    references: References<'a>,
    /// The inherent methods of a name.
    inherent: HashMap<&'a str, Vec<ItemId>>,
    /// What asks its generic parameters to hand calls on.
    handing_on: HashSet<ItemId>,
}

impl<'a> Values<'a> {
    /// What the values of a workspace are.
    pub fn new(workspace: &'a Workspace, graph: &'a Graph) -> Self {
        Self::with(workspace, graph, References::Of(graph))
    }

    /// The same before the graph has the references; they are those of each item.
    pub(super) fn before(
        workspace: &'a Workspace,
        graph: &'a Graph,
        references: &'a [Vec<Reference>],
    ) -> Self {
        Self::with(workspace, graph, References::ByItem(references))
    }

    fn with(workspace: &'a Workspace, graph: &'a Graph, references: References<'a>) -> Self {
        let mut inherent: HashMap<&str, Vec<ItemId>> = HashMap::new();
        for (index, item) in workspace.items.iter().enumerate() {
            if item.parent.is_some() {
                let methods = inherent.entry(&item.name).or_default();
                methods.push(ItemId::new(index));
            }
        }
        Self {
            workspace,
            graph,
            references,
            inherent,
            handing_on: generic::handing_on(workspace, graph),
        }
    }

    /// Whether a call means what the receiver's type has by itself, so that no trait has to be in scope for it: that goes
    /// before a trait's.
    pub fn is_inherent(&self, from: ItemId, member: &MemberUse) -> bool {
        if member.receiver == Receiver::Parameter {
            return self.is_bound(from, &member.name);
        }
        let known = self.known(from, &member.receiver);
        match known {
            // A trait object has the methods of its trait.
            Some(Known::Object(of)) => self.has_object(of, &member.name, ALIASES),
            Some(known) if self.is_outside(known, member) => true,
            known => self.has_inherent(known, member),
        }
    }

    /// Whether the receiver of a call is of a generic parameter's type: it has what traits declare, and nothing else.
    pub fn is_of_parameter(&self, from: ItemId, member: &MemberUse) -> bool {
        member.receiver == Receiver::Parameter
            || matches!(self.known(from, &member.receiver), Some(Known::Generic))
    }

    /// Whether nothing tells what the receiver of a call is, and types that hardly any code goes without have such a method,
    /// or what the receiver dereferences to has one: the call may well mean that.
    pub fn is_ambiguous(&self, from: ItemId, member: &MemberUse) -> bool {
        match self.known(from, &member.receiver) {
            None => standard::is_common_with(&member.name, member.arguments),
            Some(Known::Standard(of)) => {
                standard::target(&of).is_some_and(|target| standard::has(target, &member.name))
            }
            Some(_) => false,
        }
    }

    /// Whether the receiver of a call is known to be of a type of the workspace that implements a trait of it.
    pub fn is_by_trait(&self, from: ItemId, member: &MemberUse, of: ItemId) -> bool {
        let Some(Known::Type(own)) = self.known(from, &member.receiver) else {
            return false;
        };
        let mut impls = self.graph.implementations[own.index()].iter();
        impls.any(|id| self.graph.anchors[id.index()].contains(&of))
    }

    /// Whether a call is known to mean no method of the workspace: the receiver's type, of another crate or of the standard
    /// library, has one by itself.
    pub fn leads_out(&self, from: ItemId, member: &MemberUse) -> bool {
        let known = self.known(from, &member.receiver);
        known.is_some_and(|known| self.is_outside(known, member))
    }

    /// The same of a value that was looked up.
    pub(super) fn is_outside(&self, known: Known, member: &MemberUse) -> bool {
        match known {
            Known::Foreign(of) => {
                let mut members = self.foreign(of.krate, of.name, &member.name);
                members.any(|it| it.takes.fits(member.arguments))
            }
            Known::Standard(of) => standard::has_method(&of, &member.name),
            Known::Type(_) | Known::Object(_) | Known::Generic => false,
        }
    }

    /// The same of a value that was looked up, but for what only the source of other crates says, and trait objects.
    pub(super) fn has_inherent(&self, known: Option<Known>, member: &MemberUse) -> bool {
        // What takes no `self` is called by a path alone, which in a macro's tokens looks like a member.
        let fits = |method: ItemId| {
            let takes_self = self.workspace.item(method).parameters.is_some();
            member.arguments.is_none() || takes_self
        };
        match (&member.receiver, known) {
            (_, Some(Known::Type(own))) => self.methods_of(own, &member.name).any(fits),
            (_, Some(Known::Standard(name))) => standard::has_method(&name, &member.name),
            (Receiver::Typed(name), None) => {
                let mut methods = self.inherent(&member.name);
                methods.any(|method| {
                    let around = self.workspace.item(method).parent;
                    fits(method)
                        && around
                            .is_some_and(|around| self.workspace.item(around).self_name() == name)
                })
            }
            _ => false,
        }
    }

    /// Whether a path of an item, `Type::name`, names what the type has by itself, or by the name of its trait.
    pub fn names_inherent(&self, from: ItemId, path: u32) -> bool {
        let [.., of, last] = &self.workspace.item(from).paths[path as usize].segments[..] else {
            return false;
        };
        let around = self.workspace.item(from).parent.unwrap_or(from);
        let of = match of.name.as_str() {
            "Self" => Name::new(self.workspace.item(around).self_name()),
            _ => of.name,
        };
        let mut targets = self.targets(from, path).peekable();
        targets.peek().is_some()
            && targets.all(|target| match target {
                Target::Item(item) => {
                    let item = self.workspace.item(*item);
                    let is_variant = item.kind == ItemKind::Enum
                        && item
                            .members
                            .iter()
                            .any(|variant| *variant == last.name.as_str());
                    item.name == last.name || item.trait_name().is_some() || is_variant
                }
                target if is_standard(target) => standard::has(&of, &last.name),
                Target::External(krate) => self.foreign(*krate, of, &last.name).next().is_some(),
                _ => false,
            })
    }

    /// What a type, or else a trait, of another crate has of a name: by its trait's name a method is called whatever is
    /// in scope. Where both are called the same, it is what the type has.
    fn foreign(
        &self,
        krate: Name,
        of: Name,
        name: &str,
    ) -> impl Iterator<Item = &'a ForeignMember> {
        let foreign = &self.workspace.foreign;
        let mut by_crate = [&foreign.inherent, &foreign.traits].into_iter();
        let members = by_crate.find_map(|by_crate| by_crate.get(krate.as_str())?.get(of.as_str()));
        members.and_then(|members| members.get(name)).into_iter()
    }

    /// What a part is of what a function or method of another crate's type returns: of that type, or of one that every
    /// crate calls so.
    fn of_foreign(&self, of: ForeignType, name: &str, parts: &[Part]) -> Option<Known> {
        let member = self.foreign(of.krate, of.name, name).next()?;
        match taken(member.returns.as_deref()?, parts, &|_| false)? {
            Shape::Named(own) if *own == "Self" => Some(Known::Foreign(of)),
            Shape::Named(own) | Shape::Applied(own, _) if *own == of.name => {
                Some(Known::Foreign(ForeignType {
                    written: None,
                    ..of
                }))
            }
            Shape::Named(name) if standard::is_primitive(name) => Some(Known::Standard(*name)),
            _ => None,
        }
    }

    /// What the value is that an item has in its hands.
    pub(super) fn known(&self, from: ItemId, receiver: &Receiver) -> Option<Known> {
        match receiver {
            Receiver::Unknown | Receiver::Local | Receiver::Parameter => None,
            Receiver::Generic => self.generic(from),
            Receiver::Own => match self.own(from) {
                Some(own) => Some(Known::Type(own)),
                None => self.own_parameter(from),
            },
            Receiver::Typed(name) => self.named(from, *name),
            Receiver::Derived(derived) => self.derived(from, derived),
        }
    }

    /// The inherent methods of a name.
    pub(super) fn inherent(&self, name: &str) -> impl Iterator<Item = ItemId> {
        self.inherent.get(name).into_iter().flatten().copied()
    }

    /// The inherent methods of a name that a type has.
    pub fn methods_of(&self, own: ItemId, name: &str) -> impl Iterator<Item = ItemId> {
        let methods = self.inherent(name);
        methods.filter(move |method| self.own(*method) == Some(own))
    }

    fn own(&self, item: ItemId) -> Option<ItemId> {
        let own = self.graph.own_type(self.workspace, item)?;
        self.workspace.item(own).kind.is_type().then_some(own)
    }

    fn derived(&self, from: ItemId, derived: &Derived) -> Option<Known> {
        if let Some((known, made)) = self.made(from, &derived.by) {
            return (derived.parts[..] == *made).then_some(known);
        }
        if let Some((of, name)) = self.foreign_function(from, &derived.by) {
            return self.of_foreign(of, &name, &derived.parts);
        }
        let mut found = None;
        for (item, shape) in self.shapes(from, &derived.by)? {
            let holds = |name| self.holds_its_argument(item, name);
            let known = match taken(shape?, &derived.parts, &holds)? {
                Shape::Generic(at) => self.of_parameter(from, &derived.by, *at)?,
                part => self.part(item, part)?,
            };
            if found.is_some_and(|found| found != known) {
                return None;
            }
            found = Some(known);
        }
        found
    }

    /// The type that is made by one of its functions which are known, and which part of what that returns it is.
    fn made(&self, from: ItemId, by: &Derivation) -> Option<(Known, &'static [Part])> {
        let Derivation::Function(path) = by else {
            return None;
        };
        let segments = &self.workspace.item(from).paths[*path as usize].segments;
        let last = segments.last()?;
        let maker = MAKERS.iter().find(|(name, _)| last.name == *name);
        let mut targets = self.targets(from, *path);
        match (targets.next(), targets.next()) {
            (Some(Target::Item(own)), None) => {
                let own = self.type_named(*own)?;
                Some((Known::Type(own), maker?.1))
            }
            (Some(target), None) => {
                let [.., of, _] = &segments[..] else {
                    return None;
                };
                let makes = matches!(last.name.as_str(), "new" | "with_capacity");
                let (known, is_own) = match target {
                    target if is_standard(target) => (
                        Known::Standard(of.name),
                        standard::has(&of.name, &last.name),
                    ),
                    Target::External(krate) => {
                        let foreign = ForeignType::new(*krate, of.name, None);
                        (Known::Foreign(foreign), false)
                    }
                    _ => return None,
                };
                let made = maker.map(|(_, made)| *made);
                let made = made.or((makes && is_own).then_some(&[] as &[Part]))?;
                Some((known, made))
            }
            _ => None,
        }
    }

    /// The type of another crate, and its function or method, that is called.
    fn foreign_function(&self, from: ItemId, by: &Derivation) -> Option<(ForeignType, Name)> {
        match by {
            Derivation::Function(path) => {
                let segments = &self.workspace.item(from).paths[*path as usize].segments;
                let [.., of, last] = &segments[..] else {
                    return None;
                };
                let mut targets = self.targets(from, *path);
                match (targets.next(), targets.next()) {
                    (Some(Target::External(krate)), None) if !standard::is_crate(krate) => {
                        let foreign = ForeignType::new(*krate, of.name, None);
                        Some((foreign, last.name))
                    }
                    _ => None,
                }
            }
            Derivation::Method(name, of) => match self.known(from, of)? {
                Known::Foreign(of) => Some((of, *name)),
                _ => None,
            },
            Derivation::Field(..) | Derivation::Bound(..) => None,
        }
    }

    /// What all functions return, or fields hold, that may be meant, each as it is written in an item.
    fn shapes(&self, from: ItemId, by: &Derivation) -> Option<Vec<(ItemId, Option<&'a Shape>)>> {
        let callees: Vec<ItemId> = match by {
            Derivation::Function(path) => self.functions(from, *path)?,
            Derivation::Method(name, of) => {
                let own = self.type_of(from, of)?;
                self.methods_of(own, name).collect()
            }
            Derivation::Field(name, of) => {
                let own = self.type_of(from, of)?;
                let fields = self.workspace.item(own).fields.iter();
                let meant = fields.filter(|field| field.name == name.as_str());
                return Some(meant.map(|field| (own, field.holds.as_deref())).collect());
            }
            Derivation::Bound(path, name) => return self.bound(from, *path, *name),
        };
        let returns = |id: ItemId| self.workspace.item(id).returns.as_deref();
        Some(callees.into_iter().map(|id| (id, returns(id))).collect())
    }

    /// The field of a struct or variant that a pattern takes out by the path which it matches.
    fn bound(
        &self,
        from: ItemId,
        path: u32,
        name: Name,
    ) -> Option<Vec<(ItemId, Option<&'a Shape>)>> {
        let last = self.workspace.item(from).paths[path as usize]
            .segments
            .last()?;
        let mut targets = self.targets(from, path);
        let (Some(Target::Item(own)), None) = (targets.next(), targets.next()) else {
            return None;
        };
        let item = self.workspace.item(*own);
        let of_struct = item
            .fields
            .iter()
            .filter(|field| field.name == name.as_str());
        let of_struct = of_struct.map(|field| field.holds.as_deref());
        let of_enum = item.variant_fields.iter();
        let of_enum = of_enum.filter(|field| field.variant == last.name && field.name == name);
        let of_enum = of_enum.map(|field| Some(&field.holds));
        let shapes = of_struct.chain(of_enum);
        Some(shapes.map(|shape| (*own, shape)).collect())
    }

    fn type_of(&self, from: ItemId, receiver: &Receiver) -> Option<ItemId> {
        match self.known(from, receiver)? {
            Known::Type(own) => Some(own),
            Known::Object(_) | Known::Standard(_) | Known::Foreign(_) | Known::Generic => None,
        }
    }

    /// The functions that a path may mean: by an alias of their type, and several that the type has of one name, too.
    fn functions(&self, from: ItemId, path: u32) -> Option<Vec<ItemId>> {
        let last = self.workspace.item(from).paths[path as usize]
            .segments
            .last()?;
        let mut functions = Vec::new();
        for target in self.targets(from, path) {
            let Target::Item(item) = target else {
                return None;
            };
            if self.workspace.item(*item).kind == ItemKind::Fn {
                functions.push(*item);
                continue;
            }
            let before = functions.len();
            functions.extend(self.methods_of(self.type_named(*item)?, &last.name));
            if functions.len() == before {
                return None;
            }
        }
        Some(functions)
    }

    /// A type itself, or what an alias stands for.
    pub(super) fn type_named(&self, named: ItemId) -> Option<ItemId> {
        if self.workspace.item(named).kind.is_type() {
            return Some(named);
        }
        match self.aliased(named, 0) {
            Some(Known::Type(own)) => Some(own),
            _ => None,
        }
    }

    /// What a path of an item may mean.
    fn targets(&self, from: ItemId, path: u32) -> impl Iterator<Item = &'a Target> {
        self.references
            .of(from)
            .iter()
            .filter(move |reference| matches!(reference.place, Place::Item(_, at) if at == path))
            .map(|reference| &reference.resolution.target)
    }
}

/// A part of a shape, where it has such a part; `holds` tells the aliases of what holds their first argument.
fn taken<'s>(shape: &'s Shape, parts: &[Part], holds: &dyn Fn(Name) -> bool) -> Option<&'s Shape> {
    parts
        .iter()
        .try_fold(shape, |shape, part| match (shape, part) {
            (Shape::Holder(held), Part::Held) => Some(&**held),
            (Shape::Applied(name, held), Part::Held) if holds(*name) => Some(&**held),
            (Shape::Tuple(elements), Part::Element(index)) => {
                elements.get(*index as usize)?.as_ref()
            }
            _ => None,
        })
}

/// Whether a path was followed into the standard library.
fn is_standard(target: &Target) -> bool {
    match target {
        Target::Builtin => true,
        Target::External(krate) => standard::is_crate(krate),
        _ => false,
    }
}
