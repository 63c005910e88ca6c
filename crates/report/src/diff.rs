//! A change as a unified difference.

use cleave_syntax::ChangeSet;
use similar::TextDiff;

/// The difference that `git apply` takes, renames as git tells them.
pub fn unified(changes: &ChangeSet) -> String {
    let renames = changes.renames();
    let mut text = String::new();
    for file in &changes.files {
        let from = renames
            .iter()
            .find(|(_, to)| *to == file.path)
            .map(|(from, _)| *from);
        let old_path = from.unwrap_or(&file.path);
        let old = changes.old.get(old_path).map_or("", String::as_str);
        if let Some(from) = from {
            text.push_str(&format!("rename from {from}\nrename to {}\n", file.path));
        }
        let before = if old.is_empty() {
            "/dev/null".to_owned()
        } else {
            format!("a/{old_path}")
        };
        let diff = TextDiff::from_lines(old, &file.text);
        text.push_str(
            &diff
                .unified_diff()
                .header(&before, &format!("b/{}", file.path))
                .to_string(),
        );
    }
    for path in changes
        .deleted
        .iter()
        .filter(|path| !renames.iter().any(|(from, _)| from == path))
    {
        let diff = TextDiff::from_lines(changes.old.get(path).map_or("", String::as_str), "");
        text.push_str(
            &diff
                .unified_diff()
                .header(&format!("a/{path}"), "/dev/null")
                .to_string(),
        );
    }
    text
}
