//! `man` and `completions`: from the same definition as `--help`.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;

/// The command by the name of its program.
fn command() -> Command {
    Arguments::command().name("cargo-cleave")
}

/// Prints the manual: one page, with a section for each verb.
pub(super) fn man(screen: &mut Screen) -> Result<Exit, Failure> {
    let command = command();
    let mut page = Vec::new();
    let said =
        |error: std::io::Error| Failure::World(format!("failed to write the manual: {error}"));
    clap_mangen::Man::new(command.clone())
        .title("cargo-cleave")
        .render(&mut page)
        .map_err(said)?;
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let name = format!("cargo-cleave {}", verb.get_name());
        let man = clap_mangen::Man::new(verb.clone().bin_name(&name));
        let mut sections = Vec::new();
        man.render_description_section(&mut sections)
            .map_err(said)?;
        man.render_options_section(&mut sections).map_err(said)?;
        // Sections of one verb are parts of its section.
        let parts = String::from_utf8_lossy(&sections).replace(".SH ", ".SS ");
        page.extend(format!(".SH \"{}\"\n{parts}", name.to_uppercase()).bytes());
    }
    screen.result(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell, screen: &mut Screen) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "cargo-cleave", &mut text);
    screen.result(&String::from_utf8_lossy(&text));
    Exit::Done
}
