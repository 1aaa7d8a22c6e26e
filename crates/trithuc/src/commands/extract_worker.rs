//! `trithuc extract-worker`: reads documents for `ingest`, in a process of its
//! own with a limit on its memory. Not for people.

use std::{
    ffi::OsString,
    io::{self, BufReader},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use extract::{
    Limits,
    worker::{self, WorkerLimits, WorkerPool},
};

use crate::outcome::Outcome;

/// The name of the command.
const NAME: &str = "extract-worker";

/// Arguments of the command.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Address space of the process, MiB.
    #[arg(long, default_value_t = DEFAULT_MEMORY_MIB, value_name = "MIB")]
    memory: u64,
}

/// The limits of the readers allow half a gigabyte of decompressed parts, whose
/// text may stand in memory three times; the allocator reserves one gigabyte of
/// addresses ahead.
const DEFAULT_MEMORY_MIB: u64 = 4096;

/// Answers requests until standard input ends.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let n_bytes = args.memory << 20;
    rlimit::Resource::AS
        .set(n_bytes, n_bytes)
        .context("the memory limit cannot be set; this user may not lower its own limits")?;
    // A crash leaves no dump of other people's documents on the disk.
    rlimit::Resource::CORE
        .set(0, 0)
        .context("core dumps cannot be switched off")?;
    let input = BufReader::new(io::stdin().lock());
    worker::serve(input, io::stdout().lock(), &Limits::default())?;
    Ok(Outcome::Done)
}

/// Workers that run this same program.
pub(crate) fn pool() -> anyhow::Result<WorkerPool> {
    let program: PathBuf =
        std::env::current_exe().context("the path of this program is not known")?;
    Ok(WorkerPool::new(
        program,
        vec![OsString::from(NAME)],
        WorkerLimits::default(),
    ))
}
