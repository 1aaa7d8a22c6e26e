//! Where the header of a table is, and what its columns are called.
//!
//! People put a title above their table, name groups of columns in a line of
//! its own over merged cells, and number the columns below.

use super::values;

/// What the head of a table says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// A name for each column; empty where none is given.
    pub(crate) names: Vec<String>,
    /// Rows up to the first one of data.
    pub(crate) n_rows: usize,
    /// The longest text above the header.
    pub(crate) title: Option<String>,
}

/// Finds the header in the first rows of a table; without one the columns have
/// no names.
pub(crate) fn find(rows: &[Vec<String>]) -> Header {
    let width = rows.iter().map(|row| n_filled(row)).max().unwrap_or(0);
    // What stands above a table fills few cells of a line.
    let is_wide = |row: &Vec<String>| n_filled(row) * 5 >= width * 3 && n_filled(row) > 0;
    let Some(first) = rows.iter().position(is_wide) else {
        return Header::default();
    };
    if !names_columns(&rows[first]) {
        return Header {
            names: vec![String::new(); width],
            n_rows: first,
            title: title(&rows[..first]),
        };
    }
    let mut top = first;
    let mut names = rows[first].clone();
    let mut n_rows = first + 1;
    if let Some(below) = rows
        .get(n_rows)
        .filter(|below| completes(&rows[first], below))
    {
        names = joined(&rows[first], below);
        n_rows += 1;
    } else if first > 0 && completes(&rows[first - 1], &rows[first]) {
        names = joined(&rows[first - 1], &rows[first]);
        top -= 1;
    }
    n_rows += usize::from(rows.get(n_rows).is_some_and(|row| is_numbering(row)));
    Header {
        names,
        n_rows,
        title: title(&rows[..top]),
    }
}

fn n_filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// Whether no cell is a value: all are words, or years over columns of figures.
fn names_columns(row: &[String]) -> bool {
    let filled = || {
        row.iter()
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    };
    let is_year =
        |cell: &str| cell.len() == 4 && (cell.starts_with("19") || cell.starts_with("20"));
    let is_name = |cell: &str| !values::is_number(cell) || is_year(cell);
    filled().all(is_name) && filled().any(|cell| !values::is_number(cell))
}

/// Whether `below` names the columns under the groups that `above` names: it
/// fills gaps of that line, and leaves gaps under names that stand alone.
fn completes(above: &[String], below: &[String]) -> bool {
    let is_filled = |row: &[String], at: usize| row.get(at).is_some_and(|c| !c.trim().is_empty());
    let width = above.len().max(below.len());
    let fills = (0..width).any(|at| !is_filled(above, at) && is_filled(below, at));
    let leaves = (0..width).any(|at| is_filled(above, at) && !is_filled(below, at));
    // A group spans columns: its name stands over the first of them.
    let is_under_group = (1..width).all(|at| {
        is_filled(above, at) || !is_filled(below, at) || (0..at).any(|left| is_filled(above, left))
    });
    fills && leaves && is_under_group && n_filled(above) > 1 && names_columns(below)
}

fn joined(above: &[String], below: &[String]) -> Vec<String> {
    let width = above.len().max(below.len());
    let cell = |row: &[String], at: usize| row.get(at).map_or("", |c| c.trim()).to_owned();
    let mut group = String::new();
    let mut name = |at: usize| {
        let (over, under) = (cell(above, at), cell(below, at));
        if !over.is_empty() {
            group.clone_from(&over);
        }
        match (under.is_empty(), group.is_empty()) {
            (true, _) => over,
            (false, true) => under,
            (false, false) => format!("{group}: {under}"),
        }
    };
    (0..width).map(&mut name).collect()
}

/// `(1) (2) (3)`, `A B 1 2` below a header.
fn is_numbering(row: &[String]) -> bool {
    let has_brackets = row.iter().any(|cell| cell.trim().starts_with(['(', '[']));
    let bare = row
        .iter()
        .map(|cell| cell.trim().trim_matches(['(', ')', '[', ']']));
    let filled: Vec<&str> = bare.filter(|cell| !cell.is_empty()).collect();
    let numbers: Vec<u32> = filled.iter().filter_map(|cell| cell.parse().ok()).collect();
    let is_letter = |cell: &&&str| cell.len() == 1 && cell.bytes().all(|b| b.is_ascii_uppercase());
    let n_letters = filled.iter().filter(is_letter).count();
    // `1, 2, 3` alone may well be data.
    filled.len() >= if has_brackets { 2 } else { 4 }
        && numbers.len() >= 2
        && numbers.len() + n_letters == filled.len()
        && numbers.first() == Some(&1)
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

fn title(rows: &[Vec<String>]) -> Option<String> {
    let cells = rows.iter().flatten().map(|cell| cell.trim());
    // Of several as long the first one.
    let longest = cells.rev().max_by_key(|cell| cell.chars().count())?;
    (longest.split_whitespace().count() >= 3).then(|| longest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let row = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
        text.lines().map(row).collect()
    }

    #[test]
    fn a_title_above_and_numbers_below_are_no_header() {
        let found = find(&rows(
            "Số liệu quan trắc mực nước năm 2019||\n||\nTrạm|Ngày|Mực nước (cm)\n(1)|(2)|(3)\nTân Châu|1/1/2019|120",
        ));
        assert_eq!(found.names, ["Trạm", "Ngày", "Mực nước (cm)"]);
        assert_eq!(found.n_rows, 4);
        assert_eq!(
            found.title.as_deref(),
            Some("Số liệu quan trắc mực nước năm 2019")
        );
    }

    #[test]
    fn groups_over_columns_join_their_names() {
        let found = find(&rows(
            "Tỉnh|Diện tích||Sản lượng|\n|Lúa|Ngô|Lúa|Ngô\nAn Giang|1|2|3|4\nHuế|5|6|7|8",
        ));
        let names = [
            "Tỉnh",
            "Diện tích: Lúa",
            "Diện tích: Ngô",
            "Sản lượng: Lúa",
            "Sản lượng: Ngô",
        ];
        assert_eq!(
            (found.names, found.n_rows),
            (names.map(str::to_owned).to_vec(), 2)
        );
        let sparse = find(&rows(
            "Tỉnh|Lúa||||||\n|1a|2a|3a|4a|5a|6a|7a\nHuế|5|6|7|8|9|1|2",
        ));
        assert_eq!(sparse.names[7], "Lúa: 7a");
    }

    #[test]
    fn figures_without_names_and_years_as_names() {
        let bare = find(&rows("1|2\n3|4"));
        assert_eq!((bare.names, bare.n_rows), (vec![String::new(); 2], 0));
        assert_eq!(find(&rows("Tỉnh|2018|2019\nHuế|1|2")).n_rows, 1);
        assert_eq!(find(&[]), Header::default());
        // A gap in the data is no second line of a header.
        assert_eq!(find(&rows("a|b|\nx|1|ghi chú\ny||")).n_rows, 1);
    }
}
