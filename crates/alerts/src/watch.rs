//! Trends that an account watches: what stands now and did not when it was
//! looked at last.
//!
//! What deserves a look is found elsewhere (`reports`); here it is remembered
//! which of it was told. An alert is told once, also when it goes and comes back.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AlertError, Alerts, Happening, SavedSearch, State};

/// What a saved search brings news of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Records that the search finds.
    #[default]
    Records,
    /// Bursts, missed forecasts, new topics and entrants, of everything or of
    /// the one topic or group that the query names.
    Trends,
}

impl About {
    /// The word in requests and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Trends => "trends",
        }
    }
}

/// Something about trends that stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The same as long as it stands, and of nothing else.
    pub key: String,
    /// The topic or group, as a query names it: `topic:12`.
    pub subject: String,
    /// What to tell.
    pub notice: Happening,
}

/// Where trends are looked up, and how often.
pub struct TrendWatch<'a> {
    /// Pause between two looks at trends; they change slowly and cost more than
    /// records.
    pub every: SignedDuration,
    /// Everything that stands now, in a fixed order.
    pub standing: &'a dyn Fn() -> Result<Vec<Standing>, AlertError>,
    /// What to tell instead of so many more.
    pub more: &'a dyn Fn(usize) -> Happening,
}

/// What a watch has told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendsSeen {
    /// The query then: another one begins anew.
    query: String,
    /// When it was looked.
    looked_at: Timestamp,
    /// Keys of what was told, or stood at the beginning.
    told: Vec<String>,
}

/// Told one by one in one look, as of records.
const MOST_TOLD: usize = 100;
/// Keys remembered of what stands no longer: some years of a large library.
const MOST_REMEMBERED: usize = 5_000;

/// One round over all watches: what stands is read once, when some watch is due.
pub(crate) struct TrendRound<'a> {
    watch: &'a TrendWatch<'a>,
    standing: Option<Vec<Standing>>,
}

impl<'a> TrendRound<'a> {
    pub(crate) fn new(watch: &'a TrendWatch<'a>) -> Self {
        Self {
            watch,
            standing: None,
        }
    }

    /// Looks for one watch, and writes down what is new; `None` when it is not
    /// due.
    pub(crate) fn look(
        &mut self,
        alerts: &Alerts,
        saved: &SavedSearch,
        mut state: State,
        now: Timestamp,
    ) -> Result<Option<usize>, AlertError> {
        let known = state.trends.take().filter(|seen| seen.query == saved.query);
        let pause = known
            .as_ref()
            .map(|seen| now.duration_since(seen.looked_at));
        if pause.is_some_and(|pause| pause < self.watch.every) {
            return Ok(None);
        }
        let more = self.watch.more;
        let standing = self.read()?.iter();
        let own: Vec<&Standing> = standing
            .filter(|one| saved.query.is_empty() || one.subject == saved.query)
            .collect();
        let happenings = known.as_ref().map(|seen| news(seen, &own));
        let mut happenings = happenings.unwrap_or_default();
        if let Some(n_more) = happenings.len().checked_sub(MOST_TOLD).filter(|n| *n > 0) {
            happenings.truncate(MOST_TOLD);
            happenings.push(more(n_more));
        }
        let n_found = happenings.len();
        state.trends = Some(seen(known, saved, &own, now));
        alerts.write_events(&saved.id, state, happenings, now)?;
        Ok(Some(n_found))
    }

    fn read(&mut self) -> Result<&[Standing], AlertError> {
        if self.standing.is_none() {
            self.standing = Some((self.watch.standing)()?);
        }
        Ok(self.standing.as_deref().unwrap_or_default())
    }
}

/// What stands and was not told.
fn news(seen: &TrendsSeen, own: &[&Standing]) -> Vec<Happening> {
    let told: BTreeSet<&str> = seen.told.iter().map(String::as_str).collect();
    let fresh = own.iter().filter(|one| !told.contains(one.key.as_str()));
    fresh.map(|one| one.notice.clone()).collect()
}

/// The watch after a look: what stands is told, and what was told stays so.
fn seen(
    known: Option<TrendsSeen>,
    saved: &SavedSearch,
    own: &[&Standing],
    now: Timestamp,
) -> TrendsSeen {
    let there: BTreeSet<&str> = own.iter().map(|one| one.key.as_str()).collect();
    let mut told = known.map(|seen| seen.told).unwrap_or_default();
    told.retain(|key| !there.contains(key.as_str()));
    told.drain(..told.len().saturating_sub(MOST_REMEMBERED));
    told.extend(own.iter().map(|one| one.key.clone()));
    TrendsSeen {
        query: saved.query.clone(),
        looked_at: now,
        told,
    }
}
