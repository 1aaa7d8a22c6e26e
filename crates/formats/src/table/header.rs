//! Where the header of a table of records is: people put a letterhead above it,
//! merge cells into a second line, and number the columns below.

use std::fmt::Write;

use super::{Mapping, columns};
use crate::EntryError;

/// Rows looked at for the header.
pub(super) const HEAD_ROWS: usize = 20;

/// Names shown when none of them is known.
const N_SHOWN: usize = 12;

/// Parts the names of a header while it travels with its rows.
const BORDER: char = '\u{1f}';

/// A first character that no separator is: the rest says why there is no header.
const REFUSAL: char = '!';

/// The names of the columns, and how their cells are parted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// A name for each column, empty for one that nobody asks for.
    pub(super) names: Vec<String>,
    /// Rows up to the first record.
    pub(super) n_rows: usize,
    delimiter: u8,
    has_quotes: bool,
}

impl Header {
    /// The header as one text.
    pub(super) fn pack(&self) -> String {
        let mut packed = String::new();
        packed.push(char::from(self.delimiter));
        packed.push(if self.has_quotes { '"' } else { ' ' });
        packed.push_str(&self.names.join(&BORDER.to_string()));
        packed
    }

    /// Why there is none, as one text.
    pub(super) fn pack_refusal(reason: &str) -> String {
        format!("{REFUSAL}{reason}")
    }

    /// Reads [`Header::pack`], or gives the reason of [`Header::pack_refusal`].
    pub(super) fn unpack(packed: &str) -> Result<Self, String> {
        let mut chars = packed.chars();
        let (delimiter, quote) = (chars.next(), chars.next());
        match (delimiter.and_then(|c| u8::try_from(c).ok()), quote) {
            (Some(b'!'), _) => Err(packed[1..].to_owned()),
            (Some(delimiter), Some(quote)) => Ok(Self {
                names: chars.as_str().split(BORDER).map(str::to_owned).collect(),
                n_rows: 0,
                delimiter,
                has_quotes: quote == '"',
            }),
            _ => Err("the table has no header; name its columns in the first row".to_owned()),
        }
    }

    /// The cells of a row.
    pub(super) fn cells(&self, row: &str) -> Result<Vec<String>, EntryError> {
        cells(row, self.delimiter, self.has_quotes)
    }
}

/// Finds the line that names most known columns, or most of those that
/// `mapping` asks for.
///
/// # Errors
/// The reason with the cure, when no title column is named, or a column of the
/// mapping is missing.
pub(super) fn find(
    rows: &[String],
    mapping: Option<&Mapping>,
    is_sheet: bool,
) -> Result<Header, String> {
    let parted: Vec<(u8, Vec<String>)> = rows.iter().map(|row| part(row, is_sheet)).collect();
    let is_known = |name: &str| match mapping {
        Some(mapping) => mapping.names(name),
        None => columns::is_known(name),
    };
    let n_known = |names: &[String]| names.iter().filter(|name| is_known(name)).count();
    let stated = mapping.and_then(|mapping| mapping.header_row);
    let best = match stated {
        Some(row) => (row <= parted.len()).then(|| row - 1),
        None => (0..parted.len())
            .rev()
            .max_by_key(|at| n_known(&parted[*at].1)),
    };
    let Some(best) = best else {
        return Err("the table ends before its header; check the mapping and the file".to_owned());
    };
    let (delimiter, names) = &parted[best];
    let row = |at: usize| parted.get(at).map_or(&[][..], |(_, cells)| cells);
    // A row with a title is a record, whatever else it leaves empty.
    let is_title = |name: &str| match mapping {
        Some(mapping) => mapping.is_title(name),
        None => columns::is_title(name),
    };
    let mut below = names.iter().zip(row(best + 1));
    let is_record = below.any(|(name, cell)| is_title(name) && !cell.is_empty());
    let (names, n_rows) = match !is_record && completes(names, row(best + 1)) {
        true => (joined(names, row(best + 1), &is_known), best + 2),
        // The better line may be the second one of the two.
        false if best > 0 && completes(row(best - 1), names) => {
            (joined(row(best - 1), names, &is_known), best + 1)
        }
        false => (names.clone(), best + 1),
    };
    match mapping {
        Some(mapping) => mapping.check(&names)?,
        None if names.iter().any(|name| columns::is_title(name)) => {}
        None => return Err(unknown(&names)),
    }
    let is_numbered = is_numbering(row(n_rows));
    Ok(Header {
        names: names
            .iter()
            .map(|name| name.replace([BORDER, '\n'], " "))
            .collect(),
        n_rows: n_rows + usize::from(is_numbered),
        delimiter: *delimiter,
        has_quotes: !is_sheet,
    })
}

fn unknown(names: &[String]) -> String {
    format!(
        "no column is known as a title; the header names {}: call one `Nhan đề` or `Title`, or name the columns in a file for --mapping",
        shown(names)
    )
}

/// The names of a header, for people.
pub(super) fn shown(names: &[String]) -> String {
    let mut text = String::new();
    let filled = names.iter().filter(|name| !name.is_empty());
    for name in filled.clone().take(N_SHOWN) {
        let comma = if text.is_empty() { "" } else { ", " };
        let name: String = name.chars().take(60).collect();
        let _ = write!(text, "{comma}`{name}`");
    }
    if filled.count() > N_SHOWN {
        text.push_str(", …");
    }
    text
}

/// A row in cells, by the separator that it has most of.
fn part(row: &str, is_sheet: bool) -> (u8, Vec<String>) {
    let count = |delimiter: u8| row.bytes().filter(|b| *b == delimiter).count();
    let best = [b'|', b'\t', b';', b',']
        .into_iter()
        .max_by_key(|d| count(*d));
    let delimiter = match is_sheet {
        true => b'\t',
        false => best.unwrap_or(b','),
    };
    (
        delimiter,
        cells(row, delimiter, !is_sheet).unwrap_or_default(),
    )
}

fn cells(row: &str, delimiter: u8, has_quotes: bool) -> Result<Vec<String>, EntryError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .quoting(has_quotes)
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

/// Whether `below` is a second line of a header: it names columns under a
/// merged cell, and is empty under the names that stand alone.
fn completes(above: &[String], below: &[String]) -> bool {
    let cell = |row: &[String], at: usize| row.get(at).is_none_or(String::is_empty);
    let width = above.len().max(below.len());
    let fills = (1..width).any(|at| cell(above, at) && !cell(below, at) && !cell(above, at - 1));
    let leaves = (0..width).any(|at| !cell(above, at) && cell(below, at));
    let is_words = below
        .iter()
        .all(|cell| !cell.starts_with(|c: char| c.is_ascii_digit()));
    let n_above = above.iter().filter(|cell| !cell.is_empty()).count();
    fills && leaves && is_words && n_above >= 2
}

/// Of group, name and both together the one that is known; else both.
fn joined(above: &[String], below: &[String], is_known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut group = "";
    let mut names = Vec::new();
    for at in 0..above.len().max(below.len()) {
        let (over, under) = (
            above.get(at).map_or("", String::as_str),
            below.get(at).map_or("", String::as_str),
        );
        if !over.is_empty() {
            group = over;
        }
        let both = format!("{group} {under}");
        names.push(match () {
            () if under.is_empty() => over.to_owned(),
            () if is_known(&both) => both,
            () if is_known(under) => under.to_owned(),
            () if is_known(over) => over.to_owned(),
            () => both.trim().to_owned(),
        });
    }
    names
}

/// `(1) (2) (3)`: the columns counted below the header.
fn is_numbering(row: &[String]) -> bool {
    let filled = || row.iter().filter(|cell| !cell.is_empty());
    let number = |cell: &String| cell.trim_matches(['(', ')', '[', ']']).parse::<u32>().ok();
    filled().count() >= 3
        && filled()
            .map(number)
            .eq((1..).map(Some).take(filled().count()))
}
