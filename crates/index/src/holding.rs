//! How many records hold a word or a pair of syllables, written exactly so.
//!
//! What a query means is decided by what the records say: of two ways to set the
//! accents of a word, the one that the library writes is meant.

use records::Clearance;

use crate::{
    AnalysedToken, Definition, FullTextError, FullTextQuery, FullTextStore, QueryExpr, analyse,
    plan::{PLAIN_FIELDS, Statistics, Stream, TermKey},
    streams::{cut, is_soft_break},
};

/// A text that more records hold is taken as one that everyone may see; up to
/// here the records are looked at.
pub(crate) const MAX_LOOKED_AT: u64 = 10_000;

/// [`FullTextStore::n_holding`] for a store that knows how many records hold a
/// term.
///
/// # Errors
/// When the store fails.
pub fn n_holding<S: FullTextStore + ?Sized>(
    store: &S,
    text: &str,
    clearance: Clearance,
    statistics: &dyn Statistics,
) -> Result<u64, FullTextError> {
    let tokens = analyse(text);
    let Some((stream, term)) = term(text, &tokens) else {
        return Ok(0);
    };
    let keys = PLAIN_FIELDS.map(|field| TermKey {
        field,
        stream,
        text: term.clone(),
    });
    let held = keys.iter().map(|key| statistics.n_holding(key));
    let n_holding = held.max().unwrap_or(0);
    if n_holding == 0 || n_holding > MAX_LOOKED_AT {
        return Ok(n_holding);
    }
    let phrase = QueryExpr::Phrase {
        field: None,
        text: text.to_owned(),
        slop: 0,
    };
    let query = FullTextQuery {
        limit: 0,
        ..FullTextQuery::new(phrase, clearance)
    };
    let n_found = store.search(&query)?.total;
    // A phrase finds a bare word in accented texts too.
    let is_exact = tokens.iter().all(AnalysedToken::has_accent);
    Ok(if is_exact {
        n_found
    } else {
        n_holding.min(n_found)
    })
}

/// The term of one word, or of two syllables that can be one.
fn term(text: &str, tokens: &[AnalysedToken]) -> Option<(Stream, String)> {
    let max_bytes = Definition::built_in().analyser.max_token_bytes;
    let exact = |token: &AnalysedToken| cut(&token.exact, max_bytes).to_owned();
    match tokens {
        [word] => Some((Stream::Main, exact(word))),
        [a, b] if a.is_syllable && b.is_syllable => {
            let between = text.get(a.range.end..b.range.start)?;
            let pair = format!("{} {}", exact(a), exact(b));
            is_soft_break(between).then_some((Stream::Derived, pair))
        }
        _ => None,
    }
}
