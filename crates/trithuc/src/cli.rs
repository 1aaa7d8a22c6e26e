//! The arguments that every command shares, and the list of commands.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::{commands::Command, home::AddressText, indexes::IndexKind};

/// Search and analysis for a national science and technology library.
#[derive(Debug, Parser)]
#[command(name = "trithuc", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What holds for every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Data folder of the installation.
    #[arg(
        long,
        global = true,
        env = "TRITHUC_DATA",
        default_value = "data",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,
    /// PostgreSQL database that holds the catalogue, as
    /// `postgres://USER@HOST/DATABASE`, instead of a file in the data folder.
    /// The password may stand in TRITHUC_CATALOGUE_PASSWORD.
    #[arg(
        long,
        global = true,
        env = "TRITHUC_CATALOGUE",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub(crate) catalogue: Option<AddressText>,
    /// Configuration file (TOML); `docs/config.toml` shows every setting.
    #[arg(long, global = true, env = "TRITHUC_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the indexes are: in files of the data folder, or on a Qdrant cluster
    /// (`docs/cluster.md`); the configuration file says so too.
    #[arg(long, global = true, env = "TRITHUC_INDEX", value_name = "KIND")]
    pub(crate) index: Option<IndexKind>,
    /// gRPC addresses of the nodes of the cluster, a comma between two. Its key is
    /// in the environment: TRITHUC_QDRANT_API_KEY.
    #[arg(
        long = "qdrant-urls",
        global = true,
        env = "TRITHUC_QDRANT_URLS",
        value_delimiter = ',',
        value_name = "URL"
    )]
    pub(crate) qdrant_urls: Vec<String>,
    /// Print one JSON document on standard output and nothing else there.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to log on standard error: error, warn, info, debug, or a filter
    /// such as `index=debug,info`.
    #[arg(long, global = true, env = "TRITHUC_LOG", default_value = "warn")]
    pub(crate) log: String,
}
