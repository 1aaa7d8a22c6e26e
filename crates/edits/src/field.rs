//! Fields that can be edited, each read and written as a list of texts.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use records::{AccessLevel, Country, Lang, Localised, Record, RecordType, Subject, Year};
use serde::{Deserialize, Serialize};

/// A field of a record. Texts of works name their language: `title.vi`,
/// `keywords.en`; subjects their scheme: `subject.khcn`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// Title in a language.
    Title(Lang),
    /// Abstract in a language.
    Abstract(Lang),
    /// Keywords in a language.
    Keywords(Lang),
    /// Subjects of a scheme.
    Subject(String),
    /// Kind of work.
    Type,
    /// Year.
    Year,
    /// Full date.
    Date,
    /// Journal, proceedings, university.
    Venue,
    /// Publisher.
    Publisher,
    /// Main language of the work.
    Language,
    /// Institutions behind it.
    Institution,
    /// Province.
    Province,
    /// Countries that its source names.
    Country,
    /// Collections that it lies in.
    Collection,
    /// Who may see it.
    Access,
    /// Day on which an embargo ends.
    EmbargoUntil,
    /// Licence.
    Licence,
}

/// A word that names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "field `{0}` cannot be edited; use title.LANGUAGE, abstract.LANGUAGE, keywords.LANGUAGE, \
     subject.SCHEME, type, year, date, venue, publisher, language, institution, province, country, \
     collection, access, embargo_until or licence"
)]
pub struct UnknownField(String);

/// Schemes that records carry subjects of.
const SCHEMES: [&str; 4] = ["khcn", "ipc", "ddc", "free"];

impl Field {
    const PLAIN: [(&'static str, Self); 13] = [
        ("type", Self::Type),
        ("year", Self::Year),
        ("date", Self::Date),
        ("venue", Self::Venue),
        ("publisher", Self::Publisher),
        ("language", Self::Language),
        ("institution", Self::Institution),
        ("province", Self::Province),
        ("country", Self::Country),
        ("collection", Self::Collection),
        ("access", Self::Access),
        ("embargo_until", Self::EmbargoUntil),
        ("licence", Self::Licence),
    ];

    /// Fields as pages offer them: those of a language in Vietnamese and English,
    /// those of a scheme in the two that people give by hand.
    pub fn offered() -> Vec<Self> {
        let mut offered = Vec::new();
        for make in [Self::Keywords, Self::Title, Self::Abstract] {
            offered.extend([make(Lang::vi()), make(Lang::en())]);
        }
        offered.extend(Self::PLAIN.into_iter().map(|(_, field)| field));
        offered.extend(["free", "khcn"].map(|scheme| Self::Subject(scheme.to_owned())));
        offered
    }

    /// Whether it holds any number of values.
    pub fn is_list(&self) -> bool {
        matches!(
            self,
            Self::Keywords(_)
                | Self::Subject(_)
                | Self::Institution
                | Self::Country
                | Self::Collection
        )
    }

    /// Whether a record cannot be without it.
    pub fn is_needed(&self) -> bool {
        matches!(self, Self::Type | Self::Access)
    }

    /// Whether it is running text, in which words are replaced.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Title(_) | Self::Abstract(_))
    }

    /// The most characters of one value.
    pub fn most_chars(&self) -> usize {
        match self {
            Self::Abstract(_) => 20_000,
            _ => 1_000,
        }
    }

    /// What the record holds there, in order.
    pub fn values(&self, record: &Record) -> Vec<String> {
        let one = |text: &Option<String>| text.iter().cloned().collect();
        match self {
            Self::Title(lang) => record.title.get(lang).cloned().into_iter().collect(),
            Self::Abstract(lang) => record
                .abstract_text
                .get(lang)
                .cloned()
                .into_iter()
                .collect(),
            Self::Keywords(lang) => record.keywords.get(lang).cloned().unwrap_or_default(),
            Self::Subject(scheme) => {
                let own = record.subjects.iter().filter(|one| one.scheme == *scheme);
                own.map(|one| one.code.clone()).collect()
            }
            Self::Type => vec![record.record_type.to_string()],
            Self::Year => record.year.iter().map(Year::to_string).collect(),
            Self::Date => one(&record.date),
            Self::Venue => one(&record.venue),
            Self::Publisher => one(&record.publisher),
            Self::Language => record.language.iter().map(Lang::to_string).collect(),
            Self::Institution => record.institutions.clone(),
            Self::Province => one(&record.province),
            Self::Country => record.countries.clone(),
            Self::Collection => record.collections.clone(),
            Self::Access => vec![record.access.to_string()],
            Self::EmbargoUntil => one(&record.embargo_until),
            Self::Licence => one(&record.licence),
        }
    }

    /// Writes values that [`Field::check`] gave or [`Field::values`] read.
    pub(crate) fn put(&self, record: &mut Record, values: Vec<String>) {
        let first = values.first().cloned();
        match self {
            Self::Title(lang) => put_text(&mut record.title, lang, first),
            Self::Abstract(lang) => put_text(&mut record.abstract_text, lang, first),
            Self::Keywords(lang) => {
                put_text(
                    &mut record.keywords,
                    lang,
                    Some(values).filter(|v| !v.is_empty()),
                );
            }
            Self::Subject(scheme) => put_subjects(&mut record.subjects, scheme, values),
            Self::Type => put_parsed(&mut record.record_type, first),
            Self::Year => record.year = first.and_then(|year| year.parse().ok()),
            Self::Date => record.date = first,
            Self::Venue => record.venue = first,
            Self::Publisher => record.publisher = first,
            Self::Language => record.language = first.map(|code| Lang::parse(&code)),
            Self::Institution => record.institutions = values,
            Self::Province => record.province = first,
            Self::Country => record.countries = values,
            Self::Collection => record.collections = values,
            Self::Access => put_parsed(&mut record.access, first),
            Self::EmbargoUntil => record.embargo_until = first,
            Self::Licence => record.licence = first,
        }
    }

    /// The value as the field holds it.
    ///
    /// # Errors
    /// What is wrong with it, and the cure.
    pub(crate) fn check(&self, value: &str) -> Result<String, String> {
        let value = value.trim();
        let is_line = !value.chars().any(char::is_control);
        let most = self.most_chars();
        if value.is_empty() {
            return Err("the value is empty; write one".to_owned());
        }
        if value.chars().count() > most {
            return Err(format!(
                "the value is too long; write at most {most} characters"
            ));
        }
        if !is_line && !matches!(self, Self::Abstract(_)) {
            return Err("the value holds line breaks; write one line".to_owned());
        }
        let sure = |is_right: bool, cure: &str| match is_right {
            true => Ok(value.to_owned()),
            false => Err(format!(
                "`{}` {cure}",
                value.chars().take(40).collect::<String>()
            )),
        };
        match self {
            Self::Type => value
                .parse::<RecordType>()
                .map(|kind| kind.to_string())
                .map_err(|e| e.to_string()),
            Self::Access => value
                .parse::<AccessLevel>()
                .map(|level| level.to_string())
                .map_err(|e| e.to_string()),
            Self::Year => value
                .parse::<Year>()
                .map(|year| year.to_string())
                .map_err(|e| e.to_string()),
            Self::Language => sure(
                is_code(value),
                "is no language; write a code such as vi or en",
            ),
            Self::Country => match Country::of_field(value) {
                Some(country) => Ok(country.code.to_owned()),
                None => sure(false, "is no country; write a code such as VN, or a name"),
            },
            Self::Date => sure(is_date(value), "is no date; write 2019-05 or 2019-05-17"),
            Self::EmbargoUntil => sure(is_day(value), "is no day; write it as 2027-05-17"),
            _ => Ok(value.to_owned()),
        }
    }
}

fn put_text<T: Clone>(texts: &mut Localised<T>, lang: &Lang, value: Option<T>) {
    let others = texts.iter().filter(|(known, _)| *known != lang);
    let others = others.map(|(known, text)| (known.clone(), text.clone()));
    *texts = others
        .chain(value.map(|value| (lang.clone(), value)))
        .collect();
}

/// Codes of the scheme stand where the first of them stood; others stay.
fn put_subjects(subjects: &mut Vec<Subject>, scheme: &str, codes: Vec<String>) {
    let place = subjects.iter().position(|one| one.scheme == scheme);
    subjects.retain(|one| one.scheme != scheme);
    let place = place.unwrap_or(subjects.len()).min(subjects.len());
    let new = codes.into_iter().map(|code| Subject {
        scheme: scheme.to_owned(),
        code,
    });
    subjects.splice(place..place, new);
}

fn put_parsed<T: FromStr>(place: &mut T, value: Option<String>) {
    if let Some(value) = value.and_then(|value| value.parse().ok()) {
        *place = value;
    }
}

fn is_code(code: &str) -> bool {
    code != "und" && Lang::parse(code).as_str() == code
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

fn is_date(text: &str) -> bool {
    is_day(text) || text.len() == 7 && is_day(&format!("{text}-01"))
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title(lang) => write!(f, "title.{lang}"),
            Self::Abstract(lang) => write!(f, "abstract.{lang}"),
            Self::Keywords(lang) => write!(f, "keywords.{lang}"),
            Self::Subject(scheme) => write!(f, "subject.{scheme}"),
            plain => {
                let found = Self::PLAIN.iter().find(|(_, field)| field == plain);
                f.write_str(found.map_or("", |(word, _)| word))
            }
        }
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownField(word.chars().take(40).collect());
        if let Some((_, field)) = Self::PLAIN.iter().find(|(name, _)| *name == word) {
            return Ok(field.clone());
        }
        let (name, part) = word.split_once('.').ok_or_else(unknown)?;
        match name {
            "subject" if SCHEMES.contains(&part) => Ok(Self::Subject(part.to_owned())),
            "title" if is_code(part) => Ok(Self::Title(Lang::parse(part))),
            "abstract" if is_code(part) => Ok(Self::Abstract(Lang::parse(part))),
            "keywords" if is_code(part) => Ok(Self::Keywords(Lang::parse(part))),
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Field {
    type Error = UnknownField;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse()
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for field in Field::offered() {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        for wrong in [
            "",
            "title",
            "title.",
            "title.viet",
            "subject.x",
            "id",
            "keywords.und",
        ] {
            assert!(wrong.parse::<Field>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_are_checked_by_field() {
        let check = |field: &str, value| field.parse::<Field>().unwrap().check(value);
        assert_eq!(check("year", " 2020 "), Ok("2020".to_owned()));
        assert_eq!(check("date", "2019-05"), Ok("2019-05".to_owned()));
        for (field, value) in [
            ("year", "20"),
            ("date", "2019-13"),
            ("embargo_until", "2019-05"),
            ("access", "secret"),
            ("type", "poem"),
            ("language", "tiếng Việt"),
            ("venue", ""),
            ("venue", "a\nb"),
        ] {
            assert!(check(field, value).is_err(), "{field} {value}");
        }
    }
}
