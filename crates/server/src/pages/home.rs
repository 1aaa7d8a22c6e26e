//! `/`: the search box, what the library holds, what came last.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use index::FacetField;
use records::{ChangeSeq, Clearance};
use search::{FacetCount, Mode, SearchRequest, SearchResponse, Sort};

use crate::{
    app::{App, Library},
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        hit::{HitView, filter_url},
        labels,
    },
    params::Params,
    search_params::search_error,
    typography::number,
    visit::Visit,
    words::fill,
};

/// Newest records on the page.
const N_NEWEST: usize = 5;
/// Rows of the table of years: the last dozen tells the present well enough.
const N_YEARS: usize = 12;
/// Fields named; the six of the top level fit.
const N_FIELDS: usize = 8;

/// The answer behind the page, kept until the index changes: it counts over
/// the whole library, which no visit should pay for again. One a language.
#[derive(Default)]
pub(crate) struct HomeCache(Mutex<[Option<Kept>; 2]>);

/// An answer and the state of the index that gave it.
type Kept = (ChangeSeq, Arc<SearchResponse>);

impl HomeCache {
    fn get(&self, locale: Locale, seq: ChangeSeq) -> Option<Arc<SearchResponse>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, answer) = kept[locale as usize].as_ref()?;
        (*at == seq).then(|| answer.clone())
    }

    fn put(&self, locale: Locale, seq: ChangeSeq, answer: Arc<SearchResponse>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept[locale as usize] = Some((seq, answer));
    }
}

/// One value with its count and the results behind it.
pub(crate) struct CountView {
    pub(crate) url: String,
    pub(crate) label: String,
    pub(crate) n: u64,
    pub(crate) count: String,
}

impl CountView {
    /// A counted value of a facet.
    pub(crate) fn new(field: FacetField, counted: &FacetCount, locale: Locale) -> Self {
        Self {
            url: filter_url(field, &counted.value),
            label: labels::value(field, &counted.value, locale),
            n: counted.count,
            count: number(counted.count, locale),
        }
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    f: Frame,
    examples: Vec<(&'static str, String)>,
    total: u64,
    total_text: String,
    types: Vec<CountView>,
    fields: Vec<CountView>,
    years: Vec<CountView>,
    year_max: u64,
    year_caption: String,
    newest: Vec<HitView>,
}

/// `GET /`
pub(crate) async fn show_home(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let seq = app.ask(|library| {
        library
            .full_text
            .applied_seq()
            .map_err(ApiError::unavailable)
    });
    let seq = seq.await?;
    let kept = (visit.clearance == Clearance::Public).then(|| app.home.get(visit.locale, seq));
    let answer = match kept.flatten() {
        Some(answer) => answer,
        None => {
            let (locale, clearance) = (visit.locale, visit.clearance);
            let answer = app
                .ask(move |library| ask(library, locale, clearance))
                .await?;
            let answer = Arc::new(answer);
            if clearance == Clearance::Public {
                app.home.put(locale, seq, answer.clone());
            }
            answer
        }
    };
    respond(&page(&answer, &visit), &visit, StatusCode::OK)
}

fn ask(
    library: &Library,
    locale: Locale,
    clearance: Clearance,
) -> Result<SearchResponse, ApiError> {
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: N_NEWEST,
        facets: vec![FacetField::Type, FacetField::Field, FacetField::Year],
        sort: Sort::Newest,
        lang: locale.lang(),
        ..SearchRequest::new("", clearance)
    };
    library
        .searcher
        .search(&request)
        .map_err(|error| search_error(error, ""))
}

fn page(answer: &SearchResponse, visit: &Visit) -> HomePage {
    let locale = visit.locale;
    let w = &locale.words().home;
    let counts = |field: FacetField| -> Vec<CountView> {
        let counted = answer
            .facets
            .get(&field)
            .map(Vec::as_slice)
            .unwrap_or_default();
        counted
            .iter()
            .map(|counted| CountView::new(field, counted, locale))
            .collect()
    };
    let mut years = counts(FacetField::Year);
    years.sort_by(|a, b| b.label.cmp(&a.label));
    years.truncate(N_YEARS);
    let mut fields = counts(FacetField::Field);
    fields.truncate(N_FIELDS);
    let message = if answer.total == 1 {
        w.n_records_one
    } else {
        w.n_records
    };
    let n_years = years.len().to_string();
    let hits = answer.hits.iter().zip(1..);
    HomePage {
        f: Frame::new(visit, "home"),
        examples: examples(locale),
        total: answer.total,
        total_text: fill(message, &[("n", &number(answer.total, locale))]),
        types: counts(FacetField::Type),
        fields,
        year_max: years.iter().map(|year| year.n).max().unwrap_or(1),
        year_caption: fill(w.year_caption, &[("n", &n_years)]),
        years,
        newest: hits
            .map(|(hit, number)| HitView::new(hit, number, locale))
            .collect(),
    }
}

fn examples(locale: Locale) -> Vec<(&'static str, String)> {
    let w = &locale.words().home;
    let queries = [w.example_1, w.example_2, w.example_3, w.example_4];
    let url = |query| Params::default().adding("q", query).to_url("/search");
    queries
        .into_iter()
        .map(|query| (query, url(query)))
        .collect()
}
