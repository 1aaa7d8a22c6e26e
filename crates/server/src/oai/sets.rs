//! Sets: the works of one kind, one field of science, one collection, and the
//! nine kinds of entity that research information systems ask for.

use records::{Record, RecordType};
use search::FacetCount;

use crate::words::{EN, VI};

/// Nine sets that must be known even when they are empty (OpenAIRE Guidelines
/// for CRIS Managers 1.2).
const CRIS: [(&str, &str); 9] = [
    ("openaire_cris_publications", "OpenAIRE CRIS publications"),
    ("openaire_cris_products", "OpenAIRE CRIS products"),
    ("openaire_cris_patents", "OpenAIRE CRIS patents"),
    ("openaire_cris_persons", "OpenAIRE CRIS persons"),
    ("openaire_cris_orgunits", "OpenAIRE CRIS organisations"),
    ("openaire_cris_projects", "OpenAIRE CRIS projects"),
    ("openaire_cris_funding", "OpenAIRE CRIS funding"),
    ("openaire_cris_events", "OpenAIRE CRIS events"),
    ("openaire_cris_equipments", "OpenAIRE CRIS equipment"),
];

/// The top-level fields of the S&T classification.
const FIELDS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

/// The sets that a record lies in, in order.
pub(super) fn of(record: &Record) -> Vec<String> {
    let mut sets = vec![format!("type:{}", record.record_type)];
    let codes = record
        .subjects
        .iter()
        .filter(|subject| subject.scheme == "khcn");
    let fields = codes.filter_map(|subject| subject.code.get(..1));
    sets.extend(fields.map(|field| format!("field:{field}")));
    sets.extend(record.collections.iter().map(|name| collection(name)));
    sets.push(cris(record.record_type).to_owned());
    sets.sort_unstable();
    sets.dedup();
    sets
}

fn cris(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Dataset => "openaire_cris_products",
        RecordType::Patent => "openaire_cris_patents",
        RecordType::Task => "openaire_cris_projects",
        _ => "openaire_cris_publications",
    }
}

/// The name of a collection as a set: its letters without accents, and a few
/// of its hash, since two names may fold into one.
pub(crate) fn collection(name: &str) -> String {
    let folded = text::fold(name);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let hash = blake3::hash(name.as_bytes()).to_hex();
    let slug: String = words.join("-").chars().take(60).collect();
    format!("collection:{slug}-{}", &hash[..6])
}

/// Whether there is such a set, among all that [`all`] gives.
pub(super) fn all(collections: &[FacetCount]) -> Vec<(String, String)> {
    let both = |vi: &str, en: &str| format!("{vi} / {en}");
    let mut sets = vec![("type".to_owned(), both(VI.facet.r#type, EN.facet.r#type))];
    for record_type in RecordType::ALL {
        let word =
            |words: &crate::words::Words| words.kind.get(record_type.as_str()).unwrap_or_default();
        sets.push((format!("type:{record_type}"), both(word(&VI), word(&EN))));
    }
    sets.push(("field".to_owned(), both(VI.facet.field, EN.facet.field)));
    for code in FIELDS {
        let word =
            |words: &crate::words::Words| words.field.get(&format!("f{code}")).unwrap_or_default();
        sets.push((format!("field:{code}"), both(word(&VI), word(&EN))));
    }
    sets.push((
        "collection".to_owned(),
        both(VI.facet.collection, EN.facet.collection),
    ));
    sets.extend(
        collections
            .iter()
            .map(|counted| (collection(&counted.value), counted.value.clone())),
    );
    sets.extend(CRIS.map(|(spec, name)| (spec.to_owned(), name.to_owned())));
    sets
}

/// Whether a record of these sets lies in `wanted`, which may be a set of sets.
pub(super) fn holds(wanted: &str, sets: &[String]) -> bool {
    let inside = |set: &String| {
        set.strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    sets.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use records::{RecordId, Subject};

    use super::*;

    #[test]
    fn a_record_lies_in_its_sets_and_in_those_above() {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Patent);
        record.subjects.push(Subject {
            scheme: "khcn".into(),
            code: "203".into(),
        });
        record.collections.push("Bộ sưu tập Đất".into());
        let sets = of(&record);
        assert!(
            sets[0].starts_with("collection:bo-suu-tap-dat-"),
            "{sets:?}"
        );
        assert_eq!(
            sets[1..],
            ["field:2", "openaire_cris_patents", "type:patent"]
        );
        assert!(holds("type", &sets) && holds("type:patent", &sets));
        assert!(!holds("type:pat", &sets) && !holds("typ", &sets));
    }
}
