//! `/api`: the description of the API for people, made from the same document
//! that programs read.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use serde_json::Value;

use crate::{
    api::openapi::OPENAPI,
    error::{ApiError, PROBLEMS, title},
    pages::frame::{Frame, respond},
    visit::Visit,
    words::fill,
};

/// One parameter.
struct ParameterView {
    name: String,
    kind: String,
    description: String,
    required: bool,
}

/// One operation.
struct OperationView {
    id: String,
    method: String,
    path: String,
    summary: String,
    caption: String,
    parameters: Vec<ParameterView>,
    answers: Vec<(String, String)>,
    example: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ExplorerPage {
    f: Frame,
    operations: Vec<OperationView>,
    problems: Vec<(&'static str, u16, &'static str)>,
}

/// `GET /api`
pub(crate) async fn show_explorer(visit: Visit) -> Result<Response, ApiError> {
    let caption = visit.locale.words().api.caption;
    let problems =
        PROBLEMS.map(|kind| (kind.slug, kind.status.as_u16(), title(kind, visit.locale)));
    let page = ExplorerPage {
        f: Frame::new(&visit, "api"),
        operations: operations(&OPENAPI, caption),
        problems: problems.into(),
    };
    respond(&page, &visit, StatusCode::OK)
}

fn operations(openapi: &Value, caption: &str) -> Vec<OperationView> {
    let paths = openapi["paths"].as_object().into_iter().flatten();
    let mut views = Vec::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            views.push(operation_view(path, method, operation, caption));
        }
    }
    views
}

fn operation_view(path: &str, method: &str, operation: &Value, caption: &str) -> OperationView {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    let summary = [text(&operation["summary"]), text(&operation["description"])];
    OperationView {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: summary.join(". ").trim_end_matches(". ").to_owned(),
        caption: fill(
            caption,
            &[("path", &format!("{} {path}", method.to_uppercase()))],
        ),
        parameters: parameters
            .map(|parameter| ParameterView {
                name: text(&parameter["name"]),
                kind: kind(&parameter["schema"]),
                description: text(&parameter["description"]),
                required: parameter["required"] == Value::Bool(true),
            })
            .collect(),
        answers: answers
            .map(|(status, answer)| (status.clone(), text(&answer["description"])))
            .collect(),
        example: example(path),
    }
}

/// The type of a schema: `string`, `integer`, `array of string`.
fn kind(schema: &Value) -> String {
    let name = match &schema["type"] {
        Value::Array(names) => names
            .iter()
            .find_map(|name| name.as_str().filter(|n| *n != "null")),
        name => name.as_str(),
    };
    match name {
        Some("array") => format!("array of {}", kind(&schema["items"])),
        Some(name) => name.to_owned(),
        None => String::new(),
    }
}

/// A call that works in every library, full or empty.
fn example(path: &str) -> Option<&'static str> {
    match path {
        "/api/v1/search" => Some("/api/v1/search?q=bien+doi+khi+hau&limit=3&facet=type&facet=year"),
        "/api/v1/status" => Some("/api/v1/status"),
        _ => None,
    }
}
