//! The harvest: windows of datestamps, lists page by page, and what is done
//! when a source fails.
//!
//! Invariant: after each page the catalogue holds the state from which the rest
//! of the harvest follows; being killed between two pages loses nothing.

use std::time::Duration;

use catalog::CatalogStore;
use ingest::IngestOptions;
use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashSet;

use crate::{
    HarvestError, HarvestReport, HarvestRequest,
    answer::Page,
    http::Http,
    source::{FEW_ATTEMPTS, Identity, NoAnswer, Source},
    state::{State, StateName},
    trouble::alone,
    window::{Window, read},
    writer::{Aside, Writer},
};

/// Pages without a record, one after the other: a list without an end.
const MAX_EMPTY_PAGES: u32 = 100;

/// Single records asked for between two commits.
const ASKED_AT_ONCE: usize = 20;

/// Names of sets in a message.
const SHOWN_SETS: usize = 20;

/// How far an incremental harvest looks back behind the last one: sources that
/// write a datestamp some time before the record can be seen lose nothing.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);

/// Harvests into a catalogue.
pub struct Harvester<'a> {
    /// Where the records go.
    pub catalog: &'a dyn CatalogStore,
    /// What holds for all records.
    pub options: &'a IngestOptions,
    /// The clock.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// Waits.
    pub sleep: &'a (dyn Fn(Duration) + Sync),
    /// Told after every page that is committed.
    pub progress: &'a (dyn Fn(&HarvestReport) + Sync),
}

impl Harvester<'_> {
    /// Harvests; goes on where the same request stopped. The report counts
    /// what was done also when it stops with an error.
    pub fn run(&self, request: &HarvestRequest) -> (HarvestReport, Result<(), HarvestError>) {
        let mut report = HarvestReport::default();
        let done = Run::begin(self, request, &mut report).and_then(|mut run| {
            let done = run.all();
            run.report.token = run.state.token.clone();
            done
        });
        (report, done)
    }

    /// Asks again for single records that were set aside; see
    /// [`asked_alone`](crate::asked_alone). What still cannot be read stays set
    /// aside.
    pub fn ask_again(
        &self,
        request: &HarvestRequest,
        identifiers: &[String],
    ) -> (HarvestReport, Result<(), HarvestError>) {
        let mut report = HarvestReport::default();
        let done = Run::begin(self, request, &mut report).and_then(|mut run| {
            for identifiers in identifiers.chunks(ASKED_AT_ONCE) {
                let state = run.state.clone();
                run.write(Page::of_lost(identifiers), Vec::new(), state)?;
            }
            Ok(())
        });
        (report, done)
    }
}

/// A harvest under way.
pub(crate) struct Run<'a> {
    harvester: &'a Harvester<'a>,
    pub(crate) request: &'a HarvestRequest,
    pub(crate) source: Source<'a>,
    pub(crate) identity: Identity,
    writer: Writer<'a>,
    pub(crate) state: State,
    pub(crate) report: &'a mut HarvestReport,
    /// Whether only changes since the last harvest are asked for.
    is_incremental: bool,
    pub(crate) list: List,
    pub(crate) n_failures: u32,
}

/// The list of the window under way, as far as this process has seen it.
#[derive(Default)]
pub(crate) struct List {
    tokens: FxHashSet<String>,
    pages: FxHashSet<blake3::Hash>,
    n_empty: u32,
    pub(crate) n_restarts: u32,
}

impl List {
    /// A list that begins again.
    pub(crate) fn restarted(n_restarts: u32) -> Self {
        Self {
            n_restarts,
            ..Self::default()
        }
    }
}

/// The addresses below a repository that something is set aside from.
fn quarantined(catalog: &dyn CatalogStore, url: &str) -> Result<FxHashSet<String>, HarvestError> {
    let mut found = FxHashSet::default();
    let mut after = 0;
    loop {
        let page = catalog.quarantined(after, 1000)?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        after = last.number;
        let sources = page.into_iter().map(|aside| aside.entry.source);
        found.extend(sources.filter(|source| source.starts_with(url)));
    }
}

impl<'a> Run<'a> {
    fn begin(
        harvester: &'a Harvester<'a>,
        request: &'a HarvestRequest,
        report: &'a mut HarvestReport,
    ) -> Result<Self, HarvestError> {
        if !request.url.starts_with("http://") && !request.url.starts_with("https://") {
            return Err(HarvestError::Address {
                url: request.url.clone(),
            });
        }
        let source = Source {
            url: &request.url,
            http: Http::new(request.ca.as_deref())?,
            first_wait: request.first_wait,
            now: harvester.now,
            sleep: harvester.sleep,
        };
        let identity = source.identify()?;
        let name = StateName::new(request);
        let writer = Writer {
            catalog: harvester.catalog,
            options: harvester.options,
            url: &request.url,
            prefix: &request.prefix,
            is_dry_run: request.is_dry_run,
            quarantined: quarantined(harvester.catalog, &request.url)?,
            name: name.clone(),
        };
        let mut run = Self {
            state: match request.is_full {
                true => State::default(),
                false => name.load(harvester.catalog)?,
            },
            harvester,
            request,
            source,
            identity,
            writer,
            report,
            is_incremental: false,
            list: List::default(),
            n_failures: 0,
        };
        run.check_prefix()?;
        run.open_window()?;
        Ok(run)
    }

    fn check_prefix(&self) -> Result<(), HarvestError> {
        let offered = self.source.prefixes();
        let prefix = &self.request.prefix;
        if offered.is_empty() || offered.contains(prefix) {
            return Ok(());
        }
        Err(HarvestError::Prefix {
            prefix: prefix.clone(),
            offered: offered.join(", "),
        })
    }

    /// The first window of a new harvest; one under way has its own.
    fn open_window(&mut self) -> Result<(), HarvestError> {
        let granularity = self.identity.granularity;
        let (request, state) = (self.request, &mut self.state);
        let is_bounded = request.from.is_some() || request.until.is_some();
        let since = state.complete_until.clone().filter(|_| !is_bounded);
        self.is_incremental = since.is_some();
        if state.began_at.is_some() {
            return Ok(());
        }
        let bound = |value: &Option<String>, is_until| {
            let value = value.as_deref();
            value
                .map(|value| granularity.bound(value, is_until))
                .transpose()
        };
        let mut window = Window {
            from: bound(&request.from, false)?,
            until: bound(&request.until, true)?,
        };
        if let Some(since) = since.as_deref().and_then(read) {
            let since = since.checked_sub(OVERLAP).unwrap_or(since);
            window.from = Some(granularity.write(since));
        }
        if !self.identity.keeps_deletions {
            self.report.notice(
                "the source does not keep its deletions: records deleted there stay here"
                    .to_owned(),
            );
        }
        state.windows = vec![window];
        state.token = None;
        state.began_at = Some(self.identity.now.to_string());
        Ok(())
    }

    fn all(&mut self) -> Result<(), HarvestError> {
        while let Some(window) = self.state.windows.last().cloned() {
            let arguments = self.arguments("ListRecords", &window, &self.state.token);
            let answer = match self.n_failures > 0 || self.state.windows.len() > 1 {
                true => self.source.ask_times(FEW_ATTEMPTS, &arguments),
                false => self.source.ask(&arguments),
            };
            match answer {
                Ok(body) => self.take(Page::read(&body), &window)?,
                Err(NoAnswer::Refused(refusal)) => self.refused(refusal, &window)?,
                Err(NoAnswer::Wait(wait)) => return Err(HarvestError::Wait { wait }),
                Err(NoAnswer::Fails(trouble)) => self.narrow(&window, trouble)?,
            }
        }
        self.end()
    }

    pub(crate) fn arguments<'b>(
        &'b self,
        verb: &'b str,
        window: &'b Window,
        token: &'b Option<String>,
    ) -> Vec<(&'b str, &'b str)> {
        let mut arguments = vec![("verb", verb)];
        match token {
            Some(token) => arguments.push(("resumptionToken", token)),
            None => {
                arguments.push(("metadataPrefix", &self.request.prefix));
                let set = ("set", &self.request.set);
                for (name, value) in [set, ("from", &window.from), ("until", &window.until)] {
                    arguments.extend(value.as_deref().map(|value| (name, value)));
                }
            }
        }
        arguments
    }

    /// Takes a page and moves on, in one transaction.
    fn take(&mut self, page: Page, window: &Window) -> Result<(), HarvestError> {
        self.list.n_empty = if page.is_empty() {
            self.list.n_empty + 1
        } else {
            0
        };
        let is_known = !page.is_empty() && !self.list.pages.insert(page.fingerprint());
        if is_known || self.list.n_empty > MAX_EMPTY_PAGES {
            return self.narrow(window, "the list of the source runs in a circle".into());
        }
        let token = page.token.clone();
        let is_circle = token
            .as_ref()
            .is_some_and(|token| !self.list.tokens.insert(token.clone()));
        let mut state = self.state.clone();
        match &token {
            Some(_) => state.token.clone_from(&token),
            None => {
                state.windows.pop();
                state.token = None;
            }
        }
        self.write(page, Vec::new(), state)?;
        self.n_failures = 0;
        if is_circle {
            let reason = "the source gave the same resumption token twice";
            return self.narrow(window, reason.into());
        }
        if token.is_none() {
            self.list = List::default();
        }
        Ok(())
    }

    /// Writes a page, what else is set aside, and the state after it.
    pub(crate) fn write(
        &mut self,
        page: Page,
        mut asides: Vec<Aside>,
        mut state: State,
    ) -> Result<(), HarvestError> {
        let records = self.mend(page, &mut asides);
        state.n_records += (records.len() + asides.len()) as u64;
        let (source, prefix) = (&self.source, &self.request.prefix);
        let address = |identifier: &str| source.address(&alone(identifier, prefix));
        let now = (self.harvester.now)();
        self.writer
            .write(records, asides, &state, now, address, self.report)?;
        self.state = state;
        self.report.token.clone_from(&self.state.token);
        (self.harvester.progress)(self.report);
        Ok(())
    }

    pub(crate) fn next_window(&mut self) -> Result<(), HarvestError> {
        self.state.windows.pop();
        self.restart_list();
        self.save()
    }

    pub(crate) fn restart_list(&mut self) {
        self.state.token = None;
        self.list = List::default();
    }

    /// Writes the state alone.
    pub(crate) fn save(&mut self) -> Result<(), HarvestError> {
        let state = self.state.clone();
        self.write(Page::default(), Vec::new(), state)
    }

    /// Closes the harvest, and never calls it done when nothing came.
    fn end(&mut self) -> Result<(), HarvestError> {
        let began_at = self.state.began_at.take();
        let is_bounded = self.request.from.is_some() || self.request.until.is_some();
        if self.state.n_records > 0 && !is_bounded {
            self.state.complete_until = began_at;
        }
        self.save()?;
        if self.state.n_records == 0 {
            return Err(HarvestError::Nothing {
                hint: self.hint_at_sets(),
            });
        }
        if self.report.seen == 0 {
            let since = if self.is_incremental {
                " since the last harvest"
            } else {
                ""
            };
            self.report.notice(format!(
                "the source has nothing new{since}: nothing was taken in"
            ));
        }
        Ok(())
    }

    fn hint_at_sets(&self) -> String {
        let Some(set) = &self.request.set else {
            return String::new();
        };
        let sets = self.source.sets();
        if sets.is_empty() || sets.contains(set) {
            return String::new();
        }
        let shown = sets.iter().take(SHOWN_SETS).cloned().collect::<Vec<_>>();
        format!(
            "; its first {} sets have no `{set}`, among them are {}",
            sets.len(),
            shown.join(", ")
        )
    }
}
