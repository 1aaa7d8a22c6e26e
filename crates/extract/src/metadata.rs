//! What a document says of itself, read from its title page and its labels.
//!
//! [`manuscript`] holds the blocks with their looks, [`labels`] the words that
//! head parts; [`front`] finds titles, authors and institutions, [`abstracts`]
//! abstracts and keywords, [`journal`] what a journal prints around a paper,
//! [`kind`] what the work is. Every value carries how sure it is, and a value
//! in one language is never filled with text in another.

mod abstracts;
mod front;
mod institutions;
mod journal;
mod kind;
mod labels;
pub(crate) mod manuscript;
mod names;
mod references;
mod title;

use manuscript::Manuscript;
use records::Lang;

use crate::{DocumentMetadata, Properties};

/// Reads the metadata of a document. `properties` count as a hint only.
pub(crate) fn read(manuscript: &Manuscript, properties: &Properties) -> DocumentMetadata {
    let mut found = DocumentMetadata::default();
    journal::read(manuscript, &mut found);
    abstracts::read(manuscript, &mut found);
    front::read(manuscript, properties, &mut found);
    kind::read(manuscript, &mut found);
    found.references = references::read(manuscript);
    found
}

/// Whether a line opens a part with a label of its own (*Từ khóa: …*), so that
/// it does not go on with the line before.
pub(crate) fn opens_part(line: &str) -> bool {
    use labels::LabelKind as Kind;
    labels::of(line).is_some_and(|label| {
        let is_named = matches!(
            label.kind,
            Kind::Abstract | Kind::Keywords | Kind::Authors | Kind::Supervisor | Kind::Institution
        );
        let starts_loud = line.starts_with(char::is_uppercase) || line.starts_with('(');
        is_named && starts_loud && label.len > 0
    })
}

/// The language of a text, `und` when it cannot be told.
fn language(text: &str) -> Lang {
    Lang::parse(text::detect(text).lang)
}

#[cfg(test)]
mod tests;
