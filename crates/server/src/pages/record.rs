//! `/records/{id}`: one work, whole, in both languages.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use authorities::AuthorityKind;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use catalog::{Detail, StoredRecord};
use citations::{Stretch, Style, cite};
use records::{AccessLevel, Agent, AgentIdentifier, AgentKind, Column, Lang, Record, RecordId};
use search::{SearchRequest, Similar, links::FoundLink};

use crate::{
    app::{App, Library},
    error::ApiError,
    exports::{EXPORTS, Export},
    files::file_url,
    locale::Locale,
    lookup::{document, find_with_ending, moved, named},
    metadata::{coins, highwire, is_web_address, json_ld},
    pages::{
        authority::name_url,
        facts::{Fact, FileView, LinkView, about, files, identifier_url, links, provenance},
        found_links::{FoundView, found_links},
        frame::{Frame, respond},
        hit::record_url,
        labels,
        preview::{Preview, preview},
        topics::topics_of_record,
    },
    params::Params,
    signposting::{link_header, signposts},
    visit::Visit,
    words::{Words, fill},
};

/// Name of a style, and the citation in it.
type StyledCitation = (&'static str, Option<Vec<Stretch>>);

/// The keywords of one language.
struct KeywordGroup {
    label: String,
    lang: String,
    words: Vec<(String, String)>,
}

/// One variable of a dataset.
struct ColumnView {
    name: String,
    kind: String,
    description: String,
    /// `1.5 – 20`, or empty.
    range: String,
    samples: String,
}

/// One person or organisation.
struct PersonView {
    role: &'static str,
    name: String,
    identifier: Option<(String, String)>,
    affiliations: Vec<String>,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    f: Frame,
    title: String,
    title_lang: String,
    doc_lang: String,
    description: String,
    canonical: String,
    meta_tags: Vec<(&'static str, String)>,
    json_ld: String,
    coins: String,
    kind: &'static str,
    access_badge: Option<&'static str>,
    other_titles: Vec<(String, String)>,
    creators: Vec<(String, String)>,
    published: Vec<String>,
    abstracts: Vec<(String, String, String)>,
    beginning: Option<String>,
    /// Where its full text is read.
    reading_url: Option<String>,
    keywords: Vec<KeywordGroup>,
    columns: Vec<ColumnView>,
    /// The first rows of its data.
    preview: Option<Preview>,
    people: Vec<PersonView>,
    links: Vec<LinkView>,
    found: Vec<FoundView>,
    /// Address and title of its topic, and of the part of it.
    topics: Vec<(String, String)>,
    /// Address, title and year.
    similar: Vec<(String, String, String)>,
    similar_notices: Vec<String>,
    compare_url: String,
    references: Vec<String>,
    references_label: String,
    citations: Vec<StyledCitation>,
    exports: Vec<(&'static str, String, &'static str)>,
    files: Vec<FileView>,
    facts: Vec<Fact>,
    provenance: Vec<Fact>,
}

/// Similar records shown: what fits on a screen beside the rest.
const SIMILAR: usize = 5;

/// `GET /records/{id}`: the page, or the record in the format that the caller
/// likes better or that the address ends in.
pub(crate) async fn show_record(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
    uri: Uri,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    let raw = named(path)?;
    let asked = raw.clone();
    let visitor = SearchRequest {
        limit: SIMILAR,
        lang: visit.locale.lang(),
        ..SearchRequest::new("", visit.clearance)
    };
    let found = app.ask(move |library| {
        let (stored, ending) = find_with_ending(library, &raw, visitor.clearance)?;
        let around = Around::read(library, &stored.record, &visitor)?;
        Ok((stored, ending, around))
    });
    let (stored, ending, around) = found.await?;
    if let Some(moved) = moved("/records/", &asked, uri.query(), &stored.record.id) {
        return Ok(moved);
    }
    if let Some(export) = ending.or_else(|| Export::instead_of_page(&headers)) {
        return Ok(document(stored, export, &visit, &headers));
    }
    let record = &stored.record;
    let posts = signposts(record, &around.file_urls, &visit.base_url);
    let links = link_header(record, &posts, &visit.base_url);
    let mut response = respond(&page(&stored, around, &visit), &visit, StatusCode::OK)?;
    if let Some(links) = links {
        response.headers_mut().insert(header::LINK, links);
    }
    let vary = HeaderValue::from_static("Accept, Cookie, Accept-Language");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

/// What the stores say of a record besides itself.
struct Around {
    /// Records that this one links to and that the visitor may see.
    linked: BTreeMap<RecordId, Record>,
    /// The first lines of the document, where there is no abstract.
    beginning: Option<String>,
    /// The first rows of a dataset.
    preview: Option<Preview>,
    /// Where each file is had.
    file_urls: Vec<Option<String>>,
    similar: Option<Similar>,
    found: Vec<FoundLink>,
    topics: Vec<(String, String)>,
}

impl Around {
    fn read(library: &Library, record: &Record, visitor: &SearchRequest) -> Result<Self, ApiError> {
        let clearance = visitor.clearance;
        let similar = library.searcher.similar(&record.id, visitor);
        let found = library.searcher.links(&record.id, visitor);
        let files = record.files.iter().zip(1..);
        let url = |(file, number)| file_url(library, &record.id, number, file);
        Ok(Self {
            linked: linked_titles(library, record, clearance)?,
            beginning: beginning(library, record, clearance)?,
            preview: first_rows(library, record, clearance)?,
            file_urls: files.map(url).collect(),
            similar: similar.map_err(ApiError::unavailable)?,
            found: found.map_err(ApiError::unavailable)?.unwrap_or_default(),
            topics: topics_of_record(library, &record.id, clearance, &visitor.lang)?,
        })
    }
}

fn similar_records(similar: &Similar) -> impl Iterator<Item = (String, String, String)> {
    similar.hits.iter().map(|hit| {
        let year = hit.record.year.map(|year| year.to_string());
        let title = hit.title.text.clone();
        (record_url(&hit.id), title, year.unwrap_or_default())
    })
}

/// Records that this one links to and that the visitor may see.
fn linked_titles(
    library: &Library,
    record: &Record,
    clearance: records::Clearance,
) -> Result<BTreeMap<RecordId, Record>, ApiError> {
    let ids: Vec<RecordId> = record
        .links
        .iter()
        .filter_map(|link| RecordId::new(&link.target).ok())
        .collect();
    let found = library.catalogue.get_many(&ids, clearance, Detail::Summary);
    let found = found.map_err(ApiError::unavailable)?.into_iter().flatten();
    Ok(found
        .map(|stored| (stored.record.id.clone(), stored.record))
        .collect())
}

/// Characters shown of a document that has no abstract: about a screen of a
/// phone.
const BEGINNING_CHARS: usize = 900;

/// The first lines of the document, where no abstract says what it is about.
fn beginning(
    library: &Library,
    record: &Record,
    clearance: records::Clearance,
) -> Result<Option<String>, ApiError> {
    if !record.abstract_text.is_empty() {
        return Ok(None);
    }
    let full = library.catalogue.get(&record.id, clearance, Detail::Full);
    let full = full.map_err(ApiError::unavailable)?;
    let pages = full.map(|stored| stored.record.body).unwrap_or_default();
    let first = pages.iter().find(|page| !page.text.trim().is_empty());
    Ok(first.map(|page| head(page.text.trim(), BEGINNING_CHARS)))
}

/// The first rows of the data, where the record has variables and a text.
fn first_rows(
    library: &Library,
    record: &Record,
    clearance: records::Clearance,
) -> Result<Option<Preview>, ApiError> {
    if record.columns.is_empty() {
        return Ok(None);
    }
    let full = library.catalogue.get(&record.id, clearance, Detail::Full);
    let full = full.map_err(ApiError::unavailable)?;
    let pages = full.map(|stored| stored.record.body).unwrap_or_default();
    Ok(preview(&record.columns, &pages))
}

/// The first `most` characters, cut between words.
fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
            format!("{} …", text[..cut].trim_end())
        }
    }
}

fn page(stored: &StoredRecord, around: Around, visit: &Visit) -> RecordPage {
    let record = &stored.record;
    let locale = visit.locale;
    let w = locale.words();
    let lang = locale.lang();
    let canonical = format!("{}{}", visit.base_url, record_url(&record.id));
    let (title_lang, title) = match record.title.prefer(&lang) {
        Some((lang, title)) => (lang.to_string(), title.clone()),
        None => (lang.to_string(), record.id.to_string()),
    };
    let others = record
        .title
        .iter()
        .filter(|(lang, _)| lang.as_str() != title_lang);
    let access = record.access;
    let n_references = record.references.len().to_string();
    RecordPage {
        f: Frame::new(visit, "record"),
        doc_lang: record
            .language
            .as_ref()
            .map_or("vi", Lang::as_str)
            .to_owned(),
        description: description(record, &lang, &title),
        meta_tags: highwire(record, &canonical, pdf_url(record, &around, visit)),
        json_ld: json_ld(record, &canonical),
        coins: coins(record),
        kind: labels::kind(record.record_type, w),
        access_badge: (access != AccessLevel::Open).then(|| labels::access(access, w)),
        other_titles: others
            .map(|(lang, title)| (lang.to_string(), title.clone()))
            .collect(),
        creators: creators(record),
        published: published(record, locale),
        abstracts: abstracts(record, locale),
        beginning: around.beginning,
        reading_url: stored
            .has_body
            .then(|| format!("{}/read", record_url(&record.id))),
        keywords: keywords(record, locale),
        columns: record.columns.iter().map(|one| column(one, w)).collect(),
        preview: around.preview,
        people: people(record, locale),
        links: links(record, &around.linked, locale),
        found: found_links(&around.found, locale),
        topics: around.topics,
        similar: around.similar.iter().flat_map(similar_records).collect(),
        similar_notices: around
            .similar
            .map(|similar| similar.notices)
            .unwrap_or_default(),
        compare_url: Params::default()
            .adding("record", record.id.as_str())
            .to_url("/compare"),
        references: record.references.clone(),
        references_label: fill(w.record.references, &[("n", &n_references)]),
        citations: in_all_styles(record, locale),
        exports: EXPORTS
            .iter()
            .map(|export| (export.label, export.url(&record.id), export.media_type()))
            .chain(croissant(record))
            .collect(),
        files: files(record, &around.file_urls, locale),
        facts: about(record, &canonical, locale),
        provenance: provenance(stored, locale),
        title,
        title_lang,
        canonical,
    }
}

/// The citation in every style, the commonest first; `None` where a style
/// cannot set the record.
fn in_all_styles(record: &Record, locale: Locale) -> Vec<StyledCitation> {
    let in_style = |style: Style| {
        let citation = cite(record, style, locale.lang().as_str()).ok();
        (style.label(), citation.map(|citation| citation.0))
    };
    Style::ALL.into_iter().map(in_style).collect()
}

/// The address of the first PDF, whole, as Google Scholar wants it.
fn pdf_url(record: &Record, around: &Around, visit: &Visit) -> Option<String> {
    let files = record.files.iter().zip(&around.file_urls);
    let mut pdfs = files.filter(|(file, _)| file.media_type == "application/pdf");
    let url = pdfs.find_map(|(_, url)| url.clone())?;
    Some(if url.starts_with('/') {
        format!("{}{url}", visit.base_url)
    } else {
        url
    })
}

/// The beginning of the abstract, for search engines; cut at 160 characters,
/// about what they show.
fn description(record: &Record, lang: &Lang, title: &str) -> String {
    let text = record
        .abstract_text
        .prefer(lang)
        .map_or(title, |(_, text)| text);
    let mut cut: String = text.chars().take(160).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// The page of a person or institution: by the identifier, which tells
/// namesakes apart, else by the name.
fn agent_url(kind: AuthorityKind, agent: &Agent) -> String {
    let identifier = agent.identifier.as_deref();
    let identifier = identifier.and_then(|raw| AgentIdentifier::parse(raw).ok());
    match identifier {
        Some(identifier) => {
            let by_name = Params::default().adding("name", &agent.name);
            by_name.to_url(&name_url(kind, identifier.as_str()))
        }
        None => name_url(kind, &agent.name),
    }
}

fn creators(record: &Record) -> Vec<(String, String)> {
    let link = |agent: &Agent| {
        let kind = match agent.kind {
            AgentKind::Person => AuthorityKind::Person,
            AgentKind::Organisation => AuthorityKind::Institution,
        };
        (agent.name.clone(), agent_url(kind, agent))
    };
    record.creators().map(link).collect()
}

/// The line under the names: where and when it came out.
fn published(record: &Record, locale: Locale) -> Vec<String> {
    let w = &locale.words().record;
    let labelled = |label: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| format!("{} {value}", label.to_lowercase()))
    };
    let parts = [
        record.venue.clone(),
        labelled(w.volume, &record.volume),
        labelled(w.issue, &record.issue),
        labelled(w.pages, &record.pages),
        record.year.map(|year| year.to_string()),
    ];
    parts.into_iter().flatten().collect()
}

/// Vietnamese first for a Vietnamese reader, English first for an English one.
fn in_order<T>(texts: &records::Localised<T>, locale: Locale) -> impl Iterator<Item = (&Lang, &T)> {
    let first = locale.lang();
    let mut texts: Vec<(&Lang, &T)> = texts.iter().collect();
    texts.sort_by_key(|(lang, _)| **lang != first);
    texts.into_iter()
}

fn abstracts(record: &Record, locale: Locale) -> Vec<(String, String, String)> {
    let w = locale.words();
    let label = |lang: &Lang| match lang.as_str() {
        "vi" => w.record.abstract_vi.to_owned(),
        "en" => w.record.abstract_en.to_owned(),
        code => fill(
            w.record.abstract_other,
            &[("lang", &labels::language(code, w))],
        ),
    };
    let texts = in_order(&record.abstract_text, locale);
    texts
        .map(|(lang, text)| (label(lang), lang.to_string(), text.clone()))
        .collect()
}

fn keywords(record: &Record, locale: Locale) -> Vec<KeywordGroup> {
    let w = locale.words();
    let label = |lang: &Lang| match lang.as_str() {
        "vi" => w.record.keywords_vi.to_owned(),
        "en" => w.record.keywords_en.to_owned(),
        code => fill(
            w.record.keywords_other,
            &[("lang", &labels::language(code, w))],
        ),
    };
    let url = |word: &String| {
        let phrase = format!("keyword:\"{}\"", word.replace('"', " "));
        (
            word.clone(),
            Params::default().adding("q", &phrase).to_url("/search"),
        )
    };
    let groups = in_order(&record.keywords, locale).map(|(lang, words)| KeywordGroup {
        label: label(lang),
        lang: lang.to_string(),
        words: words.iter().map(url).collect(),
    });
    groups.collect()
}

fn column(column: &Column, w: &'static Words) -> ColumnView {
    ColumnView {
        name: match &column.table {
            Some(table) => format!("{table} · {}", column.name),
            None => column.name.clone(),
        },
        kind: column.data_type.as_ref().map_or_else(String::new, |kind| {
            let known = w.record.get(&format!("type_{kind}"));
            known.unwrap_or(kind).to_owned()
        }),
        description: column.description.clone().unwrap_or_default(),
        range: range(column),
        samples: column.samples.join(", "),
    }
}

fn range(column: &Column) -> String {
    match (&column.minimum, &column.maximum) {
        (Some(least), Some(greatest)) if least == greatest => least.clone(),
        (Some(least), Some(greatest)) => format!("{least} – {greatest}"),
        _ => String::new(),
    }
}

/// Everyone with a part, when there is more to say than the names above.
fn people(record: &Record, locale: Locale) -> Vec<PersonView> {
    let w = locale.words();
    let says_more = |agent: &Agent| !agent.affiliations.is_empty() || agent.identifier.is_some();
    let n_creators = record.creators().count();
    if n_creators == record.agents.len() && !record.agents.iter().any(says_more) {
        return Vec::new();
    }
    let view = |agent: &Agent| PersonView {
        role: role(agent, w),
        name: agent.name.clone(),
        identifier: agent.identifier.as_ref().and_then(|id| {
            let url = identifier_url(id)?;
            is_web_address(&url).then(|| (id.clone(), url))
        }),
        affiliations: agent.affiliations.clone(),
    };
    record.agents.iter().map(view).collect()
}

fn role(agent: &Agent, w: &'static crate::words::Words) -> &'static str {
    use records::AgentRole as Role;
    match agent.role {
        Role::Author => w.role.author,
        Role::Editor => w.role.editor,
        Role::Inventor => w.role.inventor,
        Role::Applicant => w.role.applicant,
        Role::Supervisor => w.role.supervisor,
        Role::PrincipalInvestigator => w.role.principal_investigator,
        Role::LeadInstitution => w.role.lead_institution,
        Role::Funder => w.role.funder,
        Role::Contributor => w.role.contributor,
    }
}

/// The format that only datasets have.
fn croissant(record: &Record) -> Option<(&'static str, String, &'static str)> {
    let url = format!("/api/v1{}/croissant", record_url(&record.id));
    let is_dataset = record.record_type == records::RecordType::Dataset;
    is_dataset.then_some(("Croissant", url, "application/ld+json"))
}
