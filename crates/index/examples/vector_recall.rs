//! Recall and speed of an index of meaning that is there, on real questions:
//! against comparing every vector of its file.
//!
//! ```sh
//! cargo run --release -p index --example vector_recall -- VECTORS.sqlite QUESTIONS.jsonl
//! ```
//!
//! QUESTIONS holds a vector a line, as a JSON array of the same model.

#![allow(
    clippy::print_stdout,
    reason = "a measuring aid prints what it measures"
)]

use std::{collections::BTreeMap, error::Error, fs, path::Path, time::Instant};

use index::vectors::{SqliteVectors, VectorQuery, VectorStore};
use records::{Clearance, RecordId};
use rusqlite::Connection;

/// Records asked for: a page, and the depth that searches rank by.
const LIMITS: [usize; 2] = [10, 200];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, questions] = &arguments[..] else {
        return Err("usage: vector_recall VECTORS.sqlite QUESTIONS.jsonl".into());
    };
    let path = Path::new(file);
    let model = SqliteVectors::model_of(path)?.ok_or("there is no such file")?;
    let store = SqliteVectors::open(path, &model)?;
    let all = passages(path, &store)?;
    let text = fs::read_to_string(questions)?;
    let questions: Vec<Vec<f32>> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    println!(
        "{} vectors of {}, {} questions",
        all.len(),
        model.id,
        questions.len()
    );
    for limit in LIMITS {
        let (mut n_found, mut n_wanted, mut seconds) = (0, 0, 0.0);
        for vector in &questions {
            let started = Instant::now();
            let found = store.search(&VectorQuery {
                vector,
                limit,
                filters: &[],
                clearance: Clearance::Staff,
            })?;
            seconds += started.elapsed().as_secs_f64();
            let wanted = nearest(&all, vector, limit);
            n_wanted += wanted.len();
            n_found += found.iter().filter(|hit| wanted.contains(&hit.id)).count();
        }
        println!(
            "recall@{limit}\t{:.4}\t{:.2} ms a search",
            n_found as f64 / n_wanted.max(1) as f64,
            seconds * 1000.0 / questions.len().max(1) as f64
        );
    }
    Ok(())
}

/// A passage's record and vector.
type Row = (RecordId, Vec<f32>);

/// Every vector with its record.
fn passages(path: &Path, store: &SqliteVectors) -> Result<Vec<Row>, Box<dyn Error>> {
    let connection = Connection::open(path)?;
    let mut asked = connection.prepare("SELECT id FROM record ORDER BY id")?;
    let ids: Vec<String> = asked
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for id in ids {
        let id = RecordId::new(id)?;
        for (_, vector) in store.passages(&id, Clearance::Staff)? {
            all.push((id.clone(), vector));
        }
    }
    Ok(all)
}

/// The records with the nearest passages.
fn nearest(all: &[Row], question: &[f32], limit: usize) -> Vec<RecordId> {
    let mut best: BTreeMap<&RecordId, f32> = BTreeMap::new();
    for (id, vector) in all {
        let cosine: f32 = vector.iter().zip(question).map(|(x, y)| x * y).sum();
        let known = best.entry(id).or_insert(cosine);
        *known = known.max(cosine);
    }
    let mut ranked: Vec<(&RecordId, f32)> = best.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
        .into_iter()
        .take(limit)
        .map(|(id, _)| id.clone())
        .collect()
}
