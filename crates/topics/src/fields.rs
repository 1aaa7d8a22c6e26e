//! Fields: topics that lie together, by Ward's method on their centres, so
//! that no field swallows the others.
//!
//! **Source:** Ward, *Hierarchical Grouping to Optimize an Objective Function*,
//! JASA 1963, with the update of Lance & Williams 1967.

use crate::linear::Matrix;

/// The group 0.. of each of the rows of `centres`, which have length 1, in
/// order of their first row: `n_wanted` groups, or as many as there are rows.
///
/// * `sizes`: documents of each; its square root is its weight, so that many
///   small topics are not swept together around a large one.
pub(crate) fn group(centres: &Matrix, sizes: &[usize], n_wanted: usize) -> Vec<u32> {
    let n = centres.n_rows;
    let mut weights: Vec<f64> = sizes.iter().map(|size| (*size as f64).sqrt()).collect();
    let mut cost = vec![f64::INFINITY; n * n];
    for a in 0..n {
        for b in 0..a {
            let pairs = centres.row(a).iter().zip(centres.row(b));
            let squared: f64 = pairs.map(|(x, y)| f64::from(x - y).powi(2)).sum();
            let joined = weights[a] * weights[b] / (weights[a] + weights[b]).max(1e-12) * squared;
            (cost[a * n + b], cost[b * n + a]) = (joined, joined);
        }
    }
    let mut of: Vec<usize> = (0..n).collect();
    let mut there: Vec<usize> = (0..n).collect();
    while there.len() > n_wanted.max(1) {
        let Some((a, b)) = cheapest(&there, &cost, n) else {
            break;
        };
        let joined = cost[a * n + b];
        for &c in there.iter().filter(|c| **c != a && **c != b) {
            let [wa, wb, wc] = [a, b, c].map(|i| weights[i]);
            let sum = (wa + wc) * cost[a * n + c] + (wb + wc) * cost[b * n + c] - wc * joined;
            let new = sum / (wa + wb + wc).max(1e-12);
            (cost[a * n + c], cost[c * n + a]) = (new, new);
        }
        weights[a] += weights[b];
        of.iter_mut().filter(|of| **of == b).for_each(|of| *of = a);
        there.retain(|c| *c != b);
    }
    let names: Vec<usize> = there;
    let number = |of: &usize| names.binary_search(of).map_or(0, |at| at as u32);
    of.iter().map(number).collect()
}

/// The pair that joins at the least cost, the lower first; ties to the first.
fn cheapest(there: &[usize], cost: &[f64], n: usize) -> Option<(usize, usize)> {
    let mut best: Option<(f64, (usize, usize))> = None;
    for (place, &a) in there.iter().enumerate() {
        for &b in &there[place + 1..] {
            let found = cost[a * n + b];
            if best.is_none_or(|(least, _)| found < least) {
                best = Some((found, (a, b)));
            }
        }
    }
    best.map(|(_, pair)| pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_that_lie_together_are_a_field() {
        let mut centres = Matrix::zeros(9, 4);
        for row in 0..9 {
            centres.row_mut(row)[row % 3] = 1.0;
            centres.row_mut(row)[3] = 0.02 * row as f32;
        }
        centres.normalise_rows();
        let of = group(&centres, &[5, 900, 7, 8, 9, 1, 3, 2, 4], 3);
        assert_eq!(of, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
        assert_eq!(group(&centres, &[1; 9], 20), (0..9).collect::<Vec<u32>>());
        assert!(group(&Matrix::zeros(0, 4), &[], 3).is_empty());
    }
}
