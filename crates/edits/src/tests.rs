//! Edits over a catalogue in memory: what a preview shows is what is done, and
//! what is undone.

use catalog::{Batch, CatalogStore, Detail, MemoryCatalog};
use jiff::Timestamp;
use proptest::prelude::*;
use records::{AccessLevel, Clearance, Lang, Localised, Page, Record, RecordId, RecordType};

use crate::{ActWord, EditError, Field, Operation, act, acts, apply, diffs, preview, undo};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn id(n: usize) -> RecordId {
    RecordId::new(format!("r{n:03}")).unwrap()
}

fn ids(n: usize) -> Vec<RecordId> {
    (0..n).map(id).collect()
}

fn operation(act: &str, field: &str, value: Option<&str>, with: Option<&str>) -> Operation {
    Operation::new(act.parse().unwrap(), field.parse().unwrap(), value, with).unwrap()
}

/// Records with a full text; every third lies in a journal of its own.
fn library(n: usize) -> MemoryCatalog {
    let catalog = MemoryCatalog::new();
    let records = (0..n).map(|n| {
        let mut record = Record::new(id(n), RecordType::Paper);
        record.title = Localised::one(Lang::vi(), format!("Giống lúa {n}"));
        record.keywords = Localised::one(Lang::vi(), vec!["lúa".to_owned(), "mặn".to_owned()]);
        record.venue = Some(
            if n % 3 == 0 {
                "TC Lúa"
            } else {
                "Tạp chí Lúa"
            }
            .to_owned(),
        );
        record.body = vec![Page::new(1, format!("toàn văn {n}"))];
        record
    });
    catalog.apply(Batch::of_records(at(1), records)).unwrap();
    catalog
}

fn record(catalog: &MemoryCatalog, n: usize) -> Record {
    let stored = catalog.get(&id(n), Clearance::Staff, Detail::Full).unwrap();
    stored.unwrap().record
}

#[test]
fn what_the_preview_shows_is_done_and_undone_with_the_full_text() {
    let catalog = library(450);
    let before: Vec<Record> = (0..450).map(|n| record(&catalog, n)).collect();
    let operations = [
        operation("replace", "venue", Some("TC Lúa"), Some("Tạp chí Lúa")),
        operation("add", "keywords.vi", Some("đồng bằng"), None),
        operation("set", "access", Some("registered"), None),
        operation("replace", "title.vi", Some("lúa"), Some("lúa nước")),
    ];
    let mut asked = ids(450);
    asked.extend([id(7), RecordId::new("none").unwrap()]);
    let seen = preview(&catalog, &operations, &asked).unwrap();
    assert_eq!((seen.diffs.len(), seen.n_unchanged), (450, 0));
    assert_eq!(seen.missing.len(), 1);
    assert_eq!(seen.diffs[0].changes.len(), 4);
    assert_eq!(
        seen.diffs[1].changes.len(),
        3,
        "its journal is right already"
    );
    assert_eq!(record(&catalog, 0), before[0], "looking changes nothing");

    let (by, which) = ("thu-thu", (asked.as_slice(), Some("lúa")));
    let done = apply(&catalog, &operations, which, Some(&seen.token), by, at(2));
    let done = done.unwrap().unwrap();
    assert_eq!((done.n_records, done.by.as_str()), (450, "thu-thu"));
    assert_eq!(diffs(&catalog, &done.id).unwrap(), seen.diffs);
    let changed = record(&catalog, 3);
    assert_eq!(changed.venue.as_deref(), Some("Tạp chí Lúa"));
    assert_eq!(changed.keywords.get(&Lang::vi()).unwrap().len(), 3);
    assert_eq!(changed.access, AccessLevel::Registered);
    assert_eq!(changed.title.get(&Lang::vi()).unwrap(), "Giống lúa nước 3");
    assert_eq!(changed.body, before[3].body);

    let undone = undo(&catalog, &done.id, false, "khac", at(3)).unwrap();
    assert_eq!(undone.undone.unwrap().by, "khac");
    for (n, before) in before.iter().enumerate() {
        assert_eq!(record(&catalog, n), *before);
    }
    assert!(matches!(
        undo(&catalog, &done.id, false, by, at(4)),
        Err(EditError::Undone(_))
    ));
    assert_eq!(acts(&catalog).unwrap().len(), 1);
}

#[test]
fn an_edit_after_another_change_is_stale_and_changes_nothing() {
    let catalog = library(3);
    let operations = [operation("set", "province", Some("Cần Thơ"), None)];
    let seen = preview(&catalog, &operations, &ids(3)).unwrap();
    let mut other = record(&catalog, 1);
    other.year = "2020".parse().ok();
    catalog.apply(Batch::of_records(at(2), [other])).unwrap();
    let which = (&ids(3)[..], None);
    let late = apply(&catalog, &operations, which, Some(&seen.token), "a", at(3));
    assert!(matches!(late, Err(EditError::Stale)), "{late:?}");
    assert_eq!(record(&catalog, 0).province, None);
    // Another set of records, or other operations, is another token.
    let fewer = preview(&catalog, &operations, &ids(2)).unwrap();
    let now = preview(&catalog, &operations, &ids(3)).unwrap();
    assert!(fewer.token != now.token && now.token != seen.token);
}

#[test]
fn an_undo_keeps_later_changes_of_other_fields_and_stops_at_those_of_the_same() {
    let catalog = library(3);
    let operations = [operation("set", "province", Some("Cần Thơ"), None)];
    let which = (&ids(3)[..], None);
    let done = apply(&catalog, &operations, which, None, "a", at(2));
    let done = done.unwrap().unwrap();
    let mut later = record(&catalog, 0);
    later.year = "2020".parse().ok();
    let mut again = record(&catalog, 1);
    again.province = Some("Huế".to_owned());
    catalog
        .apply(Batch::of_records(at(3), [later, again]))
        .unwrap();
    let stopped = undo(&catalog, &done.id, false, "a", at(4)).unwrap_err();
    assert!(matches!(&stopped, EditError::ChangedSince(left) if *left == [id(1)]));
    assert_eq!(record(&catalog, 2).province.as_deref(), Some("Cần Thơ"));
    let undone = undo(&catalog, &done.id, true, "a", at(4)).unwrap();
    assert_eq!(undone.undone.unwrap().left, [id(1)]);
    let first = record(&catalog, 0);
    assert_eq!(
        (first.province, first.year.map(|year| year.get())),
        (None, Some(2020))
    );
    assert_eq!(record(&catalog, 1).province.as_deref(), Some("Huế"));
}

#[test]
fn what_changes_nothing_is_no_act() {
    let catalog = library(2);
    let operations = [operation("remove", "keywords.vi", Some("không có"), None)];
    let done = apply(&catalog, &operations, (&ids(2), None), None, "a", at(2)).unwrap();
    assert_eq!(done, None);
    assert!(acts(&catalog).unwrap().is_empty());
    for wrong in ["", "../act", "0001-x"] {
        assert!(
            matches!(act(&catalog, wrong), Err(EditError::NoAct(_))),
            "{wrong}"
        );
    }
}

#[test]
fn senseless_operations_are_refused_with_the_cure() {
    for (word, field, value, with) in [
        ("set", "keywords.vi", Some("a"), None),
        ("add", "venue", Some("a"), None),
        ("remove", "access", None, None),
        ("set", "venue", None, None),
        ("set", "venue", Some("a"), Some("b")),
        ("replace", "venue", Some("a"), None),
        ("set", "year", Some("abc"), None),
        ("replace", "access", Some("open"), Some("secret")),
    ] {
        let act: ActWord = word.parse().unwrap();
        let made = Operation::new(act, field.parse::<Field>().unwrap(), value, with);
        let error = made.unwrap_err().to_string();
        assert!(error.starts_with(word) && error.contains(field), "{error}");
    }
    let catalog = library(1);
    assert!(matches!(
        preview(&catalog, &[], &ids(1)),
        Err(EditError::NoOperation)
    ));
    let longer = [operation(
        "replace",
        "title.vi",
        Some("ú"),
        Some(&"ú".repeat(999)),
    )];
    assert!(matches!(
        preview(&catalog, &longer, &ids(1)),
        Err(EditError::TooLong { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is done and then undone leaves every record as it was.
    #[test]
    fn undoing_gives_back_what_was(
        steps in prop::collection::vec(
            (0usize..4, prop::sample::select(Field::offered()), "[a-cú]{1,3}", "[a-cú]{0,3}"),
            1..6,
        ),
    ) {
        let catalog = library(5);
        let before: Vec<Record> = (0..5).map(|n| record(&catalog, n)).collect();
        let operations: Vec<Operation> = steps
            .iter()
            .filter_map(|(n, field, value, with)| {
                let act = ActWord::ALL[*n];
                let with = (act == ActWord::Replace).then_some(with.as_str());
                Operation::new(act, field.clone(), Some(value.as_str()), with).ok()
            })
            .collect();
        prop_assume!(!operations.is_empty());
        let done = apply(&catalog, &operations, (&ids(5), None), None, "a", at(2)).unwrap();
        if let Some(done) = done {
            undo(&catalog, &done.id, false, "a", at(3)).unwrap();
        }
        for (n, before) in before.iter().enumerate() {
            prop_assert_eq!(&record(&catalog, n), before);
        }
    }
}
