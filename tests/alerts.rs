//! Saved searches with the real program: what is new is told once, by feed,
//! webhook and list, to whoever may see it, through failures and kills.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use alerts::sign;
use serde_json::{Value, json};

use crate::{
    installation::Installation,
    site::{SITE, get, get_as, send},
};

/// A message as it arrived.
#[derive(Debug, Clone)]
struct Message {
    headers: BTreeMap<String, String>,
    body: String,
}

/// A receiver of messages that answers as it is told.
struct Receiver {
    url: String,
    messages: Arc<Mutex<Vec<Message>>>,
    /// Statuses of the next answers; 0 keeps the line open without one; then 204.
    answers: Arc<Mutex<Vec<u16>>>,
    arrived: mpsc::Receiver<()>,
}

impl Receiver {
    fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tin", listener.local_addr().unwrap());
        let messages = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let (sender, arrived) = mpsc::channel();
        let (kept, left) = (messages.clone(), answers.clone());
        thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().flatten() {
                kept.lock().unwrap().push(read(&stream));
                let mut left = left.lock().unwrap();
                let status = if left.is_empty() { 204 } else { left.remove(0) };
                match status {
                    0 => held.push(stream),
                    status => {
                        let line = format!(
                            "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        );
                        let _ = stream.write_all(line.as_bytes());
                    }
                }
                if sender.send(()).is_err() {
                    return;
                }
            }
        });
        Self {
            url,
            messages,
            answers,
            arrived,
        }
    }

    fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Message {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        line.clear();
    }
    let n_bytes = headers["content-length"].parse().unwrap();
    let mut body = vec![0; n_bytes];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    Message { headers, body }
}

/// A library with accounts `reader` and `librarian`, and what its alerts need to
/// know.
fn library() -> (Installation, String) {
    let installation = Installation::new();
    let config = installation.input(
        "config.toml",
        "[server]\npublic_url = 'https://thuvien.example.vn'\nalerts.allow_private_webhooks = true\n",
    );
    for role in ["reader", "librarian"] {
        let added = installation.run(&["user", "add", role, "--role", role, "--no-password"]);
        assert_eq!(added.status, 0, "{}", added.stderr);
    }
    (installation, config.to_str().unwrap().to_owned())
}

fn put(installation: &Installation, records: &[Value]) {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let path = installation.input("records.jsonl", lines.join("\n"));
    let ran = installation.ingest(&path);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}

fn record(id: &str, title: &str, access: &str) -> Value {
    json!({"id": id, "type": "paper", "title": {"vi": title}, "year": 2024, "access": access})
}

fn save(installation: &Installation, user: &str, query: &str, webhook: &str) -> String {
    let ran = installation.run(&["alerts", "add", user, query, "--webhook", webhook]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.json()["id"].as_str().unwrap().to_owned()
}

fn round(installation: &Installation, config: &str) -> Value {
    let ran = installation.run(&["--config", config, "alerts", "run"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.json()
}

fn told(message: &Message) -> Vec<String> {
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let news = body["data"]["news"].as_array().unwrap().iter();
    news.map(|one| one["id"].as_str().unwrap_or("-").to_owned())
        .collect()
}

#[test]
fn what_is_new_is_told_once_to_whoever_may_see_it() {
    let (installation, config) = library();
    put(&installation, &[record("cu", "Lúa chịu mặn đã có", "open")]);
    let [reader, staff] = [(); 2].map(|()| Receiver::start(&[]));
    save(&installation, "reader", "lúa", &reader.url);
    save(&installation, "librarian", "lúa", &staff.url);
    assert_eq!(
        round(&installation, &config)["news"],
        0,
        "what is there is no news"
    );
    put(
        &installation,
        &[
            record("moi", "Lúa mới", "open"),
            record("dang-ky", "Lúa cho người có tài khoản", "registered"),
            record("mat", "Lúa mật", "restricted"),
            record("ngo", "Ngô mới", "open"),
            record("cu", "Lúa chịu mặn đã có, sửa lại", "open"),
        ],
    );
    assert_eq!(
        round(&installation, &config),
        json!({"searches": 2, "news": 5, "sent": 2, "failed": 0})
    );
    let mut heard = told(&reader.messages()[0]);
    heard.sort();
    assert_eq!(heard, ["dang-ky", "moi"]);
    let mut heard = told(&staff.messages()[0]);
    heard.sort();
    assert_eq!(heard, ["dang-ky", "mat", "moi"]);
    let again = round(&installation, &config);
    assert_eq!((&again["news"], &again["sent"]), (&json!(0), &json!(0)));
    // Opened: news for the reader, who could not see it; none for the librarian.
    put(&installation, &[record("mat", "Lúa mật", "open")]);
    assert_eq!(round(&installation, &config)["news"], 1);
    assert_eq!(told(&reader.messages()[1]), ["mat"]);
    assert_eq!((reader.messages().len(), staff.messages().len()), (2, 1));
    // Closed again before it is told: it is not.
    put(&installation, &[record("thoang", "Lúa thoáng qua", "open")]);
    let closed = installation.run(&["user", "disable", "reader"]);
    assert_eq!(closed.status, 0);
    round(&installation, &config);
    put(
        &installation,
        &[record("thoang", "Lúa thoáng qua", "restricted")],
    );
    installation.run(&["user", "enable", "reader"]);
    round(&installation, &config);
    assert_eq!(reader.messages().len(), 2);
    assert!(
        reader
            .messages()
            .iter()
            .all(|message| !message.body.contains("thoáng"))
    );
}

#[test]
fn messages_are_signed_and_sent_again_as_the_same() {
    let (installation, config) = library();
    let receiver = Receiver::start(&[503]);
    save(&installation, "reader", "", &receiver.url);
    put(&installation, &[record("mot", "Một", "open")]);
    let failed = round(&installation, &config);
    assert_eq!((&failed["sent"], &failed["failed"]), (&json!(0), &json!(1)));
    // Not before its time.
    put(&installation, &[record("hai", "Hai", "open")]);
    assert_eq!(round(&installation, &config)["failed"], 0);
    let list = installation.run(&["alerts", "list", "reader"]).json();
    assert_eq!(list[0]["webhook"], receiver.url);
    let first = &receiver.messages()[0];
    assert_eq!(
        (receiver.messages().len(), told(first)),
        (1, vec!["mot".to_owned()])
    );
    let at = first.headers["webhook-timestamp"].parse().unwrap();
    let at = jiff::Timestamp::from_second(at).unwrap();
    let secret = secret_of(&installation, "reader");
    let signature = sign(
        &secret,
        &first.headers["webhook-id"],
        at,
        first.body.as_bytes(),
    );
    assert_eq!(first.headers["webhook-signature"], signature.value);
    assert_eq!(first.headers["content-type"], "application/json");
}

/// The secret as the API shows it.
fn secret_of(installation: &Installation, user: &str) -> String {
    let key = installation.run(&["user", "key", user]).json()["key"].clone();
    let mut server = Serving::start(installation, "[server]\nalerts.interval_s = 0\n");
    let answer = server.get("/api/v1/saved-searches", key.as_str().unwrap());
    answer[0]["webhook"]["secret"].as_str().unwrap().to_owned()
}

/// The program serving pages.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(installation: &Installation, config: &str) -> Self {
        let config = installation.input("serve.toml", config);
        let mut child = installation
            .command()
            .args([
                "--json",
                "--config",
                config.to_str().unwrap(),
                "serve",
                "--listen",
                "127.0.0.1:0",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["listening"].as_str().unwrap();
        let address = url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        Self { child, address }
    }

    fn get(&mut self, target: &str, key: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn killed_while_it_tells_it_tells_the_same_again() {
    let (installation, config) = library();
    let receiver = Receiver::start(&[0]);
    save(&installation, "reader", "", &receiver.url);
    put(&installation, &[record("mot", "Một", "open")]);
    let mut command: Command = installation.command();
    let mut hanging = command
        .args(["--config", &config, "alerts", "run"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    receiver
        .arrived
        .recv_timeout(Duration::from_secs(60))
        .unwrap();
    hanging.kill().unwrap();
    hanging.wait().unwrap();
    put(&installation, &[record("hai", "Hai", "open")]);
    receiver.answers.lock().unwrap().clear();
    round(&installation, &config);
    round(&installation, &config);
    let messages = receiver.messages();
    assert_eq!(messages.len(), 3);
    assert_eq!(
        messages[0].headers["webhook-id"],
        messages[1].headers["webhook-id"]
    );
    let heard: Vec<_> = messages.iter().flat_map(told).collect();
    assert_eq!(
        heard,
        ["mot", "mot", "hai"],
        "the same message, then the next"
    );
}

#[test]
fn a_server_tells_by_itself() {
    let (installation, _) = library();
    let receiver = Receiver::start(&[]);
    save(&installation, "reader", "lúa", &receiver.url);
    let config = "[server]\nalerts.interval_s = 1\nalerts.allow_private_webhooks = true\n";
    let server = Serving::start(&installation, config);
    put(&installation, &[record("mot", "Lúa một", "open")]);
    receiver
        .arrived
        .recv_timeout(Duration::from_secs(120))
        .unwrap();
    let message = &receiver.messages()[0];
    assert_eq!(told(message), ["mot"]);
    let link = format!("http://{}/records/mot", server.address);
    assert!(message.body.contains(&link), "{}", message.body);
}

#[test]
fn a_webhook_inside_is_refused_unless_it_is_allowed() {
    let (installation, _) = library();
    let config = installation.input(
        "closed.toml",
        "[server]\npublic_url = 'https://thuvien.example.vn'\n",
    );
    let receiver = Receiver::start(&[]);
    save(&installation, "reader", "", &receiver.url);
    put(&installation, &[record("mot", "Một", "open")]);
    let done = round(&installation, config.to_str().unwrap());
    assert_eq!((&done["news"], &done["failed"]), (&json!(1), &json!(1)));
    assert!(receiver.messages().is_empty());
}

fn post(role: &str, method: &str, target: &str, body: &Value) -> crate::site::Answer {
    let key = format!("Bearer {}", SITE.keys[role]);
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    send(method, target.as_bytes(), &headers, &body.to_string())
}

const LIST: &str = "/api/v1/saved-searches";

#[test]
fn a_saved_search_is_its_owners_alone() {
    let saved = post(
        "analyst",
        "POST",
        LIST,
        &json!({"query": "lúa", "filters": ["type:paper"]}),
    );
    assert_eq!(saved.status, 201, "{}", saved.body);
    let saved = saved.json();
    let one = format!("{LIST}/{}", saved["id"].as_str().unwrap());
    assert_eq!(saved["name"], "lúa type:paper");
    assert_eq!(get_as("analyst", &one).json()["query"], "lúa");
    for role in ["reader", "librarian", "admin"] {
        assert_eq!(get_as(role, &one).status, 404, "{role}");
        assert_eq!(post(role, "PATCH", &one, &json!({"name": "x"})).status, 404);
        assert_eq!(post(role, "DELETE", &one, &json!({})).status, 404);
        assert!(
            !get_as(role, LIST)
                .body
                .contains(saved["id"].as_str().unwrap())
        );
    }
    assert_eq!(get(LIST).status, 401);
    let changed = post(
        "analyst",
        "PATCH",
        &one,
        &json!({"name": "Lúa", "language": "en"}),
    );
    assert_eq!(
        (changed.status, &changed.json()["name"]),
        (200, &json!("Lúa"))
    );
    // The address of the feed opens it, until another one is made.
    let path = |saved: &Value| {
        let feed = saved["feed"].as_str().unwrap();
        feed[feed.find("/feeds/").unwrap()..].to_owned()
    };
    let feed = get(path(&saved));
    assert_eq!(
        (feed.status, feed.header("content-type")),
        (200, "application/atom+xml; charset=utf-8")
    );
    let renewed = post("analyst", "POST", &format!("{one}/feed"), &json!({})).json();
    assert_eq!(get(path(&saved)).status, 404);
    assert_eq!(get(path(&renewed)).status, 200);
    assert_eq!(get("/feeds/AAAA.atom").status, 404);
    assert_eq!(get_as("analyst", &format!("{one}/news")).json(), json!([]));
    assert_eq!(post("analyst", "DELETE", &one, &json!({})).status, 204);
    assert_eq!(get(path(&renewed)).status, 404);
    assert_eq!(get_as("analyst", &one).status, 404);
}

#[test]
fn what_cannot_be_saved_is_named() {
    for (body, parameter) in [
        (json!({"query": "\"mở"}), "query"),
        (json!({"filters": ["colour:red"]}), "filters"),
        (json!({"name": "x".repeat(200)}), "name"),
        (json!({"language": "fr"}), "language"),
        (json!({"webhook": "ftp://a.vn"}), "webhook"),
        (json!({"webhook": "https://u:p@a.vn/"}), "webhook"),
        (json!({"webhook": "https://"}), "webhook"),
        (json!({"email": "a@b.vn"}), "email"),
        (json!({"colour": "red"}), "body"),
        (json!([1]), "body"),
    ] {
        let answer = post("reader", "POST", LIST, &body);
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(
            answer.json()["parameter"],
            parameter,
            "{body}: {}",
            answer.body
        );
    }
    assert_eq!(
        get_as("reader", &format!("{LIST}/zz/news?limit=0")).status,
        400
    );
    assert_eq!(get_as("reader", &format!("{LIST}?x=1")).status, 400);
    assert_eq!(get("/letters/AAAA").status, 404);
}

/// Records of an institution in each of some years before this one.
fn of_institution(name: &str, years_ago: std::ops::RangeInclusive<i16>, n: usize) -> Vec<Value> {
    let now = jiff::Zoned::now().year();
    let one = |(ago, i)| {
        json!({
            "id": format!("{name}-{ago}-{i}"), "type": "paper", "title": {"vi": format!("Bài {i}")},
            "year": now - ago, "institutions": [name], "access": "open",
        })
    };
    let pairs = years_ago.flat_map(|ago| (0..n).map(move |i| (ago, i)));
    pairs.map(one).collect()
}

#[test]
fn a_worker_tells_trends_to_whoever_watches_them() {
    let (installation, _) = library();
    let config = "[server]\npublic_url = 'https://thuvien.example.vn'\n\
                  alerts.allow_private_webhooks = true\nalerts.trends_interval_s = 0\n";
    let config = installation.input("trends.toml", config);
    let config = config.to_str().unwrap();
    put(&installation, &of_institution("Cu", 1..=10, 6));
    let [all, one] = [(); 2].map(|()| Receiver::start(&[]));
    let watch = |query: &str, url: &str| {
        let words = [
            "alerts",
            "add",
            "reader",
            query,
            "--trends",
            "--webhook",
            url,
        ];
        let ran = installation.run(&words);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert_eq!(ran.json()["about"], "trends");
    };
    watch("", &all.url);
    watch("institution:Cu", &one.url);
    let refused = installation.run(&["alerts", "add", "reader", "lúa mặn", "--trends"]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    let work = || {
        let ran = installation.run(&["--config", config, "worker", "--once"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
    };
    work();
    assert!(all.messages().is_empty(), "what stands is no news");
    put(&installation, &of_institution("Moi", 1..=1, 6));
    // Nobody may hear of these.
    let mut closed = of_institution("Mat", 1..=1, 6);
    for record in &mut closed {
        record["access"] = json!("restricted");
    }
    put(&installation, &closed);
    work();
    work();
    let messages = all.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let body: Value = serde_json::from_str(&messages[0].body).unwrap();
    let news = body["data"]["news"].as_array().unwrap();
    let entrant = news.iter().find(|one| one["kind"] == "new_entrant");
    let entrant = entrant.unwrap_or_else(|| panic!("{body}"));
    assert!(
        entrant["title"].as_str().unwrap().contains("Moi"),
        "{entrant}"
    );
    assert_eq!(
        entrant["link"],
        "https://thuvien.example.vn/trends?of=institution%3AMoi"
    );
    assert!(!messages[0].body.contains("Mat"), "{}", messages[0].body);
    let heard = one.messages();
    assert!(heard.iter().all(|message| !message.body.contains("Moi")));
    let listed = installation.run(&["trends", "alerts"]).json();
    let kinds: Vec<&str> = (listed.as_array().unwrap().iter())
        .map(|alert| alert["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"new_entrant"), "{listed}");
}

#[test]
fn trends_are_watched_by_name_on_the_page_and_in_the_api() {
    let wrong = post(
        "reader",
        "POST",
        LIST,
        &json!({"about": "trends", "query": "a OR b"}),
    );
    assert_eq!(wrong.status, 400, "{}", wrong.body);
    assert_eq!(wrong.json()["parameter"], "query");
    let wish = json!({"about": "trends", "query": "province:Cần Thơ"});
    let saved = post("analyst", "POST", LIST, &wish);
    assert_eq!(saved.status, 201, "{}", saved.body);
    let saved = saved.json();
    assert_eq!(saved["query"], "province:\"Cần Thơ\"");
    let page = get_as("analyst", "/saved");
    assert!(
        page.body
            .contains("/trends?of=province%3A%22C%E1%BA%A7n%20Th%C6%A1%22"),
        "{}",
        page.body
    );
    let one = format!("{LIST}/{}", saved["id"].as_str().unwrap());
    assert_eq!(post("analyst", "DELETE", &one, &json!({})).status, 204);
    let answer = get("/api/v1/trends/alerts?year=2024").json();
    assert_eq!(answer["year"], 2023);
    let n_alerts = answer["alerts"].as_array().unwrap().len();
    let page = get("/trends/alerts?year=2024").body;
    let feed = get("/feeds/trends.atom?year=2024").body;
    assert_eq!(page.matches("<th scope=\"row\">").count(), n_alerts);
    assert_eq!(feed.matches("<entry>").count(), n_alerts);
    for wrong in ["?year=soon", "?limit=3", "?year="] {
        for path in [
            "/api/v1/trends/alerts",
            "/trends/alerts",
            "/feeds/trends.atom",
        ] {
            assert_eq!(get(format!("{path}{wrong}")).status, 400, "{path}{wrong}");
        }
    }
}
