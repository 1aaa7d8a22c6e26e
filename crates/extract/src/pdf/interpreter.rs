//! Runs content streams and collects the glyphs they show (ISO 32000-1,
//! chapters 8 and 9, as far as text goes).

use std::rc::Rc;

use lopdf::{Dictionary, Document as PdfFile, Object};
use rustc_hash::FxHashMap;

use super::{
    font::Font,
    load,
    marked::MarkedContent,
    matrix::Matrix,
    objects,
    state::{GraphicsState, TextObject},
    syntax::{Lexer, Operand},
};
use crate::{
    Limits,
    layout::{Direction, Glyph},
};

/// [`crate::repair::LEGACY_HYPHEN`] as text.
const LEGACY_HYPHEN: &str = "\u{f0ad}";

/// Fonts of a document, each read once.
#[derive(Default)]
pub(super) struct FontCache<'a> {
    by_address: FxHashMap<usize, (u16, Rc<Font<'a>>)>,
    /// Names by number.
    pub(super) names: Vec<String>,
}

impl<'a> FontCache<'a> {
    fn get(&mut self, file: &'a PdfFile, dictionary: &'a Dictionary) -> (u16, Rc<Font<'a>>) {
        // Objects of an opened file do not move: the address names the font.
        let address = std::ptr::from_ref(dictionary) as usize;
        let entry = self.by_address.entry(address).or_insert_with(|| {
            let font = Font::load(file, dictionary);
            self.names.push(font.name.clone());
            let number = u16::try_from(self.names.len() - 1).unwrap_or(u16::MAX);
            (number, Rc::new(font))
        });
        entry.clone()
    }
}

/// What is left of the limits.
pub(super) struct Budget {
    /// Operators, and decompressed bytes at [`BYTES_AN_OPERATOR`] each.
    pub(super) operators: u64,
    /// Glyphs.
    pub(super) glyphs: usize,
}

impl Budget {
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            operators: limits.max_operators,
            glyphs: limits.max_text_chars,
        }
    }

    fn spend(&mut self, operators: u64) -> bool {
        let is_enough = self.operators >= operators;
        self.operators = self.operators.saturating_sub(operators);
        is_enough
    }

    /// For content of this many bytes.
    pub(super) fn spend_bytes(&mut self, n_bytes: usize) -> bool {
        self.spend(n_bytes as u64 / BYTES_AN_OPERATOR)
    }
}

/// Decompressing this many bytes costs about as much as an operator.
const BYTES_AN_OPERATOR: u64 = 16;
/// Depth of `q`; real files stay under 30.
const MAX_SAVED_STATES: usize = 256;

/// One page being read.
pub(super) struct Interpreter<'a, 'r> {
    pub(super) file: &'a PdfFile,
    pub(super) fonts: &'r mut FontCache<'a>,
    pub(super) limits: &'r Limits,
    pub(super) budget: &'r mut Budget,
    /// The visible part of the page: left, bottom, right, top.
    pub(super) page_box: [f32; 4],
    pub(super) glyphs: Vec<Glyph>,
    max_glyphs: usize,
    /// First limit or damage that was met.
    pub(super) complaint: Option<String>,
    state: GraphicsState<'a>,
    saved: Vec<GraphicsState<'a>>,
    text: TextObject,
    marked: MarkedContent,
    /// Forms that are being shown, outermost first.
    open_forms: Vec<usize>,
}

impl<'a, 'r> Interpreter<'a, 'r> {
    pub(super) fn new(
        file: &'a PdfFile,
        fonts: &'r mut FontCache<'a>,
        limits: &'r Limits,
        budget: &'r mut Budget,
        page_box: [f32; 4],
    ) -> Self {
        let max_glyphs = limits.max_page_glyphs.min(budget.glyphs);
        Self {
            file,
            fonts,
            limits,
            budget,
            page_box,
            glyphs: Vec::new(),
            max_glyphs,
            complaint: None,
            state: GraphicsState::default(),
            saved: Vec::new(),
            text: TextObject::default(),
            marked: MarkedContent::default(),
            open_forms: Vec::new(),
        }
    }

    /// Runs a stream with the resources that its names refer to.
    pub(super) fn run(&mut self, content: &[u8], resources: Option<&'a Dictionary>) {
        let n_saved = self.saved.len();
        let mut lexer = Lexer::new(content);
        let mut operands = Vec::new();
        while let Some(operator) = lexer.next_operator(&mut operands) {
            if !self.budget.spend(1) || self.glyphs.len() >= self.max_glyphs {
                self.complain(
                    "has more operators or glyphs than the limits allow; the rest is left out",
                );
                break;
            }
            if !self.text_state_operator(operator, &operands, resources) {
                self.other_operator(operator, &operands, resources, n_saved);
            }
        }
        if let Some(state) = self.saved.drain(n_saved..).next() {
            self.state = state;
        }
    }

    fn complain(&mut self, complaint: &str) {
        self.complaint.get_or_insert_with(|| complaint.to_owned());
    }

    /// Text state, positioning and showing; false for other operators.
    fn text_state_operator(
        &mut self,
        operator: &[u8],
        operands: &[Operand<'_>],
        resources: Option<&'a Dictionary>,
    ) -> bool {
        let number = |at: usize| operands.get(at).and_then(Operand::number).unwrap_or(0.0);
        let state = &mut self.state;
        match operator {
            b"Tj" => self.show_operand(operands.first()),
            b"TJ" => self.show_array(operands.first()),
            b"Td" => self.text.next_line(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                self.text.next_line(number(0), number(1));
            }
            b"Tm" => self.text.set(std::array::from_fn(number)),
            b"T*" => self.text.next_line(0.0, -self.state.leading),
            b"'" => {
                self.text.next_line(0.0, -self.state.leading);
                self.show_operand(operands.first());
            }
            b"\"" => {
                (state.word_spacing, state.char_spacing) = (number(0), number(1));
                self.text.next_line(0.0, -self.state.leading);
                self.show_operand(operands.get(2));
            }
            b"BT" => self.text = TextObject::default(),
            b"Tf" => {
                state.size = number(1);
                if let Some(name) = operands.first().and_then(Operand::name) {
                    self.set_font(name, resources);
                }
            }
            b"Tc" => state.char_spacing = number(0),
            b"Tw" => state.word_spacing = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            _ => return false,
        }
        true
    }

    fn other_operator(
        &mut self,
        operator: &[u8],
        operands: &[Operand<'_>],
        resources: Option<&'a Dictionary>,
        n_saved: usize,
    ) {
        match operator {
            b"q" if self.saved.len() < MAX_SAVED_STATES => self.saved.push(self.state.clone()),
            // A stream cannot restore what its caller saved.
            b"Q" if self.saved.len() > n_saved => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => {
                let number = |at: usize| operands.get(at).and_then(Operand::number).unwrap_or(0.0);
                self.state.transform(Matrix(std::array::from_fn(number)));
            }
            b"Do" => {
                if let Some(name) = operands.first().and_then(Operand::name) {
                    self.show_form(name, resources);
                }
            }
            b"BMC" | b"BDC" => self.marked.begin(self.file, operands, resources),
            b"EMC" => self.marked.end(),
            _ => {}
        }
    }

    fn set_font(&mut self, name: &[u8], resources: Option<&'a Dictionary>) {
        let font = resources
            .and_then(|resources| objects::dictionary(self.file, resources, b"Font"))
            .and_then(|fonts| objects::dictionary(self.file, fonts, name));
        self.state.font = font.map(|font| self.fonts.get(self.file, font));
    }

    fn show_form(&mut self, name: &[u8], resources: Option<&'a Dictionary>) {
        let form = resources
            .and_then(|resources| objects::dictionary(self.file, resources, b"XObject"))
            .and_then(|forms| objects::stream(self.file, forms, name));
        let Some(form) = form else { return };
        if objects::name(self.file, &form.dict, b"Subtype") != Some(b"Form") {
            return;
        }
        let address = std::ptr::from_ref(form) as usize;
        if self.open_forms.contains(&address) || self.open_forms.len() >= self.limits.max_nesting {
            return self.complain("shows a form inside itself; the inner one is left out");
        }
        let Ok(content) = load::decompress(form, self.limits.max_part_bytes) else {
            return self.complain("has a form that cannot be decompressed");
        };
        if !self.budget.spend_bytes(content.len()) {
            return;
        }
        let state = self.state.clone();
        let text = self.text;
        if let Some(matrix) = objects::numbers(self.file, &form.dict, b"Matrix") {
            self.state.transform(Matrix(matrix));
        }
        self.open_forms.push(address);
        self.run(
            &content,
            objects::dictionary(self.file, &form.dict, b"Resources").or(resources),
        );
        self.open_forms.pop();
        (self.state, self.text) = (state, text);
    }

    fn show_operand(&mut self, operand: Option<&Operand<'_>>) {
        if let Some(bytes) = operand.and_then(Operand::text) {
            self.show(bytes);
        }
    }

    fn show_array(&mut self, operand: Option<&Operand<'_>>) {
        let Some(Operand::Array(items)) = operand else {
            return;
        };
        for item in items {
            match item {
                Operand::Text(bytes) => self.show(bytes),
                Operand::Number(adjustment) => {
                    let shift = -adjustment / 1000.0 * self.state.size * self.state.stretch;
                    self.text.advance(shift);
                }
                _ => {}
            }
        }
    }

    /// Shows a string: each glyph with its place, then the pen moves on.
    fn show(&mut self, bytes: &[u8]) {
        let Some((number, font)) = self.state.font.clone() else {
            return;
        };
        font.decode(bytes, |text, width, is_word_space| {
            let state = &self.state;
            let spacing = state.char_spacing
                + if is_word_space {
                    state.word_spacing
                } else {
                    0.0
                };
            let advance = (width * state.size + spacing) * state.stretch;
            let matrix = Matrix([state.stretch, 0.0, 0.0, 1.0, 0.0, state.rise])
                .then(self.text.matrix)
                .then(state.transform);
            // Word spacing separates words; it is no part of the glyph.
            let room = (width * state.size + state.char_spacing) * state.stretch;
            if matrix.is_finite() && self.glyphs.len() < self.max_glyphs {
                let glyph = place(
                    matrix,
                    room / state.stretch.abs().max(1e-6),
                    state.size,
                    number,
                );
                let letter = text.filter(|_| font.is_legacy).and_then(legacy_letter);
                self.marked.push(
                    letter.or(text),
                    width == 0.0,
                    glyph,
                    self.page_box,
                    &mut self.glyphs,
                );
            }
            self.text.advance(advance);
        });
    }
}

/// Signs that producers write for letters of the 8-bit encodings: the code of
/// the letter is a hyphen, a dot or a macron in the Latin code pages.
fn legacy_letter(text: &str) -> Option<&'static str> {
    match text {
        "\u{ad}" | "\u{2212}" => Some(LEGACY_HYPHEN),
        "\u{2219}" | "\u{2022}" => Some("\u{b7}"),
        "\u{3bc}" => Some("\u{b5}"),
        "\u{2c9}" => Some("\u{af}"),
        _ => None,
    }
}

/// A glyph without text at the origin of `matrix`.
fn place(matrix: Matrix, room: f32, size: f32, font: u16) -> Glyph {
    let [a, b, c, d, ..] = matrix.0;
    let (x, y) = matrix.apply(0.0, 0.0);
    let sign = if size < 0.0 { -1.0 } else { 1.0 };
    Glyph {
        text: '\0',
        x,
        y,
        advance: room.abs() * a.hypot(b),
        size: size.abs() * c.hypot(d),
        direction: Direction::of(a * sign, b * sign),
        font,
        is_pagination: false,
    }
}

/// The object that a resource name of a category stands for.
pub(super) fn resource<'a>(
    file: &'a PdfFile,
    resources: Option<&'a Dictionary>,
    category: &[u8],
    name: &[u8],
) -> Option<&'a Object> {
    let category = objects::dictionary(file, resources?, category)?;
    objects::entry(file, category, name)
}
