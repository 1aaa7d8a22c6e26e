//! The trained segmenter: its weights, its lexicon and the user's own words.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::atoms::{Atom, atoms};
use super::decode::{decode, runs};
use super::dictionary::pieces;
use super::features::{MAX_WORD, Window};
use super::lexicon::{Lexicon, extend};
use super::{Word, join};
use crate::model_file::{InvalidModel, pack, unpack};
use crate::restore::Restorer;
use crate::weights::Weights;

/// First bytes of a model file, with the version of its form.
const MAGIC: &[u8; 8] = b"segment1";

/// A word segmenter; see [`segment`](super::segment()) for the one built in.
#[derive(Clone)]
pub struct Segmenter {
    lexicon: Lexicon,
    weights: Weights,
    /// The user's words: hash of their syllables, and whether it is a whole word
    /// (true) or only the beginning of one.
    dictionary: FxHashMap<u64, bool>,
    longest_entry: usize,
}

static EMBEDDED: LazyLock<Segmenter> = LazyLock::new(|| {
    Segmenter::from_bytes(include_bytes!("../../../../models/segmenter/segmenter.bin"))
        .expect("the model that is built in is tested to be readable")
});

impl Segmenter {
    /// The model that is built in; its card is `models/segmenter/README.md`.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// A model from training.
    ///
    /// * `weights`: 2^n numbers
    /// * `step`: nats of one unit after rounding to bytes
    #[must_use]
    pub fn from_training(lexicon: Lexicon, weights: &[f32], step: f32) -> Self {
        let weights = Weights::quantise(weights, step);
        Self {
            lexicon,
            weights,
            dictionary: FxHashMap::default(),
            longest_entry: 0,
        }
    }

    /// Reads what [`Segmenter::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a model, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidModel> {
        let (lines, weights) = unpack(MAGIC, bytes)?;
        let lexicon = Lexicon::from_lines(&lines).ok_or(InvalidModel::Damaged)?;
        Ok(Self {
            lexicon,
            weights,
            dictionary: FxHashMap::default(),
            longest_entry: 0,
        })
    }

    /// The packed model, without the user's words. The same model gives the
    /// same bytes.
    ///
    /// # Errors
    /// When packing fails for want of memory.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidModel> {
        pack(MAGIC, &self.lexicon.to_lines(), &self.weights)
    }

    /// The same segmenter with words that are always kept together, longest
    /// first, wherever nothing but white space stands between their syllables.
    ///
    /// * `words`: syllables divided by spaces or `_`, with their accents; case
    ///   does not matter. Words of one syllable do nothing; a list that people
    ///   write goes through [`read_dictionary`](super::read_dictionary())
    #[must_use]
    pub fn with_dictionary<'a>(mut self, words: impl Iterator<Item = &'a str>) -> Self {
        for word in words {
            let pieces = pieces(word);
            let mut span = 0;
            for (i, piece) in pieces.iter().enumerate() {
                span = extend(span, piece.hash);
                *self.dictionary.entry(span).or_default() |= i + 1 == pieces.len();
            }
            self.longest_entry = self.longest_entry.max(pieces.len());
        }
        self
    }

    /// The words of several syllables that the model was trained with.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The words of `text`, in order. O(n).
    #[must_use]
    pub fn segment(&self, text: &str) -> Vec<Word> {
        let atoms = accented_atoms(text);
        let mut joins = decode(&atoms, &Window::new(&atoms, &self.lexicon), &self.weights);
        if self.longest_entry > 1 {
            self.apply_dictionary(&atoms, &mut joins);
        }
        join(&atoms, &joins)
    }

    fn apply_dictionary(&self, atoms: &[Atom], joins: &mut [bool]) {
        for run in runs(atoms) {
            let mut at = run.start;
            while at < run.end {
                let len = self.longest_match(&atoms[at..run.end]);
                if len > 1 {
                    joins[at..at + len - 1].fill(true);
                    joins[at + len - 1] = false;
                    if at > run.start {
                        joins[at - 1] = false;
                    }
                }
                at += len.max(1);
            }
        }
    }

    /// Atoms at the start of `atoms` that make an entry; 0 when none does.
    fn longest_match(&self, atoms: &[Atom]) -> usize {
        let mut longest = 0;
        let mut span = 0;
        for (i, atom) in atoms.iter().take(self.longest_entry).enumerate() {
            span = extend(span, atom.hash);
            match self.dictionary.get(&span) {
                Some(true) => longest = i + 1,
                Some(false) => {}
                None => break,
            }
        }
        longest
    }
}

/// The atoms of `text`; of Vietnamese without accents, with the syllables that
/// the restorer reads into it.
fn accented_atoms(text: &str) -> Vec<Atom> {
    let mut typed = atoms(text);
    if text.is_ascii() && crate::detect(text).accentless {
        let restored = atoms(&Restorer::embedded().restore_all(text));
        if restored.len() == typed.len() {
            for (typed, restored) in typed.iter_mut().zip(restored) {
                *typed = Atom {
                    start: typed.start,
                    end: typed.end,
                    ..restored
                };
            }
        }
    }
    typed
}

const _: () = assert!(MAX_WORD >= 4, "the lexicon has words of four syllables");
