//! Tables of data: what their columns are called and hold, and the text that
//! they are found by. Rows are seen once, in order, in bounded memory.

mod dates;
pub(crate) mod delimited;
mod header;
pub(crate) mod parquet;
mod values;

use std::collections::HashSet;

use records::Column;

pub(crate) use values::Decimal;
use values::Values;

/// Rows looked at to find the header: titles, notes and units stand above it.
const HEAD_ROWS: usize = 30;

/// Columns that are told of; a table may have more.
const MAX_COLUMNS: usize = 1000;

/// A longer name is a sentence above the table.
const MAX_NAME_BYTES: usize = 300;

/// Text of the first rows, whole.
const ROWS_BYTES: usize = 64 << 10;

/// Text of the words in later rows that no earlier one had.
const WORDS_BYTES: usize = 192 << 10;

/// What a table is.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The text above its header.
    pub(crate) title: Option<String>,
    /// Rows of data.
    pub(crate) n_rows: u64,
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// Its first rows, and the new words of the later ones.
    pub(crate) text: String,
    /// Columns told of are fewer than there are.
    pub(crate) n_columns_left_out: usize,
    /// Rows whose figures the text leaves out.
    pub(crate) is_text_cut: bool,
    /// Whether it looks like data: named columns, one of them of figures.
    pub(crate) is_data: bool,
}

/// Reads a table row by row.
pub(crate) struct TableReader<'a> {
    name: Option<&'a str>,
    usual: Decimal,
    head: Vec<Vec<String>>,
    names: Option<Vec<String>>,
    values: Vec<Values>,
    seen: HashSet<u64>,
    table: Table,
}

impl<'a> TableReader<'a> {
    /// * `name`: of the table among several.
    /// * `usual`: how numbers are written where a column leaves the choice.
    pub(crate) fn new(name: Option<&'a str>, usual: Decimal) -> Self {
        Self {
            name,
            usual,
            head: Vec::new(),
            names: None,
            values: Vec::new(),
            seen: HashSet::new(),
            table: Table::default(),
        }
    }

    /// Takes the names from elsewhere: every row is data.
    pub(crate) fn with_names(mut self, names: Vec<String>) -> Self {
        self.table.text = names.join("\t");
        self.table.text.push('\n');
        self.start(names);
        self
    }

    /// Takes the next row; blank ones do not count.
    pub(crate) fn push(&mut self, row: &[String]) {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if self.names.is_some() {
            return self.add(row);
        }
        self.head.push(row.to_vec());
        if self.head.len() == HEAD_ROWS {
            self.settle();
        }
    }

    fn start(&mut self, names: Vec<String>) {
        self.values
            .resize_with(names.len().min(MAX_COLUMNS), Values::default);
        self.names = Some(names);
    }

    /// Finds the header, and counts the rows held back for it.
    fn settle(&mut self) {
        let head = std::mem::take(&mut self.head);
        let header = header::find(&head);
        let (above, data) = head.split_at(header.n_rows);
        for row in above {
            self.write(row);
        }
        self.table.title = header.title;
        self.start(header.names);
        data.iter().for_each(|row| self.add(row));
    }

    fn add(&mut self, row: &[String]) {
        self.table.n_rows += 1;
        if self.values.len() < row.len().min(MAX_COLUMNS) {
            // A longer row: the ones before had nothing there.
            let n_before = self.table.n_rows - 1;
            self.values.resize_with(row.len().min(MAX_COLUMNS), || {
                let mut values = Values::default();
                (0..n_before).for_each(|_| values.add_missing());
                values
            });
        }
        for (at, values) in self.values.iter_mut().enumerate() {
            match row.get(at) {
                Some(cell) => values.add(cell),
                None => values.add_missing(),
            }
        }
        match self.table.text.len() < ROWS_BYTES {
            true => self.write(row),
            false => self.write_new_words(row),
        }
    }

    fn write(&mut self, row: &[String]) {
        let line = row.join("\t");
        self.table.text.push_str(line.trim_end());
        self.table.text.push('\n');
        for cell in row.iter().filter(|cell| !values::is_number(cell)) {
            self.seen.insert(hash(cell));
        }
    }

    fn write_new_words(&mut self, row: &[String]) {
        self.table.is_text_cut = true;
        if self.table.text.len() > ROWS_BYTES + WORDS_BYTES {
            return;
        }
        for cell in row {
            let is_word = cell.chars().any(char::is_alphabetic);
            if is_word && self.seen.insert(hash(cell)) {
                self.table.text.push_str(cell);
                self.table.text.push('\n');
            }
        }
    }

    /// What the table is.
    pub(crate) fn finish(mut self) -> Table {
        if self.names.is_none() {
            self.settle();
        }
        let names = self.names.unwrap_or_default();
        let is_named = |at: usize| names.get(at).is_some_and(|name| !name.trim().is_empty());
        let n_named = (0..self.values.len()).filter(|at| is_named(*at)).count();
        self.table.is_data =
            n_named >= 2 && self.table.n_rows >= 2 && self.values.iter().any(Values::is_data);
        self.table.n_columns_left_out = names.len().saturating_sub(MAX_COLUMNS);
        let (table, usual) = (self.name, self.usual);
        let columns = self
            .values
            .into_iter()
            .enumerate()
            .filter_map(|(at, values)| {
                let name = names.get(at).map_or("", |name| name.trim());
                if name.is_empty() && values.is_empty() {
                    return None;
                }
                let name = match name.is_empty() {
                    true => format!("#{}", at + 1),
                    false => one_line(name),
                };
                Some(values.column(name, table, usual))
            });
        self.table.columns = columns.collect();
        self.table
    }
}

fn one_line(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let line = words.join(" ");
    let end = (0..=MAX_NAME_BYTES.min(line.len()))
        .rev()
        .find(|at| line.is_char_boundary(*at));
    line[..end.unwrap_or(0)].to_owned()
}

fn hash(cell: &str) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    cell.trim().hash(&mut hasher);
    hasher.finish()
}
