//! Pairs worth comparing: records that share a key. The keys are so chosen
//! that two descriptions of one work share at least one of them, whatever of
//! title, authors, numbers or abstract is damaged.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::FxHasher;

use crate::{grams::mix, sketch::Sketch};

/// Bands of the titles' MinHash signature (Broder 1997; locality-sensitive
/// hashing): 18 bands of 3 find a Jaccard similarity of .5 with .91, of .6 with
/// .988, and let .2 through with .13.
const TITLE_BANDS: usize = 18;
const TITLE_ROWS: usize = 3;

/// The first letters of a title, for titles that were cut off.
const TITLE_HEAD: usize = 18;

/// Hashes of an abstract used as keys: the smallest ones.
const ABSTRACT_KEYS: usize = 6;

/// Authors whose names are keys.
const KEY_AUTHORS: usize = 3;

/// A key shared by more records says too little (`Editorial`; a common name in
/// one year): its records are parted by a second key, and passed over where
/// that is shared by as many again.
const CROWD: usize = 60;

/// What kinds of keys mean, so that equal hashes of two kinds do not meet.
#[derive(Clone, Copy, Hash)]
enum Kind {
    Identifier,
    Band(usize),
    Head,
    AuthorAndYear,
    TwoAuthors,
    Abstract,
}

/// Pairs of places in `sketches`, the smaller one first, sorted, each once;
/// and how many records stood in crowds that no second key parted.
pub(crate) fn candidates(sketches: &[Sketch]) -> (Vec<(u32, u32)>, usize) {
    let mut keys: Vec<(u64, u32)> = sketches
        .par_iter()
        .enumerate()
        .flat_map_iter(|(place, sketch)| {
            let place = u32::try_from(place).expect("fewer than 2^32 records");
            keys(sketch).into_iter().map(move |key| (key, place))
        })
        .collect();
    keys.par_sort_unstable();
    keys.dedup();
    let blocks: Vec<&[(u64, u32)]> = keys
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|block| block.len() > 1)
        .collect();
    let (pairs, crowded): (Vec<Vec<(u32, u32)>>, Vec<usize>) = blocks
        .into_par_iter()
        .map(|block| {
            let places: Vec<u32> = block.iter().map(|(_, place)| *place).collect();
            pairs_of_block(&places, sketches)
        })
        .unzip();
    let mut pairs: Vec<_> = pairs.into_iter().flatten().collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    (pairs, crowded.into_iter().sum())
}

fn pairs_of_block(places: &[u32], sketches: &[Sketch]) -> (Vec<(u32, u32)>, usize) {
    let mut pairs = Vec::new();
    if places.len() <= CROWD {
        all_pairs(places, &mut pairs);
        return (pairs, 0);
    }
    let mut n_left = 0;
    let mut parted: Vec<(u64, u32)> = places
        .iter()
        .flat_map(|place| {
            let second = second_keys(&sketches[*place as usize]);
            second.into_iter().map(|key| (key, *place))
        })
        .collect();
    parted.sort_unstable();
    parted.dedup();
    for block in parted.chunk_by(|a, b| a.0 == b.0) {
        let places: Vec<u32> = block.iter().map(|(_, place)| *place).collect();
        if places.len() <= CROWD {
            all_pairs(&places, &mut pairs);
        } else {
            n_left += places.len();
        }
    }
    (pairs, n_left)
}

fn all_pairs(places: &[u32], pairs: &mut Vec<(u32, u32)>) {
    for (i, a) in places.iter().enumerate() {
        for b in &places[i + 1..] {
            pairs.push((*a.min(b), *a.max(b)));
        }
    }
}

fn keys(sketch: &Sketch) -> Vec<u64> {
    let mut keys = Vec::with_capacity(64);
    for identifier in &sketch.identifiers {
        keys.push(key(Kind::Identifier, identifier));
    }
    for title in &sketch.titles {
        keys.extend(bands(&title.trigrams));
        let head: String = title
            .letters
            .chars()
            .filter(|c| *c != ' ')
            .take(TITLE_HEAD)
            .collect();
        keys.push(key(Kind::Head, head));
    }
    for author in sketch.authors.iter().take(KEY_AUTHORS) {
        keys.push(key(Kind::AuthorAndYear, (author.key(), sketch.year)));
    }
    let mut names: Vec<_> = sketch
        .authors
        .iter()
        .take(KEY_AUTHORS)
        .map(|name| name.key())
        .collect();
    names.sort();
    for (i, a) in names.iter().enumerate() {
        for b in &names[i + 1..] {
            keys.push(key(Kind::TwoAuthors, (a, b)));
        }
    }
    for hashes in &sketch.abstracts {
        let least = hashes.iter().take(ABSTRACT_KEYS);
        keys.extend(least.map(|hash| key(Kind::Abstract, hash)));
    }
    keys
}

/// What parts a crowd: each author's name, the first page with the year.
fn second_keys(sketch: &Sketch) -> Vec<u64> {
    let mut keys: Vec<_> = sketch
        .authors
        .iter()
        .take(KEY_AUTHORS)
        .map(|name| key(Kind::AuthorAndYear, name.key()))
        .collect();
    if let Some((first, _)) = sketch.pages {
        keys.push(key(Kind::Head, (first, sketch.year)));
    }
    for title in &sketch.titles {
        keys.push(key(Kind::Band(0), &title.letters));
    }
    keys
}

/// One key a band: the hash of the least hashes under [`TITLE_ROWS`] mixings.
fn bands(trigrams: &[u32]) -> Vec<u64> {
    if trigrams.is_empty() {
        return Vec::new();
    }
    let least = |row: usize| {
        let salt = mix(row as u64 + 1);
        let mixed = trigrams.iter().map(|gram| mix(u64::from(*gram) ^ salt));
        mixed.min().unwrap_or(u64::MAX)
    };
    (0..TITLE_BANDS)
        .map(|band| {
            let rows: Vec<u64> = (0..TITLE_ROWS)
                .map(|row| least(band * TITLE_ROWS + row))
                .collect();
            key(Kind::Band(band), rows)
        })
        .collect()
}

fn key(kind: Kind, value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    kind.hash(&mut hasher);
    value.hash(&mut hasher);
    mix(hasher.finish())
}
