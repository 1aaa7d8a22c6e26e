//! Names that the outside world has for a record.

use serde::{Deserialize, Serialize};

/// An outside name in canonical form, so that equal names are equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// Which kind of name.
    pub scheme: Scheme,
    /// Its canonical value: see [`Identifier::new`].
    pub value: String,
}

/// Kinds of outside names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Digital object identifier.
    Doi,
    /// Handle.
    Handle,
    /// arXiv number.
    Arxiv,
    /// Book number.
    Isbn,
    /// Serial number of the venue.
    Issn,
    /// Patent publication or application number.
    Patent,
    /// Registration number of an S&T task.
    Task,
    /// OAI-PMH identifier at the source.
    Oai,
    /// Web address.
    Url,
    /// The number in the system that the record came from.
    Source,
}

impl Identifier {
    /// Brings `raw` into canonical form: a DOI loses resolver and `doi:` and is
    /// lower-cased; ISBN and ISSN keep digits and `X`; the rest is trimmed.
    /// `None` when nothing is left, or a DOI does not start with `10.`.
    pub fn new(scheme: Scheme, raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let value = match scheme {
            Scheme::Doi => canonical_doi(raw)?,
            Scheme::Isbn | Scheme::Issn => raw
                .chars()
                .filter(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X'))
                .map(|c| c.to_ascii_uppercase())
                .collect(),
            _ => raw.to_owned(),
        };
        (!value.is_empty()).then_some(Self { scheme, value })
    }

    /// The best scheme for a bare string: DOI, handle, arXiv, web address, else
    /// a number of the source.
    pub fn guess(raw: &str) -> Option<Self> {
        let lower = raw.trim().to_ascii_lowercase();
        if let Some(doi) = Self::new(Scheme::Doi, &lower) {
            return Some(doi);
        }
        let scheme = if lower.contains("hdl.handle.net/") {
            Scheme::Handle
        } else if lower.starts_with("arxiv:") {
            Scheme::Arxiv
        } else if lower.starts_with("oai:") {
            Scheme::Oai
        } else if lower.starts_with("http://") || lower.starts_with("https://") {
            Scheme::Url
        } else {
            Scheme::Source
        };
        Self::new(scheme, raw)
    }

    /// Whether two records that share this name are the same work: true for
    /// names of one work, false for names of a venue or a page.
    pub fn names_one_work(&self) -> bool {
        matches!(
            self.scheme,
            Scheme::Doi | Scheme::Handle | Scheme::Arxiv | Scheme::Patent | Scheme::Task
        )
    }
}

fn canonical_doi(raw: &str) -> Option<String> {
    let lower = raw.to_ascii_lowercase();
    let mut rest = lower.as_str();
    for prefix in ["https://", "http://", "dx.doi.org/", "doi.org/", "doi:"] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest).trim_start();
    }
    let has_suffix = rest.split_once('/').is_some_and(|(_, s)| !s.is_empty());
    let is_doi = rest.starts_with("10.") && has_suffix && !rest.contains(char::is_whitespace);
    is_doi.then(|| rest.trim_end_matches(['.', ',', ';']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_doi_written_five_ways_is_one_doi() {
        let canonical = Identifier::new(Scheme::Doi, "10.1000/abc.1").unwrap();
        for raw in [
            "https://doi.org/10.1000/ABC.1",
            "http://dx.doi.org/10.1000/abc.1",
            "doi:10.1000/abc.1",
            "DOI: 10.1000/ABC.1",
            " 10.1000/abc.1. ",
        ] {
            assert_eq!(
                Identifier::new(Scheme::Doi, raw).unwrap(),
                canonical,
                "{raw}"
            );
        }
    }

    #[test]
    fn what_is_no_doi_is_not_called_one() {
        assert_eq!(Identifier::new(Scheme::Doi, "hello"), None);
        assert_eq!(Identifier::new(Scheme::Doi, "10.1000"), None);
        let handle = Identifier::guess("http://hdl.handle.net/2065/12134").unwrap();
        assert_eq!(handle.scheme, Scheme::Handle);
    }

    #[test]
    fn numbers_lose_their_hyphens() {
        let issn = Identifier::new(Scheme::Issn, "1859-153x").unwrap();
        assert_eq!(issn.value, "1859153X");
    }
}
