//! The laws of [`VectorStore`], run against every implementation: each case
//! asks the store and the oracle the same questions.

use records::{ChangeSeq, Clearance, Record, RecordId};

use super::{
    MemoryVectors, PassageVector, TextHash, VectorBatch, VectorError, VectorModel, VectorQuery,
    VectorStore,
};
use crate::Filter;

/// The model that the laws are checked with: 64 coordinates.
pub fn model() -> VectorModel {
    VectorModel {
        id: "laws/1".into(),
        dim: 64,
    }
}

/// A vector of length 1, the same for the same seed; seeds that are equal
/// modulo `n_heaps` are near.
pub fn unit_vector(seed: u64, n_heaps: u64, dim: usize) -> Vec<f32> {
    let noise = |seed: u64| {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..dim).map(move |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
    };
    let heap = noise(seed % n_heaps + 1_000_003);
    let mut vector: Vec<f32> = heap
        .zip(noise(seed + 17))
        .map(|(h, n)| h + 0.7 * n)
        .collect();
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

fn passages(record: usize, dim: usize) -> Vec<PassageVector> {
    let n = 1 + record % 3;
    let of = |number: usize| {
        let seed = (record * 3 + number) as u64;
        PassageVector {
            hash: hash(seed),
            vector: Some(unit_vector(seed, 11, dim)),
            text: format!("đoạn {number} của {record}"),
            page: (number > 0).then_some(number as u32),
        }
    };
    (0..n).map(of).collect()
}

fn hash(seed: u64) -> TextHash {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TextHash(bytes)
}

/// The records of the full-text laws with vectors.
pub fn fill(store: &dyn VectorStore) {
    let dim = store.model().dim;
    let records = crate::testsuite::records();
    for (chunk, records) in records.chunks(50).enumerate() {
        let upserts = records.iter().enumerate();
        let upserts = upserts.map(|(i, record)| (record, passages(chunk * 50 + i, dim)));
        let batch = VectorBatch {
            upserts: upserts.collect(),
            deletes: Vec::new(),
            seq: ChangeSeq(chunk as u64 + 1),
        };
        store.apply(&batch).unwrap();
    }
}

/// Runs all laws; `empty` makes an empty store.
pub fn check(empty: &dyn Fn() -> Box<dyn VectorStore>) {
    answers_like_the_oracle(empty().as_ref());
    what_is_taken_out_is_not_found(empty().as_ref());
    a_known_text_needs_no_vector(empty().as_ref());
    what_is_known_can_be_told_and_learnt(empty().as_ref());
    bad_vectors_change_nothing(empty().as_ref());
    passages_are_shown_to_whom_they_may(empty().as_ref());
}

fn filters() -> Vec<Vec<Filter>> {
    let filter = |text: &str| text.parse::<Filter>().unwrap();
    vec![
        vec![],
        vec![filter("type:patent")],
        vec![filter("type:patent"), filter("type:paper")],
        vec![filter("year:2005..2010"), filter("language:vi")],
        vec![filter("venue:Tạp chí 2"), filter("year:..2012")],
        vec![filter("access:restricted")],
        vec![filter("author:không ai")],
    ]
}

fn answers_like_the_oracle(store: &dyn VectorStore) {
    let oracle = MemoryVectors::new(store.model().clone());
    fill(store);
    fill(&oracle);
    assert_eq!(store.applied_seq().unwrap(), ChangeSeq(3));
    assert_eq!(
        store.stats().unwrap().n_passages,
        oracle.stats().unwrap().n_passages
    );
    for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
        let ids = store.ids(clearance).unwrap();
        assert_eq!(ids, oracle.ids(clearance).unwrap());
        assert!(ids.is_sorted() && !ids.is_empty());
    }
    for seed in 0..12 {
        let vector = unit_vector(seed * 5 + 1, 11, store.model().dim);
        for filters in filters() {
            for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
                for limit in [0, 1, 10, 1000] {
                    let query = VectorQuery {
                        vector: &vector,
                        limit,
                        filters: &filters,
                        clearance,
                    };
                    compare(store, &oracle, &query);
                }
            }
        }
    }
}

fn compare(store: &dyn VectorStore, oracle: &dyn VectorStore, query: &VectorQuery<'_>) {
    let got = store.search(query).unwrap();
    let wanted = oracle.search(query).unwrap();
    assert_eq!(got.len(), wanted.len(), "{query:?}");
    for (got, wanted) in got.iter().zip(&wanted) {
        // Two that are nearly as near may change places.
        let is_same = got.id == wanted.id && got.passage == wanted.passage;
        let gap = (got.cosine - wanted.cosine).abs();
        assert!(
            gap < if is_same { 1e-3 } else { 2e-4 },
            "{got:?} {wanted:?}"
        );
    }
    if query.limit >= 1000 {
        let ids = |hits: &[super::VectorHit]| -> std::collections::BTreeSet<RecordId> {
            hits.iter().map(|hit| hit.id.clone()).collect()
        };
        assert_eq!(ids(&got), ids(&wanted), "{query:?}");
    }
}

fn nearest_ids(store: &dyn VectorStore, vector: &[f32], limit: usize) -> Vec<RecordId> {
    let query = VectorQuery {
        vector,
        limit,
        filters: &[],
        clearance: Clearance::Staff,
    };
    let hits = store.search(&query).unwrap();
    hits.into_iter().map(|hit| hit.id).collect()
}

fn what_is_taken_out_is_not_found(store: &dyn VectorStore) {
    fill(store);
    let dim = store.model().dim;
    let records = crate::testsuite::records();
    let gone = &records[7];
    let vector = unit_vector(21, 11, dim);
    assert_eq!(nearest_ids(store, &vector, 1)[0], gone.id);
    let batch = VectorBatch {
        deletes: vec![gone.id.clone(), RecordId::new("never-there").unwrap()],
        seq: ChangeSeq(4),
        ..VectorBatch::default()
    };
    store.apply(&batch).unwrap();
    assert!(!nearest_ids(store, &vector, 1000).contains(&gone.id));
    assert_eq!(nearest_ids(store, &vector, 1000).len(), records.len() - 1);
    // A record that comes again is there once, with its new vectors only.
    let far = unit_vector(900, 900, dim);
    let moved = PassageVector {
        hash: hash(900),
        vector: Some(far.clone()),
        text: "mới".into(),
        page: None,
    };
    for _ in 0..2 {
        let batch = VectorBatch {
            upserts: vec![(gone, vec![moved.clone()])],
            deletes: Vec::new(),
            seq: ChangeSeq(5),
        };
        store.apply(&batch).unwrap();
    }
    assert_eq!(nearest_ids(store, &far, 1)[0], gone.id);
    assert_eq!(nearest_ids(store, &far, 1000).len(), records.len());
}

fn a_known_text_needs_no_vector(store: &dyn VectorStore) {
    fill(store);
    let records = crate::testsuite::records();
    let mut record: Record = records[7].clone();
    record.id = RecordId::new("again").unwrap();
    assert_eq!(store.knows(&[hash(21), hash(5000)]).unwrap(), [true, false]);
    let mut passage = PassageVector {
        hash: hash(21),
        vector: None,
        text: "đã biết".into(),
        page: None,
    };
    let apply = |passage: &PassageVector| {
        let batch = VectorBatch {
            upserts: vec![(&record, vec![passage.clone()])],
            deletes: Vec::new(),
            seq: ChangeSeq(9),
        };
        store.apply(&batch)
    };
    apply(&passage).unwrap();
    let near = nearest_ids(store, &unit_vector(21, 11, store.model().dim), 2);
    assert!(near.contains(&record.id), "{near:?}");
    passage.hash = hash(5000);
    assert!(matches!(apply(&passage), Err(VectorError::Unknown { .. })));
}

fn what_is_known_can_be_told_and_learnt(store: &dyn VectorStore) {
    let dim = store.model().dim;
    let text = |seed: u64| (hash(seed), unit_vector(seed, 11, dim));
    let mut texts: Vec<(TextHash, Vec<f32>)> = (0..23).map(text).collect();
    store.learn(&texts).unwrap();
    // Known already: it stays.
    store
        .learn(&[(hash(3), unit_vector(999, 11, dim))])
        .unwrap();
    store.learn(&[]).unwrap();
    texts.sort_by_key(|(hash, _)| *hash);
    let mut told: Vec<(TextHash, Vec<f32>)> = Vec::new();
    loop {
        let page = store.known(told.last().map(|(hash, _)| *hash), 10).unwrap();
        assert!(page.len() <= 10);
        if page.is_empty() {
            break;
        }
        told.extend(page);
    }
    let hashes = |texts: &[(TextHash, Vec<f32>)]| -> Vec<TextHash> {
        texts.iter().map(|(hash, _)| *hash).collect()
    };
    assert_eq!(hashes(&told), hashes(&texts));
    for ((_, told), (_, learnt)) in told.iter().zip(&texts) {
        let off = told.iter().zip(learnt).map(|(a, b)| (a - b).abs());
        assert!(off.fold(0.0, f32::max) < 1e-3);
    }
    assert_eq!(store.knows(&[hash(5), hash(50)]).unwrap(), [true, false]);
    let bad = [(hash(60), vec![0.0; dim - 1])];
    assert!(store.learn(&bad).is_err());
    assert_eq!(store.stats().unwrap().n_passages, 0);
}

fn bad_vectors_change_nothing(store: &dyn VectorStore) {
    fill(store);
    let record = &crate::testsuite::records()[0];
    let before = store.stats().unwrap();
    let dim = store.model().dim;
    for bad in [vec![f32::NAN; dim], vec![1.0; dim - 1], Vec::new()] {
        let query = VectorQuery {
            vector: &bad,
            limit: 3,
            filters: &[],
            clearance: Clearance::Staff,
        };
        assert!(matches!(
            store.search(&query),
            Err(VectorError::BadVector { .. })
        ));
        let passage = PassageVector {
            hash: hash(7777),
            vector: Some(bad.clone()),
            text: String::new(),
            page: None,
        };
        let batch = VectorBatch {
            upserts: vec![(record, vec![passage])],
            deletes: Vec::new(),
            seq: ChangeSeq(99),
        };
        assert!(matches!(
            store.apply(&batch),
            Err(VectorError::BadVector { .. })
        ));
    }
    assert_eq!(store.stats().unwrap().n_passages, before.n_passages);
    assert_eq!(store.applied_seq().unwrap(), ChangeSeq(3));
}

fn passages_are_shown_to_whom_they_may(store: &dyn VectorStore) {
    fill(store);
    for (at, record) in crate::testsuite::records().iter().enumerate().take(12) {
        for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
            let shown = store.passages(&record.id, clearance).unwrap();
            let one = store.passage(&record.id, 0, clearance).unwrap();
            let n = if clearance.may_see(record.access) {
                1 + at % 3
            } else {
                0
            };
            assert_eq!(shown.len(), n);
            assert_eq!(one, shown.first().map(|(text, _)| text.clone()));
            for ((text, vector), wanted) in shown.iter().zip(passages(at, store.model().dim)) {
                assert_eq!((&text.text, text.page), (&wanted.text, wanted.page));
                let cosine: f32 = vector
                    .iter()
                    .zip(wanted.vector.as_deref().unwrap())
                    .map(|(a, b)| a * b)
                    .sum();
                assert!(cosine > 0.9999);
            }
        }
    }
}
