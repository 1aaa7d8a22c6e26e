//! A text that a reader sends to be compared: JSON, or a form with a document.

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header},
};
use catalog::Detail;
use index::Filter;
use records::{Clearance, RecordId};
use search::Manuscript;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::Library,
    error::{ApiError, shown},
    params::Params,
    search_params::{MOST_HITS, count, filters},
};

/// Largest body that brings a document, in bytes: books of some hundred pages
/// with pictures fit.
pub(crate) const UPLOAD_BYTES: usize = 32 << 20;

/// Passages that records are looked up for: some twenty pages, and a few
/// seconds of one processor core.
pub(crate) const MOST_PASSAGES: usize = 60;

/// What was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) text: String,
    /// Name and bytes of a document.
    pub(crate) document: Option<(String, Bytes)>,
    /// The id of a record.
    pub(crate) record: Option<String>,
    /// `limit` and `filter`.
    pub(crate) params: Params,
}

/// A text to compare, as JSON. A document is sent as a form
/// (`multipart/form-data`) with the same names and `file`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextToCompare {
    /// The text itself.
    #[serde(default)]
    text: Option<String>,
    /// Instead of it, the name of a record.
    #[serde(default)]
    record: Option<String>,
    /// Records to give back, 1 to 100.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// FIELD:VALUE, as for a search.
    #[serde(default)]
    filter: Vec<String>,
}

impl Sent {
    /// Reads a body of JSON or a form with parts.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`] that names the part at fault;
    /// [`ApiError::BodyTooLarge`].
    pub(crate) async fn read(request: Request) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, &()).await;
            return Self::of_parts(parts.map_err(|error| not_a_form(&error))?).await;
        }
        if !kind.starts_with("application/json") {
            return Err(ApiError::invalid(
                "content-type",
                kind,
                "is not read here",
                "send application/json, or multipart/form-data with a document",
            ));
        }
        let body = Bytes::from_request(request, &()).await;
        let body = body.map_err(|_| ApiError::BodyTooLarge { most: UPLOAD_BYTES })?;
        Self::of_json(&body)
    }

    fn of_json(body: &[u8]) -> Result<Self, ApiError> {
        let value: serde_json::Value =
            serde_json::from_slice(body).map_err(|error| bad_json(&error))?;
        if !value.is_object() {
            return Err(ApiError::invalid(
                "body",
                "",
                "is no object",
                "send {\"text\": …}",
            ));
        }
        let read: TextToCompare =
            serde_json::from_value(value).map_err(|error| bad_json(&error))?;
        let limit = read.limit.map(|limit| limit.to_string());
        let mut params = Params::default().with("limit", limit.as_deref());
        for filter in &read.filter {
            params = params.adding("filter", filter);
        }
        Ok(Self {
            text: read.text.unwrap_or_default(),
            document: None,
            record: read.record.filter(|record| !record.is_empty()),
            params,
        })
    }

    async fn of_parts(mut parts: Multipart) -> Result<Self, ApiError> {
        let mut sent = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|error| bad_part(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                let file = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(|error| bad_part(&error))?;
                // A browser sends an empty part when no file was chosen.
                if !file.is_empty() || !bytes.is_empty() {
                    sent.document = Some((file, bytes));
                }
                continue;
            }
            let value = part.text().await.map_err(|error| bad_part(&error))?;
            match name.as_str() {
                "text" => sent.text = value,
                "record" => sent.record = Some(value).filter(|value| !value.is_empty()),
                "limit" | "filter" | "view" => sent.params = sent.params.adding(&name, &value),
                _ => {
                    let cure = "leave it out, or send one of text, file, record, limit, filter";
                    return Err(ApiError::invalid(
                        &name,
                        &value,
                        "belongs to no part of this form",
                        cure,
                    ));
                }
            }
        }
        Ok(sent)
    }

    /// Records to give back.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`].
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        count(&self.params, "limit", 10, 1, MOST_HITS)
    }

    /// Conditions on the records compared.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`].
    pub(crate) fn filters(&self) -> Result<Vec<Filter>, ApiError> {
        filters(&self.params)
    }

    /// The text to compare, and the record that it is of. A document is read in
    /// a process of its own.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`] when it cannot be read or nothing was
    /// sent, [`ApiError::RecordNotFound`].
    pub(crate) fn manuscript(
        &self,
        library: &Library,
        clearance: Clearance,
    ) -> Result<(Manuscript, Option<RecordId>), ApiError> {
        self.check()?;
        if let Some((name, bytes)) = &self.document {
            return Ok((document(library, name, bytes)?, None));
        }
        if let Some(raw) = &self.record {
            return of_record(library, raw, clearance);
        }
        Ok((Manuscript::plain(self.text.as_str()), None))
    }

    /// One thing to compare, neither more nor less.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`], [`ApiError::MissingParameter`].
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let n_given = usize::from(!self.text.trim().is_empty())
            + usize::from(self.document.is_some())
            + usize::from(self.record.is_some());
        if n_given > 1 {
            return Err(ApiError::invalid(
                "text",
                &self.text,
                "is sent together with a document or a record",
                "send one of text, file and record",
            ));
        }
        if n_given == 0 {
            return Err(ApiError::MissingParameter {
                name: "text",
                cure: "send a text, a document as file, or the name of a record as record",
            });
        }
        Ok(())
    }
}

/// The text of a record that may be seen.
///
/// # Errors
/// [`ApiError::RecordNotFound`].
pub(crate) fn of_record(
    library: &Library,
    raw: &str,
    clearance: Clearance,
) -> Result<(Manuscript, Option<RecordId>), ApiError> {
    let id = crate::lookup::find(library, raw, clearance)?.record.id;
    let stored = library.catalogue.get(&id, clearance, Detail::Full);
    let stored = stored.map_err(ApiError::unavailable)?;
    let stored = stored.ok_or(ApiError::RecordNotFound { id: shown(raw) })?;
    Ok((Manuscript::of_record(&stored.record), Some(id)))
}

fn document(library: &Library, name: &str, bytes: &[u8]) -> Result<Manuscript, ApiError> {
    let Some(reader) = &library.reader else {
        return Err(ApiError::invalid(
            "file",
            name,
            "cannot be read: this library takes texts only",
            "send the words of the document as text",
        ));
    };
    let read = reader.read(bytes, name);
    let document = read.map_err(|error| {
        let reason = format!("cannot be read ({})", records::with_causes(&error));
        ApiError::invalid(
            "file",
            name,
            reason,
            "send another document, or its words as text",
        )
    })?;
    Ok(Manuscript::of_pages(document.pages))
}

fn bad_json(error: &serde_json::Error) -> ApiError {
    let reason = format!("cannot be read as JSON of this address ({error})");
    ApiError::invalid("body", "", reason, "send {\"text\": …} or {\"record\": …}")
}

pub(crate) fn not_a_form(error: &impl std::fmt::Display) -> ApiError {
    let reason = format!("is no form ({error})");
    ApiError::invalid(
        "body",
        "",
        reason,
        "send multipart/form-data with its boundary",
    )
}

pub(crate) fn bad_part(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::BodyTooLarge { most: UPLOAD_BYTES };
    }
    not_a_form(error)
}
