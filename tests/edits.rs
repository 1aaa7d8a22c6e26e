//! One edit over many records, by program, API and page: what is seen is done,
//! searches follow, undoing gives everything back.

use serde_json::{Value, json};

use crate::{
    accounts::percent,
    desk::lines,
    installation::Installation,
    serving::Serving,
    site::{get, get_as, send_to},
};

const JOURNAL: &str = "Tạp chí Khoa học Cây trồng";

/// Thirty papers, twenty of them in a journal whose name is short for another;
/// every tenth is restricted.
fn library() -> (Installation, Vec<Value>) {
    let installation = Installation::new();
    let records: Vec<Value> = (0..30)
        .map(|n| {
            json!({"id": format!("r{n:02}"), "title": {"vi": format!("Giống lúa số {n}")},
                "type": "paper", "year": 2000 + n, "keywords": {"vi": ["lúa", "mặn"]},
                "venue": if n < 20 { "TC KHCT" } else { JOURNAL },
                "body": [{"number": 1, "text": format!("toàn văn bài {n}")}],
                "access": if n % 10 == 0 { "restricted" } else { "open" }})
        })
        .collect();
    let path = installation.input("r.jsonl", lines(&records));
    assert_eq!(installation.ingest(&path).status, 0);
    (installation, records)
}

#[test]
fn the_program_shows_does_and_undoes() {
    let (installation, _) = library();
    let before = installation.dump();
    let what = [
        "--query",
        "venue:\"TC KHCT\"",
        "--replace",
        "venue=TC KHCT=>Tạp chí Khoa học Cây trồng",
        "--add",
        "keywords.vi=chọn giống",
    ];
    let edit = |verb: &str, more: &[&str]| {
        let all = [&["edit", verb][..], &what[..], more].concat();
        installation.run(&all)
    };
    let seen = edit("preview", &[]).json();
    assert_eq!(
        (&seen["changed"], &seen["unchanged"]),
        (&json!(20), &json!(0))
    );
    assert_eq!(
        seen["diffs"][0]["changes"][1],
        json!({"field": "venue", "before": ["TC KHCT"], "after": [JOURNAL]})
    );
    assert_eq!(installation.dump(), before, "looking changes nothing");
    let token = seen["token"].as_str().unwrap();
    let done = edit("apply", &["--token", token]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let done = done.json();
    assert_eq!(done["changed"], 20);
    let found = installation.run(&["search", "keyword:\"chọn giống\"", "--limit", "0"]);
    assert_eq!(found.json()["total"], 20, "the index followed");
    let id = done["edit"]["id"].as_str().unwrap();
    // The preview is of the records before: with its token nothing more is done.
    let again = edit("apply", &["--token", token]);
    assert_eq!(again.status, 2, "{}", again.stdout);
    assert!(again.stderr.contains("preview"), "{}", again.stderr);
    let undone = installation.run(&["edit", "undo", id]);
    assert_eq!(undone.status, 0, "{}", undone.stderr);
    assert_eq!(installation.dump(), before);
    let log = installation.run(&["edit", "list"]).json();
    assert_eq!(
        (log.as_array().unwrap().len(), &log[0]["n_records"]),
        (1, &json!(20))
    );
    assert!(log[0]["undone"]["at"].is_string());
    for (arguments, says) in [
        (&["r00", "--set", "keywords.vi=a"][..], "add"),
        (&["r00", "--set", "year=abc"], "abc"),
        (&["r00", "--add", "colour=red"], "colour"),
        (&["r00"], "operation"),
    ] {
        let wrong = installation.run(&[&["edit", "preview"], arguments].concat());
        assert_eq!(wrong.status, 2, "{arguments:?}");
        assert!(wrong.stderr.contains(says), "{}", wrong.stderr);
    }
}

#[test]
fn the_api_does_what_its_preview_showed() {
    let (installation, _) = library();
    let serving = Serving::start(&installation);
    let operations = json!([{"act": "set", "field": "access", "value": "registered"}]);
    let body = json!({"operations": operations, "query": "lúa", "filter": ["year:2000..2004"]});
    let seen = serving.json("POST", "/api/v1/edits/preview", &body);
    assert_eq!(seen.status, 200, "{}", seen.body);
    let seen = seen.json();
    assert_eq!(
        (&seen["n_changed"], &seen["diffs"][0]["record"]),
        (&json!(5), &json!("r00"))
    );
    let street = |target: &str| send_to(serving.address, "GET", target.as_bytes(), &[], "").json();
    assert_eq!(street("/api/v1/search?limit=0")["total"], 27);
    let without = serving.json("POST", "/api/v1/edits", &body);
    assert_eq!(without.status, 400);
    assert!(without.body.contains("token"), "{}", without.body);
    let mut with = body.clone();
    with["token"] = seen["token"].clone();
    let done = serving.json("POST", "/api/v1/edits", &with);
    assert_eq!(done.status, 201, "{}", done.body);
    let done = done.json();
    assert_eq!(
        (&done["n_records"], &done["by"]),
        (&json!(5), &json!("lan"))
    );
    assert_eq!(
        street("/api/v1/search?limit=0")["total"],
        23,
        "closed at once"
    );
    assert_eq!(
        serving.json("POST", "/api/v1/edits", &with).status,
        400,
        "the token is spent"
    );
    let url = format!("/api/v1/edits/{}", done["id"].as_str().unwrap());
    let one = serving.get(&url).json();
    assert_eq!(one["diffs"].as_array().unwrap().len(), 5);
    assert_eq!(one["diffs"][1]["changes"][0]["before"], json!(["open"]));
    // One of them changes again: the undoing stops, or leaves it.
    let other = json!({"operations": [{"act": "set", "field": "access", "value": "restricted"}], "records": ["r03"]});
    let mut other_with = other.clone();
    other_with["token"] =
        serving.json("POST", "/api/v1/edits/preview", &other).json()["token"].clone();
    assert_eq!(
        serving.json("POST", "/api/v1/edits", &other_with).status,
        201
    );
    let stopped = serving.json("DELETE", &url, &json!({}));
    assert_eq!(stopped.status, 400);
    assert!(stopped.body.contains("r03"), "{}", stopped.body);
    let undone = serving.json("DELETE", &format!("{url}?leave_changed=true"), &json!({}));
    assert_eq!(
        undone.json()["undone"]["left"],
        json!(["r03"]),
        "{}",
        undone.body
    );
    assert_eq!(street("/api/v1/search?limit=0")["total"], 26);
    let record = serving.get("/api/v1/records/r00").json();
    assert_eq!(record["access"], "restricted", "{record}");
    for (change, says) in [
        (json!({"operations": [], "records": ["r01"]}), "operation"),
        (json!({"operations": operations}), "records"),
        (
            json!({"operations": operations, "records": ["r01"], "query": ""}),
            "records",
        ),
        (
            json!({"operations": operations, "query": "year:("}),
            "query",
        ),
        (
            json!({"operations": operations, "filter": ["colour:red"]}),
            "filter",
        ),
        (
            json!({"operations": [{"act": "burn", "field": "venue"}], "records": ["r01"]}),
            "burn",
        ),
        (
            json!({"operations": [{"act": "set", "field": "id", "value": "x"}], "records": ["r01"]}),
            "operations",
        ),
    ] {
        let answer = serving.json("POST", "/api/v1/edits/preview", &change);
        assert_eq!(answer.status, 400, "{change}: {}", answer.body);
        assert!(answer.body.contains(says), "{change}: {}", answer.body);
    }
    assert_eq!(serving.get("/api/v1/edits/khong-co").status, 404);
}

#[test]
fn the_page_leads_from_a_search_to_an_act_and_back() {
    let (installation, _) = library();
    let serving = Serving::start(&installation);
    let results = serving
        .get("/search?q=l%C3%BAa&filter=year%3A2000..2004&lang=vi")
        .body;
    assert!(results.contains("Sửa các biểu ghi này"), "{results}");
    let form = serving
        .get("/edits?q=l%C3%BAa&filter=year%3A2000..2004&lang=vi")
        .body;
    assert!(form.contains("value=\"year:2000..2004\" checked"), "{form}");
    let fields = format!(
        "query={}&filter=year%3A2000..2004&act1=replace&field1=venue&value1=TC+KHCT&with1={}",
        percent("lúa"),
        percent(JOURNAL)
    );
    let seen = serving.form("/edits?lang=vi", &fields);
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert!(
        seen.body.contains("5 biểu ghi sẽ đổi")
            && seen.body.contains("<del class=\"block\">TC KHCT</del>"),
        "{}",
        seen.body
    );
    let token = seen.body.split("name=\"token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let done = serving.form("/edits", &format!("{fields}&token={token}"));
    assert_eq!(done.status, 303, "{}", done.body);
    let act = done.header("location").to_owned();
    let page = serving.get(&format!("{act}?lang=en")).body;
    assert!(
        page.contains("5 records edited") && page.contains(JOURNAL),
        "{page}"
    );
    let street = send_to(serving.address, "GET", b"/api/v1/records/r03", &[], "").json();
    assert_eq!(street["venue"], JOURNAL);
    assert_eq!(serving.form(&act, "").status, 303);
    let street = send_to(serving.address, "GET", b"/api/v1/records/r03", &[], "").json();
    assert_eq!(street["venue"], "TC KHCT");
    let twice = serving.form(&act, "");
    assert!(
        twice.status == 400 && twice.body.contains("role=\"alert\""),
        "{}",
        twice.body
    );
    let wrong = serving.form("/edits", "records=r01&act1=set&field1=year&value1=x");
    assert!(
        wrong.status == 400 && wrong.body.contains("role=\"alert\""),
        "{}",
        wrong.body
    );
    assert_eq!(serving.get("/edits/khong-co").status, 404);
}

#[test]
fn only_librarians_edit() {
    for address in ["/api/v1/edits", "/api/v1/edits/x"] {
        assert_eq!(get(address).status, 401, "{address}");
        assert_eq!(get_as("analyst", address).status, 403, "{address}");
    }
    assert_eq!(get("/edits").status, 303);
    assert_eq!(get_as("reader", "/edits").status, 403);
    assert_eq!(get_as("librarian", "/edits").status, 200);
}
