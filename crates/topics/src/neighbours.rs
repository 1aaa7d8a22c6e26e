//! The nearest neighbours of every point, exactly.

use std::ops::Range;

use rayon::prelude::*;

use crate::linear::{Matrix, multiply};

/// Points compared with all others in one piece.
const BLOCK: usize = 256;
/// Similarities below this are noise: no edge.
const MIN_SIMILARITY: f32 = 0.05;

/// For each of the points `wanted` its `k` nearest others among the first
/// `n_base`, by cosine, nearest first, ties to the lower number; fewer where
/// not enough others are similar at all. Points are of length 1. Time grows
/// with the product of both numbers.
pub(crate) fn nearest(
    points: &Matrix,
    wanted: Range<usize>,
    n_base: usize,
    k: usize,
) -> Vec<Vec<(u32, f32)>> {
    let n_columns = points.n_columns;
    let base = &points.values[..n_base * n_columns];
    let blocks: Vec<usize> = wanted.clone().step_by(BLOCK).collect();
    let found: Vec<Vec<Vec<(u32, f32)>>> = blocks
        .into_par_iter()
        .map(|start| {
            let end = (start + BLOCK).min(wanted.end);
            let mut similar = vec![0.0f32; (end - start) * n_base];
            multiply(
                (
                    &points.values[start * n_columns..end * n_columns],
                    end - start,
                    n_columns,
                ),
                (base, n_base, [1, n_columns]),
                &mut similar,
            );
            let rows = similar.chunks(n_base.max(1)).zip(start..end);
            rows.map(|(row, own)| best(row, own, k)).collect()
        })
        .collect();
    found.into_iter().flatten().collect()
}

fn best(similar: &[f32], own: usize, k: usize) -> Vec<(u32, f32)> {
    let mut kept: Vec<(u32, f32)> = Vec::with_capacity(2 * k + 1);
    let mut bar = MIN_SIMILARITY;
    let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    for (at, &similarity) in similar.iter().enumerate() {
        if similarity > bar && at != own {
            kept.push((at as u32, similarity));
            if kept.len() == 2 * k {
                kept.sort_unstable_by(order);
                kept.truncate(k);
                bar = kept[k - 1].1;
            }
        }
    }
    kept.sort_unstable_by(order);
    kept.truncate(k);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_the_nearest_and_ties_go_to_the_lower_number() {
        let mut points = Matrix::zeros(600, 2);
        for row in 0..600 {
            let angle = (row / 2) as f32 * 0.002;
            points
                .row_mut(row)
                .copy_from_slice(&[angle.cos(), angle.sin()]);
        }
        let found = nearest(&points, 0..600, 600, 3);
        assert_eq!(found[0][0].0, 1);
        assert_eq!(found[300][0].0, 301);
        let ids: Vec<u32> = found[0].iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, [1, 2, 3]);
    }

    #[test]
    fn a_point_without_direction_has_no_neighbours() {
        let mut points = Matrix::zeros(3, 2);
        points.row_mut(0)[0] = 1.0;
        points.row_mut(1)[0] = 1.0;
        assert_eq!(nearest(&points, 0..3, 3, 2)[2], []);
        assert_eq!(nearest(&points, 0..3, 3, 2)[0], [(1, 1.0)]);
    }
}
