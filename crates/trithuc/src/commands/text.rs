//! `trithuc text …`: filters, a line in for a line out.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Subcommand;
use text::segment::{Segmenter, read_dictionary};

use crate::{outcome::Outcome, output};

/// The text tools.
#[derive(Debug, Subcommand)]
pub(crate) enum Text {
    /// Canonical form: NFC, the letter đ, one tone placement, single spaces.
    Normalise,
    /// Words divided by spaces, the syllables of one word joined by `_`.
    Segment {
        /// Words of your own that are always kept together: one a line, syllables divided by spaces or `_`, lines
        /// that begin with `#` passed over.
        #[arg(long, value_name = "FILE")]
        dictionary: Option<PathBuf>,
    },
    /// Text in legacy Vietnamese encodings repaired; clean text unchanged. The input is the Latin-1 or Windows-1252
    /// reading of the bytes, as PDF and DOC extractors give it.
    Repair {
        /// The encoding, where it is known: auto, tcvn3, vni, viscii, vps, bkhcm2, viqr or wrong-tone.
        #[arg(long, default_value = "auto")]
        from: Source,
    },
    /// Telex and VNI keystrokes left in text decoded; other text unchanged.
    Keystrokes,
    /// Accents restored on Vietnamese typed without them; other text unchanged.
    Restore,
    /// Language code, a tab, and the confidence from 0 to 1.
    Detect,
}

/// Where the text comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// To be found out, run by run.
    Auto,
    /// All of it is in this encoding.
    Known(text::Encoding),
}

impl std::str::FromStr for Source {
    type Err = text::UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if name == "auto" {
            Ok(Source::Auto)
        } else {
            name.parse().map(Source::Known)
        }
    }
}

/// Runs one filter over standard input.
pub(crate) fn run(tool: &Text) -> anyhow::Result<Outcome> {
    match tool {
        Text::Normalise => output::filter(text::normalise)?,
        Text::Segment { dictionary } => {
            let segmenter = segmenter(dictionary.as_deref())?;
            output::filter(|line| segment(&segmenter, line))?;
        }
        Text::Repair { from: Source::Auto } => {
            let mut repairer = text::Repairer::default();
            output::filter(|line| repairer.repair(line).text)?;
        }
        Text::Repair {
            from: Source::Known(encoding),
        } => {
            output::filter(|line| text::repair_as(line, *encoding, false))?;
        }
        Text::Keystrokes => output::filter(|line| text::keystrokes(line).text)?,
        Text::Restore => output::filter(text::restore)?,
        Text::Detect => output::filter(|line| {
            let found = text::detect(line);
            format!("{}\t{:.3}", found.lang, found.confidence)
        })?,
    }
    Ok(Outcome::Done)
}

/// The segmenter that is built in, with the words of `dictionary` where there is one.
fn segmenter(dictionary: Option<&Path>) -> anyhow::Result<Cow<'static, Segmenter>> {
    let Some(path) = dictionary else {
        return Ok(Cow::Borrowed(Segmenter::embedded()));
    };
    let shown = path.display();
    let source = fs::read_to_string(path).with_context(|| format!("`{shown}` cannot be read"))?;
    let words =
        read_dictionary(&source).with_context(|| format!("`{shown}` is no list of words"))?;
    let own = Segmenter::embedded().clone();
    Ok(Cow::Owned(own.with_dictionary(words.into_iter())))
}

fn segment(segmenter: &Segmenter, line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 8);
    for word in segmenter.segment(line) {
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
            super::segment(
                text::segment::Segmenter::embedded(),
                "khoa  học\tvà đời\u{A0}sống."
            ),
            "khoa_học và đời_sống ."
        );
    }
}
