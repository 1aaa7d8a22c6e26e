//! From a cosine to a similarity that a person can read.
//!
//! A cosine alone says little: in one model two texts of one field reach .6,
//! in another .9. The scale of a model is measured on paragraphs that are
//! translations of one another, and on their nearest neighbours that are not:
//! the similarity is the chance, with as many of either, that two passages say
//! the same.

use embed::DEFAULT_MODEL;

/// How cosines of a model read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Cosine at which two passages in different languages say the same as
    /// likely as not.
    across: f64,
    /// The same for passages in one language.
    within: f64,
    /// How fast the chance rises.
    slope: f64,
}

/// Measured on 3,526 aligned paragraphs in Vietnamese and English (`d2l`). Across languages: a
/// logistic fit over translations (median .61) and each paragraph's nearest
/// other (median .50). Within one language there are no pairs to fit: one in
/// twenty paragraphs has another that is nearer than .80, and none of those
/// says the same.
const DEFAULT: Scale = Scale {
    across: 0.556,
    within: 0.80,
    slope: 12.1,
};

impl Scale {
    /// `None` for a model that was never measured.
    pub(super) fn of_model(model: &str) -> Option<Self> {
        let is_default = model.starts_with(DEFAULT_MODEL) && model.contains("/neutral-");
        is_default.then_some(DEFAULT)
    }

    /// The chance that two passages say the same, in [0, 1].
    pub(super) fn similarity(self, cosine: f32, same_language: bool) -> f64 {
        let middle = if same_language {
            self.within
        } else {
            self.across
        };
        1.0 / (1.0 + (-self.slope * (f64::from(cosine) - middle)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translations_need_less_than_texts_of_one_language() {
        let scale = Scale::of_model("multilingual-e5-small/1571fc982750/int8/1/neutral-1").unwrap();
        assert!(scale.similarity(0.7, false) > 0.8);
        assert!(scale.similarity(0.7, true) < 0.3);
        assert!(scale.similarity(0.2, false) < 0.05);
        assert!(Scale::of_model("multilingual-e5-small/1571fc982750/int8/1").is_none());
        assert!(Scale::of_model("ngram/64/1").is_none());
    }
}
