//! MODS records.
//! **Source:** Metadata Object Description Schema 3.8, Library of Congress.

use records::{Agent, AgentKind, AgentRole, Relation, Scheme};

use super::element::Element;
use crate::{EntryError, Parsed, fields::Fields, names, vocabulary};

pub(super) fn read(mods: &Element) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    for title in mods.all("titleInfo") {
        let is_other = matches!(
            title.attribute("type"),
            Some("abbreviated" | "uniform" | "alternative")
        );
        if !is_other {
            fields.push_text("title", title.lang(), &title_of(title));
        }
    }
    for name in mods.all("name") {
        fields.push_full_agent(agent(name));
    }
    for genre in mods.all("genre") {
        fields.set_type(&genre.text());
    }
    read_origin(mods, &mut fields);
    for term in mods.all("language/languageTerm") {
        fields.set("language", term.text());
    }
    for text in mods.all("abstract") {
        fields.push_text("abstract", text.lang(), &text.text());
    }
    read_subjects(mods, &mut fields);
    read_related(mods, &mut fields);
    for identifier in mods.all("identifier") {
        read_identifier(identifier, &mut fields);
    }
    for url in mods.all("location/url") {
        fields.push_identifier(Scheme::Url, &url.text());
    }
    for condition in mods.all("accessCondition") {
        fields.push_rights(condition.attribute("href").unwrap_or(&condition.text()));
    }
    fields.set("id", own_id(mods));
    fields.into_parsed("mods")
}

/// The id when the record is from this program; the numbers of other systems
/// are unique only there.
fn own_id(mods: &Element) -> String {
    let Some(identifier) = mods.first("recordInfo/recordIdentifier") else {
        return String::new();
    };
    let is_ours = identifier.attribute("source") == Some(crate::ris::DATABASE);
    if is_ours {
        identifier.text()
    } else {
        String::new()
    }
}

fn title_of(title: &Element) -> String {
    let join = |parts: [String; 2], by: &str| {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(by)
    };
    let main = join([title.text_at("nonSort"), title.text_at("title")], " ");
    let main = join([main, title.text_at("subTitle")], ": ");
    let part = join(
        [title.text_at("partNumber"), title.text_at("partName")],
        ", ",
    );
    join([main, part], ". ")
}

fn agent(name: &Element) -> Agent {
    let part = |kind: &str| {
        let parts = name.all("namePart").into_iter();
        let found = parts
            .filter(|part| part.attribute("type") == Some(kind))
            .map(Element::text);
        found.collect::<Vec<_>>().join(" ")
    };
    let (family, given) = (part("family"), part("given"));
    let plain: Vec<String> = name
        .all("namePart")
        .into_iter()
        .filter(|part| part.attribute("type").is_none())
        .map(Element::text)
        .collect();
    let kind = match name.attribute("type") {
        Some("corporate" | "conference") => AgentKind::Organisation,
        _ => AgentKind::Person,
    };
    let mut shown = match (family.is_empty(), kind) {
        (false, _) => names::natural_order(&family, &given),
        (true, AgentKind::Person) => names::from_comma_form(&plain.join(", ")),
        (true, AgentKind::Organisation) => plain.join(". "),
    };
    let suffix = part("termsOfAddress");
    if !suffix.is_empty() && !shown.is_empty() {
        shown = format!("{shown} {suffix}");
    }
    let roles = name.all("role/roleTerm").into_iter();
    let role = roles
        .filter_map(|role| vocabulary::role(&role.text()))
        .next();
    Agent {
        kind,
        role: role.unwrap_or(match name.first("role").is_some() {
            true => AgentRole::Contributor,
            false => AgentRole::Author,
        }),
        identifier: name.first("nameIdentifier").map(Element::text),
        affiliations: name
            .all("affiliation")
            .into_iter()
            .map(Element::text)
            .collect(),
        ..Agent::author(shown)
    }
}

fn read_origin(mods: &Element, fields: &mut Fields) {
    for origin in mods.all("originInfo") {
        fields.set("publisher", origin.text_at("publisher"));
        for kind in ["dateIssued", "copyrightDate", "dateCreated"] {
            for date in origin.all(kind) {
                fields.set_date(&date.text());
            }
        }
    }
}

fn read_subjects(mods: &Element, fields: &mut Fields) {
    for subject in mods.all("subject") {
        for topic in subject.all("topic") {
            match subject.attribute("authority") {
                None => fields.push_text("keywords", subject.lang(), &topic.text()),
                Some(_) => fields.push_subject("free", &topic.text()),
            }
        }
    }
    for code in mods.all("classification") {
        fields.push_subject(code.attribute("authority").unwrap_or("free"), &code.text());
    }
}

fn read_related(mods: &Element, fields: &mut Fields) {
    for related in mods.all("relatedItem") {
        match related.attribute("type") {
            Some("host") => read_host(related, fields),
            Some("series") => fields.set("venue", related.text_at("titleInfo/title")),
            _ => {}
        }
    }
    // The part may also stand beside its host.
    read_part(mods, fields);
}

fn read_host(host: &Element, fields: &mut Fields) {
    fields.set("venue", host.text_at("titleInfo/title"));
    for identifier in host.all("identifier") {
        match identifier.attribute("type") {
            Some("issn") => fields.push_identifier(Scheme::Issn, &identifier.text()),
            Some("isbn") => fields.push_identifier(Scheme::Isbn, &identifier.text()),
            Some("doi") => fields.push_link(Relation::PartOf, &identifier.text()),
            _ => {}
        }
    }
    read_part(host, fields);
    read_origin(host, fields);
}

fn read_part(around: &Element, fields: &mut Fields) {
    for detail in around.all("part/detail") {
        let number = detail.text_at("number");
        match detail.attribute("type") {
            Some("volume") => fields.set("volume", number),
            Some("issue" | "number") => fields.set("issue", number),
            _ => {}
        }
    }
    for extent in around.all("part/extent") {
        let (start, end) = (extent.text_at("start"), extent.text_at("end"));
        match end.is_empty() {
            true => fields.set("pages", start),
            false => fields.set("pages", format!("{start}-{end}")),
        }
    }
    fields.set_date(&around.text_at("part/date"));
}

fn read_identifier(identifier: &Element, fields: &mut Fields) {
    let raw = identifier.text();
    let kind = identifier.attribute("type").unwrap_or_default();
    match kind.to_ascii_lowercase().as_str() {
        "doi" => fields.push_identifier(Scheme::Doi, &raw),
        "isbn" => fields.push_identifier(Scheme::Isbn, &raw),
        "issn" => fields.push_identifier(Scheme::Issn, &raw),
        "hdl" | "handle" => fields.push_identifier(Scheme::Handle, &raw),
        "uri" | "url" => fields.push_identifier(Scheme::Url, &raw),
        "arxiv" => fields.push_identifier(Scheme::Arxiv, &raw),
        "patent" => fields.push_identifier(Scheme::Patent, &raw),
        "task" => fields.push_identifier(Scheme::Task, &raw),
        "oai" => fields.push_identifier(Scheme::Oai, &raw),
        "local" => {}
        _ => fields.guess_identifier(&raw),
    }
}
