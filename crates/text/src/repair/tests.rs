//! Laws and examples of repair.

use super::*;
use proptest::prelude::*;

const CLEAN: &str = "Cộng hòa xã hội chủ nghĩa Việt Nam, độc lập, tự do, hạnh phúc. \
    Căn cứ nghị định số 29 năm 1998 của chính phủ về công tác thông tin khoa học.";

#[test]
fn each_encoding_is_found_by_its_text() {
    for encoding in Encoding::ALL {
        let repaired = repair(&encode(CLEAN, encoding));
        assert_eq!(repaired.text, CLEAN, "{encoding}");
        assert_eq!(repaired.runs.len(), 1, "{encoding}");
        assert_eq!(repaired.runs[0].encoding, encoding);
        assert!(repaired.runs[0].confidence > 0.8, "{encoding}");
    }
}

#[test]
fn the_windows_1252_reading_is_the_same_as_latin_1() {
    assert_eq!(
        repair_as("\u{8C}", Encoding::Vps, false),
        repair_as("Œ", Encoding::Vps, false)
    );
}

#[test]
fn a_file_may_mix_encodings_and_clean_text() {
    let tcvn3 = encode(
        "Điều một của nghị định này quy định phạm vi điều chỉnh",
        Encoding::Tcvn3,
    );
    let vni = encode(
        "Bộ trưởng Bộ Khoa học và Công nghệ ban hành thông tư",
        Encoding::Vni,
    );
    let clean = "The résumé of naïve Bayes classifiers by Gómez and Müller, văn bản gốc không đổi";
    let repaired = repair(&format!("{tcvn3}\n{clean}\n{vni}\n"));
    let kinds: Vec<Encoding> = repaired.runs.iter().map(|run| run.encoding).collect();
    assert_eq!(kinds, [Encoding::Tcvn3, Encoding::Vni]);
    assert!(repaired.text.contains(clean));
    assert!(
        repaired.text.contains("Điều một của nghị định")
            && repaired.text.contains("ban hành thông tư")
    );
}

#[test]
fn capitals_of_tcvn3_come_from_their_neighbours_or_the_caller() {
    assert_eq!(
        repair("NH÷NG QUY ®ÞNH CHUNG cña NghÞ ®Þnh").text,
        "NHỮNG QUY ĐỊNH CHUNG của Nghị định"
    );
    assert_eq!(repair_as("quy ®Þnh", Encoding::Tcvn3, true), "QUY ĐỊNH");
}

#[test]
fn a_line_in_capitals_is_one_and_a_sentence_after_it_begins_with_one() {
    let found =
        repair("MôC LôC PHÇN THø NHÊT: KÕ ho¹ch tæng thÓ\nKÕ ho¹ch ph¸t triÓn tØnh L©m §ång");
    assert_eq!(
        found.text,
        "MỤC LỤC PHẦN THỨ NHẤT: Kế hoạch tổng thể\nKế hoạch phát triển tỉnh Lâm Đồng"
    );
}

#[test]
fn a_run_beyond_doubt_takes_foreign_words_and_slips_along() {
    let law = "Céng hßa x· héi chñ nghÜa ViÖt Nam, ®éc lËp, tù do, h¹nh phóc. NghÞ ®Þnh cña ChÝnh phñ vÒ \
               qu¶n lý nhµ n\u{ad}íc ®èi víi ho¹t ®éng khoa häc vµ c«ng nghÖ. ";
    let found = repair(&format!(
        "{law}XuÊt khÈu «t« trong n¨m, trrªn ®\u{ad}êng (®iÓm ®) vµ biÓn."
    ));
    assert!(
        found
            .text
            .ends_with("Xuất khẩu ôtô trong năm, trrên đường (điểm đ) và biển."),
        "{found:?}"
    );
}

#[test]
fn runs_say_where_they_went() {
    let text = "Table 1: Nh÷ng nguyªn t¾c c¬ b¶n, as said";
    let found = repair(text);
    let [run] = &found.runs[..] else {
        panic!("{:?}", found.runs)
    };
    assert_eq!(
        &found.text[run.repaired.clone()],
        "Những nguyên tắc cơ bản,"
    );
    assert_eq!(found.text[..run.repaired.start], text[..run.range.start]);
}

#[test]
fn clean_text_of_many_kinds_stays() {
    for text in [
        "Der Schlüssel für die Tür: größer, schöner, Äpfel und Öl",
        "L'été dernier, où êtes-vous allés ? « Très bien », répondit-elle. Forêt, maïs, Noël.",
        "El niño comió piñas; ¿qué más? São Paulo não é a capital.",
        "if (a^b) { o+ = f(a)*e(i) - u?x:y; } // it's don't o'clock a.b.c",
        "§ 5 Abs. 2, 20 °C ± 0,5 µm × 3 µg·m⁻² – m² ¶ ® © ½",
        "α-amylase của Bacillus subtilis; công thức E = mc², hệ số a(x) + b(y).",
        "có là và cá, bà, hè, tôi, ông, ý",
    ] {
        let repaired = repair(text);
        assert_eq!(repaired.runs, [], "{text}");
        assert_eq!(repaired.text, text);
    }
}

#[test]
fn hostile_text_comes_back() {
    for text in [
        "\u{301}\u{301}\u{301}".to_string(),
        "÷".repeat(10_000),
        "ụ".repeat(100_000),
        "a^".repeat(100_000),
        "\u{0}\u{7f}\u{85}\u{202e}\u{1F600}".repeat(1000),
        "aâ".repeat(100_000),
    ] {
        assert!(!repair(&text).text.is_empty());
    }
}

proptest! {
    #[test]
    fn runs_lie_in_order_and_the_rest_is_untouched(text in "(\\PC{0,6}|[a-z®÷ªøùûõ]{1,6}| |\n){0,40}") {
        let repaired = repair(&text);
        let mut at = 0;
        let mut rest = repaired.text.as_str();
        for run in &repaired.runs {
            prop_assert!(run.range.start >= at && run.range.end > run.range.start);
            prop_assert!((0.0..=1.0).contains(&run.confidence));
            let between = &text[at..run.range.start];
            let start = rest.find(between);
            prop_assert!(start.is_some());
            rest = &rest[start.unwrap() + between.len()..];
            at = run.range.end;
        }
        prop_assert!(rest.ends_with(&text[at..]));
        prop_assert!(!repaired.runs.is_empty() || repaired.text == text);
    }

    #[test]
    fn clean_vietnamese_is_left_alone(words in proptest::collection::vec(
        proptest::sample::select(vec!["nghiên", "cứu", "khoa", "học", "có", "là", "và", "công", "nghệ", "vụ", "cú", "một", "rừng", "không", "é", "à", "ở"]), 1..30)) {
        let text = words.join(" ");
        prop_assert_eq!(repair(&text).text, text);
    }
}

#[test]
fn a_rare_word_said_often_is_still_that_word() {
    for text in ["cú cú cú cú cú cú", "cú và cú và cú và cú và cú"] {
        assert_eq!(repair(text).text, text);
    }
}

#[test]
fn dropped_soft_hyphens_of_tcvn3_come_back() {
    let clean =
        "Người tiêu dùng được hưởng chính sách của Nhà nước, như đã hướng dẫn ở chương trước";
    let dropped = encode(clean, Encoding::Tcvn3).replace('\u{AD}', "");
    assert_eq!(repair(&dropped).text, clean);
}
