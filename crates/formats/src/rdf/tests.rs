//! Graphs with several datasets, with errors, and without any.

use records::{AgentKind, Lang, Record};

use super::*;

fn read_all(bytes: &str, syntax: Syntax) -> Vec<Result<Record, String>> {
    let read = entries(bytes.as_bytes(), syntax)
        .into_iter()
        .map(|entry| parse(&entry));
    read.map(|read| {
        read.map(|parsed| parsed.record)
            .map_err(|error| error.to_string())
    })
    .collect()
}

const TURTLE: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<http://a.vn/1> a dcat:Dataset ; dct:title \"Số liệu mưa\"@vi, \"Rainfall data\"@en ; dct:issued \"2019-05-01\" ;
  dcat:keyword \"mưa\"@vi ; dct:creator [ a foaf:Person ; foaf:name \"Nguyễn Văn A\" ] ;
  dct:publisher <http://a.vn/org> ; dct:relation <http://a.vn/2> ;
  dcat:distribution [ dct:license <http://creativecommons.org/licenses/by/4.0/> ] .
<http://a.vn/org> foaf:name \"Viện Khí tượng\" .
<http://a.vn/2> a dcat:Dataset ; dct:title \"Khác\"@vi ; dct:identifier \"10.1/B\" .
";

#[test]
fn each_dataset_with_what_describes_it() {
    let found = read_all(TURTLE, Syntax::Turtle);
    assert_eq!(found.len(), 2);
    let record = found[0].as_ref().unwrap();
    assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Số liệu mưa");
    assert_eq!(record.title.get(&Lang::en()).unwrap(), "Rainfall data");
    assert_eq!(
        (record.agents[0].name.as_str(), record.agents[0].kind),
        ("Nguyễn Văn A", AgentKind::Person)
    );
    assert_eq!(record.publisher.as_deref(), Some("Viện Khí tượng"));
    assert_eq!(
        record.licence.as_deref(),
        Some("http://creativecommons.org/licenses/by/4.0/")
    );
    assert_eq!(
        (record.id.as_str(), record.date.as_deref()),
        ("http://a.vn/1", Some("2019-05-01"))
    );
    let other = found[1].as_ref().unwrap();
    assert_eq!(other.title.get(&Lang::vi()).unwrap(), "Khác");
}

#[test]
fn an_error_costs_its_statement_and_says_its_line() {
    let broken = format!(
        "{TURTLE}\n<http://a.vn/3> nope:x \"y\" .\n<http://a.vn/4> a dcat:Dataset ; dct:title \"Bốn\" .\n"
    );
    let found = read_all(&broken, Syntax::Turtle);
    assert_eq!(found.iter().filter(|read| read.is_ok()).count(), 3);
    let error = found.into_iter().find_map(Result::err).unwrap();
    assert!(
        error.contains("nope") && error.contains("line 10"),
        "{error}"
    );
    let none = read_all("<http://a> <http://b> \"c\" .", Syntax::Turtle)
        .remove(0)
        .unwrap_err();
    assert!(none.contains("no `dcat:Dataset`"), "{none}");
}

#[test]
fn xml_and_json_say_the_same() {
    let xml = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dcat='http://www.w3.org/ns/dcat#' \
               xmlns:dct='http://purl.org/dc/terms/'><dcat:Dataset rdf:about='http://a.vn/1'>\
               <dct:title xml:lang='vi'>Số liệu mưa</dct:title></dcat:Dataset></rdf:RDF>";
    let json = r#"{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@graph": [{"@id": "http://a.vn/1", "@type": "dcat:Dataset", "dct:title": {"@language": "vi", "@value": "Số liệu mưa"}}]}"#;
    for (text, syntax) in [(xml, Syntax::Xml), (json, Syntax::JsonLd)] {
        let found = read_all(text, syntax);
        let record = found[0].as_ref().unwrap();
        assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Số liệu mưa");
        assert_eq!(record.id.as_str(), "http://a.vn/1");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(cut in 0_usize..700, byte in proptest::num::u8::ANY) {
        let mut bytes = TURTLE.as_bytes().to_vec();
        let at = cut % bytes.len();
        bytes[at] = byte;
        for syntax in [Syntax::Turtle, Syntax::Xml, Syntax::JsonLd] {
            for entry in entries(&bytes, syntax) {
                let _ = parse(&entry);
            }
        }
    }
}
