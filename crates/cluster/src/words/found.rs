//! A record that was found, with what its score is computed from.

use std::collections::HashMap;

use index::{
    FacetField, FullTextError, YearRange,
    exact::{Candidate, EncodedTerms, RecordTerms},
};
use qdrant_client::qdrant::{GetPoints, PointId};
use records::RecordId;

use super::QdrantWords;
use crate::{
    ClusterError,
    payload::{self, Payload, name_of, only},
};

/// Points whose streams are read at once: full texts are long.
const AT_ONCE: usize = 200;

/// A record that was found.
pub(super) struct Found {
    id: RecordId,
    terms: RecordTerms,
    payload: Payload,
}

impl Found {
    /// What is read of a point; see [`Self::read`].
    pub(super) fn keys() -> Vec<&'static str> {
        let facets = FacetField::ALL.map(FacetField::as_str);
        ["id", "s", "tk", "yn", "yo"]
            .into_iter()
            .chain(facets)
            .collect()
    }

    /// Reads a point.
    pub(super) fn read(payload: Payload) -> Result<Self, ClusterError> {
        let mut streams = payload::read_texts(&payload, "s").into_iter();
        let mut encoded = EncodedTerms::default();
        while let (Some(main), Some(derived)) = (streams.next(), streams.next()) {
            encoded.0.push([main, derived]);
        }
        Ok(Self {
            id: payload::read_record_id(&payload, "id")?,
            terms: RecordTerms::from(&encoded),
            payload,
        })
    }

    /// The values of a facet; the year as text.
    pub(super) fn values(&self, field: FacetField) -> Vec<String> {
        payload::read_texts(&self.payload, field.as_str())
    }

    /// A number that it is sorted by.
    pub(super) fn number(&self, key: &'static str) -> i64 {
        payload::read_number(&self.payload, key).unwrap_or(i64::MAX)
    }

    /// The text that its title is sorted by.
    pub(super) fn title_key(&self) -> &str {
        payload::read_text(&self.payload, "tk").unwrap_or_default()
    }
}

impl Candidate for Found {
    fn id(&self) -> &RecordId {
        &self.id
    }

    fn terms(&self) -> &RecordTerms {
        &self.terms
    }

    fn has_value(&self, field: FacetField, value: &str) -> Result<bool, FullTextError> {
        let values = self.values(field);
        if field != FacetField::Year {
            return Ok(values.iter().any(|own| own == value));
        }
        let range: YearRange = value.parse()?;
        let mut years = values.iter().filter_map(|year| year.parse().ok());
        Ok(years.any(|year| range.contains(year)))
    }
}

impl QdrantWords {
    /// The records of these points, in this order; one that has gone meanwhile
    /// is left out.
    pub(super) async fn found(&self, points: &[PointId]) -> Result<Vec<Found>, ClusterError> {
        let keys = Found::keys();
        let mut found = Vec::with_capacity(points.len());
        for chunk in points.chunks(AT_ONCE) {
            let request = GetPoints {
                collection_name: self.collection.clone(),
                ids: chunk.to_vec(),
                with_payload: only(keys.iter().copied()),
                ..GetPoints::default()
            };
            let answer = self
                .cluster
                .ask(async |node| node.get_points(request.clone()).await);
            let mut by_name = HashMap::new();
            for point in answer.await?.result {
                by_name.insert(name_of(point.id.as_ref())?, point.payload);
            }
            for point in chunk {
                if let Some(payload) = by_name.remove(&name_of(Some(point))?) {
                    found.push(Found::read(payload)?);
                }
            }
        }
        Ok(found)
    }
}
