//! Laws that every public function of the crate keeps, on text of any kind.
//!
//! More cases: `PROPTEST_CASES=5000 cargo test --release -p text --test laws`.

mod hostile;
mod made_text;
mod restoration;

use std::ops::Range;

use made_text::{any_text, clean_passage, vietnamese_passage};
use proptest::prelude::*;
use text::segment::{Segmenter, read_dictionary};
use text::{Encoding, Restorer, Token};
use unicode_normalization::UnicodeNormalization;

type Checked = Result<(), TestCaseError>;

/// The ranges are of `text`, none is empty, they stand in order without overlap and on character boundaries.
fn check_ranges(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Checked {
    let mut at = 0;
    for range in ranges {
        prop_assert!(
            at <= range.start && range.start < range.end,
            "{range:?} after {at}"
        );
        prop_assert!(
            text.get(range.clone()).is_some(),
            "{range:?} cuts a character"
        );
        at = range.end;
    }
    Ok(())
}

/// What lies outside the ranges, in order.
fn gaps(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<&str> {
    let mut at = 0;
    let mut found = Vec::new();
    for range in ranges {
        found.push(&text[at..range.start]);
        at = range.end;
    }
    found.push(&text[at..]);
    found
}

/// `changed` is `text` with nothing but the ranges rewritten.
fn check_rest_untouched(text: &str, changed: &str, ranges: Vec<Range<usize>>) -> Checked {
    if ranges.is_empty() {
        prop_assert_eq!(text, changed);
        return Ok(());
    }
    let gaps = gaps(text, ranges);
    let (first, last) = (gaps[0], gaps[gaps.len() - 1]);
    prop_assert!(changed.starts_with(first) && changed.ends_with(last));
    let mut rest = &changed[first.len()..];
    for gap in &gaps[1..] {
        let at = rest.find(gap);
        prop_assert!(at.is_some(), "{gap:?} is not left in {changed:?}");
        rest = &rest[at.unwrap_or(0) + gap.len()..];
    }
    Ok(())
}

/// What a token is, wherever it stands.
fn forms(text: &str) -> Vec<(String, String, text::TokenKind)> {
    let form = |token: Token| (token.exact, token.folded, token.kind);
    text::tokenise(text).into_iter().map(form).collect()
}

fn n_syllables(text: &str) -> Vec<usize> {
    let words = text::segment(text);
    words.iter().map(|word| word.n_syllables).collect()
}

proptest! {
    #[test]
    fn tokens_and_their_parts_are_places_of_the_original(text in any_text()) {
        let tokens = text::tokenise(&text);
        check_ranges(&text, tokens.iter().map(|token| token.start..token.end))?;
        let outside = gaps(&text, tokens.iter().map(|token| token.start..token.end));
        prop_assert!(outside.iter().all(|gap| text::tokenise(gap).is_empty()), "{outside:?}");
        let (mut at, mut broken) = (0, None);
        text::for_each_token(&text, |token| {
            let same = tokens.get(at).is_some_and(|owned| *owned == Token::from(token));
            broken = broken.take().or((!same).then(|| format!("{token:?} is not number {at}")));
            at += 1;
            let mut parts = Vec::new();
            text::for_each_part(&text, token, |part| parts.push(part.start..part.end));
            let inside = parts.iter().all(|part| token.start <= part.start && part.end <= token.end);
            let failed = check_ranges(&text, parts).err().map(|error| error.to_string());
            broken = broken.take().or(failed).or((!inside).then(|| "a part outside".to_owned()));
        });
        prop_assert_eq!(broken, None);
        prop_assert_eq!(at, tokens.len());
    }

    #[test]
    fn unicode_form_changes_no_token(text in any_text()) {
        let expected = forms(&text);
        prop_assert_eq!(forms(&text.nfd().collect::<String>()), expected.clone());
        prop_assert_eq!(forms(&text.nfc().collect::<String>()), expected);
    }

    #[test]
    fn segmentation_covers_the_text_and_changes_nothing(text in any_text(), own in "(tri thức|khoa học|a b)") {
        let words = read_dictionary(&own).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let with_own = Segmenter::embedded().clone().with_dictionary(words.into_iter());
        for found in [text::segment(&text), with_own.segment(&text)] {
            let ranges = || found.iter().map(|word| word.start..word.end);
            check_ranges(&text, ranges())?;
            let outside = gaps(&text, ranges());
            prop_assert!(outside.iter().all(|gap| gap.trim().is_empty()), "{outside:?}");
            prop_assert!(found.iter().all(|word| word.n_syllables > 0));
        }
    }

    #[test]
    fn unicode_form_changes_no_word(text in vietnamese_passage()) {
        prop_assert_eq!(n_syllables(&text.nfd().collect::<String>()), n_syllables(&text));
    }

    #[test]
    fn sentences_and_passages_are_places_of_the_original(text in any_text()) {
        let sentences = text::sentences(&text);
        check_ranges(&text, sentences.iter().cloned())?;
        let outside = gaps(&text, sentences);
        prop_assert!(outside.iter().all(|gap| gap.trim().is_empty()), "{outside:?}");
        let passages = text::detect_passages(&text);
        check_ranges(&text, passages.iter().map(|passage| passage.range.clone()))?;
        prop_assert_eq!(gaps(&text, passages.into_iter().map(|passage| passage.range)).concat(), "");
    }

    #[test]
    fn one_spelling_stays_one(text in any_text()) {
        for spell in [text::normalise, text::fold, text::strip_accents] {
            let once = spell(&text);
            prop_assert_eq!(spell(&once), once);
        }
        for spell in [text::normalise, text::fold] {
            prop_assert_eq!(spell(&text.nfd().collect::<String>()), spell(&text));
            prop_assert_eq!(spell(&text.nfc().collect::<String>()), spell(&text));
        }
    }

    #[test]
    fn restoring_adds_accents_and_nothing_else(text in any_text()) {
        let restorer = Restorer::embedded();
        for restored in [text::restore(&text), restorer.restore_all(&text)] {
            prop_assert_eq!(text::fold(&restored), text::fold(&text));
        }
        let found = restorer.restorations(&text, 5);
        prop_assert!((1..=5).contains(&found.len()));
        prop_assert!(found.is_sorted_by(|a, b| a.probability >= b.probability));
        prop_assert!(found.iter().map(|one| one.probability).sum::<f32>() <= 1.001);
        for one in found {
            prop_assert!(one.probability >= 0.0);
            prop_assert_eq!(text::fold(&one.text), text::fold(&text));
        }
    }

    #[test]
    fn accents_that_are_there_stay(text in vietnamese_passage()) {
        let restored = text::restore(&text);
        for (given, ours) in text.split_whitespace().zip(restored.split_whitespace()) {
            prop_assert!(given.is_ascii() || given == ours, "{given} became {ours}");
        }
    }

    #[test]
    fn repair_rewrites_its_runs_and_nothing_else(text in any_text()) {
        let repaired = text::repair(&text);
        let ranges: Vec<_> = repaired.runs.iter().map(|run| run.range.clone()).collect();
        check_ranges(&text, ranges.clone())?;
        prop_assert!(repaired.runs.iter().all(|run| (0.0..=1.0).contains(&run.confidence)));
        check_rest_untouched(&text, &repaired.text, ranges)?;
    }

    #[test]
    fn clean_text_is_its_own_repair(text in clean_passage()) {
        let decomposed: String = text.nfd().collect();
        for text in [&text, &decomposed] {
            let repaired = text::repair(text);
            prop_assert_eq!(&repaired.text, text);
            prop_assert_eq!(repaired.runs, vec![]);
        }
    }

    #[test]
    fn keys_that_are_decoded_are_places_of_the_original(text in any_text()) {
        let decoded = text::keystrokes(&text);
        let ranges: Vec<_> = decoded.words.into_iter().map(|(range, _)| range).collect();
        check_ranges(&text, ranges.clone())?;
        check_rest_untouched(&text, &decoded.text, ranges)?;
    }

    #[test]
    fn clean_text_holds_no_keys(text in clean_passage()) {
        prop_assert_eq!(text::keystrokes(&text).text, text);
    }

    #[test]
    fn languages_have_probabilities(text in any_text()) {
        let found = text::detect(&text);
        prop_assert!((0.0..=1.0).contains(&found.confidence));
        let all = text::LanguageModel::embedded().languages(&text);
        prop_assert!(all.is_sorted_by(|a, b| a.1 >= b.1));
        let sum: f32 = all.iter().map(|(_, probability)| probability).sum();
        prop_assert!(all.is_empty() || (sum - 1.0).abs() < 0.01, "{sum}");
    }

    #[test]
    fn whatever_is_damaged_is_read_back_by_who_knows_how(text in vietnamese_passage()) {
        // Quotation marks, dashes and some capitals have no place in these encodings.
        let kept = text.chars().filter(|c| c.is_ascii() || c.is_alphabetic());
        let normal = text::normalise(&kept.collect::<String>()).to_lowercase();
        for encoding in [Encoding::Viscii, Encoding::Vps] {
            let damaged = text::repair_support::encode(&normal, encoding);
            prop_assert_eq!(text::repair_as(&damaged, encoding, false), normal.clone());
        }
    }
}
