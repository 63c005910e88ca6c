//! Imports of targets: the text stays but for the crate's name where that will do.

use std::collections::BTreeMap;

use cleave_syntax::item::{Binding, Item, ItemKind, PathUse, UseLeaf};
use cleave_syntax::{FileId, TextRange, UseLeafId};

use super::way::Way;
use super::{Edits, Mover};
use crate::order::Style;
use crate::text::{self, Import};

/// What a `use` within a function names: each leaf's path, how it is written now, and up to which segment.
pub(super) type Local<'a> = Vec<(&'a PathUse, Way, usize)>;

impl Mover<'_> {
    /// An import keeps its text but for the crate's name where it can, and is written anew where its leaves part.
    pub(super) fn import(&self, item: &Item, edits: &mut Edits) -> Result<(), String> {
        let workspace = self.workspace;
        let mut ways = Vec::new();
        for id in &item.leaves {
            ways.push((workspace.leaf(*id), self.way_of_leaf(*id)?));
        }
        let file = workspace.module(item.module).file;
        let changed = || {
            ways.iter()
                .filter_map(|(leaf, way)| Some((leaf, way.as_ref()?)))
        };
        if item.kind == ItemKind::ExternCrate
            && changed().next().is_some()
            && item
                .attributes
                .iter()
                .any(|attribute| attribute.path == "macro_use")
        {
            return Err("takes macros by `#[macro_use]`".to_owned());
        }
        let mut names = BTreeMap::new();
        let mut simple = true;
        for (leaf, way) in changed() {
            let range = leaf.path.segments[0].range;
            match way {
                Way::Crate(name) => {
                    let old = &leaf.path.segments[0].name;
                    // The paths behind it keep the name that it binds.
                    let binds = item.kind == ItemKind::ExternCrate
                        && matches!(&leaf.binding, Binding::Name(bound) if bound == old.as_str())
                        && name != old.as_str();
                    let text = if binds {
                        format!("{name} as {old}")
                    } else {
                        name.clone()
                    };
                    let other = names.insert((file, range), text.clone());
                    simple &= other.is_none_or(|other| other == text);
                }
                Way::Path(_) => simple = false,
            }
        }
        let crates = changed().map(|(_, way)| way.krate().to_owned());
        edits.crates.extend(crates);
        if simple {
            edits.texts.extend(names);
            return Ok(());
        }
        let (range, text) = self.import_anew(item, &ways)?;
        edits.texts.insert((file, range), text);
        Ok(())
    }

    fn way_of_leaf(&self, id: UseLeafId) -> Result<Option<Way>, String> {
        let leaf = self.workspace.leaf(id);
        let mut ways: Vec<Way> = Vec::new();
        let file = self
            .workspace
            .module(self.workspace.item(leaf.item).module)
            .file;
        for resolution in &self.graph.leaves[id.index()] {
            let way = self.way((file, &leaf.path), resolution)?;
            if let Some((way, at)) = way {
                if matches!(way, Way::Path(_)) && at + 1 != leaf.path.segments.len() {
                    return Err(format!("imports `{}`", leaf.path.text()));
                }
                ways.push(way);
            }
        }
        ways.dedup();
        match ways.len() {
            0 | 1 => Ok(ways.pop()),
            _ => Err(format!("imports several things as `{}`", leaf.path.text())),
        }
    }

    fn import_anew(
        &self,
        item: &Item,
        ways: &[(&UseLeaf, Option<Way>)],
    ) -> Result<(TextRange, String), String> {
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let old = &file[item.range];
        if old.contains("//") || old.contains("/*") || item.kind != ItemKind::Use {
            return Err("has an import with comments in it".to_owned());
        }
        let attributes: Vec<String> = item
            .attributes
            .iter()
            .map(|attribute| file[attribute.range].to_owned())
            .collect();
        let list: Vec<Import> = ways
            .iter()
            .map(|(leaf, way)| Import {
                attributes: attributes.clone(),
                visibility: file[item.visibility.range].to_owned(),
                ..written(leaf, way.as_ref())
            })
            .collect();
        let line = file.text[..item.range.start as usize]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let indent = &file.text[line..item.range.start as usize];
        let text = text::imports(&list, indent, self.style());
        Ok((item.range, text.trim().to_owned()))
    }

    /// The `use` within a function of which the first segment stands at `first`.
    pub(super) fn local_import(
        &self,
        (file, first): (FileId, TextRange),
        leaves: &Local<'_>,
        edits: &mut Edits,
    ) -> Result<(), String> {
        edits
            .crates
            .extend(leaves.iter().map(|(_, way, _)| way.krate().to_owned()));
        let (path, way, at) = &leaves[0];
        let same = leaves
            .iter()
            .all(|(_, other, _)| other == way && matches!(other, Way::Crate(_)));
        let (range, text) = match way {
            Way::Crate(name) if same => (first, name.clone()),
            Way::Path(names) if leaves.len() == 1 => (
                first.cover(path.segments[*at].range),
                text::path(names.iter().map(String::as_str)),
            ),
            _ => self
                .local_anew((file, first), leaves)
                .ok_or_else(|| format!("has several things in one `use` of `{}`", path.text()))?,
        };
        edits.texts.insert((file, range), text);
        Ok(())
    }

    /// The same written anew, where it is one list of plain names.
    fn local_anew(
        &self,
        (file, first): (FileId, TextRange),
        leaves: &Local<'_>,
    ) -> Option<(TextRange, String)> {
        let text = &self.workspace.file(file).text;
        let start = text[..first.start as usize]
            .trim_end()
            .strip_suffix("use")?
            .len();
        let open = first.end as usize + text[first.end as usize..].find('{')?;
        let close = open + text[open..].find('}')?;
        let end = close + text[close..].find(';')? + 1;
        let plain = text[first.end as usize..open].trim() == "::"
            && text[close..end].trim_end_matches(';').trim() == "}"
            && !text[open + 1..close].contains(['{', '/', '#']);
        let mut list = Vec::new();
        let mut at = open + 1;
        for part in text[open + 1..close].split(',').filter(|_| plain) {
            let whole = TextRange::new(at as u32, (at + part.len()) as u32);
            at += part.len() + 1;
            if part.trim().is_empty() {
                continue;
            }
            let inside = |path: &PathUse| {
                path.segments
                    .last()
                    .is_some_and(|last| whole.contains(last.range))
            };
            let (path, way, upto) = leaves.iter().find(|(path, ..)| inside(path))?;
            let new = match way {
                Way::Crate(name) => format!("{name}::{}", part.trim()),
                Way::Path(names) => {
                    let rest = &text[path.segments[*upto].range.end as usize..whole.end as usize];
                    text::path(names.iter().map(String::as_str)) + rest.trim_end()
                }
            };
            let (name, alias) = new
                .split_once(" as ")
                .map_or((new.as_str(), ""), |(name, alias)| (name, alias.trim()));
            let (prefix, leaf) = name.rsplit_once("::")?;
            let alias = if alias.is_empty() {
                String::new()
            } else {
                format!(" as {alias}")
            };
            list.push(Import {
                attributes: Vec::new(),
                visibility: String::new(),
                prefix: prefix.to_owned(),
                leaf: format!("{leaf}{alias}"),
            });
        }
        let range = TextRange::new(start as u32, end as u32);
        let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = &text[line..start];
        let new = text::imports(&list, indent, self.style());
        (plain && !list.is_empty() && indent.trim().is_empty())
            .then(|| (range, new.trim().to_owned()))
    }

    fn style(&self) -> Style {
        Style::of(&self.workspace.krate(self.root).edition)
    }
}

/// A leaf as an import of its own.
fn written(leaf: &UseLeaf, way: Option<&Way>) -> Import {
    let old = || {
        leaf.path
            .segments
            .iter()
            .map(|segment| segment.name.to_string())
    };
    let mut names: Vec<String> = match way {
        None => old().collect(),
        Some(Way::Crate(name)) => std::iter::once(name.clone()).chain(old().skip(1)).collect(),
        Some(Way::Path(names)) => names.clone(),
    };
    let last = match &leaf.binding {
        Binding::Glob => "*".to_owned(),
        binding => {
            let own = names.pop().unwrap_or_default();
            match binding {
                Binding::Name(name) if *name != own => {
                    format!("{} as {}", text::identifier(&own), text::identifier(name))
                }
                Binding::Underscore => format!("{} as _", text::identifier(&own)),
                _ => text::identifier(&own),
            }
        }
    };
    let global = if leaf.path.global { "::" } else { "" };
    Import {
        attributes: Vec::new(),
        visibility: String::new(),
        prefix: format!("{global}{}", text::path(names.iter().map(String::as_str))),
        leaf: last,
    }
}
