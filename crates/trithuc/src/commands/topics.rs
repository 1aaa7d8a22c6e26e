//! `trithuc topics …`: what a collection is about.

mod fit;
mod input;

use clap::Subcommand;

use crate::outcome::Outcome;

/// What can be asked about topics.
#[derive(Debug, Subcommand)]
pub(crate) enum Topics {
    /// Find the topics of a JSON Lines file; no installation is needed.
    Fit(fit::Args),
}

/// Runs one question.
pub(crate) fn run(question: &Topics) -> anyhow::Result<Outcome> {
    match question {
        Topics::Fit(args) => fit::run(args),
    }
}
