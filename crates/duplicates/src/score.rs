//! How likely two records describe one work: a logistic model over the evidence.

use crate::evidence::{Evidence, N_FEATURES, features};

/// Weights of [`features`], fitted on pairs of the half of 73,970 ACL records
/// whose ids have an even hash, with made variants (see `examples/measure.rs`,
/// which prints them again and measures on the other half).
///
/// Given, not fitted, is the second one: the made variants share no identifier.
/// A shared DOI alone is to say "look at these", and with any other agreement
/// to settle it.
pub const WEIGHTS: [f32; N_FEATURES] = [
    -11.41, 14.0, -1.25, 8.03, 1.42, -5.14, -0.34, 2.68, 1.13, -0.61, -2.21, -9.89, 3.81, -6.19,
    -0.05, 2.58, 3.04, -0.89, 5.13, 5.03, 5.7, 3.45, -1.38,
];

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
