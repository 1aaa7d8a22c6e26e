//! The table that tesseract writes (`tsv`): a line a word with its place and
//! confidence.

use super::Recognised;

/// A row of the table.
struct Row<'t> {
    level: u32,
    page: u32,
    /// Block, paragraph, line.
    line: (u32, u32, u32),
    confidence: f32,
    word: &'t str,
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.split('\t').collect();
    let number = |at: usize| cells.get(at)?.parse::<u32>().ok();
    Some(Row {
        level: number(0)?,
        page: number(1)?,
        line: (number(2)?, number(3)?, number(4)?),
        confidence: cells.get(10)?.parse().ok()?,
        word: cells.get(11).map_or("", |word| word.trim()),
    })
}

/// The text of each page: an empty line between paragraphs.
pub(super) fn pages(table: &str) -> Vec<Recognised> {
    let mut pages: Vec<Recognised> = Vec::new();
    let (mut n_words, mut total) = (0_u32, 0.0_f32);
    let mut last = (0, 0, 0);
    let mut last_page = 0;
    for row in table.lines().filter_map(row) {
        if row.page != last_page {
            close(&mut pages, n_words, total);
            (n_words, total, last) = (0, 0.0, (0, 0, 0));
            last_page = row.page;
            pages.push(Recognised {
                text: String::new(),
                confidence: 0,
            });
        }
        // Words are the fifth level; lines and blocks have no confidence.
        let Some(page) = pages
            .last_mut()
            .filter(|_| row.level == 5 && !row.word.is_empty())
        else {
            continue;
        };
        let parting = match page.text.is_empty() {
            true => "",
            false if row.line == last => " ",
            false if (row.line.0, row.line.1) == (last.0, last.1) => "\n",
            false => "\n\n",
        };
        page.text.push_str(parting);
        page.text.push_str(row.word);
        last = row.line;
        n_words += 1;
        total += row.confidence.clamp(0.0, 100.0);
    }
    close(&mut pages, n_words, total);
    pages
}

fn close(pages: &mut [Recognised], n_words: u32, total: f32) {
    if let Some(page) = pages.last_mut() {
        let mean = total / n_words.max(1) as f32;
        // From 0 to 100 by construction.
        page.confidence = mean.round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_lines_paragraphs_and_pages() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
            1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n\
            5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\tXâm\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t90\tnhập\n\
            5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t93\tmặn\n5\t1\t1\t2\t1\t1\t0\t0\t9\t9\t40.5\tTóm\n\
            5\t1\t1\t2\t1\t2\t0\t0\t9\t9\t95\t \n\
            1\t2\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\nodd line\n";
        let found = pages(table);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text, "Xâm nhập\nmặn\n\nTóm");
        assert_eq!(found[0].confidence, 80);
        assert_eq!(
            found[1],
            Recognised {
                text: String::new(),
                confidence: 0
            }
        );
    }
}
