//! Comparisons over real stores. The model is one of concepts: a word and its
//! translation have the same place in a vector, so that translations are near.

use std::sync::Arc;

use catalog::{Batch, CatalogStore, Put, SqliteCatalog};
use embed::{EmbedError, Embedder, TextRole, normalise_length};
use index::{
    FullTextStore, TantivyStore,
    vectors::{PassageVector, SqliteVectors, TextHash, VectorBatch, VectorModel, VectorStore},
};
use records::{AccessLevel, ChangeSeq, Clearance, Lang, Page, Record, RecordId, RecordType};

use super::{Manuscript, Overlap, OverlapRequest, PairKind};
use crate::{Meaning, SearchError, Searcher};

/// Words of one concept in both languages.
const CONCEPTS: [&[&str]; 8] = [
    &["lúa", "rice", "thóc"],
    &["mặn", "salt", "salinity"],
    &["giống", "varieties", "variety"],
    &["bờ", "coast", "coastal"],
    &["pin", "battery", "batteries"],
    &["xe", "vehicle", "vehicles"],
    &["nhiệt", "thermal", "heat"],
    &["nước", "water"],
];

/// Takes the place of the default model, whose scale it uses.
struct Concepts;

impl Embedder for Concepts {
    fn model_id(&self) -> &str {
        "multilingual-e5-small/concepts/neutral-1"
    }

    fn dim(&self) -> usize {
        CONCEPTS.len()
    }

    fn max_tokens(&self) -> usize {
        512
    }

    fn n_tokens(&self, text: &str, _role: TextRole) -> usize {
        text.split_whitespace().count()
    }

    fn embed(&self, texts: &[&str], _role: TextRole) -> Result<Vec<Vec<f32>>, EmbedError> {
        let embed = |(index, text): (usize, &&str)| {
            let words = text::tokenise(text);
            let count = |concept: &&[&str]| {
                let of_it = words
                    .iter()
                    .filter(|word| concept.contains(&word.exact.as_str()));
                of_it.count() as f32
            };
            let mut vector: Vec<f32> = CONCEPTS.iter().map(count).collect();
            normalise_length(&mut vector).ok_or(EmbedError::Empty { index })?;
            Ok(vector)
        };
        texts.iter().enumerate().map(embed).collect()
    }
}

const RICE: &str = "Đề tài chọn tạo các giống lúa chịu mặn cho vùng ven bờ và khảo nghiệm giống lúa ấy trong ba vụ liên tiếp.";
const BATTERY: &str = "Hệ thống quản lý nhiệt của bộ pin trên xe điện giữ cho pin ở nhiệt độ làm việc an toàn khi xe chạy đường dài.";
const SECRET: &str = "Khảo sát bí mật về nước ở các hồ chứa trong mùa khô của hai mươi năm qua tại vùng núi phía bắc.";

fn record(id: &str, text: &str, access: AccessLevel) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Task);
    record.title.set(Lang::vi(), format!("Nhiệm vụ {id}"));
    record.abstract_text.set(Lang::vi(), text.to_owned());
    record.access = access;
    record
}

struct Library {
    _folder: tempfile::TempDir,
    by_words: Searcher,
    searcher: Searcher,
}

fn library() -> Library {
    let folder = tempfile::tempdir().unwrap();
    let records = [
        record("lua", RICE, AccessLevel::Open),
        record("pin", BATTERY, AccessLevel::Open),
        record("mat", SECRET, AccessLevel::Restricted),
    ];
    let catalog = SqliteCatalog::in_memory().unwrap();
    let mut batch = Batch::new("2024-01-01T00:00:00Z".parse().unwrap());
    batch.puts = records.iter().cloned().map(Put::from).collect();
    catalog.apply(batch).unwrap();
    let full_text = TantivyStore::open(&folder.path().join("words")).unwrap();
    full_text.upsert(&records).unwrap();
    full_text.commit(ChangeSeq(3)).unwrap();
    let model = VectorModel {
        id: Concepts.model_id().to_owned(),
        dim: Concepts.dim(),
    };
    let vectors = SqliteVectors::open(&folder.path().join("vectors.sqlite"), &model).unwrap();
    let upserts = records.iter().zip(0_u128..).map(|(record, number)| {
        let text = record.abstract_text.get(&Lang::vi()).unwrap();
        let vector = Concepts.embed(&[text], TextRole::Passage).unwrap().pop();
        let passage = PassageVector {
            hash: TextHash(number.to_le_bytes()),
            vector,
            text: text.clone(),
            page: None,
        };
        (record, vec![passage])
    });
    let batch = VectorBatch {
        upserts: upserts.collect(),
        deletes: Vec::new(),
        seq: ChangeSeq(3),
    };
    vectors.apply(&batch).unwrap();
    let by_words = Searcher::new(Arc::new(catalog), Arc::new(full_text));
    let meaning = Meaning {
        embedder: Arc::new(Concepts),
        vectors: Arc::new(vectors),
    };
    Library {
        _folder: folder,
        searcher: by_words.clone().with_meaning(meaning),
        by_words,
    }
}

fn compare(searcher: &Searcher, text: &str, clearance: Clearance) -> Overlap {
    let request = OverlapRequest::new(Manuscript::plain(text), clearance);
    searcher.overlap(&request).unwrap()
}

/// The gravest kind for each record.
fn kinds(found: &Overlap) -> Vec<(&str, PairKind)> {
    let first = found
        .records
        .iter()
        .map(|one| (one.record.id.as_str(), one.pairs[0].kind));
    first.collect()
}

#[test]
fn a_copy_stands_beside_its_source_with_the_same_words_marked() {
    let library = library();
    let text = "Thuyết minh của chúng tôi. Hệ thống quản lý nhiệt của bộ pin trên xe điện giữ cho pin ở nhiệt độ làm việc an toàn.";
    for searcher in [&library.searcher, &library.by_words] {
        let found = compare(searcher, text, Clearance::Public);
        assert_eq!(kinds(&found)[0], ("pin", PairKind::Copied));
        let pair = &found.records[0].pairs[0];
        let shown = |side: &super::Side| side.text.text[side.text.marks[0].clone()].to_owned();
        assert_eq!(shown(&pair.own), shown(&pair.theirs));
        assert!(shown(&pair.own).starts_with("Hệ thống quản lý"));
        assert_eq!(pair.n_shared_words, 21);
        assert_eq!(found.compared.n_shared_words, 21);
        assert!(found.compared.n_words > 21);
    }
    let notices = compare(&library.by_words, text, Clearance::Public).notices;
    assert!(notices[0].contains("nguyên văn"), "{notices:?}");
}

#[test]
fn what_is_said_in_another_language_or_in_other_words_is_told_apart() {
    let library = library();
    let english = "We breed rice varieties that endure salt along the coast and test the new rice varieties for three seasons.";
    let found = compare(&library.searcher, english, Clearance::Public);
    assert_eq!(kinds(&found)[0], ("lua", PairKind::Translated));
    let pair = &found.records[0].pairs[0];
    assert_eq!(
        (pair.own.lang, pair.theirs.lang, pair.n_shared_words),
        ("en", "vi", 0)
    );
    assert!(pair.own.text.marks.is_empty());
    let reworded =
        "Chúng tôi lai lúa để có giống lúa mới, giống sống được ở bờ biển có đất bị mặn quanh năm.";
    let found = compare(&library.searcher, reworded, Clearance::Public);
    assert_eq!(kinds(&found)[0], ("lua", PairKind::Reworded));
    // Words alone see neither.
    assert!(
        compare(&library.by_words, english, Clearance::Public)
            .records
            .is_empty()
    );
}

#[test]
fn what_may_not_be_seen_is_not_compared() {
    let library = library();
    let seen = compare(&library.searcher, SECRET, Clearance::Staff);
    assert_eq!(kinds(&seen)[0], ("mat", PairKind::Copied));
    assert_eq!(seen.compared.n_records, 3);
    for searcher in [&library.searcher, &library.by_words] {
        let hidden = compare(searcher, SECRET, Clearance::Public);
        assert!(kinds(&hidden).iter().all(|(id, _)| *id != "mat"));
        assert_eq!(
            (hidden.compared.n_records, hidden.compared.n_shared_words),
            (2, 0)
        );
    }
}

#[test]
fn a_record_is_not_compared_with_itself() {
    let library = library();
    let mut request = OverlapRequest::new(Manuscript::plain(RICE), Clearance::Public);
    let found = library.searcher.overlap(&request).unwrap();
    assert_eq!(kinds(&found)[0], ("lua", PairKind::Copied));
    request.except = Some(RecordId::new("lua").unwrap());
    let found = library.searcher.overlap(&request).unwrap();
    assert!(kinds(&found).iter().all(|(id, _)| *id != "lua"));
}

#[test]
fn a_long_text_is_compared_with_what_its_beginning_finds_and_says_so() {
    let library = library();
    let page = |(number, text): (u32, &str)| Page::new(number, text);
    let filler = "Chương này nói về xe và nước. ".repeat(60);
    let pages = [(1, RICE), (2, filler.as_str()), (3, BATTERY)].map(page);
    let request = OverlapRequest {
        max_passages: 1,
        ..OverlapRequest::new(Manuscript::of_pages(pages.into()), Clearance::Public)
    };
    let found = library.searcher.overlap(&request).unwrap();
    assert_eq!(found.compared.n_looked_up, 1);
    assert!(found.compared.n_passages > 1);
    assert!(
        found
            .notices
            .iter()
            .any(|notice| notice.contains("đoạn đầu"))
    );
    let whole = OverlapRequest {
        max_passages: usize::MAX,
        ..request
    };
    let found = library.searcher.overlap(&whole).unwrap();
    let battery = found
        .records
        .iter()
        .find(|one| one.record.id.as_str() == "pin");
    let pair = &battery.unwrap().pairs[0];
    assert_eq!(pair.kind, PairKind::Copied);
    // The passage begins on the page before.
    assert_eq!(pair.own.page, Some(2));
}

#[test]
fn a_text_without_words_is_refused_with_the_cure() {
    let library = library();
    for text in ["", " \n ", "—…!"] {
        let request = OverlapRequest::new(Manuscript::plain(text), Clearance::Public);
        let error = library.searcher.overlap(&request).unwrap_err();
        assert!(matches!(error, SearchError::BadQuery { .. }), "{error}");
        let request = crate::SearchRequest::new("", Clearance::Public);
        assert!(
            library
                .searcher
                .similar_to(&Manuscript::plain(text), &request)
                .is_err()
        );
    }
}

#[test]
fn records_like_a_text_are_found_by_meaning_else_by_its_beginning() {
    let library = library();
    let request = crate::SearchRequest::new("", Clearance::Public);
    let text = Manuscript::plain("Thermal design of vehicle batteries");
    let found = library.searcher.similar_to(&text, &request).unwrap();
    assert_eq!(found.hits[0].id.as_str(), "pin");
    assert!(found.notices.is_empty());
    let text = Manuscript::plain("quản lý nhiệt của pin");
    let found = library.by_words.similar_to(&text, &request).unwrap();
    assert_eq!(found.hits[0].id.as_str(), "pin");
    assert_eq!(found.notices.len(), 1);
}
