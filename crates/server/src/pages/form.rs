//! The fields of a sent form.

use crate::{error::ApiError, params::Params};

/// Reads a form as browsers send it (`application/x-www-form-urlencoded`).
///
/// # Errors
/// [`ApiError::InvalidParameter`] when it is none.
pub(crate) fn fields(body: &[u8]) -> Result<Params, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| {
        ApiError::invalid("form", "", "is not valid UTF-8", "send it percent-encoded")
    })?;
    Params::of_form(text)
}
