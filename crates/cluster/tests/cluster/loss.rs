//! One of three nodes is killed while records are written and read: nothing that
//! was committed is lost, nothing is doubled, and the work goes on.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::nodes::Nodes;
use cluster::{QdrantSettings, QdrantWords};
use index::{FullTextQuery, FullTextStore, QueryExpr, Sort, Words};
use records::{ChangeSeq, Clearance, Lang, Localised, Record, RecordId, RecordType};

/// Records of one commit.
const N_RECORDS: usize = 50;
/// Commits.
const N_COMMITS: usize = 40;

fn records(commit: usize) -> Vec<Record> {
    let of = |number: usize| {
        let id = RecordId::new(format!("r{commit:03}-{number:03}")).unwrap();
        let mut record = Record::new(id, RecordType::Paper);
        let title = format!("biến đổi khí hậu ở vùng {number}");
        record.title = Localised::one(Lang::vi(), title);
        record
    };
    (0..N_RECORDS).map(of).collect()
}

fn question() -> FullTextQuery {
    let words = QueryExpr::Words(Words {
        text: "khí hậu".into(),
        ..Words::default()
    });
    FullTextQuery {
        sort: Sort::Newest,
        limit: 10,
        ..FullTextQuery::new(words, Clearance::Staff)
    }
}

#[test]
fn a_node_that_dies_takes_nothing_along() {
    let Some(mut nodes) = Nodes::start(3) else {
        return;
    };
    let settings = QdrantSettings {
        urls: nodes.urls(),
        api_key: nodes.api_key(),
        prefix: "loss".into(),
        shards: 3,
        replicas: 2,
        ..QdrantSettings::default()
    };
    let store = QdrantWords::open(&settings).unwrap();
    let (is_over, n_read, n_failed) =
        (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let mut longest = Duration::ZERO;
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    match store.search(&question()) {
                        Ok(_) => n_read.fetch_add(1, Ordering::Relaxed),
                        Err(_) => n_failed.fetch_add(1, Ordering::Relaxed),
                    };
                }
            });
        }
        for commit in 0..N_COMMITS {
            if commit == N_COMMITS / 2 {
                // Not the first, which the others were told of.
                nodes.kill(2);
            }
            let start = Instant::now();
            // What fails is done again from the catalogue, as the indexer does.
            while store.upsert(&records(commit)).is_err()
                || store.commit(ChangeSeq(commit as u64 + 1)).is_err()
            {
                assert!(start.elapsed() < Duration::from_secs(60), "commit {commit}");
                std::thread::sleep(Duration::from_millis(200));
            }
            longest = longest.max(start.elapsed());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let ids = store.ids(Clearance::Staff).unwrap();
    let wanted: BTreeSet<RecordId> = (0..N_COMMITS)
        .flat_map(records)
        .map(|record| record.id)
        .collect();
    let unique: BTreeSet<RecordId> = ids.iter().cloned().collect();
    eprintln!(
        "{} lost, {} doubled; {} searches answered, {} failed; longest commit {:.1} s",
        wanted.difference(&unique).count(),
        ids.len() - unique.len(),
        n_read.into_inner(),
        n_failed.into_inner(),
        longest.as_secs_f64(),
    );
    assert_eq!(ids.len(), unique.len(), "doubled");
    assert_eq!(unique, wanted);
    let total = store.search(&question()).unwrap().total;
    assert_eq!(total, wanted.len() as u64);
}
