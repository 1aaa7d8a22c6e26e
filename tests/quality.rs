//! Quality and decisions on duplicates: from the command line, over the API and
//! on the pages of librarians.

use serde_json::{Value, json};

use crate::{
    installation::Installation,
    site::{SITE, get, get_as, get_with, send},
};

#[test]
fn a_report_scores_lists_and_keeps() {
    let installation = Installation::new();
    let records = [
        json!({"id": "du", "type": "book", "title": {"vi": "Giáo trình thủy văn"}, "authors": ["Lê Thị Cúc"], "year": 2018, "collections": ["Sách"]}),
        json!({"id": "thieu", "type": "book", "title": {"vi": "NGHIÊN CỨU XÂM NHẬP MẶN"}}),
    ];
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let path = installation.input("records.jsonl", lines.join("\n"));
    assert_eq!(installation.ingest(&path).status, 0);
    let report = installation.run(&["quality", "report"]).json();
    assert_eq!(report["scores"]["n_records"], 2);
    assert_eq!(report["rules"]["capitals"]["failed"], 1, "{report}");
    assert_eq!(report["collections"]["Sách"]["n_records"], 1);
    let listed = installation.run(&["quality", "list", "capitals"]).json();
    assert_eq!(listed["id"], "thieu");
    assert_eq!(listed["fault"], "NGHIÊN CỨU XÂM NHẬP MẶN");
    let alone = installation
        .run(&["quality", "report", "--collection", "Sách"])
        .json();
    assert_eq!(alone["scores"]["n_records"], 1);
    // The report of a collection is no point of the trend.
    assert_eq!(
        installation.run(&["quality", "trend"]).json()["n_records"],
        2
    );
    for wrong in [
        &["quality", "list", "khong-co"][..],
        &["quality", "report", "--collection", "Không có"],
    ] {
        assert_eq!(installation.run(wrong).status, 2, "{wrong:?}");
    }
}

fn post(role: &str, target: &str, body: &Value) -> crate::site::Answer {
    let key = format!("Bearer {}", SITE.keys[role]);
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    send("POST", target.as_bytes(), &headers, &body.to_string())
}

#[test]
fn only_librarians_see_and_judge() {
    let addresses = [
        "/api/v1/quality",
        "/api/v1/quality/year",
        "/api/v1/duplicates",
        "/api/v1/duplicates/merges",
    ];
    for address in addresses {
        assert_eq!(get(address).status, 401, "{address}");
        assert_eq!(get_as("analyst", address).status, 403, "{address}");
        assert_eq!(get_as("librarian", address).status, 200, "{address}");
        let unknown = format!("{address}?x=1");
        assert_eq!(get_as("librarian", &unknown).status, 400, "{address}");
    }
    assert_eq!(get("/quality").status, 303);
    assert_eq!(get_as("analyst", "/quality").status, 403);
    assert_eq!(post("analyst", "/api/v1/quality", &json!({})).status, 403);
    assert_eq!(get_as("librarian", "/api/v1/quality/khong-co").status, 404);
    assert_eq!(
        get_as("librarian", "/api/v1/quality/year?limit=0").status,
        400
    );
}

#[test]
fn a_survey_over_the_api_fills_the_pages() {
    let answer = post("librarian", "/api/v1/quality", &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let survey: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(survey["scores"]["n_records"].as_u64().unwrap() >= 40);
    assert_eq!(survey["trend"].as_array().unwrap().len(), 1);
    let list = get_as("librarian", "/api/v1/quality/abstract?limit=3");
    let list: Value = serde_json::from_str(&list.body).unwrap();
    assert_eq!(list["records"].as_array().unwrap().len(), 3, "{list}");
    let id = list["records"][0]["id"].as_str().unwrap();
    let page = get_as("librarian", "/quality?lang=vi").body;
    assert!(page.contains("Thống nhất") && page.contains("href=\"/quality/abstract\""));
    let page = get_as("librarian", "/quality/abstract?lang=en").body;
    assert!(page.contains(&format!("<code>{id}</code>")) && page.contains("href=\"/records/"));
    assert!(page.contains("What to do"));
}

#[test]
fn a_form_without_its_token_judges_nothing() {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert!([401, 403].contains(&send("POST", b"/quality", &form, "csrf=x").status));
    let key = format!("Bearer {}", SITE.keys["librarian"]);
    let from_elsewhere = [
        ("authorization", key.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(
        send("POST", b"/api/v1/quality", &from_elsewhere, "").status,
        403
    );
    assert_eq!(
        get_with("/quality/khong-co", &[("authorization", &key)]).status,
        404
    );
}

#[test]
fn decisions_that_cannot_be_are_refused_by_name() {
    let merges = "/api/v1/duplicates/merges";
    for (target, body, says) in [
        (merges, json!({"kept": "lua-01", "others": []}), "others"),
        (
            merges,
            json!({"kept": "lua-01", "others": ["lua-01"]}),
            "itself",
        ),
        (
            merges,
            json!({"kept": "lua-01", "others": ["khong-co"]}),
            "khong-co",
        ),
        (merges, json!({"kept": "a b", "others": ["lua-02"]}), "kept"),
        (
            merges,
            json!({"kept": "lua-01", "others": ["lua-02"], "take": {"mau": "lua-02"}}),
            "mau",
        ),
        (merges, json!({"kept": "lua-01"}), "others"),
        (
            "/api/v1/duplicates/apart",
            json!({"a": "lua-01", "b": "lua-01"}),
            "same record",
        ),
        (
            "/api/v1/duplicates/apart",
            json!({"a": "lua-01", "b": "khong-co"}),
            "khong-co",
        ),
    ] {
        let answer = post("librarian", target, &body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        assert!(answer.body.contains(says), "{body}: {}", answer.body);
        assert_eq!(post("analyst", target, &body).status, 403);
    }
}
