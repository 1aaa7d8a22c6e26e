//! *Đủ*: what belongs into a record of its type is there.

use records::{AgentRole, Lang, RecordType, Scheme};

use crate::{
    Criterion,
    rule::{Look, Rule, Verdict, Words},
};

use RecordType::{Book, Dataset, Paper, Patent, Report, Task, Thesis};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "title",
        criterion: Criterion::Complete,
        weight: 3,
        asks: Words {
            vi: "Có nhan đề.",
            en: "There is a title.",
        },
        cure: Words {
            vi: "Lấy nhan đề từ trang đầu của tài liệu.",
            en: "Take the title from the first page of the document.",
        },
        judge: |look| Verdict::of(look.record.title.iter().any(|(_, t)| !t.trim().is_empty())),
    },
    Rule {
        id: "creators",
        criterion: Criterion::Complete,
        weight: 3,
        asks: Words {
            vi: "Có tác giả, nhà sáng chế hoặc chủ nhiệm (với bộ dữ liệu, báo cáo, sáng chế và nhiệm vụ: hoặc một tổ chức).",
            en: "There is an author, inventor or principal investigator (for datasets, reports, patents and tasks: or an organisation).",
        },
        cure: Words {
            vi: "Ghi đủ tên như in trên tài liệu, theo thứ tự.",
            en: "Enter the names as the document prints them, in order.",
        },
        judge: creators,
    },
    Rule {
        id: "year",
        criterion: Criterion::Complete,
        weight: 2,
        asks: Words {
            vi: "Có năm xuất bản, cấp bằng hoặc nghiệm thu.",
            en: "There is a year of publication, grant or acceptance.",
        },
        cure: Words {
            vi: "Ghi năm theo tài liệu hoặc theo số tạp chí.",
            en: "Enter the year from the document or from the issue of the journal.",
        },
        judge: |look| Verdict::of(look.record.year.is_some()),
    },
    Rule {
        id: "abstract",
        criterion: Criterion::Complete,
        weight: 2,
        asks: Words {
            vi: "Có tóm tắt từ 100 ký tự trở lên, không chép lại nhan đề (mọi loại trừ sách).",
            en: "There is an abstract of 100 characters or more that does not repeat the title (all types but books).",
        },
        cure: Words {
            vi: "Chép tóm tắt từ tài liệu, hoặc đọc lại tệp bằng `trithuc extract`.",
            en: "Copy the abstract from the document, or read the file again with `trithuc extract`.",
        },
        judge: abstract_text,
    },
    Rule {
        id: "both-languages",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Bài báo, luận án, báo cáo bằng tiếng Việt có cả nhan đề tiếng Anh.",
            en: "A paper, thesis or report in Vietnamese has a title in English too.",
        },
        cure: Words {
            vi: "Tạp chí thường in nhan đề tiếng Anh ở cuối trang đầu hoặc cuối bài.",
            en: "Journals mostly print the English title on the first page or at the end of the article.",
        },
        judge: both_languages,
    },
    Rule {
        id: "keywords",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Có từ khóa (bài báo, luận án, báo cáo, bộ dữ liệu, nhiệm vụ).",
            en: "There are keywords (papers, theses, reports, datasets, tasks).",
        },
        cure: Words {
            vi: "Chép từ khóa của tác giả; chưa có thì chọn 3 đến 5 từ.",
            en: "Copy the author's keywords; where there are none choose 3 to 5.",
        },
        judge: |look| {
            when(
                look.is_one_of(&[Paper, Thesis, Report, Dataset, Task]),
                look.record
                    .keywords
                    .iter()
                    .any(|(_, words)| !words.is_empty()),
            )
        },
    },
    Rule {
        id: "venue",
        criterion: Criterion::Complete,
        weight: 2,
        asks: Words {
            vi: "Bài báo có tên tạp chí hoặc kỷ yếu; luận án có tên trường hoặc viện; sách có nhà xuất bản.",
            en: "A paper names its journal or proceedings, a thesis its university or institute, a book its publisher.",
        },
        cure: Words {
            vi: "Ghi tên như in trên bìa.",
            en: "Enter the name as the cover prints it.",
        },
        judge: venue,
    },
    Rule {
        id: "institution",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Có cơ quan đứng sau công trình, hoặc nơi làm việc của ít nhất một tác giả.",
            en: "The institution behind the work is named, or where at least one author works.",
        },
        cure: Words {
            vi: "Lấy từ dòng địa chỉ dưới tên tác giả.",
            en: "Take it from the address lines under the authors' names.",
        },
        judge: institution,
    },
    Rule {
        id: "subject",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Có mã lĩnh vực KH&CN hoặc mã phân loại khác; sáng chế có mã IPC.",
            en: "There is a code of the S&T fields or another classification; a patent has an IPC code.",
        },
        cure: Words {
            vi: "Chọn lĩnh vực theo Thông tư 24/2025/TT-BKHCN.",
            en: "Choose the field by Circular 24/2025/TT-BKHCN.",
        },
        judge: subject,
    },
    Rule {
        id: "language",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Có ngôn ngữ của tác phẩm.",
            en: "The language of the work is said.",
        },
        cure: Words {
            vi: "Ghi mã ngôn ngữ: vi, en, fr…",
            en: "Enter the code of the language: vi, en, fr…",
        },
        judge: |look| {
            Verdict::of(
                look.record
                    .language
                    .as_ref()
                    .is_some_and(|l| *l != Lang::und()),
            )
        },
    },
    Rule {
        id: "official-number",
        criterion: Criterion::Complete,
        weight: 2,
        asks: Words {
            vi: "Sáng chế có số đơn hoặc số bằng; nhiệm vụ có mã số hoặc số đăng ký.",
            en: "A patent has the number of its application or grant, a task its registration number.",
        },
        cure: Words {
            vi: "Tra trên công báo sở hữu công nghiệp hoặc giấy chứng nhận đăng ký kết quả.",
            en: "Look it up in the industrial property gazette or the certificate of registration.",
        },
        judge: official_number,
    },
    Rule {
        id: "full-text",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Có toàn văn hoặc tệp (bài báo, luận án, báo cáo).",
            en: "The full text or a file is there (papers, theses, reports).",
        },
        cure: Words {
            vi: "Nạp tệp bằng `trithuc ingest`, rồi gộp hai biểu ghi.",
            en: "Take the file in with `trithuc ingest`; then merge the two records.",
        },
        judge: |look| {
            when(
                look.is_one_of(&[Paper, Thesis, Report]),
                look.has_body || !look.record.files.is_empty(),
            )
        },
    },
    Rule {
        id: "variables",
        criterion: Criterion::Complete,
        weight: 1,
        asks: Words {
            vi: "Bộ dữ liệu nêu các biến (cột) của nó.",
            en: "A dataset names its variables (columns).",
        },
        cure: Words {
            vi: "Nạp tệp dữ liệu hoặc gói Frictionless, Croissant kèm theo.",
            en: "Take in the data file, or its Frictionless or Croissant description.",
        },
        judge: |look| when(look.is_one_of(&[Dataset]), !look.record.columns.is_empty()),
    },
];

fn when(applies: bool, holds: bool) -> Verdict {
    match applies {
        true => Verdict::of(holds),
        false => Verdict::DoesNotApply,
    }
}

fn creators(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let organisations = look.is_one_of(&[Dataset, Report, Patent, Task]);
    let has_body_behind = organisations
        && record
            .agents
            .iter()
            .any(|agent| !matches!(agent.role, AgentRole::Funder | AgentRole::Contributor));
    Verdict::of(record.creators().next().is_some() || has_body_behind)
}

/// Two sentences: what is shorter is a fragment or a note.
const MIN_ABSTRACT_CHARS: usize = 100;

fn abstract_text(look: &Look<'_>) -> Verdict {
    if look.is_one_of(&[Book, RecordType::Other]) {
        return Verdict::DoesNotApply;
    }
    let record = look.record;
    let is_title = |text: &str| {
        let text = text::fold(text.trim());
        record
            .title
            .iter()
            .any(|(_, title)| text::fold(title.trim()) == text)
    };
    let enough = |text: &str| text.chars().count() >= MIN_ABSTRACT_CHARS && !is_title(text);
    if record.abstract_text.iter().any(|(_, text)| enough(text)) {
        return Verdict::Holds;
    }
    let shown = record.abstract_text.iter().next();
    Verdict::Fails(shown.map_or_else(String::new, |(_, text)| text.clone()))
}

fn both_languages(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let is_vietnamese = record.language.as_ref().map_or_else(
        || record.title.get(&Lang::vi()).is_some(),
        |l| *l == Lang::vi(),
    );
    when(
        is_vietnamese && look.is_one_of(&[Paper, Thesis, Report]),
        record.title.get(&Lang::en()).is_some(),
    )
}

fn venue(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let has_institution = || !record.institutions.is_empty();
    match record.record_type {
        Paper => Verdict::of(record.venue.is_some()),
        Thesis => Verdict::of(record.venue.is_some() || has_institution()),
        Book => Verdict::of(record.publisher.is_some() || record.venue.is_some()),
        _ => Verdict::DoesNotApply,
    }
}

fn institution(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let by_agents = record.agents.iter().any(|agent| {
        !agent.affiliations.is_empty() || agent.kind == records::AgentKind::Organisation
    });
    when(
        !look.is_one_of(&[Book]),
        by_agents || !record.institutions.is_empty(),
    )
}

fn subject(look: &Look<'_>) -> Verdict {
    let mut schemes = look.record.subjects.iter().map(|s| s.scheme.as_str());
    Verdict::of(match look.record.record_type {
        Patent => schemes.any(|scheme| scheme == "ipc"),
        _ => schemes.any(|scheme| scheme != "free"),
    })
}

fn official_number(look: &Look<'_>) -> Verdict {
    let has = |scheme| Verdict::of(look.record.identifier(scheme).is_some());
    match look.record.record_type {
        Patent => has(Scheme::Patent),
        Task => has(Scheme::Task),
        _ => Verdict::DoesNotApply,
    }
}
