//! What librarians ask for over the API and on pages: jobs, sources, files they
//! send, collections, decisions on duplicates.

use serde_json::{Value, json};

use crate::{
    accounts::{percent, session, token},
    installation::Installation,
    serving::{FORM, Serving},
    site::{Answer, SITE, get, get_as, get_with, send, send_to},
};

fn ask(role: &str, method: &str, target: &str, body: &Value) -> Answer {
    let key = format!("Bearer {}", SITE.keys[role]);
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    send(method, target.as_bytes(), &headers, &body.to_string())
}

#[test]
fn only_librarians_ask_for_work() {
    for address in ["/api/v1/jobs", "/api/v1/sources", "/api/v1/quarantine"] {
        assert_eq!(get(address).status, 401, "{address}");
        assert_eq!(get_as("analyst", address).status, 403, "{address}");
        assert_eq!(get_as("librarian", address).status, 200, "{address}");
        let unknown = format!("{address}?x=1");
        assert_eq!(get_as("librarian", &unknown).status, 400, "{address}");
    }
    for page in ["/jobs", "/sources", "/set-aside"] {
        assert_eq!(get(page).status, 303, "{page}");
        assert_eq!(get_as("analyst", page).status, 403, "{page}");
        assert_eq!(get_as("librarian", page).status, 200, "{page}");
    }
    let order = json!({"kind": "quality"});
    assert_eq!(ask("analyst", "POST", "/api/v1/jobs", &order).status, 403);
    let form = [("content-type", FORM)];
    assert!([401, 403].contains(&send("POST", b"/jobs", &form, "csrf=x&kind=quality").status));
    for parameter in ["state=x", "kind=x", "limit=0", "before=0", "before=x"] {
        let answer = get_as("librarian", &format!("/api/v1/jobs?{parameter}"));
        let name = parameter.split('=').next().unwrap();
        assert_eq!(
            (answer.status, answer.body.contains(name)),
            (400, true),
            "{parameter}"
        );
    }
    for missing in ["/api/v1/jobs/99999", "/api/v1/jobs/x", "/jobs/99999"] {
        assert_eq!(get_as("librarian", missing).status, 404, "{missing}");
    }
}

#[test]
fn orders_are_taken_or_refused_by_name() {
    let order = json!({"kind": "duplicates", "least": 0.75});
    let first = ask("librarian", "POST", "/api/v1/jobs", &order);
    assert_eq!(first.status, 201, "{}", first.body);
    let first = first.json();
    assert_eq!(
        (&first["asked_by"], &first["state"]),
        (&json!("librarian"), &json!("queued"))
    );
    let again = ask("librarian", "POST", "/api/v1/jobs", &order).json();
    assert_eq!(again["id"], first["id"], "the same work is queued once");
    let url = format!("/api/v1/jobs/{}", first["id"]);
    assert_eq!(get_as("librarian", &url).json()["order"], order);
    let cancelled = ask("librarian", "POST", &format!("{url}/cancel"), &json!({})).json();
    assert_eq!(cancelled["state"], "cancelled");
    let queued = ask("librarian", "POST", &format!("{url}/retry"), &json!({})).json();
    assert_eq!(queued["state"], "queued");
    ask("librarian", "POST", &format!("{url}/cancel"), &json!({}));
    for (order, says) in [
        (json!({"kind": "paint"}), "paint"),
        (json!({"kind": "quality", "paths": []}), "paths"),
        (
            json!({"kind": "ingest", "paths": ["/etc/passwd"]}),
            "import_folders",
        ),
        (
            json!({"kind": "ingest", "paths": ["../../etc"]}),
            "import_folders",
        ),
        (json!({"kind": "ingest", "paths": []}), "paths"),
        (json!({"kind": "harvest", "source": "khong-co"}), "khong-co"),
        (json!({"kind": "duplicates", "least": 7}), "least"),
        (json!(["quality"]), "body"),
    ] {
        let answer = ask("librarian", "POST", "/api/v1/jobs", &order);
        assert_eq!(answer.status, 400, "{order}: {}", answer.body);
        assert!(answer.body.contains(says), "{order}: {}", answer.body);
    }
    // A path that is there and one that is not are told alike.
    let refused = |path: &str| {
        let order = json!({"kind": "ingest", "paths": [path]});
        ask("librarian", "POST", "/api/v1/jobs", &order)
            .body
            .replace(path, "PATH")
    };
    let without_id = |body: String| body.split("request_id").next().unwrap().to_owned();
    assert_eq!(
        without_id(refused("/etc/passwd")),
        without_id(refused("/etc/khong-co"))
    );
}

#[test]
fn sources_are_kept_over_the_api_and_on_the_page() {
    let plan = json!({"url": "https://example.vn/oai", "every": "6h", "access": "registered"});
    let url = "/api/v1/sources/thu-api";
    let put = ask("librarian", "PUT", url, &plan);
    assert_eq!(put.status, 200, "{}", put.body);
    let kept = get_as("librarian", url).json();
    assert_eq!(
        (
            &kept["every"],
            &kept["prefix"],
            &kept["access"],
            &kept["failures"]
        ),
        (
            &json!("6h"),
            &json!("oai_dc"),
            &json!("registered"),
            &json!(0)
        )
    );
    for (name, plan, says) in [
        ("thu", json!({"url": "ftp://a.vn"}), "url"),
        (
            "thu",
            json!({"url": "https://a.vn", "every": "1s"}),
            "every",
        ),
        ("thu", json!({"url": "https://a.vn", "at": "27:00"}), "at"),
        (
            "thu",
            json!({"url": "https://a.vn", "access": "x"}),
            "access",
        ),
        (
            "thu",
            json!({"url": "https://a.vn", "colour": "x"}),
            "colour",
        ),
        ("THU", json!({"url": "https://a.vn"}), "name"),
    ] {
        let answer = ask(
            "librarian",
            "PUT",
            &format!("/api/v1/sources/{name}"),
            &plan,
        );
        assert_eq!(answer.status, 400, "{plan}: {}", answer.body);
        assert!(answer.body.contains(says), "{plan}: {}", answer.body);
    }
    let cookie = session("librarian");
    let page = get_with("/sources?lang=vi", &[("cookie", &cookie)]).body;
    assert!(page.contains("https://example.vn/oai") && page.contains("chưa thu hoạch"));
    let post = |target: &str, more: &str| {
        let body = format!("csrf={}&{more}", percent(token(&page)));
        crate::accounts::post(&cookie, target, &body)
    };
    assert_eq!(post("/sources/thu-api", "act=pause").status, 303);
    assert_eq!(get_as("librarian", url).json()["paused"], true);
    let run = post("/sources/thu-api", "act=run");
    assert!(run.header("location").starts_with("/jobs/"), "{}", run.body);
    let job = get_with(run.header("location"), &[("cookie", &cookie)]).body;
    assert!(job.contains("thu-api"));
    let acted = post(run.header("location"), "act=cancel");
    assert_eq!(acted.status, 303);
    let bad = post("/sources", "name=a&url=ftp%3A%2F%2Fa");
    assert!(bad.status == 400 && bad.body.contains("role=\"alert\""));
    assert_eq!(ask("librarian", "DELETE", url, &json!({})).status, 204);
    assert_eq!(ask("librarian", "DELETE", url, &json!({})).status, 404);
}

pub(crate) fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn a_file_that_is_sent_is_taken_in_by_the_server_itself() {
    let installation = Installation::new();
    let serving = Serving::start(&installation);
    let records = [json!({"id": "a", "title": {"vi": "Lúa gửi lên"}, "type": "paper"})];
    let sent = serving.upload("bieu-ghi.jsonl", &lines(&records), "registered");
    assert_eq!(sent.status, 303, "{}", sent.body);
    let done = serving.wait_for(sent.header("location"));
    assert_eq!(
        (&done["state"], &done["result"]["added"]),
        (&json!("done"), &json!(1)),
        "{done}"
    );
    assert_eq!(done["asked_by"], "lan");
    let found = serving
        .get("/api/v1/search?q=lua&filter=collection:G%E1%BB%ADi")
        .json();
    assert_eq!(found["hits"][0]["id"], "a", "{found}");
    let street = send_to(serving.address, "GET", b"/api/v1/search?q=lua", &[], "").json();
    assert_eq!(street["total"], 0, "it is for accounts only");
    let path = done["order"]["paths"][0].as_str().unwrap();
    assert!(
        !std::path::Path::new(path).exists(),
        "what was taken in is not kept twice"
    );
    let broken = format!(
        "{}không phải JSON\n",
        lines(&[json!({"id": "b", "type": "paper", "title": {"vi": "Ngô"}})])
    );
    let bad = serving.upload("hong.jsonl", &broken, "open");
    let failed = serving.wait_for(bad.header("location"));
    assert_eq!(failed["result"]["set_aside"], 1, "{failed}");
    let page = serving.get("/set-aside?lang=vi").body;
    assert!(
        page.contains("hong.jsonl") && page.contains("Đọc lại tất cả"),
        "{page}"
    );
    let page = serving.get("/jobs?lang=en").body;
    assert!(
        page.contains("Take in files") && page.contains("Done"),
        "{page}"
    );
    let none = serving.upload("rong.jsonl", "", "open");
    assert!(
        none.status == 400 && none.body.contains("role=\"alert\""),
        "{}",
        none.body
    );
    let again = serving.form("/jobs", "kind=again");
    let again = serving.wait_for(again.header("location"));
    assert_eq!(again["result"]["set_aside_now"], 1, "{again}");
}

#[test]
fn a_collection_is_described_filled_and_shown() {
    let installation = Installation::new();
    let records: Vec<Value> = (0..30)
        .map(|n| json!({"id": format!("r{n}"), "title": {"vi": format!("Lúa số {n}")}, "type": "paper", "year": 2000 + n,
            "access": if n == 0 { "restricted" } else { "open" }}))
        .collect();
    let path = installation.input("r.jsonl", lines(&records));
    assert_eq!(installation.ingest(&path).status, 0);
    let create = [
        "collection",
        "create",
        "tuyen-lua",
        "--title-vi",
        "Tuyển lúa",
        "--title-en",
        "Rice selection",
    ];
    assert_eq!(installation.run(&create).status, 0);
    let added = installation.run(&["collection", "add", "tuyen-lua", "r0", "r1", "none"]);
    assert_eq!(
        (added.status, &added.json()["missing"]),
        (3, &json!(["none"]))
    );
    let by_query = installation.run(&[
        "collection",
        "add",
        "tuyen-lua",
        "--query",
        "year:2010..2014",
    ]);
    assert_eq!(by_query.json()["changed"], 5);
    assert_eq!(
        installation
            .run(&["collection", "remove", "tuyen-lua", "r10"])
            .json()["changed"],
        1
    );
    let listed = installation.run(&["collection", "list"]).json();
    assert_eq!(
        (&listed[0]["records"], &listed[0]["title"]["en"]),
        (&json!(6), &json!("Rice selection"))
    );
    // Taken in again, records stay in.
    assert_eq!(installation.ingest(&path).status, 0);
    let serving = Serving::start(&installation);
    let url = "/api/v1/collections/tuyen-lua";
    assert_eq!(serving.get(url).json()["n_records"], 6);
    let street = |target: &str| send_to(serving.address, "GET", target.as_bytes(), &[], "");
    assert_eq!(street(url).json()["n_records"], 5, "one is restricted");
    let page = street("/collections/tuyen-lua?lang=en").body;
    assert!(
        page.contains("<h1>Rice selection</h1>") && page.contains("Lúa số 14"),
        "{page}"
    );
    assert!(
        !page.contains("Lúa số 0<") && !page.contains("name=\"act\""),
        "no forms for readers"
    );
    assert!(
        street("/search?lang=vi").body.contains("Tuyển lúa"),
        "the facet shows the title"
    );
    let change = json!({"change": "add", "query": "year:2020..2021"});
    let changed = serving.json("POST", &format!("{url}/records"), &change);
    assert_eq!(changed.json()["changed"], 2, "{}", changed.body);
    assert_eq!(street(url).json()["n_records"], 7, "the index followed");
    for (change, says) in [
        (json!({"change": "add"}), "records"),
        (json!({"change": "add", "records": ["a b"]}), "records"),
        (json!({"change": "burn", "records": ["r1"]}), "burn"),
        (
            json!({"change": "add", "query": "year:(", "records": []}),
            "query",
        ),
    ] {
        let answer = serving.json("POST", &format!("{url}/records"), &change);
        assert_eq!(
            (answer.status, answer.body.contains(says)),
            (400, true),
            "{}",
            answer.body
        );
    }
    let out = serving.form("/collections/tuyen-lua", "act=remove&records=r20+r21+r1");
    assert_eq!(
        out.header("location"),
        "/collections/tuyen-lua?changed=3",
        "{}",
        out.body
    );
    assert_eq!(street(url).json()["n_records"], 4);
    let told = serving.form(
        "/collections/tuyen-lua",
        "act=describe&title_vi=T%C3%AAn+m%E1%BB%9Bi",
    );
    assert_eq!(told.status, 303);
    assert_eq!(
        street(url).json()["title"],
        json!({"vi": "Tên mới", "en": null})
    );
    assert_eq!(street("/collections/khong-co").status, 404);
    let mut put = json!({"title": {"vi": "x".repeat(300)}});
    assert_eq!(serving.json("PUT", url, &put).status, 400);
    put = json!({"title": {"vi": "Rỗng"}});
    assert_eq!(
        serving.json("PUT", "/api/v1/collections/rong", &put).status,
        200
    );
    assert_eq!(
        street("/api/v1/collections/rong").status,
        404,
        "nothing in it to see"
    );
    assert_eq!(serving.get("/api/v1/collections/rong").status, 200);
    assert_eq!(serving.json("DELETE", url, &json!({})).status, 204);
    assert_eq!(
        street(url).json()["n_records"],
        4,
        "the records keep the name"
    );
}

#[test]
fn duplicates_are_decided_on_by_the_forms_of_the_page() {
    let installation = Installation::new();
    let title = "Ảnh hưởng của xâm nhập mặn đến năng suất lúa ở Sóc Trăng";
    let record = |id: &str, year: i32| json!({"id": id, "title": {"vi": title}, "authors": ["Nguyễn Văn An", "Trần Thị Bình"], "year": year, "type": "paper"});
    let records = [record("a", 2020), record("b", 2020), record("c", 2020)];
    let path = installation.input("r.jsonl", lines(&records));
    assert_eq!(installation.ingest(&path).status, 0);
    assert_eq!(installation.run(&["duplicates", "find"]).status, 0);
    let serving = Serving::start(&installation);
    let page = serving.get("/duplicates?lang=vi").body;
    assert!(
        page.contains("action=\"/duplicates/merge\"") && page.contains(title),
        "{page}"
    );
    let foreign = serving.send("POST", "/duplicates/apart", FORM, "csrf=x&a=a&b=c");
    assert_eq!(foreign.status, 403);
    assert_eq!(serving.form("/duplicates/apart", "a=a&b=c").status, 303);
    let listed = serving.get("/api/v1/duplicates").json().to_string();
    assert!(!listed.contains("\"a\":\"a\",\"b\":\"c\""), "{listed}");
    let merged = serving.form("/duplicates/merge", "kept=a&id=a&id=b&year=b");
    assert_eq!(merged.status, 303, "{}", merged.body);
    assert_eq!(
        serving.get("/records/b").status,
        308,
        "the old name leads to the kept record"
    );
    let bad = serving.form("/duplicates/merge", "kept=a&id=a&id=none");
    assert!(
        bad.status == 400 && bad.body.contains("role=\"alert\""),
        "{}",
        bad.body
    );
    assert_eq!(serving.form("/duplicates/undo", "number=1").status, 303);
    assert_eq!(serving.get("/records/b").status, 200, "as it was");
}
