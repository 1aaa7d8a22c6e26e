//! The title page: titles, authors, institutions, and the lead of a magazine.

use records::{Agent, AgentKind, AgentRole, Lang};

use super::{
    institutions, journal, kind,
    labels::LabelKind,
    language,
    manuscript::{Block, Manuscript},
    names::{self, Names},
    title::{self, Title},
};
use crate::{DocumentMetadata, Properties};

/// Pages that a title page can be on: a cover, a second cover, the first page.
const FRONT_PAGES: u32 = 3;
/// Blocks looked at when nothing ends the front matter.
const FRONT_BLOCKS: usize = 40;
/// Words of the shortest lead paragraph of a magazine article.
const MIN_LEAD_WORDS: usize = 25;
/// Words of the longest lead.
const MAX_LEAD_WORDS: usize = 400;

/// A lead stands under a loud title; forms and tables have none. Magazine
/// titles score 8 to 9, headings in forms below 4.
const MIN_LEAD_TITLE_SCORE: f32 = 5.0;

/// Reads titles, authors, institutions and, without a labelled abstract, the
/// lead.
pub(super) fn read(manuscript: &Manuscript, properties: &Properties, found: &mut DocumentMetadata) {
    let end = front_end(manuscript);
    let labelled = labelled_title(manuscript, end);
    let first = labelled.or_else(|| title::best(manuscript, 0..end, properties.title.as_deref()));
    let Some(first) = first else {
        authors(manuscript, None, end, found);
        return;
    };
    found.confidence.title = (0.5 + 0.1 * first.score).clamp(0.3, 0.95);
    found.title.set(first.lang.clone(), first.text.clone());
    for lang in [Lang::vi(), Lang::en()] {
        if lang != first.lang
            && let Some(other) = title::other(manuscript, &first, &lang, end)
        {
            found.title.set(lang, other.text);
        }
    }
    authors(manuscript, Some(&first), end, found);
    if found.abstract_text.is_empty() && first.score >= MIN_LEAD_TITLE_SCORE {
        lead(manuscript, &first, found);
    }
}

/// Where the front matter ends: at the first heading of the body, or the first
/// abstract, whichever comes first.
fn front_end(manuscript: &Manuscript) -> usize {
    let blocks = &manuscript.blocks;
    let first_page = blocks.first().map_or(1, |block| block.page);
    let is_end = |block: &Block| {
        matches!(
            block.label.map(|label| label.kind),
            Some(LabelKind::Abstract | LabelKind::Keywords | LabelKind::Section)
        ) || block.page >= first_page + FRONT_PAGES
    };
    // A heading at the very top is a title page's own number.
    let at = blocks
        .iter()
        .position(is_end)
        .filter(|&at| at > 0)
        .or_else(|| blocks.iter().skip(1).position(is_end).map(|at| at + 1));
    at.unwrap_or(blocks.len()).min(FRONT_BLOCKS)
}

/// *Tên đề tài: …* in the forms of the ministries.
fn labelled_title(manuscript: &Manuscript, end: usize) -> Option<Title> {
    let blocks = &manuscript.blocks;
    let at = blocks[..end.min(blocks.len())].iter().position(|block| {
        block
            .label
            .is_some_and(|label| label.kind == LabelKind::Title)
    })?;
    let block = &blocks[at];
    let own = block.text[block.label?.len..]
        .trim()
        .trim_matches(['"', '“', '”']);
    let (text, to) = if own.split_whitespace().count() >= 3 {
        (own.to_owned(), at + 1)
    } else {
        (blocks.get(at + 1)?.text.clone(), at + 2)
    };
    Some(Title {
        lang: language(&text),
        text,
        range: (at, to),
        score: 4.0,
    })
}

/// Authors and their institutions around the title.
fn authors(
    manuscript: &Manuscript,
    title: Option<&Title>,
    end: usize,
    found: &mut DocumentMetadata,
) {
    labelled_people(manuscript, end, found);
    let range = title.map_or((0, 0), |title| title.range);
    if found.authors.is_empty() {
        let after = names_after(manuscript, range.1, end);
        let (names, confidence) = match after {
            Some(names) => (names, 0.9),
            None => (names_before(manuscript, range.0), 0.7),
        };
        if !names.is_empty() {
            found.authors = names;
            found.confidence.authors = confidence;
        }
    }
    if found.authors.is_empty()
        && let Some(name) = signature(manuscript)
    {
        found.authors = vec![name];
        found.confidence.authors = 0.6;
    }
    affiliations(manuscript, range.1, end, found);
}

/// *Tác giả: …*, *Người hướng dẫn: …*, *Cơ quan chủ trì: …*.
fn labelled_people(manuscript: &Manuscript, end: usize, found: &mut DocumentMetadata) {
    let blocks = &manuscript.blocks;
    for (at, block) in blocks.iter().enumerate().take(end) {
        let Some(label) = block.label else { continue };
        let own = block.text[label.len.min(block.text.len())..].trim();
        let value = if own.is_empty() {
            blocks.get(at + 1).map_or("", |next| next.text.as_str())
        } else {
            own
        };
        match label.kind {
            LabelKind::Authors => {
                let names = names::list(value);
                if !names.names.is_empty() && found.authors.is_empty() {
                    found.authors = names.names;
                    found.confidence.authors = 0.95;
                }
            }
            LabelKind::Supervisor => {
                for name in names::list(value).names {
                    found.contributors.push(Agent {
                        role: AgentRole::Supervisor,
                        ..Agent::author(name)
                    });
                }
            }
            LabelKind::Institution if value.split_whitespace().count() < 25 => {
                found.contributors.push(Agent {
                    kind: AgentKind::Organisation,
                    role: AgentRole::LeadInstitution,
                    ..Agent::author(kind::sentence_case(value.trim_end_matches('.')))
                });
            }
            _ => {}
        }
    }
}

/// Names in the blocks after the title, before the body.
fn names_after(manuscript: &Manuscript, from: usize, end: usize) -> Option<Vec<String>> {
    let blocks = &manuscript.blocks;
    let mut names: Vec<String> = Vec::new();
    let mut is_next = true;
    for block in blocks
        .iter()
        .take(end.max(from))
        .skip(from)
        .filter(|block| !block.is_running)
    {
        if block.label.is_some()
            || journal::is_header(&block.text)
            || kind::is_kind_line(&block.text)
        {
            if !names.is_empty() {
                break;
            }
            continue;
        }
        let list = names_of(block);
        let fits = list.is_sure() || (list.is_a_list() && (is_next || !names.is_empty()));
        if fits {
            names.extend(list.names.into_iter().filter(|name| !name.is_empty()));
        } else if !names.is_empty() && !institutions::is_institution(&block.text) {
            break;
        } else if !institutions::is_institution(&block.text) {
            // A second title, an address: names may still come.
            is_next = block.n_words() < 40
                && title::is_other_language(&block.text, "của và các những được");
        }
        if block.n_words() > 60 {
            break;
        }
    }
    names.dedup();
    (!names.is_empty()).then_some(names)
}

/// On the covers of theses the name stands above the title.
fn names_before(manuscript: &Manuscript, to: usize) -> Vec<String> {
    let before = &manuscript.blocks[..to];
    before
        .iter()
        .rev()
        .filter(|block| !block.is_running && block.label.is_none())
        .filter(|block| block.n_words() <= 12 && !kind::is_kind_line(&block.text))
        .map(names_of)
        .find(Names::is_sure)
        .map(|list| list.names)
        .unwrap_or_default()
}

/// Names in a block; in `Name, institution` only the part that holds names.
fn names_of(block: &Block) -> Names {
    let list = names::list(&block.unraised);
    if list.is_a_list() || institutions::is_institution(&block.text) {
        return list;
    }
    // `Nguyễn Văn A - Trường Đại học B`: names up to the institution.
    let text = &block.unraised;
    let institution = text
        .char_indices()
        .filter(|&(at, _)| at > 0)
        .find(|&(at, c)| c.is_uppercase() && institutions::is_institution(&text[at..]));
    match institution {
        Some((at, _)) => {
            let head = names::list(&text[..at]);
            if head.n_others == 0 { head } else { list }
        }
        None => list,
    }
}

/// Institutions after the title.
fn affiliations(manuscript: &Manuscript, from: usize, end: usize, found: &mut DocumentMetadata) {
    let blocks = &manuscript.blocks;
    for block in blocks.iter().take(end.max(from)).skip(from) {
        if block.label.is_some() || block.is_running || !institutions::is_institution(&block.text) {
            continue;
        }
        for institution in institutions::list(&block.unraised) {
            if !found.affiliations.contains(&institution) {
                found.affiliations.push(institution);
            }
        }
    }
    if found.affiliations.is_empty() {
        // Covers print the institution above the title.
        let above = blocks
            .iter()
            .take(from)
            .filter(|block| !block.is_running && block.label.is_none());
        let own = above
            .filter(|block| block.is_all_capitals() && block.n_words() <= 14)
            .rfind(|block| institutions::is_institution(&block.text));
        found
            .affiliations
            .extend(own.map(|block| kind::sentence_case(&block.text)));
    }
}

/// A magazine signs its articles at the end: a short line on the right, a name
/// and nothing else.
fn signature(manuscript: &Manuscript) -> Option<String> {
    let blocks = &manuscript.blocks;
    let is_reference = |block: &Block| {
        block
            .label
            .is_some_and(|label| label.kind == LabelKind::References)
    };
    let end = blocks.iter().position(is_reference).unwrap_or(blocks.len());
    let tail = blocks[..end]
        .iter()
        .rev()
        .filter(|block| !block.is_running)
        .take(5);
    for block in tail {
        let list = names::list(&block.unraised);
        let before_note = block.text.split('(').next().unwrap_or_default();
        let is_short = before_note.split_whitespace().count() <= 6
            && list.n_others == 0
            && list.names.len() == 1;
        if is_short && (block.is_right || list.is_sure() || block.size == 0.0) {
            return list.names.into_iter().next();
        }
    }
    None
}

/// The lead: the first long paragraph after the title, set apart from the body
/// by its look.
fn lead(manuscript: &Manuscript, title: &Title, found: &mut DocumentMetadata) {
    let blocks = &manuscript.blocks;
    let after = blocks[title.range.1.min(blocks.len())..].iter().take(10);
    let page = blocks[title.range.0].page;
    let mut text = String::new();
    let mut look: Option<&Block> = None;
    for block in after.filter(|block| !block.is_running && block.page == page) {
        if let Some(first) = look {
            if !first.looks_like(block) || block.n_words() < 8 {
                break;
            }
            text.push(if text.ends_with(['.', '!', '?']) {
                '\n'
            } else {
                ' '
            });
            text.push_str(&block.text);
            continue;
        }
        let is_apart = block.look != manuscript.body_look
            || (manuscript.relative_size(block) - 1.0).abs() > 0.04;
        if block.label.is_none() && is_apart && block.n_words() >= MIN_LEAD_WORDS {
            look = Some(block);
            text.push_str(&block.text);
        }
    }
    let n_words = text.split_whitespace().count();
    if (MIN_LEAD_WORDS..=MAX_LEAD_WORDS).contains(&n_words) {
        found.abstract_text.set(language(&text), text);
        found.confidence.abstract_text = 0.6;
    }
}
