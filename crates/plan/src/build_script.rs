//! Code that reads what the package's build script makes stays in the package that has the script, unless every crate can
//! have one like it (row E5).

use std::collections::BTreeSet;

use cleave_syntax::token::words;
use cleave_syntax::workspace::{CrateKind, DependencyKind};
use cleave_syntax::{CrateId, FileId, ItemId, ModuleId, Workspace};

/// What the build scripts of a workspace set, as far as their text says it.
pub struct BuildOutput {
    cfgs: BTreeSet<String>,
    variables: BTreeSet<String>,
    /// Whether one has a library linked.
    links: bool,
    /// By module: whether it is there under a condition that reads any of it.
    modules: Vec<bool>,
    /// The split package's script, where it does the same in any package.
    script: Option<FileId>,
}

/// What build scripts only ask about the compiler and the target with.
const PROBES: &[&str] = &[
    "autocfg",
    "cfg_aliases",
    "rustc_version",
    "rustversion",
    "semver",
    "version_check",
];

/// What a script may do that does not do the same in the package of another crate: it reads files or the package's own
/// names, features and dependencies, links libraries, starts programs.
const OF_ITS_PACKAGE: &[&str] = &[
    "CARGO_BIN",
    "CARGO_FEATURE",
    "CARGO_MANIFEST",
    "CARGO_PKG",
    "Command::new(\"",
    "\"DEP_",
    "File::open",
    "canonicalize",
    "current_dir",
    "env!(",
    "exists()",
    "feature =",
    "feature=",
    "fs::copy",
    "fs::read",
    "include",
    "is_dir()",
    "is_file()",
    "read_dir",
    "read_to_string",
    "rustc-link",
];

/// What build scripts have libraries compiled, or found, and linked with.
const LINKERS: &[&str] = &["cc", "cmake", "pkg-config", "system-deps", "vcpkg"];

impl BuildOutput {
    /// Reads the scripts, and which modules stand under what they set. Linear in the modules.
    pub fn of(workspace: &Workspace) -> Self {
        let mut output = Self {
            cfgs: BTreeSet::new(),
            variables: BTreeSet::new(),
            links: false,
            modules: Vec::new(),
            script: copyable(workspace),
        };
        let scripts = workspace
            .crates
            .iter()
            .filter(|krate| krate.kind == CrateKind::BuildScript);
        for script in scripts {
            let text = &workspace.file(workspace.module(script.root).file).text;
            let mut dependencies = workspace.package(script.package).dependencies.iter();
            output.links |= text.contains("rustc-link")
                || dependencies.any(|it| {
                    it.kind == DependencyKind::Build && LINKERS.contains(&it.package.as_str())
                });
            output.cfgs.extend(words_after(text, "rustc-cfg="));
            output.cfgs.extend(aliases(text));
            output.variables.extend(words_after(text, "rustc-env="));
            output.variables.insert("OUT_DIR".to_owned());
        }
        // Parents come before their children.
        for id in (0..workspace.modules.len()).map(ModuleId::new) {
            let parent = workspace.module(id).parent;
            let is_within = parent.is_some_and(|parent| output.modules[parent.index()]);
            let reads = is_within || output.is_read_above(workspace, id);
            output.modules.push(reads);
        }
        output
    }

    /// Whether an attribute of a module's declaration reads a `cfg` of it.
    fn is_read_above(&self, workspace: &Workspace, module: ModuleId) -> bool {
        workspace.declarations(module).any(|declaration| {
            let item = workspace.item(declaration);
            let file = workspace.file(workspace.module(item.module).file);
            let mut attributes = item.attributes.iter();
            attributes.any(|attribute| self.is_in_condition(&file[attribute.range]))
        })
    }

    /// The names of the `cfg`s that scripts set, ascending.
    pub fn cfgs(&self) -> impl Iterator<Item = &str> {
        self.cfgs.iter().map(String::as_str)
    }

    /// Whether a script sets a `cfg` of this name.
    pub fn sets(&self, name: &str) -> bool {
        self.cfgs.contains(name)
    }

    /// Whether a build script has a library linked, which code of its package calls.
    pub(crate) fn links(&self) -> bool {
        self.links
    }

    /// The split package's script, where every crate with code that reads what it sets can have one like it: it does
    /// nothing but ask about the compiler and the target.
    pub fn script(&self) -> Option<FileId> {
        self.script
    }

    /// Whether an item has to stay in the package of the script.
    pub(crate) fn keeps(&self, workspace: &Workspace, id: ItemId) -> bool {
        // The script may write code, which names what it names.
        let is_code = || {
            let text = workspace.text_of(id);
            text.contains("include!(") && text.contains("OUT_DIR")
        };
        self.is_read_by(workspace, id) && (self.script.is_none() || is_code())
    }

    /// Whether an item, its attributes and those of the modules around it included, reads any of it. Linear in its text.
    pub fn is_read_by(&self, workspace: &Workspace, id: ItemId) -> bool {
        if self.variables.is_empty() {
            return false;
        }
        let text = workspace.text_of(id);
        let variable = |name: &String| text.contains(&format!("env!(\"{name}\""));
        self.modules[workspace.item(id).module.index()]
            || self.variables.iter().any(variable)
            || self.is_in_condition(text)
    }

    /// Whether a `cfg` of it stands in a condition: in `cfg(…)`, `cfg!(…)` or `cfg_attr(…)`.
    fn is_in_condition(&self, text: &str) -> bool {
        conditions(text).any(|condition| words(condition).any(|word| self.sets(word)))
    }
}

/// The split package's script, if it does the same in the package of any crate.
fn copyable(workspace: &Workspace) -> Option<FileId> {
    let package = workspace.package(workspace.package);
    let mut scripts = workspace.crates.iter().enumerate().filter(|(_, krate)| {
        krate.package == workspace.package && krate.kind == CrateKind::BuildScript
    });
    let (index, script) = scripts.next()?;
    let file = workspace.module(script.root).file;
    let text = &workspace.file(file).text;
    let is_one_file = workspace.modules_of(CrateId::new(index)).count() == 1;
    let mut needs = package.dependencies.iter();
    let asks =
        needs.all(|it| it.kind != DependencyKind::Build || PROBES.contains(&it.package.as_str()));
    let path = &workspace.file(file).path;
    let own = path.strip_prefix(&package.dir).unwrap_or(path).as_str();
    let mut watched = text.match_indices("rerun-if-changed=");
    let watches_itself = watched.all(|(at, words)| {
        let rest = text[at + words.len()..].strip_prefix("build.rs");
        own == "build.rs" && rest.is_some_and(|rest| rest.starts_with(['"', '\n', '\\']))
    });
    let is_its_own = OF_ITS_PACKAGE.iter().any(|words| text.contains(words));
    let says = |words: &str| package.manifest.contains(words);
    let is_linked = says("\nlinks") || says(".build-dependencies");
    (is_one_file && asks && watches_itself && !is_its_own && !is_linked).then_some(file)
}

/// What stands between the parentheses of each `cfg(…)`, `cfg!(…)` and `cfg_attr(…)`.
fn conditions(text: &str) -> impl Iterator<Item = &str> {
    let starts = ["cfg(", "cfg!(", "cfg_attr("].into_iter();
    starts.flat_map(move |start| {
        text.match_indices(start).map(move |(at, _)| {
            let inside = &text[at + start.len()..];
            let mut open = 1;
            let end = inside.find(|c: char| {
                open += i32::from(c == '(') - i32::from(c == ')');
                open == 0
            });
            &inside[..end.unwrap_or(inside.len())]
        })
    })
}

/// The names that a script gives to conditions: `cfg_aliases! { fast: { any(feature = "a", unix) } }`.
fn aliases(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, call) in text.match_indices("cfg_aliases!") {
        let mut open = 0;
        let mut word = String::new();
        for c in text[at + call.len()..].chars() {
            open += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
            match c {
                ')' | ']' | '}' if open == 0 => break,
                ':' if open == 1 => found.push(std::mem::take(&mut word)),
                _ if c.is_alphanumeric() || c == '_' => word.push(c),
                _ if c.is_whitespace() => {}
                _ => word.clear(),
            }
        }
    }
    found
}

/// The word behind each occurrence of some text.
fn words_after<'t>(text: &'t str, before: &'t str) -> impl Iterator<Item = String> + 't {
    text.match_indices(before).filter_map(move |(at, _)| {
        let rest = &text[at + before.len()..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    })
}
