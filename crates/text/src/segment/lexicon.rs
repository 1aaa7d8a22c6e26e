//! The list of words of several syllables that the model was trained with.

use rustc_hash::FxHashMap;

use super::atoms::hash;

/// How a span of syllables stands in the lexicon: 0 unknown, 1 the beginning of
/// a longer entry only, 2 and up an entry, surer with the number.
pub(crate) type Standing = u8;

/// Entries with more syllables are not looked up.
pub(crate) const MAX_SYLLABLES: usize = 4;

/// Words of several syllables with their standing.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// By the hash of their syllables.
    standings: FxHashMap<u64, Standing>,
    /// As given, for writing.
    entries: Vec<(String, Standing)>,
}

/// The hash of a span one syllable longer than the span of hash `span`.
/// The empty span is 0.
pub(crate) fn extend(span: u64, syllable: u64) -> u64 {
    (span.rotate_left(23) ^ syllable).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

impl Lexicon {
    /// * `entries`: syllables in index form joined by one space, and how sure
    ///   they are one word, from 2 to 15
    #[must_use]
    pub fn new(entries: Vec<(String, u8)>) -> Self {
        let mut standings = FxHashMap::default();
        for (word, standing) in &entries {
            let mut span = 0;
            for syllable in word.split(' ') {
                if span != 0 {
                    standings.entry(span).or_insert(1);
                }
                span = extend(span, hash(syllable.as_bytes()));
            }
            let known = standings.entry(span).or_insert(1);
            *known = (*known).max((*standing).clamp(2, 15));
        }
        Self { standings, entries }
    }

    pub(crate) fn standing(&self, span: u64) -> Standing {
        self.standings.get(&span).copied().unwrap_or(0)
    }

    /// The words, syllables joined by one space, in the order given.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(word, _)| word.as_str())
    }

    /// One line a word: the word, a tab, its standing.
    pub(crate) fn to_lines(&self) -> String {
        self.entries
            .iter()
            .map(|(word, standing)| format!("{word}\t{standing}\n"))
            .collect()
    }

    /// Reads what [`Lexicon::to_lines`] wrote.
    pub(crate) fn from_lines(lines: &str) -> Option<Self> {
        let entry = |line: &str| {
            let (word, standing) = line.split_once('\t')?;
            Some((word.to_owned(), standing.parse().ok()?))
        };
        lines
            .lines()
            .map(entry)
            .collect::<Option<Vec<_>>>()
            .map(Self::new)
    }
}
