//! Every error that a caller of the web edge can meet: one table from error to
//! status, name and words. Internals are logged here, once, and never sent.

use axum::http::StatusCode;

use crate::{locale::Locale, words::fill};

/// What went wrong with a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// A parameter has a value that means nothing here.
    #[error("parameter `{name}`: `{value}` {reason}; {cure}")]
    InvalidParameter {
        /// Its name.
        name: String,
        /// Its value, shortened.
        value: String,
        /// What is wrong with the value: "is not a number".
        reason: String,
        /// What to send instead.
        cure: String,
    },
    /// The query language does not take this query.
    #[error("query: {message} at byte {position}; {cure}")]
    InvalidQuery {
        /// The query as sent.
        query: String,
        /// Byte in the query where it goes wrong.
        position: usize,
        /// What is wrong.
        message: String,
        /// What to write instead.
        cure: String,
    },
    /// A parameter must be there and is not.
    #[error("parameter `{name}` is missing; {cure}")]
    MissingParameter {
        /// Its name.
        name: &'static str,
        /// What to send.
        cure: &'static str,
    },
    /// The query string is too long.
    #[error("query string has {n_bytes} bytes; send at most {most}")]
    QueryStringTooLong {
        /// Its length.
        n_bytes: usize,
        /// The limit.
        most: usize,
    },
    /// More parameters than any page sends.
    #[error("query string has more than {most} parameters; send fewer")]
    TooManyParameters {
        /// The limit.
        most: usize,
    },
    /// No such record, or none that may be seen: a reader cannot tell which.
    #[error("record `{id}` is not in the library; check the address, or search for its title")]
    RecordNotFound {
        /// The id asked for, shortened.
        id: String,
    },
    /// The record has no such document, or the library has not kept it.
    #[error("record `{id}` has no document {number} in the library; see the files it names")]
    FileNotFound {
        /// The record, shortened.
        id: String,
        /// The number asked for.
        number: usize,
    },
    /// No such page.
    #[error("nothing lies at this address; start from `/` or `/api/v1/openapi.json`")]
    NoSuchPage,
    /// The address is there, but not for this method.
    #[error("this address does not take this method; see `/api/v1/openapi.json`")]
    MethodNotAllowed,
    /// The body is larger than any request needs.
    #[error("request body is too large; send less than {most} bytes")]
    BodyTooLarge {
        /// The limit in bytes.
        most: usize,
    },
    /// Too many searches at once.
    #[error("the library is busy; try again in {retry_after_s} s")]
    Busy {
        /// When to come again, in seconds.
        retry_after_s: u32,
    },
    /// An account is asked for, and none was shown.
    #[error("this needs an account; sign in, or send an API key as `Authorization: Bearer KEY`")]
    SignInNeeded,
    /// The API key is none of ours, or its account is closed.
    #[error("the API key is not known; make one on the page of your account")]
    BadKey,
    /// The account may not do this.
    #[error("your account or key may not do this; ask an administrator for the role or scope")]
    NotAllowed,
    /// A form that was not sent from a page of this session.
    #[error(
        "the form was not sent from a page of this session; open the page anew and send it again"
    )]
    ForeignForm,
    /// No such account, or no such key.
    #[error("{message}")]
    AccountNotFound {
        /// What is not there.
        message: String,
    },
    /// A change that the library's rules refuse.
    #[error("{message}")]
    Refused {
        /// The parameter at fault.
        parameter: &'static str,
        /// Why, and the cure.
        message: String,
    },
    /// The caller has used up its quota.
    #[error("more requests than one caller may send; try again in {retry_after_s} s")]
    TooManyRequests {
        /// When to come again, in seconds.
        retry_after_s: u32,
    },
    /// It took longer than the limit.
    #[error("the request took longer than the limit; ask for less, or try again later")]
    TimedOut,
    /// A store cannot answer now.
    #[error("the library cannot answer now; try again later")]
    Unavailable {
        /// Why, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault of ours.
    #[error(
        "something went wrong on the library's side; the request id helps its operator to find out what"
    )]
    Internal {
        /// Why, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// One row of the table of problems: name in the type URI, status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProblemKind {
    /// Last part of the type URI, and key of its words.
    pub(crate) slug: &'static str,
    /// HTTP status.
    pub(crate) status: StatusCode,
}

const fn kind(slug: &'static str, status: StatusCode) -> ProblemKind {
    ProblemKind { slug, status }
}

/// All problems, in the order of their status.
pub(crate) const PROBLEMS: [ProblemKind; 20] = [
    kind("invalid-parameter", StatusCode::BAD_REQUEST),
    kind("invalid-query", StatusCode::BAD_REQUEST),
    kind("missing-parameter", StatusCode::BAD_REQUEST),
    kind("too-many-parameters", StatusCode::BAD_REQUEST),
    kind("refused", StatusCode::BAD_REQUEST),
    kind("sign-in-needed", StatusCode::UNAUTHORIZED),
    kind("bad-key", StatusCode::UNAUTHORIZED),
    kind("not-allowed", StatusCode::FORBIDDEN),
    kind("foreign-form", StatusCode::FORBIDDEN),
    kind("account-not-found", StatusCode::NOT_FOUND),
    kind("record-not-found", StatusCode::NOT_FOUND),
    kind("file-not-found", StatusCode::NOT_FOUND),
    kind("no-such-page", StatusCode::NOT_FOUND),
    kind("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED),
    kind("body-too-large", StatusCode::PAYLOAD_TOO_LARGE),
    kind("query-string-too-long", StatusCode::URI_TOO_LONG),
    kind("too-many-requests", StatusCode::TOO_MANY_REQUESTS),
    kind("internal", StatusCode::INTERNAL_SERVER_ERROR),
    kind("unavailable", StatusCode::SERVICE_UNAVAILABLE),
    kind("timed-out", StatusCode::GATEWAY_TIMEOUT),
];

/// Longest part of a caller's value that is said back, in characters.
const SHOWN_CHARS: usize = 80;

/// The head of a caller's value, for saying back.
pub(crate) fn shown(value: &str) -> String {
    let mut head: String = value.chars().take(SHOWN_CHARS).collect();
    if head.len() < value.len() {
        head.push('…');
    }
    head
}

impl ApiError {
    /// A parameter with a wrong value.
    pub(crate) fn invalid(
        name: &str,
        value: &str,
        reason: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self::InvalidParameter {
            name: shown(name),
            value: shown(value),
            reason: reason.into(),
            cure: cure.into(),
        }
    }

    /// A store that cannot answer now.
    pub(crate) fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable {
            source: Box::new(source),
        }
    }

    /// A fault of ours.
    pub(crate) fn internal(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal {
            source: Box::new(source),
        }
    }

    /// The row of the table.
    pub(crate) fn kind(&self) -> ProblemKind {
        let slug = match self {
            Self::InvalidParameter { .. } => "invalid-parameter",
            Self::InvalidQuery { .. } => "invalid-query",
            Self::MissingParameter { .. } => "missing-parameter",
            Self::QueryStringTooLong { .. } => "query-string-too-long",
            Self::TooManyParameters { .. } => "too-many-parameters",
            Self::RecordNotFound { .. } => "record-not-found",
            Self::FileNotFound { .. } => "file-not-found",
            Self::NoSuchPage => "no-such-page",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::Busy { .. } | Self::Unavailable { .. } => "unavailable",
            Self::Refused { .. } => "refused",
            Self::SignInNeeded => "sign-in-needed",
            Self::BadKey => "bad-key",
            Self::NotAllowed => "not-allowed",
            Self::ForeignForm => "foreign-form",
            Self::AccountNotFound { .. } => "account-not-found",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::TimedOut => "timed-out",
            Self::Internal { .. } => "internal",
        };
        let row = PROBLEMS.into_iter().find(|row| row.slug == slug);
        row.expect("every slug above is a row of the table; a test walks them")
    }

    /// The parameter at fault, when it is one.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match self {
            Self::InvalidParameter { name, .. } => Some(name),
            Self::MissingParameter { name, .. } => Some(name),
            Self::InvalidQuery { .. } => Some("q"),
            Self::Refused { parameter, .. } => Some(parameter),
            _ => None,
        }
    }

    /// Seconds after which it is worth to ask again.
    pub(crate) fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Busy { retry_after_s } | Self::TooManyRequests { retry_after_s } => {
                Some(*retry_after_s)
            }
            Self::Unavailable { .. } | Self::TimedOut => Some(10),
            _ => None,
        }
    }

    /// What happened, in the reader's language; API callers read it as
    /// `title`.
    pub(crate) fn title(&self, locale: Locale) -> &'static str {
        title(self.kind(), locale)
    }

    /// What to do about it, in the reader's language, for pages.
    pub(crate) fn advice(&self, locale: Locale) -> String {
        let words = &locale.words().problem;
        let message = match self {
            Self::InvalidParameter { name, value, .. } => {
                return fill(
                    words.invalid_parameter_advice,
                    &[("name", name), ("value", value)],
                );
            }
            Self::MissingParameter { name, .. } => {
                return fill(words.missing_parameter_advice, &[("name", name)]);
            }
            Self::RecordNotFound { id } => {
                return fill(words.record_not_found_advice, &[("id", id)]);
            }
            Self::InvalidQuery { .. } => words.invalid_query_advice,
            Self::QueryStringTooLong { .. }
            | Self::TooManyParameters { .. }
            | Self::BodyTooLarge { .. } => words.too_large_advice,
            Self::FileNotFound { .. } => words.file_not_found_advice,
            Self::NoSuchPage => words.no_such_page_advice,
            Self::MethodNotAllowed => words.method_not_allowed_advice,
            Self::SignInNeeded | Self::BadKey => words.sign_in_needed_advice,
            Self::NotAllowed => words.not_allowed_advice,
            Self::ForeignForm => words.foreign_form_advice,
            Self::AccountNotFound { message } | Self::Refused { message, .. } => message,
            Self::TooManyRequests { .. } => words.too_many_requests_advice,
            Self::Busy { .. } | Self::Unavailable { .. } | Self::TimedOut => {
                words.unavailable_advice
            }
            Self::Internal { .. } => words.internal_advice,
        };
        message.to_owned()
    }

    /// Writes the cause of a fault of ours into the log, once.
    pub(crate) fn log(&self) {
        if let Self::Internal { source } | Self::Unavailable { source } = self {
            let mut chain = source.to_string();
            let mut cause = source.source();
            while let Some(error) = cause {
                chain.push_str(": ");
                chain.push_str(&error.to_string());
                cause = error.source();
            }
            tracing::error!(problem = self.kind().slug, error = %chain, "request failed");
        }
    }
}

/// The words for a kind of problem.
pub(crate) fn title(kind: ProblemKind, locale: Locale) -> &'static str {
    let key = kind.slug.replace('-', "_");
    let words = &locale.words().problem;
    words.get(&key).unwrap_or(words.internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of_each() -> Vec<ApiError> {
        let cause = || std::io::Error::other("disk on fire");
        vec![
            ApiError::invalid("limit", "x", "is not a number", "send 1 to 100"),
            ApiError::InvalidQuery {
                query: "\"a".into(),
                position: 0,
                message: "quote is not closed".into(),
                cure: "close it".into(),
            },
            ApiError::MissingParameter {
                name: "q",
                cure: "send a query",
            },
            ApiError::QueryStringTooLong {
                n_bytes: 9,
                most: 8,
            },
            ApiError::TooManyParameters { most: 8 },
            ApiError::RecordNotFound { id: "x".into() },
            ApiError::FileNotFound {
                id: "x".into(),
                number: 2,
            },
            ApiError::NoSuchPage,
            ApiError::MethodNotAllowed,
            ApiError::BodyTooLarge { most: 8 },
            ApiError::Busy { retry_after_s: 2 },
            ApiError::TooManyRequests { retry_after_s: 3 },
            ApiError::SignInNeeded,
            ApiError::BadKey,
            ApiError::NotAllowed,
            ApiError::ForeignForm,
            ApiError::AccountNotFound {
                message: "no account".into(),
            },
            ApiError::Refused {
                parameter: "name",
                message: "taken".into(),
            },
            ApiError::TimedOut,
            ApiError::unavailable(cause()),
            ApiError::internal(cause()),
        ]
    }

    #[test]
    fn every_error_has_its_row_and_its_own_words() {
        let mut messages = std::collections::BTreeSet::new();
        let mut slugs = std::collections::BTreeSet::new();
        for error in one_of_each() {
            slugs.insert(error.kind().slug);
            let message = error.to_string();
            assert!(
                !message.contains("disk on fire"),
                "internals are not sent: {message}"
            );
            assert!(messages.insert(message));
            for locale in Locale::ALL {
                assert!(!error.title(locale).is_empty() && !error.advice(locale).is_empty());
            }
        }
        assert_eq!(slugs.len(), PROBLEMS.len(), "no row without an error");
    }

    #[test]
    fn every_row_has_words_in_both_languages() {
        for row in PROBLEMS {
            let key = row.slug.replace('-', "_");
            for locale in Locale::ALL {
                assert!(locale.words().problem.get(&key).is_some(), "{key}");
            }
        }
    }

    #[test]
    fn long_values_are_not_said_back_whole() {
        let error = ApiError::invalid("q", &"ộ".repeat(5_000), "is bad", "mend it");
        assert!(error.to_string().chars().count() < 200);
    }
}
