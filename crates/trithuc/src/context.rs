//! What every command gets: where the installation lies and how to answer.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use tracing_subscriber::EnvFilter;

use crate::cli::Global;

/// Where the installation lies and how to answer.
#[derive(Debug)]
pub(crate) struct Context {
    /// Data folder; need not exist yet.
    pub(crate) data: PathBuf,
    /// Whether the answer is one JSON document.
    pub(crate) json: bool,
    log: String,
}

impl From<&Global> for Context {
    fn from(global: &Global) -> Self {
        Self {
            data: global.data.clone(),
            json: global.json,
            log: global.log.clone(),
        }
    }
}

impl Context {
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
}
