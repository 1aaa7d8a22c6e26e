//! `POST /preferences`: remembers the colours a reader chose and goes back.

use axum::{
    Form,
    extract::rejection::FormRejection,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{error::ApiError, pages::frame::preference, visit::Theme};

/// The form at the foot of every page.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    theme: String,
    #[serde(default)]
    back: String,
}

/// Sets the cookie and sends the reader back to where the form stood.
pub(crate) async fn set_preferences(
    form: Result<Form<Choice>, FormRejection>,
) -> Result<Response, ApiError> {
    let Ok(Form(choice)) = form else {
        let cure = "send theme=auto, light or dark as a form";
        return Err(ApiError::MissingParameter {
            name: "theme",
            cure,
        });
    };
    let mut response = Redirect::to(own_path(&choice.back)).into_response();
    let cookie = preference("theme", Theme::parse(&choice.theme).as_str());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// A path of this site, never another site: `//host` and `/\host` lead away.
pub(crate) fn own_path(back: &str) -> &str {
    let plain = back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let own = back.starts_with('/') && !back.starts_with("//");
    if plain && own { back } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(own_path("/search?q=l%C3%BAa"), "/search?q=l%C3%BAa");
        for away in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nX: y",
        ] {
            assert_eq!(own_path(away), "/", "{away}");
        }
    }
}
