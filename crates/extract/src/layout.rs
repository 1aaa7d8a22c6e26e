//! From positioned glyphs to text in reading order.
//!
//! Glyphs arrive in the order of the content stream, which most producers write
//! in reading order; geometry corrects it where it contradicts itself.
//! [`lines`] joins glyphs into line pieces, [`order`] puts the pieces in order,
//! [`running`] finds headers, footers and page numbers over all pages,
//! [`paragraphs`] joins pieces to lines and paragraphs, [`blocks`] hands them on
//! to the rules of metadata.

mod blocks;
mod lines;
mod order;
mod paragraphs;
mod running;

pub(crate) use blocks::blocks_of_page;
pub(crate) use lines::{Piece, pieces};
pub(crate) use order::in_reading_order;
pub(crate) use paragraphs::{Paragraph, Vocabulary, paragraphs, text_of};
pub(crate) use running::mark_running_heads;

/// A glyph on a page. Coordinates are points of the page, y upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// Its text; NUL when it only takes room (the text stands on another one).
    pub(crate) text: char,
    /// Origin on the baseline.
    pub(crate) x: f32,
    /// Baseline.
    pub(crate) y: f32,
    /// Advance along the writing direction.
    pub(crate) advance: f32,
    /// Font size on the page.
    pub(crate) size: f32,
    /// Writing direction.
    pub(crate) direction: Direction,
    /// Number of the font in the document.
    pub(crate) font: u16,
    /// Whether the file marks it as a running header or footer.
    pub(crate) is_pagination: bool,
}

/// Writing direction in quarter turns, anticlockwise from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// Left to right.
    Right,
    /// Bottom to top.
    Up,
    /// Upside down.
    Left,
    /// Top to bottom.
    Down,
}

impl Direction {
    pub(crate) const ALL: [Self; 4] = [Self::Right, Self::Up, Self::Left, Self::Down];

    /// The nearest quarter turn of a vector.
    pub(crate) fn of(x: f32, y: f32) -> Self {
        if x.abs() >= y.abs() {
            if x >= 0.0 { Self::Right } else { Self::Left }
        } else if y > 0.0 {
            Self::Up
        } else {
            Self::Down
        }
    }

    /// Turns the page so that this direction reads left to right.
    pub(crate) fn upright(self, x: f32, y: f32) -> (f32, f32) {
        match self {
            Self::Right => (x, y),
            Self::Up => (y, -x),
            Self::Left => (-x, -y),
            Self::Down => (-y, x),
        }
    }
}
