//! Restores the accents of Vietnamese typed without them.
//!
//! `ban` may stand for bạn, bàn, bán, bản or ban: a maximum-entropy Markov model
//! chooses by the accent-free text on both sides and the spellings chosen to the
//! left, with a beam over the line. Syllables that have an accent already are
//! never changed; words that are no Vietnamese syllable stay; so does all text
//! that is not Vietnamese. O(n).

mod beam;
mod features;
mod forms;
mod line;
mod model;
mod train;

use crate::detect::is_english_function_word;
use crate::syllable::could_be_accentless_vietnamese;
use beam::{Spelling, best_spellings, lead};
use line::{Slot, copy_case, slots};
pub use model::Restorer;
pub use train::Trainer;

/// One way to restore a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Restoration {
    /// The text with accents.
    pub text: String,
    /// How probable the model holds it, from 0 to 1; those of all possible
    /// restorations add up to 1.
    pub probability: f32,
}

/// In text that has accents, a bare syllable gets one only where the model
/// holds it e^9 (8,000) times likelier than the syllable as it stands. A guess,
/// not tuned.
const SURE_NATS: f32 = 9.0;

/// `text` with accents, by the model that is built in; line by line.
///
/// A line of Vietnamese without accents is restored; one with some accents
/// keeps them and gets more only where that is nearly certain; any other line
/// comes back byte for byte. The first call unpacks the model.
///
/// ```
/// assert_eq!(text::restore("bien doi khi hau"), "biến đổi khí hậu");
/// assert_eq!(text::restore("climate change and its effects"), "climate change and its effects");
/// ```
#[must_use]
pub fn restore(text: &str) -> String {
    Restorer::embedded().restore(text)
}

impl Restorer {
    /// See [`restore`].
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() * 5 / 4);
        for line in text.split_inclusive('\n') {
            match Need::of(line) {
                Need::Nothing => out.push_str(line),
                Need::All => out.push_str(&self.restore_all(line)),
                Need::Sure => out.push_str(&self.restore_sure(line)),
            }
        }
        out
    }

    /// The `n` likeliest restorations of a line, best first; `text` alone, with
    /// probability 1, where it is not Vietnamese.
    #[must_use]
    pub fn restorations(&self, text: &str, n: usize) -> Vec<Restoration> {
        if Need::of(text) == Need::Nothing {
            return vec![Restoration {
                text: text.to_owned(),
                probability: 1.0,
            }];
        }
        let slots = slots(text, self.forms());
        let spell = |s: Spelling| Restoration {
            text: spell(text, &slots, |at| chosen(&slots[at], &s)(at)),
            probability: s.log_probability.exp(),
        };
        best_spellings(&slots, self.weights(), n.max(1))
            .into_iter()
            .map(spell)
            .collect()
    }

    /// The likeliest restoration of `text`, held to be Vietnamese typed without
    /// accents; for callers who know that it is.
    #[must_use]
    pub fn restore_all(&self, text: &str) -> String {
        let slots = slots(text, self.forms());
        let best = best_spellings(&slots, self.weights(), 1);
        spell(text, &slots, |at| {
            best.first().and_then(|best| chosen(&slots[at], best)(at))
        })
    }

    fn restore_sure(&self, text: &str) -> String {
        let slots = slots(text, self.forms());
        let best = best_spellings(&slots, self.weights(), 1);
        let sure = |at: usize| {
            let best = best.first()?;
            let form = chosen(&slots[at], best)(at)?;
            (lead(&slots, self.weights(), best, at) > SURE_NATS).then_some(form)
        };
        spell(text, &slots, sure)
    }
}

/// The spelling chosen for `slot` where it is free to change.
fn chosen<'a>(slot: &'a Slot<'a>, spelling: &'a Spelling) -> impl Fn(usize) -> Option<&'a str> {
    move |at| {
        let choice = slot.choices.get(usize::from(spelling.choices[at]))?;
        (!slot.is_marked && choice.hash != slot.typed).then_some(&*choice.form)
    }
}

/// `text` with other spellings at some slots, their case kept.
fn spell<'a>(text: &str, slots: &[Slot<'_>], new: impl Fn(usize) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(text.len() * 5 / 4);
    let mut at = 0;
    for (i, slot) in slots.iter().enumerate() {
        if let Some(form) = new(i) {
            out.push_str(&text[at..slot.start]);
            copy_case(&text[slot.start..slot.end], form, &mut out);
            at = slot.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// What a line needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// It is not Vietnamese.
    Nothing,
    /// It is Vietnamese without accents.
    All,
    /// It is Vietnamese with accents; some may be missing.
    Sure,
}

impl Need {
    fn of(line: &str) -> Self {
        let found = crate::detect(line);
        match (found.lang, found.accentless) {
            ("vi", true) => Self::All,
            ("vi", false) => Self::Sure,
            _ if is_mixed_without_accents(line) => Self::All,
            _ => Self::Nothing,
        }
    }
}

/// Words in the shape of a syllable that a text with foreign words needs to be
/// taken for Vietnamese without accents, and their share of all words.
const MIXED_MIN: usize = 4;
const MIXED_SHARE: f32 = 0.6;

/// Whether a line without accents is Vietnamese with foreign words in it: most
/// words have the shape of a syllable, and none is a function word of English.
fn is_mixed_without_accents(line: &str) -> bool {
    let (mut n_words, mut n_syllables) = (0_usize, 0_usize);
    let mut is_bare = line.is_ascii();
    crate::for_each_token(line, |token| {
        if token.kind == crate::TokenKind::Word {
            n_words += 1;
            n_syllables += usize::from(could_be_accentless_vietnamese(token.exact));
            is_bare &= !is_english_function_word(token.exact.as_bytes());
        }
    });
    is_bare && n_syllables >= MIXED_MIN && n_syllables as f32 >= MIXED_SHARE * n_words as f32
}

#[cfg(test)]
mod tests;
