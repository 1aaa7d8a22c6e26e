//! `trithuc edit`: a few operations over many records, shown first, done as one
//! act, taken back whole.

use edits::{ActWord, EditAct, EditError, Field, FieldChange, Operation, RecordDiff};
use jiff::Timestamp;
use records::RecordId;
use serde_json::{Value, json};

use super::{export, index::bring_up};
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do about edits.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what an edit would change, and change nothing.
    Preview(What),
    /// Edit the records, all in one transaction.
    Apply {
        #[command(flatten)]
        what: What,
        /// The token of a preview: do what that showed, or nothing.
        #[arg(long, value_name = "TOKEN")]
        token: Option<String>,
    },
    /// The edits that were done, oldest first.
    List,
    /// One edit, with what it changed.
    Show {
        /// Its name.
        id: String,
    },
    /// Give every field that an edit changed the values from before.
    Undo {
        /// Its name.
        id: String,
        /// Leave records as they are that are gone or were changed again.
        #[arg(long)]
        leave_changed: bool,
    },
}

/// Which records, and what is done to them.
#[derive(Debug, clap::Args)]
pub(crate) struct What {
    /// Ids of records.
    #[arg(required_unless_present = "query")]
    ids: Vec<RecordId>,
    /// All records that this query finds now.
    #[arg(long, value_name = "QUERY", conflicts_with = "ids")]
    query: Option<String>,
    /// The field holds this value: venue=Tạp chí Lúa.
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// A list holds this value too: keywords.vi=lúa.
    #[arg(long, value_name = "FIELD=VALUE")]
    add: Vec<String>,
    /// The field holds this value no more; without =VALUE: nothing.
    #[arg(long, value_name = "FIELD[=VALUE]")]
    remove: Vec<String>,
    /// One value in place of another; in titles and abstracts a piece of text:
    /// venue=TC Lúa=>Tạp chí Lúa.
    #[arg(long, value_name = "FIELD=OLD=>NEW")]
    replace: Vec<String>,
}

impl What {
    /// The operations: set, add, remove, replace, each in the order given.
    fn operations(&self) -> anyhow::Result<Vec<Operation>> {
        let given = [
            (ActWord::Set, &self.set),
            (ActWord::Add, &self.add),
            (ActWord::Remove, &self.remove),
            (ActWord::Replace, &self.replace),
        ];
        let each = given
            .into_iter()
            .flat_map(|(act, texts)| texts.iter().map(move |text| (act, text)));
        each.map(|(act, text)| operation(act, text)).collect()
    }

    fn ids(&self, installation: &Installation) -> anyhow::Result<Vec<RecordId>> {
        match &self.query {
            Some(query) => export::find(installation, query),
            None => Ok(self.ids.clone()),
        }
    }
}

fn operation(act: ActWord, text: &str) -> anyhow::Result<Operation> {
    let (field, value) = match text.split_once('=') {
        Some((field, value)) => (field, Some(value)),
        None => (text, None),
    };
    let field: Field = field
        .trim()
        .parse()
        .map_err(|error| Usage(format!("{error}")))?;
    let (value, with) = match (act, value.map(|value| value.split_once("=>"))) {
        (ActWord::Replace, Some(Some((value, with)))) => (Some(value), Some(with)),
        _ => (value, None),
    };
    Operation::new(act, field, value, with).map_err(usage)
}

fn usage(error: EditError) -> anyhow::Error {
    match error {
        EditError::Catalog(_) | EditError::Damaged { .. } => error.into(),
        error => Usage(error.to_string()).into(),
    }
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    match command {
        Command::Preview(what) => preview(&installation, what, context),
        Command::Apply { what, token } => apply(&installation, what, token.as_deref(), context),
        Command::List => {
            let acts = edits::acts(catalog)?;
            if context.json {
                output::json(&acts)?;
            } else {
                acts.iter().try_for_each(|act| output::line(line(act)))?;
            }
            Ok(Outcome::Done)
        }
        Command::Show { id } => {
            let act = edits::act(catalog, id).map_err(usage)?;
            let diffs = edits::diffs(catalog, id).map_err(usage)?;
            if context.json {
                output::json(&json!({"edit": act, "diffs": diffs}))?;
            } else {
                output::line(line(&act))?;
                print(&diffs)?;
            }
            Ok(Outcome::Done)
        }
        Command::Undo { id, leave_changed } => {
            let undone = edits::undo(catalog, id, *leave_changed, &by(), Timestamp::now());
            let undone = undone.map_err(usage)?;
            bring_up(&installation, &*installation.full_text()?)?;
            let left = undone.undone.as_ref().map_or(0, |undone| undone.left.len());
            if context.json {
                output::json(&undone)?;
            } else {
                output::line(format!(
                    "{}; {left} records were left as they are",
                    line(&undone)
                ))?;
            }
            Ok(if left == 0 {
                Outcome::Done
            } else {
                Outcome::SetAside
            })
        }
    }
}

fn preview(installation: &Installation, what: &What, context: &Context) -> anyhow::Result<Outcome> {
    let ids = what.ids(installation)?;
    let seen = edits::preview(&*installation.catalog, &what.operations()?, &ids).map_err(usage)?;
    if context.json {
        output::json(&json!({
            "token": seen.token,
            "changed": seen.diffs.len(),
            "unchanged": seen.n_unchanged,
            "missing": seen.missing,
            "diffs": seen.diffs,
        }))?;
    } else {
        print(&seen.diffs)?;
        output::line(format!(
            "{} records would change, {} are so already, {} are not there; token {}",
            seen.diffs.len(),
            seen.n_unchanged,
            seen.missing.len(),
            seen.token
        ))?;
    }
    Ok(outcome(&seen.missing))
}

fn apply(
    installation: &Installation,
    what: &What,
    token: Option<&str>,
    context: &Context,
) -> anyhow::Result<Outcome> {
    let (operations, ids) = (what.operations()?, what.ids(installation)?);
    let catalog = &*installation.catalog;
    let which = (ids.as_slice(), what.query.as_deref());
    let done = edits::apply(catalog, &operations, which, token, &by(), Timestamp::now());
    let done = done.map_err(usage)?;
    bring_up(installation, &*installation.full_text()?)?;
    match (&done, context.json) {
        (done, true) => output::json(&json!({
            "changed": done.as_ref().map_or(0, |act| act.n_records),
            "edit": done.as_ref().map_or(Value::Null, |act| json!(act)),
        }))?,
        (Some(act), false) => output::line(format!(
            "{} records edited; `trithuc edit undo {}` takes it back",
            act.n_records, act.id
        ))?,
        (None, false) => output::line("all of these records are so already")?,
    }
    Ok(Outcome::Done)
}

fn outcome(missing: &[RecordId]) -> Outcome {
    match missing {
        [] => Outcome::Done,
        _ => Outcome::SetAside,
    }
}

/// Whoever runs the command line has no account.
fn by() -> String {
    "trithuc edit".to_owned()
}

fn line(act: &EditAct) -> String {
    let what = act.operations.iter().map(|one| {
        let value = one.value.as_deref().unwrap_or_default();
        let with = one
            .with
            .as_ref()
            .map(|with| format!("=>{with}"))
            .unwrap_or_default();
        format!("{} {}={value}{with}", one.act, one.field)
    });
    let what: Vec<String> = what.collect();
    let undone = if act.undone.is_some() {
        " (undone)"
    } else {
        ""
    };
    format!(
        "{}  {} records by {}: {}{undone}",
        act.id,
        act.n_records,
        act.by,
        what.join("; ")
    )
}

fn print(diffs: &[RecordDiff]) -> anyhow::Result<()> {
    let side = |values: &[String], sign: &str, change: &FieldChange| -> Vec<String> {
        let line = |value| format!("  {sign} {}: {value}", change.field);
        values.iter().map(line).collect()
    };
    for diff in diffs {
        output::line(format!("{}  {}", diff.id, diff.title))?;
        for change in &diff.changes {
            for text in side(&change.before, "-", change) {
                output::line(text)?;
            }
            for text in side(&change.after, "+", change) {
                output::line(text)?;
            }
        }
    }
    Ok(())
}
