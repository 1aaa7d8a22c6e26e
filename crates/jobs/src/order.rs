//! What can be asked for: one variant a kind of job, as it is kept in the
//! queue and sent to the API.

use catalog::{JobId, JobQueue, NewJob};
use jiff::Timestamp;
use records::{AccessLevel, RecordType};
use serde::{Deserialize, Serialize};

use crate::JobsError;

/// The kinds of jobs.
pub const KINDS: [&str; 9] = [
    "ingest",
    "harvest",
    "index",
    "vectors",
    "quality",
    "duplicates",
    "authorities",
    "topics",
    "again",
];

/// Attempts of a job: a worker may be killed twice under it.
const MAX_ATTEMPTS: u32 = 3;

/// Paths in one order; a folder holds any number of files.
const MOST_PATHS: usize = 1000;

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// Take in files and folders.
    Ingest {
        /// Where they lie on the server.
        paths: Vec<String>,
        /// Put every record into this collection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        collection: Option<String>,
        /// The least secrecy of every record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        access: Option<AccessLevel>,
        /// Type of the records that do not say theirs.
        #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
        record_type: Option<RecordType>,
    },
    /// Harvest a source now.
    Harvest {
        /// Its name.
        source: String,
        /// Everything again, not only what changed.
        #[serde(default)]
        full: bool,
    },
    /// Bring the full-text index up to the catalogue.
    Index {
        /// Build it anew.
        #[serde(default)]
        rebuild: bool,
    },
    /// Bring the index of meaning up to the catalogue.
    Vectors {
        /// Build it anew.
        #[serde(default)]
        rebuild: bool,
    },
    /// Judge all records by the six criteria.
    Quality {},
    /// Compare all records.
    Duplicates {
        /// The least probability of a pair that is kept, 0 to 1.
        #[serde(default = "half")]
        least: f32,
    },
    /// Compare the names of persons and institutions.
    Authorities {
        /// The least strength of a suggestion that is kept, 0 to 1.
        #[serde(default = "half")]
        least: f32,
    },
    /// Build the library's topics.
    Topics {
        /// How many; as many as the records ask for without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topics: Option<usize>,
        /// Start of the random directions.
        #[serde(default = "one")]
        seed: u64,
    },
    /// Read again what was set aside.
    Again {
        /// Only from this path or address; all of it without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
}

fn half() -> f32 {
    0.5
}

fn one() -> u64 {
    1
}

impl Order {
    /// The word of its kind, one of [`KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ingest { .. } => "ingest",
            Self::Harvest { .. } => "harvest",
            Self::Index { .. } => "index",
            Self::Vectors { .. } => "vectors",
            Self::Quality {} => "quality",
            Self::Duplicates { .. } => "duplicates",
            Self::Authorities { .. } => "authorities",
            Self::Topics { .. } => "topics",
            Self::Again { .. } => "again",
        }
    }

    /// What it is about, for a person: paths, the source; empty where its kind
    /// says all.
    pub fn subject(&self) -> String {
        match self {
            Self::Ingest { paths, .. } => paths.join(", "),
            Self::Harvest { source, .. } => source.clone(),
            Self::Again { source } => source.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Orders of one key are the same work. Two harvests of a source never run
    /// beside each other, whatever else they ask for.
    fn key(&self, payload: &str) -> String {
        match self {
            Self::Ingest { .. } | Self::Again { .. } => {
                format!(
                    "{}/{}",
                    self.kind(),
                    blake3::hash(payload.as_bytes()).to_hex()
                )
            }
            Self::Harvest { source, .. } => format!("harvest/{source}"),
            _ => self.kind().to_owned(),
        }
    }

    /// Whether every part makes sense by itself.
    ///
    /// # Errors
    /// [`JobsError::Invalid`] names the first that does not.
    pub fn check(&self) -> Result<(), JobsError> {
        let invalid = JobsError::invalid;
        match self {
            Self::Ingest {
                paths, collection, ..
            } => {
                if paths.is_empty() || paths.len() > MOST_PATHS {
                    let n = paths.len().to_string();
                    return Err(invalid("paths", &n, "is their number; name 1 to 1000"));
                }
                let bad = |path: &&String| path.trim().is_empty() || path.contains('\0');
                if let Some(path) = paths.iter().find(bad) {
                    return Err(invalid("paths", path, "is no path; name a file or folder"));
                }
                collection.as_deref().map_or(Ok(()), check_collection)
            }
            Self::Duplicates { least } | Self::Authorities { least }
                if !(0.0..=1.0).contains(least) =>
            {
                let least = least.to_string();
                Err(invalid("least", &least, "is not between 0 and 1"))
            }
            Self::Topics {
                topics: Some(n), ..
            } if !(2..=10_000).contains(n) => {
                let n = n.to_string();
                Err(invalid("topics", &n, "is not between 2 and 10000"))
            }
            Self::Again {
                source: Some(source),
            } if source.is_empty() => Err(invalid(
                "source",
                source,
                "is no path or address; leave it out for everything",
            )),
            _ => Ok(()),
        }
    }
}

/// A name that a collection can have.
pub(crate) fn check_collection(name: &str) -> Result<(), JobsError> {
    let fits = !name.trim().is_empty()
        && name.trim() == name
        && name.chars().count() <= 200
        && !name.chars().any(char::is_control);
    match fits {
        true => Ok(()),
        false => Err(JobsError::invalid(
            "collection",
            name,
            "is no name of a collection; write 1 to 200 characters on one line",
        )),
    }
}

/// Queues an order; gives the job that does the same work already, if one is
/// queued or running.
///
/// * `asked_by`: the account; `None` for the program itself.
///
/// # Errors
/// [`JobsError::Invalid`], and the catalogue's.
pub fn enqueue(
    queue: &dyn JobQueue,
    order: &Order,
    asked_by: Option<&str>,
    now: Timestamp,
) -> Result<JobId, JobsError> {
    order.check()?;
    let payload = serde_json::to_string(order).expect("an order is plain data");
    let job = NewJob {
        kind: order.kind().to_owned(),
        key: Some(order.key(&payload)),
        payload,
        run_at: now,
        max_attempts: MAX_ATTEMPTS,
        asked_by: asked_by.map(str::to_owned),
    };
    Ok(queue.enqueue(&job, now)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_is_sent_and_unknown_parts_are_refused() {
        let read = |text: &str| serde_json::from_str::<Order>(text);
        let order = read(r#"{"kind":"ingest","paths":["a"],"access":"registered"}"#).unwrap();
        assert_eq!(order.kind(), "ingest");
        assert_eq!(read(r#"{"kind":"quality"}"#).unwrap(), Order::Quality {});
        for bad in [
            r#"{"kind":"ingest"}"#,
            r#"{"kind":"ingest","paths":["a"],"rebuild":true}"#,
            r#"{"kind":"quality","paths":["a"]}"#,
            r#"{"kind":"paint"}"#,
            r#"{"paths":["a"]}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        for kind in KINDS {
            let text = format!(r#"{{"kind":"{kind}","paths":["a"],"source":"x"}}"#);
            let minimal = format!(r#"{{"kind":"{kind}"}}"#);
            let named = |error: serde_json::Error| !error.to_string().contains("unknown variant");
            assert!(read(&text).map_or_else(named, |_| true));
            assert!(read(&minimal).map_or_else(named, |_| true));
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, name) in [
            (r#"{"kind":"ingest","paths":[]}"#, "paths"),
            (r#"{"kind":"ingest","paths":[" "]}"#, "paths"),
            (
                r#"{"kind":"ingest","paths":["a"],"collection":" x"}"#,
                "collection",
            ),
            (r#"{"kind":"duplicates","least":1.5}"#, "least"),
            (r#"{"kind":"authorities","least":-0.1}"#, "least"),
            (r#"{"kind":"topics","topics":1}"#, "topics"),
            (r#"{"kind":"again","source":""}"#, "source"),
        ] {
            let order: Order = serde_json::from_str(text).unwrap();
            let error = order.check().unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
