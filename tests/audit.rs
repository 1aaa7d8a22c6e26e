//! The log of acts by the real program: whatever changes something is in it,
//! and nothing in it can be changed unseen.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    accounts::percent,
    installation::{Installation, repository},
    serving::{FORM, Serving},
    site::{Answer, PASSWORD, send_to},
};

/// A key of a new administrator.
fn admin(installation: &Installation) -> String {
    let mut add = installation.command();
    add.args(["user", "add", "quan", "--role", "admin"]);
    let mut add = add.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let password = format!("{PASSWORD}\n{PASSWORD}\n");
    let mut said = add.stdin.take().unwrap();
    std::io::Write::write_all(&mut said, password.as_bytes()).unwrap();
    drop(said);
    assert!(add.wait().unwrap().success());
    let made = installation.run(&["user", "key", "quan", "--scope", "read", "--scope", "admin"]);
    made.json()["key"].as_str().unwrap().to_owned()
}

fn acts(serving: &Serving, key: &str, query: &str) -> Vec<Value> {
    let answer = asked(serving, key, &format!("/api/v1/audit{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["acts"].as_array().unwrap().clone()
}

fn asked(serving: &Serving, key: &str, target: &str) -> Answer {
    let key = format!("Bearer {key}");
    let headers = [("authorization", key.as_str())];
    send_to(serving.address, "GET", target.as_bytes(), &headers, "")
}

/// What somebody did: act, object, how it ended.
fn told(acts: &[Value], actor: &str) -> Vec<(String, String, String)> {
    let text = |act: &Value, name: &str| act[name].as_str().unwrap().to_owned();
    let of_actor = acts.iter().rev().filter(|act| act["actor"] == actor);
    let one = |act| (text(act, "act"), text(act, "object"), text(act, "detail"));
    of_actor.map(one).collect()
}

#[test]
fn acts_are_logged_and_reading_is_not() {
    let installation = Installation::new();
    let serving = Serving::start(&installation);
    let key = admin(&installation);
    let title = json!({"title": {"vi": "Tuyển chọn"}});
    let put = |name: &str| serving.json("PUT", &format!("/api/v1/collections/{name}"), &title);
    assert_eq!(put("tuyen").status, 200);
    // Not understood, not found, only read: no acts.
    let senseless = serving.json("PUT", "/api/v1/collections/khac", &json!({"title": []}));
    assert_eq!(senseless.status, 400, "{}", senseless.body);
    assert_eq!(serving.get("/search?q=l%C3%BAa").status, 200);
    assert_eq!(
        serving
            .json("POST", "/api/v1/similar", &json!({"text": "lúa"}))
            .status,
        200
    );
    // Refused, taken out, asked for.
    assert_eq!(
        serving.form("/users/lan", "role=admin&password=").status,
        403
    );
    assert_eq!(serving.get("/api/v1/export?format=ris").status, 200);
    let order = json!({"kind": "quality", "source": null});
    assert_eq!(serving.json("POST", "/api/v1/jobs", &order).status, 400);
    let order = json!({"kind": "again", "source": null});
    assert_eq!(serving.json("POST", "/api/v1/jobs", &order).status, 201);
    let wrong = format!("name=lan&password={}", percent("không phải mật khẩu này"));
    let wrong = send_to(
        serving.address,
        "POST",
        b"/login",
        &[("content-type", FORM)],
        &wrong,
    );
    assert_eq!(wrong.status, 403);
    // Somebody who types the password where the name goes.
    let slip = format!("name={}&password=x", percent("gõ nhầm ô"));
    let head = [("content-type", FORM)];
    let slip = send_to(serving.address, "POST", b"/login", &head, &slip);
    assert_eq!(slip.status, 403);

    let all = acts(&serving, &key, "?limit=1000");
    let told_of_lan = told(&all, "lan");
    let told_of_lan: Vec<(&str, &str, &str)> = told_of_lan
        .iter()
        .map(|(act, object, detail)| (act.as_str(), object.as_str(), detail.as_str()))
        .collect();
    assert_eq!(
        told_of_lan,
        [
            ("POST /login", "/login", "done"),
            (
                "PUT /api/v1/collections/{name}",
                "/api/v1/collections/tuyen",
                "done"
            ),
            ("POST /users/{name}", "/users/lan", "refused; role=admin"),
            (
                "GET /api/v1/export",
                "/api/v1/export",
                "done; records=0 format=ris"
            ),
            ("POST /api/v1/jobs", "/api/v1/jobs", "done; kind=again"),
            ("POST /login", "/login", "refused"),
        ]
    );
    let by_command: Vec<&str> = all
        .iter()
        .rev()
        .filter(|act| act["via"] == "command")
        .map(|act| act["act"].as_str().unwrap())
        .collect();
    assert_eq!(
        by_command,
        // The first came before there was a library; the others begin and end.
        [
            "trithuc user add",
            "trithuc user add",
            "trithuc user add",
            "trithuc user key",
            "trithuc user key",
        ]
    );
    let text = serde_json::to_string(&all).unwrap();
    assert!(
        !text.contains("gõ nhầm"),
        "what was typed is not told: {text}"
    );
    let nameless = told(&all, "");
    assert!(
        nameless
            .iter()
            .any(|(act, _, detail)| act == "POST /login" && detail == "refused"),
        "the try itself is: {nameless:?}"
    );
    assert!(
        !text.contains(PASSWORD) && !text.contains("mật khẩu này"),
        "{text}"
    );

    // In pages, of one actor, and for administrators alone.
    let first = acts(&serving, &key, "?limit=2&actor=lan");
    let next = first[1]["number"].as_u64().unwrap();
    let older = acts(&serving, &key, &format!("?limit=2&actor=lan&before={next}"));
    assert_eq!(older[0]["detail"], "done; records=0 format=ris");
    let page = asked(&serving, &key, "/audit?lang=vi");
    assert!(
        page.status == 200 && page.body.contains("Nhật ký thao tác"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("/api/v1/collections/tuyen"),
        "{}",
        page.body
    );
    for target in ["/audit", "/api/v1/audit", "/api/v1/audit?before=x"] {
        assert_eq!(serving.get(target).status, 403, "{target}");
    }
    let street = send_to(serving.address, "GET", b"/api/v1/audit?before=x", &[], "");
    assert_eq!(street.status, 401);
}

/// The chain as `docs/audit.md` has others count it, with Python where it is there.
fn counts_again(lines: &str) {
    let docs = std::fs::read_to_string(repository().join("docs/audit.md")).unwrap();
    let program = docs
        .split("```python\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("acts.jsonl"), lines).unwrap();
    let run = |lines: &str| {
        std::fs::write(folder.path().join("acts.jsonl"), lines).unwrap();
        let python = Command::new("python3")
            .arg("-c")
            .arg(program)
            .current_dir(folder.path())
            .output();
        python.map(|output| output.status.success())
    };
    match run(lines) {
        Ok(is_whole) => assert!(is_whole, "the documented way does not count the log"),
        Err(error) => return eprintln!("SKIPPED: no python3: {error}"),
    }
    let changed = lines.replacen("nowhere-one", "nowhere-two", 1);
    assert!(!run(&changed).unwrap(), "a change is not found");
}

/// A command that is killed stands in the log as begun.
#[test]
fn a_killed_command_stands_as_begun() {
    let installation = Installation::new();
    admin(&installation);
    let mut add = installation.command();
    add.args(["user", "add", "khoa"]);
    // It waits for the password.
    let mut add = add.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let newest = || installation.run(&["audit", "list", "--limit", "1"]).json()[0].clone();
    let begun = || {
        newest()["object"]
            .as_str()
            .unwrap()
            .ends_with("user add khoa")
    };
    let mut n_looks = 0;
    while !begun() {
        n_looks += 1;
        assert!(n_looks < 200, "{}", newest());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    add.kill().unwrap();
    add.wait().unwrap();
    assert_eq!(newest()["detail"], "begun");
    assert_eq!(installation.run(&["audit", "verify"]).status, 0);
}

#[test]
fn a_changed_log_is_found_out() {
    let installation = Installation::new();
    admin(&installation);
    installation.run(&["user", "role", "quan", "admin"]);
    // A library is there already, so nothing is restored over it.
    let failed = installation.run(&["restore", "nowhere-one.tar"]);
    assert_eq!(failed.status, 1, "{}", failed.stderr);
    // Refused: nobody could manage accounts any more.
    assert_eq!(
        installation.run(&["user", "role", "quan", "reader"]).status,
        2
    );
    installation.run(&["user", "role", "quan", "admin"]);
    let whole = installation.run(&["audit", "verify"]);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    assert_eq!(
        (&whole.json()["is_whole"], &whole.json()["acts"]),
        (&json!(true), &json!(11))
    );
    let head = whole.json()["head"].as_str().unwrap().to_owned();
    let listed = installation.run(&["audit", "list", "--limit", "6"]).json();
    let details: Vec<&str> = (0..6)
        .map(|n| listed[n]["detail"].as_str().unwrap())
        .collect();
    assert_eq!(
        details,
        [
            "done; begun=10",
            "begun",
            "refused; begun=8",
            "begun",
            "failed; begun=6",
            "begun"
        ]
    );
    let lines = installation.run(&["audit", "export"]).stdout;
    assert_eq!(lines.lines().count(), 11);
    counts_again(&lines);
    assert!(head.ends_with(listed[0]["hash"].as_str().unwrap()));
    // Somebody writes into the file beside the program.
    let path = installation.data().join("catalogue.sqlite");
    let stored = std::fs::read(&path).unwrap();
    let (before, after) = ("restore nowhere-one.tar", "restore nowhere-two.tar");
    let at = stored
        .windows(before.len())
        .position(|bytes| bytes == before.as_bytes())
        .unwrap();
    let mut changed = stored.clone();
    changed[at..at + before.len()].copy_from_slice(after.as_bytes());
    std::fs::write(&path, changed).unwrap();
    let broken = installation.run(&["audit", "verify"]);
    assert_eq!(broken.status, 1, "{}", broken.stdout);
    // Where the command begins, or where it ends.
    let number = broken.json()["broken"].as_u64().unwrap();
    assert!([6, 7].contains(&number), "{number}");
    assert!(
        broken.stderr.contains(&format!("entry {number}")),
        "{}",
        broken.stderr
    );
    // Put back it stands again; a head of another log does not.
    std::fs::write(&path, stored).unwrap();
    assert_eq!(
        installation
            .run(&["audit", "verify", "--known", &head])
            .status,
        0
    );
    let other = format!("5:{}", "a".repeat(64));
    let ran = installation.run(&["audit", "verify", "--known", &other]);
    assert!(
        ran.status == 1 && ran.stderr.contains("entry 5"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        installation
            .run(&["audit", "verify", "--known", "x"])
            .status,
        2
    );
}
