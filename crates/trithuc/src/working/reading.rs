//! Jobs that take in files, and those that read again what was set aside.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use anyhow::bail;
use catalog::Quarantined;
use harvest::{HarvestReport, HarvestRequest, Harvester};
use ingest::{IngestOptions, IngestReport, Ingester, Progress, beside_indexing};
use jiff::Timestamp;
use jobs::{Watch, Watched, aside_from};
use serde_json::{Value, json};

use super::harvesting;
use crate::{
    commands::{extract_worker, unpack_worker},
    installation::Installation,
};

/// Inputs that one job reads again; the rest waits for the next.
const MOST_AGAIN: usize = 100_000;

/// Takes files and folders in.
pub(super) fn ingest(
    installation: &Installation,
    paths: &[String],
    options: &IngestOptions,
    watch: &Watch<'_>,
) -> anyhow::Result<Value> {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let report = read(installation, &paths, options, false, watch)?;
    if report.quarantined.is_empty() {
        installation.forget_uploads(&paths);
    }
    Ok(counts(&report))
}

fn read(
    installation: &Installation,
    paths: &[PathBuf],
    options: &IngestOptions,
    is_again: bool,
    watch: &Watch<'_>,
) -> anyhow::Result<IngestReport> {
    let catalog = Watched::new(&*installation.catalog, watch);
    let documents = extract_worker::pool()?;
    let unpacker = unpack_worker::unpacker()?;
    let full_text = installation.full_text()?;
    let ingester = Ingester {
        catalog: &catalog,
        files: &installation.files,
        options,
        documents: &documents,
        unpacker: Some(&unpacker),
        is_again,
        now: &Timestamp::now,
        progress: &|progress| show(progress, watch),
    };
    let (report, _) = ingester.run_and_index(paths, &*full_text)?;
    Ok(report)
}

/// A folder is counted by its files, a single file by its records.
fn show(progress: &Progress<'_>, watch: &Watch<'_>) {
    if progress.n_files > 1 {
        watch.set_done(progress.n_files_done as u64);
        watch.set_total(progress.n_files as u64);
    } else {
        watch.set_done(progress.n_seen);
    }
    let name = progress.path.file_name().unwrap_or_default();
    watch.say(name.to_string_lossy());
}

fn counts(report: &IngestReport) -> Value {
    json!({
        "seen": report.seen,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "set_aside": report.quarantined.len(),
    })
}

/// What was set aside, by how it is read again: options, then paths or requests.
#[derive(Default)]
struct Again {
    paths: BTreeMap<String, Vec<PathBuf>>,
    /// Options, repository, prefix: identifiers.
    identifiers: BTreeMap<(String, String, String), Vec<String>>,
    n_inputs: u64,
    /// Those that nothing is known of: where they lie, or how they were asked for.
    n_unknown: u64,
}

impl Again {
    fn sort(inputs: Vec<Quarantined>) -> Self {
        let mut again = Self::default();
        for input in inputs {
            again.n_inputs += 1;
            let Some(how) = input.entry.how else {
                again.n_unknown += 1;
                continue;
            };
            let source = &input.entry.source;
            if let Some((url, prefix, identifier)) = harvest::asked_alone(source) {
                let key = (how, url, prefix);
                again.identifiers.entry(key).or_default().push(identifier);
            } else if let Some(path) = standing(Path::new(source)) {
                again.paths.entry(how).or_default().push(path);
            } else {
                again.n_unknown += 1;
            }
        }
        for paths in again.paths.values_mut() {
            paths.sort();
            paths.dedup();
        }
        again
    }
}

/// The file itself, or the archive that it lies in.
fn standing(path: &Path) -> Option<PathBuf> {
    let mut above = path.ancestors();
    let found = above.find(|path| path.exists())?;
    (found == path || found.is_file()).then(|| found.to_owned())
}

/// Reads again what was set aside from paths or addresses that begin with
/// `source`.
pub(super) fn again(
    installation: &Installation,
    source: Option<&str>,
    watch: &Watch<'_>,
) -> anyhow::Result<Value> {
    let catalog = &*installation.catalog;
    let inputs = aside_from(catalog, source.unwrap_or_default(), MOST_AGAIN)?;
    let before = catalog.status()?.n_quarantined;
    if inputs.is_empty() {
        bail!("nothing is set aside there; see the list of what is");
    }
    let again = Again::sort(inputs);
    for (how, paths) in &again.paths {
        let options: IngestOptions = serde_json::from_str(how)?;
        read(installation, paths, &options, true, watch)?;
    }
    let n_asked = AtomicU64::new(0);
    for ((how, url, prefix), identifiers) in &again.identifiers {
        let options: IngestOptions = serde_json::from_str(how)?;
        let request = known_request(installation, url, prefix)?;
        ask(
            installation,
            &request,
            identifiers,
            &options,
            watch,
            &n_asked,
        )?;
    }
    let after = catalog.status()?.n_quarantined;
    Ok(json!({
        "inputs": again.n_inputs,
        "unknown": again.n_unknown,
        "set_aside_before": before,
        "set_aside_now": after,
    }))
}

/// The request of the source of this address, if one is kept.
fn known_request(
    installation: &Installation,
    url: &str,
    prefix: &str,
) -> anyhow::Result<HarvestRequest> {
    let kept = jobs::sources(&*installation.catalog)?.into_iter();
    let mut kept = kept.map(|(source, _)| source);
    let source = match kept.find(|source| source.url == url) {
        Some(source) => source,
        None => jobs::Source::new("again", url, Timestamp::now())?,
    };
    let request = harvesting::request(&source, false)?;
    Ok(HarvestRequest {
        prefix: prefix.to_owned(),
        ..request
    })
}

fn ask(
    installation: &Installation,
    request: &HarvestRequest,
    identifiers: &[String],
    options: &IngestOptions,
    watch: &Watch<'_>,
    n_asked: &AtomicU64,
) -> anyhow::Result<HarvestReport> {
    let catalog = Watched::new(&*installation.catalog, watch);
    let full_text = installation.full_text()?;
    let ((report, done), indexed) = beside_indexing(&catalog, &*full_text, |tell| {
        let harvester = Harvester {
            catalog: &catalog,
            options,
            now: &Timestamp::now,
            sleep: &|wait| harvesting::sleep(wait, watch),
            progress: &|report| {
                tell();
                watch.set_done(n_asked.load(Relaxed) + report.seen);
            },
        };
        harvester.ask_again(request, identifiers)
    })?;
    done?;
    indexed?;
    n_asked.fetch_add(report.seen, Relaxed);
    Ok(report)
}
