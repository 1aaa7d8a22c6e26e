//! Measures a segmentation against one made by hand, in CoNLL-U form.

use super::{GoldSentence, Word};

/// Counts of words by which precision, recall and F1 are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordCounts {
    /// Words in the gold segmentation.
    pub n_gold: usize,
    /// Words in ours.
    pub n_found: usize,
    /// Words in both, with the same first and last character.
    pub n_right: usize,
}

impl WordCounts {
    /// Compares two segmentations of the same text over its characters other
    /// than white space.
    pub fn add(&mut self, gold: &GoldSentence, text: &str, found: &[Word]) {
        let gold = spans(gold.words());
        let found = spans(found.iter().map(|word| &text[word.start..word.end]));
        self.n_gold += gold.len();
        self.n_found += found.len();
        let mut rest = found.iter().peekable();
        for span in &gold {
            while rest.next_if(|found| **found < *span).is_some() {}
            self.n_right += usize::from(rest.peek() == Some(&span));
        }
    }

    /// Share of our words that are right; 0 where there are none.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.n_right, self.n_found)
    }

    /// Share of the gold words that we found; 0 where there are none.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.n_right, self.n_gold)
    }

    /// Harmonic mean of precision and recall: `2 right / (gold + found)`.
    #[must_use]
    pub fn f1(&self) -> f64 {
        ratio(2 * self.n_right, self.n_gold + self.n_found)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Words as ranges of characters, white space not counted.
fn spans<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(usize, usize)> {
    let mut at = 0;
    words
        .map(|word| {
            let start = at;
            at += word.chars().filter(|c| !c.is_whitespace()).count();
            (start, at)
        })
        .collect()
}

/// One sentence of a treebank: the text as it stands, and its words.
#[derive(Clone, Debug, Default)]
pub struct TreebankSentence {
    /// The `# text` comment, or the words joined by spaces where there is none.
    pub text: String,
    /// The words of the FORM column.
    pub gold: GoldSentence,
}

/// Reads CoNLL-U: blank lines divide sentences, column 2 is the word. Rows of
/// multi-word tokens (`3-4`) and empty nodes (`5.1`) are passed over.
///
/// # Errors
/// The number and the text of the first line that is neither a comment nor a row.
pub fn read_conllu(source: &str) -> Result<Vec<TreebankSentence>, InvalidConllu> {
    let mut sentences = Vec::new();
    let mut text = None;
    let mut words: Vec<&str> = Vec::new();
    for (i, line) in source.lines().chain([""]).enumerate() {
        if let Some(comment) = line.strip_prefix('#') {
            let value = comment
                .trim_start()
                .strip_prefix("text")
                .map(str::trim_start);
            if let Some(value) = value.and_then(|value| value.strip_prefix('=')) {
                text = Some(value.trim());
            }
        } else if !line.trim().is_empty() {
            let invalid = || InvalidConllu {
                line: i + 1,
                text: line.chars().take(80).collect(),
            };
            let mut columns = line.split('\t');
            let id = columns.next().ok_or_else(invalid)?;
            let form = columns.next().ok_or_else(invalid)?;
            if id.parse::<usize>().is_ok() {
                words.push(form);
            } else if !id.contains(['-', '.']) {
                return Err(invalid());
            }
        } else if !words.is_empty() {
            let gold = GoldSentence::new(words.drain(..));
            let text = text
                .take()
                .map_or_else(|| gold.text().to_owned(), str::to_owned);
            sentences.push(TreebankSentence { text, gold });
        }
    }
    Ok(sentences)
}

/// A line that is not CoNLL-U.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} is neither a comment nor a row of CoNLL-U: `{text}`; give a file with ten columns divided by tabs"
)]
pub struct InvalidConllu {
    /// Number of the line, from 1.
    pub line: usize,
    /// Its first 80 characters.
    pub text: String,
}
