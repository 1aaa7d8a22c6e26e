//! Sessions of browsers: a random secret in a cookie, its hash in the
//! catalogue, an end that nobody can put off.

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Account, AccountError, Accounts, Proof, hash};
use crate::token::random;

/// How long a session lasts: a working week's reading without signing in anew;
/// a browser on a shared desk is signed out by hand.
pub(crate) const SESSION_S: i64 = 7 * 24 * 60 * 60;

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    user: String,
    #[serde(with = "super::stamp")]
    expires_at: Timestamp,
}

fn place(secret_hash: &str) -> String {
    format!("account/session/{secret_hash}")
}

impl Accounts {
    /// Begins a session; gives the secret for the cookie.
    pub(crate) fn begin_session(&self, user: &str, now: Timestamp) -> Result<String, AccountError> {
        self.forget_old_sessions(now)?;
        let secret = Base64UrlUnpadded::encode_string(&random::<32>());
        let session = Session {
            user: user.to_owned(),
            expires_at: now + SignedDuration::from_secs(SESSION_S),
        };
        self.write(&place(&hash(&secret)), Some(&session), now)?;
        Ok(secret)
    }

    /// Whose session it is, while it lasts and the account is open.
    pub(crate) fn of_session(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<Account>, AccountError> {
        let secret_hash = hash(secret);
        let Some(session) = self.read::<Session>(&place(&secret_hash))? else {
            return Ok(None);
        };
        if session.expires_at <= now {
            return Ok(None);
        }
        let user = self.user(&session.user)?.filter(|user| !user.disabled);
        Ok(user.map(|user| Account {
            name: user.name,
            role: user.role,
            proof: Proof::Session(secret_hash),
        }))
    }

    /// Ends one session, by the hash of its secret.
    pub(crate) fn end_session(
        &self,
        secret_hash: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        Ok(self.write::<Session>(&place(secret_hash), None, now)?)
    }

    /// Ends all sessions of an account.
    pub(super) fn end_sessions(&self, user: &str, now: Timestamp) -> Result<(), AccountError> {
        self.drop_sessions(now, |session| session.user == user)?;
        Ok(())
    }

    /// Removes sessions that have run out; gives how many.
    pub(crate) fn forget_old_sessions(&self, now: Timestamp) -> Result<u64, AccountError> {
        self.drop_sessions(now, |session| session.expires_at <= now)
    }

    fn drop_sessions(
        &self,
        now: Timestamp,
        goes: impl Fn(&Session) -> bool,
    ) -> Result<u64, AccountError> {
        let mut n_dropped = 0;
        for blob in self.0.blobs(&place(""))? {
            let session: Session = super::parse(&blob)?;
            if goes(&session) {
                self.write::<Session>(&blob.name, None, now)?;
                n_dropped += 1;
            }
        }
        Ok(n_dropped)
    }
}
