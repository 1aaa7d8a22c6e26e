//! Paragraphs of a Word document with their looks, for the rules of metadata.

use quick_xml::events::Event;

use super::markup::{attribute, local, reader};
use crate::metadata::manuscript::{Block, MARKER};

/// Font size of text that names none, half-points: Word's own default.
const DEFAULT_SIZE: f32 = 22.0;
/// Blocks that metadata is read from; a thesis prints its abstracts before.
const MAX_BLOCKS: usize = 20_000;

/// The paragraphs of `word/document.xml`. A page break counts a page.
pub(super) fn blocks(xml: &str) -> Vec<Block> {
    let mut reader = reader(xml);
    let mut paragraph = Paragraph::default();
    let mut blocks = Vec::new();
    let mut page = 1;
    let mut in_text = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) | Event::Empty(element) => {
                let name = local(&element);
                let value = || attribute(&element, "val");
                let is_on = || value().is_none_or(|value| value != "0" && value != "false");
                match name {
                    "t" => in_text = true,
                    "p" => paragraph = Paragraph::default(),
                    "r" => paragraph.run = Run::default(),
                    "br" if attribute(&element, "type").as_deref() == Some("page") => page += 1,
                    "br" | "cr" | "tab" => paragraph.push(" "),
                    "pStyle" => paragraph.style = value().unwrap_or_default(),
                    "jc" => paragraph.justification = value().unwrap_or_default(),
                    "b" => paragraph.run.is_bold = is_on(),
                    "i" => paragraph.run.is_italic = is_on(),
                    "vertAlign" => {
                        paragraph.run.is_raised = value().as_deref() == Some("superscript")
                    }
                    "sz" => paragraph.run.size = value().and_then(|value| value.parse().ok()),
                    _ => {}
                }
            }
            Event::End(element) => match element.local_name().as_ref() {
                "t" => in_text = false,
                "p" if blocks.len() < MAX_BLOCKS => {
                    blocks.push(std::mem::take(&mut paragraph).block(page));
                }
                _ => {}
            },
            Event::Text(text) if in_text => paragraph.push(&text.xml10_content()),
            Event::GeneralRef(reference) if in_text => {
                let entity = reference.xml10_content();
                if let Some(text) = quick_xml::escape::resolve_xml_entity(&entity) {
                    paragraph.push(text);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    blocks
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    unraised: String,
    style: String,
    justification: String,
    run: Run,
    /// Characters by size (half-points), bold, italic.
    looks: Vec<((u32, bool, bool), usize)>,
}

#[derive(Debug, Default)]
struct Run {
    size: Option<f32>,
    is_bold: bool,
    is_italic: bool,
    is_raised: bool,
}

impl Paragraph {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        if self.run.is_raised {
            self.unraised.push(MARKER);
        } else {
            self.unraised.push_str(text);
        }
        let size = self.run.size.unwrap_or(DEFAULT_SIZE) * self.style_factor();
        let look = (size.round() as u32, self.run.is_bold, self.run.is_italic);
        match self.looks.iter_mut().find(|(known, _)| *known == look) {
            Some((_, count)) => *count += text.len(),
            None => self.looks.push((look, text.len())),
        }
    }

    /// Built-in styles are larger than the text; their sizes stand in a part
    /// of their own, as the reader may have changed them.
    fn style_factor(&self) -> f32 {
        match self.style.as_str() {
            "Title" => 2.0,
            "Heading1" => 1.3,
            "Subtitle" | "Heading2" => 1.15,
            _ => 1.0,
        }
    }

    fn block(self, page: u32) -> Block {
        let most = self
            .looks
            .iter()
            .max_by_key(|(look, count)| (*count, *look));
        let (size, is_bold, is_italic) = most.map_or((0, false, false), |(look, _)| *look);
        let look = 1 + u32::from(is_bold) + 2 * u32::from(is_italic);
        Block {
            unraised: self.unraised.trim().to_owned(),
            size: size as f32 / 2.0,
            look,
            is_centred: self.justification == "center",
            is_right: matches!(self.justification.as_str(), "right" | "end"),
            ..Block::plain(self.text.trim(), page)
        }
    }
}
