//! Ordered pieces to lines, paragraphs and the text of a page.

use rustc_hash::FxHashSet;

use super::Piece;

/// A paragraph, a heading, or one row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paragraph {
    /// Its lines, top to bottom.
    pub(crate) lines: Vec<Line>,
}

/// A line of text; cells of a table row are parted by tabs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Its text.
    pub(crate) text: String,
    /// Left end.
    pub(crate) left: f32,
    /// Right end.
    pub(crate) right: f32,
    /// Baseline.
    pub(crate) y: f32,
    /// Font size.
    pub(crate) size: f32,
    /// Font size of most characters of its first piece.
    pub(crate) main_size: f32,
    /// Font of its first piece.
    pub(crate) font: u16,
    /// Byte ranges of superscripts in the text.
    pub(crate) raised: Vec<(usize, usize)>,
    /// Cells of a table row; 1 in running text.
    pub(crate) n_cells: usize,
}

/// Groups ordered pieces; running headers and footers are left out.
pub(crate) fn paragraphs(pieces: &[Piece]) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let lines = lines(pieces);
    for (at, line) in lines.iter().enumerate() {
        match paragraphs.last_mut() {
            Some(paragraph) if paragraph.continues_with(line, lines.get(at + 1)) => {
                paragraph.lines.push(line.clone());
            }
            _ => paragraphs.push(Paragraph {
                lines: vec![line.clone()],
            }),
        }
    }
    paragraphs
}

fn lines(pieces: &[Piece]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut before: Option<&Piece> = None;
    for piece in pieces.iter().filter(|piece| !piece.is_running) {
        let is_same_line = before.is_some_and(|before| {
            before.direction == piece.direction
                && before.is_level_with(piece)
                && piece.left >= before.right - 0.5 * piece.size
        });
        match lines.last_mut() {
            Some(line) if is_same_line => line.add_cell(piece),
            _ => lines.push(Line::of(piece)),
        }
        before = Some(piece);
    }
    lines
}

impl Line {
    fn of(piece: &Piece) -> Self {
        Self {
            text: piece.text.clone(),
            left: piece.left,
            right: piece.right,
            y: piece.y,
            size: piece.size,
            main_size: piece.main_size,
            font: piece.font,
            raised: piece.raised.clone(),
            n_cells: 1,
        }
    }

    fn add_cell(&mut self, piece: &Piece) {
        self.text.push('\t');
        let start = self.text.len();
        self.text.push_str(&piece.text);
        self.raised.extend(
            piece
                .raised
                .iter()
                .map(|(from, to)| (from + start, to + start)),
        );
        self.right = self.right.max(piece.right);
        self.size = self.size.max(piece.size);
        self.n_cells += 1;
    }

    fn first_word_width(&self) -> f32 {
        let n_chars = self
            .text
            .split(' ')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        // Half an em is the mean width of a letter.
        0.5 * self.size * n_chars as f32
    }

    fn starts_an_item(&self) -> bool {
        const BULLETS: &str = "•●○▪■□–—*+-";
        let mut words = self.text.split(' ');
        let first = words.next().unwrap_or_default();
        let is_bullet = first.chars().count() == 1 && first.chars().all(|c| BULLETS.contains(c));
        // `1.`, `2.3.`, `a)`, `(iv)`, but not a number at the start of a line.
        let is_number = first.len() <= 6
            && first.ends_with(['.', ')'])
            && first
                .chars()
                .next()
                .is_some_and(|c| c.is_ascii_digit() || c == '(')
            && words.next().is_some();
        let is_letter = first.len() == 2 && first.ends_with(')');
        is_bullet || is_number || is_letter
    }

    fn is_centred_under(&self, other: &Self) -> bool {
        let middle = |line: &Self| 0.5 * (line.left + line.right);
        (middle(self) - middle(other)).abs() < 0.6 * self.size
            && (self.left - other.left).abs() > 0.8 * self.size
    }
}

/// Lines further apart than this, baseline to baseline, belong to different
/// paragraphs. Theses are set with up to 2 line spaces of 1.15 em.
const MAX_PITCH_EM: f32 = 2.3;
/// Lines of one paragraph: more than a page holds.
const MAX_LINES: usize = 300;
/// How much more than the pitch so far parts paragraphs.
const PITCH_GROWTH: f32 = 1.25;

impl Paragraph {
    fn continues_with(&self, line: &Line, after: Option<&Line>) -> bool {
        let (Some(first), Some(last)) = (self.lines.first(), self.lines.last()) else {
            return false;
        };
        if self.lines.len() >= MAX_LINES {
            return false;
        }
        let pitch = last.y - line.y;
        let is_near = pitch > 0.0 && pitch <= MAX_PITCH_EM * line.size.max(last.size);
        let is_alike = (line.size - last.size).abs() <= 0.12 * last.size;
        let overlap = line.right.min(last.right) - line.left.max(last.left);
        let is_below = overlap > 0.5 * (line.right - line.left).min(last.right - last.left);
        if last.n_cells > 1 || line.n_cells > 1 || !is_near || !is_alike || !is_below {
            return false;
        }
        if let [.., before, _] = &self.lines[..]
            && pitch > PITCH_GROWTH * (before.y - last.y)
        {
            return false;
        }
        if line.starts_an_item() {
            return false;
        }
        if line.is_centred_under(last) {
            return line.font == last.font;
        }
        !self.ends_before(line, after)
            && !starts_with_indent(first, last, line, after, self.lines.len())
    }

    /// Whether the last line stops short: the first word of the next would
    /// still have found room.
    fn ends_before(&self, line: &Line, after: Option<&Line>) -> bool {
        let Some(last) = self.lines.last() else {
            return false;
        };
        let edge = self
            .lines
            .iter()
            .chain([line])
            .fold(0.0, |edge: f32, line| edge.max(line.right));
        // The line after the next tells the column's edge when all so far are
        // short.
        let edge = after
            .filter(|after| {
                after.n_cells == 1 && after.left < line.right && line.left < after.right
            })
            .filter(|after| (after.size - line.size).abs() <= 0.12 * line.size)
            .map_or(edge, |after| {
                edge.max(after.right.min(edge + 4.0 * line.size))
            });
        last.right + line.first_word_width() + 0.6 * line.size < edge
    }

    /// The text, lines joined, hyphens at line ends mended.
    pub(crate) fn text(&self, vocabulary: &Vocabulary) -> String {
        let mut text = String::new();
        for line in &self.lines {
            join_line(&mut text, &line.text, vocabulary);
        }
        text
    }

    /// Whether it is a row of a table.
    pub(crate) fn is_row(&self) -> bool {
        self.lines.iter().any(|line| line.n_cells > 1)
    }
}

/// An indented first line: right of the line before and of the line after.
fn starts_with_indent(
    first: &Line,
    last: &Line,
    line: &Line,
    after: Option<&Line>,
    n_lines: usize,
) -> bool {
    let indent = 0.8 * line.size;
    let margin = if n_lines > 1 { last.left } else { first.left };
    let is_right_of_last = line.left > margin + indent;
    let is_right_of_next = after.is_none_or(|after| {
        line.left > after.left + indent || (line.y - after.y) > MAX_PITCH_EM * line.size
    });
    // One line under an outdented one is a hanging indent, unless the text
    // goes back left after it.
    is_right_of_last && (n_lines > 1 || is_right_of_next)
}

/// Words of the document, to tell a hyphen that parts a word at a line end from
/// one that belongs to it.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: FxHashSet<String>,
}

impl Vocabulary {
    /// The words inside the lines of a document.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut words = FxHashSet::default();
        for text in texts {
            let mut parts = text.split([' ', '\t']).map(bare).peekable();
            while let Some(part) = parts.next() {
                // The last word of a line may be half a word.
                if parts.peek().is_some() && part.len() > 2 {
                    words.insert(part.to_lowercase());
                }
            }
        }
        Self { words }
    }

    /// `inter-` + `national` → joined; `two-` + `column` → kept.
    fn keeps_hyphen(&self, head: &str, tail: &str) -> bool {
        let (head, tail) = (head.to_lowercase(), tail.to_lowercase());
        if self.words.contains(&format!("{head}{tail}")) {
            return false;
        }
        self.words.contains(&format!("{head}-{tail}"))
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn join_line(text: &mut String, line: &str, vocabulary: &Vocabulary) {
    if text.is_empty() {
        text.push_str(line);
        return;
    }
    let next_word = line.split([' ', '\t']).next().unwrap_or_default();
    let last_word = text.rsplit([' ', '\t']).next().unwrap_or_default();
    let head = last_word
        .strip_suffix('-')
        .filter(|head| head.chars().last().is_some_and(char::is_alphabetic));
    let goes_on = next_word.chars().next().is_some_and(char::is_lowercase);
    match head {
        Some(head) if goes_on => {
            if !vocabulary.keeps_hyphen(bare(head), bare(next_word)) {
                text.pop();
            }
        }
        // `COVID-` + `19`, `Navier-` + `Stokes`: one word that keeps its hyphen.
        Some(_) if !head.is_some_and(|head| head.ends_with(' ')) => {}
        _ => text.push(' '),
    }
    text.push_str(line);
}

/// The text of a page: an empty line between paragraphs, rows of a table line
/// under line.
pub(crate) fn text_of(paragraphs: &[Paragraph], vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    let mut was_row = false;
    for paragraph in paragraphs {
        let is_row = paragraph.is_row();
        if !text.is_empty() {
            text.push_str(if is_row && was_row { "\n" } else { "\n\n" });
        }
        text.push_str(&paragraph.text(vocabulary));
        was_row = is_row;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{lines::tests::typeset, pieces};

    fn read(lines: &[(&str, f32, f32)]) -> String {
        let glyphs: Vec<_> = lines
            .iter()
            .flat_map(|(text, x, y)| typeset(text, *x, *y, 10.0))
            .collect();
        let pieces = pieces(&glyphs);
        let vocabulary = Vocabulary::of(pieces.iter().map(|piece| piece.text.as_str()));
        text_of(&paragraphs(&pieces), &vocabulary)
    }

    #[test]
    fn lines_of_a_paragraph_are_joined_and_paragraphs_parted() {
        let text = read(&[
            ("Dong mot day du chu cua doan", 10.0, 100.0),
            ("dong hai day du chu cua doan", 0.0, 88.0),
            ("dong cuoi.", 0.0, 76.0),
            ("Doan hai day du chu cua doan", 10.0, 64.0),
            ("cung co hai dong day du chu.", 0.0, 52.0),
        ]);
        let wanted = "Dong mot day du chu cua doan dong hai day du chu cua doan dong cuoi.\n\n\
                      Doan hai day du chu cua doan cung co hai dong day du chu.";
        assert_eq!(text, wanted);
    }

    #[test]
    fn hyphens_at_line_ends_are_mended_unless_the_document_spells_them() {
        let text = read(&[
            ("a two-column page of inter-", 0.0, 100.0),
            ("national renown is two-", 0.0, 88.0),
            ("column, is it not, dear rea", 0.0, 76.0),
        ]);
        assert_eq!(
            text,
            "a two-column page of international renown is two-column, is it not, dear rea"
        );
    }

    #[test]
    fn a_row_keeps_its_cells_apart() {
        let text = read(&[
            ("TT", 0.0, 100.0),
            ("Mon hoc", 60.0, 100.0),
            ("1", 0.0, 85.0),
            ("Dai so", 60.0, 85.0),
        ]);
        assert_eq!(text, "TT\tMon hoc\n1\tDai so");
    }

    #[test]
    fn a_centred_title_of_two_lines_is_one() {
        let text = read(&[
            ("Nghien cuu ve mot bai toan", 50.0, 100.0),
            ("rat kho", 97.5, 88.0),
        ]);
        assert_eq!(text, "Nghien cuu ve mot bai toan rat kho");
    }
}
