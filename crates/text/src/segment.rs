//! Divides text into words: which syllables belong together.
//!
//! `khoa học` (science) is one word of two syllables. A conditional random field
//! over word lengths, trained on running text and on UD Vietnamese-VTB, decides
//! for every space between letters whether it divides words; numbers, dates,
//! formulas, DOIs and addresses are cut by rule and never divided.
//!
//! Invariants: words come in order, on character boundaries, and cover all but
//! white space; nothing is changed. O(n).

pub(crate) mod atoms;
mod decode;
mod dictionary;
mod evaluate;
mod features;
mod lexicon;
mod model;
mod train;

use atoms::{Atom, atoms};
use decode::decode;
pub use dictionary::{InvalidEntry, read_dictionary};
pub use evaluate::{InvalidConllu, TreebankSentence, WordCounts, read_conllu};
use features::Window;
pub use lexicon::Lexicon;
pub use model::Segmenter;
pub use train::{GoldSentence, Trainer};

/// One word: a range of bytes of the text, and how many pieces it joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// First byte in the original text.
    pub start: usize,
    /// One past the last byte in the original text.
    pub end: usize,
    /// Syllables, or other indivisible pieces, that it is made of.
    pub n_syllables: usize,
}

/// The words of `text`, in order, by the model that is built in.
///
/// Works on lower case, capitals and mixed text.
/// The first call unpacks the model (tens of milliseconds). O(n).
///
/// ```
/// let text = "Nghiên cứu khoa học và công nghệ";
/// let words: Vec<&str> = text::segment(text).iter().map(|w| &text[w.start..w.end]).collect();
/// assert_eq!(words, ["Nghiên cứu", "khoa học", "và", "công nghệ"]);
/// ```
#[must_use]
pub fn segment(text: &str) -> Vec<Word> {
    Segmenter::embedded().segment(text)
}

impl Trainer {
    /// The words of `text` by the weights as they are now.
    #[must_use]
    pub fn segment(&self, text: &str) -> Vec<Word> {
        let atoms = atoms(text);
        let joins = decode(&atoms, &Window::new(&atoms, self.lexicon()), self);
        join(&atoms, &joins)
    }
}

/// Words from atoms and, for each, whether it is one word with the next.
fn join(atoms: &[Atom], joins: &[bool]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(atoms.len());
    let mut open = false;
    for (atom, &join) in atoms.iter().zip(joins) {
        match words.last_mut().filter(|_| open) {
            Some(word) => {
                word.end = atom.end;
                word.n_syllables += 1;
            }
            None => words.push(Word {
                start: atom.start,
                end: atom.end,
                n_syllables: 1,
            }),
        }
        open = join;
    }
    words
}

#[cfg(test)]
mod tests;
