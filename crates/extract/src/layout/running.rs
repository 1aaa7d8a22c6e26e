//! Running headers, footers and page numbers: what comes again at the same
//! place of many pages.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Piece;

/// Marks the running heads of a document; `pages` holds the pieces of each page
/// in reading order. The first of its kind is spared when it says more than a
/// number: it may be the only place that names the journal and the issue.
pub(crate) fn mark_running_heads(pages: &mut [Vec<Piece>]) {
    let mut counts: FxHashMap<Key, usize> = FxHashMap::default();
    let edges: Vec<Vec<(usize, Key)>> = pages.iter().map(|page| edge_pieces(page)).collect();
    for (_, key) in edges.iter().flatten() {
        *counts.entry(key.clone()).or_default() += 1;
    }
    let needed = needed(pages.len());
    let mut spared: FxHashSet<&str> = FxHashSet::default();
    for (page, edge) in pages.iter_mut().zip(&edges) {
        for (at, key) in edge {
            let is_running = counts.get(key).is_some_and(|&count| count >= needed);
            page[*at].is_running |= is_running;
        }
        for (piece, key) in edge.iter().map(|(at, key)| (*at, key)) {
            let says_more = key.text.chars().filter(|c| c.is_alphabetic()).count() > 1;
            if page[piece].is_running && says_more && spared.insert(&key.text) {
                page[piece].is_running = false;
            }
        }
    }
}

/// Articles have up to this many pages; longer works have heads by chapter.
const ARTICLE_PAGES: usize = 30;

/// On how many pages a head comes again: on all of a short document (two pages
/// at least), on three of an article, where left and right pages have their own,
/// on four of a book.
fn needed(n_pages: usize) -> usize {
    if n_pages <= ARTICLE_PAGES {
        n_pages.clamp(2, 3)
    } else {
        4
    }
}

/// Where a piece stands and what it says, numbers left open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Baseline in steps of three points.
    height: i32,
    text: String,
}

/// A head has at most this many rows.
const MAX_HEAD_ROWS: usize = 3;
/// White space that parts a head from the text, baseline to baseline. Repeated
/// heads of tables stand closer to their table.
const HEAD_GAP_EM: f32 = 1.7;

fn edge_pieces(page: &[Piece]) -> Vec<(usize, Key)> {
    let mut downward: Vec<usize> = (0..page.len()).collect();
    downward.sort_by(|&a, &b| page[b].y.total_cmp(&page[a].y).then(a.cmp(&b)));
    let top = head(page, downward.iter().copied());
    let bottom = head(page, downward.iter().rev().copied());
    top.into_iter()
        .chain(bottom)
        .map(|at| (at, key(&page[at])))
        .collect()
}

/// The pieces from the edge inwards up to the first gap; none when the gap
/// comes too late, or never.
fn head(page: &[Piece], inwards: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut head: Vec<usize> = Vec::new();
    let mut n_rows = 1;
    for at in inwards {
        if let Some(&last) = head.last() {
            let (piece, last): (&Piece, &Piece) = (&page[at], &page[last]);
            let step = (piece.y - last.y).abs();
            if step > HEAD_GAP_EM * piece.size.min(last.size) {
                return head;
            }
            n_rows += usize::from(step > 2.0);
        }
        if n_rows > MAX_HEAD_ROWS {
            return Vec::new();
        }
        head.push(at);
    }
    Vec::new()
}

fn key(piece: &Piece) -> Key {
    let mut text = String::new();
    for character in piece.text.chars() {
        if !character.is_ascii_digit() {
            text.push(character);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    Key {
        height: (piece.y / 3.0).round() as i32,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{lines::tests::typeset, pieces};

    fn page(number: u32) -> Vec<Piece> {
        let mut glyphs = typeset("Tap chi Khoa hoc", 0.0, 800.0, 10.0);
        for line in 0..8u8 {
            let text = format!("noi dung {} cua trang {number}", char::from(b'a' + line));
            glyphs.extend(typeset(&text, 0.0, 700.0 - 12.0 * f32::from(line), 10.0));
        }
        glyphs.extend(typeset(&format!("{number}"), 200.0, 30.0, 10.0));
        pieces(&glyphs)
    }

    #[test]
    fn heads_and_page_numbers_are_marked_and_text_is_not() {
        let mut pages: Vec<Vec<Piece>> = (9..12).map(page).collect();
        // The first lines of the text differ from page to page in a letter.
        pages[1][1].text.push('!');
        mark_running_heads(&mut pages);
        for page in &pages {
            assert!(page[9].is_running, "page number");
            assert!(!page[4].is_running, "text");
        }
        let heads: Vec<bool> = pages.iter().map(|page| page[0].is_running).collect();
        assert_eq!(heads, [false, true, true], "the first is spared");
    }

    #[test]
    fn the_repeated_head_of_a_table_is_text() {
        let mut pages: Vec<Vec<Piece>> = (1..4u32)
            .map(|number| {
                let mut glyphs = typeset("TT Ten mon hoc", 0.0, 800.0, 10.0);
                for line in 0..8u8 {
                    let text = format!("mon {number} {line}");
                    glyphs.extend(typeset(&text, 0.0, 786.0 - 14.0 * f32::from(line), 10.0));
                }
                pieces(&glyphs)
            })
            .collect();
        mark_running_heads(&mut pages);
        assert!(pages.iter().flatten().all(|piece| !piece.is_running));
    }

    #[test]
    fn a_single_page_has_no_running_heads() {
        let mut pages = vec![page(1)];
        mark_running_heads(&mut pages);
        assert!(pages[0].iter().all(|piece| !piece.is_running));
    }
}
