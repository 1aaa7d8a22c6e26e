//! `trithuc subject`: codes of classification schemes suggested for records,
//! and what a librarian decides about them.

use catalog::{CatalogStore, Detail};
use jiff::Timestamp;
use records::{Clearance, Lang, RecordId};
use serde_json::json;
use subjects::{
    Decision, SubjectError, Suggestion, decide, decisions, load, scheme, suggest, suggestions, undo,
};

use super::index::bring_up;
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Who acts from the command line, in the log.
const BY: &str = "trithuc";

/// What to do about subjects.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Put the codes of a file in the place of those of a scheme: CSV with the
    /// columns code,parent,vi,en.
    Load {
        /// The file.
        file: std::path::PathBuf,
        /// `khcn` (fields of science and technology) or `ipc`.
        #[arg(long, default_value = "khcn")]
        scheme: String,
    },
    /// The codes of a scheme with their names.
    Codes {
        /// `khcn` or `ipc`.
        #[arg(long, default_value = "khcn")]
        scheme: String,
    },
    /// Learn from the classified records and from what was decided, and suggest
    /// codes for the others.
    Suggest {
        /// The least confidence of a suggestion, 0 to 1.
        #[arg(long, default_value_t = 0.3)]
        least: f32,
    },
    /// What the last `suggest` found and nobody has decided on, surest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// The record carries the code from now on.
    Accept {
        /// The record.
        record: RecordId,
        /// The code.
        code: String,
        /// `khcn` or `ipc`.
        #[arg(long, default_value = "khcn")]
        scheme: String,
    },
    /// The code is wrong for the record; it is not suggested again.
    Reject {
        /// The record.
        record: RecordId,
        /// The code.
        code: String,
        /// `khcn` or `ipc`.
        #[arg(long, default_value = "khcn")]
        scheme: String,
    },
    /// What was decided, oldest first.
    Decisions,
    /// Take a decision back.
    Undo {
        /// Its number.
        number: u64,
    },
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    let now = Timestamp::now();
    let judge = |record: &RecordId, code: &str, scheme: &str, accepted: bool| {
        let done = decide(catalog, record, (scheme, code), accepted, BY, now).map_err(usage)?;
        bring_up(&installation, &*installation.full_text()?)?;
        say_decision(&done, context)
    };
    match command {
        Command::Load { file, scheme } => {
            let unread = |error| Usage(format!("`{}` cannot be read: {error}", file.display()));
            let text = std::fs::read_to_string(file).map_err(unread)?;
            let loaded = load(catalog, scheme, &text, now).map_err(usage)?;
            output::line(format!("{} codes of scheme {scheme}", loaded.entries.len()))?;
        }
        Command::Codes { scheme } => codes(scheme, catalog, context)?,
        Command::Suggest { least } => {
            if !(0.0..=1.0).contains(least) {
                return Err(Usage(format!("--least {least} is not between 0 and 1")).into());
            }
            let found = suggest(catalog, *least, now)?;
            if context.json {
                let taught: serde_json::Map<_, _> = found
                    .n_taught
                    .iter()
                    .map(|(scheme, n)| (scheme.clone(), json!(n)))
                    .collect();
                output::json(&json!({ "taught": taught, "suggestions": found.list.len() }))?;
            } else {
                let taught = found
                    .n_taught
                    .iter()
                    .map(|(scheme, n)| format!("{n} with {scheme}"));
                let taught = taught.collect::<Vec<_>>().join(", ");
                let n = found.list.len();
                output::line(format!(
                    "learnt from {taught}; {n} suggestions, see `trithuc subject list`"
                ))?;
            }
        }
        Command::List { limit } => list(*limit, catalog, context)?,
        Command::Accept {
            record,
            code,
            scheme,
        } => judge(record, code, scheme, true)?,
        Command::Reject {
            record,
            code,
            scheme,
        } => judge(record, code, scheme, false)?,
        Command::Decisions => {
            decisions(catalog)?
                .iter()
                .try_for_each(|one| say_decision(one, context))?;
        }
        Command::Undo { number } => {
            let undone = undo(catalog, *number, now).map_err(usage)?;
            bring_up(&installation, &*installation.full_text()?)?;
            say_decision(&undone, context)?;
        }
    }
    Ok(Outcome::Done)
}

/// What the caller can mend is bad usage; the rest is a failure.
fn usage(error: SubjectError) -> anyhow::Error {
    match error {
        SubjectError::Catalog(_) | SubjectError::Damaged { .. } => error.into(),
        error => Usage(error.to_string()).into(),
    }
}

fn codes(name: &str, catalog: &dyn CatalogStore, context: &Context) -> anyhow::Result<()> {
    for (code, entry) in scheme(catalog, name).map_err(usage)?.entries {
        if context.json {
            output::json(
                &json!({ "code": code, "parent": entry.parent, "vi": entry.vi, "en": entry.en }),
            )?;
        } else {
            output::line(format!(
                "{code}\t{}\t{}\t{}",
                entry.parent, entry.vi, entry.en
            ))?;
        }
    }
    Ok(())
}

fn list(limit: usize, catalog: &dyn CatalogStore, context: &Context) -> anyhow::Result<()> {
    let Some(run) = suggestions(catalog)? else {
        anyhow::bail!("nothing has been suggested yet; run `trithuc subject suggest`");
    };
    let shown: Vec<Suggestion> = run.list.into_iter().take(limit).collect();
    let ids: Vec<RecordId> = shown.iter().map(|one| one.record.clone()).collect();
    let stored = catalog.get_many(&ids, Clearance::Staff, Detail::Summary)?;
    for (one, stored) in shown.iter().zip(stored) {
        let Some(stored) = stored else { continue };
        if context.json {
            output::json(one)?;
            continue;
        }
        output::line(format!(
            "{:.2}\t{}\t{}\t{}\t{}",
            one.confidence,
            one.scheme,
            one.code,
            one.record,
            stored.record.display_title(&Lang::vi())
        ))?;
    }
    Ok(())
}

fn say_decision(decision: &Decision, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(decision);
    }
    let what = if decision.accepted {
        "accepted"
    } else {
        "rejected"
    };
    let undone = if decision.is_undone { "\tundone" } else { "" };
    output::line(format!(
        "{}\t{}\t{}\t{what}\t{}\t{}\t{}{undone}",
        decision.number, decision.at, decision.by, decision.record, decision.scheme, decision.code
    ))
}
