//! The installation's own topics: built, kept over rebuilds, changed by people,
//! and made of open records only.

use std::fs;

use serde_json::Value;

use crate::{
    installation::{Installation, repository},
    site::{get_as, post_as},
};

fn sample() -> Vec<Value> {
    let folder = repository().join("tests/sample");
    let files = ["records-01.jsonl", "records-02.jsonl"].map(|file| folder.join(file));
    let texts = files.map(|file| fs::read_to_string(file).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn ingest(installation: &Installation, records: &[Value]) {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let file = installation.input("records.jsonl", lines.join("\n"));
    let ran = installation.ingest(&file);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

fn ask(installation: &Installation, arguments: &[&str]) -> Vec<Value> {
    let ran = installation.run(arguments);
    assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn list(installation: &Installation) -> Vec<Value> {
    ask(installation, &["topics", "list"])
}

fn built(records: &[Value]) -> Installation {
    let installation = Installation::new();
    ingest(&installation, records);
    ask(&installation, &["topics", "build"]);
    installation
}

#[test]
fn a_rebuild_of_the_same_records_changes_nothing() {
    let installation = built(&sample());
    let before = list(&installation);
    let fields = before.iter().filter(|topic| topic["parent"].is_null());
    assert!((2..15).contains(&fields.count()));
    assert!((8..80).contains(&before.len()), "{}", before.len());
    let again = ask(&installation, &["topics", "build"]);
    assert_eq!(again[0]["build"], 2);
    assert_eq!(again[0]["happened"], serde_json::json!({}));
    assert_eq!(list(&installation), before);
}

#[test]
fn more_records_keep_the_ids_and_write_the_lineage() {
    let records = sample();
    let installation = built(&records[..records.len() * 7 / 10]);
    let before = list(&installation);
    ingest(&installation, &records);
    ask(&installation, &["topics", "build"]);
    let after = list(&installation);
    let kept = |topic: &&Value| after.iter().any(|other| other["topic"] == topic["topic"]);
    let n_kept = before.iter().filter(kept).count();
    assert!(2 * n_kept > before.len(), "{n_kept} of {}", before.len());
    for topic in &after {
        let id = topic["topic"].to_string();
        let shown = ask(&installation, &["topics", "show", &id]);
        let history = shown[0]["history"].as_array().unwrap();
        let first = history[0]["kind"].as_str().unwrap();
        assert!(["born", "split"].contains(&first), "{history:?}");
        let years = shown[0]["by_year"].as_object().unwrap();
        let n: u64 = years.values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(n, topic["size"].as_u64().unwrap());
    }
}

#[test]
fn what_people_decide_stands_over_rebuilds_and_is_taken_back() {
    let installation = built(&sample());
    let topics: Vec<Value> = list(&installation);
    let inner: Vec<&Value> = topics.iter().filter(|t| !t["parent"].is_null()).collect();
    let id = |at: usize| inner[at]["topic"].to_string();
    let [from, into, locked] = [id(0), id(1), id(2)];
    let run = |arguments: &[&str]| ask(&installation, arguments);
    run(&["topics", "rename", &into, "--vi", "Tên của thủ thư"]);
    run(&["topics", "lock", &locked]);
    let merged = run(&["topics", "merge", &from, &into])[0]["act"].to_string();
    let sizes = |at: usize| inner[at]["size"].as_u64().unwrap();
    let find = |id: &str| {
        let all = list(&installation);
        all.into_iter()
            .find(|topic| topic["topic"] == id.parse::<u64>().unwrap())
    };
    assert!(find(&from).is_none());
    assert_eq!(find(&into).unwrap()["size"], sizes(0) + sizes(1));

    // Another number of topics would tear them apart.
    run(&["topics", "build", "--topics", "60"]);
    let held = find(&into).unwrap();
    assert_eq!(held["name"]["vi"], "Tên của thủ thư");
    assert_eq!(find(&locked).unwrap()["locked"], true);
    assert!(find(&locked).unwrap()["size"].as_u64() >= Some(sizes(2)));
    let late = installation.run(&["topics", "undo", &merged]);
    assert_eq!(late.status, 2);
    assert!(late.stderr.contains("built anew"), "{}", late.stderr);

    let renamed = run(&["topics", "rename", &locked, "--en", "Librarian's name"]);
    assert_eq!(find(&locked).unwrap()["name"]["en"], "Librarian's name");
    run(&["topics", "undo", &renamed[0]["act"].to_string()]);
    assert_eq!(find(&locked).unwrap()["name"]["en"], Value::Null);
}

#[test]
fn a_merge_is_taken_back_before_the_next_build() {
    let installation = built(&sample());
    let before = list(&installation);
    let inner: Vec<&Value> = before.iter().filter(|t| !t["parent"].is_null()).collect();
    let [from, into] = [0, 1].map(|at: usize| inner[at]["topic"].to_string());
    let act = ask(&installation, &["topics", "merge", &from, &into]);
    assert_ne!(list(&installation), before);
    ask(
        &installation,
        &["topics", "undo", &act[0]["act"].to_string()],
    );
    assert_eq!(list(&installation), before);
    for (arguments, reason) in [
        (["merge", &from, &from], "itself"),
        (["merge", &from, "99999"], "no topic `99999`"),
    ] {
        let ran = installation.run(&[&["topics"], &arguments[..]].concat());
        assert_eq!(ran.status, 2);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
}

/// A topic of two parts or more, and its parts.
fn parted(installation: &Installation) -> (Value, Vec<Value>) {
    let topics = list(installation);
    let shown = topics
        .iter()
        .filter(|t| !t["parent"].is_null())
        .map(|topic| {
            let id = topic["topic"].to_string();
            ask(installation, &["topics", "show", &id]).remove(0)
        });
    let found = shown
        .into_iter()
        .find(|topic| topic["parts"].as_array().unwrap().len() > 1);
    let topic = found.expect("the sample has a topic that falls into parts");
    let parts = topic["parts"].as_array().unwrap().clone();
    (topic, parts)
}

#[test]
fn a_split_stands_over_rebuilds_and_a_remark_is_taken_back() {
    let installation = Installation::new();
    ingest(&installation, &sample());
    // Few topics, so that they are large enough to have parts.
    let build = ["topics", "build", "--topics", "5"];
    ask(&installation, &build);
    let (topic, parts) = parted(&installation);
    let [whole, part] = [&topic, &parts[0]].map(|topic| topic["topic"].to_string());
    let noted = ask(
        &installation,
        &["topics", "annotate", &whole, "Cần xem lại"],
    );
    ask(&installation, &["topics", "split", &whole, &part]);
    let size = |id: &str| {
        let found = list(&installation)
            .into_iter()
            .find(|t| t["topic"].as_u64() == id.parse().ok());
        found.map_or(0, |topic| topic["size"].as_u64().unwrap())
    };
    let n_part = parts[0]["size"].as_u64().unwrap();
    assert_eq!(size(&part), n_part);
    assert_eq!(size(&whole) + n_part, topic["size"].as_u64().unwrap());
    let sizes = [size(&whole), n_part];

    ask(&installation, &build);
    assert_eq!([size(&whole), size(&part)], sizes);
    let shown = ask(&installation, &["topics", "show", &whole]).remove(0);
    assert_eq!(shown["note"], "Cần xem lại");
    ask(
        &installation,
        &["topics", "undo", &noted[0]["act"].to_string()],
    );
    let shown = ask(&installation, &["topics", "show", &whole]).remove(0);
    assert_eq!(shown["note"], Value::Null);
    let refused = installation.run(&["topics", "split", &whole, &part]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
}

#[test]
fn records_that_come_after_a_build_have_a_topic_at_once() {
    let records = sample();
    let installation = built(&records);
    let before = list(&installation);
    // The twin of a record belongs where the record is.
    let (topic, twin) = before
        .iter()
        .filter(|topic| !topic["parent"].is_null())
        .find_map(|topic| {
            let id = topic["topic"].to_string();
            let shown = ask(&installation, &["topics", "show", &id]).remove(0);
            let central = &shown["central"][0]["id"];
            let found = records.iter().find(|record| record["id"] == *central)?;
            found["abstract"]
                .is_object()
                .then(|| (topic.clone(), found.clone()))
        })
        .expect("a central record with an abstract");
    let mut twin = twin;
    twin["id"] = "sinh-doi".into();
    twin.as_object_mut().unwrap().remove("identifiers");
    let strange = serde_json::json!({"id": "la", "type": "paper", "title": {"vi": "1234"}});
    ingest(&installation, &[twin, strange]);
    let after = list(&installation);
    let now = after
        .iter()
        .find(|other| other["topic"] == topic["topic"])
        .unwrap();
    assert_eq!(now["size"].as_u64(), topic["size"].as_u64().map(|n| n + 1));
    let outliers = ask(&installation, &["topics", "outliers"]);
    assert!(
        outliers.iter().any(|record| record["id"] == "la"),
        "{outliers:?}"
    );
    // Nothing is placed twice.
    let again = ask(&installation, &["topics", "place"]);
    assert_eq!(list(&installation), after, "{again:?}");
}

#[test]
fn records_of_one_year_of_none_and_of_the_future_are_taken() {
    for year in [Value::Null, 2020.into(), 9999.into()] {
        let mut records = sample();
        records.truncate(60);
        records
            .iter_mut()
            .for_each(|record| record["year"] = year.clone());
        let installation = built(&records);
        for topic in list(&installation) {
            let id = topic["topic"].to_string();
            let shown = ask(&installation, &["topics", "show", &id]).remove(0);
            assert!(shown["by_year"].as_object().unwrap().len() <= 1);
        }
    }
}

#[test]
fn pages_show_the_topics_and_librarians_change_them() {
    let page = get_as("", "/topics?lang=vi");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("href=\"/topics/map\""));
    let all = get_as("", "/api/v1/topics").json();
    for topic in all["topics"].as_array().unwrap() {
        let address = format!("/topics/{}", topic["topic"]);
        assert!(
            page.body.contains(&format!("href=\"{address}\"")),
            "{address}"
        );
        let one = get_as("", &address);
        assert_eq!(one.status, 200);
        assert!(!one.body.contains("name=\"act\""), "no forms for readers");
        let csv = get_as("", &format!("{address}/years.csv"));
        let n: u64 = (csv.body.lines().skip(1))
            .map(|line| line.split(',').nth(1).unwrap().parse::<u64>().unwrap())
            .sum();
        let by_year = topic["by_year"].as_object().unwrap();
        assert_eq!(
            n,
            by_year.values().map(|n| n.as_u64().unwrap()).sum::<u64>()
        );
        let svg = get_as("", &format!("{address}/years.svg"));
        assert!(svg.header("content-type").starts_with("image/svg+xml"));
        assert!(svg.body.starts_with("<svg ") && svg.body.ends_with("</svg>"));
    }
    let map = get_as("", "/topics/map?lang=en");
    let policy = map.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    let inner = all["topics"].as_array().unwrap();
    let inner = inner.iter().filter(|topic| !topic["parent"].is_null());
    assert_eq!(map.body.matches("<circle ").count(), inner.clone().count());
    let csv = get_as("", "/topics/map.csv").body;
    assert_eq!(csv.lines().count(), 1 + inner.count());
    assert!(get_as("", "/topics/map.svg").body.contains("</svg>"));
    for (address, status) in [
        ("/topics?x=1", 400),
        ("/topics/map?x=1", 400),
        ("/topics/99999", 404),
        ("/topics/18446744073709551615", 404),
        ("/topics/abc", 404),
        ("/topics/99999/years.csv", 404),
    ] {
        assert_eq!(get_as("", address).status, status, "{address}");
    }
}

#[test]
fn the_api_changes_topics_for_librarians_alone() {
    let act = |role: &str, topic: &str, body: &str| {
        post_as(role, &format!("/api/v1/topics/{topic}/acts"), body)
    };
    let rename = r#"{"act":"rename","vi":"Tên mới","en":"New name"}"#;
    assert_eq!(act("", "1", rename).status, 401);
    assert_eq!(act("reader", "1", rename).status, 403);
    let done = act("librarian", "1", rename);
    assert_eq!(done.status, 201, "{}", done.body);
    let named = get_as("", "/api/v1/topics/1").json();
    assert_eq!(named["name"]["vi"], "Tên mới");
    let last = |answer: &Value| {
        answer["history"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone()
    };
    assert_eq!(
        last(&named)["actor"],
        Value::Null,
        "names are for librarians"
    );
    let known = get_as("librarian", "/api/v1/topics/1").json();
    assert_eq!(last(&known)["actor"], "librarian");
    assert_eq!(last(&known)["number"], done.json()["number"]);
    let undo = format!(r#"{{"act":"undo","number":{}}}"#, done.json()["number"]);
    assert_eq!(act("librarian", "1", &undo).status, 201);
    assert_eq!(
        get_as("", "/api/v1/topics/1").json()["name"]["vi"],
        Value::Null
    );
    for (topic, body, status) in [
        ("1", r#"{"act":"fly"}"#, 400),
        ("1", r#"{"act":"merge"}"#, 400),
        ("1", r#"{"act":"merge","into":18446744073709551615}"#, 400),
        ("1", r#"{"act":"rename","x":1}"#, 400),
        ("1", "[]", 400),
        ("abc", rename, 404),
    ] {
        let answer = act("librarian", topic, body);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
}

#[test]
fn too_few_records_are_refused_with_the_reason() {
    let installation = Installation::new();
    ingest(&installation, &sample()[..1]);
    let ran = installation.run(&["topics", "build"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("topics need at least"),
        "{}",
        ran.stderr
    );
    let ran = installation.run(&["topics", "list"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("trithuc topics build"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_topic_of_closed_records_is_never_built() {
    let mut records = sample();
    for number in 0..40 {
        records.push(serde_json::json!({
            "id": format!("kin-{number}"), "type": "task", "access": "restricted", "year": 2020,
            "title": {"vi": format!("Vũ khí xyzzyqwv bí mật số {number}")},
            "abstract": {"vi": "Chế tạo xyzzyqwv cho tàu ngầm và kho xyzzyqwv dưới biển."}
        }));
    }
    let installation = built(&records);
    for topic in list(&installation) {
        assert!(!topic.to_string().contains("xyzzyqwv"), "{topic}");
    }
}

#[test]
fn the_api_gives_topics_of_what_the_caller_sees() {
    let all = get_as("", "/api/v1/topics").json();
    let topics = all["topics"].as_array().unwrap();
    assert_eq!(all["build"], 1);
    assert!(topics.len() >= 2, "{all}");
    for topic in topics {
        let one = get_as("", &format!("/api/v1/topics/{}", topic["topic"])).json();
        assert_eq!(one["size"], topic["size"]);
        assert_eq!(one["history"][0]["kind"], "born");
        let n_central = one["central"].as_array().unwrap().len() as u64;
        assert_eq!(n_central, topic["size"].as_u64().unwrap().min(20));
    }
    for (address, status) in [
        ("/api/v1/topics?x=1", 400),
        ("/api/v1/topics/1?limit=3", 400),
        ("/api/v1/topics/99999", 404),
        ("/api/v1/topics/-1", 404),
        ("/api/v1/topics/abc", 404),
        ("/api/v1/topics/18446744073709551615", 404),
    ] {
        let answer = get_as("", address);
        assert_eq!(answer.status, status, "{address}: {}", answer.body);
        assert!(answer.body.contains("\"type\""), "{address}");
    }
}
