//! The walk over a log: whether every entry is what was written, in its place,
//! and whether just those words are gone that an entry says were erased.

use std::collections::BTreeMap;

use super::{AuditHead, AuditLog, BEGINNING, Digesting, ERASURE, LoggedAct, PAGE, Verdict, Word};
use crate::CatalogError;

/// Walks the whole log. `known` are heads that were written down before.
///
/// # Errors
/// When the database cannot be read.
pub fn verify_acts(log: &dyn AuditLog, known: &[AuditHead]) -> Result<Verdict, CatalogError> {
    // First: an entry that is added meanwhile is no fault.
    let n_added = log.n_acts()?;
    let mut walk = Walk::new(known);
    loop {
        let page = log.acts_after(walk.head.number, PAGE)?;
        for act in &page {
            if let Some(reason) = walk.fault(act) {
                let number = walk.head.number + 1;
                return Ok(Verdict::Broken { number, reason });
            }
            walk.step(act);
        }
        if page.len() < PAGE {
            return Ok(walk.end(n_added));
        }
    }
}

struct Walk<'k> {
    known: &'k [AuditHead],
    head: AuditHead,
    /// The words that later entries must say they erased, by the number of that
    /// entry, and the first entry that lost one.
    erased: BTreeMap<u64, (u64, Digesting)>,
}

impl<'k> Walk<'k> {
    fn new(known: &'k [AuditHead]) -> Self {
        Self {
            known,
            head: AuditHead {
                number: 0,
                hash: BEGINNING.to_owned(),
            },
            erased: BTreeMap::new(),
        }
    }

    /// Why an entry cannot stand after the one before.
    fn fault(&mut self, act: &LoggedAct) -> Option<&'static str> {
        let is_other = |known: &AuditHead| known.number == act.number && known.hash != act.hash;
        let sealing = &act.sealing;
        // Of an old entry with erased words nothing is left that could be
        // counted again but its place in the chain.
        let is_gone = sealing.seals.is_none() && sealing.is_erased();
        let is_written = sealing.vouches_for(act.words())
            && (is_gone || act.hash == act.hash_after(&self.head.hash));
        let said = self.erased.remove(&act.number).map(|(_, said)| said);
        let is_said = match (act.act == ERASURE, said) {
            (true, said) => said.unwrap_or_else(Digesting::new).end() == act.detail,
            (false, said) => said.is_none(),
        };
        if act.number != self.head.number + 1 {
            Some("the entry is missing")
        } else if !is_written {
            Some("the entry is not what was written")
        } else if self.known.iter().any(is_other) {
            Some("the entry is another than the one written down; the log was written anew")
        } else if !is_said {
            Some("the entry does not say which words were erased")
        } else {
            None
        }
    }

    fn step(&mut self, act: &LoggedAct) {
        for (word, text) in Word::ALL.into_iter().zip(act.words()) {
            let salt = &act.sealing.salts[word as usize];
            if let Some(by) = salt.erased_by() {
                let (_, said) = self
                    .erased
                    .entry(by)
                    .or_insert_with(|| (act.number, Digesting::new()));
                said.add(act.number, word, text);
            }
        }
        self.head = AuditHead {
            number: act.number,
            hash: act.hash.clone(),
        };
    }

    fn end(self, n_added: u64) -> Verdict {
        let furthest = self.known.iter().map(|known| known.number);
        let mut furthest = furthest.chain([n_added]);
        if furthest.any(|number| number > self.head.number) {
            return Verdict::Broken {
                number: self.head.number + 1,
                reason: "the entries from here on were taken off the end",
            };
        }
        let unsaid = self.erased.into_values().map(|(number, _)| number).min();
        match unsaid {
            Some(number) => Verdict::Broken {
                number,
                reason: "a word was erased and no entry says so",
            },
            None => Verdict::Whole(self.head),
        }
    }
}
