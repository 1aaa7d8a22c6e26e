//! `trithuc similar FILE|ID`: records about the same as a record or a text.

use records::{Clearance, Lang, RecordType, Year};
use search::{Hit, SearchRequest, Similar};
use serde::Serialize;

use super::{
    manuscript::{self, ToCompare},
    searching,
};
use crate::{context::Context, installation::Installation, outcome::Outcome, output};

/// Searches with the rights of whoever may read the data folder: everything.
pub(crate) fn run(args: &ToCompare, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let given = manuscript::read(&args.given, &installation)?;
    let searcher = searching::searcher(&installation)?;
    let request = SearchRequest {
        limit: args.limit,
        filters: args.filters.clone(),
        lang: Lang::parse(&args.lang),
        ..SearchRequest::new("", Clearance::Staff)
    };
    let of_record = given.record.map(|id| searcher.similar(&id, &request));
    let found = match of_record.transpose().map_err(searching::usage)?.flatten() {
        Some(found) => found,
        None => searcher
            .similar_to(&given.manuscript, &request)
            .map_err(searching::usage)?,
    };
    if context.json {
        output::json(&Answer::from(&found))?;
    } else {
        print(&found)?;
    }
    Ok(Outcome::Done)
}

#[derive(Serialize)]
struct Answer<'a> {
    mode: &'static str,
    notices: &'a [String],
    hits: Vec<HitLine<'a>>,
}

#[derive(Serialize)]
struct HitLine<'a> {
    id: &'a str,
    score: f64,
    title: &'a str,
    year: Option<Year>,
    #[serde(rename = "type")]
    record_type: RecordType,
    language: Option<&'a Lang>,
}

impl<'a> From<&'a Similar> for Answer<'a> {
    fn from(found: &'a Similar) -> Self {
        Self {
            mode: found.mode.as_str(),
            notices: &found.notices,
            hits: found.hits.iter().map(HitLine::from).collect(),
        }
    }
}

impl<'a> From<&'a Hit> for HitLine<'a> {
    fn from(hit: &'a Hit) -> Self {
        Self {
            id: hit.id.as_str(),
            score: hit.score,
            title: &hit.title.text,
            year: hit.record.year,
            record_type: hit.record.record_type,
            language: hit.record.language.as_ref(),
        }
    }
}

fn print(found: &Similar) -> anyhow::Result<()> {
    for notice in &found.notices {
        output::line(format!("! {notice}"))?;
    }
    for (hit, rank) in found.hits.iter().zip(1..) {
        let year = hit
            .record
            .year
            .map_or_else(String::new, |year| format!(" ({year})"));
        let (title, kind) = (&hit.title.text, hit.record.record_type);
        output::line(format!(
            "{rank}. {title}{year}\n   {} · {kind} · {:.3}",
            hit.id, hit.score
        ))?;
    }
    Ok(())
}
