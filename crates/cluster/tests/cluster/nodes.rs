//! Nodes of a real Qdrant cluster for tests: on the loopback, on free ports, in
//! a temporary folder, without telemetry, with a key.

use std::{
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The key that the nodes ask for.
const API_KEY: &str = "a-key-for-tests-only";
/// A node on a machine with other work takes some seconds to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster.
pub(crate) struct Nodes {
    given: Option<String>,
    started: Vec<Node>,
    folder: Option<tempfile::TempDir>,
}

struct Node {
    child: Child,
    grpc: u16,
}

impl Nodes {
    /// The cluster that `QDRANT_URL` names (for one node), or `n` nodes of the
    /// `qdrant` on the path; `None`, said aloud, where there is neither.
    pub(crate) fn start(n: usize) -> Option<Self> {
        if let (1, Ok(url)) = (n, std::env::var("QDRANT_URL")) {
            return Some(Self {
                given: Some(url),
                started: Vec::new(),
                folder: None,
            });
        }
        let Some(binary) = binary() else {
            eprintln!(
                "SKIPPED: there is no Qdrant server here; set QDRANT_URL, or put a `qdrant` binary on the PATH"
            );
            return None;
        };
        let mut nodes = Self {
            given: None,
            started: Vec::new(),
            folder: Some(tempfile::tempdir().unwrap()),
        };
        let first_p2p = nodes.launch(&binary, None);
        for _ in 1..n {
            nodes.launch(&binary, Some(first_p2p));
        }
        Some(nodes)
    }

    /// gRPC addresses.
    pub(crate) fn urls(&self) -> Vec<String> {
        let own = self.started.iter();
        let own = own.map(|node| format!("http://127.0.0.1:{}", node.grpc));
        self.given.iter().cloned().chain(own).collect()
    }

    /// The key that they ask for.
    pub(crate) fn api_key(&self) -> Option<String> {
        match &self.given {
            Some(_) => std::env::var("TRITHUC_QDRANT_API_KEY").ok(),
            None => Some(API_KEY.to_owned()),
        }
    }

    /// Kills a node at once, as a machine that loses its power.
    pub(crate) fn kill(&mut self, at: usize) {
        let child = &mut self.started[at].child;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts a node; returns the port at which the others find it.
    fn launch(&mut self, binary: &PathBuf, first: Option<u16>) -> u16 {
        let [http, grpc, p2p] = [free_port(), free_port(), free_port()];
        let at = self.started.len();
        let folder = self.folder.as_ref().unwrap().path().join(format!("n{at}"));
        std::fs::create_dir_all(&folder).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut command = Command::new(binary);
        command
            .current_dir(&folder)
            .arg("--disable-telemetry")
            .args(["--uri", &format!("http://127.0.0.1:{p2p}")])
            .env("QDRANT__SERVICE__HOST", "127.0.0.1")
            .env("QDRANT__SERVICE__HTTP_PORT", http.to_string())
            .env("QDRANT__SERVICE__GRPC_PORT", grpc.to_string())
            .env("QDRANT__SERVICE__API_KEY", API_KEY)
            .env("QDRANT__TELEMETRY_DISABLED", "true")
            .env("QDRANT__CLUSTER__ENABLED", "true")
            .env("QDRANT__CLUSTER__P2P__PORT", p2p.to_string())
            .env("QDRANT__STORAGE__STORAGE_PATH", folder.join("storage"))
            .env("QDRANT__STORAGE__SNAPSHOTS_PATH", folder.join("snapshots"))
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log));
        if let Some(first) = first {
            command.args(["--bootstrap", &format!("http://127.0.0.1:{first}")]);
        }
        let child = command.spawn().unwrap();
        self.started.push(Node { child, grpc });
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", grpc)).is_err() {
            assert!(Instant::now() < until, "node {at} does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        p2p
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in &mut self.started {
            let _ = node.child.kill();
            let _ = node.child.wait();
        }
    }
}

fn binary() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut folders = std::env::split_paths(&path);
    folders.find_map(|folder| Some(folder.join("qdrant")).filter(|binary| binary.is_file()))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
