//! Documents into passages: pieces short enough for a model to see whole and
//! for a person to read as an answer, each with its pages.
//!
//! Sentences are packed until a passage is full; a heading opens a new one and
//! never ends one; the last sentence of a full passage also opens the next, so
//! that what is said across the cut is found. For three sentences `A B C` and
//! room for two, the passages are `A B` and `B C`.
//!
//! **Invariant:** every word of the document is in a passage, in its order.

mod units;

use units::Unit;

/// How long passages are, in tokens of the model.
///
/// The defaults are a guess within what the literature uses for encoders of
/// 512 tokens, not tuned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageLimits {
    /// No passage has more, but where a single word has.
    pub max_tokens: usize,
    /// A heading does not end a passage that has fewer.
    pub min_tokens: usize,
    /// The last sentence is repeated in the next passage if it has no more.
    pub max_overlap_tokens: usize,
}

impl Default for PassageLimits {
    fn default() -> Self {
        Self {
            max_tokens: 250,
            min_tokens: 60,
            max_overlap_tokens: 50,
        }
    }
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPassage {
    /// The heading that it stands under; empty before the first one.
    pub heading: String,
    /// Its sentences, with single spaces between; the heading is among them
    /// where it opens the passage.
    pub text: String,
    /// Page on which it begins.
    pub first_page: u32,
    /// Page on which it ends.
    pub last_page: u32,
}

/// Cuts the pages of a document into passages.
///
/// * `pages`: number and text, in order; a line end ends a paragraph.
/// * `count`: tokens of a text, without prefix and marks. It must not count
///   more for two texts joined by a space than for both alone.
/// * Returns passages in reading order; none for a document without words.
pub fn cut_passages<'a>(
    pages: impl IntoIterator<Item = (u32, &'a str)>,
    limits: &PassageLimits,
    count: impl Fn(&str) -> usize,
) -> Vec<DocumentPassage> {
    let mut cutter = Cutter {
        limits,
        heading: String::new(),
        last_heading: String::new(),
        current: Vec::new(),
        n_tokens: 0,
        n_fresh: 0,
        passages: Vec::new(),
    };
    for (page, text) in pages {
        for unit in units::of_page(page, text, limits.max_tokens, &count) {
            cutter.add(unit);
        }
    }
    cutter.finish()
}

struct Cutter<'l, 'a> {
    limits: &'l PassageLimits,
    /// The heading that the passage being filled stands under.
    heading: String,
    /// The last heading seen, which may stand within that passage.
    last_heading: String,
    /// The passage being filled.
    current: Vec<Unit<'a>>,
    n_tokens: usize,
    /// Units of `current` that no passage has yet; the others are overlap.
    n_fresh: usize,
    passages: Vec<DocumentPassage>,
}

impl<'a> Cutter<'_, 'a> {
    fn add(&mut self, unit: Unit<'a>) {
        if unit.is_heading && self.n_tokens >= self.limits.min_tokens {
            self.close(false);
        }
        while self.n_tokens + unit.n_tokens > self.limits.max_tokens && !self.current.is_empty() {
            if self.n_fresh > 0 {
                self.close(true);
            } else {
                // Overlap gives way to a sentence that needs the room.
                self.current.clear();
                self.n_tokens = 0;
            }
        }
        if unit.is_heading {
            unit.text.clone_into(&mut self.last_heading);
            if self.current.iter().all(|known| known.is_heading) {
                unit.text.clone_into(&mut self.heading);
            }
        }
        self.n_tokens += unit.n_tokens;
        self.n_fresh += 1;
        self.current.push(unit);
    }

    /// Ends the passage; `overlaps` when the text goes on.
    fn close(&mut self, overlaps: bool) {
        // Headings at the end belong to what follows.
        let n_trailing = self
            .current
            .iter()
            .rev()
            .take_while(|unit| unit.is_heading)
            .count();
        let mut kept = if n_trailing < self.current.len() {
            self.current.split_off(self.current.len() - n_trailing)
        } else {
            Vec::new()
        };
        let last = self.current.last().cloned();
        self.push_passage(kept.len());
        self.n_fresh = kept.len();
        let room = self.limits.max_overlap_tokens;
        if let Some(last) = last.filter(|last| overlaps && kept.is_empty() && last.n_tokens <= room)
        {
            kept.push(last);
        }
        self.last_heading.clone_into(&mut self.heading);
        self.n_tokens = kept.iter().map(|unit| unit.n_tokens).sum();
        self.current = kept;
    }

    fn push_passage(&mut self, n_kept: usize) {
        let (Some(first), Some(last)) = (self.current.first(), self.current.last()) else {
            return;
        };
        if self.n_fresh <= n_kept {
            return;
        }
        let texts: Vec<&str> = self.current.iter().map(|unit| unit.text).collect();
        self.passages.push(DocumentPassage {
            heading: self.heading.clone(),
            text: texts.join(" "),
            first_page: first.page,
            last_page: last.page,
        });
    }

    fn finish(mut self) -> Vec<DocumentPassage> {
        self.push_passage(0);
        self.passages
    }
}

#[cfg(test)]
mod tests;
