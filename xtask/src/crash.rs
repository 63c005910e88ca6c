//! Kills the command at random moments over a step (row H2).

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_verify::git;

use crate::place;

type Tree = BTreeMap<Utf8PathBuf, Vec<u8>>;

/// How often it is killed where nothing else is asked for.
const TIMES: usize = 200;
/// A fixed seed: the moments differ from run to run only as far as the machine does.
const SEED: u64 = 0x5eed_c1ea_7e00_0001;

/// How the killed runs ended.
#[derive(Debug, Default)]
struct Tally {
    before: usize,
    between: usize,
    after: usize,
}

/// Kills a step of the sample at N random moments; each time the tree must be as before or as after, or a journal must
/// say what is left to do, and the next run must complete the step.
pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let times = words.first().map_or(Ok(TIMES), |word| {
        word.parse().map_err(|_| format!("`{word}` is no number"))
    })?;
    let sample = Sample::prepare()?;
    let mut tally = Tally::default();
    let mut random = SEED;
    for number in 1..=times {
        // Every other time the disk is slow, so that a good part of them falls into the renames, which take a
        // millisecond otherwise.
        let slow = number % 2 == 0;
        let span = if slow { sample.slow } else { sample.quick };
        random = next(random);
        let moment = span.mul_f64((random >> 11) as f64 / (1_u64 << 53) as f64);
        sample.kill(slow, moment)?;
        sample
            .judge(&mut tally)
            .map_err(|what| format!("run {number} of {times}, killed after {moment:?}: {what}"))?;
        sample.restore(&sample.before)?;
    }
    println!(
        "{times} of {times}: killed {} times before the change, {} times between the renames, {} times after it; the next run completed each",
        tally.before, tally.between, tally.after
    );
    Ok(())
}

/// Marsaglia's xorshift.
fn next(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}

/// The sample monolith before its second step.
struct Sample {
    root: Utf8PathBuf,
    program: Utf8PathBuf,
    before: Tree,
    after: Tree,
    /// How long the step takes.
    quick: Duration,
    /// And with a slow disk.
    slow: Duration,
}

impl Sample {
    fn prepare() -> Result<Self, String> {
        let program = build()?;
        let root = place::root().join("target/crash/millrace");
        place::copy_fresh(&place::root().join("tests/monolith"), &root)?;
        let _ = std::fs::remove_dir_all(root.join("target/cleave"));
        git::make_repository(&root, "Start").map_err(|error| error.to_string())?;
        let mut sample = Sample {
            root,
            program,
            before: Tree::new(),
            after: Tree::new(),
            quick: Duration::ZERO,
            slow: Duration::ZERO,
        };
        sample.must(&["plan"], "")?;
        sample.must(&["--step", "1", "--verify", "none"], "")?;
        let _ = std::fs::remove_dir_all(sample.root.join("target/cleave"));
        sample.before = sample.tree()?;
        sample.quick = sample.step("")?;
        sample.after = sample.tree()?;
        sample.restore(&sample.before)?;
        sample.slow = sample.step(SLOW)?;
        sample.restore(&sample.before)?;
        println!(
            "a step takes {:?}, with a slow disk {:?}",
            sample.quick, sample.slow
        );
        Ok(sample)
    }

    fn command(&self, words: &[&str], fault: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .current_dir(&self.root)
            .env("CLEAVE_TEST_FAULT", fault)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn must(&self, words: &[&str], fault: &str) -> Result<(), String> {
        let status = self.command(words, fault).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("`{}` ended with {other:?}", words.join(" "))),
        }
    }

    fn step(&self, fault: &str) -> Result<Duration, String> {
        let start = Instant::now();
        self.must(&STEP, fault)?;
        Ok(start.elapsed())
    }

    /// Starts the step and kills it, with no chance to clean up.
    fn kill(&self, slow: bool, moment: Duration) -> Result<(), String> {
        let fault = if slow { SLOW } else { "" };
        let mut child = self
            .command(&STEP, fault)
            .spawn()
            .map_err(|error| error.to_string())?;
        std::thread::sleep(moment);
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(|error| error.to_string())
            .map(drop)
    }

    fn judge(&self, tally: &mut Tally) -> Result<(), String> {
        let now = self.tree()?;
        if now == self.before {
            tally.before += 1;
        } else if now == self.after {
            tally.after += 1;
        } else {
            tally.between += 1;
            if !self.root.join("target/cleave/journal.json").is_file() {
                return Err(
                    "the tree is neither before nor after, and there is no journal".to_owned(),
                );
            }
        }
        self.must(&STEP, "")?;
        if self.tree()? == self.after {
            Ok(())
        } else {
            Err("the step came out different".to_owned())
        }
    }

    fn tree(&self) -> Result<Tree, String> {
        let mut tree = Tree::new();
        let mut pending = vec![self.root.clone()];
        while let Some(folder) = pending.pop() {
            for entry in folder.read_dir_utf8().map_err(said(&folder))? {
                let entry = entry.map_err(said(&folder))?;
                let path = entry.path();
                let kind = entry.file_type().map_err(said(path))?;
                let name = path.strip_prefix(&self.root).unwrap_or(path);
                if kind.is_dir() && name != "target" && name != ".git" {
                    pending.push(path.to_owned());
                } else if kind.is_file() {
                    tree.insert(name.to_owned(), std::fs::read(path).map_err(said(path))?);
                }
            }
        }
        Ok(tree)
    }

    fn restore(&self, tree: &Tree) -> Result<(), String> {
        for name in self.tree()?.keys().filter(|name| !tree.contains_key(*name)) {
            std::fs::remove_file(self.root.join(name)).map_err(said(name))?;
        }
        for (name, bytes) in tree {
            let path = self.root.join(name);
            let folder = path.parent().unwrap_or(&self.root);
            std::fs::create_dir_all(folder).map_err(said(folder))?;
            std::fs::write(&path, bytes).map_err(said(name))?;
        }
        let _ = std::fs::remove_dir_all(self.root.join("target/cleave"));
        Ok(())
    }
}

const STEP: [&str; 5] = ["--step", "2", "--verify", "none", "--allow-dirty"];
const SLOW: &str = "slow 6";

fn said(path: &Utf8Path) -> impl FnOnce(std::io::Error) -> String {
    let path = path.to_owned();
    move |error| format!("{path}: {error}")
}

/// The binary in which a disk can be slow; it lies beside this one.
fn build() -> Result<Utf8PathBuf, String> {
    let built = Command::new("cargo")
        .args([
            "build",
            "--quiet",
            "--package",
            "cleave-tests",
            "--bin",
            "cleave-under-test",
        ])
        .current_dir(place::root())
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("the command under test does not build".to_owned());
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let own = Utf8PathBuf::from_path_buf(own)
        .map_err(|path| format!("`{}` is not UTF-8", path.display()))?;
    // A copy, so that a build meanwhile does not change what is tested.
    let copy = place::root().join("target/crash/cleave-under-test");
    let folder = place::root().join("target/crash");
    std::fs::create_dir_all(&folder).map_err(said(&folder))?;
    std::fs::copy(own.with_file_name("cleave-under-test"), &copy).map_err(said(&copy))?;
    Ok(copy)
}
