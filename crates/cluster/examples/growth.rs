//! How the index of meaning grows: the same made-up vectors in the embedded
//! index and on a cluster, at several sizes.
//!
//! ```sh
//! cargo run --release -p cluster --example growth -- http://127.0.0.1:6334 10000 100000 1000000
//! ```
//!
//! The key of the cluster is in TRITHUC_QDRANT_API_KEY. Each size gives, for
//! both: seconds and records a second of filling, seconds until the graph is
//! built, recall@10 against comparing every vector, and times of a search at 1,
//! 8 and 32 clients. What it makes on the cluster is removed at the end.

#![allow(
    clippy::print_stdout,
    reason = "a measuring aid prints what it measures"
)]

use std::{
    error::Error,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

use cluster::{QdrantSettings, QdrantVectors};
use index::vectors::{
    PassageVector, SqliteVectors, TextHash, VectorBatch, VectorModel, VectorQuery, VectorStore,
};
use records::{ChangeSeq, Clearance, Record, RecordId, RecordType};

const DIM: usize = 384;
/// Heaps of texts, the dimensions that they lie in, and noise around each: as
/// embeddings of texts are spread.
const N_TOPICS: usize = 500;
const LATENT_DIM: usize = 48;
const LATENT_NOISE: f32 = 0.7;
const N_QUERIES: usize = 400;
/// Queries that are compared with looking at every vector.
const N_COMPARED: usize = 50;
const LIMIT: usize = 10;
const BATCH: usize = 1000;
const CLIENTS: [usize; 3] = [1, 8, 32];

type Fault = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("the address of a node is missing")?;
    let sizes = arguments.map(|n| n.parse());
    let sizes: Vec<usize> = sizes.collect::<Result<_, _>>()?;
    println!(
        "store\trecords\tfill s\trecords/s\tready s\trecall@{LIMIT}\tms p50/p95 at {CLIENTS:?} clients (searches/s)"
    );
    for n in sizes {
        one_size(&url, n)?;
    }
    Ok(())
}

fn one_size(url: &str, n: usize) -> Result<(), Fault> {
    let source = Source::new();
    let queries: Vec<Vec<f32>> = (0..N_QUERIES).map(|i| source.vector(n + i * 7)).collect();
    let exact = nearest(&source, &queries[..N_COMPARED], n);
    let model = VectorModel {
        id: format!("growth-{n}"),
        dim: DIM,
    };
    let folder = tempfile::tempdir()?;
    let embedded = SqliteVectors::open(&folder.path().join("vectors.sqlite"), &model)?;
    let started = Instant::now();
    fill(&embedded, &source, n)?;
    let filled_s = started.elapsed().as_secs_f64();
    embedded.optimise()?;
    let ready_s = started.elapsed().as_secs_f64();
    report(
        "embedded",
        &embedded,
        &queries,
        &exact,
        n,
        [filled_s, ready_s],
    )?;
    drop(embedded);
    let settings = QdrantSettings {
        urls: url.split(',').map(str::to_owned).collect(),
        prefix: format!("growth-{}", std::process::id()),
        api_key: std::env::var("TRITHUC_QDRANT_API_KEY").ok(),
        ..QdrantSettings::default()
    };
    let cluster = QdrantVectors::open(&settings, &model)?;
    let started = Instant::now();
    fill(&cluster, &source, n)?;
    let filled_s = started.elapsed().as_secs_f64();
    while !cluster.is_settled()? {
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    let ready_s = started.elapsed().as_secs_f64();
    let reported = report(
        "cluster",
        &cluster,
        &queries,
        &exact,
        n,
        [filled_s, ready_s],
    );
    QdrantVectors::remove(&settings, &model)?;
    reported
}

/// Vectors around topics; each is made anew from its number.
struct Source {
    /// `[LATENT_DIM, DIM]`
    basis: Vec<Vec<f32>>,
    /// `[N_TOPICS, LATENT_DIM]`
    topics: Vec<Vec<f32>>,
}

impl Source {
    fn new() -> Self {
        let mut random = Random(0x2545_F491_4F6C_DD1D);
        Self {
            basis: (0..LATENT_DIM).map(|_| random.normals(DIM)).collect(),
            topics: (0..N_TOPICS).map(|_| random.normals(LATENT_DIM)).collect(),
        }
    }

    /// The vector of a number, of length 1.
    fn vector(&self, number: usize) -> Vec<f32> {
        let mut random = Random((number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let noise = random.normals(LATENT_DIM);
        let mut vector = vec![0.0; DIM];
        let topic = &self.topics[number % N_TOPICS];
        for ((t, n), basis) in topic.iter().zip(&noise).zip(&self.basis) {
            let weight = t + LATENT_NOISE * n;
            let sums = vector.iter_mut().zip(basis);
            sums.for_each(|(x, b)| *x += weight * b);
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        vector
    }
}

/// Marsaglia, *Xorshift RNGs*, 2003.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Nearly normal: a sum of uniform numbers.
    fn normals(&mut self, n: usize) -> Vec<f32> {
        let mut normal = || (0..6).map(|_| self.uniform()).sum::<f32>() - 3.0;
        (0..n).map(|_| normal()).collect()
    }
}

fn id(number: usize) -> Result<RecordId, Fault> {
    Ok(RecordId::new(format!("r{number:07}"))?)
}

/// The numbers of the nearest vectors of each query, by comparing all.
fn nearest(source: &Source, queries: &[Vec<f32>], n: usize) -> Vec<Vec<usize>> {
    let mut best: Vec<Vec<(f32, usize)>> = vec![Vec::new(); queries.len()];
    for number in 0..n {
        let vector = source.vector(number);
        for (query, best) in queries.iter().zip(&mut best) {
            let cosine = query.iter().zip(&vector).map(|(a, b)| a * b).sum::<f32>();
            if best.len() < LIMIT || best[LIMIT - 1].0 < cosine {
                let at = best.partition_point(|known| known.0 >= cosine);
                best.insert(at, (cosine, number));
                best.truncate(LIMIT);
            }
        }
    }
    let numbers = |best: Vec<(f32, usize)>| best.into_iter().map(|(_, number)| number).collect();
    best.into_iter().map(numbers).collect()
}

fn fill(store: &dyn VectorStore, source: &Source, n: usize) -> Result<(), Fault> {
    for first in (0..n).step_by(BATCH) {
        let numbers = first..n.min(first + BATCH);
        let records: Vec<Record> = numbers
            .clone()
            .map(|number| Ok(Record::new(id(number)?, RecordType::Paper)))
            .collect::<Result<_, Fault>>()?;
        let passage = |number: usize| PassageVector {
            hash: TextHash((number as u128).to_le_bytes()),
            vector: Some(source.vector(number)),
            text: String::new(),
            page: None,
        };
        let upserts = records.iter().zip(numbers);
        store.apply(&VectorBatch {
            upserts: upserts
                .map(|(record, number)| (record, vec![passage(number)]))
                .collect(),
            deletes: Vec::new(),
            seq: ChangeSeq((first + BATCH) as u64),
        })?;
    }
    Ok(())
}

fn report(
    name: &str,
    store: &dyn VectorStore,
    queries: &[Vec<f32>],
    exact: &[Vec<usize>],
    n: usize,
    [filled_s, ready_s]: [f64; 2],
) -> Result<(), Fault> {
    let mut n_found = 0;
    for (query, exact) in queries.iter().zip(exact) {
        let found = search(store, query)?;
        let wanted: Vec<RecordId> = exact.iter().copied().map(id).collect::<Result<_, _>>()?;
        n_found += wanted.iter().filter(|id| found.contains(id)).count();
    }
    let recall = n_found as f64 / (exact.len() * LIMIT.min(n)) as f64;
    let mut line = format!(
        "{name}\t{n}\t{filled_s:.1}\t{:.0}\t{ready_s:.1}\t{recall:.4}\t",
        n as f64 / filled_s
    );
    for clients in CLIENTS {
        let (times_ms, per_s) = ask_at_once(store, queries, clients)?;
        let at = |share: f64| times_ms[((times_ms.len() - 1) as f64 * share) as usize];
        line += &format!("{:.2}/{:.2} ({per_s:.0})  ", at(0.5), at(0.95));
    }
    println!("{line}");
    Ok(())
}

fn search(store: &dyn VectorStore, vector: &[f32]) -> Result<Vec<RecordId>, Fault> {
    let found = store.search(&VectorQuery {
        vector,
        limit: LIMIT,
        filters: &[],
        clearance: Clearance::Public,
    })?;
    Ok(found.into_iter().map(|hit| hit.id).collect())
}

/// Milliseconds of all searches, sorted, and searches a second.
fn ask_at_once(
    store: &dyn VectorStore,
    queries: &[Vec<f32>],
    clients: usize,
) -> Result<(Vec<f64>, f64), Fault> {
    let next = AtomicUsize::new(0);
    let client = || -> Result<Vec<f64>, Fault> {
        let mut times_ms = Vec::new();
        while let Some(query) = queries.get(next.fetch_add(1, Relaxed)) {
            let started = Instant::now();
            search(store, query)?;
            times_ms.push(started.elapsed().as_secs_f64() * 1e3);
        }
        Ok(times_ms)
    };
    let started = Instant::now();
    let mut times_ms = std::thread::scope(|scope| -> Result<Vec<f64>, Fault> {
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.join().map_err(|_| "a client ended early")??);
        }
        Ok(all)
    })?;
    let per_s = times_ms.len() as f64 / started.elapsed().as_secs_f64();
    times_ms.sort_by(f64::total_cmp);
    Ok((times_ms, per_s))
}
