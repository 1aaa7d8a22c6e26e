//! Spreadsheets, binary and XML: a page a sheet, a line a row, cells parted by
//! tabs.

use std::io::Cursor;

use calamine::{Data, Reader, Sheets, Xls, Xlsx};

use crate::{Document, ExtractError, Limits, MediaType, guard::guard, office, plain};

/// Reads a workbook.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(
    kind: MediaType,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Document, ExtractError> {
    if kind == MediaType::Xlsx {
        // The library decompresses without a limit.
        office::check_sizes(bytes, kind, limits)?;
    }
    let sheets = guard(kind, || sheets(kind, bytes, limits))??;
    let mut document = Document::new(kind);
    document.set_pages(sheets.iter().map(|text| plain::tidy(text)), limits)?;
    Ok(document)
}

fn sheets(kind: MediaType, bytes: &[u8], limits: &Limits) -> Result<Vec<String>, ExtractError> {
    let cursor = Cursor::new(bytes);
    let mut workbook = match kind {
        MediaType::Xlsx => Sheets::Xlsx(Xlsx::new(cursor).map_err(|error| refusal(kind, error))?),
        _ => Sheets::Xls(Xls::new(cursor).map_err(|error| refusal(kind, error))?),
    };
    let mut pages = Vec::new();
    let mut n_chars_left = limits.max_text_chars;
    for name in workbook.sheet_names() {
        let Ok(range) = workbook.worksheet_range(&name) else {
            continue;
        };
        let mut page = String::new();
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(shown).collect();
            let line = cells.join("\t");
            page.push_str(line.trim_end());
            page.push('\n');
            n_chars_left = n_chars_left.saturating_sub(line.len() / 3);
            if n_chars_left == 0 {
                return Err(ExtractError::TooLarge {
                    limit: limits.max_text_chars as u64,
                    unit: "characters",
                });
            }
        }
        pages.push(page);
    }
    Ok(pages)
}

/// A cell as text; line breaks in it would cut the row.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        cell => cell.to_string().replace(['\n', '\r', '\t'], " "),
    }
}

fn refusal(kind: MediaType, error: impl std::error::Error + Send + Sync + 'static) -> ExtractError {
    let text = error.to_string();
    if text.contains("assword") || text.contains("ncrypt") {
        return ExtractError::NeedsPassword;
    }
    ExtractError::damaged(kind, error)
}
