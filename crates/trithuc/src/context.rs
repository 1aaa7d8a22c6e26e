//! What every command gets: where the installation lies and how to answer.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use anyhow::Context as _;
use catalog::PostgresAddress;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use crate::{
    cli::Global,
    home::{AddressText, Home, Place},
    indexes::{self, Asked, ClusterTable, IndexKind, Indexes},
    outcome::Usage,
    working::JobSettings,
};

/// Where the installation lies and how to answer.
#[derive(Debug)]
pub(crate) struct Context {
    /// Data folder; need not exist yet.
    pub(crate) data: PathBuf,
    /// Configuration file, if there is one.
    pub(crate) config: Option<PathBuf>,
    /// Whether the answer is one JSON document.
    pub(crate) json: bool,
    catalogue: Option<AddressText>,
    indexes: Asked,
    log: String,
}

impl From<&Global> for Context {
    fn from(global: &Global) -> Self {
        Self {
            data: global.data.clone(),
            config: global.config.clone(),
            json: global.json,
            catalogue: global.catalogue.clone(),
            indexes: Asked {
                kind: global.index,
                urls: global.qdrant_urls.clone(),
            },
            log: global.log.clone(),
        }
    }
}

/// What the configuration file says, each room under its own name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The address of the catalogue, when it is in PostgreSQL.
    catalogue: Option<String>,
    /// Which indexes there are.
    index: IndexKind,
    /// The cluster, where the indexes are on one.
    qdrant: ClusterTable,
    /// Pages and API.
    pub(crate) server: server::Settings,
    /// Work that runs by itself.
    pub(crate) jobs: JobSettings,
    /// How long personal data is kept.
    privacy: server::Retention,
}

impl Config {
    /// What workers are told, if every setting makes sense.
    pub(crate) fn job_settings(self) -> Result<JobSettings, Usage> {
        let jobs = self.jobs.checked()?;
        let retention = self.privacy.checked();
        let retention = retention.map_err(|error| Usage(error.to_string()))?;
        Ok(JobSettings {
            retention: server::Retention {
                jobs_days: jobs.keep_days,
                ..retention
            },
            ..jobs
        })
    }
}

impl Context {
    /// The configuration: the file's, or what holds without one.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let Some(path) = &self.config else {
            return Ok(Config::default());
        };
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("configuration `{shown}` cannot be read"))?;
        let config = toml::from_str(&text);
        config.map_err(|error| Usage(format!("configuration `{shown}`: {error}")).into())
    }

    /// Where the indexes are.
    pub(crate) fn indexes(&self) -> anyhow::Result<Indexes> {
        let config = self.config()?;
        Ok(indexes::read(config.index, config.qdrant, &self.indexes)?)
    }

    /// Indexes of a kind, whichever the installation has.
    pub(crate) fn indexes_of(&self, kind: IndexKind) -> anyhow::Result<Indexes> {
        let asked = Asked {
            kind: Some(kind),
            ..self.indexes.clone()
        };
        let config = self.config()?;
        Ok(indexes::read(config.index, config.qdrant, &asked)?)
    }

    /// Where the installation lives.
    pub(crate) fn home(&self) -> anyhow::Result<Home> {
        let here = Home::in_folder(&self.data);
        let address = match &self.catalogue {
            Some(address) => Some(address.0.clone()),
            None => self.config()?.catalogue,
        };
        let Some(address) = address else {
            return Ok(here);
        };
        Ok(Home {
            catalogue: Place::Database(Box::new(read_address(&address)?)),
            ..here
        })
    }

    /// Sends logs to standard error. A filter that does not parse is named and
    /// `warn` is used.
    pub(crate) fn start_logging(&self) {
        let filter = EnvFilter::try_new(&self.log).unwrap_or_else(|error| {
            eprintln!("log filter `{}` is ignored: {error}", self.log);
            EnvFilter::new("warn")
        });
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .init();
    }

    /// Says how far long work is: on standard error, to a terminal only.
    pub(crate) fn say(stage: &str) {
        if io::stderr().is_terminal() {
            eprintln!("{stage}");
        }
    }
}

/// Reads the address of a database; its password may stand in the environment.
pub(crate) fn read_address(text: &str) -> Result<PostgresAddress, Usage> {
    let password = std::env::var("TRITHUC_CATALOGUE_PASSWORD").ok();
    PostgresAddress::parse(text, password.as_deref()).map_err(|error| Usage(error.to_string()))
}
