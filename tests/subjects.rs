//! Subjects from the command line and over the API: suggested, accepted,
//! rejected, undone; a scheme loaded.

use serde_json::{Value, json};

use crate::{
    installation::Installation,
    site::{SITE, get, get_as, send},
};

fn library() -> Installation {
    let installation = Installation::new();
    let records = [
        json!({"id": "lua", "type": "paper", "title": {"vi": "Chọn tạo giống lúa chịu mặn"}, "abstract": {"vi": "Năng suất lúa trên đất canh tác."}}),
        json!({"id": "lao", "type": "paper", "title": {"en": "Treatment of patients with tuberculosis"}}),
        json!({"id": "co", "type": "paper", "title": {"vi": "Cầu bê tông"}, "field": "2"}),
    ];
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let path = installation.input("records.jsonl", lines.join("\n"));
    assert_eq!(installation.ingest(&path).status, 0);
    installation
}

fn listed(installation: &Installation) -> Vec<Value> {
    let listed = installation.run(&["subject", "list", "--limit", "100"]);
    assert_eq!(listed.status, 0, "{}", listed.stderr);
    listed
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn suggestions_are_decided_logged_and_taken_back() {
    let installation = library();
    assert_eq!(installation.run(&["subject", "list"]).status, 1);
    let said = installation
        .run(&["subject", "suggest", "--least", "0.1"])
        .json();
    assert_eq!(said["taught"]["khcn"], 1, "{said}");
    let first = |record: &str| {
        let all = listed(&installation);
        all.into_iter()
            .find(|one| one["record"] == record)
            .map(|one| one["code"].clone())
    };
    assert_eq!(
        (first("lua"), first("lao")),
        (Some(json!("4")), Some(json!("3")))
    );
    assert_eq!(first("co"), None);
    assert_eq!(
        installation.run(&["subject", "reject", "lua", "4"]).status,
        0
    );
    assert_ne!(first("lua"), Some(json!("4")));
    assert_eq!(
        installation.run(&["subject", "accept", "lao", "3"]).status,
        0
    );
    assert_eq!(first("lao"), None);
    let found = installation
        .run(&["search", "", "--filter", "field:3"])
        .json();
    assert_eq!(found["hits"][0]["id"], "lao");
    assert_eq!(installation.run(&["subject", "undo", "2"]).status, 0);
    assert_eq!(
        installation
            .run(&["search", "", "--filter", "field:3"])
            .json()["total"],
        0
    );
    for wrong in [
        &["subject", "accept", "lao", "9"][..],
        &["subject", "accept", "khong-co", "1"],
        &["subject", "accept", "lao", "1", "--scheme", "udc"],
        &["subject", "undo", "2"],
        &["subject", "undo", "99"],
        &["subject", "suggest", "--least", "2"],
    ] {
        assert_eq!(installation.run(wrong).status, 2, "{wrong:?}");
    }
    assert_eq!(
        installation
            .run(&["subject", "decisions"])
            .stdout
            .lines()
            .count(),
        2
    );
}

#[test]
fn a_loaded_scheme_has_its_codes_accepted() {
    let installation = library();
    let file = installation.input(
        "linh-vuc.csv",
        "code,parent,vi,en\n4,,Nông nghiệp,Agriculture\n401,4,Trồng trọt,Crops\n",
    );
    assert_eq!(
        installation
            .run(&["subject", "accept", "lua", "401"])
            .status,
        2
    );
    assert_eq!(
        installation
            .run(&["subject", "load", file.to_str().unwrap()])
            .status,
        0
    );
    assert_eq!(
        installation
            .run(&["subject", "accept", "lua", "401"])
            .status,
        0
    );
    let found = installation
        .run(&["search", "", "--filter", "field:4"])
        .json();
    assert_eq!(
        found["total"], 1,
        "a record counts for the codes above its own"
    );
    let wrong = installation.input("sai.csv", "code,parent,vi,en\n4,9,A,B\n");
    let refused = installation.run(&["subject", "load", wrong.to_str().unwrap()]);
    assert!(
        refused.status == 2 && refused.stderr.contains("line 2"),
        "{}",
        refused.stderr
    );
}

#[test]
fn librarians_decide_over_the_api_and_others_do_not() {
    let base = "/api/v1/subjects";
    assert_eq!(get(base).json().as_array().unwrap().len(), 6);
    for wrong in ["scheme=x", "scheme=", "x=1"] {
        assert_eq!(get(format!("{base}?{wrong}")).status, 400, "{wrong}");
    }
    assert_eq!(get("/subjects").status, 303);
    assert_eq!(get_as("librarian", "/subjects").status, 200);
    for part in ["suggestions", "decisions"] {
        assert_eq!(get(format!("{base}/{part}")).status, 401);
        assert_eq!(get_as("analyst", &format!("{base}/{part}")).status, 403);
        assert_eq!(get_as("librarian", &format!("{base}/{part}")).status, 200);
    }
    let post = |role: &str, body: &Value| {
        let key = format!("Bearer {}", SITE.keys[role]);
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
        ];
        send(
            "POST",
            format!("{base}/decisions").as_bytes(),
            &headers,
            &body.to_string(),
        )
    };
    let decision = json!({"record": "bai-bao", "code": "6", "accept": false});
    assert_eq!(post("analyst", &decision).status, 403);
    for wrong in [
        json!({}),
        json!({"record": "bai-bao", "code": "x", "accept": true}),
        json!({"record": "khong-co", "code": "1", "accept": true}),
    ] {
        assert_eq!(post("librarian", &wrong).status, 400, "{wrong}");
    }
    let done = post("librarian", &decision);
    assert_eq!(done.status, 201, "{}", done.body);
    let key = format!("Bearer {}", SITE.keys["librarian"]);
    let address = format!("{base}/decisions/{}", done.json()["number"]);
    let undo = || send("DELETE", address.as_bytes(), &[("authorization", &key)], "").status;
    assert_eq!((undo(), undo()), (200, 400));
}
