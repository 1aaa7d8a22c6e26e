//! The forward pass of a BERT encoder on the processor.
//!
//! Texts lie one behind the other in `[n_tokens, hidden]` without padding;
//! only attention knows where each begins. Against a graph of tensor
//! operations this saves the padding, the copies between layouts and a pass
//! over memory for each bias, activation and sum.

mod attention;
mod product;

use crate::{
    card::Pooling,
    kernel::{Kernel, QuantisedRows, vector},
    weights::{Layer, Linear, Norm, Weights},
};

/// Buffers of one forward pass, used again by the next.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// `[n_tokens, hidden]`
    hidden: Vec<f32>,
    /// `[n_tokens, 3·hidden]`
    qkv: Vec<f32>,
    /// `[n_tokens, hidden]`: what attention read.
    context: Vec<f32>,
    /// `[n_tokens, hidden]`: what a layer adds.
    added: Vec<f32>,
    /// `[n_tokens, inner]`
    inner: Vec<f32>,
    /// Attention weights of one head of one text, and their sums.
    scores: Vec<f32>,
    rows: QuantisedRows,
}

/// One pooled vector a text, not yet of unit length.
///
/// * `texts`: token ids with the marks of the model; each has 1 to
///   `n_positions − first_position` ids below `n_words`.
pub(crate) fn forward(
    weights: &Weights,
    kernel: Kernel,
    texts: &[&[u32]],
    pooling: Pooling,
    space: &mut Workspace,
) -> Vec<Vec<f32>> {
    embed_words(weights, texts, space);
    for layer in &weights.layers {
        attend(weights, layer, kernel, texts, space);
        feed_forward(weights, layer, kernel, space);
    }
    pool(texts, weights.shape.hidden, pooling, &space.hidden)
}

/// Words plus positions, normalised, into `space.hidden`.
fn embed_words(weights: &Weights, texts: &[&[u32]], space: &mut Workspace) {
    let h = weights.shape.hidden;
    let n_tokens: usize = texts.iter().map(|text| text.len()).sum();
    space.hidden.resize(n_tokens * h, 0.0);
    space.added.resize(n_tokens * h, 0.0);
    let places = texts.iter().flat_map(|text| text.iter().enumerate());
    let rows = space
        .hidden
        .chunks_exact_mut(h)
        .zip(space.added.chunks_exact_mut(h));
    for ((place, &word), (row, added)) in places.zip(rows) {
        weights.words.read_row(word, row);
        let position = weights.shape.first_position + place;
        added.copy_from_slice(&weights.positions[position * h..][..h]);
    }
    add_and_normalise(weights, &weights.norm, space);
}

/// `hidden ← LayerNorm(hidden + Attention(hidden))`
fn attend(
    weights: &Weights,
    layer: &Layer,
    kernel: Kernel,
    texts: &[&[u32]],
    space: &mut Workspace,
) {
    let h = weights.shape.hidden;
    apply(
        &layer.qkv,
        kernel,
        &space.hidden,
        h,
        &mut space.rows,
        &mut space.qkv,
    );
    space.context.resize(space.hidden.len(), 0.0);
    let mut first = 0;
    for text in texts {
        let n = text.len();
        attention::read(
            &space.qkv[first * 3 * h..(first + n) * 3 * h],
            h,
            weights.shape.n_heads,
            &mut space.context[first * h..(first + n) * h],
            &mut space.scores,
        );
        first += n;
    }
    let output = &layer.attention_output;
    apply(
        output,
        kernel,
        &space.context,
        h,
        &mut space.rows,
        &mut space.added,
    );
    add_and_normalise(weights, &layer.attention_norm, space);
}

/// `hidden ← LayerNorm(hidden + down(gelu(up(hidden))))`
fn feed_forward(weights: &Weights, layer: &Layer, kernel: Kernel, space: &mut Workspace) {
    let shape = &weights.shape;
    apply(
        &layer.up,
        kernel,
        &space.hidden,
        shape.hidden,
        &mut space.rows,
        &mut space.inner,
    );
    vector::gelu(&mut space.inner);
    apply(
        &layer.down,
        kernel,
        &space.inner,
        shape.inner,
        &mut space.rows,
        &mut space.added,
    );
    add_and_normalise(weights, &layer.output_norm, space);
}

fn add_and_normalise(weights: &Weights, norm: &Norm, space: &mut Workspace) {
    vector::add_and_normalise(
        &mut space.hidden,
        &space.added,
        &norm.weight,
        &norm.bias,
        weights.shape.epsilon,
    );
}

/// `out = input·Wᵀ + b`, with `input` `[n_rows, width]`.
fn apply(
    linear: &Linear,
    kernel: Kernel,
    input: &[f32],
    width: usize,
    rows: &mut QuantisedRows,
    out: &mut Vec<f32>,
) {
    let n_rows = input.len() / width;
    match linear {
        Linear::Floats { weight, bias } => {
            out.resize(n_rows * bias.len(), 0.0);
            product::multiply(input, width, weight, bias.len(), out);
            vector::add_bias(out, bias);
        }
        Linear::Blocks { weight, bias } => {
            out.resize(n_rows * weight.n_out(), 0.0);
            rows.fill(input, width);
            weight.multiply(kernel, rows, bias, out);
        }
    }
}

/// One vector a text from the vectors of its tokens.
fn pool(texts: &[&[u32]], width: usize, pooling: Pooling, hidden: &[f32]) -> Vec<Vec<f32>> {
    let mut rest = hidden;
    let mut pooled = Vec::with_capacity(texts.len());
    for text in texts {
        let (tokens, behind) = rest.split_at(text.len() * width);
        rest = behind;
        pooled.push(match pooling {
            Pooling::Cls => tokens[..width].to_vec(),
            Pooling::Mean => mean(tokens, width),
        });
    }
    pooled
}

fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; width];
    for row in rows.chunks_exact(width) {
        for (sum, value) in sum.iter_mut().zip(row) {
            *sum += value;
        }
    }
    let n_rows = (rows.len() / width).max(1) as f32;
    sum.iter().map(|sum| sum / n_rows).collect()
}
