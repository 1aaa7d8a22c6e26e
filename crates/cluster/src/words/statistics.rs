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
    Definition, FullTextError, QueryExpr,
    exact::{Plan, Statistics, TermKey, plan},
};
use qdrant_client::qdrant::Filter;
use records::{ChangeSeq, Clearance};

use super::{QdrantWords, document::term, failed, state::State};
use crate::{ClusterError, client::Cluster, condition::is, generation};

/// Counts on their way at the same time.
const AT_ONCE: usize = 32;
/// Terms whose counts are kept until the next commit: 10 MB.
const MAX_KNOWN: usize = 100_000;

/// Counts that hold until the next commit.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The commit: its number in the generation, and the last change in it.
    commit: (i64, ChangeSeq),
    counts: BTreeMap<TermKey, u64>,
    /// How many records hold a text that somebody may see.
    texts: BTreeMap<(Clearance, String), u64>,
}

impl Known {
    /// Forgets what another commit said.
    fn turn_to(&mut self, state: &State) {
        let commit = (state.epoch, state.seq);
        if self.commit != commit || self.counts.len() + self.texts.len() > MAX_KNOWN {
            *self = Self {
                commit,
                ..Self::default()
            };
        }
    }

    /// Whether what was counted in `state` may be kept here.
    fn is_of(&self, state: &State) -> bool {
        self.commit == (state.epoch, state.seq)
    }
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
    pub(super) async fn plan(&self, expr: &QueryExpr, state: &State) -> Result<Plan, ClusterError> {
        let definition = Definition::built_in();
        let asked = {
            let asked = Asked::default();
            plan(expr, definition, &asked);
            asked.keys()
        };
        let counted = self.counted(asked, state).await?;
        Ok(plan(expr, definition, &counted))
    }

    /// How many records hold each of these terms.
    pub(super) async fn counted(
        &self,
        keys: BTreeSet<TermKey>,
        state: &State,
    ) -> Result<Counted, ClusterError> {
        let mut counts = BTreeMap::new();
        let mut unknown = Vec::new();
        self.known(|known| {
            known.turn_to(state);
            for key in keys {
                match known.counts.get(&key) {
                    Some(count) => drop(counts.insert(key, *count)),
                    None => unknown.push(key),
                }
            }
        });
        let asked = stream::iter(unknown).map(async |key| {
            let filter = Filter::must([is("t", term(&key))]);
            let count = generation::count(&self.cluster, &self.collection, filter).await?;
            Ok::<_, ClusterError>((key, count))
        });
        let fresh: Vec<(TermKey, u64)> = asked.buffer_unordered(AT_ONCE).try_collect().await?;
        self.known(|known| {
            if known.is_of(state) {
                known.counts.extend(fresh.iter().cloned());
            }
        });
        counts.extend(fresh);
        Ok(Counted {
            n_records: u64::try_from(state.n_records).unwrap_or(0),
            counts,
        })
    }

    /// How many records hold `text`, counted by `count` once a commit.
    pub(super) fn n_holding_known(
        &self,
        text: &str,
        clearance: Clearance,
        count: impl FnOnce() -> Result<u64, FullTextError>,
    ) -> Result<u64, FullTextError> {
        let state = Cluster::wait(self.seen_state()).map_err(failed("counting records"))?;
        let key = (clearance, text.to_owned());
        let known = self.known(|known| {
            known.turn_to(&state);
            known.texts.get(&key).copied()
        });
        if let Some(n) = known {
            return Ok(n);
        }
        let n = count()?;
        self.known(|known| {
            if known.is_of(&state) {
                known.texts.insert(key, n);
            }
        });
        Ok(n)
    }
}
