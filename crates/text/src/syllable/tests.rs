//! Syllable tables against real words.

use super::*;

fn class(word: &str) -> String {
    let letters = Letters::read(word).unwrap();
    let swap = iy_class(&letters);
    word.chars()
        .enumerate()
        .map(|(i, c)| swap.filter(|s| s.0 == i).map_or(c, |s| s.1))
        .collect()
}

#[test]
fn real_syllables_are_valid() {
    for word in "nghiên cứu khoa học và công nghệ biến đổi khí hậu giếng gì gìn giữ giường già quý quốc \
        quyển quýt huỳnh khuỷu ngoằn ngoèo yêu yết ý ỉa ưỡn uống oách xoong thuở khuya nguyễn đường \
        kỹ kĩ lý mỹ tỷ vỹ quỳnh quắt quẳng pin loét thủy thuỷ hoà hòa khoẻ đắk iu"
        .split_whitespace()
    {
        assert!(is_vietnamese(word) || word == "đắk", "{word}");
    }
}

#[test]
fn what_is_no_syllable_is_refused() {
    for word in "world computer mat tac nuoc zô fan kà cê nghà yến1 str b ng hoàà by ny wang jazz data việtnam đắk"
        .split_whitespace()
    {
        assert!(!is_vietnamese(word), "{word}");
    }
    assert!(!is_vietnamese(""));
}

#[test]
fn accentless_syllables_are_recognised() {
    for word in "nuoc bien doi khi hau nghien cuu truong duong quoc giang uong yeu thuy hoc mat"
        .split_whitespace()
    {
        assert!(could_be_accentless_vietnamese(word), "{word}");
    }
    for word in "water climate change str science b 2020 covid".split_whitespace() {
        assert!(!could_be_accentless_vietnamese(word), "{word}");
    }
}

#[test]
fn tone_marks_move_to_the_new_style_only_where_they_must() {
    for (old, new) in [
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("Hoá", "Hóa"),
        ("HOÀ", "HÒA"),
        ("uỷ", "ủy"),
        ("hòan", "hoàn"),
        ("qúy", "quý"),
        ("gíup", "giúp"),
        ("cuả", "của"),
        ("gía", "giá"),
        ("tíên", "tiến"),
        ("ngòai", "ngoài"),
        ("oà", "òa"),
        ("xoè", "xòe"),
        ("Thuý", "Thúy"),
        ("qủa", "quả"),
    ] {
        assert_eq!(place_tone(old).as_deref(), Some(new), "{old}");
        assert_eq!(place_tone(new), None, "{new}");
    }
    for word in "quý hoàn gì quà mía cửa thuở khuỷu toàn giếng où voilà déjà genoà quốc quyền ngoài huýt của già tài".split_whitespace() {
        assert_eq!(place_tone(word), None, "{word}");
    }
}

#[test]
fn i_and_y_are_one_class_only_where_they_sound_alike() {
    for (a, b) in [
        ("kỹ", "kĩ"),
        ("lý", "lí"),
        ("mỹ", "mĩ"),
        ("tỷ", "tỉ"),
        ("sỹ", "sĩ"),
        ("quý", "quí"),
        ("quýt", "quít"),
        ("hy", "hi"),
    ] {
        assert_eq!(class(a), class(b), "{a} {b}");
    }
    for (a, b) in [
        ("tay", "tai"),
        ("thúy", "thúi"),
        ("may", "mai"),
        ("y", "i"),
        ("bay", "bai"),
    ] {
        assert_ne!(class(a), class(b), "{a} {b}");
    }
}
