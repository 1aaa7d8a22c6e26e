//! Cuts a file of XML into its records, byte by byte and in bounded memory,
//! without asking that the file as a whole be well formed: what is broken in
//! one record does not reach the next, and several documents may stand one
//! after the other, as in the weekly files of patent offices.

use std::io::{self, BufRead};

use crate::{Limits, RawEntry};

/// Bytes kept of one tag: enough for its name and its namespaces.
const MAX_TAG_BYTES: usize = 1 << 16;

/// Where the cutter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Tag { quote: u8 },
    Comment,
    CharacterData,
    Instruction,
    Declaration { n_brackets: usize },
}

/// Records of an XML file.
pub(crate) struct Cutter<'a, F> {
    input: Box<dyn BufRead + 'a>,
    limits: Limits,
    /// Whether an element of this name, within these names, is a record.
    is_record: F,
    state: State,
    tag: Vec<u8>,
    line: u64,
    encoding: Option<String>,
    /// Names of the elements around the records, outermost first.
    around: Vec<String>,
    root: Option<String>,
    entry: Option<(RawEntry, String, usize)>,
    n_entries: u64,
    is_done: bool,
}

impl<'a, F: Fn(&str, &[String]) -> bool> Cutter<'a, F> {
    pub(crate) fn new(input: Box<dyn BufRead + 'a>, limits: Limits, is_record: F) -> Self {
        Self {
            input,
            limits,
            is_record,
            state: State::Text,
            tag: Vec::new(),
            line: 1,
            encoding: None,
            around: Vec::new(),
            root: None,
            entry: None,
            n_entries: 0,
            is_done: false,
        }
    }

    fn read(&mut self) -> io::Result<Option<RawEntry>> {
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                self.is_done = true;
                return Ok(self.rest());
            }
            // Taken out: `step` needs the whole of `self`.
            let bytes = buffer.to_vec();
            for (at, byte) in bytes.iter().enumerate() {
                if let Some(entry) = self.step(*byte) {
                    self.input.consume(at + 1);
                    return Ok(Some(entry));
                }
            }
            self.input.consume(bytes.len());
        }
    }

    /// What is left at the end: a record that nobody closed, or the root of a
    /// file without records, so that somebody says what it is.
    fn rest(&mut self) -> Option<RawEntry> {
        if let Some((entry, _, _)) = self.entry.take() {
            return Some(self.finish(entry));
        }
        let root = self.root.take().filter(|_| self.n_entries == 0)?;
        let entry = RawEntry {
            line: 1,
            bytes: format!("<{root}/>").into_bytes(),
            ..RawEntry::default()
        };
        Some(entry)
    }

    fn finish(&mut self, mut entry: RawEntry) -> RawEntry {
        self.n_entries += 1;
        entry.shared = self.encoding.as_deref().map(Into::into);
        entry
    }

    fn step(&mut self, byte: u8) -> Option<RawEntry> {
        self.line += u64::from(byte == b'\n');
        if let Some((entry, _, _)) = self.entry.as_mut() {
            keep(entry, byte, self.limits);
        }
        if self.state == State::Text {
            if byte == b'<' {
                self.state = State::Tag { quote: 0 };
                self.tag.clear();
                self.tag.push(byte);
            }
            return None;
        }
        if self.tag.len() < MAX_TAG_BYTES {
            self.tag.push(byte);
        } else if !matches!(self.state, State::Tag { .. }) {
            // Only the end matters of comments and the like.
            self.tag.drain(..MAX_TAG_BYTES - 8);
            self.tag.push(byte);
        }
        self.advance(byte)
    }

    fn advance(&mut self, byte: u8) -> Option<RawEntry> {
        match self.state {
            State::Tag { quote } => return self.in_tag(byte, quote),
            State::Comment if self.tag.ends_with(b"-->") => self.state = State::Text,
            State::CharacterData if self.tag.ends_with(b"]]>") => self.state = State::Text,
            State::Instruction if self.tag.ends_with(b"?>") => {
                self.note_encoding();
                self.state = State::Text;
            }
            State::Declaration { n_brackets } => {
                self.state = match byte {
                    b'[' => State::Declaration {
                        n_brackets: n_brackets + 1,
                    },
                    b']' => State::Declaration {
                        n_brackets: n_brackets.saturating_sub(1),
                    },
                    b'>' if n_brackets == 0 => State::Text,
                    _ => self.state,
                };
            }
            _ => {}
        }
        None
    }

    fn in_tag(&mut self, byte: u8, quote: u8) -> Option<RawEntry> {
        match self.tag.as_slice() {
            b"<!--" => self.state = State::Comment,
            b"<![CDATA[" => self.state = State::CharacterData,
            b"<?" => self.state = State::Instruction,
            tag if tag.len() == 9 && tag.eq_ignore_ascii_case(b"<!DOCTYPE") => {
                self.state = State::Declaration { n_brackets: 0 };
            }
            // A sign for "less than" that nobody escaped.
            [b'<', second] if !is_name_start(*second) => self.state = State::Text,
            _ => match byte {
                b'"' | b'\'' if quote == 0 => self.state = State::Tag { quote: byte },
                _ if byte == quote && quote != 0 => self.state = State::Tag { quote: 0 },
                // A quote that nobody closed must not swallow the file.
                b'>' if quote == 0 || self.tag.len() >= MAX_TAG_BYTES => {
                    self.state = State::Text;
                    return self.end_of_tag();
                }
                _ => {}
            },
        }
        None
    }

    fn end_of_tag(&mut self) -> Option<RawEntry> {
        let name = name(&self.tag);
        let is_end = self.tag.get(1) == Some(&b'/');
        let is_empty = !is_end && self.tag.ends_with(b"/>");
        if let Some((_, record, depth)) = self.entry.as_mut() {
            if *record == name && !is_empty {
                *depth = if is_end { *depth - 1 } else { *depth + 1 };
            }
            if *depth > 0 {
                return None;
            }
            let (entry, _, _) = self.entry.take()?;
            return Some(self.finish(entry));
        }
        if is_end {
            if let Some(at) = self.around.iter().rposition(|open| *open == name) {
                self.around.truncate(at);
            }
            return None;
        }
        if self.root.is_none() {
            self.root = Some(name.clone());
        }
        if (self.is_record)(&name, &self.around) {
            return self.start(name, is_empty);
        }
        if !is_empty && self.around.len() < 64 {
            self.around.push(name);
        }
        None
    }

    fn start(&mut self, name: String, is_empty: bool) -> Option<RawEntry> {
        let n_lines = self.tag.iter().filter(|byte| **byte == b'\n').count() as u64;
        let entry = RawEntry {
            line: self.line - n_lines,
            bytes: self.tag.clone(),
            ..RawEntry::default()
        };
        if is_empty {
            return Some(self.finish(entry));
        }
        self.entry = Some((entry, name, 1));
        None
    }

    /// `<?xml version="1.0" encoding="ISO-8859-1"?>`
    fn note_encoding(&mut self) {
        if !self.tag.starts_with(b"<?xml") {
            return;
        }
        let text = String::from_utf8_lossy(&self.tag);
        let after = text.split_once("encoding").map_or("", |(_, after)| after);
        let word = after.split(['"', '\'']).nth(1).map(str::to_owned);
        self.encoding = word;
    }
}

fn keep(entry: &mut RawEntry, byte: u8, limits: Limits) {
    if let Some(n_bytes) = entry.overlong_bytes.as_mut() {
        *n_bytes += 1;
    } else if entry.bytes.len() == limits.max_entry_bytes {
        entry.overlong_bytes = Some(entry.bytes.len() as u64 + 1);
        entry.bytes.truncate(4096);
        entry.bytes.shrink_to_fit();
    } else {
        entry.bytes.push(byte);
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | b'/' | b'!' | b'?') || byte >= 0x80
}

/// The name in a tag, without prefix.
fn name(tag: &[u8]) -> String {
    let text = String::from_utf8_lossy(tag);
    let name = text.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    let name = &name[..end.unwrap_or(name.len())];
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

impl<F: Fn(&str, &[String]) -> bool> Iterator for Cutter<'_, F> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        match self.read() {
            Ok(entry) => entry.map(Ok),
            Err(error) => {
                self.is_done = true;
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(xml: &str, max_entry_bytes: usize) -> Vec<RawEntry> {
        let input = Box::new(io::BufReader::with_capacity(3, xml.as_bytes()));
        let is_record = |name: &str, _: &[String]| name == "r";
        let entries = Cutter::new(input, Limits { max_entry_bytes }, is_record);
        entries.collect::<io::Result<_>>().unwrap()
    }

    #[test]
    fn records_of_several_documents_with_all_that_hides_tags() {
        let xml = "<?xml version='1.0' encoding='latin1'?>\n<!DOCTYPE x [<!ENTITY a '<r>'>]><c>\n\
                   <!-- <r> --><x:r a='>'>1<![CDATA[</r>]]><r>2</r></x:r> 3 < 4 <r/></c>\n<c><r\n>5</r>";
        let found = cut(xml, 1000);
        let found: Vec<_> = found
            .iter()
            .map(|e| (e.line, str::from_utf8(&e.bytes).unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                (3, "<x:r a='>'>1<![CDATA[</r>]]><r>2</r></x:r>"),
                (3, "<r/>"),
                (4, "<r\n>5</r>"),
            ]
        );
    }

    #[test]
    fn what_is_too_long_is_read_past_and_a_file_without_records_shows_its_root() {
        let found = cut(&format!("<r>{}</r><r>b</r>", "x".repeat(100)), 50);
        assert_eq!(found[0].overlong_bytes, Some(107));
        assert_eq!(found[1].bytes, b"<r>b</r>");
        assert_eq!(
            cut("<?a b?><tei:TEI><p/></tei:TEI>", 50)[0].bytes,
            b"<TEI/>"
        );
        assert_eq!(cut("<c><r>a", 50)[0].bytes, b"<r>a");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(xml in "(<r>|</r>|<c|<!--|-->|<!DOCTYPE|\\[|\\]|'|>|<|<\\?|\\?>|<!\\[CDATA\\[|x){0,40}") {
            cut(&xml, 20);
        }
    }
}
