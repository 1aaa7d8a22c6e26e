//! Bad input through every public function: it comes back, and the places that it names are its own.

use std::hint::black_box;

use text::segment::{GoldSentence, Lexicon, Segmenter, WordCounts, read_conllu, read_dictionary};
use text::{Encoding, LanguageModel, Repairer, Restorer, Scanner};

use crate::made_text::HARD;

type Reader = (&'static str, fn(&str));

/// Every public function that reads text.
const READERS: [Reader; 24] = [
    ("normalise", |text| drop(black_box(text::normalise(text)))),
    ("fold", |text| drop(black_box(text::fold(text)))),
    ("strip_accents", |text| {
        drop(black_box(text::strip_accents(text)))
    }),
    ("tokenise", |text| drop(black_box(text::tokenise(text)))),
    ("for_each_part", |text| {
        text::for_each_token(text, |token| {
            text::for_each_part(text, token, |part| {
                black_box(part.end);
            })
        });
    }),
    ("Scanner", |text| {
        let mut scanner = Scanner::new(text);
        while let Some(token) = scanner.next_token() {
            black_box(token);
        }
    }),
    ("segment", |text| drop(black_box(text::segment(text)))),
    ("with_dictionary", |text| {
        let own = Segmenter::embedded()
            .clone()
            .with_dictionary([text].into_iter());
        drop(black_box(own.segment(text)));
    }),
    ("read_dictionary", |text| {
        drop(black_box(read_dictionary(text)))
    }),
    ("read_conllu", |text| {
        let row = format!("1\t{}\t_\n", text.replace(['\t', '\n', '\r'], " "));
        drop(black_box((read_conllu(text), read_conllu(&row))));
    }),
    ("WordCounts", |text| {
        let gold = GoldSentence::from_underscored(text);
        let mut counts = WordCounts::default();
        counts.add(&gold, gold.text(), &text::segment(gold.text()));
        assert!(counts.n_right <= counts.n_gold.min(counts.n_found));
        drop(black_box((gold.to_lowercase(), counts.f1())));
    }),
    ("Lexicon", |text| {
        drop(black_box(Lexicon::new(vec![(text.to_owned(), 255)])))
    }),
    ("restore", |text| drop(black_box(text::restore(text)))),
    ("restore_all", |text| {
        drop(black_box(Restorer::embedded().restore_all(text)))
    }),
    ("restorations", |text| {
        drop(black_box(Restorer::embedded().restorations(text, 4)))
    }),
    ("keystrokes", |text| drop(black_box(text::keystrokes(text)))),
    ("repair", |text| drop(black_box(text::repair(text)))),
    ("Repairer", |text| {
        let mut repairer = Repairer::default();
        drop(black_box((repairer.repair(text), repairer.repair(text))));
    }),
    ("repair_as", |text| {
        for encoding in Encoding::ALL {
            drop(black_box(text::repair_as(
                text,
                encoding,
                encoding == Encoding::Tcvn3,
            )));
        }
    }),
    ("encode", |text| {
        for encoding in Encoding::ALL {
            drop(black_box(text::repair_support::encode(text, encoding)));
        }
    }),
    ("sentences", |text| drop(black_box(text::sentences(text)))),
    ("detect", |text| {
        drop(black_box((text::detect(text), text::detect_passages(text))))
    }),
    ("LanguageModel", |text| {
        drop(black_box(LanguageModel::embedded().languages(text)))
    }),
    ("syllable", |text| {
        let tests = [
            text::syllable::is_vietnamese,
            text::syllable::could_be_accentless_vietnamese,
        ];
        assert!(text.len() < 40 || !tests.map(|test| test(text)).contains(&true));
    }),
];

fn read_in_every_way(text: &str) {
    for (name, read) in READERS {
        let kept = std::panic::catch_unwind(|| read(text));
        let shown: String = text.chars().take(40).collect();
        assert!(
            kept.is_ok(),
            "{name} panics on {shown:?}, {} bytes",
            text.len()
        );
    }
}

/// 1 MB.
const LONG: usize = 1 << 20;

fn long(unit: &str) -> String {
    unit.repeat(LONG / unit.len())
}

#[test]
fn a_megabyte_without_a_space() {
    for unit in ["a", "ụ", "bieens", "÷ªø", "a^'"] {
        read_in_every_way(&long(unit));
    }
}

#[test]
fn lone_marks() {
    for unit in ["\u{301}\u{302}", "e\u{302}\u{301}", "\u{323}"] {
        read_in_every_way(&long(unit));
    }
    read_in_every_way(&format!("a{}", long("\u{301}")));
}

#[test]
fn control_characters_and_right_to_left_marks() {
    for unit in [
        "\0\u{1}\u{85}\u{7f}",
        "\u{202E}\u{200F}",
        "\u{202E}שלום\u{200F} ",
        "\n",
        " ",
    ] {
        read_in_every_way(&long(unit));
    }
}

#[test]
fn emoji_and_replacement_characters() {
    for unit in ["👍🏽", "👩‍👩‍👧", "\u{FFFD}", "🇻🇳 "] {
        read_in_every_way(&long(unit));
    }
}

#[test]
fn every_hard_piece_beside_every_other() {
    for first in HARD {
        read_in_every_way(first);
        let text: String = HARD
            .iter()
            .flat_map(|second| [first, second, " a"])
            .collect();
        read_in_every_way(&text);
    }
}

#[test]
fn damaged_models_are_refused() {
    let mut restorer = Restorer::embedded().to_bytes();
    let segmenter = Segmenter::embedded().to_bytes().unwrap();
    let languages = LanguageModel::embedded().to_bytes().unwrap();
    for n in [0, 7, 8, 15, 16, 1000] {
        assert!(
            Restorer::from_bytes(restorer[..n].to_vec()).is_err(),
            "{n} bytes"
        );
        assert!(Segmenter::from_bytes(&segmenter[..n]).is_err(), "{n} bytes");
        assert!(
            LanguageModel::from_bytes(&languages[..n]).is_err(),
            "{n} bytes"
        );
    }
    restorer.truncate(restorer.len() - 1);
    assert!(Restorer::from_bytes(restorer).is_err());
    assert!(Segmenter::from_bytes(&languages).is_err());
    assert!(LanguageModel::from_bytes(&segmenter).is_err());
}
