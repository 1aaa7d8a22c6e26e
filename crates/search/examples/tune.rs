//! Measures the ranking on judged collections under other weights, so that the
//! numbers in `index/fulltext.toml` can be checked and changed.
//!
//! `cargo run --release -p search --example tune -- DIR... [KEY=V1,V2,…]... [--bare]`
//! where KEY is a path in the definition (`ranking.k1`, `fields.body.b`). Every
//! combination of the values is measured; `--bare` removes the accents from
//! the queries.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use index::{Definition, FullTextQuery, FullTextStore, QueryExpr, TantivyStore, Words};
use records::{ChangeSeq, Clearance, RecordId};
use search::evaluation::{Quality, QualitySum, beir};

const DEFINITION: &str = include_str!("../../../index/fulltext.toml");

fn main() -> Result<()> {
    let mut folders = Vec::new();
    let mut sweeps: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_bare = false;
    for argument in std::env::args().skip(1) {
        if argument == "--bare" {
            is_bare = true;
        } else if let Some((key, values)) = argument.split_once('=') {
            let values = values.split(',').map(str::to_owned).collect();
            sweeps.push((key.to_owned(), values));
        } else {
            folders.push(PathBuf::from(argument));
        }
    }
    for folder in folders {
        let place = tempfile::tempdir()?;
        let collection = Collection::build(&folder, place.path())?;
        for settings in combinations(&sweeps) {
            let definition = definition(&settings)?;
            let quality = collection.measure(place.path(), definition, is_bare)?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let shown: Vec<String> = settings.iter().map(|(k, v)| format!("{k}={v}")).collect();
            println!(
                "{name:16} ndcg@10 {:.4}  recall@10 {:.4}  recall@100 {:.4}  mrr@10 {:.4}  {}",
                quality.ndcg_10,
                quality.recall_10,
                quality.recall_100,
                quality.mrr_10,
                shown.join(" ")
            );
        }
    }
    Ok(())
}

fn combinations(sweeps: &[(String, Vec<String>)]) -> Vec<Vec<(String, String)>> {
    sweeps.iter().fold(vec![Vec::new()], |all, (key, values)| {
        all.iter()
            .flat_map(|settings| {
                values.iter().map(|value| {
                    let mut settings = settings.clone();
                    settings.push((key.clone(), value.clone()));
                    settings
                })
            })
            .collect()
    })
}

fn definition(settings: &[(String, String)]) -> Result<Definition> {
    let mut table: toml::Table = DEFINITION.parse()?;
    for (path, value) in settings {
        let (folder, key) = path
            .rsplit_once('.')
            .context("KEY is a path like ranking.k1")?;
        let mut at = &mut table;
        for part in folder.split('.') {
            let Some(toml::Value::Table(inner)) = at.get_mut(part) else {
                bail!("`{path}` is not in the definition");
            };
            at = inner;
        }
        at.insert(key.to_owned(), toml::Value::Float(value.parse()?));
    }
    Ok(Definition::parse(&table.to_string())?)
}

struct Collection {
    names: std::collections::BTreeMap<RecordId, String>,
    queries: Vec<beir::Query>,
    qrels: search::evaluation::Qrels,
}

impl Collection {
    fn build(folder: &Path, place: &Path) -> Result<Self> {
        let (queries, qrels) = beir::judged_queries(folder)?;
        let mut names = std::collections::BTreeMap::new();
        let mut records = Vec::new();
        for document in beir::corpus(folder)? {
            let name = document.id.clone();
            let record = document.into_record().context("a document has no name")?;
            names.insert(record.id.clone(), name);
            records.push(record);
        }
        let store = TantivyStore::open(place)?;
        store.upsert(&records)?;
        store.commit(ChangeSeq(1))?;
        store.finish()?;
        Ok(Self {
            names,
            queries,
            qrels,
        })
    }

    fn measure(&self, place: &Path, definition: Definition, is_bare: bool) -> Result<Quality> {
        let store = TantivyStore::open_with(place, definition)?;
        let mut sum = QualitySum::default();
        for query in &self.queries {
            let text = if is_bare {
                text::fold(&query.text)
            } else {
                query.text.clone()
            };
            let expr = QueryExpr::Words(Words {
                text,
                ..Words::default()
            });
            let mut asked = FullTextQuery::new(expr, Clearance::Staff);
            asked.limit = 100;
            let hits = store.search(&asked)?.hits;
            let ranked: Vec<String> = hits.iter().map(|hit| self.names[&hit.id].clone()).collect();
            sum.add(&ranked, &self.qrels[&query.id]);
        }
        Ok(sum.mean())
    }
}
