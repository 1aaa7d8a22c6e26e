//! One file a command. A command turns arguments into calls of the rooms below
//! and their answers into text or JSON; it holds no logic of its own.

mod completions;
mod extract;
mod text;
mod trends;

use clap::Subcommand;

use crate::{context::Context, outcome::Outcome};

/// Everything that `trithuc` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the completion script of a shell.
    Completions(completions::Args),
    /// The text of a document, as ingestion would index it.
    Extract(extract::Args),
    /// Text tools: filters over standard input, a line in for a line out.
    #[command(subcommand)]
    Text(text::Text),
    /// Forecast series of numbers, with the backtest beside each forecast.
    #[command(subcommand)]
    Trends(trends::Trends),
}

/// Runs one command.
pub(crate) fn run(command: Command, context: &Context) -> anyhow::Result<Outcome> {
    match command {
        Command::Completions(args) => completions::run(&args),
        Command::Extract(args) => extract::run(&args, context),
        Command::Text(tool) => text::run(&tool),
        Command::Trends(question) => trends::run(&question, context),
    }
}
