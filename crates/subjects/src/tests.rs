//! Suggestions over a small library.

use catalog::{Batch, CatalogStore, Detail, SqliteCatalog};
use jiff::Timestamp;
use records::{Clearance, Lang, LocalisedText, Record, RecordId, RecordType, Subject};

use crate::{
    IPC, KHCN, Label, Scheme, SubjectError, decide, decisions, features_of_text, learn, load,
    scheme, seeds, suggest, suggestions, undo,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn id(name: &str) -> RecordId {
    RecordId::new(name).unwrap()
}

fn record(name: &str, title: &str, code: Option<(&str, &str)>) -> Record {
    let mut record = Record::new(id(name), RecordType::Paper);
    record.title = LocalisedText::one(Lang::vi(), title.to_owned());
    record.subjects = code
        .map(|(scheme, code)| Subject {
            scheme: scheme.into(),
            code: code.into(),
        })
        .into_iter()
        .collect();
    record
}

fn library(records: Vec<Record>) -> (tempfile::TempDir, SqliteCatalog) {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&folder.path().join("c.sqlite")).unwrap();
    catalog.apply(Batch::of_records(at(1), records)).unwrap();
    (folder, catalog)
}

#[test]
fn seeds_alone_know_the_fields_in_both_languages() {
    let model = learn(&seeds(), 1, true).unwrap();
    for (text, code) in [
        ("Nghiên cứu chọn tạo giống lúa chịu mặn", "4"),
        ("Patients with malaria: a clinical trial of a drug", "3"),
        ("Tính toán kết cấu cầu bê tông", "2"),
        ("Proof of a theorem on algebra", "1"),
        ("Lịch sử chữ Nôm và văn học cổ", "6"),
        ("Household surveys of labour migration and education", "5"),
    ] {
        assert_eq!(model.guess(&features_of_text(text))[0].code, code, "{text}");
    }
    let sum: f32 = model
        .guess(&features_of_text("lúa"))
        .iter()
        .map(|one| one.confidence)
        .sum();
    assert!((sum - 1.0).abs() < 1e-4);
}

#[test]
fn what_people_decide_is_learnt_and_not_asked_again() {
    let (_folder, catalog) = library(vec![
        record("a", "Nuôi tôm sú trong ao đất", None),
        record("b", "Nuôi tôm thẻ trong ao bạt", None),
        record("c", "Con tàu vũ trụ bay quanh sao chổi", Some((KHCN, "1"))),
    ]);
    let run = suggest(&catalog, 0.2, at(2)).unwrap();
    let about = |name: &str, run: &crate::Run| -> Vec<(String, f32)> {
        let own = run.list.iter().filter(|one| one.record == id(name));
        own.map(|one| (one.code.clone(), one.confidence)).collect()
    };
    let before = about("b", &run);
    assert_eq!(before[0].0, "4");
    assert_eq!(about("c", &run), [], "it has a field");
    // A librarian files shrimp under engineering: the next run leans there.
    let rejected = decide(&catalog, &id("a"), (KHCN, "4"), false, "thu-thu", at(3)).unwrap();
    let accepted = decide(&catalog, &id("a"), (KHCN, "2"), true, "thu-thu", at(4)).unwrap();
    assert_eq!(about("a", &suggestions(&catalog).unwrap().unwrap()), []);
    let stored = catalog
        .get(&id("a"), Clearance::Staff, Detail::Summary)
        .unwrap()
        .unwrap();
    assert_eq!(stored.record.subjects[0].code, "2");
    let confidence = |run: &crate::Run, code: &str| {
        about("b", run)
            .iter()
            .find(|one| one.0 == code)
            .map_or(0.0, |one| one.1)
    };
    let after = suggest(&catalog, 0.0, at(5)).unwrap();
    assert!(confidence(&after, "4") < before[0].1, "{after:?}");
    assert!(confidence(&after, "2") > confidence(&run, "2"));
    assert_eq!((rejected.number, accepted.number), (1, 2));
    undo(&catalog, 2, at(6)).unwrap();
    let stored = catalog
        .get(&id("a"), Clearance::Staff, Detail::Summary)
        .unwrap()
        .unwrap();
    assert_eq!(stored.record.subjects, []);
    assert!(matches!(
        undo(&catalog, 2, at(7)),
        Err(SubjectError::NoDecision(2))
    ));
    assert_eq!(decisions(&catalog).unwrap().len(), 2);
}

#[test]
fn a_rejected_code_alone_teaches_against_itself() {
    let mut examples = seeds();
    let text = features_of_text("tôm càng xanh ở ruộng lúa");
    let before = learn(&examples, 1, true).unwrap().guess(&text);
    examples.push(crate::Example {
        name: "x".into(),
        features: text.clone(),
        label: Label::Not("4".into()),
    });
    let after = learn(&examples, 1, true).unwrap().guess(&text);
    let of = |guesses: &[crate::Guess]| {
        guesses
            .iter()
            .find(|one| one.code == "4")
            .unwrap()
            .confidence
    };
    assert!(of(&after) < of(&before), "{after:?}");
}

#[test]
fn patents_learn_ipc_from_their_own_codes() {
    let mut records: Vec<Record> = (0..4)
        .flat_map(|n| {
            [
                record(
                    &format!("pin{n}"),
                    &format!("Pin lithium và cực điện {n}"),
                    Some((IPC, "H01M 4/02")),
                ),
                record(
                    &format!("giay{n}"),
                    &format!("Bột giấy và tờ giấy {n}"),
                    Some((IPC, "D21H 11/00")),
                ),
            ]
        })
        .collect();
    records.push(record("moi", "Cực điện của pin", None));
    for record in &mut records {
        record.record_type = RecordType::Patent;
    }
    let (_folder, catalog) = library(records);
    let run = suggest(&catalog, 0.5, at(2)).unwrap();
    let best = run.list.iter().find(|one| one.scheme == IPC).unwrap();
    assert_eq!((best.record.as_str(), best.code.as_str()), ("moi", "H01"));
    assert!(decide(&catalog, &id("moi"), (IPC, "H01"), true, "x", at(3)).is_ok());
    for wrong in ["X01", "H1", "Hơi", "H001"] {
        let refused = decide(&catalog, &id("moi"), (IPC, wrong), true, "x", at(3));
        assert!(
            matches!(refused, Err(SubjectError::NoCode { .. })),
            "{wrong}"
        );
    }
}

#[test]
fn a_scheme_is_loaded_whole_or_not_at_all() {
    let (_folder, catalog) = library(vec![]);
    assert_eq!(scheme(&catalog, KHCN).unwrap().entries.len(), 6);
    let text = "code,parent,vi,en\n1,,Tự nhiên,Natural\n101,1,Toán học,Mathematics\n";
    load(&catalog, KHCN, text, at(2)).unwrap();
    assert_eq!(scheme(&catalog, KHCN).unwrap().entries["101"].parent, "1");
    for (wrong, line) in [
        ("code,parent,vi,en\n1,,A\n", 2),
        ("code,parent,vi,en\n1,9,A,B\n", 2),
        ("code,parent,vi,en\n1,2,A,B\n2,1,A,B\n", 2),
        ("code,parent,vi,en\n1,,A,B\n1,,A,B\n", 3),
        ("code,parent,vi,en\nmột,,A,B\n", 2),
        ("code,parent,vi,en\n1,,,B\n", 2),
        ("code,parent,vi,en\n", 1),
        ("", 1),
    ] {
        match load(&catalog, KHCN, wrong, at(3)) {
            Err(SubjectError::Line { line: at, .. }) => assert_eq!(at, line, "{wrong}"),
            other => panic!("{wrong}: {other:?}"),
        }
    }
    assert_eq!(scheme(&catalog, KHCN).unwrap().entries.len(), 2);
    assert!(matches!(
        scheme(&catalog, "udc"),
        Err(SubjectError::NoScheme(_))
    ));
    assert!(Scheme::parse("\u{feff}code,parent,vi,en\n1,,A,B\n").is_ok());
}
