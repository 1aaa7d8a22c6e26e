//! What a machine wrote, sentence by sentence against the passages that it
//! cites: what they do not bear out is dropped.

use std::collections::BTreeSet;

use index::is_stop_word;

/// Least share of a sentence's words that stand in the passages it cites. Our
/// choice: two words in ten may join what is quoted.
const LEAST_SHARE: f64 = 0.8;
/// Words that turn a statement round, accents and all: a sentence with one of
/// them needs one in what it cites, and one without needs a passage without.
const NEGATIONS: [&str; 10] = [
    "không", "chưa", "chẳng", "chả", "not", "no", "never", "cannot", "neither", "without",
];

/// A sentence that its passages bear out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cited {
    /// Without the marks of its citations.
    pub(crate) text: String,
    /// Numbers of passages, from 1, in order.
    pub(crate) passages: Vec<usize>,
}

/// Why a sentence is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// It cites nothing.
    NoCitation,
    /// It cites a passage that was not given.
    UnknownPassage,
    /// A number of it stands in none of its passages.
    Number,
    /// It denies what they say, or the reverse.
    Negation,
    /// Too many of its words stand in none of its passages.
    Words,
}

/// The sentences that hold, and why the others do not. A mark that follows the
/// full stop belongs to the sentence before.
pub(crate) fn check(written: &str, passages: &[String]) -> (Vec<Cited>, Vec<Dropped>) {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for sentence in sentences(written) {
        match hold(&sentence, passages) {
            Ok(cited) => kept.push(cited),
            Err(why) => dropped.push(why),
        }
    }
    (kept, dropped)
}

fn sentences(written: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in written.lines() {
        let line = line.trim().trim_start_matches(['-', '*', '•', '#']).trim();
        let pieces = text::sentences(line).into_iter();
        for piece in pieces.filter_map(|range| line.get(range)) {
            let (words, numbers) = split_marks(piece);
            let has_words = words.chars().any(char::is_alphabetic);
            match all.last_mut() {
                // `… chịu mặn. [2]`
                Some(before) if !has_words && !numbers.is_empty() => {
                    before.push(' ');
                    before.push_str(piece);
                }
                _ if has_words => all.push(piece.to_owned()),
                _ => {}
            }
        }
    }
    all
}

/// A text without its `[1]` and `[2, 3]`, and the numbers in them.
fn split_marks(sentence: &str) -> (String, Vec<usize>) {
    let (mut words, mut numbers) = (String::new(), Vec::new());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('[') {
        words.push_str(before);
        let mark = after.split_once(']').and_then(|(inside, tail)| {
            let numbers: Option<Vec<usize>> = inside
                .split([',', ';', ' '])
                .filter(|part| !part.is_empty())
                .map(|part| part.parse().ok())
                .collect();
            Some((numbers.filter(|numbers| !numbers.is_empty())?, tail))
        });
        match mark {
            Some((found, tail)) => {
                numbers.extend(found);
                rest = tail;
            }
            None => {
                words.push('[');
                rest = after;
            }
        }
    }
    words.push_str(rest);
    (
        words.split_whitespace().collect::<Vec<_>>().join(" "),
        numbers,
    )
}

/// The words of a text, accents kept: `ma` is not `má`.
fn words(text: &str) -> BTreeSet<String> {
    let tokens = text::tokenise(text).into_iter();
    tokens.map(|token| token.exact).collect()
}

fn has_negation(words: &BTreeSet<String>) -> bool {
    NEGATIONS.iter().any(|word| words.contains(*word))
}

fn hold(sentence: &str, passages: &[String]) -> Result<Cited, Dropped> {
    let (said, mut numbers) = split_marks(sentence);
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        return Err(Dropped::NoCitation);
    }
    let cited = numbers
        .iter()
        .map(|number| passages.get(number.checked_sub(1)?));
    let cited: Option<Vec<&String>> = cited.collect();
    let cited = cited.ok_or(Dropped::UnknownPassage)?;
    let mine = words(&said);
    let theirs: Vec<BTreeSet<String>> = cited.iter().map(|passage| words(passage)).collect();
    let stands = |word: &String| theirs.iter().any(|words| words.contains(word));
    let has_digit = |word: &String| word.bytes().any(|b| b.is_ascii_digit());
    if mine.iter().any(|word| has_digit(word) && !stands(word)) {
        return Err(Dropped::Number);
    }
    let denies = has_negation(&mine);
    if theirs.iter().all(|words| has_negation(words) != denies) {
        return Err(Dropped::Negation);
    }
    let telling: Vec<&String> = mine.iter().filter(|word| !is_stop_word(word)).collect();
    let n_standing = telling.iter().filter(|word| stands(word)).count();
    if telling.is_empty() || (n_standing as f64) < LEAST_SHARE * telling.len() as f64 {
        return Err(Dropped::Words);
    }
    Ok(Cited {
        text: said,
        passages: numbers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages() -> Vec<String> {
        [
            "Giống lúa OM5451 chịu mặn đến 4 g/l ở giai đoạn mạ.",
            "Giống Jasmine 85 không chịu được mặn trên 2 g/l.",
        ]
        .map(str::to_owned)
        .into()
    }

    fn why(written: &str) -> Vec<Dropped> {
        check(written, &passages()).1
    }

    #[test]
    fn what_the_passages_say_holds_with_its_citations() {
        let written = "Giống lúa OM5451 chịu mặn đến 4 g/l [1]. Giống Jasmine 85 không chịu được mặn trên 2 g/l. [2]";
        let (kept, dropped) = check(written, &passages());
        assert_eq!(dropped, []);
        assert_eq!(kept[0].passages, [1]);
        assert_eq!(kept[1].passages, [2]);
        assert!(!kept[0].text.contains('['), "{}", kept[0].text);
    }

    #[test]
    fn lies_are_dropped_each_for_its_reason() {
        assert_eq!(why("Giống lúa OM5451 chịu mặn."), [Dropped::NoCitation]);
        assert_eq!(
            why("Giống lúa OM5451 chịu mặn [7]."),
            [Dropped::UnknownPassage]
        );
        assert_eq!(
            why("Giống lúa OM5451 chịu mặn [0]."),
            [Dropped::UnknownPassage]
        );
        assert_eq!(
            why("Giống lúa OM5451 chịu mặn đến 9 g/l [1]."),
            [Dropped::Number]
        );
        assert_eq!(
            why("Giống lúa OM5451 không chịu mặn [1]."),
            [Dropped::Negation]
        );
        assert_eq!(
            why("Giống Jasmine 85 chịu được mặn [2]."),
            [Dropped::Negation]
        );
        assert_eq!(
            why("Chính phủ đã cấp ngân sách lớn cho lúa [1]."),
            [Dropped::Words]
        );
        assert_eq!(why("").len(), 0);
    }
}
