//! `/records/{id}/read`: the full text of a record page by page, beside the
//! document itself in the browser's own viewer, opened at the same page.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use catalog::Detail;
use records::{Lang, Page, Record, RecordId};

use crate::{
    app::{App, Library},
    error::{ApiError, shown},
    files::file_url,
    lookup::{find, moved, named},
    pages::{
        frame::{Frame, respond},
        hit::record_url,
    },
    params::Params,
    search_params::count,
    typography::number,
    visit::Visit,
    words::fill,
};

/// The page shows documents of the library in a frame, and nothing else more
/// than every page.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; \
     img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Words of a query that are marked: more say nothing.
const MOST_WORDS: usize = 32;

#[derive(Template)]
#[template(path = "reading.html")]
struct ReadingPage {
    f: Frame,
    title: String,
    title_lang: String,
    lang: String,
    record_url: String,
    here: String,
    query: String,
    /// The document at the page, in a frame.
    frame: Option<String>,
    /// The same, or elsewhere on the web, to open by itself.
    document: Option<String>,
    /// Paragraphs; what of each is marked.
    paragraphs: Vec<Vec<(String, bool)>>,
    place: String,
    page: u32,
    last: u32,
    previous: Option<String>,
    next: Option<String>,
    read_by_machine: Option<String>,
}

/// Address of the full text of a record, at a page.
pub(crate) fn reading_url(id: &RecordId, page: u32) -> String {
    format!("{}/read?page={page}", record_url(id))
}

/// The pages of a record that may be seen.
///
/// # Errors
/// [`ApiError::RecordNotFound`]; [`ApiError::NoSuchPage`] of a record without
/// full text.
pub(crate) fn full_text(
    library: &Library,
    raw: &str,
    visit: &Visit,
) -> Result<(Record, Vec<Page>), ApiError> {
    let id = find(library, raw, visit.clearance)?.record.id;
    let full = library.catalogue.get(&id, visit.clearance, Detail::Full);
    let full = full.map_err(ApiError::unavailable)?;
    let mut record = full
        .ok_or(ApiError::RecordNotFound { id: shown(raw) })?
        .record;
    let pages = std::mem::take(&mut record.body);
    match pages.is_empty() {
        true => Err(ApiError::NoSuchPage),
        false => Ok((record, pages)),
    }
}

/// The first PDF of a record: in a frame where the library has it, without the
/// list of its pages, which would take half of the frame; and its address; both
/// opened at the page.
fn documents(library: &Library, record: &Record, page: u32) -> (Option<String>, Option<String>) {
    let is_pdf = |file: &records::DocumentFile| file.media_type == "application/pdf";
    let Some(place) = record.files.iter().position(is_pdf) else {
        return (None, None);
    };
    let url = file_url(library, &record.id, place + 1, &record.files[place]);
    let url = url.map(|url| format!("{url}#page={page}"));
    let own = url.clone().filter(|url| url.starts_with('/'));
    (own.map(|url| format!("{url}&navpanes=0")), url)
}

/// A line of text in stretches; those that are words of the query are marked,
/// whatever their accents.
fn marked(line: &str, wanted: &BTreeSet<String>) -> Vec<(String, bool)> {
    let mut stretches = Vec::new();
    let mut end = 0;
    let tokens = text::tokenise(line).into_iter();
    for token in tokens.filter(|token| wanted.contains(&token.folded)) {
        if let (Some(before), Some(word)) =
            (line.get(end..token.start), line.get(token.start..token.end))
        {
            if !before.is_empty() {
                stretches.push((before.to_owned(), false));
            }
            stretches.push((word.to_owned(), true));
            end = token.end;
        }
    }
    if let Some(rest) = line.get(end..).filter(|rest| !rest.is_empty()) {
        stretches.push((rest.to_owned(), false));
    }
    stretches
}

fn wanted(query: &str) -> BTreeSet<String> {
    let words = text::tokenise(query).into_iter().map(|token| token.folded);
    words
        .filter(|word| word.chars().count() > 1)
        .take(MOST_WORDS)
        .collect()
}

/// `GET /records/{id}/read`
pub(crate) async fn show_reading(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let raw = named(path)?;
    let (asked, visitor) = (raw.clone(), visit.clone());
    let found = app.ask(move |library| {
        let (record, pages) = full_text(library, &asked, &visitor)?;
        let first = pages.iter().find(|page| !page.text.trim().is_empty());
        let first = first.map_or(1, |page| page.number as usize);
        let last = pages.iter().map(|page| page.number).max().unwrap_or(1);
        let page = count(&visitor.params, "page", first, 1, last as usize)?;
        let page = u32::try_from(page).unwrap_or(1);
        let documents = documents(library, &record, page);
        let text = pages.into_iter().find(|one| one.number == page);
        Ok((record, text.unwrap_or_default(), page, last, documents))
    });
    let (record, text, page, last, (frame, document)) = found.await?;
    if let Some(moved) = moved("/records/", &raw, None, &record.id) {
        return Ok(moved);
    }
    let (locale, w) = (visit.locale, visit.locale.words());
    let query = visit.params.get("q").unwrap_or_default().to_owned();
    let here = format!("{}/read", record_url(&record.id));
    let at = |page: u32| {
        let params = Params::default().with("page", Some(&page.to_string()));
        params
            .with("q", Some(query.as_str()).filter(|q| !q.is_empty()))
            .to_url(&here)
    };
    let words = wanted(&query);
    let lines = text.text.split('\n').filter(|line| !line.trim().is_empty());
    let title = record.title.prefer(&locale.lang());
    let (of, n) = (
        number(u64::from(last), locale),
        number(u64::from(page), locale),
    );
    let view = ReadingPage {
        f: Frame::new(&visit, "record"),
        title: record.display_title(&locale.lang()).to_owned(),
        title_lang: title.map_or("und", |(lang, _)| lang.as_str()).to_owned(),
        lang: record
            .language
            .as_ref()
            .map_or("vi", Lang::as_str)
            .to_owned(),
        record_url: record_url(&record.id),
        paragraphs: lines.map(|line| marked(line, &words)).collect(),
        place: fill(w.reading.place, &[("n", &n), ("of", &of)]),
        previous: (page > 1).then(|| at(page - 1)),
        next: (page < last).then(|| at(page + 1)),
        read_by_machine: text
            .ocr_confidence
            .map(|percent| fill(w.reading.by_machine, &[("n", &percent.to_string())])),
        here,
        query,
        frame,
        document,
        page,
        last,
    };
    let mut response = respond(&view, &visit, StatusCode::OK)?;
    let policy = HeaderValue::from_static(CONTENT_POLICY);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_whatever_their_accents_and_nothing_is_lost() {
        let line = "Giống lúa chịu mặn, <b>lua</b> số 7";
        let stretches = marked(line, &wanted("lua MAN"));
        let whole: String = stretches.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(whole, line);
        let found: Vec<&str> = stretches
            .iter()
            .filter(|(_, is)| *is)
            .map(|(text, _)| text.as_str())
            .collect();
        assert_eq!(found, ["lúa", "mặn", "lua"]);
        assert_eq!(marked("", &wanted("a")), []);
    }
}
