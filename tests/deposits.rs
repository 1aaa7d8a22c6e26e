//! Works that people hand in: drafts that nobody else knows of, documents read
//! apart, decisions with reasons, one record in the end.

use serde_json::{Value, json};

use crate::{
    accounts::percent,
    installation::Installation,
    serving::Serving,
    site::{Answer, SITE, get, get_as, send, send_to},
};

fn ask(role: &str, method: &str, target: &str, more: &[(&str, &str)], body: &Value) -> Answer {
    let key = format!("Bearer {}", SITE.keys[role]);
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    let headers = [&headers[..], more].concat();
    send(method, target.as_bytes(), &headers, &body.to_string())
}

fn add_file(role: &str, url: &str, name: &str, content: &str) -> Answer {
    let key = format!("Bearer {}", SITE.keys[role]);
    let body = format!(
        "--xyz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n\
         {content}\r\n--xyz--\r\n"
    );
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "multipart/form-data; boundary=xyz"),
    ];
    send("POST", format!("{url}/files").as_bytes(), &headers, &body)
}

fn metadata(title: &str) -> Value {
    json!({"type": "report", "title": {"vi": title}, "language": "vi", "year": 2024,
        "authors": [{"name": "Trần Thị Bưởi", "orcid": "0000-0002-1825-0097", "affiliation": "Viện Cây ăn quả"}],
        "keywords": {"vi": ["bưởi", "giống"]}, "access": "registered"})
}

/// A draft on the small library of all tests; it is never accepted there.
fn draft(title: &str) -> (String, Value) {
    let made = ask("reader", "POST", "/api/v1/deposits", &[], &metadata(title));
    assert_eq!(made.status, 201, "{}", made.body);
    let said = made.json();
    let url = format!("/api/v1/deposits/{}", said["id"].as_str().unwrap());
    assert!(made.header("location").ends_with(&url));
    (url, said)
}

#[test]
fn a_deposit_is_its_owners_and_the_librarians() {
    let (url, said) = draft("Giống bưởi thử quyền");
    assert_eq!(
        (&said["state"], &said["by"]),
        (&json!("draft"), &json!("reader"))
    );
    for (role, status) in [("reader", 200), ("librarian", 200), ("analyst", 404)] {
        assert_eq!(get_as(role, &url).status, status, "{role}");
        let file = format!("{url}/files/1");
        assert_eq!(get_as(role, &file).status, 404, "{role}: there is no file");
    }
    assert_eq!(get(&url).status, 401);
    assert_eq!(get("/api/v1/deposits").status, 401);
    assert!(
        !get_as("analyst", "/api/v1/deposits")
            .body
            .contains("thử quyền")
    );
    assert!(
        get_as("librarian", "/api/v1/deposits?limit=100")
            .body
            .contains("thử quyền")
    );
    // Nobody but its owner changes it, and no search knows of it.
    let change = |role: &str| {
        ask(
            role,
            "PUT",
            &format!("{url}/metadata"),
            &[],
            &metadata("Khác"),
        )
        .status
    };
    assert_eq!((change("analyst"), change("librarian")), (404, 403));
    let decision = json!({"decision": "accept"});
    let decide = |role: &str| ask(role, "POST", &format!("{url}/decision"), &[], &decision);
    assert_eq!(decide("reader").status, 403);
    let early = decide("librarian");
    assert!(
        early.status == 400 && early.body.contains("draft"),
        "{}",
        early.body
    );
    for address in [
        "/api/v1/search?q=b%C6%B0%E1%BB%9Fi&limit=100",
        "/api/v1/export",
        "/api/v1/changes?limit=500",
    ] {
        assert!(
            !get_as("admin", address).body.contains("thử quyền"),
            "{address}"
        );
    }
    assert_eq!(
        ask(
            "reader",
            "POST",
            &format!("{url}/withdraw"),
            &[],
            &json!({})
        )
        .json()["state"],
        "withdrawn"
    );
    assert_eq!(
        ask("reader", "POST", &format!("{url}/submit"), &[], &json!({})).status,
        400
    );
}

#[test]
fn the_same_key_makes_one_deposit() {
    let key = [("idempotency-key", "lan-1")];
    let make =
        |role: &str, title: &str| ask(role, "POST", "/api/v1/deposits", &key, &metadata(title));
    let first = make("reader", "Một lần");
    assert_eq!(first.status, 201, "{}", first.body);
    let again = make("reader", "Một lần");
    assert_eq!(
        (again.status, again.json()["id"].clone()),
        (200, first.json()["id"].clone())
    );
    let other = make("reader", "Khác rồi");
    assert!(
        other.status == 400 && other.body.contains("idempotency-key"),
        "{}",
        other.body
    );
    let of_another = make("analyst", "Một lần");
    assert_eq!(of_another.status, 201);
    assert_ne!(of_another.json()["id"], first.json()["id"]);
    let long = "x".repeat(201);
    let bad = ask(
        "reader",
        "POST",
        "/api/v1/deposits",
        &[("idempotency-key", &long)],
        &json!({}),
    );
    assert_eq!(bad.status, 400);
}

#[test]
fn documents_are_read_before_they_are_taken() {
    let (url, _) = draft("Giống bưởi có tệp");
    let text = "Báo cáo về giống bưởi da xanh ở Bến Tre. ".repeat(40);
    let added = add_file("reader", &url, "../../bao-cao.txt", &text);
    assert_eq!(added.status, 201, "{}", added.body);
    let file = &added.json()["files"][0];
    assert_eq!(
        (&file["name"], &file["media_type"]),
        (&json!("bao-cao.txt"), &json!("text/plain"))
    );
    let twice = add_file("reader", &url, "b.txt", &text).json();
    assert_eq!(
        twice["files"].as_array().unwrap().len(),
        1,
        "the same content is there once"
    );
    let broken = add_file("reader", &url, "a.pdf", "%PDF-1.7 hỏng");
    assert!(
        broken.status == 400 && broken.body.contains("cannot be read"),
        "{}",
        broken.body
    );
    let empty = add_file("reader", &url, "a.txt", "");
    assert_eq!(empty.status, 400);
    assert_eq!(add_file("analyst", &url, "a.txt", &text).status, 404);
    assert_eq!(add_file("librarian", &url, "a.txt", &text).status, 403);
    let file = format!("{url}/files/1");
    let had = get_as("librarian", &file);
    assert!(had.status == 200 && had.body.contains("da xanh"));
    assert_eq!(get_as("analyst", &file).status, 404);
    let removed = ask("reader", "DELETE", &file, &[], &json!({}));
    assert_eq!(removed.json()["files"], json!([]), "{}", removed.body);
    assert_eq!(get_as("reader", &file).status, 404);
}

#[test]
fn senseless_metadata_is_named() {
    for (body, says) in [
        (json!({"title": "x"}), "body"),
        (json!({"colour": "x"}), "colour"),
        (json!({"title": {"tiếng": "x"}}), "title"),
        (json!({"title": {"vi": ""}}), "title"),
        (json!({"type": "poem"}), "type"),
        (json!({"year": 20}), "year"),
        (json!({"authors": [{"name": " "}]}), "authors"),
        (json!({"authors": [{"name": "A", "orcid": "x"}]}), "authors"),
        (json!({"doi": "không"}), "doi"),
        (json!({"access": "embargoed"}), "embargo_until"),
        (json!({"embargo_until": "mai"}), "embargo_until"),
    ] {
        let answer = ask("reader", "POST", "/api/v1/deposits", &[], &body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        assert!(answer.body.contains(says), "{body}: {}", answer.body);
    }
    let bare = ask("reader", "POST", "/api/v1/deposits", &[], &json!({})).json();
    assert_eq!(
        bare["missing"],
        json!(["title", "type", "authors", "year", "language"])
    );
    let url = format!("/api/v1/deposits/{}/submit", bare["id"].as_str().unwrap());
    let early = ask("reader", "POST", &url, &[], &json!({}));
    assert!(
        early.status == 400 && early.body.contains("authors"),
        "{}",
        early.body
    );
    for parameter in ["state=x", "limit=0", "offset=x", "colour=x"] {
        let answer = get_as("reader", &format!("/api/v1/deposits?{parameter}"));
        assert_eq!(answer.status, 400, "{parameter}");
    }
    assert_eq!(get_as("reader", "/api/v1/deposits/khong-co").status, 404);
}

#[test]
fn returned_mended_and_accepted_it_is_one_record() {
    let installation = Installation::new();
    let serving = Serving::start(&installation);
    // The page: a draft, a document, submitted.
    let form = format!(
        "type=report&title_vi={}&authors={}&year=2024&language=vi&access=registered&keywords_vi={}",
        percent("Giống bưởi da xanh"),
        percent("Trần Thị Bưởi; 0000-0002-1825-0097; Viện Cây ăn quả\nLê An"),
        percent("bưởi; giống"),
    );
    let made = serving.form("/deposits", &form);
    assert_eq!(made.status, 303, "{}", made.body);
    let page = made.header("location").to_owned();
    let text = "Toàn văn về giống bưởi da xanh ở Bến Tre. ".repeat(40);
    let sent = serving.upload_to(&format!("{page}/files"), "bao-cao.txt", &text);
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(serving.form(&page, "act=submit").status, 303);
    let api = format!("/api/v1{page}");
    assert_eq!(serving.get(&api).json()["state"], "submitted");
    assert!(
        serving
            .get("/deposits?lang=vi")
            .body
            .contains("Giống bưởi da xanh")
    );
    assert!(serving.get("/desk?lang=vi").body.contains("chờ: 1"));
    // A librarian returns it; without a reason not.
    let silent = serving.form(&page, "act=return");
    assert!(
        silent.status == 400 && silent.body.contains("role=\"alert\""),
        "{}",
        silent.body
    );
    let reason = percent("Thiếu tóm tắt");
    assert_eq!(
        serving
            .form(&page, &format!("act=return&reason={reason}"))
            .status,
        303
    );
    let returned = serving.get(&format!("{page}?lang=vi")).body;
    assert!(
        returned.contains("Thiếu tóm tắt") && returned.contains("Trả lại để sửa"),
        "{returned}"
    );
    let mended = format!(
        "act=save&{form}&abstract_vi={}",
        percent("Tóm tắt về bưởi.")
    );
    assert_eq!(serving.form(&page, &mended).status, 303);
    assert_eq!(serving.form(&page, "act=submit").status, 303);
    let accept = json!({"decision": "accept", "collection": "Gửi"});
    let accepted = serving.json("POST", &format!("{api}/decision"), &accept);
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    let accepted = accepted.json();
    assert_eq!(accepted["state"], "accepted");
    let twice = serving.json("POST", &format!("{api}/decision"), &accept);
    assert_eq!(twice.status, 400, "{}", twice.body);
    // It is a record: found by its words, with its document, at its level.
    let id = accepted["id"].as_str().unwrap();
    let found = serving
        .get("/api/v1/search?q=buoi&filter=collection:G%E1%BB%ADi")
        .json();
    assert_eq!(found["hits"][0]["id"], id, "{found}");
    let record = serving.get(&format!("/api/v1/records/{id}")).json();
    assert_eq!(
        (
            &record["access"],
            &record["agents"][1]["name"],
            &record["files"][0]["name"]
        ),
        (&json!("registered"), &json!("Lê An"), &json!("bao-cao.txt"))
    );
    let file = serving.get(&format!("/records/{id}/files/1/bao-cao.txt"));
    assert_eq!(file.status, 200);
    let street = format!("/records/{id}/files/1/bao-cao.txt");
    let street = send_to(serving.address, "GET", street.as_bytes(), &[], "");
    assert_eq!(street.status, 404, "it is for accounts only");
    let leftover = installation.data().join("uploads/deposits");
    let files = walk(&leftover);
    assert_eq!(
        files, 0,
        "documents of decided deposits lie in the library alone"
    );
}

#[test]
fn a_backup_holds_the_documents_of_undecided_deposits() {
    let installation = Installation::new();
    let serving = Serving::start(&installation);
    let made = serving.json("POST", "/api/v1/deposits", &metadata("Giống bưởi để dành"));
    let api = format!("/api/v1/deposits/{}", made.json()["id"].as_str().unwrap());
    let text = "Toàn văn về giống bưởi để dành. ".repeat(40);
    assert_eq!(
        serving
            .upload_to(&format!("{api}/files"), "bao-cao.txt", &text)
            .status,
        201
    );
    assert_eq!(
        serving
            .json("POST", &format!("{api}/submit"), &json!({}))
            .status,
        200
    );
    let archive = installation.data().with_file_name("b.tar.zst");
    let ran = installation.run(&["backup", archive.to_str().unwrap()]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    drop(serving);

    let other = Installation::new();
    let ran = other.run(&["restore", archive.to_str().unwrap()]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let serving = Serving::start_again(&other);
    let file = serving.get(&format!("{api}/files/1"));
    assert_eq!((file.status, file.body.as_str()), (200, text.as_str()));
    let accept = json!({"decision": "accept"});
    let accepted = serving.json("POST", &format!("{api}/decision"), &accept);
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    let found = serving.get("/api/v1/search?q=buoi+de+danh").json();
    assert_eq!(found["hits"][0]["id"], accepted.json()["id"], "{found}");
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let count = entries.map(|entry| match entry.path().is_dir() {
        true => walk(&entry.path()),
        false => 1,
    });
    count.sum()
}
