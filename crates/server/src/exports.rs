//! The formats in which records leave the library: one table for the API, the
//! links of the pages, content negotiation and the endings of addresses.

use axum::http::HeaderMap;
use formats::{ExportFormat, write_one};
use records::{Record, RecordId};

use crate::{accept, error::ApiError, params::encode};

/// One format.
#[derive(Debug)]
pub(crate) struct Export {
    /// Which one.
    pub(crate) format: ExportFormat,
    /// What people call it, in any language.
    pub(crate) label: &'static str,
    /// Ending of an address, without the dot.
    pub(crate) suffix: &'static str,
}

const fn export(format: ExportFormat, label: &'static str, suffix: &'static str) -> Export {
    Export {
        format,
        label,
        suffix,
    }
}

/// All formats, the default first, then those that people ask for most.
pub(crate) const EXPORTS: [Export; 10] = [
    export(ExportFormat::Json, "JSON", "json"),
    export(ExportFormat::Ris, "RIS", "ris"),
    export(ExportFormat::Bibtex, "BibTeX", "bib"),
    export(ExportFormat::Csl, "CSL-JSON", "csl"),
    export(ExportFormat::Csv, "CSV", "csv"),
    export(ExportFormat::Marcxml, "MARCXML", "marcxml"),
    export(ExportFormat::OaiDc, "Dublin Core", "dc"),
    export(ExportFormat::Datacite, "DataCite", "datacite"),
    export(ExportFormat::Mods, "MODS", "mods"),
    export(ExportFormat::SchemaOrg, "schema.org (JSON-LD)", "jsonld"),
];

/// The media type of pages, offered before the formats where there is a page.
const PAGE: &str = "text/html";

impl Export {
    /// The format of this name.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`] that lists the names.
    pub(crate) fn find(name: &str) -> Result<&'static Self, ApiError> {
        let found = EXPORTS.iter().find(|export| export.name() == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = EXPORTS.iter().map(Self::name).collect();
            let cure = format!("send {}", names.join(", "));
            ApiError::invalid("format", name, "is not known", cure)
        })
    }

    /// The format that the caller likes best; the default when it takes none.
    pub(crate) fn accepted(headers: &HeaderMap) -> &'static Self {
        let offered = EXPORTS.each_ref().map(Self::media_type);
        let best = accept::best(headers, &offered);
        EXPORTS
            .iter()
            .find(|export| Some(export.media_type()) == best)
            .unwrap_or(&EXPORTS[0])
    }

    /// The format that the caller likes better than a page, if any.
    pub(crate) fn instead_of_page(headers: &HeaderMap) -> Option<&'static Self> {
        let types = EXPORTS.iter().map(Self::media_type);
        let offered: Vec<&str> = std::iter::once(PAGE).chain(types).collect();
        let best = accept::best(headers, &offered)?;
        EXPORTS.iter().find(|export| export.media_type() == best)
    }

    /// The format that an address ends in, and the address without its ending.
    pub(crate) fn of_suffix(raw: &str) -> Option<(&str, &'static Self)> {
        let (stem, suffix) = raw.rsplit_once('.')?;
        let found = EXPORTS.iter().find(|export| export.suffix == suffix)?;
        (!stem.is_empty()).then_some((stem, found))
    }

    /// Value of `format=`.
    pub(crate) fn name(&self) -> &'static str {
        self.format.as_str()
    }

    /// Media type of the answer; different for each format, so that a caller
    /// can choose by it.
    pub(crate) fn media_type(&self) -> &'static str {
        match self.format {
            ExportFormat::OaiDc => "application/xml",
            ExportFormat::Datacite => "application/vnd.datacite.datacite+xml",
            format => format.media_type(),
        }
    }

    /// The record as a whole document; `page` is the address of its page.
    pub(crate) fn write(&self, record: &Record, page: &str) -> Vec<u8> {
        write_one(self.format, record, Some(page)).into_bytes()
    }

    /// Address of a record in this format.
    pub(crate) fn url(&self, id: &RecordId) -> String {
        format!("/records/{}.{}", encode(id.as_str()), self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn every_format_has_its_own_name_ending_and_media_type() {
        let all =
            |of: fn(&Export) -> &'static str| -> BTreeSet<_> { EXPORTS.iter().map(of).collect() };
        for texts in [
            all(Export::name),
            all(|e| e.suffix),
            all(Export::media_type),
        ] {
            assert_eq!(texts.len(), EXPORTS.len(), "{texts:?}");
        }
    }

    #[test]
    fn browsers_get_pages_and_programs_what_they_ask_for() {
        let chosen = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            Export::instead_of_page(&headers).map(Export::name)
        };
        assert_eq!(chosen("text/html,application/xml;q=0.9,*/*;q=0.8"), None);
        assert_eq!(chosen("*/*"), None);
        assert_eq!(chosen("application/x-bibtex"), Some("bibtex"));
        assert_eq!(
            chosen("application/ld+json, text/html;q=0.5"),
            Some("schemaorg")
        );
    }

    #[test]
    fn an_ending_names_its_format() {
        let found = |raw| Export::of_suffix(raw).map(|(stem, export)| (stem, export.name()));
        assert_eq!(found("a.b.ris"), Some(("a.b", "ris")));
        assert_eq!(found("a.pdf"), None);
        assert_eq!(found(".ris"), None);
    }
}
