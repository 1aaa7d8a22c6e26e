//! The formats in which records are harvested.

use formats::ExportFormat;
use records::Record;

/// One format.
#[derive(Debug)]
pub(super) struct Prefix {
    pub(super) name: &'static str,
    pub(super) schema: &'static str,
    pub(super) namespace: &'static str,
    pub(super) format: ExportFormat,
}

/// All formats, the one that every provider has first.
pub(super) const PREFIXES: [Prefix; 7] = [
    Prefix {
        name: "oai_dc",
        schema: "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        namespace: "http://www.openarchives.org/OAI/2.0/oai_dc/",
        format: ExportFormat::OaiDc,
    },
    Prefix {
        name: "marcxml",
        schema: "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
        namespace: "http://www.loc.gov/MARC21/slim",
        format: ExportFormat::Marcxml,
    },
    Prefix {
        name: "mods",
        schema: "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd",
        namespace: "http://www.loc.gov/mods/v3",
        format: ExportFormat::Mods,
    },
    Prefix {
        name: "oai_datacite",
        schema: "http://schema.datacite.org/oai/oai-1.1/oai.xsd",
        namespace: "http://schema.datacite.org/oai/oai-1.1/",
        format: ExportFormat::Datacite,
    },
    Prefix {
        name: "datacite",
        schema: "https://schema.datacite.org/meta/kernel-4/metadata.xsd",
        namespace: "http://datacite.org/schema/kernel-4",
        format: ExportFormat::Datacite,
    },
    Prefix {
        name: "oai_openaire",
        schema: "https://www.openaire.eu/schema/repo-lit/4.0/openaire.xsd",
        namespace: "http://namespace.openaire.eu/schema/oaire/",
        format: ExportFormat::OpenAire,
    },
    Prefix {
        name: CERIF,
        schema: "https://www.openaire.eu/schema/cris/1.2/openaire-cerif-profile.xsd",
        namespace: "https://www.openaire.eu/cerif-profile/1.2/",
        format: ExportFormat::Cerif,
    },
];

/// The format whose record names begin with the kind of entity.
const CERIF: &str = "oai_cerif_openaire";

impl Prefix {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        PREFIXES.iter().find(|prefix| prefix.name == name)
    }

    /// The local part of a record's OAI identifier.
    pub(super) fn local_id(&self, id: &str, record: Option<&Record>) -> String {
        match record.filter(|_| self.name == CERIF) {
            Some(record) => format!("{}/{id}", formats::cerif_plural(record.record_type)),
            None => id.to_owned(),
        }
    }

    /// The record in this format, ready to stand in `<metadata>`.
    pub(super) fn write(&self, record: &Record, page: &str) -> String {
        let element = self.format.element(record, Some(page));
        match self.name {
            "oai_datacite" => format!(
                "<oai_datacite xmlns=\"{}\"><schemaVersion>4.6</schemaVersion>\
                 <datacentreSymbol>TRITHUC</datacentreSymbol><payload>{element}</payload></oai_datacite>",
                self.namespace
            ),
            _ => element,
        }
    }
}
