//! A record as other programs read it off a page: Highwire tags (Google
//! Scholar, Zotero), schema.org JSON-LD (search engines), COinS (reference
//! managers).

use records::{AgentKind, Record, RecordType, Scheme};
use serde_json::{Map, Value, json};

use crate::params::encode;

/// The title in the work's own language, else in any.
fn own_title(record: &Record) -> &str {
    match &record.language {
        Some(lang) => record.display_title(lang),
        None => record.display_title(&records::Lang::vi()),
    }
}

fn doi_url(record: &Record) -> Option<String> {
    record
        .identifier(Scheme::Doi)
        .map(|doi| format!("https://doi.org/{doi}"))
}

/// Name and content of the `citation_*` tags, in the order of Google Scholar's
/// guidelines for webmasters.
pub(crate) fn highwire(record: &Record, canonical: &str) -> Vec<(&'static str, String)> {
    let mut tags = vec![("citation_title", own_title(record).to_owned())];
    for creator in record.creators() {
        tags.push(("citation_author", creator.name.clone()));
        for affiliation in &creator.affiliations {
            tags.push(("citation_author_institution", affiliation.clone()));
        }
    }
    let mut add = |name, value: Option<String>| tags.extend(value.map(|value| (name, value)));
    let date = record.date.as_ref().map(|date| date.replace('-', "/"));
    add(
        "citation_publication_date",
        date.or_else(|| record.year.map(|year| year.to_string())),
    );
    add(venue_tag(record.record_type), record.venue.clone());
    add("citation_publisher", record.publisher.clone());
    add("citation_volume", record.volume.clone());
    add("citation_issue", record.issue.clone());
    let (first, last) = page_span(record.pages.as_deref());
    add("citation_firstpage", first);
    add("citation_lastpage", last);
    for (name, scheme) in [
        ("citation_doi", Scheme::Doi),
        ("citation_issn", Scheme::Issn),
        ("citation_isbn", Scheme::Isbn),
        ("citation_patent_number", Scheme::Patent),
    ] {
        add(name, record.identifier(scheme).map(str::to_owned));
    }
    add(
        "citation_language",
        record.language.as_ref().map(ToString::to_string),
    );
    let pdf = record
        .files
        .iter()
        .find(|file| file.media_type == "application/pdf" && is_web_address(&file.location));
    add("citation_pdf_url", pdf.map(|file| file.location.clone()));
    add("citation_abstract_html_url", Some(canonical.to_owned()));
    for (_, words) in record.keywords.iter() {
        tags.extend(words.iter().map(|word| ("citation_keywords", word.clone())));
    }
    tags
}

fn venue_tag(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Thesis => "citation_dissertation_institution",
        RecordType::Report | RecordType::Task => "citation_technical_report_institution",
        RecordType::Book => "citation_inbook_title",
        _ => "citation_journal_title",
    }
}

/// First and last page of `12-19` or `12–19`.
fn page_span(pages: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(pages) = pages else {
        return (None, None);
    };
    let mut parts = pages
        .split(['-', '–'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    (
        parts.next().map(str::to_owned),
        parts.next().map(str::to_owned),
    )
}

/// Whether a location is an address on the web, not a path on this machine.
pub(crate) fn is_web_address(location: &str) -> bool {
    location.starts_with("https://") || location.starts_with("http://")
}

/// schema.org description, ready to stand in a `script` element: `<` is
/// written as an escape, so that no text can close the element.
pub(crate) fn json_ld(record: &Record, canonical: &str) -> String {
    schema_org(record, canonical)
        .to_string()
        .replace('<', "\\u003c")
}

/// schema.org description: type, names, people, dates, identifiers.
pub(crate) fn schema_org(record: &Record, canonical: &str) -> Value {
    let mut about = Map::new();
    let mut set = |name: &str, value: Value| {
        let empty = match &value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        if !empty {
            about.insert(name.to_owned(), value);
        }
    };
    set("@context", json!("https://schema.org"));
    set("@type", json!(schema_type(record.record_type)));
    set("@id", json!(canonical));
    set("url", json!(canonical));
    set("name", json!(own_title(record)));
    let others = record
        .title
        .iter()
        .filter(|(_, title)| *title != own_title(record));
    set(
        "alternateName",
        others.map(|(_, title)| json!(title)).collect(),
    );
    let texts = record.abstract_text.iter().map(|(_, text)| json!(text));
    set("description", texts.collect());
    let creators = record.creators().map(|agent| {
        let kind = match agent.kind {
            AgentKind::Person => "Person",
            AgentKind::Organisation => "Organization",
        };
        let mut creator = json!({"@type": kind, "name": agent.name});
        if !agent.affiliations.is_empty() {
            let places = agent.affiliations.iter();
            creator["affiliation"] = places
                .map(|name| json!({"@type": "Organization", "name": name}))
                .collect();
        }
        creator
    });
    let people = if record.record_type == RecordType::Dataset {
        "creator"
    } else {
        "author"
    };
    set(people, creators.collect());
    let year = record.year.map(|year| year.to_string());
    set("datePublished", json!(record.date.clone().or(year)));
    set(
        "inLanguage",
        json!(record.language.as_ref().map(ToString::to_string)),
    );
    let words = record.keywords.iter().flat_map(|(_, words)| words);
    set("keywords", words.map(|word| json!(word)).collect());
    set(
        "isPartOf",
        match &record.venue {
            Some(venue) => json!({"@type": "CreativeWork", "name": venue}),
            None => Value::Null,
        },
    );
    set(
        "publisher",
        match &record.publisher {
            Some(name) => json!({"@type": "Organization", "name": name}),
            None => Value::Null,
        },
    );
    set("license", json!(record.licence));
    set(
        "identifier",
        record
            .identifiers
            .iter()
            .map(|id| json!(id.value))
            .collect(),
    );
    set("sameAs", json!(doi_url(record)));
    let columns = record.columns.iter().map(|column| {
        json!({"@type": "PropertyValue", "name": column.name, "description": column.description})
    });
    set("variableMeasured", columns.collect());
    set("isAccessibleForFree", json!(true));
    Value::Object(about)
}

fn schema_type(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "ScholarlyArticle",
        RecordType::Dataset => "Dataset",
        RecordType::Thesis => "Thesis",
        RecordType::Report => "Report",
        RecordType::Book => "Book",
        RecordType::Task => "ResearchProject",
        RecordType::Patent | RecordType::Other => "CreativeWork",
    }
}

/// OpenURL `ContextObject` in a span (Z39.88-2004, key/encoded-value form):
/// what goes into the `title` attribute.
pub(crate) fn coins(record: &Record) -> String {
    let (format, genre, title_key) = match record.record_type {
        RecordType::Thesis => ("dissertation", "", "rft.title"),
        RecordType::Patent => ("patent", "", "rft.title"),
        RecordType::Book => ("book", "book", "rft.btitle"),
        RecordType::Report => ("book", "report", "rft.btitle"),
        RecordType::Paper => ("journal", "article", "rft.atitle"),
        RecordType::Dataset | RecordType::Task | RecordType::Other => ("dc", "", "rft.title"),
    };
    let mut pairs = vec![
        ("ctx_ver", "Z39.88-2004".to_owned()),
        ("rft_val_fmt", format!("info:ofi/fmt:kev:mtx:{format}")),
        ("rft.genre", genre.to_owned()),
    ];
    pairs.push((title_key, own_title(record).to_owned()));
    let maker = match format {
        "dc" => "rft.creator",
        "patent" => "rft.inventor",
        _ => "rft.au",
    };
    pairs.extend(
        record
            .creators()
            .map(|creator| (maker, creator.name.clone())),
    );
    let mut add = |key, value: Option<String>| pairs.extend(value.map(|value| (key, value)));
    add(
        "rft.date",
        record
            .date
            .clone()
            .or_else(|| record.year.map(|year| year.to_string())),
    );
    add(
        "rft.jtitle",
        record.venue.clone().filter(|_| format == "journal"),
    );
    add(
        "rft.inst",
        record.venue.clone().filter(|_| format == "dissertation"),
    );
    add("rft.pub", record.publisher.clone());
    add("rft.volume", record.volume.clone());
    add("rft.issue", record.issue.clone());
    add("rft.pages", record.pages.clone());
    add(
        "rft.issn",
        record.identifier(Scheme::Issn).map(str::to_owned),
    );
    add(
        "rft.isbn",
        record.identifier(Scheme::Isbn).map(str::to_owned),
    );
    add(
        "rft.number",
        record.identifier(Scheme::Patent).map(str::to_owned),
    );
    add(
        "rft_id",
        record
            .identifier(Scheme::Doi)
            .map(|doi| format!("info:doi/{doi}")),
    );
    let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    let encoded: Vec<String> = filled
        .map(|(key, value)| format!("{key}={}", encode(&value)))
        .collect();
    encoded.join("&")
}

#[cfg(test)]
mod tests {
    use records::{Agent, Identifier, Lang, RecordId, Year};

    use super::*;

    fn article() -> Record {
        let mut record = Record::new(RecordId::new("a/1").unwrap(), RecordType::Paper);
        record
            .title
            .set(Lang::vi(), "Lúa </script><script>alert(1)".into());
        record.title.set(Lang::en(), "Rice".into());
        record.language = Some(Lang::vi());
        record.agents.push(Agent::author("Nguyễn Văn Đức"));
        record.year = Some(Year::new(2019).unwrap());
        record.date = Some("2019-05-17".into());
        record.venue = Some("Tạp chí Nông nghiệp".into());
        record.pages = Some("12–19".into());
        record
            .identifiers
            .extend(Identifier::new(Scheme::Doi, "10.1/x"));
        record
    }

    #[test]
    fn scholar_finds_title_author_date_and_pages() {
        let tags = highwire(&article(), "https://x.vn/records/a%2F1");
        let get = |name| {
            tags.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(get("citation_author"), Some("Nguyễn Văn Đức"));
        assert_eq!(get("citation_publication_date"), Some("2019/05/17"));
        assert_eq!(
            (get("citation_firstpage"), get("citation_lastpage")),
            (Some("12"), Some("19"))
        );
        assert_eq!(get("citation_doi"), Some("10.1/x"));
    }

    #[test]
    fn no_text_of_a_record_can_close_the_script_element() {
        let text = json_ld(&article(), "https://x.vn/records/a%2F1");
        assert!(!text.contains('<'), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["name"], "Lúa </script><script>alert(1)");
        assert_eq!(value["@type"], "ScholarlyArticle");
        assert_eq!(value["alternateName"][0], "Rice");
    }

    #[test]
    fn coins_are_key_value_pairs() {
        let text = coins(&article());
        assert!(text.starts_with(
            "ctx_ver=Z39.88-2004&rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Ajournal&"
        ));
        assert!(
            text.contains("rft.au=Nguy%E1%BB%85n%20V%C4%83n%20%C4%90%E1%BB%A9c"),
            "{text}"
        );
        assert!(text.ends_with("rft_id=info%3Adoi%2F10.1%2Fx"), "{text}");
    }
}
