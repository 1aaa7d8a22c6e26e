//! What of a record is embedded: title and abstract in each language, and the
//! full text in passages, each under the record's title.

use embed::{DocumentPassage, Embedder, PassageLimits, TextRole, cut_passages};
use index::vectors::TextHash;
use records::{Lang, Record};

/// A passage of a record before it is embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordPassage {
    /// What the model sees.
    pub(crate) embedded: String,
    /// What a reader sees.
    pub(crate) shown: String,
    /// Page of the document on which it begins.
    pub(crate) page: Option<u32>,
}

impl RecordPassage {
    /// Names what the model sees.
    pub(crate) fn hash(&self) -> TextHash {
        let hash = blake3::hash(self.embedded.as_bytes());
        let (head, _) = hash
            .as_bytes()
            .split_first_chunk::<16>()
            .expect("a hash has 32 bytes");
        TextHash(*head)
    }
}

/// The passages of a record, the ones of title and abstract first; none of a
/// record without a word.
pub(crate) fn record_passages(record: &Record, embedder: &dyn Embedder) -> Vec<RecordPassage> {
    let limits = PassageLimits {
        max_tokens: PassageLimits::default()
            .max_tokens
            .min(embedder.max_tokens() / 2),
        ..PassageLimits::default()
    };
    let count = |text: &str| embedder.n_tokens(text, TextRole::Passage);
    let mut passages = Vec::new();
    for (lang, text) in record.abstract_text.iter() {
        let title = title_in(record, lang);
        let cut = cut_passages([(1, text.as_str())], &limits, count);
        passages.extend(cut.into_iter().map(|passage| under(&title, passage, None)));
    }
    if record.body.is_empty() {
        let bare = record
            .title
            .iter()
            .filter(|(lang, _)| record.abstract_text.get(lang).is_none());
        passages.extend(bare.filter_map(|(lang, title)| bare_title(record, lang, title)));
    }
    let title = title_in(record, &record.language.clone().unwrap_or_else(Lang::vi));
    let pages = record.body.iter();
    let pages = pages.map(|page| (page.number, page.text.as_str()));
    let body = cut_passages(pages, &limits, count);
    passages.extend(body.into_iter().map(|passage| {
        let page = passage.first_page;
        under(&title, passage, Some(page))
    }));
    passages
}

fn title_in(record: &Record, lang: &Lang) -> String {
    let found = record.title.prefer(lang);
    found.map_or_else(String::new, |(_, title)| title.to_owned())
}

/// A title without an abstract says little: the keywords go with it.
fn bare_title(record: &Record, lang: &Lang, title: &str) -> Option<RecordPassage> {
    if title.trim().is_empty() {
        return None;
    }
    let words = record.keywords.get(lang);
    let embedded = match words {
        Some(words) if !words.is_empty() => format!("{title}\n{}", words.join("; ")),
        _ => title.to_owned(),
    };
    Some(RecordPassage {
        shown: title.to_owned(),
        embedded,
        page: None,
    })
}

fn under(title: &str, passage: DocumentPassage, page: Option<u32>) -> RecordPassage {
    let is_repeated = passage.text.starts_with(title);
    RecordPassage {
        embedded: if is_repeated || title.is_empty() {
            passage.text.clone()
        } else {
            format!("{title}\n{}", passage.text)
        },
        shown: passage.text,
        page,
    }
}

#[cfg(test)]
mod tests {
    use embed::NgramEmbedder;
    use records::{Page, RecordId, RecordType};

    use super::*;

    fn record() -> Record {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        record.title.set(Lang::vi(), "Lúa chịu mặn".into());
        record.title.set(Lang::en(), "Salt-tolerant rice".into());
        record
    }

    #[test]
    fn every_language_has_its_passage() {
        let mut record = record();
        record
            .abstract_text
            .set(Lang::vi(), "Chọn tạo giống lúa.".into());
        let passages = record_passages(&record, &NgramEmbedder::new(16));
        let seen: Vec<&str> = passages.iter().map(|p| p.embedded.as_str()).collect();
        assert_eq!(
            seen,
            ["Lúa chịu mặn\nChọn tạo giống lúa.", "Salt-tolerant rice"]
        );
        assert_eq!(passages[0].shown, "Chọn tạo giống lúa.");
        assert_ne!(passages[0].hash(), passages[1].hash());
    }

    #[test]
    fn a_document_is_cut_with_its_pages() {
        let mut record = record();
        let sentence = "Năng suất tăng rõ rệt ở các ruộng thử nghiệm ven biển. ";
        record.body = (1..=4)
            .map(|number| Page::new(number, sentence.repeat(15)))
            .collect();
        let passages = record_passages(&record, &NgramEmbedder::new(16));
        assert!(passages.len() >= 3, "{}", passages.len());
        let pages: Vec<u32> = passages.iter().filter_map(|p| p.page).collect();
        assert_eq!(pages.len(), passages.len());
        assert!(pages.is_sorted() && pages[0] == 1 && pages.contains(&3));
        assert!(
            passages
                .iter()
                .all(|p| p.embedded.starts_with("Lúa chịu mặn\n"))
        );
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        let bare = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        assert!(record_passages(&bare, &NgramEmbedder::new(16)).is_empty());
    }
}
