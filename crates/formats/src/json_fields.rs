//! A JSON object as a record: the fields of the contract (`id, title,
//! abstract, authors, year, venue, doi, keywords, language, type, text`), the
//! fields of [`Record`] itself as `export --format json` writes them, and the
//! common other names of both.
//!
//! A field that cannot be read costs the record that field and gives it a
//! remark; only an object without id-worthy content is refused.

use records::{
    AccessLevel, Agent, AgentKind, AgentRole, Column, Country, DocumentFile, Identifier, Lang,
    Link, Localised, LocalisedText, Page, Provenance, Record, RecordType, Scheme, Subject, Year,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{EntryError, Parsed, identity, language, vocabulary};

/// Makes a record of a JSON value.
pub(crate) fn read(value: Value) -> Result<Parsed, EntryError> {
    match value {
        Value::Object(fields) => read_fields(fields),
        Value::Array(_) => Err(EntryError::NotAnObject { found: "array" }),
        _ => Err(EntryError::NotAnObject { found: "value" }),
    }
}

/// Makes a record of fields; the other formats bring theirs into this form.
pub(crate) fn read_fields(fields: Map<String, Value>) -> Result<Parsed, EntryError> {
    let says = |name: &str| fields.get(name).is_some_and(|value| !is_empty(value));
    let (says_type, says_access) = (says("type"), says("access"));
    let mut reader = FieldReader {
        fields,
        remarks: Vec::new(),
    };
    let given = reader.text(&["id", "_id"]);
    let mut record = reader.record();
    record.provenance = Provenance {
        remarks: reader.remarks,
        ..Provenance::default()
    };
    Ok(Parsed {
        says_type,
        says_access,
        ..identity::identify(record, given.as_deref())?
    })
}

struct FieldReader {
    fields: Map<String, Value>,
    remarks: Vec<String>,
}

impl FieldReader {
    fn record(&mut self) -> Record {
        let stated = self
            .text(&["language", "lang"])
            .map(|raw| Lang::parse(&raw));
        let mut record = Record::new(identity::unnamed(), self.record_type());
        record.title = self.localised_text(&["title"], stated.as_ref());
        record.abstract_text = self.localised_text(&["abstract", "summary"], stated.as_ref());
        let language = stated.or_else(|| self.guess_language(&record));
        record.keywords = self.keywords(language.as_ref());
        record.language = language;
        record.agents = self.agents();
        record.institutions = self.texts(&["institutions", "affiliations", "workplace"]);
        record.date = self.text(&["date", "published", "acceptance_date", "approval_date"]);
        record.date = record
            .date
            .map(|raw| crate::dates::read(&raw).unwrap_or(raw));
        record.year = self.year(record.date.as_deref());
        self.read_place(&mut record);
        self.read_rights(&mut record);
        record.identifiers = self.identifiers();
        record.subjects = self.subjects();
        record.collections = self.texts(&["collections", "collection"]);
        record.collections.sort();
        record.collections.dedup();
        record.links = self.list::<Link>("links");
        record.references = self.texts(&["references"]);
        record.columns = self.list::<Column>("columns");
        record.files = self.list::<DocumentFile>("files");
        record.body = self.body();
        record
    }

    fn read_place(&mut self, record: &mut Record) {
        record.venue = self.text(&["venue", "journal", "container-title"]);
        record.publisher = self.text(&["publisher"]);
        record.volume = self.text(&["volume"]);
        record.issue = self.text(&["issue", "number"]);
        // `pages` may also be the full text, page by page: see `body`.
        if !self.fields.get("pages").is_some_and(Value::is_array) {
            record.pages = self.text(&["pages"]);
        }
        record.province = self.text(&["province"]);
        record.countries = self.countries();
    }

    /// Codes of countries; what is none is remarked.
    fn countries(&mut self) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for text in self.texts(&["countries", "country"]) {
            for name in text.split(';').filter(|name| !name.trim().is_empty()) {
                match Country::of_field(name) {
                    Some(country) => codes.push(country.code.to_owned()),
                    None => self.refuse("countries", &Value::from(name)),
                }
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }

    fn read_rights(&mut self, record: &mut Record) {
        record.licence = self.text(&["licence", "license"]);
        record.embargo_until = self.text(&["embargo_until"]);
        if let Some(word) = self.text(&["access"]) {
            // An unknown word must not open what was meant to be closed.
            record.access = word.parse().unwrap_or_else(|error| {
                self.remarks.push(format!("{error}; taken as restricted"));
                AccessLevel::Restricted
            });
        }
    }

    fn record_type(&mut self) -> RecordType {
        let Some(word) = self.text(&["type"]) else {
            return match self.fields.contains_key("project_code") {
                true => RecordType::Task,
                false => RecordType::Paper,
            };
        };
        let ours = word.to_lowercase().parse::<RecordType>();
        ours.or_else(|error| vocabulary::record_type(&word).ok_or(error))
            .unwrap_or_else(|error| {
                // A level of tasks: `Nhà nước`, `Bộ`, `Cơ sở`.
                if self.fields.contains_key("project_code") {
                    return RecordType::Task;
                }
                self.remarks.push(format!("{error}; taken as other"));
                RecordType::Other
            })
    }

    fn guess_language(&self, record: &Record) -> Option<Lang> {
        let texts = record.title.iter().chain(record.abstract_text.iter());
        let mut languages: Vec<&Lang> = texts.map(|(lang, _)| lang).collect();
        languages.dedup();
        match languages[..] {
            [one] if one.as_str() != "und" => Some(one.clone()),
            _ => None,
        }
    }

    /// The first of these fields that is there, taken out; `null` is not there.
    fn take(&mut self, names: &[&str]) -> Option<Value> {
        let found = names.iter().find_map(|name| self.fields.remove(*name));
        found.filter(|value| !value.is_null())
    }

    fn refuse(&mut self, name: &str, value: &Value) {
        let shown: String = value.to_string().chars().take(60).collect();
        self.remarks.push(format!(
            "field `{name}` left out: `{shown}` is not understood"
        ));
    }

    fn text(&mut self, names: &[&str]) -> Option<String> {
        let value = self.take(names)?;
        let text = plain(&value);
        if text.is_none() && !is_empty(&value) {
            self.refuse(names[0], &value);
        }
        text
    }

    fn texts(&mut self, names: &[&str]) -> Vec<String> {
        match self.take(names) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(plain_or_name).collect(),
            Some(other) => plain(&other).into_iter().collect(),
        }
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let Some(Value::Array(items)) = self.take(&[name]) else {
            return Vec::new();
        };
        let mut read = Vec::with_capacity(items.len());
        for item in items {
            match T::deserialize(&item) {
                Ok(item) => read.push(item),
                Err(_) => self.refuse(name, &item),
            }
        }
        read
    }

    fn localised_text(&mut self, names: &[&str], stated: Option<&Lang>) -> LocalisedText {
        match self.take(names) {
            Some(Value::Object(by_language)) => by_language
                .iter()
                .filter_map(|(lang, value)| Some((Lang::parse(lang), plain(value)?)))
                .collect(),
            // The same said in two languages.
            Some(Value::Array(texts)) => self.texts_by_language(&texts, stated),
            Some(value) => match plain(&value) {
                Some(text) => Localised::one(language::of(&text, stated), text),
                None => Localised::default(),
            },
            None => Localised::default(),
        }
    }

    /// The first text has the language of the work when it does not tell its
    /// own; a later one is in another language, or it would not be there.
    fn texts_by_language(&mut self, texts: &[Value], stated: Option<&Lang>) -> LocalisedText {
        let mut found = LocalisedText::default();
        for (lang, text) in texts.iter().filter_map(labelled) {
            if found.get(&lang).is_some() {
                let shown: String = text.chars().take(40).collect();
                self.remarks.push(format!(
                    "`{shown}` left out: there is one in `{lang}` already"
                ));
            } else {
                found.set(lang, text);
            }
        }
        for text in texts.iter().filter_map(plain) {
            let mut lang = language::of(&text, stated);
            if found.get(&lang).is_some() {
                let detected = Lang::parse(text::detect(&text).lang);
                let guesses = [detected, Lang::en(), Lang::und()];
                let free = guesses.into_iter().find(|guess| found.get(guess).is_none());
                let shown: String = text.chars().take(40).collect();
                let Some(free) = free else {
                    self.remarks.push(format!(
                        "`{shown}` left out: two languages are taken already"
                    ));
                    continue;
                };
                self.remarks
                    .push(format!("language of `{shown}` guessed: {free}"));
                lang = free;
            }
            found.set(lang, text);
        }
        found
    }

    fn keywords(&mut self, record_language: Option<&Lang>) -> Localised<Vec<String>> {
        match self.take(&["keywords", "keyword"]) {
            Some(Value::Object(by_language)) => by_language
                .iter()
                .map(|(lang, value)| (Lang::parse(lang), keyword_list(value)))
                .filter(|(_, words)| !words.is_empty())
                .collect(),
            Some(value) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let mut found: Localised<Vec<String>> = Localised::default();
                for (lang, word) in items.iter().filter_map(labelled) {
                    add_words(&mut found, lang, vec![word]);
                }
                let words = keyword_list(&value);
                if !words.is_empty() {
                    let lang = language::of(&words.join(", "), record_language);
                    add_words(&mut found, lang, words);
                }
                found
            }
            None => Localised::default(),
        }
    }

    fn agents(&mut self) -> Vec<Agent> {
        let mut agents = self.list::<Agent>("agents");
        for (names, role) in [
            (
                ["lead_researcher", "principal_investigator"],
                AgentRole::PrincipalInvestigator,
            ),
            (
                ["lead_institution", "host_institution"],
                AgentRole::LeadInstitution,
            ),
        ] {
            for name in self.texts(&names) {
                let kind = match role {
                    AgentRole::LeadInstitution => AgentKind::Organisation,
                    _ => AgentKind::Person,
                };
                agents.push(Agent {
                    kind,
                    role,
                    ..Agent::author(name)
                });
            }
        }
        match self.take(&["authors", "author", "creators"]) {
            Some(Value::Array(items)) => {
                for item in items {
                    match agent(&item) {
                        Some(agent) => agents.push(agent),
                        None if is_empty(&item) => {}
                        None => self.refuse("authors", &item),
                    }
                }
            }
            Some(Value::String(names)) => {
                let names = names.split([';', '|']).map(str::trim);
                agents.extend(names.filter(|n| !n.is_empty()).map(Agent::author));
            }
            _ => {}
        }
        agents
    }

    fn year(&mut self, date: Option<&str>) -> Option<Year> {
        let Some(value) = self.take(&["year"]) else {
            return date.and_then(Year::find);
        };
        let year = plain(&value).and_then(|text| Year::find(&text));
        if year.is_none() && !is_empty(&value) {
            self.refuse("year", &value);
        }
        year
    }

    fn identifiers(&mut self) -> Vec<Identifier> {
        let mut identifiers = Vec::new();
        for (name, scheme) in [
            ("doi", Scheme::Doi),
            ("handle", Scheme::Handle),
            ("arxiv", Scheme::Arxiv),
            ("isbn", Scheme::Isbn),
            ("issn", Scheme::Issn),
            ("patent_number", Scheme::Patent),
            ("project_code", Scheme::Task),
            ("url", Scheme::Url),
        ] {
            if let Some(raw) = self.text(&[name]) {
                match Identifier::new(scheme, &raw) {
                    Some(identifier) => identifiers.push(identifier),
                    None => self.refuse(name, &Value::String(raw)),
                }
            }
        }
        for identifier in self.list::<Identifier>("identifiers") {
            if !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
        identifiers
    }

    fn subjects(&mut self) -> Vec<Subject> {
        let subject = |scheme: &str, code: String| Subject {
            scheme: scheme.to_owned(),
            code,
        };
        let mut subjects: Vec<Subject> = Vec::new();
        for field in self.texts(&["field", "fields"]) {
            subjects.push(subject("khcn", field));
        }
        for ipc in self.texts(&["ipc"]) {
            subjects.push(subject("ipc", ipc));
        }
        if let Some(Value::Array(items)) = self.take(&["subjects"]) {
            for item in items {
                let read = match &item {
                    Value::String(text) => Some(subject("free", text.clone())),
                    other => serde::Deserialize::deserialize(other).ok(),
                };
                match read {
                    Some(read) => subjects.push(read),
                    None => self.refuse("subjects", &item),
                }
            }
        }
        subjects.dedup();
        subjects
    }

    fn body(&mut self) -> Vec<Page> {
        match self.take(&["text", "body", "pages", "full_text"]) {
            Some(Value::Array(items)) => {
                self.fields.insert("pages".to_owned(), Value::Array(items));
                self.list::<Page>("pages")
            }
            Some(value) => plain(&value)
                .map(|text| Page::new(1, text))
                .into_iter()
                .collect(),
            None => Vec::new(),
        }
    }
}

/// A text, or a number as text; nothing for what is empty or a structure.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A text whose language the source says.
fn labelled(value: &Value) -> Option<(Lang, String)> {
    let lang = value.get("lang")?.as_str()?;
    Some((Lang::parse(lang), plain(value.get("text")?)?))
}

fn add_words(found: &mut Localised<Vec<String>>, lang: Lang, words: Vec<String>) {
    let mut all = found.get(&lang).cloned().unwrap_or_default();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    found.set(lang, all);
}

fn plain_or_name(value: &Value) -> Option<String> {
    plain(value).or_else(|| plain(value.get("name")?))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn keyword_list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(plain).collect(),
        Value::String(text) => {
            let separator = if text.contains(';') { ';' } else { ',' };
            let words = text.split(separator).map(|word| word.trim().to_owned());
            words.filter(|word| !word.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// An author as a name, or as an object with a name.
fn agent(value: &Value) -> Option<Agent> {
    if let Some(name) = plain(value) {
        return Some(Agent::author(name));
    }
    let field = |name: &str| value.get(name).and_then(plain);
    let mut agent = Agent::author(field("name").or_else(|| {
        let family = field("family")?;
        let given = field("given").unwrap_or_default();
        Some(crate::names::natural_order(&family, &given))
    })?);
    agent.identifier = field("identifier").or_else(|| field("orcid"));
    agent.affiliations = match value.get("affiliations").or(value.get("affiliation")) {
        Some(Value::Array(items)) => items.iter().filter_map(plain_or_name).collect(),
        Some(other) => plain(other).into_iter().collect(),
        None => Vec::new(),
    };
    let word = |name: &str| value.get(name).cloned().unwrap_or_default();
    agent.kind = serde_json::from_value(word("kind")).unwrap_or(AgentKind::Person);
    agent.role = serde_json::from_value(word("role")).unwrap_or(AgentRole::Author);
    Some(agent)
}

#[cfg(test)]
mod tests;
