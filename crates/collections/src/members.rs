//! Records put into a collection and taken out of it.

use catalog::{Batch, CatalogError, CatalogStore, Detail, Put, PutOutcome, StoredRecord};
use jiff::Timestamp;
use records::{Clearance, RecordId};

use crate::{CollectionError, check_name};

/// Records changed in one transaction: bounds the memory of their full texts.
const AT_ONCE: usize = 200;

/// Tries of a batch whose records another writer changes at the same time.
const MAX_TRIES: u32 = 4;

/// What is done to the members of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Records are put in.
    Add,
    /// Records are taken out.
    Remove,
}

/// What became of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Records that were changed.
    pub n_changed: u64,
    /// Records that were in, or out, already.
    pub n_unchanged: u64,
    /// Records that are not there.
    pub missing: Vec<RecordId>,
}

/// Puts records into a collection, or takes them out. The index follows the
/// catalogue afterwards.
///
/// # Errors
/// [`CollectionError::Invalid`] for what is no name; the catalogue's. Batches
/// that were written before stay.
pub fn change(
    catalog: &dyn CatalogStore,
    name: &str,
    change: Change,
    ids: &[RecordId],
    now: Timestamp,
) -> Result<Changed, CollectionError> {
    check_name(name)?;
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    let mut changed = Changed::default();
    for ids in ids.chunks(AT_ONCE) {
        let mut n_tries = 1;
        loop {
            match one_batch(catalog, name, change, ids, now) {
                Ok(done) => {
                    changed.n_changed += done.n_changed;
                    changed.n_unchanged += done.n_unchanged;
                    changed.missing.extend(done.missing);
                    break;
                }
                Err(CatalogError::Conflict { .. }) if n_tries < MAX_TRIES => n_tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(changed)
}

fn one_batch(
    catalog: &dyn CatalogStore,
    name: &str,
    change: Change,
    ids: &[RecordId],
    now: Timestamp,
) -> Result<Changed, CatalogError> {
    let stored = catalog.get_many(ids, Clearance::Staff, Detail::Full)?;
    let mut changed = Changed::default();
    let mut batch = Batch::new(now);
    for (id, stored) in ids.iter().zip(stored) {
        match stored {
            None => changed.missing.push(id.clone()),
            Some(stored) => match with(stored, name, change) {
                None => changed.n_unchanged += 1,
                Some(put) => batch.puts.push(put),
            },
        }
    }
    if !batch.is_empty() {
        let applied = catalog.apply(batch)?;
        changed.n_changed += applied.count(PutOutcome::Updated) as u64;
    }
    Ok(changed)
}

/// The changed record; `None` when it is as it should be.
fn with(stored: StoredRecord, name: &str, change: Change) -> Option<Put> {
    let mut record = stored.record;
    // Names are sorted, but need not be in records of older programs.
    let place = record.collections.iter().position(|known| known == name);
    match (change, place) {
        (Change::Add, Some(_)) | (Change::Remove, None) => return None,
        (Change::Add, None) => {
            record.collections.push(name.to_owned());
            record.collections.sort();
        }
        (Change::Remove, Some(place)) => {
            record.collections.remove(place);
        }
    }
    Some(Put {
        record,
        if_version: Some(stored.version),
    })
}

#[cfg(test)]
mod tests {
    use catalog::MemoryCatalog;
    use records::{Page, Record, RecordType};

    use super::*;
    use crate::{Collection, collection, collections, remove, store};

    fn id(text: &str) -> RecordId {
        RecordId::new(text).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn records_go_in_and_out_with_their_full_text() {
        let catalog = MemoryCatalog::new();
        let records = (0..450).map(|n| {
            let mut record = Record::new(id(&format!("r{n:03}")), RecordType::Paper);
            record.collections = vec!["Zeta".to_owned()];
            record.body = vec![Page::new(1, format!("toàn văn {n}"))];
            record
        });
        catalog.apply(Batch::of_records(at(1), records)).unwrap();
        let mut ids: Vec<RecordId> = (0..450).map(|n| id(&format!("r{n:03}"))).collect();
        ids.extend([id("none"), id("r000")]);
        let done = change(&catalog, "Lúa", Change::Add, &ids, at(2)).unwrap();
        assert_eq!((done.n_changed, done.n_unchanged), (450, 0));
        assert_eq!(done.missing, [id("none")]);
        let stored = catalog
            .get(&ids[7], Clearance::Staff, Detail::Full)
            .unwrap()
            .unwrap();
        assert_eq!(stored.record.collections, ["Lúa", "Zeta"]);
        assert_eq!(stored.record.body[0].text, "toàn văn 7");
        let again = change(&catalog, "Lúa", Change::Add, &ids[..9], at(3)).unwrap();
        assert_eq!((again.n_changed, again.n_unchanged), (0, 9));
        let out = change(&catalog, "Lúa", Change::Remove, &ids[..9], at(4)).unwrap();
        assert_eq!(out.n_changed, 9);
        let stored = catalog
            .get(&ids[7], Clearance::Staff, Detail::Full)
            .unwrap()
            .unwrap();
        assert_eq!(
            (stored.record.collections.as_slice(), stored.version),
            (&["Zeta".to_owned()][..], 3)
        );
        assert!(change(&catalog, " ", Change::Add, &ids, at(5)).is_err());
    }

    #[test]
    fn what_is_said_of_a_name_is_kept_and_forgotten() {
        let catalog = MemoryCatalog::new();
        let said = Collection {
            title_vi: Some("Lúa chịu mặn".to_owned()),
            ..Collection::named("Lúa")
        };
        store(&catalog, &said, at(1)).unwrap();
        store(&catalog, &Collection::named("Lúa mì"), at(1)).unwrap();
        assert_eq!(collection(&catalog, "Lúa").unwrap(), Some(said.clone()));
        assert_eq!(
            (said.title(true), said.title(false)),
            ("Lúa chịu mặn", "Lúa chịu mặn")
        );
        assert_eq!(collections(&catalog).unwrap().len(), 2);
        remove(&catalog, "Lúa", at(2)).unwrap();
        assert_eq!(collection(&catalog, "Lúa").unwrap(), None);
        assert_eq!(collections(&catalog).unwrap().len(), 1);
        for (field, spoil) in [
            ("name", Collection::named("a\nb")),
            (
                "title_en",
                Collection {
                    title_en: Some(String::new()),
                    ..Collection::named("a")
                },
            ),
            (
                "description_vi",
                Collection {
                    description_vi: Some("a".repeat(5001)),
                    ..Collection::named("a")
                },
            ),
        ] {
            let error = store(&catalog, &spoil, at(3)).unwrap_err().to_string();
            assert!(error.starts_with(field), "{error}");
        }
    }
}
