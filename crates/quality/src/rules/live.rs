//! *Sống*: it can be reached, and is kept up to date.

use records::{AccessLevel, Link, RecordType, Relation, Scheme};

use crate::{
    Criterion,
    rule::{Look, Rule, Verdict, Words},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "reachable",
        criterion: Criterion::Live,
        weight: 3,
        asks: Words {
            vi: "Từ biểu ghi tới được công trình: toàn văn, tệp, DOI, handle, arXiv, số sáng chế hoặc địa chỉ web.",
            en: "The work can be reached from its record: full text, file, DOI, handle, arXiv, patent number or web address.",
        },
        cure: Words {
            vi: "Thêm địa chỉ hoặc tệp; với nhiệm vụ, thêm số đăng ký.",
            en: "Add the address or the file; for a task its registration number.",
        },
        judge: reachable,
    },
    Rule {
        id: "addresses",
        criterion: Criterion::Live,
        weight: 2,
        asks: Words {
            vi: "Địa chỉ web đầy đủ (https://máy/đường-dẫn) và mở được từ ngoài, không trỏ về máy nội bộ.",
            en: "Web addresses are whole (https://host/path) and open to the world, not on a machine of an office.",
        },
        cure: Words {
            vi: "Thay bằng địa chỉ công khai, tốt nhất là DOI.",
            en: "Put the public address in its place, best a DOI.",
        },
        judge: addresses,
    },
    Rule {
        id: "links-lead-somewhere",
        criterion: Criterion::Live,
        weight: 2,
        asks: Words {
            vi: "Liên kết tới công trình khác dẫn tới một biểu ghi có trong thư viện, một DOI hoặc một địa chỉ.",
            en: "Links to other works lead to a record of the library, a DOI or an address.",
        },
        cure: Words {
            vi: "Nạp công trình kia, hoặc sửa mã.",
            en: "Take the other work in, or mend its id.",
        },
        judge: links_lead_somewhere,
    },
    Rule {
        id: "embargo-over",
        criterion: Criterion::Live,
        weight: 3,
        asks: Words {
            vi: "Hết ngày lưu giữ thì biểu ghi đã được mở.",
            en: "A record whose embargo has ended has been opened.",
        },
        cure: Words {
            vi: "Mở biểu ghi, hoặc ghi ngày lưu giữ mới có căn cứ.",
            en: "Open the record, or enter a new day with its reason.",
        },
        judge: embargo_over,
    },
    Rule {
        id: "no-longer-forthcoming",
        criterion: Criterion::Live,
        weight: 1,
        asks: Words {
            vi: "Sau hai năm không còn ghi “sắp xuất bản”, “in press”.",
            en: "After two years nothing is “forthcoming” or “in press” any more.",
        },
        cure: Words {
            vi: "Tra bản in chính thức, ghi tập, số và trang.",
            en: "Look up the printed version; enter volume, issue and pages.",
        },
        judge: no_longer_forthcoming,
    },
    Rule {
        id: "kept-up",
        criterion: Criterion::Live,
        weight: 1,
        asks: Words {
            vi: "Biểu ghi của nhiệm vụ và bộ dữ liệu được xem lại trong ba năm.",
            en: "Records of tasks and datasets were looked at within three years.",
        },
        cure: Words {
            vi: "Xem lại với cơ quan chủ trì: kết quả, phiên bản, nơi lưu.",
            en: "Ask the institution behind it: results, version, place of keeping.",
        },
        judge: kept_up,
    },
    Rule {
        id: "results-linked",
        criterion: Criterion::Live,
        weight: 1,
        asks: Words {
            vi: "Nhiệm vụ nghiệm thu hơn hai năm có liên kết tới ít nhất một kết quả, và báo cáo có liên kết tới nhiệm vụ của nó.",
            en: "A task accepted more than two years ago is linked to a result, and a report to its task.",
        },
        cure: Words {
            vi: "Tìm bài báo, báo cáo, sáng chế của nhiệm vụ rồi thêm liên kết.",
            en: "Find the papers, reports and patents of the task and add the links.",
        },
        judge: results_linked,
    },
];

fn reachable(look: &Look<'_>) -> Verdict {
    let by_name = look.record.identifiers.iter().any(|identifier| {
        matches!(
            identifier.scheme,
            Scheme::Doi
                | Scheme::Handle
                | Scheme::Arxiv
                | Scheme::Patent
                | Scheme::Task
                | Scheme::Isbn
                | Scheme::Url
        )
    });
    Verdict::of(by_name || look.has_body || !look.record.files.is_empty())
}

fn addresses(look: &Look<'_>) -> Verdict {
    let urls = || {
        let names = look.record.identifiers.iter();
        names
            .filter(|name| name.scheme == Scheme::Url)
            .map(|name| name.value.as_str())
    };
    if urls().next().is_none() {
        return Verdict::DoesNotApply;
    }
    Verdict::unless(urls().find(|url| !is_public(url)))
}

fn is_public(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .or_else(|| url.strip_prefix("ftp://"));
    let host = rest.and_then(|rest| rest.split(['/', ':', '?']).next());
    host.is_some_and(|host| {
        let is_inside = ["localhost", "127.", "10.", "192.168."]
            .iter()
            .any(|start| host.starts_with(start))
            || [".local", ".lan", ".internal"]
                .iter()
                .any(|end| host.ends_with(end));
        host.contains('.') && !is_inside && !url.contains(char::is_whitespace)
    })
}

fn links_lead_somewhere(look: &Look<'_>) -> Verdict {
    if look.record.links.is_empty() {
        return Verdict::DoesNotApply;
    }
    let leads = |link: &&Link| {
        let target = link.target.as_str();
        let is_doi = records::Identifier::new(Scheme::Doi, target).is_some();
        is_doi || target.starts_with("http") || look.census.has(target)
    };
    let lost = look.record.links.iter().find(|link| !leads(link));
    Verdict::unless(lost.map(|link| &link.target))
}

fn embargo_over(look: &Look<'_>) -> Verdict {
    if look.record.access != AccessLevel::Embargoed {
        return Verdict::DoesNotApply;
    }
    let until = look.record.embargo_until.as_deref();
    let over = until.filter(|until| *until <= look.today().as_str());
    Verdict::unless(over)
}

/// Folded words that stand for volume, pages or venue until there is one.
const FORTHCOMING: [&str; 6] = [
    "in press",
    "to appear",
    "forthcoming",
    "sap xuat ban",
    "dang in",
    "cho in",
];

fn no_longer_forthcoming(look: &Look<'_>) -> Verdict {
    let record = look.record;
    let places = [&record.venue, &record.volume, &record.issue, &record.pages];
    let said = places.into_iter().flatten().find(|place| {
        let folded = text::fold(place);
        FORTHCOMING.iter().any(|words| folded.contains(words))
    });
    let Some(said) = said else {
        return Verdict::DoesNotApply;
    };
    Verdict::unless((years_ago(look) > 2).then_some(said))
}

/// Years since the work's own year; 0 when it has none.
fn years_ago(look: &Look<'_>) -> i32 {
    let now: i32 = look.today()[..4].parse().unwrap_or(0);
    look.record.year.map_or(0, |year| now - year.get())
}

/// Seconds of three years.
const THREE_YEARS_S: i64 = 3 * 365 * 24 * 60 * 60;

fn kept_up(look: &Look<'_>) -> Verdict {
    if !look.is_one_of(&[RecordType::Task, RecordType::Dataset]) {
        return Verdict::DoesNotApply;
    }
    let age_s = look.now.as_second() - look.updated_at.as_second();
    let day = look.updated_at.strftime("%Y-%m-%d").to_string();
    Verdict::unless((age_s > THREE_YEARS_S).then_some(day))
}

fn results_linked(look: &Look<'_>) -> Verdict {
    let links = &look.record.links;
    match look.record.record_type {
        RecordType::Task if years_ago(look) > 2 => {
            Verdict::of(!links.is_empty() || look.census.has_results(&look.record.id))
        }
        RecordType::Report => {
            Verdict::of(links.iter().any(|link| link.relation == Relation::ResultOf))
        }
        _ => Verdict::DoesNotApply,
    }
}
