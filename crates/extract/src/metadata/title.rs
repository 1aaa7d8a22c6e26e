//! Titles: the block that looks like one.

use records::Lang;

use super::{
    institutions, journal, kind,
    labels::LabelKind,
    language,
    manuscript::{Block, MARKER, Manuscript},
    names,
};

/// Words of the longest title; the longest in the ACL Anthology has 40.
const MAX_WORDS: usize = 60;

/// A title with the blocks that it takes.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub(super) text: String,
    pub(super) lang: Lang,
    /// First block and the one after the last.
    pub(super) range: (usize, usize),
    pub(super) score: f32,
}

/// The block of `range` that looks most like a title, joined with the lines
/// that go on with it. `hint` is the title in the file's properties.
pub(super) fn best(
    manuscript: &Manuscript,
    range: std::ops::Range<usize>,
    hint: Option<&str>,
) -> Option<Title> {
    let blocks = &manuscript.blocks;
    let hint = hint.map(key).filter(|hint| hint.len() > 8);
    let mut best: Option<(f32, usize)> = None;
    for at in range.clone() {
        let Some(mut score) = score(manuscript, at) else {
            continue;
        };
        if let Some(hint) = &hint
            && hint.contains(&key(&blocks[at].text))
        {
            score += 1.5;
        }
        score -= 0.04 * (at - range.start) as f32;
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, at));
        }
    }
    let (score, at) = best?;
    Some(joined(manuscript, at, range, score))
}

fn key(text: &str) -> String {
    text::fold(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// How much a block looks like a title; `None` when it cannot be one.
pub(super) fn score(manuscript: &Manuscript, at: usize) -> Option<f32> {
    let block = &manuscript.blocks[at];
    let n_words = block.n_words();
    if block.label.is_some() || block.is_running || n_words == 0 || n_words > MAX_WORDS {
        return None;
    }
    let n_letters = block.text.chars().filter(|c| c.is_alphabetic()).count();
    if n_letters < 4 || 2 * n_letters < block.text.chars().filter(|c| !c.is_whitespace()).count() {
        return None;
    }
    if is_motto(&block.text) || journal::is_header(&block.text) || kind::is_kind_line(&block.text) {
        return None;
    }
    let relative = manuscript.relative_size(block);
    let mut score = 4.0 * (relative - 1.0).clamp(-0.5, 1.5);
    score += f32::from(u8::from(block.look != manuscript.body_look));
    score += 0.8 * f32::from(u8::from(block.is_all_capitals()));
    score += 0.5 * f32::from(u8::from(block.is_centred));
    score += match n_words {
        1 => -2.0,
        2..=3 => -0.5,
        4..=35 => 1.0,
        _ => -1.5,
    };
    if institutions::is_institution(&block.text) && n_words <= 14 {
        score -= 2.5;
    }
    if names::list(&block.unraised).is_sure() {
        score -= 3.0;
    }
    if block.text.ends_with(['.', ';', ',']) && n_words > 8 {
        score -= 2.0;
    }
    if block.text.starts_with(char::is_lowercase) {
        score -= 1.0;
    }
    if relative > 1.2 && is_one_of_many(manuscript, at) {
        score -= 2.0;
    }
    if n_words <= 12 && is_repeated(&manuscript.blocks, at) {
        score -= 5.0;
    }
    if is_place_and_date(&block.text) || is_caption(&block.text) {
        score -= 4.0;
    }
    Some(score)
}

/// The head of every act of the state.
fn is_motto(text: &str) -> bool {
    let text = text::fold(text);
    text.contains("cong hoa xa hoi chu nghia")
        || text.contains("doc lap - tu do")
        || text.contains("doc lap – tu do")
}

/// *Hà Nội, 2023*; *Hà Nội, tháng 3/2007*.
fn is_place_and_date(text: &str) -> bool {
    let n_words = text.split_whitespace().count();
    n_words <= 8
        && journal::year_in(text).is_some()
        && text.chars().filter(|c| c.is_alphabetic()).count() < 30
}

/// *Hình 1.*, *Ảnh: X*: text around a picture.
fn is_caption(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "hình ", "bảng ", "ảnh", "figure ", "fig. ", "table ", "nguồn:",
    ]
    .iter()
    .any(|word| lower.starts_with(word))
        || lower.contains("ảnh:")
        || lower.contains("nguồn ảnh")
}

/// The block `at` with its neighbours of the same look.
fn joined(manuscript: &Manuscript, at: usize, range: std::ops::Range<usize>, score: f32) -> Title {
    let blocks = &manuscript.blocks;
    let goes_with = |one: &Block, other: &Block, whole: &str| {
        one.size > 0.0
            && (one.looks_like(other) || are_both_loud(manuscript, one, other))
            && one.page == other.page
            && one.label.is_none()
            && !one.is_running
            && one.is_all_capitals() == other.is_all_capitals()
            && whole.split_whitespace().count() + one.n_words() <= MAX_WORDS
            && !names::list(&one.unraised).is_sure()
            && !kind::is_kind_line(&one.text)
            && !journal::is_header(&one.text)
            && !(institutions::is_institution(&one.text) && one.n_words() <= 14)
            && !is_other_language(&one.text, whole)
    };
    let (mut from, mut to) = (at, at + 1);
    let mut text = blocks[at].text.clone();
    while to < range.end && goes_with(&blocks[to], &blocks[at], &text) {
        text = format!("{text} {}", blocks[to].text);
        to += 1;
    }
    while from > range.start && goes_with(&blocks[from - 1], &blocks[at], &text) {
        text = format!("{} {text}", blocks[from - 1].text);
        from -= 1;
    }
    let text = tidy(&text, &blocks[from..to]);
    Title {
        lang: language(&text),
        text,
        range: (from, to),
        score,
    }
}

/// Whether two texts are surely in two languages.
pub(super) fn is_other_language(one: &str, other: &str) -> bool {
    let (one, other) = (text::detect(one), text::detect(other));
    one.confidence > 0.6
        && other.confidence > 0.6
        && one.lang != other.lang
        && !one.accentless
        && !other.accentless
        && (one.lang == "vi" || other.lang == "vi")
}

/// Lines of one title in two sizes, as magazines set them: one font, capitals,
/// both much larger than the text.
fn are_both_loud(manuscript: &Manuscript, one: &Block, other: &Block) -> bool {
    one.look == other.look
        && one.is_all_capitals()
        && other.is_all_capitals()
        && one.size.min(other.size) > 0.75 * one.size.max(other.size)
        && manuscript
            .relative_size(one)
            .min(manuscript.relative_size(other))
            > 1.4
}

/// Whether another line of its size stands on the page with running text
/// between them: headings of parts, not a title.
fn is_one_of_many(manuscript: &Manuscript, at: usize) -> bool {
    let blocks = &manuscript.blocks;
    let own = &blocks[at];
    let is_alike = |other: usize| {
        let block = &blocks[other];
        let (from, to) = (at.min(other), at.max(other));
        let is_text = |block: &Block| block.n_words() > 30 && block.label.is_none();
        block.page == own.page
            && !block.is_running
            && (block.size - own.size).abs() <= 0.04 * own.size
            && blocks[from..to].iter().any(is_text)
    };
    (at.saturating_sub(20)..(at + 20).min(blocks.len())).any(is_alike)
}

/// Whether the text stands twice on its page: a rubric, printed for the reader
/// and once more under a picture or in outlines.
fn is_repeated(blocks: &[Block], at: usize) -> bool {
    let own = key(&blocks[at].text);
    let is_copy = |(other, block): (usize, &Block)| {
        other != at
            && block.page == blocks[at].page
            && block.text.len() < 4 * own.len()
            && key(&block.text) == own
    };
    blocks
        .iter()
        .enumerate()
        .take(at + 30)
        .skip(at.saturating_sub(10))
        .any(is_copy)
}

/// A title without reference marks at its end, spaces collapsed.
fn tidy(text: &str, blocks: &[Block]) -> String {
    // A raised mark at the very end is a footnote, not a part of the title.
    let last = blocks.last().map_or("", |block| block.unraised.as_str());
    let mut text = text.to_owned();
    if last.ends_with(MARKER) {
        text = text
            .trim_end_matches(|c: char| c.is_ascii_digit() || "*†‡,¹²³".contains(c))
            .to_owned();
    }
    let text: Vec<&str> = text.split_whitespace().collect();
    text.join(" ")
        .trim_end_matches(['*', '†', '¹'])
        .trim()
        .to_owned()
}

/// The title in another language than `first`: near the abstract in that
/// language, or right after the first title.
pub(super) fn other(
    manuscript: &Manuscript,
    first: &Title,
    lang: &Lang,
    front_end: usize,
) -> Option<Title> {
    let blocks = &manuscript.blocks;
    let mut regions = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let is_abstract = block
            .label
            .is_some_and(|label| label.kind == LabelKind::Abstract);
        let is_theirs = is_abstract && {
            let after = blocks.get(at + 1).map_or("", |next| next.text.as_str());
            let text = if block.n_words() > 6 {
                block.text.as_str()
            } else {
                after
            };
            language(text) == *lang
        };
        if is_theirs {
            regions.push(region_before(blocks, at, first));
        }
    }
    regions.push(first.range.1..front_end.max(first.range.1));
    regions
        .into_iter()
        .find_map(|region| in_language(manuscript, region, first, lang))
}

/// Blocks before an abstract, back to the part before.
fn region_before(blocks: &[Block], at: usize, first: &Title) -> std::ops::Range<usize> {
    let is_border = |block: &Block| {
        matches!(
            block.label.map(|label| label.kind),
            Some(
                LabelKind::Keywords
                    | LabelKind::Abstract
                    | LabelKind::References
                    | LabelKind::Section
            )
        )
    };
    let from = blocks[..at]
        .iter()
        .rposition(is_border)
        .map_or(0, |border| border + 1);
    from.max(at.saturating_sub(14))
        .max(if at > first.range.1 { first.range.1 } else { 0 })..at
}

fn in_language(
    manuscript: &Manuscript,
    region: std::ops::Range<usize>,
    first: &Title,
    lang: &Lang,
) -> Option<Title> {
    let blocks = &manuscript.blocks;
    let mut best: Option<(f32, usize)> = None;
    for at in region.clone() {
        let block = &blocks[at];
        let is_first = (first.range.0..first.range.1).contains(&at);
        let is_theirs =
            language(&block.text) == *lang || text::detect(&block.text).confidence < 0.3;
        if is_first || !is_theirs || block.n_words() < 3 || block.text.starts_with('[') {
            continue;
        }
        let Some(score) = score(manuscript, at) else {
            continue;
        };
        if score > 0.5 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, at));
        }
    }
    let (score, at) = best?;
    let title = joined(manuscript, at, region, score);
    (title.lang == *lang).then_some(title)
}
