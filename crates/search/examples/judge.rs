//! Measures the modes on judged collections, on the vectors that
//! `trithuc eval retrieval --cache DIR` keeps: the same numbers without building the whole
//! program, so that a ranking can be changed and measured in a minute.
//!
//! `cargo run --release -p search --example judge -- MODEL CACHE DIR [MODE]... [--bare]` where
//! MODEL is the folder of the model's weights; `--bare` removes the accents from the questions.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result};
use catalog::{Batch, CatalogStore, Put, SqliteCatalog};
use embed::{Embedder, Model, Neutral, known_means};
use index::{
    FullTextStore, TantivyStore,
    vectors::{SqliteVectors, VectorModel},
};
use records::{ChangeSeq, Clearance, Record, RecordId};
use search::{
    Meaning, Mode, SearchRequest, Searcher,
    evaluation::{QualitySum, beir, percentile},
};

/// Hits that recall is measured on.
const DEPTH: usize = 100;

fn main() -> Result<()> {
    let (flags, arguments): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let [model, cache, folder, modes @ ..] = &arguments[..] else {
        anyhow::bail!("usage: judge MODEL CACHE DIR [MODE]... [--bare]");
    };
    let is_bare = flags.iter().any(|flag| flag == "--bare");
    let place = tempfile::tempdir()?;
    let collection = Collection::open(Path::new(folder), place.path())?;
    let meaning = meaning(Path::new(model), Path::new(cache))?;
    let searcher = collection.searcher.clone().with_meaning(meaning);
    for mode in modes {
        collection.measure(&searcher, mode.parse()?, is_bare)?;
    }
    Ok(())
}

/// The model, with the vectors that were kept for it.
fn meaning(model: &Path, cache: &Path) -> Result<Meaning> {
    let model = Model::open(model, None)?;
    let embedder: Arc<dyn Embedder> = match known_means(&model.card().id) {
        Some(means) => Arc::new(Neutral::new(model, &means)?),
        None => Arc::new(model),
    };
    let known = VectorModel {
        id: embedder.model_id().to_owned(),
        dim: embedder.dim(),
    };
    let path: PathBuf = cache.join(format!("{}.sqlite", known.id.replace('/', "-")));
    anyhow::ensure!(path.exists(), "no vectors of `{}` are kept there", known.id);
    Ok(Meaning {
        vectors: Arc::new(SqliteVectors::open(&path, &known)?),
        embedder,
    })
}

struct Collection {
    names: BTreeMap<RecordId, String>,
    queries: Vec<beir::Query>,
    qrels: search::evaluation::Qrels,
    searcher: Searcher,
}

impl Collection {
    fn open(folder: &Path, place: &Path) -> Result<Self> {
        let (queries, qrels) = beir::judged_queries(folder)?;
        let mut names = BTreeMap::new();
        let mut records = Vec::new();
        for document in beir::corpus(folder)? {
            let name = document.id.clone();
            if document.title.trim().is_empty() && document.text.trim().is_empty() {
                continue;
            }
            let record = document.into_record().context("a document has no name")?;
            names.insert(record.id.clone(), name);
            records.push(record);
        }
        Ok(Self {
            searcher: searcher(records, place)?,
            names,
            queries,
            qrels,
        })
    }

    fn measure(&self, searcher: &Searcher, mode: Mode, is_bare: bool) -> Result<()> {
        let (mut sum, mut times) = (QualitySum::default(), Vec::new());
        for query in &self.queries {
            let bare = is_bare.then(|| text::fold(&query.text));
            let asked = bare.as_ref().unwrap_or(&query.text);
            let mut request = SearchRequest::new(asked.as_str(), Clearance::Staff);
            (request.mode, request.limit, request.passages) = (mode, DEPTH, false);
            let start = Instant::now();
            let hits = searcher.search_plain(&request)?.hits;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            let ranked: Vec<String> = hits.iter().map(|hit| self.names[&hit.id].clone()).collect();
            sum.add(&ranked, &self.qrels[&query.id]);
        }
        let quality = sum.mean();
        println!(
            "{mode:9} ndcg@10 {:.4} recall@10 {:.4} recall@100 {:.4} mrr@10 {:.4} p50 {:.1} ms p95 {:.1} ms",
            quality.ndcg_10,
            quality.recall_10,
            quality.recall_100,
            quality.mrr_10,
            percentile(&mut times, 0.5),
            percentile(&mut times, 0.95),
        );
        Ok(())
    }
}

/// Catalogue and full text of these records.
fn searcher(records: Vec<Record>, place: &Path) -> Result<Searcher> {
    let full_text = TantivyStore::open(place)?;
    full_text.upsert(&records)?;
    full_text.commit(ChangeSeq(records.len() as u64))?;
    full_text.finish()?;
    let catalog = SqliteCatalog::in_memory()?;
    let mut batch = Batch::new("2024-01-01T00:00:00Z".parse()?);
    batch.puts = records.into_iter().map(Put::from).collect();
    catalog.apply(batch)?;
    Ok(Searcher::new(Arc::new(catalog), Arc::new(full_text)))
}
