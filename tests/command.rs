//! The command as a user runs it, where tests can start it.

fn main() -> std::process::ExitCode {
    cargo_cleave::run(std::env::args_os())
}
