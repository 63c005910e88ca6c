//! A small logger: one line an event, to standard error or into memory.
//!
//! The rest of the crate only knows the `log_event!` macro, which costs a comparison when the
//! level is off.

use crate::config::LoggingSettings;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::Mutex;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something is broken.
    Error = 1,
    /// Something is odd.
    Warn,
    /// Something happened.
    Info,
    /// Something that only matters while looking for a fault.
    Debug,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Level::*;

        f.write_str(match self {
            Error => "ERROR",
            Warn => "WARN",
            Info => "INFO",
            Debug => "DEBUG",
        })
    }
}

/// The highest level that is written; 0 is silence.
static MAX_LEVEL: AtomicU8 = AtomicU8::new(0);

/// Where lines go while a capture is on.
static CAPTURED: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// Turns the logger on or off.
pub fn init(settings: &LoggingSettings) {
    let level = if settings.enabled {
        settings.level as u8
    } else {
        0
    };
    MAX_LEVEL.store(level, Ordering::Relaxed);
}

/// Whether lines of `level` are written.
pub fn is_on(level: Level) -> bool {
    level as u8 <= MAX_LEVEL.load(Ordering::Relaxed)
}

/// Writes one line; use `log_event!` instead, which checks the level first.
pub(crate) fn write(level: Level, target: &str, line: fmt::Arguments<'_>) {
    let text = format!("{level:<5} {target}: {line}");
    let mut captured = CAPTURED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    match captured.as_mut() {
        Some(lines) => lines.push(text),
        None => eprintln!("{text}"),
    }
}

/// Keeps lines in memory from here on instead of writing them.
pub fn capture() {
    let mut captured = CAPTURED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    *captured = Some(Vec::new());
}

/// Ends a capture and hands out its lines.
pub fn take_captured() -> Vec<String> {
    let mut captured = CAPTURED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    captured.take().unwrap_or_default()
}

// Textual scope: `#[macro_use] mod logging;` is the first module in lib.rs, so that every module
// after it sees this.
/// Logs a line: `log_event!(Info, "claimed {} messages", n)`. The target is the calling module.
macro_rules! log_event {
    ($level:ident, $($line:tt)+) => {
        if $crate::logging::is_on($crate::logging::Level::$level) {
            $crate::logging::write(
                $crate::logging::Level::$level,
                module_path!(),
                format_args!($($line)+),
            );
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test, since the logger is global.
    #[test]
    fn lines_are_filtered_and_captured() {
        capture();
        init(&LoggingSettings {
            enabled: true,
            level: Level::Warn,
        });
        log_event!(Warn, "queue {} is {}", "steps", "deep");
        log_event!(Debug, "nobody reads this");
        init(&LoggingSettings {
            enabled: false,
            level: Level::Debug,
        });
        log_event!(Error, "off is off");
        let lines = take_captured();
        let mine: Vec<_> = lines
            .iter()
            .filter(|line| line.contains("logging::tests"))
            .collect();
        assert_eq!(mine.len(), 1, "{lines:?}");
        assert!(mine[0].starts_with("WARN "));
        assert!(mine[0].ends_with("queue steps is deep"));
    }

    #[test]
    fn levels_are_ordered() {
        assert!(Level::Error < Level::Debug);
        assert_eq!(Level::Info.to_string(), "INFO");
    }
}
