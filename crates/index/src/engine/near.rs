//! Words of the term dictionaries near a given one, by a Levenshtein automaton
//! over the finite-state dictionaries: no dictionary is read as a whole.
//!
//! **Source:** Schulz & Mihov, "Fast string correction with Levenshtein
//! automata", IJDAR 2002.

use std::{collections::BTreeMap, sync::LazyLock};

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy_fst::Automaton;

use super::snapshot::Snapshot;
use crate::{
    plan::{PLAIN_FIELDS, Stream},
    spelling::NearWord,
};

/// The tables for one and for two letters: made once, they take milliseconds.
static ONE: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

struct Near<'a>(&'a DFA);

impl Automaton for Near<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}

/// The words of the main streams at most `max_off` letters (1 or 2) from `word`;
/// a swap of neighbours counts as one.
pub(super) fn near_words(
    snapshot: &Snapshot,
    word: &str,
    max_off: u8,
) -> tantivy::Result<Vec<NearWord>> {
    let builder = if max_off > 1 { &TWO } else { &ONE };
    let dfa = builder.build_dfa(word);
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for field in PLAIN_FIELDS {
        let mut in_field: BTreeMap<String, u64> = BTreeMap::new();
        for segment in &snapshot.segments {
            let terms = segment.inverted(field, Stream::Main).terms();
            let mut stream = terms.search(Near(&dfa)).into_stream()?;
            while stream.advance() {
                if let Ok(text) = std::str::from_utf8(stream.key()) {
                    let n_holding = u64::from(stream.value().doc_freq);
                    *in_field.entry(text.to_owned()).or_default() += n_holding;
                }
            }
        }
        for (text, n_holding) in in_field {
            let most = found.entry(text).or_default();
            *most = n_holding.max(*most);
        }
    }
    let near = found.into_iter().map(|(text, n_holding)| NearWord {
        distance: dfa.eval(&text).to_u8(),
        n_holding,
        text,
    });
    Ok(near.collect())
}
