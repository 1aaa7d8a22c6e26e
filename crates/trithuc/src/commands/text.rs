//! `trithuc text …`: filters, a line in for a line out.

use clap::Subcommand;

use crate::{outcome::Outcome, output};

/// The text tools.
#[derive(Debug, Subcommand)]
pub(crate) enum Text {
    /// Canonical form: NFC, the letter đ, one tone placement, single spaces.
    Normalise,
    /// Language code, a tab, and the confidence from 0 to 1.
    Detect,
}

/// Runs one filter over standard input.
pub(crate) fn run(tool: &Text) -> anyhow::Result<Outcome> {
    match tool {
        Text::Normalise => output::filter(text::normalise)?,
        Text::Detect => output::filter(|line| {
            let found = text::detect(line);
            format!("{}\t{:.3}", found.lang, found.confidence)
        })?,
    }
    Ok(Outcome::Done)
}
