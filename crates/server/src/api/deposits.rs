//! `/api/v1/deposits`: works that people hand in, and what librarians decide.

mod shapes;

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use deposits::{Decision, Deposit, Metadata};
use jiff::Timestamp;
use records::RecordId;
use tower_http::services::ServeFile;

use self::shapes::{DecisionBody, DecisionWord, DepositAnswer, DepositFileForm, DepositMetadata};
use crate::{
    accounts::Scope,
    api::{accounts::body, search::refuse_unknown},
    app::{App, Library},
    auth::is_foreign,
    depositing::{self, Who, deposit_id, depositor, librarian},
    edge::NO_STORE,
    error::ApiError,
    files::describe,
    search_params::count,
    upload::{Upload, word},
    visit::Visit,
};

fn id_of(path: Result<Path<String>, PathRejection>) -> Result<RecordId, ApiError> {
    let Path(raw) = path.map_err(|_| ApiError::NoSuchPage)?;
    deposit_id(&raw)
}

/// Runs a change of a deposit, and answers with the deposit as it is then.
async fn changed(
    app: &App,
    visit: &Visit,
    status: StatusCode,
    change: impl FnOnce(&Library) -> Result<Deposit, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let (clearance, base) = (visit.clearance, visit.base_url.clone());
    let asked = app.ask(move |library| {
        let deposit = change(library)?;
        let same = depositing::same(library, &deposit, clearance)?;
        Ok(DepositAnswer::new(deposit, &same, &base))
    });
    Ok((status, NO_STORE, Json(asked.await?)).into_response())
}

/// Deposits
///
/// One's own; for librarians all. The newest change first.
#[utoipa::path(
    get, path = "/api/v1/deposits", operation_id = "listDeposits", security(("key" = [])),
    params(
        ("state" = Option<String>, Query, pattern = "^(draft|submitted|returned|accepted|refused|withdrawn)$", description = "Only those that stand so"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "At most so many (20)"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 1_000_000, description = "Pass over so many (0)"),
    ),
    responses(
        (status = 200, description = "The deposits", body = Vec<DepositAnswer>),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_deposits(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Read)?;
    refuse_unknown(&visit.params, &["state", "limit", "offset"])?;
    let limit = count(&visit.params, "limit", 20, 1, 100)?;
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let state: Option<deposits::State> = word("state", visit.params.get("state"))?;
    let (clearance, base) = (visit.clearance, visit.base_url.clone());
    let asked = app.ask(move |library| {
        let all = depositing::list(library, &who)?.into_iter();
        let wanted = all.filter(|one| state.is_none_or(|state| one.state == state));
        let answer = wanted.skip(offset).take(limit).map(|one| {
            let same = depositing::same(library, &one, clearance)?;
            Ok(DepositAnswer::new(one, &same, &base))
        });
        answer.collect::<Result<Vec<_>, ApiError>>()
    });
    Ok((NO_STORE, Json(asked.await?)).into_response())
}

/// Make a deposit
///
/// A draft; it may lack anything, and is completed later. With an
/// `Idempotency-Key`, a repeated call gives the draft of the first.
#[utoipa::path(
    post, path = "/api/v1/deposits", operation_id = "addDeposit", security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200, pattern = "^[!-~]+$", description = "Chosen by the caller, for calling again when an answer was lost")),
    request_body = DepositMetadata,
    responses(
        (status = 200, description = "The draft that an earlier call with this key made", body = DepositAnswer),
        (status = 201, description = "The draft", body = DepositAnswer),
        (status = 400, description = "The body cannot be read, or a field makes no sense", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_deposit(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let key = depositing::idempotency_key(&headers)?;
    let metadata: Metadata = body(&bytes, &headers)?;
    let (clearance, base) = (visit.clearance, visit.base_url.clone());
    let asked = app.ask(move |library| {
        let (made, is_new) = depositing::create(library, metadata, key.as_deref(), &who)?;
        let same = depositing::same(library, &made, clearance)?;
        Ok((DepositAnswer::new(made, &same, &base), is_new))
    });
    let (answer, is_new) = asked.await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut response = (status, NO_STORE, Json(&answer)).into_response();
    if let Ok(place) = HeaderValue::from_str(&answer.url) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One deposit
#[utoipa::path(
    get, path = "/api/v1/deposits/{id}", operation_id = "getDeposit", security(("key" = [])),
    params(("id" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_deposit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let id = id_of(path)?;
    changed(&app, &visit, StatusCode::OK, move |library| {
        depositing::known(library, &id, &who)
    })
    .await
}

/// Describe a draft anew
#[utoipa::path(
    put, path = "/api/v1/deposits/{id}/metadata", operation_id = "putDepositMetadata", security(("key" = [])),
    params(("id" = String, Path, description = "Its name")),
    request_body = DepositMetadata,
    responses(
        (status = 200, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "The body cannot be read, a field makes no sense, or the deposit is no draft any more", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the caller's, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_deposit_metadata(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let id = id_of(path)?;
    let metadata: Metadata = body(&bytes, &headers)?;
    changed(&app, &visit, StatusCode::OK, move |library| {
        depositing::own(library, &id, &who)?;
        let now = Timestamp::now();
        Ok(deposits::put_metadata(
            &*library.catalogue,
            &id,
            metadata,
            now,
        )?)
    })
    .await
}

/// Add a document to a draft
///
/// It is read at once, in a process of its own; what cannot be read is refused.
#[utoipa::path(
    post, path = "/api/v1/deposits/{id}/files", operation_id = "addDepositFile", security(("key" = [])),
    params(("id" = String, Path, description = "Name of the deposit")),
    request_body(description = "The document (`file`, at most 32 MiB)", content((DepositFileForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "The form cannot be read, the document cannot be read, or the deposit is no draft any more", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the caller's, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The document is too large", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_deposit_file(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(request.headers()) {
        return Err(ApiError::ForeignForm);
    }
    let id = id_of(path)?;
    let upload = Upload::read(request).await?.alone()?;
    changed(&app, &visit, StatusCode::CREATED, move |library| {
        depositing::add_file(library, &id, &upload.name, &upload.bytes, &who)
    })
    .await
}

/// A document of a deposit
#[utoipa::path(
    get, path = "/api/v1/deposits/{id}/files/{number}", operation_id = "getDepositFile", security(("key" = [])),
    params(("id" = String, Path, description = "Name of the deposit"), ("number" = usize, Path, minimum = 1, description = "From 1")),
    responses(
        (status = 200, description = "The document", content_type = "application/octet-stream"),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit or document, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_deposit_file(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, usize)>, PathRejection>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let Path((raw, number)) = path.map_err(|_| ApiError::NoSuchPage)?;
    let id = deposit_id(&raw)?;
    let asked = app.ask(move |library| depositing::file(library, &id, number, &who));
    let (file, place) = asked.await?;
    let served = ServeFile::new(place).try_call(request).await;
    let mut response = served.map_err(ApiError::unavailable)?.map(Body::new);
    describe(response.headers_mut(), &file);
    Ok(response)
}

/// Take a document out of a draft
#[utoipa::path(
    delete, path = "/api/v1/deposits/{id}/files/{number}", operation_id = "removeDepositFile", security(("key" = [])),
    params(("id" = String, Path, description = "Name of the deposit"), ("number" = usize, Path, minimum = 1, description = "From 1")),
    responses(
        (status = 200, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "No such document, or the deposit is no draft any more", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the caller's, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_deposit_file(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, usize)>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let Path((raw, number)) = path.map_err(|_| ApiError::NoSuchPage)?;
    let id = deposit_id(&raw)?;
    changed(&app, &visit, StatusCode::OK, move |library| {
        remove_file(library, &id, number, &who)
    })
    .await
}

/// Takes a document out of one's own draft, and off the disk.
///
/// # Errors
/// See [`depositing::own`]; [`ApiError::Refused`].
pub(crate) fn remove_file(
    library: &Library,
    id: &RecordId,
    number: usize,
    who: &Who,
) -> Result<Deposit, ApiError> {
    let mut gone = depositing::own(library, id, who)?;
    let after = deposits::remove_file(&*library.catalogue, id, number, Timestamp::now())?;
    gone.files.retain(|file| !after.files.contains(file));
    depositing::forget_files(library, &gone);
    Ok(after)
}

/// Submit a deposit to the librarians
#[utoipa::path(
    post, path = "/api/v1/deposits/{id}/submit", operation_id = "submitDeposit", security(("key" = [])),
    params(("id" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "It lacks title, type, authors, year or language, or is no draft any more", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the caller's, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn submit_deposit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let id = id_of(path)?;
    changed(&app, &visit, StatusCode::OK, move |library| {
        depositing::own(library, &id, &who)?;
        Ok(deposits::submit(
            &*library.catalogue,
            &id,
            &who.name,
            Timestamp::now(),
        )?)
    })
    .await
}

/// Withdraw a deposit that is not decided
#[utoipa::path(
    post, path = "/api/v1/deposits/{id}/withdraw", operation_id = "withdrawDeposit", security(("key" = [])),
    params(("id" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "It is decided or withdrawn", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the caller's, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit, or not the caller's", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn withdraw_deposit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let who = depositor(&visit, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let id = id_of(path)?;
    changed(&app, &visit, StatusCode::OK, move |library| {
        withdraw(library, &id, &who)
    })
    .await
}

/// Withdraws one's own deposit; its documents go.
///
/// # Errors
/// See [`depositing::own`]; [`ApiError::Refused`].
pub(crate) fn withdraw(library: &Library, id: &RecordId, who: &Who) -> Result<Deposit, ApiError> {
    depositing::own(library, id, who)?;
    let gone = deposits::withdraw(&*library.catalogue, id, &who.name, Timestamp::now())?;
    depositing::forget_files(library, &gone);
    Ok(gone)
}

/// Decide on a submitted deposit
///
/// Accepted, it is a record of the library at once, under the same id.
#[utoipa::path(
    post, path = "/api/v1/deposits/{id}/decision", operation_id = "decideDeposit", security(("key" = [])),
    params(("id" = String, Path, description = "Its name")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "The deposit", body = DepositAnswer),
        (status = 400, description = "It is not submitted, the reason is missing, or the body cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such deposit", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn decide_deposit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let who = librarian(&visit)?;
    refuse_unknown(&visit.params, &[])?;
    let id = id_of(path)?;
    let sent: DecisionBody = body(&bytes, &headers)?;
    let decision = Decision {
        collection: sent.collection,
        access: depositing::chosen_access(sent.access.as_deref())?,
    };
    let reason = sent.reason.unwrap_or_default();
    changed(&app, &visit, StatusCode::OK, move |library| {
        match sent.decision {
            DecisionWord::Accept => depositing::accept(library, &id, &decision, &who),
            word => decline(library, &id, word == DecisionWord::Refuse, &reason, &who),
        }
    })
    .await
}

/// Returns a deposit to its depositor, or refuses it for good.
///
/// # Errors
/// [`ApiError::Refused`].
pub(crate) fn decline(
    library: &Library,
    id: &RecordId,
    is_final: bool,
    reason: &str,
    who: &Who,
) -> Result<Deposit, ApiError> {
    let (catalogue, now) = (&*library.catalogue, Timestamp::now());
    let declined = deposits::decline(catalogue, id, is_final, reason, &who.name, now)?;
    if is_final {
        depositing::forget_files(library, &declined);
    }
    Ok(declined)
}
