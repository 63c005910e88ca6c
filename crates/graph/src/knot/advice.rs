//! Cuts and circles in words.

use cleave_syntax::item::PathContext;
use cleave_syntax::source::TextRange;
use cleave_syntax::{ItemId, ModuleId, Workspace};

use super::cut::{Arc, Change, Local};
use super::network::{Calls, Network};
use super::{Cut, Link, Member, Scale, Site, Way};
use crate::graph::{Graph, Place, Target};

/// How many places are named for one arc.
const SITES: usize = 3;
/// How many names a sentence lists.
const NAMES: usize = 3;

/// Turns what was found into words, with the places in the source.
pub(super) struct Writer<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) graph: &'a Graph,
    pub(super) network: &'a Network,
    /// Only for methods.
    pub(super) calls: Calls<'a>,
}

impl Writer<'_> {
    /// The name of a group.
    pub(super) fn name(&self, group: u32) -> String {
        let key = self.network.keys[group as usize];
        if self.network.scale != Scale::Module {
            return self.workspace.path_of(ItemId(key));
        }
        let path = &self.workspace.module(ModuleId(key)).path;
        if path.is_empty() {
            "crate".to_owned()
        } else {
            path.clone()
        }
    }

    /// A group as a member of a knot.
    pub(super) fn member(&self, group: u32) -> Member {
        let key = self.network.keys[group as usize];
        let (file, line) = match self.network.scale {
            Scale::Module => {
                let module = self.workspace.module(ModuleId(key));
                let file = self.workspace.file(module.file);
                (file.path.to_string(), file.line_column(module.body.start).0)
            }
            Scale::Item | Scale::Method => {
                let id = ItemId(key);
                self.place(id, self.workspace.item(id).name_range)
            }
        };
        Member {
            name: self.name(group),
            lines: self.network.lines_of(group),
            file,
            line,
        }
    }

    /// The item that names a part.
    fn lead(&self, part: u32) -> ItemId {
        self.network.parts[part as usize].lead
    }

    fn place(&self, id: ItemId, range: TextRange) -> (String, usize) {
        let module = self.workspace.module(self.workspace.item(id).module);
        let file = self.workspace.file(module.file);
        (file.path.to_string(), file.line_column(range.start).0)
    }

    /// An arc with the places that make it.
    pub(super) fn link(&self, local: &Local<'_>, arc: &Arc) -> Link {
        let mut sites: Vec<Site> = Vec::new();
        let mut count = 0;
        let mut last = None;
        for (from, to) in &arc.links {
            for id in &self.network.parts[*from as usize].items {
                for (target, range, weak) in self.uses(*id, *to) {
                    if last == Some((*id, range)) {
                        continue;
                    }
                    last = Some((*id, range));
                    count += 1;
                    if sites.len() < SITES {
                        sites.push(self.site((*id, target), range, weak));
                    }
                }
            }
        }
        Link {
            from: self.name(local.groups[arc.from as usize]),
            to: self.name(local.groups[arc.to as usize]),
            references: count.max(1),
            sites,
        }
    }

    fn site(&self, (from, to): (ItemId, ItemId), range: TextRange, weak: bool) -> Site {
        let (file, line) = self.place(from, range);
        Site {
            file,
            line,
            from: self.workspace.path_of(from),
            to: self.workspace.path_of(to),
            weak,
        }
    }

    /// The places where an item names something of a part.
    fn uses(&self, id: ItemId, part: u32) -> Vec<(ItemId, TextRange, bool)> {
        let item = self.workspace.item(id);
        let mut found: Vec<(ItemId, TextRange, bool)> = Vec::new();
        for reference in self.graph.references_of(id) {
            let (Target::Item(target) | Target::Opaque(target)) = reference.resolution.target
            else {
                continue;
            };
            let Place::Item(_, index) = reference.place else {
                continue;
            };
            let Some(path) = item.paths.get(index as usize) else {
                continue;
            };
            let is_doc = matches!(path.context, PathContext::DocLink | PathContext::DocTest);
            if !is_doc && self.network.part(target) == Some(part) {
                found.push((target, path.range(), path.guessed));
            }
        }
        for (target, at) in self.calls.of(self.workspace, id) {
            if self.network.part(target) == Some(part) {
                found.push((target, item.member_uses[at].range, true));
            }
        }
        found.sort_by_key(|(_, range, _)| *range);
        found
    }

    /// A cut in words.
    pub(super) fn cut(&self, local: &Local<'_>, changes: &[Change]) -> Cut {
        let left = changes.iter().map(|change| change.left).min().unwrap_or(0);
        let freed = local.lines.saturating_sub(left);
        let moved: usize = changes
            .iter()
            .flat_map(|change| &change.parts)
            .map(|part| self.network.parts[*part as usize].lines)
            .sum();
        let links: Vec<Link> = changes
            .iter()
            .flat_map(|change| &change.arcs)
            .map(|arc| self.link(local, &local.arcs[*arc]))
            .collect();
        let sentences: Vec<String> = changes
            .iter()
            .map(|change| self.sentence(local, change))
            .collect();
        let joined = match &sentences[..] {
            [one] => format!("{one}."),
            [one, two] => format!("Two together: {}; and {}.", lower(one), lower(two)),
            more => format!("{}.", more.join("; ")),
        };
        let advice = format!("{joined} {}.", effect(local.lines, left));
        Cut {
            way: changes.first().map_or(Way::Turn, |change| change.way),
            advice,
            links,
            moves: changes
                .iter()
                .flat_map(|change| &change.parts)
                .map(|part| self.workspace.path_of(self.lead(*part)))
                .collect(),
            moved,
            freed,
            left,
        }
    }

    fn sentence(&self, local: &Local<'_>, change: &Change) -> String {
        let from = |arc: &usize| self.name(local.groups[local.arcs[*arc].from as usize]);
        let to = |arc: &usize| self.name(local.groups[local.arcs[*arc].to as usize]);
        let names = self.names(&change.parts);
        let size = lines(change.cost);
        match change.way {
            Way::Turn => {
                let arc = change.arcs.first().copied().unwrap_or(0);
                let link = self.link(local, &local.arcs[arc]);
                let site = link.sites.first().map_or(String::new(), |site| {
                    format!(" (`{}`, {}:{})", site.to, site.file, site.line)
                });
                format!(
                    "Turn {} from `{}` to `{}` round{site}: hand what is needed in as an argument, a trait or a callback",
                    count(link.references, "the one reference", "references"),
                    link.from,
                    link.to
                )
            }
            Way::MoveDown => {
                let group = change.arcs.first().map(to).unwrap_or_default();
                format!(
                    "Move {names} ({size}) out of `{group}` down to a module below: {} of `{group}`",
                    all(
                        &distinct(change.arcs.iter().map(from)),
                        "needs nothing else",
                        "need nothing else"
                    )
                )
            }
            Way::MoveUp => {
                let group = change.arcs.first().map(from).unwrap_or_default();
                let upper = distinct(change.arcs.iter().map(to));
                let target = match &upper[..] {
                    [one] => format!("up to `{one}`"),
                    _ => "up to a module above".to_owned(),
                };
                format!(
                    "Move {names} ({size}) out of `{group}` {target}: nothing else in `{group}` needs {}",
                    quoted(&upper)
                )
            }
            Way::ExtensionTrait => {
                let group = change.arcs.first().map(from).unwrap_or_default();
                let upper = distinct(change.arcs.iter().map(to));
                format!(
                    "Lift {} ({size}) of `{group}`, {names}, into an extension trait above: no other method of it needs {}",
                    count(change.parts.len(), "one method", "methods"),
                    quoted(&upper)
                )
            }
        }
    }

    /// The first few parts by name, with the place where there is one only.
    fn names(&self, parts: &[u32]) -> String {
        let mut names: Vec<String> = parts
            .iter()
            .take(NAMES)
            .map(|part| {
                let id = self.lead(*part);
                format!("`{}`", self.workspace.item(id).label())
            })
            .collect();
        if let [part] = parts {
            let id = self.lead(*part);
            let (file, line) = self.place(id, self.workspace.item(id).name_range);
            names[0] = format!("{} ({file}:{line})", names[0]);
        }
        if parts.len() > NAMES {
            names.push(format!("{} more", parts.len() - NAMES));
        }
        and(&names)
    }
}

fn effect(lines: usize, left: usize) -> String {
    if left == 0 {
        return format!("That opens the knot: none of its {lines} lines is in a circle any more");
    }
    format!(
        "That frees {} of {lines} lines; the biggest circle left has {left}",
        lines - left
    )
}

fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn lines(number: usize) -> String {
    count(number, "1 line", "lines")
}

fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        one.to_owned()
    } else {
        format!("{number} {many}")
    }
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let names: std::collections::BTreeSet<String> = names.collect();
    names.into_iter().collect()
}

fn quoted(names: &[String]) -> String {
    let mut shown: Vec<String> = names
        .iter()
        .take(NAMES)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > NAMES {
        shown.push(format!("{} more", names.len() - NAMES));
    }
    and(&shown)
}

fn all(names: &[String], one: &str, many: &str) -> String {
    let verb = if names.len() == 1 { one } else { many };
    format!("{} {verb}", quoted(names))
}

fn and(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
