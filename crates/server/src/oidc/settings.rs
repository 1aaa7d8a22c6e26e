//! What an operator says of the provider.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::accounts::Role;

/// The provider that people may sign in through.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// Its address, as in its identity tokens: `https://dangnhap.example.vn`.
    pub issuer: String,
    /// The library's name there.
    pub client_id: String,
    /// The library's secret there; none for a public client.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// What its button says: the name that people know it by.
    #[serde(default = "label")]
    pub label: String,
    /// What is asked for, beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that becomes the account's name; without it the checked e-mail
    /// address does.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// The claim that holds a person's groups: a text or a list of texts.
    #[serde(default = "roles_claim")]
    pub roles_claim: String,
    /// For each role the groups that have it; the highest counts.
    #[serde(default)]
    pub roles: BTreeMap<Role, Vec<String>>,
    /// The role of people in none of them; none: they may not sign in.
    #[serde(default)]
    pub default_role: Option<Role>,
}

fn label() -> String {
    "OpenID Connect".to_owned()
}

fn scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).into()
}

fn name_claim() -> String {
    "preferred_username".to_owned()
}

fn roles_claim() -> String {
    "groups".to_owned()
}

impl std::fmt::Debug for OidcSettings {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// Whether tokens may travel to this issuer: encrypted, or not leaving this
/// machine.
pub(crate) fn check(settings: &OidcSettings) -> Result<(), (&'static str, String, &'static str)> {
    let issuer = &settings.issuer;
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let rest = local.iter().find_map(|head| issuer.strip_prefix(head));
    let is_local = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']));
    if !is_local && !issuer.starts_with("https://") {
        let cure = "write it as https://dangnhap.example.vn, as the provider does";
        return Err(("oidc.issuer", issuer.clone(), cure));
    }
    if settings.client_id.is_empty() {
        let cure = "register the library at the provider and write the id it gives";
        return Err(("oidc.client_id", String::new(), cure));
    }
    if settings.roles.is_empty() && settings.default_role.is_none() {
        let cure = "set roles or default_role, or nobody can sign in";
        return Err(("oidc.roles", String::new(), cure));
    }
    Ok(())
}
