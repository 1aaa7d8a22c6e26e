//! Laws and cases of the restorer, with the model that is built in.

use super::*;
use proptest::prelude::*;

#[test]
fn accents_come_back_by_context() {
    for text in [
        "biến đổi khí hậu",
        "nghiên cứu khoa học và phát triển công nghệ",
        "Trường Đại học Bách khoa Hà Nội",
        "ô nhiễm môi trường nước ở đồng bằng sông Cửu Long",
        "ỨNG DỤNG CÔNG NGHỆ THÔNG TIN",
    ] {
        assert_eq!(restore(&crate::strip_accents(text)), text);
    }
}

#[test]
fn other_text_comes_back_byte_for_byte() {
    for text in [
        "climate change and its effects on rice production",
        "Étude de la qualité de l'eau",
        "10.1000/182 H2SO4 25kg",
        "",
        "  \n",
        "Biến đổi khí hậu ảnh hưởng đến sản xuất lúa ở đồng bằng.",
        "Ban Quản lý dự án cho hay công tác này do Khoa Toán làm trong ba năm.",
    ] {
        assert_eq!(restore(text), text);
    }
}

#[test]
fn given_accents_are_kept_and_help() {
    assert_eq!(restore("biến doi khí hậu"), "biến đổi khí hậu");
    assert_eq!(restore("nghiên cuu khoa học"), "nghiên cứu khoa học");
}

#[test]
fn foreign_words_inside_are_kept() {
    let restored = restore("ung dung big data trong quan ly giao thong do thi");
    assert_eq!(
        restored,
        "ứng dụng big data trong quản lý giao thông đô thị"
    );
}

#[test]
fn several_restorations_come_best_first() {
    let found = Restorer::embedded().restorations("dat nong nghiep", 5);
    assert!(found.len() > 1 && found.len() <= 5);
    assert!(found.is_sorted_by(|a, b| a.probability >= b.probability));
    assert!(found.iter().map(|r| r.probability).sum::<f32>() <= 1.001);
    assert_eq!(found[0].text, "đất nông nghiệp");
    assert!(
        found
            .iter()
            .all(|r| crate::strip_accents(&r.text) == "dat nong nghiep")
    );
    let other = Restorer::embedded().restorations("the effects of climate change", 3);
    assert_eq!((other.len(), other[0].probability), (1, 1.0));
}

#[test]
fn hostile_text_is_taken_in_stride() {
    for text in ["\u{301}\u{302}", "\0\u{202E}", "👍🏽", "aaaa\u{301}"] {
        let _ = restore(text);
    }
    let long = "a".repeat(1_000_000);
    assert_eq!(restore(&long), long);
    assert_eq!(
        restore(&"bien doi khi hau ".repeat(2_000)),
        "biến đổi khí hậu ".repeat(2_000)
    );
}

const CERTAIN: [&str; 8] = [
    "nghiên cứu khoa học",
    "biến đổi khí hậu",
    "phát triển công nghệ",
    "môi trường nước",
    "Đại học Quốc gia Hà Nội",
    "kinh tế xã hội",
    "đồng bằng sông Cửu Long",
    "thành phố Hồ Chí Minh",
];

proptest! {
    #[test]
    fn what_it_is_sure_of_comes_back_after_stripping(parts in proptest::collection::vec(
        proptest::sample::select(CERTAIN.to_vec()), 1..6)) {
        let text = parts.join(", ");
        prop_assert_eq!(restore(&crate::strip_accents(&text)), text);
    }

    #[test]
    fn accents_that_are_there_stay(parts in proptest::collection::vec(
        proptest::sample::select(CERTAIN.to_vec()), 1..6)) {
        let text = parts.join(", ");
        prop_assert_eq!(restore(&text), text);
    }

    #[test]
    fn restoring_adds_accents_and_nothing_else(text in "([a-zA-Z]{1,7}[ ,.]{1,2}|khi |hau |truong |Viet |nam |đất |học ){0,12}") {
        let restored = Restorer::embedded().restore_all(&text);
        prop_assert_eq!(crate::strip_accents(&restored), crate::strip_accents(&text));
        for (given, ours) in text.split([' ', ',', '.']).zip(restored.split([' ', ',', '.'])) {
            prop_assert!(given.is_ascii() || given == ours, "{given} became {ours}");
        }
    }
}
