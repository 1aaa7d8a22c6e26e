//! What the index says for and against a way to set the accents of a query.
//!
//! A model of Vietnamese knows the language, not the library: it reads `chan doan`
//! as it likes, and holds `the cat sat on the mat` to be Vietnamese. The records know better:
//! they write `chẩn đoán`, and `cat` without any accent.

use std::{cell::RefCell, collections::BTreeMap};

use index::{AnalysedToken, FullTextError, analyse};

/// How many records hold a word or a pair of syllables, exactly as written.
pub(crate) type Ask<'a> = &'a dyn Fn(&str) -> Result<u64, FullTextError>;

/// Records that hold a pair which none does, as if: the first that does speaks for it by
/// 1.2 nats, the tenth by 1.1 more.
const UNSEEN: f32 = 0.1;
/// How much the logarithm of a count of records weighs beside that of the model's
/// probability: the model that also knows science holds `trong chân đoán` for likelier, by
/// more than two records that write `chẩn đoán` outweigh at 0.5.
const PAIR_WEIGHT: f32 = 0.7;
/// A word without accents this many times commoner (e^1, in the mean) than
/// the accented one read into it is what was meant.
const BARE_NATS: f32 = 1.0;
/// Longer queries are left to the model: they have context enough.
const MAX_WORDS: usize = 60;

/// Asks the index, each text once.
pub(crate) struct Evidence<'a> {
    ask: Ask<'a>,
    known: RefCell<BTreeMap<String, u64>>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(ask: Ask<'a>) -> Self {
        Self {
            ask,
            known: RefCell::default(),
        }
    }

    /// How far the index speaks for `reading` rather than for `other`, in nats: by the
    /// records that hold its pairs of syllables, where the two differ.
    pub(crate) fn lead(&self, reading: &str, other: &str) -> Result<f32, FullTextError> {
        Ok(self.weight(other, reading)? - self.weight(reading, other)?)
    }

    fn weight(&self, other: &str, reading: &str) -> Result<f32, FullTextError> {
        let words = Words::new(other, reading);
        if words.reading.len() > MAX_WORDS {
            return Ok(0.0);
        }
        let mut sum = 0.0;
        for pair in words.changed_pairs() {
            sum += (1.0 + self.n_holding(&pair)? / UNSEEN).ln();
        }
        Ok(PAIR_WEIGHT * sum)
    }

    /// Whether `reading` is what was meant, as far as the index can tell: records hold
    /// a pair of its syllables (or the word, where it stands alone), and do not rather hold the words
    /// as typed. An index that knows none of the words says yes to all.
    pub(crate) fn allows(&self, typed: &str, reading: &str) -> Result<bool, FullTextError> {
        let words = Words::new(typed, reading);
        if words.reading.len() > MAX_WORDS {
            return Ok(true);
        }
        let (mut n_bare, mut n_set, mut odds, mut n_changed) = (0.0, 0.0, 0.0, 0.0);
        for (typed, reading) in words.changed() {
            let (bare, set) = (
                self.n_holding(&typed.exact)?,
                self.n_holding(&reading.exact)?,
            );
            n_bare += bare;
            n_set += set;
            odds += ((set + 0.5) / (bare + 0.5)).ln();
            n_changed += 1.0_f32;
        }
        if n_bare == 0.0 {
            return Ok(true);
        }
        let pairs = words.changed_pairs();
        let mut is_held = pairs.is_empty() && n_set > 0.0;
        for pair in &pairs {
            is_held = is_held || self.n_holding(pair)? > 0.0;
        }
        Ok(is_held && odds > -BARE_NATS * n_changed)
    }

    fn n_holding(&self, text: &str) -> Result<f32, FullTextError> {
        if let Some(n) = self.known.borrow().get(text) {
            return Ok(*n as f32);
        }
        let n = (self.ask)(text)?;
        self.known.borrow_mut().insert(text.to_owned(), n);
        Ok(n as f32)
    }
}

/// The words of a query as typed and as read, side by side; none where their numbers
/// differ.
struct Words {
    typed: Vec<AnalysedToken>,
    reading: Vec<AnalysedToken>,
}

impl Words {
    fn new(typed: &str, reading: &str) -> Self {
        let (mut typed, mut reading) = (analyse(typed), analyse(reading));
        if typed.len() != reading.len() {
            (typed, reading) = (Vec::new(), Vec::new());
        }
        Self { typed, reading }
    }

    fn is_changed(&self, at: usize) -> bool {
        self.typed[at].exact != self.reading[at].exact
    }

    fn changed(&self) -> impl Iterator<Item = (&AnalysedToken, &AnalysedToken)> {
        let both = self.typed.iter().zip(&self.reading);
        both.filter(|(typed, reading)| typed.exact != reading.exact)
    }

    /// Neighbouring syllables of the reading, at least one of them not as typed.
    fn changed_pairs(&self) -> Vec<String> {
        let is_pair = |at: &usize| {
            let both = &self.reading[*at..*at + 2];
            both.iter().all(|word| word.is_syllable)
                && (self.is_changed(*at) || self.is_changed(*at + 1))
        };
        (0..self.reading.len().saturating_sub(1))
            .filter(is_pair)
            .map(|at| format!("{} {}", self.reading[at].exact, self.reading[at + 1].exact))
            .collect()
    }
}
