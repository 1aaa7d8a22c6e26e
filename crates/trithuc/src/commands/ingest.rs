//! `trithuc ingest PATH...`: files and folders into the catalogue, and from
//! there into the full-text index.

use std::{
    fs,
    io::IsTerminal,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context as _;
use formats::Mapping;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::{IngestOptions, IngestReport, Ingester, Progress};
use jiff::Timestamp;
use records::{AccessLevel, RecordType};

use super::{extract_worker, unpack_worker};
use crate::{
    commands::topics::place_later, context::Context, installation::Installation, outcome::Outcome,
    output,
};

/// Arguments of `ingest`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and folders: documents (PDF, DOCX, text…), records (MARC,
    /// DataCite, JATS, BibTeX, JSON Lines…), and archives of them (.zip, .tar,
    /// .tar.gz…).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Put every record into this collection.
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// The least secrecy of every record: open, registered or restricted.
    #[arg(long, value_name = "LEVEL")]
    access: Option<AccessLevel>,
    /// Type of the records that do not say theirs.
    #[arg(long = "type", value_name = "TYPE")]
    record_type: Option<RecordType>,
    /// Read again files that something was set aside from.
    #[arg(long)]
    again: bool,
    /// How tables of records (CSV, XLSX, XLS, ODS) are read: which column is
    /// which field, see docs/catalogues.md. Not needed where the columns bear
    /// well-known Vietnamese or English names.
    #[arg(long, value_name = "FILE.toml")]
    mapping: Option<PathBuf>,
}

/// Takes the inputs in and says what became of them.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let installation = Installation::open_or_create(&context.home()?)?;
    let full_text = installation.full_text()?;
    let options = IngestOptions {
        collection: args.collection.clone(),
        access: args.access,
        record_type: args.record_type,
        mapping: args.mapping.as_deref().map(mapping).transpose()?,
    };
    let bar = progress_bar();
    let documents = extract_worker::pool()?;
    let unpacker = unpack_worker::unpacker()?;
    let ingester = Ingester {
        catalog: &*installation.catalog,
        files: &installation.files,
        options: &options,
        documents: &documents,
        unpacker: Some(&unpacker),
        is_again: args.again,
        now: &Timestamp::now,
        progress: &|progress| show(&bar, progress),
    };
    let ingested = ingester.run_and_index(&args.paths, &*full_text);
    bar.finish_and_clear();
    let (mut report, _) = ingested?;
    place_later(&installation)?;
    report.seconds = start.elapsed().as_secs_f64();
    if context.json {
        output::json(&report)?;
    } else {
        print(&report)?;
    }
    Ok(if report.quarantined.is_empty() {
        Outcome::Done
    } else {
        Outcome::SetAside
    })
}

fn mapping(path: &Path) -> anyhow::Result<Mapping> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("mapping `{shown}` cannot be read; check path and rights"))?;
    Mapping::try_from(text).with_context(|| format!("mapping `{shown}` cannot be used"))
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}");
    ProgressBar::new_spinner().with_style(style.expect("a template of known keys"))
}

fn show(bar: &ProgressBar, progress: &Progress<'_>) {
    bar.set_message(format!(
        "{} records, file {} of {}: {}",
        progress.n_seen,
        progress.n_files_done,
        progress.n_files,
        progress.path.display()
    ));
    bar.tick();
}

fn print(report: &IngestReport) -> anyhow::Result<()> {
    output::line(format!(
        "{} seen: {} added, {} updated, {} unchanged, {} duplicates, {} set aside, in {:.1} s",
        report.seen,
        report.added,
        report.updated,
        report.unchanged,
        report.duplicates,
        report.quarantined.len(),
        report.seconds
    ))?;
    if report.passed_over > 0 {
        output::line(format!(
            "{} files are text but no documents and were passed over; name them to take them in",
            report.passed_over
        ))?;
    }
    for aside in &report.quarantined {
        let line = aside
            .line
            .map(|line| format!(":{line}"))
            .unwrap_or_default();
        output::line(format!("set aside {}{line}: {}", aside.path, aside.reason))?;
    }
    Ok(())
}
