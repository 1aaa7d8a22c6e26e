//! *Sạch*: texts are what a person would write, and each work is there once.

use records::AgentKind;

use super::{around, short_texts, texts};
use crate::{
    Criterion,
    rule::{Look, Rule, Verdict, Words},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "characters",
        criterion: Criterion::Clean,
        weight: 3,
        asks: Words {
            vi: "Không có ký tự hỏng (�), ký tự điều khiển hay ký tự của phông chữ riêng.",
            en: "There are no broken characters (�), control characters or characters of private fonts.",
        },
        cure: Words {
            vi: "Chép lại đoạn hỏng từ tài liệu.",
            en: "Copy the broken passage from the document again.",
        },
        judge: |look| {
            Verdict::unless(texts(look.record).find_map(|text| {
                let at = text.find(is_broken)?;
                Some(around(text, at))
            }))
        },
    },
    Rule {
        id: "encoding",
        criterion: Criterion::Clean,
        weight: 3,
        asks: Words {
            vi: "Tiếng Việt ở Unicode, không còn TCVN3, VNI, VIQR hay chữ đọc sai mã (“Nghiªn cøu”, “NghiÃªn cá»©u”).",
            en: "Vietnamese is in Unicode: no TCVN3, VNI or VIQR is left, and nothing was read in a wrong encoding (“Nghiªn cøu”, “NghiÃªn cá»©u”).",
        },
        cure: Words {
            vi: "Chạy `trithuc text repair` với đoạn văn, hoặc nạp lại từ nguồn.",
            en: "Put the text through `trithuc text repair`, or take it in from its source again.",
        },
        judge: encoding,
    },
    Rule {
        id: "accents",
        criterion: Criterion::Clean,
        weight: 2,
        asks: Words {
            vi: "Nhan đề tiếng Việt viết có dấu.",
            en: "A Vietnamese title is written with its accents.",
        },
        cure: Words {
            vi: "Gõ lại có dấu; `trithuc text restore` gợi ý.",
            en: "Type it with accents; `trithuc text restore` suggests them.",
        },
        judge: accents,
    },
    Rule {
        id: "markup",
        criterion: Criterion::Clean,
        weight: 2,
        asks: Words {
            vi: "Không còn thẻ HTML hay mã như &amp;amp; trong văn bản.",
            en: "No HTML tags or codes such as &amp;amp; are left in texts.",
        },
        cure: Words {
            vi: "Xóa thẻ, thay mã bằng ký tự của nó.",
            en: "Take the tags out and put the characters in place of their codes.",
        },
        judge: |look| {
            Verdict::unless(
                texts(look.record).find_map(|text| Some(around(text, markup_at(text)?))),
            )
        },
    },
    Rule {
        id: "spaces",
        criterion: Criterion::Clean,
        weight: 1,
        asks: Words {
            vi: "Nhan đề, tên và từ khóa không thừa khoảng trắng, dấu thanh ghép đúng chuẩn Unicode (NFC).",
            en: "Titles, names and keywords have no spare spaces, and their accents are composed (Unicode NFC).",
        },
        cure: Words {
            vi: "Chạy `trithuc text normalise` với đoạn văn.",
            en: "Put the text through `trithuc text normalise`.",
        },
        judge: |look| Verdict::unless(short_texts(look.record).find(|text| is_untidy(text))),
    },
    Rule {
        id: "capitals",
        criterion: Criterion::Clean,
        weight: 1,
        asks: Words {
            vi: "Nhan đề không viết hoa toàn bộ.",
            en: "Titles are not in capitals throughout.",
        },
        cure: Words {
            vi: "Viết lại: chỉ hoa chữ đầu và tên riêng.",
            en: "Write it anew: capitals for the first letter and for names only.",
        },
        judge: |look| {
            let mut titles = look.record.title.iter().map(|(_, title)| title);
            Verdict::unless(titles.find(|title| is_all_capitals(title)))
        },
    },
    Rule {
        id: "names",
        criterion: Criterion::Clean,
        weight: 2,
        asks: Words {
            vi: "Mỗi tên người là một tên: không có số, “et al.”, học hàm, địa chỉ, hay nhiều người trong một ô.",
            en: "Each personal name is one name: no digits, “et al.”, titles, addresses, or several people in one field.",
        },
        cure: Words {
            vi: "Tách từng người, bỏ học hàm, học vị và chú thích.",
            en: "Enter the people one by one, without titles and notes.",
        },
        judge: names,
    },
    Rule {
        id: "no-duplicate",
        criterion: Criterion::Clean,
        weight: 2,
        asks: Words {
            vi: "Biểu ghi không trùng với biểu ghi khác (theo lần dò trùng gần nhất).",
            en: "No other record describes the same work (by the last search for duplicates).",
        },
        cure: Words {
            vi: "Xem trang Biểu ghi trùng: gộp, hoặc ghi nhận là hai công trình.",
            en: "See the page of duplicates: merge them, or say that they are two works.",
        },
        judge: |look| Verdict::of(!look.census.is_duplicate(&look.record.id)),
    },
];

fn is_broken(c: char) -> bool {
    let is_private = matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}');
    let is_control = c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    c == '\u{FFFD}' || is_private || is_control
}

fn encoding(look: &Look<'_>) -> Verdict {
    let garbled = |text| {
        let at = double_encoding_at(text).or_else(|| {
            // Without a character beyond ASCII only VIQR can be wrong, and
            // these are its marks.
            let suspect = !text.is_ascii() || text.contains(['^', '~', '`', '+', '(']);
            let runs = if suspect {
                text::repair(text).runs
            } else {
                Vec::new()
            };
            runs.first().map(|run| run.range.start)
        })?;
        Some(around(text, at))
    };
    Verdict::unless(texts(look.record).find_map(garbled))
}

/// UTF-8 read as Windows-1252: `Ã¡`, `áº¿`, `Ä‘`, `â€œ`.
fn double_encoding_at(text: &str) -> Option<usize> {
    ["áº", "á»", "Ä‘", "â€", "Æ°", "Ã¡", "Ã ", "Ãª", "Ã´", "Ã©"]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min()
}

/// Fewer words may have no accents by nature.
const MIN_ACCENT_WORDS: usize = 5;

fn accents(look: &Look<'_>) -> Verdict {
    let Some(title) = look.record.title.get(&records::Lang::vi()) else {
        return Verdict::DoesNotApply;
    };
    if title.split_whitespace().count() < MIN_ACCENT_WORDS {
        return Verdict::DoesNotApply;
    }
    let is_bare = text::fold(title) == title.to_lowercase() && text::detect(title).accentless;
    Verdict::unless(is_bare.then_some(title))
}

fn markup_at(text: &str) -> Option<usize> {
    let mut tags = text.match_indices('<').map(|(at, _)| at);
    let mut codes = text.match_indices('&').map(|(at, _)| at);
    let tag = tags.find(|at| begins_tag(&text[at + 1..]));
    tag.or_else(|| codes.find(|at| begins_code(&text[at + 1..])))
}

fn begins_tag(rest: &str) -> bool {
    let rest = rest.trim_start_matches('/');
    let n_bytes = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, rest) = rest.split_at(n_bytes);
    rest.starts_with(['>', ' ', '/', ':']) && TAGS.contains(&name.to_ascii_lowercase().as_str())
}

/// `amp;`, `#7891;`: the longest names have eight letters.
fn begins_code(rest: &str) -> bool {
    let Some(end) = rest.bytes().take(9).position(|b| b == b';') else {
        return false;
    };
    let name = &rest.as_bytes()[..end];
    let letters = name.strip_prefix(b"#").unwrap_or(name);
    name.len() > 1 && !letters.is_empty() && letters.iter().all(u8::is_ascii_alphanumeric)
}

/// Tags met in harvested titles and abstracts; `a < b` is no tag.
const TAGS: [&str; 17] = [
    "p", "br", "b", "i", "u", "em", "strong", "sub", "sup", "span", "div", "font", "a", "li", "ul",
    "title", "jats",
];

fn is_untidy(text: &str) -> bool {
    let is_padded = text.trim() != text;
    let is_wide = text.contains("  ") || text.contains(['\n', '\t', '\u{A0}']);
    let is_decomposed = text.chars().any(|c| {
        matches!(
            c,
            '\u{300}'
                | '\u{301}'
                | '\u{303}'
                | '\u{309}'
                | '\u{323}'
                | '\u{302}'
                | '\u{306}'
                | '\u{31B}'
        )
    });
    is_padded || is_wide || is_decomposed
}

/// Names of systems and meetings are in capitals by right: `LIMSI @ IWSLT 2010`.
const MIN_CAPITAL_WORDS: usize = 4;

fn is_all_capitals(title: &str) -> bool {
    let words = title.split_whitespace();
    let n_words = words
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count();
    n_words >= MIN_CAPITAL_WORDS && !title.chars().any(char::is_lowercase)
}

/// Titles of people and words of addresses, folded, as they stand in front of
/// names or in their place.
const NOT_NAMES: [&str; 16] = [
    "et al",
    "pgs",
    "gs",
    "ts",
    "ths",
    "ks",
    "cn",
    "prof",
    "dr",
    "nhom tac gia",
    "nhieu tac gia",
    "va cong su",
    "unknown",
    "anonymous",
    "khuyet danh",
    "n/a",
];

fn names(look: &Look<'_>) -> Verdict {
    let people = || {
        let agents = look.record.agents.iter();
        agents.filter(|agent| agent.kind == AgentKind::Person)
    };
    if people().next().is_none() {
        return Verdict::DoesNotApply;
    }
    Verdict::unless(
        people()
            .map(|agent| &agent.name)
            .find(|name| !is_name(name)),
    )
}

fn has_stray_digit(word: &str) -> bool {
    let ordinal = word.trim_end_matches([',', '.']);
    let is_ordinal = matches!(ordinal, "1st" | "2nd" | "3rd" | "4th");
    !is_ordinal && word.bytes().any(|b| b.is_ascii_digit())
}

fn is_name(name: &str) -> bool {
    let has_letters = name.chars().any(char::is_alphabetic);
    // `(Alicia)` and `H/Mariam` are parts of names; so is `3rd`.
    let has_other = name.contains([';', '@', '&', '<', '|']);
    let has_digits = name.split_whitespace().any(has_stray_digit);
    let folded = text::fold(name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric() && c != '/')
        .filter(|word| !word.is_empty())
        .collect();
    let spaced = format!(" {} ", words.join(" "));
    let is_other = NOT_NAMES.iter().any(|words| match words.contains(' ') {
        true => spaced.contains(&format!(" {words} ")),
        // A short one may be a syllable of a name; in front it is a title
        // when a point follows.
        false => folded.starts_with(&format!("{words}.")) || folded == *words,
    });
    // `Nguyễn Văn An, Trần Thị Bình`: more than one comma, or two full names.
    let parts: Vec<&str> = name
        .split(',')
        .filter(|part| !part.trim().is_empty())
        .collect();
    let are_several = parts.len() > 3
        || (parts.len() >= 2
            && parts
                .iter()
                .all(|part| part.split_whitespace().count() >= 3));
    has_letters && !has_other && !has_digits && !is_other && !are_several
}
