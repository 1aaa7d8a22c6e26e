//! Running headers, footers and page numbers: what comes again at the same
//! place of many pages.

use rustc_hash::FxHashMap;

use super::Piece;

/// Rows from the top and from the bottom that can be running heads.
const N_EDGE_ROWS: usize = 2;

/// Marks the running heads of a document; `pages` holds the pieces of each page
/// in reading order.
pub(crate) fn mark_running_heads(pages: &mut [Vec<Piece>]) {
    let mut counts: FxHashMap<Key, usize> = FxHashMap::default();
    let edges: Vec<Vec<(usize, Key)>> = pages.iter().map(|page| edge_pieces(page)).collect();
    for page in &edges {
        for (_, key) in page {
            *counts.entry(key.clone()).or_default() += 1;
        }
    }
    let needed = needed(pages.len());
    for (page, edge) in pages.iter_mut().zip(&edges) {
        for (at, key) in edge {
            if counts.get(key).is_some_and(|&count| count >= needed) {
                page[*at].is_running = true;
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

fn edge_pieces(page: &[Piece]) -> Vec<(usize, Key)> {
    let mut rows: Vec<f32> = page.iter().map(|piece| piece.y).collect();
    rows.sort_by(|a, b| b.total_cmp(a));
    rows.dedup_by(|a, b| (*a - *b).abs() < 2.0);
    let n_rows = rows.len();
    if n_rows < 2 * N_EDGE_ROWS + 1 {
        return Vec::new();
    }
    let (top, bottom) = (
        rows[N_EDGE_ROWS - 1] - 2.0,
        rows[n_rows - N_EDGE_ROWS] + 2.0,
    );
    page.iter()
        .enumerate()
        .filter(|(_, piece)| piece.y >= top || piece.y <= bottom)
        .map(|(at, piece)| (at, key(piece)))
        .collect()
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
            assert!(page[0].is_running && page[9].is_running);
            assert!(!page[4].is_running);
        }
    }

    #[test]
    fn a_single_page_has_no_running_heads() {
        let mut pages = vec![page(1)];
        mark_running_heads(&mut pages);
        assert!(pages[0].iter().all(|piece| !piece.is_running));
    }
}
