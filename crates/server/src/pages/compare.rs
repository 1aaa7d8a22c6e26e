//! `/compare`: a text, a document or a record beside the library: what of it
//! stands there already, and what is about the same.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use search::{
    Similar,
    overlap::{Overlap, PairKind, PassagePair, RecordOverlap, Side},
};

use crate::{
    api::compare::{overlap, similar},
    app::App,
    auth::is_foreign,
    error::ApiError,
    manuscript::Sent,
    pages::{
        frame::{Frame, respond},
        hit::{Stretch, record_url, stretches},
        labels,
    },
    typography::number,
    visit::Visit,
    words::fill,
};

/// Characters shown of a passage: the longest are about 1,500.
const PASSAGE_CHARS: usize = 2_000;

/// A record that has something in common with the text.
struct RecordView {
    title: String,
    url: String,
    about: Vec<String>,
    pairs: Vec<PairView>,
}

/// Two passages side by side.
struct PairView {
    kind: &'static str,
    is_finding: bool,
    percent: String,
    own: SideView,
    theirs: SideView,
}

struct SideView {
    text: Vec<Stretch>,
    lang: &'static str,
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    f: Frame,
    text: String,
    problem: Option<String>,
    notices: Vec<String>,
    /// Title of the record that is compared.
    record: Option<(String, String)>,
    compared: Option<Vec<String>>,
    records: Vec<RecordView>,
    similar: Option<Vec<(String, String, String)>>,
}

/// `GET /compare`: the form, or with `?record=` the record beside the others.
pub(crate) async fn show_compare(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let sent = Sent {
        record: visit.params.get("record").map(str::to_owned),
        ..Sent::default()
    };
    if sent.record.is_none() {
        return respond(&empty(&visit, ""), &visit, StatusCode::OK);
    }
    answer(&app, sent, &visit).await
}

/// `POST /compare`: what was sent in the form.
pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    // It changes nothing, but it costs seconds: other sites may not ask for it.
    if is_foreign(request.headers()) {
        return Err(ApiError::ForeignForm);
    }
    let sent = Sent::read(request).await?;
    answer(&app, sent, &visit).await
}

fn empty(visit: &Visit, text: &str) -> ComparePage {
    ComparePage {
        f: Frame::new(visit, "compare"),
        text: text.to_owned(),
        problem: None,
        notices: Vec::new(),
        record: None,
        compared: None,
        records: Vec::new(),
        similar: None,
    }
}

async fn answer(app: &App, sent: Sent, visit: &Visit) -> Result<Response, ApiError> {
    let mut page = empty(visit, &sent.text);
    page.record = sent
        .record
        .as_ref()
        .map(|raw| (raw.clone(), record_address(raw)));
    let wants_similar = sent.params.get("view") == Some("similar");
    let filled = if wants_similar {
        similar(app, sent, visit)
            .await
            .map(|found| page.show_similar(&found))
    } else {
        overlap(app, sent, visit)
            .await
            .map(|found| page.show_overlap(&found, visit))
    };
    let status = match filled {
        Ok(()) => StatusCode::OK,
        // What the reader can mend is said beside the form.
        Err(error) if error.kind().status == StatusCode::BAD_REQUEST => {
            page.problem = Some(advice(&error, visit));
            StatusCode::BAD_REQUEST
        }
        Err(error) => return Err(error),
    };
    let mut response = respond(&page, visit, status)?;
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

fn record_address(raw: &str) -> String {
    records::RecordId::new(raw).map_or_else(|_| "/compare".to_owned(), |id| record_url(&id))
}

fn advice(error: &ApiError, visit: &Visit) -> String {
    let w = &visit.locale.words().compare;
    match error {
        ApiError::MissingParameter { .. } => w.nothing_sent.to_owned(),
        ApiError::InvalidQuery { .. } => w.no_words.to_owned(),
        ApiError::InvalidParameter {
            name,
            value,
            reason,
            ..
        } if name == "file" => fill(w.unreadable, &[("name", value), ("reason", reason)]),
        other => other.advice(visit.locale),
    }
}

impl ComparePage {
    fn show_similar(&mut self, found: &Similar) {
        self.notices.clone_from(&found.notices);
        let lines = found.hits.iter().map(|hit| {
            let year = hit.record.year.map(|year| year.to_string());
            (
                record_url(&hit.id),
                hit.title.text.clone(),
                year.unwrap_or_default(),
            )
        });
        self.similar = Some(lines.collect());
    }

    fn show_overlap(&mut self, found: &Overlap, visit: &Visit) {
        let (w, locale) = (&visit.locale.words().compare, visit.locale);
        let n = |n: usize| number(n as u64, locale);
        let compared = found.compared;
        self.notices.clone_from(&found.notices);
        self.compared = Some(vec![
            fill(
                w.compared,
                &[
                    ("passages", &n(compared.n_passages)),
                    ("records", &number(compared.n_records, locale)),
                    ("examined", &n(compared.n_examined)),
                ],
            ),
            fill(
                w.shared,
                &[
                    ("shared", &n(compared.n_shared_words)),
                    ("words", &n(compared.n_words)),
                ],
            ),
        ]);
        let views = found
            .records
            .iter()
            .map(|record| record_view(record, visit));
        self.records = views.collect();
    }
}

fn record_view(found: &RecordOverlap, visit: &Visit) -> RecordView {
    let w = visit.locale.words();
    let record = &found.record;
    let mut about = vec![labels::kind(record.record_type, w).to_owned()];
    about.extend(record.year.map(|year| year.to_string()));
    about.push(fill(
        w.compare.similarity,
        &[("percent", &percent(found.similarity))],
    ));
    if found.n_shared_words > 0 {
        let shared = number(found.n_shared_words as u64, visit.locale);
        about.push(fill(w.compare.shared_words, &[("n", &shared)]));
    }
    RecordView {
        title: record.display_title(&visit.locale.lang()).to_owned(),
        url: record_url(&record.id),
        about,
        pairs: found
            .pairs
            .iter()
            .map(|pair| pair_view(pair, visit))
            .collect(),
    }
}

fn pair_view(pair: &PassagePair, visit: &Visit) -> PairView {
    let w = &visit.locale.words().compare;
    PairView {
        kind: match pair.kind {
            PairKind::Copied => w.copied,
            PairKind::PartlyCopied => w.partly_copied,
            PairKind::Translated => w.translated,
            PairKind::Reworded => w.reworded,
            PairKind::Related => w.related,
        },
        is_finding: pair.kind.is_finding(),
        percent: percent(pair.similarity),
        own: side_view(&pair.own, visit),
        theirs: side_view(&pair.theirs, visit),
    }
}

fn side_view(side: &Side, visit: &Visit) -> SideView {
    let w = &visit.locale.words().compare;
    SideView {
        text: stretches(&side.text, PASSAGE_CHARS),
        lang: side.lang,
        page: side
            .page
            .map(|page| fill(w.page, &[("n", &page.to_string())])),
    }
}

/// Whole percents: the estimate is no finer.
fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
