//! The documents of a record, for those who may see the record: whole or in
//! ranges, so that a browser's own viewer opens a PDF at `#page=7` without
//! waiting for the rest.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use records::{AccessLevel, DocumentFile, RecordId};
use tower_http::services::ServeFile;

use crate::{
    app::{App, Library},
    audit::{Noted, with_note},
    error::{ApiError, shown},
    lookup::find,
    metadata::is_web_address,
    params::encode,
    visit::Visit,
};

/// What a browser may show; everything else is saved. HTML and SVG of others
/// would run in the library's name.
const SHOWN: [&str; 5] = [
    "application/pdf",
    "text/plain",
    "image/png",
    "image/jpeg",
    "image/webp",
];

/// A document loads nothing and runs nothing; the browser's own viewer of PDF
/// styles itself. Only pages of the library show it in a frame.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'";

/// Where the file numbered `number` (from 1) of a record is had: here, or where
/// it lies on the web. `None` when the library has not kept it.
pub(crate) fn file_url(
    library: &Library,
    id: &RecordId,
    number: usize,
    file: &DocumentFile,
) -> Option<String> {
    if is_web_address(&file.location) {
        return Some(file.location.clone());
    }
    let path = library.files.as_ref()?.path(&file.blake3)?;
    path.exists().then(|| own_url(id, number, &file.name))
}

/// Address of a document that the library keeps; `number` from 1.
pub(crate) fn own_url(id: &RecordId, number: usize, name: &str) -> String {
    format!(
        "/records/{}/files/{number}/{}",
        encode(id.as_str()),
        encode(name)
    )
}

/// `GET /records/{id}/files/{number}/{name}`; the name is for whoever saves it.
pub(crate) async fn show_file(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, usize, String)>, PathRejection>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    let Ok(Path((raw, number, _))) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let clearance = visit.clearance;
    // A viewer asks for the rest in pieces.
    let range = request.headers().get(header::RANGE);
    let is_first = range.is_none_or(|range| range.as_bytes().starts_with(b"bytes=0-"));
    let found = app.ask(move |library| {
        let record = find(library, &raw, clearance)?.record;
        let is_open = record.access == AccessLevel::Open;
        let file = number
            .checked_sub(1)
            .and_then(|n| record.files.into_iter().nth(n));
        let none = || ApiError::FileNotFound {
            id: shown(&raw),
            number,
        };
        let file = file.ok_or_else(none)?;
        let store = library.files.as_ref();
        let place = store.and_then(|store| store.path(&file.blake3));
        let place = place.filter(|place| place.is_file()).ok_or_else(none)?;
        Ok((file, place, is_open))
    });
    let (file, place, is_open) = found.await?;
    let served = ServeFile::new(place).try_call(request).await;
    let mut response = served.map_err(ApiError::unavailable)?.map(Body::new);
    describe(response.headers_mut(), &file);
    let noted = match is_first && !is_open {
        true => Noted::taken(&visit, "document".to_owned()),
        false => None,
    };
    Ok(with_note(noted, response))
}

/// How a document is shown or saved.
pub(crate) fn describe(headers: &mut HeaderMap, file: &DocumentFile) {
    let media_type = file.media_type.to_ascii_lowercase();
    let is_shown = SHOWN.contains(&media_type.as_str());
    let manner = if is_shown { "inline" } else { "attachment" };
    let saved_as = format!("{manner}; filename*=UTF-8''{}", encode(&file.name));
    let media_type = match media_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        shown if is_shown => shown,
        _ => "application/octet-stream",
    };
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, media_type);
    set(header::CONTENT_DISPOSITION, &saved_as);
    set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    set(header::X_FRAME_OPTIONS, "SAMEORIGIN");
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::VARY, "Cookie");
}
