//! Paths that start at the folder of the package (row F2): what moves starts at another one.

use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange};

use crate::include::{literals_in, normalize, relative};
use crate::scope::Scope;

/// `env!("CARGO_MANIFEST_DIR")` goes on meaning the folder of the package that the code leaves; so does the name of that
/// variable at the start of a path for a procedural macro that puts its value there: `"$CARGO_MANIFEST_DIR/a"`.
pub(crate) fn correct_manifest_folder(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    const CALL: &str = "env!(\"CARGO_MANIFEST_DIR\")";
    const VARIABLES: &[&str] = &["\"$CARGO_MANIFEST_DIR", "\"${CARGO_MANIFEST_DIR}"];
    let workspace = scope.workspace;
    let dir = |krate| &workspace.package(workspace.krate(krate).package).dir;
    let back = relative(dir(scope.dest), dir(scope.root));
    for id in workspace
        .items_of(scope.root)
        .filter(|id| scope.moving[id.index()] && workspace.item(*id).parent.is_none())
    {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        for (at, _) in file[item.range].match_indices(CALL) {
            let start = item.range.start + at as u32;
            let range = TextRange::new(start, start + CALL.len() as u32);
            let text = format!("concat!({CALL}, \"/{back}\")");
            let reason = Reason::new("F2", workspace.path_of(id));
            builder.replace(&file.path, range, text, reason);
        }
        for variable in VARIABLES {
            let ends = file[item.range].match_indices(variable);
            let ends = ends.map(|(at, _)| item.range.start + (at + variable.len()) as u32);
            for end in ends.filter(|end| file.text[*end as usize..].starts_with(['/', '"'])) {
                let reason = Reason::new("F2", workspace.path_of(id));
                let range = TextRange::empty(end);
                builder.replace(&file.path, range, format!("/{back}"), reason);
            }
        }
    }
}

/// Tests run in the folder of their package: what they read by a path from there keeps its place.
///
/// Only where a path is handed to what reads, and leads to something that is there: a text that happens to look like a
/// path is nobody's business. Other code runs where its user wants it to.
pub(crate) fn correct_read_in_tests(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    const CALLS: &[&str] = &[
        "read_to_string(\"",
        "fs::read(\"",
        "fs::read_dir(\"",
        "fs::metadata(\"",
        "File::open(\"",
    ];
    let workspace = scope.workspace;
    let dir = |krate| &workspace.package(workspace.krate(krate).package).dir;
    let (from, to) = (dir(scope.root), dir(scope.dest));
    let moves = |id: &ItemId| {
        let item = workspace.item(*id);
        scope.moving[id.index()] && item.is_test && item.parent.is_none()
    };
    for id in workspace.items_of(scope.root).filter(moves) {
        let file = workspace.file(workspace.module(workspace.item(id).module).file);
        for (start, literal) in literals_in(workspace, id, CALLS) {
            let Some(read) = normalize(&from.join(literal)) else {
                continue;
            };
            let mut folders = workspace.folders.iter();
            if workspace.data.binary_search(&read).is_ok()
                || folders.any(|folder| read.starts_with(folder))
            {
                let range = TextRange::new(start, start + literal.len() as u32);
                let reason = Reason::new("F2", workspace.path_of(id));
                let path = relative(to, &read);
                builder.replace(&file.path, range, path.to_string(), reason);
            }
        }
    }
}
