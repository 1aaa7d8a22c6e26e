//! What is said of a collection, kept in the catalogue under its name.

use catalog::{Batch, Blob, CatalogStore};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::CollectionError;

const PREFIX: &str = "collection/";

/// Characters of a name and of a title: one line.
const MOST_LINE: usize = 200;
/// Characters of a description: a page.
const MOST_TEXT: usize = 5_000;

/// What is said of a collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The name that its records carry.
    pub name: String,
    /// Title in Vietnamese.
    pub title_vi: Option<String>,
    /// Title in English.
    pub title_en: Option<String>,
    /// Description in Vietnamese.
    pub description_vi: Option<String>,
    /// Description in English.
    pub description_en: Option<String>,
}

impl Collection {
    /// A collection of which nothing is said but its name.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Its title in a language; the other one, else its name, where there is
    /// none.
    pub fn title(&self, is_vietnamese: bool) -> &str {
        let title = first(is_vietnamese, &self.title_vi, &self.title_en);
        title.unwrap_or(&self.name)
    }

    /// Its description in a language; the other one where there is none.
    pub fn description(&self, is_vietnamese: bool) -> Option<&str> {
        first(is_vietnamese, &self.description_vi, &self.description_en)
    }

    /// Whether every part makes sense.
    ///
    /// # Errors
    /// [`CollectionError::Invalid`] names the first that does not.
    pub fn check(&self) -> Result<(), CollectionError> {
        check_name(&self.name)?;
        let titles = [("title_vi", &self.title_vi), ("title_en", &self.title_en)];
        for (field, title) in titles {
            if let Some(title) = title.as_deref().filter(|title| !is_line(title)) {
                return Err(invalid(
                    field,
                    title,
                    "is no title; write 1 to 200 characters on one line",
                ));
            }
        }
        let texts = [
            ("description_vi", &self.description_vi),
            ("description_en", &self.description_en),
        ];
        for (field, text) in texts {
            let is_bad = |text: &&str| text.trim().is_empty() || text.chars().count() > MOST_TEXT;
            if let Some(text) = text.as_deref().filter(is_bad) {
                return Err(invalid(
                    field,
                    text,
                    "is no description; write 1 to 5000 characters",
                ));
            }
        }
        Ok(())
    }
}

fn first<'a>(
    is_vietnamese: bool,
    vi: &'a Option<String>,
    en: &'a Option<String>,
) -> Option<&'a str> {
    let (mine, other) = if is_vietnamese { (vi, en) } else { (en, vi) };
    mine.as_deref().or(other.as_deref())
}

fn is_line(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= MOST_LINE
        && !text.chars().any(char::is_control)
}

fn invalid(field: &'static str, value: &str, reason: &'static str) -> CollectionError {
    CollectionError::Invalid {
        field,
        value: value.chars().take(80).collect(),
        reason,
    }
}

/// # Errors
/// [`CollectionError::Invalid`] for what is no name of a collection.
pub fn check_name(name: &str) -> Result<(), CollectionError> {
    match is_line(name) {
        true => Ok(()),
        false => {
            let cure = "is no name of a collection; write 1 to 200 characters on one line";
            Err(invalid("name", name, cure))
        }
    }
}

/// All that something is said of, by name. Records may carry other names, too.
///
/// # Errors
/// [`CollectionError::Damaged`], and the catalogue's.
pub fn collections(catalog: &dyn CatalogStore) -> Result<Vec<Collection>, CollectionError> {
    catalog.blobs(PREFIX)?.into_iter().map(parse).collect()
}

/// What is said of one; `None` where nothing is.
///
/// # Errors
/// [`CollectionError::Damaged`], and the catalogue's.
pub fn collection(
    catalog: &dyn CatalogStore,
    name: &str,
) -> Result<Option<Collection>, CollectionError> {
    let key = format!("{PREFIX}{name}");
    let found = catalog.blobs(&key)?.into_iter();
    found
        .filter(|blob| blob.name == key)
        .map(parse)
        .next()
        .transpose()
}

/// Says something of a collection, in place of what was said before.
///
/// # Errors
/// [`CollectionError::Invalid`], and the catalogue's.
pub fn store(
    catalog: &dyn CatalogStore,
    collection: &Collection,
    now: Timestamp,
) -> Result<(), CollectionError> {
    collection.check()?;
    let bytes = serde_json::to_vec(collection).expect("a description is plain data");
    write(catalog, &collection.name, bytes, now)
}

/// Forgets what is said of a collection; records keep its name.
///
/// # Errors
/// The catalogue's.
pub fn remove(
    catalog: &dyn CatalogStore,
    name: &str,
    now: Timestamp,
) -> Result<(), CollectionError> {
    write(catalog, name, Vec::new(), now)
}

fn write(
    catalog: &dyn CatalogStore,
    name: &str,
    bytes: Vec<u8>,
    now: Timestamp,
) -> Result<(), CollectionError> {
    let mut batch = Batch::new(now);
    batch.blobs.push(Blob {
        name: format!("{PREFIX}{name}"),
        bytes,
    });
    catalog.apply(batch)?;
    Ok(())
}

fn parse(blob: Blob) -> Result<Collection, CollectionError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| CollectionError::Damaged {
        name: blob.name,
        source,
    })
}
