//! `trithuc harvest URL`: a repository into the catalogue by OAI-PMH, and from
//! there into the full-text index.

use std::{
    io::IsTerminal as _,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use harvest::{HarvestReport, HarvestRequest, Harvester};
use indicatif::{ProgressBar, ProgressStyle};
use ingest::{IngestOptions, beside_indexing};
use jiff::Timestamp;
use records::AccessLevel;

use super::read_certificates;
use crate::{
    commands::topics::place_later,
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `harvest`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Base URL of the repository, as in `https://example.vn/oai`.
    url: String,
    /// Format to harvest: oai_dc, marcxml, oai_datacite…
    #[arg(long, default_value = "oai_dc", value_name = "PREFIX")]
    prefix: String,
    /// Only this set of the repository.
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// Only what changed there on or after this date (2024-01-31, or with a
    /// time 2024-01-31T08:00:00Z). Without --from and --until: what changed
    /// since the last complete harvest.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only what changed there on or before this date.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Read and count everything, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Harvest everything again, not only what changed.
    #[arg(long)]
    full: bool,
    /// Put every record into this collection.
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// The least secrecy of every record: open, registered or restricted.
    #[arg(long, value_name = "LEVEL")]
    access: Option<AccessLevel>,
    /// Seconds to wait after the first failure of a request; each further one
    /// doubles it.
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    retry_wait: f64,
    /// Certificates (PEM) to trust the repository by instead of the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Harvests and says what came.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let request = request(args)?;
    let installation = Installation::open_or_create(&context.home()?)?;
    let full_text = installation.full_text()?;
    let options = IngestOptions {
        collection: args.collection.clone(),
        access: args.access,
        record_type: None,
        ..IngestOptions::default()
    };
    let bar = progress_bar();
    let ((mut report, done), indexed) =
        beside_indexing(&*installation.catalog, &*full_text, |tell| {
            let harvester = Harvester {
                catalog: &*installation.catalog,
                options: &options,
                now: &Timestamp::now,
                sleep: &thread::sleep,
                progress: &|report| {
                    tell();
                    show(&bar, report);
                },
            };
            harvester.run(&request)
        })?;
    bar.finish_and_clear();
    report.seconds = start.elapsed().as_secs_f64();
    if context.json {
        output::json(&report)?;
    } else {
        print(&report, args.dry_run)?;
    }
    done?;
    indexed?;
    place_later(&installation)?;
    Ok(if report.quarantined.is_empty() {
        Outcome::Done
    } else {
        Outcome::SetAside
    })
}

fn request(args: &Args) -> anyhow::Result<HarvestRequest> {
    let first_wait = Duration::try_from_secs_f64(args.retry_wait)
        .ok()
        .filter(|wait| *wait <= Duration::from_secs(60))
        .ok_or_else(|| {
            let wait = args.retry_wait;
            Usage(format!(
                "--retry-wait `{wait}` is no number of seconds from 0 to 60"
            ))
        })?;
    Ok(HarvestRequest {
        // The address of a request is as good as that of the repository.
        url: match args.url.split_once("?verb=") {
            Some((base, _)) => base.to_owned(),
            None => args.url.clone(),
        },
        prefix: args.prefix.clone(),
        set: args.set.clone(),
        from: args.from.clone(),
        until: args.until.clone(),
        is_dry_run: args.dry_run,
        is_full: args.full,
        first_wait,
        ca: read_certificates(args.ca.as_deref())?,
    })
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}");
    ProgressBar::new_spinner().with_style(style.expect("a template of known keys"))
}

fn show(bar: &ProgressBar, report: &HarvestReport) {
    bar.set_message(format!(
        "{} records, {} deleted, {} set aside",
        report.seen,
        report.deleted,
        report.quarantined.len()
    ));
    bar.tick();
}

fn print(report: &HarvestReport, is_dry_run: bool) -> anyhow::Result<()> {
    let tried = if is_dry_run {
        "; a dry run: nothing was written"
    } else {
        ""
    };
    output::line(format!(
        "{} seen: {} added, {} updated, {} unchanged, {} duplicates, {} deleted, {} set aside, in {:.1} s{tried}",
        report.seen,
        report.added,
        report.updated,
        report.unchanged,
        report.duplicates,
        report.deleted,
        report.quarantined.len(),
        report.seconds
    ))?;
    for notice in &report.notices {
        output::line(format!("note: {notice}"))?;
    }
    for aside in &report.quarantined {
        output::line(format!("set aside {}: {}", aside.path, aside.reason))?;
    }
    Ok(())
}
