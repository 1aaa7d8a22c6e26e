//! `/deposits`: works that people hand in. Whoever has an account describes a
//! work, adds documents and submits it; librarians decide.

mod form;

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use deposits::{Decision, Deposit, Metadata, State as Standing};
use jiff::Timestamp;
use records::{AccessLevel, RecordType};

use self::form::{FormView, metadata};
use crate::{
    accounts::Scope,
    api::deposits::{decline, remove_file, withdraw},
    app::App,
    depositing::{self, Who, deposit_id, depositor},
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        hit::record_url,
        labels,
    },
    typography::{moment, number, size},
    upload::Upload,
    visit::Visit,
    words::{Words, fill},
};

/// Deposits on the page; the API has all.
const SHOWN: usize = 100;

struct EntryView {
    url: String,
    title: String,
    state: &'static str,
    by: String,
    when: String,
}

struct FileView {
    number: usize,
    url: String,
    name: String,
    about: String,
}

#[derive(Template)]
#[template(path = "deposits.html")]
struct DepositsPage {
    f: Frame,
    form: FormView,
    queue: Vec<EntryView>,
    others: Vec<EntryView>,
    is_librarian: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "deposit.html")]
struct DepositPage {
    f: Frame,
    url: String,
    title: String,
    state: &'static str,
    reason: Option<String>,
    form: FormView,
    /// Name and value, for whoever only looks.
    facts: Vec<(&'static str, String)>,
    files: Vec<FileView>,
    history: Vec<String>,
    same: Vec<(String, String)>,
    record: Option<String>,
    may_change: bool,
    may_withdraw: bool,
    may_decide: bool,
    accesses: Vec<(&'static str, &'static str)>,
    problem: Option<String>,
}

fn standing(state: Standing, w: &'static Words) -> &'static str {
    w.deposits.get(state.as_str()).unwrap_or(state.as_str())
}

fn title_of(deposit: &Deposit, locale: Locale) -> String {
    let titles = &deposit.metadata.title;
    let title = titles.get(locale.code()).or_else(|| titles.values().next());
    title.map_or_else(
        || locale.words().deposits.untitled.to_owned(),
        String::clone,
    )
}

fn url_of(deposit: &Deposit) -> String {
    format!("/deposits/{}", deposit.id)
}

fn entry(deposit: &Deposit, locale: Locale) -> EntryView {
    EntryView {
        url: url_of(deposit),
        title: title_of(deposit, locale),
        state: standing(deposit.state, locale.words()),
        by: deposit.by.clone(),
        when: deposit
            .changed_at()
            .map_or_else(String::new, |at| moment(at, locale)),
    }
}

/// `GET /deposits`
pub(crate) async fn show_deposits(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match depositor(&visit, Scope::Read) {
        Ok(who) => list(&app, &visit, who, &Metadata::default(), None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn list(
    app: &App,
    visit: &Visit,
    who: Who,
    metadata: &Metadata,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let is_librarian = who.is_librarian;
    let all = app
        .ask(move |library| depositing::list(library, &who))
        .await?;
    let locale = visit.locale;
    let waits = |one: &&Deposit| is_librarian && one.state == Standing::Submitted;
    let others = all.iter().filter(|one| !waits(one)).take(SHOWN);
    let page = DepositsPage {
        f: Frame::new(visit, "deposits"),
        form: FormView::new(metadata, locale),
        queue: all
            .iter()
            .filter(waits)
            .map(|one| entry(one, locale))
            .collect(),
        others: others.map(|one| entry(one, locale)).collect(),
        is_librarian,
        problem,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    respond(&page, visit, status)
}

/// `POST /deposits`: makes a draft.
pub(crate) async fn add_deposit(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let who = depositor(&visit, Scope::Write)?;
    let said = metadata(&form);
    let (kept, by) = (said.clone(), who.clone());
    let made = app.ask(move |library| depositing::create(library, kept, None, &by));
    match made.await {
        Ok((deposit, _)) => Ok(Redirect::to(&url_of(&deposit)).into_response()),
        Err(ApiError::Refused { message, .. }) => {
            list(&app, &visit, who, &said, Some(message)).await
        }
        Err(error) => Err(error),
    }
}

/// `GET /deposits/{id}`
pub(crate) async fn show_deposit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let Path(raw) = path.map_err(|_| ApiError::NoSuchPage)?;
    match depositor(&visit, Scope::Read) {
        Ok(who) => one(&app, &visit, &raw, who, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn one(
    app: &App,
    visit: &Visit,
    raw: &str,
    who: Who,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let id = deposit_id(raw)?;
    let (clearance, asker) = (visit.clearance, who.clone());
    let asked = app.ask(move |library| {
        let deposit = depositing::known(library, &id, &asker)?;
        let same = depositing::same(library, &deposit, clearance)?;
        Ok((deposit, same))
    });
    let (deposit, same) = asked.await?;
    let (locale, w) = (visit.locale, visit.locale.words());
    let is_own = deposit.by == who.name;
    let is_submitted = deposit.state == Standing::Submitted;
    let level = |level: AccessLevel| (level.as_str(), labels::access(level, w));
    let page = DepositPage {
        f: Frame::new(visit, "deposits"),
        url: url_of(&deposit),
        title: title_of(&deposit, locale),
        state: standing(deposit.state, w),
        reason: deposit.reason().map(str::to_owned),
        form: FormView::new(&deposit.metadata, locale),
        facts: form::facts(&deposit, locale),
        files: files(&deposit, locale),
        history: history(&deposit, locale),
        same: same
            .iter()
            .map(|id| (record_url(id), id.to_string()))
            .collect(),
        record: (deposit.state == Standing::Accepted).then(|| record_url(&deposit.id)),
        may_change: is_own && deposit.state.is_open(),
        may_withdraw: is_own && (deposit.state.is_open() || is_submitted),
        may_decide: who.is_librarian && is_submitted,
        accesses: AccessLevel::ALL.map(level).to_vec(),
        problem,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    respond(&page, visit, status)
}

fn files(deposit: &Deposit, locale: Locale) -> Vec<FileView> {
    let view = |(n, file): (usize, &records::DocumentFile)| {
        let n_pages = file.pages.map(|n| number(u64::from(n), locale));
        let pages = n_pages.map(|n| fill(locale.words().deposits.pages, &[("n", &n)]));
        let about = [
            Some(labels::file_kind(&file.media_type).to_owned()),
            Some(size(file.bytes, locale)),
            pages,
        ];
        let about: Vec<String> = about.into_iter().flatten().collect();
        FileView {
            number: n,
            url: format!("/api/v1/deposits/{}/files/{n}", deposit.id),
            name: file.name.clone(),
            about: about.join(" · "),
        }
    };
    (1..).zip(&deposit.files).map(view).collect()
}

fn history(deposit: &Deposit, locale: Locale) -> Vec<String> {
    let line = |step: &deposits::Step| {
        let reason = step.reason.as_ref().map(|reason| format!(": {reason}"));
        format!(
            "{} – {} – {}{}",
            moment(step.at, locale),
            standing(step.state, locale.words()),
            step.by,
            reason.unwrap_or_default()
        )
    };
    deposit.steps.iter().map(line).collect()
}

/// `POST /deposits/{id}`: changes a draft, submits it, withdraws it, takes a
/// document out, decides.
pub(crate) async fn act_on_deposit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let Path(raw) = path.map_err(|_| ApiError::NoSuchPage)?;
    let (id, who) = (deposit_id(&raw)?, depositor(&visit, Scope::Write)?);
    let by = who.clone();
    let done = app.ask(move |library| {
        let (catalogue, now) = (&*library.catalogue, Timestamp::now());
        let act = form.get("act").unwrap_or_default();
        if let "accept" | "return" | "refuse" = act {
            if !by.is_librarian {
                return Err(ApiError::NotAllowed);
            }
            let reason = form.get("reason").unwrap_or_default();
            let collection = form.get("collection").map(str::trim);
            let decision = Decision {
                collection: collection
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned),
                access: depositing::chosen_access(form.get("access"))?,
            };
            return match act {
                "accept" => depositing::accept(library, &id, &decision, &by),
                act => decline(library, &id, act == "refuse", reason, &by),
            };
        }
        depositing::own(library, &id, &by)?;
        match act {
            "save" => Ok(deposits::put_metadata(
                catalogue,
                &id,
                metadata(&form),
                now,
            )?),
            "submit" => Ok(deposits::submit(catalogue, &id, &by.name, now)?),
            "withdraw" => withdraw(library, &id, &by),
            "remove" => {
                let number = form.get("number").and_then(|n| n.parse().ok()).unwrap_or(0);
                remove_file(library, &id, number, &by)
            }
            other => {
                let reason = "is nothing to be done to a deposit";
                Err(ApiError::invalid(
                    "act",
                    other,
                    reason,
                    "send save or submit",
                ))
            }
        }
    });
    told(done.await, &app, &visit, &raw, who).await
}

/// `POST /deposits/{id}/files`
pub(crate) async fn add_deposit_file(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    let Path(raw) = path.map_err(|_| ApiError::NoSuchPage)?;
    let (id, who) = (deposit_id(&raw)?, depositor(&visit, Scope::Write)?);
    let upload = match Upload::read(request).await {
        Ok(upload) => upload,
        Err(ApiError::MissingParameter { .. }) => {
            let none = visit.locale.words().deposits.file_hint.to_owned();
            return one(&app, &visit, &raw, who, Some(none)).await;
        }
        Err(error) => return Err(error),
    };
    visit.check_form(&app, upload.csrf.as_deref())?;
    let upload = upload.alone()?;
    let by = who.clone();
    let done = app
        .ask(move |library| depositing::add_file(library, &id, &upload.name, &upload.bytes, &by));
    told(done.await, &app, &visit, &raw, who).await
}

/// Back to the deposit; what was refused says why there.
async fn told(
    done: Result<Deposit, ApiError>,
    app: &App,
    visit: &Visit,
    raw: &str,
    who: Who,
) -> Result<Response, ApiError> {
    match done {
        Ok(deposit) => Ok(Redirect::to(&url_of(&deposit)).into_response()),
        Err(ApiError::Refused { message, .. }) => one(app, visit, raw, who, Some(message)).await,
        Err(error @ ApiError::InvalidParameter { .. }) => {
            one(app, visit, raw, who, Some(error.to_string())).await
        }
        Err(error) => Err(error),
    }
}

/// Kinds of works as the form offers them.
fn kinds(w: &'static Words) -> Vec<(&'static str, &'static str)> {
    let kind = |kind: RecordType| (kind.as_str(), labels::kind(kind, w));
    RecordType::ALL.map(kind).to_vec()
}
