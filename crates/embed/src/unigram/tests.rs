//! The cuts are those of the `tokenizers` library.

use proptest::prelude::*;
use tokenizers::{
    Model as _, NormalizedString, Normalizer as _, PreTokenizedString, PreTokenizer as _,
    models::unigram::Unigram as Oracle,
    normalizers::unicode::{NFKC, Nmt},
    pre_tokenizers::{
        metaspace::{Metaspace, PrependScheme},
        whitespace::WhitespaceSplit,
    },
};

use super::*;

/// Ids by the library: the recipe that agrees with the model's own tokenizer.
fn oracle(pieces: &[(String, f64)], text: &str) -> Vec<u32> {
    let model = Oracle::from(pieces.to_vec(), Some(0), false).unwrap();
    let mut normalised = NormalizedString::from(text);
    Nmt.normalize(&mut normalised).unwrap();
    NFKC.normalize(&mut normalised).unwrap();
    let mut parts = PreTokenizedString::from(normalised.get());
    WhitespaceSplit.pre_tokenize(&mut parts).unwrap();
    let metaspace = Metaspace::new(WORD_START, PrependScheme::Always, true);
    metaspace.pre_tokenize(&mut parts).unwrap();
    parts.tokenize(|part| model.tokenize(part.get())).unwrap();
    let encoding = parts
        .into_encoding(None, 0, tokenizers::OffsetType::Byte)
        .unwrap();
    encoding.get_ids().to_vec()
}

fn pieces() -> Vec<(String, f64)> {
    let words = [
        "<unk>",
        "▁",
        "▁n",
        "ư",
        "ớ",
        "c",
        "ước",
        "▁nước",
        "▁đ",
        "ất",
        "▁đất",
        "a",
        "b",
        "ab",
        "abc",
        "▁ab",
        "ca",
        "cab",
        "n",
        "t",
        "đ",
        "ấ",
        "fi",
        "2",
        "▁2",
        "22",
    ];
    let scored = words.iter().enumerate();
    scored
        .map(|(i, word)| ((*word).to_owned(), -1.0 - (i * 7 % 13) as f64))
        .collect()
}

fn table(pieces: &[(String, f64)]) -> Unigram {
    let borrowed: Vec<(&[u8], f32)> = pieces
        .iter()
        .map(|(p, s)| (p.as_bytes(), *s as f32))
        .collect();
    Unigram::new(&borrowed, 0, &[0])
}

fn encode(table: &Unigram, text: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    let n_ids = table.encode(text, usize::MAX, &mut ids);
    assert_eq!(n_ids, ids.len());
    ids
}

proptest! {
    #[test]
    fn cuts_are_those_of_the_library(text in "[abcnướtđấ2ﬁ²xy▁\u{200B} \t]{0,30}") {
        let pieces = pieces();
        prop_assert_eq!(encode(&table(&pieces), &text), oracle(&pieces, &text));
    }

    #[test]
    fn any_script_is_cut(
        // Blocks whose compatibility forms are the same in all recent Unicode.
        text in "[\\u{1}-\\u{24F}\\u{300}-\\u{4FF}\\u{1E00}-\\u{206F}\\u{4E00}-\\u{4E20}\\u{FF01}-\\u{FF5E}]{0,30}",
    ) {
        let pieces = pieces();
        prop_assert_eq!(encode(&table(&pieces), &text), oracle(&pieces, &text));
    }
}

#[test]
fn neighbouring_unknown_characters_are_one_id() {
    let ids = encode(&table(&pieces()), "xyz a");
    let unknown = ids.iter().filter(|&&id| id == 0).count();
    assert_eq!(unknown, 1, "{ids:?}");
}

#[test]
fn the_limit_keeps_the_first_ids_and_the_count_tells_all() {
    let table = table(&pieces());
    let all = encode(&table, "nước đất ab ab ab");
    let mut kept = Vec::new();
    assert_eq!(table.encode("nước đất ab ab ab", 3, &mut kept), all.len());
    assert_eq!(kept, all[..3]);
}
