//! Where the time of a build goes: the compiler's front end, code generation, and programs.
//!
//! Cargo writes the times of its units into a page, on a stable toolchain too. For a library it says when the front end
//! was done; for a program it does not, and there the time of a check stands for it. Linking can't be told from a
//! program's code generation.

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
    /// Code generation of libraries.
    pub code_generation: f64,
    /// Code generation and linking of programs.
    pub programs: f64,
    /// How many programs there are.
    pub program_count: usize,
}

impl Timings {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.front_end + self.code_generation + self.programs
    }

    /// From the pages of a build and of a check.
    fn read(build: &str, check: &str, package: &str) -> Self {
        let mut timings = Timings::default();
        let checked = units(check, package);
        for unit in units(build, package) {
            let check = checked
                .iter()
                .find(|other| other.target == unit.target)
                .map(|other| other.seconds);
            let front_end = unit.front_end.or(check).unwrap_or(0.0).min(unit.seconds);
            timings.front_end += front_end;
            if unit.target.contains("bin") {
                timings.program_count += 1;
                timings.programs += unit.seconds - front_end;
            } else {
                timings.code_generation += unit.seconds - front_end;
            }
        }
        timings
    }
}

/// Builds and checks a package in the scratch tree, after its dependencies. `roots` are the files that its targets
/// begin with, relative to the tree.
pub fn measure(
    scratch: &Scratch,
    options: &CargoOptions,
    (package, roots): (&str, &[Utf8PathBuf]),
    watch: Watch<'_>,
) -> Result<Timings, VerifyError> {
    let run = |verb: &str, timed: bool| {
        let mut command = command(scratch, verb, options);
        // What was compiled before must not make it shorter.
        command.env("CARGO_INCREMENTAL", "0");
        command.args(["--package", package, "--quiet"]);
        if timed {
            command.arg("--timings");
        }
        let line = format!("cargo {verb} --package {package}");
        let failed = |message: String| VerifyError::Command {
            command: line.clone(),
            message,
        };
        let output = command
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(said.trim().to_owned()));
        }
        let page = scratch.target.join("cargo-timings/cargo-timing.html");
        if timed {
            std::fs::read_to_string(&page).map_err(VerifyError::file("read", &page))
        } else {
            Ok(String::new())
        }
    };
    let mut pages = Vec::new();
    for verb in ["check", "build"] {
        watch(&format!("cargo {verb} of the dependencies"));
        run(verb, false)?;
        for root in roots {
            scratch.touch(root)?;
        }
        watch(&format!("cargo {verb} --timings"));
        pages.push(run(verb, true)?);
    }
    Ok(Timings::read(&pages[1], &pages[0], package))
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
    let own = units.iter().filter(|unit| {
        let target = unit["target"].as_str().unwrap_or_default();
        unit["name"] == package && !target.contains("build script")
    });
    own.map(|unit| Unit {
        target: unit["target"].as_str().unwrap_or_default().to_owned(),
        seconds: unit["duration"].as_f64().unwrap_or(0.0),
        front_end: front_end(unit),
    })
    .collect()
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
        let page = |library: &str, program: f64| {
            format!(
                "<script>\nconst UNIT_DATA = [\n\
                 {{\"name\":\"dep\",\"target\":\"\",\"duration\":9.0,\"sections\":null}},\n\
                 {{\"name\":\"app\",\"target\":\" build script\",\"duration\":9.0}},\n\
                 {{\"name\":\"app\",\"target\":\"\",\"duration\":3.0,{library}}},\n\
                 {{\"name\":\"app\",\"target\":\" bin \\\"app\\\"\",\"duration\":{program},\"sections\":null}}];\n\
                 const OTHER = [];\n</script>"
            )
        };
        let new = "\"sections\":[[\"frontend\",{\"start\":0.0,\"end\":2.0}],[\"codegen\",{\"start\":2.0,\"end\":3.0}]]";
        for library in [new, "\"rmeta_time\":2.0"] {
            let build = page(library, 1.5);
            let timings = Timings::read(&build, &page("\"sections\":null", 0.5), "app");
            assert_eq!(
                timings,
                Timings {
                    front_end: 2.5,
                    code_generation: 1.0,
                    programs: 1.0,
                    program_count: 1
                }
            );
        }
        assert_eq!(Timings::read("", "", "app"), Timings::default());
    }
}
