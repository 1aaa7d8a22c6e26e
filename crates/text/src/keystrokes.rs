//! Vietnamese left as the keys of an input method that was off: Telex `bieens ddooir`, VNI `bie6n1 d9o6i3`.
//!
//! The residue is plain ASCII, so English words (`his`, `max`, `CO2`) can spell it by chance. Each word gives each
//! method an advantage: the cost of the word as it stands less the cost of the syllable it types; words that only
//! English has count against both. A method must pay its price over the words around before anything is decoded.

mod spell;

use crate::detect::is_english_function_word;
use crate::path::best_path;
use crate::repair::seen;
use crate::syllable::is_vietnamese;
use std::ops::Range;

/// An input method whose keys can be left in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputMethod {
    /// Letters as marks: `aa aw dd s f r x j`.
    Telex,
    /// Digits as marks: `1` to `9`.
    Vni,
}

/// Text after [`keystrokes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The decoded text; equal to the input when `words` is empty.
    pub text: String,
    /// Bytes of the original text that were decoded, and the method they were taken for, in order.
    pub words: Vec<(Range<usize>, InputMethod)>,
}

const METHODS: [InputMethod; 2] = [InputMethod::Telex, InputMethod::Vni];

/// Price of taking to a method, and of going to the other, in nats: two common words pay it, one does not.
const ENTER: [f32; 3] = [0.0, 7.0, 7.0];
const SWITCH: f32 = 8.0;
/// Cost of a plain word that is not a Vietnamese syllable: a start and so much a letter, as English spelling has.
const WORD: f32 = 2.0;
const LETTER: f32 = 2.2;
/// A digit inside a word (`B12`, `CO2`).
const DIGIT: f32 = 2.0;
/// English function words, words that no Vietnamese text would have, and the most that a word counts either way.
const ENGLISH: f32 = -5.0;
const ALIEN: f32 = -2.5;
const WORD_MAX: f32 = 8.0;

/// Decodes Telex and VNI residue where the result is likelier Vietnamese than the input; all else stays as it is.
///
/// Linear in the length. Give a query, a title or a sentence; the words around decide.
///
/// ```
/// assert_eq!(text::keystrokes("bieens ddooir khis haauj").text, "biến đổi khí hậu");
/// assert_eq!(text::keystrokes("bie6n1 d9o6i3 khi1 ha65u").text, "biến đổi khí hậu");
/// assert!(text::keystrokes("the class address of his boss").words.is_empty());
/// ```
pub fn keystrokes(text: &str) -> Decoded {
    let words: Vec<Word> = words(text).map(|range| weigh(text, range)).collect();
    let path = best_path(words.iter().map(|word| word.advantage), &ENTER, SWITCH);
    let mut found = Decoded {
        text: String::with_capacity(text.len()),
        words: Vec::new(),
    };
    let mut at = 0;
    for (word, state) in words.iter().zip(path) {
        let Some(index) = usize::from(state).checked_sub(1) else {
            continue;
        };
        let Some(syllable) = &word.readings[index] else {
            continue;
        };
        found.text.push_str(&text[at..word.range.start]);
        found
            .text
            .push_str(&in_case_of(syllable, &text[word.range.clone()]));
        found.words.push((word.range.clone(), METHODS[index]));
        at = word.range.end;
    }
    found.text.push_str(&text[at..]);
    found
}

/// A word without the punctuation around it.
struct Word {
    range: Range<usize>,
    readings: [Option<String>; 2],
    /// Of clean text (0) and of each method, in nats.
    advantage: [f32; 3],
}

/// Stretches without spaces, less the punctuation at their ends.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = text.as_ptr() as usize;
    text.split_whitespace().filter_map(move |chunk| {
        let word = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let at = word.as_ptr() as usize - start;
        (!word.is_empty()).then_some(at..at + word.len())
    })
}

fn weigh(text: &str, range: Range<usize>) -> Word {
    let word = &text[range.clone()];
    let mut found = Word {
        range,
        readings: [None, None],
        advantage: [0.0; 3],
    };
    if !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        // Accented words beside the residue are no surprise; code and addresses are.
        let plain = word.is_ascii() && !word.contains('-');
        found.advantage = if plain { [0.0, ALIEN, ALIEN] } else { [0.0; 3] };
        return found;
    }
    let lower = word.to_ascii_lowercase();
    let given = given_cost(&lower);
    for (index, method) in METHODS.into_iter().enumerate() {
        let reading =
            spell::syllable(word, method).and_then(|syllable| Some((seen(&syllable)?, syllable)));
        let gain = match &reading {
            _ if is_english_function_word(lower.as_bytes()) => ENGLISH,
            Some((cost, _)) => given - cost,
            None if word.bytes().all(|b| b.is_ascii_digit()) || is_vietnamese(&lower) => 0.0,
            None => ALIEN,
        };
        found.advantage[index + 1] = gain.clamp(-WORD_MAX, WORD_MAX);
        found.readings[index] = reading
            .map(|(_, syllable)| syllable)
            .filter(|_| gain > ENGLISH);
    }
    found
}

fn given_cost(lower: &str) -> f32 {
    let digits = lower.bytes().filter(u8::is_ascii_digit).count() as f32;
    let spelled = WORD + LETTER * (lower.len() as f32 - digits) + DIGIT * digits;
    seen(lower).map_or(spelled, |cost| cost.min(spelled))
}

/// `syllable` in the case of `word`: capitals, a first capital, or small.
fn in_case_of(syllable: &str, word: &str) -> String {
    let mut letters = word.chars().filter(|c| c.is_ascii_alphabetic());
    let first = letters.next().is_some_and(|c| c.is_ascii_uppercase());
    let n_more = letters.clone().count();
    if first && n_more > 0 && letters.all(|c| c.is_ascii_uppercase()) {
        return syllable.to_uppercase();
    }
    let mut chars = syllable.chars();
    match chars.next() {
        Some(c) if first => c.to_uppercase().chain(chars).collect(),
        _ => syllable.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn residue_is_decoded_in_its_case_and_place() {
        let of = |text| keystrokes(text).text;
        assert_eq!(
            of("Nghieen cuwus, khoa hocj (VIEETJ NAM)."),
            "Nghiên cứu, khoa học (VIỆT NAM)."
        );
        assert_eq!(
            of("Nghie6n cu7u1 khoa hoc5 cua3 Vie65t Nam"),
            "Nghiên cứu khoa học của Việt Nam"
        );
        assert_eq!(
            of("ung dung cua machine learning trong y hocj vieetj nam"),
            "ung dung cua machine learning trong y học việt nam"
        );
    }

    #[test]
    fn english_code_formulas_and_units_stay() {
        for text in [
            "address class tooth see boss test",
            "His max tax is for the new door, as of now; her six cars ran too far",
            "a1 b2 c3 x1 y2 CO2 H2SO4 NaHCO3 Fe2O3 PM10 PM2.5 B12 mp3 v1 o3",
            "5 mg, 10 km2, 20 m3, 100 kW, u1 = a1 + b2",
            "Access to mass gas tests; less stress for teens",
            "The effects of gas exchange on moss and grass growth",
            "let mut x = foo(bar, as_ref); if is_err { return }",
            "SARS CoV2 test kits in Hanoi, soo-in class",
            "bien doi khi hau",
            "biến đổi khí hậu",
            "",
        ] {
            assert_eq!(keystrokes(text).text, text);
        }
    }

    proptest! {
        #[test]
        fn only_the_words_named_change(text in "([a-z]{1,5}[sfrxjw1-9]? |\\PC){0,30}") {
            let found = keystrokes(&text);
            let mut at = 0;
            let mut rest = found.text.as_str();
            for (range, _) in &found.words {
                let between = &text[at..range.start];
                prop_assert!(rest.starts_with(between));
                rest = rest[between.len()..].trim_start_matches(char::is_alphabetic);
                at = range.end;
            }
            prop_assert_eq!(rest, &text[at..]);
        }
    }
}
