//! Which language a passage is written in.
//!
//! Vietnamese and English are most of the library, and the places where a general detector fails: short titles,
//! mixed text, Vietnamese without accents. So a census of the words decides first: Vietnamese has letters that
//! nobody else uses and a closed set of syllables. What stays open goes, in Latin script, to a model of our own
//! training ([`LanguageModel`]), in others to whatlang, which tells by the script.

mod census;
mod code;
mod function_words;
mod letters;
mod model;
mod passages;
mod shape;
mod train;
mod words;

pub(crate) use function_words::is_english as is_english_function_word;
pub use model::LanguageModel;
pub use passages::{Passage, detect_passages};
pub use train::LanguageTrainer;

use census::Census;
use model::{ENGLISH, LANGUAGES, Scores, softmax};

/// The language of a passage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// ISO 639 code, two letters where the language has one (`vi`, `en`, `fr`, …); `und` when nothing can be said.
    pub lang: &'static str,
    /// How sure, `0.0..=1.0`.
    pub confidence: f32,
    /// Vietnamese written without its accents (`bien doi khi hau`); always false for other languages.
    pub accentless: bool,
}

impl Detection {
    const UNDETERMINED: Detection = Detection {
        lang: "und",
        confidence: 0.0,
        accentless: false,
    };

    fn new(lang: &'static str, confidence: f32) -> Self {
        Detection {
            lang,
            confidence: confidence.clamp(0.0, 1.0),
            accentless: false,
        }
    }
}

/// Bytes looked at, at most, in each of three windows (start, middle, end): enough words to be sure, and a cost
/// that does not grow with the passage.
const WINDOW_BYTES: usize = 800;

/// Share of words with Vietnamese accents in running Vietnamese text: about 3 of 4 (measured on news).
const ACCENTED_SHARE: f32 = 0.75;

/// Detects the language of one passage (a title, a sentence, a paragraph).
///
/// Linear in the length, and bounded: a long text is sampled in three windows, so call [`detect_passages`] on
/// documents that change language inside.
///
/// ```
/// assert_eq!(text::detect("Biến đổi khí hậu").lang, "vi");
/// assert_eq!(text::detect("The effect of climate change").lang, "en");
/// assert!(text::detect("bien doi khi hau o dong bang").accentless);
/// assert_eq!(text::detect("12 345").lang, "und");
/// ```
pub fn detect(text: &str) -> Detection {
    let windows = windows(text);
    let mut census = Census::default();
    for window in windows.iter() {
        census.count(window);
    }
    if census.words == 0 && census.other_letters == 0 {
        return Detection::UNDETERMINED;
    }
    if census.other_letters > census.latin_letters {
        return general(windows[0]);
    }
    vietnamese(&census)
        .or_else(|| accentless(&census))
        .unwrap_or_else(|| latin(&census, &windows))
}

fn windows(text: &str) -> [&str; 3] {
    if text.len() <= 3 * WINDOW_BYTES {
        return [text, "", ""];
    }
    let cut = |from: usize| &text[boundary(text, from)..boundary(text, from + WINDOW_BYTES)];
    [cut(0), cut(text.len() / 2), cut(text.len() - WINDOW_BYTES)]
}

/// The last character boundary at or before byte `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(0)
}

/// Vietnamese with its accents: at least half of the words, by estimate, are Vietnamese.
fn vietnamese(census: &Census) -> Option<Detection> {
    let evidence = 1.0 * census.vietnamese as f32 + 0.5 * census.shared as f32;
    let estimate = census.share(census.vietnamese + census.shared) / ACCENTED_SHARE;
    let rival = census.share(census.english_only + 2 * census.foreign);
    if evidence < 1.0 || estimate < 0.5 || rival >= estimate || census.share(census.syllables) < 0.4
    {
        return None;
    }
    let sure = 1.0 - 0.5 / (1.0 + evidence);
    Some(Detection::new("vi", sure * (1.0 - rival / 2.0)))
}

/// Vietnamese without accents: nearly every word that is not a name has the shape of a syllable, and none is only
/// English.
fn accentless(census: &Census) -> Option<Detection> {
    // In a text of capitalised words (a title, a heading) they are no sign of names.
    let names = if census.names * 3 <= census.words {
        census.names
    } else {
        0
    };
    let common = census.words - names;
    let shape = census.syllables as f32 / common.max(1) as f32;
    if common < 2 || shape < 0.8 || census.foreign > 0 || census.share(census.english_only) > 0.05 {
        return None;
    }
    // A chance match of every word gets less likely with each one; never as sure as with accents.
    let sure = (shape - 0.25).min(0.8) * (1.0 - 1.0 / common as f32);
    Some(Detection {
        lang: "vi",
        confidence: sure,
        accentless: true,
    })
}

/// A text of fewer letters without accents, for which no language is likelier than this, is
/// taken for English, as most titles of a word or two in a library are.
const FEW_LETTERS: u32 = 17;
const UNSURE: f32 = 0.4;

/// Latin script that is not clearly Vietnamese: the likeliest language of the model.
fn latin(census: &Census, windows: &[&str; 3]) -> Detection {
    let (mut scores, mut n_words) = (Scores::default(), 0);
    for window in windows {
        LanguageModel::embedded().add(window, &mut scores, &mut n_words);
    }
    if n_words == 0 {
        return Detection::UNDETERMINED;
    }
    for (score, lang) in scores.iter_mut().zip(LANGUAGES) {
        *score += prior(lang);
    }
    softmax(&mut scores);
    let best = (0..LANGUAGES.len()).fold(
        0,
        |best, at| {
            if scores[at] > scores[best] { at } else { best }
        },
    );
    let is_plain = census.foreign + census.shared + census.vietnamese == 0;
    if is_plain && census.latin_letters < FEW_LETTERS && scores[best] < UNSURE {
        return Detection::new("en", scores[ENGLISH]);
    }
    Detection::new(LANGUAGES[best], scores[best])
}

/// How much likelier a language is than any of the others before a word is read, in nats;
/// best of 0, 0.5, 1, 1.5 and 2 with `score_detect`.
fn prior(lang: &str) -> f32 {
    match lang {
        "en" | "fr" => 0.5,
        _ => 0.0,
    }
}

/// Scripts that are not Latin.
fn general(text: &str) -> Detection {
    match whatlang::detect(text) {
        Some(info) => Detection::new(code::short(info.lang().code()), info.confidence() as f32),
        None => Detection::UNDETERMINED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lang(text: &str) -> &'static str {
        detect(text).lang
    }

    #[test]
    fn vietnamese_short_mixed_and_decomposed() {
        assert_eq!(lang("Biến đổi khí hậu"), "vi");
        assert_eq!(
            lang("Ứng dụng machine learning trong chẩn đoán ung thư"),
            "vi"
        );
        assert_eq!(lang("TỔNG HỢP VẬT LIỆU NANO TiO2/GRAPHENE"), "vi");
        assert_eq!(
            lang("Bie\u{302}\u{301}n đo\u{302}\u{309}i khi\u{301} ha\u{302}\u{323}u"),
            "vi"
        );
    }

    #[test]
    fn vietnamese_without_accents_says_so_and_is_less_sure() {
        let plain = detect("nghien cuu che tao vat lieu moi");
        let accented = detect("nghiên cứu chế tạo vật liệu mới");
        assert_eq!((plain.lang, plain.accentless), ("vi", true));
        assert_eq!((accented.lang, accented.accentless), ("vi", false));
        assert!(plain.confidence < accented.confidence);
    }

    #[test]
    fn english_with_vietnamese_names_stays_english() {
        assert_eq!(
            lang("Nguyễn Văn Đức et al. studied the removal of arsenic from groundwater in Hà Nam"),
            "en"
        );
        assert_eq!(
            lang("Graph neural networks for molecular property prediction"),
            "en"
        );
    }

    #[test]
    fn other_languages_keep_their_own_code() {
        assert_eq!(
            lang("La réponse des forêts tropicales au changement climatique"),
            "fr"
        );
        assert_eq!(
            lang("Die Auswirkungen des Klimawandels auf die Landwirtschaft"),
            "de"
        );
        assert_eq!(
            lang("Россия занимает первое место в мире по территории"),
            "ru"
        );
        assert_eq!(lang("気候変動が農業に与える影響について"), "ja");
    }

    #[test]
    fn titles_of_two_words_are_english_where_nothing_speaks_against_it() {
        for title in [
            "Salt-tolerant rice",
            "Soil salinity",
            "Solar energy",
            "Rice",
        ] {
            assert_eq!(lang(title), "en", "{title}");
        }
        assert_eq!(lang("Énergie solaire"), "fr");
    }

    #[test]
    fn nothing_to_read_is_undetermined() {
        for text in [
            "",
            " \t",
            "12 345,6",
            "\u{301}\u{301}",
            "\u{1F600}\u{200F}",
            "+-*/",
        ] {
            assert_eq!(lang(text), "und", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_confidence_in_range(text in "\\PC{0,200}") {
            let found = detect(&text);
            prop_assert!((0.0..=1.0).contains(&found.confidence));
            prop_assert!(!found.accentless || found.lang == "vi");
        }
    }
}
