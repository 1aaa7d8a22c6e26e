//! What an operator can set, in the part `[server]` of the configuration file:
//! read once at the start, every range checked, unknown names refused.

use std::{net::IpAddr, time::Duration};

use alerts::{MailSettings, Mailer};
use serde::Deserialize;

use crate::{
    generating::{self, GeneratorSettings},
    oidc::{self, OidcSettings},
    privacy::Retention,
};

/// What an operator can set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address under which readers reach the library, without a slash at the
    /// end: `https://thuvien.example.vn`. `None`: as each request names it.
    pub public_url: Option<String>,
    /// Longest time that a request may take, in seconds, 1 to 600.
    pub time_limit_s: u64,
    /// Store reads that may run at the same time; more wait.
    pub n_readers: usize,
    /// Addresses of proxies whose `X-Forwarded-For` is believed. This machine
    /// itself always is.
    pub trusted_proxies: Vec<IpAddr>,
    /// Web sites whose scripts may read the API: `https://cong.example.vn`, or
    /// `*` for all.
    pub cors_origins: Vec<String>,
    /// Requests a minute that one address may send without an account.
    pub requests_per_minute: u32,
    /// Requests a minute for one account or API key.
    pub account_requests_per_minute: u32,
    /// How other libraries see this one.
    pub repository: Repository,
    /// Saved searches and their alerts.
    pub alerts: AlertSettings,
    /// The mail server that letters go by; none: no letters.
    pub mail: Option<MailSettings>,
    /// The provider that people may sign in through; none: by password only.
    pub oidc: Option<OidcSettings>,
    /// The endpoint that writes answers; none: answers are quotes only.
    pub generator: Option<GeneratorSettings>,
    /// How long personal data is kept, as the part `[privacy]` says it: told on a
    /// page.
    #[serde(skip)]
    pub retention: Retention,
}

/// Saved searches and their alerts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertSettings {
    /// Seconds between two looks for what is new, 1 to 86400; 0: this program
    /// looks never, another one (`trithuc alerts run`) does.
    pub interval_s: u64,
    /// Seconds between two looks at trends for whoever watches them, up to
    /// 604800; 0: with every look.
    pub trends_interval_s: u64,
    /// Whether webhooks may lie on this machine and in local nets.
    pub allow_private_webhooks: bool,
}

impl Default for AlertSettings {
    /// A minute: soon for a person, and nothing for the machine, for which a
    /// look without changes is one read. An hour for trends, of which every
    /// topic is counted and forecast anew.
    fn default() -> Self {
        Self {
            interval_s: 60,
            trends_interval_s: 3_600,
            allow_private_webhooks: false,
        }
    }
}

/// How other libraries see this one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Repository {
    /// The domain in OAI identifiers (`oai:DOMAIN:RECORD`); it must never
    /// change once others have harvested.
    pub identifier: String,
    /// Whom harvesters write to.
    pub admin_email: String,
    /// Records in one answer to a harvester, 1 to 1000.
    pub page_size: usize,
}

impl Default for Settings {
    /// 20 s is long for a search (p95 is milliseconds) and short for a person;
    /// four readers a core keep the cores busy while some wait for the disk;
    /// ten requests a second are more than a person makes, and leave a machine
    /// of two cores idle.
    fn default() -> Self {
        let n_cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            public_url: None,
            time_limit_s: 20,
            n_readers: n_cores * 4,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            requests_per_minute: 600,
            account_requests_per_minute: 6_000,
            repository: Repository::default(),
            alerts: AlertSettings::default(),
            mail: None,
            oidc: None,
            generator: None,
            retention: Retention::default(),
        }
    }
}

impl Default for Repository {
    /// 200 records a page lie inside the 100 to 500 that aggregators ask for
    /// (OpenAIRE guidelines).
    fn default() -> Self {
        Self {
            identifier: "localhost".to_owned(),
            admin_email: "admin@localhost".to_owned(),
            page_size: 200,
        }
    }
}

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting `{name}` is `{value}`; {cure}")]
pub struct InvalidSetting {
    name: &'static str,
    value: String,
    cure: &'static str,
}

impl InvalidSetting {
    pub(crate) fn new(name: &'static str, value: String, cure: &'static str) -> Self {
        Self { name, value, cure }
    }
}

impl Settings {
    /// The settings, if every one makes sense; the public address without a
    /// slash at its end.
    ///
    /// # Errors
    /// [`InvalidSetting`] names the first that does not.
    pub fn checked(mut self) -> Result<Self, InvalidSetting> {
        if let Some(url) = &mut self.public_url {
            let cure = "write it as https://thuvien.example.vn";
            check("public_url", url, is_site(url), cure)?;
            *url = url.trim_end_matches('/').to_owned();
        }
        for origin in &self.cors_origins {
            let fits = origin == "*" || is_site(origin) && origin.matches('/').count() == 2;
            let cure = "write origins as https://cong.example.vn, or * for all";
            check("cors_origins", origin, fits, cure)?;
        }
        self.check_numbers()?;
        let domain = &self.repository.identifier;
        let cure = "write the library's domain name, such as thuvien.example.vn";
        check("repository.identifier", domain, is_domain(domain), cure)?;
        let email = &self.repository.admin_email;
        let parts = email.split_once('@');
        let fits = parts.is_some_and(|(name, domain)| !name.is_empty() && is_domain(domain));
        let cure = "write an e-mail address, such as thuvien@example.vn";
        check("repository.admin_email", email, fits, cure)?;
        if let Some(mail) = &self.mail {
            let wrong = |(name, value)| InvalidSetting {
                name,
                value,
                cure: "see docs/config.toml",
            };
            Mailer::new(mail).map_err(wrong)?;
        }
        if let Some(oidc) = &self.oidc {
            let wrong = |(name, value, cure)| InvalidSetting { name, value, cure };
            oidc::check(oidc).map_err(wrong)?;
        }
        if let Some(generator) = &self.generator {
            let wrong = |(name, value, cure)| InvalidSetting { name, value, cure };
            generating::check_settings(generator).map_err(wrong)?;
        }
        Ok(self)
    }

    fn check_numbers(&self) -> Result<(), InvalidSetting> {
        let (mine, account) = (self.requests_per_minute, self.account_requests_per_minute);
        for (name, value, range, cure) in [
            ("time_limit_s", self.time_limit_s, 1..=600, "set 1 to 600"),
            (
                "n_readers",
                self.n_readers as u64,
                1..=4_096,
                "set 1 to 4096",
            ),
            (
                "requests_per_minute",
                mine.into(),
                1..=1_000_000,
                "set 1 to 1000000",
            ),
            (
                "account_requests_per_minute",
                account.into(),
                1..=1_000_000,
                "set 1 to 1000000",
            ),
            (
                "repository.page_size",
                self.repository.page_size as u64,
                1..=1_000,
                "set 1 to 1000",
            ),
        ] {
            check(name, &value.to_string(), range.contains(&value), cure)?;
        }
        let value = self.alerts.interval_s;
        let cure = "set 1 to 86400, or 0 for never";
        check(
            "alerts.interval_s",
            &value.to_string(),
            value <= 86_400,
            cure,
        )?;
        let value = self.alerts.trends_interval_s;
        let cure = "set 0 to 604800";
        check(
            "alerts.trends_interval_s",
            &value.to_string(),
            value <= 604_800,
            cure,
        )
    }

    /// Longest time that a request may take.
    pub fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit_s)
    }
}

fn check(
    name: &'static str,
    value: &str,
    fits: bool,
    cure: &'static str,
) -> Result<(), InvalidSetting> {
    let value = value.to_owned();
    match fits {
        true => Ok(()),
        false => Err(InvalidSetting { name, value, cure }),
    }
}

/// A web address that can stand in links and headers as it is.
fn is_site(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"\"<>\\?#'".contains(&b))
    })
}

/// Domain names as OAI identifiers allow them (oai-identifier 2.0).
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() < 254 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let settings: Settings = toml::from_str(text).map_err(|error| error.to_string())?;
        settings.checked().map_err(|error| error.to_string())
    }

    #[test]
    fn the_commented_example_is_what_holds_without_it() {
        let text = include_str!("../../../docs/config.toml");
        let table: toml::Table = text.parse().unwrap();
        let settings = Settings::deserialize(table["server"].clone()).unwrap();
        let defaults = Settings {
            n_readers: settings.n_readers,
            ..Settings::default()
        };
        assert_eq!(settings.checked().unwrap(), defaults);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, name) in [
            ("public_url = 'thuvien.vn'", "public_url"),
            ("public_url = 'https://a b'", "public_url"),
            ("cors_origins = ['https://a.vn/path']", "cors_origins"),
            ("time_limit_s = 0", "time_limit_s"),
            ("requests_per_minute = 0", "requests_per_minute"),
            ("repository.page_size = 5000", "page_size"),
            ("repository.identifier = 'a:b'", "identifier"),
            ("repository.admin_email = 'me'", "admin_email"),
            ("alerts.interval_s = 100000", "interval_s"),
            ("alerts.trends_interval_s = 700000", "trends_interval_s"),
            (
                "oidc = { issuer = 'http://a.vn', client_id = 'x', default_role = 'reader' }",
                "oidc.issuer",
            ),
            (
                "oidc = { issuer = 'https://a.vn', client_id = 'x' }",
                "oidc.roles",
            ),
            ("mail = { host = 'a', from = 'nobody' }", "mail.from"),
            (
                "mail = { host = 'a', from = 'a@b.vn', security = 'none', user = 'u', password = 'p' }",
                "mail.security",
            ),
            (
                "generator = { url = 'may-viet', model = 'm' }",
                "generator.url",
            ),
            (
                "generator = { url = 'http://a/v1', model = ' ' }",
                "generator.model",
            ),
            (
                "generator = { url = 'http://a/v1', model = 'm', time_limit_s = 0 }",
                "generator.time_limit_s",
            ),
            ("colour = 'red'", "colour"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(name), "{text}: {error}");
        }
        let url = read("public_url = 'https://a.vn/'").unwrap().public_url;
        assert_eq!(url.as_deref(), Some("https://a.vn"));
    }
}
