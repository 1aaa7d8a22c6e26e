//! The laws on SQLite, in a file and in memory; and what only a file can do.

use std::cell::RefCell;

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Page, Record, RecordId, RecordType};

use super::*;
use crate::{
    AuditLog, Batch, CatalogStore, Detail, Erasing, LoggedAct, MemoryCatalog, NewAct, Put, Sealing,
    Tombstone, Verdict, Via, Word, audit::BEGINNING, testsuite, verify_acts,
};

fn id(n: u8) -> RecordId {
    RecordId::new(format!("r{n}")).unwrap()
}

#[test]
fn keeps_the_laws_in_a_file() {
    let folders = RefCell::new(Vec::new());
    let fresh = || {
        let folder = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&folder.path().join("catalogue.sqlite")).unwrap();
        folders.borrow_mut().push(folder);
        catalog
    };
    testsuite::run_catalog_laws(fresh);
    testsuite::run_job_queue_laws(fresh);
    testsuite::run_audit_laws(fresh);
}

#[test]
fn keeps_the_laws_in_memory() {
    testsuite::run_catalog_laws(|| SqliteCatalog::in_memory().unwrap());
    testsuite::run_job_queue_laws(|| SqliteCatalog::in_memory().unwrap());
    testsuite::run_topic_laws(|| SqliteCatalog::in_memory().unwrap());
    testsuite::run_quota_laws(|| SqliteCatalog::in_memory().unwrap());
    testsuite::run_audit_laws(|| SqliteCatalog::in_memory().unwrap());
    testsuite::run_account_names_laws(|| SqliteCatalog::in_memory().unwrap());
}

#[test]
fn a_file_opens_again_with_all_that_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalogue.sqlite");
    let record = Record::new(id(1), RecordType::Task);
    let batch = Batch::of_records(Timestamp::UNIX_EPOCH, [record.clone()]);
    SqliteCatalog::open(&path).unwrap().apply(batch).unwrap();
    let again = SqliteCatalog::open(&path).unwrap();
    let found = again.get(&id(1), Clearance::Public, Detail::Full).unwrap();
    assert_eq!(found.unwrap().record, record);
    again.verify().unwrap();
    let copy = folder.path().join("copy.sqlite");
    again.copy_to(&copy).unwrap();
    let copied = SqliteCatalog::open(&copy).unwrap();
    assert_eq!(copied.status().unwrap(), again.status().unwrap());
}

#[test]
fn a_reader_does_not_wait_for_a_writer_and_sees_whole_batches() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&folder.path().join("c.sqlite")).unwrap();
    let batch = |from: u8| {
        let records = (from..from + 50).map(|n| Record::new(id(n), RecordType::Paper));
        Batch::of_records(Timestamp::UNIX_EPOCH, records)
    };
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for from in [0, 50, 100, 150] {
                catalog.apply(batch(from)).unwrap();
            }
        });
        while !writing.is_finished() {
            assert_eq!(catalog.status().unwrap().n_records % 50, 0);
        }
    });
    assert_eq!(catalog.status().unwrap().n_records, 200);
}

#[test]
fn large_texts_are_read_in_pages_of_bounded_size() {
    let catalog = SqliteCatalog::in_memory().unwrap();
    let long = |n: u8| Record {
        body: vec![Page::new(1, format!("{n} ").repeat(8 << 20))],
        ..Record::new(id(n), RecordType::Report)
    };
    let batch = Batch::of_records(Timestamp::UNIX_EPOCH, (1..=5).map(long));
    catalog.apply(batch).unwrap();
    let changes = catalog.changes(ChangeSeq::ZERO, 100, Clearance::Staff, Detail::Full);
    let changes = changes.unwrap();
    assert_eq!((changes.changes.len(), changes.is_last), (2, false));
    let rest = catalog.changes(changes.up_to, 100, Clearance::Staff, Detail::Full);
    let rest = rest.unwrap();
    assert_eq!((rest.changes.len(), rest.is_last), (2, false));
    let last = catalog.changes(rest.up_to, 100, Clearance::Staff, Detail::Full);
    let last = last.unwrap();
    assert_eq!((last.changes.len(), last.is_last), (1, true));
}

#[test]
fn a_file_that_is_no_catalogue_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalogue.sqlite");
    std::fs::write(&path, vec![b'x'; 8192]).unwrap();
    let Err(error) = SqliteCatalog::open(&path) else {
        panic!("opened a file of letters");
    };
    assert!(error.to_string().contains("check that"), "{error}");
}

/// A copy holds every table and every column.
#[test]
fn copies_hold_the_whole_layout() {
    let catalog = SqliteCatalog::in_memory().unwrap();
    let connection = catalog.0.writer();
    let mut statement = connection
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE 'refinery%'",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut layout =
        std::collections::BTreeMap::<String, std::collections::BTreeSet<String>>::new();
    for row in rows.unwrap() {
        let (table, column) = row.unwrap();
        layout.entry(table).or_default().insert(column);
    }
    // The one column that PostgreSQL does without: nothing names it.
    layout.get_mut("body").unwrap().remove("key");
    // Gone after ten minutes.
    layout.remove("quota").unwrap();
    assert_eq!(layout, crate::sql::layout());
}

proptest::proptest! {
    /// Whatever is written, SQLite answers as the oracle does.
    #[test]
    fn agrees_with_the_oracle(steps in proptest::collection::vec(
        (0u8..6, 0u8..5, 0usize..4, 0u8..3), 1..40)) {
        let (sqlite, oracle) = (SqliteCatalog::in_memory().unwrap(), MemoryCatalog::new());
        for (n, (which, kind, access, title)) in steps.into_iter().enumerate() {
            let at = Timestamp::from_second(i64::try_from(n).unwrap()).unwrap();
            let mut batch = Batch::new(at);
            if kind == 0 {
                let merged_into = (title == 0).then(|| id(title));
                batch.tombstones.push(Tombstone { id: id(which), merged_into });
            } else {
                let mut record = Record::new(id(which), RecordType::ALL[usize::from(kind)]);
                record.access = records::AccessLevel::ALL[access];
                record.venue = Some(title.to_string());
                let if_version = (title == 2).then_some(1);
                batch.puts.push(Put { record, if_version });
            }
            match (sqlite.apply(batch.clone()), oracle.apply(batch)) {
                (Ok(ours), Ok(theirs)) => proptest::prop_assert_eq!(ours, theirs),
                (ours, theirs) => proptest::prop_assert_eq!(ours.is_err(), theirs.is_err()),
            }
        }
        proptest::prop_assert_eq!(sqlite.status().unwrap(), oracle.status().unwrap());
        for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
            for after in [0, 3, 9] {
                let read = |c: &dyn CatalogStore| c.changes(ChangeSeq(after), 4, clearance, Detail::Full).unwrap();
                proptest::prop_assert_eq!(read(&sqlite), read(&oracle));
            }
            for n in 0..6 {
                let read = |c: &dyn CatalogStore| c.history(&id(n), clearance).unwrap();
                proptest::prop_assert_eq!(read(&sqlite), read(&oracle));
            }
        }
    }
}

/// What somebody with the file in his hands may do to the log, and where the
/// walk finds it.
#[test]
fn a_log_that_was_tampered_with_is_broken_where_it_was() {
    let act = |n: u8| NewAct {
        actor: "lan".into(),
        via: Via::Session,
        act: "POST /users".into(),
        object: format!("/users/{n}"),
        detail: String::new(),
    };
    let free = "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_cut;";
    let anew = "DELETE FROM audit; UPDATE counter SET value = 0 WHERE name = 'audit';";
    for (tampering, broken) in [
        ("UPDATE audit SET actor = 'mai' WHERE number = 3", 3),
        (
            "UPDATE audit SET seals = replace(seals, 'a', 'b') WHERE number = 3",
            3,
        ),
        ("UPDATE audit SET salts = NULL WHERE number = 2", 2),
        ("UPDATE audit SET at = at + 1 WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 4", 4),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number > 4", 5),
        ("UPDATE audit SET number = 9 WHERE number = 5", 5),
        (anew, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.sqlite");
        let catalog = SqliteCatalog::open(&path).unwrap();
        for n in 1..=5 {
            catalog.log_act(act(n), Timestamp::UNIX_EPOCH).unwrap();
        }
        let Verdict::Whole(head) = verify_acts(&catalog, &[]).unwrap() else {
            panic!("nobody touched it")
        };
        let raw = Connection::open(&path).unwrap();
        assert!(raw.execute_batch(tampering).is_err(), "{tampering}");
        raw.execute_batch(free).unwrap();
        raw.execute_batch(tampering).unwrap();
        let found = verify_acts(&catalog, &[head]).unwrap();
        let Verdict::Broken { number, .. } = found else {
            panic!("{tampering}: {found:?}")
        };
        assert_eq!(number, broken, "{tampering}");
    }
}

/// An entry as the programs before wrote it: its words stand in the chain.
fn old_entry(former: Option<&LoggedAct>, actor: &str) -> LoggedAct {
    let mut old = LoggedAct {
        number: former.map_or(1, |former| former.number + 1),
        at: Timestamp::UNIX_EPOCH,
        actor: actor.into(),
        via: Via::Session,
        act: "POST /users".into(),
        object: "/users".into(),
        detail: "done".into(),
        sealing: Sealing::none(),
        hash: String::new(),
    };
    old.hash = old.hash_after(former.map_or(BEGINNING, |former| &former.hash));
    old
}

/// Logs of before seals are still verified, go on with seals, and lose a name
/// without breaking; what is erased cannot be written anew unseen.
#[test]
fn old_logs_hold_and_erased_words_stay_erased() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sqlite");
    let catalog = SqliteCatalog::open(&path).unwrap();
    let raw = Connection::open(&path).unwrap();
    let first = old_entry(None, "an");
    let second = old_entry(Some(&first), "lan");
    for old in [&first, &second] {
        raw.execute(
            "INSERT INTO audit (number, at, actor, via, act, object, detail, hash)
             VALUES (?1, 0, ?2, 'session', 'POST /users', '/users', 'done', ?3)",
            rusqlite::params![old.number, old.actor, old.hash],
        )
        .unwrap();
    }
    raw.execute("UPDATE counter SET value = 2 WHERE name = 'audit'", [])
        .unwrap();
    let act = |actor: &str| NewAct {
        actor: actor.into(),
        via: Via::Session,
        act: "POST /saved".into(),
        object: "/saved".into(),
        detail: String::new(),
    };
    catalog.log_act(act("an"), Timestamp::UNIX_EPOCH).unwrap();
    let erase = |number| Erasing {
        number,
        word: Word::Actor,
        text: "erased-1".into(),
    };
    catalog
        .erase_words(&[erase(1), erase(3)], act("quan"), Timestamp::UNIX_EPOCH)
        .unwrap();
    assert!(matches!(
        verify_acts(&catalog, &[]).unwrap(),
        Verdict::Whole(_)
    ));
    assert_eq!(catalog.acts_after(0, 9).unwrap()[1], second);
    drop((catalog, raw));
    let whole = std::fs::read(&path).unwrap();
    for (tampering, broken) in [
        ("UPDATE audit SET actor = 'mai' WHERE number = 1", 4),
        ("UPDATE audit SET actor = 'mai' WHERE number = 3", 4),
        ("UPDATE audit SET actor = 'mai' WHERE number = 2", 2),
        // Erased by hand: no entry says so.
        (
            "UPDATE audit SET actor = 'mai', salts = '@9 - -' WHERE number = 2",
            2,
        ),
        (
            "UPDATE audit SET actor = 'mai', salts = '@4 - -' WHERE number = 2",
            4,
        ),
    ] {
        std::fs::write(&path, &whole).unwrap();
        let raw = Connection::open(&path).unwrap();
        raw.execute_batch("DROP TRIGGER audit_is_not_changed")
            .unwrap();
        raw.execute_batch(tampering).unwrap();
        drop(raw);
        let catalog = SqliteCatalog::open(&path).unwrap();
        let found = verify_acts(&catalog, &[]).unwrap();
        let Verdict::Broken { number, .. } = found else {
            panic!("{tampering}: {found:?}")
        };
        assert_eq!(number, broken, "{tampering}");
    }
}

/// The columns of text in all tables, in two lists: those that may name an
/// account, which `AccountNames`, the log or the named values erase, and those
/// that were looked at and name none. A new column belongs into one of them.
#[test]
fn every_column_that_may_name_an_account_is_known() {
    const MAY: [&str; 8] = [
        // Erased as words of the log.
        "audit.actor",
        "audit.object",
        "audit.detail",
        // Removed or renamed by what they are, see `server::privacy`.
        "blob.bytes",
        "blob.name",
        // `AccountNames::rename_account`.
        "job.asked_by",
        "record.provenance",
        "topic_event.actor",
    ];
    const PACKED: [&str; 1] = ["version.summary"];
    #[rustfmt::skip]
    const NOT: [&str; 43] = [
        "audit.act", "audit.hash", "audit.salts", "audit.seals", "audit.via",
        "body.hash", "body.pages", "counter.name",
        "file.blake3", "file.media_type", "file.name",
        "identifier.scheme", "identifier.value",
        "job.key", "job.kind", "job.message", "job.outcome", "job.payload", "job.state",
        "quarantine.how", "quarantine.raw_blake3", "quarantine.raw_head", "quarantine.reason",
        "quarantine.source",
        "record.body", "record.hash", "record.id", "record.merged_into", "record.summary",
        "record.type",
        "topic.label_en", "topic.label_vi", "topic.name_en", "topic.name_vi", "topic.note",
        "topic.terms",
        "topic_build.method", "topic_build.placing", "topic_build.years",
        "topic_event.detail", "topic_event.kind",
        "version.body",
        // Callers of the last ten minutes; forgotten by time.
        "quota.caller",
    ];
    let catalog = SqliteCatalog::in_memory().unwrap();
    let connection = catalog.0.writer();
    let mut statement = connection
        .prepare(
            "SELECT t.name || '.' || c.name
             FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE 'refinery%'
               AND c.type IN ('TEXT', 'BLOB', '') ORDER BY 1",
        )
        .unwrap();
    let columns = statement.query_map([], |row| row.get(0)).unwrap();
    let columns: Vec<String> = columns.map(Result::unwrap).collect();
    let mut known: Vec<&str> = [&MAY[..], &PACKED, &NOT].concat();
    known.sort_unstable();
    assert_eq!(columns, known, "sort new columns into one of the lists");
}
