//! What is asked of a harvest, and what it did.

use std::time::Duration;

use ingest::{IngestReport, SetAside};
use serde::Serialize;

/// What to harvest.
#[derive(Debug, Clone)]
pub struct HarvestRequest {
    /// Base URL of the repository.
    pub url: String,
    /// Metadata format: `oai_dc`, `marcxml`…
    pub prefix: String,
    /// A set of the repository; all of it without.
    pub set: Option<String>,
    /// Datestamps from this day or second on. Without both bounds a harvest
    /// takes what changed since the last complete one.
    pub from: Option<String>,
    /// Datestamps to this day or second, it included.
    pub until: Option<String>,
    /// Read and count everything, write nothing.
    pub is_dry_run: bool,
    /// Everything again, as if nothing had been harvested before.
    pub is_full: bool,
    /// Wait after the first failure of a request; doubles with each further one.
    pub first_wait: Duration,
    /// Certificates (PEM) that the repository is trusted by instead of the
    /// system's.
    pub ca: Option<Vec<u8>>,
}

/// Counts of a harvest. Each record that was seen is in exactly one of `added`,
/// `updated`, `unchanged`, `duplicates`, `deleted` and those set aside; one
/// that comes twice because a list had to be begun again is seen twice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct HarvestReport {
    /// Records that the source sent.
    pub seen: u64,
    /// Records that came.
    pub added: u64,
    /// Records that changed.
    pub updated: u64,
    /// Records that are in the catalogue as they stand, and deletions of what
    /// is not there or did not come from this source.
    pub unchanged: u64,
    /// Records that came twice on a page, or that add nothing to a record under
    /// another id.
    pub duplicates: u64,
    /// Records set aside; the path is the address that gives the record alone.
    pub quarantined: Vec<SetAside>,
    /// Records that the source deleted.
    pub deleted: u64,
    /// Where the list goes on; `None` when the harvest is complete.
    pub token: Option<String>,
    /// What a person should know.
    pub notices: Vec<String>,
    /// Wall-clock time, set by the caller.
    pub seconds: f64,
}

impl HarvestReport {
    /// Adds the counts of a page.
    pub(crate) fn add(&mut self, page: IngestReport) {
        self.seen += page.seen;
        self.added += page.added;
        self.updated += page.updated;
        self.unchanged += page.unchanged;
        self.duplicates += page.duplicates;
        self.quarantined.extend(page.quarantined);
    }

    pub(crate) fn notice(&mut self, text: String) {
        tracing::warn!("{text}");
        self.notices.push(text);
    }
}
