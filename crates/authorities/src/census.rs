//! Which names the open records of a library print, and in what company.

use std::{cmp::Reverse, collections::BTreeMap, hash::BuildHasher as _};

use catalog::{CatalogStore, Detail, WhatChanged};
use records::{Agent, AgentIdentifier, AgentKind, ChangeSeq, Clearance, Record};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::{AuthorityError, AuthorityId, AuthorityKind, Register, key};

/// Records read at once.
const PAGE: usize = 2000;

/// Companions and institutions remembered of a name: enough to tell whether two
/// names keep the same company.
const MAX_COMPANY: usize = 64;

/// Whoever a name is taken for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Who {
    /// An authority.
    Known(AuthorityId),
    /// An identifier that no authority has.
    Identified(AuthorityKind, AgentIdentifier),
    /// A name alone, as it is read.
    Named(AuthorityKind, String),
}

/// How a name is used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usage {
    /// Printed forms and in how many records each stands.
    pub(crate) forms: BTreeMap<String, u32>,
    pub(crate) n_records: u32,
    pub(crate) years: Option<(i32, i32)>,
    /// Hashes of the folded names of others in the same records; sorted.
    pub(crate) companions: Vec<u32>,
    /// Hashes of the folded names of institutions; sorted.
    pub(crate) institutions: Vec<u32>,
    /// Names that an authority has besides those printed.
    pub(crate) known_names: Vec<String>,
}

impl Usage {
    /// All names, printed or known.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let known = self.known_names.iter().map(String::as_str);
        self.forms.keys().map(String::as_str).chain(known)
    }

    /// The form to prefer: with accents, not in capitals, the commonest, the
    /// longest.
    pub(crate) fn best_form(&self) -> &str {
        let best = self.forms.iter().max_by_key(|(form, count)| {
            let is_shouted = !form.contains(char::is_lowercase);
            (
                !is_shouted,
                key::has_accents(form),
                **count,
                form.len(),
                Reverse(form.as_str()),
            )
        });
        best.map_or("", |(form, _)| form)
    }

    #[cfg(test)]
    pub(crate) fn of_name(name: &str, companions: &[u32]) -> Self {
        Self {
            forms: [(name.to_owned(), 1)].into(),
            companions: companions.to_vec(),
            ..Self::default()
        }
    }

    fn add(&mut self, form: &str, year: Option<i32>) {
        *self.forms.entry(form.trim().to_owned()).or_default() += 1;
        self.n_records += 1;
        if let Some(year) = year {
            let (first, last) = self.years.unwrap_or((year, year));
            self.years = Some((first.min(year), last.max(year)));
        }
    }
}

fn remember(company: &mut Vec<u32>, hash: u32) {
    if company.len() < MAX_COMPANY
        && let Err(place) = company.binary_search(&hash)
    {
        company.insert(place, hash);
    }
}

/// Every name of the open records.
#[derive(Debug, Default)]
pub(crate) struct Census {
    pub(crate) usages: FxHashMap<Who, Usage>,
    pub(crate) n_records: u64,
}

impl Census {
    /// Reads the open records of a catalogue.
    ///
    /// # Errors
    /// The catalogue's.
    pub(crate) fn take(
        catalog: &dyn CatalogStore,
        register: &Register,
    ) -> Result<Self, AuthorityError> {
        let mut census = Self::default();
        let mut seq = ChangeSeq::ZERO;
        loop {
            let page = catalog.changes(seq, PAGE, Clearance::Public, Detail::Summary)?;
            for change in &page.changes {
                if let WhatChanged::Upsert(stored) = &change.what {
                    census.read(&stored.record, register);
                }
            }
            seq = page.up_to;
            if page.is_last {
                break;
            }
        }
        for (who, usage) in &mut census.usages {
            if let Who::Known(id) = who {
                let names = register
                    .get(*id)
                    .into_iter()
                    .flat_map(|found| found.names());
                usage.known_names = names.map(str::to_owned).collect();
            }
        }
        Ok(census)
    }

    fn read(&mut self, record: &Record, register: &Register) {
        self.n_records += 1;
        let year = record.year.map(|year| year.get());
        let hash = |name: &str| {
            let bits = FxBuildHasher.hash_one(key::folded(name));
            u32::try_from(bits >> 32).expect("the upper half of 64 bits fits into 32")
        };
        let company: Vec<u32> = record
            .agents
            .iter()
            .map(|agent| hash(&agent.name))
            .collect();
        let places: Vec<u32> = record.institutions.iter().map(|name| hash(name)).collect();
        for (at, agent) in record.agents.iter().enumerate() {
            let Some(who) = who(agent, register) else {
                continue;
            };
            let usage = self.usages.entry(who).or_default();
            usage.add(&agent.name, year);
            let others = company.iter().enumerate().filter(|(other, _)| *other != at);
            others.for_each(|(_, hash)| remember(&mut usage.companions, *hash));
            let own = agent.affiliations.iter().map(|name| hash(name));
            own.chain(places.iter().copied())
                .for_each(|hash| remember(&mut usage.institutions, hash));
        }
        for name in &record.institutions {
            let agent = Agent {
                kind: AgentKind::Organisation,
                ..Agent::author(name.as_str())
            };
            if let Some(who) = who(&agent, register) {
                self.usages.entry(who).or_default().add(name, year);
            }
        }
    }
}

/// `None` for a name without a letter.
fn who(agent: &Agent, register: &Register) -> Option<Who> {
    let kind = match agent.kind {
        AgentKind::Person => AuthorityKind::Person,
        AgentKind::Organisation => AuthorityKind::Institution,
    };
    let spelled = key::spelled(&agent.name);
    if !spelled.contains(char::is_alphabetic) {
        return None;
    }
    let identifier = agent.identifier.as_deref();
    let identifier = identifier.and_then(|raw| AgentIdentifier::parse(raw).ok());
    let fits = |identifier: &AgentIdentifier| {
        matches!(identifier, AgentIdentifier::Orcid(_)) == (kind == AuthorityKind::Person)
    };
    if let Some(identifier) = identifier.filter(fits)
        && register.identified(&identifier).is_none()
    {
        return Some(Who::Identified(kind, identifier));
    }
    let known = register.resolve(kind, &agent.name, agent.identifier.as_deref());
    Some(match known {
        Some(authority) => Who::Known(authority.id),
        None => Who::Named(kind, spelled),
    })
}
