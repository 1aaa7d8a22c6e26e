//! Authorities from the command line, over the API and on pages: built from
//! records, loaded, suggested, merged, undone; facets and searches follow.

use serde_json::{Value, json};

use crate::{
    installation::Installation,
    serving::Serving,
    site::{SITE, get, get_as, send},
};

fn library() -> Installation {
    let installation = Installation::new();
    let records = [
        json!({"id": "a", "type": "paper", "title": {"vi": "Đất mặn"}, "authors": ["Nguyễn Văn An", "Trần Thị Bình"], "institutions": ["Trường Đại học Vinh"], "year": 2004}),
        json!({"id": "b", "type": "paper", "title": {"vi": "Nước mặn"}, "authors": ["A. V. Nguyen", "Trần Thị Bình"], "institutions": ["Trường Đại học Sư phạm Vinh"], "year": 1999}),
        json!({"id": "c", "type": "paper", "title": {"vi": "Lúa nước"}, "authors": ["Lê Thị Hoa"], "institutions": ["ĐH Vinh"], "year": 2021}),
        json!({"id": "mat", "type": "paper", "title": {"vi": "Kín"}, "authors": ["Người Kín"], "institutions": ["Viện Kín"], "access": "restricted", "year": 2021}),
    ];
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let path = installation.input("records.jsonl", lines.join("\n"));
    assert_eq!(installation.ingest(&path).status, 0);
    installation
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn counted(installation: &Installation, facet: &str) -> Value {
    let found = installation.run(&["search", "", "--facet", facet]).json();
    found["facets"][facet].clone()
}

#[test]
fn a_loaded_file_gives_former_names_their_present_one() {
    let installation = library();
    let row = json!({"kind": "institution", "name": "Trường Đại học Vinh", "variants": ["ĐH Vinh"],
        "former": [{"name": "Trường Đại học Sư phạm Vinh", "until": 2001}], "province": "Nghệ An"});
    let file = installation.input("co-quan.jsonl", row.to_string());
    let loaded = installation.run(&["authority", "load", file.to_str().unwrap()]);
    assert_eq!(loaded.status, 0, "{}", loaded.stderr);
    assert_eq!(
        counted(&installation, "institution")[0],
        json!({"value": "Trường Đại học Vinh", "count": 3})
    );
    let former = "institution:\"Trường Đại học Sư phạm Vinh\"";
    assert_eq!(installation.run(&["search", former]).json()["total"], 3);
    let filter = "institution:Trường Đại học Sư phạm Vinh";
    let filtered = installation.run(&["search", "", "--filter", filter]).json();
    assert_eq!(filtered["total"], 3);
    // Trends count it so, too.
    let shown = installation.run(&["trends", "show", former]).json();
    assert_eq!(shown["n_records"], 3, "{shown}");
    // What the document prints stays as it is.
    let shown = installation.run(&["show", "b"]).json();
    assert_eq!(
        shown["institutions"],
        json!(["Trường Đại học Sư phạm Vinh"])
    );
    let one = installation.run(&["authority", "show", "ĐH Vinh"]).json();
    assert_eq!(
        (&one["n_records"], &one["province"]),
        (&json!(3), &json!("Nghệ An"))
    );

    assert_eq!(installation.run(&["authority", "undo", "1"]).status, 0);
    assert_eq!(installation.run(&["search", former]).json()["total"], 1);
    assert_eq!(installation.run(&["authority", "undo", "1"]).status, 2);
    let wrong = installation.input(
        "sai.jsonl",
        r#"{"kind":"person","name":"X Y","identifiers":["0000-0002-1825-0096"]}"#,
    );
    let refused = installation.run(&["authority", "load", wrong.to_str().unwrap()]);
    assert!(
        refused.status == 2 && refused.stderr.contains("line 1"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_suggestion_is_accepted_by_a_person_and_survives_a_rebuild() {
    let installation = library();
    let found = installation.run(&["authority", "suggest"]);
    let found = lines(&found.stdout);
    let an = found
        .iter()
        .find(|one| one["keep"]["name"] == "Nguyễn Văn An")
        .unwrap();
    assert_eq!(an["other"]["name"], "A. V. Nguyen");
    assert!(an["evidence"].to_string().contains("companions"), "{an}");
    assert!(!found.iter().any(|one| one.to_string().contains("Kín")));
    let before = counted(&installation, "author");
    let merged = installation.run(&["authority", "merge", "Nguyễn Văn An", "A. V. Nguyen"]);
    assert_eq!(merged.status, 0, "{}", merged.stderr);
    let after = counted(&installation, "author");
    assert!(
        after
            .to_string()
            .contains(r#"{"count":2,"value":"Nguyễn Văn An"}"#),
        "{after}"
    );
    assert_eq!(
        installation
            .run(&["index", "--rebuild", "--only", "fulltext"])
            .status,
        0
    );
    assert_eq!(counted(&installation, "author"), after);
    let number = merged.json()["number"].to_string();
    assert_eq!(installation.run(&["authority", "undo", &number]).status, 0);
    assert_eq!(counted(&installation, "author"), before);
}

#[test]
fn building_reads_open_records_only() {
    let installation = library();
    assert_eq!(
        installation
            .run(&["authority", "build", "--least", "1"])
            .status,
        0
    );
    let listed = installation.run(&["authority", "list"]).stdout;
    assert!(
        listed.contains("Trần Thị Bình") && listed.contains("ĐH Vinh"),
        "{listed}"
    );
    assert!(!listed.contains("Kín"), "{listed}");
}

fn write(role: &str, method: &str, target: &str, body: &Value) -> crate::site::Answer {
    let key = format!("Bearer {}", SITE.keys[role]);
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(method, target.as_bytes(), &headers, &body)
}

#[test]
fn librarians_make_merge_and_undo_over_the_api() {
    let base = "/api/v1/authorities";
    let person = |name: &str| json!({"kind": "person", "name": name});
    assert_eq!(
        send(
            "POST",
            base.as_bytes(),
            &[("content-type", "application/json")],
            "{}"
        )
        .status,
        401
    );
    assert_eq!(
        write("analyst", "POST", base, &person("Đỗ Thử Một")).status,
        403
    );
    for wrong in [
        json!({}),
        json!({"kind": "person", "name": "-"}),
        json!({"kind": "x", "name": "A"}),
        json!({"kind": "person", "name": "A", "identifiers": ["03yrm5c26"]}),
        json!({"kind": "person", "name": "A", "x": 1}),
    ] {
        assert_eq!(
            write("librarian", "POST", base, &wrong).status,
            400,
            "{wrong}"
        );
    }
    for name in ["Đỗ Thử Một", "Do Thu Mot"] {
        assert_eq!(write("librarian", "POST", base, &person(name)).status, 201);
    }
    let found = get(format!("{base}?q=do+thu+mot&kind=person")).json();
    assert_eq!(found["total"], 2, "{found}");
    let ids: Vec<&str> = found["authorities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    let merge = json!({"kind": "person", "kept": ids[0], "others": [ids[1]]});
    let merged = write("librarian", "POST", &format!("{base}/merges"), &merge);
    assert_eq!(merged.status, 201, "{}", merged.body);
    let one = get(format!("{base}/{}", ids[1])).json();
    assert_eq!(
        (&one["id"], &one["variants"]),
        (&json!(ids[0]), &json!(["Do Thu Mot"]))
    );
    let moved = get(format!("/authors/{}", ids[1]));
    assert_eq!(
        (moved.status, moved.header("location")),
        (307, &*format!("/authors/{}", ids[0]))
    );
    let page = get(format!("/authors/{}", ids[0]));
    assert!(page.status == 200 && page.body.contains("Do Thu Mot"));
    let act = format!("{base}/acts/{}", merged.json()["number"]);
    assert_eq!(write("analyst", "DELETE", &act, &Value::Null).status, 403);
    assert_eq!(write("librarian", "DELETE", &act, &Value::Null).status, 200);
    assert_eq!(write("librarian", "DELETE", &act, &Value::Null).status, 400);
    assert_eq!(get(format!("{base}/{}", ids[1])).json()["id"], ids[1]);
}

#[test]
fn addresses_of_names_say_what_the_caller_may_know() {
    assert_eq!(get("/authors/Kh%C3%B4ng%20c%C3%B3").status, 404);
    assert_eq!(get("/institutions/p1").status, 404);
    for wrong in ["kind=x", "limit=0", "limit=a", "offset=-1", "x=1", "kind="] {
        assert_eq!(
            get(format!("/api/v1/authorities?{wrong}")).status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(get("/api/v1/authorities/p999").status, 404);
    assert_eq!(get("/authorities").status, 303);
    assert_eq!(get_as("analyst", "/authorities").status, 403);
    assert_eq!(get_as("librarian", "/authorities").status, 200);
    for address in ["suggestions", "acts"] {
        let address = format!("/api/v1/authorities/{address}");
        assert_eq!(get(&address).status, 401, "{address}");
        assert_eq!(get_as("librarian", &address).status, 200, "{address}");
    }
    let record = get("/api/v1/search?limit=1&facet=author").json();
    let author = record["facets"]["author"][0].clone();
    let name: String = author["value"]
        .as_str()
        .unwrap()
        .bytes()
        .map(|b| format!("%{b:02X}"))
        .collect();
    let page = get(format!("/authors/{name}"));
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains(&format!(">{} ", author["count"])),
        "{}",
        page.body
    );
}

#[test]
fn an_edit_says_the_whole_and_sees_that_nobody_was_faster() {
    let base = "/api/v1/authorities";
    let new = json!({"kind": "institution", "name": "Viện Thử Sửa", "variants": ["VTS"]});
    assert_eq!(write("librarian", "POST", base, &new).status, 201);
    let found = get(format!("{base}?q=vi%E1%BB%87n+th%E1%BB%AD+s%E1%BB%ADa")).json();
    let id = found["authorities"][0]["id"].as_str().unwrap().to_owned();
    let address = format!("{base}/{id}");
    let seen = get(&address).json()["version"].clone();
    let whole = json!({"kind": "institution", "name": "Viện Thử Sửa", "province": "Huế",
        "former": [{"name": "Trạm Thử Sửa", "until": 1990}], "version": seen});
    assert_eq!(write("analyst", "PUT", &address, &whole).status, 403);
    let done = write("librarian", "PUT", &address, &whole);
    assert_eq!(done.status, 200, "{}", done.body);
    let now = get(&address).json();
    assert_eq!(
        (&now["variants"], &now["province"]),
        (&json!([]), &json!("Huế"))
    );
    let late = write("librarian", "PUT", &address, &whole);
    assert!(
        late.status == 400 && late.body.contains("meanwhile"),
        "{}",
        late.body
    );
    for (wrong, named) in [
        (json!({"kind": "person", "name": "Viện Thử Sửa"}), "others"),
        (json!({"kind": "institution", "name": "-"}), "name"),
        (
            json!({"kind": "institution", "name": "A", "parent": "Không đâu có"}),
            "parent",
        ),
        (
            json!({"kind": "institution", "name": "A", "since": 99999}),
            "since",
        ),
    ] {
        let refused = write("librarian", "PUT", &address, &wrong);
        assert_eq!(refused.status, 400, "{wrong}");
        assert!(refused.body.contains(named), "{named}: {}", refused.body);
    }
    assert_eq!(
        write("librarian", "PUT", &format!("{base}/i999999"), &whole).status,
        404
    );
    assert_eq!(get(&address).json()["version"], now["version"]);
    assert_eq!(get(format!("/authorities/{id}")).status, 303);
    let shown = get(format!("/institutions/{id}")).body;
    assert!(!shown.contains("/authorities/"), "{shown}");
}

#[test]
fn the_form_of_an_authority_keeps_what_was_written_until_it_is_right() {
    let installation = library();
    let serving = Serving::start(&installation);
    let new = json!({"kind": "institution", "name": "Trường Đại học Vinh",
        "former": [{"name": "Trường Đại học Sư phạm Vinh", "until": 2001}]});
    let made = serving.json("POST", "/api/v1/authorities", &new);
    let id = made.json()["id"].as_str().map(str::to_owned);
    let id = id.unwrap_or_else(|| {
        let found = serving.get("/api/v1/authorities").json();
        found["authorities"][0]["id"].as_str().unwrap().to_owned()
    });
    let shown = serving.get(&format!("/institutions/{id}")).body;
    assert!(shown.contains(&format!("href=\"/authorities/{id}\"")));
    let page = serving.get(&format!("/authorities/{id}"));
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Trường Đại học Sư phạm Vinh | 2001"));
    let version = serving.get(&format!("/api/v1/authorities/{id}")).json()["version"].clone();
    let version = version.as_str().unwrap();
    let address = format!("/authorities/{id}");
    let form = format!("name=%C4%90H+Vinh&former=Tr%E1%BA%A1m+%7C+x&version={version}");
    let refused = serving.form(&address, &form);
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("ĐH Vinh") && refused.body.contains("Trạm | x"));
    let form = format!("name=%C4%90H+Vinh&variants=VU%0D%0AV.U.&version={version}");
    let done = serving.form(&address, &form);
    let there = format!("/institutions/{id}");
    assert_eq!(
        (done.status, done.header("location")),
        (303, &*there),
        "{}",
        done.body
    );
    let now = serving.get(&format!("/api/v1/authorities/{id}")).json();
    assert_eq!(now["variants"], json!(["V.U.", "VU"]));
    // What it printed itself, under its new name.
    assert_eq!(now["n_records"], 1, "{now}");
    // Acts are told with their day as readers write it.
    let acts = serving.get("/authorities").body;
    let told = acts.split("lan, ").nth(1).unwrap();
    assert!(
        told.split('/').next().unwrap().parse::<u8>().is_ok(),
        "{acts}"
    );
    let late = serving.form(&address, &form);
    assert!(late.status == 400 && late.body.contains("meanwhile"));
}

#[test]
fn librarians_ask_for_the_comparison_on_the_page() {
    let installation = library();
    let serving = Serving::start(&installation);
    let before = serving.get("/authorities");
    assert!(
        before.body.contains("Chưa dò tên lần nào"),
        "{}",
        before.body
    );
    let asked = serving.form("/jobs", "kind=authorities");
    assert_eq!(asked.status, 303, "{}", asked.body);
    let jobs = serving.get("/api/v1/jobs").json();
    let number = jobs["jobs"][0]["id"].clone();
    let done = serving.wait_for(&format!("/jobs/{number}"));
    assert_eq!(done["state"], "done", "{done}");
    assert!(serving.get("/authorities").body.contains("A. V. Nguyen"));
}
