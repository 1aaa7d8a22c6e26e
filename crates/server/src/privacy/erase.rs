//! Taking an account and its name away.
//!
//! In this order, each step whole by itself, so that a program killed between
//! two of them leaves a library in which the same can be asked again: names in
//! tables; the account, what is its own, and its name in what is the library's,
//! in one transaction; the documents of its drafts; its name in the log of acts.
//! What stays carries a pseudonym that is random and kept nowhere beside the
//! name, so that nothing leads back.

use std::{io, path::Path, sync::Arc};

use catalog::{Batch, Blob, CatalogError, CatalogStore, Catalogue, NewAct, Via};
use ingest::FileStore;
use jiff::Timestamp;
use records::RecordId;
use serde_json::Value;

use super::{
    PSEUDONYM, PrivacyError,
    gather::parsed,
    holdings::{Fate, HOLDINGS, Holding},
    mentions,
};
use crate::{accounts::Accounts, token::random};

/// Times that a plan is made anew because somebody changed what it is about.
const MOST_TRIES: u32 = 8;

/// Who erases.
#[derive(Debug, Clone, Copy)]
pub struct Eraser<'a> {
    /// The name of an account or of a user of the machine; empty for the program
    /// itself.
    pub name: &'a str,
    /// How they came.
    pub via: Via,
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// What stands in the place of the name, wherever something stays.
    pub pseudonym: String,
    /// Named values that went: the account, keys, sessions, saved searches, drafts.
    pub n_removed: u64,
    /// Acts of curation, deposits, jobs and versions that stay under the pseudonym.
    pub n_renamed: u64,
    /// Words of the log of acts.
    pub n_words: u64,
    /// Documents of drafts.
    pub n_documents: u64,
}

/// Takes an account away with everything that is its own, and its name out of
/// everything that stays; says so in the log of acts.
///
/// * `uploads`: where the documents of drafts lie; `None` where none do.
///
/// # Errors
/// [`AccountError::LastAdmin`](crate::AccountError::LastAdmin),
/// [`PrivacyError::NotFound`]; after others, some of it may be erased: ask again.
pub fn erase(
    catalogue: &Arc<dyn Catalogue>,
    uploads: Option<&Path>,
    name: &str,
    by: Eraser<'_>,
    now: Timestamp,
) -> Result<Erased, PrivacyError> {
    let accounts = Accounts::new(catalogue.clone());
    accounts.check_not_last(name)?;
    let mut erased = Erased {
        pseudonym: new_pseudonym(),
        ..Erased::default()
    };
    let plan = carry_out(&**catalogue, name, now, &mut erased)?;
    erased.n_documents = remove_documents(&**catalogue, uploads, &plan.documents)?;
    let acts = mentions::naming(&**catalogue, name)?;
    let mut words = Vec::new();
    for act in &acts {
        words.extend(mentions::words(act, name, &erased.pseudonym));
    }
    erased.n_words = words.len() as u64;
    if erased.n_removed + erased.n_renamed + erased.n_words == 0 {
        return Err(PrivacyError::NotFound(name.chars().take(64).collect()));
    }
    let is_self = by.via != Via::Command && by.name == name;
    let actor = match is_self {
        true => erased.pseudonym.as_str(),
        false => by.name,
    };
    let act = NewAct {
        actor: actor.to_owned(),
        via: by.via,
        act: String::new(),
        object: erased.pseudonym.clone(),
        detail: String::new(),
    };
    catalogue.erase_words(&words, act, now)?;
    catalogue.scrub()?;
    Ok(erased)
}

/// 48 random bits: two of them are the same once in millions of erasures.
fn new_pseudonym() -> String {
    let digits = random::<6>().map(|byte| format!("{byte:02x}"));
    format!("{PSEUDONYM}{}", digits.concat())
}

/// Tables before the named values, which say what was handed in, and after them,
/// when nobody can act under the name any more.
fn carry_out(
    catalogue: &dyn Catalogue,
    name: &str,
    now: Timestamp,
    erased: &mut Erased,
) -> Result<Plan, PrivacyError> {
    let mut n_tries = 1;
    loop {
        let plan = Plan::of(catalogue, name, &erased.pseudonym, now)?;
        let rename = || catalogue.rename_account(name, &erased.pseudonym, &plan.deposited);
        let mut n_renamed = rename()?;
        match catalogue.apply(plan.batch.clone()) {
            Ok(_) => {
                n_renamed += rename()?;
                erased.n_removed = plan.n_removed;
                erased.n_renamed += plan.n_renamed + n_renamed;
                return Ok(plan);
            }
            Err(CatalogError::BlobConflict { .. }) if n_tries < MOST_TRIES => {
                erased.n_renamed += n_renamed;
                n_tries += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What is to be written.
struct Plan {
    batch: Batch,
    n_removed: u64,
    n_renamed: u64,
    /// Records that the account handed in.
    deposited: Vec<RecordId>,
    /// Documents (BLAKE3, hex) of deposits that go.
    documents: Vec<String>,
}

impl Plan {
    fn of(
        catalogue: &dyn Catalogue,
        name: &str,
        pseudonym: &str,
        now: Timestamp,
    ) -> Result<Self, PrivacyError> {
        let mut plan = Self {
            batch: Batch::new(now),
            n_removed: 0,
            n_renamed: 0,
            deposited: Vec::new(),
            documents: Vec::new(),
        };
        for holding in &HOLDINGS {
            for blob in catalogue.blobs(holding.prefix)? {
                let value = parsed(&blob)?;
                if !holding.names(&value, name) {
                    continue;
                }
                if holding.is_of(&value, name) && goes(holding, &value) {
                    plan.remove(catalogue, holding, blob, &value)?;
                } else {
                    plan.rename(holding, blob, value, (name, pseudonym));
                }
            }
        }
        Ok(plan)
    }

    fn remove(
        &mut self,
        catalogue: &dyn Catalogue,
        holding: &Holding,
        blob: Blob,
        value: &Value,
    ) -> Result<(), PrivacyError> {
        let id = value["id"].as_str().unwrap_or_default();
        let beside: Vec<String> = match holding.list {
            "saved_searches" => vec![format!("alerts/state/{id}"), format!("alerts/event/{id}/")],
            "deposits" => vec![format!("deposit/text/{id}/")],
            _ => Vec::new(),
        };
        for prefix in beside {
            for below in catalogue.blobs(&prefix)? {
                self.batch.blobs.push(nothing(below.name));
            }
        }
        if holding.fate == Fate::Deposit {
            let files = value["files"].as_array().into_iter().flatten();
            let hashes = files.filter_map(|file| file["blake3"].as_str());
            self.documents.extend(hashes.map(str::to_owned));
        }
        self.batch.blobs.push(nothing(blob.name.clone()));
        self.batch.seen_blobs.push(blob);
        self.n_removed += 1;
        Ok(())
    }

    fn rename(
        &mut self,
        holding: &Holding,
        blob: Blob,
        mut value: Value,
        (name, pseudonym): (&str, &str),
    ) {
        if holding.fate == Fate::Deposit && holding.is_of(&value, name) {
            let id = value["id"].as_str().and_then(|id| RecordId::new(id).ok());
            self.deposited.extend(id);
        }
        holding.rename(&mut value, name, pseudonym);
        self.batch.blobs.push(Blob {
            name: blob.name.clone(),
            bytes: serde_json::to_vec(&value).expect("a value with only string keys"),
        });
        self.batch.seen_blobs.push(blob);
        self.n_renamed += 1;
    }
}

/// Whether a value of the account's own goes with it.
fn goes(holding: &Holding, value: &Value) -> bool {
    match holding.fate {
        Fate::Goes => true,
        Fate::Stays => false,
        Fate::Deposit => value["state"] != "accepted",
    }
}

fn nothing(name: String) -> Blob {
    let bytes = Vec::new();
    Blob { name, bytes }
}

/// Documents of deposits that went, unless another deposit has them, too.
fn remove_documents(
    catalogue: &dyn CatalogStore,
    uploads: Option<&Path>,
    hashes: &[String],
) -> Result<u64, PrivacyError> {
    let Some(uploads) = uploads.filter(|_| !hashes.is_empty()) else {
        return Ok(0);
    };
    let drafts = FileStore::new(uploads.join("deposits"));
    let mut used = Vec::new();
    for blob in catalogue.blobs("deposit/head/")? {
        let files = parsed(&blob)?["files"].clone();
        let files = files.as_array().into_iter().flatten();
        used.extend(files.filter_map(|file| file["blake3"].as_str().map(str::to_owned)));
    }
    let mut n_removed = 0;
    for path in hashes.iter().filter(|hash| !used.contains(hash)) {
        let Some(path) = drafts.path(path) else {
            continue;
        };
        match std::fs::remove_file(path) {
            Ok(()) => n_removed += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(PrivacyError::Document(error)),
        }
    }
    Ok(n_removed)
}
