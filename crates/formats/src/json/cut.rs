//! Cuts JSON into the values of its outer list, or into values that stand one
//! after the other, by brackets and quotes, in bounded memory.

use std::io::{self, BufRead};

use crate::{Limits, RawEntry};

/// Values of a JSON text.
pub(super) struct Cutter<'a> {
    input: Box<dyn BufRead + 'a>,
    limits: Limits,
    line: u64,
    /// Brackets that are open, without the one of the outer list.
    depth: usize,
    is_in_list: bool,
    is_quoted: bool,
    is_escaped: bool,
    entry: Option<RawEntry>,
    is_done: bool,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(input: Box<dyn BufRead + 'a>, limits: Limits) -> Self {
        Self {
            input,
            limits,
            line: 1,
            depth: 0,
            is_in_list: false,
            is_quoted: false,
            is_escaped: false,
            entry: None,
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
                return Ok(self.entry.take());
            }
            let bytes = buffer.to_vec();
            for (at, byte) in bytes.iter().enumerate() {
                let ended = self.step(*byte);
                self.line += u64::from(*byte == b'\n');
                if ended.is_some() {
                    self.input.consume(at + 1);
                    return Ok(ended);
                }
            }
            self.input.consume(bytes.len());
        }
    }

    fn step(&mut self, byte: u8) -> Option<RawEntry> {
        if self.entry.is_none() {
            let is_between =
                byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | 0xef | 0xbb | 0xbf);
            match byte {
                _ if is_between => return None,
                b'[' if !self.is_in_list => {
                    self.is_in_list = true;
                    return None;
                }
                _ => {
                    self.entry = Some(RawEntry {
                        line: self.line,
                        ..RawEntry::default()
                    })
                }
            }
        }
        let is_scalar = self.depth == 0 && !self.is_quoted;
        if is_scalar && matches!(byte, b',' | b'\n' | b']') {
            return self.entry.take();
        }
        self.keep(byte);
        self.count(byte);
        let is_end = self.depth == 0 && !self.is_quoted && matches!(byte, b'}' | b']');
        if is_end { self.entry.take() } else { None }
    }

    fn keep(&mut self, byte: u8) {
        let Some(entry) = self.entry.as_mut() else {
            return;
        };
        if let Some(n_bytes) = entry.overlong_bytes.as_mut() {
            *n_bytes += 1;
        } else if entry.bytes.len() == self.limits.max_entry_bytes {
            entry.overlong_bytes = Some(entry.bytes.len() as u64 + 1);
            entry.bytes.truncate(4096);
            entry.bytes.shrink_to_fit();
        } else {
            entry.bytes.push(byte);
        }
    }

    fn count(&mut self, byte: u8) {
        if self.is_escaped {
            self.is_escaped = false;
        } else if self.is_quoted {
            self.is_escaped = byte == b'\\';
            self.is_quoted = byte != b'"';
        } else {
            match byte {
                b'"' => self.is_quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }
}

impl Iterator for Cutter<'_> {
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

    fn cut(json: &str, max_entry_bytes: usize) -> Vec<(u64, String)> {
        let input = Box::new(io::BufReader::with_capacity(3, json.as_bytes()));
        let entries = Cutter::new(input, Limits { max_entry_bytes });
        let shown = |entry: RawEntry| {
            (
                entry.line,
                String::from_utf8_lossy(&entry.bytes).into_owned(),
            )
        };
        entries.map(|entry| shown(entry.unwrap())).collect()
    }

    #[test]
    fn lists_and_rows_of_values() {
        let found = cut("[\n{\"a\": \"]}\\\"\"},\n\n {\"b\": [1, {}]}, 7\n]", 100);
        assert_eq!(
            found,
            [
                (2, r#"{"a": "]}\""}"#.to_owned()),
                (4, r#"{"b": [1, {}]}"#.to_owned()),
                (4, "7".to_owned())
            ]
        );
        assert_eq!(cut("{}\n{\"a\":\n1}", 100).len(), 2);
        assert_eq!(cut("{\"a\": [", 100), [(1, "{\"a\": [".to_owned())]);
        assert_eq!(cut(&format!("[\"{}\", 1]", "x".repeat(50)), 20).len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(json in "(\\{|\\}|\\[|\\]|\"|\\\\|,|a|\n|đ){0,40}") {
            cut(&json, 10);
        }
    }
}
