//! What was set aside, by where it came from.

use catalog::{CatalogError, CatalogStore, Quarantined};

/// Inputs read at once.
const PAGE: usize = 1000;

/// The newest `limit` inputs set aside from paths or addresses that begin with
/// `source`, newest first.
///
/// # Errors
/// The catalogue's.
pub fn aside_from(
    catalog: &dyn CatalogStore,
    source: &str,
    limit: usize,
) -> Result<Vec<Quarantined>, CatalogError> {
    let mut found = std::collections::VecDeque::new();
    walk(catalog, |input| {
        if input.entry.source.starts_with(source) {
            if found.len() == limit {
                found.pop_front();
            }
            if limit > 0 {
                found.push_back(input);
            }
        }
    })?;
    Ok(found.into_iter().rev().collect())
}

/// How many inputs are set aside from there.
///
/// # Errors
/// The catalogue's.
pub fn n_aside(catalog: &dyn CatalogStore, source: &str) -> Result<u64, CatalogError> {
    let mut n = 0;
    walk(catalog, |input| {
        n += u64::from(input.entry.source.starts_with(source));
    })?;
    Ok(n)
}

fn walk(catalog: &dyn CatalogStore, mut take: impl FnMut(Quarantined)) -> Result<(), CatalogError> {
    let mut after = 0;
    loop {
        let page = catalog.quarantined(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.number;
        page.into_iter().for_each(&mut take);
    }
}
