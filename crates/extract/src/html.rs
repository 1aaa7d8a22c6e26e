//! HTML pages: the text, and what the head says of the work (Highwire Press
//! tags, which Google Scholar and Zotero read, and Dublin Core).

use html5gum::{DefaultEmitter, Token, Tokenizer};
use records::Lang;

use crate::{
    Document, DocumentMetadata, ExtractError, Limits, MediaType,
    office::{HTML, Writer},
    plain,
};

/// Elements without an end tag (HTML 13.1.2).
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements whose text is no text of the page.
const SKIPPED: &[&str] = &["script", "style", "title", "noscript", "template", "svg"];
/// Bytes in which a page names its encoding (HTML 13.2.3.2).
const META_WINDOW: usize = 1024;

/// Reads an HTML page.
///
/// # Errors
/// Without any text, over a limit.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
    let (source, encoding) = decode(bytes);
    let mut writer = Writer::new(&HTML);
    let mut head = Head::default();
    let mut skipped: Option<String> = None;
    // Scripts and styles are text to their end tag.
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(source.as_str(), emitter) {
        let token = match token {
            Ok(token) => token,
            Err(never) => match never {},
        };
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attribute = |key: &[u8]| {
                    tag.attributes
                        .get(key)
                        .map(|value| String::from_utf8_lossy(value).into_owned())
                };
                if name == "meta" {
                    head.meta(attribute(b"name"), attribute(b"content"));
                }
                if SKIPPED.contains(&name.as_str()) && !tag.self_closing {
                    skipped = skipped.or(Some(name));
                } else if skipped.is_none() {
                    writer.open(&name, 1);
                    if tag.self_closing || VOID.contains(&name.as_str()) {
                        writer.close(&name);
                    }
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                match &skipped {
                    Some(skipping) if *skipping == name => skipped = None,
                    Some(_) => {}
                    None => writer.close(&name),
                }
            }
            Token::String(text) => {
                let text = String::from_utf8_lossy(&text);
                match skipped.as_deref() {
                    Some("title") => head.title.push_str(&text),
                    Some(_) => {}
                    None => writer.text(&text),
                }
            }
            _ => {}
        }
        if writer.len() > 4 * limits.max_text_chars {
            break;
        }
    }
    let mut document = Document::new(MediaType::Html);
    document.encoding = Some(encoding);
    document.properties.title =
        Some(head.title.trim().to_owned()).filter(|title| !title.is_empty());
    document.set_pages(std::iter::once(plain::tidy(&writer.finish())), limits)?;
    document.stated = Some(Box::new(head.found));
    Ok(document)
}

/// By byte order mark, by what the page says, as UTF-8 when it is that.
fn decode(bytes: &[u8]) -> (String, String) {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(META_WINDOW)]).to_ascii_lowercase();
    let label = head.split_once("charset=").map(|(_, rest)| {
        rest.trim_start_matches(['"', '\'', ' '])
            .split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    let named = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    match named {
        Some(encoding) if !is_utf8 && encoding != encoding_rs::UTF_8 => {
            let text = encoding.decode(bytes).0.into_owned();
            (text, encoding.name().to_ascii_lowercase())
        }
        _ => {
            let (text, encoding) = plain::decode(bytes);
            (text, encoding.name().to_ascii_lowercase())
        }
    }
}

#[derive(Default)]
struct Head {
    title: String,
    found: DocumentMetadata,
}

impl Head {
    fn meta(&mut self, name: Option<String>, content: Option<String>) {
        let (Some(name), Some(content)) = (name, content) else {
            return;
        };
        let content = content.trim();
        if content.is_empty() {
            return;
        }
        let found = &mut self.found;
        let some = || Some(content.to_owned());
        match name.to_ascii_lowercase().as_str() {
            "citation_title" | "dc.title" => {
                let lang = Lang::parse(text::detect(content).lang);
                found.title.set(lang, content.to_owned());
                found.confidence.title = 0.95;
            }
            "citation_author" | "dc.creator" => {
                found.authors.push(content.to_owned());
                found.confidence.authors = 0.95;
            }
            "citation_journal_title" => found.venue = some(),
            "citation_volume" => found.volume = some(),
            "citation_issue" => found.issue = some(),
            "citation_issn" => found.issn = some(),
            "citation_firstpage" => found.pages = some(),
            "citation_lastpage" => {
                let first = found.pages.take().unwrap_or_default();
                found.pages = Some(format!("{first}-{content}"));
            }
            "citation_doi" => {
                found.doi = Some(content.trim_start_matches("doi:").to_lowercase());
                found.confidence.doi = 0.95;
            }
            "citation_publication_date" | "citation_date" | "dc.date" => {
                found.year = content.get(..4).and_then(|year| year.parse().ok());
                found.confidence.year = 0.95;
            }
            "citation_abstract" | "dc.description" => {
                let lang = Lang::parse(text::detect(content).lang);
                found.abstract_text.set(lang, content.to_owned());
                found.confidence.abstract_text = 0.9;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_markup_and_the_head_of_a_landing_page() {
        let page = "<!DOCTYPE html><html><head><title>x</title>\
            <meta name=\"citation_title\" content=\"Xâm nhập mặn ở đồng bằng\">\
            <meta name=citation_author content='Lâm Văn Sĩ'><meta name=citation_doi content=10.5555/ABC>\
            <script>var a = '<p>no';</script></head><body><h1>Tiêu đề</h1><p>M&#7863;n &amp; ng&agrave;y<br>hai\
            <table><tr><td>A<td>B<tr><td>C</table></body></html>";
        let document = crate::extract(page.as_bytes(), None, &Limits::default()).unwrap();
        let text = document.text();
        assert!(text.contains("Tiêu đề\n\nMặn & ngày\nhai"), "{text}");
        assert!(!text.contains("var a"), "{text}");
        let found = &document.metadata;
        assert_eq!(
            found.title.get(&Lang::vi()).unwrap(),
            "Xâm nhập mặn ở đồng bằng"
        );
        assert_eq!(found.authors, ["Lâm Văn Sĩ"]);
        assert_eq!(found.doi.as_deref(), Some("10.5555/abc"));
    }
}
