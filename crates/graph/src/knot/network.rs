//! Who needs whom at one level: groups (what the level calls a node), and the parts that a group can be taken apart into.

use std::collections::HashMap;

use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, Workspace};

use super::Scale;
use crate::graph::Graph;

/// Stands for no part.
const NONE: u32 = u32::MAX;

/// What can be taken out of its group in one piece.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The item that names it: a type before its impls.
    pub(super) lead: ItemId,
    /// The items it is made of, ascending.
    pub(super) items: Vec<ItemId>,
    /// Its group.
    pub(super) group: u32,
    /// Its non-test lines.
    pub(super) lines: usize,
}

/// Parts, groups, and links between parts.
#[derive(Debug, Clone, Default)]
pub(super) struct Network {
    pub(super) scale: Scale,
    /// By group, then by first item.
    pub(super) parts: Vec<Part>,
    /// By group: where its parts start; one more at the end.
    pub(super) starts: Vec<u32>,
    /// By group: the id of the module or item that it is.
    pub(super) keys: Vec<u32>,
    /// Distinct pairs of parts, the needing one first, ascending.
    pub(super) links: Vec<(u32, u32)>,
    /// By item: its part, or [`NONE`].
    part_of: Vec<u32>,
}

impl Network {
    /// Reads the links of a crate off the graph. Linear in the edges, times a logarithm for the order.
    pub(super) fn new(workspace: &Workspace, graph: &Graph, krate: CrateId, scale: Scale) -> Self {
        let items: Vec<ItemId> = workspace
            .items_of(krate)
            .filter(|id| workspace.item(*id).is_node() && !workspace.item(*id).is_test)
            .collect();
        let keys = Keys {
            workspace,
            graph,
            scale,
        };
        let mut order: Vec<(u32, u32, ItemId)> = items
            .iter()
            .map(|id| (keys.group(*id), keys.part(*id), *id))
            .collect();
        order.sort_unstable();
        let mut network = Network {
            scale,
            part_of: vec![NONE; workspace.items.len()],
            ..Network::default()
        };
        let mut last = None;
        for (group, part, id) in order {
            network.place(workspace, (group, part), id, &mut last);
        }
        network.starts.push(network.parts.len() as u32);
        network.links = network.links(workspace, graph, &items);
        network
    }

    fn place(
        &mut self,
        workspace: &Workspace,
        key: (u32, u32),
        id: ItemId,
        last: &mut Option<(u32, u32)>,
    ) {
        if last.is_none_or(|(group, _)| group != key.0) {
            self.starts.push(self.parts.len() as u32);
            self.keys.push(key.0);
        }
        if *last != Some(key) {
            self.parts.push(Part {
                lead: ItemId(key.1),
                items: Vec::new(),
                group: self.starts.len() as u32 - 1,
                lines: 0,
            });
            *last = Some(key);
        }
        self.part_of[id.index()] = self.parts.len() as u32 - 1;
        let Some(part) = self.parts.last_mut() else {
            return;
        };
        part.lines += lines(workspace, id);
        part.items.push(id);
    }

    fn links(&self, workspace: &Workspace, graph: &Graph, items: &[ItemId]) -> Vec<(u32, u32)> {
        let calls = match self.scale {
            Scale::Method => Calls::new(workspace, items),
            Scale::Module | Scale::Item => Calls::default(),
        };
        let mut links = Vec::new();
        for id in items {
            let from = self.part_of[id.index()];
            let called = calls.of(workspace, *id).map(|(to, _)| to);
            let targets = graph.edges_of(*id).iter().copied().chain(called);
            let parts = targets.filter_map(|to| self.part(to));
            links.extend(parts.filter(|to| *to != from).map(|to| (from, to)));
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    /// The part that an item belongs to.
    pub(super) fn part(&self, item: ItemId) -> Option<u32> {
        Some(self.part_of[item.index()]).filter(|part| *part != NONE)
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        self.starts.len() - 1
    }

    /// The parts of a group.
    pub(super) fn parts_of(&self, group: u32) -> std::ops::Range<u32> {
        self.starts[group as usize]..self.starts[group as usize + 1]
    }

    /// The lines of a group.
    pub(super) fn lines_of(&self, group: u32) -> usize {
        let range = self.parts_of(group);
        let parts = &self.parts[range.start as usize..range.end as usize];
        parts.iter().map(|part| part.lines).sum()
    }

    /// The group of a part.
    pub(super) fn group(&self, part: u32) -> u32 {
        self.parts[part as usize].group
    }

    /// The links that leave a part.
    pub(super) fn links_from(&self, part: u32) -> &[(u32, u32)] {
        let start = self.links.partition_point(|(from, _)| *from < part);
        let end = self.links.partition_point(|(from, _)| *from <= part);
        &self.links[start..end]
    }
}

/// Non-test lines of an item; an impl's methods count for themselves.
fn lines(workspace: &Workspace, id: ItemId) -> usize {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let methods = item.methods.iter();
    let inside: usize = methods
        .map(|method| file.line_count(workspace.item(*method).full))
        .sum();
    file.line_count(item.full).saturating_sub(inside)
}

struct Keys<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    scale: Scale,
}

impl Keys<'_> {
    fn group(&self, id: ItemId) -> u32 {
        match self.scale {
            Scale::Module => self.workspace.item(id).module.0,
            Scale::Item => self.whole(id).0,
            Scale::Method => self.single(id).0,
        }
    }

    fn part(&self, id: ItemId) -> u32 {
        if self.scale != Scale::Module {
            return self.single(id).0;
        }
        let whole = self.whole(id);
        let module = |id: ItemId| self.workspace.item(id).module;
        if module(whole) == module(id) {
            whole.0
        } else {
            self.workspace.item(id).parent.unwrap_or(id).0
        }
    }

    /// A method is a thing of its own.
    fn single(&self, id: ItemId) -> ItemId {
        match self.workspace.item(id).parent {
            Some(_) => id,
            None => self.owner(id),
        }
    }

    /// A type with its methods is one thing.
    fn whole(&self, id: ItemId) -> ItemId {
        self.owner(self.workspace.item(id).parent.unwrap_or(id))
    }

    /// An inherent impl belongs to its type.
    fn owner(&self, id: ItemId) -> ItemId {
        match self.workspace.item(id).kind {
            ItemKind::InherentImpl => self.graph.anchors[id.index()]
                .first()
                .copied()
                .unwrap_or(id),
            _ => id,
        }
    }
}

/// Methods that are called by a name only they have.
#[derive(Debug, Default)]
pub(super) struct Calls<'a> {
    by_name: HashMap<&'a str, Option<ItemId>>,
}

impl<'a> Calls<'a> {
    /// The methods among some items.
    pub(super) fn new(workspace: &'a Workspace, items: &[ItemId]) -> Self {
        let mut by_name = HashMap::new();
        for id in items {
            let item = workspace.item(*id);
            if item.parent.is_some() {
                by_name
                    .entry(item.name.as_str())
                    .and_modify(|found| *found = None)
                    .or_insert(Some(*id));
            }
        }
        Self { by_name }
    }

    /// The methods that an item calls so, each with where in [`Item::member_uses`](cleave_syntax::Item::member_uses).
    pub(super) fn of<'b>(
        &'b self,
        workspace: &'b Workspace,
        id: ItemId,
    ) -> impl Iterator<Item = (ItemId, usize)> + 'b {
        let uses = workspace.item(id).member_uses.iter().enumerate();
        uses.filter(|(_, member)| member.called && !member.receiver.is_local())
            .filter_map(|(at, member)| Some(((*self.by_name.get(member.name.as_str())?)?, at)))
    }
}
