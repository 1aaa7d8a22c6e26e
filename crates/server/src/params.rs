//! The query string as pairs of text, with every byte accounted for: what is
//! no UTF-8, too long or too often is named, never replaced in silence.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::ApiError;

/// Longest query string in bytes. Browsers and proxies cut at about 8 kB; an
/// abstract pasted as a query fits.
const MAX_BYTES: usize = 16 * 1024;
/// Most parameters in one request: every facet value of a page ticked, twice.
const MAX_PAIRS: usize = 400;

/// Everything except letters, digits and `-._~` is encoded.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes a value for a query string or one segment of a path.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// Parameters in the order they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a raw query string (without `?`).
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`] when it is too long, has too many
    /// parameters, or one of them is no UTF-8.
    pub(crate) fn parse(raw: &str) -> Result<Self, ApiError> {
        if raw.len() > MAX_BYTES {
            return Err(ApiError::QueryStringTooLong {
                n_bytes: raw.len(),
                most: MAX_BYTES,
            });
        }
        Self::of_form(raw)
    }

    /// Reads the fields of a form, as long as a body may be.
    ///
    /// # Errors
    /// See [`Params::parse`].
    pub(crate) fn of_form(raw: &str) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return Err(ApiError::TooManyParameters { most: MAX_PAIRS });
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).map_err(|shown| not_utf8(&shown, &shown))?;
            let value = decode(value).map_err(|shown| not_utf8(&name, &shown))?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The last value of a parameter; `None` when it is absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().rev().filter(|(key, _)| key == name);
        values
            .next()
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All values of a parameter that are not empty, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.0.iter().filter(move |(key, _)| key == name);
        values
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The same parameters with `name` set to one value, or taken away.
    pub(crate) fn with(&self, name: &str, value: Option<&str>) -> Self {
        let mut pairs = self.0.clone();
        pairs.retain(|(key, _)| key != name);
        pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        Self(pairs)
    }

    /// The same parameters with one pair more.
    pub(crate) fn adding(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.0.clone();
        pairs.push((name.to_owned(), value.to_owned()));
        Self(pairs)
    }

    /// The same parameters without this pair.
    pub(crate) fn removing(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.0.clone();
        pairs.retain(|(key, text)| !(key == name && text == value));
        Self(pairs)
    }

    /// All pairs, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A path with these parameters as its query string.
    pub(crate) fn to_url(&self, path: &str) -> String {
        let pairs = self.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = pairs
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }
}

/// Decodes one name or value; bytes that are no UTF-8 give the text with
/// U+FFFD in their places, for showing.
fn decode(raw: &str) -> Result<String, String> {
    let spaced = raw.replace('+', " ");
    let bytes: Vec<u8> = percent_decode_str(&spaced).collect();
    String::from_utf8(bytes).map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn not_utf8(name: &str, value: &str) -> ApiError {
    ApiError::invalid(
        name,
        value,
        "is not valid UTF-8",
        "percent-encode the UTF-8 bytes of the text",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_decoded_in_order() {
        let params = Params::parse("q=l%C3%BAa+g%E1%BA%A1o&filter=a&filter=b&empty=&q=").unwrap();
        assert_eq!(params.all("filter").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            params.get("q"),
            None,
            "the last one counts, and it is empty"
        );
        assert_eq!(params.all("q").collect::<Vec<_>>(), ["lúa gạo"]);
        assert_eq!(params.get("empty"), None);
    }

    #[test]
    fn bad_utf8_names_its_parameter() {
        let error = Params::parse("lang=vi&q=%ff%fe").unwrap_err();
        let ApiError::InvalidParameter { name, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(name, "q");
    }

    #[test]
    fn a_flood_is_refused() {
        assert!(Params::parse(&"a=1&".repeat(MAX_PAIRS + 1)).is_err());
        assert!(Params::parse(&"a".repeat(MAX_BYTES + 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_ascii_is_read_or_refused(raw in "[ -~]{0,200}") {
            let _ = Params::parse(&raw);
        }

        #[test]
        fn what_is_written_reads_back(pairs in prop::collection::vec((".{1,9}", ".{1,9}"), 0..9)) {
            let params = Params(pairs);
            let url = params.to_url("/search");
            let query = url.split_once('?').map_or("", |(_, query)| query);
            prop_assert_eq!(Params::parse(query).unwrap(), params);
        }
    }
}
