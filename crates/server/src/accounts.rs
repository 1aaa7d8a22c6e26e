//! Who may do what: people with passwords, their sessions, and keys for other
//! systems. Kept as named values of the catalogue (`account/…`), so that a
//! backup holds them and no second database can drift away.
//!
//! Only hashes are kept: of passwords by argon2id, of session and key secrets
//! by BLAKE3 (they are 256 random bits, so nothing can be guessed from them).
//! An empty password hash means that nobody can sign in by password.

mod key;
mod password;
mod role;
mod session;
mod stamp;

use std::{fmt, sync::Arc};

use catalog::{Batch, Blob, CatalogError, CatalogStore};
use jiff::Timestamp;
use records::Clearance;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) use self::session::SESSION_S;
pub use self::{
    key::{ApiKey, Scope, UnknownScope},
    password::WeakPassword,
    role::{Role, UnknownRole},
};
use crate::privacy::PSEUDONYM;

/// The accounts of an installation.
#[derive(Clone)]
pub struct Accounts(Arc<dyn CatalogStore>);

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Name to sign in with: lower-case letters, digits, `.`, `-`, `_`, `@`.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// argon2id in the PHC form; empty: no password.
    password: String,
    /// Whether the account is closed.
    #[serde(default)]
    pub disabled: bool,
    /// Since when it is closed; `None` for one that is open, or was closed before
    /// this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// When it was made.
    #[serde(with = "stamp")]
    pub created_at: Timestamp,
}

impl User {
    /// Whether the person can sign in with a password.
    pub(crate) fn has_password(&self) -> bool {
        !self.password.is_empty()
    }
}

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) proof: Proof,
}

/// How a request shows whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A browser's session, by the hash of its secret.
    Session(String),
    /// An API key, with what it may be used for.
    Key(Vec<Scope>),
}

impl Account {
    /// What the account may see.
    pub(crate) fn clearance(&self) -> Clearance {
        self.role.clearance()
    }

    /// Whether the request may do what asks for a role and, by key, a scope.
    pub(crate) fn may(&self, role: Role, scope: Scope) -> bool {
        let in_scope = match &self.proof {
            Proof::Session(_) => true,
            Proof::Key(scopes) => scopes.contains(&scope),
        };
        in_scope && self.role >= role
    }
}

/// Why an account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name cannot be one.
    #[error(
        "account name `{0}` cannot be used; use 2 to 64 lower-case letters, digits and . - _ @, beginning with a letter or digit, not with `erased-`"
    )]
    BadName(String),
    /// There is one already.
    #[error("there is an account `{0}` already; choose another name")]
    Exists(String),
    /// There is none.
    #[error("there is no account `{0}`; see `trithuc user list`")]
    NotFound(String),
    /// There is no such key of that account.
    #[error("account `{user}` has no key `{id}`; see its list of keys")]
    NoSuchKey {
        /// The account.
        user: String,
        /// The key.
        id: String,
    },
    /// The password is too easy to guess.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The last administrator would go.
    #[error("`{0}` is the last administrator; make another one first")]
    LastAdmin(String),
    /// A provider vouches for the person, and no role is set for its groups.
    #[error("no role is set for your groups; ask the library for one")]
    NoRole,
    /// A provider vouches for the person, and the account is closed.
    #[error("account `{0}` is closed; ask the library")]
    Closed(String),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] CatalogError),
}

impl Accounts {
    /// The accounts kept in this catalogue.
    pub fn new(catalogue: Arc<dyn CatalogStore>) -> Self {
        Self(catalogue)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// When the name cannot be used or is taken, or the password is weak.
    pub fn add(
        &self,
        name: &str,
        role: Role,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<User, AccountError> {
        if !is_name(name) {
            return Err(AccountError::BadName(name.chars().take(64).collect()));
        }
        if self.user(name)?.is_some() {
            return Err(AccountError::Exists(name.to_owned()));
        }
        let password = match password {
            Some(password) => password::hash(name, password)?,
            None => String::new(),
        };
        let user = User {
            name: name.to_owned(),
            role,
            password,
            disabled: false,
            closed_at: None,
            created_at: now,
        };
        self.save(&user, now)?;
        Ok(user)
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the catalogue fails, as all the methods.
    pub fn list(&self) -> Result<Vec<User>, AccountError> {
        Ok(self.read_all("account/user/")?)
    }

    /// The account of a name.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn user(&self, name: &str) -> Result<Option<User>, AccountError> {
        Ok(self.read(&user_key(name))?)
    }

    /// Gives an account another role.
    ///
    /// # Errors
    /// [`AccountError::LastAdmin`] when nobody could manage accounts any more.
    pub fn set_role(&self, name: &str, role: Role, now: Timestamp) -> Result<(), AccountError> {
        self.change(name, now, |user| user.role = role)
    }

    /// Closes or opens an account; a closed one loses its sessions.
    ///
    /// # Errors
    /// As [`Accounts::set_role`].
    pub fn set_disabled(
        &self,
        name: &str,
        disabled: bool,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        self.change(name, now, |user| {
            user.disabled = disabled;
            user.closed_at = disabled.then(|| user.closed_at.unwrap_or(now));
        })?;
        if disabled {
            self.end_sessions(name, now)?;
        }
        Ok(())
    }

    /// Gives an account a new password and ends its sessions.
    ///
    /// # Errors
    /// When the password is weak, or there is no such account.
    pub fn set_password(
        &self,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let hash = password::hash(name, password)?;
        self.change(name, now, |user| user.password.clone_from(&hash))?;
        self.end_sessions(name, now)
    }

    /// The account, if the password is right and it is open. Takes as long for
    /// a name that is not there.
    pub(crate) fn check_password(
        &self,
        name: &str,
        password: &str,
    ) -> Result<Option<User>, AccountError> {
        let user = if is_name(name) {
            self.user(name)?
        } else {
            None
        };
        let hash = user.as_ref().map_or("", |user| user.password.as_str());
        let right = password::verify(hash, password);
        Ok(user.filter(|user| right && !user.disabled))
    }

    fn change(
        &self,
        name: &str,
        now: Timestamp,
        change: impl Fn(&mut User),
    ) -> Result<(), AccountError> {
        let mut user = self
            .user(name)?
            .ok_or_else(|| AccountError::NotFound(name.chars().take(64).collect()))?;
        let managed = manages(&user);
        change(&mut user);
        if managed && !manages(&user) {
            self.check_not_last(name)?;
        }
        Ok(self.save(&user, now)?)
    }

    /// # Errors
    /// [`AccountError::LastAdmin`] when nobody could manage accounts without this
    /// one.
    pub(crate) fn check_not_last(&self, name: &str) -> Result<(), AccountError> {
        let all = self.list()?;
        let mut managing = all.iter().filter(|user| manages(user)).peekable();
        match managing.peek().is_some() && managing.all(|user| user.name == name) {
            true => Err(AccountError::LastAdmin(name.to_owned())),
            false => Ok(()),
        }
    }

    /// The names of accounts that were closed before a moment, in order.
    pub(crate) fn closed_before(&self, moment: Timestamp) -> Result<Vec<String>, AccountError> {
        let closed = self.list()?.into_iter();
        let closed = closed.filter(|user| user.closed_at.is_some_and(|at| at < moment));
        Ok(closed.map(|user| user.name).collect())
    }

    fn save(&self, user: &User, now: Timestamp) -> Result<(), CatalogError> {
        self.write(&user_key(&user.name), Some(user), now)
    }

    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CatalogError> {
        let blobs = self.0.blobs(name)?;
        let blob = blobs.into_iter().find(|blob| blob.name == name);
        blob.map(|blob| parse(&blob)).transpose()
    }

    fn read_all<T: DeserializeOwned>(&self, prefix: &str) -> Result<Vec<T>, CatalogError> {
        self.0.blobs(prefix)?.iter().map(parse).collect()
    }

    /// Writes a named value; `None` removes it.
    pub(crate) fn write<T: Serialize>(
        &self,
        name: &str,
        value: Option<&T>,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        let bytes = value.map_or_else(Vec::new, |value| {
            serde_json::to_vec(value).expect("accounts have only string keys")
        });
        let mut batch = Batch::new(now);
        batch.blobs.push(Blob {
            name: name.to_owned(),
            bytes,
        });
        self.0.apply(batch).map(|_| ())
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accounts")
    }
}

fn parse<T: DeserializeOwned>(blob: &Blob) -> Result<T, CatalogError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| CatalogError::Corrupt {
        place: "an account".to_owned(),
        source: source.into(),
    })
}

/// Whether it can manage accounts.
fn manages(user: &User) -> bool {
    user.role == Role::Admin && !user.disabled
}

fn user_key(name: &str) -> String {
    format!("account/user/{name}")
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_@".contains(&b);
    let starts = name
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    let is_pseudonym = name.starts_with(PSEUDONYM);
    (2..=64).contains(&name.len()) && starts && name.bytes().all(plain) && !is_pseudonym
}

/// Where a secret is kept: by its hash.
fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests;
