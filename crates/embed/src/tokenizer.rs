//! Text to token ids, with the marks of the model and the cut at its limit.

use std::path::Path;

use crate::{e5s1::Marks, unigram::Unigram};

/// What went wrong inside a model's own tokenizer.
pub(crate) type TokenizerFailure = Box<dyn std::error::Error + Send + Sync>;

/// The tokenizer of a model.
#[derive(Debug)]
pub(crate) enum Tokenizer {
    /// The compact table with its two marks.
    Unigram(Unigram, Marks),
    /// Whatever `tokenizer.json` describes.
    Described(Box<tokenizers::Tokenizer>),
}

impl Tokenizer {
    /// Reads `tokenizer.json`; padding and truncation are done here instead.
    ///
    /// * `n_words`: rows of the word table; every id must be below.
    pub(crate) fn read(path: &Path, n_words: usize) -> Result<Self, TokenizerFailure> {
        let mut described = tokenizers::Tokenizer::from_file(path)?;
        let highest = described
            .get_vocab(true)
            .values()
            .max()
            .copied()
            .unwrap_or(0);
        if highest as usize >= n_words {
            return Err(format!("it has the id {highest}, the model has {n_words} words").into());
        }
        described.with_padding(None);
        described.with_truncation(None)?;
        Ok(Self::Described(Box::new(described)))
    }

    /// At most `limit` ids, marks included, and how many the whole text has.
    ///
    /// What is cut off is the end of the text; the closing mark stays.
    pub(crate) fn encode(
        &self,
        text: &str,
        limit: usize,
    ) -> Result<(Vec<u32>, usize), TokenizerFailure> {
        match self {
            Self::Unigram(table, marks) => {
                let mut ids = vec![marks.begin];
                let n_ids = table.encode(text, limit.saturating_sub(1), &mut ids);
                ids.push(marks.end);
                Ok((ids, n_ids + 2))
            }
            Self::Described(described) => {
                let encoding = described.encode(text, true)?;
                let ids = encoding.get_ids();
                let mut kept = ids[..ids.len().min(limit)].to_vec();
                if let (Some(last), Some(closing)) = (kept.last_mut(), ids.last()) {
                    *last = *closing;
                }
                Ok((kept, ids.len()))
            }
        }
    }
}
