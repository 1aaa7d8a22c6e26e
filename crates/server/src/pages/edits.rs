//! `/edits`: one edit over many records, for librarians: the form, the preview
//! with every difference, the log, the taking back.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use edits::{ActWord, EditAct, Field, FieldChange, Operation, Preview, RecordDiff};

use crate::{
    accounts::{Role, Scope},
    api::edits::{Which, carry_out, look, operation, take_back},
    app::App,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        hit::record_url,
        labels,
    },
    params::Params,
    typography::{moment, number},
    visit::Visit,
    words::{Words, fill},
};

/// Records of a preview and of an act that a page shows; the API has more.
const SHOWN: usize = 50;
/// Acts on the page.
const SHOWN_ACTS: usize = 30;
/// Operations in the form.
const ROWS: usize = 3;
/// Characters around a change in a long text.
const AROUND: usize = 60;

struct ChangeView {
    field: String,
    before: Vec<String>,
    after: Vec<String>,
}

struct DiffView {
    url: String,
    title: String,
    changes: Vec<ChangeView>,
}

/// A row of the form as it was sent.
struct RowView {
    n: usize,
    act: String,
    field: String,
    value: String,
    with: String,
}

/// An act of the log.
struct ActView {
    url: String,
    what: Vec<String>,
    when: String,
    state: Option<String>,
}

/// What the preview says.
struct PreviewView {
    summary: String,
    token: String,
    can_apply: bool,
    button: String,
    diffs: Vec<DiffView>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "edits.html")]
struct EditsPage {
    f: Frame,
    records: String,
    query: String,
    filters: Vec<String>,
    rows: Vec<RowView>,
    acts: Vec<(&'static str, &'static str)>,
    fields: Vec<(String, String)>,
    preview: Option<PreviewView>,
    log: Vec<ActView>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    f: Frame,
    act: ActView,
    summary: String,
    query: Option<String>,
    diffs: Vec<DiffView>,
    more: Option<String>,
    can_undo: bool,
    offers_leaving: bool,
    problem: Option<String>,
}

/// The name of a field in the reader's language: `Nhan đề (Tiếng Việt)`.
fn field_name(field: &Field, w: &'static Words) -> String {
    let name = field.to_string();
    let (head, part) = name.split_once('.').unwrap_or((&name, ""));
    let head = w.edits.get(&format!("field_{head}")).unwrap_or(head);
    match part {
        "" => head.to_owned(),
        "free" => format!("{head} ({})", w.edits.free),
        "khcn" | "ipc" | "ddc" => format!("{head} ({})", part.to_uppercase()),
        lang => format!("{head} ({})", labels::language(lang, w)),
    }
}

fn act_name(act: ActWord, w: &'static Words) -> &'static str {
    match act {
        ActWord::Set => w.edits.set,
        ActWord::Add => w.edits.add,
        ActWord::Remove => w.edits.remove,
        ActWord::Replace => w.edits.replace,
    }
}

/// A value in the reader's words.
fn said(field: &Field, value: &str, w: &'static Words) -> String {
    let known = match field {
        Field::Type => w.kind.get(value),
        Field::Access => w.access.get(value),
        Field::Language => w.language.get(value),
        _ => None,
    };
    known.unwrap_or(value).to_owned()
}

/// An operation as a sentence: `Đặt – Tạp chí: «A»`.
fn sentence(operation: &Operation, w: &'static Words) -> String {
    let field = &operation.field;
    let quoted = |value: &str| {
        let head: String = said(field, value, w).chars().take(80).collect();
        format!("«{head}»")
    };
    let what = format!("{} – {}", act_name(operation.act, w), field_name(field, w));
    match (&operation.value, &operation.with) {
        (None, _) => what,
        (Some(value), None) => format!("{what}: {}", quoted(value)),
        (Some(value), Some(with)) => format!("{what}: {} → {}", quoted(value), quoted(with)),
    }
}

/// Of two long texts the part where they differ, with some words around it.
fn around(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tails = old.iter().rev().zip(new.iter().rev());
    let tail = tails.take(most).take_while(|(a, b)| a == b).count();
    let from = head.saturating_sub(AROUND);
    let cut = |text: &[char]| {
        let to = (text.len() - tail + AROUND).min(text.len());
        let mut shown = String::new();
        if from > 0 {
            shown.push('…');
        }
        shown.extend(&text[from..to]);
        if to < text.len() {
            shown.push('…');
        }
        shown
    };
    (cut(&old), cut(&new))
}

fn change_view(change: FieldChange, w: &'static Words) -> ChangeView {
    let field = field_name(&change.field, w);
    if let (true, [before], [after]) = (
        change.field.is_text(),
        change.before.as_slice(),
        change.after.as_slice(),
    ) {
        let (before, after) = around(before, after);
        return ChangeView {
            field,
            before: vec![before],
            after: vec![after],
        };
    }
    // Of a list, what goes and what comes.
    let only = |mine: &[String], other: &[String]| -> Vec<String> {
        let own = mine.iter().filter(|value| !other.contains(value));
        own.map(|value| said(&change.field, value, w)).collect()
    };
    ChangeView {
        field,
        before: only(&change.before, &change.after),
        after: only(&change.after, &change.before),
    }
}

fn diff_views(diffs: Vec<RecordDiff>, w: &'static Words) -> Vec<DiffView> {
    let view = |diff: RecordDiff| DiffView {
        url: record_url(&diff.id),
        title: diff.title,
        changes: diff
            .changes
            .into_iter()
            .map(|change| change_view(change, w))
            .collect(),
    };
    diffs.into_iter().take(SHOWN).map(view).collect()
}

fn more(n: usize, locale: Locale) -> Option<String> {
    let rest = n.checked_sub(SHOWN).filter(|rest| *rest > 0)?;
    let gaps = [("n", number(rest as u64, locale))];
    Some(fill(locale.words().edits.more, &[("n", &gaps[0].1)]))
}

fn act_view(act: &EditAct, locale: Locale) -> ActView {
    let w = locale.words();
    let undone = act.undone.as_ref().map(|undone| {
        let at = moment(undone.at, locale);
        fill(w.edits.undone, &[("who", &undone.by), ("when", &at)])
    });
    let n = number(act.n_records as u64, locale);
    ActView {
        url: format!("/edits/{}", act.id),
        what: act.operations.iter().map(|one| sentence(one, w)).collect(),
        when: fill(
            w.edits.done,
            &[
                ("n", &n),
                ("who", &act.by),
                ("when", &moment(act.at, locale)),
            ],
        ),
        state: undone,
    }
}

fn preview_view(preview: Preview, locale: Locale) -> PreviewView {
    let w = locale.words();
    let n = preview.diffs.len();
    let [changed, unchanged, missing] =
        [n, preview.n_unchanged, preview.missing.len()].map(|n| number(n as u64, locale));
    let gaps = [
        ("n", changed.as_str()),
        ("same", &unchanged),
        ("missing", &missing),
    ];
    PreviewView {
        summary: fill(w.edits.summary, &gaps),
        token: preview.token,
        can_apply: n > 0,
        button: fill(w.edits.apply, &gaps),
        diffs: diff_views(preview.diffs, w),
        more: more(n, locale),
    }
}

/// What a form or an address asks for.
struct Asked {
    records: String,
    query: String,
    filters: Vec<String>,
    rows: Vec<RowView>,
}

impl Asked {
    fn read(params: &Params) -> Self {
        let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
        let row = |n: usize| RowView {
            n,
            act: text(&format!("act{n}")),
            field: text(&format!("field{n}")),
            value: text(&format!("value{n}")),
            with: text(&format!("with{n}")),
        };
        let filters = params.all("filter").filter(|filter| !filter.is_empty());
        Self {
            records: text("records"),
            query: params
                .get("query")
                .or_else(|| params.get("q"))
                .unwrap_or_default()
                .to_owned(),
            filters: filters.map(str::to_owned).collect(),
            rows: (1..=ROWS).map(row).collect(),
        }
    }

    /// # Errors
    /// [`ApiError::Refused`], [`ApiError::InvalidParameter`].
    fn operations(&self) -> Result<Vec<Operation>, ApiError> {
        let used = self
            .rows
            .iter()
            .filter(|row| !row.act.is_empty() && !row.field.is_empty());
        let some = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
        used.map(|row| {
            // An empty field of the form is no text to look for, but may be one
            // to put in its place.
            let with = (row.act == ActWord::Replace.as_str()).then_some(row.with.as_str());
            operation(&row.act, &row.field, some(&row.value).as_deref(), with)
        })
        .collect()
    }

    /// # Errors
    /// [`ApiError::Refused`], [`ApiError::InvalidParameter`].
    fn which(&self) -> Result<Which, ApiError> {
        let query = Some(self.query.trim()).filter(|query| !query.is_empty());
        Which::read(self.records.split_whitespace(), query, &self.filters)
    }
}

/// `GET /edits`
pub(crate) async fn show_edits(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Write) {
        return or_sign_in(error, &visit);
    }
    let asked = Asked::read(&visit.params);
    page(&app, &visit, asked, None, None).await
}

async fn page(
    app: &App,
    visit: &Visit,
    asked: Asked,
    preview: Option<Preview>,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let (locale, w) = (visit.locale, visit.locale.words());
    let log = app
        .ask(|library| Ok(edits::acts(&*library.catalogue)?))
        .await?;
    let newest = log.iter().rev().take(SHOWN_ACTS);
    let offered = Field::offered().into_iter();
    let page = EditsPage {
        f: Frame::new(visit, "edits"),
        records: asked.records,
        query: asked.query,
        filters: asked.filters,
        rows: asked.rows,
        acts: ActWord::ALL
            .map(|act| (act.as_str(), act_name(act, w)))
            .to_vec(),
        fields: offered
            .map(|field| (field.to_string(), field_name(&field, w)))
            .collect(),
        preview: preview.map(|preview| preview_view(preview, locale)),
        log: newest.map(|act| act_view(act, locale)).collect(),
        problem,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    respond(&page, visit, status)
}

/// `POST /edits`: looks at an edit, or carries it out.
pub(crate) async fn edit(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    let asked = Asked::read(&form);
    let read = asked
        .operations()
        .and_then(|operations| Ok((operations, asked.which()?)));
    let token = form.get("token").map(str::to_owned);
    let done = match read {
        Err(error) => Err(error),
        Ok((operations, which)) => {
            let work = app.ask(move |library| match token {
                None => look(library, &operations, &which).map(Ok),
                Some(token) => carry_out(library, &operations, &which, &token, &by).map(Err),
            });
            work.await
        }
    };
    match done {
        Ok(Ok(preview)) => page(&app, &visit, asked, Some(preview), None).await,
        Ok(Err(act)) => Ok(Redirect::to(&format!("/edits/{}", act.id)).into_response()),
        Err(ApiError::Refused { message, .. }) => {
            page(&app, &visit, asked, None, Some(message)).await
        }
        Err(error @ (ApiError::InvalidParameter { .. } | ApiError::InvalidQuery { .. })) => {
            page(&app, &visit, asked, None, Some(error.to_string())).await
        }
        Err(error) => Err(error),
    }
}

/// `GET /edits/{id}`
pub(crate) async fn show_edit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Write) {
        return or_sign_in(error, &visit);
    }
    let Path(id) = path.map_err(|_| ApiError::NoSuchPage)?;
    one(&app, &visit, id, None).await
}

async fn one(
    app: &App,
    visit: &Visit,
    id: String,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let asked = app.ask(move |library| {
        let catalogue = &*library.catalogue;
        let act = edits::act(catalogue, &id).map_err(|_| ApiError::NoSuchPage)?;
        Ok((act, edits::diffs(catalogue, &id)?))
    });
    let (act, diffs) = asked.await?;
    let locale = visit.locale;
    let n = number(act.n_records as u64, locale);
    let page = EditPage {
        f: Frame::new(visit, "edits"),
        summary: fill(locale.words().edits.changed, &[("n", &n)]),
        can_undo: act.undone.is_none(),
        act: act_view(&act, locale),
        query: act.query,
        more: more(diffs.len(), locale),
        diffs: diff_views(diffs, locale.words()),
        offers_leaving: problem.is_some(),
        problem,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    respond(&page, visit, status)
}

/// `POST /edits/{id}`: takes it back.
pub(crate) async fn undo_edit(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    let Path(id) = path.map_err(|_| ApiError::NoSuchPage)?;
    let leaves_changed = form.get("leave_changed").is_some();
    let act = id.clone();
    let done = app.ask(move |library| take_back(library, &act, leaves_changed, &by));
    match done.await {
        Ok(act) => Ok(Redirect::to(&format!("/edits/{}", act.id)).into_response()),
        Err(ApiError::Refused { message, .. }) => one(&app, &visit, id, Some(message)).await,
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_show_where_they_differ() {
        let long = "a".repeat(200);
        let (before, after) = around(&format!("{long}lúa{long}"), &format!("{long}ngô{long}"));
        assert!(before.starts_with('…') && before.ends_with('…'), "{before}");
        assert!(before.contains("lúa") && after.contains("ngô"));
        assert!(before.chars().count() < 130);
        assert_eq!(
            around("lúa", "lúa mì"),
            ("lúa".to_owned(), "lúa mì".to_owned())
        );
        assert_eq!(around("aa", "a"), ("aa".to_owned(), "a".to_owned()));
    }

    #[test]
    fn every_field_and_act_has_its_word_in_both_languages() {
        for locale in Locale::ALL {
            let w = locale.words();
            for field in Field::offered() {
                let name = field.to_string();
                let head = name.split('.').next().unwrap_or_default().to_owned();
                assert!(w.edits.get(&format!("field_{head}")).is_some(), "{name}");
            }
        }
    }
}
