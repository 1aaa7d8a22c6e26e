//! Highwire Press tags, which Google Scholar and Zotero read.

use records::{Record, RecordType, Scheme};

use super::own_title;

/// Name and content of the `citation_*` tags, in the order of Google Scholar's
/// guidelines for webmasters.
pub(crate) fn highwire(
    record: &Record,
    canonical: &str,
    pdf_url: Option<String>,
) -> Vec<(&'static str, String)> {
    let mut tags = vec![("citation_title", own_title(record).to_owned())];
    for creator in record.creators() {
        tags.push(("citation_author", creator.name.clone()));
        for affiliation in &creator.affiliations {
            tags.push(("citation_author_institution", affiliation.clone()));
        }
    }
    let mut add = |name, value: Option<String>| tags.extend(value.map(|value| (name, value)));
    let date = record.date.as_ref().map(|date| date.replace('-', "/"));
    add(
        "citation_publication_date",
        date.or_else(|| record.year.map(|year| year.to_string())),
    );
    add(venue_tag(record.record_type), record.venue.clone());
    add("citation_publisher", record.publisher.clone());
    add("citation_volume", record.volume.clone());
    add("citation_issue", record.issue.clone());
    let (first, last) = page_span(record.pages.as_deref());
    add("citation_firstpage", first);
    add("citation_lastpage", last);
    for (name, scheme) in [
        ("citation_doi", Scheme::Doi),
        ("citation_issn", Scheme::Issn),
        ("citation_isbn", Scheme::Isbn),
        ("citation_patent_number", Scheme::Patent),
    ] {
        add(name, record.identifier(scheme).map(str::to_owned));
    }
    add(
        "citation_language",
        record.language.as_ref().map(ToString::to_string),
    );
    add("citation_pdf_url", pdf_url);
    add("citation_abstract_html_url", Some(canonical.to_owned()));
    for (_, words) in record.keywords.iter() {
        tags.extend(words.iter().map(|word| ("citation_keywords", word.clone())));
    }
    tags
}

fn venue_tag(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Thesis => "citation_dissertation_institution",
        RecordType::Report | RecordType::Task => "citation_technical_report_institution",
        RecordType::Book => "citation_inbook_title",
        _ => "citation_journal_title",
    }
}

/// First and last page of `12-19` or `12–19`.
fn page_span(pages: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(pages) = pages else {
        return (None, None);
    };
    let mut parts = pages
        .split(['-', '–'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    (
        parts.next().map(str::to_owned),
        parts.next().map(str::to_owned),
    )
}
