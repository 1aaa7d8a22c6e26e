//! What `overlap` and `similar` are given: a record of the library, a document,
//! or text on standard input.

use std::{fs, io::Read as _, path::Path};

use anyhow::{Context as _, bail};
use catalog::Detail;
use extract::DocumentReader as _;
use records::{Clearance, RecordId};
use search::{Filter, Manuscript};

use super::extract_worker;
use crate::{installation::Installation, outcome::Usage};

/// Largest document, in bytes: the same as for ingestion.
const MOST_BYTES: u64 = 512 << 20;

/// Arguments of the commands that compare a text with the library.
#[derive(Debug, clap::Args)]
pub(crate) struct ToCompare {
    /// A document (PDF, DOCX, …), the id of a record, or - for text on standard
    /// input.
    pub(super) given: String,
    /// Records to show.
    #[arg(long, default_value_t = 10)]
    pub(super) limit: usize,
    /// Narrow to FIELD:VALUE, for example `type:task`; several values of one
    /// field mean "or".
    #[arg(long = "filter", value_name = "FIELD:VALUE")]
    pub(super) filters: Vec<Filter>,
    /// Language of titles and remarks: vi or en.
    #[arg(long, default_value = "vi")]
    pub(super) lang: String,
}

/// A text to compare, and the record that it is of.
pub(super) struct Given {
    pub(super) manuscript: Manuscript,
    pub(super) record: Option<RecordId>,
}

/// Reads what was given: `-` is standard input, then a file that is there, then
/// the id of a record.
pub(super) fn read(given: &str, installation: &Installation) -> anyhow::Result<Given> {
    if given == "-" {
        let mut text = Vec::new();
        let mut input = std::io::stdin().lock().take(MOST_BYTES);
        input
            .read_to_end(&mut text)
            .context("standard input cannot be read")?;
        return Ok(Given {
            manuscript: Manuscript::plain(String::from_utf8_lossy(&text)),
            record: None,
        });
    }
    let path = Path::new(given);
    if path.is_file() {
        return document(path);
    }
    let record = RecordId::new(given).ok();
    let stored = record.map(|id| {
        installation
            .catalog
            .get(&id, Clearance::Staff, Detail::Full)
    });
    match stored.transpose()?.flatten() {
        Some(stored) => Ok(Given {
            manuscript: Manuscript::of_record(&stored.record),
            record: Some(stored.record.id),
        }),
        None => Err(Usage(format!(
            "`{given}` is neither a file nor a record; give a path, an id (see `trithuc search`), or - for standard input"
        ))
        .into()),
    }
}

/// Reads a document in a process of its own, as ingestion does.
fn document(path: &Path) -> anyhow::Result<Given> {
    let shown = path.display();
    let unreadable = || format!("`{shown}` cannot be read; check the path and its rights");
    let n_bytes = fs::metadata(path).with_context(unreadable)?.len();
    if n_bytes > MOST_BYTES {
        bail!("`{shown}` has {n_bytes} bytes; give a document of at most {MOST_BYTES}");
    }
    let bytes = fs::read(path).with_context(unreadable)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = extract_worker::pool()?.read(&bytes, &name);
    let document = read.with_context(|| format!("`{shown}` gives no text"))?;
    Ok(Given {
        manuscript: Manuscript::of_pages(document.pages),
        record: None,
    })
}
