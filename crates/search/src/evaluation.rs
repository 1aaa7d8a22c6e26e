//! How good a ranking is, against judgements.
//!
//! In: for each query the ranked record names and the judged grades. Out: the
//! means over all judged queries of nDCG, recall and reciprocal rank.
//!
//! `nDCG@k = DCG@k / IDCG@k`, `DCG@k = Σ_{i=1..k} grade_i / log2(i+1)`; grades
//! below zero count as zero. The gain is linear, as in `trec_eval`'s `ndcg_cut`
//! (not `2^grade − 1`). `recall@k` and `MRR@k` take every grade above zero as
//! relevant. Queries without any relevant record are left out, as `trec_eval`
//! leaves out queries that are not judged.
//!
//! **Source:** Järvelin & Kekäläinen, *Cumulated gain-based evaluation of IR
//! techniques*, TOIS 2002; `trec_eval` 9 `m_ndcg_cut.c`.

pub mod beir;

use std::collections::BTreeMap;

use serde::Serialize;

/// Judged grades of one query, by record name.
pub type Grades = BTreeMap<String, i32>;

/// Judged grades by query.
pub type Qrels = BTreeMap<String, Grades>;

/// Means over queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Quality {
    /// nDCG at 10, linear gain.
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
    /// Share of the relevant records among the first 10.
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    /// Share of the relevant records among the first 100.
    #[serde(rename = "recall@100")]
    pub recall_100: f64,
    /// One over the rank of the first relevant record; 0 when it is not among
    /// the first 10.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Queries counted.
    pub queries: usize,
}

/// Adds up the measures of queries.
#[derive(Debug, Clone, Default)]
pub struct QualitySum(Quality);

impl QualitySum {
    /// Adds one query; one without a relevant record is passed over.
    pub fn add(&mut self, ranked: &[String], grades: &Grades) {
        if !grades.values().any(|grade| *grade > 0) {
            return;
        }
        self.0.ndcg_10 += ndcg(ranked, grades, 10);
        self.0.recall_10 += recall(ranked, grades, 10);
        self.0.recall_100 += recall(ranked, grades, 100);
        self.0.mrr_10 += reciprocal_rank(ranked, grades, 10);
        self.0.queries += 1;
    }

    /// The means; zeros when no query was counted.
    pub fn mean(&self) -> Quality {
        let n = self.0.queries.max(1) as f64;
        Quality {
            ndcg_10: self.0.ndcg_10 / n,
            recall_10: self.0.recall_10 / n,
            recall_100: self.0.recall_100 / n,
            mrr_10: self.0.mrr_10 / n,
            queries: self.0.queries,
        }
    }
}

fn grade(grades: &Grades, name: &str) -> i32 {
    grades.get(name).copied().unwrap_or(0).max(0)
}

fn dcg(grades: impl Iterator<Item = i32>, k: usize) -> f64 {
    grades
        .take(k)
        .enumerate()
        .map(|(i, grade)| f64::from(grade) / ((i + 2) as f64).log2())
        .sum()
}

/// nDCG at `k`, in [0, 1]; 0 when nothing is relevant.
pub fn ndcg(ranked: &[String], grades: &Grades, k: usize) -> f64 {
    let mut ideal: Vec<i32> = grades.values().map(|grade| (*grade).max(0)).collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = dcg(ideal.into_iter(), k);
    let got = dcg(ranked.iter().map(|name| grade(grades, name)), k);
    if best > 0.0 { got / best } else { 0.0 }
}

/// Share of the relevant records among the first `k`; 0 when nothing is
/// relevant.
pub fn recall(ranked: &[String], grades: &Grades, k: usize) -> f64 {
    let n_relevant = grades.values().filter(|grade| **grade > 0).count();
    let found = ranked.iter().take(k);
    let n_found = found.filter(|name| grade(grades, name) > 0).count();
    n_found as f64 / n_relevant.max(1) as f64
}

/// One over the rank of the first relevant record among the first `k`, else 0.
pub fn reciprocal_rank(ranked: &[String], grades: &Grades, k: usize) -> f64 {
    let first = ranked
        .iter()
        .take(k)
        .position(|name| grade(grades, name) > 0);
    first.map_or(0.0, |at| 1.0 / (at + 1) as f64)
}

/// The value below which the share `p` in [0, 1] of `values` lies (nearest
/// rank); 0 for no values. Sorts `values`.
pub fn percentile(values: &mut [f64], p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (p * values.len() as f64).ceil() as usize;
    let at = rank.max(1) - 1;
    values.get(at).or(values.last()).copied().unwrap_or(0.0)
}

/// Signs drawn for [`paired_p`]: the error of a p of .05 is .002.
const N_DRAWS: u32 = 10_000;

/// The chance that a mean difference as far from zero arises where the sign of
/// each difference is a coin's: Fisher's paired randomisation test, in (0, 1].
/// The draws are the same at every call.
///
/// **Source:** M. Smucker, J. Allan & B. Carterette, *A Comparison of
/// Statistical Significance Tests for Information Retrieval Evaluation*, CIKM
/// 2007.
pub fn paired_p(differences: &[f64]) -> f64 {
    let observed = differences.iter().sum::<f64>().abs();
    let mut state = 1_u64;
    let mut n_as_far = 0;
    for _ in 0..N_DRAWS {
        let mut sum = 0.0;
        for chunk in differences.chunks(64) {
            let mut bits = splitmix64(&mut state);
            for difference in chunk {
                sum += if bits & 1 == 0 {
                    *difference
                } else {
                    -difference
                };
                bits >>= 1;
            }
        }
        // Sums of the same numbers in another order differ in the last digits.
        n_as_far += u32::from(sum.abs() >= observed - 1e-9);
    }
    f64::from(n_as_far + 1) / f64::from(N_DRAWS + 1)
}

/// Steele, Lea & Flood, *Fast splittable pseudorandom number generators*,
/// OOPSLA 2014.
fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn grades(pairs: &[(&str, i32)]) -> Grades {
        pairs.iter().map(|(n, g)| ((*n).to_owned(), *g)).collect()
    }

    #[test]
    fn ndcg_by_hand() {
        let judged = grades(&[("a", 3), ("b", 1), ("c", 0)]);
        // DCG: b at 1 → 1/1, c at 2 → 0, a at 3 → 3/2. Ideal: 3/1 + 1/log2 3.
        let expected = 2.5 / (3.0 + 1.0 / 3_f64.log2());
        let got = ndcg(&ranked(&["b", "c", "a"]), &judged, 10);
        assert!((got - expected).abs() < 1e-12);
        assert!((ndcg(&ranked(&["a", "b"]), &judged, 10) - 1.0).abs() < 1e-12);
        assert!(
            (ndcg(&ranked(&["b", "c", "a"]), &judged, 2) - 1.0 / (3.0 + 1.0 / 3_f64.log2())).abs()
                < 1e-12
        );
    }

    #[test]
    fn recall_and_reciprocal_rank_by_hand() {
        let judged = grades(&[("a", 1), ("b", 2), ("d", 1), ("x", 0)]);
        let run = ranked(&["x", "b", "y", "a"]);
        assert!((recall(&run, &judged, 10) - 2.0 / 3.0).abs() < 1e-12);
        assert!((recall(&run, &judged, 2) - 1.0 / 3.0).abs() < 1e-12);
        assert!((reciprocal_rank(&run, &judged, 10) - 0.5).abs() < 1e-12);
        assert_eq!(reciprocal_rank(&run, &judged, 1), 0.0);
    }

    #[test]
    fn queries_without_relevant_records_are_left_out() {
        let mut sum = QualitySum::default();
        sum.add(&ranked(&["a"]), &grades(&[("a", 0)]));
        sum.add(&ranked(&["a"]), &grades(&[("a", 1)]));
        sum.add(&ranked(&["b"]), &grades(&[("a", 1)]));
        let mean = sum.mean();
        assert_eq!(mean.queries, 2);
        assert!((mean.ndcg_10 - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_difference_is_told_from_chance() {
        assert_eq!(paired_p(&[0.0; 30]), 1.0);
        assert_eq!(paired_p(&[]), 1.0);
        // All of twelve on one side: 2 of 2¹² signs are as far.
        let sure = paired_p(&[0.1; 12]);
        assert!((sure - 2.0 / 4096.0).abs() < 5e-4, "{sure}");
        let unsure = paired_p(&[0.1, -0.1, 0.2, -0.15, 0.05, -0.1]);
        assert!(unsure > 0.5, "{unsure}");
    }

    #[test]
    fn percentiles_are_values_that_occur() {
        let mut values = vec![4.0, 1.0, 3.0, 2.0];
        assert_eq!(percentile(&mut values, 0.5), 2.0);
        assert_eq!(percentile(&mut values, 0.95), 4.0);
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
