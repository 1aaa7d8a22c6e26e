//! What a study is about: a topic, a group of records, or whatever a query
//! finds.

use std::{fmt, str::FromStr};

use catalog::TopicId;
use index::{FacetField, Filter, InvalidFilter};

/// The records that a study is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The records of a topic.
    Topic(TopicId),
    /// What a query finds and all filters let through; an empty query finds
    /// everything.
    Found {
        /// In the query language.
        query: String,
        /// Conditions.
        filters: Vec<Filter>,
    },
}

/// Why a text is no selection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSelection {
    /// Not the number of a topic.
    #[error("topic `{0}` is no number; `trithuc topics list` shows them")]
    Topic(String),
    /// No filter.
    #[error(transparent)]
    Filter(#[from] InvalidFilter),
}

impl FromStr for Selection {
    type Err = InvalidSelection;

    /// `topic:12`; `FIELD:VALUE` with a field that can be counted, such as
    /// `province:"Cần Thơ"`; anything else is a query.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let query = || Self::Found {
            query: text.to_owned(),
            filters: Vec::new(),
        };
        let Some((field, value)) = text.split_once(':') else {
            return Ok(query());
        };
        let value = value.trim();
        if field.eq_ignore_ascii_case("topic") {
            let number = value.trim_start_matches('#').parse();
            let number = number.map_err(|_| InvalidSelection::Topic(value.to_owned()))?;
            return Ok(Self::Topic(TopicId(number)));
        }
        let quoted = (value.strip_prefix('"')).and_then(|v| v.strip_suffix('"'));
        // One value, bare or in quotes; what has more after it is a query.
        let is_one = quoted.is_some_and(|v| !v.contains('"')) || !value.contains(['"', ':', '(']);
        match field.parse::<FacetField>() {
            Ok(field) if is_one => {
                let written = format!("{}:{}", field.as_str(), quoted.unwrap_or(value));
                Ok(Self::Found {
                    query: String::new(),
                    filters: vec![written.parse()?],
                })
            }
            _ => Ok(query()),
        }
    }
}

impl fmt::Display for Selection {
    /// As it is typed: the query, then the conditions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(id) => write!(f, "topic:{id}"),
            Self::Found { query, filters } => {
                f.write_str(query)?;
                for (i, filter) in filters.iter().enumerate() {
                    let gap = if i > 0 || !query.is_empty() { " " } else { "" };
                    let value = &filter.value;
                    if value.contains(' ') {
                        write!(f, "{gap}{}:\"{value}\"", filter.field)?;
                    } else {
                        write!(f, "{gap}{}:{value}", filter.field)?;
                    }
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_reads_back() {
        for text in [
            "topic:12",
            "field:4",
            "province:\"Cần Thơ\"",
            "xâm nhập mặn",
            "title:\"hạt nano\" AND year:2015..2020",
            "year:2010..2020",
            "",
        ] {
            let read: Selection = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
        }
        let bare: Selection = "province:Cần Thơ".parse().unwrap();
        assert_eq!(bare, "province:\"Cần Thơ\"".parse().unwrap());
        assert!("topic:x".parse::<Selection>().is_err());
        assert!("year:soon".parse::<Selection>().is_err());
    }
}
