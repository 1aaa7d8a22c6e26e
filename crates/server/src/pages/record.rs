//! `/records/{id}`: one work, whole, in both languages.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use catalog::{Detail, StoredRecord};
use index::FacetField;
use records::{AccessLevel, Agent, Column, Lang, Record, RecordId};

use crate::{
    app::{App, Library},
    citation::{Stretch, apa},
    error::{ApiError, shown},
    exports::{EXPORTS, export_url},
    locale::Locale,
    metadata::{coins, highwire, is_web_address, json_ld},
    pages::{
        facts::{Fact, FileView, LinkView, about, files, identifier_url, links, provenance},
        frame::{Frame, respond},
        hit::{filter_url, record_url},
        labels,
    },
    params::Params,
    visit::Visit,
    words::fill,
};

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
    keywords: Vec<KeywordGroup>,
    columns: Vec<ColumnView>,
    people: Vec<PersonView>,
    links: Vec<LinkView>,
    references: Vec<String>,
    references_label: String,
    citation: Vec<Stretch>,
    exports: Vec<(&'static str, String, &'static str)>,
    files: Vec<FileView>,
    facts: Vec<Fact>,
    provenance: Vec<Fact>,
}

/// `GET /records/{id}`
pub(crate) async fn show_record(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let id = record_id(path)?;
    let clearance = visit.clearance;
    let found = app.ask(move |library| {
        let stored = find(library, &id, clearance)?;
        let titles = linked_titles(library, &stored.record, clearance)?;
        Ok((stored, titles))
    });
    let (stored, titles) = found.await?;
    respond(&page(&stored, &titles, &visit), &visit, StatusCode::OK)
}

/// The id in a path; whatever is no id names no record.
pub(crate) fn record_id(
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<RecordId, ApiError> {
    let Ok(Path(raw)) = path else {
        return Err(ApiError::RecordNotFound { id: "�".into() });
    };
    RecordId::new(&raw).map_err(|_| ApiError::RecordNotFound { id: shown(&raw) })
}

/// The record, if the visitor may see it.
pub(crate) fn find(
    library: &Library,
    id: &RecordId,
    clearance: records::Clearance,
) -> Result<StoredRecord, ApiError> {
    let stored = library.catalogue.get(id, clearance, Detail::Summary);
    let stored = stored.map_err(ApiError::unavailable)?;
    stored.ok_or_else(|| ApiError::RecordNotFound {
        id: shown(id.as_str()),
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

fn page(stored: &StoredRecord, linked: &BTreeMap<RecordId, Record>, visit: &Visit) -> RecordPage {
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
        description: description(record, &lang, &title),
        meta_tags: highwire(record, &canonical),
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
        keywords: keywords(record, locale),
        columns: record.columns.iter().map(column).collect(),
        people: people(record, locale),
        links: links(record, linked, locale),
        references: record.references.clone(),
        references_label: fill(w.record.references, &[("n", &n_references)]),
        citation: apa(record, locale),
        exports: EXPORTS
            .iter()
            .map(|export| {
                (
                    export.label,
                    export_url(&record.id, export),
                    export.media_type,
                )
            })
            .collect(),
        files: files(record, locale),
        facts: about(record, &canonical, locale),
        provenance: provenance(stored, locale),
        title,
        title_lang,
        canonical,
    }
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

fn creators(record: &Record) -> Vec<(String, String)> {
    let names = record.creators().map(|agent| agent.name.clone());
    names
        .map(|name| (name.clone(), filter_url(FacetField::Author, &name)))
        .collect()
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

fn column(column: &Column) -> ColumnView {
    ColumnView {
        name: column.name.clone(),
        kind: column.data_type.clone().unwrap_or_default(),
        description: column.description.clone().unwrap_or_default(),
        samples: column.samples.join(", "),
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
