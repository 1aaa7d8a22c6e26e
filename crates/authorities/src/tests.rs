//! Acts on a small library, as its full text shows them.

use catalog::{Batch, CatalogStore, Detail, MemoryCatalog, WhatChanged};
use index::{FacetField, FullTextQuery, FullTextStore, QueryExpr, SearchField, TantivyStore};
use jiff::Timestamp;
use records::{AccessLevel, Agent, ChangeSeq, Clearance, Record, RecordId, RecordType};

use crate::{
    ActKind, Authority, AuthorityError, AuthorityKind, Party, Register, acts, apart, build, edit,
    load, merge, read_file, suggest, suggestions, undo,
};

struct Library {
    catalog: MemoryCatalog,
    full_text: TantivyStore,
    _folder: tempfile::TempDir,
    seq: std::cell::Cell<ChangeSeq>,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn record(id: &str, authors: &[(&str, Option<&str>)], institutions: &[&str]) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Paper);
    record.agents = authors
        .iter()
        .map(|(name, identifier)| Agent {
            identifier: identifier.map(str::to_owned),
            ..Agent::author(*name)
        })
        .collect();
    record.institutions = institutions.iter().map(|name| (*name).to_owned()).collect();
    record
}

impl Library {
    fn of(records: Vec<Record>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = Self {
            catalog: MemoryCatalog::new(),
            full_text: TantivyStore::open(folder.path()).unwrap(),
            _folder: folder,
            seq: ChangeSeq::ZERO.into(),
        };
        library
            .catalog
            .apply(Batch::of_records(at(1), records))
            .unwrap();
        library.follow();
        library
    }

    /// What the indexer does: the changes since the last time, and no others.
    fn follow(&self) {
        let register = Register::load(&self.catalog).unwrap();
        let page = self
            .catalog
            .changes(self.seq.get(), 1000, Clearance::Staff, Detail::Full)
            .unwrap();
        let upserts = page
            .changes
            .into_iter()
            .filter_map(|change| match change.what {
                WhatChanged::Upsert(stored) => Some(register.as_indexed(stored.record)),
                WhatChanged::Tombstone { .. } => None,
            });
        self.full_text.upsert(&upserts.collect::<Vec<_>>()).unwrap();
        self.full_text.commit(page.up_to).unwrap();
        self.seq.set(page.up_to);
    }

    fn counted(&self, facet: FacetField) -> Vec<(String, u64)> {
        let page = self.full_text.search(&FullTextQuery {
            facets: vec![facet],
            ..FullTextQuery::new(QueryExpr::All, Clearance::Staff)
        });
        let counts = page.unwrap().facets.remove(&facet).unwrap();
        counts
            .into_iter()
            .map(|count| (count.value, count.count))
            .collect()
    }

    fn holding(&self, field: SearchField, text: &str) -> u64 {
        let phrase = QueryExpr::Phrase {
            field: Some(field),
            text: text.to_owned(),
            slop: 0,
        };
        let query = FullTextQuery::new(phrase, Clearance::Staff);
        self.full_text.search(&query).unwrap().total
    }

    fn merge(&self, kept: &str, others: &[&str]) -> Result<u64, AuthorityError> {
        let party = |name: &str| Party::read(AuthorityKind::Person, name).unwrap();
        let others: Vec<Party> = others.iter().map(|name| party(name)).collect();
        let act = merge(
            &self.catalog,
            &self.full_text,
            &party(kept),
            &others,
            "thu-thu",
            at(2),
        )?;
        self.follow();
        Ok(act.number)
    }

    fn undo(&self, number: u64) -> Result<(), AuthorityError> {
        undo(&self.catalog, &self.full_text, number, "thu-thu", at(3))?;
        self.follow();
        Ok(())
    }
}

#[test]
fn merged_names_are_counted_as_one_and_apart_again_after_undo() {
    let library = Library::of(vec![
        record("a", &[("Nguyễn Văn An", None)], &[]),
        record("b", &[("Nguyen Van An", None)], &[]),
        record("c", &[("Trần Bình", None)], &[]),
    ]);
    let before = library.counted(FacetField::Author);
    let number = library.merge("Nguyễn Văn An", &["Nguyen Van An"]).unwrap();
    let merged = library.counted(FacetField::Author);
    let expect = [("Nguyễn Văn An".to_owned(), 2), ("Trần Bình".to_owned(), 1)];
    assert_eq!(merged, expect);
    library.undo(number).unwrap();
    assert_eq!(library.counted(FacetField::Author), before);
    assert!(matches!(
        library.undo(number),
        Err(AuthorityError::Changed(1))
    ));
    let log: Vec<_> = acts(&library.catalog).unwrap();
    assert_eq!(log.len(), 2);
    assert!(log[0].is_undone && log[1].kind == ActKind::Undo);
}

#[test]
fn an_undo_that_would_lose_a_later_act_is_refused() {
    let library = Library::of(vec![record("a", &[("Lê An", None)], &[])]);
    let first = library.merge("Lê An", &["Le An"]).unwrap();
    library.merge("Lê An", &["L. An"]).unwrap();
    assert!(matches!(
        library.undo(first),
        Err(AuthorityError::Changed(_))
    ));
}

#[test]
fn equal_identifiers_are_one_and_different_ones_are_two() {
    let (one, other) = (
        Some("0000-0002-1825-0097"),
        Some("https://orcid.org/0000-0002-1694-233X"),
    );
    let library = Library::of(vec![
        record("a", &[("Nguyễn Văn An", one)], &[]),
        record("b", &[("A. V. Nguyen", one)], &[]),
        record("c", &[("Nguyễn Văn An", other)], &[]),
        record("d", &[("Nguyễn Văn An", Some("0000-0002-1825-0096"))], &[]),
    ]);
    build(&library.catalog, &library.full_text, 2, "luật", at(2))
        .unwrap()
        .unwrap();
    library.follow();
    let counted = library.counted(FacetField::Author);
    let expect = [
        ("Nguyễn Văn An (0000-0002-1825-0097)", 2),
        // A wrong identifier is none, and the name alone may be either's.
        ("Nguyễn Văn An", 1),
        ("Nguyễn Văn An (0000-0002-1694-233X)", 1),
    ];
    assert_eq!(counted, expect.map(|(name, n)| (name.to_owned(), n)));
    let register = Register::load(&library.catalog).unwrap();
    let ids: Vec<String> = register
        .iter(AuthorityKind::Person)
        .map(|a| a.id.to_string())
        .collect();
    let refused = library.merge(&ids[0], &[&ids[1]]);
    assert!(matches!(refused, Err(AuthorityError::OtherIdentifier(..))));
    // Building again finds nothing new.
    let again = build(&library.catalog, &library.full_text, 2, "luật", at(3)).unwrap();
    assert_eq!(again, None);
}

#[test]
fn a_former_name_finds_the_records_of_the_present_one() {
    let library = Library::of(vec![
        record("a", &[], &["Trường Đại học Vinh"]),
        record("b", &[], &["Trường Đại học Sư phạm Vinh"]),
        record("c", &[], &["Viện Lúa"]),
        record("d", &[], &["Viện Cây"]),
    ]);
    let rows = read_file(
        r#"{"kind":"institution","name":"Trường Đại học Vinh","former":[{"name":"Trường Đại học Sư phạm Vinh","until":2001}],"province":"Nghệ An"}
           {"kind":"institution","name":"Viện Lúa"}
           {"kind":"institution","name":"Viện Cây","predecessors":["Viện Lúa"],"since":2015}"#,
    );
    let rows = rows.unwrap();
    load(
        &library.catalog,
        &library.full_text,
        &rows,
        "thu-thu",
        at(2),
    )
    .unwrap();
    library.follow();
    assert_eq!(
        library.holding(SearchField::Institution, "Trường Đại học Sư phạm Vinh"),
        2
    );
    assert_eq!(library.holding(SearchField::Institution, "Viện Lúa"), 2);
    assert_eq!(library.holding(SearchField::Institution, "Viện Cây"), 1);
    let counted = library.counted(FacetField::Institution);
    assert_eq!(counted[0], ("Trường Đại học Vinh".to_owned(), 2));
    // Loading the same file again changes nothing that is seen.
    load(
        &library.catalog,
        &library.full_text,
        &rows,
        "thu-thu",
        at(3),
    )
    .unwrap();
    library.follow();
    assert_eq!(library.counted(FacetField::Institution), counted);
    assert_eq!(
        Register::load(&library.catalog)
            .unwrap()
            .iter(AuthorityKind::Institution)
            .count(),
        3
    );
}

#[test]
fn an_institution_of_an_affiliation_is_counted() {
    let mut affiliated = record("a", &[("Lê An", None)], &[]);
    affiliated.agents[0].affiliations = vec!["Khoa Toán, Đại học Huế, Huế".to_owned()];
    let library = Library::of(vec![affiliated]);
    assert_eq!(library.counted(FacetField::Institution), []);
    let rows = read_file(r#"{"kind":"institution","name":"Đại học Huế"}"#).unwrap();
    load(
        &library.catalog,
        &library.full_text,
        &rows,
        "thu-thu",
        at(2),
    )
    .unwrap();
    library.follow();
    assert_eq!(
        library.counted(FacetField::Institution),
        [("Đại học Huế".to_owned(), 1)]
    );
}

#[test]
fn closed_records_give_no_names() {
    let mut closed = record(
        "b",
        &[("Nguyen Van An", None), ("Người Mật", None)],
        &["Viện Mật"],
    );
    closed.access = AccessLevel::Restricted;
    let library = Library::of(vec![record("a", &[("Nguyễn Văn An", None)], &[]), closed]);
    build(&library.catalog, &library.full_text, 1, "luật", at(2)).unwrap();
    let register = Register::load(&library.catalog).unwrap();
    let names: Vec<&str> = register
        .authorities
        .values()
        .flat_map(Authority::names)
        .collect();
    assert_eq!(names, ["Nguyễn Văn An"]);
    assert_eq!(suggest(&library.catalog, 0.0, at(3)).unwrap().list, []);
}

#[test]
fn what_was_decided_is_not_suggested_again() {
    let library = Library::of(vec![
        record("a", &[("Nguyễn Văn An", None), ("Trần Bình", None)], &[]),
        record("b", &[("A. V. Nguyen", None), ("Trần Bình", None)], &[]),
        record("c", &[("Lê Thị Hoa", None)], &[]),
        record("d", &[("Le Thi Hoa", None)], &[]),
    ]);
    let found = suggest(&library.catalog, 0.5, at(2)).unwrap();
    let names: Vec<_> = found
        .list
        .iter()
        .map(|s| (s.keep.name.as_str(), s.other.name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("Nguyễn Văn An", "A. V. Nguyen"),
            ("Lê Thị Hoa", "Le Thi Hoa")
        ]
    );
    library.merge("Nguyễn Văn An", &["A. V. Nguyen"]).unwrap();
    let said = apart(
        &library.catalog,
        "Le Thi Hoa",
        "Lê Thị Hoa",
        "thu-thu",
        at(3),
    )
    .unwrap();
    let open = || {
        let register = Register::load(&library.catalog).unwrap();
        suggestions(&library.catalog, &register)
            .unwrap()
            .unwrap()
            .list
            .len()
    };
    assert_eq!(open(), 0);
    library.undo(said.number).unwrap();
    assert_eq!(open(), 1);
}

#[test]
fn relations_that_cannot_be_are_refused() {
    let library = Library::of(vec![]);
    let rows = read_file(
        r#"{"kind":"institution","name":"Viện A"}
           {"kind":"institution","name":"Viện B","parent":"Viện A"}
           {"kind":"person","name":"Lê An"}"#,
    );
    load(
        &library.catalog,
        &library.full_text,
        &rows.unwrap(),
        "thu-thu",
        at(2),
    )
    .unwrap();
    let register = Register::load(&library.catalog).unwrap();
    let named = |kind, name: &str| register.named(kind, name)[0].clone();
    let (a, b) = (
        named(AuthorityKind::Institution, "Viện A"),
        named(AuthorityKind::Institution, "Viện B"),
    );
    let person = named(AuthorityKind::Person, "Lê An");
    let try_edit = |id, row: &str| {
        let row = &read_file(row).unwrap()[0].1;
        edit(&library.catalog, &library.full_text, id, row, "x", at(3))
    };
    let circle = format!(
        r#"{{"kind":"institution","name":"Viện A","parent":"{}"}}"#,
        b.id
    );
    assert!(matches!(
        try_edit(a.id, &circle),
        Err(AuthorityError::Circle(_))
    ));
    let of_person = format!(
        r#"{{"kind":"institution","name":"Viện A","parent":"{}"}}"#,
        person.id
    );
    assert!(matches!(
        try_edit(a.id, &of_person),
        Err(AuthorityError::NoInstitution(_))
    ));
    let nameless = r#"{"kind":"institution","name":" - "}"#;
    assert!(matches!(
        try_edit(a.id, nameless),
        Err(AuthorityError::NoName)
    ));
    let unknown = r#"{"kind":"institution","name":"Viện A","parent":"Không có"}"#;
    assert!(matches!(
        try_edit(a.id, unknown),
        Err(AuthorityError::Field {
            field: "parent",
            ..
        })
    ));
    let other_kind = r#"{"kind":"person","name":"Viện A"}"#;
    assert!(matches!(
        try_edit(a.id, other_kind),
        Err(AuthorityError::OtherKind)
    ));
    assert_eq!(acts(&library.catalog).unwrap().len(), 1);
    for wrong in [
        r#"{"kind":"institution","name":"C","parent":"Không có"}"#,
        r#"{"kind":"institution","name":"C","identifiers":["0000-0002-1825-0097"]}"#,
        r#"{"kind":"person","name":"C","identifiers":["0000-0002-1825-0096"]}"#,
    ] {
        let rows = read_file(wrong).unwrap();
        let refused = load(&library.catalog, &library.full_text, &rows, "x", at(4));
        assert!(
            matches!(refused, Err(AuthorityError::Line { line: 1, .. })),
            "{wrong}"
        );
    }
    assert!(matches!(
        read_file("{}"),
        Err(AuthorityError::Line { line: 1, .. })
    ));
}

#[test]
fn an_edit_says_all_that_an_authority_is_and_is_taken_back() {
    let library = Library::of(vec![record("a", &[], &["Viện Lúa"])]);
    let rows =
        r#"{"kind":"institution","name":"Viện Cây","variants":["Viện Lúa"],"province":"Cần Thơ"}"#;
    let rows = read_file(rows).unwrap();
    let loaded = load(&library.catalog, &library.full_text, &rows, "x", at(2)).unwrap();
    library.follow();
    assert_eq!(
        library.counted(FacetField::Institution),
        [("Viện Cây".to_owned(), 1)]
    );
    let register = Register::load(&library.catalog).unwrap();
    let before = register.named(AuthorityKind::Institution, "Viện Cây")[0].clone();
    let row = r#"{"kind":"institution","name":"Viện Cây trồng","former":[{"name":"Viện Cây","until":2012}],"since":2013}"#;
    let row = &read_file(row).unwrap()[0].1;
    let act = edit(
        &library.catalog,
        &library.full_text,
        before.id,
        row,
        "x",
        at(3),
    )
    .unwrap();
    library.follow();
    let register = Register::load(&library.catalog).unwrap();
    let after = register.get(before.id).unwrap();
    assert_eq!(after.variants, Vec::<String>::new());
    assert_eq!(
        (after.province.clone(), after.since.is_some()),
        (None, true)
    );
    // Its name is printed no more: the record stands under what it prints.
    assert_eq!(
        library.counted(FacetField::Institution),
        [("Viện Lúa".to_owned(), 1)]
    );
    undo(&library.catalog, &library.full_text, act.number, "x", at(4)).unwrap();
    library.follow();
    let register = Register::load(&library.catalog).unwrap();
    assert_eq!(register.get(before.id), Some(&before));
    assert_eq!(
        library.counted(FacetField::Institution),
        [("Viện Cây".to_owned(), 1)]
    );
    assert_eq!(loaded.kind, ActKind::Load);
}
