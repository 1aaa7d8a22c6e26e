//! Words of the index that are spelled nearly like one that nobody wrote.
//!
//! In: a word of a query. Out: words that stand in records whoever asks may see,
//! nearest first. The store gives the words near it in its dictionary; what is
//! known, how far a word may be off and in which order they come is decided
//! here, once for every store.

use records::Clearance;

use crate::{
    AnalysedToken, Definition, FullTextError, FullTextQuery, FullTextStore, QueryExpr, Words,
    analyse,
    holding::MAX_LOOKED_AT,
    plan::{PLAIN_FIELDS, Statistics, TermKey, forms},
};

/// Words tried, at most, until enough are found that whoever asks may see.
const MAX_TRIED: usize = 20;

/// A word of the dictionary beside the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearWord {
    /// The word.
    pub text: String,
    /// Letters to put in, take out, change or swap.
    pub distance: u8,
    /// Records that hold it, in the field where most do.
    pub n_holding: u64,
}

/// How many letters of a word of `n_chars` may be off; 0 for words so short
/// that everything is near them.
pub(crate) fn max_distance(n_chars: usize) -> u8 {
    match n_chars {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// [`FullTextStore::similar_words`] for a store that knows how many records hold
/// a term.
///
/// * `near`: the words of the main streams at most so far from a word
///
/// # Errors
/// When the store fails.
pub fn similar_words<S: FullTextStore + ?Sized>(
    store: &S,
    word: &str,
    clearance: Clearance,
    limit: usize,
    statistics: &dyn Statistics,
    near: impl FnOnce(&str, u8) -> Result<Vec<NearWord>, FullTextError>,
) -> Result<Vec<String>, FullTextError> {
    let tokens = analyse(word);
    let [token] = tokens.as_slice() else {
        return Ok(Vec::new());
    };
    let max_off = max_distance(token.exact.chars().count());
    let is_word = token.exact.chars().all(char::is_alphabetic);
    if max_off == 0 || !is_word || is_known(store, token, clearance, statistics)? {
        return Ok(Vec::new());
    }
    let mut found = near(&token.exact, max_off)?;
    let first = token.exact.chars().next();
    found.retain(|word| word.text.chars().all(char::is_alphabetic));
    found.sort_by(|a, b| {
        let starts_alike = |word: &NearWord| word.text.chars().next() == first;
        (a.distance.cmp(&b.distance))
            .then(starts_alike(b).cmp(&starts_alike(a)))
            .then(b.n_holding.cmp(&a.n_holding))
            .then(a.text.cmp(&b.text))
    });
    let mut visible = Vec::new();
    for word in found.into_iter().take(MAX_TRIED) {
        if visible.len() < limit && is_visible(store, &word.text, clearance)? {
            visible.push(word.text);
        }
    }
    Ok(visible)
}

/// Whether a record that whoever asks may see holds the word, in any form by
/// which it is found.
fn is_known<S: FullTextStore + ?Sized>(
    store: &S,
    token: &AnalysedToken,
    clearance: Clearance,
    statistics: &dyn Statistics,
) -> Result<bool, FullTextError> {
    let forms = forms(token, true, Definition::built_in());
    let n_holding = |key: TermKey| statistics.n_holding(&key);
    let keys = forms.into_iter().flat_map(|form| {
        PLAIN_FIELDS.map(|field| TermKey {
            field,
            stream: form.stream,
            text: form.text.clone(),
        })
    });
    match keys.map(n_holding).max().unwrap_or(0) {
        0 => Ok(false),
        1..=MAX_LOOKED_AT => is_visible(store, &token.exact, clearance),
        _ => Ok(true),
    }
}

fn is_visible<S: FullTextStore + ?Sized>(
    store: &S,
    word: &str,
    clearance: Clearance,
) -> Result<bool, FullTextError> {
    let words = QueryExpr::Words(Words {
        text: word.to_owned(),
        ..Words::default()
    });
    let query = FullTextQuery {
        limit: 0,
        ..FullTextQuery::new(words, clearance)
    };
    Ok(store.search(&query)?.total > 0)
}

/// Letters to put in, take out, change or swap with their neighbour, no letter
/// twice, between two words.
///
/// **Source:** Damerau, "A technique for computer detection and correction of
/// spelling errors", CACM 1964, as the optimal string alignment.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(rows[i - 2][j - 2] + 1);
                    }
                    best
                }
            };
        }
    }
    rows[a.len()][b.len()]
}
