//! How many records hold a term, asked of the cluster all at once.
//!
//! A plan asks for the same terms whatever the answers are. So it is made twice:
//! the first time to learn what it asks, the second time with the answers.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use index::{
    Definition, QueryExpr,
    exact::{Plan, Statistics, TermKey, plan},
};
use qdrant_client::qdrant::{Condition, Filter};

use super::{QdrantWords, document::term};
use crate::{ClusterError, generation};

/// Counts on their way at the same time.
const AT_ONCE: usize = 32;
/// Terms whose counts are kept until the next commit: 10 MB.
const MAX_KNOWN: usize = 100_000;

/// Counts that hold until the next commit.
#[derive(Debug, Default)]
pub(super) struct Known {
    epoch: i64,
    counts: BTreeMap<TermKey, u64>,
}

/// Notes what is asked, and answers that everything is held.
#[derive(Default)]
pub(super) struct Asked(RefCell<BTreeSet<TermKey>>);

impl Statistics for Asked {
    fn n_records(&self) -> u64 {
        1
    }

    fn n_holding(&self, key: &TermKey) -> u64 {
        self.0.borrow_mut().insert(key.clone());
        1
    }
}

impl Asked {
    /// What was asked.
    pub(super) fn keys(self) -> BTreeSet<TermKey> {
        self.0.into_inner()
    }
}

/// Answers from the cluster.
pub(super) struct Counted {
    pub(super) n_records: u64,
    pub(super) counts: BTreeMap<TermKey, u64>,
}

impl Statistics for Counted {
    fn n_records(&self) -> u64 {
        self.n_records.max(1)
    }

    fn n_holding(&self, key: &TermKey) -> u64 {
        self.counts.get(key).copied().unwrap_or(0)
    }
}

impl QdrantWords {
    /// The plan of a question.
    pub(super) async fn plan(
        &self,
        expr: &QueryExpr,
        epoch: i64,
        n_records: u64,
    ) -> Result<Plan, ClusterError> {
        let definition = Definition::built_in();
        let asked = {
            let asked = Asked::default();
            plan(expr, definition, &asked);
            asked.keys()
        };
        let counted = self.counted(asked, epoch, n_records).await?;
        Ok(plan(expr, definition, &counted))
    }

    /// How many records hold each of these terms.
    pub(super) async fn counted(
        &self,
        keys: BTreeSet<TermKey>,
        epoch: i64,
        n_records: u64,
    ) -> Result<Counted, ClusterError> {
        let mut counts = BTreeMap::new();
        let mut unknown = Vec::new();
        self.known(|known| {
            if known.epoch != epoch || known.counts.len() > MAX_KNOWN {
                *known = Known {
                    epoch,
                    ..Known::default()
                };
            }
            for key in keys {
                match known.counts.get(&key) {
                    Some(count) => drop(counts.insert(key, *count)),
                    None => unknown.push(key),
                }
            }
        });
        let asked = stream::iter(unknown).map(async |key| {
            let holds = Condition::matches("t", term(&key));
            let filter = Filter::must([holds]);
            let count = generation::count(&self.cluster, &self.collection, filter).await?;
            Ok::<_, ClusterError>((key, count))
        });
        let fresh: Vec<(TermKey, u64)> = asked.buffer_unordered(AT_ONCE).try_collect().await?;
        self.known(|known| {
            if known.epoch == epoch {
                known.counts.extend(fresh.iter().cloned());
            }
        });
        counts.extend(fresh);
        Ok(Counted { n_records, counts })
    }
}
