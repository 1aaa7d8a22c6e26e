//! An index beside the catalogue: what it lacks, what it should not have, and
//! what it shows to other people than the catalogue would.

use std::collections::BTreeMap;

use records::{ChangeSeq, Clearance, RecordId};
use serde::Serialize;

use crate::check::Truth;

/// How an index stands to the catalogue. Ids are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IndexReport {
    /// The last change that it has applied.
    pub seq: u64,
    /// Changes of the catalogue that it has not read yet.
    pub waiting: u64,
    /// Whether it stands beyond the catalogue: it was made from another one.
    pub is_of_another: bool,
    /// Records that it should hold and does not.
    pub missing: Vec<RecordId>,
    /// Records that it holds and the catalogue does not.
    pub strange: Vec<RecordId>,
    /// Records that it shows to others than the catalogue does.
    pub wrong_access: Vec<RecordId>,
}

impl IndexReport {
    /// Whether it agrees with the catalogue as far as it has read it.
    pub fn is_whole(&self) -> bool {
        !self.is_of_another && self.differing().next().is_none()
    }

    /// The records in which it differs.
    pub fn differing(&self) -> impl Iterator<Item = &RecordId> {
        let lists = [&self.missing, &self.strange, &self.wrong_access];
        lists.into_iter().flatten()
    }

    /// Asks an index what it shows to whom.
    pub(crate) fn read<E>(
        seq: ChangeSeq,
        ids: impl Fn(Clearance) -> Result<Vec<RecordId>, E>,
    ) -> Result<Shown, E> {
        let mut narrowest = BTreeMap::new();
        for clearance in WIDENING {
            for id in ids(clearance)? {
                narrowest.entry(id).or_insert(clearance);
            }
        }
        Ok(Shown { seq, narrowest })
    }
}

/// Each sees all that those before it see.
const WIDENING: [Clearance; 3] = [Clearance::Public, Clearance::Registered, Clearance::Staff];

/// What an index shows: for each record the least that one must be.
pub(crate) struct Shown {
    seq: ChangeSeq,
    narrowest: BTreeMap<RecordId, Clearance>,
}

impl Shown {
    /// Sets it beside the catalogue. What changed after the index last read is
    /// not compared.
    pub(crate) fn compare(mut self, truth: &Truth) -> IndexReport {
        let mut report = IndexReport {
            seq: self.seq.0,
            is_of_another: self.seq > truth.seq,
            ..IndexReport::default()
        };
        for (id, known) in &truth.records {
            let shown = self.narrowest.remove(id);
            if known.seq > self.seq {
                report.waiting += 1;
                continue;
            }
            let right = known
                .access
                .and_then(|access| WIDENING.into_iter().find(|who| who.may_see(access)));
            let differing = match (shown, right) {
                (None, Some(_)) => &mut report.missing,
                (Some(_), None) => &mut report.strange,
                (Some(shown), Some(right)) if shown != right => &mut report.wrong_access,
                _ => continue,
            };
            differing.push(id.clone());
        }
        // The catalogue never heard of what is left.
        report.strange.extend(self.narrowest.into_keys());
        report.strange.sort_unstable();
        report
    }
}
