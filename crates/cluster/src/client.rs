//! The connection: one client for each node, and the next node when one does
//! not answer.
//!
//! The seams are synchronous, the client is not: requests run on a small runtime
//! of this crate, which ends with the program.

use std::{
    future::Future,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use qdrant_client::{Qdrant, QdrantError, config::QdrantConfig};
use tokio::runtime::Runtime;

use crate::{ClusterError, QdrantSettings, Redundancy};

/// Two threads send and read; the work is done by the cluster.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("qdrant-client")
        .enable_all()
        .build()
        .expect("a process that runs can start two threads")
});

/// Rounds over all nodes before a request has failed.
const N_ROUNDS: usize = 3;
/// Rest between two rounds: an election among the nodes takes about a second.
const PAUSE: Duration = Duration::from_millis(700);

/// All nodes of a cluster.
pub(crate) struct Cluster {
    nodes: Vec<Qdrant>,
    /// The node that answered last.
    current: AtomicUsize,
    urls: String,
    pub(crate) redundancy: Redundancy,
}

impl Cluster {
    /// Clients for the nodes; nothing is sent yet.
    pub(crate) fn new(settings: &QdrantSettings) -> Result<Self, ClusterError> {
        let settings = settings.clone().checked()?;
        let client = |url: &String| {
            let mut config = QdrantConfig::from_url(url);
            config.timeout = Duration::from_secs(settings.timeout_s);
            config.connect_timeout = Duration::from_secs(settings.timeout_s.min(5));
            config.api_key = settings.api_key.clone();
            // It would be said on standard output, which belongs to the answers.
            config.check_compatibility = false;
            Qdrant::new(config).map_err(|source| ClusterError::Client {
                url: url.clone(),
                source: Box::new(source),
            })
        };
        Ok(Self {
            nodes: settings.urls.iter().map(client).collect::<Result<_, _>>()?,
            current: AtomicUsize::new(0),
            urls: settings.urls.join(", "),
            redundancy: settings.redundancy(),
        })
    }

    /// Waits for work on the cluster; for threads that may wait.
    pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
        RUNTIME.block_on(work)
    }

    /// Asks a node; the next one when it does not answer. What is asked may be
    /// done twice, so it must come to the same.
    pub(crate) async fn ask<T>(
        &self,
        request: impl AsyncFn(&Qdrant) -> Result<T, QdrantError>,
    ) -> Result<T, ClusterError> {
        let first = self.current.load(Ordering::Relaxed);
        let n = self.nodes.len();
        let mut last = None;
        for attempt in 0..n * N_ROUNDS {
            if attempt > 0 && attempt % n == 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let at = (first + attempt) % n;
            match request(&self.nodes[at]).await {
                Ok(answer) => {
                    self.current.store(at, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) if is_silence(&error) => last = Some(error),
                Err(error) => return Err(refused(error)),
            }
        }
        let source = last.unwrap_or(QdrantError::ConversionError("no node".into()));
        Err(ClusterError::Unreachable {
            urls: self.urls.clone(),
            source: Box::new(source),
        })
    }
}

/// Codes of gRPC: https://grpc.io/docs/guides/status-codes.
const CANCELLED: i32 = 1;
const UNKNOWN: i32 = 2;
const DEADLINE_EXCEEDED: i32 = 4;
const INTERNAL: i32 = 13;
const UNAVAILABLE: i32 = 14;
const UNAUTHENTICATED: i32 = 16;
const PERMISSION_DENIED: i32 = 7;

fn code_of(error: &QdrantError) -> Option<(i32, &str)> {
    match error {
        QdrantError::ResponseError { status } => Some((status.code() as i32, status.message())),
        _ => None,
    }
}

/// Whether another node may answer where this one did not.
fn is_silence(error: &QdrantError) -> bool {
    match code_of(error) {
        Some((CANCELLED | DEADLINE_EXCEEDED | UNAVAILABLE, _)) => true,
        // What a node says while another one that it asked has just died.
        Some((UNKNOWN | INTERNAL, message)) => [
            "connect",
            "transport",
            "h2 protocol",
            "not enough",
            "unavailable",
            "leader",
            "Timeout",
            "timed out",
        ]
        .iter()
        .any(|word| message.contains(word)),
        _ => false,
    }
}

fn refused(error: QdrantError) -> ClusterError {
    let cure = match code_of(&error) {
        Some((UNAUTHENTICATED | PERMISSION_DENIED, _)) => "; set the key in TRITHUC_QDRANT_API_KEY",
        _ => "",
    };
    ClusterError::Refused {
        message: code_of(&error).map_or_else(|| error.to_string(), |(_, said)| said.to_owned()),
        cure,
        source: Box::new(error),
    }
}
