//! The life of a deposit: what may follow what, and what becomes of its texts.

use std::{sync::Barrier, thread};

use catalog::{CatalogStore, Detail, MemoryCatalog};
use jiff::Timestamp;
use proptest::prelude::*;
use records::{AccessLevel, Clearance, Column, DocumentFile, Page};

use crate::{
    Author, Decision, Deposit, DepositError, MOST_FILES, Metadata, NewFile, State, accept,
    add_file, create, decline, deposit, deposits, put_metadata, remove_file, submit, withdraw,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A report that lacks nothing.
fn whole() -> Metadata {
    Metadata {
        record_type: Some("report".into()),
        title: [("vi".into(), "Xâm nhập mặn ở Bến Tre".into())].into(),
        authors: vec![Author {
            name: "Trần Thị Bình".into(),
            ..Author::default()
        }],
        year: Some(2024),
        language: Some("vi".into()),
        ..Metadata::default()
    }
}

fn file(name: &str, text: &str) -> NewFile {
    NewFile {
        file: DocumentFile {
            name: name.into(),
            location: name.into(),
            media_type: "text/plain".into(),
            bytes: text.len() as u64,
            blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
            pages: None,
            rows: None,
        },
        pages: vec![Page {
            number: 1,
            text: text.into(),
            ocr_confidence: None,
        }],
        columns: vec![Column {
            name: format!("cột của {name}"),
            ..Column::default()
        }],
    }
}

fn draft(catalog: &MemoryCatalog) -> Deposit {
    create(catalog, whole(), None, "lan", at(1)).unwrap().0
}

/// Texts that lie beside the heads.
fn n_texts(catalog: &MemoryCatalog) -> usize {
    catalog.blobs("deposit/text/").unwrap().len()
}

#[test]
fn an_accepted_deposit_is_one_record_with_its_texts() {
    let catalog = MemoryCatalog::new();
    let id = draft(&catalog).id;
    add_file(&catalog, &id, file("trống.txt", " "), at(2)).unwrap();
    add_file(&catalog, &id, file("báo cáo.txt", "Độ mặn 4 g/l."), at(3)).unwrap();
    submit(&catalog, &id, "lan", at(4)).unwrap();
    let decision = Decision {
        collection: Some("Báo cáo".into()),
        access: Some(AccessLevel::Registered),
    };
    let accepted = accept(&catalog, &id, &decision, "thủ thư", at(5)).unwrap();
    let stored = catalog.get(&id, Clearance::Staff, Detail::Full).unwrap();
    let record = stored.unwrap().record;
    assert_eq!(record.body, accepted.record.body);
    assert_eq!(record.body[0].text, "Độ mặn 4 g/l.");
    assert_eq!((record.files.len(), record.columns.len()), (2, 2));
    assert_eq!(record.access, AccessLevel::Registered);
    assert_eq!(record.collections, ["Báo cáo"]);
    assert_eq!(n_texts(&catalog), 0);
    let again = accept(&catalog, &id, &Decision::default(), "thủ thư", at(6));
    assert!(matches!(again, Err(DepositError::State(State::Accepted))));
    let states: Vec<State> = accepted
        .deposit
        .steps
        .iter()
        .map(|step| step.state)
        .collect();
    assert_eq!(states, [State::Draft, State::Submitted, State::Accepted]);
}

#[test]
fn one_key_makes_one_deposit_of_each_depositor() {
    let catalog = MemoryCatalog::new();
    let make = |by: &str, metadata| create(&catalog, metadata, Some("k"), by, at(1));
    let (first, is_new) = make("lan", whole()).unwrap();
    assert!(is_new);
    let (again, is_new) = make("lan", whole()).unwrap();
    assert_eq!((&again, is_new), (&first, false));
    let (other, is_new) = make("mai", whole()).unwrap();
    assert!(is_new && other.id != first.id);
    let changed = Metadata {
        year: Some(2023),
        ..whole()
    };
    assert!(matches!(make("lan", changed), Err(DepositError::KeyUsed)));
    assert_eq!(deposits(&catalog).unwrap().len(), 2);
}

#[test]
fn a_refusal_needs_a_reason_and_is_the_end() {
    let catalog = MemoryCatalog::new();
    let id = draft(&catalog).id;
    add_file(&catalog, &id, file("a.txt", "A"), at(2)).unwrap();
    submit(&catalog, &id, "lan", at(3)).unwrap();
    for none in ["", " \n", &"x".repeat(2001)] {
        let refused = decline(&catalog, &id, true, none, "thủ thư", at(4));
        assert!(matches!(refused, Err(DepositError::NoReason)));
    }
    let returned = decline(&catalog, &id, false, " Thiếu năm. ", "thủ thư", at(5)).unwrap();
    assert_eq!(
        (returned.reason(), n_texts(&catalog)),
        (Some("Thiếu năm."), 1)
    );
    submit(&catalog, &id, "lan", at(6)).unwrap();
    decline(
        &catalog,
        &id,
        true,
        "Không thuộc thư viện.",
        "thủ thư",
        at(7),
    )
    .unwrap();
    assert_eq!(n_texts(&catalog), 0);
    for ended in [
        submit(&catalog, &id, "lan", at(8)),
        withdraw(&catalog, &id, "lan", at(8)),
        put_metadata(&catalog, &id, whole(), at(8)),
        add_file(&catalog, &id, file("b.txt", "B"), at(8)),
        remove_file(&catalog, &id, 1, at(8)),
    ] {
        assert!(matches!(ended, Err(DepositError::State(State::Refused))));
    }
    assert!(
        catalog
            .get(&id, Clearance::Staff, Detail::Summary)
            .unwrap()
            .is_none()
    );
}

#[test]
fn files_are_there_once_and_not_too_many() {
    let catalog = MemoryCatalog::new();
    let id = draft(&catalog).id;
    for n in 0..MOST_FILES {
        let text = format!("số {n}");
        add_file(&catalog, &id, file(&format!("{n}.txt"), &text), at(2)).unwrap();
    }
    // The same content under another name takes the place of the first.
    let same = add_file(&catalog, &id, file("khác.txt", "số 0"), at(3)).unwrap();
    assert_eq!(same.files.len(), MOST_FILES);
    assert_eq!(same.files.last().unwrap().name, "khác.txt");
    let more = add_file(&catalog, &id, file("x.txt", "thêm"), at(3));
    assert!(matches!(more, Err(DepositError::TooManyFiles(MOST_FILES))));
    for number in [0, MOST_FILES + 1, usize::MAX] {
        let gone = remove_file(&catalog, &id, number, at(4));
        assert!(matches!(gone, Err(DepositError::NoFile(_))), "{number}");
    }
    let left = remove_file(&catalog, &id, 1, at(4)).unwrap();
    assert_eq!(left.files[0].name, "2.txt");
    assert_eq!(n_texts(&catalog), MOST_FILES - 1);
}

#[test]
fn what_makes_no_sense_is_named_and_what_is_missing_too() {
    let catalog = MemoryCatalog::new();
    let wrong = |metadata: Metadata| match create(&catalog, metadata, None, "lan", at(1)) {
        Err(DepositError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        wrong(Metadata {
            record_type: text("sách"),
            ..whole()
        }),
        "type"
    );
    assert_eq!(
        wrong(Metadata {
            year: Some(99_999),
            ..whole()
        }),
        "year"
    );
    assert_eq!(
        wrong(Metadata {
            doi: text("mười"),
            ..whole()
        }),
        "doi"
    );
    assert_eq!(
        wrong(Metadata {
            language: text("tiếng Việt"),
            ..whole()
        }),
        "language"
    );
    assert_eq!(
        wrong(Metadata {
            access: text("embargoed"),
            ..whole()
        }),
        "embargo_until"
    );
    assert_eq!(
        wrong(Metadata {
            embargo_until: text("2027-02-30"),
            ..whole()
        }),
        "embargo_until"
    );
    assert_eq!(
        wrong(Metadata {
            title: [("vi".into(), "\u{7}".into())].into(),
            ..whole()
        }),
        "title"
    );
    let (empty, _) = create(&catalog, Metadata::default(), None, "lan", at(2)).unwrap();
    let lacks = submit(&catalog, &empty.id, "lan", at(3));
    let Err(DepositError::Incomplete(lacks)) = lacks else {
        panic!("{lacks:?}")
    };
    assert_eq!(lacks, ["title", "type", "authors", "year", "language"]);
}

/// A librarian accepts while another one refuses, a hundred times over.
#[test]
fn of_two_decisions_at_once_one_is_taken() {
    for _ in 0..100 {
        let catalog = MemoryCatalog::new();
        let id = draft(&catalog).id;
        add_file(&catalog, &id, file("a.txt", "A"), at(2)).unwrap();
        submit(&catalog, &id, "lan", at(3)).unwrap();
        let start = Barrier::new(2);
        let (accepted, refused) = thread::scope(|scope| {
            let accepting = scope.spawn(|| {
                start.wait();
                accept(&catalog, &id, &Decision::default(), "an", at(4)).map(|done| done.deposit)
            });
            start.wait();
            let refused = decline(&catalog, &id, true, "Trùng.", "mai", at(4));
            (accepting.join().unwrap(), refused)
        });
        let stands = deposit(&catalog, &id).unwrap();
        let record = catalog.get(&id, Clearance::Staff, Detail::Summary).unwrap();
        assert_eq!(record.is_some(), stands.state == State::Accepted);
        let (won, lost) = match accepted.is_ok() {
            true => (accepted, refused),
            false => (refused, accepted),
        };
        assert_eq!(won.unwrap(), stands);
        assert!(matches!(lost, Err(DepositError::State(state)) if state == stands.state));
    }
}

proptest! {
    /// Whatever is tried in whatever order: the steps tell a life in which each
    /// state may follow the one before, and a record is there when, and only
    /// when, the deposit was accepted.
    #[test]
    fn no_order_of_acts_breaks_the_life(acts in prop::collection::vec(0_u8..7, 0..20)) {
        let catalog = MemoryCatalog::new();
        let id = draft(&catalog).id;
        for (act, n) in acts.iter().zip(2..) {
            // What is out of place is refused, and changes nothing.
            let _ = match act {
                0 => submit(&catalog, &id, "lan", at(n)),
                1 => withdraw(&catalog, &id, "lan", at(n)),
                2 => decline(&catalog, &id, false, "x", "t", at(n)),
                3 => decline(&catalog, &id, true, "x", "t", at(n)),
                4 => add_file(&catalog, &id, file("a", &n.to_string()), at(n)),
                5 => put_metadata(&catalog, &id, whole(), at(n)),
                _ => accept(&catalog, &id, &Decision::default(), "t", at(n)).map(|a| a.deposit),
            };
        }
        let known = deposit(&catalog, &id).unwrap();
        for pair in known.steps.windows(2) {
            use State as S;
            let may = match pair[0].state {
                S::Draft | S::Returned => matches!(pair[1].state, S::Submitted | S::Withdrawn),
                S::Submitted => !matches!(pair[1].state, S::Draft | S::Submitted),
                S::Accepted | S::Refused | S::Withdrawn => false,
            };
            prop_assert!(may, "{:?}", known.steps);
        }
        prop_assert_eq!(known.steps.last().unwrap().state, known.state);
        let record = catalog.get(&id, Clearance::Staff, Detail::Summary).unwrap();
        prop_assert_eq!(record.is_some(), known.state == State::Accepted);
        let is_over = matches!(known.state, State::Accepted | State::Refused | State::Withdrawn);
        prop_assert!(!is_over || n_texts(&catalog) == 0);
    }
}
