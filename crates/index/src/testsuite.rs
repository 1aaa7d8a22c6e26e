//! The laws of [`FullTextStore`], run against every implementation: each case
//! asks the store and the oracle the same questions.

use records::{
    AccessLevel, Agent, ChangeSeq, Clearance, Lang, Localised, Page, Record, RecordId, RecordType,
    Year,
};

use crate::{
    FacetField, Filter, FullTextPage, FullTextQuery, FullTextStore, MemoryFullText, QueryExpr,
    SearchField, Sort, Words,
};

const SUBJECTS: [&str; 8] = [
    "biến đổi khí hậu ở đồng bằng sông Cửu Long",
    "mạng nơ-ron tích chập cho ảnh y tế",
    "bien doi khi hau va nuoc bien dang",
    "deep neural networks for machine translation",
    "ứng dụng học máy trong dự báo hạn mặn",
    "bàn về bạn, bán và bản đồ số",
    "computing computers with computation",
    "COVID-19: vắc-xin và miễn dịch cộng đồng",
];

/// Records with every kind of field, uneven on purpose.
pub fn records() -> Vec<Record> {
    (0..120_usize)
        .map(|i| {
            let id = RecordId::new(format!("r{:03}", i * 37 % 120)).unwrap();
            let mut record = Record::new(id, RecordType::ALL[i % 5]);
            let title = SUBJECTS[i % SUBJECTS.len()];
            record.title = Localised::one(Lang::vi(), format!("{title} {}", i % 11));
            if i % 3 == 0 {
                let text = SUBJECTS[(i / 3) % SUBJECTS.len()];
                record.abstract_text = Localised::one(Lang::vi(), text.repeat(1 + i % 4));
            }
            if i % 4 == 0 {
                record.body = vec![Page::new(1, SUBJECTS[(i / 4) % SUBJECTS.len()])];
            }
            record.agents = vec![Agent::author(["Lê Văn An", "Trần Thị Bình"][i % 2])];
            record.year = (i % 6 > 0).then(|| Year::new(2000 + (i % 20) as i32).unwrap());
            record.venue = Some(format!("Tạp chí {}", i % 4));
            record.language = Some(if i % 8 == 3 { Lang::en() } else { Lang::vi() });
            record.access = AccessLevel::ALL[(i / 2) % 4];
            record
        })
        .collect()
}

fn id(text: &str) -> RecordId {
    RecordId::new(text).unwrap()
}

fn words(text: &str) -> QueryExpr {
    QueryExpr::Words(Words {
        text: text.into(),
        ..Words::default()
    })
}

fn phrase(text: &str, slop: u32) -> QueryExpr {
    QueryExpr::Phrase {
        field: None,
        text: text.into(),
        slop,
    }
}

/// Questions of every kind.
pub fn questions() -> Vec<QueryExpr> {
    let not = |a, b| QueryExpr::AndNot(Box::new(a), Box::new(b));
    vec![
        QueryExpr::All,
        QueryExpr::Nothing,
        QueryExpr::Ids(vec![id("r003"), id("r077"), id("R003"), id("x")]),
        QueryExpr::Or(vec![
            words("khí hậu"),
            QueryExpr::Ids(vec![id("r003"), id("r050")]),
        ]),
        words("biến đổi khí hậu"),
        words("bien doi khi hau"),
        words("bàn"),
        words("ban"),
        words("computer"),
        words("mạng học máy dự báo ảnh"),
        words("không-có-từ-này"),
        words("r001"),
        phrase("khí hậu", 0),
        phrase("khi hau", 0),
        phrase("học dự báo", 2),
        QueryExpr::Prefix {
            field: None,
            text: "comp".into(),
        },
        QueryExpr::Prefix {
            field: Some(SearchField::Author),
            text: "tr".into(),
        },
        QueryExpr::Words(Words {
            field: Some(SearchField::Identifier),
            text: "R001".into(),
            ..Words::default()
        }),
        QueryExpr::And(vec![words("khí hậu"), words("nước")]),
        QueryExpr::Or(vec![words("máy"), phrase("neural networks", 0)]),
        not(
            words("biến"),
            QueryExpr::Value(Filter::new(FacetField::Type, "paper")),
        ),
        not(QueryExpr::All, words("biến")),
        QueryExpr::Words(Words {
            text: "bien doi".into(),
            variants: vec![
                ("biến đổi".into(), 0.9),
                ("climate change risks".into(), 0.5),
            ],
            ..Words::default()
        }),
    ]
}

fn ask(expr: QueryExpr, clearance: Clearance, sort: Sort) -> FullTextQuery {
    FullTextQuery {
        facets: FacetField::ALL.into(),
        limit: 1000,
        sort,
        explain: true,
        ..FullTextQuery::new(expr, clearance)
    }
}

/// All laws, on an empty store.
pub fn run_all(store: &dyn FullTextStore) {
    assert_eq!(store.applied_seq().unwrap(), ChangeSeq::ZERO);
    let oracle = MemoryFullText::new();
    fill(store);
    fill(&oracle);
    assert_eq!(store.applied_seq().unwrap(), ChangeSeq(2));
    assert_eq!(
        store.stats().unwrap().n_records,
        oracle.stats().unwrap().n_records
    );
    for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
        assert_eq!(
            store.ids(clearance).unwrap(),
            oracle.ids(clearance).unwrap()
        );
    }
    for expr in questions() {
        for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
            for sort in [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Title] {
                let query = ask(expr.clone(), clearance, sort);
                agree(store, &oracle, &query);
            }
        }
        filters_narrow(store, &oracle, &expr);
        pages_follow_one_another(store, &expr);
    }
    closed_records_leave_no_trace(store);
    spelling_agrees(store, &oracle);
    counts_agree(store, &oracle);
    changes_show(store);
}

/// Puts the records in over two commits.
fn fill(store: &dyn FullTextStore) {
    let records = records();
    let (first, rest) = records.split_at(50);
    store.upsert(first).unwrap();
    store.commit(ChangeSeq(1)).unwrap();
    store.upsert(rest).unwrap();
    store.commit(ChangeSeq(2)).unwrap();
    store.finish().unwrap();
}

/// A record that is replaced is found by its new words only, one that is
/// deleted not at all. Scores are not compared: an engine may count deleted
/// records until it merges.
fn changes_show(store: &dyn FullTextStore) {
    let mut records = records();
    let (gone, changed) = (records[3].id.clone(), &mut records[7]);
    changed.title = Localised::one(Lang::vi(), "từ khóa hiếm hoi duy nhất".into());
    store.upsert(std::slice::from_ref(changed)).unwrap();
    let absent = RecordId::new("absent").unwrap();
    store.delete(&[gone.clone(), absent]).unwrap();
    let before = store
        .search(&ask(QueryExpr::All, Clearance::Staff, Sort::Newest))
        .unwrap();
    store.commit(ChangeSeq(3)).unwrap();
    let after = store
        .search(&ask(QueryExpr::All, Clearance::Staff, Sort::Newest))
        .unwrap();
    assert_eq!(after.total + 1, before.total);
    assert!(after.hits.iter().all(|hit| hit.id != gone));
    assert!(!store.ids(Clearance::Staff).unwrap().contains(&gone));
    let found = store
        .search(&ask(words("hiếm hoi"), Clearance::Staff, Sort::Newest))
        .unwrap();
    let ids: Vec<&RecordId> = found.hits.iter().map(|hit| &hit.id).collect();
    assert_eq!(ids, [&changed.id]);
    assert_eq!(store.applied_seq().unwrap(), ChangeSeq(3));
    store.finish().unwrap();
}

/// Same total, same counts, same records, scores but for
/// rounding; and the order that the scores and the ids ask for.
fn agree(store: &dyn FullTextStore, oracle: &dyn FullTextStore, query: &FullTextQuery) {
    let (ours, theirs) = (store.search(query).unwrap(), oracle.search(query).unwrap());
    let context = format!("{:?} {:?} {:?}", query.expr, query.clearance, query.sort);
    assert_eq!(ours.total, theirs.total, "{context}");
    assert_eq!(ours.facets, theirs.facets, "{context}");
    let ids = |page: &FullTextPage| -> Vec<RecordId> {
        let mut ids: Vec<RecordId> = page.hits.iter().map(|hit| hit.id.clone()).collect();
        if query.sort == Sort::Relevance {
            ids.sort();
        }
        ids
    };
    assert_eq!(ids(&ours), ids(&theirs), "{context}");
    for hit in &ours.hits {
        let other = theirs.hits.iter().find(|other| other.id == hit.id).unwrap();
        let apart = (hit.score - other.score).abs();
        assert!(
            apart <= 1e-3 * other.score + 1e-4,
            "{context}: {hit:?} {other:?}"
        );
        let sum: f32 = hit.parts.iter().map(|part| part.score).sum();
        assert!(
            (sum - hit.score).abs() <= 1e-3 * hit.score + 1e-4,
            "{context}: {hit:?}"
        );
    }
    if query.sort == Sort::Relevance {
        let better = |a: &crate::FullTextHit, b: &crate::FullTextHit| {
            a.score > b.score || a.score == b.score && a.id < b.id
        };
        assert!(ours.hits.is_sorted_by(better), "{context}");
    }
}

fn filters_narrow(store: &dyn FullTextStore, oracle: &dyn FullTextStore, expr: &QueryExpr) {
    let mut query = ask(expr.clone(), Clearance::Staff, Sort::Newest);
    query.filters = vec![
        Filter::new(FacetField::Venue, "Tạp chí 1"),
        Filter::new(FacetField::Venue, "Tạp chí 2"),
        Filter::new(FacetField::Year, "2004..2012"),
        Filter::new(FacetField::Author, "Lê Văn An"),
    ];
    agree(store, oracle, &query);
    query.filters.push(Filter::new(FacetField::Year, "soon"));
    assert!(store.search(&query).is_err());
}

fn pages_follow_one_another(store: &dyn FullTextStore, expr: &QueryExpr) {
    let mut query = FullTextQuery::new(expr.clone(), Clearance::Staff);
    query.limit = 1000;
    let whole = store.search(&query).unwrap().hits;
    query.limit = 7;
    let mut paged = Vec::new();
    for offset in (0..whole.len()).step_by(7) {
        query.offset = offset;
        paged.extend(store.search(&query).unwrap().hits);
    }
    assert_eq!(whole, paged);
}

/// Unknown words bring known ones that are near, and none that only closed
/// records hold.
fn spelling_agrees(store: &dyn FullTextStore, oracle: &dyn FullTextStore) {
    let similar = |store: &dyn FullTextStore, word: &str, clearance| {
        store.similar_words(word, clearance, 3).unwrap()
    };
    for word in [
        "machne",
        "compuetrs",
        "translaton",
        "nghich",
        "khis",
        "đồg",
        "vac",
        "xyzzyx",
        "neural",
        "",
        "hai tu",
        "covidd",
        "transltaoin",
    ] {
        for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
            let found = similar(store, word, clearance);
            assert_eq!(
                found,
                similar(oracle, word, clearance),
                "{word} {clearance:?}"
            );
            for near in &found {
                let page = store.search(&ask(words(near), clearance, Sort::Newest));
                assert!(page.unwrap().total > 0, "{word}: {near} {clearance:?}");
            }
        }
    }
    assert_eq!(similar(store, "machne", Clearance::Staff), ["machine"]);
    assert_eq!(similar(store, "compuetrs", Clearance::Staff), ["computers"]);
    assert!(similar(store, "neural", Clearance::Staff).is_empty());
}

/// Words and pairs are counted with their accents, and closed records are not.
fn counts_agree(store: &dyn FullTextStore, oracle: &dyn FullTextStore) {
    let count = |text: &str, clearance| store.n_holding(text, clearance).unwrap();
    for text in [
        "biến",
        "bien",
        "khí hậu",
        "khi hau",
        "khí hầu",
        "học máy",
        "bản đồ",
        "ban",
        "bạn",
        "machine",
        "machine translation",
        "bàn về bạn",
        "",
        "xyzzy",
    ] {
        let counts =
            [Clearance::Public, Clearance::Registered, Clearance::Staff].map(|clearance| {
                let found = count(text, clearance);
                assert_eq!(found, oracle.n_holding(text, clearance).unwrap(), "{text}");
                found
            });
        assert!(counts.is_sorted(), "{text}: {counts:?}");
    }
    assert!(count("học máy", Clearance::Public) > 0);
    assert!(count("học máy", Clearance::Public) < count("học máy", Clearance::Staff));
    assert_eq!(count("bản đồ", Clearance::Public), 0, "closed records only");
    assert!(count("bản đồ", Clearance::Staff) > 0);
    assert!(
        count("bạn", Clearance::Staff) > 0,
        "and nobody writes `ban`"
    );
    for none in ["ban", "khí hầu", "machine translation", "bàn về bạn", ""] {
        assert_eq!(count(none, Clearance::Staff), 0, "{none}");
    }
}

/// What whoever asks may not see is not found, counted or listed.
fn closed_records_leave_no_trace(store: &dyn FullTextStore) {
    for expr in questions() {
        let page = store
            .search(&ask(expr, Clearance::Public, Sort::Relevance))
            .unwrap();
        let levels = &page.facets[&FacetField::Access];
        assert!(levels.iter().all(|level| level.value == "open"));
        let counted: u64 = levels.iter().map(|level| level.count).sum();
        assert_eq!(counted, page.total);
    }
}
