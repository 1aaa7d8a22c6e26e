//! A record as other programs read it off a page: Highwire tags (Google
//! Scholar, Zotero), schema.org JSON-LD (search engines), `COinS` (reference
//! managers).

mod coins;
mod highwire;

use formats::{ExportFormat, write_one};
use records::Record;

pub(crate) use coins::coins;
pub(crate) use highwire::highwire;

/// The title in the work's own language, else in any.
fn own_title(record: &Record) -> &str {
    match &record.language {
        Some(lang) => record.display_title(lang),
        None => record.display_title(&records::Lang::vi()),
    }
}

/// Whether a location is an address on the web, not a path on this machine.
pub(crate) fn is_web_address(location: &str) -> bool {
    location.starts_with("https://") || location.starts_with("http://")
}

/// schema.org description, ready to stand in a `script` element: `<` is
/// written as an escape, so that no text can close the element.
pub(crate) fn json_ld(record: &Record, canonical: &str) -> String {
    write_one(ExportFormat::SchemaOrg, record, Some(canonical)).replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use records::{Agent, Identifier, Lang, RecordId, RecordType, Scheme, Year};
    use serde_json::Value;

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
        let tags = highwire(&article(), "https://x.vn/records/a%2F1", None);
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
        assert_eq!(value["alternateName"][0]["@value"], "Rice");
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
