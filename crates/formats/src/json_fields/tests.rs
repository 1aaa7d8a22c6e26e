//! What the fields of the contract become.

use records::{Clearance, RecordId};

use super::*;
use crate::IdSource;

fn parse(json: &str) -> Parsed {
    read(serde_json::from_str(json).unwrap()).unwrap()
}

#[test]
fn the_fields_of_the_contract() {
    let parsed = parse(
        r#"{"id":"a-1","title":{"vi":"Lúa chịu mặn","en":"Salt-tolerant rice"},
            "abstract":"Nghiên cứu này chọn tạo giống lúa chịu mặn cho vùng ven biển.",
            "authors":["Nguyễn Văn Đức",{"name":"Trần Thị Lan","affiliations":["Viện Lúa"],"orcid":"0000-0001"}],
            "year":"2019","venue":"Tạp chí Khoa học","doi":"https://doi.org/10.1000/ABC",
            "keywords":"lúa; chịu mặn; ven biển","language":"vi","type":"paper","field":"4",
            "pages":"12-19","text":[{"number":1,"text":"Trang một"},{"number":2,"text":"Trang hai"}],
            "access":"registered","collections":["B","A","A"],
            "links":[{"relation":"cites","target":"b-2"}],"subjects":["giống cây",{"scheme":"ipc","code":"A01H"}]}"#,
    );
    let record = parsed.record;
    assert_eq!(
        (record.id.as_str(), parsed.id_source),
        ("a-1", IdSource::Given)
    );
    assert_eq!(record.title.get(&Lang::en()).unwrap(), "Salt-tolerant rice");
    assert!(record.abstract_text.get(&Lang::vi()).is_some());
    assert_eq!(record.agents[0].name, "Nguyễn Văn Đức");
    assert_eq!(record.agents[1].affiliations, ["Viện Lúa"]);
    assert_eq!(record.year.unwrap().get(), 2019);
    assert_eq!(record.identifier(Scheme::Doi), Some("10.1000/abc"));
    assert_eq!(record.keywords.get(&Lang::vi()).unwrap().len(), 3);
    assert_eq!(
        (record.pages.as_deref(), record.body.len()),
        (Some("12-19"), 2)
    );
    assert!(!Clearance::Public.may_see(record.access));
    assert_eq!(record.collections, ["A", "B"]);
    let codes: Vec<_> = record
        .subjects
        .iter()
        .map(|s| (s.scheme.as_str(), s.code.as_str()))
        .collect();
    assert_eq!(
        codes,
        [("khcn", "4"), ("free", "giống cây"), ("ipc", "A01H")]
    );
    assert!(
        record.provenance.remarks.is_empty(),
        "{:?}",
        record.provenance
    );
}

#[test]
fn our_own_json_reads_back() {
    let first = parse(
        r#"{"id":"a","title":{"vi":"Một"},"authors":["Lê Lợi"],"text":"toàn văn","year":2001,
            "columns":[{"name":"t","samples":["1"]}],"doi":"10.1/x","province":"Huế"}"#,
    )
    .record;
    let json = serde_json::to_string(&first).unwrap();
    assert_eq!(parse(&json).record, first);
}

#[test]
fn the_id_comes_from_the_source_then_the_doi_then_the_content() {
    let by_doi = parse(r#"{"title":"Rice","doi":"10.1/X"}"#);
    assert_eq!(
        (by_doi.record.id.as_str(), by_doi.id_source),
        ("doi:10.1/x", IdSource::Identifier)
    );
    let one = parse(r#"{"title":"Rice","year":2001}"#);
    let same = parse(r#"{"year":"2001","title":"Rice"}"#);
    let other = parse(r#"{"title":"Rice","year":2002}"#);
    assert_eq!(one.id_source, IdSource::Content);
    assert_eq!(one.record.id, same.record.id);
    assert_ne!(one.record.id, other.record.id);
    assert_eq!(
        RecordId::new(one.record.id.as_str()).unwrap(),
        one.record.id
    );
}

#[test]
fn a_bad_field_costs_that_field_and_leaves_a_remark() {
    let record = parse(
        r#"{"title":"x","year":"n.d.","doi":"none","authors":["A",7,{"x":1}],"access":"secret","type":"poem"}"#,
    )
    .record;
    assert_eq!(
        (record.year, record.identifiers.len(), record.agents.len()),
        (None, 0, 2)
    );
    assert_eq!(
        record.access,
        AccessLevel::Restricted,
        "an unknown level never opens a record"
    );
    assert_eq!(record.record_type, RecordType::Other);
    assert_eq!(
        record.provenance.remarks.len(),
        5,
        "{:?}",
        record.provenance.remarks
    );
}

#[test]
fn what_cannot_be_found_again_is_refused_with_the_cure() {
    for (json, words) in [
        ("[1]", "where an object is wanted"),
        ("{}", "give at least a title"),
        (r#"{"id":"a b","title":"x"}"#, "use 1 to 200 bytes"),
        (
            r#"{"id":"a","title":"  ","abstract":null}"#,
            "give at least a title",
        ),
    ] {
        let error = read(serde_json::from_str(json).unwrap())
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn plain_strings_get_their_own_language() {
    let record = parse(
        r#"{"title":"Nghiên cứu ảnh hưởng của xâm nhập mặn đến năng suất lúa",
            "abstract":"This paper studies the effects of salinity intrusion on the yield of rice in the delta.",
            "language":"vi"}"#,
    )
    .record;
    assert!(record.title.get(&Lang::vi()).is_some());
    assert!(record.abstract_text.get(&Lang::en()).is_some());
}
