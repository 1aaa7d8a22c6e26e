//! `/api/v1/export`: every record that a search finds, in any format of the
//! library, as one document that is written while it is read.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use catalog::{Detail, StoredRecord};
use formats::Exporter;
use futures_util::stream::{self, Stream};
use records::{Clearance, RecordId};

use crate::{
    api::search::refuse_unknown,
    app::App,
    audit::{Noted, with_note},
    error::ApiError,
    exports::Export,
    pages::record_url,
    public::public_record,
    search_params::{search_error, search_request},
    visit::Visit,
};

const KNOWN: [&str; 4] = ["q", "filter", "sort", "format"];

/// Records read at once: about half a megabyte of text on its way.
const READ_AT_ONCE: usize = 200;

/// All records of a search
///
/// Every record that the search finds, however many, without full texts; the
/// format is the one that `format` names, else the one that `Accept` likes best,
/// else JSON Lines. Totals and order are those of `/api/v1/search` by words.
#[utoipa::path(
    get, path = "/api/v1/export", operation_id = "exportSearch",
    params(
        ("q" = Option<String>, Query, description = "The query, as of /api/v1/search; empty means every record", example = "lúa gạo"),
        ("filter" = Option<Vec<String>>, Query, description = "FIELD:VALUE, repeatable"),
        ("sort" = Option<String>, Query, description = "relevance (default), newest, oldest or title"),
        ("format" = Option<String>, Query, description = "json (JSON Lines), ris, bibtex, csl, csv, marcxml, oai_dc, datacite, mods or schemaorg"),
        ("lang" = Option<String>, Query, description = "vi or en: language of error messages"),
    ),
    responses(
        (status = 200, description = "The records, one after the other", body = String, content_type = "application/x-ndjson"),
        (status = 400, description = "A parameter or the query cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The library is busy", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_export(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &KNOWN)?;
    let asked = visit.params.get("format").map(Export::find).transpose()?;
    let export = asked.unwrap_or_else(|| Export::accepted(&headers));
    let request = search_request(&visit.params, visit.clearance, visit.locale.lang())?;
    let ids = app.ask(move |library| {
        let ids = library.searcher.ids(&request);
        ids.map_err(|error| search_error(error, &request.query))
    });
    let rest = VecDeque::from(ids.await?);
    let told = format!(
        "records={} format={}",
        rest.len(),
        export.format.extension()
    );
    let noted = Noted::taken(&visit, told);
    let exporter = Exporter::new(export.format, Vec::new()).map_err(ApiError::internal)?;
    let run = Run {
        app,
        clearance: visit.clearance,
        base_url: visit.base_url,
        rest,
        exporter: Some(exporter),
    };
    let mut response = Response::new(Body::from_stream(run.into_stream()));
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
    };
    set(header::CONTENT_TYPE, media_type(export));
    let file = format!(
        "attachment; filename=\"tri-thuc.{}\"",
        export.format.extension()
    );
    set(header::CONTENT_DISPOSITION, &file);
    set(header::CACHE_CONTROL, "private, no-store");
    set(header::VARY, "Accept, Cookie");
    Ok(with_note(noted, response))
}

/// Many records are JSON Lines where one is JSON.
fn media_type(export: &Export) -> &'static str {
    match export.format {
        formats::ExportFormat::Json => "application/x-ndjson",
        _ => export.media_type(),
    }
}

/// An export under way. Nothing is held between two reads: a slow caller keeps
/// no thread and no store waiting.
struct Run {
    app: Arc<App>,
    clearance: Clearance,
    base_url: String,
    rest: VecDeque<RecordId>,
    /// `None` when the end has been written.
    exporter: Option<Exporter<Vec<u8>>>,
}

impl Run {
    fn into_stream(self) -> impl Stream<Item = Result<Vec<u8>, std::io::Error>> {
        stream::try_unfold(self, |mut run| async move {
            let chunk = run.next_chunk().await.map_err(|error| {
                error.log();
                std::io::Error::other("the export broke off; try again")
            })?;
            Ok(chunk.map(|chunk| (chunk, run)))
        })
    }

    async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ApiError> {
        let Some(mut exporter) = self.exporter.take() else {
            return Ok(None);
        };
        let n = READ_AT_ONCE.min(self.rest.len());
        let ids: Vec<RecordId> = self.rest.drain(..n).collect();
        for stored in self.read(ids).await? {
            let page = format!("{}{}", self.base_url, record_url(&stored.record.id));
            let record = public_record(stored.record, self.clearance);
            let written = exporter.write(&record, Some(&page));
            written.map_err(ApiError::internal)?;
        }
        if self.rest.is_empty() {
            let (_, bytes) = exporter.finish().map_err(ApiError::internal)?;
            return Ok(Some(bytes));
        }
        let bytes = std::mem::take(exporter.get_mut());
        self.exporter = Some(exporter);
        Ok(Some(bytes))
    }

    /// One that went since the search, or may no longer be seen, is left out.
    async fn read(&self, ids: Vec<RecordId>) -> Result<Vec<StoredRecord>, ApiError> {
        let clearance = self.clearance;
        let found = self.app.ask(move |library| {
            let found = library.catalogue.get_many(&ids, clearance, Detail::Summary);
            found.map_err(ApiError::unavailable)
        });
        Ok(found.await?.into_iter().flatten().collect())
    }
}
