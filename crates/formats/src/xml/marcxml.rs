//! MARCXML: MARC records as XML.
//! **Source:** MARC 21 XML Schema, Library of Congress.

use super::{element::Element, oai};
use crate::{
    EntryError, Parsed,
    marc::{DataField, MarcRecord},
};

/// Reads a `record`: of OAI-PMH when it has a header, else of MARCXML.
pub(super) fn read_or_oai(record: &Element) -> Result<Parsed, EntryError> {
    if record.first("header").is_some() || record.first("metadata").is_some() {
        return oai::read(record);
    }
    let mut marc = MarcRecord {
        leader: record.text_at("leader"),
        ..MarcRecord::default()
    };
    if let Some(leader) = record.first("leader") {
        // Blanks count in a leader.
        marc.leader = leader.raw_text();
    }
    for field in record.children() {
        match field.name.as_str() {
            "leader" => {}
            "controlfield" => match field.attribute("tag") {
                Some(tag) => marc.control.push((tag.to_owned(), field.raw_text())),
                None => marc
                    .remarks
                    .push("a control field without a tag left out".to_owned()),
            },
            "datafield" => read_field(field, &mut marc),
            other => marc.remarks.push(format!("element `{other}` left out")),
        }
    }
    marc.into_parsed("marcxml")
}

fn read_field(field: &Element, marc: &mut MarcRecord) {
    let Some(tag) = field.attribute("tag") else {
        marc.remarks
            .push("a field without a tag left out".to_owned());
        return;
    };
    let indicator = |name| field.attribute(name).and_then(|value| value.chars().next());
    let mut read = DataField {
        tag: tag.to_owned(),
        indicators: [
            indicator("ind1").unwrap_or(' '),
            indicator("ind2").unwrap_or(' '),
        ],
        subfields: Vec::new(),
    };
    for subfield in field.children() {
        let code = subfield
            .attribute("code")
            .and_then(|code| code.chars().next());
        match code.filter(|_| subfield.name == "subfield") {
            Some(code) => read.subfields.push((code, subfield.text())),
            None => marc.remarks.push(format!(
                "a part of field {tag} without a code left out: `{}`",
                crate::fields::shown(&subfield.text())
            )),
        }
    }
    marc.data.push(read);
}
