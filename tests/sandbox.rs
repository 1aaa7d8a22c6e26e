//! Documents are read in processes of their own: losing one costs at most the
//! document it was reading, and their memory is limited.

use std::{
    fs,
    io::Write,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::installation::{Installation, program};

const N_DOCUMENTS: usize = 100;

/// Processes that `pid` started.
fn children(pid: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn killed_readers_cost_at_most_the_documents_they_read() {
    let installation = Installation::new();
    let mut folder = installation.data();
    for n in 0..N_DOCUMENTS {
        let text = format!("Báo cáo số {n} về xâm nhập mặn.\n").repeat(400);
        folder = installation
            .input(&format!("b/{n:03}.txt"), text)
            .parent()
            .unwrap()
            .to_owned();
    }
    let mut ingest = installation
        .command()
        .args(["--json", "ingest"])
        .arg(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut n_killed = 0;
    while ingest.try_wait().unwrap().is_none() {
        if n_killed < 5
            && let Some(reader) = children(ingest.id()).first()
        {
            let killed = Command::new("kill").args(["-9", reader]).status().unwrap();
            n_killed += u64::from(killed.success());
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = ingest.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&shown);
    let aside = report["quarantined"].as_array().unwrap();
    assert!(
        n_killed > 0,
        "the ingest was over before a reader could be killed"
    );
    assert!(
        aside.len() as u64 <= n_killed,
        "{n_killed} killed: {report}"
    );
    assert_eq!(report["seen"], N_DOCUMENTS);
    let n_added = report["added"].as_u64().unwrap();
    assert_eq!(n_added as usize + aside.len(), N_DOCUMENTS);
    for entry in aside {
        let reason = entry["reason"].as_str().unwrap();
        assert!(reason.contains("signal: 9"), "{reason}");
    }
}

#[test]
fn a_reader_that_wants_more_memory_than_it_may_have_ends() {
    let mut reader = Command::new(program())
        .args(["extract-worker", "--memory", "300"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = reader.stdin.take().unwrap();
    let n_mebibytes = 800;
    writeln!(
        input,
        "{{\"name\":\"a.txt\",\"n_bytes\":{}}}",
        n_mebibytes << 20
    )
    .unwrap();
    let mebibyte = vec![b'a'; 1 << 20];
    let is_over = (0..n_mebibytes).any(|_| input.write_all(&mebibyte).is_err());
    drop(input);
    let status = reader.wait().unwrap();
    assert!(is_over, "it took {n_mebibytes} MiB with 300 allowed");
    assert!(
        status.signal().is_some() || status.code() != Some(0),
        "{status}"
    );
}
