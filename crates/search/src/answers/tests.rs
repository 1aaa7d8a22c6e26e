//! Answers over real stores.

use std::sync::Arc;

use catalog::{Batch, CatalogStore, SqliteCatalog};
use index::{FullTextStore, TantivyStore};
use records::{AccessLevel, ChangeSeq, Page, RecordType};

use super::*;

struct Library {
    _folder: tempfile::TempDir,
    searcher: Searcher,
}

fn record(id: &str, title: &str, pages: &[&str]) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Report);
    record.title.set(Lang::vi(), title.to_owned());
    let pages = pages.iter().zip(1..);
    record.body = pages
        .map(|(text, number)| Page::new(number, *text))
        .collect();
    record
}

fn library(records: &[Record]) -> Library {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::in_memory().unwrap();
    let at = "2024-01-01T00:00:00Z".parse().unwrap();
    catalog
        .apply(Batch::of_records(at, records.to_vec()))
        .unwrap();
    let full_text = TantivyStore::open(folder.path()).unwrap();
    full_text.upsert(records).unwrap();
    full_text.commit(ChangeSeq(records.len() as u64)).unwrap();
    Library {
        _folder: folder,
        searcher: Searcher::new(Arc::new(catalog), Arc::new(full_text)),
    }
}

fn works() -> Vec<Record> {
    let mut closed = record(
        "mat",
        "Báo cáo mật",
        &["Độ mặn tối đa mà giống lúa ST25 chịu được là 9 phần nghìn ở Kiên Giang."],
    );
    closed.access = AccessLevel::Restricted;
    let others = (0..30).map(|n| {
        let text =
            format!("Nghiên cứu số {n} về cầu đường và vật liệu xây dựng ở miền Trung nước ta.");
        record(&format!("khac-{n:02}"), &format!("Cầu đường {n}"), &[&text])
    });
    let mut all = vec![
        record(
            "lua",
            "Giống lúa chịu mặn",
            &[
                "Trang mở đầu của báo cáo này nói về lịch sử của viện nghiên cứu.",
                "Thí nghiệm làm trong hai năm. Độ mặn tối đa mà giống lúa ST25 chịu được là 4 phần nghìn. Sau đó cây chết dần.",
            ],
        ),
        closed,
    ];
    all.extend(others);
    all
}

fn ask(library: &Library, question: &str, clearance: Clearance) -> Answer {
    library
        .searcher
        .quote(&AnswerRequest::new(question, clearance))
        .unwrap()
}

const QUESTION: &str = "Độ mặn tối đa giống lúa ST25 chịu được là bao nhiêu?";

#[test]
fn the_sentence_that_answers_is_quoted_with_its_page() {
    let library = library(&works());
    let answer = ask(&library, QUESTION, Clearance::Public);
    let best = &answer.quotes[0];
    assert_eq!(
        best.text,
        "Độ mặn tối đa mà giống lúa ST25 chịu được là 4 phần nghìn."
    );
    assert_eq!((best.record.id.as_str(), best.page), ("lua", Some(2)));
    assert!(best.evidence.coverage > 0.9 && best.record.body.is_empty());
    let bare = ask(
        &library,
        "do man toi da giong lua ST25 chiu duoc",
        Clearance::Public,
    );
    assert_eq!(bare.quotes[0].text, best.text);
}

#[test]
fn what_is_not_there_is_not_answered() {
    let library = library(&works());
    for question in [
        "Dân số của thủ đô nước Pháp năm 1900 là bao nhiêu người?",
        "Ai phát minh ra máy in kim loại?",
        "What is the boiling point of tungsten hexafluoride?",
        "",
        "?? !!",
        "là gì",
    ] {
        assert_eq!(
            ask(&library, question, Clearance::Public).quotes,
            [],
            "{question}"
        );
    }
}

#[test]
fn hidden_records_are_neither_quoted_nor_named() {
    let library = library(&works());
    let seen = ask(&library, QUESTION, Clearance::Public);
    let text = format!("{seen:?}");
    assert!(
        !text.contains("Kiên Giang") && !text.contains("Báo cáo mật"),
        "{text}"
    );
    let all = ask(&library, QUESTION, Clearance::Staff);
    assert_eq!(all.quotes.len(), 2);
    assert!(
        all.quotes
            .iter()
            .any(|quote| quote.record.id.as_str() == "mat")
    );
}

#[test]
fn a_record_can_be_left_out() {
    let library = library(&works());
    let request = AnswerRequest {
        except: vec![RecordId::new("lua").unwrap()],
        ..AnswerRequest::new(QUESTION, Clearance::Public)
    };
    let answer = library.searcher.quote(&request).unwrap();
    assert_eq!(answer.quotes, []);
    assert!(
        answer
            .nearest
            .iter()
            .all(|record| record.id.as_str() != "lua")
    );
}
