//! A report on pages of A4: lines broken by the widths of the letters, tables
//! over several pages with their heads, charts, page numbers.

use ttf_parser::Face;

use crate::{
    drawing::{Anchor, Ink, Mark, draw, height},
    report::{Block, Chart, Report, Table},
    words::fill,
};

/// A4 in points.
pub(crate) const PAGE: (f32, f32) = (595.276, 841.89);
const MARGIN: f32 = 56.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Room for the number of the page.
const BOTTOM: f32 = PAGE.1 - MARGIN - 10.0;
const BODY: f32 = 10.0;
const LEADING: f32 = 1.42;
const SMALL: f32 = 7.5;
const CELL: f32 = 9.0;
/// Width of a column of numbers.
const COLUMN: f32 = 92.0;

/// The two weights of the font.
pub(crate) struct Fonts {
    pub(crate) regular: Face<'static>,
    pub(crate) bold: Face<'static>,
}

pub(crate) const REGULAR: &[u8] = include_bytes!("../fonts/noto-sans-regular.ttf");
pub(crate) const BOLD: &[u8] = include_bytes!("../fonts/noto-sans-bold.ttf");

impl Fonts {
    pub(crate) fn new() -> Self {
        let parse =
            |bytes| Face::parse(bytes, 0).expect("the fonts are ours, and a test reads them");
        Self {
            regular: parse(REGULAR),
            bold: parse(BOLD),
        }
    }

    pub(crate) fn face(&self, bold: bool) -> &Face<'static> {
        if bold { &self.bold } else { &self.regular }
    }

    /// Number and advance (in em) of the glyph of a letter; the box of glyph 0
    /// where the font has none.
    pub(crate) fn glyph(&self, letter: char, bold: bool) -> (u16, f32) {
        let face = self.face(bold);
        let glyph = face.glyph_index(letter).unwrap_or_default();
        let advance = face.glyph_hor_advance(glyph).unwrap_or_default();
        (glyph.0, f32::from(advance) / f32::from(face.units_per_em()))
    }

    pub(crate) fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        text.chars()
            .map(|letter| self.glyph(letter, bold).1)
            .sum::<f32>()
            * size
    }

    /// Lines of at most `width`; a word that is wider is cut.
    fn wrap(&self, text: &str, size: f32, bold: bool, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if self.width(&longer, size, bold) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if self.width(&line, size, bold) > width && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// How a paragraph is set.
#[derive(Clone, Copy)]
struct Setting {
    size: f32,
    bold: bool,
    ink: Ink,
    indent: f32,
}

const PLAIN: Setting = Setting {
    size: BODY,
    bold: false,
    ink: Ink::Black,
    indent: 0.0,
};

/// Pages being filled.
struct Setter<'a> {
    fonts: &'a Fonts,
    report: &'a Report,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

/// Sets a report; each page is what is drawn on it.
pub(crate) fn pages(report: &Report, fonts: &Fonts) -> Vec<Vec<Mark>> {
    let mut setter = Setter {
        fonts,
        report,
        pages: vec![Vec::new()],
        y: MARGIN,
    };
    let title = Setting {
        size: 20.0,
        bold: true,
        ..PLAIN
    };
    setter.paragraph(&report.title, title);
    setter.stamp();
    for block in &report.blocks {
        setter.block(block);
    }
    setter.number_pages();
    setter.pages
}

impl Setter<'_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => {
                // A heading stays with the first lines of what follows.
                self.gap(12.0);
                self.make_room(120.0);
                self.paragraph(
                    text,
                    Setting {
                        size: 13.0,
                        bold: true,
                        ..PLAIN
                    },
                );
                self.gap(3.0);
            }
            Block::Paragraph(text) => self.paragraph(text, PLAIN),
            Block::Points(points) => {
                for text in points {
                    self.item("•", text, 12.0);
                }
            }
            Block::Citations(texts) => {
                for (i, text) in texts.iter().enumerate() {
                    self.item(&format!("[{}]", i + 1), text, 24.0);
                }
            }
            Block::Chart(chart) => self.chart(chart),
            Block::Table(table) => self.table(table),
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// Begins another page when this one has less room.
    fn make_room(&mut self, points: f32) {
        if self.y + points > BOTTOM {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn text(&mut self, x: f32, setting: Setting, anchor: Anchor, text: String) {
        let at = (x, self.y + setting.size);
        let Setting {
            size, bold, ink, ..
        } = setting;
        self.mark(Mark::Text {
            at,
            size,
            bold,
            ink,
            anchor,
            text,
        });
    }

    fn paragraph(&mut self, text: &str, setting: Setting) {
        let width = WIDTH - setting.indent;
        for line in self.fonts.wrap(text, setting.size, setting.bold, width) {
            self.make_room(setting.size * LEADING);
            self.text(MARGIN + setting.indent, setting, Anchor::Start, line);
            self.gap(setting.size * LEADING);
        }
        self.gap(setting.size * 0.3);
    }

    fn item(&mut self, sign: &str, text: &str, indent: f32) {
        self.make_room(BODY * LEADING);
        self.text(MARGIN, PLAIN, Anchor::Start, sign.to_owned());
        self.paragraph(text, Setting { indent, ..PLAIN });
    }

    fn stamp(&mut self) {
        let text = fill(self.report.language.words().stamp, &[&self.report.stamp]);
        self.paragraph(
            &text,
            Setting {
                size: SMALL,
                ink: Ink::Grey,
                ..PLAIN
            },
        );
        self.gap(4.0);
    }

    fn caption(&mut self, text: &str) {
        self.paragraph(
            text,
            Setting {
                size: CELL,
                bold: true,
                ..PLAIN
            },
        );
    }

    fn chart(&mut self, chart: &Chart) {
        let tall = height(WIDTH);
        self.make_room(tall + 50.0);
        self.caption(chart.title);
        let (x, y) = (MARGIN, self.y);
        for mark in draw(chart, WIDTH, self.report.language) {
            self.mark(moved(mark, x, y));
        }
        self.gap(tall + 4.0);
        self.stamp();
    }

    fn table(&mut self, table: &Table) {
        self.make_room(80.0);
        self.caption(table.title);
        self.head(table);
        let columns = table.header.len().saturating_sub(1) as f32;
        let first = WIDTH - columns * COLUMN - 8.0;
        let setting = Setting {
            size: CELL,
            ..PLAIN
        };
        for (name, figures) in &table.rows {
            let lines = self.fonts.wrap(name, CELL, false, first);
            let tall = lines.len().max(1) as f32 * CELL * LEADING;
            if self.y + tall > BOTTOM {
                self.make_room(BOTTOM);
                self.head(table);
            }
            for (i, figure) in figures.iter().enumerate() {
                let x = PAGE.0 - MARGIN - (columns - 1.0 - i as f32) * COLUMN;
                self.text(x, setting, Anchor::End, figure.write(self.report.language));
            }
            for line in lines {
                self.text(MARGIN, setting, Anchor::Start, line);
                self.gap(CELL * LEADING);
            }
            self.rule(Ink::Light);
        }
        self.gap(5.0);
        self.stamp();
    }

    fn head(&mut self, table: &Table) {
        let setting = Setting {
            size: CELL,
            bold: true,
            ..PLAIN
        };
        let columns = table.header.len().saturating_sub(1);
        for (i, title) in table.header.iter().enumerate() {
            let (x, anchor) = if i == 0 {
                (MARGIN, Anchor::Start)
            } else {
                (PAGE.0 - MARGIN - (columns - i) as f32 * COLUMN, Anchor::End)
            };
            self.text(x, setting, anchor, (*title).to_owned());
        }
        self.gap(CELL * LEADING + 1.0);
        self.rule(Ink::Grey);
    }

    fn rule(&mut self, ink: Ink) {
        let y = self.y;
        let points = vec![(MARGIN, y), (PAGE.0 - MARGIN, y)];
        self.mark(Mark::Line {
            points,
            width: 0.5,
            ink,
            dashed: false,
        });
        self.gap(2.0);
    }

    fn number_pages(&mut self) {
        let n = self.pages.len().to_string();
        let w = self.report.language.words();
        for (i, page) in self.pages.iter_mut().enumerate() {
            page.push(Mark::Text {
                at: (PAGE.0 - MARGIN, PAGE.1 - MARGIN * 0.6),
                size: SMALL + 0.5,
                bold: false,
                ink: Ink::Grey,
                anchor: Anchor::End,
                text: fill(w.page, &[&(i + 1).to_string(), &n]),
            });
        }
    }
}

/// The same mark at another place.
fn moved(mark: Mark, dx: f32, dy: f32) -> Mark {
    let shift = |(x, y): (f32, f32)| (x + dx, y + dy);
    let all = |points: Vec<(f32, f32)>| points.into_iter().map(shift).collect();
    match mark {
        Mark::Text {
            at,
            size,
            bold,
            ink,
            anchor,
            text,
        } => Mark::Text {
            at: shift(at),
            size,
            bold,
            ink,
            anchor,
            text,
        },
        Mark::Line {
            points,
            width,
            ink,
            dashed,
        } => Mark::Line {
            points: all(points),
            width,
            ink,
            dashed,
        },
        Mark::Area {
            points,
            ink,
            outlined,
        } => Mark::Area {
            points: all(points),
            ink,
            outlined,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_have_the_letters_of_titles() {
        let fonts = Fonts::new();
        for letter in "ếệữợđĐƠưỹ αβμΔ Жя –−“”•… ₫€²".chars().filter(|c| *c != ' ')
        {
            for bold in [false, true] {
                assert_ne!(fonts.glyph(letter, bold).0, 0, "{letter}");
            }
        }
    }

    #[test]
    fn lines_are_broken_within_the_width_and_nothing_is_lost() {
        let fonts = Fonts::new();
        let text = "Nghiên cứu xâm nhập mặn ở đồng bằng sông Cửu Long https://example.org/averyverylongaddresswithoutanybreak";
        let lines = fonts.wrap(text, 10.0, false, 120.0);
        for line in &lines {
            assert!(fonts.width(line, 10.0, false) <= 120.0, "{line}");
        }
        let joined: String = lines.concat().split_whitespace().collect();
        assert_eq!(joined, text.split_whitespace().collect::<String>());
    }
}
