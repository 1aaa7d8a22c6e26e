//! The laws of cutting.

use proptest::prelude::*;

use super::*;

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn limits(max_tokens: usize) -> PassageLimits {
    PassageLimits {
        max_tokens,
        min_tokens: max_tokens / 4,
        max_overlap_tokens: max_tokens / 5,
    }
}

proptest! {
    #[test]
    fn every_word_is_kept_in_order_and_no_passage_is_too_long(
        pages in proptest::collection::vec("([A-Zđa-z]{1,6}[ .\n]{1,2}){0,40}", 0..5),
        max_tokens in 1_usize..60,
    ) {
        let numbered = || pages.iter().enumerate().map(|(i, text)| (i as u32 + 1, text.as_str()));
        let passages = cut_passages(numbered(), &limits(max_tokens), words);
        let all: Vec<&str> = pages.iter().flat_map(|page| page.split_whitespace()).collect();
        let mut next = 0;
        for passage in &passages {
            prop_assert!(words(&passage.text) <= max_tokens);
            prop_assert!(passage.first_page <= passage.last_page);
            let text: Vec<&str> = passage.text.split_whitespace().collect();
            // The head of a passage may repeat the tail of what came before.
            let n_repeated = (0..text.len())
                .filter(|&n| n <= next)
                .find(|&n| all[next - n..].starts_with(&text));
            prop_assert!(n_repeated.is_some(), "{text:?} does not follow word {next} of {all:?}");
            next += text.len() - n_repeated.unwrap_or(0);
        }
        prop_assert_eq!(next, all.len());
    }
}

#[test]
fn a_heading_opens_a_passage_and_the_last_sentence_is_repeated() {
    let text = "1. Mở đầu\nCâu một có năm từ. Câu hai có năm từ. Câu ba có năm từ.\n2. Kết quả\nCâu bốn có năm từ.";
    let limits = PassageLimits {
        max_tokens: 13,
        min_tokens: 5,
        max_overlap_tokens: 5,
    };
    let passages = cut_passages([(7, text)], &limits, words);
    let shown: Vec<(&str, &str)> = passages
        .iter()
        .map(|p| (p.heading.as_str(), p.text.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "1. Mở đầu",
                "1. Mở đầu Câu một có năm từ. Câu hai có năm từ."
            ),
            ("1. Mở đầu", "Câu hai có năm từ. Câu ba có năm từ."),
            ("2. Kết quả", "2. Kết quả Câu bốn có năm từ."),
        ]
    );
    assert!(
        passages
            .iter()
            .all(|p| (p.first_page, p.last_page) == (7, 7))
    );
}

#[test]
fn a_passage_over_a_page_end_has_both_pages() {
    let passages = cut_passages([(3, "Câu một."), (4, "Câu hai.")], &limits(50), words);
    assert_eq!(passages.len(), 1);
    assert_eq!((passages[0].first_page, passages[0].last_page), (3, 4));
    assert!(cut_passages([(1, " \n ")], &limits(50), words).is_empty());
}
