//! `trithuc eval …`: how good and how fast the search and the text tools are,
//! measured against gold data.

mod answers;
pub(super) mod retrieval;
pub(crate) mod segmentation;
mod speed;

use clap::Subcommand;

use crate::{context::Context, outcome::Outcome};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Eval {
    /// Ranking quality on a judged collection in BEIR layout.
    Retrieval(retrieval::Args),
    /// How well questions that the library answers are told from those that it
    /// does not, on a judged collection in BEIR layout.
    Answers(answers::Args),
    /// Time of searches with facets on this installation.
    Speed(speed::Args),
    /// Word segmentation against a treebank in CoNLL-U.
    Segmentation(segmentation::Args),
}

/// Runs one measurement.
pub(crate) fn run(eval: &Eval, context: &Context) -> anyhow::Result<Outcome> {
    match eval {
        Eval::Retrieval(args) => retrieval::run(args, context),
        Eval::Answers(args) => answers::run(args, context),
        Eval::Speed(args) => speed::run(args, context),
        Eval::Segmentation(args) => segmentation::run(args, context),
    }
}
