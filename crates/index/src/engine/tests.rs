//! What only the store in a folder does: commits, generations, other processes.

use records::{AccessLevel, ChangeSeq, Clearance, Lang, Localised, Record, RecordId, RecordType};

use super::TantivyStore;
use crate::{
    FacetField, Filter, FullTextError, FullTextQuery, FullTextStore, QueryExpr, Sort, Words,
};

fn record(id: &str, title: &str) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Paper);
    record.title = Localised::one(Lang::vi(), title.into());
    record
}

fn words(text: &str) -> QueryExpr {
    QueryExpr::Words(Words {
        text: text.into(),
        ..Words::default()
    })
}

fn ids(store: &TantivyStore, expr: QueryExpr) -> Vec<String> {
    let page = store.search(&FullTextQuery::new(expr, Clearance::Staff));
    let hits = page.unwrap().hits;
    hits.into_iter().map(|hit| hit.id.to_string()).collect()
}

#[test]
fn only_what_is_committed_is_found_and_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let store = TantivyStore::open(folder.path()).unwrap();
    store.upsert(&[record("a", "mạng nơ-ron")]).unwrap();
    assert_eq!(ids(&store, words("mạng")), [""; 0]);
    store.commit(ChangeSeq(7)).unwrap();
    assert_eq!(ids(&store, words("mạng")), ["a"]);
    store.upsert(&[record("b", "mạng")]).unwrap();
    drop(store);
    let again = TantivyStore::open(folder.path()).unwrap();
    assert_eq!(again.applied_seq().unwrap(), ChangeSeq(7));
    assert_eq!(ids(&again, words("mạng")), ["a"]);
}

#[test]
fn another_store_on_the_folder_sees_commits_and_rebuilds() {
    let folder = tempfile::tempdir().unwrap();
    let writer = TantivyStore::open(folder.path()).unwrap();
    let reader = TantivyStore::open(folder.path()).unwrap();
    writer.upsert(&[record("a", "lúa")]).unwrap();
    writer.commit(ChangeSeq(1)).unwrap();
    assert_eq!(ids(&reader, words("lúa")), ["a"]);
    assert!(matches!(
        reader.upsert(&[record("b", "lúa")]),
        Err(FullTextError::Busy { .. })
    ));
    writer.finish().unwrap();

    let rebuilt = TantivyStore::begin_rebuild(folder.path()).unwrap();
    rebuilt.upsert(&[record("c", "lúa")]).unwrap();
    rebuilt.commit(ChangeSeq(9)).unwrap();
    assert_eq!(ids(&rebuilt, words("lúa")), ["c"]);
    assert_eq!(ids(&reader, words("lúa")), ["a"]);
    rebuilt.publish().unwrap();
    assert_eq!(ids(&reader, words("lúa")), ["c"]);
    assert_eq!(reader.applied_seq().unwrap(), ChangeSeq(9));
    reader.upsert(&[record("d", "lúa")]).unwrap();
    reader.commit(ChangeSeq(10)).unwrap();
    assert_eq!(ids(&writer, words("lúa")), ["c", "d"]);
}

#[test]
fn a_record_is_replaced_whether_committed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = TantivyStore::open(folder.path()).unwrap();
    store
        .upsert(&[record("a", "một"), record("a", "hai"), record("b", "hai")])
        .unwrap();
    store.commit(ChangeSeq(1)).unwrap();
    assert_eq!(ids(&store, words("một")), [""; 0]);
    assert_eq!(ids(&store, words("hai")), ["a", "b"]);
    store.upsert(&[record("b", "ba")]).unwrap();
    store.delete(&[RecordId::new("a").unwrap()]).unwrap();
    store.commit(ChangeSeq(2)).unwrap();
    assert_eq!(ids(&store, QueryExpr::All), ["b"]);
}

#[test]
fn an_index_of_another_definition_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    drop(TantivyStore::open(folder.path()).unwrap());
    std::fs::write(folder.path().join("g1/definition"), "0").unwrap();
    let error = TantivyStore::open(folder.path()).err().unwrap().to_string();
    assert!(error.contains("index --rebuild"), "{error}");
}

#[test]
fn order_totals_and_counts_do_not_depend_on_the_segments() {
    let records: Vec<Record> = (0..200)
        .map(|i| {
            let mut record = record(&format!("r{i:03}"), &format!("chủ đề {}", i % 7));
            record.venue = Some(format!("Tạp chí {}", i % 3));
            if i % 5 == 0 {
                record.access = AccessLevel::Restricted;
            }
            record
        })
        .collect();
    let answer = |batch: usize, sort: Sort| {
        let folder = tempfile::tempdir().unwrap();
        let store = TantivyStore::open(folder.path()).unwrap();
        for chunk in records.chunks(batch) {
            store.upsert(chunk).unwrap();
            store.commit(ChangeSeq(1)).unwrap();
        }
        let mut query = FullTextQuery::new(words("chủ đề 3"), Clearance::Public);
        query.facets = vec![FacetField::Venue, FacetField::Access, FacetField::Type];
        query.filters = vec![
            Filter::new(FacetField::Venue, "Tạp chí 1"),
            Filter::new(FacetField::Venue, "Tạp chí 2"),
        ];
        query.sort = sort;
        (store.search(&query).unwrap(), store.stats().unwrap())
    };
    for sort in [Sort::Relevance, Sort::Newest, Sort::Title] {
        let (whole, one) = answer(200, sort);
        let (parts, many) = answer(23, sort);
        assert!(one.n_segments < many.n_segments);
        assert_eq!(whole, parts);
        let counted: u64 = whole.facets[&FacetField::Venue]
            .iter()
            .map(|v| v.count)
            .sum();
        assert_eq!(counted, whole.total);
        assert!(whole.total > 10);
        assert_eq!(whole.facets[&FacetField::Access].len(), 1);
    }
}

#[test]
fn the_laws_of_the_seam_hold() {
    let folder = tempfile::tempdir().unwrap();
    crate::testsuite::run_all(&TantivyStore::open(folder.path()).unwrap());
}
