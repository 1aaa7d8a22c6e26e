//! The authority record.

use std::{fmt, str::FromStr};

use records::{AgentIdentifier, Year};
use serde::{Deserialize, Serialize};

use crate::key;

/// A person or an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorityKind {
    /// A human being.
    Person,
    /// A corporate body.
    Institution,
}

impl AuthorityKind {
    /// The word used in files and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Institution => "institution",
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Person => 'p',
            Self::Institution => 'i',
        }
    }
}

/// The name of an authority record in this installation: `p12`, `i7`. Never
/// given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AuthorityId {
    kind: AuthorityKind,
    number: u64,
}

/// A text that is no id of an authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id of an authority; write p12 for a person, i7 for an institution")]
pub struct InvalidAuthorityId(String);

impl AuthorityId {
    pub(crate) fn new(kind: AuthorityKind, number: u64) -> Self {
        Self { kind, number }
    }

    /// Person or institution.
    pub fn kind(self) -> AuthorityKind {
        self.kind
    }

    /// Number from 1, growing over both kinds.
    pub(crate) fn number(self) -> u64 {
        self.number
    }
}

impl fmt::Display for AuthorityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.letter(), self.number)
    }
}

impl FromStr for AuthorityId {
    type Err = InvalidAuthorityId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAuthorityId(text.chars().take(40).collect());
        let kind = match text.chars().next() {
            Some('p') => AuthorityKind::Person,
            Some('i') => AuthorityKind::Institution,
            _ => return Err(invalid()),
        };
        let number = text[1..].parse().map_err(|_| invalid())?;
        let id = Self { kind, number };
        // `p012` would be a second name of `p12`.
        (id.to_string() == text).then_some(id).ok_or_else(invalid)
    }
}

impl TryFrom<String> for AuthorityId {
    type Error = InvalidAuthorityId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AuthorityId> for String {
    fn from(id: AuthorityId) -> Self {
        id.to_string()
    }
}

/// A person or an institution, and everything it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// Its name in this installation.
    pub id: AuthorityId,
    /// The preferred name: Vietnamese names in natural order.
    pub name: String,
    /// Other names it goes by now (without accents, with initials, in another
    /// language, short), sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// Names it had before it was renamed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerName>,
    /// ORCID iD of a person, ROR id of an institution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<AgentIdentifier>,
    /// The institution that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AuthorityId>,
    /// Institutions that went into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<AuthorityId>,
    /// The year in which its predecessors went into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Year>,
    /// Province or city of its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
}

/// A name that was given up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FormerName {
    /// The last year of the name, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Year>,
    /// The name.
    pub name: String,
}

impl Authority {
    /// An authority with nothing but its preferred name.
    pub fn new(id: AuthorityId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            variants: Vec::new(),
            former: Vec::new(),
            identifiers: Vec::new(),
            parent: None,
            predecessors: Vec::new(),
            since: None,
            province: None,
        }
    }

    /// Person or institution.
    pub fn kind(&self) -> AuthorityKind {
        self.id.kind()
    }

    /// All its names: the preferred one first, then variants, then former ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str())
            .chain(self.variants.iter().map(String::as_str))
            .chain(self.former.iter().map(|former| former.name.as_str()))
    }

    /// Adds a name unless one that reads the same is there.
    pub(crate) fn add_variant(&mut self, name: &str) {
        let is_there = self
            .names()
            .any(|own| key::spelled(own) == key::spelled(name));
        if !is_there && !key::spelled(name).is_empty() {
            self.variants.push(name.trim().to_owned());
            self.variants.sort();
        }
    }

    /// Takes over what the other one has: names, identifiers, and what this one
    /// lacks.
    pub(crate) fn absorb(&mut self, other: &Self) {
        for name in std::iter::once(&other.name).chain(&other.variants) {
            self.add_variant(name);
        }
        for former in &other.former {
            let is_there = self
                .names()
                .any(|own| key::spelled(own) == key::spelled(&former.name));
            if !is_there {
                self.former.push(former.clone());
            }
        }
        self.former.sort();
        self.identifiers.extend(other.identifiers.iter().cloned());
        self.identifiers.sort();
        self.identifiers.dedup();
        self.parent = self.parent.or(other.parent).filter(|id| *id != self.id);
        self.predecessors.extend(&other.predecessors);
        self.predecessors
            .retain(|id| *id != self.id && *id != other.id);
        self.predecessors.sort();
        self.predecessors.dedup();
        self.since = self.since.or(other.since);
        self.province = self.province.take().or_else(|| other.province.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written_and_no_other_way() {
        let id: AuthorityId = "p12".parse().unwrap();
        assert_eq!(id.to_string(), "p12");
        for wrong in ["", "p", "p012", "p+12", "x1", "ơ1", "p1 "] {
            assert!(wrong.parse::<AuthorityId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_that_reads_the_same_is_no_variant() {
        let mut an = Authority::new(AuthorityId::new(AuthorityKind::Person, 1), "Nguyễn Văn An");
        an.add_variant("NGUYỄN VĂN AN");
        an.add_variant("Nguyen Van An");
        an.add_variant("Nguyen Van An.");
        assert_eq!(an.variants, ["Nguyen Van An"]);
    }
}
