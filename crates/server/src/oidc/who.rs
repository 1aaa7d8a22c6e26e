//! From what a provider says of a person to an account: the same person is
//! known by issuer and subject, whatever the name; the role follows the
//! provider's groups at every sign-in.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::OidcSettings;
use crate::accounts::{AccountError, Accounts, Role};

/// What a provider says of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(super) subject: String,
    pub(super) username: Option<String>,
    /// A checked address.
    pub(super) email: Option<String>,
    /// All claims.
    pub(super) others: Map<String, Value>,
}

impl Claims {
    /// The highest role that the groups give.
    fn role(&self, settings: &OidcSettings) -> Option<Role> {
        let groups: Vec<&str> = match self.others.get(&settings.roles_claim) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let given = settings
            .roles
            .iter()
            .filter(|(_, wanted)| wanted.iter().any(|group| groups.contains(&group.as_str())));
        given.map(|(role, _)| *role).max().or(settings.default_role)
    }

    /// The name that the account would have.
    fn name(&self, settings: &OidcSettings) -> String {
        let other = self
            .others
            .get(&settings.name_claim)
            .and_then(Value::as_str);
        let named = match settings.name_claim.as_str() {
            "preferred_username" => self.username.as_deref(),
            "email" => self.email.as_deref(),
            _ => other,
        };
        let named = named.or(self.email.as_deref()).unwrap_or(&self.subject);
        named.trim().to_lowercase()
    }
}

/// Where it is kept who a person of a provider is.
fn place(issuer: &str, subject: &str) -> String {
    let whole = format!("{issuer}\0{subject}");
    format!(
        "account/provider/{}",
        blake3::hash(whole.as_bytes()).to_hex()
    )
}

impl Accounts {
    /// The name of the account of a person whom a provider vouches for; made at
    /// the first time. An account that was there before is never taken over.
    ///
    /// # Errors
    /// [`AccountError::NoRole`] without a role, [`AccountError::Exists`] when the
    /// name is another's, [`AccountError::Closed`] for a closed account.
    pub(crate) fn of_provider(
        &self,
        settings: &OidcSettings,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        let role = claims.role(settings).ok_or(AccountError::NoRole)?;
        let place = place(&settings.issuer, &claims.subject);
        let known: Option<String> = self.read(&place)?;
        let user = match &known {
            Some(name) => self.user(name)?,
            None => None,
        };
        let Some(user) = user else {
            let user = self.add(&claims.name(settings), role, None, now)?;
            self.write(&place, Some(&user.name), now)?;
            return Ok(user.name);
        };
        if user.disabled {
            return Err(AccountError::Closed(user.name));
        }
        if user.role != role {
            self.set_role(&user.name, role, now)?;
        }
        Ok(user.name)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn settings() -> OidcSettings {
        serde_json::from_value(json!({
            "issuer": "https://a.vn", "client_id": "x",
            "roles": {"librarian": ["thu-vien"], "admin": ["quan-tri", "it"]},
            "default_role": "reader",
        }))
        .unwrap()
    }

    fn claims(subject: &str, name: &str, groups: Value) -> Claims {
        Claims {
            subject: subject.to_owned(),
            username: Some(name.to_owned()),
            email: None,
            others: json!({"groups": groups}).as_object().unwrap().clone(),
        }
    }

    #[test]
    fn the_highest_role_of_the_groups_counts_and_follows_them() {
        let accounts = Accounts::new(Arc::new(catalog::MemoryCatalog::default()));
        let now = Timestamp::UNIX_EPOCH;
        accounts.add("goc", Role::Admin, None, now).unwrap();
        let sign_in = |groups| {
            let name = accounts
                .of_provider(&settings(), &claims("1", "An", groups), now)
                .unwrap();
            accounts.user(&name).unwrap().unwrap().role
        };
        assert_eq!(sign_in(json!(["thu-vien", "it", "khac"])), Role::Admin);
        assert_eq!(sign_in(json!("thu-vien")), Role::Librarian);
        assert_eq!(sign_in(json!(["khac"])), Role::Reader);
        assert_eq!(sign_in(Value::Null), Role::Reader);
        assert_eq!(
            accounts.list().unwrap().len(),
            2,
            "one account for one person"
        );
        let strict = OidcSettings {
            default_role: None,
            ..settings()
        };
        let refused = accounts.of_provider(&strict, &claims("1", "An", json!([])), now);
        assert!(matches!(refused, Err(AccountError::NoRole)));
    }

    #[test]
    fn no_account_is_taken_over_by_its_name() {
        let accounts = Accounts::new(Arc::new(catalog::MemoryCatalog::default()));
        let now = Timestamp::UNIX_EPOCH;
        accounts.add("goc", Role::Admin, None, now).unwrap();
        let stranger = accounts.of_provider(&settings(), &claims("2", "goc", json!([])), now);
        assert!(matches!(stranger, Err(AccountError::Exists(_))));
        let an = accounts
            .of_provider(&settings(), &claims("1", "an", json!([])), now)
            .unwrap();
        let other = accounts.of_provider(&settings(), &claims("3", "an", json!([])), now);
        assert!(matches!(other, Err(AccountError::Exists(_))));
        accounts.set_disabled(&an, true, now).unwrap();
        let closed = accounts.of_provider(&settings(), &claims("1", "an", json!([])), now);
        assert!(matches!(closed, Err(AccountError::Closed(_))));
    }
}
