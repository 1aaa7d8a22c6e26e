//! How good topics are, by numbers that others use too.

use std::collections::BTreeSet;

/// Normalised pointwise mutual information of terms, the mean over all pairs:
/// −1 when they never meet, 0 by chance, 1 when they only come together.
///
/// `documents_of` holds for each term the numbers of its documents, ascending;
/// `n_documents` is the size of the collection. Probabilities are shares of
/// documents. 0 for fewer than two terms.
///
/// **Source:** Bouma, *Normalized (Pointwise) Mutual Information in
/// Collocation Extraction*, 2009; Röder et al., *Exploring the Space of Topic
/// Coherence Measures*, WSDM 2015.
pub fn npmi(documents_of: &[&[u32]], n_documents: usize) -> f64 {
    let mut sum = 0.0;
    let mut n_pairs = 0usize;
    for (i, a) in documents_of.iter().enumerate() {
        for b in &documents_of[..i] {
            sum += pair(a, b, n_documents as f64);
            n_pairs += 1;
        }
    }
    sum / n_pairs.max(1) as f64
}

fn pair(a: &[u32], b: &[u32], n: f64) -> f64 {
    let n_both = shared(a, b);
    if n_both == 0 {
        return -1.0;
    }
    let (p_a, p_b, p) = (a.len() as f64 / n, b.len() as f64 / n, n_both as f64 / n);
    // Both in every document: they only come together.
    if p >= 1.0 {
        return 1.0;
    }
    (p / (p_a * p_b)).ln() / -p.ln()
}

/// How many numbers two ascending lists share.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

/// Share of different terms among all terms of all topics, in 0..=1; 1 when no
/// two topics share one, and for no terms.
///
/// **Source:** Dieng et al., *Topic Modeling in Embedding Spaces*, TACL 2020.
pub fn diversity<'a>(topics: impl Iterator<Item = &'a [String]>) -> f64 {
    let mut different = BTreeSet::new();
    let mut n = 0usize;
    for terms in topics {
        n += terms.len();
        different.extend(terms);
    }
    if n == 0 {
        return 1.0;
    }
    different.len() as f64 / n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_that_only_come_together_have_one_and_strangers_minus_one() {
        let (a, b): (Vec<u32>, Vec<u32>) = ((0..10).collect(), (10..20).collect());
        assert!((npmi(&[&a, &a], 100) - 1.0).abs() < 1e-12);
        assert!((npmi(&[&a, &b], 100) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn chance_is_zero() {
        let a: Vec<u32> = (0..50).collect();
        let b: Vec<u32> = (0..100).filter(|n| n % 2 == 0).collect();
        assert!(npmi(&[&a, &b], 100).abs() < 1e-12);
    }

    #[test]
    fn diversity_counts_terms_once() {
        let topics = [
            vec!["a".to_owned(), "b".into()],
            vec!["b".into(), "c".into()],
        ];
        assert_eq!(diversity(topics.iter().map(Vec::as_slice)), 0.75);
    }
}
