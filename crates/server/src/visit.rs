//! Who asks for what, and how they want it: the parameters, the language, the
//! look, the address they came to, and what they may see.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, Uri, header, request::Parts},
};
use records::Clearance;

use crate::{
    accounts::{Account, Role, Scope},
    app::App,
    auth::form_token,
    error::ApiError,
    limiter::Caller,
    locale::{Locale, cookie},
    params::Params,
};

/// Colours that a reader chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Value of the cookie and of `data-theme`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Anything else than ours is `Auto`.
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// One request, as handlers see it.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// Path as sent, still percent-encoded.
    pub(crate) path: String,
    /// Parameters of the query string, without `lang`.
    pub(crate) params: Params,
    /// Language of the answer.
    pub(crate) locale: Locale,
    /// Whether the address itself asks for the language.
    pub(crate) asks_for_language: bool,
    /// Colours.
    pub(crate) theme: Theme,
    /// Where the library is reached: `https://host`, no slash at the end.
    pub(crate) base_url: String,
    /// What the visitor may see.
    pub(crate) clearance: Clearance,
    /// Whose request it is, when somebody has signed in or shown a key.
    pub(crate) account: Option<Account>,
    /// What the forms of this session carry.
    pub(crate) form_token: String,
    /// Who is counted for it.
    pub(crate) caller: Caller,
}

impl Visit {
    /// Reads a request. The error keeps the visit, with no parameters, so that
    /// the answer to a bad request is still in the reader's language.
    pub(crate) fn read(
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
        app: &App,
    ) -> (Self, Option<ApiError>) {
        let (params, error) = match Params::parse(uri.query().unwrap_or_default()) {
            Ok(params) => (params, None),
            Err(error) => (Params::default(), Some(error)),
        };
        let asked = params.get("lang").and_then(Locale::from_code);
        let error = error.or_else(|| bad_language(uri.path(), &params));
        let visit = Self {
            path: uri.path().to_owned(),
            locale: asked.unwrap_or_else(|| Locale::of_headers(headers)),
            asks_for_language: asked.is_some(),
            theme: cookie(headers, "theme").map_or(Theme::Auto, Theme::parse),
            base_url: base_url(headers, app.settings.public_url.as_deref()),
            params: params.with("lang", None),
            clearance: Clearance::Public,
            account: None,
            form_token: String::new(),
            caller: Caller::of(headers, extensions, &app.settings),
        };
        (visit.signed_in(extensions, app), error)
    }
}

/// Programs are told of a language that is none of ours; people get a page.
fn bad_language(path: &str, params: &Params) -> Option<ApiError> {
    let asked = params
        .iter()
        .find(|(name, code)| *name == "lang" && Locale::from_code(code).is_none());
    let (_, asked) = asked.filter(|_| path.starts_with("/api/"))?;
    Some(ApiError::invalid(
        "lang",
        asked,
        "is not a language of the library",
        "send vi or en",
    ))
}

impl Visit {
    /// The visit of the account that was found out, if one was; else everyone
    /// is a reader from the street. A key that may not read gives no more.
    pub(crate) fn signed_in(self, extensions: &Extensions, app: &App) -> Self {
        let Some(account) = extensions.get::<Account>() else {
            return self;
        };
        let reads = account.may(Role::Reader, Scope::Read);
        Self {
            clearance: if reads {
                account.clearance()
            } else {
                Clearance::Public
            },
            form_token: form_token(app, account),
            account: Some(account.clone()),
            ..self
        }
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        match Self::read(&parts.uri, &parts.headers, &parts.extensions, app) {
            (visit, None) => Ok(visit),
            (_, Some(error)) => Err(error),
        }
    }
}

/// The address from the settings; else from the `Host` header when it looks
/// like a host and nothing else (it is said back in links).
fn base_url(headers: &HeaderMap, public_url: Option<&str>) -> String {
    if let Some(url) = public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let plain = |host: &&str| {
        !host.is_empty()
            && host.len() < 256
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    };
    host.filter(plain)
        .map_or_else(String::new, |host| format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_host_that_is_no_host_is_not_said_back() {
        let url = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            base_url(&headers, None)
        };
        assert_eq!(url("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(url("[::1]:80"), "http://[::1]:80");
        assert_eq!(url("evil.example/path"), "");
        assert_eq!(url("a\"onload=x"), "");
        let set = base_url(&HeaderMap::new(), Some("https://thuvien.example.vn/"));
        assert_eq!(set, "https://thuvien.example.vn");
    }
}
