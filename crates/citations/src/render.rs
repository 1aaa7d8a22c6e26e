//! From a record and a style to the text of the citation.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

use hayagriva::{
    BibliographyDriver, BibliographyRequest, CitationItem, CitationRequest, ElemChild,
    ElemChildren, archive,
    citationberg::{FontStyle, Locale, LocaleCode, json::Item},
};
use records::Record;
use serde_json::Value;

use crate::{Style, item::item};

/// A stretch of a citation, and whether it is in italics.
pub type Stretch = (String, bool);

/// A citation: stretches of text, in order; no stretch is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation(pub Vec<Stretch>);

impl Citation {
    /// The text without italics.
    pub fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }
}

/// Why there is no citation.
#[derive(Debug, thiserror::Error)]
pub enum CitationError {
    /// The record's own CSL-JSON is not understood by the processor.
    #[error("the record's CSL-JSON cannot be read; `trithuc show ID --format csl` shows it")]
    Item(#[source] serde_json::Error),
    /// The processor fails on what the record holds.
    #[error(
        "the style `{0}` cannot set this record; choose another style, or mend odd signs in its volume, issue and pages"
    )]
    Style(Style),
}

/// The terms of the two languages of the library; unpacked on first use.
static TERMS: LazyLock<Vec<Locale>> = LazyLock::new(|| {
    let is_ours = |locale: &Locale| {
        let code = locale.lang.as_ref().map(|code| code.0.as_str());
        matches!(code, Some("vi-VN" | "en-US"))
    };
    archive::locales().into_iter().filter(is_ours).collect()
});

/// The citation of `record` in `style`, with the terms of `lang` (`vi`, or
/// English for anything else).
///
/// # Errors
/// When the record cannot be said in CSL-JSON, or the style cannot set it.
pub fn cite(record: &Record, style: Style, lang: &str) -> Result<Citation, CitationError> {
    let item: Item =
        serde_json::from_value(Value::Object(item(record, lang)?)).map_err(CitationError::Item)?;
    let code = LocaleCode(if lang == "vi" { "vi-VN" } else { "en-US" }.to_owned());
    let rules = style.rules();
    // hayagriva 0.10 cuts inside a letter where odd punctuation meets (volume `,–`).
    let set = catch_unwind(AssertUnwindSafe(|| {
        let mut driver = BibliographyDriver::new();
        let cited = vec![CitationItem::with_entry(&item)];
        driver.citation(CitationRequest::new(
            cited,
            rules,
            Some(code.clone()),
            &TERMS,
            Some(1),
        ));
        driver.finish(BibliographyRequest::new(rules, Some(code), &TERMS))
    }));
    let set = set.map_err(|_| CitationError::Style(style))?;
    let mut stretches = Vec::new();
    for entry in set.bibliography.iter().flat_map(|list| &list.items) {
        flatten(&entry.content, &mut stretches);
    }
    Ok(Citation(without_number(tidy(stretches))))
}

/// Styles that number their lists begin with the number of the one citation.
fn without_number(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    if let Some((first, _)) = stretches.first_mut()
        && let Some(rest) = first.strip_prefix("1. ")
    {
        *first = rest.to_owned();
    }
    stretches
}

fn flatten(children: &ElemChildren, out: &mut Vec<Stretch>) {
    for child in &children.0 {
        match child {
            ElemChild::Text(text) | ElemChild::Link { text, .. } => out.push((
                text.text.clone(),
                text.formatting.font_style == FontStyle::Italic,
            )),
            ElemChild::Elem(inner) => flatten(&inner.children, out),
            ElemChild::Markup(text) => out.push((text.clone(), false)),
            ElemChild::Transparent { .. } => {}
        }
    }
}

/// Joins stretches of one kind, one space between words, none at the ends, and
/// the hyphens of numbers as they were.
fn tidy(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    let mut space = true;
    for (text, italic) in stretches {
        let mut kept = String::with_capacity(text.len());
        for c in text.chars() {
            let c = if c == '\u{2011}' { '-' } else { c };
            // No-break spaces stay: they hold `12 tr.` together.
            let is_space = matches!(c, ' ' | '\n' | '\t' | '\r');
            if !(is_space && space) {
                kept.push(if is_space { ' ' } else { c });
            }
            space = is_space;
        }
        match out.last_mut() {
            Some((last, same)) if *same == italic => last.push_str(&kept),
            _ if kept.is_empty() => {}
            _ => out.push((kept, italic)),
        }
    }
    if let Some((last, _)) = out.last_mut() {
        last.truncate(last.trim_end().len());
    }
    out.retain(|(text, _)| !text.is_empty());
    out
}

#[cfg(test)]
mod tests;
