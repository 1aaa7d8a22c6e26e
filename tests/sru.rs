//! SRU with CQL against the real server.

use crate::site::{N_OPEN, SECRET, get, get_as};

fn sru(query: &str) -> String {
    let answer = get(format!("/sru?{query}"));
    assert_eq!(answer.status, 200, "{query}");
    assert!(answer.header("content-type").starts_with("application/xml"));
    answer.body
}

fn n_records(body: &str) -> &str {
    let from = body.split("<numberOfRecords>").nth(1).unwrap();
    from.split('<').next().unwrap()
}

fn diagnostic(body: &str) -> Option<&str> {
    body.split("info:srw/diagnostic/1/")
        .nth(1)?
        .split('<')
        .next()
}

#[test]
fn both_families_of_the_standard_are_answered() {
    let one = sru("operation=searchRetrieve&version=1.2&query=dc.title%3Dlua&maximumRecords=3");
    assert!(
        one.contains("xmlns=\"http://www.loc.gov/zing/srw/\"")
            && one.contains("<version>1.2</version>")
    );
    assert!(one.contains("<recordPacking>xml</recordPacking>"));
    let two = sru("query=dc.title%3Dlua&maximumRecords=3");
    assert!(two.contains("sruResponse\"") && two.contains("<recordXMLEscaping>xml<"));
    for body in [one, two] {
        assert_eq!(n_records(&body), "40");
        assert_eq!(body.matches("<recordPosition>").count(), 3);
        assert!(body.contains("<nextRecordPosition>4</nextRecordPosition>"));
        assert!(body.contains("<record xmlns=\"http://www.loc.gov/MARC21/slim\">"));
    }
    assert!(sru("").contains("<database>sru</database>"));
    assert!(sru("operation=explain&version=1.1").contains("explainResponse"));
}

#[test]
fn cql_finds_what_the_library_has() {
    for (cql, n) in [
        ("cql.allRecords=1", N_OPEN.to_string()),
        ("dc.title%3D%22chiu+man%22", "40".into()),
        (
            "dc.creator+all+%22Nguyen+Hanh%22+and+dc.date+within+%222022+2023%22",
            "2".into(),
        ),
        ("dc.identifier%3Dbai-bao", "1".into()),
        (SECRET, "0".into()),
    ] {
        assert_eq!(n_records(&sru(&format!("query={cql}"))), n, "{cql}");
    }
    for (schema, mark) in [
        ("mods", "<mods "),
        ("dc", "<oai_dc:dc "),
        ("marcxml", "<leader>"),
    ] {
        let body = sru(&format!("query=lua&recordSchema={schema}&maximumRecords=2"));
        assert_eq!(body.matches(mark).count(), 2, "{schema}");
    }
    let text = sru("query=lua&recordXMLEscaping=string&maximumRecords=1");
    assert!(text.contains("&lt;leader&gt;"));
    assert_eq!(
        n_records(&get_as("librarian", &format!("/sru?query={SECRET}")).body),
        "3"
    );
}

#[test]
fn every_mistake_has_its_diagnostic() {
    for (query, number) in [
        ("operation=dance", "4"),
        ("operation=explain&version=9", "5"),
        ("operation=searchRetrieve", "7"),
        ("query=lua&startRecord=0", "6"),
        ("query=lua&colour=red", "8"),
        ("query=%28lua", "10"),
        ("query=dc.colour%3Dred", "16"),
        ("query=lua&startRecord=4000", "61"),
        ("query=lua&recordSchema=word", "66"),
        ("query=lua&recordXMLEscaping=tar", "71"),
    ] {
        assert_eq!(diagnostic(&sru(query)), Some(number), "{query}");
    }
}
