//! Values on their way into statements and out of rows.

use std::borrow::Cow;

/// A value of a column: what both engines hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// Nothing.
    Null,
    /// A number, a flag (0 or 1), or a time in milliseconds.
    Integer(i64),
    /// A measure.
    Real(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The value without what it borrows.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(n) => Value::Integer(n),
            Self::Real(x) => Value::Real(x),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }

    /// How much memory it takes, about.
    pub(crate) fn n_bytes(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Value<'_> {
            fn from(n: $integer) -> Self {
                Self::Integer(n.into())
            }
        }
    )*};
}

from_integer!(u8, u32, i32, i64, bool);

macro_rules! from_wide_integer {
    ($($integer:ty),*) => {$(
        /// No column holds more than `i64::MAX`: what is above all of them may
        /// as well stand there.
        impl From<$integer> for Value<'_> {
            fn from(n: $integer) -> Self {
                Self::Integer(i64::try_from(n).unwrap_or(i64::MAX))
            }
        }
    )*};
}

from_wide_integer!(u64, usize);

impl From<f64> for Value<'_> {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}

impl From<f32> for Value<'_> {
    fn from(x: f32) -> Self {
        Self::Real(x.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<'a> From<&'a [u8; 32]> for Value<'a> {
    fn from(bytes: &'a [u8; 32]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        Self::from(text.as_deref())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The values of a statement, in the order of its parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::sql::Value::from($value)),*]
    };
}

pub(crate) use values;

/// What can be read out of a column.
pub(crate) trait FromColumn: Sized {
    /// The value, or what stands there instead.
    fn from_column(value: Value<'_>) -> Result<Self, String>;
}

macro_rules! integer_column {
    ($($integer:ty),*) => {$(
        impl FromColumn for $integer {
            fn from_column(value: Value<'_>) -> Result<Self, String> {
                match value {
                    Value::Integer(n) => n.try_into().map_err(|_| format!("the number {n}")),
                    other => Err(unlike("a number", &other)),
                }
            }
        }
    )*};
}

integer_column!(u8, u32, i32, i64, u64, usize);

impl FromColumn for bool {
    fn from_column(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Integer(n) => Ok(n != 0),
            other => Err(unlike("a flag", &other)),
        }
    }
}

impl FromColumn for f64 {
    fn from_column(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Real(x) => Ok(x),
            other => Err(unlike("a measure", &other)),
        }
    }
}

impl FromColumn for f32 {
    #[allow(clippy::cast_possible_truncation, reason = "it was written from f32")]
    fn from_column(value: Value<'_>) -> Result<Self, String> {
        f64::from_column(value).map(|x| x as Self)
    }
}

impl FromColumn for String {
    fn from_column(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text.into_owned()),
            other => Err(unlike("a text", &other)),
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.into_owned()),
            other => Err(unlike("bytes", &other)),
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            value => T::from_column(value).map(Some),
        }
    }
}

fn unlike(wanted: &str, found: &Value<'_>) -> String {
    let kind = match found {
        Value::Null => "nothing",
        Value::Integer(_) => "a number",
        Value::Real(_) => "a measure",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    };
    format!("{kind} where {wanted} should be")
}
