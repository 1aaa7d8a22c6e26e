//! `/authorities/{id}`: all that a person or an institution is, to be edited.

use std::sync::Arc;

use askama::Template;
use authorities::{Authority, AuthorityId, AuthorityKind, FileRow, FormerName};
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use records::Year;

use crate::{
    accounts::{Role, Scope},
    app::App,
    authorities::{edit, register, version},
    edge::NO_STORE,
    error::ApiError,
    pages::{
        account::or_sign_in,
        authority::name_url,
        form::fields,
        frame::{Frame, respond},
    },
    params::Params,
    visit::Visit,
    words::fill,
};

/// What stands in the form; lists one a line.
struct FormView {
    version: String,
    name: String,
    variants: String,
    /// `name | last year`.
    former: String,
    identifiers: String,
    parent: String,
    predecessors: String,
    since: String,
    province: String,
}

#[derive(Template)]
#[template(path = "authority_form.html")]
struct AuthorityFormPage {
    f: Frame,
    id: String,
    kind: &'static str,
    is_institution: bool,
    heading: String,
    problem: Option<String>,
    form: FormView,
}

/// `GET /authorities/{id}`
pub(crate) async fn show_authority_form(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Write) {
        return or_sign_in(error, &visit);
    }
    let id = id_of(path)?;
    let found = app.ask(move |library| {
        let register = register(library)?;
        Ok(register.get(id).cloned())
    });
    let found = found.await?.ok_or(ApiError::NoSuchPage)?;
    if found.id != id {
        let there = format!("/authorities/{}", found.id);
        return Ok(Redirect::temporary(&there).into_response());
    }
    page(id, FormView::of(&found)?, None, &visit)
}

/// `POST /authorities/{id}`
pub(crate) async fn edit_authority(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    let id = id_of(path)?;
    let row = match row(id.kind(), &form) {
        Ok(row) => row,
        Err(problem) => return page(id, FormView::sent(&form), Some(problem), &visit),
    };
    let seen = form.get("version").unwrap_or_default().to_owned();
    let done = app.ask(move |library| edit(library, id, &row, Some(&seen), &by));
    match done.await {
        Ok(_) => Ok(Redirect::to(&name_url(id.kind(), &id.to_string())).into_response()),
        Err(ApiError::Refused { message, .. }) => {
            page(id, FormView::sent(&form), Some(message), &visit)
        }
        Err(error) => Err(error),
    }
}

fn id_of(path: Result<Path<String>, PathRejection>) -> Result<AuthorityId, ApiError> {
    let id = path.ok().and_then(|Path(text)| text.parse().ok());
    id.ok_or(ApiError::NoSuchPage)
}

fn page(
    id: AuthorityId,
    form: FormView,
    problem: Option<String>,
    visit: &Visit,
) -> Result<Response, ApiError> {
    let w = &visit.locale.words().authority;
    let is_institution = id.kind() == AuthorityKind::Institution;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let page = AuthorityFormPage {
        f: Frame::new(visit, "authorities"),
        id: id.to_string(),
        kind: match is_institution {
            true => w.institution,
            false => w.person,
        },
        is_institution,
        heading: fill(w.edit_title, &[("name", &form.name)]),
        problem,
        form,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

impl FormView {
    fn of(authority: &Authority) -> Result<Self, ApiError> {
        let former = authority.former.iter().map(|former| match former.until {
            Some(until) => format!("{} | {until}", former.name),
            None => former.name.clone(),
        });
        let identifiers = authority.identifiers.iter().map(ToString::to_string);
        let before = authority.predecessors.iter().map(ToString::to_string);
        let text = |id: Option<AuthorityId>| id.map(|id| id.to_string()).unwrap_or_default();
        Ok(Self {
            version: version(authority)?,
            name: authority.name.clone(),
            variants: authority.variants.join("\n"),
            former: former.collect::<Vec<_>>().join("\n"),
            identifiers: identifiers.collect::<Vec<_>>().join(" "),
            parent: text(authority.parent),
            predecessors: before.collect::<Vec<_>>().join("\n"),
            since: authority
                .since
                .map(|year| year.to_string())
                .unwrap_or_default(),
            province: authority.province.clone().unwrap_or_default(),
        })
    }

    /// As it was sent, for one that was refused.
    fn sent(form: &Params) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        Self {
            version: text("version"),
            name: text("name"),
            variants: text("variants"),
            former: text("former"),
            identifiers: text("identifiers"),
            parent: text("parent"),
            predecessors: text("predecessors"),
            since: text("since"),
            province: text("province"),
        }
    }
}

/// What the form says; else what is wrong with it.
fn row(kind: AuthorityKind, form: &Params) -> Result<FileRow, String> {
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let lines = |name: &str| -> Vec<String> {
        let lines = form.get(name).unwrap_or_default().lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let identifiers = text("identifiers");
    let identifiers = identifiers
        .split([' ', ';', ','])
        .filter(|one| !one.is_empty());
    let since = some("since").map(|year| {
        let read = year
            .parse()
            .map_err(|_| format!("`{year}` is no year; write four digits"));
        read.and_then(|year| in_range(year).map(Year::get))
    });
    let former = lines("former");
    Ok(FileRow {
        kind,
        name: text("name"),
        variants: lines("variants"),
        former: former
            .iter()
            .map(|line| former_name(line))
            .collect::<Result<_, _>>()?,
        identifiers: identifiers.map(str::to_owned).collect(),
        parent: some("parent"),
        predecessors: lines("predecessors"),
        since: since.transpose()?,
        province: some("province"),
    })
}

/// `name | last year`, or a name alone.
fn former_name(line: &str) -> Result<FormerName, String> {
    let (name, until) = match line.rsplit_once('|') {
        None => (line, None),
        Some((name, year)) => {
            let year = year.trim();
            let read = year.parse().map_err(|_| {
                format!(
                    "`{year}` after `{}` is no year; write four digits",
                    name.trim()
                )
            });
            (name, Some(in_range(read?)?))
        }
    };
    let name = name.trim().to_owned();
    Ok(FormerName { name, until })
}

fn in_range(year: i32) -> Result<Year, String> {
    Year::new(year).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_names_carry_their_last_year() {
        let read = former_name(" Trường Đại học Sư phạm Vinh | 2001 ").unwrap();
        assert_eq!(read.name, "Trường Đại học Sư phạm Vinh");
        assert_eq!(read.until, Some(Year::new(2001).unwrap()));
        assert_eq!(former_name("Viện A").unwrap().until, None);
        assert!(former_name("Viện A | xưa").unwrap_err().contains("xưa"));
    }

    #[test]
    fn a_form_is_read_line_by_line() {
        let sent = "name=Vi%E1%BB%87n+A&variants=A%0D%0A%0D%0AB&identifiers=&since=2013&parent=i7";
        let row = row(
            AuthorityKind::Institution,
            &fields(sent.as_bytes()).unwrap(),
        )
        .unwrap();
        assert_eq!(
            (row.name.as_str(), row.variants),
            ("Viện A", vec!["A".into(), "B".into()])
        );
        assert_eq!((row.since, row.parent.as_deref()), (Some(2013), Some("i7")));
        assert!(row.identifiers.is_empty() && row.predecessors.is_empty());
    }
}
