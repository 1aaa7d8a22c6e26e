//! How long personal data is kept, and the sweep that removes what is older.

use std::{path::Path, sync::Arc};

use alerts::{AlertError, Alerts};
use catalog::{CatalogError, Catalogue, Via};
use deposits::DepositError;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Eraser, PrivacyError, erase};
use crate::{accounts::Accounts, settings::InvalidSetting};

/// Most days of a setting: a century.
const MOST_DAYS: u32 = 36_500;

/// The part `[privacy]` of the configuration file: days for which personal data
/// is kept; 0: until somebody removes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Closed accounts, with everything that is theirs.
    pub closed_accounts_days: u32,
    /// Deposits that were refused or withdrawn.
    pub ended_deposits_days: u32,
    /// E-mail addresses of saved searches that nobody has confirmed.
    pub unconfirmed_mail_days: u32,
    /// Jobs that ended, as `[jobs] keep_days` says it: told on the page about
    /// personal data, swept by the workers.
    #[serde(skip)]
    pub jobs_days: u32,
}

impl Default for Retention {
    /// A closed account may be opened again, and keeps a person whom a provider
    /// vouches for out: only the operator knows when it is no longer needed. A
    /// year leaves time to ask why a deposit was refused, a month to find the
    /// letter with the question.
    fn default() -> Self {
        Self {
            closed_accounts_days: 0,
            ended_deposits_days: 365,
            unconfirmed_mail_days: 30,
            jobs_days: 365,
        }
    }
}

impl Retention {
    /// The settings, if every one makes sense.
    ///
    /// # Errors
    /// [`InvalidSetting`] names the first that does not.
    pub fn checked(self) -> Result<Self, InvalidSetting> {
        for (name, days) in [
            ("privacy.closed_accounts_days", self.closed_accounts_days),
            ("privacy.ended_deposits_days", self.ended_deposits_days),
            ("privacy.unconfirmed_mail_days", self.unconfirmed_mail_days),
        ] {
            if days > MOST_DAYS {
                let cure = "set 1 to 36500 days, or 0 to keep it";
                return Err(InvalidSetting::new(name, days.to_string(), cure));
            }
        }
        Ok(self)
    }
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that had run out.
    pub n_sessions: u64,
    /// E-mail addresses that nobody confirmed.
    pub n_addresses: u64,
    /// Deposits that were refused or withdrawn.
    pub n_deposits: u64,
    /// Closed accounts.
    pub n_accounts: u64,
}

/// Removes what is older than it may be.
///
/// * `uploads`: where the documents of drafts lie.
///
/// # Errors
/// When the catalogue fails; what was removed before stays removed.
pub fn sweep(
    catalogue: &Arc<dyn Catalogue>,
    uploads: Option<&Path>,
    retention: &Retention,
    now: Timestamp,
) -> Result<Swept, PrivacyError> {
    let accounts = Accounts::new(catalogue.clone());
    let mut swept = Swept {
        n_sessions: accounts.forget_old_sessions(now)?,
        ..Swept::default()
    };
    if let Some(before) = before(retention.unconfirmed_mail_days, now) {
        let alerts = Alerts::new(catalogue.clone());
        let forgotten = alerts.forget_unconfirmed(before, now);
        swept.n_addresses = forgotten.map_err(of_alerts)?;
    }
    if let Some(before) = before(retention.ended_deposits_days, now) {
        let forgotten = deposits::forget_ended(&**catalogue, before, now);
        swept.n_deposits = forgotten.map_err(of_deposits)?;
    }
    if let Some(before) = before(retention.closed_accounts_days, now) {
        let by = Eraser {
            name: "",
            via: Via::Nobody,
        };
        for name in accounts.closed_before(before)? {
            erase(catalogue, uploads, &name, by, now)?;
            swept.n_accounts += 1;
        }
    }
    Ok(swept)
}

/// The moment that lies so many days back; `None` for 0.
fn before(days: u32, now: Timestamp) -> Option<Timestamp> {
    let kept = SignedDuration::from_hours(24 * i64::from(days));
    (days > 0).then(|| now.saturating_sub(kept).unwrap_or(Timestamp::MIN))
}

fn of_alerts(error: AlertError) -> PrivacyError {
    match error {
        AlertError::Catalogue(error) => error.into(),
        other => damaged("alerts/", other),
    }
}

fn of_deposits(error: DepositError) -> PrivacyError {
    match error {
        DepositError::Catalog(error) => error.into(),
        other => damaged("deposit/", other),
    }
}

fn damaged(
    place: &'static str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> PrivacyError {
    PrivacyError::Catalogue(CatalogError::Corrupt {
        place: format!("the named values `{place}`"),
        source: Box::new(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_example_is_what_holds_without_it() {
        let text = include_str!("../../../../docs/config.toml");
        let table: toml::Table = text.parse().unwrap();
        let retention = Retention::deserialize(table["privacy"].clone()).unwrap();
        assert_eq!(retention.checked().unwrap(), Retention::default());
        let long: Retention = toml::from_str("ended_deposits_days = 40000").unwrap();
        let error = long.checked().unwrap_err().to_string();
        assert!(error.contains("ended_deposits_days"), "{error}");
        assert!(toml::from_str::<Retention>("queries_days = 1").is_err());
    }

    #[test]
    fn nothing_is_older_than_a_moment_that_never_was() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(before(0, now), None);
        assert_eq!(before(1, now), Some(now - SignedDuration::from_hours(24)));
        assert!(before(36_500, Timestamp::MIN).is_some());
    }
}
