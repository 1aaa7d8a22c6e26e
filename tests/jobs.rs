//! Jobs with the real program: killed workers, cancelled work, inputs read
//! again, sources harvested by the clock.

use std::{
    fmt::Write as _,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{harvest::Source, installation::Installation};

/// Leases of two seconds, so that the job of a dead worker is soon free.
const CONFIG: &str = "[jobs]\nlease_s = 2\n";

fn worker(installation: &Installation, more: &[&str]) -> Command {
    let config = installation.input("config.toml", CONFIG);
    let mut command = installation.command();
    command.args(["--json", "--config"]).arg(config);
    command.arg("worker").args(more);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}

/// Does all that waits; gives what became of each job.
fn work_once(installation: &Installation) -> Vec<Value> {
    let ran = worker(installation, &["--once"]).output().unwrap();
    let lines = String::from_utf8(ran.stdout).unwrap();
    let lines = lines.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

fn job(installation: &Installation, number: u64) -> Value {
    let number = number.to_string();
    installation.run(&["job", "show", &number]).json()
}

/// Waits until something holds of a job; a machine under load takes its time.
fn wait_until(installation: &Installation, number: u64, what: fn(&Value) -> bool) -> Value {
    for _ in 0..3000 {
        let job = job(installation, number);
        if what(&job) {
            return job;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("never came: {}", job(installation, number));
}

fn add(installation: &Installation, order: &[&str]) -> u64 {
    let ran = installation.run(&[&["job", "add"], order].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.json()["id"].as_u64().unwrap()
}

fn start(installation: &Installation, more: &[&str]) -> Child {
    let mut command = worker(installation, more);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Records as JSON Lines.
fn records(n: usize) -> String {
    let mut lines = String::new();
    for n in 0..n {
        let record = json!({
            "id": format!("r{n}"), "type": "paper",
            "title": {"vi": format!("Lúa chịu mặn số {n}")}, "year": 2000 + n % 20,
        });
        writeln!(lines, "{record}").unwrap();
    }
    lines
}

/// Enough that a worker does not read them before it is killed.
const MANY: usize = 20_000;

#[test]
fn the_job_of_a_killed_worker_is_taken_again_and_done() {
    let installation = Installation::new();
    let path = installation.input("many.jsonl", records(MANY));
    let number = add(&installation, &["ingest", path.to_str().unwrap()]);
    let mut killed = start(&installation, &[]);
    wait_until(&installation, number, |job| job["state"] == "running");
    // SIGKILL: nothing is said, nothing is given back.
    killed.kill().unwrap();
    killed.wait().unwrap();
    let left = job(&installation, number);
    assert_eq!(left["state"], "running", "it was not done before: {left}");
    let mut next = start(&installation, &[]);
    let done = wait_until(&installation, number, |job| job["state"] == "done");
    next.kill().unwrap();
    next.wait().unwrap();
    assert_eq!(done["attempts"], 2, "{done}");
    assert_eq!(installation.dump().lines().count(), MANY);
}

#[test]
fn a_running_job_is_cancelled_and_can_be_queued_again() {
    let installation = Installation::new();
    // A worker hears of it within half a second.
    let path = installation.input("many.jsonl", records(3 * MANY));
    let number = add(&installation, &["ingest", path.to_str().unwrap()]);
    let again = add(&installation, &["ingest", path.to_str().unwrap()]);
    assert_eq!(again, number, "the same work is queued once");
    let mut running = start(&installation, &[]);
    wait_until(&installation, number, |job| job["state"] == "running");
    let text = number.to_string();
    assert_eq!(installation.run(&["job", "cancel", &text]).status, 0);
    let ended = wait_until(&installation, number, |job| job["state"] == "cancelled");
    assert_eq!(ended["result"], Value::Null, "{ended}");
    running.kill().unwrap();
    running.wait().unwrap();
    installation.run(&["job", "retry", &text]);
    let done = work_once(&installation);
    assert_eq!(done[0]["state"], "done", "{done:?}");
    let counted = &done[0]["result"];
    assert_eq!(counted["seen"], 3 * MANY, "{counted}");
    assert_eq!(installation.dump().lines().count(), 3 * MANY);
}

#[test]
fn all_kinds_of_work_are_done_and_what_fails_says_why() {
    let installation = Installation::new();
    let path = installation.input("some.jsonl", records(40));
    let path = path.to_str().unwrap();
    add(
        &installation,
        &[
            "ingest",
            path,
            "--collection",
            "Lúa",
            "--access",
            "registered",
        ],
    );
    assert_eq!(work_once(&installation)[0]["result"]["added"], 40);
    assert!(installation.dump().contains("\"registered\""));
    for order in [
        &["index"][..],
        &["index", "--rebuild"],
        &["quality"],
        &["duplicates", "--least", "0.9"],
    ] {
        add(&installation, order);
        let done = work_once(&installation).remove(0);
        assert_eq!(done["state"], "done", "{done}");
        assert!(done["result"].is_object(), "{done}");
    }
    assert_eq!(installation.dump().lines().count(), 40);
    let missing = installation.input("gone.jsonl", records(1));
    add(&installation, &["ingest", missing.to_str().unwrap()]);
    std::fs::remove_file(&missing).unwrap();
    add(&installation, &["topics", "--topics", "2"]);
    let ran = worker(&installation, &["--once"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(1));
    let failed = installation
        .run(&["job", "list", "--state", "failed"])
        .json();
    let reasons = failed.as_array().unwrap().iter();
    let reasons: Vec<&str> = reasons.map(|job| job["reason"].as_str().unwrap()).collect();
    assert!(
        reasons.iter().any(|r| r.contains("gone.jsonl")),
        "{reasons:?}"
    );
    assert!(installation.run(&["job", "show", "999"]).status == 2);
}

#[test]
fn what_was_set_aside_is_read_again_as_it_was_asked_for() {
    let installation = Installation::new();
    let folder = installation.input("in/good.jsonl", records(3));
    let bad = installation.input("in/bad.jsonl", format!("{}not json\n", records(5)));
    let folder = folder.parent().unwrap().to_str().unwrap();
    let order = ["ingest", folder, "--access", "restricted"];
    add(&installation, &order);
    let done = work_once(&installation).remove(0);
    assert_eq!(done["result"]["set_aside"], 1, "{done}");
    // Mended, and four records that nobody has seen yet.
    std::fs::write(&bad, records(9)).unwrap();
    add(&installation, &["again", bad.to_str().unwrap()]);
    let done = work_once(&installation).remove(0);
    let expected = json!({
        "inputs": 1, "unknown": 0, "set_aside_before": 1, "set_aside_now": 0,
    });
    assert_eq!(done["result"], expected, "{done}");
    let found = installation.dump();
    assert_eq!(found.lines().count(), 9);
    assert_eq!(found.matches("\"restricted\"").count(), 9, "{found}");
    add(&installation, &["again"]);
    let done = work_once(&installation).remove(0);
    assert_eq!(done["state"], "failed", "nothing is left: {done}");
}

fn add_source(installation: &Installation, name: &str, url: &str) {
    let order = [
        "source",
        "add",
        name,
        url,
        "--every",
        "1d",
        "--collection",
        "Ngoài",
    ];
    let ran = installation.run(&order);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

fn source(installation: &Installation, name: &str) -> Value {
    let all = installation.run(&["source", "list"]).json();
    let mut all = all.as_array().unwrap().iter();
    all.find(|source| source["name"] == name).unwrap().clone()
}

#[test]
fn sources_are_harvested_when_due_and_a_failing_one_backs_off() {
    let (_source, url) = Source::start(60);
    let installation = Installation::new();
    add_source(&installation, "lua", &url);
    let refused = ["source", "add", "hong", &url, "--prefix", "mods"];
    assert_eq!(installation.run(&refused).status, 0);
    for bad in [
        &["source", "add", "Hỏng", &url][..],
        &["source", "add", "a", "ftp://a.vn"],
        &["source", "add", "a", &url, "--every", "1s"],
        &["source", "run", "none"],
    ] {
        assert_eq!(installation.run(bad).status, 2, "{bad:?}");
    }
    let mut done = work_once(&installation);
    done.sort_by_key(|job| job["order"]["source"].to_string());
    assert_eq!(done.len(), 2, "each once: {done:?}");
    assert_eq!(
        (&done[0]["state"], &done[1]["state"]),
        (&json!("failed"), &json!("done"))
    );
    let failing = source(&installation, "hong");
    assert_eq!(failing["failures"], 1, "{failing}");
    assert!(failing["error"].as_str().unwrap().contains("mods"));
    let minutes = |source: &Value, from: &str| {
        let at = |name: &str| {
            source[name]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .unwrap()
        };
        at("due_at").duration_since(at(from)).as_mins()
    };
    assert_eq!(minutes(&failing, "ended_at"), 15);
    let good = source(&installation, "lua");
    assert_eq!(
        (&good["failures"], &good["error"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(good["last"]["added"], 58, "{good}");
    assert_eq!(minutes(&good, "started_at"), 24 * 60);
    assert_eq!(work_once(&installation).len(), 0, "nothing is due");
    let found = installation.dump();
    assert_eq!(
        (found.lines().count(), found.matches("Ngoài").count()),
        (58, 58)
    );
    installation.run(&["source", "pause", "lua"]);
    assert_eq!(source(&installation, "lua")["due_at"], Value::Null);
    installation.run(&["source", "run", "lua", "--full"]);
    let done = work_once(&installation).remove(0);
    assert_eq!(done["result"]["unchanged"], 60, "{done}");
    assert_eq!(installation.run(&["source", "remove", "lua"]).status, 0);
    assert_eq!(
        installation.dump().lines().count(),
        58,
        "what was harvested stays"
    );
}

#[test]
fn the_pages_do_the_jobs_too_and_give_them_back_at_the_end() {
    let installation = Installation::new();
    let path = installation.input("some.jsonl", records(20));
    let number = add(&installation, &["ingest", path.to_str().unwrap()]);
    let config = installation.input("config.toml", CONFIG);
    let mut command = installation.command();
    command.arg("--config").arg(config);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut serving = command.spawn().unwrap();
    let done = wait_until(&installation, number, |job| job["state"] == "done");
    assert_eq!(done["result"]["added"], 20, "{done}");
    let many = installation.input("many.jsonl", records(MANY));
    let number = add(&installation, &["ingest", many.to_str().unwrap()]);
    wait_until(&installation, number, |job| job["state"] == "running");
    let pid = serving.id().to_string();
    let told = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(told.success());
    assert!(serving.wait().unwrap().success());
    let left = job(&installation, number);
    assert_eq!(left["state"], "queued", "{left}");
    assert_eq!(work_once(&installation)[0]["state"], "done");
}
