//! Walks the postings of one term in windows of documents.

use tantivy::{DocId, TERMINATED, postings::BlockSegmentPostings};

/// Documents in a window. Three arrays of this many numbers stay inside the
/// first-level cache of the processor (24 KiB).
pub(super) const WINDOW: usize = 2048;

/// One bit a document of a window.
pub(super) type Bits = [u64; WINDOW / 64];

/// Iterates over the set bits, from the lowest.
pub(super) fn ones(bits: &Bits) -> impl Iterator<Item = usize> + '_ {
    bits.iter().enumerate().flat_map(|(i, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(i * 64 + bit)
        })
    })
}

/// Sets one bit.
pub(super) fn set(bits: &mut Bits, at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

/// The postings of a term, a block of documents at a time.
pub(super) struct TermCursor {
    postings: BlockSegmentPostings,
    at: usize,
}

impl TermCursor {
    pub(super) fn new(postings: BlockSegmentPostings) -> Self {
        Self { postings, at: 0 }
    }

    /// The current document, or [`TERMINATED`].
    pub(super) fn doc(&self) -> DocId {
        self.postings
            .docs()
            .get(self.at)
            .copied()
            .unwrap_or(TERMINATED)
    }

    /// How often the term stands in the current document.
    pub(super) fn frequency(&self) -> u32 {
        self.postings.freqs().get(self.at).copied().unwrap_or(0)
    }

    /// Goes to the first document that is not before `target`.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() < target {
            self.at = self.postings.seek(target);
        }
        self.doc()
    }

    /// Calls `visit` with every document before `end` and its frequency; stands
    /// on the first document that is not before `end` afterwards.
    pub(super) fn visit_until(&mut self, end: DocId, mut visit: impl FnMut(DocId, u32)) {
        loop {
            let docs = &self.postings.docs()[self.at..];
            let freqs = &self.postings.freqs()[self.at..];
            for (doc, frequency) in docs.iter().zip(freqs) {
                if *doc >= end {
                    return;
                }
                visit(*doc, *frequency);
                self.at += 1;
            }
            if self.postings.docs().is_empty() {
                return;
            }
            self.postings.advance();
            self.at = 0;
        }
    }
}
