//! Tables of records with a header (CSV, TSV, sheets of workbooks), in the words
//! that Vietnamese and English spreadsheets use, or by a mapping.

use std::{
    io::{self, BufRead},
    sync::Arc,
};

use crate::{EntryError, Limits, Parsed, RawEntry, RecordFormat, decode, fields::Fields};
use header::Header;

mod columns;
mod header;
mod mapping;

pub use mapping::{Mapping, MappingError};

/// A table with a header; comma, semicolon, bar or tab between the cells.
#[derive(Debug, Clone, Default)]
pub struct TableFormat {
    mapping: Option<Arc<Mapping>>,
    is_sheet: bool,
}

impl TableFormat {
    /// Columns that `mapping` names, instead of those with well-known names.
    pub fn mapped(mapping: Mapping) -> Self {
        Self {
            mapping: Some(Arc::new(mapping)),
            is_sheet: false,
        }
    }

    /// The same for rows of a workbook: parted by tabs, without any quotes.
    pub fn of_sheet(self) -> Self {
        Self {
            is_sheet: true,
            ..self
        }
    }

    /// Whether `rows`, a whole sheet or its first lines, are records for this
    /// format; gives the number of columns that are understood.
    ///
    /// # Errors
    /// What is missing, and the cure.
    pub fn check(&self, rows: &str) -> Result<usize, String> {
        let head: Vec<String> = rows
            .lines()
            .take(header::HEAD_ROWS)
            .map(str::to_owned)
            .collect();
        let header = self.header(&head)?;
        let is_known = |name: &&String| match &self.mapping {
            Some(mapping) => mapping.names(name),
            None => columns::is_known(name),
        };
        Ok(header.names.iter().filter(is_known).count())
    }

    fn header(&self, head: &[String]) -> Result<Header, String> {
        header::find(head, self.mapping.as_deref(), self.is_sheet)
    }
}

impl RecordFormat for TableFormat {
    fn name(&self) -> &'static str {
        if self.is_sheet { "sheet" } else { "csv" }
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        Box::new(Entries {
            format: self.clone(),
            rows: Rows {
                input,
                limits,
                has_quotes: !self.is_sheet,
                n_lines: 0,
                is_done: false,
            },
            head: Vec::new().into_iter(),
            header: None,
        })
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        let shared = entry.shared.as_deref().unwrap_or_default();
        let header = Header::unpack(shared).map_err(|reason| EntryError::Columns { reason })?;
        let (text, remark) = legible(&entry.bytes);
        let values = header.cells(&text)?;
        let mut fields = Fields::default();
        let mut remarks: Vec<String> = remark.into_iter().collect();
        if values.len() > header.names.len() {
            let (n, m) = (values.len(), header.names.len());
            remarks.push(format!(
                "row has {n} cells, the header {m}; matched from the left"
            ));
        }
        for (name, value) in header.names.iter().zip(&values) {
            match &self.mapping {
                Some(mapping) => mapping.set(&mut fields, name, value),
                None => columns::set(&mut fields, name, value),
            }
        }
        if let Some(mapping) = &self.mapping {
            mapping.set_constants(&mut fields);
        }
        let mut parsed = fields.into_parsed(self.name())?;
        parsed.record.provenance.remarks.extend(remarks);
        Ok(parsed)
    }
}

/// A row as text, its legacy encoding repaired, with a remark on what was done.
fn legible(bytes: &[u8]) -> (String, Option<String>) {
    let (text, remark) = decode::lossless(bytes);
    if text.is_ascii() {
        return (text, remark);
    }
    // Cells decide together, but a separator between letters parts them.
    let repaired = text::repair(&text);
    match repaired.runs.first() {
        Some(run) => {
            let remark = format!("text repaired from {}", run.encoding);
            (repaired.text, Some(remark))
        }
        None => (text, remark),
    }
}

/// Rows after the header, which is found in the first of them.
struct Entries<'a> {
    format: TableFormat,
    rows: Rows<'a>,
    /// Rows that were looked at for the header.
    head: std::vec::IntoIter<RawEntry>,
    header: Option<Arc<str>>,
}

impl Entries<'_> {
    fn find_header(&mut self) -> io::Result<()> {
        let mut head = Vec::new();
        while head.len() < header::HEAD_ROWS
            && let Some(row) = self.rows.next()
        {
            head.push(row?);
        }
        let texts: Vec<String> = head.iter().map(|row| legible(&row.bytes).0).collect();
        let packed = match self.format.header(&texts) {
            Ok(header) => {
                head.drain(..header.n_rows);
                header.pack()
            }
            // One refusal for the file: it stands on its first row.
            Err(reason) => {
                head.truncate(1);
                self.rows.is_done = true;
                Header::pack_refusal(&reason)
            }
        };
        self.header = Some(packed.into());
        self.head = head.into_iter();
        Ok(())
    }
}

impl Iterator for Entries<'_> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.header.is_none()
            && let Err(error) = self.find_header()
        {
            self.rows.is_done = true;
            self.header = Some("".into());
            return Some(Err(error));
        }
        let row = self.head.next().map(Ok).or_else(|| self.rows.next())?;
        Some(row.map(|mut row| {
            row.shared.clone_from(&self.header);
            row
        }))
    }
}

/// Joins lines to rows: a line goes on while a quote is open.
struct Rows<'a> {
    input: Box<dyn BufRead + 'a>,
    limits: Limits,
    has_quotes: bool,
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
                is_quoted ^= self.has_quotes && *byte == b'"';
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
            let entry = match self.read() {
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
            return Some(Ok(entry));
        }
        self.is_done = true;
        None
    }
}

/// Whether the first rows hold the header of a catalogue: a title and another
/// known column; of a file called a table the title is enough.
pub(crate) fn is_catalogue(head: &[u8], is_table: bool) -> bool {
    let text = legible(head).0;
    let rows: Vec<String> = text
        .lines()
        .take(header::HEAD_ROWS)
        .map(str::to_owned)
        .collect();
    let found = header::find(&rows, None, false);
    found.is_ok_and(|header| {
        let n_known = header
            .names
            .iter()
            .filter(|name| columns::is_known(name))
            .count();
        n_known >= if is_table { 1 } else { 2 } && (is_table || header.n_rows == 1)
    })
}

#[cfg(test)]
mod tests {
    use records::{Lang, Scheme};

    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Parsed, EntryError>)> {
        let entries = TableFormat::default().entries(Box::new(text.as_bytes()), Limits::default());
        let parse = |entry: RawEntry| (entry.line, TableFormat::default().parse(&entry));
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
        let is_header = |line: &str| is_catalogue(line.as_bytes(), false);
        assert!(is_header("id,title,authors,year"));
        assert!(is_header("Title\tAuthor(s)\tPublication Year"));
        assert!(!is_header("series,period,value"));
        assert!(!is_header("Title of a text, with a comma"));
        assert!(!is_header("title\nA text"));
        assert!(is_catalogue(b"Danh muc 2019,,\n,,\nTitle,x\n", true));
        let found = read("Title,Authors,Publication Year,Keywords\nRice,\"A B; C D\",2001,a;b\n");
        let record = &found[0].1.as_ref().unwrap().record;
        assert_eq!((record.agents.len(), record.year.unwrap().get()), (2, 2001));
    }

    #[test]
    fn a_librarians_sheet_with_a_letterhead_and_two_lines_of_header() {
        let found = read(
            "DANH MỤC NHIỆM VỤ KH&CN NĂM 2019,,,,\n\
             ,,,,\n\
             STT,Tên nhiệm vụ,Chủ nhiệm,Thời gian,\n\
             ,,,Bắt đầu,Năm nghiệm thu\n\
             (1),(2),(3),(4),(5)\n\
             1,Giống lúa chịu mặn,Lê Lợi,2016,2019\n",
        );
        assert_eq!(found.len(), 1);
        let record = &found[0].1.as_ref().unwrap().record;
        assert_eq!((found[0].0, record.year.unwrap().get()), (6, 2019));
        assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Giống lúa chịu mặn");
        assert_eq!(record.agents[0].name, "Lê Lợi");
        // A record with gaps is no second line of a header.
        let gaps = read("Nhan đề,Tác giả,,Năm\nLúa,,ghi chú,\n");
        assert_eq!(gaps.len(), 1);
        assert!(gaps[0].1.is_ok());
    }

    #[test]
    fn a_table_without_a_known_column_is_refused_once() {
        let found = read("a,b\n1,2\n3,4\n");
        assert_eq!(found.len(), 1);
        let reason = found[0].1.as_ref().unwrap_err().to_string();
        assert!(
            reason.contains("`a`, `b`") && reason.contains("--mapping"),
            "{reason}"
        );
    }

    #[test]
    fn headers_and_cells_in_tcvn3_are_repaired() {
        let text = "Nhan đề,Tác giả,Năm xuất bản,Từ khóa\nNghiên cứu giống lúa chịu mặn ở đồng bằng,Trần Thị Lan,2003,giống lúa\n";
        let mojibake = text::repair_support::encode(text, text::Encoding::Tcvn3);
        let bytes: Vec<u8> = mojibake
            .chars()
            .map(|c| u8::try_from(c as u32).unwrap())
            .collect();
        assert!(is_catalogue(&bytes, false));
        let entries = TableFormat::default().entries(Box::new(&bytes[..]), Limits::default());
        let rows: Vec<RawEntry> = entries.map(Result::unwrap).collect();
        let record = TableFormat::default().parse(&rows[0]).unwrap().record;
        let title = record.title.get(&Lang::vi()).unwrap();
        assert_eq!(title, "Nghiên cứu giống lúa chịu mặn ở đồng bằng");
        assert_eq!(record.agents[0].name, "Trần Thị Lan");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(id|title|,|;|\"|\n|đ|.){0,60}") {
            read(&text);
        }
    }
}
