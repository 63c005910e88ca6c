//! Ctrl-C: the user's tree is as before or as after, and the last line says which.

use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a change is on its way into the user's tree.
static BUSY: AtomicBool = AtomicBool::new(false);
/// Whether the user wants to stop.
static WANTED: AtomicBool = AtomicBool::new(false);
/// Only the first run of a process installs the handlers.
static ONCE: Once = Once::new();

/// The exit status of what Ctrl-C ended, as shells have it.
const STOPPED: i32 = 130;

/// From here on Ctrl-C and a panic say what became of the tree.
pub(crate) fn install() {
    ONCE.call_once(|| {
        // Where a handler is there already, the program around us has its own idea.
        let _ = ctrlc::set_handler(|| {
            WANTED.store(true, Ordering::SeqCst);
            if !BUSY.load(Ordering::SeqCst) {
                stop("your tree is as it was before this step");
            }
        });
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            before(info);
            let tree = if BUSY.load(Ordering::SeqCst) {
                "the change is recorded, and the next run finishes it"
            } else {
                "your tree is as it was before this step"
            };
            let version = env!("CARGO_PKG_VERSION");
            say(&format!(
                "error: this is a defect of cargo-cleave {version}; {tree}\n  = help: please report it with the lines above and the command line"
            ));
        }));
    });
}

/// Runs what must not be stopped half way. Who wanted to stop meanwhile gets it afterwards.
pub(crate) fn uninterrupted<T>(act: impl FnOnce() -> T) -> T {
    BUSY.store(true, Ordering::SeqCst);
    let result = act();
    BUSY.store(false, Ordering::SeqCst);
    if WANTED.load(Ordering::SeqCst) {
        stop("the step is in your tree as a whole");
    }
    result
}

#[expect(clippy::exit, reason = "the user wants the process to end")]
fn stop(what: &str) -> ! {
    say(&format!("\nstopped: {what}"));
    std::process::exit(STOPPED)
}

fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
