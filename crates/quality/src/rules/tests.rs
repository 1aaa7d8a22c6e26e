//! Every rule, both ways: a record that it asks and that holds, and one that
//! fails. A rule without both cases fails the test.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use records::{AccessLevel, Record, RecordId};
use serde_json::{Value, json};

use crate::{Census, Look, Rule, Verdict, judge};

fn record(fields: Value) -> Record {
    let mut whole = json!({
        "id": "x", "type": "paper", "access": "open",
        "provenance": {"source": "", "format": ""},
    });
    let object = whole.as_object_mut().unwrap();
    object.extend(fields.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// A library in which two names have a usual way of writing, `co` is there
/// with results, and `trung` is a duplicate.
fn census() -> Census {
    let mut census = Census::default();
    let usual = json!({"venue": "Tạp chí Hóa học", "institutions": ["Viện Hóa học"], "id": "co"});
    for _ in 0..5 {
        census.count(&record(usual.clone()));
    }
    let links = json!([{"relation": "result_of", "target": "nv-co-ket-qua"}]);
    census.count(&record(json!({"links": links})));
    census.count_duplicates([RecordId::new("trung").unwrap()]);
    census
}

fn verdict(rule: &str, fields: Value, updated_at: &str) -> Verdict {
    let record = record(fields);
    let look = Look {
        record: &record,
        has_body: false,
        updated_at: updated_at.parse().unwrap(),
        now: now(),
        census: &census(),
    };
    Rule::find(rule).unwrap().judge(&look)
}

const TODAY: &str = "2026-11-23T08:00:00Z";
const VI: &str = "Nghiên cứu ảnh hưởng của xâm nhập mặn đến năng suất lúa ở Sóc Trăng";
const EN: &str = "The effect of salinity intrusion on the yield of rice in Soc Trang province";

fn author(name: &str) -> Value {
    json!({"agents": [{"name": name}]})
}

fn id(scheme: &str, value: &str) -> Value {
    json!({"identifiers": [{"scheme": scheme, "value": value}]})
}

fn subject(scheme: &str, code: &str) -> Value {
    json!({"subjects": [{"scheme": scheme, "code": code}]})
}

fn file(media_type: &str) -> Value {
    json!({"files": [{"name": "a", "location": "a", "media_type": media_type, "bytes": 1, "blake3": "x"}]})
}

/// Rule, fields of a record, and whether it holds.
fn cases() -> Vec<(&'static str, Value, bool)> {
    let long = format!("{VI}. {VI}.");
    let mut all = correct_cases();
    all.extend(complete_cases(&long));
    all.extend(clean_cases());
    all.extend(live_cases());
    all.extend(consistent_cases());
    all.extend(shared_cases());
    all
}

fn correct_cases() -> Vec<(&'static str, Value, bool)> {
    vec![
        ("year-plausible", json!({"year": 2027}), true),
        ("year-plausible", json!({"year": 2028}), false),
        ("year-plausible", json!({"year": 1234}), false),
        (
            "dates-agree",
            json!({"year": 2019, "date": "2019-05-17"}),
            true,
        ),
        (
            "dates-agree",
            json!({"year": 2019, "date": "2019-05"}),
            true,
        ),
        ("dates-agree", json!({"date": "2019"}), true),
        (
            "dates-agree",
            json!({"year": 2018, "date": "2019-05-17"}),
            false,
        ),
        ("dates-agree", json!({"date": "2019-02-30"}), false),
        ("dates-agree", json!({"date": "17/05/2019"}), false),
        ("numbers-valid", id("isbn", "9780306406157"), true),
        ("numbers-valid", id("isbn", "9780306406158"), false),
        ("numbers-valid", id("isbn", "0306406152"), true),
        ("numbers-valid", id("isbn", "0306406153"), false),
        ("numbers-valid", id("issn", "03785955"), true),
        ("numbers-valid", id("issn", "2434561X"), true),
        ("numbers-valid", id("issn", "03785954"), false),
        ("numbers-valid", id("issn", "0378595"), false),
        (
            "numbers-valid",
            json!({"agents": [{"name": "A", "identifier": "0000-0002-1825-0097"}]}),
            true,
        ),
        (
            "numbers-valid",
            json!({"agents": [{"name": "A", "identifier": "https://orcid.org/0000-0002-1694-233X"}]}),
            true,
        ),
        (
            "numbers-valid",
            json!({"agents": [{"name": "A", "identifier": "0000-0002-1825-0098"}]}),
            false,
        ),
        ("pages-in-order", json!({"pages": "12-19"}), true),
        ("pages-in-order", json!({"pages": "tr. 7–7"}), true),
        ("pages-in-order", json!({"pages": "1023-31"}), true),
        ("pages-in-order", json!({"pages": "1023-19"}), false),
        ("pages-in-order", json!({"pages": "19-12"}), false),
        (
            "language-true",
            json!({"title": {"vi": VI, "en": EN}}),
            true,
        ),
        ("language-true", json!({"title": {"en": VI}}), false),
        (
            "language-true",
            json!({"title": {"vi": VI}, "abstract": {"vi": EN}}),
            false,
        ),
        ("title-names-the-work", json!({"title": {"vi": VI}}), true),
        (
            "title-names-the-work",
            json!({"title": {"en": "Untitled landscapes of the delta"}}),
            true,
        ),
        (
            "title-names-the-work",
            json!({"title": {"vi": "bao cao cuoi.docx"}}),
            false,
        ),
        (
            "title-names-the-work",
            json!({"title": {"en": "Microsoft Word - Bai bao"}}),
            false,
        ),
        (
            "title-names-the-work",
            json!({"title": {"en": "untitled"}}),
            false,
        ),
        (
            "title-names-the-work",
            json!({"title": {"en": "12-34"}}),
            false,
        ),
    ]
}

fn complete_cases(long: &str) -> Vec<(&'static str, Value, bool)> {
    let lead = json!([{"name": "Viện Lúa", "kind": "organisation", "role": "lead_institution"}]);
    vec![
        ("title", json!({"title": {"vi": VI}}), true),
        ("title", json!({"title": {"vi": " "}}), false),
        ("title", json!({}), false),
        ("creators", author("Nguyễn Văn An"), true),
        ("creators", json!({"type": "task", "agents": lead}), true),
        ("creators", json!({"type": "thesis", "agents": lead}), false),
        ("creators", json!({}), false),
        ("year", json!({"year": 2020}), true),
        ("year", json!({}), false),
        ("abstract", json!({"abstract": {"vi": long}}), true),
        ("abstract", json!({"abstract": {"vi": "Ngắn."}}), false),
        (
            "abstract",
            json!({"title": {"vi": long}, "abstract": {"vi": long}}),
            false,
        ),
        ("abstract", json!({"type": "patent"}), false),
        (
            "both-languages",
            json!({"title": {"vi": VI, "en": EN}}),
            true,
        ),
        (
            "both-languages",
            json!({"language": "vi", "title": {"vi": VI}}),
            false,
        ),
        ("keywords", json!({"keywords": {"vi": ["lúa"]}}), true),
        ("keywords", json!({"type": "dataset"}), false),
        ("venue", json!({"venue": "Tạp chí Hóa học"}), true),
        (
            "venue",
            json!({"type": "thesis", "institutions": ["Trường"]}),
            true,
        ),
        ("venue", json!({"type": "book"}), false),
        ("venue", json!({}), false),
        (
            "institution",
            json!({"institutions": ["Viện Hóa học"]}),
            true,
        ),
        (
            "institution",
            json!({"agents": [{"name": "A", "affiliations": ["Viện"]}]}),
            true,
        ),
        ("institution", author("A"), false),
        ("subject", subject("khcn", "10405"), true),
        ("subject", subject("free", "lúa"), false),
        (
            "subject",
            json!({"type": "patent", "subjects": [{"scheme": "khcn", "code": "2"}]}),
            false,
        ),
        ("language", json!({"language": "vi"}), true),
        ("language", json!({}), false),
        (
            "official-number",
            json!({"type": "task", "identifiers": [{"scheme": "task", "value": "KC.01"}]}),
            true,
        ),
        ("official-number", json!({"type": "patent"}), false),
        ("full-text", file("application/pdf"), true),
        ("full-text", json!({"type": "report"}), false),
        (
            "variables",
            json!({"type": "dataset", "columns": [{"name": "a"}]}),
            true,
        ),
        ("variables", json!({"type": "dataset"}), false),
    ]
}

fn clean_cases() -> Vec<(&'static str, Value, bool)> {
    vec![
        ("characters", json!({"title": {"vi": VI}}), true),
        (
            "characters",
            json!({"title": {"vi": "Nghi\u{FFFD}n cứu"}}),
            false,
        ),
        ("characters", json!({"abstract": {"vi": "a\u{0}b"}}), false),
        ("characters", json!({"venue": "Tạp chí \u{F0B7}"}), false),
        (
            "encoding",
            json!({"title": {"vi": VI, "en": "Der Schlüssel für São Paulo, déjà vu"}}),
            true,
        ),
        (
            "encoding",
            json!({"title": {"vi": "Céng hßa x· héi chñ nghÜa ViÖt Nam, ®éc lËp tù do"}}),
            false,
        ),
        (
            "encoding",
            json!({"title": {"vi": "NghiÃªn cá»©u lÃºa"}}),
            false,
        ),
        ("accents", json!({"title": {"vi": VI}}), true),
        (
            "accents",
            json!({"title": {"vi": "Nghien cuu anh huong cua xam nhap man den nang suat lua"}}),
            false,
        ),
        (
            "markup",
            json!({"abstract": {"en": "if a < b and p & q; R&D"}}),
            true,
        ),
        (
            "markup",
            json!({"title": {"en": "CO<sub>2</sub> uptake"}}),
            false,
        ),
        (
            "markup",
            json!({"title": {"en": "Research &amp; development"}}),
            false,
        ),
        (
            "markup",
            json!({"title": {"en": "H&#7891; Ch&#237; Minh"}}),
            false,
        ),
        ("spaces", json!({"title": {"vi": VI}}), true),
        ("spaces", author(" Nguyễn Văn An"), false),
        ("spaces", json!({"title": {"vi": "Lúa  gạo"}}), false),
        ("spaces", json!({"title": {"vi": "Lu\u{301}a gạo"}}), false),
        ("capitals", json!({"title": {"vi": VI}}), true),
        ("capitals", json!({"title": {"en": "BERT GPT"}}), true),
        (
            "capitals",
            json!({"title": {"en": "LIMSI @ IWSLT 2010"}}),
            true,
        ),
        (
            "capitals",
            json!({"title": {"vi": "NGHIÊN CỨU GIỐNG LÚA"}}),
            false,
        ),
        ("names", author("Nguyễn Thị Cẩm-Tú"), true),
        ("names", author("Martin Luther King, Jr."), true),
        ("names", author("Tsegaye Gebre-Medhin H/Mariam"), true),
        ("names", author("Eric H. Nyberg, 3rd"), true),
        ("names", author("Yi-Ting (Alicia) Tsai"), true),
        ("names", author("PGS. Nguyễn Văn An"), false),
        ("names", author("PGS.TS Nguyễn Văn An"), false),
        ("names", author("Nguyễn Văn An, Trần Thị Bình"), false),
        ("names", author("An Nguyen et al."), false),
        ("names", author("Nguyễn Văn An2"), false),
        ("no-duplicate", json!({"id": "khac"}), true),
        ("no-duplicate", json!({"id": "trung"}), false),
    ]
}

fn live_cases() -> Vec<(&'static str, Value, bool)> {
    let embargo = |until: &str| json!({"access": "embargoed", "embargo_until": until});
    let link = |target: &str| json!({"links": [{"relation": "cites", "target": target}]});
    vec![
        ("reachable", id("doi", "10.1/a"), true),
        ("reachable", file("application/pdf"), true),
        ("reachable", id("source", "123"), false),
        ("addresses", id("url", "https://vjol.info.vn/a/1"), true),
        ("addresses", id("url", "http://localhost:8080/a"), false),
        ("addresses", id("url", "http://192.168.1.7/a"), false),
        ("addresses", id("url", "vjol.info.vn/a"), false),
        ("links-lead-somewhere", link("co"), true),
        ("links-lead-somewhere", link("10.1000/182"), true),
        ("links-lead-somewhere", link("mat-tich"), false),
        ("embargo-over", embargo("2027-01-01"), true),
        ("embargo-over", embargo("2026-11-23"), false),
        (
            "no-longer-forthcoming",
            json!({"year": 2026, "pages": "in press"}),
            true,
        ),
        (
            "no-longer-forthcoming",
            json!({"year": 2020, "venue": "Tạp chí Hóa học (đang in)"}),
            false,
        ),
        ("kept-up", json!({"type": "dataset"}), true),
        (
            "results-linked",
            json!({"type": "task", "year": 2020, "id": "nv-co-ket-qua"}),
            true,
        ),
        (
            "results-linked",
            json!({"type": "task", "year": 2020}),
            false,
        ),
        (
            "results-linked",
            json!({"type": "report", "links": [{"relation": "result_of", "target": "co"}]}),
            true,
        ),
        ("results-linked", json!({"type": "report"}), false),
    ]
}

fn consistent_cases() -> Vec<(&'static str, Value, bool)> {
    let keywords = |words: &[&str]| json!({"keywords": {"vi": words}});
    vec![
        ("venue-spelling", json!({"venue": "Tạp chí Hóa học"}), true),
        ("venue-spelling", json!({"venue": "Tạp chí Vật lý"}), true),
        ("venue-spelling", json!({"venue": "TẠP CHÍ HOÁ HỌC"}), false),
        (
            "institution-spelling",
            json!({"institutions": ["Viện Hóa học"]}),
            true,
        ),
        (
            "institution-spelling",
            json!({"institutions": ["Vien Hoa hoc."]}),
            false,
        ),
        ("codes-of-scheme", subject("khcn", "10405"), true),
        ("codes-of-scheme", subject("khcn", "9"), false),
        ("codes-of-scheme", subject("ipc", "A61K 31/00"), true),
        ("codes-of-scheme", subject("ipc", "H04L"), true),
        ("codes-of-scheme", subject("ipc", "61K"), false),
        ("codes-of-scheme", subject("ddc", "577.3"), true),
        ("codes-of-scheme", subject("ddc", "QH541"), false),
        ("language-labels", json!({"title": {"vi": VI}}), true),
        ("language-labels", json!({"title": {"und": VI}}), false),
        (
            "keywords-apart",
            keywords(&["lúa", "1,2-dichloroethane"]),
            true,
        ),
        ("keywords-apart", keywords(&["lúa; gạo"]), false),
        ("keywords-apart", keywords(&["lúa, gạo, ngô"]), false),
        ("keywords-apart", keywords(&["Lúa", "lúa"]), false),
    ]
}

fn shared_cases() -> Vec<(&'static str, Value, bool)> {
    let mut minimum = json!({
        "title": {"vi": VI}, "agents": [{"name": "A"}], "year": 2020, "abstract": {"vi": VI},
        "venue": "Tạp chí", "identifiers": [{"scheme": "source", "value": "1"}],
    });
    let whole = minimum.clone();
    minimum.as_object_mut().unwrap().remove("venue");
    let licensed = |licence: &str| {
        let mut fields = file("application/pdf");
        fields["licence"] = json!(licence);
        fields
    };
    let orcid = json!([{"name": "A", "identifier": "0000-0002-1825-0097"}]);
    vec![
        ("persistent-name", id("doi", "10.1/a"), true),
        ("persistent-name", id("url", "https://a.vn/1"), false),
        ("exchange-minimum", whole, true),
        ("exchange-minimum", minimum, false),
        ("licence", licensed("CC-BY-4.0"), true),
        (
            "licence",
            licensed("https://creativecommons.org/licenses/by/4.0/"),
            true,
        ),
        ("licence", licensed("xin hỏi tác giả"), false),
        ("licence", json!({"type": "dataset"}), false),
        (
            "embargo-dated",
            json!({"access": "embargoed", "embargo_until": "2027-01-31"}),
            true,
        ),
        ("embargo-dated", json!({"access": "embargoed"}), false),
        ("open-formats", file("application/pdf"), true),
        ("open-formats", file("application/msword"), false),
        (
            "author-names-persist",
            json!({"year": 2020, "agents": orcid}),
            true,
        ),
        (
            "author-names-persist",
            json!({"year": 2020, "agents": [{"name": "A"}]}),
            false,
        ),
    ]
}

#[test]
fn every_rule_holds_and_fails_where_a_librarian_says_so() {
    let mut seen: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (rule, fields, holds) in cases() {
        let found = verdict(rule, fields.clone(), TODAY);
        assert_eq!(
            found == Verdict::Holds,
            holds,
            "{rule}: {found:?}: {fields}"
        );
        assert_ne!(found, Verdict::DoesNotApply, "{rule}: {fields}");
        seen.entry(rule).or_default()[usize::from(holds)] += 1;
    }
    let old = verdict(
        "kept-up",
        json!({"type": "dataset"}),
        "2023-01-01T00:00:00Z",
    );
    assert_eq!(old, Verdict::Fails("2023-01-01".into()));
    seen.entry("kept-up").or_default()[0] += 1;
    for rule in Rule::all() {
        let n = seen.get(rule.id).copied().unwrap_or_default();
        assert!(n[0] > 0 && n[1] > 0, "{} lacks a case: {n:?}", rule.id);
    }
}

#[test]
fn rules_ask_nothing_of_records_that_they_are_not_for() {
    for (rule, fields) in [
        ("year-plausible", json!({})),
        ("dates-agree", json!({})),
        ("numbers-valid", id("doi", "10.1/a")),
        ("pages-in-order", json!({"pages": "e0123"})),
        ("pages-in-order", json!({"pages": "12"})),
        ("language-true", json!({"title": {"vi": "Lúa"}})),
        ("abstract", json!({"type": "book"})),
        (
            "both-languages",
            json!({"language": "en", "title": {"en": EN}}),
        ),
        ("keywords", json!({"type": "patent"})),
        ("venue", json!({"type": "patent"})),
        ("official-number", json!({})),
        ("variables", json!({})),
        ("accents", json!({"title": {"en": EN}})),
        ("names", json!({})),
        ("kept-up", json!({})),
        ("results-linked", json!({"type": "task", "year": 2026})),
        (
            "licence",
            json!({"access": "restricted", "type": "dataset"}),
        ),
        (
            "author-names-persist",
            json!({"year": 1999, "agents": [{"name": "A"}]}),
        ),
    ] {
        assert_eq!(
            verdict(rule, fields, TODAY),
            Verdict::DoesNotApply,
            "{rule}"
        );
    }
}

#[test]
fn a_fault_is_shown_as_it_stands() {
    let found = verdict("venue-spelling", json!({"venue": "Tap chi Hoa hoc"}), TODAY);
    assert_eq!(
        found,
        Verdict::Fails("Tap chi Hoa hoc → Tạp chí Hóa học".into())
    );
    let long = format!("{VI} {VI} \u{FFFD}\n{VI}");
    let Verdict::Fails(shown) = verdict("characters", json!({"title": {"vi": long}}), TODAY) else {
        panic!("the broken character is not seen");
    };
    assert!(
        shown.chars().count() < 120 && shown.contains("\u{FFFD}␊"),
        "{shown}"
    );
    let found = verdict("exchange-minimum", json!({"title": {"vi": VI}}), TODAY);
    let missing = "creator, date, description, publisher, identifier";
    assert_eq!(found, Verdict::Fails(missing.into()));
}

fn judged(record: &Record) -> crate::Judgement {
    judge(&Look {
        record,
        has_body: false,
        updated_at: now(),
        now: now(),
        census: &census(),
    })
}

#[test]
fn a_score_is_the_weight_that_holds() {
    let good = record(json!({"identifiers": [{"scheme": "doi", "value": "10.1/a"}]}));
    let judgement = judged(&good);
    // `persistent-name` (2) holds, `exchange-minimum` (2) fails.
    assert_eq!(judgement.criteria[5], Some(50.0));
    // Nothing to check.
    assert_eq!(judgement.criteria[0], None);
    let applying: Vec<f64> = judgement.criteria.into_iter().flatten().collect();
    let mean = applying.iter().sum::<f64>() / f64::from(u32::try_from(applying.len()).unwrap());
    assert!((judgement.overall - mean).abs() < 1e-9);
}

proptest! {
    #[test]
    fn any_text_anywhere_is_judged(text in ".{0,120}", date in "[0-9-]{0,12}", level in 0..4_usize) {
        let mut record = record(json!({
            "title": {"vi": text, "en": text}, "abstract": {"vi": text}, "venue": text,
            "agents": [{"name": text, "identifier": text}], "keywords": {"en": [text, text]},
            "pages": text, "date": date, "embargo_until": date, "licence": text, "year": 2020,
            "subjects": [{"scheme": "ipc", "code": text}, {"scheme": "khcn", "code": date},
                         {"scheme": "ddc", "code": text}],
            "identifiers": [{"scheme": "isbn", "value": date}, {"scheme": "url", "value": text}],
            "links": [{"relation": "cites", "target": text}],
        }));
        record.access = AccessLevel::ALL[level];
        let judgement = judged(&record);
        prop_assert!((0.0..=100.0).contains(&judgement.overall));
        prop_assert!(judgement.criteria.into_iter().flatten().all(|s| (0.0..=100.0).contains(&s)));
    }

    #[test]
    fn spans_of_digits_never_overflow(first in "[0-9]{1,25}", last in "[0-9]{1,25}") {
        verdict("pages-in-order", json!({"pages": format!("{first}-{last}")}), TODAY);
    }
}

#[test]
fn names_differ_and_every_rule_is_in_the_documentation() {
    let page = include_str!("../../../../docs/quality.md");
    let mut names: Vec<&str> = Rule::all().map(|rule| rule.id).collect();
    for rule in Rule::all() {
        let row = format!(
            "| `{}` | {} | {} | {} |",
            rule.id, rule.weight, rule.asks.en, rule.cure.en
        );
        assert!(page.contains(&row), "docs/quality.md lacks: {row}");
        assert!((1..=3).contains(&rule.weight), "{}", rule.id);
    }
    let n_rows = page
        .lines()
        .filter(|line| line.starts_with("| `") && !line.contains("trithuc q"));
    assert_eq!(n_rows.count(), names.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::all().count());
}
