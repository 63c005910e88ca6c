//! The verbs.

pub(crate) mod check;
mod explain;
mod graph;
mod init;
mod manual;
mod plan;
mod pr;
mod review;
mod status;
mod undo;

use crate::arguments::{Arguments, Verb};
use crate::exit::{Exit, Failure};
use crate::migrate::{migrate, recover};
use crate::screen::Screen;

/// Does what was asked for.
pub(crate) fn execute(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    if let (true, Some(verb)) = (arguments.steps.is_any(), &arguments.verb) {
        return Err(Failure::World(format!(
            "failed to start: steps are carried out without a verb; say either the steps or `{}`",
            verb.name()
        )));
    }
    recover(&arguments.common, screen)?;
    if arguments.steps.is_any() {
        return migrate(arguments, screen);
    }
    match &arguments.verb {
        None | Some(Verb::Status) => status::status(arguments, screen),
        Some(Verb::Graph { level, output }) => {
            graph::graph(arguments, *level, output.as_deref(), screen)
        }
        Some(Verb::Plan(wanted)) => plan::plan(arguments, wanted, screen),
        Some(Verb::Undo { all }) => undo::undo(arguments, *all, screen),
        Some(Verb::Check { baseline, output }) => {
            check::check(arguments, *baseline, output.as_deref(), screen)
        }
        Some(Verb::Explain { code }) => explain::explain(arguments, code.as_deref(), screen),
        Some(Verb::Pr { number }) => pr::pull_request(arguments, *number, screen),
        Some(Verb::Init { from, dry_run }) => {
            init::init(arguments, from.as_deref(), *dry_run, screen)
        }
        Some(Verb::Man) => manual::man(screen),
        Some(Verb::Completions { shell }) => Ok(manual::completions(*shell, screen)),
        Some(Verb::Review { output }) => review::review(arguments, output, screen),
    }
}
