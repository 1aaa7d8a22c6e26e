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
    Limits, Recogniser,
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
    /// The programs that read pictures, as the parent process found them.
    #[arg(long, value_name = "PROGRAM", num_args = 2..=3)]
    ocr: Vec<String>,
}

/// The limits of the readers allow half a gigabyte of decompressed parts, whose
/// text may stand in memory three times; the allocator reserves one gigabyte of
/// addresses ahead.
const DEFAULT_MEMORY_MIB: u64 = 4096;

/// Answers requests until standard input ends.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    limit_memory(args.memory)?;
    let input = BufReader::new(io::stdin().lock());
    let recogniser = Recogniser::from_arguments(&args.ocr);
    worker::serve(
        input,
        io::stdout().lock(),
        &Limits::default(),
        recogniser.as_ref(),
    )?;
    Ok(Outcome::Done)
}

/// Sets the address space of this process, MiB, and that a crash leaves no dump
/// of other people's documents on the disk.
pub(super) fn limit_memory(mib: u64) -> anyhow::Result<()> {
    let n_bytes = mib << 20;
    rlimit::Resource::AS
        .set(n_bytes, n_bytes)
        .context("the memory limit cannot be set; this user may not lower its own limits")?;
    rlimit::Resource::CORE
        .set(0, 0)
        .context("core dumps cannot be switched off")
}

/// The programs on the path that read pictures of pages.
///
/// # Errors
/// What is missing and how to install it.
pub(crate) fn recogniser() -> Result<Recogniser, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    Recogniser::find(&folders)
}

/// Workers that run this same program.
pub(crate) fn pool() -> anyhow::Result<WorkerPool> {
    let program: PathBuf =
        std::env::current_exe().context("the path of this program is not known")?;
    let mut arguments = vec![OsString::from(NAME)];
    // Without it pages that are pictures say so in their records.
    if let Ok(recogniser) = recogniser() {
        arguments.push("--ocr".into());
        arguments.extend(recogniser.arguments().into_iter().map(OsString::from));
    }
    Ok(WorkerPool::new(program, arguments, WorkerLimits::default()))
}
