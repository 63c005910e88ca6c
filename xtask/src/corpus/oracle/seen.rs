//! Reads what rustc prints.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use camino::Utf8Path;
use cleave_syntax::ItemId;

use super::Texts;

/// What rustc sees.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Where each definition stands, by number.
    pub(super) owners: BTreeMap<u32, ItemId>,
    pub(super) by_path: BTreeMap<String, u32>,
    /// Every path: where it stands, the item it stands in, and the definition, by number and path.
    pub(super) paths: Vec<(String, ItemId, (u32, String))>,
    /// Every function that is called or named.
    pub(super) functions: Vec<(String, ItemId, (u32, String))>,
}

impl Seen {
    /// The item that a definition, or what is around it, is.
    pub(super) fn target(&self, (number, path): &(u32, String)) -> Option<ItemId> {
        if let Some(item) = self.owners.get(number) {
            return Some(*item);
        }
        let mut path = path.as_str();
        while let Some((around, _)) = path.rsplit_once("::") {
            if let Some(number) = self.by_path.get(around) {
                return self.owners.get(number).copied();
            }
            path = around;
        }
        None
    }

    /// Whether a definition, or what it is of, stands in the body of an item.
    pub(super) fn is_local(&self, to: &(u32, String)) -> bool {
        let item = self.target(to);
        let starts = to.1.match_indices("::").map(|(at, _)| &to.1[..at]);
        let known = starts.chain([to.1.as_str()]).filter_map(|path| {
            let number = self.by_path.get(path)?;
            self.owners.get(number)
        });
        item.is_some() && known.filter(|known| Some(**known) == item).count() > 1
    }
}

impl Texts<'_> {
    pub(super) fn read(&self, out: &Utf8Path) -> Result<Seen, String> {
        let mut seen = Seen::default();
        let lines = |extension: &str| {
            let path = out.with_extension(extension);
            let file = std::fs::File::open(&path).map_err(|error| format!("{path}: {error}"))?;
            Ok::<_, String>(BufReader::new(file).lines().map_while(Result::ok))
        };
        let mut owner = None;
        let mut span = (0, String::new());
        let mut wanted = false;
        for line in lines("hir")? {
            let trimmed = line.trim_start();
            let indent = line.len() - trimmed.len();
            if line.ends_with("=> OwnerNodes {") {
                owner = definition(&line);
            } else if let Some(place) = trimmed.strip_prefix("span: ") {
                span = (indent, place.to_owned());
                if indent == 16
                    && let Some((number, path)) = owner.take()
                    && let Some(item) = self.item_at(place)
                {
                    seen.by_path.insert(path, number);
                    seen.owners.insert(number, item);
                }
                wanted = false;
            } else if trimmed == "res: Def(" {
                wanted = span.0 == indent;
            } else if wanted && matches!(trimmed, "Mod," | "TyParam," | "ConstParam,") {
                wanted = false;
            } else if wanted && trimmed.starts_with("DefId(0:") {
                if let (Some(item), Some(to)) = (self.item_at(&span.1), definition(trimmed)) {
                    seen.paths.push((span.1.clone(), item, to));
                }
                wanted = false;
            } else if trimmed.starts_with("DefId(") {
                wanted = false;
            }
        }
        self.read_bodies(lines("thir")?, &mut seen);
        Ok(seen)
    }

    /// What is called by a method's name, and which constants of a type or trait are named.
    fn read_bodies(&self, lines: impl Iterator<Item = String>, seen: &mut Seen) {
        let mut function = None;
        let mut last = String::new();
        let mut found = |place: &str, to| {
            if let Some(item) = self.item_at(place) {
                seen.functions.push((place.to_owned(), item, to));
            }
        };
        for line in lines {
            let trimmed = line.trim_start();
            if trimmed.starts_with("ty: FnDef(DefId(0:") {
                function = definition(trimmed);
            } else if let Some(place) = trimmed.strip_prefix("span: ") {
                place.clone_into(&mut last);
                if let Some(to) = function.take() {
                    found(place, to);
                }
            } else if trimmed.starts_with("def_id: DefId(0:")
                && let Some(to) = definition(trimmed)
            {
                found(&last, to);
            }
        }
    }
}

/// The number and path in `DefId(0:18 ~ lib[8569]::a::X)`.
fn definition(line: &str) -> Option<(u32, String)> {
    let rest = line.split_once("DefId(0:")?.1;
    let (number, rest) = rest.split_once(" ~ ")?;
    let path = rest.split_once(')').map_or(rest, |(path, _)| path);
    Some((number.parse().ok()?, path.to_owned()))
}
