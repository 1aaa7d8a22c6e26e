//! What a journal prints around a paper: its name, volume, issue, pages, year,
//! ISSN, DOI.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    labels::LabelKind,
    manuscript::{Block, Manuscript},
};
use crate::DocumentMetadata;

/// Pages on which a paper says where it came out.
const FRONT_PAGES: u32 = 2;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are sound")
}

static DOI: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\b10\.[0-9]{4,9}/[^\s"<>,;\]]*[A-Za-z0-9)]"#));
static ISSN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b[ep]?-?ISSN[\s:]*([0-9]{4})\s?[-–]\s?([0-9]{3}[0-9X])"));
static VOLUME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:tập|vol\.?|volume|quyển)\s*([0-9]{1,4}[A-Z]?)\b"));
static ISSUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:số|no\.?|issue|iss\.)\s*([0-9]{1,4}[A-Z]?(?:[-/][0-9]{1,2}[A-Z]?)?)\b")
});
static PAGES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:trang|tr\.?|pp?\.?|pages)\s*:?\s*([0-9]{1,5})\s*[-–]\s*([0-9]{1,5})\b")
});
/// `10(2), 2022`, `10(2): 88-97`, `1(2) (2007) 44-53`.
static COMPACT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b([0-9]{1,4})\s?\(([0-9]{1,3}[A-Z]?)\)"));
/// `56 (2) (2018) 153-162`, `2022: 88-97`.
static LATE_PAGES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\)|:|[0-9]{4},)\s*([0-9]{1,5})\s?[-–]\s?([0-9]{1,5})\b"));
static YEAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b((?:19[4-9]|20[0-4])[0-9])\b"));
/// Words that open the name of a journal or of proceedings.
static VENUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:tạp chí|kỷ yếu|hội nghị|hội thảo|thông tin khoa học|bản tin|khoa học và đời sống|(?:[\p{L}&]+ ){0,6}(?:journal|letters|proceedings|transactions|bulletin|annals|review|magazine|conference)\b)",
    )
});

/// The last year (1940-2049) in a text.
pub(super) fn year_in(text: &str) -> Option<i32> {
    YEAR.find_iter(text).last()?.as_str().parse().ok()
}

/// Whether a block is what a journal prints over a paper.
pub(super) fn is_header(text: &str) -> bool {
    let n_words = text.split_whitespace().count();
    if n_words > 30 {
        return false;
    }
    let n_signs = [&*VOLUME, &*ISSUE, &*PAGES, &*COMPACT]
        .iter()
        .filter(|sign| sign.is_match(text))
        .count();
    let has_year = YEAR.is_match(text);
    ISSN.is_match(text)
        || (n_signs >= 2)
        || (n_signs == 1 && has_year && (n_words <= 6 || VENUE.is_match(text)))
        || DOI.find(text).is_some_and(|doi| 2 * doi.len() > text.len())
        || (VENUE.is_match(text)
            && n_words <= 12
            && (has_year || text.to_lowercase().starts_with("tạp chí")))
}

/// Reads what a journal says.
pub(super) fn read(manuscript: &Manuscript, found: &mut DocumentMetadata) {
    let first_page = manuscript.blocks.first().map_or(1, |block| block.page);
    let front: Vec<&Block> = manuscript
        .blocks
        .iter()
        .take_while(|block| block.page < first_page + FRONT_PAGES)
        .take_while(|block| {
            block
                .label
                .is_none_or(|label| label.kind != LabelKind::References)
        })
        .collect();
    doi(&front, first_page, found);
    let issn = front.iter().find_map(|block| ISSN.captures(&block.text));
    found.issn = issn.map(|issn| format!("{}-{}", &issn[1], issn[2].to_uppercase()));
    if let Some(header) = front.iter().find(|block| is_rich_header(&block.text)) {
        describe(&header.text, found);
    } else if let Some(header) = front
        .iter()
        .find(|block| is_header(&block.text) && ISSUE.is_match(&block.text))
    {
        // A footer such as `Số 12 năm 2022`.
        describe(&header.text, found);
    }
    if found.venue.is_none() {
        let named = front.iter().find(|block| {
            block.n_words() <= 14 && (VENUE.is_match(&block.text) && is_header(&block.text))
        });
        found.venue = named.and_then(|block| venue(&block.text));
    }
    if found.year.is_none() {
        year(&front, first_page, found);
    }
}

/// A header that names volume or issue beside the name or the pages.
fn is_rich_header(text: &str) -> bool {
    is_header(text)
        && [&*VOLUME, &*ISSUE, &*PAGES, &*COMPACT]
            .iter()
            .filter(|sign| sign.is_match(text))
            .count()
            >= 2
        || (is_header(text) && COMPACT.is_match(text) && VENUE.is_match(text))
}

fn describe(text: &str, found: &mut DocumentMetadata) {
    let first = |pattern: &Regex| pattern.captures(text).map(|found| found[1].to_owned());
    found.volume = first(&VOLUME);
    found.issue = first(&ISSUE);
    if let Some(compact) = COMPACT.captures(text)
        && found.volume.is_none()
    {
        found.volume = Some(compact[1].to_owned());
        found.issue = found.issue.take().or(Some(compact[2].to_owned()));
    }
    let pages = PAGES.captures(text).or_else(|| LATE_PAGES.captures(text));
    found.pages = pages.map(|pages| format!("{}-{}", &pages[1], &pages[2]));
    if let Some(year) = year_in(text) {
        found.year = Some(year);
        found.confidence.year = 0.9;
    }
    found.venue = venue(text);
}

/// The name in a header: up to the first number, DOI or label.
fn venue(text: &str) -> Option<String> {
    let text = text
        .split('\t')
        .find(|cell| VENUE.is_match(cell))
        .unwrap_or(text);
    let ends = [&*VOLUME, &*ISSUE, &*PAGES, &*COMPACT, &*YEAR, &*ISSN, &*DOI]
        .into_iter()
        .filter_map(|sign| sign.find(text))
        .map(|sign| sign.start());
    let end = ends.min().unwrap_or(text.len());
    let name = text[..end].trim_matches(|c: char| c.is_whitespace() || ",.;:-–(|/".contains(c));
    let n_words = name.split_whitespace().count();
    ((2..=16).contains(&n_words) && VENUE.is_match(name)).then(|| name.to_owned())
}

/// The paper's own DOI: labelled, or alone in the front matter.
fn doi(front: &[&Block], first_page: u32, found: &mut DocumentMetadata) {
    for block in front {
        let Some(doi) = DOI.find(&block.text) else {
            continue;
        };
        let before = block.text[..doi.start()].to_lowercase();
        let is_labelled = before.contains("doi");
        let is_cited = starts_with_number_in_brackets(&block.text);
        let confidence = match (is_labelled, block.page == first_page, is_cited) {
            (_, _, true) => 0.0,
            (true, true, _) => 0.95,
            (true, false, _) if block.is_running => 0.9,
            (true, false, _) => 0.4,
            (false, true, _) => 0.7,
            (false, false, _) => 0.2,
        };
        if confidence > found.confidence.doi {
            found.confidence.doi = confidence;
            let value = doi.as_str().trim_end_matches(['.', ')']);
            let is_whole = doi.as_str().matches(')').count() <= doi.as_str().matches('(').count();
            let value = if is_whole { doi.as_str() } else { value };
            found.doi = Some(value.to_lowercase());
        }
    }
}

fn starts_with_number_in_brackets(text: &str) -> bool {
    text.starts_with('[') && text.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

/// The year of a paper without a header: what the editors date last, then a
/// copyright line, then the foot of a cover.
fn year(front: &[&Block], first_page: u32, found: &mut DocumentMetadata) {
    let first = front.iter().filter(|block| block.page == first_page);
    let dated = first.clone().find_map(|block| {
        let lower = block.text.to_lowercase();
        let is_date = [
            "ngày",
            "received",
            "nhận bài",
            "accepted",
            "published",
            "copyright",
            "©",
        ]
        .iter()
        .any(|word| lower.contains(word));
        (is_date && block.n_words() <= 30)
            .then(|| year_in(&block.text))
            .flatten()
    });
    let footed = || {
        first
            .clone()
            .filter(|block| block.n_words() <= 10)
            .filter_map(|block| year_in(&block.text))
            .next_back()
    };
    (found.year, found.confidence.year) = match (dated, footed()) {
        (Some(year), _) => (Some(year), 0.7),
        (None, Some(year)) => (Some(year), 0.6),
        (None, None) => (None, 0.0),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> DocumentMetadata {
        let mut found = DocumentMetadata::default();
        assert!(is_header(text), "{text}");
        describe(text, &mut found);
        found
    }

    #[test]
    fn headers_of_journals_in_both_languages() {
        let found = described("Tạp chí Môi trường đô thị, Tập 6, Số 2 (2011), tr. 8-15");
        assert_eq!(found.venue.as_deref(), Some("Tạp chí Môi trường đô thị"));
        assert_eq!(found.volume.as_deref(), Some("6"));
        assert_eq!(found.issue.as_deref(), Some("2"));
        assert_eq!(found.pages.as_deref(), Some("8-15"));
        assert_eq!(found.year, Some(2011));
        let found = described("Letters in Tropical Epidemiology 10(2), 2022, pp. 88-97");
        assert_eq!(found.volume.as_deref(), Some("10"));
        assert_eq!(found.issue.as_deref(), Some("2"));
        assert_eq!(found.pages.as_deref(), Some("88-97"));
        assert_eq!(described("Số 12 năm 2022").issue.as_deref(), Some("12"));
    }

    #[test]
    fn titles_and_sentences_are_no_headers() {
        for text in [
            "Đánh giá tác động của biến đổi khí hậu đến năm 2050",
            "Hội chứng ruột kích thích ở người cao tuổi",
            "A review of deep learning for radiology",
        ] {
            assert!(!is_header(text), "{text}");
        }
    }
}
