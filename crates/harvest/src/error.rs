//! What stops a harvest. A bad record does not: it is set aside.

use std::time::Duration;

/// Why a harvest stopped. What was committed before stays; the same command
/// goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The address cannot be one.
    #[error(
        "`{url}` is no address of a repository; give its base URL, as in `https://example.vn/oai`"
    )]
    Address {
        /// As given.
        url: String,
    },
    /// The certificates to trust cannot be read.
    #[error("the file of certificates cannot be read ({reason}); give one in PEM")]
    Certificates {
        /// Why.
        reason: String,
    },
    /// A bound that is no date.
    #[error(
        "`{value}` is no date; write `2024-01-31` or `2024-01-31T08:00:00Z`, both bounds alike"
    )]
    Date {
        /// As given.
        value: String,
    },
    /// The source does not answer, however often it is asked.
    #[error(
        "`{url}` cannot be harvested: {reason}; check the address, or run the same command later: it goes on from here"
    )]
    Unreachable {
        /// The request.
        url: String,
        /// What happened at the last attempt.
        reason: String,
    },
    /// The source asks for more patience than a command has.
    #[error("the source asks to wait {} s; run the same command after that: it goes on from here", wait.as_secs())]
    Wait {
        /// How long.
        wait: Duration,
    },
    /// The answer is of no OAI-PMH repository.
    #[error(
        "`{url}` does not answer as an OAI-PMH repository ({reason}); give its base URL, as its operators publish it"
    )]
    NotARepository {
        /// The request.
        url: String,
        /// What is missing.
        reason: String,
    },
    /// The source does not give this format.
    #[error("the source has no records as `{prefix}`; give one of {offered} with --prefix")]
    Prefix {
        /// As given.
        prefix: String,
        /// Those it has.
        offered: String,
    },
    /// The source refuses the request.
    #[error(
        "the source refuses the request with `{code}`: {message}; change --prefix, --set, --from or --until"
    )]
    Refused {
        /// Of OAI-PMH.
        code: String,
        /// In the words of the source.
        message: String,
    },
    /// Nothing came at all.
    #[error(
        "the source has no record for this request, so nothing was taken in{hint}; widen --set, --from or --until"
    )]
    Nothing {
        /// What may be wrong with it.
        hint: String,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Ingest(#[from] ingest::IngestError),
}

impl From<catalog::CatalogError> for HarvestError {
    fn from(error: catalog::CatalogError) -> Self {
        Self::Ingest(error.into())
    }
}
