//! Abstracts and keywords, by their labels, wherever they stand.

use records::Lang;

use super::{
    labels::LabelKind,
    language,
    manuscript::{Block, Manuscript},
};
use crate::DocumentMetadata;

/// Words of the shortest abstract; less is a heading that lost its text.
const MIN_ABSTRACT_WORDS: usize = 12;
/// Blocks of an abstract in paragraphs (aim, methods, results, conclusion, and
/// pieces cut by the page).
const MAX_ABSTRACT_BLOCKS: usize = 12;
/// Words of the longest abstract; journals allow 150 to 500, theses two pages.
const MAX_ABSTRACT_WORDS: usize = 1200;
/// Words of the longest keyword; more is a sentence.
const MAX_KEYWORD_WORDS: usize = 12;

/// Reads all labelled abstracts and keywords; the first in a language counts.
pub(super) fn read(manuscript: &Manuscript, found: &mut DocumentMetadata) {
    let blocks = &manuscript.blocks;
    let mut last_lang = None;
    for (at, block) in blocks.iter().enumerate() {
        match block.label.map(|label| label.kind) {
            Some(LabelKind::Abstract) if !block.is_running => {
                let Some((lang, text)) = abstract_at(blocks, at) else {
                    continue;
                };
                last_lang = Some(lang.clone());
                if found.abstract_text.get(&lang).is_none() {
                    found.abstract_text.set(lang, text);
                    found.confidence.abstract_text = 0.95;
                }
            }
            Some(LabelKind::Keywords) if !block.is_running => {
                let keywords = keywords_at(blocks, at);
                if keywords.is_empty() {
                    continue;
                }
                let lang = keywords_language(block, &keywords, last_lang.as_ref());
                if found.keywords.get(&lang).is_none() {
                    found.keywords.set(lang, keywords);
                    found.confidence.keywords = 0.9;
                }
            }
            _ => {}
        }
    }
}

/// The abstract whose label is block `at`.
fn abstract_at(blocks: &[Block], at: usize) -> Option<(Lang, String)> {
    let head = &blocks[at];
    let own = head.text[head.label?.len..].trim();
    let mut text = own.to_owned();
    let mut first = (!own.is_empty()).then_some(head);
    let mut n_words = own.split_whitespace().count();
    for block in blocks[at + 1..].iter().take(MAX_ABSTRACT_BLOCKS) {
        if block.is_running {
            continue;
        }
        if ends_abstract(block, first, &text) {
            break;
        }
        n_words += block.n_words();
        if n_words > MAX_ABSTRACT_WORDS {
            break;
        }
        first = first.or(Some(block));
        if !text.is_empty() {
            text.push(if ends_sentence(&text) { '\n' } else { ' ' });
        }
        text.push_str(block.text.trim());
    }
    if text.split_whitespace().count() < MIN_ABSTRACT_WORDS {
        return None;
    }
    Some((language(&text), text))
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', ':', ';', '”', '"'])
}

/// Whether the abstract `text` that began with `first` is over before `block`.
fn ends_abstract(block: &Block, first: Option<&Block>, text: &str) -> bool {
    let Some(first) = first else {
        // A heading alone: its text may stand after a date or an address.
        return matches!(
            block.label.map(|label| label.kind),
            Some(LabelKind::Abstract | LabelKind::Section | LabelKind::Keywords)
        );
    };
    let is_other_size = first.size > 0.0 && (block.size - first.size).abs() > 0.06 * first.size;
    let goes_on = !ends_sentence(text);
    let is_heading = block.n_words() <= 12 && !ends_sentence(&block.text);
    let is_other_language = block.n_words() >= 4
        && ["vi", "en"].contains(&language(&block.text).as_str())
        && language(&block.text) != language(text);
    block.label.is_some()
        || is_other_size
        || block.page > first.page + 1
        || (is_heading && !goes_on)
        || is_other_language
        // An abstract that has ended goes on only in the same look.
        || (!goes_on && block.look != first.look)
        || (!goes_on && first.size == 0.0 && text.split_whitespace().count() > 60)
}

/// The keywords whose label is block `at`.
fn keywords_at(blocks: &[Block], at: usize) -> Vec<String> {
    let head = &blocks[at];
    let start = head.label.map_or(0, |label| label.len);
    let mut text = head.text[start..].trim().to_owned();
    for block in blocks[at + 1..].iter().take(6) {
        let goes_on = text.is_empty() || text.ends_with([',', ';', '-']);
        if !goes_on || block.label.is_some() || block.is_running {
            break;
        }
        text.push(' ');
        text.push_str(block.text.trim());
    }
    split_keywords(&text)
}

fn split_keywords(text: &str) -> Vec<String> {
    let text = text.trim().trim_end_matches('.');
    let separators: &[char] = if text.contains(';') {
        &[';']
    } else if text.contains(',') {
        &[',']
    } else if text.contains('•') || text.contains('·') || text.contains('\t') {
        &['•', '·', '\t']
    } else if text.contains(" - ") {
        return keywords(text.split(" - "));
    } else {
        &['.', '|', '\n']
    };
    keywords(text.split(separators))
}

fn keywords<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in parts {
        let keyword = part.trim().trim_matches(['.', ',', ';', ':']).trim();
        let n_words = keyword.split_whitespace().count();
        if n_words == 0 || n_words > MAX_KEYWORD_WORDS || out.iter().any(|known| known == keyword) {
            continue;
        }
        out.push(keyword.to_owned());
    }
    out
}

/// The language of keywords: what they say themselves, where Vietnamese letters
/// speak; else what the label says.
fn keywords_language(block: &Block, keywords: &[String], last: Option<&Lang>) -> Lang {
    let text = keywords.join(", ");
    let label = block.text.to_lowercase();
    let by_label = if label.contains("từ kh") {
        Lang::vi()
    } else if label.contains("mots") {
        Lang::parse("fr")
    } else {
        Lang::en()
    };
    let found = text::detect(&text);
    let has_vietnamese = found.lang == "vi" && !found.accentless;
    if has_vietnamese {
        return Lang::vi();
    }
    if by_label == Lang::vi() && last.is_some_and(|last| *last != Lang::vi()) && found.lang == "en"
    {
        return Lang::en();
    }
    by_label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_part_at_the_mark_that_the_list_uses() {
        assert_eq!(split_keywords("a, b; c; d."), ["a, b", "c", "d"]);
        assert_eq!(split_keywords("sâm, lúa, lúa"), ["sâm", "lúa"]);
        assert_eq!(split_keywords("sâm - lúa nước"), ["sâm", "lúa nước"]);
    }
}
