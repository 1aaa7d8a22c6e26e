//! The state that operators change.

use std::rc::Rc;

use super::{font::Font, matrix::Matrix};

/// The part of the graphics state that text depends on; saved by `q`.
#[derive(Clone)]
pub(super) struct GraphicsState<'a> {
    /// User space to page.
    pub(super) transform: Matrix,
    /// Number and font.
    pub(super) font: Option<(u16, Rc<Font<'a>>)>,
    /// Font size.
    pub(super) size: f32,
    pub(super) char_spacing: f32,
    pub(super) word_spacing: f32,
    /// Horizontal scale, 1 = none.
    pub(super) stretch: f32,
    pub(super) leading: f32,
    pub(super) rise: f32,
}

impl Default for GraphicsState<'_> {
    fn default() -> Self {
        Self {
            transform: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            char_spacing: 0.0,
            word_spacing: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

impl GraphicsState<'_> {
    /// `cm`, and the matrix of a form.
    pub(super) fn transform(&mut self, matrix: Matrix) {
        let transform = matrix.then(self.transform);
        if transform.is_finite() {
            self.transform = transform;
        }
    }
}

/// Where the pen stands between `BT` and `ET`.
#[derive(Clone, Copy)]
pub(super) struct TextObject {
    /// Pen.
    pub(super) matrix: Matrix,
    line: Matrix,
}

impl Default for TextObject {
    fn default() -> Self {
        Self {
            matrix: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
        }
    }
}

impl TextObject {
    /// `Td`: to the start of a line, relative to the start of this one.
    pub(super) fn next_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.matrix = self.line;
    }

    /// `Tm`.
    pub(super) fn set(&mut self, matrix: [f32; 6]) {
        self.line = Matrix(matrix);
        self.matrix = self.line;
    }

    /// Moves the pen along the line.
    pub(super) fn advance(&mut self, distance: f32) {
        self.matrix = Matrix::shift(distance, 0.0).then(self.matrix);
    }
}
