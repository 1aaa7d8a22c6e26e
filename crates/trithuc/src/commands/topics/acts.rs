//! `trithuc topics rename|merge|split|annotate|lock|unlock|undo`: people over
//! the builds.

use catalog::{Bilingual, TopicAct, TopicError, TopicId};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `topics rename`.
#[derive(Debug, clap::Args)]
pub(crate) struct RenameArgs {
    /// Number of the topic or field.
    topic: u64,
    /// Name in Vietnamese.
    #[arg(long, value_name = "NAME", value_parser = name)]
    vi: Option<String>,
    /// Name in English.
    #[arg(long, value_name = "NAME", value_parser = name)]
    en: Option<String>,
    /// Take the names away: the labels of the builds come back.
    #[arg(long, conflicts_with_all = ["vi", "en"], required_unless_present_any = ["vi", "en"])]
    clear: bool,
}

/// Longest name in characters: a line of a page.
const MAX_NAME_CHARS: usize = 200;

fn name(raw: &str) -> Result<String, String> {
    let name = text::normalise(raw);
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(format!("give a name of 1 to {MAX_NAME_CHARS} characters"));
    }
    Ok(name)
}

/// Arguments of `topics merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct MergeArgs {
    /// The topic that goes.
    from: u64,
    /// The topic that its records go to.
    into: u64,
}

/// Arguments of `topics lock` and `topics unlock`.
#[derive(Debug, clap::Args)]
pub(crate) struct TopicArgs {
    /// Number of the topic.
    topic: u64,
}

/// Arguments of `topics split`.
#[derive(Debug, clap::Args)]
pub(crate) struct SplitArgs {
    /// Number of the topic.
    topic: u64,
    /// Number of the part that leaves it, as `topics show` gives it.
    part: u64,
}

/// Arguments of `topics annotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct AnnotateArgs {
    /// Number of the topic, field or part.
    topic: u64,
    /// The remark.
    #[arg(value_parser = note, required_unless_present = "clear")]
    note: Option<String>,
    /// Take the remark away.
    #[arg(long, conflicts_with = "note")]
    clear: bool,
}

/// Longest remark in characters: a paragraph.
const MAX_NOTE_CHARS: usize = 2_000;

fn note(raw: &str) -> Result<String, String> {
    let note = raw.trim();
    if note.is_empty() || note.chars().count() > MAX_NOTE_CHARS {
        return Err(format!("give a remark of 1 to {MAX_NOTE_CHARS} characters"));
    }
    Ok(note.to_owned())
}

/// Arguments of `topics undo`.
#[derive(Debug, clap::Args)]
pub(crate) struct UndoArgs {
    /// Number of the act, as `topics show` gives it.
    act: u64,
}

/// Names a topic. A name that is not given stays as it is.
pub(crate) fn rename(args: &RenameArgs, context: &Context) -> anyhow::Result<Outcome> {
    let id = TopicId(args.topic);
    let installation = Installation::open(&context.home()?)?;
    let state = installation.catalog.topic_state()?;
    let topic = state.topics.into_iter().find(|topic| topic.id == id);
    let before = topic.map(|topic| topic.name).unwrap_or_default();
    let name = if args.clear {
        Bilingual::default()
    } else {
        Bilingual {
            vi: args.vi.clone().or(before.vi),
            en: args.en.clone().or(before.en),
        }
    };
    act(&installation, &TopicAct::Rename(id, name), context)
}

/// Puts a topic into another.
pub(crate) fn merge(args: &MergeArgs, context: &Context) -> anyhow::Result<Outcome> {
    let what = TopicAct::Merge(TopicId(args.from), TopicId(args.into));
    act(&Installation::open(&context.home()?)?, &what, context)
}

/// Locks or unlocks a topic.
pub(crate) fn set_locked(
    args: &TopicArgs,
    locked: bool,
    context: &Context,
) -> anyhow::Result<Outcome> {
    let what = TopicAct::SetLocked(TopicId(args.topic), locked);
    act(&Installation::open(&context.home()?)?, &what, context)
}

/// Makes a part a topic.
pub(crate) fn split(args: &SplitArgs, context: &Context) -> anyhow::Result<Outcome> {
    let what = TopicAct::Split(TopicId(args.topic), TopicId(args.part));
    act(&Installation::open(&context.home()?)?, &what, context)
}

/// Remarks on a topic.
pub(crate) fn annotate(args: &AnnotateArgs, context: &Context) -> anyhow::Result<Outcome> {
    let what = TopicAct::Annotate(TopicId(args.topic), args.note.clone());
    act(&Installation::open(&context.home()?)?, &what, context)
}

/// Who acts from the command line, in the log.
const ACTOR: &str = "command line";

/// Takes an act back.
pub(crate) fn undo(args: &UndoArgs, context: &Context) -> anyhow::Result<Outcome> {
    let what = TopicAct::Undo(args.act);
    act(&Installation::open(&context.home()?)?, &what, context)
}

fn act(installation: &Installation, what: &TopicAct, context: &Context) -> anyhow::Result<Outcome> {
    let done = installation
        .catalog
        .act_on_topic(what, ACTOR, Timestamp::now());
    let number = done.map_err(|error| match error {
        TopicError::Refused(reason) => anyhow::Error::new(Usage(reason)),
        TopicError::Catalog(error) => error.into(),
    })?;
    if context.json {
        output::json(&json!({ "act": number }))?;
    } else if matches!(what, TopicAct::Undo(_)) {
        output::line(format!("act {number} is taken back"))?;
    } else {
        output::line(format!(
            "done; `trithuc topics undo {number}` takes it back"
        ))?;
    }
    Ok(Outcome::Done)
}
