//! JSON objects read by the names of their fields only: serde takes a list of
//! the values in order for an object too, and a description of an API cannot
//! say so.

use serde::{
    Deserializer,
    de::{
        Error as _, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

/// A value in which an object is an object, however deep it lies.
pub(crate) struct ByName(pub(crate) Value);

impl IntoDeserializer<'_, Error> for ByName {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for ByName {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => {
                visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(ByName)))
            }
            Value::Object(object) => {
                let pairs = object.into_iter().map(|(name, value)| (name, Self(value)));
                visitor.visit_map(MapDeserializer::new(pairs))
            }
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(_) => Err(Error::custom(format!(
                "a list, expected an object `{name}`"
            ))),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        a: Option<u8>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        one: Inner,
        many: Vec<Inner>,
    }

    #[test]
    fn a_list_is_no_object_at_any_depth() {
        let read = |value| Outer::deserialize(ByName(value));
        let whole = read(json!({"one": {"a": 1}, "many": [{"a": null}, {}]})).unwrap();
        assert_eq!(
            (whole.one, whole.many),
            (
                Inner { a: Some(1) },
                vec![Inner { a: None }, Inner { a: None }]
            )
        );
        for wrong in [
            json!([{"a": 1}, []]),
            json!({"one": [1], "many": []}),
            json!({"one": {}, "many": [[1]]}),
            json!({"one": {"a": -1}, "many": []}),
            json!({"one": null, "many": []}),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
