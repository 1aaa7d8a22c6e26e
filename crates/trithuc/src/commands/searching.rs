//! The searcher of an installation, and its refusals as those of the program.

use std::sync::Arc;

use catalog::CatalogStore;
use search::{SearchError, Searcher};

use crate::{installation::Installation, outcome::Usage};

/// A searcher over all indexes that the installation has.
pub(super) fn searcher(installation: &Installation) -> anyhow::Result<Searcher> {
    let searcher = by_words(installation)?;
    Ok(match installation.meaning()? {
        Some(meaning) => searcher.with_meaning(meaning),
        None => searcher,
    })
}

/// A searcher over the words alone: no model is read.
pub(super) fn by_words(installation: &Installation) -> anyhow::Result<Searcher> {
    let catalog: Arc<dyn CatalogStore> = installation.catalog.clone();
    let searcher = Searcher::new(catalog, installation.full_text()?);
    Ok(searcher.with_terms(installation.terms()?))
}

/// What the user can mend is bad usage.
pub(super) fn usage(error: SearchError) -> anyhow::Error {
    match error {
        SearchError::BadQuery { .. } | SearchError::BadFilter(_) => Usage(error.to_string()).into(),
        other => other.into(),
    }
}
