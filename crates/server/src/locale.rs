//! The language of a page: asked for (`?lang=`), remembered (cookie), or read
//! from the browser's wishes (`Accept-Language`); Vietnamese when none says.

use axum::http::{HeaderMap, header};
use records::Lang;

use crate::words::{EN, VI, Words};

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locale {
    /// Vietnamese, the first language of the library.
    Vi,
    /// English.
    En,
}

impl Locale {
    /// Both, Vietnamese first.
    pub(crate) const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// Code for `lang` attributes, the cookie and `?lang=`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The other language.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }

    /// The words of this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }

    /// As records know languages.
    pub(crate) fn lang(self) -> Lang {
        match self {
            Self::Vi => Lang::vi(),
            Self::En => Lang::en(),
        }
    }

    /// A code of ours; anything else is none.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.code() == code)
    }

    /// The language for a request that does not ask for one itself.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        cookie(headers, "lang")
            .and_then(Self::from_code)
            .or_else(|| accepted(headers))
            .unwrap_or(Self::Vi)
    }
}

/// The value of a cookie, as sent.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The best of ours in `Accept-Language` (RFC 9110 §12.5.4): highest weight,
/// the first named on a tie, weight 0 never.
fn accepted(headers: &HeaderMap) -> Option<Locale> {
    let line = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Locale, f32)> = None;
    for wish in line.split(',').take(20) {
        let (tag, weight) = match wish.split_once(';') {
            Some((tag, parameter)) => (tag, weight_of(parameter)),
            None => (wish, 1.0),
        };
        let code = tag.trim().split('-').next().unwrap_or_default();
        let Some(locale) = Locale::from_code(&code.to_ascii_lowercase()) else {
            continue;
        };
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((locale, weight));
        }
    }
    best.map(|(locale, _)| locale)
}

fn weight_of(parameter: &str) -> f32 {
    let value = parameter.trim().strip_prefix("q=").unwrap_or("0");
    value.trim().parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn locale(pairs: &[(header::HeaderName, &str)]) -> Locale {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        Locale::of_headers(&headers)
    }

    #[test]
    fn vietnamese_unless_the_reader_wishes_otherwise() {
        let accept = |wishes| locale(&[(header::ACCEPT_LANGUAGE, wishes)]);
        assert_eq!(locale(&[]), Locale::Vi);
        assert_eq!(accept("fr-FR,fr;q=0.9"), Locale::Vi);
        assert_eq!(accept("en-US,en;q=0.9,vi;q=0.8"), Locale::En);
        assert_eq!(accept("fr, vi;q=0.7, en;q=0.3"), Locale::Vi);
        assert_eq!(accept("en;q=0, vi;q=0.1"), Locale::Vi);
        assert_eq!(accept(";;;q=,,en;q=x"), Locale::Vi);
    }

    #[test]
    fn the_cookie_remembers() {
        let both = [
            (header::ACCEPT_LANGUAGE, "vi"),
            (header::COOKIE, "theme=dark; lang=en"),
        ];
        assert_eq!(locale(&both), Locale::En);
        assert_eq!(locale(&[(header::COOKIE, "lang=<script>")]), Locale::Vi);
    }
}
