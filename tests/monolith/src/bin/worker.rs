//! `millrace-worker [config.json]`: carries out steps.

use millrace::worker::{builtin, Worker};
use millrace::{logging, Config, Database, Result};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("millrace-worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let config = Config::from_args(std::env::args())?;
    logging::init(&config.logging);
    let db = Database::open(&config.database)?;
    let idle = Duration::from_millis(config.worker.idle_ms);
    let worker = Worker::new(&db, config.worker, builtin::registry()?);
    eprintln!("{} is at work", worker.id());

    loop {
        match worker.run_once() {
            Ok(0) => thread::sleep(idle),
            Ok(_) => {}
            Err(error) if error.is_transient() => thread::sleep(idle),
            Err(error) => return Err(error),
        }
    }
}
