//! Whole-program tests.

mod browser;
mod crash;
mod explain;
mod guard;
mod guide;
mod hazard;
mod init;
mod input;
mod knot;
mod pull_request;
mod review;
mod split;
mod verify;

/// Runs the command on a fixture; returns the exit status and what it printed.
fn cleave(fixture: &cleave_tests::Fixture, words: &[&str]) -> (i32, String) {
    let output = fixture.run(env!("CARGO_BIN_EXE_cleave-under-test"), words);
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}
