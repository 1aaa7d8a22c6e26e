//! One file a command. A command turns arguments into calls of the rooms below
//! and their answers into text or JSON; it holds no logic of its own.

mod alerts;
mod answer;
mod audit;
mod authority;
mod backup;
mod check;
mod cite;
mod collection;
mod completions;
mod duplicates;
mod edit;
mod eval;
mod export;
mod extract;
pub(crate) mod extract_worker;
mod harvest;
mod index;
mod ingest;
mod job;
mod links;
mod manuscript;
mod migrate_store;
mod model;
mod overlap;
mod quality;
mod restore;
mod search;
mod searching;
mod serve;
mod show;
mod similar;
mod source;
mod subject;
mod text;
pub(crate) mod topics;
mod trends;
pub(crate) mod unpack_worker;
mod user;
mod worker;

pub(crate) use source::read_certificates;

use clap::Subcommand;

use crate::{context::Context, outcome::Outcome};

/// Everything that `trithuc` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Put the whole library away in one file, proved by reading it again.
    Backup(backup::Args),
    /// Compare the catalogue with the indexes and the documents, and mend them.
    Check(check::Args),
    /// The log of acts: list it, and prove that nothing in it was changed.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Persons and institutions: build, load, list, show, suggest, merge, undo.
    #[command(subcommand)]
    Authority(authority::Command),
    /// Collections: titles, descriptions, records put in and taken out.
    #[command(subcommand)]
    Collection(collection::Command),
    /// Saved searches and what is new for them.
    #[command(subcommand)]
    Alerts(alerts::Command),
    /// Print the completion script of a shell.
    Completions(completions::Args),
    /// Records that describe one work: find, list, merge, keep apart, undo.
    #[command(subcommand)]
    Duplicates(duplicates::Command),
    /// One edit over many records: preview, apply, list, show, undo.
    #[command(subcommand)]
    Edit(edit::Command),
    /// Take in records and documents, and make them findable; resumable,
    /// idempotent.
    Ingest(ingest::Args),
    /// Take in the records of another repository by OAI-PMH; resumable,
    /// afterwards only what changed.
    Harvest(harvest::Args),
    /// Bring the indexes up to the catalogue, or build them anew.
    Index(index::Args),
    /// Make a data folder from a backup, proved before it is used.
    Restore(restore::Args),
    /// Work that runs by itself: ask for it, look at it, end it, queue it again.
    #[command(subcommand)]
    Job(job::Command),
    /// Do the jobs that wait, and harvest sources when they are due.
    Worker(worker::Args),
    /// Repositories that are harvested by the clock.
    #[command(subcommand)]
    Source(source::Command),
    /// Search, from the command line.
    Search(search::Args),
    /// Answer a question by quoting what stands in the library.
    Answer(answer::Args),
    /// Records about the same as a record, a document or a text.
    Similar(manuscript::ToCompare),
    /// What of a document or a record stands in the library already, passage
    /// beside passage.
    Overlap(overlap::Args),
    /// Works that have to do with a record, with what speaks for each.
    Links(links::Args),
    /// How good the records are by the six criteria, and what to mend.
    #[command(subcommand)]
    Quality(quality::Command),
    /// The citation of one record, ready to copy.
    Cite(cite::Args),
    /// Show one record.
    Show(show::Args),
    /// Write all records that a query finds.
    Export(export::Args),
    /// The text of a document, as ingestion would index it.
    Extract(extract::Args),
    /// Read documents for `ingest`, in a process of its own.
    #[command(hide = true)]
    ExtractWorker(extract_worker::Args),
    /// Unpack an archive by 7-Zip for `ingest`, in a process of its own.
    #[command(hide = true)]
    UnpackWorker(unpack_worker::Args),
    /// Measure against gold data.
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Serve web pages and the API.
    Serve(serve::Args),
    /// Move the catalogue into another database, either way, and prove it.
    MigrateStore(migrate_store::Args),
    /// Embedding models: list, fetch, and vectors of lines.
    #[command(subcommand)]
    Model(model::Models),
    /// Codes of classification schemes: suggest, accept, reject, load.
    #[command(subcommand)]
    Subject(subject::Command),
    /// Text tools: filters over standard input, a line in for a line out.
    #[command(subcommand)]
    Text(text::Text),
    /// What a collection is about: topics, their fields, labels and coherence.
    #[command(subcommand)]
    Topics(topics::Topics),
    /// Forecast series of numbers, with the backtest beside each forecast.
    #[command(subcommand)]
    Trends(trends::Trends),
    /// Accounts and API keys.
    #[command(subcommand)]
    User(user::Command),
}

/// Runs one command.
pub(crate) fn run(command: Command, context: &Context) -> anyhow::Result<Outcome> {
    match command {
        Command::Backup(args) => backup::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Audit(command) => audit::run(&command, context),
        Command::Authority(command) => authority::run(&command, context),
        Command::Collection(command) => collection::run(&command, context),
        Command::Alerts(command) => alerts::run(&command, context),
        Command::Answer(args) => answer::run(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Duplicates(command) => duplicates::run(&command, context),
        Command::Edit(command) => edit::run(&command, context),
        Command::Ingest(args) => ingest::run(&args, context),
        Command::Harvest(args) => harvest::run(&args, context),
        Command::Index(args) => index::run(&args, context),
        Command::Restore(args) => restore::run(&args, context),
        Command::Job(command) => job::run(&command, context),
        Command::Worker(args) => worker::run(&args, context),
        Command::Source(command) => source::run(&command, context),
        Command::Search(args) => search::run(&args, context),
        Command::Similar(args) => similar::run(&args, context),
        Command::Overlap(args) => overlap::run(&args, context),
        Command::Links(args) => links::run(&args, context),
        Command::Quality(command) => quality::run(&command, context),
        Command::Cite(args) => cite::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Export(args) => export::run(&args, context),
        Command::Extract(args) => extract::run(&args, context),
        Command::ExtractWorker(args) => extract_worker::run(&args),
        Command::UnpackWorker(args) => unpack_worker::run(&args),
        Command::Eval(eval) => eval::run(&eval, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::MigrateStore(args) => migrate_store::run(&args, context),
        Command::Model(question) => model::run(&question, context),
        Command::Subject(command) => subject::run(&command, context),
        Command::Text(tool) => text::run(&tool),
        Command::Topics(question) => topics::run(&question, context),
        Command::Trends(question) => trends::run(&question, context),
        Command::User(command) => user::run(&command, context),
    }
}
