//! What the model looks at to decide whether two neighbouring atoms are one word.
//!
//! Features are hashed into a table of weights (the hashing trick: Weinberger
//! et al., ICML 2009). Those of a gap are of two kinds: *plain* ones, of the
//! window around the gap, and *state* ones, that also know how many syllables
//! the word that ends before the gap has so far.

use super::atoms::{Atom, Shape};
use super::lexicon::{Lexicon, MAX_SYLLABLES, Standing, extend};
use crate::weights::feature;

/// Longest word, in atoms, that the model forms by itself.
pub(crate) const MAX_WORD: usize = 6;
/// Plain features of one gap.
pub(crate) const N_PLAIN: usize = 20;
/// State features of one gap and one word length.
pub(crate) const N_STATE: usize = 5;

/// The atoms of one text with what the lexicon says of every span.
pub(crate) struct Window<'a> {
    atoms: &'a [Atom],
    /// `spans[i][k]`: standing of the k + 2 atoms that begin with atom `i`.
    spans: Vec<[Standing; MAX_SYLLABLES - 1]>,
}

impl<'a> Window<'a> {
    pub(crate) fn new(atoms: &'a [Atom], lexicon: &Lexicon) -> Self {
        let spans = (0..atoms.len())
            .map(|i| spans_at(&atoms[i..], lexicon))
            .collect();
        Self { atoms, spans }
    }

    fn atom(&self, at: isize) -> (u64, u64) {
        let atom = usize::try_from(at).ok().and_then(|at| self.atoms.get(at));
        atom.map_or((1, Shape::Edge as u64), |atom| {
            (atom.hash, atom.shape as u64)
        })
    }

    /// Whether the two syllables beside a gap have the same onset, the same rime.
    fn echo(&self, left: usize) -> u64 {
        let (Some(a), Some(b)) = (self.atoms.get(left), self.atoms.get(left + 1)) else {
            return 0;
        };
        u64::from(a.onset == b.onset)
            | u64::from(a.rime == b.rime) << 1
            | u64::from(a.hash == b.hash) << 2
    }

    /// Standing of the `n` atoms (2 to 4) from `at`.
    fn span(&self, at: isize, n: usize) -> u64 {
        let row = usize::try_from(at).ok().and_then(|at| self.spans.get(at));
        row.and_then(|row| row.get(n.wrapping_sub(2)))
            .map_or(0, |&standing| u64::from(standing))
    }

    /// Features of the gap between atoms `left` and `left + 1`.
    pub(crate) fn plain(&self, left: usize) -> [u64; N_PLAIN] {
        let i = left as isize;
        let ((pp, _), (p, sp)) = (self.atom(i - 2), self.atom(i - 1));
        let ((a, sa), (b, sb)) = (self.atom(i), self.atom(i + 1));
        let ((n, sn), (nn, _)) = (self.atom(i + 2), self.atom(i + 3));
        let echo = self.echo(left);
        let shapes = sa << 4 | sb;
        let wide = sp << 12 | shapes << 4 | sn;
        let [ab, pa, bn] = [self.span(i, 2), self.span(i - 1, 2), self.span(i + 1, 2)];
        let [pab, abn] = [self.span(i - 1, 3), self.span(i, 3)];
        let [ppab, pabn, abnn] = [self.span(i - 2, 4), self.span(i - 1, 4), self.span(i, 4)];
        let around = ab | pa << 4 | bn << 8;
        let longer = pab | abn << 4;
        let longest = ppab | pabn << 4 | abnn << 8;
        let outer = self.span(i - 2, 3) | self.span(i + 1, 3) << 4;
        [
            feature(1, &[shapes]),
            feature(2, &[a, b]),
            feature(3, &[a, shapes]),
            feature(4, &[b, shapes]),
            feature(5, &[p, a, b]),
            feature(6, &[a, b, n]),
            feature(7, &[p, a]),
            feature(8, &[b, n]),
            feature(9, &[p, b]),
            feature(10, &[a, n]),
            feature(11, &[wide]),
            feature(12, &[around, shapes]),
            feature(13, &[around, longer, longest]),
            feature(14, &[ab, longer]),
            feature(15, &[pp, p, a]),
            feature(16, &[b, n, nn]),
            feature(17, &[pa, outer, bn, ab]),
            feature(18, &[a, b, wide]),
            feature(19, &[echo, shapes, ab]),
            feature(20, &[echo, wide, pa | bn << 4]),
        ]
    }

    /// Features of the same gap when the word before it has `n` atoms so far.
    pub(crate) fn state(&self, left: usize, n: usize) -> [u64; N_STATE] {
        let i = left as isize;
        let len = n as u64;
        let begin = i + 1 - n as isize;
        let word = (begin..=i).fold(0, |span, at| extend(span, self.atom(at).0));
        let (b, sb) = self.atom(i + 1);
        let (_, sa) = self.atom(i);
        let shape = self.atom(begin).1 << 8 | sa << 4 | sb;
        let now = if n == 1 { 0 } else { self.span(begin, n) };
        let then = self.span(begin, n + 1);
        let next = self.span(i + 1, 2);
        [
            feature(31, &[len, shape]),
            feature(32, &[word, b, len]),
            feature(33, &[len, now, then, next]),
            feature(34, &[word, len]),
            feature(35, &[len, then, shape]),
        ]
    }
}

fn spans_at(atoms: &[Atom], lexicon: &Lexicon) -> [Standing; MAX_SYLLABLES - 1] {
    let mut row = [0; MAX_SYLLABLES - 1];
    if !atoms[0].is_letters {
        return row;
    }
    let mut span = extend(0, atoms[0].hash);
    for (standing, atom) in row.iter_mut().zip(&atoms[1..]) {
        if !atom.is_letters || !atom.follows {
            break;
        }
        span = extend(span, atom.hash);
        *standing = lexicon.standing(span);
        if *standing == 0 {
            break;
        }
    }
    row
}
