//! The restorer gives back what it is sure of: where it sets accents with a probability of at least [`SURE`].

use proptest::prelude::*;
use proptest::sample::select;
use text::{Restorer, strip_accents};

use crate::made_text::lines;

/// From this probability on a restoration counts as sure.
const SURE: f32 = 0.95;

/// Terms of the library's fields, each of which the restorer is sure of.
const TERMS: [&str; 21] = [
    "nghiên cứu khoa học",
    "phát triển bền vững",
    "công nghệ thông tin",
    "đồng bằng sông Cửu Long",
    "Đại học Quốc gia Hà Nội",
    "thành phố Hồ Chí Minh",
    "ô nhiễm môi trường nước",
    "kinh tế xã hội",
    "trí tuệ nhân tạo",
    "vật liệu xây dựng",
    "chất lượng giáo dục",
    "quản lý nhà nước",
    "hệ thống thông tin địa lý",
    "bảo vệ thực vật",
    "an toàn thực phẩm",
    "sở hữu trí tuệ",
    "chuyển giao công nghệ",
    "nuôi trồng thủy sản",
    "Bộ Khoa học và Công nghệ",
    "phương pháp nghiên cứu",
    "dân tộc thiểu số",
];

/// The likeliest restoration of `text` without its accents, where the restorer is sure of it.
fn sure_restoration(text: &str) -> Option<String> {
    let bare = strip_accents(text);
    let best = Restorer::embedded().restorations(&bare, 1).pop()?;
    (best.probability >= SURE && best.text != bare).then_some(best.text)
}

#[test]
fn it_is_sure_of_common_terms() {
    for term in TERMS {
        assert_eq!(sure_restoration(term).as_deref(), Some(term));
    }
}

proptest! {
    #[test]
    fn what_it_is_sure_of_is_what_was_stripped(terms in proptest::collection::vec(select(TERMS.to_vec()), 1..5), between in "(, |; | và )") {
        let text = terms.join(&between);
        if let Some(restored) = sure_restoration(&text) {
            prop_assert_eq!(restored, text);
        }
    }
}

/// Words of one window of the treebank.
const N_WORDS: usize = 5;

#[test]
fn sure_restorations_of_other_peoples_text_are_right() {
    if !lines().has_treebank {
        return;
    }
    let (mut n, mut n_sure, mut n_right) = (0, 0, 0);
    for line in &lines().vietnamese {
        let line = text::normalise(line);
        let words: Vec<&str> = line.split(' ').collect();
        for window in words
            .chunks(N_WORDS)
            .filter(|window| window.len() == N_WORDS)
        {
            let text = window.join(" ");
            n += 1;
            if let Some(restored) = sure_restoration(&text) {
                n_sure += 1;
                n_right += usize::from(restored == text);
            }
        }
    }
    eprintln!("sure of {n_sure} of {n} windows, right about {n_right}");
    assert!(
        n_sure * 10 > n,
        "sure of {n_sure} of {n}: too few to say anything"
    );
    assert!(
        n_right as f32 > 0.97 * n_sure as f32,
        "{n_right} of {n_sure} are right"
    );
}
