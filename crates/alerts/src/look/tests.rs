//! Looking over real stores, in memory.

use std::{cell::Cell, sync::Arc};

use catalog::{Batch, SqliteCatalog};
use index::TantivyStore;
use records::{AccessLevel, Record, RecordType};

use super::*;
use crate::Wish;

struct Library {
    _folder: tempfile::TempDir,
    catalogue: Arc<SqliteCatalog>,
    full_text: Arc<TantivyStore>,
    searcher: Searcher,
    alerts: Alerts,
    /// When the catalogue last changed: looks do not run ahead of it.
    now: Cell<Timestamp>,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn record(id: &str, title: &str, access: AccessLevel) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Paper);
    record.title.set(Lang::vi(), title.to_owned());
    record.access = access;
    record
}

impl Library {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(SqliteCatalog::in_memory().unwrap());
        let full_text = Arc::new(TantivyStore::open(folder.path()).unwrap());
        Self {
            searcher: Searcher::new(catalogue.clone(), full_text.clone()),
            alerts: Alerts::new(catalogue.clone()),
            catalogue,
            full_text,
            now: Cell::new(at(0)),
            _folder: folder,
        }
    }

    fn put(&self, second: i64, records: &[Record]) {
        self.apply(Batch::of_records(at(second), records.to_vec()));
        self.full_text.upsert(records).unwrap();
        self.index();
    }

    fn apply(&self, batch: Batch) {
        self.now.set(batch.at);
        self.catalogue.apply(batch).unwrap();
    }

    fn index(&self) {
        let seq = self.catalogue.apply(Batch::new(at(0))).unwrap().seq;
        self.full_text.commit(seq).unwrap();
    }

    fn save(&self, query: &str) -> SavedSearch {
        let wish = Wish {
            query: query.to_owned(),
            language: "vi".to_owned(),
            ..Wish::default()
        };
        self.alerts.add("an", wish, at(0)).unwrap()
    }

    /// Titles of what a look for a reader with an account finds.
    fn look(&self, saved: &SavedSearch) -> Vec<String> {
        let before = self.alerts.state(&saved.id).unwrap().unwrap().last_event;
        let clearance = |_: &str| Ok(Some(Clearance::Registered));
        look(
            &self.alerts,
            &self.searcher,
            &*self.full_text,
            &clearance,
            self.now.get(),
        )
        .unwrap();
        let events = self.alerts.events(&saved.id).unwrap().into_iter();
        let new = events.filter(|event| event.number > before);
        new.map(|event| match event.what {
            Happening::Record { id } => id.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
    }
}

#[test]
fn mended_touched_and_deleted_records_are_no_news() {
    let library = Library::new();
    library.put(1, &[record("cu", "Lúa cũ", AccessLevel::Open)]);
    let saved = library.save("lúa");
    let mut batch = Batch::new(at(2));
    batch.touched.push(RecordId::new("cu").unwrap());
    library.apply(batch);
    library.index();
    assert_eq!(library.look(&saved), [""; 0]);
    library.put(3, &[record("cu", "Lúa cũ, sửa", AccessLevel::Open)]);
    assert_eq!(library.look(&saved), [""; 0]);
    library.put(4, &[record("moi", "Lúa mới", AccessLevel::Open)]);
    assert_eq!(library.look(&saved), ["moi"]);
    let mut batch = Batch::new(at(5));
    batch.touched.push(RecordId::new("moi").unwrap());
    library.apply(batch);
    library.index();
    assert_eq!(library.look(&saved), [""; 0], "told once");
    // In the same moment as the last look.
    library.put(5, &[record("nua", "Lúa nữa", AccessLevel::Open)]);
    assert_eq!(library.look(&saved), ["nua"]);
}

#[test]
fn what_is_opened_is_news_once() {
    let library = Library::new();
    let saved = library.save("");
    library.put(1, &[record("mat", "Mật", AccessLevel::Restricted)]);
    assert_eq!(library.look(&saved), [""; 0]);
    library.put(2, &[record("mat", "Mật", AccessLevel::Open)]);
    assert_eq!(library.look(&saved), ["mat"]);
    let mut batch = Batch::new(at(3));
    batch.touched.push(RecordId::new("mat").unwrap());
    library.apply(batch);
    library.index();
    assert_eq!(library.look(&saved), [""; 0]);
}

#[test]
fn what_the_full_text_does_not_know_yet_is_found_later() {
    let library = Library::new();
    let saved = library.save("lúa");
    let late = record("cham", "Lúa chậm", AccessLevel::Open);
    library.apply(Batch::of_records(at(1), [late.clone()]));
    assert_eq!(library.look(&saved), [""; 0]);
    library.full_text.upsert(&[late]).unwrap();
    library.index();
    assert_eq!(library.look(&saved), ["cham"]);
}

#[test]
fn a_flood_is_told_by_its_number_and_old_news_are_dropped() {
    let library = Library::new();
    let saved = library.save("");
    for round in 0..3 {
        let many: Vec<Record> = (0..150)
            .map(|n| record(&format!("r-{round}-{n:03}"), "Lúa", AccessLevel::Open))
            .collect();
        library.put(1 + round, &many);
        let found = library.look(&saved);
        assert_eq!(found.len(), 101);
        assert_eq!(found[0], "More { n_records: 50 }");
    }
    let kept = library.alerts.events(&saved.id).unwrap();
    assert_eq!((kept.len(), kept[0].number), (200, 104));
    library
        .alerts
        .remove("an", saved.id.as_str(), at(9))
        .unwrap();
    assert_eq!(library.catalogue.blobs("alerts/").unwrap(), []);
}
