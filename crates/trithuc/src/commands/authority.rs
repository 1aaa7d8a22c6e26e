//! `trithuc authority`: persons and institutions under one name each, and what
//! a librarian decides about them.

use authorities::{
    Act, Authority, AuthorityError, AuthorityKind, Evidence, Party, Register, Suggestion, acts,
    apart, build, load, merge, read_file, suggest, undo,
};
use catalog::CatalogStore;
use index::{FacetField, Filter, FullTextQuery, FullTextStore, QueryExpr};
use jiff::Timestamp;
use records::Clearance;
use serde_json::json;

use super::index::bring_up;
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Who acts from the command line, in the log.
const BY: &str = "trithuc";

/// What to do about authorities.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make authorities of the names in the open records: of every institution,
    /// of every identifier, of persons with enough records.
    Build {
        /// Records that a person must have.
        #[arg(long, default_value_t = 2)]
        least: u32,
    },
    /// Load authorities from a file: JSON, one a line; see docs/authorities.md.
    Load {
        /// The file.
        file: std::path::PathBuf,
    },
    /// The authorities, by id.
    List {
        /// A part of a name; accents and capitals do not count.
        #[arg(default_value = "")]
        part: String,
        /// Only institutions.
        #[arg(long, conflicts_with = "persons")]
        institutions: bool,
        /// Only persons.
        #[arg(long)]
        persons: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// One of them: all names, identifiers, relations, number of records.
    Show {
        /// Its id, identifier or name.
        name: String,
    },
    /// Compare the names of the open records; what may be one goes to the
    /// worklist.
    Suggest {
        /// The least strength of a suggestion, 0 to 1.
        #[arg(long, default_value_t = 0.5)]
        least: f32,
        /// Print at most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Put others into one; their ids lead to it.
    Merge {
        /// The one that stays: id or name.
        kept: String,
        /// Those that go into it: ids or names.
        #[arg(required = true)]
        others: Vec<String>,
        /// Names are of institutions, not of persons.
        #[arg(long)]
        institutions: bool,
    },
    /// Say that two names are of two; they are not suggested again.
    Apart {
        /// One of them.
        a: String,
        /// The other one.
        b: String,
    },
    /// What was decided, oldest first.
    Acts,
    /// Take an act back.
    Undo {
        /// Its number.
        number: u64,
    },
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let full_text = installation.full_text()?;
    // An act asks the full text which records it concerns.
    bring_up(&installation, &*full_text)?;
    let (catalog, full_text) = (&*installation.catalog, &*full_text);
    match command {
        Command::List { .. } | Command::Acts => list(command, catalog, context)?,
        Command::Show { name } => show(name, &Register::load(catalog)?, full_text, context)?,
        Command::Suggest { least, limit } => compare(*least, *limit, catalog, context)?,
        act => {
            match acted(act, catalog, full_text)? {
                Some(act) => say_act(&act, context)?,
                None => output::line("every name has its authority already")?,
            }
            bring_up(&installation, full_text)?;
        }
    }
    Ok(Outcome::Done)
}

/// Does what a command says; `None` when there is nothing to do.
fn acted(
    command: &Command,
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
) -> anyhow::Result<Option<Act>> {
    let now = Timestamp::now();
    let act = match command {
        Command::Build { least } => {
            return build(catalog, full_text, *least, BY, now).map_err(usage);
        }
        Command::Load { file } => {
            let unread = |error| Usage(format!("`{}` cannot be read: {error}", file.display()));
            let text = std::fs::read_to_string(file).map_err(unread)?;
            let rows = read_file(&text).map_err(usage)?;
            load(catalog, full_text, &rows, BY, now)
        }
        Command::Merge {
            kept,
            others,
            institutions,
        } => {
            let kind = match institutions {
                true => AuthorityKind::Institution,
                false => AuthorityKind::Person,
            };
            let party = |text: &String| {
                Party::read(kind, text).map_err(|error| Usage(format!("`{text}`: {error}")))
            };
            let others = others.iter().map(party).collect::<Result<Vec<_>, _>>()?;
            merge(catalog, full_text, &party(kept)?, &others, BY, now)
        }
        Command::Apart { a, b } => apart(catalog, a, b, BY, now),
        Command::Undo { number } => undo(catalog, full_text, *number, BY, now),
        Command::List { .. } | Command::Show { .. } | Command::Suggest { .. } | Command::Acts => {
            return Ok(None);
        }
    };
    act.map(Some).map_err(usage)
}

fn list(command: &Command, catalog: &dyn CatalogStore, context: &Context) -> anyhow::Result<()> {
    let Command::List {
        part,
        institutions,
        persons,
        limit,
    } = command
    else {
        return acts(catalog)?
            .iter()
            .try_for_each(|act| say_act(act, context));
    };
    let kind = match (institutions, persons) {
        (true, _) => Some(AuthorityKind::Institution),
        (_, true) => Some(AuthorityKind::Person),
        _ => None,
    };
    let register = Register::load(catalog)?;
    let found = register.find(kind, part).into_iter().take(*limit);
    found
        .into_iter()
        .try_for_each(|authority| say_authority(authority, context))
}

fn compare(
    least: f32,
    limit: usize,
    catalog: &dyn CatalogStore,
    context: &Context,
) -> anyhow::Result<()> {
    if !(0.0..=1.0).contains(&least) {
        return Err(Usage(format!("--least {least} is not between 0 and 1")).into());
    }
    let found = suggest(catalog, least, Timestamp::now())?;
    for suggestion in found.list.iter().take(limit) {
        say_suggestion(suggestion, context)?;
    }
    eprintln!(
        "{} names in {} records: {} suggestions; {} names share their parts with too many others to be compared",
        found.n_names,
        found.n_records,
        found.list.len(),
        found.n_crowded
    );
    Ok(())
}

/// What the caller can mend is bad usage; the rest is a failure.
fn usage(error: AuthorityError) -> anyhow::Error {
    match error {
        AuthorityError::Catalog(_)
        | AuthorityError::FullText(_)
        | AuthorityError::Damaged { .. } => error.into(),
        error => Usage(error.to_string()).into(),
    }
}

fn show(
    name: &str,
    register: &Register,
    full_text: &dyn FullTextStore,
    context: &Context,
) -> anyhow::Result<()> {
    let by_id = name.parse().ok().and_then(|id| register.get(id));
    let by_identifier = || {
        let identifier = records::AgentIdentifier::parse(name).ok()?;
        register.identified(&identifier)
    };
    let kinds = [AuthorityKind::Person, AuthorityKind::Institution];
    let by_name = || {
        kinds
            .iter()
            .flat_map(|kind| register.named(*kind, name))
            .next()
    };
    let found = by_id.or_else(by_identifier).or_else(by_name);
    let authority = found.ok_or_else(|| {
        Usage(format!(
            "`{name}` is no authority; `trithuc authority list` shows what there is"
        ))
    })?;
    let heading = register.heading(authority);
    let facet = match authority.kind() {
        AuthorityKind::Person => FacetField::Author,
        AuthorityKind::Institution => FacetField::Institution,
    };
    let page = full_text.search(&FullTextQuery {
        filters: vec![Filter::new(facet, heading.as_str())],
        limit: 0,
        ..FullTextQuery::new(QueryExpr::All, Clearance::Staff)
    })?;
    let mut said = serde_json::to_value(authority)?;
    said["heading"] = json!(heading);
    said["n_records"] = json!(page.total);
    let successors: Vec<_> = register
        .successors(authority.id)
        .map(|one| one.id)
        .collect();
    said["successors"] = json!(successors);
    if context.json {
        return output::json(&said);
    }
    output::line(serde_json::to_string_pretty(&said)?)
}

fn say_authority(authority: &Authority, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(authority);
    }
    let others: Vec<&str> = authority.names().skip(1).collect();
    let identifiers: Vec<&str> = authority
        .identifiers
        .iter()
        .map(|one| one.as_str())
        .collect();
    output::line(format!(
        "{}\t{}\t{}\t{}",
        authority.id,
        authority.name,
        identifiers.join(" "),
        others.join("; ")
    ))
}

fn say_act(act: &Act, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(act);
    }
    let undone = if act.is_undone { "\tundone" } else { "" };
    output::line(format!(
        "{}\t{}\t{}\t{}\t{} changed\t{}{undone}",
        act.number,
        act.at,
        act.by,
        act.kind.as_str(),
        act.n_changed,
        act.names.join(" <- ")
    ))
}

fn say_suggestion(suggestion: &Suggestion, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(suggestion);
    }
    let party = |side: &authorities::Side| match side.id {
        Some(id) => format!("{} [{id}]", side.name),
        None => side.name.clone(),
    };
    let reasons: Vec<String> = suggestion.evidence.iter().map(reason).collect();
    output::line(format!(
        "{:.2}\t{}\t{}\t{}",
        suggestion.strength,
        party(&suggestion.keep),
        party(&suggestion.other),
        reasons.join("; ")
    ))
}

fn reason(evidence: &Evidence) -> String {
    match evidence {
        Evidence::SameLetters => "the same letters".to_owned(),
        Evidence::Initials => "initials of each other".to_owned(),
        Evidence::OtherAccents => "other accents".to_owned(),
        Evidence::Companions { n } => format!("{n} shared co-authors"),
        Evidence::Institutions { n } => format!("{n} shared institutions"),
        Evidence::YearsApart { n } => format!("{n} years apart"),
        Evidence::Rivals { n } => format!("{n} other names fit as well"),
        Evidence::Words { share } => format!("{:.0} % of the words", share * 100.0),
    }
}
