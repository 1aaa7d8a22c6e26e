//! Runs a plan over one segment, a window of documents at a time.

use tantivy::{BitSet, DocId, TERMINATED};

use super::{
    columns::Condition,
    cursor::{Bits, TermCursor, WINDOW, ones, set},
    phrase::PhraseCursor,
    snapshot::Segment,
};
use crate::{SearchField, plan::saturate};

/// The matches of one window and their scores.
pub(super) struct Window {
    pub(super) bits: Bits,
    pub(super) scores: Box<[f32; WINDOW]>,
}

impl Window {
    pub(super) fn new() -> Self {
        Self {
            bits: [0; WINDOW / 64],
            scores: Box::new([0.0; WINDOW]),
        }
    }

    fn clear(&mut self) {
        self.bits = [0; WINDOW / 64];
        self.scores.fill(0.0);
    }
}

/// The postings of one source.
pub(super) enum Postings {
    Term(Box<TermCursor>),
    Phrase(PhraseCursor),
}

impl Postings {
    pub(super) fn frequency(&self) -> u32 {
        match self {
            Self::Term(cursor) => cursor.frequency(),
            Self::Phrase(cursor) => cursor.frequency(),
        }
    }

    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Term(cursor) => cursor.seek(target),
            Self::Phrase(cursor) => cursor.seek(target),
        }
    }

    fn visit_until(&mut self, end: DocId, visit: impl FnMut(DocId, u32)) {
        match self {
            Self::Term(cursor) => cursor.visit_until(end, visit),
            Self::Phrase(cursor) => cursor.visit_until(end, visit),
        }
    }
}

/// One way to find a word in this segment.
pub(super) struct SourceNode {
    pub(super) field: SearchField,
    pub(super) weight: f32,
    pub(super) term: String,
    pub(super) postings: Postings,
}

/// One word of the query in this segment.
pub(super) struct GroupNode {
    pub(super) idf: f32,
    pub(super) boost: f32,
    pub(super) mass: f32,
    pub(super) sources: Vec<SourceNode>,
}

/// Words ranked together.
pub(super) struct BagNode {
    pub(super) groups: Vec<GroupNode>,
    pub(super) threshold: f32,
    tf: Box<[f32; WINDOW]>,
    mass: Box<[f32; WINDOW]>,
}

impl BagNode {
    pub(super) fn new(groups: Vec<GroupNode>, threshold: f32) -> Self {
        Self {
            groups,
            threshold,
            tf: Box::new([0.0; WINDOW]),
            mass: Box::new([0.0; WINDOW]),
        }
    }
}

/// How the scores of parts come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    Sum,
    Best,
}

/// A plan opened on one segment.
pub(super) enum Node {
    All,
    Nothing,
    Bag(BagNode),
    Set(BitSet),
    Condition(Condition),
    And(Vec<Node>, Scratch),
    Or(Vec<Node>, Combine, Scratch),
    AndNot(Box<Node>, Box<Node>, Scratch),
}

/// The window of a node's second part, kept from window to window.
#[derive(Default)]
pub(super) struct Scratch(Option<Window>);

impl Scratch {
    fn window(&mut self) -> &mut Window {
        self.0.get_or_insert_with(Window::new)
    }
}

impl Node {
    /// No document from `from` on and before the returned one matches.
    pub(super) fn skip_to(&mut self, from: DocId) -> DocId {
        match self {
            Self::All | Self::Condition(_) => from,
            Self::Nothing => TERMINATED,
            Self::Bag(bag) => {
                let sources = bag
                    .groups
                    .iter_mut()
                    .filter(|group| group.mass > 0.0)
                    .flat_map(|group| &mut group.sources);
                sources
                    .map(|source| source.postings.seek(from))
                    .min()
                    .unwrap_or(TERMINATED)
            }
            Self::Set(docs) => next_in(docs, from),
            Self::And(parts, _) => parts.iter_mut().fold(from, |at, part| {
                if at == TERMINATED {
                    at
                } else {
                    part.skip_to(at)
                }
            }),
            Self::Or(parts, ..) => {
                let docs = parts.iter_mut().map(|part| part.skip_to(from));
                docs.min().unwrap_or(TERMINATED)
            }
            Self::AndNot(wanted, ..) => wanted.skip_to(from),
        }
    }

    /// Fills `out` with the matches from `base` on, before `end`; `end - base`
    /// is at most [`WINDOW`]. Windows must come in order.
    pub(super) fn fill(
        &mut self,
        segment: &Segment,
        k1: f32,
        base: DocId,
        end: DocId,
        out: &mut Window,
    ) {
        out.clear();
        match self {
            Self::Nothing => {}
            Self::All => fill_where(base, end, out, |_| true),
            Self::Condition(condition) => {
                fill_where(base, end, out, |doc| condition.holds(doc, &segment.columns));
            }
            Self::Set(docs) => fill_where(base, end, out, |doc| docs.contains(doc)),
            Self::Bag(bag) => bag.fill(segment, k1, base, end, out),
            Self::And(parts, scratch) => {
                for (i, part) in parts.iter_mut().enumerate() {
                    if i == 0 {
                        part.fill(segment, k1, base, end, out);
                    } else {
                        let other = scratch.window();
                        part.fill(segment, k1, base, end, other);
                        and(out, other);
                    }
                }
            }
            Self::Or(parts, combine, scratch) => {
                for part in parts {
                    let other = scratch.window();
                    part.fill(segment, k1, base, end, other);
                    or(out, other, *combine);
                }
            }
            Self::AndNot(wanted, unwanted, scratch) => {
                let other = scratch.window();
                wanted.fill(segment, k1, base, end, out);
                unwanted.fill(segment, k1, base, end, other);
                for (word, not) in out.bits.iter_mut().zip(other.bits) {
                    *word &= !not;
                }
            }
        }
    }
}

fn next_in(docs: &BitSet, from: DocId) -> DocId {
    (from..docs.max_value())
        .find(|doc| docs.contains(*doc))
        .unwrap_or(TERMINATED)
}

fn fill_where(base: DocId, end: DocId, out: &mut Window, holds: impl Fn(DocId) -> bool) {
    for doc in base..end {
        if holds(doc) {
            set(&mut out.bits, (doc - base) as usize);
        }
    }
}

fn and(out: &mut Window, other: &Window) {
    for (word, both) in out.bits.iter_mut().zip(other.bits) {
        *word &= both;
    }
    for at in ones(&out.bits) {
        out.scores[at] += other.scores[at];
    }
}

fn or(out: &mut Window, other: &Window, combine: Combine) {
    for at in ones(&other.bits) {
        let score = other.scores[at];
        let sum = &mut out.scores[at];
        *sum = match combine {
            Combine::Sum => *sum + score,
            Combine::Best => sum.max(score),
        };
        set(&mut out.bits, at);
    }
}

impl BagNode {
    fn fill(&mut self, segment: &Segment, k1: f32, base: DocId, end: DocId, out: &mut Window) {
        self.mass.fill(0.0);
        for group in &mut self.groups {
            let mut found: Bits = [0; WINDOW / 64];
            for source in &mut group.sources {
                if source.postings.seek(base) >= end {
                    continue;
                }
                let lengths = &segment.lengths[source.field as usize];
                let weight = source.weight;
                let tf = &mut self.tf;
                source.postings.visit_until(end, |doc, frequency| {
                    let at = (doc - base) as usize;
                    tf[at] += weight * frequency as f32 * lengths.inverse_factor(doc);
                    set(&mut found, at);
                });
            }
            let worth = group.idf * group.boost;
            for at in ones(&found) {
                out.scores[at] += worth * saturate(self.tf[at], k1);
                self.mass[at] += group.mass;
                self.tf[at] = 0.0;
            }
            for (word, more) in out.bits.iter_mut().zip(found) {
                *word |= more;
            }
        }
        let below: Vec<usize> = ones(&out.bits)
            .filter(|at| self.mass[*at] < self.threshold || self.mass[*at] <= 0.0)
            .collect();
        for at in below {
            out.bits[at / 64] &= !(1 << (at % 64));
        }
    }
}
