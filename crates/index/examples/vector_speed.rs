//! Recall and speed of the index of meaning on made-up vectors: heaps in a
//! space of few dimensions with noise, as embeddings of texts are.
//!
//! ```sh
//! cargo run --release -p index --features testsuite --example vector_speed -- [N_VECTORS] [DIM]
//! ```
//!
//! `-- write FILE [N_VECTORS] [DIM]` writes the vectors and the queries for other
//! engines (`scripts/rival_vectors.py`).
//!
//! Recall is against comparing all vectors. Filters are facets: `venue` keeps
//! one record of ten, `collection` one of 200.

#![allow(
    clippy::print_stdout,
    reason = "a measuring aid prints what it measures"
)]

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    time::Instant,
};

use index::{
    Filter,
    vectors::{
        MemoryVectors, PassageVector, SqliteVectors, TextHash, VectorBatch, VectorModel,
        VectorQuery, VectorStore,
    },
};
use records::{ChangeSeq, Clearance, Record, RecordId, RecordType};

/// Heaps and the dimensions that they lie in.
const N_TOPICS: usize = 500;
const LATENT_DIM: usize = 48;
/// Noise of a vector in the latent space, and in all dimensions.
const LATENT_NOISE: f32 = 0.7;
const NOISE: f32 = 0.05;
const N_QUERIES: usize = 500;
/// Queries that are compared with the oracle, which looks at every vector.
const N_COMPARED: usize = 100;
const LIMIT: usize = 10;
const BATCH: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let first = std::env::args().nth(1);
    if first.as_deref() == Some("open") {
        return open(&std::env::args().skip(2).collect::<Vec<_>>());
    }
    let written = (first.as_deref() == Some("write"))
        .then(|| arguments.nth(1).ok_or("write takes a file"))
        .transpose()?;
    let n: usize = arguments.next().map_or(Ok(100_000), |n| n.parse())?;
    let dim: usize = arguments.next().map_or(Ok(384), |n| n.parse())?;
    let mut source = Source::new(dim);
    let vectors: Vec<Vec<f32>> = (0..n).map(|i| source.vector(i)).collect();
    let queries: Vec<Vec<f32>> = (0..N_QUERIES).map(|i| source.vector(i * 7)).collect();
    if let Some(path) = written {
        return write(&path, [&vectors, &queries]);
    }
    let model = VectorModel {
        id: "speed/1".into(),
        dim,
    };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("vectors.sqlite");
    let before_mb = resident_mb();
    let store = SqliteVectors::open(&path, &model)?;
    let (started, started_s) = (Instant::now(), cpu_s());
    fill(&store, &vectors)?;
    let (filled, filled_s) = (started.elapsed().as_secs_f64(), cpu_s() - started_s);
    store.optimise()?;
    println!(
        "build\t{:.1} s, processor time {:.1} s (of it filling {filled:.1}, {filled_s:.1} s)",
        started.elapsed().as_secs_f64(),
        cpu_s() - started_s
    );
    println!(
        "memory\t{} MB\tdisk {} MB",
        resident_mb().saturating_sub(before_mb),
        store.stats()?.bytes >> 20
    );
    let started = Instant::now();
    drop(SqliteVectors::open(&path, &model)?);
    println!("open\t{:.2} s", started.elapsed().as_secs_f64());
    // In a process of its own: this one still holds what building took.
    let opened = std::process::Command::new(std::env::current_exe()?)
        .arg("open")
        .arg(&path)
        .arg(dim.to_string())
        .output()?;
    print!("{}", String::from_utf8_lossy(&opened.stdout));
    let oracle = MemoryVectors::new(model);
    fill(&oracle, &vectors)?;
    for (name, filter) in [
        ("no filter", None),
        ("10 %", Some("venue:v3")),
        ("0.5 %", Some("collection:c7")),
    ] {
        let filters: Vec<Filter> = filter.map(str::parse).transpose()?.into_iter().collect();
        report_searches(&store, &oracle, &queries, name, &filters)?;
    }
    report_inserts(&store, &mut source, n)
}

/// The vectors, then the queries, as little-endian floats without a head.
fn write(path: &str, parts: [&Vec<Vec<f32>>; 2]) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    for value in parts.into_iter().flatten().flatten() {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(file.flush()?)
}

/// Vectors around topics.
struct Source {
    dim: usize,
    state: u64,
    /// `[LATENT_DIM, dim]`
    basis: Vec<Vec<f32>>,
    /// `[N_TOPICS, LATENT_DIM]`
    topics: Vec<Vec<f32>>,
}

impl Source {
    fn new(dim: usize) -> Self {
        let mut source = Self {
            dim,
            state: 0x2545_F491_4F6C_DD1D,
            basis: Vec::new(),
            topics: Vec::new(),
        };
        source.basis = (0..LATENT_DIM).map(|_| source.normals(dim)).collect();
        source.topics = (0..N_TOPICS).map(|_| source.normals(LATENT_DIM)).collect();
        source
    }

    /// Uniform in [0, 1) (xorshift).
    fn uniform(&mut self) -> f32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Nearly normal: a sum of uniform numbers.
    fn normals(&mut self, n: usize) -> Vec<f32> {
        let normal = |s: &mut Self| (0..6).map(|_| s.uniform()).sum::<f32>() - 3.0;
        (0..n)
            .map(|_| normal(self) * std::f32::consts::SQRT_2)
            .collect()
    }

    /// A vector of length 1 around topic `number`.
    fn vector(&mut self, number: usize) -> Vec<f32> {
        let noise = self.normals(LATENT_DIM);
        let mut vector: Vec<f32> = self.normals(self.dim);
        vector
            .iter_mut()
            .for_each(|x| *x *= NOISE * LATENT_DIM as f32 / 7.0);
        let topic = self.topics[number % N_TOPICS].iter();
        for ((t, n), basis) in topic.zip(&noise).zip(&self.basis) {
            let weight = t + LATENT_NOISE * n;
            vector
                .iter_mut()
                .zip(basis)
                .for_each(|(x, b)| *x += weight * b);
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        vector
    }
}

fn record(number: usize) -> Result<Record, Box<dyn Error>> {
    let mut record = Record::new(RecordId::new(format!("r{number:07}"))?, RecordType::Paper);
    record.venue = Some(format!("v{}", number % 10));
    record.collections = vec![format!("c{}", number / 10 % 200)];
    Ok(record)
}

fn passage(number: usize, vector: &[f32]) -> PassageVector {
    PassageVector {
        hash: TextHash((number as u128).to_le_bytes()),
        vector: Some(vector.to_vec()),
        text: String::new(),
        page: None,
    }
}

/// What an index that was only opened takes up, after some searches.
fn open(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [path, dim] = arguments else {
        return Err("open takes a file and a number".into());
    };
    let model = VectorModel {
        id: "speed/1".into(),
        dim: dim.parse()?,
    };
    let before_mb = resident_mb();
    let store = SqliteVectors::open(std::path::Path::new(path), &model)?;
    let mut source = Source::new(model.dim);
    for i in 0..N_COMPARED {
        store.search(&VectorQuery {
            vector: &source.vector(i),
            limit: LIMIT,
            filters: &[],
            clearance: Clearance::Staff,
        })?;
    }
    println!(
        "memory of an opened index\t{} MB",
        resident_mb().saturating_sub(before_mb)
    );
    Ok(())
}

fn fill(store: &dyn VectorStore, vectors: &[Vec<f32>]) -> Result<(), Box<dyn Error>> {
    for (batch, vectors) in vectors.chunks(BATCH).enumerate() {
        let first = batch * BATCH;
        let records: Vec<Record> = (first..first + vectors.len())
            .map(record)
            .collect::<Result<_, _>>()?;
        let upserts = records.iter().zip(vectors).zip(first..);
        store.apply(&VectorBatch {
            upserts: upserts
                .map(|((record, vector), number)| (record, vec![passage(number, vector)]))
                .collect(),
            deletes: Vec::new(),
            seq: ChangeSeq(batch as u64 + 1),
        })?;
    }
    Ok(())
}

fn report_searches<'q>(
    store: &dyn VectorStore,
    oracle: &dyn VectorStore,
    queries: &'q [Vec<f32>],
    name: &str,
    filters: &'q [Filter],
) -> Result<(), Box<dyn Error>> {
    let ask = |vector: &'q Vec<f32>| VectorQuery {
        vector,
        limit: LIMIT,
        filters,
        clearance: Clearance::Public,
    };
    let asked: Vec<VectorQuery<'_>> = queries.iter().map(ask).collect();
    let mut best_s = f64::INFINITY;
    let mut found = Vec::new();
    for _ in 0..3 {
        let started_s = cpu_s();
        found = asked
            .iter()
            .map(|q| store.search(q))
            .collect::<Result<Vec<_>, _>>()?;
        best_s = best_s.min(cpu_s() - started_s);
    }
    let mut n_found = 0;
    for (query, found) in asked.iter().zip(&found).take(N_COMPARED) {
        let wanted = oracle.search(query)?;
        n_found += wanted
            .iter()
            .filter(|hit| found.iter().any(|other| other.id == hit.id))
            .count();
    }
    println!(
        "{name}\trecall@{LIMIT} {:.4}\t{:.0} searches a second of processor time",
        n_found as f64 / (queries.len().min(N_COMPARED) * LIMIT) as f64,
        queries.len() as f64 / best_s
    );
    Ok(())
}

fn report_inserts(
    store: &dyn VectorStore,
    source: &mut Source,
    n: usize,
) -> Result<(), Box<dyn Error>> {
    let mut times_ms = Vec::new();
    for number in n..n + 100 {
        let (record, vector) = (record(number)?, source.vector(number));
        let batch = VectorBatch {
            upserts: vec![(&record, vec![passage(number, &vector)])],
            deletes: Vec::new(),
            seq: ChangeSeq(number as u64),
        };
        let started = Instant::now();
        store.apply(&batch)?;
        let found = store.search(&VectorQuery {
            vector: &vector,
            limit: 1,
            filters: &[],
            clearance: Clearance::Public,
        })?;
        times_ms.push(started.elapsed().as_secs_f64() * 1e3);
        if found.first().map(|hit| &hit.id) != Some(&record.id) {
            return Err("an inserted record is not found".into());
        }
    }
    times_ms.sort_by(f64::total_cmp);
    println!(
        "insert and find one\tp50 {:.2} ms\tp95 {:.2} ms",
        times_ms[50], times_ms[95]
    );
    Ok(())
}

/// Seconds that the threads of this process have run.
fn cpu_s() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let stats = tasks.flatten().filter_map(|task| {
        let line = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        line.split(' ').next()?.parse::<f64>().ok()
    });
    stats.sum::<f64>() / 1e9
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1));
    kb.and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}
