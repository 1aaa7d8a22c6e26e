//! The laws, other processes, grouping, damage.

use records::{Record, RecordType};

use super::*;
use crate::vectors::{
    MemoryVectors, PassageVector,
    testsuite::{self, fill, model, unit_vector},
};

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors.sqlite");
    (folder, path)
}

#[test]
fn the_laws_hold() {
    let folder = tempfile::tempdir().unwrap();
    let n = std::cell::Cell::new(0);
    testsuite::check(&|| {
        n.set(n.get() + 1);
        let path = folder.path().join(format!("{}.sqlite", n.get()));
        Box::new(SqliteVectors::open(&path, &model()).unwrap())
    });
}

#[test]
fn the_oracle_holds_them_too() {
    testsuite::check(&|| Box::new(MemoryVectors::new(model())));
}

#[test]
fn another_process_sees_what_is_applied() {
    let (_folder, path) = file();
    let reader = SqliteVectors::open(&path, &model()).unwrap();
    let writer = SqliteVectors::open(&path, &model()).unwrap();
    fill(&writer);
    assert_eq!(reader.stats().unwrap(), writer.stats().unwrap());
    let id = crate::testsuite::records()[3].id.clone();
    let batch = VectorBatch {
        deletes: vec![id.clone()],
        seq: ChangeSeq(4),
        ..VectorBatch::default()
    };
    writer.apply(&batch).unwrap();
    assert!(reader.passages(&id, Clearance::Staff).unwrap().is_empty());
    assert_eq!(reader.applied_seq().unwrap(), ChangeSeq(4));
    drop((reader, writer));
    let again = SqliteVectors::open(&path, &model()).unwrap();
    assert!(again.passages(&id, Clearance::Staff).unwrap().is_empty());
    assert_eq!(again.stats().unwrap().n_records, 119);
}

#[test]
fn a_rebuilt_file_takes_the_place_of_the_old_at_once() {
    let (folder, path) = file();
    let store = SqliteVectors::open(&path, &model()).unwrap();
    fill(&store);
    let reader = SqliteVectors::open(&path, &model()).unwrap();
    let beside = folder.path().join("beside.sqlite");
    let fresh = SqliteVectors::open(&beside, &model()).unwrap();
    let records = crate::testsuite::records();
    let put = |record: &Record, seed: u64, seq: u64, store: &SqliteVectors| {
        let passage = PassageVector {
            hash: TextHash(u128::from(seed).to_le_bytes()),
            vector: Some(unit_vector(seed, 11, 64)),
            text: String::new(),
            page: None,
        };
        let batch = VectorBatch {
            upserts: vec![(record, vec![passage])],
            deletes: Vec::new(),
            seq: ChangeSeq(seq),
        };
        store.apply(&batch).unwrap();
    };
    put(&records[5], 9000, 77, &fresh);
    drop(fresh);
    assert_eq!(reader.stats().unwrap().n_records, 120);
    store.replace_with(&beside).unwrap();
    for store in [&store, &reader] {
        assert_eq!(store.stats().unwrap().n_records, 1);
        assert_eq!(store.applied_seq().unwrap(), ChangeSeq(77));
        assert_eq!(
            store
                .passages(&records[5].id, Clearance::Staff)
                .unwrap()
                .len(),
            1
        );
    }
    // It goes on from there.
    put(&records[6], 9001, 78, &store);
    assert_eq!(reader.stats().unwrap().n_records, 2);
    let again = SqliteVectors::open(&path, &model()).unwrap();
    assert_eq!(again.stats().unwrap().n_records, 2);
    let other = VectorModel {
        id: "other/1".into(),
        dim: 64,
    };
    let strange = folder.path().join("strange.sqlite");
    drop(SqliteVectors::open(&strange, &other).unwrap());
    assert!(matches!(
        store.replace_with(&strange),
        Err(VectorError::OtherModel { .. })
    ));
    assert_eq!(store.stats().unwrap().n_records, 2);
}

#[test]
fn another_model_and_a_damaged_file_are_refused() {
    let (_folder, path) = file();
    assert!(SqliteVectors::model_of(&path).unwrap().is_none());
    drop(SqliteVectors::open(&path, &model()).unwrap());
    assert_eq!(SqliteVectors::model_of(&path).unwrap(), Some(model()));
    let other = VectorModel {
        id: "other/1".into(),
        dim: 64,
    };
    let refused = SqliteVectors::open(&path, &other).err().unwrap();
    assert!(refused.to_string().contains("laws/1"), "{refused}");
    std::fs::write(&path, "no database at all, but long enough to be looked at").unwrap();
    let refused = SqliteVectors::open(&path, &model()).err().unwrap();
    assert!(refused.to_string().contains("--rebuild"), "{refused}");
}

/// Many vectors: cells are made, other processes take them over, and nearly
/// all that the oracle finds is found, under every filter.
#[test]
fn cells_find_what_the_oracle_finds() {
    let (_folder, path) = file();
    let store = SqliteVectors::open(&path, &model()).unwrap();
    let oracle = MemoryVectors::new(model());
    let reader = SqliteVectors::open(&path, &model()).unwrap();
    let n = train::MIN_VECTORS as u64 + 2000;
    let record = |i: u64| {
        let id = RecordId::new(format!("r{i:05}")).unwrap();
        let mut record = Record::new(id, RecordType::ALL[i as usize % 8]);
        record.venue = Some(format!("v{}", i % 200));
        record
    };
    let records: Vec<Record> = (0..n).map(record).collect();
    let upserts = records.iter().zip(0_u64..).map(|(record, i)| {
        let passage = PassageVector {
            hash: TextHash((u128::from(i)).to_le_bytes()),
            vector: Some(unit_vector(i, 150, 64)),
            text: String::new(),
            page: None,
        };
        (record, vec![passage])
    });
    let batch = VectorBatch {
        upserts: upserts.collect(),
        deletes: Vec::new(),
        seq: ChangeSeq(1),
    };
    store.apply(&batch).unwrap();
    oracle.apply(&batch).unwrap();
    store.optimise().unwrap();
    assert!(file::n_cells(&store.file().connection).unwrap() > 100);
    for filters in [vec![], vec!["type:patent"], vec!["venue:v7"]] {
        let filters: Vec<crate::Filter> = filters.iter().map(|f| f.parse().unwrap()).collect();
        let mut n_found = 0;
        for seed in 0..40 {
            let vector = unit_vector(seed * 3 + 500_000, 150, 64);
            let query = VectorQuery {
                vector: &vector,
                limit: 10,
                filters: &filters,
                clearance: Clearance::Public,
            };
            let wanted = oracle.search(&query).unwrap();
            for store in [&store, &reader] {
                let got = store.search(&query).unwrap();
                assert_eq!(got.len(), 10);
                n_found += wanted
                    .iter()
                    .filter(|hit| got.iter().any(|got| got.id == hit.id))
                    .count();
            }
        }
        let recall = n_found as f64 / 800.0;
        assert!(recall >= 0.99, "recall {recall} under {filters:?}");
    }
}

#[test]
fn a_file_whose_records_had_fewer_facets_is_filled_anew_with_what_it_knows() {
    let (_folder, path) = file();
    let store = SqliteVectors::open(&path, &model()).unwrap();
    fill(&store);
    let stats = store.stats().unwrap();
    assert_ne!(store.applied_seq().unwrap(), ChangeSeq(0));
    drop(store);
    let connection = rusqlite::Connection::open(&path).unwrap();
    let older = "UPDATE state SET value = 1 WHERE name = 'facets'";
    assert_eq!(connection.execute(older, []).unwrap(), 1);
    drop(connection);
    let again = SqliteVectors::open(&path, &model()).unwrap();
    assert_eq!(again.applied_seq().unwrap(), ChangeSeq(0));
    assert_eq!(
        again.stats().unwrap().n_records,
        stats.n_records,
        "searches go on meanwhile"
    );
}
