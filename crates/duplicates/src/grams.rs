//! Sets of hashed character n-grams: what titles and abstracts share whatever
//! the order of their words, and however some of their letters were misread.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

/// Letters and digits of folded text, words parted by single spaces.
pub(crate) fn letters(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in text::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// Hashes of the trigrams of each word of `letters`, word ends included, so
/// that the order of the words does not count; sorted, each once.
pub(crate) fn word_trigrams(letters: &str) -> Vec<u32> {
    let mut grams = Vec::with_capacity(letters.len());
    for word in letters.split(' ').filter(|word| !word.is_empty()) {
        let padded: Vec<char> = std::iter::once(' ')
            .chain(word.chars())
            .chain([' '])
            .collect();
        grams.extend(padded.windows(3).map(|gram| hash(gram.iter().copied())));
    }
    sorted_set(grams)
}

/// The smallest `n` hashes of the five-letter pieces of `letters` (spaces left
/// out): a bottom-k sketch (Broder 1997), from which the Jaccard similarity of
/// the whole sets is estimated with a standard error of about `1/(2√n)`.
pub(crate) fn bottom_sketch(letters: &str, n: usize) -> Vec<u32> {
    let joined: Vec<char> = letters.chars().filter(|c| *c != ' ').collect();
    let grams = joined
        .windows(5)
        .map(|gram| hash(gram.iter().copied()))
        .collect();
    let mut grams = sorted_set(grams);
    grams.truncate(n);
    grams
}

fn sorted_set(mut grams: Vec<u32>) -> Vec<u32> {
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn hash(chars: impl Iterator<Item = char>) -> u32 {
    let mut hasher = FxHasher::default();
    for c in chars {
        hasher.write_u32(u32::from(c));
    }
    // The high bits of this hash are its good ones.
    (mix(hasher.finish()) >> 32) as u32
}

/// A bijection that spreads every bit (the finaliser of MurmurHash3).
pub(crate) fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

/// How many members two sorted sets share.
pub(crate) fn n_shared(a: &[u32], b: &[u32]) -> usize {
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

/// Jaccard similarity of two sorted sets, in 0..=1; 0 when one is empty.
pub(crate) fn jaccard(a: &[u32], b: &[u32]) -> f32 {
    let shared = n_shared(a, b);
    let all = a.len() + b.len() - shared;
    if all == 0 {
        return 0.0;
    }
    shared as f32 / all as f32
}

/// The share of the smaller set that lies in the larger one, in 0..=1.
pub(crate) fn containment(a: &[u32], b: &[u32]) -> f32 {
    let smaller = a.len().min(b.len());
    if smaller == 0 {
        return 0.0;
    }
    n_shared(a, b) as f32 / smaller as f32
}

/// Jaccard similarity estimated from two bottom-k sketches of the same `k`:
/// the share of the `k` smallest of their union that both have.
pub(crate) fn sketched_jaccard(a: &[u32], b: &[u32], k: usize) -> f32 {
    let (mut i, mut j, mut n_union, mut n_both) = (0, 0, 0, 0);
    while n_union < k && (i < a.len() || j < b.len()) {
        let left = a.get(i).copied().unwrap_or(u32::MAX);
        let right = b.get(j).copied().unwrap_or(u32::MAX);
        n_both += usize::from(left == right);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
        n_union += 1;
    }
    if n_union == 0 {
        return 0.0;
    }
    n_both as f32 / n_union as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_words_and_accents_do_not_count() {
        let a = word_trigrams(&letters("Đồng bằng sông Cửu Long"));
        let b = word_trigrams(&letters("SONG CUU LONG, dong bang"));
        assert!(jaccard(&a, &b) > 0.999);
    }

    #[test]
    fn a_cut_title_is_contained() {
        let whole = word_trigrams(&letters("A fast parser for Vietnamese dependency grammar"));
        let cut = word_trigrams(&letters("A fast parser for Vietnamese"));
        assert!(containment(&whole, &cut) > 0.999 && jaccard(&whole, &cut) < 0.8);
    }

    #[test]
    fn sketches_estimate_what_the_sets_share() {
        let text = |from: usize, to: usize| {
            let words: Vec<_> = (from..to)
                .map(|n| format!("w{:x}", mix(n as u64)))
                .collect();
            words.join("")
        };
        let (a, b) = (text(0, 300), text(100, 400));
        let (whole_a, whole_b) = (bottom_sketch(&a, usize::MAX), bottom_sketch(&b, usize::MAX));
        let exact = jaccard(&whole_a, &whole_b);
        let near = sketched_jaccard(&whole_a[..64], &whole_b[..64], 64);
        assert!((exact - near).abs() < 0.2, "{exact} {near}");
        assert!(sketched_jaccard(&[], &[], 64) == 0.0);
    }
}
