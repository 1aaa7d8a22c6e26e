//! PubMed's citations.
//! **Source:** PubMed DTD of 2019, National Library of Medicine.

use records::{Agent, AgentRole, RecordType, Scheme};

use super::element::Element;
use crate::{EntryError, Parsed, dates, fields::Fields, names};

pub(super) fn read(record: &Element) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    let Some(article) = record.first("MedlineCitation/Article") else {
        return Err(EntryError::Nothing);
    };
    fields.set_record_type(RecordType::Paper);
    let language = article.text_at("Language");
    fields.set("language", language.as_str());
    // A title in brackets is PubMed's translation of one in another language.
    let title = article.text_at("ArticleTitle");
    let is_translated = title.starts_with('[');
    let title = title.trim_start_matches('[').trim_end_matches(['.', ']']);
    fields.push_text("title", is_translated.then_some("en"), title);
    fields.push_text(
        "title",
        Some(&language),
        &article.text_at("VernacularTitle"),
    );
    for author in article.all("AuthorList/Author") {
        fields.push_full_agent(agent(author));
    }
    let parts = article
        .all("Abstract/AbstractText")
        .into_iter()
        .map(labelled);
    fields.push_text(
        "abstract",
        Some("en"),
        &parts.collect::<Vec<_>>().join("\n"),
    );
    read_journal(article, &mut fields);
    let ids = record.all("PubmedData/ArticleIdList/ArticleId").into_iter();
    for id in ids.chain(article.all("ELocationID")) {
        let kind = id.attribute("IdType").or(id.attribute("EIdType"));
        match kind {
            Some("doi") => fields.push_identifier(Scheme::Doi, &id.text()),
            Some("pmc") => fields.push_identifier(
                Scheme::Source,
                &format!("pmc:{}", id.text().trim_start_matches("PMC")),
            ),
            _ => {}
        }
    }
    let number = record.text_at("MedlineCitation/PMID");
    fields.push_identifier(Scheme::Source, &format!("pmid:{number}"));
    for word in record.all("MedlineCitation/KeywordList/Keyword") {
        fields.push_text("keywords", Some("en"), &word.text());
    }
    for heading in record.all("MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName") {
        fields.push_subject("mesh", &heading.text());
    }
    fields.into_parsed("pubmed")
}

fn labelled(part: &Element) -> String {
    match part.attribute("Label") {
        Some(label) => format!("{label}: {}", part.text()),
        None => part.text(),
    }
}

fn agent(author: &Element) -> Agent {
    let affiliations = author
        .all("AffiliationInfo/Affiliation")
        .into_iter()
        .map(Element::text);
    let affiliations = affiliations.collect();
    let family = author.text_at("LastName");
    if family.is_empty() {
        return Agent {
            affiliations,
            ..Agent::organisation(author.text_at("CollectiveName"), AgentRole::Author)
        };
    }
    let name = names::natural_order(&family, &author.text_at("ForeName"));
    let identifier = author.first("Identifier").map(Element::text);
    Agent {
        affiliations,
        identifier: identifier.and_then(|id| crate::datacite::bare_identifier(&id)),
        ..Agent::author(name)
    }
}

fn read_journal(article: &Element, fields: &mut Fields) {
    let Some(journal) = article.first("Journal") else {
        return;
    };
    fields.set("venue", journal.text_at("Title"));
    fields.push_identifier(Scheme::Issn, &journal.text_at("ISSN"));
    fields.set("volume", journal.text_at("JournalIssue/Volume"));
    fields.set("issue", journal.text_at("JournalIssue/Issue"));
    fields.set("pages", article.text_at("Pagination/MedlinePgn"));
    if let Some(date) = journal.first("JournalIssue/PubDate") {
        let parts = [
            date.text_at("Year"),
            date.text_at("Month"),
            date.text_at("Day"),
        ];
        fields.set_date(&dates::of_parts(&parts[0], &parts[1], &parts[2]));
        fields.set_date(&date.text_at("MedlineDate"));
    }
}
