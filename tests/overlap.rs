//! A text, a document or a record beside the library: by the command line, by
//! the API and on the page, with bad input and for every role.

use std::io::Write as _;

use crate::{
    installation::Installation,
    site::{Answer, N_OPEN, RICE_YIELD, SECRET, SITE, get, get_as, send},
};

const BOUNDARY: &str = "ranh-gioi-7f3a";

fn post_json(address: &str, body: &str) -> Answer {
    let headers = [("content-type", "application/json")];
    send("POST", address.as_bytes(), &headers, body)
}

/// Sends a form with parts: name, file name ("" for none), content.
fn post_form(address: &str, parts: &[(&str, &str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, file, content) in parts {
        body += &format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"");
        if !file.is_empty() {
            body += &format!("; filename=\"{file}\"\r\ncontent-type: application/octet-stream");
        }
        body += &format!("\r\n\r\n{content}\r\n");
    }
    body += &format!("--{BOUNDARY}--\r\n");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    send(
        "POST",
        address.as_bytes(),
        &[("content-type", &kind)],
        &body,
    )
}

#[test]
fn what_is_copied_stands_beside_its_source() {
    let text = format!("Lời mở đầu của riêng tôi. {RICE_YIELD}");
    let sent = serde_json::json!({ "text": text, "limit": 100 }).to_string();
    let by_json = post_json("/api/v1/overlap", &sent);
    let by_file = post_form(
        "/api/v1/overlap",
        &[("file", "thuyết minh.txt", &text), ("limit", "", "100")],
    );
    for answer in [by_json, by_file] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found = answer.json();
        assert_eq!(found["compared"]["n_records"], N_OPEN);
        assert_eq!(found["compared"]["n_shared_words"], 9);
        let records = found["records"].as_array().unwrap();
        assert!(!records.is_empty());
        assert_eq!(records[0]["similarity"], 1.0);
        let pair = &records[0]["pairs"][0];
        assert_eq!(pair["kind"], "copied");
        let marked = |side: &str| {
            let text: Vec<char> = pair[side]["text"].as_str().unwrap().chars().collect();
            let place = &pair[side]["highlights"][0];
            let at = |i: usize| place[i].as_u64().unwrap() as usize;
            text[at(0)..at(1)].iter().collect::<String>()
        };
        assert_eq!(marked("own"), RICE_YIELD.trim_end_matches('.'));
        assert_eq!(marked("own"), marked("theirs"));
        assert!(!answer.body.contains(SECRET));
    }
}

#[test]
fn staff_see_the_closed_records_that_hold_it_too() {
    let key = format!("Bearer {}", SITE.keys["librarian"]);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &*key),
    ];
    let sent = serde_json::json!({ "text": RICE_YIELD, "limit": 100 }).to_string();
    let answer = send("POST", b"/api/v1/overlap", &headers, &sent);
    assert!(answer.body.contains(SECRET));
    assert_eq!(answer.json()["compared"]["n_records"], N_OPEN + 4);
}

#[test]
fn a_record_is_compared_with_the_others() {
    let found = get("/api/v1/records/lua-01/overlap?limit=100").json();
    let ids: Vec<&str> = found["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"lua-02") && !ids.contains(&"lua-01"),
        "{ids:?}"
    );
    let only = get("/api/v1/records/lua-01/overlap?filter=type:thesis").json();
    assert_eq!(only["compared"]["n_records"], 1);
    assert_eq!(only["records"].as_array().unwrap().len(), 0);
}

#[test]
fn works_are_linked_by_what_they_say_of_one_another() {
    let found = get("/api/v1/records/bai-bao/links").json();
    let links = found["links"].as_array().unwrap();
    assert_eq!(links.len(), 1, "{found}");
    let link = &links[0];
    assert_eq!(
        (&link["id"], &link["direction"]),
        (&"bo-du-lieu".into(), &"out".into())
    );
    assert_eq!(link["evidence"]["kind"], "stated");
    assert_eq!(link["evidence"]["relation"], "uses");
    let staff = get_as("librarian", "/api/v1/records/bai-bao/links").json();
    let by_name = staff["links"].as_array().unwrap().iter();
    let by_name = by_name.filter(|link| link["evidence"]["kind"] == "name");
    let lines: Vec<_> = by_name
        .map(|link| {
            (
                link["id"].as_str().unwrap(),
                link["direction"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(lines.contains(&("cam-van", "in")), "{staff}");
    let page = get_as("librarian", "/records/bai-bao?lang=en").body;
    assert!(
        page.contains("Related works found in the text")
            && page.contains("<mark>10.5555/bai.bao</mark>")
    );
    assert_eq!(get("/api/v1/records/khong-co/links").status, 404);
    assert_eq!(get("/api/v1/records/bai-bao/links?limit=3").status, 400);
}

#[test]
fn records_like_a_text_are_found() {
    let answer = post_json(
        "/api/v1/similar",
        r#"{"text": "Báo cáo về pin, a report on batteries"}"#,
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["hits"][0]["id"], "en-1");
    let form = [("file", "a.txt", "Dự báo nước dâng do bão")];
    assert_eq!(
        post_form("/api/v1/similar", &form).json()["hits"][0]["id"],
        "bai-bao"
    );
    let of_record = post_json("/api/v1/similar", r#"{"record": "lua-03", "limit": 3}"#).json();
    assert_eq!(of_record["hits"].as_array().unwrap().len(), 3);
}

/// What is wrong is named, in every way of sending it.
#[test]
fn bad_input_names_what_is_wrong() {
    for address in ["/api/v1/overlap", "/api/v1/similar"] {
        for (body, parameter) in [
            ("{}", "text"),
            (r#"{"text": " \n "}"#, "text"),
            (r#"{"text": "—…"}"#, "q"),
            (r#"{"text": "lúa", "limit": 0}"#, "limit"),
            (r#"{"text": "lúa", "limit": 101}"#, "limit"),
            (r#"{"text": "lúa", "filter": ["colour:red"]}"#, "filter"),
            (r#"{"text": "lúa", "record": "lua-01"}"#, "text"),
            (r#"{"txet": "lúa"}"#, "body"),
            ("[]", "body"),
            ("{", "body"),
        ] {
            let answer = post_json(address, body);
            assert_eq!(answer.status, 400, "{address} {body}: {}", answer.body);
            let problem = answer.json().to_string();
            assert!(problem.contains(parameter), "{body}: {problem}");
        }
        assert_eq!(post_json(address, r#"{"record": "mat"}"#).status, 404);
        let forms: [&[(&str, &str, &str)]; 4] = [
            &[("file", "a.pdf", "%PDF-1.4 nothing in it")],
            &[("file", "a.bin", "\u{0}\u{1}\u{2}")],
            &[("file", "", "")],
            &[("colour", "", "red")],
        ];
        for form in forms {
            let answer = post_form(address, form);
            assert_eq!(answer.status, 400, "{form:?}: {}", answer.body);
        }
        let plain = send(
            "POST",
            address.as_bytes(),
            &[("content-type", "text/plain")],
            "lúa",
        );
        assert_eq!(plain.status, 400);
        let torn = [("content-type", "multipart/form-data; boundary=x")];
        assert_eq!(
            send("POST", address.as_bytes(), &torn, "--x\r\nnothing").status,
            400
        );
    }
    assert_eq!(get("/api/v1/records/lua-01/overlap?limit=0").status, 400);
    assert_eq!(get("/api/v1/records/lua-01/overlap?colour=red").status, 400);
}

#[test]
fn the_page_shows_both_sides_in_both_languages() {
    let form = get("/compare?lang=en");
    assert_eq!(form.status, 200);
    assert!(form.body.contains("enctype=\"multipart/form-data\""));
    for (lang, copied) in [("vi", "Chép nguyên văn"), ("en", "Copied")] {
        let page = format!("/compare?lang={lang}");
        let answer = post_form(
            &page,
            &[
                ("text", "", RICE_YIELD),
                ("file", "", ""),
                ("view", "", "overlap"),
            ],
        );
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains(copied), "{lang}");
        let marked = format!("<mark>{}</mark>", RICE_YIELD.trim_end_matches('.'));
        assert!(answer.body.matches(&marked).count() >= 2);
        let similar = post_form(
            &page,
            &[("text", "", "pin batteries"), ("view", "", "similar")],
        );
        assert!(similar.body.contains("/records/en-1"));
        let nothing = post_form(&page, &[("text", "", ""), ("view", "", "overlap")]);
        assert_eq!(nothing.status, 400);
        assert!(nothing.body.contains("role=\"alert\""));
    }
    let hostile = post_form(
        "/compare",
        &[(
            "text",
            "",
            "<script>alert(1)</script> chín chữ để so sánh với thư viện này",
        )],
    );
    assert!(!hostile.body.contains("<script>alert"));
    let foreign = [
        ("content-type", "multipart/form-data; boundary=x"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(send("POST", b"/compare", &foreign, "").status, 403);
    assert!(get("/compare?record=lua-01").body.contains("lua-02"));
    assert!(
        get("/records/lua-01")
            .body
            .contains("/compare?record=lua-01")
    );
}

#[test]
fn the_command_takes_records_documents_and_standard_input() {
    let installation = Installation::new();
    let copied = "Nhiệm vụ khảo sát hiện trạng xâm nhập mặn tại các cửa sông của ba tỉnh ven biển miền Trung";
    let lines = format!(
        "{{\"id\":\"a\",\"title\":\"Xâm nhập mặn\",\"abstract\":\"{copied}.\",\"type\":\"task\"}}\n\
         {{\"id\":\"b\",\"title\":\"Đề cương\",\"abstract\":\"Chúng tôi đề nghị. {copied} trong hai năm.\"}}\n\
         {{\"id\":\"c\",\"title\":\"Pin\",\"abstract\":\"Quản lý nhiệt của pin xe điện.\"}}\n"
    );
    let path = installation.input("a.jsonl", lines);
    assert_eq!(installation.ingest(&path).status, 0);
    let of_record = installation.run(&["overlap", "b"]);
    assert_eq!(of_record.status, 0, "{}", of_record.stderr);
    let found = of_record.json();
    assert_eq!(found["records"][0]["id"], "a");
    assert_eq!(found["records"][0]["pairs"][0]["kind"], "copied");
    assert_eq!(found["records"][0]["n_shared_words"], 20);
    let document = installation.input("de-cuong.txt", format!("{copied}.\n"));
    let of_file = installation.run(&[
        "overlap",
        document.to_str().unwrap(),
        "--filter",
        "type:task",
    ]);
    assert_eq!(of_file.json()["records"][0]["id"], "a");
    assert_eq!(of_file.json()["compared"]["n_records"], 1);
    let mut child = installation
        .command()
        .args(["--json", "similar", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all("nhiệt của pin".as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["hits"][0]["id"], "c");
    let absent = installation.run(&["overlap", "no-such-thing"]);
    assert_eq!(
        (
            absent.status,
            absent.stderr.contains("neither a file nor a record")
        ),
        (2, true)
    );
    let empty = installation.input("empty.txt", "…");
    let refused = installation.run(&["overlap", empty.to_str().unwrap()]);
    assert!(
        refused.status == 1 || refused.status == 2,
        "{}",
        refused.stderr
    );
}
