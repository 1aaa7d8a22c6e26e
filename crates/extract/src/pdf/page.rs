//! One page: its box, resources and content.

use lopdf::{Dictionary, Document as PdfFile, Object, ObjectId};

use super::{
    interpreter::{Budget, FontCache, Interpreter},
    load, objects,
};
use crate::{Limits, layout::Glyph};

/// The glyphs of a page.
pub(super) struct PageGlyphs {
    pub(super) glyphs: Vec<Glyph>,
    /// What went wrong, to follow the page's number.
    pub(super) complaint: Option<String>,
}

/// Reads a page; damage shortens the result and is told.
pub(super) fn read<'a>(
    file: &'a PdfFile,
    id: ObjectId,
    fonts: &mut FontCache<'a>,
    limits: &Limits,
    budget: &mut Budget,
) -> PageGlyphs {
    let failed = |complaint: String| PageGlyphs {
        glyphs: Vec::new(),
        complaint: Some(complaint),
    };
    let Ok(page) = file.get_dictionary(id) else {
        return failed("is missing from the file".to_owned());
    };
    let (content, damage) = match content(file, page, limits) {
        Ok(content) => content,
        Err(complaint) => return failed(complaint),
    };
    let resources = inherited(file, page, b"Resources").and_then(|object| object.as_dict().ok());
    let page_box = visible_box(file, page);
    if !budget.spend_bytes(content.len()) {
        return failed(
            "is left out: the document takes more steps than the limits allow".to_owned(),
        );
    }
    let mut interpreter = Interpreter::new(file, fonts, limits, budget, page_box);
    interpreter.run(&content, resources);
    let (glyphs, complaint) = (interpreter.glyphs, interpreter.complaint);
    budget.glyphs = budget.glyphs.saturating_sub(glyphs.len());
    PageGlyphs {
        glyphs,
        complaint: complaint.or(damage),
    }
}

/// The streams of a page as one: operators may be split between streams, names
/// and numbers may not. Also tells of parts that could not be decompressed.
fn content(
    file: &PdfFile,
    page: &Dictionary,
    limits: &Limits,
) -> Result<(Vec<u8>, Option<String>), String> {
    let streams = match objects::entry(file, page, b"Contents") {
        Some(Object::Array(items)) => items
            .iter()
            .filter_map(|item| objects::resolve(file, item))
            .collect(),
        Some(object) => vec![object],
        None => Vec::new(),
    };
    let mut content = Vec::new();
    let mut damage = None;
    for stream in streams
        .into_iter()
        .filter_map(|object| object.as_stream().ok())
    {
        let room = limits.max_page_bytes.saturating_sub(content.len());
        let room = room.min(limits.max_part_bytes);
        match load::decompress(stream, room) {
            Ok(part) => {
                content.extend_from_slice(&part);
                content.push(b'\n');
            }
            Err(error) => damage = Some(format!("is left out in part: {error}")),
        }
    }
    match damage {
        Some(damage) if content.is_empty() => Err(damage),
        damage => Ok((content, damage)),
    }
}

/// Depth of page trees; balanced trees of a million pages have under ten.
const MAX_TREE_DEPTH: usize = 64;

/// An attribute of the page or of the nearest ancestor that has it.
pub(super) fn inherited<'a>(
    file: &'a PdfFile,
    page: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Object> {
    let mut node = page;
    for _ in 0..MAX_TREE_DEPTH {
        if let Some(object) = objects::entry(file, node, key) {
            return Some(object);
        }
        node = objects::dictionary(file, node, b"Parent")?;
    }
    None
}

/// The crop box within the media box; everything when neither is sound.
fn visible_box(file: &PdfFile, page: &Dictionary) -> [f32; 4] {
    let read = |key: &[u8]| {
        let items = inherited(file, page, key)?.as_array().ok()?;
        let mut corners = [0.0; 4];
        for (corner, item) in corners.iter_mut().zip(items) {
            *corner = objects::number(file, item)?;
        }
        let [x0, y0, x1, y1] = corners;
        let sides = [x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)];
        (items.len() == 4 && sides[2] > sides[0] && sides[3] > sides[1]).then_some(sides)
    };
    const EVERYTHING: [f32; 4] = [-1e9, -1e9, 1e9, 1e9];
    let media = read(b"MediaBox").unwrap_or(EVERYTHING);
    let crop = read(b"CropBox").unwrap_or(media);
    let inside = [
        media[0].max(crop[0]),
        media[1].max(crop[1]),
        media[2].min(crop[2]),
        media[3].min(crop[3]),
    ];
    if inside[2] > inside[0] && inside[3] > inside[1] {
        inside
    } else {
        media
    }
}
