//! Classification schemes: codes with their names in both languages.

use std::collections::BTreeMap;

use catalog::{Batch, Blob, CatalogStore};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::SubjectError;

/// Fields of science and technology (Circular 24/2025/TT-BKHCN).
pub const KHCN: &str = "khcn";

/// International Patent Classification.
pub const IPC: &str = "ipc";

const LOADED: &str = "subject/scheme/";

/// A code of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The code above it; empty at the top.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// Name in Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
}

/// The codes of a scheme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// By code.
    pub entries: BTreeMap<String, Entry>,
}

impl Scheme {
    /// Reads `code,parent,vi,en` with a header; the parent may be empty.
    ///
    /// # Errors
    /// [`SubjectError::Line`] for a line that cannot be read, a code that comes
    /// twice or is not made of letters, digits, `/` and `.`, a name that is
    /// missing, a parent that is not there or leads back.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let mut scheme = Self::default();
        let mut lines = BTreeMap::new();
        for row in reader.deserialize::<Row>() {
            let row = row.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                at(line, format!("{error}; the columns are code,parent,vi,en"))
            })?;
            let line = lines.len() as u64 + 2;
            let is_code = |c: char| c.is_ascii_alphanumeric() || "/.-".contains(c);
            if row.code.is_empty() || row.code.len() > 20 || !row.code.chars().all(is_code) {
                return Err(at(line, format!("`{}` is no code", row.code)));
            }
            if row.vi.is_empty() || row.en.is_empty() {
                return Err(at(
                    line,
                    format!("`{}` needs a name in both languages", row.code),
                ));
            }
            let entry = Entry {
                parent: row.parent,
                vi: row.vi,
                en: row.en,
            };
            if scheme.entries.insert(row.code.clone(), entry).is_some() {
                return Err(at(line, format!("`{}` stands here twice", row.code)));
            }
            lines.insert(row.code, line);
        }
        scheme.check(&lines)?;
        Ok(scheme)
    }

    fn check(&self, lines: &BTreeMap<String, u64>) -> Result<(), SubjectError> {
        if self.entries.is_empty() {
            return Err(at(
                1,
                "there is no code; the columns are code,parent,vi,en".into(),
            ));
        }
        for (code, line) in lines {
            let next = |code: &&String| {
                let parent = &self.entries.get(*code)?.parent;
                (!parent.is_empty()).then_some(parent)
            };
            let above: Vec<&String> = std::iter::successors(Some(code), next).take(12).collect();
            if above.len() == 12 {
                return Err(at(*line, format!("`{code}` would stand above itself")));
            }
            if let Some(missing) = above.iter().find(|code| !self.entries.contains_key(**code)) {
                return Err(at(
                    *line,
                    format!("the parent `{missing}` has no line; add one"),
                ));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Row {
    code: String,
    #[serde(default)]
    parent: String,
    vi: String,
    en: String,
}

fn at(line: u64, problem: String) -> SubjectError {
    SubjectError::Line { line, problem }
}

/// The codes of a scheme: what somebody loaded, else what ships.
///
/// # Errors
/// [`SubjectError::NoScheme`], [`SubjectError::Damaged`], and the catalogue's.
pub fn scheme(catalog: &dyn CatalogStore, name: &str) -> Result<Scheme, SubjectError> {
    let shipped = shipped(name)?;
    let loaded = crate::decide::read_blobs(catalog, &format!("{LOADED}{name}"))?.pop();
    match loaded {
        Some(loaded) => Ok(loaded),
        None => Scheme::parse(shipped),
    }
}

fn shipped(name: &str) -> Result<&'static str, SubjectError> {
    match name {
        KHCN => Ok(include_str!("../data/khcn.csv")),
        IPC => Ok(include_str!("../data/ipc.csv")),
        _ => Err(SubjectError::NoScheme(name.chars().take(40).collect())),
    }
}

/// Puts the codes of a file in the place of those of a scheme.
///
/// # Errors
/// [`SubjectError`]; nothing is written then.
pub fn load(
    catalog: &dyn CatalogStore,
    name: &str,
    text: &str,
    at: Timestamp,
) -> Result<Scheme, SubjectError> {
    shipped(name)?;
    let scheme = Scheme::parse(text)?;
    let mut batch = Batch::new(at);
    batch.blobs.push(Blob {
        name: format!("{LOADED}{name}"),
        bytes: serde_json::to_vec(&scheme).expect("a value with only string keys"),
    });
    catalog.apply(batch)?;
    Ok(scheme)
}
