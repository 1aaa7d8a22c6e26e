//! Finds phrases: places one after the other, each filled by one of some terms.

use tantivy::{
    DocId, DocSet, TERMINATED,
    postings::{Postings, SegmentPostings},
};

/// The terms that may stand at one place.
struct Place {
    terms: Vec<SegmentPostings>,
    positions: Vec<u32>,
}

impl Place {
    fn doc(&self) -> DocId {
        let docs = self.terms.iter().map(DocSet::doc);
        docs.min().unwrap_or(TERMINATED)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for term in self.terms.iter_mut().filter(|term| term.doc() < target) {
            term.seek(target);
        }
        self.doc()
    }

    /// Positions in `doc`, in order, moved `offset` places to the left.
    fn read_positions(&mut self, doc: DocId, offset: u32, buffer: &mut Vec<u32>) {
        self.positions.clear();
        for term in self.terms.iter_mut().filter(|term| term.doc() == doc) {
            term.positions(buffer);
            // A place left of the first of the text can be no match.
            let moved = buffer.iter().filter_map(|place| place.checked_sub(offset));
            self.positions.extend(moved);
        }
        if self.terms.len() > 1 {
            self.positions.sort_unstable();
            self.positions.dedup();
        }
    }
}

/// Walks through the documents that hold a phrase.
pub(super) struct PhraseCursor {
    places: Vec<Place>,
    slop: u32,
    doc: DocId,
    frequency: u32,
    buffer: Vec<u32>,
}

impl PhraseCursor {
    /// `places` in the order of the phrase; none of them empty. Stands on the
    /// first document that holds the phrase.
    pub(super) fn new(places: Vec<Vec<SegmentPostings>>, slop: u32) -> Self {
        let place = |terms| Place {
            terms,
            positions: Vec::new(),
        };
        let mut cursor = Self {
            places: places.into_iter().map(place).collect(),
            slop,
            doc: 0,
            frequency: 0,
            buffer: Vec::new(),
        };
        cursor.find_from(0);
        cursor
    }

    pub(super) fn frequency(&self) -> u32 {
        self.frequency
    }

    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.find_from(target);
        }
        self.doc
    }

    /// Like [`super::cursor::TermCursor::visit_until`].
    pub(super) fn visit_until(&mut self, end: DocId, mut visit: impl FnMut(DocId, u32)) {
        while self.doc < end {
            visit(self.doc, self.frequency);
            self.find_from(self.doc + 1);
        }
    }

    fn find_from(&mut self, mut target: DocId) {
        loop {
            target = self.next_with_all(target);
            self.doc = target;
            if target == TERMINATED {
                self.frequency = 0;
                return;
            }
            self.frequency = self.count();
            if self.frequency > 0 {
                return;
            }
            target += 1;
        }
    }

    /// The first document from `target` on that fills every place.
    fn next_with_all(&mut self, mut target: DocId) -> DocId {
        'next: loop {
            for place in &mut self.places {
                let doc = place.seek(target);
                if doc == TERMINATED {
                    return TERMINATED;
                }
                if doc > target {
                    target = doc;
                    continue 'next;
                }
            }
            return target;
        }
    }

    /// How often the phrase stands in the current document: one position for
    /// each place, so that the moved positions differ by `slop` at most. Each
    /// step drops the smallest position, so every match is counted once.
    fn count(&mut self) -> u32 {
        for (i, place) in self.places.iter_mut().enumerate() {
            place.read_positions(self.doc, i as u32, &mut self.buffer);
        }
        let rows: Vec<&[u32]> = self.places.iter().map(|p| p.positions.as_slice()).collect();
        count_matches(&rows, self.slop)
    }
}

/// Counts matches over moved positions, one sorted row a place.
pub(crate) fn count_matches(rows: &[&[u32]], slop: u32) -> u32 {
    let mut at = vec![0; rows.len()];
    let mut n_matches = 0;
    loop {
        let (mut low, mut high, mut lowest) = (u32::MAX, 0, 0);
        for (i, row) in rows.iter().enumerate() {
            let Some(position) = row.get(at[i]) else {
                return n_matches;
            };
            if *position < low {
                (low, lowest) = (*position, i);
            }
            high = high.max(*position);
        }
        if rows.is_empty() {
            return 0;
        }
        if high - low <= slop {
            n_matches += 1;
        }
        at[lowest] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_asks_for_equal_moved_positions() {
        assert_eq!(count_matches(&[&[1, 5, 9], &[5, 10]], 0), 1);
        assert_eq!(count_matches(&[&[1, 5], &[2, 7]], 0), 0);
    }

    #[test]
    fn slop_lets_the_places_stand_apart() {
        assert_eq!(count_matches(&[&[1], &[4]], 2), 0);
        assert_eq!(count_matches(&[&[1], &[4]], 3), 1);
        assert_eq!(count_matches(&[&[1], &[4], &[2]], 3), 1);
    }
}
