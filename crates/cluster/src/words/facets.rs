//! Counts of values over everything that matches.

use std::collections::BTreeMap;

use index::{FacetCount, FacetField};
use qdrant_client::qdrant::{FacetCounts, Filter, facet_value::Variant};

use super::{QdrantWords, found::Found};
use crate::ClusterError;

/// Years are never cut; there are not more.
const MAX_YEARS: u64 = 10_000;

impl QdrantWords {
    /// The values of a facet over all points that meet a filter, counted by the
    /// cluster, exactly.
    pub(super) async fn facet(
        &self,
        field: FacetField,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<FacetCount>, ClusterError> {
        let limit = match field {
            FacetField::Year => MAX_YEARS,
            _ => limit as u64,
        };
        if limit == 0 {
            return Ok(Vec::new());
        }
        let request = FacetCounts {
            collection_name: self.collection.clone(),
            key: field.as_str().to_owned(),
            filter: Some(filter.clone()),
            limit: Some(limit),
            exact: Some(true),
            ..FacetCounts::default()
        };
        let answer = self
            .cluster
            .ask(async |node| node.facet(request.clone()).await);
        let mut counts = Vec::new();
        for hit in answer.await?.hits {
            let value = match hit.value.and_then(|value| value.variant) {
                Some(Variant::StringValue(value)) => value,
                Some(Variant::IntegerValue(value)) => value.to_string(),
                _ => return Err(ClusterError::Unreadable("facet")),
            };
            counts.push(FacetCount {
                value,
                count: hit.count,
            });
        }
        Ok(sorted(counts))
    }
}

/// The same over records that are here.
pub(super) fn count(field: FacetField, found: &[Found], limit: usize) -> Vec<FacetCount> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for value in found.iter().flat_map(|found| found.values(field)) {
        *counts.entry(value).or_default() += 1;
    }
    let counts = counts.into_iter();
    let mut counts = sorted(
        counts
            .map(|(value, count)| FacetCount { value, count })
            .collect(),
    );
    if field != FacetField::Year {
        counts.truncate(limit);
    }
    counts
}

/// By count from the largest, then by value.
fn sorted(mut counts: Vec<FacetCount>) -> Vec<FacetCount> {
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    counts
}
