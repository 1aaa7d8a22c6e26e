//! `/api/v1/records/{id}/croissant`: a dataset described for machine learning,
//! with its files and columns, in Croissant.
//!
//! **Source:** MLCommons, Croissant Format Specification 1.0,
//! <https://docs.mlcommons.org/croissant/docs/croissant-spec.html>.

use std::{fs::File, io::Read as _, path::Path as FilePath, sync::Arc};

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
    response::Response,
};
use records::{Column, DocumentFile, Record, RecordType};
use ring::digest::{Context, SHA256};
use serde_json::{Map, Value, json};

use crate::{
    api::{reply::with_etag, search::refuse_unknown},
    app::{App, Library},
    error::{ApiError, shown},
    files::file_url,
    lookup::{find, named},
    pages::record_url,
    visit::Visit,
};

/// Largest file whose hash is made while the caller waits.
const HASHED_BYTES: u64 = 256 << 20;
/// Bytes read at once for a hash.
const CHUNK: usize = 64 * 1024;
/// Licence of records that name none: nobody may take it for open.
const NO_LICENCE: &str = "https://rightsstatements.org/vocab/UND/1.0/";

/// A dataset in Croissant
///
/// What a dataset is, its files, and its columns as fields, for programs that
/// load data. A record that is no dataset has none.
#[utoipa::path(
    get, path = "/api/v1/records/{id}/croissant", operation_id = "getCroissant",
    params(("id" = String, Path, description = "Name of the record in this library, percent-encoded")),
    responses(
        (status = 200, description = "The description, JSON-LD", body = Object, content_type = "application/ld+json"),
        (status = 304, description = "The caller has these bytes already (If-None-Match)"),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_croissant(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let raw = named(path)?;
    let here = visit.clone();
    let described = app.ask(move |library| {
        let record = find(library, &raw, here.clearance)?.record;
        match record.record_type {
            RecordType::Dataset => Ok(describe(library, &record, &here)),
            _ => Err(ApiError::RecordNotFound { id: shown(&raw) }),
        }
    });
    let body = described.await?.to_string().into_bytes();
    Ok(with_etag(
        body,
        "application/ld+json",
        "private, no-cache",
        &headers,
    ))
}

/// The context of Croissant 1.0 (specification, appendix 1).
fn context() -> Value {
    json!({
        "@language": "vi", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format",
        "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5",
        "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
        "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
        "replace": "cr:replace", "samplingRate": "cr:samplingRate", "separator": "cr:separator",
        "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
    })
}

fn describe(library: &Library, record: &Record, visit: &Visit) -> Value {
    let lang = visit.locale.lang();
    let url = format!("{}{}", visit.base_url, record_url(&record.id));
    let title = record.display_title(&lang);
    let text = record
        .abstract_text
        .prefer(&lang)
        .map(|(_, text)| text.as_str());
    let creators: Vec<Value> = record
        .creators()
        .map(|agent| json!({"@type": "sc:Person", "name": agent.name}))
        .collect();
    let keywords: Vec<&String> = record
        .keywords
        .iter()
        .flat_map(|(_, words)| words)
        .collect();
    let files = record.files.iter().zip(1..);
    let files: Vec<Value> = files
        .filter_map(|(file, number)| file_object(library, record, number, file, visit))
        .collect();
    let mut dataset = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": title,
        "description": text.unwrap_or(title),
        "url": url,
        "license": record.licence.as_deref().unwrap_or(NO_LICENCE),
        "isLiveDataset": true,
        "isAccessibleForFree": record.access == records::AccessLevel::Open,
        "creator": creators,
        "keywords": keywords,
        "distribution": files,
    });
    if let Some(date) = record
        .date
        .clone()
        .or_else(|| record.year.map(|year| year.to_string()))
    {
        dataset["datePublished"] = json!(date);
    }
    if !record.columns.is_empty() {
        dataset["recordSet"] = json!([record_set(record, &dataset["distribution"])]);
    }
    dataset
}

fn file_object(
    library: &Library,
    record: &Record,
    number: usize,
    file: &DocumentFile,
    visit: &Visit,
) -> Option<Value> {
    let url = file_url(library, &record.id, number, file)?;
    let url = match url.starts_with('/') {
        true => format!("{}{url}", visit.base_url),
        false => url,
    };
    let mut object = json!({
        "@type": "cr:FileObject",
        "@id": format!("file-{number}"),
        "name": file.name,
        "contentUrl": url,
        "encodingFormat": file.media_type,
        "contentSize": format!("{} B", file.bytes),
    });
    let kept = library
        .files
        .as_ref()
        .and_then(|files| files.path(&file.blake3));
    if let Some(hash) = kept
        .filter(|_| file.bytes <= HASHED_BYTES)
        .and_then(|path| sha256(&path))
    {
        object["sha256"] = json!(hash);
    }
    Some(object)
}

/// `None` when the file cannot be read.
fn sha256(path: &FilePath) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let (mut hash, mut chunk) = (Context::new(&SHA256), vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk).ok()? {
            0 => break,
            n => hash.update(&chunk[..n]),
        }
    }
    let digits = hash.finish();
    Some(
        digits
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}

/// The columns as fields of one set of rows, read from the first table.
fn record_set(record: &Record, files: &Value) -> Value {
    let tables = files.as_array().into_iter().flatten();
    let table = tables
        .filter(|file| {
            file["encodingFormat"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("text/"))
        })
        .map(|file| &file["@id"])
        .next();
    let field = |(column, n): (&Column, usize)| {
        let mut field = Map::new();
        field.insert("@type".into(), json!("cr:Field"));
        field.insert("@id".into(), json!(format!("rows/{n}")));
        field.insert("name".into(), json!(column.name));
        field.insert(
            "dataType".into(),
            json!(data_type(column.data_type.as_deref())),
        );
        field.extend(
            column
                .description
                .iter()
                .map(|text| ("description".to_owned(), json!(text))),
        );
        if let Some(table) = table {
            let source = json!({"fileObject": {"@id": table}, "extract": {"column": column.name}});
            field.insert("source".into(), source);
        }
        Value::Object(field)
    };
    let fields: Vec<Value> = record.columns.iter().zip(1..).map(field).collect();
    json!({"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields})
}

/// The type of schema.org for the word that a dataset uses.
fn data_type(word: Option<&str>) -> &'static str {
    match word.unwrap_or_default().to_lowercase().as_str() {
        "integer" | "int" | "int64" | "int32" | "bigint" => "sc:Integer",
        "number" | "float" | "double" | "decimal" | "real" | "float64" => "sc:Float",
        "boolean" | "bool" => "sc:Boolean",
        "date" => "sc:Date",
        "datetime" | "timestamp" => "sc:DateTime",
        "url" | "uri" => "sc:URL",
        _ => "sc:Text",
    }
}
