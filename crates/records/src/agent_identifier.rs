//! Identifiers of people and organisations, checked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ORCID iD or a ROR id in canonical form, its check digits right.
///
/// Written without a resolver: `0000-0002-1825-0097`, `03yrm5c26`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AgentIdentifier {
    /// A person's: sixteen digits in fours, the last one a check digit that may
    /// be `X`.
    Orcid(String),
    /// An organisation's: a zero, six letters or digits without `i`, `l`, `o`
    /// and `u`, two check digits.
    Ror(String),
}

/// Why a text is no identifier of a person or an organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAgentIdentifier {
    /// Neither form.
    #[error("`{0}` is neither an ORCID iD like 0000-0002-1825-0097 nor a ROR id like 03yrm5c26")]
    Form(String),
    /// The form is right, the check digits are not.
    #[error("the check digits of `{0}` are wrong; compare it with its source")]
    CheckDigits(String),
}

impl AgentIdentifier {
    /// Reads an ORCID iD or a ROR id, bare or with `https://orcid.org/`,
    /// `https://ror.org/`, `orcid:` or `ror:` before it.
    ///
    /// # Errors
    /// [`InvalidAgentIdentifier`].
    pub fn parse(raw: &str) -> Result<Self, InvalidAgentIdentifier> {
        let lower = raw.trim().trim_end_matches('/').to_ascii_lowercase();
        let bare = lower.rsplit(['/', ':']).next().unwrap_or_default().trim();
        let (identifier, is_right) = match (orcid_is_right(bare), ror_is_right(bare)) {
            (Some(is_right), _) => (Self::Orcid(bare.to_ascii_uppercase()), is_right),
            (None, Some(is_right)) => (Self::Ror(bare.to_owned()), is_right),
            (None, None) => return Err(InvalidAgentIdentifier::Form(head(raw))),
        };
        let wrong = || InvalidAgentIdentifier::CheckDigits(head(raw));
        is_right.then_some(identifier).ok_or_else(wrong)
    }

    /// The canonical form, without a resolver.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Orcid(id) | Self::Ror(id) => id,
        }
    }

    /// Where it is looked up.
    pub fn url(&self) -> String {
        match self {
            Self::Orcid(id) => format!("https://orcid.org/{id}"),
            Self::Ror(id) => format!("https://ror.org/{id}"),
        }
    }
}

impl fmt::Display for AgentIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for AgentIdentifier {
    type Error = InvalidAgentIdentifier;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<AgentIdentifier> for String {
    fn from(identifier: AgentIdentifier) -> Self {
        identifier.as_str().to_owned()
    }
}

fn head(raw: &str) -> String {
    raw.chars().take(60).collect()
}

/// ISO 7064 mod 11-2, as ORCID iDs carry it; `None` for another form.
fn orcid_is_right(lower: &str) -> Option<bool> {
    let shape: Vec<usize> = lower.split('-').map(str::len).collect();
    if shape != [4, 4, 4, 4] {
        return None;
    }
    let (digits, check) = lower.split_at(lower.len() - 1);
    let digits = digits.chars().filter(|c| *c != '-').map(|c| c.to_digit(10));
    let digits = digits.collect::<Option<Vec<u32>>>()?;
    let check = if check == "x" {
        10
    } else {
        check.parse::<u32>().ok()?
    };
    let sum = digits.iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    Some((12 - sum) % 11 == check)
}

/// The letters of Crockford's base 32, which ROR ids are written in.
const BASE_32: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// ISO 7064 mod 97-10 over the number that the six characters write; `None`
/// for another form.
fn ror_is_right(lower: &str) -> Option<bool> {
    let rest = lower.strip_prefix('0').filter(|rest| rest.len() == 8)?;
    let (written, check) = (rest.get(..6)?, rest.get(6..)?);
    if !check.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut number = 0u64;
    for c in written.chars() {
        number = number * 32 + BASE_32.find(c)? as u64;
    }
    Some(98 - number * 100 % 97 == check.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn real_identifiers_are_right_however_they_are_written() {
        for (raw, bare) in [
            (
                "https://orcid.org/0000-0002-1825-0097",
                "0000-0002-1825-0097",
            ),
            ("orcid:0000-0002-1694-233x", "0000-0002-1694-233X"),
            ("https://ror.org/03yrm5c26", "03yrm5c26"),
            ("ROR.org/052GG0110/", "052gg0110"),
        ] {
            assert_eq!(AgentIdentifier::parse(raw).unwrap().as_str(), bare, "{raw}");
        }
    }

    #[test]
    fn other_forms_are_told_from_wrong_digits() {
        for raw in [
            "",
            "Nguyễn",
            "0000-0002-1825",
            "03yrm5c2",
            "13yrm5c26",
            "03yrm5ç26",
        ] {
            let error = AgentIdentifier::parse(raw).unwrap_err();
            assert!(matches!(error, InvalidAgentIdentifier::Form(_)), "{raw}");
        }
        let error = AgentIdentifier::parse("0000-0002-1825-0096").unwrap_err();
        assert!(matches!(error, InvalidAgentIdentifier::CheckDigits(_)));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(at in 0usize..9, c in "[0-9a-hjkmnp-tv-z]") {
            let right = "03yrm5c26";
            let mut wrong = right.to_owned();
            wrong.replace_range(at..=at, &c);
            prop_assert_eq!(AgentIdentifier::parse(&wrong).is_ok(), wrong == right);
        }

        #[test]
        fn no_text_is_too_strange(raw in ".{0,40}") {
            if let Ok(identifier) = AgentIdentifier::parse(&raw) {
                prop_assert_eq!(AgentIdentifier::parse(&identifier.url()), Ok(identifier));
            }
        }
    }
}
