//! `trithuc trends alerts`: what deserves a look.

use reports::{Language, trend_alerts};

use super::{AsOf, with_library};
use crate::{context::Context, outcome::Outcome, output};

/// Arguments of `trends alerts`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Language of the sentences: vi or en.
    #[arg(long, default_value_t = Language::Vi)]
    lang: Language,
    #[command(flatten)]
    now: AsOf,
}

/// Lists the alerts of the last complete year.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let found = with_library(context, |sources| trend_alerts(sources, args.now.year()))?;
    if context.json {
        output::json(&found)?;
        return Ok(Outcome::Done);
    }
    for alert in &found {
        let said = alert.sentence(args.lang);
        output::line(format!("{:15}  {said}", alert.kind.as_str()))?;
    }
    if found.is_empty() {
        output::line("nothing deserves a look")?;
    }
    Ok(Outcome::Done)
}
