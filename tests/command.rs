//! The command as a user runs it, where tests can start it, and where they can make the world go wrong.
//!
//! `CLEAVE_TEST_FAULT` is read by this binary alone: `kill N` kills it at the Nth thing that the journal does to the
//! disk, `full N` has the disk say that it is full there, `stop N` sends what Ctrl-C does, `panic N` panics,
//! `slow N` takes N milliseconds for each, and `count` prints how many there were.

use std::io::{Error, ErrorKind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cleave_verify::fault;

/// What is to go wrong, and when.
static WISH: OnceLock<(String, usize)> = OnceLock::new();
static SEEN: AtomicUsize = AtomicUsize::new(0);

fn main() -> std::process::ExitCode {
    let wish = std::env::var("CLEAVE_TEST_FAULT").unwrap_or_default();
    let (word, number) = wish.split_once(' ').unwrap_or((&wish, "0"));
    if !word.is_empty() {
        let number = number.parse().expect("a number");
        WISH.set((word.to_owned(), number)).expect("set once");
        fault::install(at);
    }
    let code = cargo_cleave::run(std::env::args_os());
    if word == "count" {
        #[expect(clippy::print_stdout, reason = "the test that asked for it reads it")]
        {
            println!("faults: {}", SEEN.load(Ordering::SeqCst));
        }
    }
    code
}

fn at(_: &'static str) -> std::io::Result<()> {
    let (word, number) = WISH.get().expect("a wish");
    let seen = SEEN.fetch_add(1, Ordering::SeqCst) + 1;
    match word.as_str() {
        "slow" => std::thread::sleep(Duration::from_millis(*number as u64)),
        "kill" if seen == *number => signal("KILL"),
        "stop" if seen == *number => signal("INT"),
        "panic" if seen == *number => panic!("a test wants it"),
        "full" if seen == *number => return Err(Error::from(ErrorKind::StorageFull)),
        _ => {}
    }
    Ok(())
}

fn signal(name: &str) {
    let own = std::process::id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-s", name, &own])
        .status();
    assert!(sent.is_ok_and(|status| status.success()), "kill");
    // The handler of an interrupt runs on a thread of its own; a killed process does not get here.
    std::thread::sleep(Duration::from_millis(200));
}
