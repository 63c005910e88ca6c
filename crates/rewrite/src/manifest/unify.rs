//! Features that a dependency has by its twin among the build-dependencies (row E10).
//!
//! Cargo's first resolver, that of the editions before 2021, builds a package that code and build script both use once,
//! with the features of both. A crate without that build script has to ask for them itself.

use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};

/// Gives a dependency what the root's build-dependency of the same key turns on.
pub(super) fn with_build_features(root: &DocumentMut, key: &str, value: &mut Item) {
    let twin = root
        .get("build-dependencies")
        .and_then(Item::as_table_like)
        .and_then(|table| table.get(key));
    let Some(twin) = twin.filter(|_| unifies(root)) else {
        return;
    };
    let more = features(twin);
    let own = features(value);
    let missing: Vec<&String> = more.iter().filter(|name| !own.contains(name)).collect();
    let needs_default = has_default(twin) && !has_default(value);
    if missing.is_empty() && !needs_default {
        return;
    }
    let mut table = match value.clone().into_value() {
        Ok(Value::InlineTable(table)) => table,
        Ok(version) => InlineTable::from_iter([("version", version)]),
        Err(_) => return,
    };
    if needs_default {
        table.remove("default-features");
        table.remove("default_features");
    }
    if !missing.is_empty() {
        let all: Array = own.iter().chain(missing).collect();
        table.insert("features", Value::Array(all));
    }
    table.fmt();
    *value = Item::Value(Value::InlineTable(table));
}

/// Whether the package is resolved in the old way.
fn unifies(root: &DocumentMut) -> bool {
    let table = |name: &str| root.get(name).and_then(Item::as_table_like);
    let said = |table: Option<&dyn TableLike>, key: &str| {
        table.and_then(|table| Some(table.get(key)?.as_str()?.to_owned()))
    };
    let resolver =
        said(table("workspace"), "resolver").or_else(|| said(table("package"), "resolver"));
    let shared = table("workspace")
        .and_then(|workspace| workspace.get("package"))
        .and_then(Item::as_table_like);
    let edition = said(table("package"), "edition").or_else(|| said(shared, "edition"));
    let is_old = edition.is_none_or(|edition| edition == "2015" || edition == "2018");
    resolver.map_or(is_old, |resolver| resolver == "1")
}

fn features(dependency: &Item) -> Vec<String> {
    let list = dependency
        .as_table_like()
        .and_then(|table| table.get("features"))
        .and_then(Item::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn has_default(dependency: &Item) -> bool {
    let Some(table) = dependency.as_table_like() else {
        return true;
    };
    let mut said = ["default-features", "default_features"]
        .into_iter()
        .filter_map(|key| table.get(key)?.as_bool());
    said.next().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(edition: &str, expected: &str) {
        let text = format!(
            "[package]\nedition = \"{edition}\"\n[dependencies]\na = {{ version = \"1\", default-features = false, features = [\"x\"] }}\n[build-dependencies]\na = {{ version = \"1\", features = [\"y\"] }}\n"
        );
        let root: DocumentMut = text.parse().unwrap();
        let mut value = root["dependencies"]["a"].clone();
        with_build_features(&root, "a", &mut value);
        assert_eq!(value.to_string().trim(), expected);
    }

    #[test]
    fn features_of_build_scripts_count_in_the_old_editions() {
        check("2018", "{ version = \"1\", features = [\"x\", \"y\"] }");
        let alone = "{ version = \"1\", default-features = false, features = [\"x\"] }";
        check("2021", alone);
    }
}
