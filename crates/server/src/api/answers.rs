//! `/api/v1/answers`: a question answered by sentences that stand in the
//! library, or the plain word that nothing here answers it.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use records::{AccessLevel, Record};
use search::{Answer, AnswerRequest, Quote};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::search::refuse_unknown,
    app::App,
    edge::NO_STORE,
    error::ApiError,
    generating::{Cited, GenerateError, Generated, generate},
    pages::{page_url, record_url},
    search_params::{filters, search_error},
    visit::Visit,
};

/// Longest question in bytes: a paragraph; a longer text is compared, not
/// answered.
const QUESTION_BYTES: usize = 2_000;

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerAnswer {
    /// What was asked.
    question: String,
    /// Whether the library holds an answer.
    found: bool,
    /// What is said when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    /// Sentences that answer, word for word, the strongest first.
    quotes: Vec<QuoteAnswer>,
    /// What speaks for the best sentence, also where it is too little.
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<EvidenceAnswer>,
    /// What a machine wrote from the quotes, where it was asked to.
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Option<GeneratedAnswer>,
    /// Records nearest to the question: where to read on.
    nearest: Vec<NearAnswer>,
    /// The indexes that looked: `lexical` or `hybrid`.
    mode: &'static str,
    /// What the caller should know.
    notices: Vec<String>,
}

/// A sentence of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuoteAnswer {
    /// The sentence, word for word.
    text: String,
    /// The record.
    id: String,
    /// Its title.
    title: String,
    /// Its year.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    /// The page on which it stands; absent for an abstract.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    /// The record's page.
    link: String,
    /// The document at that page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// What speaks for it.
    evidence: EvidenceAnswer,
}

/// What a machine wrote. Every sentence cites quotes and was checked against
/// them; it may still be wrong: read the quotes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GeneratedAnswer {
    /// Always true: no person wrote this.
    machine_made: bool,
    /// The model that wrote it.
    model: String,
    /// Sentences that the quotes bear out.
    sentences: Vec<GeneratedSentence>,
    /// Sentences that were dropped: they cited nothing, or something else than
    /// they said.
    n_dropped: usize,
    /// Why nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// A sentence that a machine wrote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GeneratedSentence {
    text: String,
    /// Numbers of the quotes that bear it out, from 1.
    quotes: Vec<usize>,
}

/// What speaks for a sentence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceAnswer {
    /// Share of the question's words in it, weighed by how rare they are.
    coverage: f64,
    /// Cosine of its meaning and the question's, where meaning is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    cosine: Option<f32>,
}

impl From<search::Evidence> for EvidenceAnswer {
    fn from(evidence: search::Evidence) -> Self {
        Self {
            coverage: evidence.coverage,
            cosine: evidence.cosine,
        }
    }
}

/// A record to read on in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearAnswer {
    /// The record.
    id: String,
    /// Its title.
    title: String,
    /// Its page.
    link: String,
}

/// Answers the question of a visit.
///
/// # Errors
/// [`ApiError::InvalidParameter`] and [`ApiError::MissingParameter`] for what the
/// caller can mend.
pub(crate) async fn answer(app: &App, visit: &Visit) -> Result<Answer, ApiError> {
    let question = visit.params.get("q").map(str::trim).unwrap_or_default();
    if question.is_empty() {
        return Err(ApiError::MissingParameter {
            name: "q",
            cure: "send a question",
        });
    }
    if question.len() > QUESTION_BYTES {
        let cure = format!("shorten it to {QUESTION_BYTES} bytes, or send it to /api/v1/overlap");
        return Err(ApiError::invalid(
            "q",
            question,
            "is longer than a question",
            cure,
        ));
    }
    let request = AnswerRequest {
        filters: filters(&visit.params)?,
        lang: visit.locale.lang(),
        ..AnswerRequest::new(question, visit.clearance)
    };
    app.ask(move |library| {
        let answer = library.searcher.quote(&request);
        answer.map_err(|error| search_error(error, &request.question))
    })
    .await
}

/// Whether a machine is asked to write; only where there is one, and for whoever
/// has an account.
///
/// # Errors
/// [`ApiError::InvalidParameter`], [`ApiError::SignInNeeded`].
pub(crate) fn wants_writing(app: &App, visit: &Visit) -> Result<bool, ApiError> {
    match visit.params.get("generate") {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") if app.settings.generator.is_none() => Err(ApiError::invalid(
            "generate",
            "true",
            "is not offered by this library",
            "leave it out: the answer is quotes",
        )),
        Some("true" | "1") => visit.needs(Role::Reader, Scope::Read).map(|_| true),
        Some(other) => Err(ApiError::invalid(
            "generate",
            other,
            "is neither true nor false",
            "send true or false",
        )),
    }
}

/// What the machine writes from quotes. Passages of records that are not open go
/// to it only where the operator said so; they keep their numbers.
///
/// # Errors
/// [`ApiError::Busy`].
pub(crate) async fn written(
    app: &App,
    visit: &Visit,
    answer: &Answer,
) -> Result<Option<Result<Generated, GenerateError>>, ApiError> {
    let Some(settings) = app.settings.generator.clone() else {
        return Ok(None);
    };
    let is_sent = |quote: &Quote| settings.sends_closed || quote.record.access == AccessLevel::Open;
    let sent: Vec<usize> = (1..)
        .zip(&answer.quotes)
        .filter_map(|(number, quote)| is_sent(quote).then_some(number))
        .collect();
    let passages = sent
        .iter()
        .map(|number| answer.quotes[number - 1].text.clone());
    let passages: Vec<String> = passages.collect();
    if passages.is_empty() {
        return Ok(None);
    }
    let question = visit.params.get("q").unwrap_or_default().trim().to_owned();
    let done = app
        .write(move || generate(&settings, &question, &passages))
        .await?;
    let numbered = done.map(|mut written| {
        for sentence in &mut written.sentences {
            for number in &mut sentence.passages {
                *number = sent[*number - 1];
            }
        }
        written
    });
    Ok(Some(numbered))
}

fn generated_answer(done: Result<Generated, GenerateError>) -> GeneratedAnswer {
    let (written, problem) = match done {
        Ok(written) => (written, None),
        Err(error) => (Generated::default(), Some(error.to_string())),
    };
    let sentence = |cited: Cited| GeneratedSentence {
        text: cited.text,
        quotes: cited.passages,
    };
    GeneratedAnswer {
        machine_made: true,
        model: written.model,
        sentences: written.sentences.into_iter().map(sentence).collect(),
        n_dropped: written.n_dropped,
        problem,
    }
}

fn quote_answer(quote: Quote, visit: &Visit) -> QuoteAnswer {
    let base = &visit.base_url;
    let document = quote.page.and_then(|page| page_url(&quote.record, page));
    QuoteAnswer {
        title: quote.record.display_title(&visit.locale.lang()).to_owned(),
        link: format!("{base}{}", record_url(&quote.record.id)),
        document: document.map(|url| match url.starts_with('/') {
            true => format!("{base}{url}"),
            false => url,
        }),
        year: quote.record.year.map(|year| year.get()),
        id: quote.record.id.to_string(),
        page: quote.page,
        text: quote.text,
        evidence: quote.evidence.into(),
    }
}

/// Answer a question
///
/// By quoting sentences of records, each with its record and page; nothing is
/// written that does not stand there. Where the evidence is thin, `found` is
/// false and nothing is quoted.
#[utoipa::path(
    get, path = "/api/v1/answers", operation_id = "answerQuestion",
    params(
        ("q" = String, Query, description = "The question, in plain Vietnamese or English", min_length = 1, example = "Giống lúa nào chịu mặn?"),
        ("filter" = Option<Vec<String>>, Query, description = "FIELD:VALUE, repeatable: the records that may answer"),
        ("generate" = Option<bool>, Query, description = "Have a machine write an answer from the quotes, where the library has one; needs an account"),
        ("lang" = Option<String>, Query, description = "vi or en: which titles are shown when there are several"),
    ),
    responses(
        (status = 200, description = "The answer, or that there is none", body = AnswerAnswer),
        (status = 401, description = "`generate` needs an account", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_answer(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["q", "filter", "generate"])?;
    let wants_writing = wants_writing(&app, &visit)?;
    let found = answer(&app, &visit).await?;
    let generated = match wants_writing {
        true => written(&app, &visit, &found).await?,
        false => None,
    };
    let lang = visit.locale.lang();
    let near = |record: &Record| NearAnswer {
        id: record.id.to_string(),
        title: record.display_title(&lang).to_owned(),
        link: format!("{}{}", visit.base_url, record_url(&record.id)),
    };
    let is_found = !found.quotes.is_empty();
    let answer = AnswerAnswer {
        question: visit.params.get("q").unwrap_or_default().trim().to_owned(),
        found: is_found,
        message: (!is_found).then_some(visit.locale.words().answer.not_found),
        generated: generated.map(generated_answer),
        best: found.best.map(EvidenceAnswer::from),
        nearest: found.nearest.iter().map(near).collect(),
        quotes: found
            .quotes
            .into_iter()
            .map(|quote| quote_answer(quote, &visit))
            .collect(),
        mode: found.mode.as_str(),
        notices: found.notices,
    };
    Ok((NO_STORE, Json(answer)).into_response())
}
