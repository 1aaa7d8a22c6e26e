//! What a depositor says of a work.

use std::collections::BTreeMap;

use jiff::civil::Date;
use records::{
    AccessLevel, Agent, AgentIdentifier, AgentRole, Identifier, Lang, Localised, Provenance,
    Record, RecordId, RecordType, Scheme, Year,
};
use serde::{Deserialize, Serialize};

use crate::DepositError;

/// Characters of a line, and of an abstract.
const MOST_LINE: usize = 1_000;
const MOST_TEXT: usize = 20_000;
/// Entries of a list.
const MOST_ENTRIES: usize = 500;

/// Somebody who made the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// Name in natural order.
    pub name: String,
    /// ORCID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orcid: Option<String>,
    /// Where the person works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affiliation: Option<String>,
}

/// What a depositor says of a work. A draft may lack anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metadata {
    /// Kind of work.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    /// Title, by code of language.
    pub title: BTreeMap<String, String>,
    /// Abstract, by code of language.
    #[serde(rename = "abstract")]
    pub abstract_text: BTreeMap<String, String>,
    /// Keywords, by code of language.
    pub keywords: BTreeMap<String, Vec<String>>,
    /// Who made it, in order.
    pub authors: Vec<Author>,
    /// Institutions behind it.
    pub institutions: Vec<String>,
    /// Year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Main language of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Journal, proceedings, university.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// Publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// DOI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    /// Code of the S&T task that it comes out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_code: Option<String>,
    /// Province or city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Licence: an SPDX id or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Who may see it: open, registered, restricted or embargoed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// Day on which an embargo ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embargo_until: Option<String>,
}

impl Metadata {
    /// Whether everything that is there makes sense.
    ///
    /// # Errors
    /// [`DepositError::Invalid`] names the first field that does not.
    pub fn check(&self) -> Result<(), DepositError> {
        self.read(RecordId::new("draft").expect("a plain word"))
            .map(|_| ())
    }

    /// What a submission still lacks: title, kind, makers, year, language.
    pub fn missing(&self) -> Vec<&'static str> {
        let is_empty = [
            ("title", self.title.is_empty()),
            ("type", self.record_type.is_none()),
            ("authors", self.authors.is_empty()),
            ("year", self.year.is_none()),
            ("language", self.language.is_none()),
        ];
        let missing = is_empty.into_iter().filter(|(_, is_empty)| *is_empty);
        missing.map(|(name, _)| name).collect()
    }

    /// The record that it describes. It does not say who handed it in: the deposit
    /// does, which only librarians read.
    ///
    /// # Errors
    /// [`DepositError::Invalid`].
    pub fn read(&self, id: RecordId) -> Result<Record, DepositError> {
        let kind = word("type", self.record_type.as_deref())?;
        let mut record = Record::new(id, kind.unwrap_or(RecordType::Other));
        record.title = texts("title", &self.title, MOST_LINE)?;
        record.abstract_text = texts("abstract", &self.abstract_text, MOST_TEXT)?;
        record.keywords = self.read_keywords()?;
        record.agents = self.read_authors(record.record_type)?;
        record.institutions = lines("institutions", &self.institutions)?;
        let year = self.year.map(Year::new).transpose();
        record.year = year.map_err(|error| invalid("year", format!("is wrong: {error}")))?;
        record.language = self
            .language
            .as_deref()
            .map(|code| language("language", code))
            .transpose()?;
        record.venue = line("venue", self.venue.as_ref())?;
        record.publisher = line("publisher", self.publisher.as_ref())?;
        record.province = line("province", self.province.as_ref())?;
        record.licence = line("licence", self.licence.as_ref())?;
        let schemes = [
            ("doi", Scheme::Doi, &self.doi),
            ("task_code", Scheme::Task, &self.task_code),
        ];
        for (field, scheme, given) in schemes {
            let Some(given) = line(field, given.as_ref())? else {
                continue;
            };
            let known = Identifier::new(scheme, &given);
            let wrong = || {
                invalid(
                    field,
                    format!("`{given}` is none; send it as it is printed"),
                )
            };
            record.identifiers.push(known.ok_or_else(wrong)?);
        }
        record.access = word("access", self.access.as_deref())?.unwrap_or(AccessLevel::Open);
        record.embargo_until = self.read_embargo(record.access)?;
        record.provenance = Provenance {
            source: catalog::DEPOSITED.to_owned(),
            format: "deposit".to_owned(),
            ..Provenance::default()
        };
        Ok(record)
    }

    fn read_keywords(&self) -> Result<Localised<Vec<String>>, DepositError> {
        let one = |(code, words): (&String, &Vec<String>)| {
            Ok((language("keywords", code)?, lines("keywords", words)?))
        };
        self.keywords.iter().map(one).collect()
    }

    fn read_authors(&self, kind: RecordType) -> Result<Vec<Agent>, DepositError> {
        if self.authors.len() > MOST_ENTRIES {
            return Err(invalid(
                "authors",
                format!("are too many; send at most {MOST_ENTRIES}"),
            ));
        }
        let role = match kind {
            RecordType::Patent => AgentRole::Inventor,
            RecordType::Task => AgentRole::PrincipalInvestigator,
            _ => AgentRole::Author,
        };
        let one = |author: &Author| {
            let name = line("authors", Some(&author.name))?;
            let name =
                name.ok_or_else(|| invalid("authors", "have no name; send one".to_owned()))?;
            let orcid = author
                .orcid
                .as_deref()
                .map(AgentIdentifier::parse)
                .transpose();
            let orcid = orcid
                .map_err(|error| invalid("authors", format!("have a wrong ORCID: {error}")))?;
            Ok(Agent {
                role,
                identifier: orcid.map(|orcid| orcid.as_str().to_owned()),
                affiliations: line("authors", author.affiliation.as_ref())?
                    .into_iter()
                    .collect(),
                ..Agent::author(name)
            })
        };
        self.authors.iter().map(one).collect()
    }

    fn read_embargo(&self, access: AccessLevel) -> Result<Option<String>, DepositError> {
        let day = self.embargo_until.as_deref();
        let is_day = |day: &str| day.len() == 10 && day.parse::<Date>().is_ok();
        match day {
            Some(day) if !is_day(day) => Err(invalid(
                "embargo_until",
                "is no day; send it as 2027-05-17".to_owned(),
            )),
            None if access == AccessLevel::Embargoed => {
                let cure = "is missing for an embargo; send the day on which it ends";
                Err(invalid("embargo_until", cure.to_owned()))
            }
            day => Ok(day.map(str::to_owned)),
        }
    }
}

fn invalid(field: &'static str, reason: String) -> DepositError {
    DepositError::Invalid { field, reason }
}

/// A text on one line; `None` when it is empty.
fn line(field: &'static str, given: Option<&String>) -> Result<Option<String>, DepositError> {
    let Some(given) = given
        .map(|given| given.trim())
        .filter(|given| !given.is_empty())
    else {
        return Ok(None);
    };
    match given.chars().any(char::is_control) || given.chars().count() > MOST_LINE {
        true => Err(invalid(
            field,
            format!("is no line of at most {MOST_LINE} characters; shorten it"),
        )),
        false => Ok(Some(given.to_owned())),
    }
}

fn lines(field: &'static str, given: &[String]) -> Result<Vec<String>, DepositError> {
    if given.len() > MOST_ENTRIES {
        return Err(invalid(
            field,
            format!("are too many; send at most {MOST_ENTRIES}"),
        ));
    }
    let read = given.iter().map(|one| line(field, Some(one)));
    Ok(read
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn texts(
    field: &'static str,
    given: &BTreeMap<String, String>,
    most: usize,
) -> Result<Localised<String>, DepositError> {
    let is_text =
        |c: char| !c.is_control() || (most == MOST_TEXT && matches!(c, '\n' | '\r' | '\t'));
    let one = |(code, text): (&String, &String)| {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > most || !text.chars().all(is_text) {
            return Err(invalid(
                field,
                format!("is no text of 1 to {most} characters; mend it"),
            ));
        }
        Ok((language(field, code)?, text.to_owned()))
    };
    given.iter().map(one).collect()
}

fn language(field: &'static str, code: &str) -> Result<Lang, DepositError> {
    let lang = Lang::parse(code);
    match lang.as_str() == code && code != "und" {
        true => Ok(lang),
        false => {
            let shown: String = code.chars().take(40).collect();
            Err(invalid(
                field,
                format!("names a language `{shown}`; send a code such as vi or en"),
            ))
        }
    }
}

fn word<T: std::str::FromStr>(
    field: &'static str,
    given: Option<&str>,
) -> Result<Option<T>, DepositError>
where
    T::Err: std::fmt::Display,
{
    let read = given
        .filter(|given| !given.is_empty())
        .map(str::parse)
        .transpose();
    read.map_err(|error: T::Err| invalid(field, format!("is wrong: {error}")))
}
