//! What of a text stands in the library already: passage beside passage.
//!
//! ```text
//! passages ─▶ nearest by meaning, best by words ─▶ candidates ─▶ every passage of theirs against every one of ours
//! ```
//!
//! Two measures make up the similarity of two passages: the share of their
//! words that stand in shared runs (exact, see [`shared`]), and the chance that
//! they say the same ([`scale`]), which also sees translations.
//!
//! **Invariant:** what the clearance does not show is never a candidate.

mod candidates;
mod manuscript;
mod pairs;
mod scale;
mod shared;

use index::{Filter, FullTextQuery, QueryExpr};
use records::{Clearance, Lang, Record, RecordId};
use serde::Serialize;

pub use manuscript::Manuscript;

use crate::{Highlighted, Meaning, Notice, SearchError, Searcher};
pub(crate) use candidates::embed;
use pairs::Comparison;

/// What to compare with what.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlapRequest {
    /// The text.
    pub manuscript: Manuscript,
    /// The record that the text is of; it is not compared with itself.
    pub except: Option<RecordId>,
    /// Conditions on the records compared.
    pub filters: Vec<Filter>,
    /// What whoever asks may see.
    pub clearance: Clearance,
    /// Language of the reader.
    pub lang: Lang,
    /// Records to report.
    pub limit: usize,
    /// Passages of the text that records are looked up for; the others are
    /// compared with the records that these found.
    pub max_passages: usize,
}

impl OverlapRequest {
    /// Against everything, ten records to report, all of the text.
    pub fn new(manuscript: Manuscript, clearance: Clearance) -> Self {
        Self {
            manuscript,
            except: None,
            filters: Vec::new(),
            clearance,
            lang: Lang::vi(),
            limit: 10,
            max_passages: usize::MAX,
        }
    }
}

/// What was compared and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// What the reader should know.
    pub notices: Vec<String>,
    /// What was compared.
    pub compared: Compared,
    /// The records with most in common, from the most alike.
    pub records: Vec<RecordOverlap>,
}

/// What was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Records that may be seen and meet the filters: all were searched.
    pub n_records: u64,
    /// Records whose every passage was compared.
    pub n_examined: usize,
    /// Passages of the text.
    pub n_passages: usize,
    /// Those that records were looked up for.
    pub n_looked_up: usize,
    /// Whether meaning was compared, not words alone.
    pub by_meaning: bool,
    /// Words of the text.
    pub n_words: usize,
    /// Words of the text that stand, in runs, in any of the reported records.
    pub n_shared_words: usize,
}

/// What a record has in common with the text.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordOverlap {
    /// The record, without its full text.
    pub record: Record,
    /// That of its most alike passage.
    pub similarity: f64,
    /// Words of the text that stand, in runs, in this record.
    pub n_shared_words: usize,
    /// The passages, from the most alike; at most five.
    pub pairs: Vec<PassagePair>,
}

/// Two passages side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct PassagePair {
    /// What the one is to the other.
    pub kind: PairKind,
    /// In [0, 1]; the larger of the share of shared words and of the chance
    /// that both say the same.
    pub similarity: f64,
    /// Cosine of their vectors; `None` where meaning was not compared.
    pub cosine: Option<f32>,
    /// Words that stand in shared runs, counted in ours.
    pub n_shared_words: usize,
    /// Ours, with the shared runs marked.
    pub own: Side,
    /// Theirs.
    pub theirs: Side,
}

/// One of two passages.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Number of the passage, from 1.
    pub number: usize,
    /// Its text, with the shared runs marked.
    pub text: Highlighted,
    /// Page on which it begins.
    pub page: Option<u32>,
    /// Its language; `und` when that cannot be told.
    pub lang: &'static str,
}

/// What two passages are to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PairKind {
    /// At least half of the shorter one stands in the other, word for word.
    Copied,
    /// Whole runs of words are the same.
    PartlyCopied,
    /// They say the same in two languages, as far as the model can tell.
    Translated,
    /// They say the same in other words, as far as the model can tell.
    Reworded,
    /// They are about the same; no finding.
    Related,
}

impl PairKind {
    /// All, from the gravest.
    pub const ALL: [Self; 5] = [
        Self::Copied,
        Self::PartlyCopied,
        Self::Translated,
        Self::Reworded,
        Self::Related,
    ];

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::PartlyCopied => "partly_copied",
            Self::Translated => "translated",
            Self::Reworded => "reworded",
            Self::Related => "related",
        }
    }

    /// Whether it says more than that both are of one field.
    pub fn is_finding(self) -> bool {
        self != Self::Related
    }
}

/// The chance that two passages with this cosine say the same, in [0, 1];
/// `None` for a model that was never measured.
pub(crate) fn similarity_of(meaning: &Meaning, cosine: f32, same_language: bool) -> Option<f64> {
    let scale = scale::Scale::of_model(meaning.embedder.model_id())?;
    Some(scale.similarity(cosine, same_language))
}

/// The refusal of a text without words.
pub(crate) fn no_words() -> SearchError {
    SearchError::BadQuery {
        position: 0,
        message: "the text has no words to compare".into(),
        cure: "paste the text, or give a document that holds some (a scan needs text recognition first)".into(),
    }
}

impl Searcher {
    /// What of a text stands in the records that may be seen.
    ///
    /// Ties go by the ids of records and the order of passages.
    ///
    /// # Errors
    /// [`SearchError::BadQuery`] for a text without words; the others when a
    /// store or the model fails, or a filter cannot be read.
    pub fn overlap(&self, request: &OverlapRequest) -> Result<Overlap, SearchError> {
        let meaning = self.meaning();
        let meaning = meaning.as_ref();
        let mut passages = request.manuscript.passages(meaning);
        if passages.is_empty() {
            return Err(no_words());
        }
        let mut compared = Compared {
            n_records: self.n_seen(request)?,
            n_passages: passages.len(),
            n_looked_up: passages.len().min(request.max_passages),
            by_meaning: meaning.is_some(),
            n_words: passages.iter().map(|passage| passage.words.len()).sum(),
            ..Compared::default()
        };
        let head = &mut passages[..compared.n_looked_up];
        let found = self.candidates(meaning, head, request)?;
        let comparison = Comparison::new(&passages, meaning);
        let examined = self.examine(&comparison, &found, request)?;
        compared.n_examined = examined.n_examined;
        compared.n_shared_words = examined.n_shared_words;
        Ok(Overlap {
            notices: self.overlap_notices(meaning, &compared, request)?,
            compared,
            records: examined.records,
        })
    }

    /// How many records are searched.
    fn n_seen(&self, request: &OverlapRequest) -> Result<u64, SearchError> {
        let all = FullTextQuery {
            filters: request.filters.clone(),
            limit: 0,
            ..FullTextQuery::new(QueryExpr::All, request.clearance)
        };
        Ok(self.full_text.search(&all)?.total)
    }

    fn overlap_notices(
        &self,
        meaning: Option<&Meaning>,
        compared: &Compared,
        request: &OverlapRequest,
    ) -> Result<Vec<String>, SearchError> {
        let mut notices = Vec::new();
        match meaning {
            None => notices.push(Notice::OverlapByWords),
            Some(meaning) => {
                let known = meaning.vectors.applied_seq()?;
                let of = self.full_text.applied_seq()?;
                if known < of {
                    let (known, of) = (known.0, of.0);
                    notices.push(Notice::Filling { known, of });
                }
                if scale::Scale::of_model(meaning.embedder.model_id()).is_none() {
                    notices.push(Notice::NoScale);
                }
            }
        }
        if compared.n_looked_up < compared.n_passages {
            notices.push(Notice::FirstPassages {
                kept: compared.n_looked_up,
                of: compared.n_passages,
            });
        }
        let texts = notices.iter().map(|notice| notice.text(&request.lang));
        Ok(texts.collect())
    }
}

#[cfg(test)]
mod tests;
