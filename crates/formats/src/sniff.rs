//! Which format a file is in, by its content first.

use crate::{BibtexFormat, CsvFormat, JsonLinesFormat, RecordFormat, RisFormat, table};

/// What a file of records is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JSON Lines.
    JsonLines,
    /// BibTeX.
    Bibtex,
    /// RIS.
    Ris,
    /// CSV with a header.
    Csv,
}

impl Kind {
    /// Tells the format by the first bytes (UTF-8) and, where these leave a
    /// choice, by the name. `None`: not records, but perhaps a document.
    pub fn sniff(head: &[u8], name: &str) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let lower = name.to_lowercase();
        let says = |endings: &[&str]| {
            let stem = [".gz", ".xz", ".zst"]
                .iter()
                .find_map(|e| lower.strip_suffix(e));
            let stem = stem.unwrap_or(&lower);
            endings.iter().any(|ending| stem.ends_with(ending))
        };
        if start.starts_with('{') && !start.starts_with("{\\rtf") {
            return Some(Self::JsonLines);
        }
        if start.starts_with("TY  - ") {
            return Some(Self::Ris);
        }
        if start.starts_with('@') && start[1..].starts_with(char::is_alphabetic) {
            return Some(Self::Bibtex);
        }
        if table::is_header(start.lines().next().unwrap_or_default()) {
            return Some(Self::Csv);
        }
        match () {
            () if says(&[".jsonl", ".ndjson", ".json"]) => Some(Self::JsonLines),
            () if says(&[".bib", ".bibtex"]) => Some(Self::Bibtex),
            () if says(&[".ris"]) => Some(Self::Ris),
            () if says(&[".csv", ".tsv"]) => Some(Self::Csv),
            () => None,
        }
    }

    /// The format.
    pub fn format(self) -> Box<dyn RecordFormat> {
        match self {
            Self::JsonLines => Box::new(JsonLinesFormat),
            Self::Bibtex => Box::new(BibtexFormat),
            Self::Ris => Box::new(RisFormat),
            Self::Csv => Box::new(CsvFormat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_wins_and_the_name_helps() {
        for (head, name, kind) in [
            (b"{\"id\":1}\n".as_slice(), "x.txt", Some(Kind::JsonLines)),
            (b"TY  - JOUR\n", "x", Some(Kind::Ris)),
            (b"@article{a,\n", "x.txt", Some(Kind::Bibtex)),
            (
                b"% comment\n@article{a,\n",
                "refs.bib.gz",
                Some(Kind::Bibtex),
            ),
            (b"title,year\n", "x", Some(Kind::Csv)),
            (b"broken", "x.jsonl.xz", Some(Kind::JsonLines)),
            (b"%PDF-1.7", "x.pdf", None),
            (b"{\\rtf1", "x.rtf", None),
            (b"An essay, with a comma.", "x.txt", None),
        ] {
            assert_eq!(Kind::sniff(head, name), kind, "{name}");
        }
    }
}
