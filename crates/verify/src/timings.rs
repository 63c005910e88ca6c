//! Where the time of a build goes: the compiler's front end, code generation, and linking.
//!
//! Cargo writes the times of its units into a page, on a stable toolchain too. For a library it says when the front end
//! was done; for a program it does not, and there the time of a check stands for it. What linking a program takes is
//! found by building it once more with a linker that does nothing.

use camino::Utf8PathBuf;
use serde::Serialize;
use serde_json::Value;

use crate::cargo::{CargoOptions, Watch, command};
use crate::error::VerifyError;
use crate::scratch::Scratch;

/// Seconds of a build of one package from nothing, its dependencies aside. Units that run at the same time count each.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Timings {
    /// The compiler's front end: parsing, macros, types, borrows; what a check does.
    pub front_end: f64,
    /// Code generation.
    pub code_generation: f64,
    /// Linking of programs; with their code generation where the two could not be told apart.
    pub linking: f64,
    /// How many programs there are.
    pub program_count: usize,
}

impl Timings {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.front_end + self.code_generation + self.linking
    }

    /// From the pages of a check, of a build, and of builds of the programs without linking.
    fn read((check, build): (&str, &str), unlinked: &[String], package: &str) -> Self {
        let mut timings = Timings::default();
        let checked = units(check, package);
        let unlinked: Vec<Unit> = unlinked
            .iter()
            .flat_map(|page| units(page, package))
            .collect();
        for unit in units(build, package) {
            let same = |other: &&Unit| other.target == unit.target;
            let check = checked.iter().find(same).map(|other| other.seconds);
            let front_end = unit.front_end.or(check).unwrap_or(0.0).min(unit.seconds);
            let rest = unit.seconds - front_end;
            let mut linking = 0.0;
            if unit.target.contains("\"bin\"") {
                let without = unlinked.iter().find(same).map(|other| other.seconds);
                linking = without.map_or(rest, |without| (unit.seconds - without).clamp(0.0, rest));
                timings.program_count += 1;
            }
            timings.front_end += front_end;
            timings.code_generation += rest - linking;
            timings.linking += linking;
        }
        timings
    }
}

/// What is measured of a package.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its name.
    pub package: &'a str,
    /// The files that its targets begin with, relative to the tree.
    pub roots: &'a [Utf8PathBuf],
    /// The names of its programs.
    pub programs: &'a [String],
}

/// Builds and checks a package in the scratch tree, after its dependencies.
pub fn measure(
    scratch: &Scratch,
    options: &CargoOptions,
    subject: Subject<'_>,
    watch: Watch<'_>,
) -> Result<Timings, VerifyError> {
    let mut timed = |verb: &str| {
        watch(&format!("cargo {verb} of the dependencies"));
        run(scratch, options, subject.package, &[verb])?;
        for root in subject.roots {
            scratch.touch(root)?;
        }
        watch(&format!("cargo {verb} --timings"));
        run(scratch, options, subject.package, &[verb, "--timings"])
    };
    let check = timed("check")?;
    let build = timed("build")?;
    let mut unlinked = Vec::new();
    for program in subject.programs.iter().filter(|_| cfg!(unix)) {
        watch(&format!("cargo rustc --bin {program} --timings"));
        let words = [
            "rustc",
            "--timings",
            "--bin",
            program,
            "--",
            "-Clinker=true",
        ];
        // Where the linker is no matter of ours, the figure is less exact.
        unlinked.extend(run(scratch, options, subject.package, &words).ok());
    }
    Ok(Timings::read((&check, &build), &unlinked, subject.package))
}

/// Runs cargo, and returns its page of times where it was asked for one.
fn run(
    scratch: &Scratch,
    options: &CargoOptions,
    package: &str,
    words: &[&str],
) -> Result<String, VerifyError> {
    let mut command = command(scratch, words[0], options);
    // What was compiled before must not make it shorter.
    command.env("CARGO_INCREMENTAL", "0");
    command.args(["--quiet", "--package", package]);
    command.args(&words[1..]);
    let failed = |message: String| VerifyError::Command {
        command: format!("cargo {} --package {package}", words[0]),
        message,
    };
    let output = command
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(said.trim().to_owned()));
    }
    if !words.contains(&"--timings") {
        return Ok(String::new());
    }
    let page = scratch.target.join("cargo-timings/cargo-timing.html");
    std::fs::read_to_string(&page).map_err(VerifyError::file("read", &page))
}

/// A unit of cargo's.
struct Unit {
    target: String,
    seconds: f64,
    front_end: Option<f64>,
}

/// The libraries and programs of a package that a page tells of.
fn units(page: &str, package: &str) -> Vec<Unit> {
    let data = page.split_once("UNIT_DATA = ").map_or("", |(_, rest)| rest);
    let mut values = serde_json::Deserializer::from_str(data).into_iter::<Vec<Value>>();
    let units = values.next().and_then(Result::ok).unwrap_or_default();
    let own = units.iter().map(|unit| Unit {
        // ` app "bin" (check)`, or nothing for a library.
        target: text(unit, "target").replace(" (check)", ""),
        seconds: unit["duration"].as_f64().unwrap_or(0.0),
        front_end: front_end(unit),
    });
    let is_own = units.iter().map(|unit| text(unit, "name") == package);
    own.zip(is_own)
        .filter(|(unit, is_own)| *is_own && !unit.target.contains("build"))
        .map(|(unit, _)| unit)
        .collect()
}

fn text<'v>(unit: &'v Value, key: &str) -> &'v str {
    unit[key].as_str().unwrap_or_default()
}

/// When the front end of a unit was done, after its start; cargo has told it in two ways.
fn front_end(unit: &Value) -> Option<f64> {
    let sections = unit["sections"].as_array().into_iter().flatten();
    let mut ends = sections
        .filter(|section| section[0] == "frontend")
        .filter_map(|section| section[1]["end"].as_f64());
    ends.next().or(unit["rmeta_time"].as_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_page_tells_where_the_time_goes() {
        let page = |library: &str, kind: &str, program: f64| {
            format!(
                "<script>\nconst UNIT_DATA = [\n\
                 {{\"name\":\"dep\",\"target\":\"\",\"duration\":9.0,\"sections\":null}},\n\
                 {{\"name\":\"app\",\"target\":\" build-script\",\"duration\":9.0}},\n\
                 {{\"name\":\"app\",\"target\":\"{kind}\",\"duration\":3.0,{library}}},\n\
                 {{\"name\":\"app\",\"target\":\" app \\\"bin\\\"{kind}\",\"duration\":{program},\"sections\":null}}];\n\
                 const OTHER = [];\n</script>"
            )
        };
        let new = "\"sections\":[[\"frontend\",{\"start\":0.0,\"end\":2.0}],[\"codegen\",{\"start\":2.0,\"end\":3.0}]]";
        let none = "\"sections\":null";
        for library in [new, "\"rmeta_time\":2.0"] {
            let (check, build) = (page(none, " (check)", 0.5), page(library, "", 2.5));
            let read = |unlinked: &[String]| Timings::read((&check, &build), unlinked, "app");
            let timings = Timings {
                front_end: 2.5,
                code_generation: 2.0,
                linking: 1.0,
                program_count: 1,
            };
            assert_eq!(read(&[page(none, "", 1.5)]), timings);
            let together = Timings {
                code_generation: 1.0,
                linking: 2.0,
                ..timings
            };
            assert_eq!(read(&[]), together);
        }
        assert_eq!(Timings::read(("", ""), &[], "app"), Timings::default());
    }
}
