//! Which language a passage is written in.
//!
//! Vietnamese and English are most of the library, and the places where a general detector fails: short titles,
//! mixed text, Vietnamese without accents. So a census of the words decides first: Vietnamese has letters that
//! nobody else uses and a closed set of syllables. What stays open goes to whatlang (trigrams of 69 languages).

mod census;
mod code;
mod function_words;
mod letters;
mod passages;
mod shape;

pub(crate) use function_words::is_english as is_english_function_word;
pub use passages::{Passage, detect_passages};

use census::Census;
use function_words::{ENGLISH, LANGUAGES};
use std::sync::LazyLock;
use whatlang::{Detector, Lang};

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

/// Accented words in English text (names) stay below this share.
const ENGLISH_ACCENTED_SHARE_MAX: f32 = 0.3;

/// Languages that whatlang names mostly for short English and hardly any record is written in.
const RARE: &[&str] = &[
    "ca", "jv", "tl", "cy", "af", "ak", "sn", "zu", "tk", "uz", "az", "la", "eo", "et", "sl",
];
/// Less sure than this of a rare language, whatlang is asked for a common one.
const RARE_SURE: f32 = 0.7;
/// Their confidence counts by half.
const RARE_WEIGHT: f32 = 0.5;
/// whatlang's confidence that a text with no English look (and no other) must reach to be believed; measured as the
/// best of 0.2, 0.35, 0.5 with `score_detect`.
const LOOK_BASE: f32 = 0.2;
/// How much an English look of one point a word raises that bar; best of 2 and 4.
const LOOK_WEIGHT: f32 = 4.0;
/// An English look beyond which the bar is above all confidence, so that whatlang need not be asked: its trigrams
/// cost 60 times the census (measured: a sixth of the time of an ingest of titles).
const LOOK_CLEAR: f32 = (1.0 - LOOK_BASE) / LOOK_WEIGHT;

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
        .or_else(|| by_function_words(&census))
        .unwrap_or_else(|| latin(&census, windows[0]))
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

/// A Latin script language by its function words: it must lead the next one clearly.
fn by_function_words(census: &Census) -> Option<Detection> {
    let accented = census.share(census.foreign + census.shared + census.vietnamese);
    let ranked = census.ranked(|index| index != ENGLISH || accented <= ENGLISH_ACCENTED_SHARE_MAX);
    let [(best, votes), (_, next)] = ranked;
    let lead = (votes - next) / census.words as f32;
    (votes >= 1.0 && lead >= 0.1).then(|| Detection::new(LANGUAGES[best].0, 0.6 + lead))
}

/// Latin script without a clear sign: whatlang, and English where the text has no accent, looks English and
/// whatlang is not sure of another language.
fn latin(census: &Census, text: &str) -> Detection {
    let accented = census.foreign + census.shared + census.vietnamese;
    let [(_, best), _] = census.ranked(|index| index != ENGLISH);
    let words = census.words.max(1) as f32;
    let look = (census.look + census.votes[ENGLISH] - best) / words;
    if accented == 0 && look > LOOK_CLEAR {
        return Detection::new("en", 0.5);
    }
    let found = general(text);
    if found.lang == "en" || accented > 0 {
        return found;
    }
    let sure = if RARE.contains(&found.lang) {
        found.confidence * RARE_WEIGHT
    } else {
        found.confidence
    };
    if sure < LOOK_BASE + LOOK_WEIGHT * look {
        return Detection::new("en", 0.5 - found.confidence / 2.0);
    }
    found
}

static GENERAL: LazyLock<Detector> =
    LazyLock::new(|| Detector::with_denylist(vec![Lang::Vie, Lang::Lat, Lang::Epo]));

/// As [`GENERAL`], without the rare languages.
static COMMON: LazyLock<Detector> = LazyLock::new(|| {
    let rare = Lang::all()
        .iter()
        .filter(|lang| RARE.contains(&code::short(lang.code())));
    let never = [Lang::Vie, Lang::Lat, Lang::Epo];
    Detector::with_denylist(rare.copied().chain(never).collect())
});

fn general(text: &str) -> Detection {
    let found = ask(&GENERAL, text);
    if RARE.contains(&found.lang) && found.confidence < RARE_SURE {
        return ask(&COMMON, text);
    }
    found
}

fn ask(detector: &Detector, text: &str) -> Detection {
    match detector.detect(text) {
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
