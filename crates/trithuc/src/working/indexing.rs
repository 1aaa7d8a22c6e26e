//! Jobs that bring the derived indexes up to the catalogue.

use index::FullTextStore;
use ingest::{Indexed, Indexer};
use jobs::{Watch, Watched};
use serde_json::{Value, json};

use crate::{installation::Installation, vectorising};

/// The full text: what is missing, or anew beside the one that serves.
pub(super) fn full_text(
    installation: &Installation,
    is_rebuild: bool,
    watch: &Watch<'_>,
) -> anyhow::Result<Value> {
    let catalog = &*installation.catalog;
    let indexed = if is_rebuild {
        watch.set_total(catalog.status()?.n_records);
        let fresh = installation.begin_rebuild()?;
        let indexed = bring_up(installation, fresh.store(), watch)?;
        fresh.publish()?;
        indexed
    } else {
        let full_text = installation.full_text()?;
        let left = catalog.seq()?.0.saturating_sub(full_text.applied_seq()?.0);
        watch.set_total(left);
        bring_up(installation, &*full_text, watch)?
    };
    Ok(json!({ "applied": indexed.applied, "seq": indexed.seq.0 }))
}

fn bring_up(
    installation: &Installation,
    full_text: &dyn FullTextStore,
    watch: &Watch<'_>,
) -> anyhow::Result<Indexed> {
    let catalog = Watched::new(&*installation.catalog, watch).counting_changes();
    Ok(Indexer::new(&catalog, full_text)?.finish()?)
}

/// The index of meaning: what is missing, or anew beside the one that serves.
pub(super) fn vectors(
    installation: &Installation,
    is_rebuild: bool,
    watch: &Watch<'_>,
) -> anyhow::Result<Value> {
    let opened = if is_rebuild {
        installation.begin_vectors()?
    } else {
        installation.meaning()?
    };
    let Some(meaning) = opened else {
        anyhow::bail!("there is no embedding model here; fetch it with `trithuc model fetch`");
    };
    let left = installation.catalog.seq()?.0;
    watch.set_total(left.saturating_sub(meaning.vectors.applied_seq()?.0));
    let catalog = Watched::new(&*installation.catalog, watch).counting_changes();
    let done = vectorising::vectorise(&catalog, &meaning, &indicatif::ProgressBar::hidden())?;
    if is_rebuild {
        installation.publish_vectors(meaning)?;
    }
    Ok(json!({ "applied": done.applied, "embedded": done.embedded, "known": done.known }))
}
