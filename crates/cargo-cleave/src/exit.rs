//! How a run ends.

use std::process::ExitCode;

use cleave_syntax::{Diagnostic, LoadError};
use cleave_verify::VerifyError;

/// The exit statuses. A panic, which is a defect of ours, exits with 101.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: a finding: a step that does not verify, a boundary crossed, drift.
    Finding,
    /// 2: it could not run: usage, environment, a tree that it refuses.
    CouldNotRun,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Finding => 1,
            Exit::CouldNotRun => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

/// Why a run ended early.
#[derive(Debug)]
pub enum Failure {
    /// The world: files, cargo, git.
    World(String),
    /// The user's files: with places.
    Input(Vec<Diagnostic>),
    /// Something about the user's code that stops a step.
    Refused(Vec<Diagnostic>),
    /// A step that does not verify.
    Unverified(Box<Unverified>),
}

/// Why a step does not verify.
#[derive(Debug, Default)]
pub struct Unverified {
    /// What to say.
    pub message: String,
    /// The compiler's own words.
    pub rendered: Vec<String>,
    /// What they mean for the plan.
    pub findings: Vec<Diagnostic>,
    /// Whether it was so before the first step: the tree is refused.
    pub before: bool,
}

impl Failure {
    /// A step that does not verify.
    pub fn unverified(message: impl Into<String>, rendered: Vec<String>) -> Self {
        Failure::Unverified(Box::new(Unverified {
            message: message.into(),
            rendered,
            findings: Vec::new(),
            before: false,
        }))
    }

    /// A tree that does not verify before the first step.
    pub fn refused(message: impl Into<String>, rendered: Vec<String>) -> Self {
        Failure::Unverified(Box::new(Unverified {
            message: message.into(),
            rendered,
            findings: Vec::new(),
            before: true,
        }))
    }

    /// The exit status for it.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::World(_) | Failure::Input(_) => Exit::CouldNotRun,
            Failure::Unverified(unverified) if unverified.before => Exit::CouldNotRun,
            Failure::Refused(_) | Failure::Unverified(_) => Exit::Finding,
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Failure::World(format!("failed to {error}"))
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Failure::World(format!("failed to {error}"))
    }
}
