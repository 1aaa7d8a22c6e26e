//! Everything that the library holds about an account, as one JSON document.

use catalog::{Blob, Catalogue, Job, LoggedAct, TopicEvent};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    PrivacyError,
    holdings::{HOLDINGS, Holding},
    mentions,
};

/// Names the form of the document.
const FORM: &str = "trithuc-account-data/1";

/// Everything that is held under a name: the account, its sessions and keys
/// without their secrets, saved searches with what they told, deposits, what was
/// decided and changed by it, the jobs that it asked for, and the entries of the
/// log of acts that name it. Lists are in the order in which they were made.
///
/// # Errors
/// [`PrivacyError::NotFound`] when nothing is held, and the catalogue's.
pub fn personal_data(
    catalogue: &dyn Catalogue,
    name: &str,
    now: Timestamp,
) -> Result<Value, PrivacyError> {
    let mut held = Map::new();
    for holding in &HOLDINGS {
        held.insert(
            holding.list.to_owned(),
            values(catalogue, holding, name)?.into(),
        );
    }
    let jobs = catalogue.jobs_of(name)?;
    held.insert("jobs".to_owned(), jobs.iter().map(job).collect());
    let events = catalogue.topic_events_of(name)?;
    held.insert(
        "topic_acts".to_owned(),
        events.iter().map(topic_act).collect(),
    );
    let acts = mentions::naming(catalogue, name)?;
    held.insert("acts".to_owned(), acts.iter().map(act).collect());
    let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    // That somebody asked for it is not what is held.
    let is_asking = |act: &LoggedAct| act.act == "trithuc user export";
    let is_nothing = |(list, held): (&String, &Value)| match list.as_str() {
        "acts" => acts.iter().all(is_asking),
        _ => is_empty(held),
    };
    if held.iter().all(is_nothing) {
        return Err(PrivacyError::NotFound(name.chars().take(64).collect()));
    }
    held.insert("form".to_owned(), FORM.into());
    held.insert("name".to_owned(), name.into());
    held.insert("made_at".to_owned(), now.to_string().into());
    Ok(held.into())
}

/// The named value as JSON.
pub(super) fn parsed(blob: &Blob) -> Result<Value, PrivacyError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| PrivacyError::Damaged {
        name: blob.name.clone(),
        source,
    })
}

/// Own values whole, of others' only the parts that name the account.
fn values(
    catalogue: &dyn Catalogue,
    holding: &Holding,
    name: &str,
) -> Result<Vec<Value>, PrivacyError> {
    let mut found = Vec::new();
    for blob in catalogue.blobs(holding.prefix)? {
        let mut value = parsed(&blob)?;
        if holding.is_of(&value, name) {
            holding.without_secrets(&mut value);
            found.push(own(catalogue, holding, &blob.name, value)?);
        } else if holding.names(&value, name) {
            found.push(json!({"id": value["id"], "parts": holding.parts(&value, name)}));
        }
    }
    Ok(found)
}

/// An own value with what is kept beside it.
fn own(
    catalogue: &dyn Catalogue,
    holding: &Holding,
    name: &str,
    value: Value,
) -> Result<Value, PrivacyError> {
    match holding.list {
        // Its name is all that there is: a hash of who the provider says it is.
        "providers" => Ok(json!({"link": name.strip_prefix(holding.prefix)})),
        "saved_searches" => {
            let mut value = value;
            let id = value["id"].as_str().unwrap_or_default().to_owned();
            let below = |kind: &str| {
                let blobs = catalogue.blobs(&format!("alerts/{kind}/{id}"))?;
                blobs.iter().map(parsed).collect::<Result<Vec<_>, _>>()
            };
            value["told"] = below("state")?.pop().unwrap_or_default();
            value["news"] = below("event")?.into();
            Ok(value)
        }
        _ => Ok(value),
    }
}

fn job(job: &Job) -> Value {
    json!({
        "id": job.id.0,
        "order": serde_json::from_str::<Value>(&job.payload).unwrap_or_default(),
        "state": job.state.as_str(),
        "created_at": job.created_at.to_string(),
        "finished_at": job.finished_at.map(|at| at.to_string()),
    })
}

fn topic_act(event: &TopicEvent) -> Value {
    json!({
        "number": event.number,
        "at": event.at.to_string(),
        "topic": event.topic.0,
        "kind": event.kind.as_str(),
        "undone": event.undone,
    })
}

fn act(act: &LoggedAct) -> Value {
    json!({
        "number": act.number,
        "at": act.at.to_string(),
        "actor": act.actor,
        "via": act.via.as_str(),
        "act": act.act,
        "object": act.object,
        "detail": act.detail,
    })
}
