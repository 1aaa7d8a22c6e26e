//! Laws and cases of the segmenter, with the model that is built in.

use super::*;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

fn words(text: &str) -> Vec<&str> {
    segment(text)
        .iter()
        .map(|word| &text[word.start..word.end])
        .collect()
}

fn n_syllables(text: &str) -> Vec<usize> {
    segment(text).iter().map(|word| word.n_syllables).collect()
}

#[test]
fn compounds_are_words() {
    assert_eq!(
        words("Nghiên cứu biến đổi khí hậu ở Việt Nam, giảm 7,5% CO₂."),
        [
            "Nghiên cứu",
            "biến đổi",
            "khí hậu",
            "ở",
            "Việt Nam",
            ",",
            "giảm",
            "7,5%",
            "CO₂",
            "."
        ]
    );
}

#[test]
fn case_does_not_change_common_words() {
    for text in [
        "nghiên cứu khoa học và công nghệ",
        "phát triển kinh tế xã hội bền vững",
        "bảo vệ môi trường nước",
    ] {
        assert_eq!(
            n_syllables(text),
            n_syllables(&text.to_uppercase()),
            "{text}"
        );
        let title: String = {
            let mut chars = text.chars();
            chars
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(chars)
                .collect()
        };
        assert_eq!(n_syllables(text), n_syllables(&title), "{text}");
    }
}

#[test]
fn text_without_accents_is_divided_alike() {
    for text in [
        "nghiên cứu biến đổi khí hậu ở Việt Nam",
        "Phát triển kinh tế xã hội bền vững",
    ] {
        assert_eq!(
            n_syllables(text),
            n_syllables(&crate::strip_accents(text)),
            "{text}"
        );
    }
}

#[test]
fn whole_things_are_one_word() {
    for thing in [
        "10.1000/ab-12",
        "a.b@hus.edu.vn",
        "COVID-19",
        "25/7/2020",
        "vi-rút",
        "TP.HCM",
        "37°C",
        "km/h",
        "1.234.567,89",
    ] {
        assert_eq!(words(&format!("xem {thing} ở đây"))[1], thing);
    }
}

#[test]
fn users_words_are_kept_together() {
    let text = "bộ dữ liệu tri thức số hóa";
    let plain = Segmenter::embedded().clone();
    let own = plain.with_dictionary(["Tri thức_số hóa"].into_iter());
    let found: Vec<&str> = own
        .segment(text)
        .iter()
        .map(|w| &text[w.start..w.end])
        .collect();
    assert_eq!(found.last(), Some(&"tri thức số hóa"));
}

#[test]
fn hostile_text_is_taken_in_stride() {
    for text in [
        "",
        "\u{301}",
        "\u{202E}\u{200F}",
        "\0\0",
        "👍🏽👩‍👩‍👧",
        "____",
        "....",
        " \n\n ",
    ] {
        let _ = segment(text);
    }
    assert_eq!(
        segment(&"ế".repeat(300_000)).last().map(|w| w.end),
        Some(900_000)
    );
    assert!(segment(&"khoa học ".repeat(50_000)).len() > 10_000);
    assert_eq!(segment(&"!".repeat(1_000_000)).len(), 1);
}

#[test]
fn the_treebank_is_segmented_at_least_as_well_as_promised() {
    let root = std::env::var("TRITHUC_TEST_DATA").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned()
    });
    let path = format!("{root}/segmentation/vi_vtb-ud-dev.conllu");
    let Ok(source) = std::fs::read_to_string(&path) else {
        eprintln!(
            "SKIPPED: no treebank at `{path}`; set TRITHUC_TEST_DATA to the folder of test data"
        );
        return;
    };
    let mut counts = WordCounts::default();
    for sentence in read_conllu(&source).unwrap() {
        counts.add(&sentence.gold, &sentence.text, &segment(&sentence.text));
    }
    assert!(counts.f1() >= 0.965, "F1 {}", counts.f1());
}

#[test]
fn counts_are_of_spans() {
    let gold = GoldSentence::from_underscored("khoa_học và đời_sống");
    let text = "khoa học và đời sống";
    let word = |start, end| Word {
        start,
        end,
        n_syllables: 1,
    };
    let at = |piece: &str| text.find(piece).unwrap();
    let found = [
        word(0, at(" và")),
        word(at("và"), at("đời")),
        word(at("đời"), at(" sống")),
        word(at("sống"), text.len()),
    ];
    let mut counts = WordCounts::default();
    counts.add(&gold, text, &found);
    assert_eq!(
        counts,
        WordCounts {
            n_gold: 3,
            n_found: 4,
            n_right: 2
        }
    );
}

#[test]
fn what_is_no_treebank_is_refused_by_line() {
    let error = read_conllu("# text = a\n1\ta\t_\nnot a row\n").unwrap_err();
    assert_eq!(error.line, 3);
    let read = read_conllu("1-2\tab\n1\ta b\t_\n2\t.\t_").unwrap();
    assert_eq!(read[0].gold.words().collect::<Vec<_>>(), ["a b", "."]);
}

proptest! {
    #[test]
    fn words_cover_all_but_white_space_in_order(text in any::<String>()) {
        let mut at = 0;
        for word in segment(&text) {
            prop_assert!(at <= word.start && word.start < word.end);
            prop_assert!(text[at..word.start].chars().all(char::is_whitespace), "{text:?}");
            at = word.end;
        }
        prop_assert!(text[at..].chars().all(char::is_whitespace));
    }

    #[test]
    fn unicode_form_changes_no_boundary(text in "[a-zăâêôơưđàéịỏũấếộữ]{1,5}( [a-zăâêôơưđàéịỏũấếộữ,.]{1,5}){0,8}") {
        let decomposed: String = text.nfd().collect();
        let again: Vec<String> = words(&decomposed).iter().map(|word| word.nfc().collect()).collect();
        prop_assert_eq!(again, words(&text));
    }
}
