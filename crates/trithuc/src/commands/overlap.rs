//! `trithuc overlap FILE|ID`: what of a text stands in the library already,
//! passage beside passage.

use records::{Clearance, Lang, RecordType, Year};
use search::{
    Highlighted, OverlapRequest,
    overlap::{Compared, Overlap, PassagePair, RecordOverlap, Side},
};
use serde::Serialize;

use super::{
    manuscript::{self, ToCompare},
    search::marked,
    searching,
};
use crate::{context::Context, installation::Installation, outcome::Outcome, output};

/// Arguments of `overlap`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    what: ToCompare,
    /// Look records up for this many passages from the beginning; all when not
    /// given.
    #[arg(long, value_name = "N")]
    passages: Option<usize>,
}

/// Compares with the rights of whoever may read the data folder: everything.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let given = manuscript::read(&args.what.given, &installation)?;
    let searcher = searching::searcher(&installation)?;
    let request = OverlapRequest {
        except: given.record,
        filters: args.what.filters.clone(),
        lang: Lang::parse(&args.what.lang),
        limit: args.what.limit,
        max_passages: args.passages.unwrap_or(usize::MAX),
        ..OverlapRequest::new(given.manuscript, Clearance::Staff)
    };
    let found = searcher.overlap(&request).map_err(searching::usage)?;
    if context.json {
        output::json(&Answer::of(&found, &request.lang))?;
    } else {
        print(&found, &request.lang)?;
    }
    Ok(Outcome::Done)
}

#[derive(Serialize)]
struct Answer<'a> {
    compared: Compared,
    notices: &'a [String],
    records: Vec<RecordLine<'a>>,
}

#[derive(Serialize)]
struct RecordLine<'a> {
    id: &'a str,
    title: &'a str,
    year: Option<Year>,
    #[serde(rename = "type")]
    record_type: RecordType,
    similarity: f64,
    n_shared_words: usize,
    pairs: Vec<PairLine<'a>>,
}

#[derive(Serialize)]
struct PairLine<'a> {
    kind: &'static str,
    similarity: f64,
    cosine: Option<f32>,
    n_shared_words: usize,
    own: SideLine<'a>,
    theirs: SideLine<'a>,
}

#[derive(Serialize)]
struct SideLine<'a> {
    number: usize,
    page: Option<u32>,
    language: &'static str,
    text: &'a str,
    /// Shared runs, in bytes.
    highlights: &'a [std::ops::Range<usize>],
}

impl<'a> Answer<'a> {
    fn of(found: &'a Overlap, lang: &Lang) -> Self {
        let records = found
            .records
            .iter()
            .map(|record| RecordLine::of(record, lang));
        Self {
            compared: found.compared,
            notices: &found.notices,
            records: records.collect(),
        }
    }
}

impl<'a> RecordLine<'a> {
    fn of(found: &'a RecordOverlap, lang: &Lang) -> Self {
        Self {
            id: found.record.id.as_str(),
            title: found.record.display_title(lang),
            year: found.record.year,
            record_type: found.record.record_type,
            similarity: found.similarity,
            n_shared_words: found.n_shared_words,
            pairs: found.pairs.iter().map(PairLine::from).collect(),
        }
    }
}

impl<'a> From<&'a PassagePair> for PairLine<'a> {
    fn from(pair: &'a PassagePair) -> Self {
        Self {
            kind: pair.kind.as_str(),
            similarity: pair.similarity,
            cosine: pair.cosine,
            n_shared_words: pair.n_shared_words,
            own: SideLine::from(&pair.own),
            theirs: SideLine::from(&pair.theirs),
        }
    }
}

impl<'a> From<&'a Side> for SideLine<'a> {
    fn from(side: &'a Side) -> Self {
        let Highlighted { text, marks } = &side.text;
        Self {
            number: side.number,
            page: side.page,
            language: side.lang,
            text,
            highlights: marks,
        }
    }
}

fn print(found: &Overlap, lang: &Lang) -> anyhow::Result<()> {
    for notice in &found.notices {
        output::line(format!("! {notice}"))?;
    }
    let compared = found.compared;
    output::line(format!(
        "{} passages compared with {} records, {} of them passage by passage; {} of {} words stand in those below",
        compared.n_looked_up,
        compared.n_records,
        compared.n_examined,
        compared.n_shared_words,
        compared.n_words
    ))?;
    for (record, rank) in found.records.iter().zip(1..) {
        let title = record.record.display_title(lang);
        output::line(format!(
            "\n{rank}. {title}\n   {} · {} · {:.0} % · {} words shared",
            record.record.id,
            record.record.record_type,
            record.similarity * 100.0,
            record.n_shared_words
        ))?;
        for pair in &record.pairs {
            let kind = pair.kind.as_str().replace('_', " ");
            output::line(format!("   {:.0} % {kind}", pair.similarity * 100.0))?;
            output::line(format!(
                "     text{}: {}",
                place(&pair.own),
                marked(&pair.own.text)
            ))?;
            output::line(format!(
                "     record{}: {}",
                place(&pair.theirs),
                marked(&pair.theirs.text)
            ))?;
        }
    }
    Ok(())
}

fn place(side: &Side) -> String {
    side.page
        .map_or_else(String::new, |page| format!(", p. {page}"))
}
