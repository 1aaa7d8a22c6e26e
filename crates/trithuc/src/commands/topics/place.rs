//! `trithuc topics place`: topics for records that came after the newest build.

use serde_json::json;
use topics::Placed;

use crate::{context::Context, installation::Installation, outcome::Outcome, output};

/// Places and says how many.
pub(crate) fn run(context: &Context) -> anyhow::Result<Outcome> {
    let placed = place_later(&Installation::open(&context.home()?)?)?;
    if context.json {
        output::json(&json!({ "placed": placed.n_placed, "outliers": placed.n_outliers }))?;
    } else {
        output::line(format!(
            "{} records that came after the newest build are in a topic by their words, {} are near none",
            placed.n_placed, placed.n_outliers
        ))?;
    }
    Ok(Outcome::Done)
}

/// Gives records that came after the newest build of the topics their topic;
/// nothing before the first build.
pub(crate) fn place_later(installation: &Installation) -> anyhow::Result<Placed> {
    Ok(topics::place(
        &*installation.catalog,
        &::index::is_stop_word,
    )?)
}
