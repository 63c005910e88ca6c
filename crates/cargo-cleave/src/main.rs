//! `cargo cleave`: see the library.

fn main() -> std::process::ExitCode {
    cargo_cleave::run(std::env::args_os())
}
