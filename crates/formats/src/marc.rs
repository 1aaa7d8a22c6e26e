//! MARC 21 and UNIMARC records as libraries exchange them (ISO 2709): wrong
//! lengths, wrong directories and wrong statements of the encoding survive.
//! **Source:** MARC 21 Specifications for Record Structure; ISO 2709:2008.

mod character_set;
mod fields21;
mod host;
mod text_form;
mod unimarc;

pub use text_form::MarcTextFormat;

pub(crate) use fields21::ORGANISATION;

use std::io::{self, BufRead};

use crate::{EntryError, Limits, Parsed, RawEntry, RecordFormat};

const FIELD_END: u8 = 0x1e;
const RECORD_END: u8 = 0x1d;
const SUBFIELD: u8 = 0x1f;
const LEADER_BYTES: usize = 24;
const DIRECTORY_ENTRY_BYTES: usize = 12;

/// ISO 2709.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarcFormat;

/// A MARC record, whatever it was written in.
#[derive(Debug, Default)]
pub(crate) struct MarcRecord {
    pub(crate) leader: String,
    /// Tag and value, in order.
    pub(crate) control: Vec<(String, String)>,
    pub(crate) data: Vec<DataField>,
    pub(crate) remarks: Vec<String>,
}

/// A field with indicators and subfields.
#[derive(Debug)]
pub(crate) struct DataField {
    pub(crate) tag: String,
    pub(crate) indicators: [char; 2],
    /// Code and value, in order.
    pub(crate) subfields: Vec<(char, String)>,
}

impl DataField {
    /// The first subfield of a code, empty when there is none.
    pub(crate) fn get(&self, code: char) -> &str {
        let found = self.subfields.iter().find(|(known, _)| *known == code);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All subfields of a code.
    pub(crate) fn all(&self, code: char) -> impl Iterator<Item = &str> {
        let found = self
            .subfields
            .iter()
            .filter(move |(known, _)| *known == code);
        found.map(|(_, value)| value.trim())
    }
}

impl MarcRecord {
    /// The first control field of a tag, empty when there is none.
    pub(crate) fn control(&self, tag: &str) -> &str {
        let found = self.control.iter().find(|(known, _)| known == tag);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The data fields of a tag, in order.
    pub(crate) fn fields(&self, tag: &str) -> impl Iterator<Item = &DataField> {
        self.data.iter().filter(move |field| field.tag == tag)
    }

    /// Makes a record of it.
    pub(crate) fn into_parsed(self, format: &'static str) -> Result<Parsed, EntryError> {
        let has = |tag: &str| self.fields(tag).next().is_some();
        if !has("245") && !has("200") {
            let kind = match self.leader.chars().nth(6) {
                Some('u' | 'v' | 'x' | 'y') => "a holdings record",
                Some('z') => "an authority record",
                Some('w') => "a classification record",
                Some('q') => "a community information record",
                _ => "a record without a title field (245)",
            };
            return Err(syntax(format!("it is {kind}")));
        }
        let is_unimarc = !has("245") && has("200");
        let mut fields = match is_unimarc {
            true => unimarc::read(&self),
            false => fields21::read(&self),
        };
        for remark in self.remarks {
            fields.remark(remark);
        }
        fields.into_parsed(if is_unimarc { "unimarc" } else { format })
    }
}

impl RecordFormat for MarcFormat {
    fn name(&self) -> &'static str {
        "marc21"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        Box::new(Records {
            input,
            limits,
            n_records: 0,
            is_done: false,
        })
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        read(&entry.bytes)?.into_parsed("marc21")
    }
}

/// Cuts at the end marks; the lengths in the leaders are not believed.
struct Records<'a> {
    input: Box<dyn BufRead + 'a>,
    limits: Limits,
    n_records: u64,
    is_done: bool,
}

impl Records<'_> {
    fn read(&mut self) -> io::Result<Option<RawEntry>> {
        let mut entry = RawEntry {
            line: self.n_records + 1,
            ..RawEntry::default()
        };
        let mut n_bytes = 0_u64;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| *byte == RECORD_END);
            let part = &buffer[..end.unwrap_or(buffer.len())];
            n_bytes += part.len() as u64;
            if n_bytes > self.limits.max_entry_bytes as u64 {
                entry.overlong_bytes = Some(n_bytes);
                entry.bytes.truncate(4096);
            } else {
                entry.bytes.extend_from_slice(part);
            }
            let n_used = part.len() + usize::from(end.is_some());
            self.input.consume(n_used);
            if end.is_some() {
                break;
            }
        }
        // Between records there may be line ends, and zeros at the end of a tape.
        let is_empty = entry
            .bytes
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1a));
        if n_bytes == 0 || (is_empty && entry.overlong_bytes.is_none()) {
            return match self.input.fill_buf()?.is_empty() {
                true => Ok(None),
                false => self.read(),
            };
        }
        self.n_records += 1;
        Ok(Some(entry))
    }
}

impl Iterator for Records<'_> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let read = self.read().transpose();
        self.is_done = !matches!(read, Some(Ok(_)));
        read
    }
}

fn syntax(reason: impl Into<String>) -> EntryError {
    EntryError::Syntax {
        format: "MARC",
        reason: reason.into(),
        cure: "export the bibliographic record again from its catalogue",
    }
}

/// Reads a record without its end mark.
fn read(bytes: &[u8]) -> Result<MarcRecord, EntryError> {
    let start = leader_start(bytes).ok_or_else(|| syntax("no leader of 24 characters"))?;
    let bytes = &bytes[start..];
    let leader = &bytes[..LEADER_BYTES];
    let end = bytes.iter().position(|byte| *byte == FIELD_END);
    let Some(end) = end.filter(|end| *end >= LEADER_BYTES) else {
        return Err(syntax("the directory does not end; the record is cut off"));
    };
    let directory = &bytes[LEADER_BYTES..end];
    let data = &bytes[end + 1..];
    let mut remarks = Vec::new();
    if start > 0 {
        remarks.push(format!("{start} bytes before the leader left out"));
    }
    let fields = match by_directory(directory, data) {
        Some(fields) => fields,
        None => {
            remarks.push(
                "the lengths in the directory are wrong; fields taken in their order".to_owned(),
            );
            in_order(directory, data)?
        }
    };
    let mut record = MarcRecord {
        leader: leader.iter().map(|byte| char::from(*byte)).collect(),
        ..MarcRecord::default()
    };
    let encoding = character_set::tell(leader[9], data, &mut remarks);
    for (tag, value) in fields {
        push_field(&mut record, tag, value, encoding);
    }
    record.remarks.splice(0..0, remarks);
    Ok(record)
}

/// Where the leader starts: five digits for the length, two times `2` for
/// indicators and subfield codes; the rest is often wrong.
fn leader_start(bytes: &[u8]) -> Option<usize> {
    let is_leader = |at: &usize| {
        let Some(leader) = bytes.get(*at..at + LEADER_BYTES) else {
            return false;
        };
        let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let n_marks = usize::from(is_number(&leader[..5]))
            + usize::from(&leader[10..12] == b"22")
            + usize::from(is_number(&leader[12..17]))
            + usize::from(leader[20..22] == *b"45");
        // What stands before a leader looks like its directory.
        n_marks >= if *at == 0 { 2 } else { 4 }
    };
    // Rubbish before the first record is short.
    (0..bytes.len().min(256)).find(is_leader)
}

type RawField<'a> = (String, &'a [u8]);

/// Fields where the directory says; `None` when it cannot be right.
fn by_directory<'a>(directory: &[u8], data: &'a [u8]) -> Option<Vec<RawField<'a>>> {
    if directory.is_empty() || !directory.len().is_multiple_of(DIRECTORY_ENTRY_BYTES) {
        return None;
    }
    let entries = directory.chunks_exact(DIRECTORY_ENTRY_BYTES);
    entries
        .map(|entry| {
            let number = |part: &[u8]| str::from_utf8(part).ok()?.trim().parse::<usize>().ok();
            let (length, start) = (number(&entry[3..7])?, number(&entry[7..12])?);
            let field = data.get(start..start.checked_add(length)?)?;
            let (last, value) = field.split_last()?;
            let starts_well = start == 0 || data.get(start - 1) == Some(&FIELD_END);
            let is_whole = *last == FIELD_END && !value.contains(&FIELD_END) && starts_well;
            is_whole.then(|| (tag(entry), value))
        })
        .collect()
}

fn tag(entry: &[u8]) -> String {
    String::from_utf8_lossy(&entry[..3]).into_owned()
}

/// The tags in the order of their places, and the fields between the marks.
fn in_order<'a>(directory: &[u8], data: &'a [u8]) -> Result<Vec<RawField<'a>>, EntryError> {
    let entries = directory.chunks_exact(DIRECTORY_ENTRY_BYTES);
    let mut tags: Vec<(usize, String)> = entries
        .enumerate()
        .map(|(at, entry)| {
            let start = str::from_utf8(&entry[7..12])
                .ok()
                .and_then(|part| part.parse().ok());
            (start.unwrap_or(at * 100_000), tag(entry))
        })
        .collect();
    let is_sorted = tags.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let mut starts: Vec<usize> = tags.iter().map(|(start, _)| *start).collect();
    starts.sort_unstable();
    starts.dedup();
    if !is_sorted && starts.len() == tags.len() {
        tags.sort_by_key(|(start, _)| *start);
    }
    let mut values: Vec<&[u8]> = data.split(|byte| *byte == FIELD_END).collect();
    if values.last().is_some_and(|last| last.is_empty()) {
        values.pop();
    }
    if tags.is_empty() {
        return Err(syntax("the directory is empty"));
    }
    let paired = tags.into_iter().map(|(_, tag)| tag).zip(values);
    Ok(paired.collect())
}

fn push_field(
    record: &mut MarcRecord,
    tag: String,
    value: &[u8],
    encoding: character_set::Encoding,
) {
    let is_control = tag.starts_with("00") && !value.contains(&SUBFIELD);
    if is_control {
        record.control.push((tag, encoding.decode(value)));
        return;
    }
    let mut remarks = Vec::new();
    let mut parts = value.split(|byte| *byte == SUBFIELD);
    let indicators: Vec<char> = parts
        .next()
        .unwrap_or_default()
        .iter()
        .map(|b| char::from(*b))
        .collect();
    let subfields = parts.filter_map(|part| {
        let (code, value) = part.split_first()?;
        if code.is_ascii_graphic() {
            return Some((char::from(*code), encoding.decode(value)));
        }
        // A code of several bytes, or none at all: most fields start with `a`.
        remarks.push(format!("a subfield of {tag} has no code; read as `a`"));
        let is_rest = |byte: &u8| !code.is_ascii() && byte & 0xc0 == 0x80;
        let n_rest = value.iter().take_while(|byte| is_rest(byte)).count();
        Some(('a', encoding.decode(&value[n_rest..])))
    });
    let subfields: Vec<(char, String)> = subfields.collect();
    record.data.push(DataField {
        indicators: [
            indicators.first().copied().unwrap_or(' '),
            indicators.get(1).copied().unwrap_or(' '),
        ],
        subfields,
        tag,
    });
    record.remarks.append(&mut remarks);
}

/// Whether `head` starts as a record of ISO 2709 does.
pub(crate) fn is_likely(head: &[u8]) -> bool {
    let trimmed = head.trim_ascii_start();
    let has_marks = trimmed.iter().take(4096).any(|byte| *byte == FIELD_END);
    trimmed.len() > LEADER_BYTES
        && leader_start(&trimmed[..trimmed.len().min(64)]) == Some(0)
        && has_marks
}

#[cfg(test)]
mod tests;
