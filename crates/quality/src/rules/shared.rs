//! *Dùng chung*: others can find, name and use it.

use records::{AccessLevel, AgentKind, RecordType, Scheme};

use crate::{
    Criterion,
    rule::{Look, Rule, Verdict, Words},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "persistent-name",
        criterion: Criterion::Shared,
        weight: 2,
        asks: Words {
            vi: "Có định danh bền vững: DOI, handle, arXiv, ISBN, số sáng chế hoặc mã nhiệm vụ.",
            en: "There is a persistent name: DOI, handle, arXiv, ISBN, patent or task number.",
        },
        cure: Words {
            vi: "Tra DOI ở Crossref hoặc DataCite, hoặc xin cấp.",
            en: "Look for the DOI at Crossref or DataCite, or register one.",
        },
        judge: persistent_name,
    },
    Rule {
        id: "exchange-minimum",
        criterion: Criterion::Shared,
        weight: 2,
        asks: Words {
            vi: "Đủ sáu yếu tố bắt buộc của Thông tư 24/2011/TT-BTTTT: tiêu đề, người tạo, ngày, mô tả, cơ quan ban hành, định danh.",
            en: "The six mandatory elements of Circular 24/2011/TT-BTTTT are there: title, creator, date, description, publisher, identifier.",
        },
        cure: Words {
            vi: "Bổ sung yếu tố thiếu (nêu bên cạnh).",
            en: "Enter what is missing (named beside it).",
        },
        judge: exchange_minimum,
    },
    Rule {
        id: "licence",
        criterion: Criterion::Shared,
        weight: 2,
        asks: Words {
            vi: "Biểu ghi mở có toàn văn, tệp hoặc dữ liệu thì ghi giấy phép: mã SPDX (CC-BY-4.0) hoặc địa chỉ.",
            en: "An open record with full text, files or data says its licence: an SPDX id (CC-BY-4.0) or an address.",
        },
        cure: Words {
            vi: "Hỏi tạp chí hoặc tác giả; ghi mã SPDX.",
            en: "Ask the journal or the author; enter the SPDX id.",
        },
        judge: licence,
    },
    Rule {
        id: "embargo-dated",
        criterion: Criterion::Shared,
        weight: 2,
        asks: Words {
            vi: "Biểu ghi đang lưu giữ nói rõ tới ngày nào (2027-01-31).",
            en: "A record under embargo says until which day (2027-01-31).",
        },
        cure: Words {
            vi: "Ghi ngày theo quyết định lưu giữ.",
            en: "Enter the day from the decision.",
        },
        judge: embargo_dated,
    },
    Rule {
        id: "open-formats",
        criterion: Criterion::Shared,
        weight: 1,
        asks: Words {
            vi: "Có ít nhất một tệp ở định dạng ai cũng mở được (PDF, DOCX, ODT, HTML, EPUB, XML, CSV, JSON…), không chỉ DOC, XLS, PPT hay RTF cũ.",
            en: "At least one file is in a format that anyone can open (PDF, DOCX, ODT, HTML, EPUB, XML, CSV, JSON…), not only old DOC, XLS, PPT or RTF.",
        },
        cure: Words {
            vi: "Thêm bản PDF/A, ODT hoặc CSV.",
            en: "Add a copy as PDF/A, ODT or CSV.",
        },
        judge: open_formats,
    },
    Rule {
        id: "author-names-persist",
        criterion: Criterion::Shared,
        weight: 1,
        asks: Words {
            vi: "Công trình từ năm 2018 có ORCID của ít nhất một tác giả.",
            en: "A work from 2018 on carries the ORCID of at least one author.",
        },
        cure: Words {
            vi: "Lấy ORCID từ bản in hoặc orcid.org; hỏi tác giả khi chưa chắc.",
            en: "Take the ORCID from the print or orcid.org; ask the author when unsure.",
        },
        judge: author_names_persist,
    },
];

fn persistent_name(look: &Look<'_>) -> Verdict {
    Verdict::of(
        look.record
            .identifiers
            .iter()
            .any(|identifier| identifier.names_one_work() || identifier.scheme == Scheme::Isbn),
    )
}

fn exchange_minimum(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let organisation = || {
        let agents = &record.agents;
        agents
            .iter()
            .any(|agent| agent.kind == AgentKind::Organisation)
    };
    let issued = record.publisher.is_some() || record.venue.is_some();
    let there = [
        ("title", !record.title.is_empty()),
        ("creator", !record.agents.is_empty()),
        ("date", record.year.is_some() || record.date.is_some()),
        ("description", !record.abstract_text.is_empty()),
        (
            "publisher",
            issued || !record.institutions.is_empty() || organisation(),
        ),
        ("identifier", !record.identifiers.is_empty()),
    ];
    let missing: Vec<&str> = there
        .iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(name, _)| *name)
        .collect();
    Verdict::unless((!missing.is_empty()).then(|| missing.join(", ")))
}

fn licence(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let has_content = look.has_body || !record.files.is_empty();
    let is_data = record.record_type == RecordType::Dataset;
    if record.access != AccessLevel::Open || !(has_content || is_data) {
        return Verdict::DoesNotApply;
    }
    let Some(licence) = &record.licence else {
        return Verdict::Fails(String::new());
    };
    let is_address = licence.starts_with("http://") || licence.starts_with("https://");
    // SPDX ids: letters, digits, `.`, `-`, `+`, without white space.
    let is_spdx = licence
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b".-+".contains(&b));
    Verdict::unless((!is_address && !is_spdx).then_some(licence))
}

fn embargo_dated(look: &Look<'_>) -> Verdict {
    if look.record.access != AccessLevel::Embargoed {
        return Verdict::DoesNotApply;
    }
    let until = look.record.embargo_until.as_deref().unwrap_or_default();
    let is_day = until.len() == 10 && until.parse::<jiff::civil::Date>().is_ok();
    Verdict::unless((!is_day).then_some(until))
}

/// Formats of one maker's programs, unpublished or superseded.
const CLOSED_FORMATS: [&str; 6] = [
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/rtf",
    "text/rtf",
    "application/octet-stream",
];

fn open_formats(look: &Look<'_>) -> Verdict {
    let files = &look.record.files;
    if files.is_empty() {
        return Verdict::DoesNotApply;
    }
    let is_open = |media_type: &str| !CLOSED_FORMATS.contains(&media_type);
    let any = files.iter().any(|file| is_open(&file.media_type));
    Verdict::unless((!any).then(|| &files[0].name))
}

/// ORCID became common in Vietnamese journals only then.
const ORCID_SINCE: i32 = 2018;

fn author_names_persist(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let people = || record.creators().filter(|a| a.kind == AgentKind::Person);
    let is_recent = record.year.is_some_and(|year| year.get() >= ORCID_SINCE);
    let takes_part = look.is_one_of(&[
        RecordType::Paper,
        RecordType::Dataset,
        RecordType::Thesis,
        RecordType::Report,
    ]);
    if !is_recent || !takes_part || people().next().is_none() {
        return Verdict::DoesNotApply;
    }
    Verdict::of(people().any(|agent| agent.identifier.is_some()))
}
