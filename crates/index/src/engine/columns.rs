//! The columns of one segment: values that are filtered, sorted and counted.

use records::Clearance;
use rustc_hash::FxHashSet;
use tantivy::{
    DocId, SegmentReader,
    columnar::{Column, StrColumn},
};

use super::schema::{column, facet_column};
use crate::{FacetField, Filter, InvalidFilter, YearRange};

/// The columns of one segment.
pub(super) struct Columns {
    pub(super) ids: StrColumn,
    pub(super) year: Column<i64>,
    pub(super) access: Column<u64>,
    pub(super) title_key: StrColumn,
    facets: Vec<Option<StrColumn>>,
}

impl Columns {
    pub(super) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        let n_docs = reader.max_doc();
        let text = |name: &str| -> tantivy::Result<StrColumn> {
            let none = || StrColumn::wrap(tantivy::columnar::BytesColumn::empty(n_docs));
            Ok(fast.str(name)?.unwrap_or_else(none))
        };
        let facets = FacetField::ALL.map(|field| facet_column(field).map(|name| text(&name)));
        Ok(Self {
            ids: text(column::ID)?,
            year: fast
                .column_opt(column::YEAR)?
                .unwrap_or_else(|| Column::build_empty_column(n_docs)),
            access: fast
                .column_opt(column::ACCESS)?
                .unwrap_or_else(|| Column::build_empty_column(n_docs)),
            title_key: text(column::TITLE_KEY)?,
            facets: facets
                .into_iter()
                .map(Option::transpose)
                .collect::<tantivy::Result<_>>()?,
        })
    }

    /// The column of a facet; `None` for the year and the access level.
    pub(super) fn facet(&self, field: FacetField) -> Option<&StrColumn> {
        self.facets[field as usize].as_ref()
    }

    /// Whether a document may be seen. One without a level is hidden.
    pub(super) fn is_visible(&self, doc: DocId, clearance: Clearance) -> bool {
        self.access.first(doc).is_some_and(|level| {
            let mut levels = clearance.levels();
            levels.any(|seen| seen as u64 == level)
        })
    }
}

/// A condition on one field of one segment: any of its values.
pub(super) enum Condition {
    Years(Vec<YearRange>),
    Levels(Vec<u64>),
    Values(FacetField, FxHashSet<u64>),
}

impl Condition {
    /// The condition that `field` has one of `values`.
    pub(super) fn new(
        field: FacetField,
        values: &[&str],
        columns: &Columns,
    ) -> Result<Self, ConditionError> {
        match field {
            FacetField::Year => {
                let ranges: Result<Vec<YearRange>, InvalidFilter> =
                    values.iter().map(|value| value.parse()).collect();
                Ok(Self::Years(ranges?))
            }
            FacetField::Access => Ok(Self::Levels(
                values
                    .iter()
                    .filter_map(|value| value.parse::<records::AccessLevel>().ok())
                    .map(|level| level as u64)
                    .collect(),
            )),
            other => {
                let mut ords = FxHashSet::default();
                if let Some(column) = columns.facet(other) {
                    for value in values {
                        ords.extend(column.dictionary().term_ord(value.as_bytes())?);
                    }
                }
                Ok(Self::Values(other, ords))
            }
        }
    }

    /// Whether a document meets it.
    pub(super) fn holds(&self, doc: DocId, columns: &Columns) -> bool {
        match self {
            Self::Years(ranges) => columns.year.first(doc).is_some_and(|year| {
                let year = i32::try_from(year).unwrap_or(i32::MAX);
                ranges.iter().any(|range| range.contains(year))
            }),
            Self::Levels(levels) => columns
                .access
                .first(doc)
                .is_some_and(|level| levels.contains(&level)),
            Self::Values(field, ords) => columns
                .facet(*field)
                .is_some_and(|column| column.term_ords(doc).any(|ord| ords.contains(&ord))),
        }
    }
}

/// Why a condition could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConditionError {
    #[error(transparent)]
    Filter(#[from] InvalidFilter),
    #[error(transparent)]
    Read(#[from] std::io::Error),
}

/// Filters by field, in the order of the fields: values of one field mean "or".
pub(super) fn by_field(filters: &[Filter]) -> Vec<(FacetField, Vec<&str>)> {
    FacetField::ALL
        .into_iter()
        .filter_map(|field| {
            let values: Vec<&str> = filters
                .iter()
                .filter(|filter| filter.field == field)
                .map(|filter| filter.value.as_str())
                .collect();
            (!values.is_empty()).then_some((field, values))
        })
        .collect()
}
