//! A taught classifier: weights of words for each code, and how its scores
//! become probabilities.

use crate::features::{Features, N_PLACES};

/// A code and how sure the model is of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The code.
    pub code: String,
    /// Probability, 0 to 1, calibrated on examples that the weights were not
    /// taught by.
    pub confidence: f32,
}

/// A classifier.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Codes in order; their weights stand in `weights`, `N_PLACES` each.
    pub(crate) codes: Vec<String>,
    pub(crate) weights: Vec<Vec<f32>>,
    pub(crate) biases: Vec<f32>,
    /// How rare words are: a factor for each place.
    pub(crate) rarity: Vec<f32>,
    /// Slope and intercept of the calibration (Platt 1999).
    pub(crate) slope: f32,
    pub(crate) intercept: f32,
    /// Whether one code is right at a time, so that the guesses sum to 1.
    pub(crate) is_exclusive: bool,
}

impl Model {
    pub(crate) fn empty(codes: Vec<String>, rarity: Vec<f32>, is_exclusive: bool) -> Self {
        Self {
            weights: vec![vec![0.0; N_PLACES as usize]; codes.len()],
            // One in `n`, before anything is known.
            biases: vec![-(codes.len().max(2) as f32 - 1.0).ln(); codes.len()],
            codes,
            rarity,
            slope: 1.0,
            intercept: 0.0,
            is_exclusive,
        }
    }

    /// The codes that it knows.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// The features with rare words weighing more, at length 1 again.
    pub(crate) fn weigh(&self, features: &Features) -> Features {
        let weighed = features
            .iter()
            .map(|(place, weight)| (*place, weight * self.rarity[*place as usize]));
        let mut weighed: Features = weighed.collect();
        let length = weighed
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f32>()
            .sqrt();
        for (_, weight) in &mut weighed {
            *weight /= length.max(f32::MIN_POSITIVE);
        }
        weighed
    }

    pub(crate) fn score(&self, code: usize, weighed: &Features) -> f32 {
        let weights = &self.weights[code];
        let sum: f32 = weighed
            .iter()
            .map(|(place, weight)| weight * weights[*place as usize])
            .sum();
        sum + self.biases[code]
    }

    /// All codes, surest first; ties by code.
    pub fn guess(&self, features: &Features) -> Vec<Guess> {
        let weighed = self.weigh(features);
        let scores: Vec<f32> = (0..self.codes.len())
            .map(|code| self.score(code, &weighed))
            .collect();
        let confidences = self.confidences(&scores);
        let mut guesses: Vec<Guess> = self
            .codes
            .iter()
            .zip(confidences)
            .map(|(code, confidence)| Guess {
                code: code.clone(),
                confidence,
            })
            .collect();
        guesses.sort_by(|a, b| {
            b.confidence
                .total_cmp(&a.confidence)
                .then_with(|| a.code.cmp(&b.code))
        });
        guesses
    }

    pub(crate) fn confidences(&self, scores: &[f32]) -> Vec<f32> {
        let calibrated = scores
            .iter()
            .map(|score| self.slope * score + self.intercept);
        if !self.is_exclusive {
            return calibrated.map(sigmoid).collect();
        }
        let powers: Vec<f32> = {
            let calibrated: Vec<f32> = calibrated.collect();
            let greatest = calibrated.iter().copied().fold(f32::MIN, f32::max);
            calibrated
                .iter()
                .map(|score| (score - greatest).exp())
                .collect()
        };
        let sum: f32 = powers.iter().sum();
        powers.iter().map(|power| power / sum).collect()
    }
}

pub(crate) fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
