//! The user's own words, read from a file.

use super::atoms::{Atom, atoms};
use super::decode::runs;

/// Reads a list of words for [`Segmenter::with_dictionary`](super::Segmenter::with_dictionary): one a line, its
/// syllables divided by spaces or `_`. Empty lines and lines that begin with `#` are passed over.
///
/// # Errors
/// The first line that could join nothing: fewer than two syllables, or punctuation, digits or a hyphen between
/// them, which is divided, or kept whole, by rule.
///
/// ```
/// use text::segment::{Segmenter, read_dictionary};
/// let words = read_dictionary("# ours\ntri thức số\n")?;
/// let own = Segmenter::embedded().clone().with_dictionary(words.into_iter());
/// assert_eq!(own.segment("Cổng Tri thức số").last().map(|word| word.n_syllables), Some(3));
/// # Ok::<(), text::segment::InvalidEntry>(())
/// ```
pub fn read_dictionary(source: &str) -> Result<Vec<&str>, InvalidEntry> {
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let entries = source.lines().map(str::trim).enumerate();
    entries
        .filter(|(_, entry)| !entry.is_empty() && !entry.starts_with('#'))
        .map(|(i, entry)| {
            if is_joinable(&pieces(entry)) {
                Ok(entry)
            } else {
                Err(InvalidEntry {
                    line: i + 1,
                    text: entry.chars().take(80).collect(),
                })
            }
        })
        .collect()
}

/// The pieces of one entry.
pub(super) fn pieces(entry: &str) -> Vec<Atom> {
    atoms(&entry.replace('_', " "))
}

/// Whether the model could be asked to join all pieces: several, of letters, with white space alone between them.
fn is_joinable(pieces: &[Atom]) -> bool {
    pieces.len() > 1
        && runs(pieces)
            .next()
            .is_some_and(|run| run.end == pieces.len())
}

/// A line that is no word of several syllables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: `{text}` is no word of several syllables; write its syllables, letters only, with spaces or `_` between them"
)]
pub struct InvalidEntry {
    /// Number of the line, from 1.
    pub line: usize,
    /// Its first 80 characters.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_comments_passed_over() {
        let source = "\u{FEFF}# ours\r\n\r\n  tri thức số \r\nchuyển_đổi_số\n";
        assert_eq!(
            read_dictionary(source),
            Ok(vec!["tri thức số", "chuyển_đổi_số"])
        );
        assert_eq!(read_dictionary(""), Ok(vec![]));
    }

    #[test]
    fn what_could_join_nothing_is_refused_with_its_line() {
        for entry in [
            "khoa",
            "khoa, học",
            "vi-rút",
            "công nghệ 4.0",
            "👍🏽",
            "\u{301}",
            "a__._b",
        ] {
            let error = read_dictionary(&format!("khoa học\n{entry}\n")).unwrap_err();
            assert_eq!((error.line, error.text.as_str()), (2, entry));
        }
    }
}
