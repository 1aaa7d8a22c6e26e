//! `trithuc check`: the catalogue beside everything made from it.

use std::time::SystemTime;

use embed::Embedder;
use index::{FullTextStore, vectors::VectorStore};
use search::Meaning;
use serde::Serialize;
use upkeep::{IndexReport, Library, Report, check, repair};

use super::index::rebuild_full_text;
use crate::{
    context::Context, installation::Installation, outcome::Outcome, output, steps::Steps,
    vectorising,
};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Mend the indexes towards the catalogue, and set damaged documents aside.
    #[arg(long)]
    repair: bool,
}

#[derive(Serialize)]
struct Answer {
    is_whole: bool,
    /// What was found before anything was mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Report>,
    #[serde(flatten)]
    report: Report,
}

/// Checks, mends when asked to, and checks again.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let meaning = installation.meaning()?;
    let found = look(&installation, meaning.as_ref())?;
    let answer = if args.repair && !found.is_whole() {
        mend(&installation, meaning.as_ref(), &found)?;
        let report = look(&installation, meaning.as_ref())?;
        Answer {
            is_whole: report.is_whole(),
            before: Some(found),
            report,
        }
    } else {
        Answer {
            is_whole: found.is_whole(),
            before: None,
            report: found,
        }
    };
    if context.json {
        output::json(&answer)?;
    } else {
        show(&answer)?;
    }
    if answer.is_whole {
        return Ok(Outcome::Done);
    }
    anyhow::bail!("{}", cure(&answer))
}

fn cure(answer: &Answer) -> &'static str {
    if answer.report.needs_backup() {
        "what is missing or damaged must come from a backup (`trithuc restore`), or its documents be taken in again (`trithuc ingest`)"
    } else if answer.before.is_some() {
        "not everything could be mended; build the indexes anew with `trithuc index --rebuild`"
    } else {
        "mend it with `trithuc check --repair`"
    }
}

fn look(installation: &Installation, meaning: Option<&Meaning>) -> anyhow::Result<Report> {
    let full_text = installation.full_text()?;
    let damage = installation.opened.verify().err();
    let damage = damage.map(|damage| records::with_causes(&damage));
    let steps = Steps::new();
    let report = check(
        &library(installation, &*full_text, meaning),
        damage,
        &|what, done, all| steps.say(what, done, all),
    )?;
    steps.end();
    Ok(report)
}

fn library<'a>(
    installation: &'a Installation,
    full_text: &'a dyn FullTextStore,
    meaning: Option<&'a Meaning>,
) -> Library<'a> {
    Library {
        catalog: &*installation.catalog,
        full_text,
        vectors: meaning.map(|meaning| &*meaning.vectors as &dyn VectorStore),
        files: &installation.files,
    }
}

fn mend(
    installation: &Installation,
    meaning: Option<&Meaning>,
    found: &Report,
) -> anyhow::Result<()> {
    if found.full_text.is_of_another {
        rebuild_full_text(installation)?;
    }
    let vectors = found.vectors.as_ref().zip(meaning);
    if let Some((_, meaning)) = vectors.filter(|(found, _)| found.is_of_another) {
        // What was embedded stays known: only the records are put in anew.
        meaning.vectors.clear()?;
        let bar = vectorising::bar();
        let done = vectorising::vectorise(&*installation.catalog, meaning, &bar);
        bar.finish_and_clear();
        done?;
    }
    let full_text = installation.full_text()?;
    let embedder = meaning.map(|meaning| &*meaning.embedder as &dyn Embedder);
    let library = library(installation, &*full_text, meaning);
    Ok(repair(&library, embedder, found, SystemTime::now())?)
}

fn show(answer: &Answer) -> anyhow::Result<()> {
    let report = &answer.report;
    output::line(format!(
        "catalogue: {} records, change {}: {}",
        report.records,
        report.seq,
        report.damage.as_deref().unwrap_or("no damage")
    ))?;
    show_index("words", &report.full_text)?;
    match &report.vectors {
        Some(vectors) => show_index("meaning", vectors)?,
        None => output::line("meaning: no model here, nothing to compare")?,
    }
    let files = &report.files;
    output::line(format!(
        "documents: {} sound, {} missing, {} damaged; {} of former versions, {} half-written",
        files.sound,
        files.missing.len(),
        files.damaged.len(),
        files.unnamed,
        files.strays.len()
    ))?;
    for file in files.missing.iter().chain(&files.damaged) {
        let records: Vec<&str> = file.records.iter().map(records::RecordId::as_str).collect();
        output::line(format!("  {} of {}", file.blake3, records.join(", ")))?;
    }
    if answer.before.is_some() {
        output::line("mended: this is how it stands now")?;
    }
    Ok(())
}

/// Ids shown of each list; `--json` has all.
const SHOWN: usize = 5;

fn show_index(name: &str, report: &IndexReport) -> anyhow::Result<()> {
    output::line(format!(
        "{name}: read up to change {}, {} to come{}",
        report.seq,
        report.waiting,
        if report.is_of_another {
            "; made from another catalogue"
        } else {
            ""
        }
    ))?;
    let lists = [
        ("not in it", &report.missing),
        ("in it alone", &report.strange),
        ("shown to the wrong people", &report.wrong_access),
    ];
    for (what, ids) in lists.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let first: Vec<&str> = ids
            .iter()
            .take(SHOWN)
            .map(records::RecordId::as_str)
            .collect();
        output::line(format!("  {} {what}: {} …", ids.len(), first.join(", ")))?;
    }
    Ok(())
}
