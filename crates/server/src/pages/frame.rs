//! What every page has around its content, and how a page becomes a response.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    accounts::{Role, Scope},
    assets::ASSETS,
    error::ApiError,
    visit::Visit,
    words::Words,
};

/// The frame of one page: `f` in the templates.
pub(crate) struct Frame {
    pub(crate) w: &'static Words,
    pub(crate) lang: &'static str,
    pub(crate) other_lang: &'static str,
    pub(crate) theme: &'static str,
    /// Path and query of this page, for coming back to it.
    pub(crate) here: String,
    pub(crate) other_language_url: String,
    /// Language codes and addresses of this page in each of them.
    pub(crate) alternates: Vec<(&'static str, String)>,
    pub(crate) style_url: &'static str,
    pub(crate) emblem_url: &'static str,
    pub(crate) fonts: Vec<&'static str>,
    /// Name of the account, when somebody is signed in.
    pub(crate) account: Option<String>,
    /// Whether the account works at the desk of librarians.
    pub(crate) is_staff: bool,
    /// What the forms of this session carry.
    pub(crate) csrf: String,
    /// The entry of the menus that this page is.
    pub(crate) current: &'static str,
}

impl Frame {
    /// The frame of the page `current` for this visit.
    pub(crate) fn new(visit: &Visit, current: &'static str) -> Self {
        let in_language = |code| visit.params.with("lang", Some(code)).to_url(&visit.path);
        let absolute = |path: String| format!("{}{path}", visit.base_url);
        Self {
            w: visit.locale.words(),
            lang: visit.locale.code(),
            other_lang: visit.locale.other().code(),
            theme: visit.theme.as_str(),
            here: visit.params.to_url(&visit.path),
            other_language_url: in_language(visit.locale.other().code()),
            alternates: vec![
                ("vi", absolute(in_language("vi"))),
                ("en", absolute(in_language("en"))),
                ("x-default", absolute(visit.params.to_url(&visit.path))),
            ],
            style_url: &ASSETS.style.url,
            emblem_url: &ASSETS.emblem.url,
            fonts: ASSETS.first_fonts().collect(),
            account: visit.account.as_ref().map(|account| account.name.clone()),
            is_staff: visit.needs(Role::Librarian, Scope::Write).is_ok(),
            csrf: visit.form_token.clone(),
            current,
        }
    }
}

/// A year in seconds: how long a chosen language is remembered.
const YEAR_S: u32 = 365 * 24 * 60 * 60;

/// A page as a response; a language that the address asked for is remembered.
pub(crate) fn respond(
    page: &impl Template,
    visit: &Visit,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let html = page.render().map_err(ApiError::internal)?;
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::VARY, "Cookie, Accept-Language");
    set(header::CONTENT_LANGUAGE, visit.locale.code());
    if visit.asks_for_language {
        headers.append(header::SET_COOKIE, preference("lang", visit.locale.code()));
    }
    Ok(response)
}

/// A cookie that remembers a choice of the reader.
pub(crate) fn preference(name: &str, value: &'static str) -> HeaderValue {
    let line = format!("{name}={value}; Path=/; Max-Age={YEAR_S}; SameSite=Lax; HttpOnly");
    HeaderValue::from_str(&line).expect("names and values of ours are plain ASCII words")
}
