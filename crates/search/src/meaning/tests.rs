//! Searches by meaning and by both over real stores: pages, counts,
//! explanations, an index that is still being filled. The model is that of
//! n-grams, which needs no weights.

use std::{collections::BTreeSet, sync::Arc};

use crate::{Hit, Meaning, Mode, SearchRequest, SearchResponse, Searcher};
use catalog::{Batch, CatalogStore, Put, SqliteCatalog};
use embed::{Embedder, NgramEmbedder, TextRole};
use index::{
    FacetField, FullTextStore, TantivyStore,
    vectors::{PassageVector, SqliteVectors, TextHash, VectorBatch, VectorModel, VectorStore},
};
use records::{AccessLevel, ChangeSeq, Clearance, Lang, Record, RecordId, RecordType, Year};

const TOPICS: [&str; 6] = [
    "giống lúa chịu mặn đồng bằng sông Cửu Long",
    "ô nhiễm nguồn nước lưu vực sông Nhuệ",
    "mạng nơ ron nhận dạng ảnh viễn thám",
    "xâm nhập mặn và biến đổi khí hậu",
    "vật liệu nano bạc kháng khuẩn",
    "rice yield under salinity stress",
];

/// More than the nearest that are candidates, so that words find others too.
const N_RECORDS: usize = 420;

struct Library {
    _folder: tempfile::TempDir,
    records: Vec<Record>,
    vectors: Arc<SqliteVectors>,
    embedder: Arc<NgramEmbedder>,
    searcher: Searcher,
}

fn record(number: usize) -> Record {
    let id = RecordId::new(format!("r{number:03}")).unwrap();
    let mut record = Record::new(id, RecordType::ALL[number % 3]);
    let topic = TOPICS[number % TOPICS.len()];
    let title = format!("Nghiên cứu {number} về {topic}");
    record.title.set(Lang::vi(), title);
    record.year = Year::new(2000 + (number % 20) as i32).ok();
    if number.is_multiple_of(7) {
        record.access = AccessLevel::Restricted;
    }
    record
}

/// A library of which the first `n_embedded` records have vectors.
fn library(n_embedded: usize) -> Library {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<Record> = (0..N_RECORDS).map(record).collect();
    let catalog = SqliteCatalog::in_memory().unwrap();
    let mut batch = Batch::new("2024-01-01T00:00:00Z".parse().unwrap());
    batch.puts = records.iter().cloned().map(Put::from).collect();
    catalog.apply(batch).unwrap();
    let full_text = TantivyStore::open(&folder.path().join("words")).unwrap();
    full_text.upsert(&records).unwrap();
    full_text.commit(ChangeSeq(N_RECORDS as u64)).unwrap();
    let embedder = Arc::new(NgramEmbedder::new(256));
    let model = VectorModel {
        id: embedder.model_id().to_owned(),
        dim: embedder.dim(),
    };
    let path = folder.path().join("vectors.sqlite");
    let library = Library {
        vectors: Arc::new(SqliteVectors::open(&path, &model).unwrap()),
        searcher: Searcher::new(Arc::new(catalog), Arc::new(full_text)),
        _folder: folder,
        records,
        embedder,
    };
    library.embed(n_embedded);
    let meaning = Meaning {
        embedder: library.embedder.clone(),
        vectors: library.vectors.clone(),
    };
    Library {
        searcher: library.searcher.clone().with_meaning(meaning),
        ..library
    }
}

impl Library {
    fn embed(&self, n: usize) {
        let embed = |(number, record): (usize, &Record)| PassageVector {
            hash: TextHash((number as u128).to_le_bytes()),
            vector: self
                .embedder
                .embed(&[record.display_title(&Lang::vi())], TextRole::Passage)
                .unwrap()
                .pop(),
            text: record.display_title(&Lang::vi()).to_owned(),
            page: None,
        };
        let records = self.records[..n].iter().enumerate();
        let upserts = records.map(|(number, record)| (record, vec![embed((number, record))]));
        let batch = VectorBatch {
            upserts: upserts.collect(),
            deletes: Vec::new(),
            seq: ChangeSeq(n as u64),
        };
        self.vectors.apply(&batch).unwrap();
    }

    fn ask(&self, request: &SearchRequest) -> SearchResponse {
        self.searcher.search(request).unwrap()
    }
}

fn request(query: &str, mode: Mode, clearance: Clearance) -> SearchRequest {
    SearchRequest {
        mode,
        facets: vec![FacetField::Type],
        lang: Lang::en(),
        ..SearchRequest::new(query, clearance)
    }
}

/// All pages, one after the other.
fn walk(library: &Library, asked: &SearchRequest) -> (Vec<Hit>, SearchResponse) {
    let first = library.ask(asked);
    let mut hits = Vec::new();
    for offset in (0..first.total as usize + 30).step_by(17) {
        let page = library.ask(&SearchRequest {
            limit: 17,
            offset,
            ..asked.clone()
        });
        assert_eq!(page.total, first.total, "at {offset}");
        assert_eq!(page.facets, first.facets, "at {offset}");
        hits.extend(page.hits);
    }
    (hits, first)
}

#[test]
fn pages_have_no_gaps_and_no_repeats_in_any_mode() {
    let library = library(N_RECORDS);
    for mode in [Mode::Lexical, Mode::Semantic, Mode::Hybrid] {
        for query in ["nghiên cứu", "giống lúa chịu mặn", "rice salinity"] {
            for (clearance, filter) in [
                (Clearance::Public, None),
                (Clearance::Staff, None),
                (Clearance::Public, Some("year:2003..2008")),
            ] {
                let mut asked = request(query, mode, clearance);
                asked.filters = filter.iter().map(|f| f.parse().unwrap()).collect();
                let (hits, first) = walk(&library, &asked);
                let ids: BTreeSet<&RecordId> = hits.iter().map(|hit| &hit.id).collect();
                let said = format!("{mode} {query} {clearance:?} {filter:?}");
                assert_eq!(first.mode, mode, "{said}");
                assert!(first.total > 10, "{said}");
                assert_eq!(hits.len() as u64, first.total, "{said}");
                assert_eq!(ids.len(), hits.len(), "{said}");
                let facet = &first.facets[&FacetField::Type];
                let counted: u64 = facet.iter().map(|one| one.count).sum();
                assert_eq!(counted, first.total, "{said}");
                for value in facet {
                    let of_type = |hit: &&Hit| hit.record.record_type.as_str() == value.value;
                    assert_eq!(
                        hits.iter().filter(of_type).count() as u64,
                        value.count,
                        "{said}"
                    );
                }
                assert!(hits.is_sorted_by(|a, b| a.score >= b.score), "{said}");
                let may_see = |hit: &Hit| clearance.may_see(hit.record.access);
                assert!(hits.iter().all(may_see), "{said}");
            }
        }
    }
}

#[test]
fn the_order_does_not_depend_on_the_page_size() {
    let library = library(N_RECORDS);
    let asked = request("nghiên cứu", Mode::Hybrid, Clearance::Staff);
    let (walked, first) = walk(&library, &asked);
    let at_once = library.ask(&SearchRequest {
        limit: first.total as usize,
        ..asked
    });
    let ids = |hits: &[Hit]| -> Vec<RecordId> { hits.iter().map(|hit| hit.id.clone()).collect() };
    assert_eq!(ids(&walked), ids(&at_once.hits));
}

#[test]
fn explanations_add_up_to_the_score() {
    let library = library(N_RECORDS);
    let mut asked = request("nghiên cứu", Mode::Hybrid, Clearance::Staff);
    asked.explain = true;
    asked.limit = N_RECORDS;
    let (mut n_both, mut n_words_only) = (0, 0);
    for hit in library.ask(&asked).hits {
        let explain = hit.explain.unwrap();
        let parts = explain.fusion.unwrap();
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-4 * b.abs().max(1.0);
        assert!(near(parts.lexical_part + parts.semantic_part, hit.score));
        let terms: f64 = explain.terms.iter().map(|term| f64::from(term.score)).sum();
        assert!(
            near(terms, explain.lexical) && near(terms, parts.lexical_score),
            "{parts:?} {terms}"
        );
        let share = parts.lexical_score / parts.best_lexical_score;
        assert!(near(parts.lexical_weight * share, parts.lexical_part));
        let closeness = parts.cosine.map_or(0.0, |cosine| {
            (cosine - parts.level_cosine) / (parts.nearest_cosine - parts.level_cosine)
        });
        assert!(near(
            (1.0 - parts.lexical_weight) * closeness,
            parts.semantic_part
        ));
        n_both += usize::from(parts.lexical_score > 0.0 && parts.cosine.is_some());
        n_words_only += usize::from(parts.lexical_score > 0.0 && parts.cosine.is_none());
    }
    assert!(n_both > 10 && n_words_only > 10, "{n_both} {n_words_only}");
}

#[test]
fn an_index_that_is_being_filled_says_so_on_every_answer() {
    let library = library(100);
    for mode in [Mode::Semantic, Mode::Hybrid] {
        let answer = library.ask(&request("xâm nhập mặn", mode, Clearance::Staff));
        let notice = "is being filled (100 of 420 changes)";
        assert!(
            answer.notices.iter().any(|n| n.contains(notice)),
            "{:?}",
            answer.notices
        );
    }
    library.embed(N_RECORDS);
    let answer = library.ask(&request("xâm nhập mặn", Mode::Hybrid, Clearance::Staff));
    assert!(
        !answer.notices.iter().any(|n| n.contains("filled")),
        "{:?}",
        answer.notices
    );
}

#[test]
fn similar_records_are_of_the_same_topic_and_may_be_seen() {
    let library = library(N_RECORDS);
    let mut asked = request("", Mode::Hybrid, Clearance::Public);
    let like = |asked: &SearchRequest, number: usize| {
        let id = &library.records[number].id;
        library.searcher.similar(id, asked).unwrap()
    };
    let found = like(&asked, 4).unwrap();
    assert_eq!((found.mode, found.hits.len()), (Mode::Semantic, 10));
    for hit in &found.hits {
        assert_ne!(hit.id, library.records[4].id);
        assert!(hit.title.text.contains(TOPICS[4]), "{}", hit.title.text);
        assert!(Clearance::Public.may_see(hit.record.access));
        assert!(hit.score > 0.5 && hit.score <= 1.0001, "{}", hit.score);
    }
    assert!(found.hits.is_sorted_by(|a, b| a.score >= b.score));
    // A record that may not be seen is as if it were not there.
    assert!(like(&asked, 7).is_none());
    asked.clearance = Clearance::Staff;
    assert!(like(&asked, 7).is_some());
    asked.filters = vec!["year:2003..2008".parse().unwrap()];
    let narrowed = like(&asked, 4).unwrap();
    let is_wanted = |hit: &Hit| (2003..=2008).contains(&hit.record.year.unwrap().get());
    assert!(!narrowed.hits.is_empty() && narrowed.hits.iter().all(is_wanted));
}

#[test]
fn without_a_vector_the_words_of_the_title_find_similar_records_and_say_so() {
    let library = library(100);
    let asked = request("", Mode::Hybrid, Clearance::Staff);
    let id = &library.records[400].id;
    let found = library.searcher.similar(id, &asked).unwrap().unwrap();
    assert_eq!((found.mode, found.hits.len()), (Mode::Lexical, 10));
    assert!(
        found.notices[0].contains("words of its title"),
        "{:?}",
        found.notices
    );
    let same = |hit: &Hit| hit.title.text.contains(TOPICS[400 % TOPICS.len()]);
    assert!(found.hits.iter().all(same) && found.hits.iter().all(|hit| hit.id != *id));
}
