//! Fixtures for whole-program tests: small packages, written to a folder, and the command run on them.

pub mod compile;
pub mod conserve;
pub mod tree;
pub mod walk;

use std::collections::BTreeMap;
use std::process::{Command, Output};

use camino::{Utf8Path, Utf8PathBuf};

/// A package on disk.
#[derive(Debug)]
pub struct Fixture {
    _folder: tempfile::TempDir,
    /// Its root.
    pub root: Utf8PathBuf,
}

impl Fixture {
    /// Writes files, each under a line `//- path`. A missing `Cargo.toml` is the minimal one.
    ///
    /// # Panics
    /// If the folder can't be written.
    pub fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a UTF-8 path");
        let fixture = Self {
            _folder: folder,
            root,
        };
        if !text.contains("//- Cargo.toml") {
            fixture.write("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n");
        }
        let mut path = String::new();
        let mut body = String::new();
        for line in text.lines() {
            if let Some(next) = line.strip_prefix("//- ") {
                fixture.flush(&path, &mut body);
                next.trim().clone_into(&mut path);
            } else {
                body.push_str(line);
                body.push('\n');
            }
        }
        fixture.flush(&path, &mut body);
        fixture.write(".gitignore", "/target\n");
        fixture
    }

    /// A copy of a folder, without its `target`.
    ///
    /// # Panics
    /// If it can't be copied.
    pub fn of(source: &Utf8Path) -> Self {
        let fixture = Self::new("//- Cargo.toml\n");
        let mut pending = vec![Utf8PathBuf::new()];
        while let Some(folder) = pending.pop() {
            for entry in source.join(&folder).read_dir_utf8().expect("a folder") {
                let entry = entry.expect("an entry");
                let path = folder.join(entry.file_name());
                if entry.file_type().expect("a kind").is_dir() {
                    if path != "target" {
                        pending.push(path);
                    }
                } else {
                    let text = std::fs::read_to_string(entry.path()).expect("a text");
                    fixture.write(path.as_str(), &text);
                }
            }
        }
        fixture
    }

    /// Changes a file: the first `old` in it becomes `new`; an empty `old` appends.
    ///
    /// # Panics
    /// If there is no such text in it.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has {old:?}");
        if old.is_empty() {
            self.write(path, &(text + new));
        } else {
            self.write(path, &text.replacen(old, new, 1));
        }
    }

    fn flush(&self, path: &str, body: &mut String) {
        if !path.is_empty() {
            self.write(path, body);
        }
        body.clear();
    }

    /// Writes a file.
    ///
    /// # Panics
    /// If it can't be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Utf8Path::new("."))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Makes it a git repository with everything committed.
    ///
    /// # Panics
    /// If git says no.
    pub fn commit(&self) {
        cleave_verify::git::make_repository(&self.root, "Start").expect("git");
    }

    /// Runs a program that was built for the tests on the package.
    ///
    /// # Panics
    /// If it can't be started.
    pub fn run(&self, program: &str, words: &[&str]) -> Output {
        self.run_with(program, words, &[])
    }

    /// The same with variables of the environment set.
    ///
    /// # Panics
    /// If it can't be started.
    pub fn run_with(&self, program: &str, words: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(program);
        command
            .args(words)
            .current_dir(&self.root)
            .env("CARGO_NET_OFFLINE", "true")
            .envs(variables.iter().copied());
        command.output().expect("the command starts")
    }

    /// All files but those in `target` and `.git`, with their bytes.
    ///
    /// # Panics
    /// If one can't be read.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut pending = vec![self.root.clone()];
        while let Some(folder) = pending.pop() {
            for entry in folder.read_dir_utf8().expect("a folder") {
                let entry = entry.expect("an entry");
                let path = entry.path();
                let name = path.strip_prefix(&self.root).expect("a path below");
                if name == "target" || name == ".git" {
                    continue;
                }
                if entry.file_type().expect("a kind").is_dir() {
                    pending.push(path.to_owned());
                } else {
                    files.insert(name.to_string(), std::fs::read(path).unwrap_or_default());
                }
            }
        }
        files
    }

    /// Makes the files again what they were, and forgets what the command kept of its own.
    ///
    /// # Panics
    /// If the disk says no.
    pub fn restore(&self, tree: &BTreeMap<String, Vec<u8>>) {
        for name in self.tree().keys().filter(|name| !tree.contains_key(*name)) {
            std::fs::remove_file(self.root.join(name)).expect("a file");
        }
        for (name, bytes) in tree {
            let path = self.root.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&self.root)).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
        let _ = std::fs::remove_dir_all(self.root.join("target/cleave"));
    }

    /// The text of a file, or nothing.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }
}
