//! Documents in ZIP containers: DOCX, PPTX, ODT, EPUB.

mod looks;
pub(crate) mod markup;

use std::io::{Cursor, Read};

use records::{Lang, Page};
use unicode_normalization::UnicodeNormalization;
use zip::ZipArchive;

use self::markup::{DOCX, ODT, PPTX, Rules, XHTML};
use crate::{
    Document, ExtractError, Limits, MediaType, document::Properties,
    metadata::manuscript::Manuscript,
};

pub(crate) use self::markup::{HTML, Writer};

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Reads a document of one of these kinds.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(
    kind: MediaType,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Document, ExtractError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let mut container = Container {
        archive: archive.map_err(|error| ExtractError::damaged(kind, error))?,
        kind,
        limits,
        room: limits.max_document_bytes,
    };
    let mut document = Document::new(kind);
    let pages = match kind {
        MediaType::Pptx => slides(&mut container, &mut document.warnings)?,
        MediaType::Odt => vec![part_text(
            &mut container,
            "content.xml",
            &ODT,
            &mut document.warnings,
        )?],
        MediaType::Epub => chapters(&mut container, &mut document.warnings)?,
        _ => vec![word_text(&mut container, &mut document.warnings)?],
    };
    if pages.iter().all(|text| text.trim().is_empty()) {
        return Err(ExtractError::NoText);
    }
    document.pages = (1..)
        .zip(pages)
        .map(|(number, text)| Page::new(number, text))
        .collect();
    document.properties = properties(&mut container);
    if kind == MediaType::Docx
        && let Ok(Some(xml)) = container.part("word/document.xml")
    {
        document.manuscript = Some(Manuscript::new(looks::blocks(&xml)));
    }
    Ok(document)
}

/// An open archive with what is left of the limit on all its parts.
struct Container<'a> {
    archive: Archive<'a>,
    kind: MediaType,
    limits: &'a Limits,
    room: usize,
}

impl Container<'_> {
    /// A part as text; `None` when the archive has no such part.
    fn part(&mut self, name: &str) -> Result<Option<String>, ExtractError> {
        let room = self.room.min(self.limits.max_part_bytes);
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(zip::result::ZipError::UnsupportedArchive(why)) if why.contains("assword") => {
                return Err(ExtractError::NeedsPassword);
            }
            Err(error) => return Err(ExtractError::damaged(self.kind, error)),
        };
        let mut bytes = Vec::new();
        // One byte more than the room tells a bomb from a part that just fits;
        // the size in the header is not believed.
        file.take(room as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| ExtractError::damaged(self.kind, error))?;
        if bytes.len() > room {
            return Err(ExtractError::TooLarge {
                limit: room as u64,
                unit: "bytes after decompression",
            });
        }
        self.room -= bytes.len();
        Ok(Some(crate::plain::decode(&bytes).0))
    }

    /// Names of the parts that start and end so, by the numbers in them.
    fn numbered(&self, start: &str, end: &str) -> Vec<String> {
        let mut names: Vec<(u32, String)> = self
            .archive
            .file_names()
            .filter_map(|name| {
                let name = name.ok()?;
                let number = name.strip_prefix(start)?.strip_suffix(end)?;
                Some((number.parse().ok()?, name.to_string()))
            })
            .collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }
}

fn part_text(
    container: &mut Container<'_>,
    name: &str,
    rules: &Rules,
    warnings: &mut Vec<String>,
) -> Result<String, ExtractError> {
    let missing =
        || ExtractError::damaged(container_kind(rules), format!("part `{name}` is missing"));
    let xml = container.part(name)?.ok_or_else(missing)?;
    let (text, damage) = markup::text_of(&xml, rules, container.limits);
    warnings.extend(damage.map(|damage| format!("{name}: {damage}; the rest of it is left out")));
    Ok(text.nfc().collect())
}

fn container_kind(rules: &Rules) -> MediaType {
    rules.kind
}

/// The body, then notes, which word processors keep in parts of their own.
fn word_text(
    container: &mut Container<'_>,
    warnings: &mut Vec<String>,
) -> Result<String, ExtractError> {
    let mut text = part_text(container, "word/document.xml", &DOCX, warnings)?;
    for name in ["word/footnotes.xml", "word/endnotes.xml"] {
        if container.archive.index_for_name(name).is_some() {
            let notes = part_text(container, name, &DOCX, warnings)?;
            if !notes.is_empty() {
                text.push_str("\n\n");
                text.push_str(&notes);
            }
        }
    }
    Ok(text)
}

/// One page a slide.
fn slides(
    container: &mut Container<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<String>, ExtractError> {
    let names = container.numbered("ppt/slides/slide", ".xml");
    names
        .iter()
        .map(|name| part_text(container, name, &PPTX, warnings))
        .collect()
}

/// One page a file of the book, in the order of its spine.
fn chapters(
    container: &mut Container<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<String>, ExtractError> {
    let root = container
        .part("META-INF/container.xml")?
        .unwrap_or_default();
    let package = markup::attributes(&root, "rootfile", "full-path")
        .into_iter()
        .next();
    let package =
        package.ok_or_else(|| ExtractError::damaged(MediaType::Epub, "it has no package file"))?;
    let opf = container.part(&package)?.unwrap_or_default();
    let folder = package
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let ids = markup::attributes(&opf, "item", "id");
    let paths = markup::attributes(&opf, "item", "href");
    let spine = markup::attributes(&opf, "itemref", "idref");
    let path_of = |id: &String| {
        ids.iter()
            .position(|known| known == id)
            .and_then(|at| paths.get(at))
    };
    let names: Vec<String> = spine
        .iter()
        .filter_map(path_of)
        .map(|path| format!("{folder}{path}"))
        .collect();
    names
        .iter()
        .map(|name| part_text(container, name, &XHTML, warnings))
        .collect()
}

/// One part of an archive as text.
///
/// # Errors
/// Damaged, without such a part, or over a limit.
pub(crate) fn part(
    bytes: &[u8],
    kind: MediaType,
    name: &str,
    limits: &Limits,
) -> Result<String, ExtractError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let mut container = Container {
        archive: archive.map_err(|error| ExtractError::damaged(kind, error))?,
        kind,
        limits,
        room: limits.max_document_bytes,
    };
    let missing = || ExtractError::damaged(kind, format!("part `{name}` is missing"));
    container.part(name)?.ok_or_else(missing)
}

/// Decompresses all parts of an archive and throws them away.
///
/// # Errors
/// Damaged, or more bytes than the limits allow; the sizes in the headers are
/// not believed.
pub(crate) fn check_sizes(
    bytes: &[u8],
    kind: MediaType,
    limits: &Limits,
) -> Result<(), ExtractError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let mut archive = archive.map_err(|error| ExtractError::damaged(kind, error))?;
    let mut room = limits.max_document_bytes as u64;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index(index) else {
            continue;
        };
        let n_bytes = std::io::copy(&mut part.take(room + 1), &mut std::io::sink());
        let n_bytes = n_bytes.map_err(|error| ExtractError::damaged(kind, error))?;
        room = room.checked_sub(n_bytes).ok_or(ExtractError::TooLarge {
            limit: limits.max_document_bytes as u64,
            unit: "bytes after decompression",
        })?;
    }
    Ok(())
}

/// Title, author and the like as the program that wrote the file has them.
fn properties(container: &mut Container<'_>) -> Properties {
    let name = match container.kind {
        MediaType::Odt => "meta.xml",
        MediaType::Epub => return Properties::default(),
        _ => "docProps/core.xml",
    };
    let Ok(Some(xml)) = container.part(name) else {
        return Properties::default();
    };
    let first = |element| {
        markup::elements(&xml, element)
            .into_iter()
            .find(|text| !text.trim().is_empty())
    };
    Properties {
        title: first("title"),
        author: first("creator"),
        keywords: first("keywords").or_else(|| first("keyword")),
        language: first("language").map(|code| Lang::parse(&code)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
