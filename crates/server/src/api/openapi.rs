//! `/api/v1/openapi.json`: the API described in OpenAPI 3.1, generated from
//! the handlers and their types.

use std::sync::LazyLock;

use axum::{http::HeaderMap, response::Response};
use index::FacetField;
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, Ref, RefOr, Response as Answer, ResponseBuilder,
        schema::Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    api::reply::with_etag,
    exports::{EXPORTS, Export},
    problem::Problem,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tri Thức API",
        description = "Search and records of a digital library of science and technology. \
            Errors are application/problem+json (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        crate::api::search::get_search,
        crate::api::answers::get_answer,
        crate::api::croissant::get_croissant,
        crate::api::export::get_export,
        crate::api::record::get_record,
        crate::api::reading::get_page,
        crate::api::similar::get_similar,
        crate::api::compare::post_similar,
        crate::api::compare::post_overlap,
        crate::api::compare::get_overlap,
        crate::api::links::get_links,
        crate::api::citation::get_citation,
        crate::signposting::get_linkset,
        crate::api::changes::list_records,
        crate::api::changes::list_changes,
        crate::api::changes::get_dump,
        crate::api::accounts::get_me,
        crate::api::accounts::list_keys,
        crate::api::accounts::add_key,
        crate::api::accounts::remove_key,
        crate::api::accounts::list_users,
        crate::api::accounts::add_user,
        crate::api::accounts::change_user,
        crate::api::accounts::change_password,
        crate::api::privacy::erase_user,
        crate::api::privacy::get_account_data,
        crate::api::privacy::erase_account,
        crate::api::audit::list_acts,
        crate::api::saved::list_saved,
        crate::api::saved::add_saved,
        crate::api::saved::get_saved,
        crate::api::saved::change_saved,
        crate::api::saved::remove_saved,
        crate::api::saved::renew_feed,
        crate::api::saved::list_news,
        crate::api::topics::list_topics,
        crate::api::topics::get_topic,
        crate::api::authorities::list_authorities,
        crate::api::authorities::get_authority,
        crate::api::authorities::put_authority,
        crate::api::authorities::replace_authority,
        crate::api::authorities::list_suggestions,
        crate::api::authorities::add_authority_merge,
        crate::api::authorities::keep_authorities_apart,
        crate::api::authorities::list_acts,
        crate::api::authorities::undo_act,
        crate::api::subjects::list_subjects,
        crate::api::subjects::list_subject_suggestions,
        crate::api::subjects::suggest_subjects,
        crate::api::subjects::list_subject_decisions,
        crate::api::subjects::decide_subject,
        crate::api::subjects::undo_subject_decision,
        crate::api::trends::get_trends,
        crate::api::trends::get_emerging,
        crate::api::trend_alerts::get_trend_alerts,
        crate::api::reports::make_report,
        crate::api::topics::add_topic_act,
        crate::api::topics::get_record_topics,
        crate::api::duplicates::list_duplicates,
        crate::api::duplicates::keep_duplicates_apart,
        crate::api::duplicates::list_merges,
        crate::api::duplicates::add_merge,
        crate::api::duplicates::undo_merge,
        crate::api::quality::get_quality,
        crate::api::quality::judge_quality,
        crate::api::quality::get_worklist,
        crate::api::collections::list_collections,
        crate::api::collections::get_collection,
        crate::api::collections::put_collection,
        crate::api::collections::forget_collection,
        crate::api::collections::change_collection,
        crate::api::deposits::list_deposits,
        crate::api::deposits::add_deposit,
        crate::api::deposits::get_deposit,
        crate::api::deposits::put_deposit_metadata,
        crate::api::deposits::add_deposit_file,
        crate::api::deposits::get_deposit_file,
        crate::api::deposits::remove_deposit_file,
        crate::api::deposits::submit_deposit,
        crate::api::deposits::withdraw_deposit,
        crate::api::deposits::decide_deposit,
        crate::api::edits::preview_edit,
        crate::api::edits::add_edit,
        crate::api::edits::list_edits,
        crate::api::edits::get_edit,
        crate::api::edits::undo_edit,
        crate::api::jobs::list_jobs,
        crate::api::jobs::add_job,
        crate::api::jobs::add_upload,
        crate::api::jobs::get_job,
        crate::api::jobs::cancel_job,
        crate::api::jobs::retry_job,
        crate::api::sources::list_sources,
        crate::api::sources::get_source,
        crate::api::sources::put_source,
        crate::api::sources::remove_source,
        crate::api::sources::list_quarantine,
        crate::api::status::get_status,
    ),
    components(schemas(Problem)),
    modifiers(&Keys)
)]
struct Description;

/// How a program shows whose it is.
struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("An API key: Authorization: Bearer trithuc_…"));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer.build()));
        for item in openapi.paths.paths.values_mut() {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                let responses = &mut operation.responses.responses;
                responses.entry("401".to_owned()).or_insert_with(bad_key);
            }
        }
    }
}

/// Every address looks at a key that is sent, also where none is needed.
fn bad_key() -> RefOr<Answer> {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new()
        .description("The key that was sent opens nothing")
        .content("application/problem+json", problem.build());
    response.build().into()
}

/// The shape of a record. The vocabulary below the web edge knows nothing of
/// OpenAPI; a test holds this description against a record with every field.
pub(crate) struct RecordSchema;

impl ToSchema for RecordSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "Record".into()
    }
}

impl PartialSchema for RecordSchema {
    fn schema() -> RefOr<Schema> {
        serde_json::from_value(record_schema()).expect("the schema below is one; a test reads it")
    }
}

fn record_schema() -> Value {
    let text = json!({"type": "string"});
    let texts = json!({"type": "array", "items": text});
    let by_language = json!({"type": "object", "additionalProperties": text,
        "description": "One text a language, by ISO 639 code"});
    let object = |properties: Value| json!({"type": "object", "properties": properties});
    let list = |properties: Value| json!({"type": "array", "items": object(properties)});
    json!({"type": "object", "required": ["id", "type"], "properties": {
        "id": text, "access": text, "embargo_until": text,
        "type": {"type": "string", "enum": ["paper", "patent", "dataset", "thesis", "report", "task", "book", "other"]},
        "title": by_language, "abstract": by_language,
        "keywords": {"type": "object", "additionalProperties": texts},
        "agents": list(json!({"name": text, "kind": text, "role": text, "identifier": text, "affiliations": texts})),
        "year": {"type": "integer"}, "date": text, "venue": text, "publisher": text,
        "volume": text, "issue": text, "pages": text, "language": text,
        "identifiers": list(json!({"scheme": text, "value": text})),
        "subjects": list(json!({"scheme": text, "code": text})),
        "institutions": texts, "province": text, "countries": texts, "collections": texts, "licence": text,
        "links": list(json!({"relation": text, "target": text})),
        "references": texts,
        "columns": list(json!({"name": text, "data_type": text, "description": text, "samples": texts,
            "table": text, "minimum": text, "maximum": text, "n_missing": {"type": "integer"}})),
        "files": list(json!({"name": text, "location": text, "media_type": text,
            "bytes": {"type": "integer"}, "blake3": text, "pages": {"type": "integer"},
            "rows": {"type": "integer"}})),
        "body": list(json!({"number": {"type": "integer"}, "text": text, "ocr_confidence": {"type": "integer"}})),
        "provenance": object(json!({"source": text, "format": text, "place": text, "remarks": texts})),
    }})
}

/// The description as JSON.
pub(crate) static OPENAPI: LazyLock<Value> = LazyLock::new(|| {
    let mut openapi = serde_json::to_value(Description::openapi())
        .expect("a description is plain JSON; a test reads it");
    narrow(&mut openapi);
    openapi
});

/// Says of the parameters what values they take, from the tables that read
/// them.
fn narrow(openapi: &mut Value) {
    let formats: Vec<&str> = EXPORTS.iter().map(Export::name).collect();
    let fields: Vec<&str> = FacetField::ALL.iter().map(|field| field.as_str()).collect();
    let not_years: Vec<&str> = fields
        .iter()
        .copied()
        .filter(|field| *field != "year")
        .collect();
    let year = "[1-9][0-9]{3}";
    let filter = format!(
        "^(({}):.*\\S.*|year:({year}|{year}\\.\\.({year})?|\\.\\.{year}))$",
        not_years.join("|")
    );
    let words = |words: &[&str]| json!({"type": "string", "enum": words});
    let list = |items: Value| json!({"type": "array", "items": items});
    let schemas = [
        ("format", words(&formats)),
        ("lang", words(&["vi", "en"])),
        ("mode", words(&["hybrid", "lexical", "semantic"])),
        ("sort", words(&["relevance", "newest", "oldest", "title"])),
        ("facet", list(words(&fields))),
        ("filter", list(json!({"type": "string", "pattern": filter}))),
        ("explain", json!({"type": "boolean"})),
    ];
    let operations = openapi["paths"].as_object_mut().into_iter().flatten();
    let operations = operations.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten());
    for (_, operation) in operations {
        let parameters = operation.get_mut("parameters");
        let parameters = parameters.and_then(Value::as_array_mut);
        let mut has_formats = false;
        for parameter in parameters.into_iter().flatten() {
            has_formats |= parameter["name"] == "format";
            let schema = schemas.iter().find(|(name, _)| parameter["name"] == *name);
            if let Some((_, schema)) = schema {
                parameter["schema"] = schema.clone();
            }
        }
        if has_formats {
            add_media_types(&mut operation["responses"]["200"]["content"]);
        }
    }
}

/// An answer in a format of the library has its media type. What is told of
/// one already stays.
fn add_media_types(content: &mut Value) {
    let Some(content) = content.as_object_mut() else {
        return;
    };
    for export in &EXPORTS {
        let media_type = export.media_type().to_owned();
        content.entry(media_type).or_insert(json!({"schema": {}}));
    }
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn get_openapi(headers: HeaderMap) -> Response {
    let body = OPENAPI.to_string().into_bytes();
    with_etag(body, "application/json", "public, max-age=300", &headers)
}

#[cfg(test)]
mod tests {
    use records::{
        Agent, AgentRole, Column, DocumentFile, Identifier, Lang, Link, Page, Provenance, Record,
        RecordId, RecordType, Relation, Scheme, Subject, Year,
    };

    use super::*;

    fn full_record() -> Record {
        let some = || Some("x".to_owned());
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Dataset);
        record.title.set(Lang::vi(), "x".into());
        record.abstract_text.set(Lang::vi(), "x".into());
        record.keywords.set(Lang::vi(), vec!["x".into()]);
        let mut agent = Agent::organisation("x", AgentRole::Funder);
        agent.identifier = some();
        agent.affiliations = vec!["x".into()];
        record.agents.push(agent);
        record.year = Some(Year::new(2020).unwrap());
        (record.date, record.venue, record.publisher) = (some(), some(), some());
        (record.volume, record.issue, record.pages) = (some(), some(), some());
        record.language = Some(Lang::vi());
        record
            .identifiers
            .extend(Identifier::new(Scheme::Source, "x"));
        record.subjects.push(Subject {
            scheme: "x".into(),
            code: "x".into(),
        });
        (record.institutions, record.collections) = (vec!["x".into()], vec!["x".into()]);
        (record.province, record.embargo_until, record.licence) = (some(), some(), some());
        record.countries = vec!["VN".into()];
        record.links.push(Link {
            relation: Relation::Cites,
            target: "x".into(),
        });
        record.references.push("x".into());
        record.columns.push(Column {
            name: "x".into(),
            data_type: some(),
            description: some(),
            samples: vec!["x".into()],
            table: some(),
            minimum: some(),
            maximum: some(),
            n_missing: Some(1),
        });
        record.files.push(DocumentFile {
            name: "x".into(),
            location: "x".into(),
            media_type: "x".into(),
            bytes: 1,
            blake3: "x".into(),
            pages: Some(1),
            rows: Some(1),
        });
        record.body.push(Page {
            ocr_confidence: Some(90),
            ..Page::new(1, "x")
        });
        record.provenance = Provenance {
            source: "x".into(),
            format: "x".into(),
            place: some(),
            remarks: vec!["x".into()],
        };
        record
    }

    /// Every key of `value` is a property of `schema`, all the way down.
    fn covers(schema: &Value, value: &Value, at: &str) {
        match value {
            Value::Object(fields) => {
                for (key, field) in fields {
                    let known = schema["properties"]
                        .get(key)
                        .or(schema.get("additionalProperties"));
                    let known = known.unwrap_or_else(|| panic!("{at}/{key} is not described"));
                    covers(known, field, &format!("{at}/{key}"));
                }
            }
            Value::Array(items) => items
                .iter()
                .for_each(|item| covers(&schema["items"], item, at)),
            _ => {}
        }
    }

    #[test]
    fn every_field_of_a_record_is_described_and_no_other() {
        let value = serde_json::to_value(full_record()).unwrap();
        let schema = &OPENAPI["components"]["schemas"]["Record"];
        covers(schema, &value, "");
        let described = schema["properties"].as_object().unwrap();
        for key in described.keys() {
            assert!(
                value.get(key).is_some(),
                "{key} is described but not written"
            );
        }
    }

    #[test]
    fn the_description_is_openapi_3_1() {
        assert!(OPENAPI["openapi"].as_str().unwrap().starts_with("3.1"));
        for path in ["/api/v1/search", "/api/v1/records/{id}", "/api/v1/status"] {
            assert!(OPENAPI["paths"].get(path).is_some(), "{path}");
        }
    }
}
