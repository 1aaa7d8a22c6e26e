//! One file a command. A command turns arguments into calls of the rooms below
//! and their answers into text or JSON; it holds no logic of its own.

mod completions;

use clap::Subcommand;

use crate::{context::Context, outcome::Outcome};

/// Everything that `trithuc` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the completion script of a shell.
    Completions(completions::Args),
}

/// Runs one command.
pub(crate) fn run(command: Command, _context: &Context) -> anyhow::Result<Outcome> {
    match command {
        Command::Completions(args) => completions::run(&args),
    }
}
