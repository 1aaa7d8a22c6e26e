//! Entries that are groups of lines: RIS, BibTeX, the patents of the USPTO's
//! tapes, MARC as text.

use std::io;

use crate::{Limits, RawEntry, json_lines::Lines};

/// How lines make an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Whether a line starts an entry.
    pub(crate) is_start: fn(&[u8]) -> bool,
    /// Whether a line ends an entry without belonging to it.
    pub(crate) is_end: fn(&[u8]) -> bool,
    /// Whether lines before the first start are an entry of their own (and a
    /// broken one) or nothing.
    pub(crate) keeps_strays: bool,
}

/// Joins lines to entries.
pub(crate) struct LineGroups<'a> {
    lines: Lines<'a>,
    limits: Limits,
    rules: Rules,
    /// The first line of the next entry, read already.
    started: Option<RawEntry>,
}

impl<'a> LineGroups<'a> {
    pub(crate) fn new(lines: Lines<'a>, limits: Limits, rules: Rules) -> Self {
        Self {
            lines,
            limits,
            rules,
            started: None,
        }
    }
}

impl Iterator for LineGroups<'_> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut entry = self.started.take();
        loop {
            let line = match self.lines.next() {
                None => return entry.map(Ok),
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(line)) => line,
            };
            let is_start = (self.rules.is_start)(&line.bytes);
            let Some(open) = entry.as_mut() else {
                let is_stray = self.rules.keeps_strays && !line.bytes.trim_ascii().is_empty();
                if is_start || is_stray {
                    entry = Some(line);
                }
                continue;
            };
            if is_start {
                self.started = Some(line);
                return entry.map(Ok);
            }
            if (self.rules.is_end)(&line.bytes) {
                return entry.map(Ok);
            }
            append(open, &line, self.limits);
        }
    }
}

fn append(entry: &mut RawEntry, line: &RawEntry, limits: Limits) {
    let n_bytes = entry.bytes.len() + line.bytes.len();
    if line.overlong_bytes.is_some() || n_bytes > limits.max_entry_bytes {
        entry.overlong_bytes = Some(line.overlong_bytes.unwrap_or(n_bytes as u64));
    } else {
        entry.bytes.push(b'\n');
        entry.bytes.extend_from_slice(&line.bytes);
    }
}
