//! The whole product with its catalogue in PostgreSQL: every command, two
//! servers at once, killed workers, a database that restarts; and the way
//! there and back.

use std::{net::TcpListener, process::Command, thread, time::Duration};

use crate::{
    installation::{Installation, Ran, program, sample},
    node::{MANY, Node, PASSWORD, Serving, many_records},
    postgres_server::PostgresServer,
    site::send_to,
};

#[test]
fn every_command_works_and_gives_what_a_file_gives() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let (there, here) = (Installation::new(), Installation::new());
    let node = Node::new(&there, server.database("kho"));
    let taken_in = node.run(&["ingest", &sample()]);
    let in_file = here.run(&["ingest", &sample()]);
    assert_eq!(taken_in.status, in_file.status, "{}", taken_in.stderr);
    assert_eq!(taken_in.json()["added"], in_file.json()["added"]);
    assert!(!there.data().join("catalogue.sqlite").exists());
    let dump = here.dump();
    assert!(dump.lines().count() > 100);
    assert_eq!(node.dump(), dump);
    for arguments in [
        &["search", "xâm nhập mặn", "--limit", "5"][..],
        &["quality", "report"],
        &["topics", "build"],
        &["topics", "list"],
        &["duplicates", "find"],
        &["collection", "list"],
        &["job", "list"],
        &["check"],
    ] {
        let ran = node.run(arguments);
        assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(node.json(&["check"])["is_whole"], true);
    moves_there_and_back(&server, &node, &dump);
}

/// By a backup into a file, and by `migrate-store` both ways.
fn moves_there_and_back(server: &PostgresServer, node: &Node<'_>, dump: &str) {
    let elsewhere = Installation::new();
    let archive = elsewhere.input("library.tar.zst", "");
    std::fs::remove_file(&archive).unwrap();
    node.json(&["backup", archive.to_str().unwrap()]);
    let restored = elsewhere.run(&["restore", archive.to_str().unwrap()]);
    assert_eq!(restored.status, 0, "{}", restored.stderr);
    assert_eq!(elsewhere.dump(), dump);

    let file = elsewhere.data().join("catalogue.sqlite");
    let file = file.to_str().unwrap();
    let other = server.database("khac");
    let moved = elsewhere.run(&["migrate-store", "--from", file, "--to", &other]);
    assert_eq!(moved.status, 0, "{}", moved.stderr);
    let back = elsewhere.data().join("again.sqlite");
    let back = back.to_str().unwrap();
    let again = elsewhere.run(&["migrate-store", "--from", &other, "--to", back]);
    assert_eq!(moved.json()["tables"], again.json()["tables"]);
    let moved_node = Node::new(&elsewhere, other.clone());
    assert_eq!(moved_node.dump(), dump);
    assert_eq!(moved_node.json(&["check"])["is_whole"], true);
    let full = elsewhere.run(&["migrate-store", "--from", file, "--to", &other]);
    assert_eq!(full.status, 1);
    assert!(
        full.stderr.contains("name an empty database"),
        "{}",
        full.stderr
    );
}

#[test]
fn two_servers_are_one_library() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let installation = Installation::new();
    // In a schema of its own, as where many share a database.
    let node = Node::new(&installation, server.schema("kho"));
    assert!(node.run(&["ingest", &sample()]).status != 1);
    node.add_user("lan");
    let (first, second) = (node.serve(), node.serve());
    let target = "/api/v1/search?q=m%E1%BA%B7n&limit=20";
    let hits = |serving: &Serving| {
        let answer = serving.get(target, "").json();
        let ids = answer["hits"].as_array().unwrap().iter();
        let ids: Vec<String> = ids.map(|hit| hit["id"].to_string()).collect();
        (answer["total"].clone(), ids)
    };
    assert!(hits(&first).0.as_u64().unwrap() > 0);
    assert_eq!(hits(&first), hits(&second));
    // Signed in at one, known to the other; signed out at one, unknown to both.
    let body: String = PASSWORD
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let signed_in = send_to(
        first.address,
        "POST",
        b"/login",
        &[("content-type", "application/x-www-form-urlencoded")],
        &format!("name=lan&password={body}"),
    );
    assert_eq!(signed_in.status, 303, "{}", signed_in.body);
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap();
    assert_eq!(second.get("/account", cookie).status, 200);
    let page = second.get("/account", cookie).body;
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let signed_out = send_to(
        second.address,
        "POST",
        b"/logout",
        &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", cookie),
        ],
        &format!("csrf={token}"),
    );
    assert_eq!(signed_out.status, 303, "{}", signed_out.body);
    assert_eq!(first.get("/account", cookie).status, 303);
    // One dies: the other goes on.
    drop(first);
    assert_eq!(second.get(target, "").status, 200);
}

#[test]
fn a_killed_worker_and_a_restarted_database_lose_and_double_nothing() {
    let Some(mut server) = PostgresServer::start() else {
        return;
    };
    let installation = Installation::new();
    let node = Node::new(&installation, server.database("kho"));
    let path = installation.input("many.jsonl", many_records());
    node.json(&["job", "list"]);
    let serving = node.serve();
    let job = node.json(&["job", "add", "ingest", path.to_str().unwrap()]);
    let number = job["id"].to_string();
    let mut killed = node.worker();
    node.job_until(&number, "running");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(node.json(&["job", "show", &number])["state"], "running");
    // Two take over, and one of them gets it; the database goes away under it.
    let mut workers = [node.worker(), node.worker()];
    thread::sleep(Duration::from_secs(3));
    let (mut n_asked, mut n_failed) = (0, 0);
    thread::scope(|scope| {
        let restart = scope.spawn(|| {
            for _ in 0..2 {
                server.restart(Duration::from_millis(500));
                thread::sleep(Duration::from_millis(500));
            }
        });
        while !restart.is_finished() {
            n_asked += 1;
            let answer = serving.get("/api/v1/search?q=l%C3%BAa&limit=3", "");
            n_failed += usize::from(answer.status != 200);
        }
    });
    let done = node.job_until(&number, "done");
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    eprintln!(
        "searches through two restarts: {n_asked}, failed: {n_failed}; attempts of the job: {}",
        done["attempts"]
    );
    assert_eq!(serving.get("/api/v1/records/r7", "").status, 200);
    let counted = |what: &str| server.ask("kho", &format!("SELECT {what} FROM record"));
    assert_eq!(counted("count(*)"), MANY.to_string());
    assert_eq!(
        counted("max(seq)"),
        MANY.to_string(),
        "nothing was written twice"
    );
    assert_eq!(counted("max(version)"), "1");
    // What the index finds is what there is.
    node.json(&["index"]);
    assert_eq!(node.json(&["check"])["is_whole"], true);
    assert_eq!(node.dump().lines().count(), MANY);
}

#[test]
fn an_address_is_refused_with_its_cure_and_without_its_password() {
    let refused = |address: &str| {
        let ran: Ran = Command::new(program())
            .args(["--catalogue", address, "job", "list"])
            .output()
            .unwrap()
            .into();
        assert!(!ran.stderr.contains("bimat"), "{}", ran.stderr);
        (ran.status, ran.stderr)
    };
    let (status, said) = refused("postgres://an:bimat@/kho?sslmode=prefer");
    assert_eq!(status, 2, "{said}");
    let (status, said) = refused("mysql://an:bimat@h/kho");
    assert!(status == 2 && said.contains("postgres://"), "{said}");
    let (status, said) = refused("postgres://an:bimat@127.0.0.1:1/kho");
    assert!(status == 1 && said.contains("check that it runs"), "{said}");
}

#[test]
fn over_tls_the_certificate_is_looked_at() {
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let Some(_server) = PostgresServer::start_with(
        &[
            ("own.crt", &key.cert.pem()),
            ("own.key", &key.signing_key.serialize_pem()),
        ],
        &[
            "listen_addresses=127.0.0.1",
            &format!("port={port}"),
            "ssl=on",
            "ssl_cert_file=own.crt",
            "ssl_key_file=own.key",
        ],
    ) else {
        return;
    };
    let installation = Installation::new();
    let roots = installation.input("roots.pem", key.cert.pem());
    let ask = |options: &str| {
        let node = Node::new(
            &installation,
            format!("postgres://trithuc@127.0.0.1:{port}/postgres?{options}"),
        );
        node.run(&["job", "list"])
    };
    let trusted = ask(&format!("sslmode=require&sslrootcert={}", roots.display()));
    assert_eq!(trusted.status, 0, "{}", trusted.stderr);
    let unknown = ask("sslmode=require");
    assert_eq!(unknown.status, 1);
    assert!(unknown.stderr.contains("certificate"), "{}", unknown.stderr);
}
