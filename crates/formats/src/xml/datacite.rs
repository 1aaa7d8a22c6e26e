//! DataCite records in XML, kernels 2 to 4.7, and OpenAIRE's literature
//! guidelines, which borrow their elements.
//! **Source:** DataCite Metadata Schema 4.7; OpenAIRE Guidelines for
//! Literature Repositories 4.

use super::element::Element;
use crate::{
    EntryError, Parsed,
    datacite::{Affiliated, Part, Work},
    fields::Fields,
};

pub(super) fn read(resource: &Element) -> Result<Parsed, EntryError> {
    let mut work = Work::default();
    for element in resource.children() {
        match element.name.as_str() {
            "identifier" => work.identifiers.push(part(element, "identifierType")),
            "alternateIdentifiers" => work.alternates.extend(parts(
                element,
                "alternateIdentifier",
                "alternateIdentifierType",
            )),
            "creators" => work
                .creators
                .extend(names(element, "creator", "creatorName")),
            "contributors" => {
                work.contributors
                    .extend(names(element, "contributor", "contributorName"));
            }
            "titles" => work.titles.extend(parts(element, "title", "titleType")),
            "publisher" => work.publisher = element.text(),
            "publicationYear" => work.year = element.text(),
            "resourceType" => {
                let general = element.attribute("resourceTypeGeneral");
                let general = general.or(element.attribute("uri"));
                work.types.extend(general.map(str::to_owned));
                work.types.push(element.text());
            }
            "subjects" => work
                .subjects
                .extend(parts(element, "subject", "subjectScheme")),
            "subject" => work.subjects.push(part(element, "subjectScheme")),
            "dates" => work.dates.extend(parts(element, "date", "dateType")),
            "date" => work.dates.push(part(element, "dateType")),
            "language" => work.language = element.text(),
            "relatedIdentifiers" => {
                work.related
                    .extend(parts(element, "relatedIdentifier", "relationType"));
            }
            "rightsList" => work
                .rights
                .extend(element.all("rights").into_iter().map(rights)),
            "rights" | "licenseCondition" => work.rights.push(rights(element)),
            "descriptions" => {
                work.descriptions
                    .extend(parts(element, "description", "descriptionType"));
            }
            "description" => work.descriptions.push(part(element, "descriptionType")),
            "fundingReferences" => {
                work.funders.extend(
                    element
                        .find_all("funderName")
                        .into_iter()
                        .map(Element::text),
                );
            }
            "relatedItems" => read_container(element, &mut work),
            "citationTitle" => work.container.title = element.text(),
            "citationVolume" => work.container.volume = element.text(),
            "citationIssue" => work.container.issue = element.text(),
            "citationStartPage" => work.container.first_page = element.text(),
            "citationEndPage" => work.container.last_page = element.text(),
            _ => {}
        }
    }
    let mut fields = Fields::default();
    work.fill(&mut fields);
    fields.into_parsed("datacite")
}

fn part(element: &Element, kind: &str) -> Part {
    Part {
        lang: element.lang().map(str::to_owned),
        kind: element.attribute(kind).unwrap_or_default().to_owned(),
        text: element.text(),
    }
}

fn parts(around: &Element, name: &str, kind: &str) -> Vec<Part> {
    around
        .all(name)
        .into_iter()
        .map(|element| part(element, kind))
        .collect()
}

fn rights(element: &Element) -> String {
    let address = element.attribute("rightsURI").or(element.attribute("uri"));
    address.map_or_else(|| element.text(), str::to_owned)
}

fn names(around: &Element, name: &str, shown: &str) -> Vec<Affiliated> {
    let read = |element: &Element| {
        let name = element.first(shown);
        let id = element
            .all("nameIdentifier")
            .into_iter()
            .map(Element::text)
            .next();
        Affiliated {
            name: name.map(Element::text).unwrap_or_default(),
            kind: name
                .and_then(|name| name.attribute("nameType"))
                .unwrap_or_default()
                .to_owned(),
            family: element.text_at("familyName"),
            given: element.text_at("givenName"),
            identifier: id.unwrap_or_default(),
            affiliations: element
                .all("affiliation")
                .into_iter()
                .map(Element::text)
                .collect(),
            role: element
                .attribute("contributorType")
                .unwrap_or_default()
                .to_owned(),
        }
    };
    around.all(name).into_iter().map(read).collect()
}

fn read_container(items: &Element, work: &mut Work) {
    for item in items.all("relatedItem") {
        if item.attribute("relationType") != Some("IsPublishedIn") {
            continue;
        }
        work.container.title = item.text_at("titles/title");
        work.container.volume = item.text_at("volume");
        work.container.issue = item.text_at("issue");
        work.container.first_page = item.text_at("firstPage");
        work.container.last_page = item.text_at("lastPage");
        for identifier in item.all("relatedItemIdentifier") {
            if identifier.attribute("relatedItemIdentifierType") == Some("ISSN") {
                work.container.issn = identifier.text();
            }
        }
    }
}
