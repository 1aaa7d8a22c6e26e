//! What librarians do to topics on their pages: rename, annotate, lock, merge,
//! split, and take back.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Redirect, Response},
};
use catalog::{Bilingual, TopicAct, TopicError, TopicId};
use jiff::Timestamp;

use crate::{
    accounts::{Role, Scope},
    app::{App, Library},
    error::ApiError,
    pages::{form::fields, topic::show, topics::topic_url},
    params::Params,
    visit::Visit,
};

/// Longest name in characters: a line of a page.
const NAME_CHARS: usize = 200;
/// Longest remark in characters: a paragraph.
const NOTE_CHARS: usize = 2_000;

/// `POST /topics/{id}`: `act` says what.
pub(crate) async fn act_on_topic(
    State(app): State<Arc<App>>,
    path: Result<Path<u64>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    visit.needs(Role::Librarian, Scope::Write)?;
    let Ok(Path(id)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let id = TopicId(id);
    let act = read_act(id, &form)?;
    let goal = match &act {
        TopicAct::Merge(_, into) => *into,
        TopicAct::Split(_, part) => *part,
        _ => id,
    };
    let actor = visit.account.as_ref().map(|account| account.name.clone());
    let actor = actor.ok_or(ApiError::SignInNeeded)?;
    let done = app.ask(move |library| perform(library, &act, &actor)).await;
    match done {
        Ok(_) => Ok(Redirect::to(&topic_url(goal)).into_response()),
        Err(ApiError::Refused { message, .. }) => show(&app, &visit, id, Some(message)).await,
        Err(error) => Err(error),
    }
}

/// Does it; the number in the log.
pub(crate) fn perform(library: &Library, act: &TopicAct, actor: &str) -> Result<u64, ApiError> {
    let store = library.topics.as_ref().ok_or(ApiError::NoSuchPage)?;
    let done = store.act_on_topic(act, actor, Timestamp::now());
    done.map_err(|error| match error {
        TopicError::Refused(message) => ApiError::Refused {
            parameter: "act",
            message,
        },
        TopicError::Catalog(error) => ApiError::unavailable(error),
    })
}

/// The act that a form or the parameters of the API ask for.
pub(crate) fn read_act(id: TopicId, form: &Params) -> Result<TopicAct, ApiError> {
    let word = form.get("act").unwrap_or_default();
    Ok(match word {
        "rename" => TopicAct::Rename(
            id,
            Bilingual {
                vi: text_of(form, "vi", NAME_CHARS)?.map(|name| text::normalise(&name)),
                en: text_of(form, "en", NAME_CHARS)?.map(|name| text::normalise(&name)),
            },
        ),
        "annotate" => TopicAct::Annotate(id, text_of(form, "note", NOTE_CHARS)?),
        "lock" => TopicAct::SetLocked(id, true),
        "unlock" => TopicAct::SetLocked(id, false),
        "merge" => TopicAct::Merge(id, TopicId(number_of(form, "into")?)),
        "split" => TopicAct::Split(id, TopicId(number_of(form, "part")?)),
        "undo" => TopicAct::Undo(number_of(form, "number")?),
        other => {
            return Err(ApiError::invalid(
                "act",
                other,
                "is nothing that can be done to a topic",
                "send rename, annotate, lock, unlock, merge, split or undo",
            ));
        }
    })
}

fn text_of(form: &Params, name: &str, most: usize) -> Result<Option<String>, ApiError> {
    let text = form.get(name).unwrap_or_default().trim();
    if text.chars().count() > most {
        let cure = format!("send at most {most} characters");
        return Err(ApiError::invalid(name, text, "is too long", cure));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn number_of(form: &Params, name: &str) -> Result<u64, ApiError> {
    let value = form.get(name).unwrap_or_default();
    let number = value
        .parse::<u64>()
        .ok()
        .filter(|n| i64::try_from(*n).is_ok());
    number.ok_or_else(|| {
        ApiError::invalid(
            name,
            value,
            "is no number",
            "send a number as the topic's page gives it",
        )
    })
}
