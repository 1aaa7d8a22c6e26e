//! JSON Lines: one record a line, in any dialect that [`crate::JsonFormat`] knows.

use std::io::{self, BufRead};

use crate::{EntryError, Limits, Parsed, RawEntry, RecordFormat, json};

/// JSON Lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonLinesFormat;

impl RecordFormat for JsonLinesFormat {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        let lines = Lines::new(input, limits);
        Box::new(lines.filter(|line| !line.as_ref().is_ok_and(is_blank)))
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        json::parse(&entry.bytes)
    }
}

fn is_blank(entry: &RawEntry) -> bool {
    entry.overlong_bytes.is_none() && entry.bytes.trim_ascii().is_empty()
}

/// Lines of bounded length, numbered from 1.
pub(crate) struct Lines<'a> {
    input: Box<dyn BufRead + 'a>,
    limits: Limits,
    n_lines: u64,
    is_done: bool,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(input: Box<dyn BufRead + 'a>, limits: Limits) -> Self {
        Self {
            input,
            limits,
            n_lines: 0,
            is_done: false,
        }
    }

    /// Bytes kept of a line that is too long: enough to recognise it.
    const OVERLONG_HEAD: usize = 4096;

    /// Reads one line, its end left out; `false` at the end of the input.
    fn read(&mut self, entry: &mut RawEntry) -> io::Result<bool> {
        let mut n_bytes = 0_u64;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                break;
            }
            let end = memchr(buffer);
            let part = &buffer[..end.unwrap_or(buffer.len())];
            n_bytes += part.len() as u64;
            if entry.bytes.len() + part.len() > self.limits.max_entry_bytes {
                entry.overlong_bytes = Some(n_bytes);
                entry.bytes.extend_from_slice(part);
                entry.bytes.truncate(Self::OVERLONG_HEAD);
                entry.bytes.shrink_to_fit();
            } else if entry.overlong_bytes.is_none() {
                entry.bytes.extend_from_slice(part);
            } else {
                entry.overlong_bytes = Some(n_bytes);
            }
            let n_used = part.len() + usize::from(end.is_some());
            self.input.consume(n_used);
            if end.is_some() {
                return Ok(true);
            }
        }
        Ok(n_bytes > 0)
    }
}

fn memchr(buffer: &[u8]) -> Option<usize> {
    buffer.iter().position(|byte| *byte == b'\n')
}

impl Iterator for Lines<'_> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let mut entry = RawEntry {
            line: self.n_lines + 1,
            ..RawEntry::default()
        };
        match self.read(&mut entry) {
            Ok(true) => {
                self.n_lines += 1;
                Some(Ok(entry))
            }
            Ok(false) => {
                self.is_done = true;
                None
            }
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

    fn entries(text: &[u8], max_entry_bytes: usize) -> Vec<RawEntry> {
        let limits = Limits { max_entry_bytes };
        // A buffer of three bytes: lines cross its end.
        let input = Box::new(io::BufReader::with_capacity(3, text));
        let entries = JsonLinesFormat.entries(input, limits);
        entries.collect::<io::Result<_>>().unwrap()
    }

    #[test]
    fn lines_keep_their_numbers_and_blank_ones_are_passed_over() {
        let found = entries(b"{\"a\":1}\n\n  \n{\"b\":2}", 100);
        let found: Vec<_> = found.iter().map(|e| (e.line, e.bytes.as_slice())).collect();
        assert_eq!(found, [(1, b"{\"a\":1}".as_slice()), (4, b"{\"b\":2}")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_read_past() {
        let long = [b"x".repeat(50).as_slice(), b"\nshort\n"].concat();
        let found = entries(&long, 10);
        assert_eq!(found[0].overlong_bytes, Some(50));
        assert!(found[0].bytes.len() <= Lines::OVERLONG_HEAD);
        assert_eq!(
            (found[1].line, found[1].bytes.as_slice()),
            (2, b"short".as_slice())
        );
        let error = JsonLinesFormat.parse(&found[0]).unwrap_err().to_string();
        assert!(error.contains("entry of 50 bytes"), "{error}");
    }

    #[test]
    fn deep_json_is_refused_without_harm() {
        let deep = "[".repeat(100_000);
        let entry = RawEntry {
            bytes: format!("{{\"title\":{deep}").into_bytes(),
            ..RawEntry::default()
        };
        let error = JsonLinesFormat.parse(&entry).unwrap_err().to_string();
        assert!(
            error.contains("recursion limit exceeded at column"),
            "{error}"
        );
    }

    #[test]
    fn bytes_of_another_encoding_are_said() {
        let entry = RawEntry {
            bytes: b"{\"title\":\"caf\xe9\"}".to_vec(),
            ..RawEntry::default()
        };
        let record = JsonLinesFormat.parse(&entry).unwrap().record;
        assert_eq!(record.title.iter().next().unwrap().1, "café");
        assert!(record.provenance.remarks[0].contains("windows-1252"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            for entry in entries(&bytes, 64) {
                let _ = JsonLinesFormat.parse(&entry);
            }
        }
    }
}
