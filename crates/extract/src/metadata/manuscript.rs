//! A document as blocks of text with their looks: what the rules of metadata
//! read, whatever the kind of file.

use super::labels::{self, Label};

/// A line, or a paragraph of running text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    /// Its text, lines joined, cells parted by tabs.
    pub(crate) text: String,
    /// The text with [`MARKER`] in place of superscripts.
    pub(crate) unraised: String,
    /// Page from 1.
    pub(crate) page: u32,
    /// Font size in points; 0 when the file does not tell.
    pub(crate) size: f32,
    /// Equal for equal looks (font, weight, slant).
    pub(crate) look: u32,
    /// Whether it stands in the middle of the page.
    pub(crate) is_centred: bool,
    /// Whether it is a running header or footer.
    pub(crate) is_running: bool,
    /// Whether it is a line that ends well right of the middle, or the file
    /// says right-aligned.
    pub(crate) is_right: bool,
    /// What it is headed by.
    pub(crate) label: Option<Label>,
}

/// Stands for a superscript: a reference mark after a name, mostly.
pub(crate) const MARKER: char = '\u{2}';

impl Block {
    /// A block without any looks.
    pub(crate) fn plain(text: &str, page: u32) -> Self {
        Self {
            text: text.to_owned(),
            unraised: text.to_owned(),
            page,
            size: 0.0,
            look: 0,
            is_centred: false,
            is_running: false,
            is_right: false,
            label: None,
        }
    }

    pub(crate) fn n_words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// Whether both look alike.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        self.look == other.look && (self.size - other.size).abs() <= 0.04 * self.size
    }

    /// Whether all its letters, three or more, are capitals.
    pub(crate) fn is_all_capitals(&self) -> bool {
        is_all_capitals(&self.text)
    }
}

/// Whether all letters of `text`, three or more, are capitals.
pub(crate) fn is_all_capitals(text: &str) -> bool {
    let mut n_capitals = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if c.is_lowercase() {
            return false;
        }
        n_capitals += 1;
    }
    n_capitals >= 3
}

/// The blocks of a document in reading order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Manuscript {
    pub(crate) blocks: Vec<Block>,
    /// Font size of most of the text.
    pub(crate) body_size: f32,
    /// Look of most of the text.
    pub(crate) body_look: u32,
}

impl Manuscript {
    /// Finds the labels and the look of the body.
    pub(crate) fn new(mut blocks: Vec<Block>) -> Self {
        blocks.retain(|block| !block.text.trim().is_empty());
        for block in &mut blocks {
            block.label = labels::of(&block.text);
        }
        let body = body(&blocks);
        Self {
            blocks,
            body_size: body.0,
            body_look: body.1,
        }
    }

    /// Blocks made of text alone: an empty line parts paragraphs.
    pub(crate) fn of_pages<'a>(pages: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let blocks = pages.flat_map(|(number, text)| {
            text.split("\n\n")
                .flat_map(|paragraph| paragraph.lines())
                .map(move |line| Block::plain(line.trim(), number))
        });
        Self::new(blocks.collect())
    }

    /// Repairs legacy encodings; labels are looked for again.
    pub(crate) fn repair(&mut self) {
        let found = crate::repair::all(self.blocks.iter_mut().map(|block| &mut block.text));
        if found.is_empty() {
            return;
        }
        crate::repair::all(self.blocks.iter_mut().map(|block| &mut block.unraised));
        for block in &mut self.blocks {
            block.label = labels::of(&block.text);
        }
    }

    /// Size of a block against the body: 1 where sizes are not known.
    pub(crate) fn relative_size(&self, block: &Block) -> f32 {
        if self.body_size > 0.0 && block.size > 0.0 {
            block.size / self.body_size
        } else {
            1.0
        }
    }
}

/// Size and look that most characters have.
fn body(blocks: &[Block]) -> (f32, u32) {
    let mut counts: Vec<((u32, u32), usize)> = Vec::new();
    for block in blocks.iter().filter(|block| !block.is_running) {
        // Tenths of a point.
        let key = ((block.size * 10.0).round() as u32, block.look);
        match counts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, count)) => *count += block.text.len(),
            None => counts.push((key, block.text.len())),
        }
    }
    let most = counts.into_iter().max_by_key(|&(key, count)| (count, key));
    most.map_or((0.0, 0), |((size, look), _)| (size as f32 / 10.0, look))
}
