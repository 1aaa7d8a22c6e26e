//! Spreadsheets, binary and XML: a page a sheet, a line a row, cells parted by
//! tabs; and what the columns of tables of data hold.

mod biff;
mod ods;

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, Xlsx};

use crate::{
    Document, ExtractError, Limits, MediaType, Sheet,
    binary_office::Container,
    dataset::{Decimal, Table, TableReader},
    guard::guard,
    office, plain,
};

/// Tables of data with more text than this are told of by their columns, first
/// rows and words; all other sheets are kept whole.
const MAX_DATA_TEXT: usize = 64 << 10;

/// What a cell counts for beside its letters: so that the 100 million letters of
/// the default limits are at most 25 million cells.
const CELL_CHARS: usize = 4;

/// Blank rows between two rows that are kept, so that lines count as in the
/// sheet.
const MAX_BLANK_ROWS: u32 = 1000;

/// Reads a workbook.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(
    kind: MediaType,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Document, ExtractError> {
    if kind != MediaType::Xls {
        // The library decompresses without a limit.
        office::check_sizes(bytes, kind, limits)?;
    }
    let mut sheets = Sheets::new(limits);
    let warnings = match kind {
        MediaType::Ods => read_ods(bytes, limits, &mut sheets)?,
        MediaType::Xls => read_xls(bytes, limits, &mut sheets)?,
        _ => guard(kind, || read_xlsx(bytes, &mut sheets))??,
    };
    sheets.end()?;
    let mut document = Document::new(kind);
    document.warnings = warnings;
    document.set_tables(sheets.tables, limits)?;
    document.sheets = sheets.done;
    Ok(document)
}

fn read_xlsx(bytes: &[u8], sheets: &mut Sheets<'_>) -> Result<Vec<String>, ExtractError> {
    let kind = MediaType::Xlsx;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(kind, error))?;
    let mut warnings = Vec::new();
    for name in workbook.sheet_names() {
        // Charts are sheets too.
        let Ok(mut cells) = workbook.worksheet_cells_reader(&name) else {
            continue;
        };
        sheets.begin(name.clone());
        loop {
            match cells.next_cell() {
                Ok(Some(cell)) => {
                    let (row, column) = cell.get_position();
                    let shown = match cell.get_value() {
                        DataRef::SharedString(text) => plain::one_line(text),
                        value => shown(&Data::from(value.clone())),
                    };
                    sheets.cell(row, column, shown)?;
                }
                Ok(None) => break,
                Err(error) => {
                    warnings.push(format!(
                        "sheet `{name}`: {error}; the rest of it is left out"
                    ));
                    break;
                }
            }
        }
        sheets.end()?;
    }
    Ok(warnings)
}

fn read_xls(
    bytes: &[u8],
    limits: &Limits,
    sheets: &mut Sheets<'_>,
) -> Result<Vec<String>, ExtractError> {
    let kind = MediaType::Xls;
    let tamed = guard(kind, || {
        biff::tame(&mut Container::open(kind, bytes, limits)?)
    })??;
    let mut warnings = Vec::new();
    if tamed.is_cut {
        warnings.push("the workbook is cut; what is behind the cut is left out".to_owned());
    }
    if tamed.n_cells_left_out > 0 {
        let n = tamed.n_cells_left_out;
        warnings.push(format!("{n} cells far from all others are left out"));
    }
    guard(kind, || {
        let mut workbook = Xls::new(Cursor::new(&tamed.bytes)).map_err(|e| refusal(kind, e))?;
        for name in workbook.sheet_names() {
            let Ok(range) = workbook.worksheet_range(&name) else {
                continue;
            };
            let (top, left) = range.start().unwrap_or_default();
            sheets.begin(name);
            for (row, column, cell) in range.used_cells() {
                let place =
                    |start: u32, at: usize| u32::try_from(at).map_or(u32::MAX, |at| start + at);
                sheets.cell(place(top, row), place(left, column), shown(cell))?;
            }
            sheets.end()?;
        }
        Ok(warnings)
    })?
}

fn read_ods(
    bytes: &[u8],
    limits: &Limits,
    sheets: &mut Sheets<'_>,
) -> Result<Vec<String>, ExtractError> {
    let xml = office::part(bytes, MediaType::Ods, "content.xml", limits)?;
    let damage = ods::read(&xml, sheets)?;
    Ok(damage
        .map(|damage| format!("content.xml: {damage}; the rest of it is left out"))
        .into_iter()
        .collect())
}

/// Row, column, text.
type Cell = (u32, u32, String);

/// Cells on their way into sheets.
struct Sheets<'l> {
    limits: &'l Limits,
    n_chars_left: usize,
    open: Option<(String, Vec<Cell>)>,
    done: Vec<Sheet>,
    /// Each with its whole text, unless it is data and long.
    tables: Vec<(Option<String>, Table)>,
}

impl<'l> Sheets<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            n_chars_left: limits.max_text_chars,
            open: None,
            done: Vec::new(),
            tables: Vec::new(),
        }
    }

    fn begin(&mut self, name: String) {
        self.open = Some((name, Vec::new()));
    }

    fn spend(&mut self, n_bytes: usize) -> Result<(), ExtractError> {
        // Three bytes a letter at most, in Vietnamese; a short cell costs more
        // memory than its letters.
        self.n_chars_left = self.n_chars_left.saturating_sub(n_bytes / 3 + CELL_CHARS);
        match self.n_chars_left {
            0 => Err(ExtractError::TooLarge {
                limit: self.limits.max_text_chars as u64,
                unit: "characters",
            }),
            _ => Ok(()),
        }
    }

    fn cell(&mut self, row: u32, column: u32, text: String) -> Result<(), ExtractError> {
        if text.is_empty() {
            return Ok(());
        }
        self.spend(text.len())?;
        if let Some((_, cells)) = &mut self.open {
            cells.push((row, column, text));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExtractError> {
        let Some((name, mut cells)) = self.open.take() else {
            return Ok(());
        };
        // Writers may put cells in any order; of two in one place the last wins.
        cells.sort_by_key(|(row, column, _)| (*row, *column));
        let left = cells
            .iter()
            .map(|(_, column, _)| *column)
            .min()
            .unwrap_or(0);
        let mut table = TableReader::new(Some(&name), Decimal::Point);
        let mut rows = String::new();
        let mut next_row = 0;
        let mut cells = cells.into_iter().peekable();
        while let Some((row, _, _)) = cells.peek() {
            let row = *row;
            let mut line: Vec<String> = Vec::new();
            while let Some((_, column, text)) = cells.next_if(|(at, _, _)| *at == row) {
                let place = (column - left) as usize;
                line.resize((place + 1).max(line.len()), String::new());
                line[place] = text;
            }
            self.spend(line.len())?;
            let n_blank = row.saturating_sub(next_row).min(MAX_BLANK_ROWS);
            rows.extend(std::iter::repeat_n('\n', n_blank as usize));
            rows.push_str(&line.join("\t"));
            rows.push('\n');
            next_row = row.saturating_add(1);
            table.push(&line);
        }
        let table = table.finish();
        let is_long_data = table.is_data && rows.len() > MAX_DATA_TEXT;
        let text = (!is_long_data).then(|| plain::tidy(&rows));
        self.tables.push((text, table));
        self.done.push(Sheet { name, rows });
        Ok(())
    }
}

/// A cell as text; line breaks in it would cut the row.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::DateTime(time) if time.is_datetime() => moment(*time),
        cell => plain::one_line(&cell.to_string()),
    }
}

/// `2019-05-17`, with the time of day where there is one; a day of the year
/// 1900 is a time of day alone.
fn moment(time: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let of_day = format!("{hour:02}:{minute:02}:{second:02}");
    match time.as_f64() {
        value if (0.0..1.0).contains(&value) => of_day,
        value if value.fract() == 0.0 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {of_day}"),
    }
}

fn refusal(kind: MediaType, error: impl std::error::Error + Send + Sync + 'static) -> ExtractError {
    let text = error.to_string();
    if text.contains("assword") || text.contains("ncrypt") {
        return ExtractError::NeedsPassword;
    }
    ExtractError::damaged(kind, error)
}

#[cfg(test)]
mod tests;
