//! Where a database lies, and how it may be reached.

use std::{fmt, path::PathBuf, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

use crate::CatalogError;

/// Longest time for one attempt to connect: a machine that is down does not
/// answer at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the network may be silent before a connection is given up: without
/// it a machine that lost its power is waited for two hours.
const SILENCE: Duration = Duration::from_secs(30);

/// The address of a PostgreSQL database, as
/// `postgres://user:password@host:port/database?sslmode=…&sslrootcert=FILE`.
///
/// Over a network the connection is by TLS, and the certificate of the server
/// must be good for its name: by the certificates of the system, or by those in
/// `sslrootcert`. `sslmode=disable` asks for none; a Unix socket and this very
/// machine need none.
///
/// Shown without the password.
#[derive(Clone)]
pub struct PostgresAddress {
    pub(super) config: Config,
    pub(super) root_certificates: Option<PathBuf>,
    shown: String,
}

impl PostgresAddress {
    /// Whether a text is such an address, and not a path.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// Reads an address; a password beside it holds where the address names
    /// none.
    ///
    /// # Errors
    /// [`CatalogError::Address`] with what is wrong. Never with the password.
    pub fn parse(text: &str, password: Option<&str>) -> Result<Self, CatalogError> {
        let refuse = |reason: String| Err(CatalogError::Address { reason });
        if !Self::is_one(text) {
            return refuse("it does not begin with `postgres://`".to_owned());
        }
        let (rest, sslmode, root_certificates) = split_options(text);
        let Ok(mut config) = rest.parse::<Config>() else {
            // The reason would repeat parts of the address.
            return refuse("it cannot be read".to_owned());
        };
        if config.get_hosts().is_empty() {
            return refuse("it names no server".to_owned());
        }
        if config.get_password().is_none()
            && let Some(password) = password
        {
            config.password(password);
        }
        let tls = match sslmode.as_deref() {
            Some("disable") => SslMode::Disable,
            Some("require" | "verify-full") => SslMode::Require,
            Some(other) => {
                return refuse(format!(
                    "`sslmode={other}` is unknown; write `require`, or `disable` for a net that nobody listens to"
                ));
            }
            None if config.get_hosts().iter().all(is_this_machine) => SslMode::Disable,
            None => SslMode::Require,
        };
        config
            .ssl_mode(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(SILENCE)
            .tcp_user_timeout(SILENCE);
        if config.get_application_name().is_none() {
            config.application_name("trithuc");
        }
        Ok(Self {
            shown: shown(&config),
            config,
            root_certificates,
        })
    }
}

/// Takes `sslmode` and `sslrootcert` out of the options: the rest is read by
/// the driver, which knows fewer modes and no files.
fn split_options(text: &str) -> (String, Option<String>, Option<PathBuf>) {
    let (address, options) = text.split_once('?').unwrap_or((text, ""));
    let (mut sslmode, mut root_certificates, mut rest) = (None, None, Vec::new());
    for option in options.split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("sslmode", mode)) => sslmode = Some(mode.to_owned()),
            Some(("sslrootcert", file)) => root_certificates = Some(PathBuf::from(file)),
            _ => rest.push(option),
        }
    }
    let rest = match rest.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", rest.join("&")),
    };
    (rest, sslmode, root_certificates)
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|ip| ip.is_loopback())
        }
    }
}

/// `host:port/database`, without user and password.
fn shown(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
    let port = match ports.is_empty() {
        true => String::new(),
        false => format!(":{}", ports.join(",")),
    };
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    format!("{}{port}/{database}", hosts.join(","))
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresAddress({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> SslMode {
        PostgresAddress::parse(text, None)
            .unwrap()
            .config
            .get_ssl_mode()
    }

    #[test]
    fn a_network_asks_for_tls_unless_told_otherwise() {
        assert_eq!(mode("postgres://a@db.example/b"), SslMode::Require);
        assert_eq!(
            mode("postgres://a@db.example/b?sslmode=verify-full&sslrootcert=/etc/ca.pem"),
            SslMode::Require
        );
        assert_eq!(
            mode("postgres://a@db.example/b?sslmode=disable"),
            SslMode::Disable
        );
        assert_eq!(mode("postgres://a@127.0.0.1:5433/b"), SslMode::Disable);
        assert_eq!(
            mode("postgresql:///b?host=/run/postgresql&user=a"),
            SslMode::Disable
        );
        // One of two servers is elsewhere.
        assert_eq!(
            mode("postgres://a@localhost,db.example/b"),
            SslMode::Require
        );
    }

    #[test]
    fn the_password_is_never_shown() {
        let address = PostgresAddress::parse("postgres://an:bimat@h:5/kho", Some("khac")).unwrap();
        assert_eq!(address.to_string(), "h:5/kho");
        assert!(!format!("{address:?}").contains("bimat"));
        assert_eq!(address.config.get_password(), Some(b"bimat".as_slice()));
        let address = PostgresAddress::parse("postgres://an@h/kho", Some("bimat")).unwrap();
        assert_eq!(address.config.get_password(), Some(b"bimat".as_slice()));
        for bad in [
            "postgres://an:bimat@h:notaport/kho",
            "postgres://an:bimat@/kho",
            "postgres://an:bimat@h/kho?sslmode=prefer",
            "mysql://an:bimat@h/kho",
        ] {
            let error = PostgresAddress::parse(bad, None).unwrap_err();
            assert!(!error.to_string().contains("bimat"), "{error}");
        }
    }
}
