//! What a text goes through before it is embedded.
//!
//! Spelling variants move vectors as much as differences in meaning do
//! (measured on this model: old against new tone placement cosine .959, `Ð`
//! for `Đ` .955, capitals .944), so documents and queries alike get one
//! spelling and calm capitals. Accent-less Vietnamese is left as it is:
//! restoring it is the search side's decision.

use std::borrow::Cow;

/// Tokens that steer the model and are no text.
const MARKS: [&str; 5] = ["<s>", "</s>", "<pad>", "<unk>", "<mask>"];

/// Words in capitals in a row that are a heading; fewer are abbreviations
/// (`IT`, `WHO UNICEF`). A guess, not tuned.
const HEADING_WORDS: usize = 4;

/// One spelling, calm capitals, no steering marks.
///
/// Idempotent. Empty when nothing is left.
pub fn prepare(text: &str) -> String {
    let mut clean = prepare_once(text);
    // Stripping a mark can join the halves of another, calming can make one.
    while MARKS.iter().any(|mark| clean.contains(mark)) {
        clean = prepare_once(&clean);
    }
    clean
}

fn prepare_once(text: &str) -> String {
    let normal = text::normalise(&strip_marks(text));
    text::normalise(&calm_capitals(&normal)).trim().to_owned()
}

fn strip_marks(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for mark in MARKS {
        if text.contains(mark) {
            text = Cow::Owned(text.replace(mark, " "));
        }
    }
    text
}

/// Writes runs of words in capitals as a sentence: the first letter stays.
fn calm_capitals(text: &str) -> String {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    let shouts: Vec<Option<bool>> = words.iter().map(|word| is_shouted(word)).collect();
    let is_all = shouts.iter().flatten().all(|&shout| shout) && shouts.iter().flatten().count() > 1;
    let mut calm = String::with_capacity(text.len());
    let mut first = 0;
    while first < words.len() {
        // Numbers and signs belong to the run that they stand in.
        let run = shouts[first..]
            .iter()
            .take_while(|shout| **shout != Some(false))
            .count();
        let n_shouted = shouts[first..first + run].iter().flatten().count();
        if is_all || n_shouted >= HEADING_WORDS {
            push_as_sentence(&words[first..first + run].concat(), &mut calm);
        } else {
            calm.extend(words[first..first + run].iter().copied());
        }
        let next = first + run;
        calm.extend(words.get(next).copied());
        first = next + 1;
    }
    calm
}

/// Whether all cased letters of `word` are capitals; nothing when it has fewer
/// than two.
fn is_shouted(word: &str) -> Option<bool> {
    let cased = word
        .chars()
        .filter(|c| c.is_uppercase() || c.is_lowercase());
    let (n_cased, n_capitals) = cased.fold((0, 0), |(all, capitals), c| {
        (all + 1, capitals + usize::from(c.is_uppercase()))
    });
    // A single capital (`Ô NHIỄM`, `A`) goes with its neighbours.
    match (n_cased, n_capitals) {
        (0, _) | (1, 1) => None,
        _ => Some(n_capitals == n_cased),
    }
}

fn push_as_sentence(run: &str, out: &mut String) {
    let mut is_first = true;
    for c in run.chars() {
        if is_first && c.is_alphabetic() {
            is_first = false;
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headings_are_calmed_and_abbreviations_are_not() {
        let cases = [
            ("ỨNG DỤNG CÔNG NGHỆ SINH HỌC", "Ứng dụng công nghệ sinh học"),
            ("Ô NHIỄM KHÔNG KHÍ", "Ô nhiễm không khí"),
            ("Nghiên cứu ADN và COVID-19", "Nghiên cứu ADN và COVID-19"),
            ("DNA", "DNA"),
            (
                "TÓM TẮT NỘI DUNG ĐỀ TÀI 2019: mạng WHO UNICEF",
                "Tóm tắt nội dung đề tài 2019: mạng WHO UNICEF",
            ),
        ];
        for (given, wanted) in cases {
            assert_eq!(prepare(given), wanted);
        }
    }

    #[test]
    fn spellings_of_one_text_become_one() {
        let wanted = prepare("hòa bình, thủy lợi, Đồng Tháp");
        assert_eq!(prepare("hoà bình, thuỷ lợi, Ðồng Tháp"), wanted);
        let decomposed: String =
            unicode_normalization::UnicodeNormalization::nfd(wanted.as_str()).collect();
        assert_eq!(prepare(&decomposed), wanted);
    }

    #[test]
    fn steering_marks_leave_no_trace() {
        assert_eq!(prepare("đất <mask> nước</s>"), prepare("đất nước"));
        assert_eq!(prepare("<</s>/s>"), prepare("<  /s>"));
        assert_eq!(prepare("<mask>"), "");
    }

    proptest! {
        #[test]
        fn preparing_twice_changes_nothing(text in "[A-Za-zĐđÀ-ỹ0-9 <>/smaskunpd.,]{0,60}") {
            let once = prepare(&text);
            prop_assert_eq!(prepare(&once), once.clone());
            prop_assert!(MARKS.iter().all(|mark| !once.contains(mark)));
        }
    }
}
