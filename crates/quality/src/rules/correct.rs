//! *Đúng*: what can be checked without asking anybody is right.

use jiff::civil::Date;
use records::{AgentIdentifier, Identifier, Scheme};

use crate::{
    Criterion,
    rule::{Look, Rule, Verdict, Words},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "year-plausible",
        criterion: Criterion::Correct,
        weight: 3,
        asks: Words {
            vi: "Năm xuất bản không nằm trong tương lai (tới năm sau là cùng) và không trước năm 1600.",
            en: "The year of publication is not in the future (next year at most) and not before 1600.",
        },
        cure: Words {
            vi: "Mở tài liệu, sửa năm; số trang hoặc số tập hay lẫn vào trường này.",
            en: "Open the document and mend the year; page and volume numbers slip into this field.",
        },
        judge: year_plausible,
    },
    Rule {
        id: "dates-agree",
        criterion: Criterion::Correct,
        weight: 2,
        asks: Words {
            vi: "Ngày viết dạng 2019-05-17 (hoặc 2019-05, 2019), có thật trên lịch, cùng năm với năm xuất bản.",
            en: "A date is written 2019-05-17 (or 2019-05, 2019), is a day of the calendar, and lies in the year of publication.",
        },
        cure: Words {
            vi: "Đối chiếu với tài liệu rồi sửa ngày hoặc năm.",
            en: "Compare with the document and mend the date or the year.",
        },
        judge: dates_agree,
    },
    Rule {
        id: "numbers-valid",
        criterion: Criterion::Correct,
        weight: 2,
        asks: Words {
            vi: "ISBN, ISSN và ORCID đủ chữ số, chữ số kiểm tra đúng.",
            en: "ISBN, ISSN and ORCID have all their digits, and the check digit is right.",
        },
        cure: Words {
            vi: "Chép lại số từ tài liệu; sai một chữ số là hay gặp nhất.",
            en: "Copy the number from the document again; one wrong digit is the most common case.",
        },
        judge: numbers_valid,
    },
    Rule {
        id: "pages-in-order",
        criterion: Criterion::Correct,
        weight: 1,
        asks: Words {
            vi: "Trang đầu không lớn hơn trang cuối.",
            en: "The first page does not come after the last one.",
        },
        cure: Words {
            vi: "Sửa số trang theo tài liệu.",
            en: "Mend the pages by the document.",
        },
        judge: pages_in_order,
    },
    Rule {
        id: "language-true",
        criterion: Criterion::Correct,
        weight: 2,
        asks: Words {
            vi: "Nhan đề và tóm tắt ghi là tiếng Việt hay tiếng Anh thì đúng là tiếng ấy.",
            en: "A title or abstract said to be Vietnamese or English is in that language.",
        },
        cure: Words {
            vi: "Đổi nhãn ngôn ngữ, hoặc chuyển văn bản về đúng ngôn ngữ của nó.",
            en: "Change the language label, or move the text under its own language.",
        },
        judge: language_true,
    },
    Rule {
        id: "title-names-the-work",
        criterion: Criterion::Correct,
        weight: 3,
        asks: Words {
            vi: "Nhan đề là tên tác phẩm, không phải tên tệp hay chữ của máy (“Microsoft Word - …”, “untitled”, “baocao.docx”).",
            en: "The title is that of the work, not a file name or words of a machine (“Microsoft Word - …”, “untitled”, “report.docx”).",
        },
        cure: Words {
            vi: "Lấy nhan đề từ trang đầu của tài liệu.",
            en: "Take the title from the first page of the document.",
        },
        judge: title_names_the_work,
    },
];

/// Printed science does not reach further back: smaller numbers are pages and
/// volumes (`Year` itself takes 1000 and more).
const FIRST_YEAR: i32 = 1600;

fn year_plausible(look: &Look<'_>) -> Verdict {
    let Some(year) = look.record.year else {
        return Verdict::DoesNotApply;
    };
    let this_year: i32 = look.today()[..4].parse().unwrap_or(i32::MAX - 1);
    let is_plausible = (FIRST_YEAR..=this_year.saturating_add(1)).contains(&year.get());
    Verdict::unless((!is_plausible).then_some(year))
}

fn dates_agree(look: &Look<'_>) -> Verdict {
    let Some(date) = &look.record.date else {
        return Verdict::DoesNotApply;
    };
    let whole = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        _ => date.clone(),
    };
    let agrees = whole.len() == 10
        && whole.parse::<Date>().is_ok_and(|day| {
            let year = i32::from(day.year());
            look.record.year.is_none_or(|said| said.get() == year)
        });
    Verdict::unless((!agrees).then_some(date))
}

fn numbers_valid(look: &Look<'_>) -> Verdict {
    let numbers = look.record.identifiers.iter();
    let numbers = numbers.filter(|number| matches!(number.scheme, Scheme::Isbn | Scheme::Issn));
    let wrong = numbers.clone().find(|number| !is_valid(number));
    let orcids = || {
        let named = look.record.agents.iter();
        named
            .filter_map(|agent| agent.identifier.as_deref())
            .filter(|id| looks_like_orcid(id))
    };
    let wrong = wrong.map(|number| number.value.as_str());
    let wrong = wrong.or_else(|| orcids().find(|id| !is_orcid(id)));
    if wrong.is_none() && numbers.count() == 0 && orcids().next().is_none() {
        return Verdict::DoesNotApply;
    }
    Verdict::unless(wrong)
}

fn is_valid(number: &Identifier) -> bool {
    let digits: Vec<u32> = number.value.chars().filter_map(digit).collect();
    if digits.len() != number.value.chars().count() {
        return false;
    }
    match (number.scheme, digits.len()) {
        (Scheme::Issn, 8) => weighted(&digits, 8) == 0,
        (Scheme::Isbn, 10) => weighted(&digits, 10) == 0,
        (Scheme::Isbn, 13) => {
            let weights = [1, 3].into_iter().cycle();
            let sum: u32 = digits.iter().zip(weights).map(|(d, w)| d * w).sum();
            !digits.contains(&10) && sum.is_multiple_of(10)
        }
        _ => false,
    }
}

/// Σ digit × falling weight, mod 11: 0 for a right ISSN (ISO 3297) or ISBN-10
/// (ISO 2108). `X` stands in the last place only.
fn weighted(digits: &[u32], first: u32) -> u32 {
    let last = digits.len() - 1;
    if digits[..last].contains(&10) {
        return 1;
    }
    let weights = (1..=first).rev();
    digits.iter().zip(weights).map(|(d, w)| d * w).sum::<u32>() % 11
}

fn digit(c: char) -> Option<u32> {
    if c == 'X' { Some(10) } else { c.to_digit(10) }
}

/// Four groups of four: ROR and other numbers look otherwise.
fn looks_like_orcid(id: &str) -> bool {
    id.starts_with("0000-") || id.contains("orcid.org/")
}

fn is_orcid(id: &str) -> bool {
    matches!(AgentIdentifier::parse(id), Ok(AgentIdentifier::Orcid(_)))
}

fn pages_in_order(look: &Look<'_>) -> Verdict {
    let Some(pages) = &look.record.pages else {
        return Verdict::DoesNotApply;
    };
    let bare = pages
        .trim()
        .trim_start_matches(['p', 'P', 't', 'r', '.', ' ']);
    let span = bare.split_once(['-', '–', '—']);
    let Some((first, last)) = span.map(|(a, b)| (a.trim(), b.trim_matches(['-', '–', ' ', '.'])))
    else {
        return Verdict::DoesNotApply;
    };
    let (Ok(first_n), Ok(last_n)) = (first.parse::<u64>(), last.parse::<u64>()) else {
        return Verdict::DoesNotApply;
    };
    // `1023-31` stands for 1023-1031.
    let is_short = last.len() < first.len();
    let tail = first_n % 10_u64.pow(u32::try_from(last.len().min(18)).unwrap_or(18));
    let in_order = first_n <= last_n || (is_short && tail <= last_n);
    Verdict::unless((!in_order).then_some(pages))
}

/// Below this a title may be a name, a formula or a loan word.
const MIN_LANGUAGE_CHARS: usize = 40;
/// A label is doubted when the detector is as sure as this.
const SURE: f32 = 0.9;

fn language_true(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let texts = record.title.iter().chain(record.abstract_text.iter());
    let long = texts.filter(|(lang, text)| {
        matches!(lang.as_str(), "vi" | "en") && text.chars().count() >= MIN_LANGUAGE_CHARS
    });
    let mut applies = false;
    for (lang, text) in long {
        applies = true;
        let found = text::detect(text);
        let is_other = matches!(found.lang, "vi" | "en") && found.lang != lang.as_str();
        if is_other && found.confidence >= SURE {
            return Verdict::unless(Some(format!("{lang} ≠ {}: {text}", found.lang)));
        }
    }
    if applies {
        Verdict::Holds
    } else {
        Verdict::DoesNotApply
    }
}

/// Ends of file names that end up as titles.
const FILE_ENDS: [&str; 11] = [
    ".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".xls", ".xlsx", ".ppt", ".pptx", ".dvi",
];
/// How programs fill the title of a document that has none; folded.
const MACHINE_TITLES: [&str; 9] = [
    "untitled",
    "microsoft word",
    "microsoft powerpoint",
    "powerpoint presentation",
    "slide 1",
    "document1",
    "khong ten",
    "no title",
    "new document",
];

fn title_names_the_work(look: &Look<'_>) -> Verdict {
    if look.record.title.is_empty() {
        return Verdict::DoesNotApply;
    }
    let mut titles = look.record.title.iter().map(|(_, title)| title);
    Verdict::unless(titles.find(|title| is_machine_title(title)))
}

fn is_machine_title(title: &str) -> bool {
    let folded = text::fold(title.trim());
    let has_letters = folded.chars().any(char::is_alphabetic);
    let begins = |start: &&str| {
        folded
            .strip_prefix(*start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(" -"))
    };
    let is_file = FILE_ENDS.iter().any(|end| folded.ends_with(end));
    !has_letters || is_file || MACHINE_TITLES.iter().any(begins)
}
