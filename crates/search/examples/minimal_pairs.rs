//! Measures how often the document with the very accents of the query comes
//! first, where others differ from it in nothing but accents.
//!
//! `cargo run --release -p search --example minimal_pairs -- FILE...`: each line
//! of the files is a document, and its text without accents is another one. A
//! query is a pair of neighbouring syllables that stands in the files with
//! other accents too (`bán đất`, `bản đạt`), each seen at least twice. It is
//! answered well when the first hit holds it with its own accents.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use index::{AnalysedToken, FullTextQuery, FullTextStore, QueryExpr, TantivyStore, Words, analyse};
use records::{ChangeSeq, Clearance, Lang, Localised, Record, RecordId, RecordType};

/// A pair seen less often may be a slip of the writer.
const MIN_SEEN: usize = 2;

fn main() -> Result<()> {
    let mut lines = Vec::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).with_context(|| format!("`{path}`"))?;
        lines.extend(
            text.lines()
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        );
    }
    if lines.is_empty() {
        bail!("usage: minimal_pairs FILE...");
    }
    let place = tempfile::tempdir()?;
    let store = TantivyStore::open(place.path())?;
    store.upsert(&records(&lines)?)?;
    store.commit(ChangeSeq(1))?;
    store.finish()?;
    let (mut n_first, mut missed) = (0, Vec::new());
    let queries = queries(&lines);
    for query in &queries {
        let expr = QueryExpr::Words(Words {
            text: query.clone(),
            ..Words::default()
        });
        let hits = store
            .search(&FullTextQuery::new(expr, Clearance::Staff))?
            .hits;
        let first = hits.first().context("a pair of the files is not found")?;
        if holds(text_of(&first.id, &lines)?, query) {
            n_first += 1;
        } else {
            missed.push(query.as_str());
        }
    }
    println!(
        "{} documents, {} queries, exact accents first {:.4}",
        2 * lines.len(),
        queries.len(),
        f64::from(n_first) / queries.len() as f64
    );
    println!("missed: {}", missed[..missed.len().min(20)].join(", "));
    Ok(())
}

/// Each line as it stands (`e-N`), and without accents (`b-N`).
fn records(lines: &[String]) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for (kind, text) in [("e", line.clone()), ("b", text::strip_accents(line))] {
            let id = RecordId::new(format!("{kind}-{at}"))?;
            let mut record = Record::new(id, RecordType::ALL[0]);
            record.title = Localised::one(Lang::vi(), text);
            records.push(record);
        }
    }
    Ok(records)
}

/// The line of a record; nothing for one without accents.
fn text_of<'a>(id: &RecordId, lines: &'a [String]) -> Result<&'a str> {
    let Some(at) = id.as_str().strip_prefix("e-") else {
        return Ok("");
    };
    Ok(&lines[at.parse::<usize>()?])
}

fn holds(line: &str, pair: &str) -> bool {
    pairs(line).contains(pair)
}

/// Pairs of neighbouring syllables, in the form of the index.
fn pairs(line: &str) -> BTreeSet<String> {
    let tokens = analyse(line);
    let joins = |pair: &&[AnalysedToken]| {
        let between = &line[pair[0].range.end..pair[1].range.start];
        pair[0].is_syllable && pair[1].is_syllable && between == " "
    };
    let pairs = tokens.windows(2).filter(joins);
    pairs
        .map(|pair| format!("{} {}", pair[0].exact, pair[1].exact))
        .collect()
}

/// Pairs that stand in the files with other accents too.
fn queries(lines: &[String]) -> Vec<String> {
    let mut seen: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for pair in lines.iter().flat_map(|line| pairs(line)) {
        *seen
            .entry(text::fold(&pair))
            .or_default()
            .entry(pair)
            .or_default() += 1;
    }
    let mut queries = Vec::new();
    for (bare, mut exact) in seen {
        exact.retain(|pair, n| *n >= MIN_SEEN && *pair != bare);
        if exact.len() > 1 {
            queries.extend(exact.into_keys());
        }
    }
    queries
}
