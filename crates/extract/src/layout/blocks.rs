//! Paragraphs with their geometry to the blocks that metadata is read from.

use super::{
    Paragraph, Piece, Vocabulary,
    paragraphs::{Line, text_of},
};
use crate::metadata::manuscript::{Block, MARKER};

/// A line counts as centred when its middle is off by less, in parts of the
/// width of the text on the page.
const CENTRE_TOLERANCE: f32 = 0.03;
/// Pages at the start whose centred lines are kept apart: covers and title
/// pages.
const LINEWISE_PAGES: u32 = 4;
/// How far right of the line before a signature starts, ems.
const SIGNATURE_INDENT_EM: f32 = 5.0;

/// The blocks of a page: running heads first, then its paragraphs, centred
/// ones line by line.
pub(crate) fn blocks_of_page(
    number: u32,
    pieces: &[Piece],
    paragraphs: &[Paragraph],
    vocabulary: &Vocabulary,
) -> Vec<Block> {
    let running = pieces.iter().filter(|piece| piece.is_running);
    let mut blocks: Vec<Block> = running
        .map(|piece| Block {
            is_running: true,
            size: piece.main_size,
            look: u32::from(piece.font) + 1,
            ..Block::plain(&piece.text, number)
        })
        .collect();
    let edges = Edges::of(paragraphs);
    let mut left_before = None;
    for paragraph in paragraphs {
        for lines in parts(paragraph, number, &edges) {
            let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
                continue;
            };
            let part = Paragraph {
                lines: lines.to_vec(),
            };
            let indent = SIGNATURE_INDENT_EM * first.size;
            let is_right = left_before.is_some_and(|left: f32| first.left > left + indent);
            left_before = Some(last.left);
            blocks.push(Block {
                text: text_of(std::slice::from_ref(&part), vocabulary),
                unraised: unraised(lines),
                page: number,
                size: first.main_size,
                look: u32::from(first.font) + 1,
                is_centred: lines.iter().all(|line| edges.is_centred(line)),
                is_running: false,
                is_right,
                label: None,
            });
        }
    }
    blocks
}

/// Left and right end of the text on a page.
struct Edges {
    left: f32,
    right: f32,
}

impl Edges {
    fn of(paragraphs: &[Paragraph]) -> Self {
        let lines = paragraphs.iter().flat_map(|paragraph| &paragraph.lines);
        let (left, right) = lines.fold((f32::MAX, f32::MIN), |(left, right), line| {
            (left.min(line.left), right.max(line.right))
        });
        Self { left, right }
    }

    /// Centred, and not merely as wide as the page.
    fn is_centred(&self, line: &Line) -> bool {
        let width = (self.right - self.left).max(1.0);
        let off = (line.left + line.right - self.left - self.right).abs() / 2.0;
        off < CENTRE_TOLERANCE * width
    }

    fn is_narrow(&self, line: &Line) -> bool {
        line.right - line.left < 0.97 * (self.right - self.left)
    }
}

/// Cuts a paragraph before lines that open with a label; on title pages every
/// line of a centred paragraph stands alone.
fn parts<'a>(paragraph: &'a Paragraph, page: u32, edges: &Edges) -> Vec<&'a [Line]> {
    let lines = &paragraph.lines[..];
    let is_centred = lines.len() > 1
        && lines.iter().all(|line| edges.is_centred(line))
        && lines.iter().any(|line| edges.is_narrow(line))
        && !is_flush(lines);
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 1..lines.len() {
        let cut =
            (is_centred && page <= LINEWISE_PAGES) || crate::metadata::opens_part(&lines[at].text);
        if cut {
            parts.push(&lines[start..at]);
            start = at;
        }
    }
    parts.push(&lines[start..]);
    parts
}

/// Whether most lines start right under the line before: set flush, not
/// centred (a middle column stands in the middle of its page too).
fn is_flush(lines: &[Line]) -> bool {
    let pairs = lines.windows(2);
    let n_pairs = pairs.len();
    let is_under = |pair: &&[Line]| (pair[0].left - pair[1].left).abs() < 0.2 * pair[0].size;
    lines.len() > 2 && 2 * pairs.filter(is_under).count() >= n_pairs
}

/// The lines with [`MARKER`] in place of superscripts.
fn unraised(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut at = 0;
        for &(from, to) in &line.raised {
            if let Some(between) = line.text.get(at..from) {
                out.push_str(between);
                out.push(MARKER);
                at = to;
            }
        }
        out.push_str(line.text.get(at..).unwrap_or_default());
    }
    out
}
