//! What rules must know of the whole library: how names are written elsewhere,
//! which works are there, which of them are likely duplicates.

use records::{Record, RecordId, Relation};
use rustc_hash::{FxHashMap, FxHashSet};

/// Counts over all records of a library.
#[derive(Debug, Clone, Default)]
pub struct Census {
    ids: FxHashSet<RecordId>,
    duplicates: FxHashSet<RecordId>,
    /// What `result_of` links point at.
    tasks_with_results: FxHashSet<String>,
    venues: Spellings,
    institutions: Spellings,
}

/// For each name without case, accents and marks: how often each way of
/// writing it is there.
#[derive(Debug, Clone, Default)]
struct Spellings(FxHashMap<String, Vec<(String, u32)>>);

impl Spellings {
    fn count(&mut self, name: &str) {
        let ways = self.0.entry(key(name)).or_default();
        match ways.iter_mut().find(|(way, _)| way == name) {
            Some((_, n)) => *n += 1,
            None => ways.push((name.to_owned(), 1)),
        }
    }

    /// The most frequent other way, when it is at least [`CLEAR`] times as
    /// frequent; of several the first by their letters.
    fn usual(&self, name: &str) -> Option<&str> {
        let ways = self.0.get(&key(name))?;
        let (usual, most) = ways
            .iter()
            .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))?;
        let own = ways
            .iter()
            .find(|(way, _)| way == name)
            .map_or(0, |(_, n)| *n);
        (usual != name && *most >= CLEAR * own.max(1)).then_some(usual)
    }
}

/// Two ways of writing that are about as frequent may be two things.
const CLEAR: u32 = 2;

/// Letters and digits only: `Tạp chí KH-CN.` and `TAP CHI KH CN` are one name.
fn key(name: &str) -> String {
    text::fold(name)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Census {
    /// Takes a record in.
    pub fn count(&mut self, record: &Record) {
        self.ids.insert(record.id.clone());
        for link in &record.links {
            if link.relation == Relation::ResultOf {
                self.tasks_with_results.insert(link.target.clone());
            }
        }
        if let Some(venue) = &record.venue {
            self.venues.count(venue);
        }
        for institution in &record.institutions {
            self.institutions.count(institution);
        }
    }

    /// These records are likely duplicates that nobody has decided on.
    pub fn count_duplicates(&mut self, ids: impl IntoIterator<Item = RecordId>) {
        self.duplicates.extend(ids);
    }

    /// Whether the library has a record of this id.
    pub fn has(&self, id: &str) -> bool {
        RecordId::new(id).is_ok_and(|id| self.ids.contains(&id))
    }

    /// Whether another record says that it comes out of this one.
    pub fn has_results(&self, id: &RecordId) -> bool {
        self.tasks_with_results.contains(id.as_str())
    }

    /// Whether it is likely a duplicate of another record.
    pub fn is_duplicate(&self, id: &RecordId) -> bool {
        self.duplicates.contains(id)
    }

    /// How most records write this venue, when they write it otherwise.
    pub fn usual_venue(&self, name: &str) -> Option<&str> {
        self.venues.usual(name)
    }

    /// How most records write this institution, when they write it otherwise.
    pub fn usual_institution(&self, name: &str) -> Option<&str> {
        self.institutions.usual(name)
    }
}
