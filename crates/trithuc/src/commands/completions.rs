//! `trithuc completions SHELL`: completion scripts for bash, zsh, fish…

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{cli::Cli, outcome::Outcome};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

/// Writes the script to standard output.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "trithuc", &mut script);
    crate::output::line(String::from_utf8(script)?.trim_end())?;
    Ok(Outcome::Done)
}
