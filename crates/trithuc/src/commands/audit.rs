//! `trithuc audit`: who did what, and whether the log still stands as it was
//! written.

use anyhow::bail;
use catalog::{ActFilter, AuditHead, AuditLog, LoggedAct, Verdict, Via, verify_acts};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::{context::Context, installation::Installation, outcome::Outcome, output};

/// What to do with the log.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Walk the chain and name the first entry that was changed or taken out.
    Verify {
        /// The newest entry as an earlier `verify` said it; may be repeated. It
        /// proves that the log was not written anew or cut.
        #[arg(long, value_name = "NUMBER:HASH")]
        known: Vec<AuditHead>,
    },
    /// Who did what, newest first.
    List {
        /// Only what this account or user did.
        #[arg(long)]
        actor: Option<String>,
        /// Only entries before the one of this number.
        #[arg(long)]
        before: Option<u64>,
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// The whole log as JSON Lines, oldest first: to be kept elsewhere, and to
    /// be counted again by other means.
    Export,
}

/// Entries read at once.
const PAGE: usize = 1000;

/// An entry, with all that is needed to count its hash again.
#[derive(Serialize)]
struct Entry<'a> {
    number: u64,
    at: Timestamp,
    actor: &'a str,
    via: Via,
    act: &'a str,
    object: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seals: Option<&'a [String; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salts: Option<[Option<&'a str>; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<[Option<u64>; 3]>,
    hash: &'a str,
}

impl<'a> From<&'a LoggedAct> for Entry<'a> {
    fn from(act: &'a LoggedAct) -> Self {
        Self {
            number: act.number,
            at: act.at,
            actor: &act.actor,
            via: act.via,
            act: &act.act,
            object: &act.object,
            detail: &act.detail,
            seals: act.sealing.seals.as_ref(),
            salts: act.sealing.kept_salts(),
            erased: act.sealing.erased_by(),
            hash: &act.hash,
        }
    }
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let log = &*installation.catalog;
    match command {
        Command::Verify { known } => verify(log, known, context)?,
        Command::List {
            actor,
            before,
            limit,
        } => {
            let filter = ActFilter {
                actor: actor.clone(),
                before: *before,
            };
            list(&log.acts(&filter, *limit)?, context)?;
        }
        Command::Export => export(log)?,
    }
    Ok(Outcome::Done)
}

fn verify(log: &dyn AuditLog, known: &[AuditHead], context: &Context) -> anyhow::Result<()> {
    match verify_acts(log, known)? {
        Verdict::Whole(head) if context.json => {
            output::json(&json!({"is_whole": true, "acts": head.number, "head": head.to_string()}))
        }
        Verdict::Whole(head) => {
            output::line(format!(
                "{} entries stand as they were written",
                head.number
            ))?;
            output::line(format!("write down elsewhere: {head}"))
        }
        Verdict::Broken { number, reason } => {
            if context.json {
                output::json(&json!({"is_whole": false, "broken": number, "reason": reason}))?;
            }
            bail!(
                "the log of acts is broken at entry {number}: {reason}; compare it with a backup from before"
            )
        }
    }
}

fn list(acts: &[LoggedAct], context: &Context) -> anyhow::Result<()> {
    if context.json {
        let entries: Vec<Entry<'_>> = acts.iter().map(Entry::from).collect();
        return output::json(&entries);
    }
    for act in acts {
        let (via, at) = (act.via.as_str(), act.at);
        output::line(format!(
            "{}\t{at}\t{} ({via})\t{}\t{}\t{}",
            act.number, act.actor, act.act, act.object, act.detail
        ))?;
    }
    Ok(())
}

fn export(log: &dyn AuditLog) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = log.acts_after(after, PAGE)?;
        for act in &page {
            output::line(serde_json::to_string(&Entry::from(act))?)?;
        }
        let Some(last) = page.last().filter(|_| page.len() == PAGE) else {
            return Ok(());
        };
        after = last.number;
    }
}
