//! `trithuc links ID`: works that have to do with a work, with what speaks for
//! each.

use anyhow::bail;
use records::{Clearance, Identifier, Lang, RecordId, RecordType, Relation};
use search::{
    Highlighted, SearchRequest,
    links::{FoundLink, LinkEvidence},
};
use serde::Serialize;

use super::{search::marked, searching};
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `links`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Record id.
    id: String,
    /// Language of titles: vi or en.
    #[arg(long, default_value = "vi")]
    lang: String,
}

/// Looks with the rights of whoever may read the data folder: everything.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let id = RecordId::new(&args.id).map_err(|error| Usage(error.to_string()))?;
    let searcher = searching::searcher(&installation)?;
    let request = SearchRequest {
        lang: Lang::parse(&args.lang),
        ..SearchRequest::new("", Clearance::Staff)
    };
    let Some(found) = searcher.links(&id, &request)? else {
        bail!("there is no record `{id}`; look for it with `trithuc search`");
    };
    if context.json {
        let lines: Vec<LinkLine<'_>> = found
            .iter()
            .map(|link| LinkLine::of(link, &request.lang))
            .collect();
        output::json(&serde_json::json!({ "links": lines }))?;
        return Ok(Outcome::Done);
    }
    for link in &found {
        let (title, kind) = (
            link.record.display_title(&request.lang),
            link.record.record_type,
        );
        output::line(format!(
            "{title}\n   {} · {kind} · {} · {}",
            link.record.id,
            link.direction.as_str(),
            why(&link.evidence)
        ))?;
    }
    Ok(Outcome::Done)
}

fn why(evidence: &LinkEvidence) -> String {
    match evidence {
        LinkEvidence::Stated { .. } => "stated".to_owned(),
        LinkEvidence::Name {
            identifier, quote, ..
        } => format!("{}: {}", identifier.value, marked(quote)),
        LinkEvidence::Title { quote, .. } => format!("title: {}", marked(quote)),
        LinkEvidence::Cited { quote, .. } => format!("cited: {}", marked(quote)),
        LinkEvidence::Similar { similarity, .. } => format!("similar, {:.0} %", similarity * 100.0),
    }
}

#[derive(Serialize)]
struct LinkLine<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(rename = "type")]
    record_type: RecordType,
    direction: &'static str,
    evidence: EvidenceLine<'a>,
}

#[derive(Default, Serialize)]
struct EvidenceLine<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<&'a Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'a Highlighted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
}

impl<'a> LinkLine<'a> {
    fn of(link: &'a FoundLink, lang: &Lang) -> Self {
        Self {
            id: link.record.id.as_str(),
            title: link.record.display_title(lang),
            record_type: link.record.record_type,
            direction: link.direction.as_str(),
            evidence: EvidenceLine::from(&link.evidence),
        }
    }
}

impl<'a> From<&'a LinkEvidence> for EvidenceLine<'a> {
    fn from(evidence: &'a LinkEvidence) -> Self {
        let bare = Self {
            kind: evidence.as_str(),
            ..Self::default()
        };
        match evidence {
            LinkEvidence::Stated { relation } => Self {
                relation: Some(*relation),
                ..bare
            },
            LinkEvidence::Name {
                identifier,
                quote,
                page,
            } => Self {
                identifier: Some(identifier),
                quote: Some(quote),
                page: *page,
                ..bare
            },
            LinkEvidence::Title { quote, page } => Self {
                quote: Some(quote),
                page: *page,
                ..bare
            },
            LinkEvidence::Cited {
                quote,
                author,
                year,
            } => Self {
                quote: Some(quote),
                author: author.as_deref(),
                year: *year,
                ..bare
            },
            LinkEvidence::Similar { similarity, .. } => Self {
                similarity: Some(*similarity),
                ..bare
            },
        }
    }
}
