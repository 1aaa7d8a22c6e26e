//! The laws on a real server; and what only a server can do.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use records::{ChangeSeq, Clearance, Record, RecordId, RecordType};

use self::postgres_server::PostgresServer;
use super::*;
use crate::{
    Batch, Blob, CatalogStore as _, Detail, JobQueue as _, MemoryCatalog, NewJob, Put,
    SqliteCatalog, Tombstone, copy_store, testsuite,
};

#[path = "../../../../tests/postgres_server.rs"]
#[allow(dead_code, reason = "the tests of the whole product use the rest")]
mod postgres_server;

static N_DATABASES: AtomicU64 = AtomicU64::new(0);

/// A catalogue in a schema of its own: a database has three hundred files.
fn fresh(server: &PostgresServer) -> PostgresCatalog {
    let name = format!("c{}", N_DATABASES.fetch_add(1, Relaxed));
    connect(&server.schema(&name))
}

fn connect(address: &str) -> PostgresCatalog {
    PostgresCatalog::connect(&PostgresAddress::parse(address, None).unwrap()).unwrap()
}

fn id(n: u64) -> RecordId {
    RecordId::new(format!("r{n}")).unwrap()
}

fn records(from: u64, n: u64) -> Batch {
    let records = (from..from + n).map(|n| Record::new(id(n), RecordType::Paper));
    Batch::of_records(Timestamp::UNIX_EPOCH, records)
}

#[test]
fn keeps_the_laws() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    testsuite::run_catalog_laws(|| fresh(&server));
    testsuite::run_job_queue_laws(|| fresh(&server));
    testsuite::run_topic_laws(|| fresh(&server));
    testsuite::run_quota_laws(|| fresh(&server));
    testsuite::run_audit_laws(|| fresh(&server));
    testsuite::run_account_names_laws(|| fresh(&server));
}

/// Both folders of migrations end at the same number: nobody forgets one.
#[test]
fn layouts_go_together() {
    let newest = |folder: &str| {
        let files =
            std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
        let numbers = files.unwrap().map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            let number = name.strip_prefix('V').unwrap().split('_').next().unwrap();
            number.parse::<u32>().unwrap()
        });
        numbers.max().unwrap()
    };
    assert_eq!(newest("migrations"), newest("migrations_postgres"));
}

/// Whatever is written, PostgreSQL answers as the oracle does; also when one
/// batch speaks of one record several times.
#[test]
fn agrees_with_the_oracle() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let mut random = 7_u64;
    let mut draw = |n: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % n
    };
    for _ in 0..4 {
        let (ours, oracle) = (fresh(&server), MemoryCatalog::new());
        for n in 0..40 {
            let mut batch = Batch::new(Timestamp::from_second(n).unwrap());
            for _ in 0..draw(5) {
                let id = id(draw(6));
                if draw(5) == 0 {
                    let merged_into = (draw(3) == 0).then(|| self::id(draw(3)));
                    batch.tombstones.push(Tombstone { id, merged_into });
                    continue;
                }
                let kind = usize::try_from(draw(4)).unwrap();
                let mut record = Record::new(id, RecordType::ALL[kind]);
                let level = usize::try_from(draw(4)).unwrap();
                record.access = records::AccessLevel::ALL[level];
                record.venue = Some(format!("nơi {}\u{0}", draw(3)));
                let if_version = (draw(9) == 0).then_some(1);
                batch.puts.push(Put { record, if_version });
            }
            match (ours.apply(batch.clone()), oracle.apply(batch)) {
                (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
                (ours, theirs) => assert_eq!(ours.is_err(), theirs.is_err()),
            }
        }
        assert_eq!(ours.status().unwrap(), oracle.status().unwrap());
        for clearance in [Clearance::Public, Clearance::Registered, Clearance::Staff] {
            for after in [0, 3, 9] {
                let read = |c: &dyn crate::CatalogStore| {
                    c.changes(ChangeSeq(after), 4, clearance, Detail::Full)
                        .unwrap()
                };
                assert_eq!(read(&ours), read(&oracle));
            }
            for n in 0..6 {
                let read = |c: &dyn crate::CatalogStore| c.history(&id(n), clearance).unwrap();
                assert_eq!(read(&ours), read(&oracle));
            }
        }
        ours.verify().unwrap();
    }
}

/// Two nodes write at once: a reader who has seen a number never sees a lower
/// one come later, and nothing is lost or doubled.
#[test]
fn numbers_become_visible_in_order() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let address = server.database("order");
    let nodes = [connect(&address), connect(&address)];
    let reader = connect(&address);
    let mut seen = Vec::new();
    std::thread::scope(|scope| {
        let writing: Vec<_> = nodes
            .iter()
            .zip([0, 1000])
            .map(|(node, from)| {
                scope.spawn(move || {
                    for n in 0..40 {
                        node.apply(records(from + 10 * n, 10)).unwrap();
                    }
                })
            })
            .collect();
        let mut after = ChangeSeq::ZERO;
        loop {
            let is_over = writing.iter().all(|thread| thread.is_finished());
            let read = reader.changes(after, 1000, Clearance::Staff, Detail::Summary);
            let read = read.unwrap();
            seen.extend(read.changes.iter().map(|change| change.seq.0));
            after = read.up_to;
            assert_eq!(seen.len() as u64, after.0, "a number came late");
            if is_over && after.0 >= 800 {
                break;
            }
        }
    });
    assert_eq!(seen, (1..=800).collect::<Vec<_>>());
    assert_eq!(reader.status().unwrap().n_records, 800);
}

#[test]
fn workers_on_many_machines_take_each_job_once() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let address = server.database("jobs");
    let queue = connect(&address);
    let at = Timestamp::UNIX_EPOCH;
    for n in 0..60 {
        queue.enqueue(&job(&format!("k{}", n % 50)), at).unwrap();
    }
    let mut taken: Vec<u64> = std::thread::scope(|scope| {
        let workers = (0..4).map(|_| {
            let address = &address;
            scope.spawn(move || {
                let queue = connect(address);
                let mut taken = Vec::new();
                let lease = SignedDuration::from_secs(60);
                while let Some(job) = queue.claim(&["other", "work"], at, lease).unwrap() {
                    taken.push(job.id.0);
                }
                taken
            })
        });
        let workers: Vec<_> = workers.collect();
        workers
            .into_iter()
            .flat_map(|w| w.join().unwrap())
            .collect()
    });
    taken.sort_unstable();
    let n_taken = taken.len();
    taken.dedup();
    assert_eq!((n_taken, taken.len()), (50, 50));
}

/// A restart is a pause: nothing that was promised is lost, nothing is doubled.
#[test]
fn a_restart_of_the_server_is_a_pause() {
    let Some(mut server) = PostgresServer::start() else {
        return;
    };
    let address = server.database("restart");
    let catalogue = connect(&address);
    let (promised, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (catalogue, promised, failed, stop) = (&catalogue, &promised, &failed, &stop);
        let writing = scope.spawn(move || {
            let mut n = 0;
            while !stop.load(Relaxed) {
                match catalogue.apply(records(n, 1)) {
                    Ok(_) => {
                        n += 1;
                        promised.store(n, Relaxed);
                    }
                    // Asked again: what was written is not written twice.
                    Err(CatalogError::Unreachable { .. }) => {
                        failed.fetch_add(1, Relaxed);
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
        let reading = scope.spawn(move || {
            while !stop.load(Relaxed) {
                let before = promised.load(Relaxed);
                let status = catalogue.status().unwrap();
                assert!(status.n_records >= before, "a promise was broken");
                assert_eq!(status.n_records, status.seq.0);
            }
        });
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(300));
            server.restart(Duration::from_millis(300));
        }
        std::thread::sleep(Duration::from_millis(300));
        stop.store(true, Relaxed);
        writing.join().unwrap();
        reading.join().unwrap();
    });
    let status = catalogue.status().unwrap();
    assert!(status.n_records >= promised.load(Relaxed) && status.n_records > 0);
    assert_eq!(status.n_records, status.seq.0);
    eprintln!(
        "{} batches through two restarts, {} answers lost",
        status.n_records,
        failed.load(Relaxed)
    );
}

/// There and back again: everything is what it was, and goes on.
#[test]
fn a_catalogue_moves_both_ways() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let first = SqliteCatalog::in_memory().unwrap();
    fill(&first);
    let second = fresh(&server);
    let there = copy_store(&first, &second, &|_, _| {}).unwrap();
    let third = SqliteCatalog::in_memory().unwrap();
    assert_eq!(copy_store(&second, &third, &|_, _| {}).unwrap(), there);
    let n_rows = |name| there.tables.iter().find(|t| t.name == name).unwrap().n_rows;
    assert_eq!(
        [
            n_rows("record"),
            n_rows("version"),
            n_rows("body"),
            n_rows("job"),
            n_rows("quarantine")
        ],
        [2500, 2, 2501, 1, 1]
    );
    let read = |c: &dyn crate::CatalogStore| {
        let changes = c.changes(ChangeSeq::ZERO, 3000, Clearance::Staff, Detail::Full);
        (
            changes.unwrap(),
            c.status().unwrap(),
            c.history(&id(1), Clearance::Staff).unwrap(),
        )
    };
    assert_eq!(read(&first), read(&second));
    assert_eq!(read(&first), read(&third));
    // Both go on with the next numbers.
    for catalogue in [&second as &dyn crate::Catalogue, &third] {
        assert_eq!(catalogue.apply(records(9000, 1)).unwrap().seq.0, 2503);
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(catalogue.enqueue(&job("another"), at).unwrap().0, 2);
    }
    let full = copy_store(&first, &second, &|_, _| {}).unwrap_err();
    assert!(
        full.to_string().contains("name an empty database"),
        "{full}"
    );
}

fn job(key: &str) -> NewJob {
    NewJob {
        kind: "work".to_owned(),
        payload: "{}".to_owned(),
        run_at: Timestamp::UNIX_EPOCH,
        max_attempts: 1,
        key: Some(key.to_owned()),
        asked_by: None,
    }
}

fn fill(catalogue: &SqliteCatalog) {
    let paper = |n: u64, text: &str| Record {
        body: vec![records::Page::new(1, format!("{text} {n}"))],
        ..Record::new(id(n), RecordType::Paper)
    };
    let at = Timestamp::UNIX_EPOCH;
    let mut batch = Batch::of_records(at, (0..2500).map(|n| paper(n, "cũ")));
    batch.blobs.push(Blob {
        name: "a/\u{1F600}".to_owned(),
        bytes: vec![0, 255],
    });
    batch
        .quarantine
        .push(crate::QuarantineEntry::new("x", Some(1), "lỗi \u{0}", b"{"));
    catalogue.apply(batch).unwrap();
    let mut batch = Batch::of_records(at, [paper(1, "mới")]);
    batch.tombstones.push(Tombstone {
        id: id(2),
        merged_into: Some(id(1)),
    });
    catalogue.apply(batch).unwrap();
    catalogue.enqueue(&job("one"), at).unwrap();
}

/// Callers may stand inside an asynchronous runtime, and drop it there.
#[test]
fn it_can_be_asked_inside_a_runtime() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let address = server.database("inside");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let catalogue = connect(&address);
        let mut batch = Batch::new(Timestamp::UNIX_EPOCH);
        batch.blobs.push(Blob {
            name: "a".to_owned(),
            bytes: vec![0, 255],
        });
        catalogue.apply(batch).unwrap();
        assert_eq!(catalogue.blobs("").unwrap().len(), 1);
    });
}

#[test]
fn what_cannot_be_opened_is_refused_with_the_cure() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let open = |address: &str| {
        let address = PostgresAddress::parse(address, None).unwrap();
        let Err(error) = PostgresCatalog::connect(&address) else {
            panic!("opened {address}");
        };
        records::with_causes(&error)
    };
    let error = open(&server.address("nowhere"));
    assert!(error.contains("does not exist"), "{error}");
    let error = open("postgres://an:bimat@127.0.0.1:1/kho");
    assert!(error.contains("check that it runs"), "{error}");
    assert!(!error.contains("bimat"), "{error}");
    server.ask(
        "postgres",
        "CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'",
    );
    let error = open(&server.address("old"));
    assert!(error.contains("--encoding=UTF8"), "{error}");
}
