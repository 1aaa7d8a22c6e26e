//! Teaching a model: logistic regression, each code against the others, by
//! stochastic gradient descent over the examples in a fixed mixed order.

use std::hash::BuildHasher as _;

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use crate::{
    features::{Features, N_PLACES},
    model::{Model, sigmoid},
};

/// What an example says of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// These codes are right, all others wrong.
    Codes(Vec<String>),
    /// This code is wrong; nothing is known of the others.
    Not(String),
}

/// Something to learn from.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its name: decides its place in the order, and whether it calibrates.
    pub name: String,
    /// Its words.
    pub features: Features,
    /// What is known.
    pub label: Label,
}

/// Rounds over the examples: the accuracy on held-out records of the sample
/// stands still from 20 on.
const N_ROUNDS: usize = 20;

/// First step, for features of length 1.
const FIRST_STEP: f32 = 2.0;

/// Pull of the weights to zero, a round.
const DECAY: f32 = 1e-3;

/// One in so many examples calibrates and does not teach, where there are
/// enough of them.
const CALIBRATES: u64 = 8;

/// Fewest examples that a calibration needs; below, the scores stay as they
/// are.
const LEAST_CALIBRATING: usize = 20;

/// Teaches a model the codes that stand in at least `least` examples; `None`
/// when there are fewer than two such codes. `is_exclusive`: one code is right
/// at a time.
pub fn learn(examples: &[Example], least: usize, is_exclusive: bool) -> Option<Model> {
    let codes = codes(examples, least);
    if codes.len() < 2 {
        return None;
    }
    let mut order: Vec<(u64, &Example)> = examples
        .iter()
        .map(|example| (FxBuildHasher.hash_one(&example.name), example))
        .collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
    let is_whole = |example: &Example| matches!(example.label, Label::Codes(_));
    let (apart, taught): (Vec<_>, Vec<_>) = order
        .iter()
        .partition(|(hash, example)| is_whole(example) && (hash >> 7) % CALIBRATES == 0);
    let rarity = rarity(examples);
    let empty = Model::empty(codes, rarity, is_exclusive);
    let (slope, intercept) = if apart.len() >= LEAST_CALIBRATING {
        let trial = fit(empty.clone(), &taught);
        calibrate(&trial, &apart)
    } else {
        (1.0, 0.0)
    };
    // Every example teaches in the end.
    let model = fit(empty, &order);
    Some(Model {
        slope,
        intercept,
        ..model
    })
}

fn codes(examples: &[Example], least: usize) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for example in examples {
        if let Label::Codes(codes) = &example.label {
            codes
                .iter()
                .for_each(|code| *counts.entry(code).or_default() += 1);
        }
    }
    let common = counts.into_iter().filter(|(_, n)| *n >= least.max(1));
    common.map(|(code, _)| code.to_owned()).collect()
}

fn rarity(examples: &[Example]) -> Vec<f32> {
    let mut counts = vec![0u32; N_PLACES as usize];
    for (place, _) in examples.iter().flat_map(|example| &example.features) {
        counts[*place as usize] += 1;
    }
    let n = examples.len() as f32 + 1.0;
    counts
        .into_iter()
        .map(|count| (n / (count as f32 + 1.0)).ln() + 1.0)
        .collect()
}

fn fit(mut model: Model, order: &[(u64, &Example)]) -> Model {
    let weighed: Vec<Features> = order
        .iter()
        .map(|(_, example)| model.weigh(&example.features))
        .collect();
    let codes = std::mem::take(&mut model.codes);
    let taught: Vec<(Vec<f32>, f32)> = codes
        .par_iter()
        .zip(&model.biases)
        .map(|(code, bias)| {
            let targets: Vec<Option<f32>> = order
                .iter()
                .map(|(_, example)| target(example, code))
                .collect();
            descend(&weighed, &targets, *bias)
        })
        .collect();
    model.codes = codes;
    (model.weights, model.biases) = taught.into_iter().unzip();
    model
}

/// 1 for right, 0 for wrong, `None` for unknown.
fn target(example: &Example, code: &str) -> Option<f32> {
    match &example.label {
        Label::Codes(codes) => Some(f32::from(u8::from(codes.iter().any(|one| one == code)))),
        Label::Not(wrong) => (wrong == code).then_some(0.0),
    }
}

fn descend(examples: &[Features], targets: &[Option<f32>], bias: f32) -> (Vec<f32>, f32) {
    let mut weights = vec![0.0f32; N_PLACES as usize];
    let mut bias = bias;
    // The weights are `scale` times what is kept, so that the pull to zero
    // touches one number and not all of them.
    let mut scale = 1.0f32;
    for round in 0..N_ROUNDS {
        let step = FIRST_STEP / (1.0 + round as f32 / 4.0);
        for (features, target) in examples.iter().zip(targets) {
            let Some(target) = target else { continue };
            let sum: f32 = features
                .iter()
                .map(|(place, weight)| weight * weights[*place as usize])
                .sum();
            let slip = target - sigmoid(scale * sum + bias);
            for (place, weight) in features {
                weights[*place as usize] += step * slip * weight / scale;
            }
            bias += 0.1 * step * slip;
        }
        scale *= 1.0 - DECAY * step;
    }
    weights.iter_mut().for_each(|weight| *weight *= scale);
    (weights, bias)
}

/// The slope and intercept under which the likelihood of held-out examples is
/// greatest (by Newton's steps, small ones; the intercept cancels out where one
/// code is right at a time).
fn calibrate(model: &Model, apart: &[(u64, &Example)]) -> (f32, f32) {
    let scored: Vec<(Vec<f32>, Vec<f32>)> = apart
        .iter()
        .map(|(_, example)| {
            let weighed = model.weigh(&example.features);
            let codes = 0..model.codes.len();
            let scores = codes
                .clone()
                .map(|code| model.score(code, &weighed))
                .collect();
            let targets = codes.map(|code| target(example, &model.codes[code]).unwrap_or(0.0));
            (scores, targets.collect())
        })
        .collect();
    let mut tried = model.clone();
    tried.weights.clear();
    let mut best = (f32::MAX, 1.0, 0.0);
    for tenths in 2..=60 {
        for intercept in if model.is_exclusive { 0..=0 } else { -20..=20 } {
            tried.slope = tenths as f32 / 10.0;
            tried.intercept = intercept as f32 / 5.0;
            let loss = loss(&tried, &scored);
            if loss < best.0 {
                best = (loss, tried.slope, tried.intercept);
            }
        }
    }
    (best.1, best.2)
}

/// Mean negative logarithm of the likelihood.
fn loss(model: &Model, scored: &[(Vec<f32>, Vec<f32>)]) -> f32 {
    let one = |(scores, targets): &(Vec<f32>, Vec<f32>)| -> f32 {
        let confidences = model.confidences(scores);
        let pairs = confidences.iter().zip(targets);
        let said = pairs.map(|(said, target)| {
            let said = said.clamp(1e-6, 1.0 - 1e-6);
            match (model.is_exclusive, *target > 0.5) {
                (_, true) => -said.ln(),
                (true, false) => 0.0,
                (false, false) => -(1.0 - said).ln(),
            }
        });
        said.sum()
    };
    scored
        .par_iter()
        .map(one)
        .collect::<Vec<f32>>()
        .iter()
        .sum::<f32>()
        / scored.len() as f32
}
