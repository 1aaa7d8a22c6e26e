//! European patents: WIPO ST.32 tags in XML, titles in three languages.
//! **Source:** EPO, EP full-text data, `ep-patent-document` 1.0 to 1.5.1.

use records::{AgentRole, Scheme};

use super::element::Element;
use crate::{
    EntryError, Parsed,
    fields::Fields,
    names,
    patent::{self, Publication},
};

const BLOCKS: [&str; 6] = ["p", "heading", "claim", "claim-text", "row", "li"];

pub(super) fn read(document: &Element) -> Result<Parsed, EntryError> {
    let attribute = |name| document.attribute(name).unwrap_or_default().to_owned();
    let mut fields = patent::start(&Publication {
        country: attribute("country"),
        number: attribute("doc-number"),
        kind: attribute("kind"),
        date: attribute("date-publ"),
    });
    let language = document.lang();
    fields.set("language", language.unwrap_or_default());
    if let Some(data) = document.first("SDOBI") {
        read_titles(data, &mut fields);
        read_data(data, &mut fields);
    }
    for text in document.all("abstract") {
        fields.push_text(
            "abstract",
            text.lang().or(language),
            &text.lines(&BLOCKS, &[]),
        );
    }
    let mut parts: Vec<String> = Vec::new();
    for name in ["description", "claims"] {
        // Claims are granted in three languages; the text is in the first.
        let all = document.all(name);
        let own = all
            .iter()
            .find(|part| part.lang() == language)
            .or(all.first());
        parts.extend(own.map(|part| part.lines(&BLOCKS, &[])));
    }
    patent::set_text(&mut fields, &parts);
    patent::finish(fields, "epo")
}

/// Languages and titles stand in turns.
fn read_titles(data: &Element, fields: &mut Fields) {
    let mut lang = None;
    for part in data
        .first("B500/B540")
        .into_iter()
        .flat_map(Element::children)
    {
        match part.name.as_str() {
            "B541" => lang = Some(part.text()),
            "B542" => fields.push_text("title", lang.as_deref(), &part.text()),
            _ => {}
        }
    }
}

fn read_data(data: &Element, fields: &mut Fields) {
    for code in data.find_all("classification-ipcr") {
        patent::push_ipc(fields, &code.text_at("text"));
    }
    for tag in ["B510/B511", "B510/B512", "B510/B513", "B510/B514"] {
        for code in data.all(&format!("B500/{tag}")) {
            patent::push_ipc(fields, &code.text());
        }
    }
    for person in data.all("B700/B720/B721") {
        let name = names::from_comma_form(&person.text_at("snm"));
        patent::push_person(fields, &name, "", AgentRole::Inventor);
        fields.push_country(&person.text_at("adr/ctry"));
    }
    for path in ["B700/B710/B711", "B700/B730/B731"] {
        for owner in data.all(path) {
            patent::push_organisation(fields, &owner.text_at("snm"));
            fields.push_country(&owner.text_at("adr/ctry"));
        }
    }
    for cited in data
        .find_all("B561")
        .into_iter()
        .chain(data.find_all("B562"))
    {
        fields.push("references", cited.text_at("text"));
    }
    let application = data.text_at("B200/B210");
    if !application.is_empty() {
        fields.push_identifier(Scheme::Source, &format!("application:EP{application}"));
    }
}
