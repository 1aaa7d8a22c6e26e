//! All authorities of an installation, and which of them a printed name means.

use std::collections::BTreeMap;

use catalog::{Blob, CatalogStore};
use index::{FacetField, Filter};
use records::{Agent, AgentIdentifier, AgentKind, AgentRole, Record};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Authority, AuthorityError, AuthorityId, AuthorityKind, key};

pub(crate) const RECORD: &str = "authority/record/";
pub(crate) const MOVED: &str = "authority/moved/";
pub(crate) const STATE: &str = "authority/state";

/// Counters of the authorities of an installation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// The last number given to an authority.
    pub(crate) last_id: u64,
    /// The last number given to an act: whoever read the register at this
    /// number has it as it is.
    pub(crate) last_act: u64,
}

/// The authorities, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Register {
    pub(crate) state: State,
    pub(crate) authorities: BTreeMap<AuthorityId, Authority>,
    moved: FxHashMap<AuthorityId, AuthorityId>,
    by_name: FxHashMap<(AuthorityKind, String), Vec<AuthorityId>>,
    by_identifier: FxHashMap<AgentIdentifier, AuthorityId>,
}

impl Register {
    /// Reads the authorities of a catalogue.
    ///
    /// # Errors
    /// [`AuthorityError::Damaged`], and the catalogue's.
    pub fn load(catalog: &dyn CatalogStore) -> Result<Self, AuthorityError> {
        let mut register = Self {
            state: state(catalog)?,
            ..Self::default()
        };
        for authority in read_blobs::<Authority>(catalog, RECORD)? {
            register.authorities.insert(authority.id, authority);
        }
        let moves = read_blobs::<(AuthorityId, AuthorityId)>(catalog, MOVED)?;
        register.moved.extend(moves);
        register.connect();
        Ok(register)
    }

    fn connect(&mut self) {
        for authority in self.authorities.values() {
            for name in authority.names() {
                let spelled = (authority.kind(), key::spelled(name));
                let claimants = self.by_name.entry(spelled).or_default();
                if claimants.last() != Some(&authority.id) {
                    claimants.push(authority.id);
                }
            }
            for identifier in &authority.identifiers {
                self.by_identifier.insert(identifier.clone(), authority.id);
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.authorities.is_empty()
    }

    /// All of a kind, by id.
    pub fn iter(&self, kind: AuthorityKind) -> impl Iterator<Item = &Authority> {
        let all = self.authorities.values();
        all.filter(move |authority| authority.kind() == kind)
    }

    /// All of a kind, or of both, with `part` in one of their names; accents and
    /// capitals do not count. By id.
    pub fn find(&self, kind: Option<AuthorityKind>, part: &str) -> Vec<&Authority> {
        let part = key::folded(part);
        let holds =
            |found: &&Authority| found.names().any(|name| key::folded(name).contains(&part));
        let all = self.authorities.values();
        all.filter(|found| kind.is_none_or(|kind| found.kind() == kind))
            .filter(holds)
            .collect()
    }

    /// The authority of an id, also of one that was merged into it.
    pub fn get(&self, id: AuthorityId) -> Option<&Authority> {
        let next = |id: &AuthorityId| self.moved.get(id).copied();
        // A chain of merges; bounded, should the catalogue be damaged.
        let ids = std::iter::successors(Some(id), next).take(32);
        ids.filter_map(|id| self.authorities.get(&id)).next()
    }

    /// Who has an identifier.
    pub fn identified(&self, identifier: &AgentIdentifier) -> Option<&Authority> {
        self.authorities.get(self.by_identifier.get(identifier)?)
    }

    /// All that go by a name, accents and all.
    pub fn named(&self, kind: AuthorityKind, name: &str) -> Vec<&Authority> {
        let ids = self.by_name.get(&(kind, key::spelled(name)));
        let ids = ids.into_iter().flatten();
        ids.filter_map(|id| self.authorities.get(id)).collect()
    }

    /// Whom a printed name with its identifier means: whoever has the
    /// identifier, else the only one that goes by the name and has no other
    /// identifier. Where several go by it, nobody.
    pub fn resolve(
        &self,
        kind: AuthorityKind,
        name: &str,
        identifier: Option<&str>,
    ) -> Option<&Authority> {
        let identifier = identifier.and_then(|raw| AgentIdentifier::parse(raw).ok());
        if let Some(found) = identifier.as_ref().and_then(|id| self.identified(id)) {
            return (found.kind() == kind).then_some(found);
        }
        match self.named(kind, name)[..] {
            [only] if identifier.is_none() || only.identifiers.is_empty() => Some(only),
            _ => None,
        }
    }

    /// The name under which its records are counted: the preferred one, with
    /// the identifier behind it where another authority goes by that name too.
    pub fn heading(&self, authority: &Authority) -> String {
        if self.named(authority.kind(), &authority.name).len() < 2 {
            return authority.name.clone();
        }
        let id = authority.id.to_string();
        let mark = authority.identifiers.first();
        let mark = mark.map_or(id.as_str(), |identifier| identifier.as_str());
        format!("{} ({mark})", authority.name)
    }

    /// The value under which a printed name is counted: the heading of its
    /// authority, else the name itself.
    pub fn counted_as(&self, kind: AuthorityKind, name: &str, identifier: Option<&str>) -> String {
        let authority = self.resolve(kind, name, identifier);
        authority.map_or_else(|| name.to_owned(), |authority| self.heading(authority))
    }

    /// A filter on a name as a filter on the heading that the name is counted
    /// under; any other filter as it is.
    pub fn as_counted(&self, filter: Filter) -> Filter {
        let kind = match filter.field {
            FacetField::Author => AuthorityKind::Person,
            FacetField::Institution => AuthorityKind::Institution,
            _ => return filter,
        };
        let value = self.counted_as(kind, &filter.value, None);
        Filter { value, ..filter }
    }

    /// The institutions that went into this one, and into those, nearest first.
    pub fn predecessors(&self, authority: &Authority) -> Vec<&Authority> {
        let mut found: Vec<&Authority> = Vec::new();
        let mut ids: Vec<AuthorityId> = authority.predecessors.clone();
        while let Some(id) = (!ids.is_empty()).then(|| ids.remove(0)) {
            let is_new = id != authority.id && found.iter().all(|other| other.id != id);
            if let Some(before) = self.authorities.get(&id).filter(|_| is_new) {
                ids.extend(&before.predecessors);
                found.push(before);
            }
        }
        found
    }

    /// The institutions that this one went into, by id.
    pub fn successors(&self, id: AuthorityId) -> impl Iterator<Item = &Authority> {
        let all = self.authorities.values();
        all.filter(move |authority| authority.predecessors.contains(&id))
    }

    /// The parts of an institution, by id.
    pub fn parts(&self, id: AuthorityId) -> impl Iterator<Item = &Authority> {
        let all = self.authorities.values();
        all.filter(move |authority| authority.parent == Some(id))
    }

    /// The record as the indexes take it: printed names give way to headings,
    /// and every other name of their authorities is added where it can be
    /// found but is not counted. An institution that stands in an affiliation
    /// is counted too.
    pub fn as_indexed(&self, mut record: Record) -> Record {
        if self.is_empty() {
            return record;
        }
        let mut met = Met::default();
        for agent in &mut record.agents {
            self.index_agent(agent, &mut met);
        }
        for name in &mut record.institutions {
            if let Some(found) = self.resolve(AuthorityKind::Institution, name, None) {
                *name = met.add(self, found);
            }
        }
        for heading in &met.institutions {
            if !record.institutions.contains(heading) {
                record.institutions.push(heading.clone());
            }
        }
        record.institutions = each_once(record.institutions);
        record.agents.extend(met.into_agents());
        record
    }

    fn index_agent<'r>(&'r self, agent: &mut Agent, met: &mut Met<'r>) {
        let kind = match agent.kind {
            AgentKind::Person => AuthorityKind::Person,
            AgentKind::Organisation => AuthorityKind::Institution,
        };
        if let Some(found) = self.resolve(kind, &agent.name, agent.identifier.as_deref()) {
            agent.name = met.add(self, found);
        }
        for affiliation in &agent.affiliations {
            // `Khoa Toán, Đại học Huế`: the whole, then each part between commas.
            let parts = affiliation
                .split([',', ';'])
                .filter(|part| *part != affiliation);
            for name in std::iter::once(affiliation.as_str()).chain(parts) {
                if let Some(found) = self.resolve(AuthorityKind::Institution, name, None) {
                    met.add(self, found);
                }
            }
        }
    }
}

/// Authorities that a record names.
#[derive(Default)]
struct Met<'r> {
    authorities: Vec<&'r Authority>,
    institutions: Vec<String>,
    others: Vec<&'r str>,
}

impl<'r> Met<'r> {
    /// Its heading.
    fn add(&mut self, register: &'r Register, authority: &'r Authority) -> String {
        let heading = register.heading(authority);
        if self.authorities.iter().any(|met| met.id == authority.id) {
            return heading;
        }
        self.authorities.push(authority);
        if authority.kind() == AuthorityKind::Institution {
            self.institutions.push(heading.clone());
            let before = register.predecessors(authority);
            self.others
                .extend(before.into_iter().flat_map(Authority::names));
        }
        heading
    }

    /// The names that are only to be found: contributors are not counted.
    fn into_agents(self) -> Vec<Agent> {
        let contributor = |name: &str| Agent {
            role: AgentRole::Contributor,
            ..Agent::author(name)
        };
        let mut agents = Vec::new();
        let mut names = self.others;
        for authority in self.authorities {
            match authority.kind() {
                AuthorityKind::Person => {
                    agents.extend(authority.names().skip(1).map(contributor));
                }
                AuthorityKind::Institution => names.extend(authority.names().skip(1)),
            }
        }
        if !names.is_empty() {
            agents.push(Agent {
                affiliations: names.into_iter().map(str::to_owned).collect(),
                ..contributor("")
            });
        }
        agents
    }
}

fn each_once(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

pub(crate) fn state(catalog: &dyn CatalogStore) -> Result<State, AuthorityError> {
    Ok(read_blobs(catalog, STATE)?.pop().unwrap_or_default())
}

/// The named values under a prefix, by name.
pub(crate) fn read_blobs<T: DeserializeOwned>(
    catalog: &dyn CatalogStore,
    prefix: &str,
) -> Result<Vec<T>, AuthorityError> {
    let read = |blob: Blob| {
        serde_json::from_slice(&blob.bytes).map_err(|source| AuthorityError::Damaged {
            name: blob.name,
            source,
        })
    };
    catalog.blobs(prefix)?.into_iter().map(read).collect()
}
