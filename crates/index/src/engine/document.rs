//! From a record to a tantivy document.

use records::Record;
use tantivy::TantivyDocument;

use super::schema::Fields;
use crate::{
    AnalyserDefinition, FacetField, SearchField,
    analysis::Vocabulary,
    plan::Stream,
    record_text::{facet_values, push_field},
    streams::FieldStreams,
    title_key::title_key,
};

/// The document of one record: its streams and its columns. Nothing is stored:
/// what is shown comes from the catalogue.
pub(super) fn document(
    record: &Record,
    fields: &Fields,
    definition: &AnalyserDefinition,
    vocabulary: &mut Vocabulary,
) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_text(fields.id, record.id.as_str());
    if let Some(year) = record.year {
        document.add_i64(fields.year, i64::from(year.get()));
    }
    document.add_u64(fields.access, record.access as u64);
    document.add_text(fields.title_key, title_key(record));
    for field in SearchField::ALL {
        let mut streams = FieldStreams::new(definition, vocabulary);
        push_field(record, field, definition, &mut streams);
        let (main, derived) = streams.finish();
        for (encoded, stream) in [(main, Stream::Main), (derived, Stream::Derived)] {
            if let Some(encoded) = encoded {
                document.add_text(fields.text(field, stream), encoded);
            }
        }
    }
    for facet in FacetField::ALL {
        if let Some(field) = fields.facet(facet) {
            for value in facet_values(record, facet) {
                document.add_text(field, value);
            }
        }
    }
    document
}
