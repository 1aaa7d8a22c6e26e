//! `trithuc collection`: titles and descriptions of collections, and which
//! records are in them.

use std::{collections::BTreeMap, sync::Arc};

use catalog::CatalogStore;
use collections::{Change, Collection, CollectionError};
use index::FacetField;
use jiff::Timestamp;
use records::{Clearance, RecordId};
use search::{Mode, SearchRequest, Searcher};
use serde_json::json;

use super::{export, index::bring_up};
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do about collections.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Describe a collection, in place of what was said of it before.
    Create {
        /// The name that its records carry.
        name: String,
        /// Title in Vietnamese.
        #[arg(long, value_name = "TEXT")]
        title_vi: Option<String>,
        /// Title in English.
        #[arg(long, value_name = "TEXT")]
        title_en: Option<String>,
        /// Description in Vietnamese.
        #[arg(long, value_name = "TEXT")]
        description_vi: Option<String>,
        /// Description in English.
        #[arg(long, value_name = "TEXT")]
        description_en: Option<String>,
    },
    /// Put records in: by id, or all that a query finds now.
    Add(Members),
    /// Take records out: by id, or all that a query finds now.
    Remove(Members),
    /// The collections, with how many records are in each.
    List,
    /// Forget what is said of a collection; its records keep the name.
    Forget {
        /// Its name.
        name: String,
    },
}

/// Which records.
#[derive(Debug, clap::Args)]
pub(crate) struct Members {
    /// The collection.
    name: String,
    /// Ids of records.
    #[arg(required_unless_present = "query")]
    ids: Vec<RecordId>,
    /// All records that this query finds now.
    #[arg(long, value_name = "QUERY", conflicts_with = "ids")]
    query: Option<String>,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    let now = Timestamp::now();
    match command {
        Command::Create {
            name,
            title_vi,
            title_en,
            description_vi,
            description_en,
        } => {
            let said = Collection {
                name: name.clone(),
                title_vi: title_vi.clone(),
                title_en: title_en.clone(),
                description_vi: description_vi.clone(),
                description_en: description_en.clone(),
            };
            collections::store(catalog, &said, now).map_err(usage)?;
        }
        Command::Add(members) => return change(&installation, members, Change::Add, context),
        Command::Remove(members) => return change(&installation, members, Change::Remove, context),
        Command::List => list(&installation, context)?,
        Command::Forget { name } => {
            let known = collections::collection(catalog, name)?;
            known.ok_or_else(|| Usage(format!("nothing is said of a collection `{name}`")))?;
            collections::remove(catalog, name, now)?;
        }
    }
    Ok(Outcome::Done)
}

fn usage(error: CollectionError) -> anyhow::Error {
    match error {
        CollectionError::Invalid { .. } => Usage(error.to_string()).into(),
        error => error.into(),
    }
}

fn change(
    installation: &Installation,
    members: &Members,
    what: Change,
    context: &Context,
) -> anyhow::Result<Outcome> {
    let found;
    let ids = match &members.query {
        Some(query) => {
            found = export::find(installation, query)?;
            &found
        }
        None => &members.ids,
    };
    let catalog = &*installation.catalog;
    let changed = collections::change(catalog, &members.name, what, ids, Timestamp::now());
    let changed = changed.map_err(usage)?;
    bring_up(installation, &*installation.full_text()?)?;
    if context.json {
        output::json(&json!({
            "changed": changed.n_changed,
            "unchanged": changed.n_unchanged,
            "missing": changed.missing,
        }))?;
    } else {
        output::line(format!(
            "{} records changed, {} were so already, {} are not there",
            changed.n_changed,
            changed.n_unchanged,
            changed.missing.len()
        ))?;
    }
    Ok(if changed.missing.is_empty() {
        Outcome::Done
    } else {
        Outcome::SetAside
    })
}

fn list(installation: &Installation, context: &Context) -> anyhow::Result<()> {
    let catalog: Arc<dyn CatalogStore> = installation.catalog.clone();
    let searcher = Searcher::new(catalog, installation.full_text()?);
    let found = searcher.search(&SearchRequest {
        mode: Mode::Lexical,
        limit: 0,
        facets: vec![FacetField::Collection],
        ..SearchRequest::new("", Clearance::Staff)
    })?;
    let mut all: BTreeMap<String, (Collection, u64)> = BTreeMap::new();
    for said in collections::collections(&*installation.catalog)? {
        all.insert(said.name.clone(), (said, 0));
    }
    for counted in found.facets.into_values().flatten() {
        let named = Collection::named(&counted.value);
        let entry = all.entry(counted.value).or_insert((named, 0));
        entry.1 = counted.count;
    }
    if context.json {
        let all = all.values().map(|(said, n)| {
            json!({
                "name": said.name, "records": n,
                "title": {"vi": said.title_vi, "en": said.title_en},
                "description": {"vi": said.description_vi, "en": said.description_en},
            })
        });
        return output::json(&all.collect::<Vec<_>>());
    }
    all.values().try_for_each(|(said, n)| {
        output::line(format!("{n:>8} {}  {}", said.name, said.title(true)))
    })
}
