//! Codes of records as words of the reader's language.

use index::FacetField;
use records::{AccessLevel, Country, RecordType};

use crate::{locale::Locale, words::Words};

/// The name of a facet field.
pub(crate) fn field(field: FacetField, w: &'static Words) -> &'static str {
    w.facet.get(field.as_str()).unwrap_or(field.as_str())
}

/// The name of a kind of work.
pub(crate) fn kind(record_type: RecordType, w: &'static Words) -> &'static str {
    w.kind
        .get(record_type.as_str())
        .unwrap_or(record_type.as_str())
}

/// The name of an access level.
pub(crate) fn access(level: AccessLevel, w: &'static Words) -> &'static str {
    w.access.get(level.as_str()).unwrap_or(level.as_str())
}

/// The name of a language; its code when there is no name.
pub(crate) fn language(code: &str, w: &'static Words) -> String {
    w.language.get(code).unwrap_or(code).to_owned()
}

/// The name of a kind of file as people know it: `PDF`; what is not known stays.
pub(crate) fn file_kind(media_type: &str) -> &str {
    const KNOWN: [(&str, &str); 16] = [
        ("application/pdf", "PDF"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "DOCX",
        ),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "XLSX",
        ),
        (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "PPTX",
        ),
        ("application/vnd.oasis.opendocument.text", "ODT"),
        ("application/vnd.oasis.opendocument.spreadsheet", "ODS"),
        ("application/msword", "DOC"),
        ("application/vnd.ms-excel", "XLS"),
        ("application/rtf", "RTF"),
        ("text/rtf", "RTF"),
        ("application/epub+zip", "EPUB"),
        ("text/html", "HTML"),
        ("text/plain", "TXT"),
        ("text/csv", "CSV"),
        ("application/json", "JSON"),
        ("application/vnd.apache.parquet", "Parquet"),
    ];
    let found = KNOWN.iter().find(|(known, _)| *known == media_type);
    found.map_or(media_type, |(_, name)| name)
}

/// The value of a facet as a reader sees it.
pub(crate) fn value(field: FacetField, value: &str, locale: Locale) -> String {
    let w = locale.words();
    let known = match field {
        FacetField::Type => w.kind.get(value),
        FacetField::Language => w.language.get(value),
        FacetField::Access => w.access.get(value),
        FacetField::Field => w.field.get(&format!("f{value}")),
        FacetField::Country => country(value, locale),
        FacetField::Year => return year_span(value),
        _ => None,
    };
    known.unwrap_or(value).to_owned()
}

fn country(code: &str, locale: Locale) -> Option<&'static str> {
    let country = Country::of_field(code)?;
    Some(match locale {
        Locale::Vi => country.vi,
        Locale::En => country.en,
    })
}

/// `2010..2020` as `2010–2020`; an open end stays open.
fn year_span(value: &str) -> String {
    match value.split_once("..") {
        Some((from, "")) => format!("≥ {from}"),
        Some(("", to)) => format!("≤ {to}"),
        Some((from, to)) => format!("{from}–{to}"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_word_in_both_languages() {
        for locale in Locale::ALL {
            let w = locale.words();
            for record_type in RecordType::ALL {
                assert_ne!(kind(record_type, w), record_type.as_str());
            }
            for facet in FacetField::ALL {
                assert_ne!(field(facet, w), facet.as_str());
            }
            for level in AccessLevel::ALL {
                assert!(w.access.get(level.as_str()).is_some());
            }
            for code in ["1", "2", "3", "4", "5", "6"] {
                assert_ne!(value(FacetField::Field, code, locale), code);
            }
        }
    }

    #[test]
    fn countries_bear_their_names() {
        let named = Locale::ALL.map(|locale| value(FacetField::Country, "JP", locale));
        assert_eq!(named, ["Nhật Bản", "Japan"]);
        assert_eq!(value(FacetField::Country, "??", Locale::Vi), "??");
    }

    #[test]
    fn spans_of_years_read_as_spans() {
        let shown = ["2015", "2010..2020", "2010..", "..2020"];
        let read = shown.map(|span| value(FacetField::Year, span, Locale::Vi));
        assert_eq!(read, ["2015", "2010–2020", "≥ 2010", "≤ 2020"]);
    }
}
