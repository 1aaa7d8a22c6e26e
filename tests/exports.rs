//! Records leave the library in ten formats: by `format`, by the ending of an
//! address, by `Accept`, one by one and as whole searches.

use crate::site::{N_OPEN, SECRET, get, get_with};

/// Name, ending, media type, and what a document of the format holds.
const FORMATS: [(&str, &str, &str, &str); 10] = [
    ("json", "json", "application/json", "\"id\":\"bai-bao\""),
    (
        "ris",
        "ris",
        "application/x-research-info-systems",
        "TI  - Dự báo nước dâng",
    ),
    ("bibtex", "bib", "application/x-bibtex", "@article{bai-bao"),
    (
        "csl",
        "csl",
        "application/vnd.citationstyles.csl+json",
        "\"DOI\":\"10.5555/bai.bao\"",
    ),
    ("csv", "csv", "text/csv; charset=utf-8", "bai-bao,"),
    ("marcxml", "marcxml", "application/marcxml+xml", "<leader>"),
    (
        "oai_dc",
        "dc",
        "application/xml",
        "<dc:identifier>http://thu-vien.test/records/bai-bao<",
    ),
    (
        "datacite",
        "datacite",
        "application/vnd.datacite.datacite+xml",
        ">10.5555/bai.bao<",
    ),
    (
        "mods",
        "mods",
        "application/mods+xml",
        "<titleInfo xml:lang=\"vi\">",
    ),
    (
        "schemaorg",
        "jsonld",
        "application/ld+json",
        "\"@type\":\"ScholarlyArticle\"",
    ),
];

#[test]
fn a_dataset_is_described_for_machine_learning() {
    let answer = get("/api/v1/records/bo-du-lieu/croissant");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let dataset = answer.json();
    assert_eq!(dataset["conformsTo"], "http://mlcommons.org/croissant/1.0");
    assert_eq!(dataset["name"], "Mực nước biển");
    let field = &dataset["recordSet"][0]["field"][0];
    assert_eq!(
        (&field["name"], &field["dataType"]),
        (&"muc_nuoc_m".into(), &"sc:Float".into())
    );
    assert_eq!(get("/api/v1/records/bai-bao/croissant").status, 404);
}

#[test]
fn a_record_comes_in_every_format_by_name_ending_and_accept() {
    for (name, ending, media_type, held) in FORMATS {
        let by_name = get(format!("/api/v1/records/bai-bao?format={name}"));
        assert_eq!(by_name.header("content-type"), media_type, "{name}");
        assert!(by_name.body.contains(held), "{name}: {}", by_name.body);
        let accept = [("accept", media_type)];
        for answer in [
            get(format!("/api/v1/records/bai-bao.{ending}")),
            get(format!("/records/bai-bao.{ending}")),
            get_with("/api/v1/records/bai-bao", &accept),
            get_with("/records/bai-bao", &accept),
        ] {
            assert_eq!(
                (answer.status, &answer.body),
                (200, &by_name.body),
                "{name}"
            );
            assert_eq!(answer.header("content-type"), media_type, "{name}");
            assert!(answer.header("vary").contains("Accept"), "{name}");
        }
    }
    let page = get("/records/bai-bao").body;
    for (_, ending, _, _) in FORMATS {
        assert!(
            page.contains(&format!("href=\"/records/bai-bao.{ending}\"")),
            "{ending}"
        );
    }
}

#[test]
fn an_ending_that_is_none_names_no_record() {
    for target in [
        "/records/bai-bao.pdf",
        "/records/.ris",
        "/records/khong-co.ris",
        "/records/mat.ris",
    ] {
        assert_eq!(get(target).status, 404, "{target}");
    }
}

#[test]
fn a_search_leaves_whole_in_every_format() {
    let count = |format: &str, mark: &str| {
        let answer = get(format!("/api/v1/export?q=lua+chiu+man&format={format}"));
        assert_eq!(answer.status, 200, "{format}");
        assert!(
            answer
                .header("content-disposition")
                .starts_with("attachment;")
        );
        assert!(!answer.body.contains(SECRET), "{format}");
        answer.body.matches(mark).count()
    };
    for (format, mark) in [
        ("json", "{\"id\":"),
        ("ris", "\r\nER  - "),
        ("bibtex", "recordid = "),
        ("csl", "\"title\":"),
        ("marcxml", "<record>"),
        ("oai_dc", "<oai_dc:dc "),
        ("datacite", "<resource "),
        ("schemaorg", "\"@context\":"),
    ] {
        assert_eq!(count(format, mark), 40, "{format}");
    }
    let csv = get_with("/api/v1/export", &[("accept", "text/csv")]);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.body
            .lines()
            .filter(|line| line.contains("http"))
            .count(),
        0
    );
    let ids = get("/api/v1/export?sort=title");
    assert_eq!(ids.header("content-type"), "application/x-ndjson");
    assert_eq!(ids.body.lines().count(), N_OPEN);
}

#[test]
fn a_bad_export_is_refused_with_its_reason() {
    for (target, parameter) in [
        ("/api/v1/export?format=word", "format"),
        ("/api/v1/export?limit=5", "limit"),
        ("/api/v1/export?q=%28", "q"),
        ("/api/v1/export?filter=colour:red", "filter"),
    ] {
        let answer = get(target);
        assert_eq!(
            (answer.status, &answer.json()["parameter"]),
            (400, &parameter.into()),
            "{target}"
        );
    }
}

#[test]
fn a_record_is_cited_in_the_style_asked_for() {
    let apa = get("/api/v1/records/bai-bao/citation");
    assert_eq!(apa.status, 200, "{}", apa.body);
    assert!(apa.body.contains("\"style\":\"apa\""), "{}", apa.body);
    assert!(apa.body.contains("Nguyễn Thị Hạnh"), "{}", apa.body);
    let ieee = get("/api/v1/records/bai-bao/citation?style=ieee");
    assert!(ieee.body.contains("“Dự báo nước dâng”"), "{}", ieee.body);
    let wrong = get("/api/v1/records/bai-bao/citation?style=apa6");
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("vancouver"), "{}", wrong.body);
    let hidden = get(format!("/api/v1/records/{SECRET}/citation"));
    assert_eq!(hidden.status, 404);
    let page = get("/records/bai-bao");
    for style in ["APA 7", "IEEE", "Vancouver", "ISO 690"] {
        assert!(page.body.contains(style), "{style}");
    }
}
