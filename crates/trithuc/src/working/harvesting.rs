//! Harvests of the sources that the catalogue keeps.

use std::{thread, time::Duration};

use catalog::CatalogError;
use harvest::{HarvestError, HarvestReport, HarvestRequest, Harvester};
use ingest::{IngestError, IngestOptions, beside_indexing};
use jiff::Timestamp;
use jobs::{Harvested, Source, Watch, Watched};
use serde_json::{Value, json};

use crate::installation::Installation;

/// Wait after the first failure of a request; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Harvests a source, and keeps how it went beside it.
pub(super) fn harvest(
    installation: &Installation,
    name: &str,
    is_full: bool,
    watch: &Watch<'_>,
) -> anyhow::Result<Value> {
    let (source, _) = jobs::source(&*installation.catalog, name)?;
    let state = jobs::begin(&*installation.catalog, name, Timestamp::now())?;
    let (report, done) = run(installation, &source, is_full, watch);
    let harvested = harvested(&report);
    let error = match &done {
        Ok(()) => None,
        Err(error) if is_stopped(error) => None,
        Err(error) => Some(records::with_causes(error.as_ref())),
    };
    let result = json!(harvested);
    let now = Timestamp::now();
    jobs::end(&*installation.catalog, name, state, harvested, error, now)?;
    done.map(|()| result)
}

fn run(
    installation: &Installation,
    source: &Source,
    is_full: bool,
    watch: &Watch<'_>,
) -> (HarvestReport, anyhow::Result<()>) {
    let harvest = || -> anyhow::Result<(HarvestReport, Result<(), HarvestError>)> {
        let request = request(source, is_full)?;
        let full_text = installation.full_text()?;
        let options = options(source);
        let catalog = Watched::new(&*installation.catalog, watch);
        let ((report, done), indexed) = beside_indexing(&catalog, &*full_text, |tell| {
            let harvester = Harvester {
                catalog: &catalog,
                options: &options,
                now: &Timestamp::now,
                sleep: &|wait| sleep(wait, watch),
                progress: &|report| {
                    tell();
                    show(report, watch);
                },
            };
            harvester.run(&request)
        })?;
        let done = done.and_then(|()| indexed.map(drop).map_err(HarvestError::from));
        Ok((report, done))
    };
    match harvest() {
        Ok((report, done)) => (report, done.map_err(anyhow::Error::from)),
        Err(error) => (HarvestReport::default(), Err(error)),
    }
}

/// What is asked of a source.
pub(super) fn request(source: &Source, is_full: bool) -> anyhow::Result<HarvestRequest> {
    Ok(HarvestRequest {
        url: source.url.clone(),
        prefix: source.prefix.clone(),
        set: source.set.clone(),
        from: None,
        until: None,
        is_dry_run: false,
        is_full,
        first_wait: FIRST_WAIT,
        ca: crate::commands::read_certificates(source.ca.as_deref())?,
    })
}

/// What holds for all records of a source.
fn options(source: &Source) -> IngestOptions {
    IngestOptions {
        collection: source.collection.clone(),
        access: source.access,
        ..IngestOptions::default()
    }
}

fn show(report: &HarvestReport, watch: &Watch<'_>) {
    watch.set_done(report.seen);
    watch.say(format!(
        "{} added, {} updated, {} deleted, {} set aside",
        report.added,
        report.updated,
        report.deleted,
        report.quarantined.len()
    ));
}

/// Waits in small steps, so that a job that is to stop does not wait on.
pub(super) fn sleep(wait: Duration, watch: &Watch<'_>) {
    const STEP: Duration = Duration::from_millis(200);
    let mut left = wait;
    while !left.is_zero() && watch.check().is_ok() {
        let step = left.min(STEP);
        thread::sleep(step);
        left -= step;
    }
}

fn harvested(report: &HarvestReport) -> Harvested {
    Harvested {
        seen: report.seen,
        added: report.added,
        updated: report.updated,
        unchanged: report.unchanged + report.duplicates,
        deleted: report.deleted,
        set_aside: report.quarantined.len() as u64,
        notices: report.notices.clone(),
    }
}

fn is_stopped(error: &anyhow::Error) -> bool {
    let stopped =
        |error: &IngestError| matches!(error, IngestError::Catalog(CatalogError::Stopped));
    match error.downcast_ref::<HarvestError>() {
        Some(HarvestError::Ingest(error)) => stopped(error),
        _ => error.downcast_ref::<IngestError>().is_some_and(stopped),
    }
}
