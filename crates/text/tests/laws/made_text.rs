//! Texts for the laws: made of pieces that are known to be hard, and windows of text as people write it.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use text::segment::read_conllu;

/// Pieces that Unicode, mail, scanners and old fonts leave in text.
pub(crate) const HARD: [&str; 48] = [
    "\u{301}",
    "\u{302}\u{301}",
    "e\u{323}\u{302}",
    "ư\u{301}\u{301}",
    "\u{31B}",
    "\u{20E3}",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{9d}",
    "\r\n",
    "\n\n",
    "\t",
    "\u{A0}",
    "\u{2028}",
    "\u{200B}",
    "\u{AD}",
    "\u{FEFF}",
    "\u{200F}",
    "\u{202E}",
    "\u{2066}",
    "שלום",
    "مرحبا",
    "👍🏽",
    "👩‍👩‍👧",
    "🇻🇳",
    "漢字",
    "かな",
    "한국",
    "\u{1112}\u{1161}\u{11AB}",
    "กำ",
    "\u{FFFD}",
    "\u{FDD0}",
    "\u{10FFFF}",
    "Ǆ",
    "ﬁ",
    "ß",
    "İ",
    "①",
    "２０",
    "²",
    "µ",
    "Nh÷ng nguyªn t¾c",
    "Coäng hoøa",
    "thụng tin",
    "bieens d9o6i3",
    "tie^'ng Vie^.t",
];

/// Pieces that any text has.
const PLAIN: [&str; 30] = [
    " ",
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "? ",
    "\n",
    "-",
    "/",
    "(",
    ")",
    ":",
    "@",
    "_",
    "'",
    "khoa",
    "học",
    "khoa hoc",
    "Đất",
    "nước",
    "HÀ NỘI",
    "kỹ",
    "hoà",
    "the",
    "class",
    "10.1000/ab-12",
    "a.b@hus.edu.vn",
    "1.234,5",
    "H2SO4",
];

/// Text of any kind: hard and plain pieces in any order, any characters, sentences.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => select(HARD.to_vec()).prop_map(str::to_owned),
        4 => select(PLAIN.to_vec()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-zA-ZăâêôơưđĐàéịỏũ]{1,7}",
    ];
    let pieces = proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => any::<String>(), 1 => clean_passage()]
}

/// Vietnamese with its accents, as people write it.
const VIETNAMESE: [&str; 12] = [
    "Nghiên cứu đánh giá ảnh hưởng của biến đổi khí hậu đến sản xuất lúa ở đồng bằng sông Cửu Long trong 30 năm qua.",
    "Căn cứ Luật Khoa học và Công nghệ ngày 18 tháng 6 năm 2013; theo đề nghị của Vụ trưởng Vụ Kế hoạch – Tài chính,",
    "Kết quả cho thấy hàm lượng As trong nước ngầm vượt quy chuẩn 2,5 lần (p < 0,05); cần xử lý trước khi sử dụng.",
    "PGS. TS. Nguyễn Thị Hồng Vân, Trường Đại học Khoa học Tự nhiên, ĐHQG Hà Nội. E-mail: van.nth@hus.edu.vn",
    "Ứng dụng mạng nơ-ron tích chập (CNN) trong chẩn đoán ung thư phổi từ ảnh X-quang ngực",
    "Bà ấy không là cô giáo; ông ta có cá, và tôi có ý: à, ồ, ơ, ô, ê, y tá, ca, bò, tú, sư.",
    "Giá vàng hôm nay tăng thêm 200.000 đồng/lượng, lên mức 36,5 triệu đồng; tỷ giá USD/VND đứng ở 22.480.",
    "TỔNG HỢP VÀ ĐẶC TRƯNG VẬT LIỆU NANO TiO₂ PHA TẠP N, C BẰNG PHƯƠNG PHÁP SOL-GEL",
    "Chị bảo: “Mai em về quê à?” – nó gật đầu, rồi đi thẳng ra ngõ, chẳng nói chẳng rằng…",
    "Vi-rút SARS-CoV-2 gây bệnh COVID-19 được phát hiện lần đầu vào tháng 12/2019 tại Vũ Hán, Trung Quốc.",
    "Thuỷ điện Hoà Bình, kỹ sư Lý Quý, bác sĩ Mỹ, hoa quả, khoẻ mạnh, hủ tiếu, thuở nhỏ, quyển vở, giặt giũ, gìn giữ",
    "Đề tài hệ thống hoá cơ sở lý luận, phân tích thực trạng và đề xuất giải pháp phát triển nguồn nhân lực.",
];

/// Other text that needs no repair and holds no keys.
const OTHER: [&str; 10] = [
    "The effects of climate change on rice production in the Mekong delta: a review of thirty years of field trials",
    "We propose a graph neural network (GNN) for predicting molecular properties; see https://doi.org/10.1000/182.",
    "Les forêts tropicales répondent au réchauffement ; où êtes-vous allés l'été dernier ? À Noël, déjà, çà et là.",
    "Der Schlüssel für die Tür: größer, schöner, Äpfel und Öl, daß Straße, übermäßig – „gut“ so",
    "El niño comió piñas; ¿qué más? São Paulo não é a capital, coração, ações, pão.",
    "α-amylase, β-carotene, 25 °C ± 0.5, 3 µm × 4 µm, E = mc², CO₂, H₂SO₄, § 5 Abs. 2, © 2019 Müller & Söhne",
    "if (a^b) { o += f(a)*e(i) - u ? x : y; } // it's don't o'clock a.b.c, path/to/file_name.rs",
    "Gómez, J.; Müller, K.; Nguyễn, V. A.; Škoda, P.; Ångström, A. J. Phys. Chem. B 2004, 108, 1234–1240.",
    "Россия занимает первое место в мире по территории. 気候変動が農業に与える影響について。",
    "Access to test kits for his class was less than the address list of his boss had said in the first draft.",
];

/// Words of each line, with the sentences of the treebank where the test data are.
static LINES: LazyLock<Lines> = LazyLock::new(Lines::read);

pub(crate) struct Lines {
    pub(crate) vietnamese: Vec<String>,
    pub(crate) other: Vec<String>,
    /// Whether the sentences of the treebank are among them.
    pub(crate) has_treebank: bool,
}

impl Lines {
    fn read() -> Self {
        let root = std::env::var("TRITHUC_TEST_DATA").unwrap_or_else(|_| {
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned()
        });
        let path = format!("{root}/segmentation/vi_vtb-ud-dev.conllu");
        let mut vietnamese = VIETNAMESE.map(str::to_owned).to_vec();
        let treebank = std::fs::read_to_string(&path)
            .ok()
            .and_then(|source| read_conllu(&source).ok());
        let has_treebank = treebank.is_some();
        match treebank {
            Some(sentences) => {
                vietnamese.extend(sentences.into_iter().map(|sentence| sentence.text))
            }
            None => eprintln!(
                "SKIPPED: sentences of the treebank, none at `{path}`; set TRITHUC_TEST_DATA"
            ),
        }
        Self {
            vietnamese,
            other: OTHER.map(str::to_owned).to_vec(),
            has_treebank,
        }
    }
}

pub(crate) fn lines() -> &'static Lines {
    &LINES
}

/// Some neighbouring words of a line of Vietnamese.
pub(crate) fn vietnamese_passage() -> impl Strategy<Value = String> {
    window(&lines().vietnamese)
}

/// One to four windows of text that needs no repair, of one language or several.
pub(crate) fn clean_passage() -> impl Strategy<Value = String> {
    let one = prop_oneof![3 => window(&lines().vietnamese), 2 => window(&lines().other)];
    let join = |(windows, between): (Vec<String>, &str)| windows.join(between);
    (
        proptest::collection::vec(one, 1..5),
        select(vec![" ", "\n", ". "]),
    )
        .prop_map(join)
}

fn window(lines: &'static [String]) -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), 1..40usize).prop_map(move |(line, first, n)| {
        let words: Vec<&str> = line.get(lines).split(' ').collect();
        let first = first.index(words.len());
        words[first..words.len().min(first + n)].join(" ")
    })
}
