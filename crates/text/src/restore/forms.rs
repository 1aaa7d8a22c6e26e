//! Which accented spellings an accent-free syllable may stand for.

use rustc_hash::FxHashMap;

use super::line::Choice;
use crate::fold::fold;
use crate::segment::atoms::hash;

/// More spellings of one syllable are not told apart; `do` has 36.
pub(crate) const MAX_CHOICES: usize = 40;

/// Accented spellings by their accent-free form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms {
    by_folded: FxHashMap<Box<str>, Vec<Choice>>,
}

impl Forms {
    /// * `forms`: spellings in lower case, canonical tone place; their order
    ///   breaks ties, so the commoner should come first
    pub(crate) fn new<'a>(forms: impl Iterator<Item = &'a str>) -> Self {
        let mut by_folded: FxHashMap<Box<str>, Vec<Choice>> = FxHashMap::default();
        for form in forms {
            let choice = Choice {
                form: form.into(),
                hash: hash(form.as_bytes()),
            };
            by_folded.entry(fold(form).into()).or_default().push(choice);
        }
        // The plain spelling is always possible; alone it is no choice.
        for (folded, choices) in &mut by_folded {
            if !choices.iter().any(|choice| choice.form == *folded) {
                choices.push(Choice {
                    form: folded.clone(),
                    hash: hash(folded.as_bytes()),
                });
            }
        }
        by_folded.retain(|_, choices| {
            choices.truncate(MAX_CHOICES);
            choices.len() > 1
        });
        Self { by_folded }
    }

    /// The spellings of `folded`, or nothing when it can only be itself.
    pub(crate) fn of(&self, folded: &str) -> &[Choice] {
        self.by_folded.get(folded).map_or(&[], Vec::as_slice)
    }
}
