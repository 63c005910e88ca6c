//! The configuration of the engine, read from JSON.

use crate::{
    error::{Error, Result},
    logging::Level,
    models::Workflow,
    orchestration::settings::SchedulerSettings,
    worker::settings::WorkerSettings,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Everything that can be configured. Each part has defaults, so `{}` is a configuration.
///
/// ```
/// use millrace::Config;
///
/// let config = Config::from_json(r#"{ "worker": { "batch": 4 } }"#).unwrap();
/// assert_eq!(config.worker.batch, 4);
/// assert_eq!(config.web.bind, "127.0.0.1:7700");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the state is kept.
    pub database: DatabaseSettings,
    /// What is logged.
    pub logging: LoggingSettings,
    /// How tasks are driven.
    pub orchestrator: SchedulerSettings,
    /// How steps are run.
    pub worker: WorkerSettings,
    /// Where the API listens.
    pub web: WebSettings,
    /// The workflows that tasks can be made of.
    pub workflows: Vec<Workflow>,
}

/// The database file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatabaseSettings {
    /// The file; none is a database in memory.
    pub path: Option<PathBuf>,
    /// How long to wait for a lock.
    pub busy_timeout_ms: u64,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            path: None,
            busy_timeout_ms: 2_000,
        }
    }
}

/// The logger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggingSettings {
    /// Whether anything is logged.
    #[serde(default = "crate::constants::enabled")]
    pub enabled: bool,
    /// The least important level that is.
    #[serde(default = "default_level")]
    pub level: Level,
}

impl Default for LoggingSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            level: default_level(),
        }
    }
}

fn default_level() -> Level {
    Level::Info
}

/// The HTTP API. Present even without the feature `web`, so that one file serves every build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebSettings {
    /// Address and port.
    pub bind: String,
    /// The largest request body, in bytes.
    pub max_body: usize,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            bind: "127.0.0.1:7700".into(),
            max_body: 128 * 1024,
        }
    }
}

impl Config {
    /// Reads and checks a configuration.
    pub fn from_json(text: &str) -> Result<Self> {
        let config: Config = serde_json::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// The configuration in that file; see [`Config::from_json`].
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Config(format!("{}: {error}", path.display())))?;
        Self::from_json(&text)
    }

    /// The file named by the first argument of the process, or the defaults.
    pub fn from_args(mut args: impl Iterator<Item = String>) -> Result<Self> {
        match args.nth(1) {
            Some(path) => Self::from_file(Path::new(&path)),
            None => Ok(Self::default()),
        }
    }

    fn check(&self) -> Result<()> {
        if self.worker.batch == 0 || self.orchestrator.batch == 0 {
            return Err(Error::Config("a batch of 0 would never get on".into()));
        }
        for workflow in &self.workflows {
            workflow.validate()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_configuration() {
        assert_eq!(Config::from_json("{}").unwrap(), Config::default());
        let none = std::iter::once("millrace".to_string());
        assert!(Config::from_args(none).is_ok());
    }

    #[test]
    fn mistakes_are_refused() {
        for bad in [
            r#"{ "wroker": {} }"#,
            r#"{ "worker": { "batch": 0 } }"#,
            r#"{ "logging": { "level": "loud" } }"#,
        ] {
            assert!(Config::from_json(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Config::from_file(Path::new("/nowhere/millrace.json")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/millrace.json"));
    }
}
