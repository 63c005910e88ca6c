//! What opens a knot: candidates are taken apart on paper, and what is left of the circle is measured.
//!
//! A candidate either takes parts out of a group, with all in it that needs them (up) or that they need (down), or it
//! turns the references of one arc round. Each is judged by finding the components once more, so the time is that of the
//! knot times the candidates; [`EFFORT`] bounds the product, whatever the size.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use cleave_syntax::Workspace;

use super::component::Packed;
use super::network::Network;
use super::{Scale, Way};

/// Steps for all candidates of a knot.
const EFFORT: usize = 30_000_000;
/// What turning one reference round costs, in lines moved.
const TURN: usize = 30;
/// More references than this nobody turns round.
const TURNED: usize = 6;
/// How many of the best single candidates are tried in pairs.
const PAIRED: usize = 16;

/// A knot by itself: its groups numbered from 0 on, and the arcs between them.
pub(super) struct Local<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) network: &'a Network,
    /// Ascending.
    pub(super) groups: Vec<u32>,
    /// By from, then to.
    pub(super) arcs: Vec<Arc>,
    pub(super) lines: usize,
    by_group: Vec<u32>,
}

/// Everything in one group that needs something in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) from: u32,
    pub(super) to: u32,
    /// The links between their parts.
    pub(super) links: Vec<(u32, u32)>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) way: Way,
    /// Arcs that are gone then.
    pub(super) arcs: Vec<usize>,
    /// Parts that leave their group, ascending; none where references are turned round.
    pub(super) parts: Vec<u32>,
    /// Lines to be moved, or what the work is worth.
    pub(super) cost: usize,
    /// Lines in the biggest circle that is left.
    pub(super) left: usize,
}

impl<'a> Local<'a> {
    /// A component of a network by itself.
    pub(super) fn new(workspace: &'a Workspace, network: &'a Network, groups: Vec<u32>) -> Self {
        let mut by_group = vec![u32::MAX; network.groups()];
        for (index, group) in groups.iter().enumerate() {
            by_group[*group as usize] = index as u32;
        }
        let mut crossing = Vec::new();
        for group in &groups {
            for (from, to) in network
                .parts_of(*group)
                .flat_map(|part| network.links_from(part))
            {
                let (a, b) = (network.group(*from), network.group(*to));
                let (a, b) = (by_group[a as usize], by_group[b as usize]);
                if a != b && b != u32::MAX {
                    crossing.push((a, b, (*from, *to)));
                }
            }
        }
        crossing.sort_unstable();
        let mut arcs: Vec<Arc> = Vec::new();
        for (from, to, link) in crossing {
            match arcs.last_mut() {
                Some(arc) if (arc.from, arc.to) == (from, to) => arc.links.push(link),
                _ => arcs.push(Arc {
                    from,
                    to,
                    links: vec![link],
                }),
            }
        }
        let lines = groups.iter().map(|group| network.lines_of(*group)).sum();
        Self {
            workspace,
            network,
            groups,
            arcs,
            lines,
            by_group,
        }
    }

    /// The best things to do: single ones, and pairs that do more than both apart. Best first.
    pub(super) fn cuts(&self, closing: &[usize]) -> Vec<Vec<Change>> {
        let size = self.arcs.len() + self.links();
        let budget = (EFFORT / size.max(1)).clamp(40, 1_500);
        let mut singles = self.candidates(closing, budget);
        for change in &mut singles {
            change.left = self.left(&[&*change]);
        }
        singles.sort_by_cached_key(|change| {
            let rank = self.rank(std::slice::from_ref(change));
            (
                rank.is_none(),
                rank,
                change.arcs.clone(),
                change.parts.clone(),
            )
        });
        let pairs = self.pairs(&singles, closing, budget);
        let mut cuts: Vec<_> = singles
            .into_iter()
            .map(|change| vec![change])
            .chain(pairs)
            .filter_map(|cut| Some((self.rank(&cut)?, cut)))
            .collect();
        cuts.sort_by(|a, b| a.0.cmp(&b.0));
        distinct(cuts.into_iter().map(|(_, cut)| cut).collect())
    }

    fn links(&self) -> usize {
        self.arcs.iter().map(|arc| arc.links.len()).sum()
    }

    /// Lines freed beyond those that are moved.
    fn gain(&self, left: usize, cost: usize) -> usize {
        self.lines.saturating_sub(left).saturating_sub(cost)
    }

    /// The smaller the better: much gained for little work. None where nothing is gained.
    fn rank(&self, cut: &[Change]) -> Option<(Reverse<usize>, Vec<usize>, Vec<u32>)> {
        let left = cut.iter().map(|change| change.left).min().unwrap_or(0);
        let cost: usize = cut.iter().map(|change| change.cost).sum();
        let gain = self.gain(left, cost);
        let arcs = cut.iter().flat_map(|change| change.arcs.clone()).collect();
        let parts = cut.iter().flat_map(|change| change.parts.clone()).collect();
        (gain > 0).then_some((Reverse(gain * gain / (20 + cost)), arcs, parts))
    }

    fn pairs(&self, singles: &[Change], closing: &[usize], budget: usize) -> Vec<Vec<Change>> {
        // What closes the circle goes first: two such arcs side by side are what no single cut can open.
        let mut tried: Vec<&Change> = singles
            .iter()
            .filter(|change| change.arcs.iter().all(|arc| closing.contains(arc)))
            .collect();
        tried.sort_by_key(|change| change.cost);
        tried.truncate(PAIRED);
        let best = singles.iter().take(PAIRED / 4);
        let chosen: Vec<&Change> = tried.into_iter().chain(best).collect();
        let mut pairs = Vec::new();
        let both = chosen
            .iter()
            .enumerate()
            .flat_map(|(at, a)| chosen[at + 1..].iter().map(move |b| (*a, *b)));
        for (a, b) in both
            .filter(|(a, b)| !a.arcs.iter().any(|arc| b.arcs.contains(arc)))
            .take(budget / 2)
        {
            let left = self.left(&[a, b]);
            let apart = (self.lines - a.left) + (self.lines - b.left);
            let pair: Vec<Change> = [a, b]
                .into_iter()
                .map(|change| Change {
                    left,
                    ..change.clone()
                })
                .collect();
            if self.lines - left > apart + apart / 4 && self.gain(left, a.cost + b.cost) > 0 {
                pairs.push(pair);
            }
        }
        pairs
    }

    fn candidates(&self, closing: &[usize], budget: usize) -> Vec<Change> {
        let mut degrees = vec![(0_u32, 0_u32); self.groups.len()];
        for arc in &self.arcs {
            degrees[arc.from as usize].0 += 1;
            degrees[arc.to as usize].1 += 1;
        }
        let mut order: Vec<usize> = (0..self.arcs.len()).collect();
        let closing: BTreeSet<usize> = closing.iter().copied().collect();
        order.sort_by_key(|index| {
            let arc = &self.arcs[*index];
            let frees = degrees[arc.from as usize].0 == 1 || degrees[arc.to as usize].1 == 1;
            (!closing.contains(index), !frees, arc.links.len(), *index)
        });
        let mut found = Vec::new();
        for index in order.into_iter().take(budget) {
            found.extend(self.of_arc(index));
        }
        if self.network.scale != Scale::Method {
            let mut groups: Vec<u32> = (0..self.groups.len() as u32).collect();
            groups
                .sort_by_key(|group| Reverse(self.network.lines_of(self.groups[*group as usize])));
            for group in groups.into_iter().take(budget / 2) {
                found.extend(self.of_group(group));
            }
        }
        found.truncate(budget);
        found
    }

    /// The ways to get rid of one arc.
    fn of_arc(&self, index: usize) -> Vec<Change> {
        let arc = &self.arcs[index];
        let mut found = Vec::new();
        let froms = arc.links.iter().map(|(from, _)| *from).collect();
        let tos = arc.links.iter().map(|(_, to)| *to).collect();
        found.extend(self.up(arc.from, froms, vec![index]));
        found.extend(self.down(arc.to, tos, vec![index]));
        if arc.links.len() <= TURNED {
            found.push(Change {
                way: Way::Turn,
                arcs: vec![index],
                parts: Vec::new(),
                cost: arc.links.len() * TURN,
                left: self.lines,
            });
        }
        found
    }

    /// The ways to take out of a group all that ties it to the others.
    fn of_group(&self, group: u32) -> Vec<Change> {
        let indexes = |of: &dyn Fn(&Arc) -> u32| -> Vec<usize> {
            let arcs = self.arcs.iter().enumerate();
            arcs.filter(|(_, arc)| of(arc) == group)
                .map(|(index, _)| index)
                .collect()
        };
        let (out, into) = (indexes(&|arc| arc.from), indexes(&|arc| arc.to));
        let links = |arcs: &[usize]| -> Vec<(u32, u32)> {
            let arcs = arcs.iter().map(|arc| &self.arcs[*arc]);
            arcs.flat_map(|arc| arc.links.clone()).collect()
        };
        let froms = links(&out).into_iter().map(|(from, _)| from).collect();
        let tos = links(&into).into_iter().map(|(_, to)| to).collect();
        let up = self.up(group, froms, out);
        up.into_iter().chain(self.down(group, tos, into)).collect()
    }

    /// Takes parts out of a group with all in it that needs them.
    fn up(&self, group: u32, seeds: BTreeSet<u32>, arcs: Vec<usize>) -> Option<Change> {
        let parts = self.closure(group, seeds, true);
        let way = match self.network.scale {
            Scale::Module => Way::MoveUp,
            Scale::Item if parts.iter().all(|part| self.is_method(*part)) => Way::ExtensionTrait,
            Scale::Item | Scale::Method => return None,
        };
        self.taken(group, way, parts, arcs)
    }

    /// Takes parts out of a group with all in it that they need.
    fn down(&self, group: u32, seeds: BTreeSet<u32>, arcs: Vec<usize>) -> Option<Change> {
        if self.network.scale != Scale::Module {
            return None;
        }
        let parts = self.closure(group, seeds, false);
        self.taken(group, Way::MoveDown, parts, arcs)
    }

    fn taken(&self, group: u32, way: Way, parts: Vec<u32>, arcs: Vec<usize>) -> Option<Change> {
        let cost = parts
            .iter()
            .map(|part| self.network.parts[*part as usize].lines)
            .sum();
        // More than half of a group is the group.
        let whole = self.network.lines_of(self.groups[group as usize]);
        (!parts.is_empty() && cost * 2 <= whole).then_some(Change {
            way,
            arcs,
            parts,
            cost,
            left: self.lines,
        })
    }

    fn is_method(&self, part: u32) -> bool {
        let first = self.network.parts[part as usize].items.first();
        first.is_some_and(|id| self.workspace.item(*id).parent.is_some())
    }

    /// Parts of a group with what needs them in it (or what they need in it), and so on.
    fn closure(&self, group: u32, seeds: BTreeSet<u32>, upwards: bool) -> Vec<u32> {
        let range = self.network.parts_of(self.groups[group as usize]);
        let links: Vec<(u32, u32)> = range
            .clone()
            .flat_map(|part| self.network.links_from(part))
            .filter(|(_, to)| range.contains(to))
            .map(|(from, to)| if upwards { (*to, *from) } else { (*from, *to) })
            .map(|(a, b)| (a - range.start, b - range.start))
            .collect();
        let inside = Packed::new(range.len(), links.iter().copied());
        let mut found = seeds.clone();
        let mut pending: Vec<u32> = seeds.into_iter().collect();
        while let Some(part) = pending.pop() {
            for next in inside.heads(part - range.start) {
                if found.insert(next + range.start) {
                    pending.push(next + range.start);
                }
            }
        }
        found.into_iter().collect()
    }

    /// Lines in the biggest circle when all of some changes are done.
    fn left(&self, changes: &[&Change]) -> usize {
        let nodes = self.groups.len() + changes.len();
        let mut lines: Vec<usize> = self
            .groups
            .iter()
            .map(|group| self.network.lines_of(*group))
            .collect();
        let mut divided = BTreeSet::new();
        for change in changes {
            lines.push(0);
            for part in &change.parts {
                let group = self.by_group[self.network.group(*part) as usize];
                let size = self.network.parts[*part as usize].lines;
                lines[group as usize] = lines[group as usize].saturating_sub(size);
                if let Some(own) = lines.last_mut() {
                    *own += size;
                }
                divided.insert(group);
            }
        }
        let arcs = self.arcs_after(changes, &divided);
        let component = Packed::new(nodes, arcs.iter().copied()).components();
        let mut sums = vec![(0, 0); nodes];
        for (node, found) in component.iter().enumerate() {
            sums[*found as usize].0 += lines[node];
            sums[*found as usize].1 += 1;
        }
        let circles = sums.into_iter().filter(|(_, members)| *members > 1);
        circles.map(|(lines, _)| lines).max().unwrap_or(0)
    }

    fn arcs_after(&self, changes: &[&Change], divided: &BTreeSet<u32>) -> Vec<(u32, u32)> {
        let node = |part: u32| {
            let taken = changes
                .iter()
                .position(|change| change.parts.binary_search(&part).is_ok());
            match taken {
                Some(change) => (self.groups.len() + change) as u32,
                None => self.by_group[self.network.group(part) as usize],
            }
        };
        let mut arcs = Vec::with_capacity(self.arcs.len());
        for (index, arc) in self.arcs.iter().enumerate() {
            if divided.contains(&arc.from) || divided.contains(&arc.to) {
                let links = arc.links.iter();
                arcs.extend(links.map(|(from, to)| (node(*from), node(*to))));
            } else if !changes
                .iter()
                .any(|change| change.way == Way::Turn && change.arcs.contains(&index))
            {
                arcs.push((arc.from, arc.to));
            }
        }
        for group in divided {
            let range = self.network.parts_of(self.groups[*group as usize]);
            let links = range
                .clone()
                .flat_map(|part| self.network.links_from(part))
                .filter(|(_, to)| range.contains(to));
            arcs.extend(
                links
                    .map(|(from, to)| (node(*from), node(*to)))
                    .filter(|(from, to)| from != to),
            );
        }
        arcs
    }
}

/// One cut for each place; a later one that moves the same or opens the same arcs adds nothing.
fn distinct(cuts: Vec<Vec<Change>>) -> Vec<Vec<Change>> {
    let mut seen_arcs: BTreeSet<usize> = BTreeSet::new();
    let mut seen_parts: BTreeSet<u32> = BTreeSet::new();
    let mut kept = Vec::new();
    for cut in cuts {
        let is_new = cut.iter().any(|change| {
            !change.arcs.iter().any(|arc| seen_arcs.contains(arc))
                && !change.parts.iter().any(|part| seen_parts.contains(part))
        });
        if is_new {
            seen_arcs.extend(cut.iter().flat_map(|change| &change.arcs));
            seen_parts.extend(cut.iter().flat_map(|change| &change.parts));
            kept.push(cut);
        }
    }
    kept
}
