//! What people hand in: who may know of a deposit, its documents before and
//! after it is accepted.

use std::path::PathBuf;

use axum::{body::Bytes, http::HeaderMap};
use deposits::{Decision, Deposit, DepositError, NewFile};
use ingest::FileStore;
use jiff::Timestamp;
use records::{AccessLevel, Clearance, DocumentFile, RecordId};

use crate::{
    accounts::{Account, Role, Scope},
    app::Library,
    decisions::follow,
    desk::{desk, file_name},
    error::{ApiError, shown},
    visit::Visit,
};

/// Deposits of one account that are not decided yet.
const MOST_OPEN: usize = 50;
/// Bytes of the documents of one deposit.
const MOST_BYTES: u64 = 256 << 20;

/// Who hands in or decides.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) name: String,
    /// Decides, and sees the deposits of others.
    pub(crate) is_librarian: bool,
}

/// Whoever has an account and, with a key, may write.
///
/// # Errors
/// [`ApiError::SignInNeeded`], [`ApiError::NotAllowed`].
pub(crate) fn depositor(visit: &Visit, scope: Scope) -> Result<Who, ApiError> {
    let account: &Account = visit.needs(Role::Reader, scope)?;
    Ok(Who {
        name: account.name.clone(),
        is_librarian: visit.needs(Role::Librarian, scope).is_ok(),
    })
}

/// A librarian.
///
/// # Errors
/// See [`depositor`].
pub(crate) fn librarian(visit: &Visit) -> Result<Who, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    depositor(visit, Scope::Write)
}

/// The name of a deposit out of a path.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn deposit_id(raw: &str) -> Result<RecordId, ApiError> {
    RecordId::new(raw).map_err(|_| ApiError::NoSuchPage)
}

/// A deposit that `who` may know of; another one is like none.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn known(library: &Library, id: &RecordId, who: &Who) -> Result<Deposit, ApiError> {
    let found = deposits::deposit(&*library.catalogue, id)?;
    match who.is_librarian || found.by == who.name {
        true => Ok(found),
        false => Err(ApiError::NoSuchPage),
    }
}

/// One's own deposit, to be changed.
///
/// # Errors
/// [`ApiError::NoSuchPage`]; [`ApiError::NotAllowed`] for that of another.
pub(crate) fn own(library: &Library, id: &RecordId, who: &Who) -> Result<Deposit, ApiError> {
    let found = known(library, id, who)?;
    match found.by == who.name {
        true => Ok(found),
        false => Err(ApiError::NotAllowed),
    }
}

/// The deposits that `who` may know of.
///
/// # Errors
/// [`ApiError::Unavailable`].
pub(crate) fn list(library: &Library, who: &Who) -> Result<Vec<Deposit>, ApiError> {
    let mut all = deposits::deposits(&*library.catalogue)?;
    all.retain(|one| who.is_librarian || one.by == who.name);
    Ok(all)
}

/// Makes a draft, unless there are too many.
///
/// # Errors
/// [`ApiError::Refused`].
pub(crate) fn create(
    library: &Library,
    metadata: deposits::Metadata,
    key: Option<&str>,
    who: &Who,
) -> Result<(Deposit, bool), ApiError> {
    let catalogue = &*library.catalogue;
    let made = deposits::create(catalogue, metadata, key, &who.name, Timestamp::now())?;
    let is_undecided = |one: &&Deposit| {
        one.by == who.name && (one.state.is_open() || one.state == deposits::State::Submitted)
    };
    let all = deposits::deposits(catalogue)?;
    if made.1 && all.iter().filter(is_undecided).count() > MOST_OPEN {
        deposits::withdraw(catalogue, &made.0.id, &who.name, Timestamp::now())?;
        return Err(ApiError::Refused {
            parameter: "deposits",
            message: format!("{MOST_OPEN} of your deposits are undecided; finish or withdraw some"),
        });
    }
    Ok(made)
}

/// What makes a repeated call the same call (`Idempotency-Key`).
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = key.to_str().unwrap_or_default();
    match (1..=200).contains(&text.len()) {
        true => Ok(Some(text.to_owned())),
        false => Err(ApiError::invalid(
            "idempotency-key",
            text,
            "is no key",
            "send 1 to 200 visible ASCII characters",
        )),
    }
}

/// Where the documents of deposits lie until those are decided.
fn drafts(library: &Library) -> Result<FileStore, ApiError> {
    Ok(FileStore::new(desk(library)?.uploads.join("deposits")))
}

/// Reads a document in a process of its own and adds it to a draft.
///
/// # Errors
/// [`ApiError::InvalidParameter`] when it cannot be read, [`ApiError::Refused`].
pub(crate) fn add_file(
    library: &Library,
    id: &RecordId,
    name: &str,
    bytes: &Bytes,
    who: &Who,
) -> Result<Deposit, ApiError> {
    let draft = own(library, id, who)?;
    let n_bytes = bytes.len() as u64;
    if draft.files.iter().map(|file| file.bytes).sum::<u64>() + n_bytes > MOST_BYTES {
        return Err(ApiError::Refused {
            parameter: "file",
            message: format!(
                "the files of a deposit have at most {} MiB",
                MOST_BYTES >> 20
            ),
        });
    }
    let reader = library.reader.as_ref().ok_or(ApiError::NoSuchPage)?;
    let name = file_name(name);
    let document = reader.read(bytes, &name).map_err(|error| {
        let reason = format!("cannot be read ({})", records::with_causes(&error));
        ApiError::invalid("file", &name, reason, "send another document")
    })?;
    let hash = blake3::hash(bytes);
    drafts(library)?
        .keep(&hash, bytes)
        .map_err(ApiError::unavailable)?;
    let is_table = document.n_rows.is_some();
    let file = DocumentFile {
        location: name.clone(),
        name,
        media_type: document.media_type.as_str().to_owned(),
        bytes: n_bytes,
        blake3: hash.to_hex().to_string(),
        pages: u32::try_from(document.pages.len())
            .ok()
            .filter(|_| !is_table),
        rows: document.n_rows,
    };
    let new = NewFile {
        file,
        pages: document.pages,
        columns: document.columns,
    };
    Ok(deposits::add_file(
        &*library.catalogue,
        id,
        new,
        Timestamp::now(),
    )?)
}

/// A document of a deposit: before the decision here, afterwards in the store of
/// the library.
///
/// # Errors
/// [`ApiError::FileNotFound`], [`ApiError::NoSuchPage`].
pub(crate) fn file(
    library: &Library,
    id: &RecordId,
    number: usize,
    who: &Who,
) -> Result<(DocumentFile, PathBuf), ApiError> {
    let deposit = known(library, id, who)?;
    let none = || ApiError::FileNotFound {
        id: shown(id.as_str()),
        number,
    };
    let place = number.checked_sub(1).ok_or_else(none)?;
    let file = deposit.files.into_iter().nth(place).ok_or_else(none)?;
    let path = drafts(library)?.path(&file.blake3);
    let path = path.filter(|path| path.is_file()).ok_or_else(none)?;
    Ok((file, path))
}

/// Makes a record of a deposit: documents first, then the record, then the full
/// text follows.
///
/// # Errors
/// [`ApiError::Refused`], [`ApiError::Unavailable`].
pub(crate) fn accept(
    library: &Library,
    id: &RecordId,
    decision: &Decision,
    who: &Who,
) -> Result<Deposit, ApiError> {
    let catalogue = &*library.catalogue;
    let deposit = deposits::deposit(catalogue, id)?;
    if let Some(name) = &decision.collection {
        collections::check_name(name)?;
    }
    let drafts = drafts(library)?;
    if deposit.state == deposits::State::Submitted {
        let store = library.files.as_ref().ok_or(ApiError::NoSuchPage)?;
        if let Err(error) = keep_documents(&deposit, &drafts, store) {
            // They go with a refusal: then that is what there is to say.
            let now = deposits::deposit(catalogue, id)?.state;
            return Err(match now == deposit.state {
                true => error,
                false => DepositError::State(now).into(),
            });
        }
    }
    let done = deposits::accept(catalogue, id, decision, &who.name, Timestamp::now())?;
    follow(library);
    forget_files(library, &done.deposit);
    Ok(done.deposit)
}

/// Puts the documents of a deposit beside those of the records.
///
/// # Errors
/// [`ApiError::Unavailable`], when one is not there, too.
fn keep_documents(deposit: &Deposit, from: &FileStore, to: &FileStore) -> Result<(), ApiError> {
    for file in &deposit.files {
        let path = from.path(&file.blake3).ok_or(ApiError::NoSuchPage)?;
        let bytes = std::fs::read(path).map_err(ApiError::unavailable)?;
        let kept = to.keep(&blake3::hash(&bytes), &bytes);
        kept.map_err(ApiError::unavailable)?;
    }
    Ok(())
}

/// The documents of a deposit whose life is over, unless another one has them.
pub(crate) fn forget_files(library: &Library, deposit: &Deposit) {
    let Ok(drafts) = drafts(library) else { return };
    let others = deposits::deposits(&*library.catalogue).unwrap_or_default();
    let is_used = |hash: &str| {
        let live = others.iter().filter(|one| one.id != deposit.id);
        let mut live =
            live.filter(|one| one.state.is_open() || one.state == deposits::State::Submitted);
        live.any(|one| one.files.iter().any(|file| file.blake3 == hash))
    };
    for file in deposit.files.iter().filter(|file| !is_used(&file.blake3)) {
        let gone = drafts.path(&file.blake3).map(std::fs::remove_file);
        if let Some(Err(error)) = gone {
            tracing::warn!(%error, "a document of a decided deposit stays on the disk");
        }
    }
}

/// Records that carry the same identifier, as far as the asker may know.
///
/// # Errors
/// [`ApiError::Unavailable`].
pub(crate) fn same(
    library: &Library,
    deposit: &Deposit,
    clearance: Clearance,
) -> Result<Vec<RecordId>, ApiError> {
    let Ok(record) = deposit.metadata.read(deposit.id.clone()) else {
        return Ok(Vec::new());
    };
    let one_work = record
        .identifiers
        .into_iter()
        .filter(|one| one.names_one_work());
    let identifiers: Vec<_> = one_work.collect();
    let found = library.catalogue.resolve(&identifiers, clearance);
    let found = found.map_err(ApiError::unavailable)?.into_iter().flatten();
    let mut same: Vec<RecordId> = found.filter(|id| *id != deposit.id).collect();
    same.sort();
    same.dedup();
    Ok(same)
}

/// The access level that a librarian chose; none stays as asked for.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn chosen_access(given: Option<&str>) -> Result<Option<AccessLevel>, ApiError> {
    crate::upload::word("access", given.filter(|given| !given.is_empty()))
}

impl From<DepositError> for ApiError {
    fn from(error: DepositError) -> Self {
        let parameter = match &error {
            DepositError::Catalog(_) => return Self::unavailable(error),
            DepositError::Damaged { .. } => return Self::internal(error),
            DepositError::NoDeposit => return Self::NoSuchPage,
            DepositError::Invalid { field, .. } => field,
            DepositError::Incomplete(_) => "metadata",
            DepositError::TooManyFiles(_) | DepositError::NoFile(_) => "file",
            DepositError::KeyUsed => "idempotency-key",
            DepositError::State(_) => "state",
            DepositError::NoReason => "reason",
        };
        Self::Refused {
            parameter,
            message: error.to_string(),
        }
    }
}
