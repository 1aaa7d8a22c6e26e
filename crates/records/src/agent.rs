//! People and organisations behind a record.

use serde::{Deserialize, Serialize};

/// A person or an organisation with its part in a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The name as the document prints it. Vietnamese names stay in natural
    /// order (family, middle, given) and are never inverted.
    pub name: String,
    /// Person or organisation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: AgentKind,
    /// The part played.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: AgentRole,
    /// ORCID iD or ROR, in its canonical URL-less form, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Institutions as printed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affiliations: Vec<String>,
}

impl Agent {
    /// A person who wrote the work.
    pub fn author(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: AgentKind::Person,
            role: AgentRole::Author,
            identifier: None,
            affiliations: Vec::new(),
        }
    }

    /// An organisation with a part.
    pub fn organisation(name: impl Into<String>, role: AgentRole) -> Self {
        Self {
            kind: AgentKind::Organisation,
            role,
            ..Self::author(name)
        }
    }
}

/// Person or organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentKind {
    /// A human being.
    #[default]
    Person,
    /// Any corporate body.
    Organisation,
}

/// The part an agent plays in a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentRole {
    /// Author of a text, creator of a dataset.
    #[default]
    Author,
    /// Editor.
    Editor,
    /// Inventor of a patent.
    Inventor,
    /// Applicant or owner of a patent.
    Applicant,
    /// Supervisor of a thesis.
    Supervisor,
    /// Principal investigator (*chủ nhiệm*) of an S&T task.
    PrincipalInvestigator,
    /// Lead institution (*cơ quan chủ trì*) of an S&T task.
    LeadInstitution,
    /// Whoever pays.
    Funder,
    /// Any other part.
    Contributor,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
