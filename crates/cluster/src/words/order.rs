//! Pages in an order that is no score: by year, by title, by id.
//!
//! The cluster sorts by one number. Texts are sorted by several numbers, six
//! bytes each: of the points that agree in the last number of a page, those that
//! belong to it are asked for by the next number, and so on; only those that
//! agree in all of them are read in full and sorted here.

use std::cmp::Ordering;

use index::Sort;
use qdrant_client::qdrant::{
    Condition, Direction, Filter, OrderBy, PointId, ScrollPoints, order_value::Variant,
};
use records::RecordId;

use super::{
    QdrantWords,
    document::{ID_KEYS, TITLE_KEYS},
    found::Found,
};
use crate::{
    ClusterError,
    payload::{self, only},
};

/// Points read at once where all of them are needed.
const PAGE: u32 = 1000;

/// A point in its place.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) point: PointId,
    pub(super) id: RecordId,
    title: String,
    year: i64,
    /// What the last question sorted by.
    value: i64,
}

/// The numbers that an order goes by.
fn keys(sort: Sort) -> Vec<&'static str> {
    let by_year = |key| [key].into_iter().chain(ID_KEYS).collect();
    match sort {
        Sort::Relevance => ID_KEYS.into(),
        Sort::Newest => by_year("yn"),
        Sort::Oldest => by_year("yo"),
        Sort::Title => TITLE_KEYS.into(),
    }
}

/// The same order for records that are here.
pub(super) fn compare(sort: Sort, a: &Found, b: &Found) -> Ordering {
    match sort {
        Sort::Relevance => Ordering::Equal,
        Sort::Newest => a.number("yn").cmp(&b.number("yn")),
        Sort::Oldest => a.number("yo").cmp(&b.number("yo")),
        Sort::Title => a.title_key().cmp(b.title_key()),
    }
}

impl Listed {
    /// The whole order, ties by id.
    fn order(&self, other: &Self, sort: Sort) -> Ordering {
        let first = match sort {
            Sort::Relevance => Ordering::Equal,
            Sort::Newest | Sort::Oldest => self.year.cmp(&other.year),
            Sort::Title => self.title.cmp(&other.title),
        };
        first.then_with(|| self.id.cmp(&other.id))
    }
}

impl QdrantWords {
    /// The first `n` points that meet a filter; by id where the order says
    /// nothing.
    pub(super) async fn first(
        &self,
        filter: &Filter,
        sort: Sort,
        mut n: usize,
    ) -> Result<Vec<Listed>, ClusterError> {
        let (mut filter, mut listed) = (filter.clone(), Vec::new());
        for key in keys(sort) {
            let mut page = self.listed(&filter, Some(key), sort, n).await?;
            let last = page.last().map(|last| last.value);
            let last = last.filter(|_| page.len() >= n);
            // All that come before the last value are there; of that, perhaps not.
            page.retain(|one| Some(one.value) != last);
            page.sort_by(|a, b| a.order(b, sort));
            n -= page.len();
            listed.extend(page);
            let Some(last) = last.filter(|_| n > 0) else {
                return Ok(listed);
            };
            filter.must.push(Condition::matches(key, last));
        }
        let mut rest = self.listed(&filter, None, sort, usize::MAX).await?;
        rest.sort_by(|a, b| a.order(b, sort));
        rest.truncate(n);
        listed.extend(rest);
        Ok(listed)
    }

    /// Points that meet a filter: the first `n` by a number, or all of them.
    async fn listed(
        &self,
        filter: &Filter,
        key: Option<&str>,
        sort: Sort,
        n: usize,
    ) -> Result<Vec<Listed>, ClusterError> {
        let year = if sort == Sort::Newest { "yn" } else { "yo" };
        let mut request = ScrollPoints {
            collection_name: self.collection.clone(),
            filter: Some(filter.clone()),
            limit: Some(match key {
                Some(_) => u32::try_from(n).unwrap_or(u32::MAX),
                None => PAGE,
            }),
            order_by: key.map(|key| OrderBy {
                key: key.to_owned(),
                direction: Some(Direction::Asc as i32),
                ..OrderBy::default()
            }),
            with_payload: only(["id", "tk", year]),
            ..ScrollPoints::default()
        };
        let mut listed = Vec::new();
        loop {
            let page = self
                .cluster
                .ask(async |node| node.scroll(request.clone()).await);
            let page = page.await?;
            for point in page.result {
                let value = point.order_value.and_then(|value| value.variant);
                listed.push(Listed {
                    point: point.id.ok_or(ClusterError::Unreadable("point id"))?,
                    id: payload::read_record_id(&point.payload, "id")?,
                    title: payload::read_text(&point.payload, "tk")?.to_owned(),
                    year: payload::read_number(&point.payload, year)?,
                    value: match value {
                        Some(Variant::Int(value)) => value,
                        Some(Variant::Float(value)) => value as i64,
                        None => 0,
                    },
                });
            }
            request.offset = page.next_page_offset;
            if request.offset.is_none() || key.is_some() {
                return Ok(listed);
            }
        }
    }
}
