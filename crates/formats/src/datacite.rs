//! What a DataCite record says, whether in XML or in JSON, and how it becomes
//! ours.

use records::{Agent, AgentKind, AgentRole, RecordType, Scheme};

use crate::{
    fields::{Fields, is_blank},
    names, vocabulary,
};

/// A text with its kind and language.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) lang: Option<String>,
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// A creator or contributor.
#[derive(Debug, Default)]
pub(crate) struct Affiliated {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) family: String,
    pub(crate) given: String,
    pub(crate) identifier: String,
    pub(crate) affiliations: Vec<String>,
    pub(crate) role: String,
}

/// What the work was published in.
#[derive(Debug, Default)]
pub(crate) struct Container {
    pub(crate) title: String,
    pub(crate) volume: String,
    pub(crate) issue: String,
    pub(crate) first_page: String,
    pub(crate) last_page: String,
    pub(crate) issn: String,
}

/// A DataCite record.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) identifiers: Vec<Part>,
    pub(crate) alternates: Vec<Part>,
    pub(crate) creators: Vec<Affiliated>,
    pub(crate) contributors: Vec<Affiliated>,
    pub(crate) titles: Vec<Part>,
    pub(crate) publisher: String,
    pub(crate) year: String,
    /// The general type first.
    pub(crate) types: Vec<String>,
    pub(crate) subjects: Vec<Part>,
    pub(crate) dates: Vec<Part>,
    pub(crate) language: String,
    pub(crate) related: Vec<Part>,
    pub(crate) rights: Vec<String>,
    pub(crate) descriptions: Vec<Part>,
    pub(crate) funders: Vec<String>,
    pub(crate) container: Container,
}

impl Work {
    /// Writes all of it into `fields`.
    pub(crate) fn fill(&self, fields: &mut Fields) {
        self.fill_titles(fields);
        for creator in &self.creators {
            fields.push_full_agent(creator.agent(AgentRole::Author));
        }
        for contributor in &self.contributors {
            let role = vocabulary::role(&contributor.role);
            fields.push_full_agent(contributor.agent(role.unwrap_or(AgentRole::Contributor)));
        }
        for funder in &self.funders {
            fields.push_agent(funder, AgentKind::Organisation, AgentRole::Funder);
        }
        fields.set("publisher", self.publisher.as_str());
        fields.set("language", self.language.as_str());
        self.fill_dates(fields);
        self.fill_type(fields);
        self.fill_subjects(fields);
        self.fill_identifiers(fields);
        for rights in &self.rights {
            fields.push_rights(rights);
        }
        self.fill_container(fields);
        self.fill_descriptions(fields);
    }

    fn fill_titles(&self, fields: &mut Fields) {
        let is_title =
            |title: &&Part| matches!(title.kind.as_str(), "" | "TranslatedTitle" | "Other");
        let titles: Vec<&Part> = self.titles.iter().filter(is_title).collect();
        let mut wholes: Vec<String> = titles.iter().map(|title| title.text.clone()).collect();
        for subtitle in self.titles.iter().filter(|title| title.kind == "Subtitle") {
            // A subtitle belongs to the title in its language, else to the main one.
            let own = titles.iter().position(|title| title.lang == subtitle.lang);
            if let Some(whole) = wholes.get_mut(own.unwrap_or(0)) {
                *whole = format!("{whole}: {}", subtitle.text);
            }
        }
        for (title, whole) in titles.iter().zip(&wholes) {
            fields.push_text("title", title.lang.as_deref(), whole);
        }
        if !fields.has("title") {
            for title in &self.titles {
                fields.push_text("title", title.lang.as_deref(), &title.text);
            }
        }
    }

    fn fill_dates(&self, fields: &mut Fields) {
        fields.set_date(&self.year);
        for kind in ["issued", "available", "created", ""] {
            let dates = self.dates.iter();
            for date in dates.filter(|date| date.kind.to_ascii_lowercase() == kind) {
                // The year of publication stands; the day must lie in it.
                let own = crate::dates::read(&date.text);
                let is_in = own
                    .is_some_and(|own| fields.get("year").is_none_or(|year| own.starts_with(year)));
                if is_in {
                    fields.set_date(&date.text);
                }
            }
        }
    }

    /// `Text` tells nothing; then the free words beside it may.
    fn fill_type(&self, fields: &mut Fields) {
        for word in &self.types {
            fields.set_type(word);
        }
        let general = self.types.first().map_or("", String::as_str);
        if general == "Collection" {
            fields.set_record_type(RecordType::Dataset);
        }
        fields.set_record_type(RecordType::Other);
    }

    fn fill_subjects(&self, fields: &mut Fields) {
        for subject in &self.subjects {
            let scheme = subject.kind.to_lowercase();
            let known = ["ddc", "ipc", "khcn", "udc", "lcc"]
                .into_iter()
                .find(|known| scheme == *known || (*known == "ddc" && scheme.starts_with("dewey")));
            match known {
                Some(known) => fields.push_subject(known, &subject.text),
                None => fields.push_text("keywords", subject.lang.as_deref(), &subject.text),
            }
        }
    }

    fn fill_identifiers(&self, fields: &mut Fields) {
        for identifier in &self.identifiers {
            match identifier.kind.to_ascii_uppercase().as_str() {
                "DOI" => fields.push_identifier(Scheme::Doi, &identifier.text),
                "ISBN" => fields.push_identifier(Scheme::Isbn, &identifier.text),
                _ => fields.guess_identifier(&identifier.text),
            }
        }
        for identifier in &self.alternates {
            match identifier.kind.to_ascii_uppercase().as_str() {
                "ISBN" => fields.push_identifier(Scheme::Isbn, &identifier.text),
                "ISSN" => fields.push_identifier(Scheme::Issn, &identifier.text),
                _ => fields.guess_identifier(&identifier.text),
            }
        }
        for related in &self.related {
            fields.push_link(vocabulary::relation(&related.kind), &related.text);
        }
    }

    /// The abstract; where there is none, what else describes the work.
    fn fill_descriptions(&self, fields: &mut Fields) {
        let rank = |part: &&Part| match part.kind.as_str() {
            "Abstract" => 0,
            "" | "Other" => 1,
            "Methods" | "TechnicalInfo" => 2,
            _ => 3,
        };
        let best = self
            .descriptions
            .iter()
            .filter(|part| !is_blank(&part.text))
            .map(|part| rank(&part))
            .min();
        for part in &self.descriptions {
            if best == Some(rank(&part)) && best < Some(3) {
                fields.push_text("abstract", part.lang.as_deref(), &part.text);
            }
            if part.kind == "SeriesInformation" && !part.text.is_empty() {
                fields.set("venue", part.text.as_str());
            }
        }
    }

    fn fill_container(&self, fields: &mut Fields) {
        let container = &self.container;
        fields.set("venue", container.title.as_str());
        fields.set("volume", container.volume.as_str());
        fields.set("issue", container.issue.as_str());
        fields.push_identifier(Scheme::Issn, &container.issn);
        match container.last_page.is_empty() {
            true => fields.set("pages", container.first_page.as_str()),
            false => fields.set(
                "pages",
                format!("{}-{}", container.first_page, container.last_page),
            ),
        }
    }
}

impl Affiliated {
    pub(crate) fn agent(&self, role: AgentRole) -> Agent {
        let is_organisation = self.kind.starts_with("Organi");
        let name = match () {
            () if is_organisation => self.name.clone(),
            // The whole name may say more: `King, Martin Luther, Jr.`
            () if self.name.split(',').count() == 3 => names::from_comma_form(&self.name),
            () if !self.family.is_empty() => names::natural_order(&self.family, &self.given),
            () => names::from_comma_form(&self.name),
        };
        Agent {
            kind: match is_organisation {
                true => AgentKind::Organisation,
                false => AgentKind::Person,
            },
            role,
            identifier: bare_identifier(&self.identifier),
            affiliations: self.affiliations.clone(),
            ..Agent::author(name)
        }
    }
}

/// An ORCID iD or ROR without its address; `None` when blank.
pub(crate) fn bare_identifier(raw: &str) -> Option<String> {
    let bare = raw.trim().trim_end_matches('/');
    let bare = match bare.rsplit_once('/') {
        Some((address, last)) if address.contains("orcid.org") || address.contains("ror.org") => {
            last
        }
        _ => bare,
    };
    // An address without an iD is left in templates.
    (!is_blank(bare) && !bare.ends_with("orcid.org")).then(|| bare.to_owned())
}
