//! Accepts what the fixtures show now as their snapshots.

use std::process::Command;

use crate::place;

/// Runs the fixtures (those whose name contains `name`, or all), writes their snapshots, and prints what changed.
///
/// A fixture still has to compile, conserve, and all else that the harness asks of it.
pub(crate) fn run(name: Option<&str>) -> Result<(), String> {
    let mut tests = Command::new("cargo");
    tests
        .args([
            "test",
            "--package",
            "cleave-tests",
            "--test",
            "cleave",
            "hazard::",
        ])
        .current_dir(place::root())
        .env("INSTA_UPDATE", "always");
    if let Some(name) = name {
        tests.env("FIXTURE", name);
    }
    let passed = status(&mut tests)?;
    let mut diff = Command::new("git");
    diff.args(["diff", "--", "snapshots"])
        .current_dir(place::root());
    status(&mut diff)?;
    if passed {
        Ok(())
    } else {
        Err("the snapshots are written, but some fixture breaks a rule of the harness".to_owned())
    }
}

fn status(command: &mut Command) -> Result<bool, String> {
    let status = command
        .status()
        .map_err(|error| format!("failed to start cargo: {error}"))?;
    Ok(status.success())
}
