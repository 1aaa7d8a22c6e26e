//! Which parts of a record can be found by words, and which by values.

use records::{Record, Subject};

use crate::{
    AnalyserDefinition, FacetField, SearchField, plan::identifier_token, streams::FieldStreams,
};

/// Adds the texts of one field of `record`.
pub(crate) fn push_field(
    record: &Record,
    field: SearchField,
    definition: &AnalyserDefinition,
    streams: &mut FieldStreams<'_>,
) {
    let mut add = |text: &str| streams.push_text(text);
    match field {
        SearchField::Title => record.title.iter().for_each(|(_, text)| add(text)),
        SearchField::Abstract => record.abstract_text.iter().for_each(|(_, text)| add(text)),
        SearchField::Keyword => {
            let keywords = record.keywords.iter().flat_map(|(_, words)| words);
            keywords.for_each(|word| add(word));
            let free = record.subjects.iter().filter(|s| s.scheme == "free");
            free.for_each(|subject| add(&subject.code));
        }
        SearchField::Author => {
            for agent in &record.agents {
                add(&agent.name);
            }
        }
        SearchField::Institution => institutions(record).iter().for_each(|name| add(name)),
        SearchField::Venue => {
            record.venue.iter().for_each(|text| add(text));
            record.publisher.iter().for_each(|text| add(text));
        }
        SearchField::Body => record.body.iter().for_each(|page| add(&page.text)),
        SearchField::Column => {
            for column in &record.columns {
                add(&column.name);
                column.description.iter().for_each(|text| add(text));
            }
        }
        SearchField::Identifier => {
            for name in identifiers(record) {
                streams.push_verbatim(&identifier_token(name, definition.max_token_bytes));
            }
        }
    }
}

/// Record id, outside names and classification codes.
fn identifiers(record: &Record) -> impl Iterator<Item = &str> {
    let codes = record.subjects.iter().filter(|s| s.scheme != "free");
    std::iter::once(record.id.as_str())
        .chain(record.identifiers.iter().map(|name| name.value.as_str()))
        .chain(codes.map(|subject| subject.code.as_str()))
}

/// Institutions of the record and of its people, each once, sorted.
fn institutions(record: &Record) -> Vec<&str> {
    let affiliations = record.agents.iter().flat_map(|agent| &agent.affiliations);
    let mut names: Vec<&str> = record
        .institutions
        .iter()
        .chain(affiliations)
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The values of a facet, each once; empty for the year, which is a number.
pub fn facet_values(record: &Record, facet: FacetField) -> Vec<String> {
    let mut values: Vec<String> = match facet {
        FacetField::Year => record.year.iter().map(ToString::to_string).collect(),
        FacetField::Type => vec![record.record_type.to_string()],
        FacetField::Language => record.language.iter().map(ToString::to_string).collect(),
        FacetField::Field => record.subjects.iter().flat_map(field_codes).collect(),
        FacetField::Institution => record.institutions.clone(),
        FacetField::Province => record.province.iter().cloned().collect(),
        FacetField::Country => (record.country_codes().into_iter())
            .map(str::to_owned)
            .collect(),
        FacetField::Collection => record.collections.clone(),
        FacetField::Access => vec![record.access.to_string()],
        FacetField::Licence => record.licence.iter().cloned().collect(),
        FacetField::Venue => record.venue.iter().cloned().collect(),
        FacetField::Author => record.creators().map(|agent| agent.name.clone()).collect(),
    };
    for value in &mut values {
        cut_value(value);
    }
    values.retain(|value| !value.trim().is_empty());
    values.sort_unstable();
    values.dedup();
    values
}

/// Longest value of a facet, in bytes: longer ones are texts that slipped into
/// the field.
const MAX_VALUE_BYTES: usize = 400;

fn cut_value(value: &mut String) {
    let end = crate::streams::cut(value, MAX_VALUE_BYTES).len();
    value.truncate(end);
}

/// A code of the S&T classification with the codes above it. Its levels have
/// one, three, five and seven digits (Circular 24/2025/TT-BKHCN).
fn field_codes(subject: &Subject) -> Vec<String> {
    let code = subject.code.trim();
    if subject.scheme != "khcn" {
        return Vec::new();
    }
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return vec![code.to_owned()];
    }
    [1, 3, 5, 7]
        .into_iter()
        .filter(|n| *n < code.len())
        .map(|n| code[..n].to_owned())
        .chain([code.to_owned()])
        .collect()
}

#[cfg(test)]
mod tests {
    use records::{Agent, RecordId, RecordType};

    use super::*;

    #[test]
    fn a_code_counts_for_the_codes_above_it() {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        record.subjects.push(Subject {
            scheme: "khcn".into(),
            code: "10203".into(),
        });
        assert_eq!(
            facet_values(&record, FacetField::Field),
            ["1", "102", "10203"]
        );
    }

    #[test]
    fn countries_are_those_stated_and_those_of_affiliations() {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        let mut author = Agent::author("Lê Lợi");
        author.affiliations = vec!["Đại học Huế, Việt Nam".to_owned()];
        record.agents.push(author);
        record.countries = vec!["JP".to_owned()];
        assert_eq!(facet_values(&record, FacetField::Country), ["JP", "VN"]);
    }

    #[test]
    fn a_value_counts_once() {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        record.agents = vec![Agent::author("Lê Lợi"), Agent::author("Lê Lợi")];
        assert_eq!(facet_values(&record, FacetField::Author), ["Lê Lợi"]);
    }
}
