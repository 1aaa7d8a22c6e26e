//! Grants of the USPTO from 2001 to 2004, after WIPO ST.32: SGML, or the same
//! as XML.
//! **Source:** USPTO Grant Red Book 2.5; WIPO Standard ST.32, tags B110-B895.

use records::AgentRole;

use super::element::Element;
use crate::{
    EntryError, Parsed,
    fields::Fields,
    patent::{self, Publication},
};

const BLOCKS: [&str; 5] = ["PARA", "H", "CLM", "ROW", "LI"];

pub(super) fn read(document: &Element) -> Result<Parsed, EntryError> {
    let Some(data) = document.first("SDOBI") else {
        return Err(EntryError::Syntax {
            format: "ST.32",
            reason: "the patent has no bibliographic data (`SDOBI`)".to_owned(),
            cure: "send the whole document, not a part of it",
        });
    };
    let mut fields = patent::start(&Publication {
        country: data.text_at("B100/B190"),
        number: data.text_at("B100/B110"),
        kind: data.text_at("B100/B130"),
        date: data.text_at("B100/B140"),
    });
    fields.set("language", "en");
    fields.push_text("title", Some("en"), &data.text_at("B500/B540"));
    for code in ["B500/B510/B511", "B500/B510/B512"] {
        for code in data.all(code) {
            patent::push_ipc(&mut fields, &code.text());
        }
    }
    for person in data.all("B700/B720/B721") {
        push_country(person, &mut fields);
        let family = person.text_of("SNM");
        patent::push_person(
            &mut fields,
            &family,
            &person.text_of("FNM"),
            AgentRole::Inventor,
        );
    }
    for owner in data.all("B700/B730/B731") {
        push_country(owner, &mut fields);
        match owner.text_of("ONM") {
            name if name.is_empty() => {
                let family = owner.text_of("SNM");
                patent::push_person(
                    &mut fields,
                    &family,
                    &owner.text_of("FNM"),
                    AgentRole::Applicant,
                );
            }
            name => patent::push_organisation(&mut fields, &name),
        }
    }
    for cited in data.all("B500/B560/B561/PCIT") {
        let owner = cited.text_of("SNM");
        fields.push(
            "references",
            format!("{} {owner}", cited.text_of("DNUM"))
                .trim()
                .to_owned(),
        );
    }
    for cited in data.all("B500/B560/B562/NCIT") {
        fields.push("references", cited.text());
    }
    let lines = |part: &str| {
        let part = document.first(part);
        part.map(|part| part.lines(&BLOCKS, &["EMI"]))
            .unwrap_or_default()
    };
    fields.push_text("abstract", Some("en"), &lines("SDOAB"));
    patent::set_text(&mut fields, &[lines("SDODE"), lines("SDOCL")]);
    patent::finish(fields, "st32")
}

/// Addresses in the United States name a State and no country.
fn push_country(party: &Element, fields: &mut Fields) {
    let country = party.text_of("CTRY");
    if country.is_empty() && !party.text_of("STATE").is_empty() {
        fields.push_country("US");
    } else {
        fields.push_country(&country);
    }
}
