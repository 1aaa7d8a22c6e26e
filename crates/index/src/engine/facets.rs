//! Counts the values of facets over every match.

use std::collections::BTreeMap;

use tantivy::DocId;

use super::snapshot::{Segment, Snapshot};
use crate::{FacetCount, FacetField};

/// The values of one facet numbered over all segments, in the order of their
/// bytes.
pub(super) struct Ordinals {
    /// For each segment: from its own number to the one over all segments.
    of_segment: Vec<Vec<u32>>,
    /// For each value: a segment that has it, and its number there.
    places: Vec<(u32, u32)>,
}

impl Ordinals {
    pub(super) fn new(segments: &[Segment], field: FacetField) -> Self {
        let mut merged: BTreeMap<Vec<u8>, Vec<(u32, u32)>> = BTreeMap::new();
        let mut of_segment = Vec::new();
        for (at, segment) in segments.iter().enumerate() {
            let Some(column) = segment.columns.facet(field) else {
                of_segment.push(Vec::new());
                continue;
            };
            let mut n_terms = 0;
            if let Ok(mut terms) = column.dictionary().stream() {
                while terms.advance() {
                    let place = (at as u32, n_terms);
                    merged.entry(terms.key().to_vec()).or_default().push(place);
                    n_terms += 1;
                }
            }
            of_segment.push(vec![0; n_terms as usize]);
        }
        let mut places = Vec::with_capacity(merged.len());
        for (number, (_, holders)) in merged.into_iter().enumerate() {
            for (segment, ord) in &holders {
                of_segment[*segment as usize][*ord as usize] = number as u32;
            }
            places.extend(holders.first());
        }
        Self { of_segment, places }
    }

    fn value(&self, number: usize, segments: &[Segment], field: FacetField) -> Option<String> {
        let (segment, ord) = self.places.get(number)?;
        let column = segments[*segment as usize].columns.facet(field)?;
        let mut value = String::new();
        let found = column.ord_to_str(u64::from(*ord), &mut value);
        found.ok().filter(|found| *found).map(|_| value)
    }
}

/// Counts one facet.
pub(super) struct FacetCounter<'a> {
    field: FacetField,
    snapshot: &'a Snapshot,
    counts: Vec<u64>,
}

/// Years are counted from 0 to this one; see `records::Year::MAX`.
const N_YEARS: usize = 2101;

impl<'a> FacetCounter<'a> {
    pub(super) fn new(field: FacetField, snapshot: &'a Snapshot) -> Self {
        let n_values = match field {
            FacetField::Year => N_YEARS,
            FacetField::Access => records::AccessLevel::ALL.len(),
            other => snapshot.ordinals(other).places.len(),
        };
        Self {
            field,
            snapshot,
            counts: vec![0; n_values],
        }
    }

    /// Counts the values of these documents of one segment.
    pub(super) fn count(&mut self, at: usize, segment: &Segment, docs: &[DocId]) {
        let counts = &mut self.counts;
        let mut add = |number: usize| {
            if let Some(count) = counts.get_mut(number) {
                *count += 1;
            }
        };
        match self.field {
            FacetField::Year => {
                let years = docs
                    .iter()
                    .filter_map(|doc| segment.columns.year.first(*doc));
                years.for_each(|year| add(usize::try_from(year).unwrap_or(usize::MAX)));
            }
            FacetField::Access => {
                let levels = docs
                    .iter()
                    .filter_map(|doc| segment.columns.access.first(*doc));
                levels.for_each(|level| add(level as usize));
            }
            field => {
                let numbers = &self.snapshot.ordinals(field).of_segment[at];
                let Some(column) = segment.columns.facet(field) else {
                    return;
                };
                let ords = column.ords();
                for doc in docs {
                    for ord in ords.values_for_doc(*doc) {
                        add(numbers[ord as usize] as usize);
                    }
                }
            }
        }
    }

    /// The values by count from the largest, then by value; at most `limit`,
    /// but all years and levels.
    pub(super) fn finish(self, limit: usize) -> Vec<FacetCount> {
        let limit = match self.field {
            FacetField::Year => N_YEARS,
            FacetField::Access => records::AccessLevel::ALL.len(),
            _ => limit,
        };
        let mut found: Vec<(usize, u64)> = self.counts.iter().copied().enumerate().collect();
        found.retain(|(_, count)| *count > 0);
        found.sort_by_key(|(number, count)| (std::cmp::Reverse(*count), *number));
        found.truncate(limit);
        let value = |number: usize| match self.field {
            FacetField::Year => Some(number.to_string()),
            FacetField::Access => records::AccessLevel::ALL
                .get(number)
                .map(ToString::to_string),
            field => {
                let ordinals = self.snapshot.ordinals(field);
                ordinals.value(number, &self.snapshot.segments, field)
            }
        };
        let mut counts: Vec<FacetCount> = found
            .into_iter()
            .filter_map(|(number, count)| value(number).map(|value| FacetCount { value, count }))
            .collect();
        if self.field == FacetField::Access {
            // Levels are numbered by openness, not by name.
            counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        }
        counts
    }
}
