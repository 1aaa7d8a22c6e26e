//! CSV and TSV with a header, in the words that Vietnamese and English
//! spreadsheets use.

use std::io::{self, BufRead};

use crate::{EntryError, Limits, Parsed, RawEntry, RecordFormat, decode, fields::Fields};

mod columns;

/// CSV with a header; comma, semicolon or tab between the cells.
#[derive(Debug, Clone, Copy, Default)]
pub struct CsvFormat;

impl RecordFormat for CsvFormat {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        Box::new(Rows {
            input,
            limits,
            header: None,
            n_lines: 0,
            is_done: false,
        })
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        let (text, remark) = decode::lossless(&entry.bytes);
        let header = entry.shared.as_deref().unwrap_or_default();
        let delimiter = delimiter(header);
        let names = cells(header, delimiter)?;
        let values = cells(&text, delimiter)?;
        let mut fields = Fields::default();
        let mut remarks: Vec<String> = remark.into_iter().collect();
        if values.len() != names.len() {
            let (n, m) = (values.len(), names.len());
            remarks.push(format!(
                "row has {n} cells, the header {m}; matched from the left"
            ));
        }
        for (name, value) in names.iter().zip(&values) {
            columns::set(&mut fields, name, value);
        }
        let mut parsed = fields.into_parsed("csv")?;
        parsed.record.provenance.remarks.extend(remarks);
        Ok(parsed)
    }
}

/// Joins lines to rows: a line goes on while a quote is open.
struct Rows<'a> {
    input: Box<dyn BufRead + 'a>,
    limits: Limits,
    header: Option<std::sync::Arc<str>>,
    n_lines: u64,
    is_done: bool,
}

impl Rows<'_> {
    fn read(&mut self) -> io::Result<Option<RawEntry>> {
        let mut entry = RawEntry {
            line: self.n_lines + 1,
            ..RawEntry::default()
        };
        let mut is_quoted = false;
        let mut n_bytes = 0_usize;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok((n_bytes > 0).then_some(entry));
            }
            let mut end = None;
            for (at, byte) in buffer.iter().enumerate() {
                is_quoted ^= *byte == b'"';
                self.n_lines += u64::from(*byte == b'\n');
                if *byte == b'\n' && !is_quoted {
                    end = Some(at);
                    break;
                }
            }
            let part = &buffer[..end.unwrap_or(buffer.len())];
            n_bytes += part.len();
            if n_bytes <= self.limits.max_entry_bytes {
                entry.bytes.extend_from_slice(part);
            } else {
                entry.overlong_bytes = Some(n_bytes as u64);
            }
            let n_used = part.len() + usize::from(end.is_some());
            self.input.consume(n_used);
            if end.is_some() {
                return Ok(Some(entry));
            }
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done {
            let mut entry = match self.read() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(error) => {
                    self.is_done = true;
                    return Some(Err(error));
                }
            };
            if entry.bytes.trim_ascii().is_empty() && entry.overlong_bytes.is_none() {
                continue;
            }
            if self.header.is_none() {
                self.header = Some(decode::lossless(&entry.bytes).0.into());
                continue;
            }
            entry.shared.clone_from(&self.header);
            return Some(Ok(entry));
        }
        self.is_done = true;
        None
    }
}

/// The separator that the header has most of.
fn delimiter(header: &str) -> u8 {
    let count = |delimiter: u8| header.bytes().filter(|b| *b == delimiter).count();
    let best = [b',', b';', b'\t', b'|']
        .into_iter()
        .rev()
        .max_by_key(|d| count(*d));
    best.unwrap_or(b',')
}

fn cells(row: &str, delimiter: u8) -> Result<Vec<String>, EntryError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(row.trim_start_matches('\u{feff}').as_bytes());
    let mut cells = csv::StringRecord::new();
    reader.read_record(&mut cells).map_err(|error| EntryError::Syntax {
        format: "CSV",
        reason: error.to_string(),
        cure: "put cells that hold the separator in double quotes, and double each quote inside",
    })?;
    Ok(cells.iter().map(unguarded).collect())
}

/// Without the apostrophe that keeps a spreadsheet from running the cell.
fn unguarded(cell: &str) -> String {
    let cell = cell.trim();
    let rest = cell
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    rest.unwrap_or(cell).to_owned()
}

/// Whether the first line looks like a header with a title and another known
/// column.
pub(crate) fn is_header(line: &str) -> bool {
    let names = cells(line, delimiter(line)).unwrap_or_default();
    let known = names.iter().filter(|name| columns::is_known(name)).count();
    known >= 2 && names.iter().any(|name| columns::is_title(name))
}

#[cfg(test)]
mod tests {
    use records::{Lang, Scheme};

    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Parsed, EntryError>)> {
        let entries = CsvFormat.entries(Box::new(text.as_bytes()), Limits::default());
        let parse = |entry: RawEntry| (entry.line, CsvFormat.parse(&entry));
        entries.map(|entry| parse(entry.unwrap())).collect()
    }

    #[test]
    fn vietnamese_header_semicolons_and_quotes() {
        let found = read(
            "\u{feff}Mã số;Nhan đề;Tên tiếng Anh;Tác giả;Năm;Tạp chí;Từ khóa;DOI\r\n\
             DT.01;\"Lúa; chịu\nmặn\";Salt-tolerant rice;\"Lê Lợi; Trần Lan\";2019;TC Nông nghiệp;lúa, mặn;10.1/X\r\n\
             \r\n;;;;;;;\r\n",
        );
        assert_eq!(found.len(), 2);
        let (line, parsed) = &found[0];
        let record = &parsed.as_ref().unwrap().record;
        assert_eq!(*line, 2);
        assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Lúa; chịu\nmặn");
        assert_eq!(record.title.get(&Lang::en()).unwrap(), "Salt-tolerant rice");
        assert_eq!(record.agents.len(), 2);
        assert_eq!(
            (record.id.as_str(), record.year.unwrap().get()),
            ("DT.01", 2019)
        );
        assert_eq!(record.identifier(Scheme::Doi), Some("10.1/x"));
        assert_eq!(found[1].0, 5);
        assert!(
            found[1]
                .1
                .as_ref()
                .unwrap_err()
                .to_string()
                .contains("at least a title")
        );
    }

    #[test]
    fn english_headers_are_known_too_and_tables_of_numbers_are_not() {
        assert!(is_header("id,title,authors,year"));
        assert!(is_header("Title\tAuthor(s)\tPublication Year"));
        assert!(!is_header("series,period,value"));
        assert!(!is_header("Title of a text, with a comma"));
        let found = read("Title,Authors,Publication Year,Keywords\nRice,\"A B; C D\",2001,a;b\n");
        let record = &found[0].1.as_ref().unwrap().record;
        assert_eq!((record.agents.len(), record.year.unwrap().get()), (2, 2001));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(id|title|,|;|\"|\n|đ|.){0,60}") {
            read(&text);
        }
    }
}
