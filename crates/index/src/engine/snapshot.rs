//! One committed state of the index, opened for reading.

use std::sync::{Arc, OnceLock};

use records::{Clearance, RecordId};
use tantivy::{
    DocId, Searcher, SegmentReader, Term, fieldnorm::FieldNormReader, index::InvertedIndexReader,
    postings::TermInfo,
};

use super::{columns::Columns, facets::Ordinals, schema::Fields};
use crate::{
    Definition, FacetField, SearchField,
    plan::{Statistics, Stream, TermKey, length_factor},
};

/// Lengths of one field in one segment.
pub(super) struct Lengths {
    reader: FieldNormReader,
    inverse: Arc<[f32; 256]>,
}

impl Lengths {
    /// One over what the frequencies of a document are divided by.
    #[inline]
    pub(super) fn inverse_factor(&self, doc: DocId) -> f32 {
        self.inverse[usize::from(self.reader.fieldnorm_id(doc))]
    }
}

/// One segment with everything a search reads from it.
pub(super) struct Segment {
    pub(super) reader: SegmentReader,
    pub(super) columns: Columns,
    pub(super) lengths: Vec<Lengths>,
    main: Vec<Arc<InvertedIndexReader>>,
    derived: Vec<Arc<InvertedIndexReader>>,
}

impl Segment {
    /// The postings and dictionary of one stream.
    pub(super) fn inverted(&self, field: SearchField, stream: Stream) -> &InvertedIndexReader {
        match stream {
            Stream::Main => &self.main[field as usize],
            Stream::Derived => &self.derived[field as usize],
        }
    }

    /// Where a term's postings lie; `None` when the segment has none, or the
    /// dictionary cannot be read.
    pub(super) fn term_info(&self, key: &TermKey, fields: &Fields) -> Option<TermInfo> {
        let term = Term::from_field_text(fields.text(key.field, key.stream), &key.text);
        let inverted = self.inverted(key.field, key.stream);
        inverted.get_term_info(&term).ok().flatten()
    }
}

/// One committed state of the index.
pub(super) struct Snapshot {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    pub(super) segments: Vec<Segment>,
    ordinals: Vec<OnceLock<Ordinals>>,
}

impl Snapshot {
    pub(super) fn open(
        searcher: Searcher,
        fields: &Fields,
        definition: &Definition,
    ) -> tantivy::Result<Self> {
        let readers = searcher.segment_readers();
        let mut norms = Vec::new();
        for reader in readers {
            let of_segment: tantivy::Result<Vec<FieldNormReader>> = SearchField::ALL
                .into_iter()
                .map(|field| reader.get_fieldnorms_reader(fields.text(field, Stream::Main)))
                .collect();
            norms.push(of_segment?);
        }
        let tables: Vec<Arc<[f32; 256]>> = SearchField::ALL
            .into_iter()
            .map(|field| {
                let of_field: Vec<&FieldNormReader> = norms
                    .iter()
                    .map(|segment| &segment[field as usize])
                    .collect();
                Arc::new(inverse_factors(&of_field, definition.fields.get(field).b))
            })
            .collect();
        let segments: tantivy::Result<Vec<Segment>> = readers
            .iter()
            .zip(norms)
            .map(|(reader, norms)| open_segment(reader, norms, &tables, fields))
            .collect();
        Ok(Self {
            segments: segments?,
            fields: fields.clone(),
            searcher,
            ordinals: FacetField::ALL.map(|_| OnceLock::new()).into(),
        })
    }

    /// The ids of the records that may be seen, sorted.
    pub(super) fn ids(
        &self,
        clearance: Clearance,
    ) -> Result<Vec<RecordId>, Box<dyn std::error::Error + Send + Sync>> {
        let mut ids = Vec::new();
        for segment in &self.segments {
            let columns = &segment.columns;
            for doc in segment.reader.doc_ids_alive() {
                if !columns.is_visible(doc, clearance) {
                    continue;
                }
                let mut id = String::new();
                let ord = columns.ids.ords().first(doc);
                let ord = ord.ok_or("a record without an id")?;
                columns.ids.ord_to_str(ord, &mut id)?;
                ids.push(RecordId::new(id)?);
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// The values of a facet, numbered over all segments.
    pub(super) fn ordinals(&self, field: FacetField) -> &Ordinals {
        self.ordinals[field as usize].get_or_init(|| Ordinals::new(&self.segments, field))
    }
}

fn open_segment(
    reader: &SegmentReader,
    norms: Vec<FieldNormReader>,
    tables: &[Arc<[f32; 256]>],
    fields: &Fields,
) -> tantivy::Result<Segment> {
    let open = |stream| -> tantivy::Result<Vec<Arc<InvertedIndexReader>>> {
        SearchField::ALL
            .into_iter()
            .map(|field| reader.inverted_index(fields.text(field, stream)))
            .collect()
    };
    let lengths = norms.into_iter().zip(tables);
    Ok(Segment {
        columns: Columns::open(reader)?,
        main: open(Stream::Main)?,
        derived: open(Stream::Derived)?,
        lengths: lengths
            .map(|(reader, table)| Lengths {
                reader,
                inverse: Arc::clone(table),
            })
            .collect(),
        reader: reader.clone(),
    })
}

/// One over the length factor, by the byte that tantivy keeps a length in. The
/// mean is taken over the records that have the field at all.
fn inverse_factors(readers: &[&FieldNormReader], b: f32) -> [f32; 256] {
    let mut counts = [0_u64; 256];
    for reader in readers {
        for doc in 0..reader.num_docs() {
            counts[usize::from(reader.fieldnorm_id(doc))] += 1;
        }
    }
    let length = |id: usize| f64::from(FieldNormReader::id_to_fieldnorm(id as u8));
    let (mut sum, mut n) = (0.0, 0_u64);
    for (id, count) in counts
        .iter()
        .enumerate()
        .filter(|(id, _)| length(*id) > 0.0)
    {
        sum += length(id) * *count as f64;
        n += count;
    }
    let mean = (sum / n.max(1) as f64) as f32;
    std::array::from_fn(|id| 1.0 / length_factor(b, length(id) as f32, mean))
}

impl Statistics for Snapshot {
    fn n_records(&self) -> u64 {
        self.searcher.num_docs().max(1)
    }

    fn n_holding(&self, key: &TermKey) -> u64 {
        self.segments
            .iter()
            .filter_map(|segment| segment.term_info(key, &self.fields))
            .map(|info| u64::from(info.doc_freq))
            .sum()
    }
}
