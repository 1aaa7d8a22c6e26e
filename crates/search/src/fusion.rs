//! One ranking from two: what the words find and what the meaning finds.
//!
//! `score = w·L + (1−w)·M`
//! * `L = s/s₁`: the score by words over the best one; 0 for a record that the
//!   words do not find.
//! * `M = (c−c₀)/(c₁−c₀)`: the cosine between that of the nearest record `c₁`
//!   and that of the last of the nearest `c₀`, the level of what has nothing to
//!   do with the question; 0 for a record that is not among the nearest.
//! * `w = λ·0.65·min(1, g/0.4) + (1−λ)·0.2`: how much the words can see. `λ` is
//!   the share of the ten nearest records that are written in the language of
//!   the question, `g` the share of the words of the question that the best
//!   records by words hold. A question in another language than the records
//!   shares names and formulas with them and little else; equal weights would
//!   let the blind side spoil the other.
//!
//! **Source:** S. Bruch, S. Gai & A. Ingber, *An Analysis of Fusion Functions
//! for Hybrid Retrieval*, TOIS 2023 (convex combination of normalised scores).
//! **Differs:** the weight follows the question.

use std::collections::BTreeMap;

use records::RecordId;
use serde::Serialize;

/// The weight of the words when enough of them are found. These constants are
/// measured on the development sets, see `docs/fusion.md`.
const FULL_WORD_WEIGHT: f64 = 0.65;

/// The share of the words that is enough.
const FULL_COVERAGE: f64 = 0.4;

/// The weight of the words where the records are in another language.
const FOREIGN_WORD_WEIGHT: f64 = 0.2;

/// How much the words can see.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sight {
    /// The share `g` of the words of the question that the best records by
    /// words hold, in [0, 1].
    pub coverage: f64,
    /// The share `λ` of the nearest records that are written in the language of
    /// the question, in [0, 1]; 1 where its language cannot be told.
    pub same_language: f64,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            coverage: 0.0,
            same_language: 1.0,
        }
    }
}

impl Sight {
    /// The weight `w` of the words, in [0, 1].
    fn word_weight(self) -> f64 {
        let found = (self.coverage / FULL_COVERAGE).clamp(0.0, 1.0);
        let own = self.same_language.clamp(0.0, 1.0);
        own * FULL_WORD_WEIGHT * found + (1.0 - own) * FOREIGN_WORD_WEIGHT
    }
}

/// What a fused score is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct FusionParts {
    /// Rank by words, from 1; `None` when the words do not find the record, or
    /// find it behind all that this page had to read.
    pub lexical_rank: Option<usize>,
    /// The score by words; 0 when they do not find the record.
    pub lexical_score: f64,
    /// The highest score by words.
    pub best_lexical_score: f64,
    /// What the weight of the words follows from.
    #[serde(flatten)]
    pub sight: Sight,
    /// The weight of the words, in [0, 1].
    pub lexical_weight: f64,
    /// What the words add: `lexical_weight · lexical_score / best_lexical_score`.
    pub lexical_part: f64,
    /// Rank by meaning, from 1; `None` when it is not among the nearest.
    pub semantic_rank: Option<usize>,
    /// Cosine between the question and the nearest passage.
    pub cosine: Option<f64>,
    /// The highest cosine.
    pub nearest_cosine: f64,
    /// The cosine that counts as nothing in common: that of the last of the
    /// nearest.
    pub level_cosine: f64,
    /// What the meaning adds: `(1 − lexical_weight) · (cosine − level_cosine) /
    /// (nearest_cosine − level_cosine)`.
    pub semantic_part: f64,
}

/// A record with its fused score, the sum of both parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fused {
    pub(crate) id: RecordId,
    pub(crate) score: f64,
    pub(crate) parts: FusionParts,
}

/// One of the nearest records.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Nearby {
    pub(crate) id: RecordId,
    pub(crate) cosine: f64,
    /// Its score by words; 0 when they do not find it.
    pub(crate) lexical_score: f64,
}

/// Fuses two rankings, best first; ties go by id.
///
/// * `lexical`: ids and scores above 0, best first, from the best one on.
/// * `semantic`: the nearest, best first.
/// * `sight`: how much the words can see.
pub(crate) fn fuse(lexical: &[(RecordId, f64)], semantic: &[Nearby], sight: Sight) -> Vec<Fused> {
    let weight = match (lexical.is_empty(), semantic.is_empty()) {
        (true, _) => 0.0,
        (_, true) => 1.0,
        _ => sight.word_weight(),
    };
    let same = FusionParts {
        best_lexical_score: lexical.first().map_or(0.0, |(_, score)| *score),
        sight,
        lexical_weight: weight,
        nearest_cosine: semantic.first().map_or(0.0, |near| near.cosine),
        level_cosine: semantic.last().map_or(0.0, |near| near.cosine),
        ..FusionParts::default()
    };
    let mut all: BTreeMap<&RecordId, FusionParts> = BTreeMap::new();
    for (rank, (id, score)) in (1..).zip(lexical) {
        let parts = all.entry(id).or_insert(same);
        parts.lexical_rank = Some(rank);
        parts.lexical_score = *score;
    }
    for (rank, near) in (1..).zip(semantic) {
        let parts = all.entry(&near.id).or_insert(same);
        parts.semantic_rank = Some(rank);
        parts.cosine = Some(near.cosine);
        parts.lexical_score = parts.lexical_score.max(near.lexical_score);
    }
    let mut fused: Vec<Fused> = all
        .into_iter()
        .map(|(id, parts)| {
            let parts = parts.weighed();
            Fused {
                id: id.clone(),
                score: parts.lexical_part + parts.semantic_part,
                parts,
            }
        })
        .collect();
    // Stable, and the map was in the order of ids.
    fused.sort_by(|a, b| b.score.total_cmp(&a.score));
    fused
}

impl FusionParts {
    /// The parts of another record of the same answer, which is not among the
    /// nearest.
    pub(crate) fn of_words(self, lexical_score: f64) -> Self {
        let other = Self {
            lexical_rank: None,
            lexical_score,
            semantic_rank: None,
            cosine: None,
            ..self
        };
        other.weighed()
    }

    /// The same with both parts computed from the rest.
    fn weighed(self) -> Self {
        let span = self.nearest_cosine - self.level_cosine;
        let closeness = match self.cosine {
            Some(cosine) if span > 0.0 => (cosine - self.level_cosine) / span,
            Some(_) => 1.0,
            None => 0.0,
        };
        let share = self.lexical_score / self.best_lexical_score.max(f64::MIN_POSITIVE);
        Self {
            lexical_part: self.lexical_weight * share,
            semantic_part: (1.0 - self.lexical_weight) * closeness,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(pairs: &[(&str, f64)]) -> Vec<(RecordId, f64)> {
        let owned = |(id, score): &(&str, f64)| (RecordId::new(id).unwrap(), *score);
        pairs.iter().map(owned).collect()
    }

    fn nearby(list: &[(RecordId, f64)]) -> Vec<Nearby> {
        let near = |(id, cosine): &(RecordId, f64)| Nearby {
            id: id.clone(),
            cosine: *cosine,
            lexical_score: 0.0,
        };
        list.iter().map(near).collect()
    }

    #[test]
    fn words_behind_the_page_count_where_the_record_is_near() {
        let lexical = list(&[("a", 10.0)]);
        let mut semantic = nearby(&list(&[("b", 0.9), ("c", 0.8)]));
        semantic[1].lexical_score = 8.0;
        let fused = fuse(&lexical, &semantic, sees(1.0));
        let c = fused.iter().find(|one| one.id.as_str() == "c").unwrap();
        assert!((c.score - 0.8 * FULL_WORD_WEIGHT).abs() < 1e-12);
        assert_eq!(c.parts.lexical_rank, None);
        let other = c.parts.of_words(5.0);
        assert!((other.lexical_part - 0.5 * FULL_WORD_WEIGHT).abs() < 1e-12);
        assert_eq!(other.semantic_part, 0.0);
    }

    fn sees(coverage: f64) -> Sight {
        Sight {
            coverage,
            same_language: 1.0,
        }
    }

    fn ids(fused: &[Fused]) -> Vec<&str> {
        fused.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn the_arithmetic_by_hand() {
        let lexical = list(&[("a", 10.0), ("b", 5.0)]);
        let semantic = nearby(&list(&[("b", 0.9), ("c", 0.85), ("d", 0.8)]));
        let fused = fuse(&lexical, &semantic, sees(1.0));
        assert_eq!(ids(&fused), ["b", "a", "c", "d"]);
        let scores: Vec<f64> = fused.iter().map(|one| one.score).collect();
        for (got, wanted) in scores.iter().zip([0.675, 0.65, 0.175, 0.0]) {
            assert!((got - wanted).abs() < 1e-12, "{scores:?}");
        }
        assert_eq!(fused[0].parts.lexical_rank, Some(2));
        assert_eq!(fused[0].parts.semantic_rank, Some(1));
    }

    #[test]
    fn words_that_see_nothing_do_not_spoil_the_meaning() {
        let lexical = list(&[("x", 3.0), ("y", 2.9)]);
        let semantic = nearby(&list(&[("a", 0.9), ("b", 0.88), ("c", 0.8)]));
        assert_eq!(ids(&fuse(&lexical, &semantic, sees(0.1)))[..2], ["a", "b"]);
        let foreign = Sight {
            coverage: 1.0,
            same_language: 0.0,
        };
        assert_eq!(ids(&fuse(&lexical, &semantic, foreign))[..2], ["a", "b"]);
        assert_eq!(ids(&fuse(&lexical, &semantic, sees(1.0)))[0], "x");
        assert_eq!(ids(&fuse(&lexical, &[], sees(0.1))), ["x", "y"]);
        assert_eq!(ids(&fuse(&[], &semantic, sees(1.0))), ["a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn scores_are_the_sum_of_their_parts_and_free_of_scale(
            lexical in proptest::collection::vec(0.1_f64..50.0, 0..20),
            semantic in proptest::collection::vec(0.5_f64..1.0, 0..20),
            coverage in 0.0_f64..1.0,
        ) {
            let ranked = |mut scores: Vec<f64>, head: char| -> Vec<(RecordId, f64)> {
                scores.sort_by(|a, b| b.total_cmp(a));
                let named = scores.into_iter().enumerate();
                named.map(|(i, s)| (RecordId::new(format!("{}{}", if i % 3 == 0 { 'z' } else { head }, i)).unwrap(), s)).collect()
            };
            let (lexical, semantic) = (ranked(lexical, 'l'), nearby(&ranked(semantic, 's')));
            let fused = fuse(&lexical, &semantic, sees(coverage));
            for one in &fused {
                let sum = one.parts.lexical_part + one.parts.semantic_part;
                prop_assert!((one.score - sum).abs() < 1e-12);
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&one.score));
            }
            let scaled: Vec<_> = lexical.iter().map(|(id, s)| (id.clone(), s * 8.0)).collect();
            let again = fuse(&scaled, &semantic, sees(coverage));
            prop_assert_eq!(ids(&fused), ids(&again));
        }
    }
}
