//! The job queue in a database.

use jiff::{SignedDuration, Timestamp};

use super::{Engine, Session, SqlCatalog, Turn, Value, codec, session::Row, value::values};
use crate::{
    CatalogError, Job, JobEnd, JobFilter, JobId, JobProgress, JobQueue, JobState, Lease, NewJob,
    RETRY_ATTEMPTS,
};

const COLUMNS: &str = "id, kind, payload, key, asked_by, state, n_attempts, max_attempts, run_at, \
                       leased_until, n_done, n_total, message, is_cancel_asked, outcome, \
                       created_at, started_at, finished_at, updated_at";

impl<E: Engine> JobQueue for SqlCatalog<E> {
    fn enqueue(&self, job: &NewJob, now: Timestamp) -> Result<JobId, CatalogError> {
        self.0.write(Turn::Jobs, |session| {
            match active_of_key(session, job.key.as_deref())? {
                Some(known) => Ok(known),
                None => insert(session, job, now),
            }
        })
    }

    fn claim(
        &self,
        kinds: &[&str],
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Job>, CatalogError> {
        self.0.write(Turn::Rows, |session| {
            end_what_is_left(session, now)?;
            let waiting = next_waiting(session, kinds, now, E::SKIPS_LOCKED_ROWS)?;
            waiting.map(|id| take(session, id, now, lease)).transpose()
        })
    }

    fn renew(
        &self,
        job: &Job,
        progress: &JobProgress,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Lease, CatalogError> {
        let cancel = self.0.write(Turn::Rows, |session| {
            session.first(
                "renewing a lease",
                "UPDATE job SET leased_until = ?3, n_done = ?4, n_total = ?5, message = ?6,
                        updated_at = ?7
                 WHERE id = ?1 AND n_attempts = ?2 AND state = 'running'
                 RETURNING is_cancel_asked",
                &values![
                    job.id.0,
                    job.n_attempts,
                    (now + lease).as_millisecond(),
                    progress.n_done,
                    progress.n_total,
                    &progress.message,
                    now.as_millisecond(),
                ],
                |row| row.get::<bool>(0),
            )
        })?;
        Ok(match cancel {
            None => Lease::Lost,
            Some(true) => Lease::CancelAsked,
            Some(false) => Lease::Held,
        })
    }

    fn finish(&self, job: &Job, end: JobEnd<'_>, now: Timestamp) -> Result<bool, CatalogError> {
        let is_last = job.n_attempts >= job.max_attempts;
        let (state, outcome, run_at) = match end {
            JobEnd::Done(result) => (JobState::Done, Some(result), None),
            JobEnd::Again(reason, at) if !is_last => (JobState::Queued, Some(reason), Some(at)),
            JobEnd::Again(reason, _) | JobEnd::Failed(reason) => {
                (JobState::Failed, Some(reason), None)
            }
            JobEnd::Cancelled => (JobState::Cancelled, None, None),
            JobEnd::Released(at) => (JobState::Queued, job.outcome.as_deref(), Some(at)),
        };
        let finished = (state != JobState::Queued).then_some(now);
        let n_ended = self.0.write::<_, CatalogError>(Turn::Rows, |session| {
            session.execute(
                "ending a job",
                "UPDATE job SET state = ?3, outcome = ?4, leased_until = NULL,
                        run_at = coalesce(?5, run_at), max_attempts = max_attempts + ?6,
                        finished_at = ?7, updated_at = ?8
                 WHERE id = ?1 AND n_attempts = ?2 AND state = 'running'",
                &values![
                    job.id.0,
                    job.n_attempts,
                    state.as_str(),
                    outcome,
                    run_at.map(Timestamp::as_millisecond),
                    u32::from(matches!(end, JobEnd::Released(_))),
                    finished.map(Timestamp::as_millisecond),
                    now.as_millisecond(),
                ],
            )
        })?;
        Ok(n_ended == 1)
    }

    fn cancel(&self, id: JobId, now: Timestamp) -> Result<Option<Job>, CatalogError> {
        self.0.write(Turn::Rows, |session| {
            session.execute(
                "cancelling a job",
                "UPDATE job SET is_cancel_asked = CASE WHEN state = 'running' THEN 1 ELSE 0 END,
                        finished_at = CASE WHEN state = 'queued' THEN ?2 ELSE finished_at END,
                        state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
                        updated_at = ?2
                 WHERE id = ?1 AND state IN ('queued', 'running')",
                &values![id.0, now.as_millisecond()],
            )?;
            one(session, id)
        })
    }

    fn retry(&self, id: JobId, now: Timestamp) -> Result<Option<Job>, CatalogError> {
        self.0.write(Turn::Jobs, |session| {
            let Some(job) = one(session, id)? else {
                return Ok(None);
            };
            if let Some(known) = active_of_key(session, job.key.as_deref())? {
                return one(session, known);
            }
            session.execute(
                "queueing a job again",
                "UPDATE job SET state = 'queued', run_at = ?2, max_attempts = n_attempts + ?3,
                        is_cancel_asked = 0, finished_at = NULL, started_at = NULL, n_done = 0,
                        n_total = NULL, message = NULL, updated_at = ?2
                 WHERE id = ?1 AND state IN ('failed', 'cancelled')",
                &values![id.0, now.as_millisecond(), RETRY_ATTEMPTS],
            )?;
            one(session, id)
        })
    }

    fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError> {
        self.0.read(|session| one(session, id))
    }

    fn jobs(&self, filter: &JobFilter<'_>, limit: usize) -> Result<Vec<Job>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM job
             WHERE (state = ?1 OR ?1 IS NULL) AND (kind = ?2 OR ?2 IS NULL)
               AND (id < ?3 OR ?3 IS NULL)
             ORDER BY id DESC LIMIT ?4"
        );
        let values = values![
            filter.state.map(JobState::as_str),
            filter.kind,
            filter.before.map(|id| id.0),
            limit,
        ];
        self.0
            .read(|session| session.all("listing jobs", &sql, &values, read))
    }

    fn forget_ended(&self, before: Timestamp) -> Result<u64, CatalogError> {
        let sql = "DELETE FROM job WHERE finished_at < ?1 AND state NOT IN ('queued', 'running')";
        self.0.write(Turn::Rows, |session| {
            session.execute("forgetting jobs", sql, &values![before.as_millisecond()])
        })
    }
}

fn insert(session: &Session<'_>, job: &NewJob, now: Timestamp) -> Result<JobId, CatalogError> {
    let id = session.scalar(
        "queueing a job",
        "INSERT INTO job (kind, payload, key, asked_by, state, n_attempts, max_attempts,
                          run_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, 'queued', 0, ?5, ?6, ?7, ?7)
         RETURNING id",
        &values![
            &job.kind,
            &job.payload,
            &job.key,
            &job.asked_by,
            job.max_attempts.max(1),
            job.run_at.as_millisecond(),
            now.as_millisecond(),
        ],
    )?;
    Ok(JobId(id))
}

fn active_of_key(session: &Session<'_>, key: Option<&str>) -> Result<Option<JobId>, CatalogError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let sql = "SELECT id FROM job WHERE key = ?1 AND state IN ('queued', 'running')";
    session.first("looking for a job", sql, &values![key], |row| {
        row.get(0).map(JobId)
    })
}

fn one(session: &Session<'_>, id: JobId) -> Result<Option<Job>, CatalogError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
    session.first("reading a job", &sql, &values![id.0], read)
}

/// Jobs whose worker died: those that were to end, and those out of attempts.
fn end_what_is_left(session: &Session<'_>, now: Timestamp) -> Result<(), CatalogError> {
    session.write(
        "giving up jobs",
        "UPDATE job SET leased_until = NULL, updated_at = ?1, finished_at = ?1,
                state = CASE WHEN is_cancel_asked = 1 THEN 'cancelled' ELSE 'failed' END,
                outcome = CASE WHEN is_cancel_asked = 1 THEN NULL
                          ELSE 'the worker died at every attempt; look at its log' END
         WHERE state = 'running' AND leased_until < ?1
           AND (n_attempts >= max_attempts OR is_cancel_asked = 1)",
        &values![now.as_millisecond()],
    )
}

fn next_waiting(
    session: &Session<'_>,
    kinds: &[&str],
    now: Timestamp,
    skips_locked_rows: bool,
) -> Result<Option<u64>, CatalogError> {
    if kinds.is_empty() {
        return Ok(None);
    }
    let places: Vec<String> = (0..kinds.len()).map(|n| format!("?{}", n + 2)).collect();
    let sql = format!(
        "SELECT id FROM job
         WHERE ((state = 'queued' AND run_at <= ?1) OR (state = 'running' AND leased_until < ?1))
           AND kind IN ({})
         ORDER BY run_at, id LIMIT 1{}",
        places.join(", "),
        if skips_locked_rows {
            " FOR UPDATE SKIP LOCKED"
        } else {
            ""
        }
    );
    let mut values = vec![Value::from(now.as_millisecond())];
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    session.first("looking for a job", &sql, &values, |row| row.get(0))
}

fn take(
    session: &Session<'_>,
    id: u64,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Job, CatalogError> {
    session.write(
        "taking a job",
        "UPDATE job SET state = 'running', n_attempts = n_attempts + 1, leased_until = ?2,
                started_at = ?3, finished_at = NULL, n_done = 0, n_total = NULL,
                message = NULL, updated_at = ?3
         WHERE id = ?1",
        &values![id, (now + lease).as_millisecond(), now.as_millisecond()],
    )?;
    let job = one(session, JobId(id))?;
    Ok(job.expect("the row was updated in this transaction"))
}

/// Jobs that an account asked for, oldest first.
pub(super) fn asked_by(session: &Session<'_>, name: &str) -> Result<Vec<Job>, CatalogError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE asked_by = ?1 ORDER BY id");
    session.all("reading the jobs of an account", &sql, &values![name], read)
}

fn read(row: &Row<'_>) -> Result<Job, CatalogError> {
    let word: String = row.get(5)?;
    let state = JobState::from_word(&word);
    let moment = |index| codec::timestamp(row.get(index)?);
    let maybe = |index| {
        let at_ms: Option<i64> = row.get(index)?;
        at_ms.map(codec::timestamp).transpose()
    };
    Ok(Job {
        id: JobId(row.get(0)?),
        kind: row.get(1)?,
        payload: row.get(2)?,
        key: row.get(3)?,
        asked_by: row.get(4)?,
        state: state.ok_or_else(|| codec::corrupt("column `job.state`")(word))?,
        n_attempts: row.get(6)?,
        max_attempts: row.get(7)?,
        run_at: moment(8)?,
        leased_until: maybe(9)?,
        progress: JobProgress {
            n_done: row.get(10)?,
            n_total: row.get(11)?,
            message: row.get(12)?,
        },
        is_cancel_asked: row.get(13)?,
        outcome: row.get(14)?,
        created_at: moment(15)?,
        started_at: maybe(16)?,
        finished_at: maybe(17)?,
        updated_at: moment(18)?,
    })
}
