//! The first rows of a table of data, out of the text that was read from it:
//! a line a row, cells parted by tabs, below the names of its variables.

use std::collections::BTreeSet;

use records::{Column, Page};

/// Rows, variables and letters of a cell that are shown.
const ROWS: usize = 10;
const COLUMNS: usize = 30;
const CELL_CHARS: usize = 80;

/// The first rows of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Preview {
    /// Names of the variables.
    pub(super) head: Vec<String>,
    /// Cells, as many as there are names.
    pub(super) rows: Vec<Vec<String>>,
}

/// The first rows of the first table that has the variables of the record;
/// `None` where the text holds none.
pub(super) fn preview(columns: &[Column], pages: &[Page]) -> Option<Preview> {
    let names: BTreeSet<&str> = columns.iter().map(|column| column.name.trim()).collect();
    if names.is_empty() {
        return None;
    }
    let found = pages.iter().find_map(|page| {
        let mut lines = page.text.lines();
        let head = lines.by_ref().find(|line| {
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            let n_known = cells.iter().filter(|cell| names.contains(*cell)).count();
            cells.len() > 1 && n_known * 2 > cells.len()
        })?;
        let head = cells(head, COLUMNS);
        let rows = lines.map(|line| cells(line, head.len())).take(ROWS);
        let rows: Vec<Vec<String>> = rows.collect();
        Some(Preview { head, rows })
    });
    found.filter(|preview| !preview.rows.is_empty())
}

/// The cells of a line, cut and filled up to `n` where the line has fewer.
fn cells(line: &str, most: usize) -> Vec<String> {
    let mut cells: Vec<String> = line.split('\t').take(most).map(shortened).collect();
    if most < COLUMNS {
        cells.resize(most, String::new());
    }
    cells
}

fn shortened(cell: &str) -> String {
    let cell = cell.trim();
    let mut head: String = cell.chars().take(CELL_CHARS).collect();
    if head.len() < cell.len() {
        head.push('…');
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            ..Column::default()
        }
    }

    #[test]
    fn rows_stand_below_their_names() {
        let text = "Quan trắc độ mặn\ntram\tngay\tdo_man\nĐại Ngãi\t2020-01-01\t4.5\nTrà Kha\t2020-01-02\n";
        let columns = ["tram", "ngay", "do_man"].map(column);
        let found = preview(&columns, &[Page::new(1, text)]).unwrap();
        assert_eq!(found.head, ["tram", "ngay", "do_man"]);
        assert_eq!(found.rows[0], ["Đại Ngãi", "2020-01-01", "4.5"]);
        assert_eq!(found.rows[1], ["Trà Kha", "2020-01-02", ""]);
        assert_eq!(preview(&columns, &[Page::new(1, "không có bảng")]), None);
        assert_eq!(preview(&[], &[Page::new(1, text)]), None);
        let many = format!("tram\tngay\n{}", "a\tb\n".repeat(50));
        assert_eq!(
            preview(&columns, &[Page::new(1, many)]).unwrap().rows.len(),
            10
        );
    }
}
