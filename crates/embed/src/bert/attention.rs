//! Multi-head attention within one text.
//!
//! The division of softmax waits until the values are summed up: a row of `d`
//! sums is shorter than one of `n` weights.

use super::product::{Target, View, multiply_views};
use crate::kernel::vector;

/// `out[:, head] = softmax(Q·Kᵀ / √d)·V` for each head of `d` coordinates.
///
/// * `qkv`: `[n, 3·hidden]`, queries, keys and values of a token in a row.
/// * `out`: `[n, hidden]`.
/// * `scores`: a buffer.
pub(super) fn read(
    qkv: &[f32],
    hidden: usize,
    n_heads: usize,
    out: &mut [f32],
    scores: &mut Vec<f32>,
) {
    let n = out.len() / hidden;
    let d = hidden / n_heads;
    let scale = 1.0 / (d as f32).sqrt();
    scores.resize(n * n + n, 0.0);
    let (scores, totals) = scores.split_at_mut(n * n);
    for first in (0..hidden).step_by(d) {
        let queries = part(qkv, first, hidden);
        let keys = part(qkv, hidden + first, hidden);
        let values = part(qkv, 2 * hidden + first, hidden);
        let keys_across = View {
            row_stride: 1,
            column_stride: keys.row_stride,
            ..keys
        };
        multiply_views(queries, keys_across, d, target(scores, n, n, n));
        vector::exponentiate(scores, n, scale, totals);
        let weights = View {
            values: scores,
            row_stride: n,
            column_stride: 1,
        };
        multiply_views(weights, values, n, target(&mut out[first..], hidden, n, d));
        for (row, total) in out.chunks_exact_mut(hidden).zip(totals.iter()) {
            let share = 1.0 / total;
            for value in &mut row[first..first + d] {
                *value *= share;
            }
        }
    }
}

/// The columns from `first` on of `[n, 3·hidden]`.
fn part(qkv: &[f32], first: usize, hidden: usize) -> View<'_> {
    View {
        values: &qkv[first..],
        row_stride: 3 * hidden,
        column_stride: 1,
    }
}

fn target(values: &mut [f32], row_stride: usize, n_rows: usize, n_columns: usize) -> Target<'_> {
    Target {
        values,
        row_stride,
        n_rows,
        n_columns,
    }
}
