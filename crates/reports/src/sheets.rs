//! Every figure of a report as CSV and as a spreadsheet.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::report::{Block, Report, Table};

fn tables(report: &Report) -> impl Iterator<Item = &Table> {
    report.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

/// All tables as one CSV (RFC 4180, with the mark of UTF-8 that spreadsheets
/// want): columns `table`, `row`, `column`, `value`, `source`. Shares are 0..=1.
pub(crate) fn csv(report: &Report) -> String {
    let mut out = "\u{feff}table,row,column,value,source\r\n".to_owned();
    for table in tables(report) {
        for (name, figures) in &table.rows {
            for (column, figure) in table.header.iter().skip(1).zip(figures) {
                let Some(value) = figure.value() else {
                    continue;
                };
                let texts = [table.title, name, column].map(cell);
                out.push_str(&texts.join(","));
                out.push_str(&format!(",{value},{}\r\n", cell(&report.stamp)));
            }
        }
    }
    out
}

/// A quoted cell; what a spreadsheet would take for a formula gets an
/// apostrophe in front.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// One sheet a table, the stamp below it; numbers are numbers.
pub(crate) fn xlsx(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The time of making would make every file another one.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new()
        .set_title(&report.title)
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    let bold = Format::new().set_bold();
    let share = Format::new().set_num_format("0.00%");
    for (i, table) in tables(report).enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(i, table.title))?;
        sheet.set_column_width(0, 42)?;
        for (column, title) in (0..).zip(&table.header) {
            sheet.write_string_with_format(0, column, *title, &bold)?;
        }
        let mut row = 1;
        for (name, figures) in &table.rows {
            sheet.write_string(row, 0, shortened(name))?;
            for (column, figure) in (1..).zip(figures) {
                match (figure, figure.value()) {
                    (crate::report::Figure::Share(part), _) => {
                        sheet.write_number_with_format(row, column, *part, &share)?;
                    }
                    (_, Some(value)) => {
                        sheet.write_number(row, column, value)?;
                    }
                    (_, None) => {}
                }
            }
            row += 1;
        }
        sheet.write_string(row + 1, 0, shortened(&report.stamp))?;
    }
    if tables(report).next().is_none() {
        book.add_worksheet()
            .write_string(0, 0, shortened(&report.stamp))?;
    }
    book.save_to_buffer()
}

/// Longest text of a cell, in characters: what the format allows is 32,767.
const CELL_CHARS: usize = 30_000;

fn shortened(text: &str) -> String {
    text.chars().take(CELL_CHARS).collect()
}

/// A name without what the format forbids, at most 31 characters, each its own.
fn sheet_name(i: usize, title: &str) -> String {
    let allowed = title
        .chars()
        .filter(|c| !['[', ']', ':', '*', '?', '/', '\\'].contains(c));
    let title: String = allowed.take(26).collect();
    format!("{} {title}", i + 1)
}
