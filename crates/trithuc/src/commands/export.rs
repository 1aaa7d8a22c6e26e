//! `trithuc export QUERY`: all hits in a format of exchange, in the order of
//! their ids.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use catalog::{CatalogStore, Detail};
use formats::{ExportFormat, Exporter};
use records::{Clearance, RecordId};
use search::{Mode, SearchRequest, Searcher};

use crate::{context::Context, installation::Installation, outcome::Outcome};

/// Hits asked for at once.
const PAGE: usize = 10_000;

/// Records read at once: bounds the memory of their full texts.
const READ_AT_ONCE: usize = 200;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The query; "" finds every record.
    query: String,
    /// json, ris, bibtex, csl, marcxml, oai_dc, datacite, schemaorg, csv,
    /// mods, openaire or cerif.
    #[arg(long, value_name = "FORMAT")]
    format: ExportFormat,
    /// File to write; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the records; the full text only as JSON.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let ids = find(&installation, &args.query)?;
    let out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(File::create(path).with_context(|| {
            format!(
                "`{}` cannot be written; choose another file",
                path.display()
            )
        })?),
        None => Box::new(io::stdout().lock()),
    };
    match write(&installation, &ids, args.format, BufWriter::new(out)) {
        Err(error) if is_closed_pipe(&error) => Ok(Outcome::Done),
        other => other.map(|()| Outcome::Done),
    }
}

/// The ids of all hits, sorted.
pub(super) fn find(installation: &Installation, query: &str) -> anyhow::Result<Vec<RecordId>> {
    let catalog: Arc<dyn CatalogStore> = installation.catalog.clone();
    let searcher =
        Searcher::new(catalog, installation.full_text()?).with_terms(installation.terms()?);
    let mut request = SearchRequest::new(query, Clearance::Staff);
    request.mode = Mode::Lexical;
    request.limit = PAGE;
    let mut ids = Vec::new();
    loop {
        let page = searcher.search(&request)?;
        let n_hits = page.hits.len();
        ids.extend(page.hits.into_iter().map(|hit| hit.id));
        request.offset += PAGE;
        if n_hits < PAGE {
            ids.sort_unstable();
            return Ok(ids);
        }
    }
}

fn write(
    installation: &Installation,
    ids: &[RecordId],
    format: ExportFormat,
    out: impl Write,
) -> anyhow::Result<()> {
    let detail = match format {
        ExportFormat::Json => Detail::Full,
        _ => Detail::Summary,
    };
    let mut exporter = Exporter::new(format, out)?;
    for ids in ids.chunks(READ_AT_ONCE) {
        let records = installation
            .catalog
            .get_many(ids, Clearance::Staff, detail)?;
        // One that went since the search is not written.
        for stored in records.into_iter().flatten() {
            exporter.write(&stored.record, None)?;
        }
    }
    exporter.finish()?;
    Ok(())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
