//! A file that a librarian sends to be taken in, with what holds for it.

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Multipart, Request},
};
use records::{AccessLevel, RecordType};

use crate::{
    error::ApiError,
    manuscript::{bad_part, not_a_form},
};

/// A file with what holds for its records.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    /// Its name, as sent.
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
    pub(crate) collection: Option<String>,
    access: Option<String>,
    record_type: Option<String>,
    /// What the forms of a session carry.
    pub(crate) csrf: Option<String>,
}

impl Upload {
    /// Reads a form with a file.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`] that names the part at fault,
    /// [`ApiError::MissingParameter`], [`ApiError::BodyTooLarge`].
    pub(crate) async fn read(request: Request) -> Result<Self, ApiError> {
        let parts = Multipart::from_request(request, &()).await;
        let mut parts = parts.map_err(|error| not_a_form(&error))?;
        let mut sent = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|error| bad_part(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                sent.name = part.file_name().unwrap_or_default().to_owned();
                sent.bytes = part.bytes().await.map_err(|error| bad_part(&error))?;
                continue;
            }
            let value = part.text().await.map_err(|error| bad_part(&error))?;
            let value = Some(value).filter(|value| !value.is_empty());
            match name.as_str() {
                "collection" => sent.collection = value,
                "access" => sent.access = value,
                "type" => sent.record_type = value,
                "csrf" => sent.csrf = value,
                _ => {
                    return Err(ApiError::invalid(
                        &name,
                        value.as_deref().unwrap_or_default(),
                        "belongs to no part of this form",
                        "leave it out, or send one of file, collection, access, type",
                    ));
                }
            }
        }
        if sent.bytes.is_empty() {
            return Err(ApiError::MissingParameter {
                name: "file",
                cure: "send the file as the part file of a form",
            });
        }
        Ok(sent)
    }

    /// The file, when nothing else was sent with it.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`].
    pub(crate) fn alone(self) -> Result<Self, ApiError> {
        let others = [
            ("collection", &self.collection),
            ("access", &self.access),
            ("type", &self.record_type),
        ];
        let sent = others
            .into_iter()
            .find_map(|(name, sent)| Some((name, sent.clone()?)));
        let Some((name, value)) = sent else {
            return Ok(self);
        };
        let reason = "belongs to no part of this form";
        Err(ApiError::invalid(
            name,
            &value,
            reason,
            "send the file alone",
        ))
    }

    /// # Errors
    /// [`ApiError::InvalidParameter`].
    pub(crate) fn access(&self) -> Result<Option<AccessLevel>, ApiError> {
        word("access", self.access.as_deref())
    }

    /// # Errors
    /// [`ApiError::InvalidParameter`].
    pub(crate) fn record_type(&self) -> Result<Option<RecordType>, ApiError> {
        word("type", self.record_type.as_deref())
    }
}

/// A word of the library out of a form.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn word<T: std::str::FromStr>(
    name: &str,
    value: Option<&str>,
) -> Result<Option<T>, ApiError> {
    let read = value.map(|value| {
        value.parse().map_err(|_| {
            let cure = "send a word of the list, or leave it out";
            ApiError::invalid(name, value, "is not known", cure)
        })
    });
    read.transpose()
}
