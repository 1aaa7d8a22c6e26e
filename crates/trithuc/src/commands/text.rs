//! `trithuc text …`: filters, a line in for a line out.

use clap::Subcommand;

use crate::{outcome::Outcome, output};

/// The text tools.
#[derive(Debug, Subcommand)]
pub(crate) enum Text {
    /// Canonical form: NFC, the letter đ, one tone placement, single spaces.
    Normalise,
    /// Words divided by spaces, the syllables of one word joined by `_`.
    Segment,
    /// Language code, a tab, and the confidence from 0 to 1.
    Detect,
}

/// Runs one filter over standard input.
pub(crate) fn run(tool: &Text) -> anyhow::Result<Outcome> {
    match tool {
        Text::Normalise => output::filter(text::normalise)?,
        Text::Segment => output::filter(segment)?,
        Text::Detect => output::filter(|line| {
            let found = text::detect(line);
            format!("{}\t{:.3}", found.lang, found.confidence)
        })?,
    }
    Ok(Outcome::Done)
}

fn segment(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 8);
    for word in text::segment(line) {
        if !out.is_empty() {
            out.push(' ');
        }
        let pieces: Vec<&str> = line[word.start..word.end].split_whitespace().collect();
        out.push_str(&pieces.join("_"));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn syllables_of_a_word_are_joined_whatever_the_space_between() {
        assert_eq!(
            super::segment("khoa  học\tvà đời\u{A0}sống."),
            "khoa_học và đời_sống ."
        );
    }
}
