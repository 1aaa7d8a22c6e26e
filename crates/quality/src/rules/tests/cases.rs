//! Records for each rule, and whether the rule holds for them.

use serde_json::{Value, json};

pub(super) const VI: &str = "Nghiên cứu ảnh hưởng của xâm nhập mặn đến năng suất lúa ở Sóc Trăng";
pub(super) const EN: &str =
    "The effect of salinity intrusion on the yield of rice in Soc Trang province";

pub(super) fn author(name: &str) -> Value {
    json!({"agents": [{"name": name}]})
}

pub(super) fn id(scheme: &str, value: &str) -> Value {
    json!({"identifiers": [{"scheme": scheme, "value": value}]})
}

fn subject(scheme: &str, code: &str) -> Value {
    json!({"subjects": [{"scheme": scheme, "code": code}]})
}

pub(super) fn file(media_type: &str) -> Value {
    json!({"files": [{"name": "a", "location": "a", "media_type": media_type, "bytes": 1, "blake3": "x"}]})
}

/// Rule, fields of a record, and whether it holds.
pub(super) fn cases() -> Vec<(&'static str, Value, bool)> {
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
