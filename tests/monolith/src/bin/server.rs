//! `millrace-server [config.json]`: drives tasks, and serves the API.

use millrace::config::Config;
use millrace::{logging, Database, Orchestrator, Result, TemplateRegistry};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("millrace-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let config = Config::from_args(std::env::args())?;
    logging::init(&config.logging);
    let db = Database::open(&config.database)?;
    let templates = TemplateRegistry::of(config.workflows.clone())?;
    let idle = Duration::from_millis(config.orchestrator.idle_ms);
    let orchestrator = Orchestrator::new(&db, config.orchestrator.clone(), templates);

    #[cfg(feature = "web")]
    let server = millrace::web::Server::bind(&config.web)?;
    #[cfg(feature = "web")]
    eprintln!("listening on http://{}", server.address()?);

    loop {
        let mut busy = false;
        match orchestrator.tick() {
            Ok(tick) => busy |= !tick.is_idle(),
            // The next turn sees the same state again.
            Err(error) if error.is_transient() => {}
            Err(error) => return Err(error),
        }
        #[cfg(feature = "web")]
        {
            busy |= server.poll(&orchestrator)?;
        }
        if !busy {
            thread::sleep(idle);
        }
    }
}
