//! OpenDocument spreadsheets. Read here and not by the library, which writes
//! out what a file says is repeated a million times.
//! **Source:** ODF 1.3 part 3, 9.1 (tables) and 19.385 (types of values).

use quick_xml::events::{BytesStart, Event};

use super::Sheets;
use crate::{
    ExtractError,
    office::markup::{self, attribute, local},
    plain,
};

/// A row that is repeated more often is a mistake of the pen, not data.
const MAX_REPEATED_ROWS: u32 = 1000;

/// Columns of a sheet (LibreOffice 24).
const MAX_COLUMNS: u32 = 16_384;

/// Reads `content.xml` into `sheets`; what damage stopped the reading is
/// returned.
///
/// # Errors
/// Over a limit.
pub(super) fn read(xml: &str, sheets: &mut Sheets<'_>) -> Result<Option<String>, ExtractError> {
    let mut reader = markup::reader(xml);
    let mut state = State::default();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Ok(Some(error.to_string())),
        };
        match event {
            Event::Eof => return Ok(None),
            Event::Start(element) => state.open(&element, sheets)?,
            Event::Empty(element) => {
                state.open(&element, sheets)?;
                state.close(local(&element), sheets)?;
            }
            Event::End(element) => state.close(element.local_name().as_ref(), sheets)?,
            Event::Text(text) if state.is_text() => {
                state.text.push_str(&text.xml10_content());
            }
            Event::GeneralRef(entity) if state.is_text() => {
                state.text.push_str(&markup::character(&entity));
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct State {
    row: u32,
    n_row_repeats: u32,
    column: u32,
    n_cell_repeats: u32,
    /// The cells of the row: column, value.
    cells: Vec<(u32, String)>,
    value: Option<String>,
    text: String,
    is_in_cell: bool,
    n_paragraphs_open: u32,
    n_notes_open: u32,
}

impl State {
    fn is_text(&self) -> bool {
        self.is_in_cell && self.n_paragraphs_open > 0 && self.n_notes_open == 0
    }

    fn open(
        &mut self,
        element: &BytesStart<'_>,
        sheets: &mut Sheets<'_>,
    ) -> Result<(), ExtractError> {
        match local(element) {
            "table" => {
                sheets.begin(attribute(element, "name").unwrap_or_default());
                self.row = 0;
            }
            "table-row" => {
                self.n_row_repeats = repeats(element, "number-rows-repeated");
                self.column = 0;
                self.cells.clear();
            }
            "table-cell" | "covered-table-cell" => {
                self.is_in_cell = true;
                self.n_cell_repeats = repeats(element, "number-columns-repeated");
                self.value = value(element);
                self.text.clear();
            }
            "annotation" => self.n_notes_open += 1,
            "p" => {
                self.n_paragraphs_open += 1;
                if self.is_text() && !self.text.is_empty() {
                    self.text.push(' ');
                }
            }
            "s" | "tab" | "line-break" if self.is_text() => self.text.push(' '),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str, sheets: &mut Sheets<'_>) -> Result<(), ExtractError> {
        match name {
            "table" => sheets.end()?,
            "table-row" => {
                let shown = self.n_row_repeats.min(MAX_REPEATED_ROWS);
                let n_written = if self.cells.is_empty() { 0 } else { shown };
                for repeat in 0..n_written {
                    for (column, cell) in &self.cells {
                        sheets.cell(self.row.saturating_add(repeat), *column, cell.clone())?;
                    }
                }
                self.row = self.row.saturating_add(self.n_row_repeats);
            }
            "table-cell" | "covered-table-cell" => {
                self.is_in_cell = false;
                let text = self
                    .value
                    .take()
                    .unwrap_or_else(|| plain::one_line(&self.text));
                let room = MAX_COLUMNS.saturating_sub(self.column);
                if !text.is_empty() {
                    let columns = self.column..self.column + self.n_cell_repeats.min(room);
                    self.cells
                        .extend(columns.map(|column| (column, text.clone())));
                }
                self.column = self.column.saturating_add(self.n_cell_repeats);
            }
            "annotation" => self.n_notes_open = self.n_notes_open.saturating_sub(1),
            "p" => self.n_paragraphs_open = self.n_paragraphs_open.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }
}

fn repeats(element: &BytesStart<'_>, name: &str) -> u32 {
    let stated = attribute(element, name).and_then(|n| n.trim().parse().ok());
    stated.unwrap_or(1_u32).max(1)
}

/// The value of a cell that is no text.
fn value(element: &BytesStart<'_>) -> Option<String> {
    let stated = |name| attribute(element, name).filter(|value| !value.is_empty());
    match stated("value-type")?.as_str() {
        "float" | "currency" | "percentage" => stated("value"),
        // Midnight is no time of day.
        "date" => stated("date-value").map(|date| date.trim_end_matches("T00:00:00").to_owned()),
        "boolean" => stated("boolean-value"),
        _ => None,
    }
}
