//! What an act would change, checked before anything is written.

use std::collections::BTreeMap;

use records::{AgentIdentifier, Year};

use crate::{
    Authority, AuthorityError, AuthorityId, AuthorityKind, FileRow, Register, key, register::State,
};

/// One that an act is about: an authority, or a name that has none yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// An authority.
    Known(AuthorityId),
    /// A printed name.
    Named(AuthorityKind, String),
}

/// A name without a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name needs a letter")]
pub struct EmptyName;

impl Party {
    /// An id, or else a name of this kind.
    ///
    /// # Errors
    /// [`EmptyName`].
    pub fn read(kind: AuthorityKind, text: &str) -> Result<Self, EmptyName> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Known(id));
        }
        let has_letter = text.contains(char::is_alphabetic);
        has_letter
            .then(|| Self::Named(kind, text.trim().to_owned()))
            .ok_or(EmptyName)
    }
}

/// Changes to a register that are not written yet.
pub(crate) struct Draft<'r> {
    register: &'r Register,
    pub(crate) state: State,
    pub(crate) changes: BTreeMap<AuthorityId, Option<Authority>>,
    pub(crate) moved: Vec<(AuthorityId, AuthorityId)>,
}

impl<'r> Draft<'r> {
    pub(crate) fn new(register: &'r Register) -> Self {
        Self {
            register,
            state: register.state,
            changes: BTreeMap::new(),
            moved: Vec::new(),
        }
    }

    /// The authority as the draft has it.
    pub(crate) fn get(&self, id: AuthorityId) -> Option<&Authority> {
        match self.changes.get(&id) {
            Some(change) => change.as_ref(),
            None => self.register.get(id),
        }
    }

    pub(crate) fn put(&mut self, authority: Authority) {
        self.changes.insert(authority.id, Some(authority));
    }

    pub(crate) fn create(&mut self, kind: AuthorityKind, name: &str) -> AuthorityId {
        self.state.last_id += 1;
        let id = AuthorityId::new(kind, self.state.last_id);
        self.put(Authority::new(id, name.trim()));
        id
    }

    /// The only authority of the register that goes by a name, when it has no
    /// identifier.
    pub(crate) fn bare(&self, kind: AuthorityKind, name: &str) -> Option<AuthorityId> {
        match self.register.named(kind, name)[..] {
            [only] => self
                .get(only.id)
                .filter(|found| found.identifiers.is_empty()),
            _ => None,
        }
        .map(|found| found.id)
    }

    /// The authority of a party, made when it has none.
    pub(crate) fn settle(&mut self, party: &Party) -> Result<AuthorityId, AuthorityError> {
        match party {
            Party::Known(id) => {
                let found = self.get(*id).ok_or(AuthorityError::NotThere(*id))?;
                Ok(found.id)
            }
            Party::Named(kind, name) => Ok(match self.register.resolve(*kind, name, None) {
                Some(found) => found.id,
                None => self.create(*kind, name),
            }),
        }
    }

    /// Puts `other` into `kept`.
    pub(crate) fn merge(
        &mut self,
        kept: AuthorityId,
        other: AuthorityId,
    ) -> Result<(), AuthorityError> {
        if kept == other {
            return Err(AuthorityError::Itself(kept.to_string()));
        }
        if kept.kind() != other.kind() {
            return Err(AuthorityError::OtherKind);
        }
        let read = |id| self.get(id).cloned().ok_or(AuthorityError::NotThere(id));
        let (mut stays, goes) = (read(kept)?, read(other)?);
        if let (Some(a), Some(b)) = (stays.identifiers.first(), goes.identifiers.first())
            && a != b
        {
            return Err(AuthorityError::OtherIdentifier(
                a.to_string(),
                b.to_string(),
            ));
        }
        stays.absorb(&goes);
        self.put(stays);
        self.changes.insert(other, None);
        self.moved.push((other, kept));
        self.redirect(other, kept);
        Ok(())
    }

    /// Whoever named `from` as parent or predecessor names `to`.
    fn redirect(&mut self, from: AuthorityId, to: AuthorityId) {
        let all: Vec<AuthorityId> = self.register.authorities.keys().copied().collect();
        for id in all.into_iter().filter(|id| *id != from) {
            let Some(found) = self.get(id) else { continue };
            if found.parent != Some(from) && !found.predecessors.contains(&from) {
                continue;
            }
            let mut changed = found.clone();
            if changed.parent == Some(from) {
                changed.parent = Some(to).filter(|to| *to != id);
            }
            for before in changed
                .predecessors
                .iter_mut()
                .filter(|before| **before == from)
            {
                *before = to;
            }
            changed.predecessors.retain(|before| *before != id);
            changed.predecessors.sort();
            changed.predecessors.dedup();
            self.put(changed);
        }
    }

    /// Makes an authority what a row says, whole: what the row leaves out is not
    /// there any more.
    pub(crate) fn replace(&mut self, id: AuthorityId, row: &FileRow) -> Result<(), AuthorityError> {
        let found = self.get(id).filter(|found| found.id == id);
        found.ok_or(AuthorityError::NotThere(id))?;
        if row.kind != id.kind() {
            return Err(AuthorityError::OtherKind);
        }
        let identifiers = row.identifiers.iter().map(|raw| {
            AgentIdentifier::parse(raw).map_err(|error| at_field("identifiers", &error))
        });
        let refer = |field, text: &String| self.referred_to(row.kind, field, text);
        let parent = row.parent.iter().map(|text| refer("parent", text));
        let before = row.predecessors.iter();
        let before = before.map(|text| refer("predecessors", text));
        let since = row.since.map(Year::new).transpose();
        let mut changed = Authority {
            former: row.former.clone(),
            identifiers: identifiers.collect::<Result<_, _>>()?,
            parent: parent.collect::<Result<Vec<_>, _>>()?.pop(),
            predecessors: before.collect::<Result<_, _>>()?,
            since: since.map_err(|error| at_field("since", &error))?,
            province: row.province.clone(),
            ..Authority::new(id, row.name.trim())
        };
        changed.former.sort();
        changed.identifiers.sort();
        changed.identifiers.dedup();
        changed.predecessors.sort();
        changed.predecessors.dedup();
        row.variants
            .iter()
            .for_each(|name| changed.add_variant(name));
        self.put(changed);
        self.check()
    }

    fn referred_to(
        &self,
        kind: AuthorityKind,
        field: &'static str,
        text: &str,
    ) -> Result<AuthorityId, AuthorityError> {
        self.referred(kind, text, &[]).map_err(|_| {
            let problem = format!(
                "`{text}` is no authority of the library, or not the only one of that name; give its id, such as i7"
            );
            AuthorityError::Field { field, problem }
        })
    }

    /// Makes or changes authorities as the rows of a file say: a row means the
    /// authority that has one of its identifiers, else the only one that goes
    /// by its name.
    pub(crate) fn load(&mut self, rows: &[(usize, FileRow)]) -> Result<(), AuthorityError> {
        let mut ids = Vec::new();
        for (line, row) in rows {
            let id = self
                .load_names(row)
                .map_err(|error| at_line(*line, &error))?;
            ids.push(id);
        }
        for ((line, row), id) in rows.iter().zip(&ids) {
            self.load_relations(*id, row, rows)
                .map_err(|error| at_line(*line, &error))?;
        }
        for ((line, _), id) in rows.iter().zip(ids) {
            let checked = self.get(id).map_or(Ok(()), |found| self.check_one(found));
            checked.map_err(|error| at_line(*line, &error))?;
        }
        self.check()
    }

    fn load_names(&mut self, row: &FileRow) -> Result<AuthorityId, AuthorityError> {
        let identifiers = row.identifiers.iter().map(|raw| {
            AgentIdentifier::parse(raw).map_err(|error| AuthorityError::Line {
                line: 0,
                problem: error.to_string(),
            })
        });
        let identifiers = identifiers.collect::<Result<Vec<_>, _>>()?;
        let owner = identifiers.iter().find_map(|id| self.owner(id));
        let id = match owner.or_else(|| self.only_named(row.kind, &row.name)) {
            Some(id) => id,
            None => self.create(row.kind, &row.name),
        };
        let mut authority = self.get(id).cloned().ok_or(AuthorityError::NotThere(id))?;
        let before = std::mem::replace(&mut authority.name, row.name.trim().to_owned());
        authority
            .variants
            .retain(|name| key::spelled(name) != key::spelled(&row.name));
        for former in &row.former {
            authority
                .variants
                .retain(|name| key::spelled(name) != key::spelled(&former.name));
            authority
                .former
                .retain(|other| key::spelled(&other.name) != key::spelled(&former.name));
            authority.former.push(former.clone());
        }
        authority.former.sort();
        for name in row.variants.iter().chain([&before]) {
            authority.add_variant(name);
        }
        authority.identifiers.extend(identifiers);
        authority.identifiers.sort();
        authority.identifiers.dedup();
        authority.province = row.province.clone().or(authority.province);
        self.put(authority);
        Ok(id)
    }

    fn load_relations(
        &mut self,
        id: AuthorityId,
        row: &FileRow,
        rows: &[(usize, FileRow)],
    ) -> Result<(), AuthorityError> {
        let mut authority = self.get(id).cloned().ok_or(AuthorityError::NotThere(id))?;
        if let Some(parent) = &row.parent {
            authority.parent = Some(self.referred(row.kind, parent, rows)?);
        }
        for before in &row.predecessors {
            authority
                .predecessors
                .push(self.referred(row.kind, before, rows)?);
        }
        authority.predecessors.sort();
        authority.predecessors.dedup();
        if let Some(since) = row.since {
            let year = Year::new(since).map_err(|error| AuthorityError::Line {
                line: 0,
                problem: error.to_string(),
            })?;
            authority.since = Some(year);
        }
        self.put(authority);
        Ok(())
    }

    /// Whom a row of a file refers to.
    fn referred(
        &self,
        kind: AuthorityKind,
        text: &str,
        rows: &[(usize, FileRow)],
    ) -> Result<AuthorityId, AuthorityError> {
        let by_identifier = AgentIdentifier::parse(text)
            .ok()
            .and_then(|id| self.owner(&id));
        let found = text.parse().ok().filter(|id| self.get(*id).is_some());
        let found = found
            .or(by_identifier)
            .or_else(|| self.only_named(kind, text));
        found.ok_or_else(|| AuthorityError::Line {
            line: 0,
            problem: format!(
                "`{text}` is none of the {} authorities of this file nor the only one of that name in the library; add a line for it",
                rows.len()
            ),
        })
    }

    fn owner(&self, identifier: &AgentIdentifier) -> Option<AuthorityId> {
        let drafted = self.changes.values().flatten();
        let drafted = drafted.filter(|found| found.identifiers.contains(identifier));
        let held = self.register.identified(identifier).map(|found| found.id);
        drafted
            .map(|found| found.id)
            .next()
            .or(held.filter(|id| self.get(*id).is_some()))
    }

    fn only_named(&self, kind: AuthorityKind, name: &str) -> Option<AuthorityId> {
        let spelled = key::spelled(name);
        let goes_by = |found: &Authority| {
            found.kind() == kind && found.names().any(|own| key::spelled(own) == spelled)
        };
        let mut ids: Vec<AuthorityId> = self
            .register
            .named(kind, name)
            .iter()
            .map(|found| found.id)
            .collect();
        ids.retain(|id| self.get(*id).is_some_and(goes_by));
        let drafted = self
            .changes
            .values()
            .flatten()
            .filter(|found| goes_by(found));
        ids.extend(drafted.map(|found| found.id));
        ids.sort();
        ids.dedup();
        match ids[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What must hold of every authority that changes.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub(crate) fn check(&self) -> Result<(), AuthorityError> {
        for authority in self.changes.values().flatten() {
            self.check_one(authority)?;
        }
        Ok(())
    }

    fn check_one(&self, authority: &Authority) -> Result<(), AuthorityError> {
        if !authority
            .names()
            .all(|name| name.contains(char::is_alphabetic))
        {
            return Err(AuthorityError::NoName);
        }
        let is_person = authority.kind() == AuthorityKind::Person;
        for identifier in &authority.identifiers {
            if matches!(identifier, AgentIdentifier::Orcid(_)) != is_person {
                return Err(AuthorityError::WrongScheme(identifier.to_string()));
            }
            if let Some(owner) = self
                .owner(identifier)
                .filter(|owner| *owner != authority.id)
            {
                let identifier = identifier.to_string();
                return Err(AuthorityError::Taken { identifier, owner });
            }
        }
        if let [a, b, ..] = &authority.identifiers[..] {
            return Err(AuthorityError::OtherIdentifier(
                a.to_string(),
                b.to_string(),
            ));
        }
        for id in authority.parent.iter().chain(&authority.predecessors) {
            self.get(*id).ok_or(AuthorityError::NotThere(*id))?;
            if is_person || id.kind() == AuthorityKind::Person {
                return Err(AuthorityError::NoInstitution(*id));
            }
        }
        let leads_back = self.leads_back(authority.id, |found| found.parent.into_iter().collect())
            || self.leads_back(authority.id, |found| found.predecessors.clone());
        if leads_back {
            return Err(AuthorityError::Circle(authority.id));
        }
        Ok(())
    }

    fn leads_back(
        &self,
        start: AuthorityId,
        next: impl Fn(&Authority) -> Vec<AuthorityId>,
    ) -> bool {
        let mut seen: Vec<AuthorityId> = Vec::new();
        let mut ids = self.get(start).map(&next).unwrap_or_default();
        while let Some(id) = ids.pop() {
            if id == start {
                return true;
            }
            if !seen.contains(&id) {
                seen.push(id);
                ids.extend(self.get(id).map(&next).unwrap_or_default());
            }
        }
        false
    }
}

fn at_field(field: &'static str, error: &dyn std::error::Error) -> AuthorityError {
    let problem = error.to_string();
    AuthorityError::Field { field, problem }
}

fn at_line(line: usize, error: &AuthorityError) -> AuthorityError {
    let problem = match error {
        AuthorityError::Line { problem, .. } => problem.clone(),
        other => other.to_string(),
    };
    AuthorityError::Line { line, problem }
}
