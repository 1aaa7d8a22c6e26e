//! `trithuc duplicates`: which records describe one work, and what a librarian
//! decides about them.

use catalog::{CatalogStore, Detail};
use duplicates::{
    DuplicatesError, Evidence, Field, Merge, Pair, SameAs, Survey, groups, keep_apart, listed,
    merge, merges, survey, undo,
};
use jiff::Timestamp;
use records::{Clearance, Lang, Record, RecordId};
use serde_json::json;

use super::index::bring_up;
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do about duplicates.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Compare all records and keep the pairs that may be one work.
    Find {
        /// The least probability of a pair that is kept, 0 to 1.
        #[arg(long, default_value_t = 0.5)]
        least: f32,
    },
    /// What the last `find` found and nobody has decided on.
    List {
        /// At most so many groups and so many pairs of versions.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Two publications of one work (report, article, thesis), which stay
        /// two records, instead of duplicates.
        #[arg(long)]
        versions: bool,
    },
    /// Merge records into one; their ids lead to it from now on.
    Merge {
        /// The record that stays.
        kept: RecordId,
        /// The records that go into it.
        #[arg(required = true)]
        others: Vec<RecordId>,
        /// Take a field from one of the others: FIELD=ID, where FIELD is title,
        /// abstract, keywords, agents, year, venue, pages or type.
        #[arg(long = "take", value_name = "FIELD=ID", value_parser = choice)]
        choices: Vec<(Field, RecordId)>,
    },
    /// Say that two records are not duplicates; they are not listed again.
    Apart {
        /// One of them.
        a: RecordId,
        /// The other one.
        b: RecordId,
    },
    /// The merges that can be undone.
    Merges,
    /// Take a merge back: every record is as it was.
    Undo {
        /// Its number.
        number: u64,
    },
}

fn choice(text: &str) -> Result<(Field, RecordId), String> {
    let (field, id) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not of the form FIELD=ID"))?;
    let field = field.parse::<Field>().map_err(|error| error.to_string())?;
    let id = RecordId::new(id).map_err(|error| error.to_string())?;
    Ok((field, id))
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    let now = Timestamp::now();
    match command {
        Command::Find { least } => {
            if !(0.0..=1.0).contains(least) {
                return Err(Usage(format!("--least {least} is not between 0 and 1")).into());
            }
            let survey = survey(catalog, *least, now)?;
            say_survey(&survey, context)?;
        }
        Command::List { limit, versions } => {
            let Some(survey) = listed(catalog)? else {
                let none = "nobody has looked for duplicates yet; run `trithuc duplicates find`";
                anyhow::bail!(none);
            };
            list(catalog, &survey, *limit, *versions, context)?;
        }
        Command::Merge {
            kept,
            others,
            choices,
        } => {
            let done = merge(catalog, kept, others, choices, now).map_err(usage)?;
            bring_up(&installation, &*installation.full_text()?)?;
            say_merge(&done, context)?;
        }
        Command::Apart { a, b } => keep_apart(catalog, a, b, now).map_err(usage)?,
        Command::Merges => {
            for merge in merges(catalog)? {
                say_merge(&merge, context)?;
            }
        }
        Command::Undo { number } => {
            let undone = undo(catalog, *number, now).map_err(usage)?;
            bring_up(&installation, &*installation.full_text()?)?;
            say_merge(&undone, context)?;
        }
    }
    Ok(Outcome::Done)
}

/// What the caller can mend is bad usage; the rest is a failure.
fn usage(error: DuplicatesError) -> anyhow::Error {
    match error {
        DuplicatesError::Catalog(_) | DuplicatesError::Damaged { .. } => error.into(),
        error => Usage(error.to_string()).into(),
    }
}

fn say_survey(survey: &Survey, context: &Context) -> anyhow::Result<()> {
    let n_groups = groups(&survey.pairs).len();
    let is_version = |pair: &&Pair| pair.same_as == SameAs::Version;
    let n_versions = survey.pairs.iter().filter(is_version).count();
    if context.json {
        return output::json(&json!({
            "records": survey.n_records,
            "compared": survey.n_compared,
            "crowded": survey.n_crowded,
            "pairs": survey.pairs.len(),
            "groups": n_groups,
            "versions": n_versions,
        }));
    }
    output::line(format!(
        "{} records, {} pairs compared: {n_groups} groups of duplicates, {n_versions} pairs of versions; see `trithuc duplicates list`",
        survey.n_records, survey.n_compared
    ))?;
    if survey.n_crowded > 0 {
        let n = survey.n_crowded;
        output::line(format!(
            "{n} records share a title or name with so many others that not all of these were compared"
        ))?;
    }
    Ok(())
}

fn say_merge(merge: &Merge, context: &Context) -> anyhow::Result<()> {
    let merged: Vec<&str> = merge.merged.iter().map(RecordId::as_str).collect();
    if context.json {
        return output::json(&json!({
            "number": merge.number,
            "at": merge.at.to_string(),
            "kept": merge.kept,
            "merged": merged,
        }));
    }
    let merged = merged.join(" ");
    output::line(format!(
        "{}\t{}\t{} <- {merged}",
        merge.number, merge.at, merge.kept
    ))
}

fn list(
    catalog: &dyn CatalogStore,
    survey: &Survey,
    limit: usize,
    versions: bool,
    context: &Context,
) -> anyhow::Result<()> {
    if versions {
        let pairs = survey
            .pairs
            .iter()
            .filter(|pair| pair.same_as == SameAs::Version);
        for pair in pairs.take(limit) {
            let ids = [pair.a.clone(), pair.b.clone()];
            say_group(catalog, &ids, std::slice::from_ref(pair), context)?;
        }
        return Ok(());
    }
    for group in groups(&survey.pairs).iter().take(limit) {
        say_group(catalog, &group.ids, &group.pairs, context)?;
    }
    Ok(())
}

fn say_group(
    catalog: &dyn CatalogStore,
    ids: &[RecordId],
    pairs: &[Pair],
    context: &Context,
) -> anyhow::Result<()> {
    if context.json {
        return output::json(&json!({ "ids": ids, "pairs": pairs }));
    }
    let stored = catalog.get_many(ids, Clearance::Staff, Detail::Summary)?;
    for stored in stored.into_iter().flatten() {
        output::line(record_line(&stored.record))?;
    }
    for pair in pairs {
        let reasons: Vec<String> = pair.evidence.iter().map(reason).collect();
        output::line(format!(
            "  {} ~ {}: {:.0} %: {}",
            pair.a,
            pair.b,
            pair.probability * 100.0,
            reasons.join("; ")
        ))?;
    }
    output::line("")
}

fn record_line(record: &Record) -> String {
    let names: Vec<&str> = record
        .creators()
        .take(3)
        .map(|agent| agent.name.as_str())
        .collect();
    let year = record.year.map(|year| year.to_string()).unwrap_or_default();
    format!(
        "{}\t{}\t{year}\t{}\t{}",
        record.id,
        record.record_type,
        record.display_title(&Lang::vi()),
        names.join(", ")
    )
}

fn reason(evidence: &Evidence) -> String {
    let same = |same: &bool| if *same { "same" } else { "other" };
    match evidence {
        Evidence::SameIdentifier { identifier } => format!("both carry {}", identifier.value),
        Evidence::OtherIdentifier => "identifiers differ".to_owned(),
        Evidence::Title {
            similarity,
            other_numbers,
            other_language,
            ..
        } => {
            let language = if *other_language {
                " (in two languages)"
            } else {
                ""
            };
            let numbers = if *other_numbers {
                ", with other numbers"
            } else {
                ""
            };
            format!(
                "titles {:.0} % alike{language}{numbers}",
                similarity * 100.0
            )
        }
        Evidence::Authors { shared, of, .. } => format!("{shared:.1} of {of} authors"),
        Evidence::Year { apart: 0 } => "same year".to_owned(),
        Evidence::Year { apart } => format!("{apart} years apart"),
        Evidence::Pages { same: is_same } => format!("{} pages", same(is_same)),
        Evidence::Volume { same: is_same } => format!("{} volume", same(is_same)),
        Evidence::Venue { similarity } => format!("venues {:.0} % alike", similarity * 100.0),
        Evidence::Abstract { similarity } => {
            format!("abstracts {:.0} % alike", similarity * 100.0)
        }
        Evidence::Figures { contained } => {
            format!("{:.0} % of the numbers shared", contained * 100.0)
        }
    }
}
