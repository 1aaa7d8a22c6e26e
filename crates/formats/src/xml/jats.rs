//! Journal articles in JATS and its ancestors, the NLM tag sets 2 and 3.
//! **Source:** JATS 1.3 (ANSI/NISO Z39.96).

use records::{Agent, AgentKind, AgentRole, Scheme};

use super::element::Element;
use crate::{
    EntryError, Parsed, datacite::bare_identifier, dates, fields::Fields, names, vocabulary,
};

/// Elements that stand on lines of their own in a full text.
const BLOCKS: [&str; 10] = [
    "p",
    "title",
    "list-item",
    "sec",
    "caption",
    "table-wrap",
    "tr",
    "disp-quote",
    "def-item",
    "label",
];

pub(super) fn read(article: &Element) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    let meta = article
        .first("front/article-meta")
        .or(article.first("front-stub"));
    let meta = meta.or(article.first("book-meta"));
    let Some(meta) = meta else {
        return Err(EntryError::Syntax {
            format: "JATS",
            reason: "the article has no `front/article-meta`".to_owned(),
            cure: "send the whole article, not a part of it",
        });
    };
    let lang = article.lang();
    fields.set("language", lang.unwrap_or_default());
    read_type(article, &mut fields);
    read_titles(meta, lang, &mut fields);
    for contributor in meta.all("contrib-group/contrib") {
        let agent = agent(contributor, meta);
        if agent.role == AgentRole::Author {
            for country in affiliated(contributor, meta)
                .into_iter()
                .flat_map(countries)
            {
                fields.push_country(&country);
            }
        }
        fields.push_full_agent(agent);
    }
    read_identifiers(meta, &mut fields);
    read_date(meta, &mut fields);
    read_place(article, meta, &mut fields);
    read_abstracts(meta, lang, &mut fields);
    for group in meta.all("kwd-group") {
        for word in group.find_all("kwd") {
            fields.push_text("keywords", group.lang().or(lang), &word.text());
        }
    }
    for funder in meta.find_all("funding-source") {
        fields.push_agent(
            &funder.text_of_institution(),
            AgentKind::Organisation,
            AgentRole::Funder,
        );
    }
    for licence in meta.find_all("license") {
        let address = licence.attribute("href").map(str::to_owned);
        let address = address.or_else(|| licence.find("license_ref").map(Element::text));
        fields.push_rights(&address.unwrap_or_default());
    }
    read_back(article, &mut fields);
    fields.into_parsed("jats")
}

impl Element {
    /// A funder without the identifiers that stand within its element.
    fn text_of_institution(&self) -> String {
        match self.find("institution") {
            Some(institution) => institution.text(),
            None => self.text_without(&["institution-id", "named-content"]),
        }
    }
}

fn read_type(article: &Element, fields: &mut Fields) {
    match article.attribute("article-type") {
        Some("dissertation") => fields.set_record_type(records::RecordType::Thesis),
        _ if article.name == "book-part-wrapper" => fields.set_type("book"),
        _ => fields.set_record_type(records::RecordType::Paper),
    }
}

fn read_titles(meta: &Element, lang: Option<&str>, fields: &mut Fields) {
    let with_subtitle = |group: &Element, main: &str, sub: &str| {
        let without = ["xref", "fn"];
        let main = group
            .first(main)
            .map(|title| title.text_without(&without))
            .unwrap_or_default();
        match group.text_at(sub) {
            sub if sub.is_empty() => main,
            sub => format!("{main}: {sub}"),
        }
    };
    for group in meta.all("title-group") {
        let title = group.first("article-title");
        let own = title.and_then(Element::lang).or(lang);
        fields.push_text(
            "title",
            own,
            &with_subtitle(group, "article-title", "subtitle"),
        );
    }
    let nested = meta.all("title-group/trans-title-group");
    for group in nested {
        let own = group
            .lang()
            .or(group.first("trans-title").and_then(Element::lang));
        fields.push_text(
            "title",
            own,
            &with_subtitle(group, "trans-title", "trans-subtitle"),
        );
    }
    // Before JATS there was no group around a translated title.
    for title in meta.all("title-group/trans-title") {
        fields.push_text("title", title.lang(), &title.text());
    }
    fields.push_text("title", lang, &meta.text_at("book-title-group/book-title"));
}

fn agent(contributor: &Element, meta: &Element) -> Agent {
    let family = contributor.text_of("surname");
    let role = match contributor.attribute("contrib-type") {
        Some(word) => vocabulary::role(word).unwrap_or(AgentRole::Contributor),
        None => AgentRole::Author,
    };
    let identifier = contributor
        .all("contrib-id")
        .into_iter()
        .map(Element::text)
        .next();
    let affiliations = affiliations(contributor, meta);
    let identifier = identifier.and_then(|id| bare_identifier(&id));
    if family.is_empty()
        && let Some(group) = contributor.find("collab")
    {
        let name = group.text_without(&["contrib-group", "xref"]);
        return Agent {
            identifier,
            affiliations,
            ..Agent::organisation(name, role)
        };
    }
    let given = contributor.text_of("given-names");
    let mut name = match family.is_empty() {
        true => contributor.text_of("string-name"),
        false => names::natural_order(&family, &given),
    };
    let suffix = contributor.text_of("suffix");
    if !suffix.is_empty() {
        name = format!("{name} {suffix}");
    }
    Agent {
        role,
        identifier,
        affiliations,
        ..Agent::author(name)
    }
}

/// Institutions as printed.
fn affiliations(contributor: &Element, meta: &Element) -> Vec<String> {
    let shown = |aff: &Element| aff.text_without(&["label", "sup", "email", "institution-id"]);
    let found = affiliated(contributor, meta).into_iter();
    found.map(shown).collect()
}

/// The elements `aff` in the contributor itself, or referred to from it.
fn affiliated<'a>(contributor: &'a Element, meta: &'a Element) -> Vec<&'a Element> {
    let mut found = contributor.all("aff");
    let all = meta.find_all("aff");
    for reference in contributor.all("xref") {
        let ids = reference.attribute("rid").unwrap_or_default();
        for id in ids.split_whitespace() {
            found.extend(all.iter().find(|aff| aff.attribute("id") == Some(id)));
        }
    }
    let is_editor = contributor.attribute("contrib-type") == Some("editor");
    if found.is_empty() && all.len() == 1 && !is_editor {
        // The one institution of the article is that of all its authors.
        found.extend(all.first().filter(|aff| aff.attribute("id").is_none()));
    }
    found
}

/// The countries of an affiliation: their codes, else their names.
fn countries(affiliation: &Element) -> Vec<String> {
    let of = |country: &Element| {
        let code = country.attribute("country").map(str::to_owned);
        code.unwrap_or_else(|| country.text())
    };
    let all = affiliation.find_all("country").into_iter();
    all.map(of).collect()
}

fn read_identifiers(meta: &Element, fields: &mut Fields) {
    for id in meta.all("article-id") {
        match id.attribute("pub-id-type") {
            Some("doi") => fields.push_identifier(Scheme::Doi, &id.text()),
            Some("arxiv") => fields.push_identifier(Scheme::Arxiv, &id.text()),
            Some(kind @ ("pmid" | "pmc" | "pmcid")) => {
                let kind = if kind == "pmid" { "pmid" } else { "pmc" };
                let number = id.text();
                let number = number.trim_start_matches("PMC");
                fields.push_identifier(Scheme::Source, &format!("{kind}:{number}"));
            }
            _ => {}
        }
    }
    for isbn in meta.all("isbn") {
        fields.push_identifier(Scheme::Isbn, &isbn.text());
    }
}

/// The date of the issue stands in citations; the date on the web comes before.
fn read_date(meta: &Element, fields: &mut Fields) {
    let all = meta.all("pub-date");
    let rank = |date: &&&Element| {
        let kind = date
            .attribute("pub-type")
            .or(date.attribute("date-type"))
            .unwrap_or_default();
        ["ppub", "collection", "epub", "pub", "epub-ppub"]
            .iter()
            .position(|known| *known == kind)
            .unwrap_or(9)
    };
    if let Some(date) = all.iter().min_by_key(rank) {
        let parts = [
            date.text_at("year"),
            date.text_at("month"),
            date.text_at("day"),
        ];
        fields.set_date(&dates::of_parts(&parts[0], &parts[1], &parts[2]));
    }
}

fn read_place(article: &Element, meta: &Element, fields: &mut Fields) {
    if let Some(journal) = article.first("front/journal-meta") {
        let title = ["journal-title-group/journal-title", "journal-title"];
        for path in title {
            fields.set("venue", journal.text_at(path));
        }
        for issn in journal.all("issn") {
            fields.push_identifier(Scheme::Issn, &issn.text());
        }
        fields.set("publisher", journal.text_at("publisher/publisher-name"));
    }
    fields.set("publisher", meta.text_at("publisher/publisher-name"));
    fields.set("volume", meta.text_at("volume"));
    fields.set("issue", meta.text_at("issue"));
    let (first, last) = (meta.text_at("fpage"), meta.text_at("lpage"));
    match (first.is_empty(), last.is_empty() || first == last) {
        (true, _) => fields.set("pages", meta.text_at("elocation-id")),
        (false, true) => fields.set("pages", first),
        (false, false) => fields.set("pages", format!("{first}-{last}")),
    }
    for group in meta.all("article-categories/subj-group") {
        if group.attribute("subj-group-type") != Some("heading") {
            for subject in group.find_all("subject") {
                fields.push_subject("free", &subject.text());
            }
        }
    }
}

fn read_abstracts(meta: &Element, lang: Option<&str>, fields: &mut Fields) {
    for text in meta.all("abstract") {
        // Others are teasers, pictures and lists of highlights.
        if text
            .attribute("abstract-type")
            .is_none_or(|kind| matches!(kind, "section" | "summary"))
        {
            fields.push_text("abstract", text.lang().or(lang), &text.lines(&BLOCKS, &[]));
        }
    }
    for text in meta.all("trans-abstract") {
        fields.push_text("abstract", text.lang(), &text.lines(&BLOCKS, &[]));
    }
}

/// A reference as printed; where only its parts stand, these with blanks.
fn printed(reference: &Element) -> String {
    if reference.find("mixed-citation").is_some() {
        return reference.text_without(&["label"]);
    }
    let mut parts = Vec::new();
    let citation = reference.children().find(|child| child.name != "label");
    let Some(citation) = citation else {
        return String::new();
    };
    for part in citation.children() {
        match part.name.as_str() {
            "person-group" | "name" => {
                let names = part
                    .find_all("surname")
                    .into_iter()
                    .zip(part.find_all("given-names"));
                parts.extend(
                    names.map(|(family, given)| format!("{} {}", family.text(), given.text())),
                );
            }
            _ => parts.push(part.text()),
        }
    }
    match parts.is_empty() {
        true => citation.text(),
        false => parts.join(" "),
    }
}

fn read_back(article: &Element, fields: &mut Fields) {
    let references = article
        .first("back")
        .map(|back| back.find_all("ref"))
        .unwrap_or_default();
    for reference in references {
        fields.push("references", printed(reference));
    }
    if let Some(body) = article.first("body") {
        fields.set("text", body.lines(&BLOCKS, &[]));
    }
}
