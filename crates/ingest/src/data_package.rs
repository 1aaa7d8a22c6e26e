//! Files of data that a record names (Frictionless, Croissant): they lie beside
//! the file of the record, become part of it, and are no works of their own.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Component, Path, PathBuf},
};

use extract::Limits;
use formats::{Kind, Parsed};
use records::{Column, Page, Record};

use crate::{
    IngestError, Ingester,
    document::{self, DataFile},
    pipeline::{Run, hash_file},
    walk::Place,
};

/// Names of files that describe data beside them.
const NAMES: [&str; 3] = ["datapackage.json", "croissant.json", "metadata.json"];

/// A description is text by people or a form; the largest known has 2 MB.
const MAX_DESCRIPTION_BYTES: u64 = 16 << 20;

/// Data files that descriptions name, by their shown paths.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    /// Each with where its bytes are.
    data: BTreeMap<PathBuf, PathBuf>,
    /// Each description with its data.
    descriptions: BTreeMap<PathBuf, Vec<PathBuf>>,
}

impl Packages {
    /// Looks for descriptions among files and for what they name.
    pub(crate) fn add<'p>(&mut self, places: impl Iterator<Item = &'p Place> + Clone) {
        let is_description = |place: &&Place| {
            let name = place.shown.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| NAMES.contains(&name.to_lowercase().as_str()))
        };
        let there: BTreeMap<&Path, &Place> = match places.clone().any(|p| is_description(&p)) {
            true => places
                .clone()
                .map(|place| (place.shown.as_path(), place))
                .collect(),
            false => BTreeMap::new(),
        };
        for description in places.filter(is_description) {
            let named = data_files(&description.file);
            let wanted: Vec<PathBuf> = named
                .iter()
                .filter_map(|path| beside(&description.shown, path))
                .collect();
            let mut found = Vec::new();
            for place in wanted.iter().filter_map(|path| there.get(path.as_path())) {
                self.data.insert(place.shown.clone(), place.file.clone());
                found.push(place.file.clone());
            }
            self.descriptions.insert(description.shown.clone(), found);
        }
    }

    /// Whether a file is part of the record of another one.
    pub(crate) fn is_data(&self, shown: &Path) -> bool {
        self.data.contains_key(shown)
    }

    /// Where the data of a description is.
    pub(crate) fn data_of(&self, shown: &Path) -> &[PathBuf] {
        self.descriptions.get(shown).map_or(&[], Vec::as_slice)
    }
}

fn data_files(description: &Path) -> Vec<String> {
    let mut bytes = Vec::new();
    let read = File::open(description)
        .and_then(|file| file.take(MAX_DESCRIPTION_BYTES).read_to_end(&mut bytes));
    // What cannot be read is set aside when its turn comes.
    if read.is_err()
        || !matches!(
            Kind::sniff(&bytes, "x.json"),
            Some(Kind::Json | Kind::JsonLines)
        )
    {
        return Vec::new();
    }
    let format = Kind::Json.format();
    let entries = format.entries(Box::new(&bytes[..]), formats::Limits::default());
    let parsed = entries
        .flatten()
        .filter_map(|entry| format.parse(&entry).ok());
    parsed.flat_map(|parsed| parsed.data_files).collect()
}

/// The path of a file that stands beside a description or below it.
fn beside(description: &Path, path: &str) -> Option<PathBuf> {
    let mut found = description.parent()?.to_owned();
    for part in Path::new(&path.replace('\\', "/")).components() {
        match part {
            Component::Normal(part) => found.push(part),
            Component::CurDir => {}
            // Out of the folder of the description nothing is read.
            _ => return None,
        }
    }
    Some(found)
}

impl Ingester<'_> {
    /// Reads the data files that a record names into it. `shown`: the file of
    /// the record.
    pub(crate) fn attach_data(
        &self,
        found: &mut Parsed,
        shown: &Path,
        run: &Run,
    ) -> Result<(), IngestError> {
        let named = std::mem::take(&mut found.data_files);
        let has_several = named.len() > 1;
        for path in named {
            let Some(place) = run.packages.place(shown, &path) else {
                let remark = format!(
                    "data file `{path}` is not there; put it beside `{}`",
                    shown.display()
                );
                found.record.provenance.remarks.push(remark);
                continue;
            };
            let read = hash_file(&place.file).map_err(document::DocumentError::from);
            let read = read.and_then(|hash| {
                let read = document::read_file(&place, hash, &Limits::default(), self.documents)?;
                Ok((hash, read))
            });
            match read {
                Ok((hash, data)) => {
                    self.files.keep(&hash, &data.bytes)?;
                    attach(
                        &mut found.record,
                        data,
                        has_several.then_some(path.as_str()),
                    );
                }
                Err(error) => {
                    let reason = records::with_causes(&error);
                    found
                        .record
                        .provenance
                        .remarks
                        .push(format!("data file `{path}`: {reason}"));
                }
            }
        }
        Ok(())
    }
}

impl Packages {
    fn place(&self, description: &Path, path: &str) -> Option<Place> {
        let shown = beside(description, path)?;
        let file = self.data.get(&shown)?.clone();
        Some(Place { file, shown })
    }
}

/// Adds a file to a record: what its columns hold goes to those that the record
/// describes, the others are added.
fn attach(record: &mut Record, data: DataFile, table: Option<&str>) {
    for column in data.document.columns {
        let known = record.columns.iter_mut().find(|known| {
            known.name == column.name && known.minimum.is_none() && known.samples.is_empty()
        });
        match known {
            Some(known) => {
                known.data_type = known.data_type.take().or(column.data_type);
                known.samples = column.samples;
                (known.minimum, known.maximum) = (column.minimum, column.maximum);
                known.n_missing = column.n_missing;
            }
            None => record.columns.push(Column {
                table: column.table.or_else(|| table.map(str::to_owned)),
                ..column
            }),
        }
    }
    let start = record.body.last().map_or(0, |page| page.number);
    record.body.extend(
        data.document
            .pages
            .into_iter()
            .zip(1..)
            .map(|(page, n)| Page {
                number: start.saturating_add(n),
                ..page
            }),
    );
    let remarks = data.document.warnings.into_iter();
    let named = remarks.map(|warning| format!("`{}`: {warning}", data.file.name));
    record.provenance.remarks.extend(named);
    record.files.push(data.file);
}
