//! Text of binary PowerPoint files ([MS-PPT]): atoms of text in a tree of
//! records.

use super::{Container, u16_at, u32_at, utf16};
use crate::ExtractError;

const DOCUMENT: u16 = 1000;
const SLIDE: u16 = 1006;
const SLIDE_PERSIST: u16 = 1011;
const TEXT_CHARS: u16 = 4000;
const TEXT_BYTES: u16 = 4008;
const SLIDE_LIST: u16 = 4080;
/// Depth of containers; real files stay under ten.
const MAX_DEPTH: usize = 32;

/// A record of the tree.
struct Record<'a> {
    kind: u16,
    instance: u16,
    is_container: bool,
    body: &'a [u8],
}

/// The text of the slides, one page each: outlines first, then what stands in
/// the drawings.
pub(super) fn slides(file: &mut Container<'_>) -> Result<Vec<String>, ExtractError> {
    let Some(stream) = file.stream("/PowerPoint Document")? else {
        return Err(file.damaged("it has no stream `PowerPoint Document`"));
    };
    let mut pages: Vec<String> = Vec::new();
    // Saving in haste appends a new document: the last one counts.
    if let Some(document) = records(&stream)
        .filter(|record| record.kind == DOCUMENT)
        .last()
    {
        let lists = records(document.body).filter(|record| record.kind == SLIDE_LIST);
        // Instance 0 lists the slides, 1 the masters, 2 the notes.
        for list in lists.filter(|list| list.instance == 0) {
            for record in records(list.body) {
                match text_of(&record) {
                    None if record.kind == SLIDE_PERSIST => pages.push(String::new()),
                    Some(text) => match pages.last_mut() {
                        Some(page) => append(page, &text),
                        None => pages.push(text),
                    },
                    None => {}
                }
            }
        }
    }
    for (index, slide) in records(&stream)
        .filter(|record| record.kind == SLIDE)
        .enumerate()
    {
        let mut texts = Vec::new();
        collect(slide.body, MAX_DEPTH, &mut texts);
        if index >= pages.len() {
            pages.push(String::new());
        }
        for text in texts {
            if !text.is_empty() && !pages.iter().any(|page| page.contains(&text)) {
                append(&mut pages[index], &text);
            }
        }
    }
    Ok(pages)
}

fn append(page: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    if !page.is_empty() {
        page.push_str("\n\n");
    }
    page.push_str(text);
}

fn collect(body: &[u8], depth: usize, texts: &mut Vec<String>) {
    for record in records(body) {
        if let Some(text) = text_of(&record) {
            texts.push(text);
        } else if record.is_container && depth > 0 {
            collect(record.body, depth - 1, texts);
        }
    }
}

fn text_of(record: &Record<'_>) -> Option<String> {
    let text: String = match record.kind {
        TEXT_CHARS => utf16(record.body),
        // The low bytes of UTF-16.
        TEXT_BYTES => record.body.iter().map(|&byte| char::from(byte)).collect(),
        _ => return None,
    };
    let lines = text.replace(['\r', '\u{b}'], "\n");
    // What a master says where the slide says nothing.
    let is_prompt = lines.starts_with("Click to edit Master") || lines.trim() == "*";
    Some(if is_prompt {
        String::new()
    } else {
        lines.trim().to_owned()
    })
}

/// The records that stand one after the other in `bytes`.
fn records(bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let version = u16_at(rest, 0)?;
        let kind = u16_at(rest, 2)?;
        let len = u32_at(rest, 4)? as usize;
        let end = 8usize.saturating_add(len).min(rest.len());
        let body = &rest[8..end];
        rest = &rest[end..];
        Some(Record {
            kind,
            instance: version >> 4,
            is_container: version & 0xf == 0xf,
            body,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_where_the_bytes_end() {
        let bytes = [0x0f, 0, 0xe8, 3, 0xff, 0xff, 0xff, 0xff, 1, 2];
        let found: Vec<usize> = records(&bytes).map(|record| record.body.len()).collect();
        assert_eq!(found, [2]);
        assert_eq!(records(&bytes[..7]).count(), 0);
    }
}
