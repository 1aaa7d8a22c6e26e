//! `trithuc eval retrieval DIR`: takes the corpus in through the product's own
//! pipeline, into a folder that is thrown away, and ranks the judged queries.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context as _, bail};
use catalog::CatalogStore;
use embed::DEFAULT_MODEL;
use ingest::{IngestOptions, Ingester};
use jiff::Timestamp;
use records::{Clearance, RecordId};
use search::{
    Meaning, Mode, SearchRequest, Searcher,
    evaluation::{Quality, QualitySum, beir, ndcg, percentile},
};
use serde::Serialize;

use crate::{
    context::Context,
    home::Home,
    indexes::Indexes,
    installation::{Installation, meaning_in},
    models,
    outcome::Outcome,
    output, vectorising,
};

/// Hits that recall is measured on.
const DEPTH: usize = 100;

/// Arguments of `eval retrieval`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// lexical, semantic or hybrid; several are measured one after another.
    #[arg(long = "mode", default_values_t = [Mode::Lexical])]
    modes: Vec<Mode>,
    /// Remove the accents from the queries.
    #[arg(long)]
    strip_accents: bool,
    /// Keep the vectors in this folder, so that a second measurement need not
    /// make them again.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Measure with this embedding model; see `trithuc model list`.
    #[arg(long, value_name = "MODEL", default_value = DEFAULT_MODEL)]
    model: String,
    /// Write the rankings as a TREC run.
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct Measured {
    mode: Mode,
    #[serde(flatten)]
    quality: Quality,
    index_seconds: f64,
    ms_per_query_p50: f64,
    ms_per_query_p95: f64,
}

/// Measures every mode asked for.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let mut run_file = args.run.as_deref().map(create).transpose()?;
    let mut measured = Vec::new();
    for row in measure(args, context, run_file.as_mut())? {
        measured.push(row.measured);
    }
    if let Some(mut out) = run_file {
        out.flush().context("the run cannot be written")?;
    }
    if context.json {
        output::json(&measured)?;
    } else {
        print(&measured)?;
    }
    Ok(Outcome::Done)
}

/// A mode with the nDCG@10 of each judged query, by its name.
pub(crate) struct ByQuery {
    pub(crate) mode: Mode,
    pub(crate) ndcg_10: BTreeMap<String, f64>,
    measured: Measured,
}

/// What a measurement of one mode by the default model needs to know.
pub(super) fn one_mode(folder: &Path, mode: Mode, cache: Option<&Path>) -> Args {
    Args {
        folder: folder.to_owned(),
        modes: vec![mode],
        strip_accents: false,
        cache: cache.map(Path::to_owned),
        model: DEFAULT_MODEL.to_owned(),
        run: None,
    }
}

/// Measures a model in these modes on a judged set.
pub(crate) fn by_query(
    folder: &Path,
    model: &str,
    modes: &[Mode],
    cache: Option<&Path>,
    context: &Context,
) -> anyhow::Result<Vec<ByQuery>> {
    let args = Args {
        folder: folder.to_owned(),
        modes: modes.to_vec(),
        strip_accents: false,
        cache: cache.map(Path::to_owned),
        model: model.to_owned(),
        run: None,
    };
    measure(&args, context, None)
}

fn measure(
    args: &Args,
    context: &Context,
    mut run_file: Option<&mut BufWriter<File>>,
) -> anyhow::Result<Vec<ByQuery>> {
    let (queries, qrels) = beir::judged_queries(&args.folder)?;
    let place = tempfile::tempdir().context("no temporary folder can be made")?;
    let start = Instant::now();
    let collection = Collection::build(args, place.path(), &context.data)?;
    let index_seconds = start.elapsed().as_secs_f64();
    let mut rows = Vec::new();
    for mode in &args.modes {
        let mut sum = QualitySum::default();
        let mut times = Vec::new();
        let mut ndcg_10 = BTreeMap::new();
        for query in &queries {
            let text = if args.strip_accents {
                text::fold(&query.text)
            } else {
                query.text.clone()
            };
            let start = Instant::now();
            let ranked = collection.rank(&text, *mode)?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            if let Some(out) = &mut run_file {
                write_run(out, &query.id, &ranked, *mode)?;
            }
            let names: Vec<String> = ranked.into_iter().map(|(name, _)| name).collect();
            let grades = &qrels[&query.id];
            ndcg_10.insert(query.id.clone(), ndcg(&names, grades, 10));
            sum.add(&names, grades);
        }
        let measured = Measured {
            mode: *mode,
            quality: sum.mean(),
            index_seconds,
            ms_per_query_p50: percentile(&mut times, 0.5),
            ms_per_query_p95: percentile(&mut times, 0.95),
        };
        rows.push(ByQuery {
            mode: *mode,
            ndcg_10,
            measured,
        });
    }
    Ok(rows)
}

pub(super) struct Collection {
    pub(super) searcher: Searcher,
    names: BTreeMap<RecordId, String>,
}

impl Collection {
    /// Takes the corpus in. The lines are written anew with the names that the
    /// catalogue will give, so that rankings can be compared with judgements.
    pub(super) fn build(args: &Args, place: &Path, data: &Path) -> anyhow::Result<Self> {
        let folder = args.folder.as_path();
        let lines = place.join("corpus.jsonl");
        let mut out = create(&lines)?;
        let mut names = BTreeMap::new();
        let mut n_empty = 0;
        for document in beir::corpus(folder)? {
            // The catalogue takes no record without a word; no search finds one.
            if document.title.trim().is_empty() && document.text.trim().is_empty() {
                n_empty += 1;
                continue;
            }
            let Some(id) = RecordId::from_text(&document.id) else {
                bail!("a document of the corpus has an empty `_id`; give it one");
            };
            let line = serde_json::json!({
                "id": id, "title": document.title, "text": document.text
            });
            writeln!(out, "{line}").context("the corpus cannot be copied")?;
            if let Some(other) = names.insert(id, document.id.clone()) {
                bail!(
                    "`{other}` and `{}` would be one record; rename one",
                    document.id
                );
            }
        }
        out.flush().context("the corpus cannot be copied")?;
        if n_empty > 0 {
            eprintln!("trithuc: {n_empty} documents without a word are left out of the index");
        }
        let home = Home::in_folder(&place.join("data"));
        let mut installation = Installation::open_or_create(&home)?;
        installation.indexes = installation.indexes.for_measuring()?;
        let full_text = installation.full_text()?;
        let ingester = Ingester {
            catalog: &*installation.catalog,
            files: &installation.files,
            options: &IngestOptions::default(),
            // A judged set holds records, no documents.
            documents: &extract::InProcess::default(),
            unpacker: None,
            is_again: false,
            now: &Timestamp::now,
            progress: &|_| {},
        };
        let (report, _) = ingester.run_and_index(&[lines], &*full_text)?;
        if report.added != names.len() as u64 {
            bail!(
                "{} of {} documents were taken in; {:?}",
                report.added,
                names.len(),
                report.quarantined.first()
            );
        }
        let catalog: Arc<dyn CatalogStore> = installation.catalog.clone();
        let mut searcher = Searcher::new(catalog, full_text);
        if args.modes.iter().any(|mode| *mode != Mode::Lexical) {
            searcher = searcher.with_meaning(vectors(args, place, data, &installation)?);
        }
        Ok(Self { searcher, names })
    }

    /// Names and scores, best first. Questions are read as plain words.
    fn rank(&self, text: &str, mode: Mode) -> anyhow::Result<Vec<(String, f64)>> {
        let mut request = SearchRequest::new(text, Clearance::Staff);
        request.mode = mode;
        request.limit = DEPTH;
        request.passages = false;
        let hits = self.searcher.search_plain(&request)?.hits;
        Ok(hits
            .into_iter()
            .filter_map(|hit| Some((self.names.get(&hit.id)?.clone(), hit.score)))
            .collect())
    }
}

/// The vectors of the corpus, in the cache when there is one.
///
/// * `data`: the installation whose models may be measured.
fn vectors(
    args: &Args,
    place: &Path,
    data: &Path,
    installation: &Installation,
) -> anyhow::Result<Meaning> {
    let model = models::open_known(data, &args.model)?;
    let folder = args.cache.as_deref().unwrap_or(place);
    let meaning = meaning_in(&installation.indexes, model, folder)?;
    if let (Some(cache), false) = (&args.cache, installation.indexes.is_embedded()) {
        let known = meaning_in(&Indexes::Embedded, meaning.embedder.clone(), cache)?;
        vectorising::take_over(&*known.vectors, &*meaning.vectors, &vectorising::bar())?;
    }
    // A cache may stand at the end of another corpus: take all of it out, and
    // let its texts be known.
    meaning.vectors.clear()?;
    let bar = vectorising::bar();
    vectorising::vectorise(&*installation.catalog, &meaning, &bar)?;
    bar.finish_and_clear();
    Ok(meaning)
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| {
        format!(
            "`{}` cannot be written; choose another file",
            path.display()
        )
    })?;
    Ok(BufWriter::new(file))
}

/// `query Q0 name rank score tag`. Programs that read runs sort by the score
/// again; equal scores would lose our order, so the rank is written as a score.
fn write_run(
    out: &mut impl Write,
    query: &str,
    ranked: &[(String, f64)],
    mode: Mode,
) -> anyhow::Result<()> {
    for (i, (name, _)) in ranked.iter().enumerate() {
        let score = DEPTH.saturating_sub(i);
        writeln!(
            out,
            "{query}\tQ0\t{name}\t{}\t{score}\ttrithuc-{mode}",
            i + 1
        )
        .context("the run cannot be written")?;
    }
    Ok(())
}

fn print(measured: &[Measured]) -> anyhow::Result<()> {
    output::line(
        "mode      ndcg@10 recall@10 recall@100  mrr@10 queries  index s  p50 ms  p95 ms",
    )?;
    for row in measured {
        let quality = &row.quality;
        output::line(format!(
            "{:9} {:7.4} {:9.4} {:10.4} {:7.4} {:7} {:8.2} {:7.2} {:7.2}",
            row.mode.as_str(),
            quality.ndcg_10,
            quality.recall_10,
            quality.recall_100,
            quality.mrr_10,
            quality.queries,
            row.index_seconds,
            row.ms_per_query_p50,
            row.ms_per_query_p95
        ))?;
    }
    Ok(())
}
