//! `trithuc search QUERY`: hits with highlights, facets and explanations.

use std::collections::BTreeMap;

use records::{Clearance, Lang, RecordType, Year};
use search::{
    Explanation, FacetCount, FacetField, Filter, Highlighted, Hit, Mode, SearchRequest,
    SearchResponse, Sort, TotalRelation, parse_sort,
};
use serde::Serialize;

use super::searching;
use crate::{context::Context, installation::Installation, outcome::Outcome, output};

/// Arguments of `search`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Words, "phrases", field:value, AND, OR, NOT, prefix*; "" finds every
    /// record.
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// hybrid, lexical or semantic.
    #[arg(long, default_value_t = Mode::Hybrid)]
    mode: Mode,
    /// Hits to show.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Hits to skip.
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// Narrow to FIELD:VALUE; several values of one field mean "or". The year
    /// also takes 2010..2020.
    #[arg(long = "filter", value_name = "FIELD:VALUE")]
    filters: Vec<Filter>,
    /// Count the values of this field.
    #[arg(long = "facet", value_name = "FIELD")]
    facets: Vec<FacetField>,
    /// relevance, newest, oldest or title.
    #[arg(long, default_value = "relevance", value_parser = parse_sort)]
    sort: Sort,
    /// Say what each score is made of.
    #[arg(long)]
    explain: bool,
    /// Language of titles and remarks: vi or en.
    #[arg(long, default_value = "vi")]
    lang: String,
}

/// Searches with the rights of whoever may read the data folder: everything.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let searcher = if args.mode == Mode::Lexical {
        searching::by_words(&installation)?
    } else {
        searching::searcher(&installation)?
    };
    let register = authorities::Register::load(&*installation.catalog)?;
    let filters = args.filters.iter().cloned();
    let filters = filters.map(|filter| register.as_counted(filter)).collect();
    let request = SearchRequest {
        mode: args.mode,
        limit: args.limit,
        offset: args.offset,
        filters,
        facets: args.facets.clone(),
        sort: args.sort,
        lang: Lang::parse(&args.lang),
        passages: true,
        explain: args.explain,
        ..SearchRequest::new(&args.query, Clearance::Staff)
    };
    let response = searcher.search(&request).map_err(searching::usage)?;
    if context.json {
        output::json(&Answer::from(&response))?;
    } else {
        print(&response, args.offset)?;
    }
    Ok(Outcome::Done)
}

/// The answer as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    total: u64,
    total_relation: TotalRelation,
    took_ms: f64,
    mode: Mode,
    hits: Vec<HitLine<'a>>,
    facets: &'a BTreeMap<FacetField, Vec<FacetCount>>,
    notices: &'a [String],
    suggestions: &'a [String],
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
    snippet: Option<&'a str>,
    page: Option<u32>,
    explain: Option<&'a Explanation>,
    /// Where title and snippet match, in bytes.
    highlights: Highlights<'a>,
}

#[derive(Serialize)]
struct Highlights<'a> {
    title: &'a [std::ops::Range<usize>],
    snippet: &'a [std::ops::Range<usize>],
}

impl<'a> From<&'a SearchResponse> for Answer<'a> {
    fn from(response: &'a SearchResponse) -> Self {
        Self {
            total: response.total,
            total_relation: response.total_relation,
            took_ms: response.took_ms,
            mode: response.mode,
            hits: response.hits.iter().map(HitLine::from).collect(),
            facets: &response.facets,
            notices: &response.notices,
            suggestions: &response.suggestions,
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
            snippet: hit.snippet.as_ref().map(|snippet| snippet.text.as_str()),
            page: hit.page,
            explain: hit.explain.as_ref(),
            highlights: Highlights {
                title: &hit.title.marks,
                snippet: hit
                    .snippet
                    .as_ref()
                    .map_or(&[][..], |snippet| snippet.marks.as_slice()),
            },
        }
    }
}

/// What matches stands between these, as on a page printed without colour.
pub(super) fn marked(highlighted: &Highlighted) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for mark in &highlighted.marks {
        shown.push_str(&highlighted.text[at..mark.start]);
        shown.push('«');
        shown.push_str(&highlighted.text[mark.clone()]);
        shown.push('»');
        at = mark.end;
    }
    shown.push_str(&highlighted.text[at..]);
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn print(response: &SearchResponse, offset: usize) -> anyhow::Result<()> {
    for notice in &response.notices {
        output::line(format!("! {notice}"))?;
    }
    for suggestion in &response.suggestions {
        output::line(format!("? {suggestion}"))?;
    }
    output::line(format!(
        "{} found in {:.1} ms",
        response.total, response.took_ms
    ))?;
    for (i, hit) in response.hits.iter().enumerate() {
        print_hit(offset + i + 1, hit)?;
    }
    for (field, counts) in &response.facets {
        output::line(format!("\n{field}:"))?;
        for value in counts.iter().take(10) {
            output::line(format!("  {:>7}  {}", value.count, value.value))?;
        }
    }
    Ok(())
}

fn print_hit(rank: usize, hit: &Hit) -> anyhow::Result<()> {
    let record = &hit.record;
    let year = record.year.map(|year| format!(" ({year})"));
    output::line(format!(
        "\n{rank}. {}{}",
        marked(&hit.title),
        year.unwrap_or_default()
    ))?;
    let names: Vec<&str> = record.creators().map(|agent| agent.name.as_str()).collect();
    let shown: Vec<&str> = names.iter().copied().take(4).collect();
    let more = if names.len() > 4 { " …" } else { "" };
    let venue = record.venue.as_deref().unwrap_or_default();
    output::line(format!(
        "   {} · {}{} · {}{more} · {venue}",
        hit.id,
        record.record_type,
        record
            .language
            .as_ref()
            .map(|l| format!(" · {l}"))
            .unwrap_or_default(),
        shown.join(", "),
    ))?;
    if let Some(snippet) = &hit.snippet {
        let page = hit
            .page
            .map(|page| format!("p. {page}: "))
            .unwrap_or_default();
        output::line(format!("   {page}{}", marked(snippet)))?;
    }
    match &hit.explain {
        Some(explain) => print_why(explain, hit.score),
        None => Ok(()),
    }
}

/// The arithmetic of a score.
fn print_why(explain: &Explanation, score: f64) -> anyhow::Result<()> {
    if let Some(parts) = &explain.fusion {
        output::line(format!("   score {:.4} =", score))?;
        output::line(format!(
            "     {:.4}  words: weight {:.4} × {:.4} / {:.4}",
            parts.lexical_part, parts.lexical_weight, parts.lexical_score, parts.best_lexical_score
        ))?;
        output::line(format!(
            "     {:.4}  meaning: weight {:.4} × (cosine {:.4} − {:.4}) / ({:.4} − {:.4})",
            parts.semantic_part,
            1.0 - parts.lexical_weight,
            parts.cosine.unwrap_or(parts.level_cosine),
            parts.level_cosine,
            parts.nearest_cosine,
            parts.level_cosine
        ))?;
        output::line("   words:")?;
    }
    output::line(format!("   score {:.4} =", explain.lexical))?;
    for part in &explain.terms {
        output::line(format!(
            "     {:.4}  {} × {} in {} (weight {})",
            part.score, part.term, part.frequency, part.field, part.field_weight
        ))?;
    }
    Ok(())
}
