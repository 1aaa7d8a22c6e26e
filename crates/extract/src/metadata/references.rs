//! The list of references, one entry each, as printed.

use super::{
    labels::LabelKind,
    manuscript::{Block, Manuscript},
};

/// Entries of the longest list that is believed; a thesis has some hundreds.
const MAX_ENTRIES: usize = 2000;

/// Reads the last list of references.
pub(super) fn read(manuscript: &Manuscript) -> Vec<String> {
    let blocks = &manuscript.blocks;
    let is_heading = |block: &Block| {
        block
            .label
            .is_some_and(|label| label.kind == LabelKind::References)
    };
    let Some(at) = blocks.iter().rposition(is_heading) else {
        return Vec::new();
    };
    let mut entries: Vec<String> = Vec::new();
    for block in blocks[at + 1..].iter().filter(|block| !block.is_running) {
        if ends_list(block) {
            break;
        }
        let is_new =
            starts_entry(&block.text) || entries.last().is_none_or(|last| ends_entry(last));
        if entries.len() == MAX_ENTRIES {
            break;
        }
        match entries.last_mut().filter(|_| !is_new) {
            Some(last) => {
                last.push(' ');
                last.push_str(&block.text);
            }
            None => entries.push(block.text.clone()),
        }
    }
    entries.retain(|entry| entry.split_whitespace().count() >= 4);
    entries
}

fn ends_list(block: &Block) -> bool {
    matches!(
        block.label.map(|label| label.kind),
        Some(LabelKind::Abstract | LabelKind::Keywords)
    ) || (block.n_words() <= 8
        && ["phụ lục", "appendix", "ngày nhận", "received"]
            .iter()
            .any(|word| block.text.to_lowercase().starts_with(word)))
}

/// `[12] A`, `12. A`, `(12) A`.
fn starts_entry(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let bare = first.trim_matches(['[', ']', '(', ')', '.']);
    !bare.is_empty()
        && bare.len() <= 4
        && bare.bytes().all(|b| b.is_ascii_digit())
        && bare.len() < first.len()
}

fn ends_entry(text: &str) -> bool {
    text.ends_with('.') || text.ends_with(|c: char| c.is_ascii_digit())
}
