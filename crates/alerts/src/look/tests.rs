//! Looking over real stores, in memory.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use catalog::{Batch, SqliteCatalog};
use index::TantivyStore;
use records::{AccessLevel, Record, RecordType};

use super::*;
use crate::{Standing, Wish};

struct Library {
    _folder: tempfile::TempDir,
    catalogue: Arc<SqliteCatalog>,
    full_text: Arc<TantivyStore>,
    searcher: Searcher,
    alerts: Alerts,
    /// When the catalogue last changed: looks do not run ahead of it.
    now: Cell<Timestamp>,
    /// What stands of trends.
    standing: RefCell<Vec<Standing>>,
}

fn notice(key: &str) -> Standing {
    let (kind, subject) = key.split_once(' ').unwrap_or((key, ""));
    Standing {
        key: key.to_owned(),
        subject: subject.to_owned(),
        notice: Happening::Notice {
            topic: kind.to_owned(),
            title_vi: key.to_owned(),
            title_en: key.to_owned(),
            link: "/trends".to_owned(),
        },
    }
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
            standing: RefCell::default(),
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
            &TrendWatch {
                every: jiff::SignedDuration::from_hours(1),
                standing: &|| Ok(self.standing.borrow().clone()),
                more: &|n| notice(&format!("{n} more")).notice,
            },
            self.now.get(),
        )
        .unwrap();
        let events = self.alerts.events(&saved.id).unwrap().into_iter();
        let new = events.filter(|event| event.number > before);
        new.map(|event| match event.what {
            Happening::Record { id } => id.to_string(),
            Happening::Notice { title_vi, .. } => title_vi,
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

impl Library {
    fn watch(&self, query: &str) -> SavedSearch {
        let wish = Wish {
            about: About::Trends,
            query: query.to_owned(),
            language: "vi".to_owned(),
            ..Wish::default()
        };
        self.alerts.add("an", wish, at(0)).unwrap()
    }

    /// Titles of what is told when these stand, an hour after another.
    fn look_later(&self, saved: &SavedSearch, keys: &[&str]) -> Vec<String> {
        *self.standing.borrow_mut() = keys.iter().map(|key| notice(key)).collect();
        self.now
            .set(self.now.get() + jiff::SignedDuration::from_hours(1));
        self.look(saved)
    }
}

#[test]
fn trends_are_told_once_and_what_stood_before_is_no_news() {
    let library = Library::new();
    let saved = library.watch("");
    assert_eq!(library.look_later(&saved, &["burst topic:1"]), [""; 0]);
    let both = ["burst topic:1", "new_topic topic:2"];
    assert_eq!(library.look_later(&saved, &both), ["new_topic topic:2"]);
    assert_eq!(library.look_later(&saved, &["burst topic:1"]), [""; 0]);
    assert_eq!(library.look_later(&saved, &both), [""; 0], "it came back");
}

#[test]
fn a_watch_of_one_topic_hears_of_it_alone_and_not_too_often() {
    let library = Library::new();
    let saved = library.watch("topic:2");
    assert_eq!(library.look_later(&saved, &[]), [""; 0]);
    *library.standing.borrow_mut() = vec![notice("burst topic:1"), notice("burst topic:2")];
    assert_eq!(library.look(&saved), [""; 0], "the hour is not over");
    let both = ["burst topic:1", "burst topic:2"];
    assert_eq!(library.look_later(&saved, &both), ["burst topic:2"]);
    // Another subject begins anew.
    let other = |wish| Wish {
        query: "topic:1".to_owned(),
        ..wish
    };
    let saved = library.alerts.change("an", saved.id.as_str(), at(1), other);
    let saved = saved.unwrap();
    assert_eq!(library.look_later(&saved, &both), [""; 0]);
    let more = ["burst topic:1", "emerging topic:1"];
    assert_eq!(library.look_later(&saved, &more), ["emerging topic:1"]);
}

#[test]
fn a_flood_of_trends_is_cut_and_counted() {
    let library = Library::new();
    let saved = library.watch("");
    assert_eq!(library.look_later(&saved, &[]), [""; 0]);
    let keys: Vec<String> = (0..130).map(|i| format!("burst topic:{i}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let told = library.look_later(&saved, &keys);
    assert_eq!(told.len(), 101);
    assert_eq!(told.last().map(String::as_str), Some("30 more"));
    assert_eq!(library.look_later(&saved, &keys), [""; 0]);
}

#[test]
fn trends_take_no_filters() {
    let library = Library::new();
    let wish = Wish {
        about: About::Trends,
        filters: vec!["year:2020".to_owned()],
        language: "vi".to_owned(),
        ..Wish::default()
    };
    let refused = library.alerts.add("an", wish, at(0)).unwrap_err();
    assert!(refused.to_string().contains("no filters"), "{refused}");
}
