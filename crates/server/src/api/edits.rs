//! `/api/v1/edits`: one edit over many records: shown, done as one act, listed,
//! taken back.

mod shapes;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use edits::{EditAct, EditError, MOST_RECORDS, Operation, Preview};
use index::Filter;
use jiff::Timestamp;
use records::RecordId;

use self::shapes::{EditAnswer, EditBody, EditPreview, EditWithDiffs, SHOWN_DIFFS};
use crate::{
    accounts::{Role, Scope},
    api::{
        accounts::body, collections::ids_of_search, duplicates::record_id, search::refuse_unknown,
    },
    app::{App, Library},
    auth::is_foreign,
    decisions::follow,
    edge::NO_STORE,
    error::ApiError,
    params::Params,
    search_params::{count, filters},
    visit::Visit,
};

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        let parameter = match &error {
            EditError::Catalog(_) => return Self::unavailable(error),
            EditError::Damaged { .. } => return Self::internal(error),
            EditError::NoAct(_) => return Self::NoSuchPage,
            EditError::Operation { .. }
            | EditError::NoOperation
            | EditError::TooManyOperations(_)
            | EditError::TooLong { .. } => "operations",
            EditError::TooManyRecords(_) | EditError::TooMuchText => "records",
            EditError::Stale => "token",
            EditError::Undone(_) => "id",
            EditError::ChangedSince(_) => "leave_changed",
        };
        Self::Refused {
            parameter,
            message: error.to_string(),
        }
    }
}

/// Which records an edit is about.
#[derive(Debug, Clone)]
pub(crate) enum Which {
    /// These.
    Ids(Vec<RecordId>),
    /// What a query with filters finds.
    Query(String, Vec<Filter>),
}

impl Which {
    /// Ids, or a query with filters: one of the two.
    ///
    /// # Errors
    /// [`ApiError::Refused`], [`ApiError::InvalidParameter`].
    pub(crate) fn read<'a>(
        ids: impl Iterator<Item = &'a str>,
        query: Option<&str>,
        given_filters: &[String],
    ) -> Result<Self, ApiError> {
        let ids = ids.take(MOST_RECORDS + 1);
        let ids = ids.map(|id| record_id("records", id));
        let ids = ids.collect::<Result<Vec<RecordId>, ApiError>>()?;
        let is_search = query.is_some() || !given_filters.is_empty();
        if ids.is_empty() != is_search || ids.len() > MOST_RECORDS {
            return Err(ApiError::Refused {
                parameter: "records",
                message: "send records (1 to 10000 ids) or a query, one of the two".to_owned(),
            });
        }
        if !is_search {
            return Ok(Self::Ids(ids));
        }
        let add = |params: Params, filter: &String| params.adding("filter", filter);
        let params = given_filters.iter().fold(Params::default(), add);
        let query = query.unwrap_or_default().to_owned();
        Ok(Self::Query(query, filters(&params)?))
    }

    /// The ids now.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when a query finds more than one edit may change.
    pub(crate) fn ids(&self, library: &Library) -> Result<Vec<RecordId>, ApiError> {
        match self {
            Self::Ids(ids) => Ok(ids.clone()),
            Self::Query(query, filters) => ids_of_search(library, query, filters),
        }
    }

    /// What the log says of them.
    fn said(&self) -> Option<String> {
        let Self::Query(query, filters) = self else {
            return None;
        };
        let filters = filters.iter();
        let filters = filters.map(|filter| format!(" {}:{}", filter.field, filter.value));
        Some(format!("{query}{}", filters.collect::<String>()))
    }
}

/// Operations that make sense.
///
/// # Errors
/// [`ApiError::InvalidParameter`], [`ApiError::Refused`].
pub(crate) fn operation(
    act: &str,
    field: &str,
    value: Option<&str>,
    with: Option<&str>,
) -> Result<Operation, ApiError> {
    let unknown = |error: String, value: &str| {
        ApiError::invalid(
            "operations",
            value,
            format!("is not known ({error})"),
            "send another",
        )
    };
    let act = act
        .parse()
        .map_err(|e: edits::UnknownAct| unknown(e.to_string(), act))?;
    let field = field
        .parse()
        .map_err(|e: edits::UnknownField| unknown(e.to_string(), field))?;
    Ok(Operation::new(act, field, value, with)?)
}

fn read(sent: &EditBody) -> Result<(Vec<Operation>, Which), ApiError> {
    let operations = sent.operations.iter().take(21).map(|one| {
        operation(
            &one.act,
            &one.field,
            one.value.as_deref(),
            one.with.as_deref(),
        )
    });
    let operations = operations.collect::<Result<Vec<_>, ApiError>>()?;
    let ids = sent.records.iter().map(String::as_str);
    Ok((
        operations,
        Which::read(ids, sent.query.as_deref(), &sent.filter)?,
    ))
}

/// What an edit would change.
///
/// # Errors
/// What the caller can mend is [`ApiError::Refused`].
pub(crate) fn look(
    library: &Library,
    operations: &[Operation],
    which: &Which,
) -> Result<Preview, ApiError> {
    let ids = which.ids(library)?;
    Ok(edits::preview(&*library.catalogue, operations, &ids)?)
}

/// Carries an edit out, and has the full text follow.
///
/// # Errors
/// See [`look`]; also where nothing changes.
pub(crate) fn carry_out(
    library: &Library,
    operations: &[Operation],
    which: &Which,
    token: &str,
    by: &str,
) -> Result<EditAct, ApiError> {
    let ids = which.ids(library)?;
    let said = which.said();
    let which = (ids.as_slice(), said.as_deref());
    let (catalogue, now) = (&*library.catalogue, Timestamp::now());
    let done = edits::apply(catalogue, operations, which, Some(token), by, now)?;
    follow(library);
    done.ok_or_else(|| ApiError::Refused {
        parameter: "operations",
        message: "all of these records are so already; nothing was changed".to_owned(),
    })
}

/// Takes an edit back, and has the full text follow.
///
/// # Errors
/// See [`look`].
pub(crate) fn take_back(
    library: &Library,
    id: &str,
    leaves_changed: bool,
    by: &str,
) -> Result<EditAct, ApiError> {
    let undone = edits::undo(
        &*library.catalogue,
        id,
        leaves_changed,
        by,
        Timestamp::now(),
    )?;
    follow(library);
    Ok(undone)
}

/// What an edit would change
///
/// Changes nothing. The token of the answer is sent with the edit.
#[utoipa::path(
    post, path = "/api/v1/edits/preview", operation_id = "previewEdit", security(("key" = [])),
    request_body = EditBody,
    responses(
        (status = 200, description = "What would change, field by field", body = EditPreview),
        (status = 400, description = "The body cannot be read, or an operation makes no sense", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn preview_edit(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let (operations, which) = read(&body(&bytes, &headers)?)?;
    let seen = app.ask(move |library| look(library, &operations, &which));
    Ok((NO_STORE, Json(EditPreview::from(seen.await?))).into_response())
}

/// Edit many records as one act
///
/// In one transaction: all that the preview with this token showed, or nothing.
#[utoipa::path(
    post, path = "/api/v1/edits", operation_id = "addEdit", security(("key" = [])),
    request_body = EditBody,
    responses(
        (status = 201, description = "The act", body = EditAnswer),
        (status = 400, description = "The body cannot be read, an operation makes no sense, nothing changes, or the records changed after the preview", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_edit(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let mut sent: EditBody = body(&bytes, &headers)?;
    let (operations, which) = read(&sent)?;
    let token = sent.token.take().ok_or(ApiError::MissingParameter {
        name: "token",
        cure: "look at the preview first and send its token",
    })?;
    let done = app.ask(move |library| carry_out(library, &operations, &which, &token, &by));
    Ok((
        StatusCode::CREATED,
        NO_STORE,
        Json(EditAnswer::from(done.await?)),
    )
        .into_response())
}

/// Edits that were done
#[utoipa::path(
    get, path = "/api/v1/edits", operation_id = "listEdits", security(("key" = [])),
    params(
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "At most so many (50)"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 1_000_000, description = "Pass over so many (0)"),
    ),
    responses(
        (status = 200, description = "The log, newest first", body = Vec<EditAnswer>),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_edits(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["limit", "offset"])?;
    let limit = count(&visit.params, "limit", 50, 1, 200)?;
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let log = app
        .ask(|library| Ok(edits::acts(&*library.catalogue)?))
        .await?;
    let newest = log.into_iter().rev().skip(offset).take(limit);
    Ok((
        NO_STORE,
        Json(newest.map(EditAnswer::from).collect::<Vec<_>>()),
    )
        .into_response())
}

/// One edit, with what it changed
#[utoipa::path(
    get, path = "/api/v1/edits/{id}", operation_id = "getEdit", security(("key" = [])),
    params(
        ("id" = String, Path, description = "Its name"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "Changes of at most so many records (200)"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 10_000, description = "Pass over so many (0)"),
    ),
    responses(
        (status = 200, description = "The act and its changes", body = EditWithDiffs),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such edit", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_edit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["limit", "offset"])?;
    let Path(id) = path.map_err(|_| ApiError::NoSuchPage)?;
    let limit = count(&visit.params, "limit", SHOWN_DIFFS, 1, SHOWN_DIFFS)?;
    let offset = count(&visit.params, "offset", 0, 0, MOST_RECORDS)?;
    let asked = app.ask(move |library| {
        let catalogue = &*library.catalogue;
        Ok((edits::act(catalogue, &id)?, edits::diffs(catalogue, &id)?))
    });
    let (act, diffs) = asked.await?;
    let diffs = diffs.into_iter().skip(offset).take(limit);
    let answer = EditWithDiffs {
        edit: act.into(),
        diffs: diffs.map(Into::into).collect(),
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// Take an edit back
///
/// Every field that it changed has the values from before; other fields stay
/// as they are now.
#[utoipa::path(
    delete, path = "/api/v1/edits/{id}", operation_id = "undoEdit", security(("key" = [])),
    params(
        ("id" = String, Path, description = "Its name"),
        ("leave_changed" = Option<bool>, Query, description = "Leave records as they are that are gone, or whose fields were changed again (false: then nothing is taken back)"),
    ),
    responses(
        (status = 200, description = "The act, undone", body = EditAnswer),
        (status = 400, description = "Undone already, or records were changed again", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such edit", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn undo_edit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &["leave_changed"])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let Path(id) = path.map_err(|_| ApiError::NoSuchPage)?;
    let leaves_changed = match visit.params.get("leave_changed") {
        None | Some("false") => false,
        Some("true") => true,
        Some(other) => {
            let reason = "is neither true nor false";
            return Err(ApiError::invalid(
                "leave_changed",
                other,
                reason,
                "send true or false",
            ));
        }
    };
    let done = app.ask(move |library| take_back(library, &id, leaves_changed, &by));
    Ok((NO_STORE, Json(EditAnswer::from(done.await?))).into_response())
}
