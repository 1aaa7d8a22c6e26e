//! `/oai`: other libraries harvest this one by OAI-PMH 2.0.
//!
//! Deletions are kept for ever, tokens never wear out, bounds are taken by day
//! and by second. An answer carries a style sheet that makes it a page for
//! people.
//!
//! **Source:** The Open Archives Initiative Protocol for Metadata Harvesting,
//! version 2.0, <http://www.openarchives.org/OAI/openarchivesprotocol.html>.

mod harvest;
mod prefixes;
mod request;
mod sets;

pub(crate) use self::sets::collection as collection_set;
use std::{fmt::Write as _, sync::Arc};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use catalog::Detail;
use index::FacetField;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use records::{ChangeSeq, Clearance, RecordId};
use search::{FacetCount, Mode, SearchRequest};

use self::{
    harvest::{HarvestPage, Item, Place},
    prefixes::{PREFIXES, Prefix},
    request::{ListFrom, ListVerb, OaiError, Request},
};
use crate::{
    app::{App, Library},
    assets::ASSETS,
    error::ApiError,
    pages::{record_url, xml},
    params::{Params, encode},
    public::public_record,
    search_params::search_error,
    visit::Visit,
};

/// An answer runs one style sheet of ours and loads nothing else from anywhere.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     font-src 'self'; img-src 'self'; frame-ancestors 'none'";

/// `GET /oai?verb=…`, `POST /oai` with the same as a form.
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    visit: Visit,
    method: Method,
    body: Bytes,
) -> Result<Response, ApiError> {
    let params = match method {
        Method::POST => Params::parse(std::str::from_utf8(&body).unwrap_or("verb"))?,
        _ => visit.params.clone(),
    };
    let base_url = format!("{}/oai", visit.base_url);
    let request = request::read(&params);
    let outcome = match &request {
        Ok(request) => app.clone().harvest(request.clone(), visit).await?,
        Err(error) => Err(error.clone()),
    };
    let mut echoed = String::new();
    let unclear = |error: &OaiError| ["badVerb", "badArgument"].contains(&error.code);
    if !outcome.as_ref().is_err_and(unclear) {
        for (name, value) in params.iter() {
            let _ = write!(echoed, " {name}=\"{}\"", xml(value));
        }
    }
    let content = outcome.unwrap_or_else(|error| {
        format!(
            "<error code=\"{}\">{}</error>\n",
            error.code,
            xml(&error.message)
        )
    });
    Ok(envelope(&base_url, &echoed, &content))
}

fn envelope(base_url: &str, echoed: &str, content: &str) -> Response {
    let now = second(Timestamp::now());
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <?xml-stylesheet type=\"text/xsl\" href=\"{xsl}\"?>\n\
         <OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/ \
         http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd\">\n\
         <responseDate>{now}</responseDate>\n<request{echoed}>{base}</request>\n{content}</OAI-PMH>\n",
        xsl = ASSETS.oai_style.url,
        base = xml(base_url),
    );
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/xml; charset=utf-8");
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    response
}

/// The datestamp of a moment: OAI-PMH knows no parts of a second.
fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

type Outcome = Result<String, OaiError>;

impl App {
    async fn harvest(self: Arc<Self>, request: Request, visit: Visit) -> Result<Outcome, ApiError> {
        let provider = Provider {
            app: self.clone(),
            clearance: visit.clearance,
            base_url: visit.base_url,
        };
        self.ask(move |library| provider.answer(library, request))
            .await
    }
}

/// Answers for one installation, as far as the caller may see.
struct Provider {
    app: Arc<App>,
    clearance: Clearance,
    base_url: String,
}

impl Provider {
    fn answer(&self, library: &Library, request: Request) -> Result<Outcome, ApiError> {
        match request {
            Request::Identify => self.identify(library).map(Ok),
            Request::ListMetadataFormats { identifier } => self.list_formats(library, identifier),
            Request::ListSets => self.list_sets(library).map(Ok),
            Request::GetRecord { identifier, prefix } => {
                self.get_record(library, &identifier, &prefix)
            }
            Request::List { verb, from } => self.list(library, verb, from),
        }
    }

    fn identify(&self, library: &Library) -> Result<String, ApiError> {
        let first = library
            .catalogue
            .changes(ChangeSeq::ZERO, 1, self.clearance, Detail::Summary)
            .map_err(ApiError::unavailable)?;
        let earliest = first
            .changes
            .first()
            .map_or(Timestamp::now(), |change| change.at);
        let repository = &self.app.settings.repository;
        let domain = xml(&repository.identifier);
        Ok(format!(
            "<Identify>\n<repositoryName>{name}</repositoryName>\n<baseURL>{base}/oai</baseURL>\n\
             <protocolVersion>2.0</protocolVersion>\n<adminEmail>{email}</adminEmail>\n\
             <earliestDatestamp>{earliest}</earliestDatestamp>\n\
             <deletedRecord>persistent</deletedRecord>\n\
             <granularity>YYYY-MM-DDThh:mm:ssZ</granularity>\n\
             <description><oai-identifier xmlns=\"http://www.openarchives.org/OAI/2.0/oai-identifier\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/oai-identifier \
             http://www.openarchives.org/OAI/2.0/oai-identifier.xsd\">\
             <scheme>oai</scheme><repositoryIdentifier>{domain}</repositoryIdentifier>\
             <delimiter>:</delimiter><sampleIdentifier>oai:{domain}:a1</sampleIdentifier>\
             </oai-identifier></description>\n\
             <description><Service xmlns=\"https://www.openaire.eu/cerif-profile/1.2/\" id=\"Services/1\">\
             <Compatibility xmlns=\"https://www.openaire.eu/cerif-profile/vocab/OpenAIRE_Service_Compatibility\">\
             https://www.openaire.eu/cerif-profile/vocab/OpenAIRE_Service_Compatibility#1.2</Compatibility>\
             <Acronym>{domain}</Acronym><Name xml:lang=\"vi\">{name}</Name>\
             <WebsiteURL>{base}/</WebsiteURL><OAIPMHBaseURL>{base}/oai</OAIPMHBaseURL>\
             </Service></description>\n</Identify>\n",
            name = xml(crate::words::VI.site.name),
            base = xml(&self.base_url),
            email = xml(&repository.admin_email),
            earliest = second(earliest),
        ))
    }

    fn list_formats(
        &self,
        library: &Library,
        identifier: Option<String>,
    ) -> Result<Outcome, ApiError> {
        if let Some(identifier) = identifier
            && self.find(library, &identifier)?.is_none()
        {
            return Ok(Err(no_such_id(&identifier)));
        }
        let mut out = String::from("<ListMetadataFormats>\n");
        for prefix in &PREFIXES {
            let _ = writeln!(
                out,
                "<metadataFormat><metadataPrefix>{}</metadataPrefix><schema>{}</schema>\
                 <metadataNamespace>{}</metadataNamespace></metadataFormat>",
                prefix.name, prefix.schema, prefix.namespace
            );
        }
        out.push_str("</ListMetadataFormats>\n");
        Ok(Ok(out))
    }

    fn list_sets(&self, library: &Library) -> Result<String, ApiError> {
        let mut out = String::from("<ListSets>\n");
        for (spec, name) in sets::all(&self.collections(library)?) {
            let name = xml(&name);
            let _ = writeln!(
                out,
                "<set><setSpec>{spec}</setSpec><setName>{name}</setName></set>"
            );
        }
        out.push_str("</ListSets>\n");
        Ok(out)
    }

    fn collections(&self, library: &Library) -> Result<Vec<FacetCount>, ApiError> {
        let request = SearchRequest {
            mode: Mode::Lexical,
            limit: 0,
            facets: vec![FacetField::Collection],
            ..SearchRequest::new("", self.clearance)
        };
        let found = library.searcher.search(&request);
        let mut found = found.map_err(|error| search_error(error, ""))?;
        Ok(found
            .facets
            .remove(&FacetField::Collection)
            .unwrap_or_default())
    }

    /// The record of an OAI identifier of ours, there or gone.
    fn find(&self, library: &Library, identifier: &str) -> Result<Option<Item>, ApiError> {
        let domain = &self.app.settings.repository.identifier;
        let local = identifier
            .strip_prefix("oai:")
            .and_then(|rest| rest.strip_prefix(domain.as_str()))
            .and_then(|rest| rest.strip_prefix(':'));
        let Some(local) = local else {
            return Ok(None);
        };
        let Ok(local) = percent_decode_str(local).decode_utf8() else {
            return Ok(None);
        };
        // Information systems name an entity with its kind before it.
        let bare = local.split_once('/').map(|(_, rest)| rest);
        for name in [Some(&*local), bare].into_iter().flatten() {
            let Ok(id) = RecordId::new(name) else {
                continue;
            };
            if let Some(item) = harvest::one(&*library.catalogue, &id, self.clearance)? {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    fn get_record(
        &self,
        library: &Library,
        identifier: &str,
        prefix: &str,
    ) -> Result<Outcome, ApiError> {
        let Some(prefix) = Prefix::find(prefix) else {
            return Ok(Err(no_such_format(prefix)));
        };
        Ok(match self.find(library, identifier)? {
            Some(item) => Ok(format!(
                "<GetRecord>\n{}</GetRecord>\n",
                self.record(item, prefix)
            )),
            None => Err(no_such_id(identifier)),
        })
    }

    fn list(&self, library: &Library, verb: ListVerb, from: ListFrom) -> Result<Outcome, ApiError> {
        let purpose = format!("oai:{}", verb.as_str());
        let catalogue = &*library.catalogue;
        let place = match &from {
            ListFrom::Start(selection) => Place::start(selection, catalogue)?,
            ListFrom::Token(token) => {
                let payload = self.app.signer.open(&purpose, token);
                match payload.and_then(|payload| serde_json::from_str(&payload).ok()) {
                    Some(place) => place,
                    None => {
                        let message = "the token was not given out by this library for this verb";
                        return Ok(Err(OaiError::new("badResumptionToken", message)));
                    }
                }
            }
        };
        let Some(prefix) = Prefix::find(&place.prefix) else {
            return Ok(Err(no_such_format(&place.prefix)));
        };
        let size = self.app.settings.repository.page_size;
        let page = harvest::page(catalogue, &place, size, self.clearance)?;
        if page.items.is_empty() && place.cursor == 0 {
            let message = "no record matches; widen from, until or set";
            return Ok(Err(OaiError::new("noRecordsMatch", message)));
        }
        Ok(Ok(self.list_answer(verb, prefix, &purpose, &place, page)))
    }

    fn list_answer(
        &self,
        verb: ListVerb,
        prefix: &Prefix,
        purpose: &str,
        place: &Place,
        page: HarvestPage,
    ) -> String {
        let mut out = format!("<{}>\n", verb.as_str());
        for item in page.items {
            match verb {
                ListVerb::Identifiers => out.push_str(&self.header(&item, prefix)),
                ListVerb::Records => out.push_str(&self.record(item, prefix)),
            }
        }
        match page.next {
            Some(next) => {
                let payload = serde_json::to_string(&next).expect("a place is words and numbers");
                let token = self.app.signer.seal(purpose, &payload);
                let _ = writeln!(
                    out,
                    "<resumptionToken cursor=\"{}\">{token}</resumptionToken>",
                    place.cursor
                );
            }
            // The end of a list that came in pages is said by an empty token.
            None if place.cursor > 0 => {
                let _ = writeln!(out, "<resumptionToken cursor=\"{}\"/>", place.cursor);
            }
            None => {}
        }
        let _ = writeln!(out, "</{}>", verb.as_str());
        out
    }

    fn header(&self, item: &Item, prefix: &Prefix) -> String {
        let record = item.record.as_ref().map(|stored| &stored.record);
        let local = prefix.local_id(item.id.as_str(), record);
        let domain = &self.app.settings.repository.identifier;
        // The slash after a kind of entity stays as it is.
        let local: Vec<String> = local.split('/').map(encode).collect();
        let deleted = if record.is_none() {
            " status=\"deleted\""
        } else {
            ""
        };
        let sets: String = item
            .sets
            .iter()
            .map(|set| format!("<setSpec>{set}</setSpec>"))
            .collect();
        format!(
            "<header{deleted}><identifier>oai:{domain}:{}</identifier>\
             <datestamp>{}</datestamp>{sets}</header>\n",
            local.join("/"),
            second(item.at),
        )
    }

    fn record(&self, item: Item, prefix: &Prefix) -> String {
        let header = self.header(&item, prefix);
        let metadata = item.record.map_or(String::new(), |stored| {
            let page = format!("{}{}", self.base_url, record_url(&item.id));
            let record = public_record(stored.record, self.clearance);
            format!("<metadata>\n{}</metadata>\n", prefix.write(&record, &page))
        });
        format!("<record>\n{header}{metadata}</record>\n")
    }
}

fn no_such_id(identifier: &str) -> OaiError {
    let shown = crate::error::shown(identifier);
    OaiError::new(
        "idDoesNotExist",
        format!("`{shown}` names no record of this library"),
    )
}

fn no_such_format(prefix: &str) -> OaiError {
    let names: Vec<&str> = PREFIXES.iter().map(|prefix| prefix.name).collect();
    let shown = crate::error::shown(prefix);
    let message = format!("`{shown}` is not offered; use one of {}", names.join(", "));
    OaiError::new("cannotDisseminateFormat", message)
}
