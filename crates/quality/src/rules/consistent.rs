//! *Thống nhất*: one thing is written one way everywhere.

use records::{Lang, Subject};

use crate::{
    Criterion,
    rule::{Look, Rule, Verdict, Words},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "venue-spelling",
        criterion: Criterion::Consistent,
        weight: 2,
        asks: Words {
            vi: "Tên tạp chí, kỷ yếu viết như ở phần lớn biểu ghi khác.",
            en: "The journal or proceedings is written as in most other records.",
        },
        cure: Words {
            vi: "Đổi sang cách viết thường dùng (bên phải mũi tên).",
            en: "Change it to the usual way (right of the arrow).",
        },
        judge: venue_spelling,
    },
    Rule {
        id: "institution-spelling",
        criterion: Criterion::Consistent,
        weight: 2,
        asks: Words {
            vi: "Tên cơ quan viết như ở phần lớn biểu ghi khác.",
            en: "Institutions are written as in most other records.",
        },
        cure: Words {
            vi: "Đổi sang cách viết thường dùng (bên phải mũi tên).",
            en: "Change it to the usual way (right of the arrow).",
        },
        judge: institution_spelling,
    },
    Rule {
        id: "codes-of-scheme",
        criterion: Criterion::Consistent,
        weight: 2,
        asks: Words {
            vi: "Mã phân loại viết đúng dạng của khung: KH&CN là 1 đến 7 chữ số bắt đầu từ 1 đến 6, IPC như A61K 31/00, DDC như 577.3.",
            en: "Codes have the form of their scheme: S&T fields 1 to 7 digits from 1 to 6 on, IPC like A61K 31/00, DDC like 577.3.",
        },
        cure: Words {
            vi: "Tra lại mã trong khung phân loại.",
            en: "Look the code up in the scheme.",
        },
        judge: codes_of_scheme,
    },
    Rule {
        id: "language-labels",
        criterion: Criterion::Consistent,
        weight: 1,
        asks: Words {
            vi: "Nhan đề, tóm tắt, từ khóa đều ghi rõ ngôn ngữ (không phải “und”).",
            en: "Titles, abstracts and keywords all say their language (not “und”).",
        },
        cure: Words {
            vi: "Ghi mã ngôn ngữ của văn bản.",
            en: "Enter the code of the text's language.",
        },
        judge: language_labels,
    },
    Rule {
        id: "keywords-apart",
        criterion: Criterion::Consistent,
        weight: 1,
        asks: Words {
            vi: "Mỗi từ khóa một mục, không lặp lại, không gộp nhiều từ bằng dấu phẩy hay chấm phẩy.",
            en: "Each keyword is an entry of its own, is there once, and holds no commas or semicolons between several.",
        },
        cure: Words {
            vi: "Tách các từ khóa, bỏ từ lặp.",
            en: "Split them, and take repeated ones out.",
        },
        judge: keywords_apart,
    },
];

fn venue_spelling(look: &Look<'_>) -> Verdict {
    let Some(venue) = &look.record.venue else {
        return Verdict::DoesNotApply;
    };
    let usual = look.census.usual_venue(venue);
    Verdict::unless(usual.map(|usual| format!("{venue} → {usual}")))
}

fn institution_spelling(look: &Look<'_>) -> Verdict {
    if look.record.institutions.is_empty() {
        return Verdict::DoesNotApply;
    }
    let other = look.record.institutions.iter().find_map(|name| {
        let usual = look.census.usual_institution(name)?;
        Some(format!("{name} → {usual}"))
    });
    Verdict::unless(other)
}

fn codes_of_scheme(look: &Look<'_>) -> Verdict {
    let known = || {
        let subjects = look.record.subjects.iter();
        subjects.filter(|s| matches!(s.scheme.as_str(), "khcn" | "ipc" | "ddc"))
    };
    if known().next().is_none() {
        return Verdict::DoesNotApply;
    }
    let wrong = known().find(|subject| !has_form(subject));
    Verdict::unless(wrong.map(|subject| format!("{} {}", subject.scheme, subject.code)))
}

fn has_form(subject: &Subject) -> bool {
    let code = subject.code.as_bytes();
    match subject.scheme.as_str() {
        "khcn" => {
            let digits: Vec<u8> = code.iter().copied().filter(|b| *b != b'.').collect();
            (1..=7).contains(&digits.len())
                && digits.iter().all(u8::is_ascii_digit)
                && (b'1'..=b'6').contains(&digits[0])
        }
        "ddc" => code.len() >= 3 && code[..3].iter().all(u8::is_ascii_digit),
        "ipc" => is_ipc(code),
        _ => true,
    }
}

/// Section, class, subclass, then a group or nothing (WIPO ST.8): `A61K 31/00`.
fn is_ipc(code: &[u8]) -> bool {
    let head = code.first().is_some_and(|b| (b'A'..=b'H').contains(b));
    let class = code
        .get(1..3)
        .is_none_or(|c| c.iter().all(u8::is_ascii_digit));
    let subclass = code.get(3).is_none_or(u8::is_ascii_uppercase);
    let group = code.get(4..).is_none_or(|group| {
        group
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'/'))
    });
    head && code.len() != 2 && class && subclass && group
}

fn language_labels(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let titles = record.title.iter().map(|(lang, text)| (lang, text.clone()));
    let abstracts = record.abstract_text.iter();
    let abstracts = abstracts.map(|(lang, text)| (lang, text.clone()));
    let keywords = record.keywords.iter();
    let keywords = keywords.map(|(lang, words)| (lang, words.join(", ")));
    let mut all = titles.chain(abstracts).chain(keywords).peekable();
    if all.peek().is_none() {
        return Verdict::DoesNotApply;
    }
    Verdict::unless(
        all.find(|(lang, _)| **lang == Lang::und())
            .map(|(_, text)| text),
    )
}

fn keywords_apart(look: &Look<'_>) -> Verdict {
    let mut applies = false;
    for (_, words) in look.record.keywords.iter() {
        applies |= !words.is_empty();
        let mut seen: Vec<String> = Vec::new();
        for word in words {
            let lower = word.trim().to_lowercase();
            // A comma may belong to a chemical name: `1,2-dichloroethane`.
            let several = word.contains(';') || word.matches(", ").count() >= 2;
            if several || seen.contains(&lower) {
                return Verdict::unless(Some(word));
            }
            seen.push(lower);
        }
    }
    if applies {
        Verdict::Holds
    } else {
        Verdict::DoesNotApply
    }
}
