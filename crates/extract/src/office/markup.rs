//! Text out of XML: which elements hold text, end paragraphs, part cells.

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use crate::{Limits, MediaType};

/// How a vocabulary marks up text; names are local names.
pub(crate) struct Rules {
    pub(crate) kind: MediaType,
    /// Elements whose character data is text; empty when all is.
    text: &'static [&'static str],
    paragraphs: &'static [&'static str],
    breaks: &'static [&'static str],
    tabs: &'static [&'static str],
    /// Repeated spaces, their number in an attribute.
    spaces: &'static [&'static str],
    cells: &'static [&'static str],
    rows: &'static [&'static str],
    /// Elements that are left out with all they hold.
    skipped: &'static [&'static str],
}

/// WordprocessingML (ECMA-376 part 1, 17).
pub(super) const DOCX: Rules = Rules {
    kind: MediaType::Docx,
    text: &["t"],
    paragraphs: &["p"],
    breaks: &["br", "cr"],
    tabs: &["tab"],
    spaces: &[],
    cells: &["tc"],
    rows: &["tr"],
    // Fallbacks repeat what stands beside them; deleted text is deleted; tab
    // stops are no tabs.
    skipped: &["Fallback", "del", "instrText", "pPr", "rPr", "sectPr"],
};

/// DrawingML text of PresentationML (ECMA-376 part 1, 21.1).
pub(super) const PPTX: Rules = Rules {
    kind: MediaType::Pptx,
    text: &["t"],
    paragraphs: &["p"],
    breaks: &["br"],
    tabs: &[],
    spaces: &[],
    cells: &["tc"],
    rows: &["tr"],
    skipped: &["Fallback"],
};

/// OpenDocument text (ODF 1.3 part 3, 5 and 6).
pub(super) const ODT: Rules = Rules {
    kind: MediaType::Odt,
    text: &["p", "h"],
    paragraphs: &["p", "h"],
    breaks: &["line-break"],
    tabs: &["tab"],
    spaces: &["s"],
    cells: &["table-cell"],
    rows: &["table-row"],
    skipped: &["tracked-changes", "annotation", "note-citation"],
};

/// Chapters of EPUB books.
pub(super) const XHTML: Rules = Rules {
    kind: MediaType::Epub,
    text: &["body"],
    paragraphs: &[
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "div",
        "blockquote",
        "dt",
        "dd",
        "pre",
        "caption",
    ],
    breaks: &["br"],
    tabs: &[],
    spaces: &[],
    cells: &["td", "th"],
    rows: &["tr"],
    skipped: &["script", "style", "head"],
};

/// HTML pages.
pub(crate) const HTML: Rules = Rules {
    kind: MediaType::Html,
    // Pages without a `body` are common; the reader skips what is no text.
    text: &[],
    skipped: &[],
    ..XHTML
};

/// The text of a part, an empty line between paragraphs, rows of tables line
/// under line, their cells parted by tabs; and what damage stopped the reading.
pub(super) fn text_of(xml: &str, rules: &Rules, limits: &Limits) -> (String, Option<String>) {
    let mut reader = reader(xml);
    let mut writer = Writer::new(rules);
    let mut n_chars_left = limits.max_text_chars;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => writer.open(local(&element), n_spaces(&element)),
            Ok(Event::Empty(element)) => {
                writer.open(local(&element), n_spaces(&element));
                writer.close(local(&element));
            }
            Ok(Event::End(element)) => {
                let name = element.local_name();
                writer.close(name.as_ref());
            }
            Ok(Event::Text(text)) => writer.text(&text.xml10_content()),
            Ok(Event::CData(text)) => writer.text(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => {
                writer.text(&character(&reference));
            }
            Ok(Event::Eof) => return (writer.finish(), None),
            Ok(_) => {}
            Err(error) => return (writer.finish(), Some(error.to_string())),
        }
        n_chars_left = n_chars_left.min(limits.max_text_chars.saturating_sub(writer.out.len() / 3));
        if n_chars_left == 0 {
            return (
                writer.finish(),
                Some("more text than the limits allow".to_owned()),
            );
        }
    }
}

/// What a character reference stands for; nothing when it is not known.
pub(crate) fn character(reference: &BytesRef<'_>) -> String {
    let character = reference.resolve_char_ref().ok().flatten();
    let entity = reference.xml10_content();
    let named = quick_xml::escape::resolve_xml_entity(&entity).map(str::to_owned);
    character.map(String::from).or(named).unwrap_or_default()
}

pub(crate) fn reader(xml: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(xml);
    // Damaged files: what can be read counts more than the nesting.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader
}

pub(crate) fn local<'a>(element: &'a BytesStart<'_>) -> &'a str {
    let name = element.name().0;
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Puts text down with the structure around it.
pub(crate) struct Writer<'r> {
    rules: &'r Rules,
    out: String,
    /// Open elements that hold text.
    text_depth: usize,
    /// Open elements inside a skipped one, itself included.
    skip_depth: usize,
    /// Open table rows.
    row_depth: usize,
    /// What parts the next text from the last: the widest that was met.
    parting: Parting,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Parting {
    None,
    Space,
    Cell,
    Line,
    Paragraph,
}

impl<'r> Writer<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        Self {
            rules,
            out: String::new(),
            text_depth: 0,
            skip_depth: 0,
            row_depth: 0,
            parting: Parting::None,
        }
    }

    /// An element opens; `n_spaces` counts where the element stands for spaces.
    pub(crate) fn open(&mut self, name: &str, n_spaces: usize) {
        let rules = self.rules;
        if self.skip_depth > 0 || rules.skipped.contains(&name) {
            self.skip_depth += 1;
            return;
        }
        if rules.text.contains(&name) {
            self.text_depth += 1;
        }
        if rules.rows.contains(&name) {
            self.row_depth += 1;
        }
        if rules.breaks.contains(&name) {
            self.part(Parting::Line);
        } else if rules.tabs.contains(&name) {
            self.out.push('\t');
        } else if rules.spaces.contains(&name) {
            self.out.extend(std::iter::repeat_n(' ', n_spaces.min(80)));
        } else if rules.paragraphs.contains(&name) {
            self.part_paragraph();
        }
    }

    /// An element closes.
    pub(crate) fn close(&mut self, name: &str) {
        let rules = self.rules;
        if self.skip_depth > 0 {
            self.skip_depth -= 1;
            return;
        }
        if rules.text.contains(&name) {
            self.text_depth = self.text_depth.saturating_sub(1);
        }
        if rules.rows.contains(&name) {
            self.row_depth = self.row_depth.saturating_sub(1);
            self.part(if self.row_depth > 0 {
                Parting::Space
            } else {
                Parting::Line
            });
        } else if rules.cells.contains(&name) {
            self.part(Parting::Cell);
        } else if rules.paragraphs.contains(&name) {
            self.part_paragraph();
        }
    }

    /// Inside a row, paragraphs of one cell stay on its line.
    fn part_paragraph(&mut self) {
        self.part(if self.row_depth > 0 {
            Parting::Space
        } else {
            Parting::Paragraph
        });
    }

    fn part(&mut self, parting: Parting) {
        self.parting = self.parting.max(parting);
    }

    /// Character data.
    pub(crate) fn text(&mut self, text: &str) {
        let is_text = self.skip_depth == 0 && (self.rules.text.is_empty() || self.text_depth > 0);
        if !is_text || text.is_empty() {
            return;
        }
        // White space between elements of running markup is no text of its own.
        if text.trim().is_empty() && self.parting > Parting::None {
            return;
        }
        let parting = match std::mem::replace(&mut self.parting, Parting::None) {
            _ if self.out.is_empty() => "",
            Parting::None => "",
            Parting::Space => " ",
            Parting::Cell => "\t",
            Parting::Line => "\n",
            Parting::Paragraph => "\n\n",
        };
        self.out.push_str(parting);
        self.out.extend(text.chars().map(|c| {
            if matches!(c, '\n' | '\r' | '\t' | '\u{a0}') {
                ' '
            } else {
                c
            }
        }));
    }

    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// The text, lines without trailing blanks.
    pub(crate) fn finish(self) -> String {
        let lines: Vec<&str> = self.out.lines().map(str::trim_end).collect();
        lines.join("\n").trim().to_owned()
    }
}

pub(crate) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().flatten().find_map(|attribute| {
        let key = attribute.key.0;
        let local = key.rsplit_once(':').map_or(key, |(_, local)| local);
        (local == name).then(|| attribute.value.to_string())
    })
}

/// How many spaces an element stands for.
fn n_spaces(element: &BytesStart<'_>) -> usize {
    attribute(element, "c")
        .and_then(|count| count.parse().ok())
        .unwrap_or(1)
}

/// Values of an attribute of all elements of a name, in order.
pub(super) fn attributes(xml: &str, element: &str, name: &str) -> Vec<String> {
    let mut reader = reader(xml);
    let mut values = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) | Event::Empty(start) if local(&start) == element => {
                values.push(attribute(&start, name).unwrap_or_default());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    values
}

/// Text of all elements of a name, in order.
pub(super) fn elements(xml: &str, element: &str) -> Vec<String> {
    let mut reader = reader(xml);
    let mut texts = Vec::new();
    let mut open: Option<String> = None;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) if local(&start) == element => open = Some(String::new()),
            Event::End(_) => texts.extend(open.take()),
            Event::Text(text) => {
                if let Some(open) = &mut open {
                    open.push_str(&text.xml10_content());
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    texts
}
