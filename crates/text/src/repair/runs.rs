//! Finds the runs: the likeliest sequence of encodings over the words of a text.
//!
//! Each word has, for each encoding, an advantage: the cost of the word as it stands minus its cost when decoded, in
//! nats. Words of plain ASCII have none in any encoding, so they go with their neighbours. A Viterbi pass finds the
//! sequence with the highest sum of advantages, less a price for each change. A second pass lowers the price for
//! encodings that the first found beyond doubt, so that short cells of a table follow the rest of the document.

use super::charset::{self, Charset, Decoded};
use super::lexicon::{Reading, cost, is_letter};
use super::{Encoding, Repaired, RepairedRun, horn, tone, viqr};
use crate::path::best_path;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::{hash::BuildHasher as _, ops::Range};

const N: usize = Encoding::ALL.len();

/// Price of entering an encoding from clean text, in nats: e^9 to 1 against, about one word in ten thousand.
const ENTER: [f32; N] = [9.0, 9.0, 10.0, 10.0, 10.0, 10.0, 16.0];
/// The same once the encoding is beyond doubt elsewhere in the text.
const ENTER_KNOWN: f32 = 4.0;
/// Price of going from one encoding into another.
const SWITCH: f32 = 10.0;
/// Evidence from which an encoding is beyond doubt in a text, in nats.
const KNOWN: f32 = 60.0;
/// The most that is remembered, and what is left of it after each further piece.
const EVIDENCE_MAX: f32 = 600.0;
const FADE: f32 = 0.9;
/// A word costs a run no more than this: words that are not in the encoding occur inside runs.
const FLOOR: f32 = -4.0;
/// Below this advantage a word inside a run is left as it is.
const LEAVE: f32 = -14.0;
/// A letter that the encoding has no use for counts so much against it.
const STRAY: f32 = 8.0;
/// Evidence a run needs past the price of entering, and its lead over the next best encoding that reads differently.
const GAIN_MIN: f32 = 2.0;
const LEAD_MIN: f32 = 1.5;
/// Encodings without codes for all capitals: TCVN3 leaves them to another font, VPS has some on control codes.
const LACK_CAPITALS: [Encoding; 2] = [Encoding::Tcvn3, Encoding::Vps];
/// Evidence at which the confidence is 1 − 1/e.
const CONFIDENCE_SCALE: f32 = 8.0;

/// A stretch without spaces.
struct Chunk {
    range: Range<usize>,
    /// Advantage of each encoding, floored.
    advantage: [f32; N],
    /// Which encodings would change it, one bit each.
    changes: u8,
    /// The same for words that read badly when decoded, and no better as they stand.
    could_change: u8,
    /// Hash of its letters.
    word: u64,
}

/// What the text so far said for each encoding, in nats.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence([f32; N]);

impl Evidence {
    fn add(&mut self, found: &[Run]) {
        for run in found {
            self.0[run.encoding] = (self.0[run.encoding] + run.gain).min(EVIDENCE_MAX);
        }
    }

    /// A piece in which an encoding was possible and not found weakens what came before.
    fn fade(&mut self) {
        self.0 = self.0.map(|gain| gain * FADE);
    }

    fn prices(&self) -> [f32; N] {
        std::array::from_fn(|index| {
            if self.0[index] >= KNOWN {
                ENTER_KNOWN.min(ENTER[index])
            } else {
                ENTER[index]
            }
        })
    }
}

pub(super) fn repair(text: &str, evidence: &mut Evidence) -> Repaired {
    let chunks = chunks(text);
    if chunks.is_empty() {
        return Repaired {
            text: text.to_string(),
            runs: Vec::new(),
        };
    }
    let before = evidence.prices();
    let first = runs(&chunks, &states(&chunks, &before), &before);
    evidence.fade();
    evidence.add(&first);
    let after = evidence.prices();
    let found = if after == before {
        first
    } else {
        runs(&chunks, &states(&chunks, &after), &after)
    };
    assemble(text, &chunks, &found)
}

/// Chunks that some encoding could change or that speak against one; others are left out, as they say nothing.
fn chunks(text: &str) -> Vec<Chunk> {
    let mut found = Vec::new();
    let mut buffer = String::new();
    for range in words(text) {
        let word = &text[range.clone()];
        if word.is_ascii() && !viqr::has_marks(word) {
            continue;
        }
        let (advantage, changes, could_change) = weigh(word, place(text, range.end), &mut buffer);
        if advantage.iter().any(|&a| a != 0.0) {
            found.push(Chunk {
                range,
                advantage,
                changes,
                could_change,
                word: FxBuildHasher.hash_one(word),
            });
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    // Not `char::is_whitespace`: U+0085 is a letter of VPS and VISCII.
    let is_space =
        |c: char| matches!(c, '\t'..='\r' | ' ' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{3000}');
    let start = text.as_ptr() as usize;
    text.split(is_space)
        .filter(|word| !word.is_empty())
        .map(move |word| {
            let at = word.as_ptr() as usize - start;
            at..at + word.len()
        })
}

fn weigh(word: &str, place: Place, buffer: &mut String) -> ([f32; N], u8, u8) {
    let given = cost(word, Reading::Given) + viqr_marks_cost(word);
    let (mut advantage, mut changes, mut could_change) = ([0.0; N], 0, 0);
    let is_odd = !is_syllable(word);
    for (index, encoding) in Encoding::ALL.into_iter().enumerate() {
        buffer.clear();
        let (raw, changed) = match encoding {
            Encoding::WrongTone if tone::concerns(word) => {
                let undone = tone::undo(word, None);
                (given - undone.cost, undone.changed)
            }
            Encoding::WrongTone => (0.0, false),
            _ => match decode(word, place, encoding, buffer) {
                None if word.is_ascii() => (0.0, false),
                None => (FLOOR, false),
                Some(Decoded {
                    changed: 0,
                    stray: 0,
                }) => (0.0, false),
                Some(decoded) => {
                    if LACK_CAPITALS.contains(&encoding) && is_capitals(word, 1) {
                        *buffer = buffer.to_uppercase();
                    }
                    let mut read = cost(buffer, Reading::Decoded) + viqr_marks_cost(buffer);
                    if encoding == Encoding::Tcvn3 && !word.contains(horn::SOFT_HYPHEN) {
                        read = read.min(horn::cost_with_letter(buffer).unwrap_or(read));
                    }
                    (
                        given - read - STRAY * decoded.stray as f32,
                        decoded.changed > 0,
                    )
                }
            },
        };
        advantage[index] = raw.max(FLOOR);
        changes |= u8::from(changed && raw > LEAVE) << index;
        could_change |= u8::from(changed && is_odd) << index;
    }
    (advantage, changes, could_change)
}

/// Whether `word`, without the punctuation around it, is a Vietnamese syllable as it stands.
fn is_syllable(word: &str) -> bool {
    let letters = word.trim_matches(|c: char| !is_letter(c));
    super::seen(&letters.to_lowercase()).is_some()
}

/// Marks of VIQR that stand in the middle or at the end of words are rare in other text.
fn viqr_marks_cost(word: &str) -> f32 {
    if !word.is_ascii() {
        return 0.0;
    }
    let mut sum = 0.0;
    for pair in word.as_bytes().windows(2) {
        if pair[0].is_ascii_alphabetic() {
            sum += match pair[1] {
                b'^' | b'~' | b'`' | b'+' | b'*' => 5.0,
                b'(' | b'?' => 2.0,
                b'\'' => 2.0,
                b'.' => 1.0,
                _ => 0.0,
            };
        }
    }
    sum
}

fn decode(word: &str, place: Place, encoding: Encoding, out: &mut String) -> Option<Decoded> {
    let charset: &Charset = match encoding {
        Encoding::Tcvn3 => &charset::TCVN3,
        Encoding::Vni => &charset::VNI,
        Encoding::Viscii => &charset::VISCII,
        Encoding::Vps => &charset::VPS,
        Encoding::BkHcm2 => &charset::BK_HCM2,
        Encoding::Viqr => return decode_viqr(word, place, out),
        Encoding::WrongTone => {
            let undone = tone::undo(word, None);
            out.push_str(&undone.text);
            return Some(Decoded {
                changed: u32::from(undone.changed),
                stray: 0,
            });
        }
    };
    charset.decode(word, out)
}

/// VIQR with the last mark as a tone or as punctuation, whichever reads better where it stands.
fn decode_viqr(word: &str, place: Place, out: &mut String) -> Option<Decoded> {
    let start = out.len();
    let take = viqr::decode(word, false, out)?;
    if !word.ends_with(['.', '?', '\'']) {
        return Some(take);
    }
    let mut kept = String::new();
    let keep = viqr::decode(word, true, &mut kept)?;
    let weigh = |text: &str| cost(text, Reading::Decoded) + viqr_marks_cost(text);
    let punctuation = match place {
        Place::Inside => MARK_INSIDE,
        Place::SentenceEnd => MARK_AT_END,
    };
    if weigh(&kept) + punctuation > weigh(&out[start..]) {
        return Some(take);
    }
    out.replace_range(start.., &kept);
    Some(keep)
}

/// Cost of a mark that ends a word being punctuation: before a small letter, and where a sentence can end.
const MARK_INSIDE: f32 = 5.0;
const MARK_AT_END: f32 = -2.0;

/// Where a word stands.
#[derive(Clone, Copy)]
enum Place {
    /// A word that starts with a small letter or a digit follows on the line.
    Inside,
    SentenceEnd,
}

fn place(text: &str, end: usize) -> Place {
    match text[end..].trim_start_matches(' ').chars().next() {
        Some(next) if next.is_lowercase() || next.is_ascii_digit() => Place::Inside,
        _ => Place::SentenceEnd,
    }
}

/// State of each chunk: 0 is clean, `index + 1` an encoding.
fn states(chunks: &[Chunk], enter: &[f32; N]) -> Vec<u8> {
    let with_clean = |rest: &[f32; N]| {
        std::array::from_fn(|state| state.checked_sub(1).map_or(0.0, |index| rest[index]))
    };
    let prices: [f32; N + 1] = with_clean(enter);
    best_path(
        chunks.iter().map(|chunk| with_clean(&chunk.advantage)),
        &prices,
        SWITCH,
    )
}

/// A run of chunks taken for one encoding (an index into [`Encoding::ALL`]).
struct Run {
    chunks: Range<usize>,
    encoding: usize,
    gain: f32,
    confidence: f32,
}

fn runs(chunks: &[Chunk], path: &[u8], enter: &[f32; N]) -> Vec<Run> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chunks.len() {
        let state = path[at];
        let end = at + path[at..].iter().take_while(|&&next| next == state).count();
        if let Some(encoding) = usize::from(state).checked_sub(1) {
            found.extend(run(chunks, at..end, encoding, enter));
        }
        at = end;
    }
    found
}

/// The run, cut to the chunks that change, when its evidence passes the bar.
fn run(chunks: &[Chunk], range: Range<usize>, encoding: usize, enter: &[f32; N]) -> Option<Run> {
    let changes = |chunk: &Chunk| chunk.changes & (1 << encoding) != 0;
    let slice = &chunks[range.clone()];
    let first = slice.iter().position(changes)?;
    let last = slice.iter().rposition(changes)?;
    let inner = &slice[first..=last];
    let telling = telling(inner);
    let sum = |index: usize| {
        let advantages = telling.iter().map(|chunk| chunk.advantage[index]);
        advantages.sum::<f32>()
    };
    let gain = sum(encoding);
    let rival = (0..N)
        .filter(|&other| other != encoding)
        .map(sum)
        .fold(0.0, f32::max);
    let margin = (gain - enter[encoding]).min(gain - rival);
    if gain - enter[encoding] < GAIN_MIN || gain - rival < LEAD_MIN {
        return None;
    }
    let confidence = 1.0 - (-margin / CONFIDENCE_SCALE).exp();
    Some(Run {
        chunks: range.start + first..range.start + last + 1,
        encoding,
        gain,
        confidence,
    })
}

/// The chunks that are evidence: a word said again and again says no more than twice. (`cú cú cú cú cú cú` is a
/// rare word six times, not six reasons to read `có`.)
fn telling(chunks: &[Chunk]) -> Vec<&Chunk> {
    let mut said: FxHashMap<u64, u8> = FxHashMap::default();
    let mut is_news = |chunk: &&Chunk| {
        let n = said.entry(chunk.word).or_default();
        *n += u8::from(*n < 3);
        *n <= 2
    };
    chunks.iter().filter(|chunk| is_news(chunk)).collect()
}

fn assemble(text: &str, chunks: &[Chunk], found: &[Run]) -> Repaired {
    let mut repaired = Repaired {
        text: String::with_capacity(text.len()),
        runs: Vec::new(),
    };
    let mut at = 0;
    for run in found {
        let inner = &chunks[run.chunks.clone()];
        let encoding = Encoding::ALL[run.encoding];
        let range = inner[0].range.start..inner[inner.len() - 1].range.end;
        repaired.text.push_str(&text[at..range.start]);
        let start = repaired.text.len();
        let is_sure = run.gain >= KNOWN;
        decode_run(text, inner, run.encoding, is_sure, &mut repaired.text);
        if encoding == Encoding::Tcvn3 && !text.contains(horn::SOFT_HYPHEN) {
            let restored = horn::restore(&repaired.text[start..], inner.len());
            repaired.text.replace_range(start.., &restored);
        }
        at = range.end;
        let end = repaired.text.len();
        repaired.runs.push(RepairedRun {
            range,
            repaired: start..end,
            encoding,
            confidence: run.confidence,
        });
    }
    repaired.text.push_str(&text[at..]);
    repaired
}

/// Decodes the chunks of a run and what lies between them onto the end of `out`. In a run beyond doubt also what is
/// no Vietnamese either way: misspellings, abbreviations, foreign names.
fn decode_run(text: &str, chunks: &[Chunk], encoding: usize, is_sure: bool, out: &mut String) {
    let mut at = chunks[0].range.start;
    for (index, chunk) in chunks.iter().enumerate() {
        out.push_str(&text[at..chunk.range.start]);
        at = chunk.range.end;
        let word = &text[chunk.range.clone()];
        let changes = chunk.changes | if is_sure { chunk.could_change } else { 0 };
        if changes & (1 << encoding) == 0 {
            out.push_str(word);
            continue;
        }
        let start = out.len();
        match Encoding::ALL[encoding] {
            Encoding::WrongTone => {
                let before = last_word(out);
                out.push_str(&tone::undo(word, before.as_deref()).text);
            }
            other => {
                decode(word, place(text, at), other, out);
                if LACK_CAPITALS.contains(&other) && is_in_capitals(text, chunks, index) {
                    let upper = out[start..].to_uppercase();
                    out.replace_range(start.., &upper);
                }
            }
        }
    }
}

/// Whether a word of [`LACK_CAPITALS`] was in capitals, which shows only on its ASCII letters: two of them, or one
/// with a word in capitals beside it on the line and no small letters after it (`THÓ KÕ ho¹ch`: a sentence begins).
fn is_in_capitals(text: &str, chunks: &[Chunk], at: usize) -> bool {
    let word = |at: usize| &text[chunks[at].range.clone()];
    // The neighbour of the chunk before `at`, unless a line ends between the two.
    let joined = |at: usize, neighbour: usize| {
        let between = &text[chunks[at - 1].range.end..chunks[at].range.start];
        (!between.contains(['\n', '\u{c}'])).then(|| word(neighbour))
    };
    let before = (at > 0).then(|| joined(at, at - 1)).flatten();
    let after = (at + 1 < chunks.len())
        .then(|| joined(at + 1, at + 1))
        .flatten();
    let is_small_after = after.is_some_and(|word| word.bytes().any(|b| b.is_ascii_lowercase()));
    let is_beside = [before, after]
        .iter()
        .flatten()
        .any(|word| is_capitals(word, 2));
    is_capitals(word(at), 2) || (is_capitals(word(at), 1) && is_beside && !is_small_after)
}

/// Whether the ASCII letters of `word` are all capitals, and at least `n_min`.
fn is_capitals(word: &str, n_min: usize) -> bool {
    let mut letters = word.bytes().filter(u8::is_ascii_alphabetic);
    letters.by_ref().all(|b| b.is_ascii_uppercase())
        && word.bytes().filter(u8::is_ascii_uppercase).count() >= n_min
}

/// The last word of `text`, lower case, where only a space stands after it.
fn last_word(text: &str) -> Option<String> {
    let body = text.strip_suffix(' ')?;
    let start = body
        .char_indices()
        .rev()
        .take_while(|&(_, c)| is_letter(c))
        .last()
        .map(|(at, _)| at)?;
    Some(body[start..].to_lowercase())
}

/// Decodes every word of `text` as `encoding`.
pub(super) fn decode_all(text: &str, encoding: Encoding) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in words(text) {
        out.push_str(&text[at..range.start]);
        at = range.end;
        let word = &text[range];
        if decode(word, place(text, at), encoding, &mut out).is_none() {
            out.push_str(word);
        }
    }
    out.push_str(&text[at..]);
    out
}
