//! Any text as `split.toml`: read without a panic; what reads is written so that it reads back as the same plan.
#![no_main]

use cleave_plan::file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(plan) = file::parse(text) else {
        return;
    };
    let fresh = file::write(&plan, None);
    assert_eq!(file::parse(&fresh).as_ref(), Ok(&plan), "written anew:\n{fresh}");
    let edited = file::write(&plan, Some(text));
    assert_eq!(file::parse(&edited).as_ref(), Ok(&plan), "edited:\n{edited}");
});
