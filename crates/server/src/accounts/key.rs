//! API keys: for programs, with scopes, shown once.

use std::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Account, AccountError, Accounts, Proof, hash};
use crate::token::random;

/// How a key of ours begins, so that a scanner of leaked secrets knows it.
const PREFIX: &str = "trithuc_";
/// Most keys of one account.
const MOST_KEYS: usize = 50;

/// What a key may be used for, within what its account may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Search and read.
    Read,
    /// Save searches, deposit, curate.
    Write,
    /// Manage accounts.
    Admin,
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scope `{0}` is not known; use read, write or admin")]
pub struct UnknownScope(String);

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// The word in arguments, JSON and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|scope| scope.as_str() == word)
            .ok_or_else(|| UnknownScope(word.chars().take(40).collect()))
    }
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The first letters of its secret's hash: names it among the others.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// What it is for, in the owner's words.
    pub label: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[serde(with = "super::stamp")]
    pub created_at: Timestamp,
}

fn place(secret_hash: &str) -> String {
    format!("account/key/{secret_hash}")
}

impl Accounts {
    /// Makes a key; gives it with its secret, which is never shown again.
    ///
    /// # Errors
    /// When there is no such account, or the catalogue fails.
    pub fn add_key(
        &self,
        user: &str,
        label: &str,
        scopes: &[Scope],
        now: Timestamp,
    ) -> Result<(ApiKey, String), AccountError> {
        let user = self
            .user(user)?
            .ok_or_else(|| AccountError::NotFound(user.chars().take(64).collect()))?;
        let mut keys = self.keys(&user.name)?;
        if keys.len() >= MOST_KEYS {
            // The oldest makes room: a list nobody looks at any more.
            keys.sort_by_key(|key| key.created_at);
            self.remove_key(&user.name, &keys[0].id, now)?;
        }
        let secret = format!(
            "{PREFIX}{}",
            Base64UrlUnpadded::encode_string(&random::<32>())
        );
        let secret_hash = hash(&secret);
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let key = ApiKey {
            id: secret_hash[..12].to_owned(),
            user: user.name,
            label: label.trim().chars().take(100).collect(),
            scopes,
            created_at: now,
        };
        self.write(&place(&secret_hash), Some(&key), now)?;
        Ok((key, secret))
    }

    /// The keys of an account, in the order of their ids.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn keys(&self, user: &str) -> Result<Vec<ApiKey>, AccountError> {
        let mut keys: Vec<ApiKey> = self.read_all(&place(""))?;
        keys.retain(|key| key.user == user);
        Ok(keys)
    }

    /// Takes a key back.
    ///
    /// # Errors
    /// When the account has no such key, or the catalogue fails.
    pub fn remove_key(&self, user: &str, id: &str, now: Timestamp) -> Result<(), AccountError> {
        let missing = || AccountError::NoSuchKey {
            user: user.chars().take(64).collect(),
            id: id.chars().take(64).collect(),
        };
        let is_id = id.len() == 12 && id.bytes().all(|b| b.is_ascii_hexdigit());
        let blobs = if is_id {
            self.0.blobs(&place(id))?
        } else {
            Vec::new()
        };
        for blob in blobs {
            let key: ApiKey = super::parse(&blob)?;
            if key.user == user {
                return Ok(self.write::<ApiKey>(&blob.name, None, now)?);
            }
        }
        Err(missing())
    }

    /// Whose key it is, while the account is open.
    pub(crate) fn of_key(&self, secret: &str) -> Result<Option<Account>, AccountError> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let Some(key) = self.read::<ApiKey>(&place(&hash(secret)))? else {
            return Ok(None);
        };
        let user = self.user(&key.user)?.filter(|user| !user.disabled);
        Ok(user.map(|user| Account {
            name: user.name,
            role: user.role,
            proof: Proof::Key(key.scopes),
        }))
    }
}
