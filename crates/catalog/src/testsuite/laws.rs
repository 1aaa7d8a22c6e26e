//! The laws of [`CatalogStore`].

use jiff::Timestamp;
use records::{
    AccessLevel, ChangeSeq, Clearance, Identifier, Lang, LocalisedText, Page, Record, RecordId,
    RecordType, Scheme,
};

use crate::{
    Batch, Blob, CatalogError, CatalogStore, Detail, Put, PutOutcome, QuarantineEntry, Tombstone,
    WhatChanged,
};

/// Runs every law, each on a fresh catalogue.
pub fn run_all<C: CatalogStore>(fresh: impl Fn() -> C) {
    let laws: [fn(&dyn CatalogStore); 15] = [
        what_is_put_is_read_back,
        the_same_again_changes_nothing,
        every_change_has_the_next_number,
        a_failed_batch_leaves_nothing,
        clearance_hides_in_every_read,
        whoever_saw_a_record_learns_that_it_went,
        changes_come_in_pages,
        changes_are_found_by_their_time,
        a_deleted_record_keeps_its_history_and_can_come_back,
        merged_records_lead_to_the_one_that_stands,
        identifiers_follow_the_newest_version,
        touched_records_come_again_as_they_are,
        blobs_are_set_and_removed,
        a_named_value_that_changed_meanwhile_is_not_written_over,
        set_aside_inputs_are_kept_once,
    ];
    for law in laws {
        law(&fresh());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn id(text: &str) -> RecordId {
    RecordId::new(text).unwrap()
}

fn record(name: &str, title: &str) -> Record {
    let mut record = Record::new(id(name), RecordType::Paper);
    record.title = LocalisedText::one(Lang::vi(), title.to_owned());
    record.body = vec![Page::new(1, format!("toàn văn của {title}"))];
    record
}

fn with_access(name: &str, access: AccessLevel) -> Record {
    Record {
        access,
        ..record(name, name)
    }
}

fn put(catalog: &dyn CatalogStore, second: i64, records: Vec<Record>) -> Vec<PutOutcome> {
    let batch = Batch::of_records(at(second), records);
    catalog.apply(batch).unwrap().puts
}

fn delete(catalog: &dyn CatalogStore, second: i64, name: &str, merged_into: Option<&str>) {
    let mut batch = Batch::new(at(second));
    batch.tombstones.push(Tombstone {
        id: id(name),
        merged_into: merged_into.map(id),
    });
    assert_eq!(catalog.apply(batch).unwrap().n_deleted, 1);
}

fn seen(catalog: &dyn CatalogStore, name: &str, clearance: Clearance) -> bool {
    let found = catalog.get(&id(name), clearance, Detail::Summary).unwrap();
    found.is_some()
}

fn what_is_put_is_read_back(catalog: &dyn CatalogStore) {
    let first = record("a", "Lúa chịu mặn");
    assert_eq!(put(catalog, 7, vec![first.clone()]), [PutOutcome::Added]);
    let stored = catalog.get(&id("a"), Clearance::Public, Detail::Full);
    let stored = stored.unwrap().unwrap();
    assert_eq!(stored.record, first);
    assert_eq!((stored.version, stored.seq), (1, ChangeSeq(1)));
    assert_eq!((stored.created_at, stored.updated_at), (at(7), at(7)));
    let many = [id("none"), id("a")];
    let many = catalog.get_many(&many, Clearance::Public, Detail::Summary);
    let many = many.unwrap();
    assert!(many[0].is_none());
    let summary = many[1].as_ref().unwrap();
    assert!(summary.record.body.is_empty());
    // Whether there is a full text is known without reading it.
    assert_eq!(summary.has_body, !first.body.is_empty());
    put(
        catalog,
        8,
        vec![Record {
            body: Vec::new(),
            ..first
        }],
    );
    let bare = catalog.get(&id("a"), Clearance::Public, Detail::Full);
    assert!(!bare.unwrap().unwrap().has_body);
}

fn the_same_again_changes_nothing(catalog: &dyn CatalogStore) {
    put(catalog, 1, vec![record("a", "một")]);
    let mut again = record("a", "một");
    again.provenance.source = "somewhere/else.jsonl".to_owned();
    assert_eq!(put(catalog, 2, vec![again]), [PutOutcome::Unchanged]);
    assert_eq!(catalog.status().unwrap().seq, ChangeSeq(1));
    assert_eq!(catalog.seq().unwrap(), ChangeSeq(1));
    let mut other_text = record("a", "một");
    other_text.body[0].text.push('!');
    assert_eq!(put(catalog, 3, vec![other_text]), [PutOutcome::Updated]);
    let stored = catalog.get(&id("a"), Clearance::Public, Detail::Full);
    let stored = stored.unwrap().unwrap();
    assert_eq!(stored.version, 2);
    assert_eq!((stored.created_at, stored.updated_at), (at(1), at(3)));
}

fn every_change_has_the_next_number(catalog: &dyn CatalogStore) {
    put(
        catalog,
        9,
        vec![record("b", "x"), record("a", "y"), record("b", "z")],
    );
    // A clock that goes back does not make datestamps go back.
    put(catalog, 5, vec![record("c", "w")]);
    let changes = catalog.changes(ChangeSeq::ZERO, 10, Clearance::Staff, Detail::Full);
    let changes = changes.unwrap();
    let order: Vec<_> = changes
        .changes
        .iter()
        .map(|c| (c.seq.0, c.id.as_str(), c.at))
        .collect();
    assert_eq!(order, [(2, "a", at(9)), (3, "b", at(9)), (4, "c", at(9))]);
    assert_eq!((changes.up_to, changes.is_last), (ChangeSeq(4), true));
}

fn a_failed_batch_leaves_nothing(catalog: &dyn CatalogStore) {
    put(catalog, 1, vec![record("a", "một")]);
    let before = catalog.status().unwrap();
    let mut batch = Batch::of_records(at(2), [record("b", "hai")]);
    batch.tombstones.push(Tombstone {
        id: id("a"),
        merged_into: None,
    });
    batch.blobs.push(Blob {
        name: "checkpoint/x".into(),
        bytes: vec![1],
    });
    batch.puts.push(Put {
        record: record("c", "ba"),
        if_version: Some(4),
    });
    let error = catalog.apply(batch).unwrap_err();
    assert!(
        matches!(
            error,
            CatalogError::Conflict {
                expected: 4,
                found: 0,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(catalog.status().unwrap(), before);
    assert!(seen(catalog, "a", Clearance::Public) && !seen(catalog, "b", Clearance::Staff));
    assert!(catalog.blobs("").unwrap().is_empty());
    let mut right = Batch::new(at(3));
    right.puts.push(Put {
        record: record("a", "mới"),
        if_version: Some(1),
    });
    assert_eq!(catalog.apply(right).unwrap().puts, [PutOutcome::Updated]);
}

fn clearance_hides_in_every_read(catalog: &dyn CatalogStore) {
    let doi = Identifier::new(Scheme::Doi, "10.1/x").unwrap();
    for level in AccessLevel::ALL {
        let mut record = with_access(level.as_str(), level);
        record.identifiers.push(doi.clone());
        put(catalog, 1, vec![record]);
    }
    for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
        let resolved = catalog.resolve(std::slice::from_ref(&doi), clearance);
        let resolved = resolved.unwrap().remove(0);
        let changes = catalog.changes(ChangeSeq::ZERO, 9, clearance, Detail::Full);
        let changes = changes.unwrap().changes;
        for level in AccessLevel::ALL {
            let may = clearance.may_see(level);
            let name = level.as_str();
            assert_eq!(seen(catalog, name, clearance), may, "{clearance:?} {level}");
            assert_eq!(resolved.contains(&id(name)), may, "{clearance:?} {level}");
            assert_eq!(
                changes.iter().any(|c| c.id == id(name)),
                may,
                "{clearance:?} {level}"
            );
            let history = catalog.history(&id(name), clearance).unwrap();
            assert_eq!(history.len(), usize::from(may), "{clearance:?} {level}");
        }
    }
}

fn whoever_saw_a_record_learns_that_it_went(catalog: &dyn CatalogStore) {
    put(
        catalog,
        1,
        vec![
            record("a", "mở"),
            with_access("never", AccessLevel::Restricted),
        ],
    );
    put(
        catalog,
        2,
        vec![Record {
            access: AccessLevel::Restricted,
            ..record("a", "mở")
        }],
    );
    let public = catalog.changes(ChangeSeq(2), 9, Clearance::Public, Detail::Full);
    let public = public.unwrap().changes;
    assert_eq!(public.len(), 1);
    assert_eq!(public[0].what, WhatChanged::Tombstone { merged_into: None });
    // The version that was open once is not shown while the newest is not.
    assert!(
        catalog
            .history(&id("a"), Clearance::Public)
            .unwrap()
            .is_empty()
    );
    put(catalog, 3, vec![record("a", "mở lại")]);
    let history = catalog.history(&id("a"), Clearance::Public).unwrap();
    assert_eq!(
        history.iter().map(|v| v.version).collect::<Vec<_>>(),
        [1, 3]
    );
    delete(catalog, 4, "never", None);
    let public = catalog.changes(ChangeSeq::ZERO, 9, Clearance::Public, Detail::Full);
    assert_eq!(public.unwrap().changes.len(), 1);
}

fn changes_come_in_pages(catalog: &dyn CatalogStore) {
    let hidden = (0..5).map(|n| with_access(&format!("hidden{n}"), AccessLevel::Embargoed));
    let shown = (0..5).map(|n| record(&format!("shown{n}"), "x"));
    put(
        catalog,
        1,
        shown.zip(hidden).flat_map(|(a, b)| [a, b]).collect(),
    );
    let (mut after, mut ids) = (ChangeSeq::ZERO, Vec::new());
    loop {
        let page = catalog
            .changes(after, 2, Clearance::Public, Detail::Summary)
            .unwrap();
        assert!(page.changes.len() <= 2 && page.up_to >= after);
        ids.extend(page.changes.iter().map(|c| c.id.to_string()));
        after = page.up_to;
        if page.is_last {
            break;
        }
    }
    assert_eq!(ids, ["shown0", "shown1", "shown2", "shown3", "shown4"]);
    assert_eq!(after, ChangeSeq(10));
}

fn changes_are_found_by_their_time(catalog: &dyn CatalogStore) {
    let before = |second| catalog.seq_before(at(second)).unwrap().0;
    assert_eq!(before(100), 0, "an empty catalogue");
    put(catalog, 10, vec![record("a", "x"), record("b", "x")]);
    put(catalog, 20, vec![record("c", "x")]);
    put(catalog, 30, vec![record("a", "changed"), record("d", "x")]);
    delete(catalog, 40, "c", None);
    // What stands: b (2) at 10, a (4) and d (5) at 30, c gone (6) at 40.
    for (second, seq) in [
        (5, 0),
        (10, 0),
        (11, 2),
        (20, 2),
        (30, 2),
        (31, 5),
        (40, 5),
        (41, 6),
    ] {
        assert_eq!(before(second), seq, "second {second}");
    }
}

fn a_deleted_record_keeps_its_history_and_can_come_back(catalog: &dyn CatalogStore) {
    put(catalog, 1, vec![record("a", "một"), record("b", "hai")]);
    delete(catalog, 2, "a", Some("b"));
    assert!(!seen(catalog, "a", Clearance::Staff));
    let status = catalog.status().unwrap();
    assert_eq!((status.n_records, status.n_deleted), (1, 1));
    let changes = catalog.changes(ChangeSeq(2), 9, Clearance::Public, Detail::Full);
    let gone = WhatChanged::Tombstone {
        merged_into: Some(id("b")),
    };
    assert_eq!(changes.unwrap().changes[0].what, gone);
    assert!(
        catalog
            .history(&id("a"), Clearance::Public)
            .unwrap()
            .is_empty()
    );
    let history = catalog.history(&id("a"), Clearance::Staff).unwrap();
    assert!(history[0].record.is_some() && history[1].record.is_none());
    assert_eq!(
        put(catalog, 3, vec![record("a", "một")]),
        [PutOutcome::Added]
    );
    let back = catalog.get(&id("a"), Clearance::Public, Detail::Full);
    let back = back.unwrap().unwrap();
    assert_eq!((back.version, back.record.body.len()), (3, 1));
}

fn merged_records_lead_to_the_one_that_stands(catalog: &dyn CatalogStore) {
    put(
        catalog,
        1,
        ["a", "b", "c", "d"].map(|name| record(name, name)).into(),
    );
    put(
        catalog,
        2,
        vec![with_access("hidden", AccessLevel::Restricted)],
    );
    delete(catalog, 3, "a", Some("b"));
    delete(catalog, 4, "b", Some("c"));
    delete(catalog, 5, "d", None);
    delete(catalog, 6, "hidden", Some("c"));
    let ids = ["a", "b", "c", "d", "hidden", "never"].map(id);
    let successors = |clearance| catalog.successors(&ids, clearance).unwrap();
    let c = || Some(id("c"));
    assert_eq!(
        successors(Clearance::Staff),
        [c(), c(), None, None, c(), None]
    );
    // That a hidden record was there is not told.
    assert_eq!(
        successors(Clearance::Public),
        [c(), c(), None, None, None, None]
    );
    put(catalog, 7, vec![record("a", "back")]);
    assert_eq!(successors(Clearance::Staff)[..2], [None, c()]);
    put(catalog, 8, vec![with_access("c", AccessLevel::Restricted)]);
    assert_eq!(successors(Clearance::Public)[1], None);
}

fn identifiers_follow_the_newest_version(catalog: &dyn CatalogStore) {
    let dois = ["10.1/old", "10.1/new"].map(|doi| Identifier::new(Scheme::Doi, doi).unwrap());
    let carrying = |name: &str, doi: &Identifier| Record {
        identifiers: vec![doi.clone()],
        ..record(name, name)
    };
    put(
        catalog,
        1,
        vec![carrying("b", &dois[0]), carrying("a", &dois[0])],
    );
    let resolve = || catalog.resolve(&dois, Clearance::Public).unwrap();
    assert_eq!(resolve(), [vec![id("a"), id("b")], vec![]]);
    put(catalog, 2, vec![carrying("a", &dois[1])]);
    assert_eq!(resolve(), [vec![id("b")], vec![id("a")]]);
    delete(catalog, 3, "b", None);
    assert_eq!(resolve(), [vec![], vec![id("a")]]);
}

fn touched_records_come_again_as_they_are(catalog: &dyn CatalogStore) {
    let records = [record("a", "A"), record("b", "B")];
    catalog.apply(Batch::of_records(at(1), records)).unwrap();
    let before = catalog.get(&id("a"), Clearance::Staff, Detail::Full);
    let before = before.unwrap().unwrap();
    let gone = Tombstone {
        id: id("b"),
        merged_into: None,
    };
    let mut batch = Batch::new(at(2));
    batch.tombstones.push(gone);
    catalog.apply(batch).unwrap();
    let mut batch = Batch::new(at(3));
    batch.touched = ["a", "b", "never-there"].map(id).into();
    let applied = catalog.apply(batch).unwrap();
    assert_eq!(
        applied.seq,
        ChangeSeq(4),
        "what is not there gets no number"
    );
    let changes = catalog
        .changes(ChangeSeq(3), 10, Clearance::Staff, Detail::Full)
        .unwrap();
    assert_eq!(changes.changes.len(), 1);
    assert_eq!(
        (&changes.changes[0].id, changes.changes[0].at),
        (&id("a"), at(3))
    );
    let after = catalog.get(&id("a"), Clearance::Staff, Detail::Full);
    let after = after.unwrap().unwrap();
    assert_eq!(
        (after.record, after.version),
        (before.record, before.version)
    );
    assert_eq!(
        catalog.history(&id("a"), Clearance::Staff).unwrap().len(),
        1
    );
}

fn blobs_are_set_and_removed(catalog: &dyn CatalogStore) {
    let set = |name: &str, bytes: &[u8]| {
        let mut batch = Batch::new(at(1));
        batch.blobs.push(Blob {
            name: name.into(),
            bytes: bytes.to_vec(),
        });
        catalog.apply(batch).unwrap();
    };
    set("checkpoint/b", b"1");
    set("checkpoint/a", b"2");
    set("checkpointed", b"3");
    set("checkpoint/b", b"4");
    let found = catalog.blobs("checkpoint/").unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|b| (b.name.as_str(), b.bytes.as_slice()))
        .collect();
    assert_eq!(
        found,
        [("checkpoint/a", b"2".as_slice()), ("checkpoint/b", b"4")]
    );
    set("checkpoint/b", b"");
    assert_eq!(catalog.blobs("checkpoint/").unwrap().len(), 1);
}

fn a_named_value_that_changed_meanwhile_is_not_written_over(catalog: &dyn CatalogStore) {
    let blob = |bytes: &[u8]| Blob {
        name: "deposit/a".into(),
        bytes: bytes.to_vec(),
    };
    let write = |seen: &[u8], next: &[u8]| {
        let mut batch = Batch::of_records(at(1), [record("a", "một")]);
        batch.seen_blobs.push(blob(seen));
        batch.blobs.push(blob(next));
        catalog.apply(batch)
    };
    let refused = |done: Result<crate::Applied, CatalogError>| {
        let error = done.unwrap_err();
        let CatalogError::BlobConflict { name } = &error else {
            panic!("{error}")
        };
        assert_eq!(name, "deposit/a");
    };
    refused(write(b"1", b"2"));
    assert!(
        !seen(catalog, "a", Clearance::Staff),
        "nothing of the batch is there"
    );
    write(b"", b"1").unwrap();
    refused(write(b"", b"2"));
    write(b"1", b"").unwrap();
    refused(write(b"1", b"2"));
    assert!(catalog.blobs("deposit/").unwrap().is_empty());
}

fn set_aside_inputs_are_kept_once(catalog: &dyn CatalogStore) {
    let set_aside = |reason: &str, reread: &[&str], lines: &[u64]| {
        let mut batch = Batch::new(at(1));
        batch.reread_sources = reread.iter().map(|s| (*s).to_owned()).collect();
        let entry = |line| QuarantineEntry::new("x.jsonl", Some(line), reason, b"{");
        batch.quarantine = lines.iter().map(|line| entry(*line)).collect();
        catalog.apply(batch).unwrap();
    };
    set_aside("first", &[], &[1, 2]);
    set_aside("second", &[], &[2, 3]);
    let reasons = |found: &[crate::Quarantined]| -> Vec<(Option<u64>, String)> {
        let pair = |q: &crate::Quarantined| (q.entry.line, q.entry.reason.clone());
        found.iter().map(pair).collect()
    };
    let all = catalog.quarantined(0, 10).unwrap();
    let wanted = [(1, "first"), (2, "second"), (3, "second")];
    assert_eq!(
        reasons(&all),
        wanted.map(|(line, r)| (Some(line), r.to_owned()))
    );
    assert_eq!(catalog.quarantined(all[0].number, 1).unwrap(), all[1..2]);
    set_aside("third", &["x.jsonl"], &[4]);
    let left = catalog.quarantined(0, 10).unwrap();
    assert_eq!(reasons(&left), [(Some(4), "third".to_owned())]);
    assert_eq!(catalog.status().unwrap().n_quarantined, 1);
}
