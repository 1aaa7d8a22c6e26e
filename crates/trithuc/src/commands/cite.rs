//! `trithuc cite ID`: the citation of one record.

use anyhow::bail;
use catalog::Detail;
use citations::{Style, cite};
use records::{Clearance, RecordId};
use serde::Serialize;

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `cite`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Record id.
    id: String,
    /// apa, ieee, vancouver, chicago, mla, harvard, iso690, acs, ama or nature.
    #[arg(long, default_value = "apa")]
    style: Style,
    /// Language of the terms: vi or en.
    #[arg(long, default_value = "vi")]
    lang: String,
}

#[derive(Serialize)]
struct Answer {
    style: &'static str,
    text: String,
}

/// Prints the citation.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let id = RecordId::new(&args.id).map_err(|error| Usage(error.to_string()))?;
    // Whoever may run this program may read the data folder itself.
    let stored = installation
        .catalog
        .get(&id, Clearance::Staff, Detail::Summary)?;
    let Some(stored) = stored else {
        bail!("there is no record `{id}`; look for it with `trithuc search`");
    };
    let text = cite(&stored.record, args.style, &args.lang)?.text();
    if context.json {
        let style = args.style.as_str();
        output::json(&Answer { style, text })?;
    } else {
        output::line(&text)?;
    }
    Ok(Outcome::Done)
}
