//! The whole product with its indexes on a Qdrant cluster and its catalogue in
//! PostgreSQL: what embedded indexes give; and each part killed under load.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    installation::{Installation, sample},
    node::{MANY, Node, many_records},
    postgres_server::PostgresServer,
    qdrant_nodes::Nodes,
};

const CONFIG: &str =
    "index = \"qdrant\"\n[jobs]\nlease_s = 2\n[qdrant]\nshards = 3\nreplicas = 2\n";
const ALONE: &str = "index = \"qdrant\"\n";

fn on_cluster<'s>(
    installation: &'s Installation,
    address: String,
    nodes: &Nodes,
    config: &'static str,
) -> Node<'s> {
    let mut environment = vec![("TRITHUC_QDRANT_URLS", nodes.urls().join(","))];
    environment.extend(nodes.api_key().map(|key| ("TRITHUC_QDRANT_API_KEY", key)));
    Node {
        environment,
        config,
        ..Node::new(installation, address)
    }
}

/// Ids in their order, the number found and the counts of facets.
fn answer(ran: &Value) -> (Vec<String>, Value, Value) {
    let ids = ran["hits"].as_array().unwrap().iter();
    let ids = ids.map(|hit| hit["id"].to_string()).collect();
    (ids, ran["total"].clone(), ran["facets"].clone())
}

#[test]
fn a_cluster_gives_what_embedded_indexes_give() {
    let (Some(nodes), Some(server)) = (Nodes::start(1), PostgresServer::start()) else {
        return;
    };
    let (there, here) = (Installation::new(), Installation::new());
    let node = on_cluster(&there, server.database("kho"), &nodes, ALONE);
    for installation in [&there, &here] {
        std::fs::create_dir_all(installation.data()).unwrap();
    }
    assert!(node.run(&["ingest", &sample()]).status != 1);
    assert!(here.run(&["ingest", &sample()]).status != 1);
    node.json(&["model", "use", "ngram"]);
    assert_eq!(here.run(&["model", "use", "ngram"]).status, 0);
    assert_eq!(node.dump(), here.dump());
    for mode in ["lexical", "semantic", "hybrid"] {
        for query in [
            "xâm nhập mặn",
            "\"biến đổi khí hậu\"",
            "lua chiu man",
            "title:nước AND year:2015..2022",
            "machine learning",
        ] {
            let arguments = ["search", query, "--mode", mode, "--limit", "20"];
            let (ours, embedded) = (node.json(&arguments), here.run(&arguments).json());
            assert_eq!(answer(&ours), answer(&embedded), "{mode}: {query}");
        }
    }
    assert_eq!(node.json(&["check"])["is_whole"], true);
    node.json(&["index", "--rebuild"]);
    assert_eq!(node.dump(), here.dump());
}

/// What readers saw.
#[derive(Default)]
struct Seen {
    n_answered: AtomicU64,
    /// Sent to one server and not answered; the next one was asked then.
    n_turned_away: AtomicU64,
    /// Answered by no server.
    n_failed: AtomicU64,
    /// Milliseconds without an answer, the longest.
    longest_ms: AtomicU64,
}

/// Asks the servers as a balancer does, until it is over.
fn read(servers: &[SocketAddr], is_over: &AtomicBool, seen: &Seen) {
    let mut last = Instant::now();
    while !is_over.load(Relaxed) {
        let is_answered = servers.iter().any(|server| {
            let is_good = is_good(*server);
            seen.n_turned_away.fetch_add(u64::from(!is_good), Relaxed);
            is_good
        });
        if is_answered {
            seen.n_answered.fetch_add(1, Relaxed);
            let gap = last.elapsed().as_millis();
            seen.longest_ms
                .fetch_max(u64::try_from(gap).unwrap(), Relaxed);
            last = Instant::now();
        } else {
            seen.n_failed.fetch_add(1, Relaxed);
        }
    }
}

/// Whether a server answers a search.
fn is_good(server: SocketAddr) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&server, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let target = "/api/v1/search?q=l%C3%BAa+m%E1%BA%B7n&limit=3";
        let head = format!("GET {target} HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

#[test]
fn each_part_dies_under_load_and_nothing_is_lost_or_doubled() {
    let (Some(mut nodes), Some(mut server)) = (Nodes::start(3), PostgresServer::start()) else {
        return;
    };
    let installation = Installation::new();
    std::fs::create_dir_all(installation.data()).unwrap();
    let node = on_cluster(&installation, server.database("kho"), &nodes, CONFIG);
    let path = installation.input("many.jsonl", many_records());
    assert!(node.run(&["ingest", &sample()]).status != 1);
    let n_before: usize = count(&server, "count(*)");
    let (first, second) = (node.serve(), node.serve());
    let addresses = [first.address, second.address];
    let job = node.json(&["job", "add", "ingest", path.to_str().unwrap()]);
    let number = job["id"].to_string();
    let (is_over, seen) = (AtomicBool::new(false), Seen::default());
    thread::scope(|scope| {
        for turn in [[0, 1], [1, 0]] {
            let servers = turn.map(|at| addresses[at]);
            let (is_over, seen) = (&is_over, &seen);
            scope.spawn(move || read(&servers, is_over, seen));
        }
        let mut worker = node.worker();
        node.job_until(&number, "running");
        // Not the first node, which the others were told of.
        nodes.kill(2);
        thread::sleep(Duration::from_secs(2));
        worker.kill().unwrap();
        worker.wait().unwrap();
        let mut workers = [node.worker(), node.worker()];
        thread::sleep(Duration::from_secs(3));
        drop(first);
        thread::sleep(Duration::from_secs(2));
        server.restart(Duration::from_millis(500));
        node.job_until(&number, "done");
        for worker in &mut workers {
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
        is_over.store(true, Relaxed);
    });
    eprintln!(
        "searches answered {}, by the other server {}, by none {}; longest time without an answer {} ms",
        seen.n_answered.into_inner(),
        seen.n_turned_away.into_inner(),
        seen.n_failed.into_inner(),
        seen.longest_ms.into_inner(),
    );
    let n_records = MANY + n_before;
    assert_eq!(count(&server, "count(*)"), n_records);
    assert_eq!(count(&server, "count(DISTINCT id)"), n_records);
    node.json(&["index"]);
    assert_eq!(node.json(&["check"])["is_whole"], true);
    assert_eq!(node.dump().lines().count(), n_records);
    let found = node.json(&["search", "\"lúa chịu mặn số\"", "--limit", "1"]);
    assert_eq!(found["total"], MANY);
    assert!(is_good(second.address));
}

fn count(server: &PostgresServer, what: &str) -> usize {
    let counted = server.ask(
        "kho",
        &format!("SELECT {what} FROM record WHERE deleted = 0"),
    );
    counted.trim().parse().unwrap()
}
