//! Fields of another format on their way to `json_fields`: the words of a
//! source, gathered under our names before languages and identifiers are told.

use records::{
    Agent, AgentKind, AgentRole, Column, Country, Identifier, Lang, Link, RecordType, Relation,
    Scheme,
};
use serde_json::{Map, Value, json};

use crate::{EntryError, Parsed, dates, json_fields, vocabulary};

/// What catalogues write where a mandatory value is not known.
/// **Source:** DataCite Metadata Schema 4.7, appendix 3 (standard values for
/// unknown information).
const UNKNOWN: [&str; 9] = [
    ":unac", ":unal", ":unap", ":unas", ":unav", ":unkn", ":none", ":null", ":tba",
];

/// Fields under the names that `json_fields` knows, and remarks on them.
#[derive(Default)]
pub(crate) struct Fields {
    map: Map<String, Value>,
    remarks: Vec<String>,
    data_files: Vec<String>,
}

impl Fields {
    /// Sets a field, unless it is there already or the value is blank.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value: String = value.into();
        if !is_blank(&value) && !self.map.contains_key(name) {
            self.map.insert(name.to_owned(), Value::String(value));
        }
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A field that is one text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.map.get(name)?.as_str()
    }

    /// Adds a value to a field that is a list.
    pub(crate) fn push(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if value.as_str().is_some_and(is_blank) {
            return;
        }
        let list = self
            .map
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = list
            && !items.contains(&value)
        {
            items.push(value);
        }
    }

    /// Adds a title, abstract or keyword, in a language where the source says
    /// which.
    pub(crate) fn push_text(&mut self, name: &str, lang: Option<&str>, text: &str) {
        let lang = lang.map(Lang::parse).filter(|lang| lang.as_str() != "und");
        match lang {
            _ if is_blank(text) => {}
            Some(lang) => self.push(name, json!({"lang": lang, "text": text.trim()})),
            None => self.push(name, text.trim()),
        }
    }

    /// Sets the value of a field in one language.
    pub(crate) fn set_in_language(&mut self, name: &str, lang: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        let here = self.map.entry(name).or_insert_with(|| json!({}));
        if let Value::String(plain) = here {
            // A column without a language stands beside columns with one.
            *here = json!({ "vi": plain });
        }
        if let Value::Object(by_language) = here {
            by_language.insert(lang.to_owned(), json!(value));
        }
    }

    /// Adds a person or an organisation.
    pub(crate) fn push_agent(&mut self, name: &str, kind: AgentKind, role: AgentRole) {
        self.push_full_agent(Agent {
            kind,
            role,
            ..Agent::author(name)
        });
    }

    /// Adds a person or an organisation with all that is known of it.
    pub(crate) fn push_full_agent(&mut self, mut agent: Agent) {
        agent.name = agent.name.trim().to_owned();
        agent.affiliations.retain(|place| !is_blank(place));
        if !is_blank(&agent.name) {
            self.push("agents", json!(agent));
        }
    }

    /// Adds an identifier, in canonical form; what is none is remarked.
    pub(crate) fn push_identifier(&mut self, scheme: Scheme, raw: &str) {
        if is_blank(raw) {
            return;
        }
        match Identifier::new(scheme, raw) {
            Some(identifier) => self.push("identifiers", json!(identifier)),
            None => self.remark(format!("`{}` left out: no {scheme:?}", shown(raw))),
        }
    }

    /// Adds an identifier whose scheme only its looks tell.
    pub(crate) fn guess_identifier(&mut self, raw: &str) {
        if let Some(found) = Identifier::guess(raw).filter(|_| !is_blank(raw)) {
            self.push("identifiers", json!(found));
        }
    }

    /// Adds a country; words that name none, as `omitted`, are passed over.
    pub(crate) fn push_country(&mut self, name: &str) {
        if let Some(country) = Country::of_field(name) {
            self.push("countries", country.code);
        }
    }

    /// Adds a classification code.
    pub(crate) fn push_subject(&mut self, scheme: &str, code: &str) {
        if !is_blank(code) {
            self.push("subjects", json!({"scheme": scheme, "code": code.trim()}));
        }
    }

    /// Adds a link to another work.
    pub(crate) fn push_link(&mut self, relation: Relation, target: &str) {
        if is_blank(target) {
            return;
        }
        let target = match Identifier::new(Scheme::Doi, target) {
            Some(doi) => doi.value,
            None => target.trim().to_owned(),
        };
        self.push("links", json!(Link { relation, target }));
    }

    /// Adds a variable of a dataset.
    pub(crate) fn push_column(&mut self, column: &Column) {
        if !is_blank(&column.name) {
            self.push("columns", json!(column));
        }
    }

    /// Adds a file of data; an address on the net is none, and is not fetched.
    pub(crate) fn push_data_file(&mut self, path: &str) {
        let path = path.trim();
        if !path.is_empty() && !path.contains("://") && !self.data_files.iter().any(|p| p == path) {
            self.data_files.push(path.to_owned());
        }
    }

    /// Sets date and year from what a source writes as a date.
    pub(crate) fn set_date(&mut self, raw: &str) {
        let Some(date) = dates::read(raw) else {
            return;
        };
        self.set("year", &date[..4]);
        if date.len() > 4 && self.get("year") == Some(&date[..4]) {
            self.set("date", date);
        }
    }

    /// Sets the type by a word of another vocabulary; the first known one wins.
    pub(crate) fn set_type(&mut self, word: &str) {
        if let Some(found) = vocabulary::record_type(word) {
            self.set_record_type(found);
        }
    }

    /// Sets the type, unless it is there already.
    pub(crate) fn set_record_type(&mut self, found: RecordType) {
        self.set("type", found.as_str());
    }

    /// Takes a statement of rights: an access level, or else a licence.
    pub(crate) fn push_rights(&mut self, raw: &str) {
        match vocabulary::access(raw) {
            Some(level) => {
                let stated = self.get("access").and_then(|word| word.parse().ok());
                if stated.is_none_or(|stated| level > stated) {
                    self.map.insert("access".to_owned(), json!(level));
                }
            }
            None => self.set("licence", raw.trim()),
        }
    }

    /// Takes a statement of access, nothing else.
    pub(crate) fn push_access(&mut self, raw: &str) {
        if vocabulary::access(raw).is_some() {
            self.push_rights(raw);
        }
    }

    /// Says what was changed or guessed.
    pub(crate) fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    /// Makes a record of the fields, read as `format`.
    pub(crate) fn into_parsed(self, format: &'static str) -> Result<Parsed, EntryError> {
        let mut parsed = json_fields::read_fields(self.map)?;
        let provenance = &mut parsed.record.provenance;
        provenance.remarks.extend(self.remarks);
        format.clone_into(&mut provenance.format);
        parsed.data_files = self.data_files;
        Ok(parsed)
    }
}

/// Empty, or a standard word for a value that is not known.
pub(crate) fn is_blank(text: &str) -> bool {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')');
    text.is_empty() || UNKNOWN.contains(&text)
}

/// The head of a text, for a remark.
pub(crate) fn shown(text: &str) -> String {
    text.trim().chars().take(60).collect()
}
