//! Deposits in the catalogue: kept under names of their own until they become
//! records.

use catalog::{Batch, Blob, CatalogError, CatalogStore, Put};
use jiff::Timestamp;
use records::{AccessLevel, Column, DocumentFile, Page, Record, RecordId};
use serde::{Deserialize, Serialize};

use crate::{Deposit, DepositError, Metadata, State};

const HEAD: &str = "deposit/head/";
const TEXT: &str = "deposit/text/";

/// Documents of one deposit.
pub const MOST_FILES: usize = 20;

/// Characters of a reason.
const MOST_REASON: usize = 2_000;

/// A document that was read already.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFile {
    /// What it is.
    pub file: DocumentFile,
    /// Its text.
    pub pages: Vec<Page>,
    /// Its variables, where it holds data.
    pub columns: Vec<Column>,
}

/// What was read of a document, kept until the deposit becomes a record.
#[derive(Debug, Serialize, Deserialize)]
struct Read {
    pages: Vec<Page>,
    columns: Vec<Column>,
}

/// What a librarian adds on accepting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The collection that the record lies in.
    pub collection: Option<String>,
    /// Another access level than the depositor asked for.
    pub access: Option<AccessLevel>,
}

/// A deposit with the record that it became.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The deposit.
    pub deposit: Deposit,
    /// The record, full text included.
    pub record: Record,
}

/// Makes a draft. With a key, a second call with the same key and metadata gives
/// the draft of the first; `bool` says whether it was made now.
///
/// # Errors
/// [`DepositError::Invalid`], [`DepositError::KeyUsed`], and the catalogue's.
pub fn create(
    catalog: &dyn CatalogStore,
    metadata: Metadata,
    key: Option<&str>,
    by: &str,
    at: Timestamp,
) -> Result<(Deposit, bool), DepositError> {
    metadata.check()?;
    let said = serde_json::to_vec(&metadata).expect("a value with only string keys");
    let asked = blake3::hash(&said).to_hex().to_string();
    let unique = key.map_or_else(
        || format!("at {}", at.as_nanosecond()),
        |key| format!("key {key}"),
    );
    let name = blake3::hash(format!("{by}\n{unique}").as_bytes()).to_hex();
    let id = RecordId::new(format!("g-{}", &name[..20])).expect("hexadecimal digits");
    let mut made = Deposit {
        id,
        by: by.to_owned(),
        state: State::Draft,
        metadata,
        files: Vec::new(),
        steps: Vec::new(),
        asked,
    };
    made.step(State::Draft, by, at, None);
    let mut batch = Batch::new(at);
    batch.seen_blobs.push(Blob {
        name: head_name(&made.id),
        bytes: Vec::new(),
    });
    batch.blobs.push(head(&made));
    match catalog.apply(batch) {
        Ok(_) => Ok((made, true)),
        Err(CatalogError::BlobConflict { .. }) => {
            let known = deposit(catalog, &made.id)?;
            match key.is_some() && known.asked == made.asked {
                true => Ok((known, false)),
                false => Err(DepositError::KeyUsed),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// One deposit.
///
/// # Errors
/// [`DepositError::NoDeposit`], and the catalogue's.
pub fn deposit(catalog: &dyn CatalogStore, id: &RecordId) -> Result<Deposit, DepositError> {
    parse(named(catalog, &head_name(id))?.ok_or(DepositError::NoDeposit)?)
}

/// All deposits, the newest change first.
///
/// # Errors
/// [`DepositError::Damaged`], and the catalogue's.
pub fn deposits(catalog: &dyn CatalogStore) -> Result<Vec<Deposit>, DepositError> {
    let all = catalog.blobs(HEAD)?.into_iter().map(parse);
    let mut all = all.collect::<Result<Vec<Deposit>, DepositError>>()?;
    all.sort_by(|a, b| {
        b.changed_at()
            .cmp(&a.changed_at())
            .then_with(|| a.id.cmp(&b.id))
    });
    Ok(all)
}

/// Puts other metadata in the place of a draft's.
///
/// # Errors
/// [`DepositError::Invalid`], [`DepositError::State`].
pub fn put_metadata(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    metadata: Metadata,
    at: Timestamp,
) -> Result<Deposit, DepositError> {
    metadata.check()?;
    change(catalog, id, at, |known, _| {
        open(known)?;
        known.metadata = metadata.clone();
        Ok(())
    })
}

/// Adds a document to a draft; the same content is there once.
///
/// # Errors
/// [`DepositError::State`], [`DepositError::TooManyFiles`].
pub fn add_file(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    new: NewFile,
    at: Timestamp,
) -> Result<Deposit, DepositError> {
    let text = Blob {
        name: text_name(id, &new.file),
        bytes: serde_json::to_vec(&Read {
            pages: new.pages,
            columns: new.columns,
        })
        .expect("a value with only string keys"),
    };
    change(catalog, id, at, |known, batch| {
        open(known)?;
        known.files.retain(|file| file.blake3 != new.file.blake3);
        if known.files.len() >= MOST_FILES {
            return Err(DepositError::TooManyFiles(MOST_FILES));
        }
        known.files.push(new.file.clone());
        batch.blobs.push(text.clone());
        Ok(())
    })
}

/// Takes a document out of a draft; numbered from 1.
///
/// # Errors
/// [`DepositError::State`], [`DepositError::NoFile`].
pub fn remove_file(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    number: usize,
    at: Timestamp,
) -> Result<Deposit, DepositError> {
    change(catalog, id, at, |known, batch| {
        open(known)?;
        let place = number.checked_sub(1);
        let place = place.filter(|place| *place < known.files.len());
        let gone = known
            .files
            .remove(place.ok_or(DepositError::NoFile(number))?);
        batch.blobs.push(forgotten(id, &gone));
        Ok(())
    })
}

/// Hands a draft to the librarians.
///
/// # Errors
/// [`DepositError::Incomplete`], [`DepositError::State`].
pub fn submit(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    by: &str,
    at: Timestamp,
) -> Result<Deposit, DepositError> {
    change(catalog, id, at, |known, _| {
        open(known)?;
        let missing = known.metadata.missing();
        if !missing.is_empty() {
            return Err(DepositError::Incomplete(missing));
        }
        known.step(State::Submitted, by, at, None);
        Ok(())
    })
}

/// Takes a deposit back that nobody has decided on.
///
/// # Errors
/// [`DepositError::State`].
pub fn withdraw(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    by: &str,
    at: Timestamp,
) -> Result<Deposit, DepositError> {
    change(catalog, id, at, |known, batch| {
        if !known.state.is_open() && known.state != State::Submitted {
            return Err(DepositError::State(known.state));
        }
        known.step(State::Withdrawn, by, at, None);
        forget_texts(known, batch);
        Ok(())
    })
}

/// Returns a submitted deposit to be mended, or refuses it for good.
///
/// # Errors
/// [`DepositError::NoReason`], [`DepositError::State`].
pub fn decline(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    is_final: bool,
    reason: &str,
    by: &str,
    at: Timestamp,
) -> Result<Deposit, DepositError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MOST_REASON {
        return Err(DepositError::NoReason);
    }
    change(catalog, id, at, |known, batch| {
        submitted(known)?;
        let state = match is_final {
            true => State::Refused,
            false => State::Returned,
        };
        known.step(state, by, at, Some(reason));
        if is_final {
            forget_texts(known, batch);
        }
        Ok(())
    })
}

/// Forgets deposits that were refused or withdrawn before a moment; gives how
/// many. Their texts and documents went with the decision.
///
/// # Errors
/// [`DepositError::Damaged`], and the catalogue's.
pub fn forget_ended(
    catalog: &dyn CatalogStore,
    before: Timestamp,
    at: Timestamp,
) -> Result<u64, DepositError> {
    let is_ended = |one: &Deposit| {
        matches!(one.state, State::Refused | State::Withdrawn)
            && one.changed_at().is_some_and(|changed| changed < before)
    };
    let mut batch = Batch::new(at);
    for deposit in deposits(catalog)?.iter().filter(|one| is_ended(one)) {
        batch.blobs.push(Blob {
            name: head_name(&deposit.id),
            bytes: Vec::new(),
        });
    }
    let n_forgotten = batch.blobs.len() as u64;
    if n_forgotten > 0 {
        catalog.apply(batch)?;
    }
    Ok(n_forgotten)
}

/// Makes a record of a submitted deposit, in one transaction. The documents must
/// be in the library's store of files before.
///
/// # Errors
/// [`DepositError::State`], also when another librarian was first.
pub fn accept(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    decision: &Decision,
    by: &str,
    at: Timestamp,
) -> Result<Accepted, DepositError> {
    let mut accepted = None;
    let done = change(catalog, id, at, |known, batch| {
        submitted(known)?;
        let record = record_of(catalog, known, decision)?;
        known.step(State::Accepted, by, at, None);
        forget_texts(known, batch);
        batch.puts.push(Put {
            record: record.clone(),
            if_version: Some(0),
        });
        accepted = Some(record);
        Ok(())
    });
    match (done, accepted) {
        (Ok(deposit), Some(record)) => Ok(Accepted { deposit, record }),
        (Err(DepositError::Catalog(CatalogError::Conflict { .. })), _) => {
            Err(DepositError::State(State::Accepted))
        }
        (Err(error), _) => Err(error),
        (Ok(_), None) => unreachable!("what was written was made before"),
    }
}

/// The record that a deposit becomes.
fn record_of(
    catalog: &dyn CatalogStore,
    known: &Deposit,
    decision: &Decision,
) -> Result<Record, DepositError> {
    let mut record = known.metadata.read(known.id.clone())?;
    record.collections.extend(decision.collection.clone());
    record.access = decision.access.unwrap_or(record.access);
    for file in &known.files {
        let Some(blob) = named(catalog, &text_name(&known.id, file))? else {
            continue;
        };
        let read: Read = parse(blob)?;
        // A record has one full text: that of the first document with one.
        if record.body.iter().all(|page| page.text.trim().is_empty()) {
            record.body = read.pages;
        }
        record.columns.extend(read.columns);
    }
    record.files.clone_from(&known.files);
    Ok(record)
}

/// Whether its depositor may change it.
fn open(known: &Deposit) -> Result<(), DepositError> {
    match known.state.is_open() {
        true => Ok(()),
        false => Err(DepositError::State(known.state)),
    }
}

fn submitted(known: &Deposit) -> Result<(), DepositError> {
    match known.state == State::Submitted {
        true => Ok(()),
        false => Err(DepositError::State(known.state)),
    }
}

/// Changes a deposit. Where somebody else changed it between the reading and the
/// writing, it is judged anew as it stands then: of two decisions at once one is
/// taken, and the other one is told so.
fn change(
    catalog: &dyn CatalogStore,
    id: &RecordId,
    at: Timestamp,
    mut change: impl FnMut(&mut Deposit, &mut Batch) -> Result<(), DepositError>,
) -> Result<Deposit, DepositError> {
    loop {
        let seen = named(catalog, &head_name(id))?.ok_or(DepositError::NoDeposit)?;
        let mut known: Deposit = parse(seen.clone())?;
        let mut batch = Batch::new(at);
        change(&mut known, &mut batch)?;
        batch.seen_blobs.push(seen);
        batch.blobs.push(head(&known));
        match catalog.apply(batch) {
            Ok(_) => return Ok(known),
            // Each turn, somebody else's change was written: this ends.
            Err(CatalogError::BlobConflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Of a deposit whose life is over only the head is kept.
fn forget_texts(deposit: &Deposit, batch: &mut Batch) {
    let texts = deposit
        .files
        .iter()
        .map(|file| forgotten(&deposit.id, file));
    batch.blobs.extend(texts);
}

fn named(catalog: &dyn CatalogStore, name: &str) -> Result<Option<Blob>, DepositError> {
    let mut found = catalog.blobs(name)?.into_iter();
    Ok(found.find(|blob| blob.name == name))
}

fn head_name(id: &RecordId) -> String {
    format!("{HEAD}{id}")
}

fn head(deposit: &Deposit) -> Blob {
    Blob {
        name: head_name(&deposit.id),
        bytes: serde_json::to_vec(deposit).expect("a value with only string keys"),
    }
}

fn text_name(id: &RecordId, file: &DocumentFile) -> String {
    format!("{TEXT}{id}/{}", file.blake3)
}

fn forgotten(id: &RecordId, file: &DocumentFile) -> Blob {
    Blob {
        name: text_name(id, file),
        bytes: Vec::new(),
    }
}

fn parse<T: serde::de::DeserializeOwned>(blob: Blob) -> Result<T, DepositError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| DepositError::Damaged {
        name: blob.name,
        source,
    })
}
