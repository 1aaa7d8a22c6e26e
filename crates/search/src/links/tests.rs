//! Links over real stores.

use std::sync::Arc;

use catalog::{Batch, CatalogStore, Put, SqliteCatalog};
use index::{FullTextStore, TantivyStore};
use records::{AccessLevel, ChangeSeq, Clearance, Lang, Link};

use super::*;

fn record(id: &str, kind: RecordType, title: &str, text: &str) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), kind);
    record.title.set(Lang::vi(), title.to_owned());
    record.abstract_text.set(Lang::vi(), text.to_owned());
    record
}

struct Library {
    _folder: tempfile::TempDir,
    searcher: Searcher,
}

fn library(records: &[Record]) -> Library {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::in_memory().unwrap();
    let mut batch = Batch::new("2024-01-01T00:00:00Z".parse().unwrap());
    batch.puts = records.iter().cloned().map(Put::from).collect();
    catalog.apply(batch).unwrap();
    let full_text = TantivyStore::open(folder.path()).unwrap();
    full_text.upsert(records).unwrap();
    full_text.commit(ChangeSeq(records.len() as u64)).unwrap();
    Library {
        _folder: folder,
        searcher: Searcher::new(Arc::new(catalog), Arc::new(full_text)),
    }
}

fn works() -> Vec<Record> {
    let mut task = record(
        "task",
        RecordType::Task,
        "Nghiên cứu xâm nhập mặn vùng cửa sông",
        "Nhiệm vụ cấp quốc gia.",
    );
    task.identifiers
        .extend(Identifier::new(Scheme::Task, "ĐTĐL.CN-12/20"));
    let data = record(
        "data",
        RecordType::Dataset,
        "Độ mặn mười trạm cửa sông Hậu",
        "Chuỗi số liệu theo giờ.",
    );
    let mut paper = record(
        "paper",
        RecordType::Paper,
        "Dự báo độ mặn bằng học máy",
        "Kết quả của đề tài ĐTĐL.CN-12/20, dùng bộ dữ liệu Độ mặn mười trạm cửa sông Hậu.",
    );
    paper
        .identifiers
        .extend(Identifier::new(Scheme::Doi, "10.5555/man.1"));
    let mut patent = record(
        "patent",
        RecordType::Patent,
        "Thiết bị đo độ mặn",
        "Phương pháp nêu trong doi:10.5555/MAN.1 được cải tiến.",
    );
    patent.links.push(Link {
        relation: Relation::ResultOf,
        target: "task".into(),
    });
    let mut secret = record(
        "secret",
        RecordType::Report,
        "Báo cáo mật",
        "Dựa trên 10.5555/man.1 và đề tài ĐTĐL.CN-12/20.",
    );
    secret.access = AccessLevel::Restricted;
    secret.references = vec![
        "[1] Đ. V. Nguyễn, Thiết bị đo độ mặn. 2021".into(),
        "[2] Dự báo mưa bằng học máy. 2020".into(),
    ];
    vec![task, data, paper, patent, secret]
}

fn links(
    library: &Library,
    id: &str,
    clearance: Clearance,
) -> Vec<(String, &'static str, &'static str)> {
    let id = RecordId::new(id).unwrap();
    let request = SearchRequest::new("", clearance);
    let found = library.searcher.links(&id, &request).unwrap().unwrap();
    let line = |link: &FoundLink| {
        (
            link.record.id.to_string(),
            link.direction.as_str(),
            link.evidence.as_str(),
        )
    };
    found.iter().map(line).collect()
}

#[test]
fn papers_patents_datasets_and_tasks_are_linked_both_ways_with_evidence() {
    let library = library(&works());
    let line = |id: &str, direction, evidence| (id.to_owned(), direction, evidence);
    let public = Clearance::Public;
    assert_eq!(
        links(&library, "paper", public),
        [
            line("patent", "in", "name"),
            line("task", "out", "name"),
            line("data", "out", "title")
        ]
    );
    assert_eq!(
        links(&library, "data", public),
        [line("paper", "in", "title")]
    );
    assert_eq!(
        links(&library, "task", public),
        [line("paper", "in", "name")]
    );
    assert_eq!(
        links(&library, "patent", public),
        [line("task", "out", "stated"), line("paper", "out", "name")]
    );
    let id = RecordId::new("patent").unwrap();
    let request = SearchRequest::new("", public);
    let found = library.searcher.links(&id, &request).unwrap().unwrap();
    let LinkEvidence::Name {
        identifier, quote, ..
    } = &found[1].evidence
    else {
        panic!("{:?}", found[1].evidence)
    };
    assert_eq!(identifier.value, "10.5555/man.1");
    assert_eq!(&quote.text[quote.marks[0].clone()], "10.5555/MAN.1");
}

#[test]
fn a_reference_list_links_to_the_works_that_it_cites() {
    let mut works = works();
    works[3].year = records::Year::new(2021).ok();
    let library = library(&works);
    let id = RecordId::new("secret").unwrap();
    let request = SearchRequest::new("", Clearance::Staff);
    let found = library.searcher.links(&id, &request).unwrap().unwrap();
    let cited = found
        .iter()
        .find(|link| link.record.id.as_str() == "patent")
        .unwrap();
    let LinkEvidence::Cited {
        quote,
        author,
        year,
    } = &cited.evidence
    else {
        panic!("{:?}", cited.evidence)
    };
    assert_eq!(&quote.text[quote.marks[0].clone()], "Thiết bị đo độ mặn");
    assert_eq!((author, *year), (&None, Some(2021)));
    assert_eq!(cited.direction, LinkDirection::Out);
}

#[test]
fn what_may_not_be_seen_is_linked_with_nothing() {
    let library = library(&works());
    let ids = |clearance| -> Vec<String> {
        links(&library, "task", clearance)
            .into_iter()
            .map(|link| link.0)
            .collect()
    };
    assert!(!ids(Clearance::Public).contains(&"secret".to_owned()));
    assert!(ids(Clearance::Staff).contains(&"secret".to_owned()));
    let id = RecordId::new("secret").unwrap();
    let request = SearchRequest::new("", Clearance::Public);
    assert_eq!(library.searcher.links(&id, &request).unwrap(), None);
}

#[test]
fn a_record_that_comes_later_is_linked_at_once() {
    let mut works = works();
    let paper = works.remove(2);
    let before = library(&works);
    assert!(links(&before, "data", Clearance::Public).is_empty());
    works.push(paper);
    let after = library(&works);
    assert_eq!(links(&after, "data", Clearance::Public).len(), 1);
}
