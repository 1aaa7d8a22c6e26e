//! Glyphs to line pieces: runs on one baseline without a wide gap.

use rustc_hash::FxHashMap;

use super::{Direction, Glyph};

/// A piece of a line, upright: x grows along the writing, y upwards.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// Its text, words parted by single spaces.
    pub(crate) text: String,
    /// Left end.
    pub(crate) left: f32,
    /// Right end.
    pub(crate) right: f32,
    /// Baseline.
    pub(crate) y: f32,
    /// Largest font size in it.
    pub(crate) size: f32,
    /// Font size of most of its characters: a drop cap is larger.
    pub(crate) main_size: f32,
    /// Font of most of its characters.
    pub(crate) font: u16,
    /// Writing direction before it was turned upright.
    pub(crate) direction: Direction,
    /// Byte ranges of superscripts in the text, in order.
    pub(crate) raised: Vec<(usize, usize)>,
    /// Running header, footer or page number.
    pub(crate) is_running: bool,
}

impl Piece {
    pub(crate) fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Whether both stand on one baseline.
    pub(crate) fn is_level_with(&self, other: &Self) -> bool {
        (self.y - other.y).abs() <= 0.4 * self.size.max(other.size)
    }
}

/// Gap that parts words, in ems of the smaller glyph. TeX shrinks spaces to
/// .22 em; kerning stays under .1 em.
const WORD_GAP_EM: f32 = 0.17;
/// Gap that parts cells of a table and columns. Justified lines stretch spaces
/// to about 1 em.
const CELL_GAP_EM: f32 = 1.6;
/// How far a glyph may go back over the one before it: kerning and italics.
const BACK_EM: f32 = 0.5;
/// Baseline shift of super- and subscripts, in ems of the larger glyph.
const SHIFT_EM: f32 = 0.5;
/// Copies of a glyph nearer than this are one glyph printed twice for weight.
const OVERPRINT_EM: f32 = 0.1;

/// Joins glyphs, in the order of the stream, to pieces.
pub(crate) fn pieces(glyphs: &[Glyph]) -> Vec<Piece> {
    let mut printed = Overprints::default();
    let mut pieces = Vec::new();
    let mut builder: Option<Builder> = None;
    for glyph in glyphs {
        let usable = glyph.size > 0.0
            && glyph.size.is_finite()
            && glyph.x.is_finite()
            && glyph.y.is_finite();
        if !usable || printed.is_copy(glyph) {
            continue;
        }
        let (x, y) = glyph.direction.upright(glyph.x, glyph.y);
        match &mut builder {
            Some(open) if open.takes(glyph, x, y) => open.push(glyph, x, y),
            _ => {
                pieces.extend(builder.take().and_then(Builder::finish));
                let mut open = Builder::new(glyph, x, y);
                open.push(glyph, x, y);
                builder = Some(open);
            }
        }
    }
    pieces.extend(builder.and_then(Builder::finish));
    pieces
}

/// Glyphs that were printed, by place.
#[derive(Default)]
struct Overprints {
    cells: FxHashMap<(char, i32, i32), (f32, f32)>,
}

impl Overprints {
    /// Whether the same glyph was printed at the same place; remembers it.
    fn is_copy(&mut self, glyph: &Glyph) -> bool {
        if glyph.text == '\0' || glyph.text == ' ' {
            return false;
        }
        let near = OVERPRINT_EM * glyph.size;
        let cell = |value: f32| (value / glyph.size).floor() as i32;
        for x in [cell(glyph.x - near), cell(glyph.x + near)] {
            for y in [cell(glyph.y - near), cell(glyph.y + near)] {
                if let Some((other_x, other_y)) = self.cells.get(&(glyph.text, x, y))
                    && (glyph.x - other_x).abs() < near
                    && (glyph.y - other_y).abs() < near
                {
                    return true;
                }
            }
        }
        self.cells.insert(
            (glyph.text, cell(glyph.x), cell(glyph.y)),
            (glyph.x, glyph.y),
        );
        false
    }
}

struct Builder {
    piece: Piece,
    pen: f32,
    /// Size of the glyph before.
    last_size: f32,
    /// Characters in the piece's font minus those in others.
    font_votes: i32,
    /// Votes for the main size of the piece.
    size_votes: i32,
    is_pagination: bool,
}

impl Builder {
    fn new(glyph: &Glyph, x: f32, y: f32) -> Self {
        Self {
            piece: Piece {
                text: String::new(),
                left: x,
                right: x,
                y,
                size: glyph.size,
                main_size: glyph.size,
                font: glyph.font,
                direction: glyph.direction,
                raised: Vec::new(),
                is_running: false,
            },
            pen: x,
            last_size: glyph.size,
            font_votes: 0,
            size_votes: 0,
            is_pagination: glyph.is_pagination,
        }
    }

    fn takes(&self, glyph: &Glyph, x: f32, y: f32) -> bool {
        let large = self.piece.size.max(glyph.size);
        let gap = x - self.pen;
        glyph.direction == self.piece.direction
            && glyph.is_pagination == self.is_pagination
            && (y - self.piece.y).abs() <= SHIFT_EM * large
            && gap >= -BACK_EM * large
            && gap <= CELL_GAP_EM * large
    }

    fn push(&mut self, glyph: &Glyph, x: f32, y: f32) {
        let end = x + glyph.advance;
        if glyph.text == '\0' {
            self.pen = self.pen.max(end);
            return;
        }
        let character = plain(glyph.text);
        let gap = x - self.pen;
        if gap > WORD_GAP_EM * glyph.size.min(self.last_size) {
            self.space();
        }
        self.pen = end;
        self.last_size = glyph.size;
        match character {
            None => {}
            Some(' ') => self.space(),
            Some(character) => self.print(character, glyph, x, y, end),
        }
    }

    fn print(&mut self, character: char, glyph: &Glyph, x: f32, y: f32, end: f32) {
        let piece = &mut self.piece;
        if piece.text.is_empty() {
            piece.left = x;
        }
        if piece.text.is_empty() || glyph.size > 1.15 * piece.size {
            // A line that starts with a superscript has the baseline of what
            // follows.
            if !piece.text.trim().is_empty() && y < piece.y - 0.1 * glyph.size {
                piece.raised = vec![(0, piece.text.trim_end().len())];
            }
            (piece.y, piece.size) = (y, glyph.size);
        }
        let start = piece.text.len();
        push_unligated(character, &mut piece.text);
        let is_raised = glyph.size < 0.9 * piece.size && y > piece.y + 0.12 * piece.size;
        if is_raised {
            match piece.raised.last_mut() {
                Some(last) if last.1 == start => last.1 = piece.text.len(),
                _ => piece.raised.push((start, piece.text.len())),
            }
        }
        piece.right = piece.right.max(end);
        self.font_votes += if piece.font == glyph.font { 1 } else { -1 };
        if self.font_votes < 0 {
            (piece.font, self.font_votes) = (glyph.font, 1);
        }
        let is_main_size = (piece.main_size - glyph.size).abs() <= 0.02 * glyph.size;
        self.size_votes += if is_main_size { 1 } else { -1 };
        if self.size_votes < 0 {
            (piece.main_size, self.size_votes) = (glyph.size, 1);
        }
    }

    fn space(&mut self) {
        if !self.piece.text.is_empty() && !self.piece.text.ends_with(' ') {
            self.piece.text.push(' ');
        }
    }

    fn finish(mut self) -> Option<Piece> {
        self.piece.text.truncate(self.piece.text.trim_end().len());
        self.piece.is_running = self.is_pagination;
        (!self.piece.text.is_empty()).then_some(self.piece)
    }
}

/// White space of any kind to a space, hyphens that fonts confuse to the plain
/// one; `None` for characters without a shape.
fn plain(character: char) -> Option<char> {
    match character {
        '\u{ad}' | '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => None,
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c => Some(c),
    }
}

/// Typographic ligatures as their letters.
fn push_unligated(character: char, text: &mut String) {
    match character {
        '\u{fb00}' => text.push_str("ff"),
        '\u{fb01}' => text.push_str("fi"),
        '\u{fb02}' => text.push_str("fl"),
        '\u{fb03}' => text.push_str("ffi"),
        '\u{fb04}' => text.push_str("ffl"),
        '\u{fb05}' | '\u{fb06}' => text.push_str("st"),
        c => text.push(c),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Glyphs of `text` from (`x`, `y`) on, half an em each.
    pub(crate) fn typeset(text: &str, x: f32, y: f32, size: f32) -> Vec<Glyph> {
        let advance = 0.5 * size;
        text.chars()
            .enumerate()
            .map(|(index, text)| Glyph {
                text,
                x: x + advance * index as f32,
                y,
                advance,
                size,
                direction: Direction::Right,
                font: 0,
                is_pagination: false,
            })
            .collect()
    }

    fn texts(glyphs: &[Glyph]) -> Vec<String> {
        pieces(glyphs).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn gaps_part_words_and_cells() {
        let mut glyphs = typeset("mot", 0.0, 0.0, 10.0);
        glyphs.extend(typeset("hai", 18.0, 0.0, 10.0));
        glyphs.extend(typeset("o khac", 80.0, 0.0, 10.0));
        assert_eq!(texts(&glyphs), ["mot hai", "o khac"]);
    }

    #[test]
    fn overprinted_text_counts_once() {
        let mut glyphs = typeset("dam", 0.0, 0.0, 10.0);
        glyphs.extend(typeset("dam", 0.3, 0.0, 10.0));
        assert_eq!(texts(&glyphs), ["dam"]);
        assert_eq!(texts(&typeset("aaa", 0.0, 0.0, 10.0)), ["aaa"]);
    }

    #[test]
    fn superscripts_stay_in_the_line_and_are_known() {
        let mut glyphs = typeset("An", 0.0, 0.0, 10.0);
        glyphs.extend(typeset("1", 10.0, 3.5, 6.0));
        glyphs.extend(typeset(", Ba", 13.0, 0.0, 10.0));
        let pieces = pieces(&glyphs);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].text, "An1, Ba");
        assert_eq!(pieces[0].raised, [(2, 3)]);
    }

    #[test]
    fn ligatures_and_soft_hyphens_become_plain() {
        assert_eq!(
            texts(&typeset("\u{fb01}ve\u{ad}", 0.0, 0.0, 10.0)),
            ["five-"]
        );
    }

    #[test]
    fn upward_text_is_read_along_its_direction() {
        let glyphs: Vec<Glyph> = typeset("len", 0.0, 0.0, 10.0)
            .into_iter()
            .map(|glyph| Glyph {
                x: 50.0,
                y: glyph.x,
                direction: Direction::Up,
                ..glyph
            })
            .collect();
        assert_eq!(texts(&glyphs), ["len"]);
    }
}
