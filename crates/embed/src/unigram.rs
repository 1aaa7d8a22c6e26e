//! SentencePiece's unigram tokenizer over a compact table.
//!
//! A piece takes its bytes and 12 more: 5.6 MB for the 250,002 pieces of the
//! default model, where the tree of hash maps in `tokenizers` was seen to take
//! 285 MB. The cuts are the same: that library is the oracle of the tests.
//!
//! Pieces lie sorted in one buffer. From each character the pieces that start
//! there are found by narrowing a range of the sorted pieces byte by byte, and
//! the cut with the greatest sum of scores wins (Viterbi).
//!
//! **Source:** T. Kudo, *Subword Regularization: Improving Neural Network
//! Translation Models with Multiple Subword Candidates*, ACL 2018, §3.2.

use unicode_normalization::UnicodeNormalization;

/// What a character costs that no piece covers, below the worst piece
/// (SentencePiece's `kUnkPenalty`).
const UNKNOWN_PENALTY: f64 = 10.0;

/// Marks the start of a word in pieces.
const WORD_START: char = '\u{2581}';

/// Cuts text into vocabulary ids.
#[derive(Debug)]
pub(crate) struct Unigram {
    /// Bytes of all pieces, in sorted order.
    bytes: Vec<u8>,
    /// Start of piece `i` in `bytes`; one more entry for the end.
    starts: Vec<u32>,
    /// Id of sorted piece `i`.
    ids: Vec<u32>,
    /// Log probability of sorted piece `i`.
    scores: Vec<f32>,
    unknown_id: u32,
    unknown_score: f64,
}

/// Best cut that ends at a byte of the word.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    score: f64,
    start: usize,
    id: u32,
}

impl Unigram {
    /// * `pieces`: `(piece, score)` by id.
    /// * `marks`: ids that text never yields (`<s>`, `<pad>`, …).
    pub(crate) fn new(pieces: &[(&[u8], f32)], unknown_id: u32, marks: &[u32]) -> Self {
        let worst = pieces.iter().fold(f32::INFINITY, |low, &(_, s)| low.min(s));
        let mut order: Vec<u32> = (0..pieces.len() as u32)
            .filter(|id| !marks.contains(id) && !pieces[*id as usize].0.is_empty())
            .collect();
        order.sort_by_key(|&id| (pieces[id as usize].0, id));
        order.dedup_by_key(|id| pieces[*id as usize].0);
        let mut table = Self {
            bytes: Vec::with_capacity(order.iter().map(|&id| pieces[id as usize].0.len()).sum()),
            starts: Vec::with_capacity(order.len() + 1),
            scores: order.iter().map(|&id| pieces[id as usize].1).collect(),
            ids: order,
            unknown_id,
            unknown_score: f64::from(worst) - UNKNOWN_PENALTY,
        };
        for &id in &table.ids {
            table.starts.push(table.bytes.len() as u32);
            table.bytes.extend_from_slice(pieces[id as usize].0);
        }
        table.starts.push(table.bytes.len() as u32);
        table
    }

    /// Appends the ids of `text` to `out`, stopping once `out` holds `limit`.
    /// Returns the number of ids that the whole text has.
    pub(crate) fn encode(&self, text: &str, limit: usize, out: &mut Vec<u32>) -> usize {
        let clean: String = text.chars().filter_map(simplify).nfkc().collect();
        let mut n_ids = 0;
        let mut word = String::new();
        let mut cuts = Vec::new();
        let mut ids = Vec::new();
        let words = clean.split(|c: char| c.is_whitespace() || c == WORD_START);
        for part in words.filter(|part| !part.is_empty()) {
            word.clear();
            word.push(WORD_START);
            word.push_str(part);
            self.cut_word(&word, &mut cuts, &mut ids);
            n_ids += ids.len();
            out.extend(ids.iter().take(limit.saturating_sub(out.len())));
        }
        n_ids
    }

    /// Ids of one word, into `ids`. Runs of unknown characters are one id.
    fn cut_word(&self, word: &str, cuts: &mut Vec<Option<Arrival>>, ids: &mut Vec<u32>) {
        cuts.clear();
        cuts.resize(word.len() + 1, None);
        for (start, character) in word.char_indices() {
            let Some(score) = score_before(cuts, start) else {
                continue;
            };
            let n_bytes = character.len_utf8();
            let mut is_covered = false;
            self.for_each_prefix(&word.as_bytes()[start..], |length, piece| {
                is_covered |= length == n_bytes;
                let arrival = Arrival {
                    score: score + f64::from(self.scores[piece]),
                    start,
                    id: self.ids[piece],
                };
                keep_better(&mut cuts[start + length], arrival);
            });
            if !is_covered {
                let arrival = Arrival {
                    score: score + self.unknown_score,
                    start,
                    id: self.unknown_id,
                };
                keep_better(&mut cuts[start + n_bytes], arrival);
            }
        }
        walk_back(cuts, ids);
        let unknown = self.unknown_id;
        ids.dedup_by(|a, b| *a == unknown && *b == unknown);
    }

    /// Calls `found(length, place)` for each piece that `text` starts with,
    /// shortest first.
    fn for_each_prefix(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let (mut low, mut high) = (0, self.ids.len());
        for (depth, &byte) in text.iter().enumerate() {
            low += self.count(low, high, |piece| {
                piece.get(depth).is_none_or(|&b| b < byte)
            });
            high = low
                + self.count(low, high, |piece| {
                    piece.get(depth).is_some_and(|&b| b == byte)
                });
            if low == high {
                return;
            }
            // The shortest piece with this prefix sorts first.
            if self.piece(low).len() == depth + 1 {
                found(depth + 1, low);
            }
        }
    }

    /// How many pieces of `low..high` satisfy `is_before`, which must hold for
    /// a head of the range.
    fn count(&self, low: usize, high: usize, is_before: impl Fn(&[u8]) -> bool) -> usize {
        let (mut start, mut end) = (low, high);
        while start < end {
            let middle = start + (end - start) / 2;
            if is_before(self.piece(middle)) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start - low
    }

    fn piece(&self, place: usize) -> &[u8] {
        &self.bytes[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

/// Score of the best cut of what precedes `start`; nothing when no cut ends
/// there.
fn score_before(cuts: &[Option<Arrival>], start: usize) -> Option<f64> {
    if start == 0 {
        return Some(0.0);
    }
    cuts[start].map(|arrival| arrival.score)
}

/// The earlier arrival wins a tie, as in SentencePiece.
fn keep_better(slot: &mut Option<Arrival>, arrival: Arrival) {
    if slot.is_none_or(|known| arrival.score > known.score) {
        *slot = Some(arrival);
    }
}

fn walk_back(cuts: &[Option<Arrival>], ids: &mut Vec<u32>) {
    ids.clear();
    let mut end = cuts.len() - 1;
    while let Some(arrival) = cuts[end].filter(|_| end > 0) {
        ids.push(arrival.id);
        end = arrival.start;
    }
    ids.reverse();
}

/// SentencePiece's `nmt` rules: control characters go, unusual spaces become
/// spaces.
fn simplify(character: char) -> Option<char> {
    match character as u32 {
        0x01..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F | 0x8F | 0x9F => None,
        0x09
        | 0x0A
        | 0x0C
        | 0x0D
        | 0x1680
        | 0x200B..=0x200F
        | 0x2028
        | 0x2029
        | 0x2581
        | 0xFEFF
        | 0xFFFD => Some(' '),
        _ => Some(character),
    }
}

#[cfg(test)]
mod tests;
