//! What the page's script works on, as JSON: names once, columns in place of objects.

use std::collections::BTreeMap;

use cleave_syntax::item::{ItemKind, Level};
use serde::Serialize;

use super::Subject;
use super::layout::{Key, Spot, spots};
use super::model::{CodeLine, Model, line_starts};

/// No longer than this is a line of code on the page, in characters.
const LINE: usize = 180;

/// Everything the script knows.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    version: u32,
    package: String,
    is_planned: bool,
    crates: Vec<CrateData>,
    keep: Vec<String>,
    modules: Vec<String>,
    items: Items,
    today: View,
    planned: View,
    /// From, to, references, lines left out, then indexes of code lines.
    arrows: Vec<Vec<usize>>,
    /// File, line, text.
    lines: Vec<(usize, usize, String)>,
    files: Vec<String>,
}

/// A crate, with its entry in `split.toml`.
#[derive(Debug, Serialize)]
struct CrateData {
    name: String,
    role: String,
    modules: Vec<String>,
    items: Vec<String>,
    below: Vec<usize>,
}

/// Items, a column a property.
#[derive(Debug, Default, Serialize)]
struct Items {
    label: Vec<String>,
    kind: Vec<&'static str>,
    module: Vec<usize>,
    lines: Vec<usize>,
    is_public: Vec<u8>,
    is_pinned: Vec<u8>,
    unit: Vec<usize>,
    /// Index of a code line: where it is defined.
    place: Vec<usize>,
}

/// The crate of every item, and where boxes stand.
#[derive(Debug, Serialize)]
struct View {
    home: Vec<usize>,
    item: Vec<Spot>,
    krate: Vec<Spot>,
    /// By `crate|module path`.
    module: BTreeMap<String, Spot>,
}

impl Data {
    pub(super) fn of(subject: &Subject<'_>, model: &Model) -> Self {
        let workspace = subject.workspace;
        let paths = model
            .items
            .iter()
            .map(|id| workspace.module(workspace.item(*id).module).path.clone());
        let mut modules: Vec<String> = paths.collect();
        modules.sort();
        modules.dedup();
        let mut code = Code::default();
        let items = items(subject, model, &modules, &mut code);
        let arrows = model
            .arrows
            .iter()
            .map(|arrow| {
                let places = arrow.places.iter().map(|place| code.line(*place));
                [arrow.from, arrow.to, arrow.total, arrow.left_out]
                    .into_iter()
                    .chain(places)
                    .collect()
            })
            .collect();
        let (lines, files) = code.finish(subject);
        let plan = subject.plan.map(|(plan, _)| plan);
        Self {
            version: 1,
            package: subject.crate_name(subject.root()).to_owned(),
            is_planned: plan.is_some(),
            crates: crates(subject),
            keep: plan.map(|plan| plan.keep.clone()).unwrap_or_default(),
            modules,
            items,
            today: view(subject, model, &model.today),
            planned: view(subject, model, &model.planned),
            arrows,
            lines,
            files,
        }
    }

    /// As it may stand in a `<script>` element: nothing in it can end the element or open a comment.
    pub(super) fn to_script(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_else(|_| "null".to_owned());
        json.replace('<', "\\u003c")
            .replace('>', "\\u003e")
            .replace('&', "\\u0026")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029")
    }
}

fn crates(subject: &Subject<'_>) -> Vec<CrateData> {
    let planned = subject.plan.iter().flat_map(|(plan, _)| &plan.crates);
    let mut crates: Vec<CrateData> = planned
        .map(|krate| CrateData {
            name: krate.name.clone(),
            role: krate.role.as_str().to_owned(),
            modules: krate.modules.clone(),
            items: krate.items.clone(),
            below: krate.depends_on.clone(),
        })
        .collect();
    crates.push(CrateData {
        name: subject.crate_name(subject.root()).to_owned(),
        role: "root".to_owned(),
        modules: Vec::new(),
        items: Vec::new(),
        below: (0..subject.root()).collect(),
    });
    crates
}

fn items(subject: &Subject<'_>, model: &Model, modules: &[String], code: &mut Code) -> Items {
    let workspace = subject.workspace;
    let starts = line_starts(subject);
    let mut items = Items::default();
    for (index, id) in model.items.iter().enumerate() {
        let item = workspace.item(*id);
        let module = workspace.module(item.module);
        let place = CodeLine {
            file: module.file,
            line: starts[module.file.index()]
                .partition_point(|start| *start <= item.name_range.start),
        };
        let is_public = item.visibility.level == Level::Public || item.implementation.is_some();
        items.label.push(workspace.label_of(*id));
        items.kind.push(kind(item.kind));
        items
            .module
            .push(modules.binary_search(&module.path).unwrap_or(0));
        items.lines.push(model.lines_of(subject, index));
        items.is_public.push(u8::from(is_public));
        items.is_pinned.push(u8::from(model.pins[index].is_some()));
        items.unit.push(model.unit[index]);
        items.place.push(code.line(place));
    }
    items
}

fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Const => "const",
        ItemKind::Enum => "enum",
        ItemKind::ExternCrate => "extern crate",
        ItemKind::Fn => "fn",
        ItemKind::ForeignMod => "extern",
        ItemKind::InherentImpl | ItemKind::TraitImpl => "impl",
        ItemKind::MacroCall | ItemKind::Wrapper => "macro call",
        ItemKind::MacroRules => "macro",
        ItemKind::Mod => "mod",
        ItemKind::Static => "static",
        ItemKind::Struct => "struct",
        ItemKind::Trait | ItemKind::TraitAlias => "trait",
        ItemKind::TypeAlias => "type",
        ItemKind::Union => "union",
        ItemKind::Use => "use",
        ItemKind::Verbatim => "item",
    }
}

fn view(subject: &Subject<'_>, model: &Model, homes: &[usize]) -> View {
    let mut view = View {
        home: homes.to_vec(),
        item: vec![(0, 0); homes.len()],
        krate: vec![(0, 0); subject.root() + 1],
        module: BTreeMap::new(),
    };
    for (key, spot) in spots(subject, model, homes) {
        match key {
            Key::Crate(krate) => view.krate[krate] = spot,
            Key::Item(item) => view.item[item] = spot,
            Key::Module(krate, path) => {
                view.module.insert(format!("{krate}|{path}"), spot);
            }
        }
    }
    view
}

/// Code lines by number, each once.
#[derive(Debug, Default)]
struct Code {
    numbers: BTreeMap<CodeLine, usize>,
    lines: Vec<CodeLine>,
}

impl Code {
    fn line(&mut self, line: CodeLine) -> usize {
        *self.numbers.entry(line).or_insert_with(|| {
            self.lines.push(line);
            self.lines.len() - 1
        })
    }

    fn finish(self, subject: &Subject<'_>) -> (Vec<(usize, usize, String)>, Vec<String>) {
        let starts = line_starts(subject);
        let mut files: Vec<usize> = self.lines.iter().map(|line| line.file.index()).collect();
        files.sort_unstable();
        files.dedup();
        let text = |line: &CodeLine| {
            let source = &subject.workspace.file(line.file).text;
            let start = starts[line.file.index()]
                .get(line.line.saturating_sub(1))
                .map_or(0, |start| *start as usize);
            let code = source[start..].lines().next().unwrap_or_default().trim();
            shorten(code)
        };
        let lines = self.lines.iter().map(|line| {
            let file = files.binary_search(&line.file.index()).unwrap_or(0);
            (file, line.line, text(line))
        });
        let lines = lines.collect();
        let path = |file: usize| subject.workspace.files[file].path.to_string();
        (lines, files.into_iter().map(path).collect())
    }
}

fn shorten(code: &str) -> String {
    match code.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &code[..end]),
        None => code.to_owned(),
    }
}
