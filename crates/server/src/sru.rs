//! `/sru`: other libraries search this one by SRU 1.1, 1.2 and 2.0 with CQL.
//!
//! A request that names a version gets an answer of that version; one that
//! names none is of 2.0, as that standard has it.
//!
//! **Source:** SRU 1.2, Library of Congress; OASIS searchRetrieve 1.0 Part 3
//! (SRU 2.0).

mod cql;

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use catalog::Detail;
use formats::ExportFormat;
use records::RecordId;
use search::{Mode, SearchRequest};

use self::cql::Diagnostic;
use crate::{
    app::App,
    error::ApiError,
    pages::{record_url, xml},
    params::Params,
    public::public_record,
    search_params::{DEEPEST_HIT, search_error},
    visit::Visit,
    words::VI,
};

/// Records in one answer, when nothing is asked, and at most.
const DEFAULT_RECORDS: usize = 10;
const MOST_RECORDS: usize = 100;

/// A record schema: short name, URI, format.
struct Schema {
    name: &'static str,
    uri: &'static str,
    format: ExportFormat,
}

const SCHEMAS: [Schema; 3] = [
    Schema {
        name: "marcxml",
        uri: "info:srw/schema/1/marcxml-v1.1",
        format: ExportFormat::Marcxml,
    },
    Schema {
        name: "mods",
        uri: "info:srw/schema/1/mods-v3.8",
        format: ExportFormat::Mods,
    },
    Schema {
        name: "dc",
        uri: "info:srw/schema/1/dc-v1.1",
        format: ExportFormat::OaiDc,
    },
];

/// The two families of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One(&'static str),
    Two,
}

impl Version {
    fn namespace(self) -> &'static str {
        match self {
            Self::One(_) => "http://www.loc.gov/zing/srw/",
            Self::Two => "http://docs.oasis-open.org/ns/search-ws/sruResponse",
        }
    }

    fn diagnostic_namespace(self) -> &'static str {
        match self {
            Self::One(_) => "http://www.loc.gov/zing/srw/diagnostic/",
            Self::Two => "http://docs.oasis-open.org/ns/search-ws/diagnostic",
        }
    }

    fn number(self) -> &'static str {
        match self {
            Self::One(number) => number,
            Self::Two => "2.0",
        }
    }

    /// What says how a record is written: as elements or as text.
    fn escaping_parameter(self) -> &'static str {
        match self {
            Self::One(_) => "recordPacking",
            Self::Two => "recordXMLEscaping",
        }
    }
}

fn version(params: &Params) -> Result<Version, Diagnostic> {
    match params.get("version") {
        Some("1.1") => Ok(Version::One("1.1")),
        Some("1.2") => Ok(Version::One("1.2")),
        Some("2.0") => Ok(Version::Two),
        None if params.get("operation").is_none() => Ok(Version::Two),
        None => Ok(Version::One("1.2")),
        Some(_) => Err(Diagnostic::new(5, "1.2")),
    }
}

/// `GET /sru?operation=…&query=…`
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let params = visit.params.clone();
    let version = match version(&params) {
        Ok(version) => version,
        Err(diagnostic) => return Ok(document(failure(Version::One("1.2"), &diagnostic))),
    };
    let operation = params
        .get("operation")
        .or(params.get("query").map(|_| "searchRetrieve"));
    let body = match operation {
        None | Some("explain") => explain(version, &visit),
        Some("searchRetrieve") => match Ask::read(&params, version) {
            Ok(ask) => match search(&app, &ask, &visit, version).await? {
                Ok(body) => body,
                Err(diagnostic) => failure(version, &diagnostic),
            },
            Err(diagnostic) => failure(version, &diagnostic),
        },
        Some(other) => {
            let shown = crate::error::shown(other);
            failure(version, &Diagnostic::new(4, shown))
        }
    };
    Ok(document(body))
}

fn document(body: String) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "application/xml; charset=utf-8");
    set(header::CACHE_CONTROL, "private, no-cache");
    response
}

/// A search, read.
struct Ask {
    cql: String,
    /// In the query language of this library.
    query: String,
    /// From 1.
    start: usize,
    most: usize,
    schema: &'static Schema,
    /// Whether records come as text.
    as_text: bool,
}

const KNOWN: [&str; 9] = [
    "operation",
    "version",
    "query",
    "queryType",
    "startRecord",
    "maximumRecords",
    "recordSchema",
    "recordPacking",
    "recordXMLEscaping",
];

impl Ask {
    fn read(params: &Params, version: Version) -> Result<Self, Diagnostic> {
        let unknown = params
            .iter()
            .find(|(name, _)| !KNOWN.contains(name) && !name.starts_with("x-"));
        if let Some((name, _)) = unknown {
            return Err(Diagnostic::new(8, crate::error::shown(name)));
        }
        let cql = params
            .get("query")
            .ok_or_else(|| Diagnostic::new(7, "query"))?;
        if params.get("queryType").is_some_and(|kind| kind != "cql") {
            return Err(Diagnostic::new(6, "queryType"));
        }
        let number = |name: &str, default: usize, least: usize| match params.get(name) {
            None => Ok(default),
            Some(value) => {
                let number = value.parse().ok().filter(|n| *n >= least);
                number.ok_or_else(|| Diagnostic::new(6, name))
            }
        };
        let wanted = params.get("recordSchema").unwrap_or(SCHEMAS[0].name);
        let schema = SCHEMAS
            .iter()
            .find(|schema| schema.name == wanted || schema.uri == wanted);
        let as_text = match params.get(version.escaping_parameter()) {
            None | Some("xml") => false,
            Some("string") => true,
            Some(_) => return Err(Diagnostic::new(71, version.escaping_parameter())),
        };
        Ok(Self {
            query: cql::translate(cql)?,
            cql: cql.to_owned(),
            start: number("startRecord", 1, 1)?,
            most: number("maximumRecords", DEFAULT_RECORDS, 0)?.min(MOST_RECORDS),
            schema: schema.ok_or_else(|| Diagnostic::new(66, crate::error::shown(wanted)))?,
            as_text,
        })
    }
}

async fn search(
    app: &App,
    ask: &Ask,
    visit: &Visit,
    version: Version,
) -> Result<Result<String, Diagnostic>, ApiError> {
    if ask.start > DEEPEST_HIT {
        return Ok(Err(Diagnostic::new(61, ask.start.to_string())));
    }
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: ask.most,
        offset: ask.start - 1,
        ..SearchRequest::new(ask.query.clone(), visit.clearance)
    };
    let found = app.ask(move |library| {
        let answer = library.searcher.search(&request);
        let answer = answer.map_err(|error| search_error(error, &request.query))?;
        let ids: Vec<RecordId> = answer.hits.into_iter().map(|hit| hit.id).collect();
        let stored = library
            .catalogue
            .get_many(&ids, request.clearance, Detail::Summary);
        let stored = stored.map_err(ApiError::unavailable)?;
        Ok((answer.total, stored))
    });
    let (total, stored) = match found.await {
        Ok(found) => found,
        Err(ApiError::InvalidQuery { message, .. }) => {
            return Ok(Err(Diagnostic::new(10, message)));
        }
        Err(error) => return Err(error),
    };
    if total > 0 && ask.start as u64 > total {
        return Ok(Err(Diagnostic::new(61, ask.start.to_string())));
    }
    let mut records = String::new();
    let mut n_given = 0;
    for (stored, position) in stored.into_iter().flatten().zip(ask.start..) {
        let page = format!("{}{}", visit.base_url, record_url(&stored.record.id));
        let record = public_record(stored.record, visit.clearance);
        let element = ask.schema.format.element(&record, Some(&page));
        records.push_str(&record_element(
            ask,
            version,
            &element,
            record.id.as_str(),
            position,
        ));
        n_given += 1;
    }
    Ok(Ok(response(ask, version, total, &records, n_given)))
}

fn record_element(ask: &Ask, version: Version, element: &str, id: &str, position: usize) -> String {
    let (data, packing) = if ask.as_text {
        (xml(element), "string")
    } else {
        (element.to_owned(), "xml")
    };
    let packing_element = version.escaping_parameter();
    format!(
        "<record><recordSchema>{}</recordSchema><{packing_element}>{packing}</{packing_element}>\
         <recordData>{data}</recordData><recordIdentifier>{}</recordIdentifier>\
         <recordPosition>{position}</recordPosition></record>\n",
        ask.schema.uri,
        xml(id),
    )
}

fn response(ask: &Ask, version: Version, total: u64, records: &str, n_given: usize) -> String {
    let mut out = head(version, "searchRetrieveResponse");
    let _ = writeln!(out, "<numberOfRecords>{total}</numberOfRecords>");
    if !records.is_empty() {
        let _ = writeln!(out, "<records>\n{records}</records>");
    }
    let next = ask.start + n_given;
    if n_given > 0 && (next as u64) <= total {
        let _ = writeln!(out, "<nextRecordPosition>{next}</nextRecordPosition>");
    }
    let _ = writeln!(
        out,
        "<echoedSearchRetrieveRequest><version>{}</version><query>{}</query></echoedSearchRetrieveRequest>",
        version.number(),
        xml(&ask.cql),
    );
    out.push_str("</searchRetrieveResponse>\n");
    out
}

fn head(version: Version, element: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} xmlns=\"{}\">\n<version>{}</version>\n",
        version.namespace(),
        version.number(),
    )
}

fn failure(version: Version, diagnostic: &Diagnostic) -> String {
    let mut out = head(version, "searchRetrieveResponse");
    let _ = write!(
        out,
        "<numberOfRecords>0</numberOfRecords>\n<diagnostics><diagnostic xmlns=\"{}\">\
         <uri>info:srw/diagnostic/1/{}</uri><details>{}</details><message>{}</message>\
         </diagnostic></diagnostics>\n</searchRetrieveResponse>\n",
        version.diagnostic_namespace(),
        diagnostic.number,
        xml(&diagnostic.details),
        message(diagnostic.number),
    );
    out
}

/// The words of the diagnostics list, version 1.1 and 1.2.
fn message(number: u32) -> &'static str {
    match number {
        4 => "Unsupported operation",
        5 => "Unsupported version",
        6 => "Unsupported parameter value",
        7 => "Mandatory parameter not supplied",
        8 => "Unsupported parameter",
        16 => "Unsupported index",
        19 => "Unsupported relation",
        20 => "Unsupported relation modifier",
        27 => "Empty term unsupported",
        28 => "Masking character not supported",
        36 => "Term in invalid format for index or relation",
        37 => "Unsupported boolean operator",
        46 => "Unsupported boolean modifier",
        61 => "First record position out of range",
        66 => "Unknown schema for retrieval",
        71 => "Unsupported record packing",
        80 => "Sort not supported",
        _ => "Query syntax error",
    }
}

/// What can be asked here (ZeeRex 2.0).
fn explain(version: Version, visit: &Visit) -> String {
    let (host, port) = host_and_port(&visit.base_url);
    let mut indexes = String::new();
    for (set, name) in [
        ("dc", "title"),
        ("dc", "creator"),
        ("dc", "subject"),
        ("dc", "description"),
        ("dc", "source"),
        ("dc", "date"),
        ("dc", "identifier"),
        ("cql", "serverChoice"),
    ] {
        let _ = writeln!(
            indexes,
            "<index search=\"true\" scan=\"false\" sort=\"false\"><title>{name}</title>\
             <map><name set=\"{set}\">{name}</name></map></index>"
        );
    }
    let schemas: String = SCHEMAS
        .iter()
        .map(|schema| format!(
            "<schema identifier=\"{}\" name=\"{}\" retrieve=\"true\" sort=\"false\"><title>{}</title></schema>\n",
            schema.uri, schema.name, schema.name
        ))
        .collect();
    let mut out = head(version, "explainResponse");
    let packing = version.escaping_parameter();
    let _ = write!(
        out,
        "<record><recordSchema>http://explain.z3950.org/dtd/2.0/</recordSchema><{packing}>xml</{packing}>\
         <recordData><explain xmlns=\"http://explain.z3950.org/dtd/2.0/\">\n\
         <serverInfo protocol=\"SRU\" version=\"{}\" transport=\"http\" method=\"GET\">\
         <host>{}</host><port>{port}</port><database>sru</database></serverInfo>\n\
         <databaseInfo><title lang=\"vi\" primary=\"true\">{}</title>\
         <description lang=\"vi\">{}</description></databaseInfo>\n\
         <indexInfo><set identifier=\"info:srw/cql-context-set/1/cql-v1.2\" name=\"cql\"/>\
         <set identifier=\"info:srw/cql-context-set/1/dc-v1.1\" name=\"dc\"/>\n{indexes}</indexInfo>\n\
         <schemaInfo>\n{schemas}</schemaInfo>\n\
         <configInfo><default type=\"numberOfRecords\">{DEFAULT_RECORDS}</default>\
         <setting type=\"maximumRecords\">{MOST_RECORDS}</setting></configInfo>\n\
         </explain></recordData></record>\n</explainResponse>\n",
        version.number(),
        xml(host),
        xml(VI.site.name),
        xml(VI.site.tagline),
    );
    out
}

fn host_and_port(base_url: &str) -> (&str, &str) {
    let (rest, default) = match base_url.strip_prefix("https://") {
        Some(rest) => (rest, "443"),
        None => (base_url.trim_start_matches("http://"), "80"),
    };
    let host = rest.split('/').next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (host, default),
    }
}
