//! `cargo cleave`: see the library.

// Parsing is a quarter allocation: docs/SPEED.md has the figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cargo_cleave::run(std::env::args_os())
}
