//! `trithuc unpack-worker`: unpacks an archive by 7-Zip for `ingest`, in a
//! process of its own with limits on its memory and time. Not for people.

use std::{fs::File, io, path::PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use ingest::Unpacker;

use super::extract_worker::limit_memory;
use crate::outcome::Outcome;

/// The name of the command.
const NAME: &str = "unpack-worker";

/// Memory for unpacking, MiB: 7-Zip's strongest usual setting asks for 64, its
/// largest dictionary for 1,536 (the program's own documentation).
const MEMORY_MIB: u64 = 3072;

/// Processor time, seconds: the 8 GiB that an archive may unpack to take two
/// minutes at 70 MB/s; on a machine ten times slower, twenty.
const CPU_SECONDS: u64 = 1200;

/// Arguments of the command.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The archive.
    path: PathBuf,
}

/// Writes the archive as tar on standard output.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    limit_memory(MEMORY_MIB)?;
    rlimit::Resource::CPU
        .set(CPU_SECONDS, CPU_SECONDS)
        .context("the time limit cannot be set; this user may not lower its own limits")?;
    let archive = File::open(&args.path).context("the archive cannot be read")?;
    ingest::to_tar(archive, io::stdout().lock()).map_err(anyhow::Error::msg)?;
    Ok(Outcome::Done)
}

/// An unpacker that runs this same program.
pub(crate) fn unpacker() -> anyhow::Result<Unpacker> {
    Ok(Unpacker {
        program: std::env::current_exe().context("the path of this program is not known")?,
        arguments: vec![NAME.into(), "--".into()],
    })
}
