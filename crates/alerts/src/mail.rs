//! Letters by SMTP. The connection is encrypted unless the operator says that
//! it need not be; a password never goes over one that is not.

use std::time::Duration;

use jiff::Timestamp;
use lettre::{
    Message, SmtpTransport, Transport,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{authentication::Credentials, extension::ClientId},
};
use serde::Deserialize;

use crate::Letter;

/// How long one step of the conversation may take: RFC 5321 allows minutes; a
/// mail server of the house answers at once.
const LIMIT: Duration = Duration::from_secs(30);

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// TLS after a plain greeting (port 587).
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None: for a mail server on this machine (port 25).
    None,
}

/// The mail server.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Its name.
    pub host: String,
    /// Its port; that of the kind of security when not set.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is kept private.
    #[serde(default)]
    pub security: SmtpSecurity,
    /// Whom letters come from: `Thư viện <thuvien@example.vn>`.
    pub from: String,
    /// Name to sign in with.
    #[serde(default)]
    pub user: Option<String>,
    /// Password to sign in with.
    #[serde(default)]
    pub password: Option<String>,
}

impl std::fmt::Debug for MailSettings {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("from", &self.from)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Sends letters.
#[derive(Debug)]
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
    /// Domain of message ids.
    domain: String,
}

impl Mailer {
    /// A sender by this mail server. Connects only when it sends.
    ///
    /// # Errors
    /// The name of the setting and what is wrong with it.
    pub fn new(settings: &MailSettings) -> Result<Self, (&'static str, String)> {
        let from = settings.from.parse::<Mailbox>();
        let from =
            from.map_err(|error| ("mail.from", format!("is no e-mail address ({error})")))?;
        let domain = from.email.domain().to_owned();
        let encrypted = |error: lettre::transport::smtp::Error| ("mail.host", error.to_string());
        let builder = match settings.security {
            SmtpSecurity::Starttls => {
                SmtpTransport::starttls_relay(&settings.host).map_err(encrypted)?
            }
            SmtpSecurity::Tls => SmtpTransport::relay(&settings.host).map_err(encrypted)?,
            SmtpSecurity::None => SmtpTransport::builder_dangerous(&settings.host).port(25),
        };
        let builder = settings
            .port
            .map_or(builder.clone(), |port| builder.port(port));
        let builder = match (&settings.user, &settings.password) {
            (None, None) => builder,
            (Some(_), Some(_)) if settings.security == SmtpSecurity::None => {
                let reason =
                    "is none, and a password would go over it readable; use starttls or tls";
                return Err(("mail.security", reason.to_owned()));
            }
            (Some(user), Some(password)) => {
                builder.credentials(Credentials::new(user.clone(), password.clone()))
            }
            _ => {
                return Err((
                    "mail.user",
                    "needs a password, and a password a user".to_owned(),
                ));
            }
        };
        let builder = builder
            .timeout(Some(LIMIT))
            .hello_name(ClientId::Domain(domain.clone()));
        Ok(Self {
            transport: builder.build(),
            from,
            domain,
        })
    }

    /// Sends one letter. `id` is the same at every attempt: readers' programs
    /// show a letter once.
    ///
    /// # Errors
    /// What went wrong, for the owner to read.
    pub fn send(&self, to: &str, id: &str, letter: &Letter, at: Timestamp) -> Result<(), String> {
        let to: lettre::Address = to.parse().map_err(|error| format!("{error}"))?;
        let at = std::time::SystemTime::from(at);
        let header = |name: &'static str, value: String| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
        };
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(at)
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .subject(letter.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(header(
                "List-Unsubscribe",
                format!("<{}>", letter.unsubscribe_url),
            ))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            ))
            .body(letter.text.clone())
            .map_err(|error| error.to_string())?;
        let sent = self.transport.send(&message);
        sent.map(drop).map_err(|error| error.to_string())
    }
}
