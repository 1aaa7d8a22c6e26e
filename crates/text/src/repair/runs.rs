//! Finds the runs: the likeliest sequence of encodings over the words of a text.
//!
//! Each word has, for each encoding, an advantage: the cost of the word as it stands minus its cost when decoded, in
//! nats. Words of plain ASCII have none in any encoding, so they go with their neighbours. A Viterbi pass finds the
//! sequence with the highest sum of advantages, less a price for each change. A second pass lowers the price for
//! encodings that the first found beyond doubt, so that short cells of a table follow the rest of the document.

use super::charset::{self, Charset, Decoded};
use super::lexicon::{Reading, cost, is_letter};
use super::{Encoding, Repaired, RepairedRun, tone, viqr};
use std::ops::Range;

const N: usize = Encoding::ALL.len();

/// Price of entering an encoding from clean text, in nats: e^9 to 1 against, about one word in ten thousand.
const ENTER: [f32; N] = [9.0, 9.0, 10.0, 10.0, 10.0, 10.0, 16.0];
/// The same once the encoding is beyond doubt elsewhere in the text.
const ENTER_KNOWN: f32 = 4.0;
/// Price of going from one encoding into another.
const SWITCH: f32 = 10.0;
/// Evidence from which an encoding is beyond doubt in a text, in nats.
const KNOWN: f32 = 60.0;
/// A word costs a run no more than this: words that are not in the encoding occur inside runs.
const FLOOR: f32 = -4.0;
/// Below this advantage a word inside a run is left as it is.
const LEAVE: f32 = -14.0;
/// A letter that the encoding has no use for counts so much against it.
const STRAY: f32 = 8.0;
/// Evidence a run needs past the price of entering, and its lead over the next best encoding that reads differently.
const GAIN_MIN: f32 = 2.0;
const LEAD_MIN: f32 = 1.5;
/// Evidence at which the confidence is 1 − 1/e.
const CONFIDENCE_SCALE: f32 = 8.0;

/// A stretch without spaces.
struct Chunk {
    range: Range<usize>,
    /// Advantage of each encoding, floored.
    advantage: [f32; N],
    /// Which encodings would change it, one bit each.
    changes: u8,
}

pub(super) fn repair(text: &str) -> Repaired {
    let chunks = chunks(text);
    if chunks.is_empty() {
        return Repaired {
            text: text.to_string(),
            runs: Vec::new(),
        };
    }
    let first = runs(&chunks, &best_path(&chunks, &ENTER), &ENTER);
    let mut enter = ENTER;
    for (index, price) in enter.iter_mut().enumerate() {
        let evidence: f32 = first
            .iter()
            .filter(|run| run.encoding == index)
            .map(|run| run.gain)
            .sum();
        if evidence >= KNOWN {
            *price = price.min(ENTER_KNOWN);
        }
    }
    let found = if enter == ENTER {
        first
    } else {
        runs(&chunks, &best_path(&chunks, &enter), &enter)
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
        let (advantage, changes) = weigh(word, place(text, range.end), &mut buffer);
        if advantage.iter().any(|&a| a != 0.0) {
            found.push(Chunk {
                range,
                advantage,
                changes,
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

fn weigh(word: &str, place: Place, buffer: &mut String) -> ([f32; N], u8) {
    let given = cost(word, Reading::Given) + viqr_marks_cost(word);
    let (mut advantage, mut changes) = ([0.0; N], 0);
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
                    let read = cost(buffer, Reading::Decoded) + viqr_marks_cost(buffer);
                    (
                        given - read - STRAY * decoded.stray as f32,
                        decoded.changed > 0,
                    )
                }
            },
        };
        advantage[index] = raw.max(FLOOR);
        changes |= u8::from(changed && raw > LEAVE) << index;
    }
    (advantage, changes)
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
fn best_path(chunks: &[Chunk], enter: &[f32; N]) -> Vec<u8> {
    let mut scores = [f32::NEG_INFINITY; N + 1];
    scores[0] = 0.0;
    let mut back: Vec<[u8; N + 1]> = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let before = scores;
        let mut from = [0u8; N + 1];
        let (leave, best) = top(&before);
        scores[0] = best;
        from[0] = leave;
        for index in 0..N {
            let stay = before[index + 1];
            let enter_now = before[0] - enter[index];
            let switch = best - SWITCH;
            let (state, score) = if stay >= enter_now && stay >= switch {
                (index + 1, stay)
            } else if enter_now >= switch {
                (0, enter_now)
            } else {
                (usize::from(leave), switch)
            };
            scores[index + 1] = score + chunk.advantage[index];
            from[index + 1] = state as u8;
        }
        back.push(from);
    }
    let mut path = vec![0; chunks.len()];
    let mut state = top(&scores).0;
    for (at, from) in back.iter().enumerate().rev() {
        path[at] = state;
        state = from[usize::from(state)];
    }
    path
}

/// The highest score and its state; ties to the lower state.
fn top(scores: &[f32; N + 1]) -> (u8, f32) {
    (0u8..)
        .zip(*scores)
        .fold((0, f32::NEG_INFINITY), |best, next| {
            if next.1 > best.1 { next } else { best }
        })
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
    let sum = |index: usize| {
        inner
            .iter()
            .map(|chunk| chunk.advantage[index])
            .sum::<f32>()
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
        for (index, chunk) in inner.iter().enumerate() {
            repaired.text.push_str(&text[at..chunk.range.start]);
            at = chunk.range.end;
            let word = &text[chunk.range.clone()];
            if chunk.changes & (1 << run.encoding) == 0 {
                repaired.text.push_str(word);
                continue;
            }
            if encoding == Encoding::WrongTone {
                let before = last_word(&repaired.text);
                repaired
                    .text
                    .push_str(&tone::undo(word, before.as_deref()).text);
                continue;
            }
            let start = repaired.text.len();
            decode(word, place(text, at), encoding, &mut repaired.text);
            let neighbours = [index.checked_sub(1), Some(index + 1)];
            let capitals = neighbours
                .into_iter()
                .flatten()
                .filter_map(|i| inner.get(i))
                .any(|c| is_capitals(&text[c.range.clone()], 2));
            if encoding == Encoding::Tcvn3
                && (is_capitals(word, 2) || (capitals && is_capitals(word, 1)))
            {
                let upper = repaired.text[start..].to_uppercase();
                repaired.text.replace_range(start.., &upper);
            }
        }
        repaired.runs.push(RepairedRun {
            range,
            encoding,
            confidence: run.confidence,
        });
    }
    repaired.text.push_str(&text[at..]);
    repaired
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
