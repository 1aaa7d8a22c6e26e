//! The shape of an order. The room of jobs knows nothing of OpenAPI; a test
//! holds this description against orders of every kind.

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// The shape of an order.
pub(crate) struct OrderSchema;

impl ToSchema for OrderSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "Order".into()
    }
}

impl PartialSchema for OrderSchema {
    fn schema() -> RefOr<Schema> {
        serde_json::from_value(schema()).expect("the schema below is one; a test reads it")
    }
}

fn schema() -> Value {
    let text = json!({"type": "string", "minLength": 1});
    // What may be left out may be null as well.
    let text_or_null = json!({"type": ["string", "null"], "minLength": 1});
    let yes_or_no = json!({"type": "boolean"});
    let kind = |kind: &str, required: &[&str], mut properties: Value| {
        properties["kind"] = json!({"type": "string", "enum": [kind]});
        let required: Vec<&str> = required.iter().copied().chain(["kind"]).collect();
        json!({"type": "object", "required": required, "properties": properties,
            "additionalProperties": false})
    };
    let types = records::RecordType::ALL.map(|kind| json!(kind.as_str()));
    let types: Vec<Value> = types.into_iter().chain([Value::Null]).collect();
    json!({"oneOf": [
        kind("ingest", &["paths"], json!({
            "paths": {"type": "array", "items": text, "minItems": 1, "maxItems": 1000,
                "description": "Files and folders below an import folder of the server"},
            "collection": text_or_null,
            "access": {"type": ["string", "null"],
                "enum": ["open", "registered", "restricted", "embargoed", null]},
            "type": {"type": ["string", "null"], "enum": types},
        })),
        kind("harvest", &["source"], json!({"source": text, "full": yes_or_no})),
        kind("index", &[], json!({"rebuild": yes_or_no})),
        kind("vectors", &[], json!({"rebuild": yes_or_no})),
        kind("quality", &[], json!({})),
        kind("duplicates", &[], json!({
            "least": {"type": "number", "minimum": 0, "maximum": 1}})),
        kind("authorities", &[], json!({
            "least": {"type": "number", "minimum": 0, "maximum": 1}})),
        kind("topics", &[], json!({
            "topics": {"type": ["integer", "null"], "minimum": 2, "maximum": 10000},
            "seed": {"type": "integer", "minimum": 0}})),
        kind("again", &[], json!({"source": text_or_null})),
    ]})
}

#[cfg(test)]
mod tests {
    use jobs::{KINDS, Order};

    use super::*;

    #[test]
    fn every_kind_is_described_with_all_its_parts() {
        let schema = schema();
        let kinds = schema["oneOf"].as_array().unwrap();
        let named = |kind: &Value| {
            kind["properties"]["kind"]["enum"][0]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(kinds.iter().map(named).collect::<Vec<_>>(), KINDS);
        let full = [
            json!({"kind": "ingest", "paths": ["a"], "collection": "b", "access": "open", "type": "paper"}),
            json!({"kind": "harvest", "source": "a", "full": true}),
            json!({"kind": "index", "rebuild": true}),
            json!({"kind": "vectors", "rebuild": true}),
            json!({"kind": "quality"}),
            json!({"kind": "duplicates", "least": 0.5}),
            json!({"kind": "authorities", "least": 0.5}),
            json!({"kind": "topics", "topics": 9, "seed": 1}),
            json!({"kind": "again", "source": "a"}),
        ];
        for (kind, full) in kinds.iter().zip(full) {
            let described = kind["properties"].as_object().unwrap().keys();
            let sent = full.as_object().unwrap().keys();
            assert!(described.eq(sent), "{full}");
            serde_json::from_value::<Order>(full).unwrap();
        }
        assert!(serde_json::from_value::<RefOr<Schema>>(schema).is_ok());
    }

    #[test]
    fn what_may_be_left_out_may_be_null() {
        for order in [
            json!({"kind": "ingest", "paths": ["a"], "collection": null, "access": null, "type": null}),
            json!({"kind": "topics", "topics": null}),
            json!({"kind": "again", "source": null}),
        ] {
            serde_json::from_value::<Order>(order).unwrap();
        }
    }
}
