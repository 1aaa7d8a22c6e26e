//! Laws and cases of the tokeniser.

use super::*;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

fn exact(text: &str) -> Vec<String> {
    tokenise(text).into_iter().map(|t| t.exact).collect()
}

fn folded(text: &str) -> Vec<String> {
    tokenise(text).into_iter().map(|t| t.folded).collect()
}

fn kinds(text: &str) -> Vec<TokenKind> {
    tokenise(text).into_iter().map(|t| t.kind).collect()
}

fn parts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for_each_token(text, |token| {
        for_each_part(text, token, |part| found.push(part.exact.to_owned()))
    });
    found
}

#[test]
fn one_word_one_token_whatever_the_bytes() {
    for (a, b) in [
        ("tiếng Việt", "tie\u{301}\u{302}ng VIE\u{323}\u{302}T"),
        ("hòa bình", "hoà bình"),
        ("kỹ thuật", "Kĩ Thuật"),
        ("lý luận quý báu", "lí luận quí báu"),
        ("Đại học", "Ðại học"),
        ("vi rút", "vi-rút"),
        ("i ốt", "i-ốt"),
        ("CO2", "CO₂"),
        ("soft", "so\u{AD}ft"),
    ] {
        assert_eq!(exact(a), exact(b), "{a} {b}");
        assert_eq!(folded(a), folded(b), "{a} {b}");
    }
    assert_ne!(exact("tay"), exact("tai"));
    assert_eq!(folded("Kỹ thuật số"), ["ki", "thuat", "so"]);
}

#[test]
fn offsets_are_those_of_the_original() {
    let text = "(Tie\u{302}\u{301}ng  VIỆT) Ðà-Nẵng!";
    let slices: Vec<&str> = tokenise(text)
        .iter()
        .map(|t| &text[t.start..t.end])
        .collect();
    assert_eq!(slices, ["Tie\u{302}\u{301}ng", "VIỆT", "Ðà", "Nẵng"]);
}

#[test]
fn whole_things_stay_whole_and_part_on_request() {
    let text = "xem doi:10.1000/ab-12, a.b@hus.edu.vn, http://x.vn/tin-tuc; H2SO4 25kg 3,14";
    assert_eq!(
        exact(text),
        [
            "xem",
            "doi",
            "10.1000/ab-12",
            "a.b@hus.edu.vn",
            "http://x.vn/tin-tuc",
            "h2so4",
            "25kg",
            "3,14"
        ]
    );
    use TokenKind::{Code, Doi, Email, Number, Url, Word};
    assert_eq!(
        kinds(text),
        [Word, Word, Doi, Email, Url, Code, Code, Number]
    );
    assert_eq!(
        parts(text),
        [
            "10", "1000", "ab", "12", "a", "b", "hus", "edu", "vn", "http", "x", "vn", "tin",
            "tuc", "25", "kg"
        ]
    );
}

#[test]
fn ideographs_stand_alone_and_emoji_are_no_words() {
    assert_eq!(exact("東京Tokyo 👍🏽 ok"), ["東", "京", "tokyo", "ok"]);
    assert_eq!(exact("α-amylase, β₂"), ["α", "amylase", "β2"]);
}

#[test]
fn hostile_text_is_taken_in_stride() {
    for text in [
        "\u{301}\u{302}",
        "\u{200F}\u{202E}",
        "\0\u{1}a\u{7f}",
        "\u{FEFF}",
        "",
        "\u{FE0F}\u{20E3}",
    ] {
        assert!(tokenise(text).len() <= 1, "{text:?}");
    }
    let long = "a.b@c-d_1,2+".repeat(90_000);
    assert!(tokenise(&long).len() > 90_000);
    let run = "ế".repeat(400_000);
    let tokens = tokenise(&run);
    assert!(
        tokens
            .iter()
            .all(|t| t.exact.chars().count() <= MAX_RUN_CHARS)
    );
    assert_eq!(
        tokens.iter().map(|t| t.end - t.start).sum::<usize>(),
        run.len()
    );
    assert_eq!(
        tokenise(&format!("a{}", "\u{301}".repeat(500_000))).len(),
        1
    );
    assert_eq!(
        tokenise(&format!("http://a{}", "x".repeat(1_000_000))).len(),
        1
    );
}

fn check_laws(text: &str) -> Result<(), TestCaseError> {
    let tokens = tokenise(text);
    let mut at = 0;
    for token in &tokens {
        prop_assert!(
            at <= token.start && token.start < token.end,
            "in order: {token:?}"
        );
        let slice = &text[token.start..token.end];
        prop_assert!(opens_word(slice.chars().next().unwrap_or(' ')));
        let gap = &text[at..token.start];
        prop_assert!(
            !gap.chars().any(opens_word),
            "nothing is lost: {gap:?} in {text:?}"
        );
        prop_assert_eq!(crate::fold(&token.exact), token.folded.clone());
        at = token.end;
    }
    prop_assert!(!text[at..].chars().any(opens_word));
    let forms = |text: &str| -> Vec<_> {
        tokenise(text)
            .into_iter()
            .map(|t| (t.exact, t.folded, t.kind))
            .collect()
    };
    let expected = forms(text);
    let nfd: String = text.nfd().collect();
    let nfc: String = text.nfc().collect();
    prop_assert_eq!(forms(&nfd), expected.clone());
    prop_assert_eq!(forms(&nfc), expected);
    Ok(())
}

proptest! {
    #[test]
    fn laws_hold_on_any_text(text in any::<String>()) {
        check_laws(&text)?;
    }

    #[test]
    fn laws_hold_on_vietnamese_with_loose_marks(
        text in "[a-zA-ZăâêôơưđĐàéịỏũ0-9 .,:/@²₂\u{AD}\u{300}\u{301}\u{302}\u{303}\u{306}\u{309}\u{31B}\u{323}-]{0,32}"
    ) {
        check_laws(&text)?;
    }

    #[test]
    fn normalising_first_changes_no_form(text in "[a-zA-ZăâêôơưđĐàéịỏũáýỷ0-9 ]{0,32}") {
        prop_assert_eq!(exact(&crate::normalise(&text)), exact(&text));
    }
}
