//! What the library holds about people: given out whole, erased from every file,
//! swept when it is old; and the log of acts that holds through it.

use std::{io::Write as _, path::Path, process::Stdio, sync::Arc};

use catalog::{AuditLog as _, CatalogStore as _, Catalogue, SqliteCatalog, Via};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::{Accounts, Retention, Role, Swept, sweep};

use crate::{
    accounts::{percent, token},
    desk::lines,
    installation::{Installation, Ran},
    serving::{FORM, Serving},
    site::{Answer, PASSWORD, send_to},
};

/// A name that stands in no test data: bytes of it in a file are this person's.
const NAME: &str = "hoangvienan.qx7";

/// Adds an account with the password of the tests.
fn add(installation: &Installation, name: &str, role: &str) {
    let mut add = installation.command();
    add.args(["user", "add", name, "--role", role]);
    let mut add = add.stdin(Stdio::piped()).spawn().unwrap();
    let password = format!("{PASSWORD}\n{PASSWORD}\n");
    let mut said = add.stdin.take().unwrap();
    said.write_all(password.as_bytes()).unwrap();
    drop(said);
    assert!(add.wait().unwrap().success());
}

fn key(installation: &Installation, name: &str) -> String {
    let label = format!("máy của {name}");
    let scopes = ["--scope", "read", "--scope", "write", "--scope", "admin"];
    let made = [&["user", "key", name, "--label", &label][..], &scopes].concat();
    let made = installation.run(&made);
    made.json()["key"].as_str().unwrap().to_owned()
}

fn ask(serving: &Serving, key: &str, method: &str, target: &str, body: &Value) -> Answer {
    let key = format!("Bearer {key}");
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send_to(serving.address, method, target.as_bytes(), &headers, &body)
}

/// Three records to work on.
fn library() -> Installation {
    let installation = Installation::new();
    let records: Vec<Value> = ["mot", "hai", "ba"]
        .iter()
        .map(|id| json!({"id": id, "type": "paper", "title": {"vi": format!("Giống lúa {id}")}}))
        .collect();
    let path = installation.input("r.jsonl", lines(&records));
    assert_eq!(installation.ingest(&path).status, 0);
    installation
}

fn metadata(title: &str) -> Value {
    json!({"type": "report", "title": {"vi": title}, "language": "vi", "year": 2024,
        "authors": [{"name": "Trần Thị Bưởi"}]})
}

/// A deposit with a document; its address.
fn deposit(serving: &Serving, key: &str, title: &str) -> String {
    let made = ask(serving, key, "POST", "/api/v1/deposits", &metadata(title));
    assert_eq!(made.status, 201, "{}", made.body);
    let url = format!("/api/v1/deposits/{}", made.json()["id"].as_str().unwrap());
    let body = format!(
        "--xyz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n\
         Nội dung của {title}\r\n--xyz--\r\n"
    );
    let bearer = format!("Bearer {key}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "multipart/form-data; boundary=xyz"),
    ];
    let files = format!("{url}/files");
    let sent = send_to(serving.address, "POST", files.as_bytes(), &headers, &body);
    assert!(sent.status < 300, "{}", sent.body);
    url
}

/// The person does a bit of everything that the library keeps.
fn live(installation: &Installation, serving: &Serving, key: &str) {
    let ask = |method: &str, target: &str, body: Value| {
        let answer = ask(serving, key, method, target, &body);
        assert!(
            answer.status < 300,
            "{target}: {} {}",
            answer.status,
            answer.body
        );
        answer
    };
    let form = format!("name={NAME}&password={}", percent(PASSWORD));
    let entered = send_to(
        serving.address,
        "POST",
        b"/login",
        &[("content-type", FORM)],
        &form,
    );
    assert_eq!(entered.status, 303);
    ask(
        "POST",
        "/api/v1/keys",
        json!({"label": format!("của {NAME}"), "scopes": ["read"]}),
    );
    let hook = format!("https://{NAME}.example.vn/hook");
    ask(
        "POST",
        "/api/v1/saved-searches",
        json!({"query": "lúa", "webhook": hook}),
    );
    let mail = format!("{NAME}@example.vn");
    let saved = installation.run(&["alerts", "add", NAME, "mặn", "--email", &mail]);
    assert_eq!(saved.status, 0, "{}", saved.stderr);
    let accepted = deposit(serving, key, "Báo cáo được nhận");
    ask("POST", &format!("{accepted}/submit"), json!({}));
    let url = format!("{accepted}/decision");
    let done = serving.json("POST", &url, &json!({"decision": "accept"}));
    assert_eq!(done.status, 200, "{}", done.body);
    deposit(serving, key, "Báo cáo bỏ dở");
    // A deposit of somebody else, which this person sends back.
    let other = serving
        .json("POST", "/api/v1/deposits", &metadata("Của Lan"))
        .json();
    let other = format!("/api/v1/deposits/{}", other["id"].as_str().unwrap());
    assert_eq!(
        serving
            .json("POST", &format!("{other}/submit"), &json!({}))
            .status,
        200
    );
    let back = json!({"decision": "return", "reason": "thiếu tóm tắt"});
    ask("POST", &format!("{other}/decision"), back);
    let operations = json!([{"act": "add", "field": "keywords.vi", "value": "lúa"}]);
    let mut edit = json!({"operations": operations, "records": ["mot"]});
    let seen = ask("POST", "/api/v1/edits/preview", edit.clone()).json();
    edit["token"] = seen["token"].clone();
    ask("POST", "/api/v1/edits", edit);
    let decision = json!({"record": "hai", "code": "4", "accept": true});
    ask("POST", "/api/v1/subjects/decisions", decision);
    let institution = json!({"kind": "institution", "name": "Viện Lúa"});
    ask("POST", "/api/v1/authorities", institution);
    ask("POST", "/api/v1/jobs", json!({"kind": "again"}));
}

/// Files of a folder that hold these bytes.
fn files_with(folder: &Path, bytes: &[u8], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_with(&path, bytes, found);
        } else if std::fs::read(&path)
            .unwrap()
            .windows(bytes.len())
            .any(|part| part == bytes)
        {
            found.push(path.display().to_string());
        }
    }
}

fn files_naming(installation: &Installation, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    files_with(&installation.data(), name.as_bytes(), &mut found);
    found
}

fn n_of(held: &Value, list: &str) -> usize {
    held[list]
        .as_array()
        .unwrap_or_else(|| panic!("no list `{list}`"))
        .len()
}

/// Runs `user erase` with a line on standard input.
fn erase(installation: &Installation, name: &str, typed: &str) -> Ran {
    let mut erase = installation.command();
    erase.args(["--json", "user", "erase", name]);
    erase
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut erase = erase.spawn().unwrap();
    erase
        .stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    erase.wait_with_output().unwrap().into()
}

#[test]
fn what_is_held_is_given_out_and_erased_from_every_file() {
    let installation = library();
    add(&installation, NAME, "librarian");
    let serving = Serving::start(&installation);
    let key = key(&installation, NAME);
    live(&installation, &serving, &key);

    // The same to the person and to the operator, without secrets.
    let mut held = ask(&serving, &key, "GET", "/api/v1/account/data", &Value::Null);
    assert_eq!(held.status, 200, "{}", held.body);
    assert!(held.header("content-disposition").contains("attachment"));
    assert!(
        !held.body.contains("argon2") && !held.body.contains("whsec_"),
        "{}",
        held.body
    );
    let file = installation.input("x", "").with_file_name("data.json");
    let out = file.to_str().unwrap();
    let exported = installation.run(&["user", "export", NAME, "--out", out]);
    assert_eq!(exported.status, 0, "{}", exported.stderr);
    assert_eq!(
        installation
            .run(&["user", "export", NAME, "--out", out])
            .status,
        1
    );
    assert_eq!(installation.run(&["user", "export", "nobody"]).status, 2);
    let exported: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let held: Value = serde_json::from_str(&std::mem::take(&mut held.body)).unwrap();
    for (list, n_held) in [
        ("account", 1),
        ("keys", 2),
        ("sessions", 1),
        ("saved_searches", 2),
        ("deposits", 3),
        ("edits", 1),
        ("subject_decisions", 1),
        ("authority_acts", 1),
        ("jobs", 1),
    ] {
        assert_eq!(n_of(&held, list), n_held, "{list}: {}", held[list]);
        assert_eq!(held[list], exported[list], "{list}");
    }
    assert!(n_of(&held, "acts") > 10, "{}", held["acts"]);
    assert!(held.to_string().contains(&format!("{NAME}@example.vn")));
    let street = send_to(serving.address, "GET", b"/api/v1/account/data", &[], "");
    assert_eq!(street.status, 401);
    // Who handed a record in is nobody's to read.
    let found =
        serving.get("/api/v1/search?q=b%C3%A1o+c%C3%A1o+%C4%91%C6%B0%E1%BB%A3c+nh%E1%BA%ADn");
    let id = found.json()["hits"][0]["id"].as_str().unwrap().to_owned();
    assert!(!serving.get(&format!("/records/{id}")).body.contains(NAME));

    // Every named value is one of which somebody said whether it names accounts.
    let path = installation.data().join("catalogue.sqlite");
    let catalogue = SqliteCatalog::open(&path).unwrap();
    for blob in catalogue.blobs("").unwrap() {
        assert!(
            server::is_known_value(&blob.name),
            "sort `{}` into a list",
            blob.name
        );
    }
    drop(catalogue);

    // Not without the name typed again; then for good.
    let head = installation.run(&["audit", "verify"]).json()["head"].clone();
    assert!(!files_naming(&installation, NAME).is_empty());
    let not = erase(&installation, NAME, "hoangvienan\n");
    assert_eq!(not.status, 2, "{}", not.stdout);
    drop(serving);
    let erased = erase(&installation, NAME, &format!("{NAME}\n"));
    assert_eq!(erased.status, 0, "{}", erased.stderr);
    let erased = erased.json();
    let pseudonym = erased["pseudonym"].as_str().unwrap().to_owned();
    assert!(pseudonym.starts_with("erased-"), "{erased}");
    // Account, two keys, session, two searches, the unfinished deposit.
    assert_eq!(
        (&erased["n_removed"], &erased["n_documents"]),
        (&json!(7), &json!(1)),
        "{erased}"
    );
    assert_eq!(files_naming(&installation, NAME), [""; 0]);
    assert_eq!(files_naming(&installation, "Báo cáo bỏ dở"), [""; 0]);

    // What stays stays: the record, who did what under the pseudonym, the log.
    let whole = installation.run(&["audit", "verify", "--known", head.as_str().unwrap()]);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    let acts = installation
        .run(&["audit", "list", "--limit", "1000"])
        .stdout;
    assert!(acts.contains(&format!("user key {pseudonym} …")), "{acts}");
    assert!(
        acts.contains(&format!("alerts add {pseudonym} …")),
        "{acts}"
    );
    let edits = installation.run(&["edit", "list"]).json();
    assert_eq!(edits[0]["by"], pseudonym.as_str());
    let serving = Serving::start_again(&installation);
    assert_eq!(serving.get(&format!("/records/{id}")).status, 200);
    assert_eq!(
        ask(&serving, &key, "GET", "/api/v1/me", &Value::Null).status,
        401
    );
    let page = serving.get(&format!("/api/v1/deposits/{id}")).json();
    assert_eq!(page["by"], pseudonym.as_str(), "{page}");
    assert_eq!(erase(&installation, NAME, &format!("{NAME}\n")).status, 2);
    // Whoever says the name again brings it into the log, and can take it out.
    assert_eq!(installation.run(&["user", "export", NAME]).status, 2);
    assert!(!files_naming(&installation, NAME).is_empty());
    drop(serving);
    let again = erase(&installation, NAME, &format!("{NAME}\n"));
    assert_eq!((again.status, &again.json()["n_words"]), (0, &json!(2)));
    assert_eq!(files_naming(&installation, NAME), [""; 0]);
    let again = installation.run(&["user", "add", "erased-1", "--no-password"]);
    assert!(
        again.status == 2 && again.stderr.contains("erased-"),
        "{}",
        again.stderr
    );
    let upkeep = installation.run(&["check"]);
    assert_eq!(upkeep.status, 0, "{}{}", upkeep.stdout, upkeep.stderr);
}

#[test]
fn whoever_has_found_a_key_cannot_guess_the_password_by_it() {
    let installation = library();
    let serving = Serving::start(&installation);
    for (name, method, target, body) in [
        (
            "tam",
            "POST",
            "/api/v1/account/erase",
            json!({"password": "đoán"}),
        ),
        (
            "hoa",
            "PUT",
            "/api/v1/account/password",
            json!({"old": "đoán", "new": PASSWORD}),
        ),
    ] {
        add(&installation, name, "reader");
        let key = key(&installation, name);
        let tries = (0..15).map(|_| ask(&serving, &key, method, target, &body).status);
        let tries: Vec<u16> = tries.collect();
        assert_eq!((tries[0], tries[14]), (400, 429), "{target}: {tries:?}");
    }
}

#[test]
fn people_end_their_accounts_and_administrators_those_of_others() {
    let installation = library();
    let serving = Serving::start(&installation);
    add(&installation, "quan", "admin");
    add(&installation, "tam", "reader");
    add(&installation, "hoa", "reader");
    let (quan, tam) = (key(&installation, "quan"), key(&installation, "tam"));
    // The person, with the password again.
    let leave = |password: &str| {
        let body = json!({"password": password});
        ask(&serving, &tam, "POST", "/api/v1/account/erase", &body)
    };
    let wrong = leave("không phải mật khẩu này");
    assert_eq!(wrong.status, 400, "{}", wrong.body);
    assert_eq!(
        ask(&serving, &tam, "GET", "/api/v1/me", &Value::Null).status,
        200
    );
    let left = leave(PASSWORD);
    assert_eq!(left.status, 200, "{}", left.body);
    let pseudonym = left.json()["pseudonym"].as_str().unwrap().to_owned();
    assert_eq!(
        ask(&serving, &tam, "GET", "/api/v1/me", &Value::Null).status,
        401
    );
    // An administrator; never the last one; nobody else.
    let end = |key: &str, name: &str| {
        ask(
            &serving,
            key,
            "DELETE",
            &format!("/api/v1/users/{name}"),
            &Value::Null,
        )
    };
    let refused = end(&quan, "quan");
    assert!(
        refused.status == 400 && refused.body.contains("last administrator"),
        "{}",
        refused.body
    );
    assert_eq!(end(&quan, "tam").status, 404);
    assert_eq!(
        serving
            .json("DELETE", "/api/v1/users/hoa", &Value::Null)
            .status,
        403
    );
    assert_eq!(end(&quan, "hoa").status, 200);
    let acts = ask(
        &serving,
        &quan,
        "GET",
        "/api/v1/audit?limit=1000",
        &Value::Null,
    );
    let acts = acts.json()["acts"].clone();
    let acts = acts.as_array().unwrap();
    let about = |act: &str| -> Vec<[String; 2]> {
        let found = acts.iter().filter(|one| one["act"] == act);
        found
            .map(|one| ["actor", "object"].map(|name| one[name].as_str().unwrap().to_owned()))
            .collect()
    };
    assert_eq!(
        about("POST /api/v1/account/erase"),
        [[pseudonym.clone(), pseudonym.clone()]]
    );
    let ended = about("DELETE /api/v1/users/{name}");
    assert!(
        ended[0][0] == "quan" && ended[0][1].starts_with("erased-"),
        "{ended:?}"
    );
    assert_eq!(about("erase").len(), 2);
    assert!(
        acts.iter()
            .all(|one| one["actor"] != "tam" && one["object"] != "/api/v1/users/hoa")
    );
    drop(serving);
    assert_eq!(installation.run(&["audit", "verify"]).status, 0);

    // On the pages: the form of the account, and of the list of accounts.
    add(&installation, "mai", "reader");
    let serving = Serving::start_again(&installation);
    let enter = |name: &str| {
        let form = format!("name={name}&password={}", percent(PASSWORD));
        let entered = send_to(
            serving.address,
            "POST",
            b"/login",
            &[("content-type", FORM)],
            &form,
        );
        entered
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    };
    let page = |cookie: &str, target: &str| {
        let headers = [("cookie", cookie)];
        send_to(serving.address, "GET", target.as_bytes(), &headers, "")
    };
    let send = |cookie: &str, target: &str, fields: &str| {
        let csrf = token(&page(cookie, "/account").body).to_owned();
        let headers = [("cookie", cookie), ("content-type", FORM)];
        let body = format!("csrf={}&{fields}", percent(&csrf));
        send_to(serving.address, "POST", target.as_bytes(), &headers, &body)
    };
    let (mai, quan) = (enter("mai"), enter("quan"));
    let wrong = send(&mai, "/account/erase", "password=khong");
    assert!(
        wrong.status == 400 && wrong.body.contains("Chưa xóa gì"),
        "{}",
        wrong.body
    );
    let last = send(
        &quan,
        "/account/erase",
        &format!("password={}", percent(PASSWORD)),
    );
    assert!(
        last.status == 400 && last.body.contains("quản trị viên cuối cùng"),
        "{}",
        last.body
    );
    let wrong = send(&quan, "/users/mai/erase", "name=may");
    assert!(
        wrong.status == 400 && wrong.body.contains("không khớp"),
        "{}",
        wrong.body
    );
    assert_eq!(send(&mai, "/users/lan/erase", "name=lan").status, 403);
    let gone = send(
        &mai,
        "/account/erase",
        &format!("password={}", percent(PASSWORD)),
    );
    assert_eq!(
        (gone.status, gone.header("location")),
        (303, "/help/data?erased=1")
    );
    let told = page("", "/help/data?erased=1");
    assert!(
        told.status == 200 && told.body.contains("đã được xóa"),
        "{}",
        told.body
    );
    assert_eq!(page(&mai, "/account").status, 303);
    assert_eq!(send(&quan, "/users/lan/erase", "name=lan").status, 303);
    assert!(!page(&quan, "/users").body.contains("lan\""));
}

fn day(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
}

#[test]
fn what_is_old_is_swept() {
    let catalogue = Arc::new(SqliteCatalog::in_memory().unwrap());
    let shared: Arc<dyn Catalogue> = catalogue.clone();
    let accounts = Accounts::new(catalogue.clone());
    for name in ["quan", "cu", "moi"] {
        accounts.add(name, Role::Admin, None, day(0)).unwrap();
    }
    accounts.set_disabled("cu", true, day(1)).unwrap();
    accounts.set_disabled("moi", true, day(300)).unwrap();
    // Closing it again does not make it younger.
    accounts.set_disabled("cu", true, day(299)).unwrap();
    let metadata = deposits::Metadata::default();
    let handed_in = |key: &str| {
        let made = deposits::create(&*catalogue, metadata.clone(), Some(key), "quan", day(0));
        made.unwrap().0.id
    };
    let (old, fresh, draft) = (handed_in("a"), handed_in("b"), handed_in("c"));
    deposits::withdraw(&*catalogue, &old, "quan", day(1)).unwrap();
    deposits::withdraw(&*catalogue, &fresh, "quan", day(300)).unwrap();
    let saved = alerts::Alerts::new(catalogue.clone());
    let wish = alerts::Wish {
        language: "vi".to_owned(),
        email: Some("ai@example.vn".to_owned()),
        ..alerts::Wish::default()
    };
    let asked = saved.add("quan", wish.clone(), day(0)).unwrap();
    let agreed = saved.add("quan", wish.clone(), day(0)).unwrap();
    saved
        .answer_mail("quan", agreed.id.as_str(), "ai@example.vn", true, day(0))
        .unwrap();
    let young = saved.add("quan", wish, day(390)).unwrap();

    let kept = Retention {
        closed_accounts_days: 0,
        ended_deposits_days: 0,
        unconfirmed_mail_days: 0,
        ..Retention::default()
    };
    assert_eq!(
        sweep(&shared, None, &kept, day(400)).unwrap(),
        Swept::default()
    );
    let retention = Retention {
        closed_accounts_days: 365,
        ..Retention::default()
    };
    let swept = sweep(&shared, None, &retention, day(400)).unwrap();
    assert_eq!(
        (swept.n_accounts, swept.n_deposits, swept.n_addresses),
        (1, 1, 1)
    );
    let names: Vec<String> = accounts
        .list()
        .unwrap()
        .into_iter()
        .map(|user| user.name)
        .collect();
    assert_eq!(names, ["moi", "quan"]);
    let left: Vec<_> = deposits::deposits(&*catalogue)
        .unwrap()
        .into_iter()
        .map(|one| one.id)
        .collect();
    assert!(left.contains(&fresh) && left.contains(&draft) && !left.contains(&old));
    let has_mail = |id: &alerts::SavedId| saved.get("quan", id.as_str()).unwrap().mail.is_some();
    assert!(!has_mail(&asked.id) && has_mail(&agreed.id) && has_mail(&young.id));
    // The program itself erased the account, and says so.
    let last = &catalogue.acts_after(0, 10).unwrap()[0];
    assert_eq!(
        (last.act.as_str(), last.actor.as_str(), last.via),
        ("erase", "", Via::Nobody)
    );
    assert_eq!(
        sweep(&shared, None, &retention, day(400)).unwrap(),
        Swept::default()
    );
}
