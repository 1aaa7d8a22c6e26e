//! `trithuc eval speed`: different queries of one to five words, drawn from the
//! titles of the installation, each with facets, asked by one client or by
//! several at once in one process.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

use anyhow::bail;
use catalog::{CatalogStore, Detail, WhatChanged};
use records::{ChangeSeq, Clearance};
use search::{FacetField, Mode, SearchRequest, Searcher, evaluation::percentile};
use serde::Serialize;

use crate::{
    commands::searching, context::Context, installation::Installation, outcome::Outcome, output,
};

/// Arguments of `eval speed`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of queries.
    #[arg(long, default_value_t = 1000)]
    queries: usize,
    /// Seed of the drawing.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// lexical, semantic or hybrid.
    #[arg(long, default_value_t = Mode::Lexical)]
    mode: Mode,
    /// Facets counted with each query, of year, venue, type, language, author,
    /// institution, collection and access.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=8))]
    facets: u8,
    /// Clients that ask at the same time, each one query after another.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    clients: u16,
}

/// Facets in the order in which `--facets` takes them.
const FACETS: [FacetField; 8] = [
    FacetField::Year,
    FacetField::Venue,
    FacetField::Type,
    FacetField::Language,
    FacetField::Author,
    FacetField::Institution,
    FacetField::Collection,
    FacetField::Access,
];

#[derive(Debug, Serialize)]
struct Measured {
    mode: Mode,
    facets: u8,
    records: u64,
    index_bytes: u64,
    segments: usize,
    queries: usize,
    clients: u16,
    queries_per_s: f64,
    ms_p50: f64,
    ms_p95: f64,
    ms_max: f64,
    mean_total: f64,
}

/// Measures.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let queries = draw(&*installation.catalog, args)?;
    let full_text = installation.full_text()?;
    let stats = full_text.stats()?;
    let searcher = if args.mode == Mode::Lexical {
        searching::by_words(&installation)?
    } else {
        searching::searcher(&installation)?
    };
    let queries: Vec<String> = queries.into_iter().collect();
    let start = Instant::now();
    let asked = ask_all(&searcher, &queries, args)?;
    let took_s = start.elapsed().as_secs_f64();
    let (mut times, totals): (Vec<f64>, Vec<u64>) = asked.into_iter().unzip();
    let n_found: u64 = totals.iter().sum();
    let measured = Measured {
        mode: args.mode,
        facets: args.facets,
        records: stats.n_records,
        index_bytes: stats.bytes,
        segments: stats.n_segments,
        queries: times.len(),
        clients: args.clients,
        queries_per_s: times.len() as f64 / took_s,
        ms_p50: percentile(&mut times, 0.5),
        ms_p95: percentile(&mut times, 0.95),
        ms_max: percentile(&mut times, 1.0),
        mean_total: n_found as f64 / queries.len().max(1) as f64,
    };
    if context.json {
        output::json(&measured)?;
    } else {
        output::line(format!(
            "{} records, {:.1} MB in {} segments; {} queries by {} at once, {:.0} a second: p50 {:.2} ms, p95 {:.2} ms, max {:.2} ms; {:.0} found on average",
            measured.records,
            measured.index_bytes as f64 / 1e6,
            measured.segments,
            measured.queries,
            measured.clients,
            measured.queries_per_s,
            measured.ms_p50,
            measured.ms_p95,
            measured.ms_max,
            measured.mean_total
        ))?;
    }
    Ok(Outcome::Done)
}

/// Milliseconds and results of each query, in no order.
fn ask_all(
    searcher: &Searcher,
    queries: &[String],
    args: &Args,
) -> anyhow::Result<Vec<(f64, u64)>> {
    let next = AtomicUsize::new(0);
    let client = || -> anyhow::Result<Vec<(f64, u64)>> {
        let mut asked = Vec::new();
        while let Some(query) = queries.get(next.fetch_add(1, Relaxed)) {
            let mut request = SearchRequest::new(query, Clearance::Staff);
            request.mode = args.mode;
            request.facets = FACETS[..usize::from(args.facets)].to_vec();
            let start = Instant::now();
            let total = searcher.search_plain(&request)?.total;
            asked.push((start.elapsed().as_secs_f64() * 1000.0, total));
        }
        Ok(asked)
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..args.clients).map(|_| scope.spawn(client)).collect();
        let mut all = Vec::new();
        for client in clients {
            let asked = client.join();
            all.extend(asked.map_err(|_| anyhow::anyhow!("a client ended early"))??);
        }
        Ok(all)
    })
}

/// Runs of one to five words of titles, all different, the same for a seed.
fn draw(catalog: &dyn CatalogStore, args: &Args) -> anyhow::Result<BTreeSet<String>> {
    let mut titles = Vec::new();
    let mut after = ChangeSeq::ZERO;
    loop {
        let page = catalog.changes(after, 5000, Clearance::Staff, Detail::Summary)?;
        for change in page.changes {
            if let WhatChanged::Upsert(stored) = change.what {
                titles.extend(stored.record.title.iter().map(|(_, title)| title.clone()));
            }
        }
        after = page.up_to;
        if page.is_last {
            break;
        }
    }
    if titles.is_empty() {
        bail!("there is no title to draw queries from; take in records with `trithuc ingest PATH`");
    }
    let mut random = SplitMix64(args.seed);
    let mut queries = BTreeSet::new();
    for _ in 0..args.queries.saturating_mul(20) {
        if queries.len() >= args.queries {
            break;
        }
        let title = &titles[random.below(titles.len())];
        let words: Vec<&str> = title.split_whitespace().collect();
        let n_words = 1 + random.below(5);
        let start = random.below(words.len().saturating_sub(n_words) + 1);
        let query: Vec<&str> = words.into_iter().skip(start).take(n_words).collect();
        if query
            .iter()
            .any(|word| word.chars().any(char::is_alphanumeric))
        {
            queries.insert(query.join(" "));
        }
    }
    Ok(queries)
}

/// Steele, Lea & Flood, *Fast splittable pseudorandom number generators*,
/// OOPSLA 2014: enough to draw titles.
struct SplitMix64(u64);

impl SplitMix64 {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}
