//! What Crossref's query service and deposits write (UNIXREF).
//! **Source:** Crossref metadata deposit schema 5.3.

use records::{Agent, AgentKind, AgentRole, RecordType, Scheme};

use super::element::Element;
use crate::{
    EntryError, Parsed, datacite::bare_identifier, dates, fields::Fields, names, vocabulary,
};

/// Elements that describe the work itself, with their kinds; the most special
/// first.
const WORKS: [(&str, Option<RecordType>); 11] = [
    ("journal_article", Some(RecordType::Paper)),
    ("conference_paper", Some(RecordType::Paper)),
    ("posted_content", Some(RecordType::Paper)),
    ("content_item", Some(RecordType::Book)),
    ("dissertation", Some(RecordType::Thesis)),
    ("report-paper_metadata", Some(RecordType::Report)),
    ("dataset", Some(RecordType::Dataset)),
    ("book_metadata", Some(RecordType::Book)),
    ("book_series_metadata", Some(RecordType::Book)),
    ("component", None),
    ("peer_review", None),
];

pub(super) fn read(record: &Element) -> Result<Parsed, EntryError> {
    let found = WORKS
        .iter()
        .find_map(|(name, kind)| Some((record.find(name)?, kind)));
    let Some((work, kind)) = found else {
        return Err(EntryError::Syntax {
            format: "Crossref",
            reason: "there is no article, book, dissertation, report or dataset in it".to_owned(),
            cure: "ask the service for the metadata of a DOI that it knows",
        });
    };
    let mut fields = Fields::default();
    fields.set_record_type(kind.unwrap_or(RecordType::Other));
    fields.set("language", work.attribute("language").unwrap_or_default());
    for titles in work.all("titles").into_iter().take(1) {
        read_title(titles, &mut fields);
    }
    for agent in work.all("contributors/person_name") {
        fields.push_full_agent(person(agent));
    }
    for agent in work.all("contributors/organization") {
        fields.push_agent(&agent.text(), AgentKind::Organisation, role(agent));
    }
    read_dates(record, work, &mut fields);
    read_place(record, work, &mut fields);
    for doi in work.all("doi_data/doi") {
        fields.push_identifier(Scheme::Doi, &doi.text());
    }
    for address in work.all("doi_data/resource") {
        fields.push_identifier(Scheme::Url, &address.text());
    }
    for text in work.all("abstract") {
        if text.attribute("abstract-type").is_none() {
            fields.push_text("abstract", text.lang(), &text.text_without(&["title"]));
        }
    }
    for funder in work.find_all("assertion") {
        if funder.attribute("name") == Some("fundgroup")
            && let Some(name) = funder
                .all("assertion")
                .into_iter()
                .find(|a| a.attribute("name") == Some("funder_name"))
        {
            fields.push_agent(
                &name.text_without(&["assertion"]),
                AgentKind::Organisation,
                AgentRole::Funder,
            );
        }
    }
    for licence in work.find_all("license_ref") {
        fields.push_rights(&licence.text());
    }
    for citation in work.all("citation_list/citation") {
        fields.push("references", citation.text());
    }
    fields.into_parsed("crossref")
}

fn read_title(titles: &Element, fields: &mut Fields) {
    let title = titles.text_at("title");
    let whole = match titles.text_at("subtitle") {
        sub if sub.is_empty() => title,
        sub => format!("{title}: {sub}"),
    };
    fields.push_text("title", None, &whole);
    if let Some(original) = titles.first("original_language_title") {
        fields.push_text("title", original.attribute("language"), &original.text());
    }
}

fn role(agent: &Element) -> AgentRole {
    let word = agent.attribute("contributor_role").unwrap_or("author");
    vocabulary::role(word).unwrap_or(AgentRole::Contributor)
}

fn person(agent: &Element) -> Agent {
    let name = names::natural_order(&agent.text_at("surname"), &agent.text_at("given_name"));
    let mut affiliations: Vec<String> = agent
        .all("affiliation")
        .into_iter()
        .map(Element::text)
        .collect();
    let institutions = agent.all("affiliations/institution/institution_name");
    affiliations.extend(institutions.into_iter().map(Element::text));
    Agent {
        role: role(agent),
        identifier: agent
            .first("ORCID")
            .and_then(|id| bare_identifier(&id.text())),
        affiliations,
        ..Agent::author(name)
    }
}

/// The date in print, else the work's own.
fn read_dates(record: &Element, work: &Element, fields: &mut Fields) {
    let mut all = work.all("publication_date");
    all.extend(work.all("posted_date"));
    all.extend(work.all("approval_date"));
    all.extend(work.all("database_date/publication_date"));
    all.extend(record.find_all("publication_date"));
    let printed = all
        .iter()
        .find(|date| date.attribute("media_type") == Some("print"));
    if let Some(date) = printed.or(all.first()) {
        let parts = [
            date.text_at("year"),
            date.text_at("month"),
            date.text_at("day"),
        ];
        fields.set_date(&dates::of_parts(&parts[0], &parts[1], &parts[2]));
    }
}

fn read_place(record: &Element, work: &Element, fields: &mut Fields) {
    for (around, title) in [
        ("journal_metadata", "full_title"),
        ("proceedings_metadata", "proceedings_title"),
        ("proceedings_series_metadata", "proceedings_title"),
        ("database_metadata", "title"),
        ("book_metadata", "title"),
    ] {
        if work.name == around {
            continue;
        }
        if let Some(around) = record.find(around) {
            fields.set("venue", around.text_of(title));
            for issn in around.find_all("issn") {
                fields.push_identifier(Scheme::Issn, &issn.text());
            }
        }
    }
    for isbn in record.find_all("isbn") {
        fields.push_identifier(Scheme::Isbn, &isbn.text());
    }
    fields.set("publisher", record.text_of("publisher_name"));
    let crm = record.find_all("crm-item");
    if let Some(name) = crm
        .iter()
        .find(|item| item.attribute("name") == Some("publisher-name"))
    {
        fields.set("publisher", name.text());
    }
    fields.set("volume", record.text_of("volume"));
    fields.set("issue", record.text_of("issue"));
    let (first, last) = (
        work.text_at("pages/first_page"),
        work.text_at("pages/last_page"),
    );
    match last.is_empty() {
        true => fields.set("pages", first),
        false => fields.set("pages", format!("{first}-{last}")),
    }
    fields.set("pages", work.text_at("publisher_item/item_number"));
}
