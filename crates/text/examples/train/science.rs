//! Reads Vietnamese text on science and technology from a folder of pages
//! (HTML) and manuals (Markdown): its paragraphs, each once, in the order of
//! the names of the files.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::Result;

/// Shorter lines are labels and buttons.
const FEWEST_WORDS: usize = 4;

/// Tags inside a paragraph; all others end it.
const INLINE: [&str; 9] = ["a", "b", "em", "i", "span", "strong", "sub", "sup", "u"];

/// Tags whose content is no text.
const SILENT: [&str; 4] = ["script", "style", "pre", "code"];

/// The Vietnamese paragraphs of all files under `folder`.
pub(crate) fn read(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for file in files {
        let is_page = file.extension().is_some_and(|ending| ending == "html");
        let text = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
        let text = if is_page {
            text
        } else {
            without_markdown(&text)
        };
        for line in without_tags(&text).lines() {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if is_vietnamese(&line) && seen.insert(line.clone()) {
                lines.push(line);
            }
        }
    }
    Ok(lines)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            list(&path, files)?;
        } else if matches!(ending, Some("html" | "md" | "mdx")) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_vietnamese(line: &str) -> bool {
    let found = text::detect(line);
    found.lang == "vi" && !found.accentless && line.split(' ').count() >= FEWEST_WORDS
}

/// Without blocks of code, the targets of links, and the marks of headings,
/// lists and emphasis.
fn without_markdown(text: &str) -> String {
    let mut out = String::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let line = line.trim_start_matches(['#', '>', '-', '*', ' ', '|']);
            out.push_str(&without_targets(line).replace(['*', '`', '_'], ""));
        }
        out.push('\n');
    }
    out
}

/// `[words](target)` as `words`.
fn without_targets(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("](") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        rest = after.find(')').map_or("", |end| &after[end + 1..]);
    }
    out.push_str(rest);
    out.replace(['[', ']'], "")
}

/// Without tags; where one ends a paragraph a line ends. The few entities that
/// stand in running text are read.
fn without_tags(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at + 1..];
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if name.is_empty() {
            out.push('<');
            rest = tag;
            continue;
        }
        let close = format!("</{name}");
        let is_silent = SILENT.contains(&&*name) && !tag.starts_with('/');
        let from = tag.find(&close).filter(|_| is_silent).unwrap_or(0);
        let end = tag[from..]
            .find('>')
            .map_or(tag.len(), |end| from + end + 1);
        out.push(if INLINE.contains(&&*name) || is_silent && name == "code" {
            ' '
        } else {
            '\n'
        });
        rest = &tag[end..];
    }
    out.push_str(rest);
    for (entity, letter) in [
        ("&nbsp;", " "),
        ("&#10230;", " "),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, letter);
    }
    out
}
