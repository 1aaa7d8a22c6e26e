//! Pieces to reading order.
//!
//! Producers mostly write in reading order, tables cell by cell; so the order
//! of the stream is kept wherever it does not contradict the page:
//! - where the stream jumps up without going right, or far down, it is cut into
//!   chunks, and the chunks are sorted by two rules: what stands above goes
//!   first where both share a column; what stands left goes first where both
//!   share lines (T. M. Breuel, High performance document layout analysis,
//!   2003; chunks in place of lines);
//! - where it runs across two columns of prose line by line, or is cut into
//!   shreds, the page is ordered by white space alone (recursive XY cut: Nagy
//!   and Seth, 1984).

use super::{Direction, Piece};

/// Sorts the pieces of a page. Text in other directions than most follows.
pub(crate) fn in_reading_order(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let main = main_direction(&pieces);
    pieces.sort_by_key(|piece| (piece.direction != main, piece.direction));
    let n_main = pieces.partition_point(|piece| piece.direction == main);
    let order = order_of(&pieces[..n_main]);
    let mut slots: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    let mut sorted: Vec<Piece> = order
        .into_iter()
        .filter_map(|at| slots[at].take())
        .collect();
    sorted.extend(slots.into_iter().flatten());
    sorted
}

fn main_direction(pieces: &[Piece]) -> Direction {
    let n_bytes = |direction| -> usize {
        let same = pieces.iter().filter(|piece| piece.direction == direction);
        same.map(|piece| piece.text.len()).sum()
    };
    let all = Direction::ALL.into_iter().rev();
    all.max_by_key(|direction| n_bytes(*direction))
        .unwrap_or(Direction::Right)
}

fn order_of(pieces: &[Piece]) -> Vec<usize> {
    let all: Vec<usize> = (0..pieces.len()).collect();
    if runs_across_columns(pieces) {
        return white_space_order(pieces, all, 0);
    }
    let chunks = chunks(pieces);
    // More than a cut every three pieces: the stream has no order to keep.
    if chunks.len() > 8 && chunks.len() * 3 > pieces.len() || chunks.len() > MAX_CHUNKS {
        return white_space_order(pieces, all, 0);
    }
    sort_chunks(&chunks)
        .into_iter()
        .flat_map(|at| chunks[at].start..chunks[at].end)
        .collect()
}

/// Sorting chunks takes cubic time; pages have up to some twenty.
const MAX_CHUNKS: usize = 300;

/// A part of the stream with the box around it.
#[derive(Debug)]
struct Chunk {
    start: usize,
    end: usize,
    frame: Frame,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    left: f32,
    right: f32,
    bottom: f32,
    top: f32,
}

impl Frame {
    fn of(piece: &Piece) -> Self {
        Self {
            left: piece.left,
            right: piece.right,
            // Height of letters above and depth below the baseline, in ems.
            bottom: piece.y - 0.2 * piece.size,
            top: piece.y + 0.7 * piece.size,
        }
    }

    fn around(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            bottom: self.bottom.min(other.bottom),
            top: self.top.max(other.top),
        }
    }

    fn shares_columns_with(self, other: Self) -> bool {
        self.left < other.right && other.left < self.right
    }

    /// Whether `self` is to be read before `other`; `None` when the page does
    /// not say.
    fn goes_before(self, other: Self) -> Option<bool> {
        // Boxes of neighbours touch a little.
        const SLACK: f32 = 2.0;
        if self.shares_columns_with(other) {
            if self.bottom >= other.top - SLACK {
                return Some(true);
            }
            return (other.bottom >= self.top - SLACK).then_some(false);
        }
        let share_lines = self.bottom < other.top && other.bottom < self.top;
        share_lines.then_some(self.right <= other.left)
    }
}

/// A step down of more lines than this is a step to another part of the page
/// (from the header to the footer).
const FAR_DOWN_EM: f32 = 7.0;

fn chunks(pieces: &[Piece]) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let frame = Frame::of(piece);
        let follows = at
            .checked_sub(1)
            .is_some_and(|before| follows(&pieces[before], piece));
        match chunks.last_mut() {
            Some(chunk) if follows => {
                chunk.end = at + 1;
                chunk.frame = chunk.frame.around(frame);
            }
            _ => chunks.push(Chunk {
                start: at,
                end: at + 1,
                frame,
            }),
        }
    }
    chunks
}

/// Whether a step from one piece to the next is one that a reader takes.
fn follows(before: &Piece, piece: &Piece) -> bool {
    let size = before.size.max(piece.size);
    let rise = piece.y - before.y;
    let goes_right = piece.left >= before.right - 0.5 * size;
    if rise > 0.5 * size {
        // To the top of the next column or cell.
        return goes_right;
    }
    if rise < -0.5 * size {
        return rise >= -FAR_DOWN_EM * size;
    }
    goes_right || piece.left >= before.left
}

/// Topological order of the chunks, the stream deciding where the page does
/// not.
fn sort_chunks(chunks: &[Chunk]) -> Vec<usize> {
    let goes_before = |a: usize, b: usize| {
        let verdict = chunks[a].frame.goes_before(chunks[b].frame);
        verdict.unwrap_or(false)
    };
    let mut left: Vec<usize> = (0..chunks.len()).collect();
    let mut sorted = Vec::with_capacity(chunks.len());
    while !left.is_empty() {
        // The first that nothing left over goes before; in a cycle the first.
        let free = left
            .iter()
            .position(|&a| !left.iter().any(|&b| b != a && goes_before(b, a)));
        sorted.push(left.remove(free.unwrap_or(0)));
    }
    sorted
}

/// Share of the page's width that a line of prose in one of two columns has at
/// least.
const PROSE_WIDTH: f32 = 0.25;

/// A piece wider than this share of the page's width crosses the gutter.
const CROSSING_WIDTH: f32 = 0.55;

/// Whether the page has two columns of prose and the stream changes sides with
/// nearly every line.
fn runs_across_columns(pieces: &[Piece]) -> bool {
    let frames = pieces.iter().map(Frame::of);
    let Some(page) = frames.reduce(Frame::around) else {
        return false;
    };
    // Titles and figures may cross the gutter.
    let is_narrow = |at: &usize| pieces[*at].width() < CROSSING_WIDTH * (page.right - page.left);
    let narrow: Vec<usize> = (0..pieces.len()).filter(is_narrow).collect();
    let Some(gutter) = gutter(pieces, &narrow, 8) else {
        return false;
    };
    let mut sides = pieces.iter().filter_map(|piece| {
        if piece.right <= gutter {
            Some(false)
        } else if piece.left >= gutter {
            Some(true)
        } else {
            None
        }
    });
    let (mut n_lines, mut n_changes) = (1, 0);
    let Some(mut side) = sides.next() else {
        return false;
    };
    for next in sides {
        n_lines += 1;
        n_changes += usize::from(next != side);
        side = next;
    }
    n_changes * 2 > n_lines
}

/// The middle of the widest white gap that parts the pieces left and right,
/// each side holding at least `n_lines` lines of prose.
fn gutter(pieces: &[Piece], which: &[usize], n_lines: usize) -> Option<f32> {
    let mut spans: Vec<(f32, f32)> = which
        .iter()
        .map(|&at| (pieces[at].left, pieces[at].right))
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, mut reach) = *spans.first()?;
    let total = spans.iter().fold(reach, |reach, span| reach.max(span.1)) - first;
    let mut best: Option<(f32, f32)> = None;
    for &(left, right) in &spans {
        if left > reach && best.is_none_or(|(gap, _)| left - reach > gap) {
            best = Some((left - reach, 0.5 * (left + reach)));
        }
        reach = reach.max(right);
    }
    let (gap, middle) = best?;
    let mut sizes: Vec<f32> = which.iter().map(|&at| pieces[at].size).collect();
    sizes.sort_by(f32::total_cmp);
    let n_prose = |is_side: &dyn Fn(&Piece) -> bool| {
        let side = which
            .iter()
            .map(|&at| &pieces[at])
            .filter(|piece| is_side(piece));
        side.filter(|piece| piece.width() >= PROSE_WIDTH * total)
            .count()
    };
    let is_wide = gap >= 0.7 * sizes[sizes.len() / 2];
    let has_prose = n_prose(&|piece| piece.right <= middle) >= n_lines
        && n_prose(&|piece| piece.left >= middle) >= n_lines;
    (is_wide && has_prose).then_some(middle)
}

/// Looking for gutters takes quadratic time; a full newspaper page has some
/// 2,000 pieces.
const MAX_PIECES: usize = 10_000;
/// Deeper than any page is nested.
const MAX_CUTS: usize = 12;

fn white_space_order(pieces: &[Piece], which: Vec<usize>, depth: usize) -> Vec<usize> {
    if which.len() <= 1 || depth >= MAX_CUTS || which.len() > MAX_PIECES {
        return by_lines(pieces, which);
    }
    if let Some(middle) = gutter(pieces, &which, 2) {
        let (left, right): (Vec<usize>, Vec<usize>) = which
            .into_iter()
            .partition(|&at| pieces[at].right <= middle);
        let mut order = white_space_order(pieces, left, depth + 1);
        order.extend(white_space_order(pieces, right, depth + 1));
        return order;
    }
    let groups = bands_with_common_gutter(pieces, which);
    if groups.len() == 1 {
        return groups
            .into_iter()
            .flat_map(|group| by_lines(pieces, group))
            .collect();
    }
    groups
        .into_iter()
        .flat_map(|group| white_space_order(pieces, group, depth + 1))
        .collect()
}

/// Parts the pieces at horizontal white gaps, then joins neighbouring bands as
/// long as one gutter runs through them.
fn bands_with_common_gutter(pieces: &[Piece], which: Vec<usize>) -> Vec<Vec<usize>> {
    let mut bands: Vec<Vec<usize>> = Vec::new();
    let mut floor = f32::INFINITY;
    for at in by_lines(pieces, which) {
        let frame = Frame::of(&pieces[at]);
        match bands.last_mut() {
            Some(band) if frame.top > floor => band.push(at),
            _ => bands.push(vec![at]),
        }
        floor = floor.min(frame.bottom);
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for band in bands {
        if let Some(group) = groups.last_mut() {
            let union: Vec<usize> = group.iter().chain(&band).copied().collect();
            if gutter(pieces, &union, 1).is_some() {
                *group = union;
                continue;
            }
        }
        groups.push(band);
    }
    groups
}

/// Line by line from the top, each from the left.
fn by_lines(pieces: &[Piece], mut which: Vec<usize>) -> Vec<usize> {
    which.sort_by(|&a, &b| pieces[b].y.total_cmp(&pieces[a].y).then(a.cmp(&b)));
    let mut start = 0;
    while start < which.len() {
        let head = &pieces[which[start]];
        let n_level = which[start..]
            .iter()
            .take_while(|&&at| head.is_level_with(&pieces[at]))
            .count();
        // `head` is level with itself, so this moves on.
        let end = start + n_level.max(1);
        which[start..end]
            .sort_by(|&a, &b| pieces[a].left.total_cmp(&pieces[b].left).then(a.cmp(&b)));
        start = end;
    }
    which
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{lines::tests::typeset, pieces};

    /// Pieces from (text, x, y), in this order.
    fn page(lines: &[(&str, f32, f32)]) -> Vec<Piece> {
        let glyphs: Vec<_> = lines
            .iter()
            .flat_map(|(text, x, y)| typeset(text, *x, *y, 10.0))
            .collect();
        pieces(&glyphs)
    }

    fn read(lines: &[(&str, f32, f32)]) -> Vec<String> {
        in_reading_order(page(lines))
            .into_iter()
            .map(|piece| piece.text)
            .collect()
    }

    const PROSE: &str = "chu viet dai mot dong day du";

    #[test]
    fn a_table_is_read_cell_by_cell_as_written() {
        let written = [
            ("TT", 0.0, 100.0),
            ("Mon hoc dai hai", 60.0, 100.0),
            ("dong chu", 60.0, 88.0),
            ("3", 250.0, 100.0),
            ("2", 0.0, 70.0),
            ("Mon khac", 60.0, 70.0),
            ("4", 250.0, 70.0),
        ];
        assert_eq!(
            read(&written),
            [
                "TT",
                "Mon hoc dai hai",
                "dong chu",
                "3",
                "2",
                "Mon khac",
                "4"
            ]
        );
    }

    #[test]
    fn what_the_stream_writes_last_but_stands_on_top_is_read_first() {
        let written = [
            ("than bai", 0.0, 500.0),
            ("than bai hai", 0.0, 488.0),
            ("tieu de", 0.0, 700.0),
        ];
        assert_eq!(read(&written), ["tieu de", "than bai", "than bai hai"]);
    }

    #[test]
    fn columns_written_line_by_line_are_read_by_column() {
        let mut written = vec![(
            "Tieu de chay ngang ca trang in qua hai cot chu cua bai bao khoa hoc",
            0.0,
            300.0,
        )];
        for line in 0..10u8 {
            let y = 280.0 - 12.0 * f32::from(line);
            written.push((PROSE, 0.0, y));
            written.push(("phai dai mot dong chu day du", 200.0, y));
        }
        let order = read(&written);
        assert!(order[0].starts_with("Tieu de"));
        assert!(order[1..11].iter().all(|text| text == PROSE), "{order:?}");
    }

    #[test]
    fn columns_written_by_column_stay() {
        let mut written = Vec::new();
        for x in [0.0, 200.0] {
            for line in 0..10u8 {
                written.push((PROSE, x, 280.0 - 12.0 * f32::from(line)));
            }
        }
        let order = in_reading_order(page(&written));
        assert!(order[..10].iter().all(|piece| piece.left < 100.0));
    }
}
