//! What an assistant can ask of the library. A tool turns its arguments into
//! the parameters of the API and is answered by the API's own handlers, so that
//! both check, see and say the same.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::to_bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use catalog::Detail;
use serde_json::{Map, Value, json};

use crate::{
    api, app::App, error::ApiError, locale::Locale, lookup, pages::record_url, params::Params,
    public::public_record, visit::Visit,
};

/// Largest answer of a handler that is taken, in bytes: a hundred hits.
const ANSWER_BYTES: usize = 8 << 20;
/// Most text of a record in one answer, in bytes: what an assistant can read at
/// once; the rest is asked for by its pages.
const TEXT_BYTES: usize = 40_000;

/// One tool.
pub(super) struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Name, JSON Schema, and whether it must be there.
    arguments: fn() -> Vec<(&'static str, Value, bool)>,
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn filters() -> Value {
    json!({
        "type": "array", "items": {"type": "string"},
        "description": "Conditions FIELD:VALUE; fields: year (2020 or 2010..2020), type (paper, patent, dataset, thesis, report, task, book, other), language, field, institution, province, country, collection, access, licence, venue, author. Values of one field are alternatives.",
    })
}

fn number(description: &str, least: u32, most: u32) -> Value {
    json!({"type": "integer", "minimum": least, "maximum": most, "description": description})
}

fn lang() -> Value {
    json!({"type": "string", "enum": ["vi", "en"], "description": "Which titles and messages to prefer; vi by default"})
}

const TOOLS: [Tool; 7] = [
    Tool {
        name: "search",
        title: "Search the library",
        description: "Records that match a query in Vietnamese or English, best first, with exact totals, the best passage and its page. The query language has \"phrases\", AND, OR, NOT, title:, author:, year:2015..2020.",
        arguments: || {
            let mode = json!({"type": "string", "enum": ["hybrid", "lexical", "semantic"], "description": "By words and meaning (default), by words, by meaning"});
            let sort =
                json!({"type": "string", "enum": ["relevance", "newest", "oldest", "title"]});
            let facets = json!({"type": "array", "items": {"type": "string"}, "description": "Fields whose values are counted over all results: year, type, institution, field, …"});
            vec![
                ("query", text("The query; empty means every record"), true),
                ("filters", filters(), false),
                ("facets", facets, false),
                ("mode", mode, false),
                ("sort", sort, false),
                (
                    "limit",
                    number("Results to give back; 10 by default", 0, 100),
                    false,
                ),
                ("offset", number("Results to pass over", 0, 10_000), false),
                ("lang", lang(), false),
            ]
        },
    },
    Tool {
        name: "record",
        title: "Read a record",
        description: "One record with all that the catalogue knows of it, and pages of its full text where there is one.",
        arguments: || {
            vec![
                ("id", text("The record's id, as search gives it"), true),
                (
                    "from_page",
                    number("First page of the text; no text when left out", 1, 100_000),
                    false,
                ),
                (
                    "to_page",
                    number(
                        "Last page of the text; as the first when left out",
                        1,
                        100_000,
                    ),
                    false,
                ),
            ]
        },
    },
    Tool {
        name: "similar",
        title: "Similar records",
        description: "Records whose texts are nearest in meaning to those of a record, in both languages.",
        arguments: || {
            vec![
                ("id", text("The record's id"), true),
                ("filters", filters(), false),
                (
                    "limit",
                    number("Records to give back; 10 by default", 0, 100),
                    false,
                ),
                ("lang", lang(), false),
            ]
        },
    },
    Tool {
        name: "answer",
        title: "Answer from the library",
        description: "Sentences of the library that answer a question, quoted word for word with record and page; `found` is false when the library does not hold an answer: then say so, and answer nothing from memory in its name.",
        arguments: || {
            vec![
                (
                    "question",
                    text("The question, in plain Vietnamese or English"),
                    true,
                ),
                ("filters", filters(), false),
                ("lang", lang(), false),
            ]
        },
    },
    Tool {
        name: "topics",
        title: "Topics of the library",
        description: "What the library is about: fields and topics with labels in both languages, terms, sizes and counts by year.",
        arguments: Vec::new,
    },
    Tool {
        name: "topic",
        title: "One topic",
        description: "One topic with its central records and its history.",
        arguments: || {
            vec![(
                "topic",
                number("Number of the topic, as topics gives it", 0, u32::MAX),
                true,
            )]
        },
    },
    Tool {
        name: "trends",
        title: "Records by year",
        description: "How many records a query finds in each year, beside all records of that year and the share, to see what grows and fades. The last year may still be incomplete.",
        arguments: || {
            vec![
                (
                    "query",
                    text("The query, as of search; it is read by words"),
                    true,
                ),
                ("filters", filters(), false),
                ("lang", lang(), false),
            ]
        },
    },
];

/// All tools as the protocol lists them.
pub(super) fn list() -> Vec<Value> {
    let one = |tool: &Tool| {
        let arguments = (tool.arguments)();
        let required: Vec<&str> = arguments.iter().filter(|a| a.2).map(|a| a.0).collect();
        let properties: Map<String, Value> = arguments
            .into_iter()
            .map(|(name, schema, _)| (name.to_owned(), schema))
            .collect();
        json!({
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": {
                "type": "object", "properties": properties, "required": required,
                "additionalProperties": false,
            },
            "annotations": {"title": tool.title, "readOnlyHint": true, "openWorldHint": false},
        })
    };
    TOOLS.iter().map(one).collect()
}

/// The tool of a name.
pub(super) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// Runs a tool. What the assistant can mend is said in the result, where it
/// reads it.
pub(super) async fn run(app: &Arc<App>, visit: &Visit, tool: &Tool, arguments: &Value) -> Value {
    let done = match read(tool, arguments) {
        Ok(arguments) => dispatch(app, visit, tool, &arguments).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) => json!({
            "content": [{"type": "text", "text": answer.to_string()}],
            "structuredContent": answer,
            "isError": false,
        }),
        Err(error) => {
            error.log();
            json!({"content": [{"type": "text", "text": error.to_string()}], "isError": true})
        }
    }
}

/// The arguments, when each is one of the tool's and fits its kind.
fn read(tool: &Tool, arguments: &Value) -> Result<Map<String, Value>, ApiError> {
    let known = (tool.arguments)();
    let empty = Map::new();
    let given = match arguments {
        Value::Null => &empty,
        Value::Object(given) => given,
        _ => {
            let cure = "send an object of named arguments";
            return Err(ApiError::invalid("arguments", "", "are no object", cure));
        }
    };
    for (name, value) in given {
        let schema = known.iter().find(|(known, _, _)| known == name);
        let fits = schema.is_some_and(|(_, schema, _)| match schema["type"].as_str() {
            Some("string") => value.is_string(),
            Some("integer") => value.is_u64(),
            Some("array") => value
                .as_array()
                .is_some_and(|all| all.iter().all(Value::is_string)),
            _ => false,
        });
        if !fits {
            let names: Vec<&str> = known.iter().map(|(name, _, _)| *name).collect();
            let cure = format!(
                "this tool takes {}, of the kinds in tools/list",
                names.join(", ")
            );
            return Err(ApiError::invalid(
                name,
                &value.to_string(),
                "is not taken",
                cure,
            ));
        }
    }
    let missing = known
        .iter()
        .find(|(name, _, needed)| *needed && !given.contains_key(*name));
    match missing {
        None => Ok(given.clone()),
        Some((name, _, _)) => Err(ApiError::MissingParameter {
            name,
            cure: "send it; tools/list says what it is",
        }),
    }
}

/// Arguments as the API's parameters: `query` is `q`, lists are repeated.
fn params(arguments: &Map<String, Value>) -> Params {
    let name_of = |name: &str| match name {
        "query" | "question" => "q",
        "filters" => "filter",
        "facets" => "facet",
        "mode" => "mode",
        "sort" => "sort",
        "limit" => "limit",
        "offset" => "offset",
        _ => "",
    };
    let mut params = Params::default();
    for (name, value) in arguments {
        let name = name_of(name);
        let values: Vec<String> = match value {
            Value::Array(values) => values
                .iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect(),
            Value::String(text) => vec![text.clone()],
            other => vec![other.to_string()],
        };
        let values = values
            .iter()
            .filter(|value| !name.is_empty() && !value.is_empty());
        params = values.fold(params, |params, value| params.adding(name, value));
    }
    params
}

async fn dispatch(
    app: &Arc<App>,
    visit: &Visit,
    tool: &Tool,
    arguments: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let word = |name: &str| {
        arguments
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let visit = Visit {
        params: params(arguments),
        locale: Locale::from_code(word("lang")).unwrap_or(visit.locale),
        ..visit.clone()
    };
    let (state, id) = (State(app.clone()), word("id").to_owned());
    match tool.name {
        "search" => json_of(api::search::get_search(state, HeaderMap::new(), visit).await?).await,
        "similar" => json_of(api::similar::get_similar(state, Ok(Path(id)), visit).await?).await,
        "answer" => json_of(api::answers::get_answer(state, visit).await?).await,
        "topics" => json_of(api::topics::list_topics(state, visit).await?).await,
        "topic" => {
            let topic = arguments
                .get("topic")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            json_of(api::topics::get_topic(state, Ok(Path(topic)), visit).await?).await
        }
        "record" => record(app, &visit, id, arguments).await,
        _ => by_year(app, visit).await,
    }
}

async fn json_of(response: Response) -> Result<Value, ApiError> {
    let bytes = to_bytes(response.into_response().into_body(), ANSWER_BYTES).await;
    let bytes = bytes.map_err(ApiError::internal)?;
    serde_json::from_slice(&bytes).map_err(ApiError::internal)
}

async fn record(
    app: &Arc<App>,
    visit: &Visit,
    id: String,
    arguments: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let page = |name: &str| arguments.get(name).and_then(Value::as_u64);
    let from = page("from_page");
    let to = page("to_page").or(from);
    let (clearance, base_url) = (visit.clearance, visit.base_url.clone());
    app.ask(move |library| {
        let found = lookup::find(library, &id, clearance)?.record.id;
        let stored = library.catalogue.get(&found, clearance, Detail::Full);
        let stored = stored.map_err(ApiError::unavailable)?;
        let stored = stored.ok_or(ApiError::RecordNotFound { id })?;
        let url = format!("{base_url}{}", record_url(&stored.record.id));
        let n_pages = stored.record.body.len();
        let mut left = TEXT_BYTES;
        let wanted = stored.record.body.iter().filter(|page| {
            from.is_some_and(|from| u64::from(page.number) >= from)
                && to.is_some_and(|to| u64::from(page.number) <= to)
        });
        let pages: Vec<Value> = wanted
            .map_while(|page| {
                let cut = cut_at(&page.text, left);
                left -= cut;
                (cut > 0).then(|| json!({"number": page.number, "text": &page.text[..cut], "cut": cut < page.text.len()}))
            })
            .collect();
        let mut record = public_record(stored.record, clearance);
        record.body.clear();
        Ok(json!({"url": url, "record": record, "n_pages": n_pages, "pages": pages}))
    })
    .await
}

/// The most bytes of `text` up to `most` that end on a character.
fn cut_at(text: &str, most: usize) -> usize {
    let fits = |at: &usize| text.is_char_boundary(*at);
    (0..=most.min(text.len())).rev().find(fits).unwrap_or(0)
}

/// Counts of a query and of everything, by year.
async fn by_year(app: &Arc<App>, visit: Visit) -> Result<Value, ApiError> {
    let ask = async |params: Params| {
        let params = params.with("facet", Some("year")).with("limit", Some("0"));
        let visit = Visit {
            params: params.with("mode", Some("lexical")),
            ..visit.clone()
        };
        let answer = api::search::get_search(State(app.clone()), HeaderMap::new(), visit).await?;
        json_of(answer).await
    };
    let (found, all) = (
        ask(visit.params.clone()).await?,
        ask(Params::default()).await?,
    );
    let counts = |answer: &Value| -> BTreeMap<String, u64> {
        let years = answer["facets"]["year"].as_array().into_iter().flatten();
        years
            .filter_map(|year| Some((year["value"].as_str()?.to_owned(), year["count"].as_u64()?)))
            .collect()
    };
    let (mine, whole) = (counts(&found), counts(&all));
    let series: Vec<Value> = whole
        .iter()
        .map(|(year, of)| {
            let n = mine.get(year).copied().unwrap_or(0);
            json!({"year": year, "records": n, "all_records": of, "share": n as f64 / (*of).max(1) as f64})
        })
        .collect();
    Ok(json!({"total": found["total"], "series": series, "notices": found["notices"]}))
}
