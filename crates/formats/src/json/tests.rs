//! Each dialect by a small record; lists, answers and broken values.

use records::{AgentKind, AgentRole, Lang, Record, RecordType, Scheme};

use super::*;

fn read_all(json: &str) -> Vec<Result<Record, String>> {
    let entries = JsonFormat.entries(Box::new(json.as_bytes()), Limits::default());
    let read = entries.map(|entry| JsonFormat.parse(&entry.unwrap()));
    read.map(|read| {
        read.map(|parsed| parsed.record)
            .map_err(|error| error.to_string())
    })
    .collect()
}

fn read_one(json: &str) -> Record {
    let mut found = read_all(json);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0).unwrap()
}

#[test]
fn an_answer_of_crossref_gives_its_works() {
    let found = read_all(
        r#"{"status": "ok", "message": {"items": [
            {"DOI": "10.1/A", "type": "journal-article", "title": ["Rice"], "subtitle": ["a study"],
             "author": [{"family": "Nguyễn", "given": "Văn A", "ORCID": "http://orcid.org/0000-0001-5000-0007",
                         "affiliation": [{"name": "Viện Lúa"}]}, {"name": "Nhóm B"}],
             "issued": {"date-parts": [[2019, 5]]}, "container-title": ["Journal"], "page": "1-2",
             "abstract": "<jats:title>Abstract</jats:title><jats:p>One &amp; two.</jats:p>", "ISSN": ["1859-1531"]},
            {"DOI": "10.1/B", "type": "dissertation", "title": ["Thesis"], "issued": {"date-parts": [[null]]}}]}}"#,
    );
    let record = found[0].as_ref().unwrap();
    assert_eq!(record.title.iter().next().unwrap().1, "Rice: a study");
    assert_eq!(record.agents[0].name, "Nguyễn Văn A");
    assert_eq!(
        record.agents[0].identifier.as_deref(),
        Some("0000-0001-5000-0007")
    );
    assert_eq!(record.agents[1].kind, AgentKind::Organisation);
    assert_eq!(record.date.as_deref(), Some("2019-05"));
    assert!(
        record
            .abstract_text
            .iter()
            .next()
            .unwrap()
            .1
            .ends_with("One & two.")
    );
    assert_eq!(found[1].as_ref().unwrap().record_type, RecordType::Thesis);
}

#[test]
fn datasets_of_portals() {
    let ckan = read_one(
        r#"{"success": true, "result": {"title": "x", "title_translated": {"vi": "Số liệu", "en": "Data"}, "notes": "Mô tả",
            "author": "Nguyễn, Văn A; Trần B", "license_id": "cc-by", "private": true, "tags": [{"name": "mưa"}], "resources": []}}"#,
    );
    assert_eq!(ckan.title.get(&Lang::en()).unwrap(), "Data");
    assert_eq!(
        (ckan.agents.len(), ckan.access),
        (2, records::AccessLevel::Restricted)
    );
    let dataverse = read_one(
        r#"{"datasetVersion": {"datasetPersistentId": "doi:10.1/D", "metadataBlocks": {"citation": {"fields": [
            {"typeName": "title", "value": "Cars"},
            {"typeName": "author", "value": [{"authorName": {"value": "Durbin, Philip"}, "authorAffiliation": {"value": "(Harvard)"}}]},
            {"typeName": "dsDescription", "value": [{"dsDescriptionValue": {"value": "<p>About cars.</p>"}}]}]}}}}"#,
    );
    assert_eq!(
        (
            dataverse.agents[0].name.as_str(),
            dataverse.agents[0].affiliations[0].as_str()
        ),
        ("Philip Durbin", "Harvard")
    );
    assert_eq!(dataverse.identifier(Scheme::Doi), Some("10.1/d"));
    assert_eq!(
        dataverse.abstract_text.iter().next().unwrap().1,
        "About cars."
    );
    let error = read_all(r#"{"alias": "a", "dataverseType": "JOURNALS"}"#)
        .remove(0)
        .unwrap_err();
    assert!(error.contains("a collection"), "{error}");
}

#[test]
fn packages_and_croissants_give_their_columns() {
    let package = read_one(
        r#"{"name": "rain", "title": "Rain", "contributors": [{"title": "A", "role": "author"}, {"title": "P", "role": "publisher"}],
            "resources": [{"name": "r", "path": "r.csv", "schema": {"fields": [{"name": "mm", "type": "number", "description": "rain in mm"}]}}]}"#,
    );
    assert_eq!(package.columns[0].name, "mm");
    assert_eq!(
        package.columns[0].description.as_deref(),
        Some("rain in mm")
    );
    assert_eq!(
        (package.publisher.as_deref(), package.agents.len()),
        (Some("P"), 1)
    );
    let croissant = read_one(
        r#"{"@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"}, "@type": "sc:Dataset",
            "name": "Mưa", "description": "Lượng mưa ngày", "creator": {"@type": "sc:Organization", "name": "Viện A"},
            "recordSet": [{"field": [{"name": "mm", "dataType": "sc:Float"}]}]}"#,
    );
    assert_eq!(croissant.provenance.format, "croissant");
    assert_eq!(croissant.columns[0].data_type.as_deref(), Some("float"));
    assert_eq!(
        (croissant.agents[0].kind, croissant.record_type),
        (AgentKind::Organisation, RecordType::Dataset)
    );
}

#[test]
fn datacite_and_marc_in_json() {
    let datacite = read_one(
        r#"{"data": {"attributes": {"doi": "10.1/X", "titles": [{"title": "Số liệu", "lang": "vi"}, {"title": "Data", "titleType": "TranslatedTitle", "lang": "en"}],
            "creators": [{"name": "A, B", "familyName": "A", "givenName": "B"}], "contributors": [{"name": "C", "contributorType": "Editor"}],
            "publisher": {"name": "P"}, "publicationYear": 2020, "types": {"resourceTypeGeneral": "Dataset"}}}}"#,
    );
    assert_eq!(datacite.title.get(&Lang::en()).unwrap(), "Data");
    assert_eq!(
        (datacite.publisher.as_deref(), datacite.agents[1].role),
        (Some("P"), AgentRole::Editor)
    );
    let marc = read_one(
        r#"{"leader": "01471cam a2200349 a 4500", "fields": [{"001": "7"}, {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "Summerland /"}]}}]}"#,
    );
    assert_eq!(marc.title.iter().next().unwrap().1, "Summerland");
}

#[test]
fn a_broken_value_does_not_hide_the_next() {
    let found = read_all("[{\"title\": \"Một\"}, {\"title\": \"Hai\",}, {\"title\": \"Ba\"}");
    assert!(found[0].is_ok() && found[2].is_ok());
    assert!(found[1].as_ref().unwrap_err().contains("not valid JSON"));
    let npm = read_all("{\n\"name\": \"app\", \"version\": \"1.0\"}")
        .remove(0)
        .unwrap_err();
    assert!(npm.contains("at least a title"), "{npm}");
}
