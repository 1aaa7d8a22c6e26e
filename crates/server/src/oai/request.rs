//! What a harvester asks, read strictly: an argument that is not known, sent
//! twice or missing is an error of the protocol (OAI-PMH 2.0, section 3.6).

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::params::Params;

/// An error of the protocol: code and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OaiError {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl OaiError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    fn argument(message: impl Into<String>) -> Self {
        Self::new("badArgument", message)
    }
}

/// What a harvester asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Identify,
    ListMetadataFormats { identifier: Option<String> },
    ListSets,
    GetRecord { identifier: String, prefix: String },
    List { verb: ListVerb, from: ListFrom },
}

/// Headers only, or whole records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListVerb {
    Identifiers,
    Records,
}

impl ListVerb {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Identifiers => "ListIdentifiers",
            Self::Records => "ListRecords",
        }
    }
}

/// Where a list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListFrom {
    Start(Selection),
    Token(String),
}

/// Which records a list has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) prefix: String,
    pub(super) set: Option<String>,
    /// Changed at this moment or later.
    pub(super) from: Option<Timestamp>,
    /// Changed before this moment.
    pub(super) before: Option<Timestamp>,
}

/// Reads the arguments of a request.
pub(super) fn read(params: &Params) -> Result<Request, OaiError> {
    let mut verbs = params.iter().filter(|(name, _)| *name == "verb");
    let verb = match (verbs.next(), verbs.next()) {
        (Some((_, verb)), None) => verb,
        (None, _) => {
            return Err(OaiError::new(
                "badVerb",
                "verb is missing; send one, such as verb=Identify",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(OaiError::new("badVerb", "verb is sent twice; send it once"));
        }
    };
    match verb {
        "Identify" => {
            arguments(params, &[])?;
            Ok(Request::Identify)
        }
        "ListMetadataFormats" => {
            arguments(params, &["identifier"])?;
            let identifier = value(params, "identifier");
            Ok(Request::ListMetadataFormats { identifier })
        }
        "ListSets" => {
            arguments(params, &["resumptionToken"])?;
            match value(params, "resumptionToken") {
                None => Ok(Request::ListSets),
                Some(_) => Err(OaiError::new(
                    "badResumptionToken",
                    "the sets come in one answer; send no token",
                )),
            }
        }
        "GetRecord" => {
            arguments(params, &["identifier", "metadataPrefix"])?;
            let identifier = required(params, "identifier")?;
            let prefix = required(params, "metadataPrefix")?;
            Ok(Request::GetRecord { identifier, prefix })
        }
        "ListIdentifiers" => list(params, ListVerb::Identifiers),
        "ListRecords" => list(params, ListVerb::Records),
        other => {
            let other: String = other.chars().take(40).collect();
            Err(OaiError::new(
                "badVerb",
                format!("verb `{other}` is none of OAI-PMH 2.0"),
            ))
        }
    }
}

fn list(params: &Params, verb: ListVerb) -> Result<Request, OaiError> {
    arguments(
        params,
        &["metadataPrefix", "from", "until", "set", "resumptionToken"],
    )?;
    if let Some(token) = value(params, "resumptionToken") {
        if params.iter().count() > 2 {
            return Err(OaiError::argument(
                "resumptionToken stands alone beside the verb",
            ));
        }
        return Ok(Request::List {
            verb,
            from: ListFrom::Token(token),
        });
    }
    let prefix = required(params, "metadataPrefix")?;
    let moments = ["from", "until"].map(|name| value(params, name).map(|text| moment(name, &text)));
    let [from, until] = moments;
    let (from, until) = (from.transpose()?, until.transpose()?);
    if let (Some(from), Some(until)) = (from, until) {
        if from.is_day != until.is_day {
            return Err(OaiError::argument(
                "from and until are of different granularity",
            ));
        }
        if until.start < from.start {
            return Err(OaiError::argument("until is earlier than from"));
        }
    }
    let selection = Selection {
        prefix,
        set: value(params, "set"),
        from: from.map(|from| from.start),
        before: until.map(Moment::end),
    };
    Ok(Request::List {
        verb,
        from: ListFrom::Start(selection),
    })
}

fn value(params: &Params, name: &str) -> Option<String> {
    params.get(name).map(str::to_owned)
}

fn required(params: &Params, name: &'static str) -> Result<String, OaiError> {
    value(params, name).ok_or_else(|| OaiError::argument(format!("{name} is missing")))
}

/// Every argument is known, sent once, and not empty.
fn arguments(params: &Params, known: &[&str]) -> Result<(), OaiError> {
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in params.iter() {
        let shown: String = name.chars().take(40).collect();
        if name != "verb" && !known.contains(&name) {
            return Err(OaiError::argument(format!(
                "`{shown}` is no argument of this verb"
            )));
        }
        if seen.contains(&name) {
            return Err(OaiError::argument(format!("{shown} is sent twice")));
        }
        if value.is_empty() {
            return Err(OaiError::argument(format!("{shown} is empty")));
        }
        seen.push(name);
    }
    Ok(())
}

/// A day or a second, as harvesters write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    start: Timestamp,
    is_day: bool,
}

impl Moment {
    /// The first moment after it: bounds include their ends.
    fn end(self) -> Timestamp {
        let length_s = if self.is_day { 24 * 60 * 60 } else { 1 };
        let end = self.start.checked_add(SignedDuration::from_secs(length_s));
        end.unwrap_or(Timestamp::MAX)
    }
}

fn moment(name: &str, text: &str) -> Result<Moment, OaiError> {
    let bad = || {
        OaiError::argument(format!(
            "{name} is neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ssZ"
        ))
    };
    if !text.is_ascii() {
        return Err(bad());
    }
    match text.len() {
        10 => {
            let day: Date = text.parse().map_err(|_| bad())?;
            let start = day.to_zoned(TimeZone::UTC).map_err(|_| bad())?.timestamp();
            Ok(Moment {
                start,
                is_day: true,
            })
        }
        20 if text.ends_with('Z') && text.as_bytes()[10] == b'T' => {
            let start = text.parse().map_err(|_| bad())?;
            Ok(Moment {
                start,
                is_day: false,
            })
        }
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(query: &str) -> &'static str {
        match read(&Params::parse(query).unwrap()) {
            Ok(_) => "",
            Err(error) => error.code,
        }
    }

    #[test]
    fn arguments_are_read_strictly() {
        for (query, expected) in [
            ("", "badVerb"),
            ("verb=Identity", "badVerb"),
            ("verb=Identify&verb=Identify", "badVerb"),
            ("verb=Identify", ""),
            ("verb=Identify&set=a", "badArgument"),
            ("verb=GetRecord&identifier=a", "badArgument"),
            ("verb=GetRecord&identifier=a&metadataPrefix=oai_dc", ""),
            ("verb=ListRecords", "badArgument"),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc",
                "badArgument",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2024-02-30",
                "badArgument",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=",
                "badArgument",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2023-12-31",
                "badArgument",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-12-31T00:00:00Z",
                "badArgument",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01T00:00:00Z",
                "",
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01T00:00:00%2B07",
                "badArgument",
            ),
            (
                "verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc",
                "badArgument",
            ),
            ("verb=ListRecords&resumptionToken=x", ""),
            ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ] {
            assert_eq!(code(query), expected, "{query}");
        }
    }

    #[test]
    fn both_ends_are_included() {
        let query = "verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-01-01";
        let Request::List {
            from: ListFrom::Start(selection),
            ..
        } = read(&Params::parse(query).unwrap()).unwrap()
        else {
            panic!()
        };
        assert_eq!(selection.from.unwrap().to_string(), "2024-01-01T00:00:00Z");
        assert_eq!(
            selection.before.unwrap().to_string(),
            "2024-01-02T00:00:00Z"
        );
    }
}
