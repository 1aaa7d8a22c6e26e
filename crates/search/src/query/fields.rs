//! The names of fields in queries, Vietnamese and English.

use index::{FacetField, SearchField};

/// What a field name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldName {
    /// A field of text.
    Text(SearchField),
    /// A field of values.
    Value(FacetField),
}

/// Names, without accents, spaces and hyphens.
const NAMES: [(&str, FieldName); 57] = [
    ("title", FieldName::Text(SearchField::Title)),
    ("tieude", FieldName::Text(SearchField::Title)),
    ("nhande", FieldName::Text(SearchField::Title)),
    ("abstract", FieldName::Text(SearchField::Abstract)),
    ("tomtat", FieldName::Text(SearchField::Abstract)),
    ("keyword", FieldName::Text(SearchField::Keyword)),
    ("keywords", FieldName::Text(SearchField::Keyword)),
    ("tukhoa", FieldName::Text(SearchField::Keyword)),
    ("author", FieldName::Text(SearchField::Author)),
    ("authors", FieldName::Text(SearchField::Author)),
    ("tacgia", FieldName::Text(SearchField::Author)),
    ("institution", FieldName::Text(SearchField::Institution)),
    ("coquan", FieldName::Text(SearchField::Institution)),
    ("donvi", FieldName::Text(SearchField::Institution)),
    ("venue", FieldName::Text(SearchField::Venue)),
    ("journal", FieldName::Text(SearchField::Venue)),
    ("tapchi", FieldName::Text(SearchField::Venue)),
    ("nguon", FieldName::Text(SearchField::Venue)),
    ("body", FieldName::Text(SearchField::Body)),
    ("text", FieldName::Text(SearchField::Body)),
    ("fulltext", FieldName::Text(SearchField::Body)),
    ("toanvan", FieldName::Text(SearchField::Body)),
    ("column", FieldName::Text(SearchField::Column)),
    ("variable", FieldName::Text(SearchField::Column)),
    ("cot", FieldName::Text(SearchField::Column)),
    ("bien", FieldName::Text(SearchField::Column)),
    ("id", FieldName::Text(SearchField::Identifier)),
    ("identifier", FieldName::Text(SearchField::Identifier)),
    ("madinhdanh", FieldName::Text(SearchField::Identifier)),
    ("doi", FieldName::Text(SearchField::Identifier)),
    ("isbn", FieldName::Text(SearchField::Identifier)),
    ("issn", FieldName::Text(SearchField::Identifier)),
    ("patent", FieldName::Text(SearchField::Identifier)),
    ("ipc", FieldName::Text(SearchField::Identifier)),
    ("year", FieldName::Value(FacetField::Year)),
    ("nam", FieldName::Value(FacetField::Year)),
    ("type", FieldName::Value(FacetField::Type)),
    ("loai", FieldName::Value(FacetField::Type)),
    ("language", FieldName::Value(FacetField::Language)),
    ("lang", FieldName::Value(FacetField::Language)),
    ("ngonngu", FieldName::Value(FacetField::Language)),
    ("field", FieldName::Value(FacetField::Field)),
    ("linhvuc", FieldName::Value(FacetField::Field)),
    ("province", FieldName::Value(FacetField::Province)),
    ("tinh", FieldName::Value(FacetField::Province)),
    ("tinhthanh", FieldName::Value(FacetField::Province)),
    ("country", FieldName::Value(FacetField::Country)),
    ("nuoc", FieldName::Value(FacetField::Country)),
    ("quocgia", FieldName::Value(FacetField::Country)),
    ("collection", FieldName::Value(FacetField::Collection)),
    ("bosuutap", FieldName::Value(FacetField::Collection)),
    ("access", FieldName::Value(FacetField::Access)),
    ("truycap", FieldName::Value(FacetField::Access)),
    ("licence", FieldName::Value(FacetField::Licence)),
    ("license", FieldName::Value(FacetField::Licence)),
    ("giayphep", FieldName::Value(FacetField::Licence)),
    ("ddc", FieldName::Text(SearchField::Identifier)),
];

/// The names that an error message lists.
pub(super) const SHOWN: &str = "title, abstract, keyword, author, institution, venue, body, column, id, doi, year, type, language, field, province, country, collection, access or licence";

/// The field of this name, accents, case, hyphens and underscores aside.
pub(super) fn field_named(name: &str) -> Option<FieldName> {
    let plain: String = text::fold(name)
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .collect();
    NAMES
        .iter()
        .find(|(other, _)| *other == plain)
        .map(|(_, field)| *field)
}

/// Whether a text before a colon was meant as a field name: letters only.
pub(super) fn looks_like_name(text: &str) -> bool {
    (2..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_both_languages_and_with_accents() {
        let title = Some(FieldName::Text(SearchField::Title));
        for name in ["title", "Title", "tieude", "tiêu_đề", "TIEU-DE"] {
            assert_eq!(field_named(name), title, "{name}");
        }
        assert_eq!(field_named("năm"), Some(FieldName::Value(FacetField::Year)));
        assert_eq!(field_named("colour"), None);
    }
}
