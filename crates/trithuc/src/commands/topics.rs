//! `trithuc topics …`: what a collection is about.

mod acts;
mod build;
mod fit;
mod input;
mod list;
mod place;
mod vectors;

use clap::Subcommand;

pub(crate) use place::place_later;
pub(crate) use vectors::{Stored as StoredVectors, stored as stored_vectors};

use crate::{context::Context, outcome::Outcome};

/// What can be asked about topics.
#[derive(Debug, Subcommand)]
pub(crate) enum Topics {
    /// Find the topics of a JSON Lines file; no installation is needed.
    Fit(fit::Args),
    /// Find the topics of the library's open records; ids, names and locks of
    /// the build before are kept.
    Build(build::Args),
    /// List the library's fields and topics.
    List,
    /// Show one topic: words, central records, years, history.
    Show(list::ShowArgs),
    /// Give a topic or field a name of your own.
    Rename(acts::RenameArgs),
    /// Put a topic into another one; builds keep them together.
    Merge(acts::MergeArgs),
    /// Let no build take a record out of a topic.
    Lock(acts::TopicArgs),
    /// Take a lock away.
    Unlock(acts::TopicArgs),
    /// Make a part of a topic a topic of its own; builds keep them apart.
    Split(acts::SplitArgs),
    /// Write a remark beside a topic.
    Annotate(acts::AnnotateArgs),
    /// List open records that are in no topic.
    Outliers(list::OutliersArgs),
    /// Place the records that came after the newest build; commands that take
    /// records in do it by themselves.
    Place,
    /// Take back an act, by its number in the log.
    Undo(acts::UndoArgs),
}

/// Runs one question.
pub(crate) fn run(question: &Topics, context: &Context) -> anyhow::Result<Outcome> {
    match question {
        Topics::Fit(args) => fit::run(args, context),
        Topics::Build(args) => build::run(args, context),
        Topics::List => list::run(context),
        Topics::Show(args) => list::show(args, context),
        Topics::Rename(args) => acts::rename(args, context),
        Topics::Merge(args) => acts::merge(args, context),
        Topics::Lock(args) => acts::set_locked(args, true, context),
        Topics::Unlock(args) => acts::set_locked(args, false, context),
        Topics::Split(args) => acts::split(args, context),
        Topics::Annotate(args) => acts::annotate(args, context),
        Topics::Outliers(args) => list::outliers(args, context),
        Topics::Place => place::run(context),
        Topics::Undo(args) => acts::undo(args, context),
    }
}
