//! Answers made of what stands in the library: the sentences that answer a
//! question, word for word, each with its record and page; or that nothing
//! here does.
//!
//! ```text
//! question ─▶ records by words and meaning ─▶ their sentences ─▶ evidence of each ─▶ enough? ─▶ quotes
//! ```
//!
//! **Invariant:** a quote is a substring of a text of its record, and what the
//! clearance does not show is never read.

mod evidence;
mod sentences;

use std::collections::BTreeMap;

use catalog::Detail;
use embed::TextRole;
use index::Filter;
use records::{Clearance, Lang, Record, RecordId};

use evidence::QuestionWords;
pub use evidence::{Evidence, Scale};
use sentences::{Sentence, candidates};

use crate::{Meaning, Mode, SearchError, SearchRequest, Searcher};

/// Records whose sentences are looked at: about a page of results, read within
/// some milliseconds. Other numbers were not measured.
const N_RECORDS: usize = 8;
/// Quotes of an answer: what a person reads at once.
const MOST_QUOTES: usize = 5;
/// Quotes of one record: others are heard too.
const MOST_OF_ONE: usize = 2;
/// A further quote has at least this part of the evidence of the best one.
const WORTH: f64 = 0.6;
/// Texts that go to the model together.
const TEXTS_AT_ONCE: usize = 32;

/// A question to the library.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRequest {
    /// What is asked, in plain words.
    pub question: String,
    /// Conditions on the records that may answer.
    pub filters: Vec<Filter>,
    /// Records that may not answer: for measuring what is said without them.
    pub except: Vec<RecordId>,
    /// What whoever asks may see.
    pub clearance: Clearance,
    /// Language of the reader.
    pub lang: Lang,
}

impl AnswerRequest {
    /// A question to everything that may be seen.
    pub fn new(question: impl Into<String>, clearance: Clearance) -> Self {
        Self {
            question: question.into(),
            filters: Vec::new(),
            except: Vec::new(),
            clearance,
            lang: Lang::vi(),
        }
    }
}

/// What the library says to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Sentences that answer, the strongest first; none when the evidence is
    /// thin: then it is not in the library.
    pub quotes: Vec<Quote>,
    /// The evidence of the best sentence, also when it is thin; `None` when no
    /// sentence has to do with the question.
    pub best: Option<Evidence>,
    /// Evidence from which on a sentence counts as an answer.
    pub threshold: f64,
    /// Records nearest to the question, best first: where to read on.
    pub nearest: Vec<Record>,
    /// Which indexes looked.
    pub mode: Mode,
    /// What the reader should know.
    pub notices: Vec<String>,
}

/// A sentence of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// The record, without its full text.
    pub record: Record,
    /// The page on which it stands, from 1; `None` for an abstract.
    pub page: Option<u32>,
    /// The sentence, word for word.
    pub text: String,
    /// What speaks for it.
    pub evidence: Evidence,
}

impl Searcher {
    /// Answers a question by quoting.
    ///
    /// # Errors
    /// When a store or the model fails.
    pub fn quote(&self, request: &AnswerRequest) -> Result<Answer, SearchError> {
        let found = self.search_plain(&SearchRequest {
            limit: N_RECORDS + request.except.len(),
            filters: request.filters.clone(),
            lang: request.lang.clone(),
            passages: false,
            ..SearchRequest::new(request.question.clone(), request.clearance)
        })?;
        let mut ids: Vec<RecordId> = found.hits.into_iter().map(|hit| hit.id).collect();
        ids.retain(|id| !request.except.contains(id));
        ids.truncate(N_RECORDS);
        let stored = self
            .catalog
            .get_many(&ids, request.clearance, Detail::Full)?;
        let mut records: Vec<Record> = stored
            .into_iter()
            .flatten()
            .map(|stored| stored.record)
            .collect();
        let words = QuestionWords::new(&request.question, &*self.full_text, request.clearance)?;
        let mut sentences = candidates(&records, &words);
        let meaning = self.meaning().filter(|_| found.mode == Mode::Hybrid);
        if let Some(meaning) = &meaning {
            compare(meaning, &request.question, &mut sentences)?;
        }
        let scale = Scale::of(meaning.as_ref().map(|meaning| &*meaning.vectors.model().id));
        let mut weighed: Vec<(f64, &Sentence)> = sentences
            .iter()
            .map(|sentence| (scale.strength(sentence.evidence), sentence))
            .collect();
        // Stable: equal strength in the order of records and places.
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = weighed.first().map(|(_, sentence)| sentence.evidence);
        let chosen = choose(&weighed, scale.threshold());
        let quoted: Vec<(usize, Option<u32>, String, Evidence)> = chosen
            .into_iter()
            .map(|s| (s.record, s.page, s.text.to_owned(), s.evidence))
            .collect();
        drop(weighed);
        drop(sentences);
        records.iter_mut().for_each(|record| record.body.clear());
        let quotes = quoted.into_iter().map(|(at, page, text, evidence)| Quote {
            record: records[at].clone(),
            page,
            text,
            evidence,
        });
        Ok(Answer {
            quotes: quotes.collect(),
            best,
            threshold: scale.threshold(),
            mode: found.mode,
            notices: found.notices,
            nearest: records,
        })
    }
}

/// The strongest that are enough, not two that say the same, not many of one
/// record.
fn choose<'a>(weighed: &[(f64, &'a Sentence<'a>)], threshold: f64) -> Vec<&'a Sentence<'a>> {
    let Some((best, _)) = weighed
        .first()
        .filter(|(strength, _)| *strength >= threshold)
    else {
        return Vec::new();
    };
    let least = threshold.max(best * WORTH);
    let mut of_record: BTreeMap<usize, usize> = BTreeMap::new();
    let mut said: Vec<String> = Vec::new();
    let mut chosen = Vec::new();
    for (_, sentence) in weighed
        .iter()
        .take_while(|(strength, _)| *strength >= least)
    {
        let key = text::fold(sentence.text);
        let n = of_record.entry(sentence.record).or_default();
        if *n == MOST_OF_ONE || said.contains(&key) {
            continue;
        }
        *n += 1;
        said.push(key);
        chosen.push(*sentence);
        if chosen.len() == MOST_QUOTES {
            break;
        }
    }
    chosen
}

/// The cosine of each sentence with the question.
fn compare(
    meaning: &Meaning,
    question: &str,
    sentences: &mut [Sentence<'_>],
) -> Result<(), SearchError> {
    let asked = meaning.embedder.embed(&[question], TextRole::Query)?;
    let Some(asked) = asked.first() else {
        return Ok(());
    };
    for chunk in sentences.chunks_mut(TEXTS_AT_ONCE) {
        let texts: Vec<&str> = chunk.iter().map(|sentence| sentence.text).collect();
        let vectors = meaning.embedder.embed(&texts, TextRole::Passage)?;
        for (sentence, vector) in chunk.iter_mut().zip(vectors) {
            let cosine: f32 = asked.iter().zip(&vector).map(|(a, b)| a * b).sum();
            sentence.evidence.cosine = Some(cosine);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
