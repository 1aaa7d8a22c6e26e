//! The job queue in SQLite.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use super::{SqliteCatalog, codec, failure::while_doing, open};
use crate::{
    CatalogError, Job, JobEnd, JobFilter, JobId, JobProgress, JobQueue, JobState, Lease, NewJob,
    RETRY_ATTEMPTS,
};

const COLUMNS: &str = "id, kind, payload, key, asked_by, state, n_attempts, max_attempts, run_at, \
                       leased_until, n_done, n_total, message, is_cancel_asked, outcome, \
                       created_at, started_at, finished_at, updated_at";

impl JobQueue for SqliteCatalog {
    fn enqueue(&self, job: &NewJob, now: Timestamp) -> Result<JobId, CatalogError> {
        let failed = while_doing("queueing a job");
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        if let Some(known) = active_of_key(&transaction, job.key.as_deref())? {
            return Ok(known);
        }
        transaction
            .execute(
                "INSERT INTO job (kind, payload, key, asked_by, state, n_attempts, max_attempts,
                                  run_at, created_at, updated_at)
                 VALUES (:kind, :payload, :key, :asked_by, 'queued', 0, :max_attempts, :run_at,
                         :now, :now)",
                named_params! {
                    ":kind": job.kind,
                    ":payload": job.payload,
                    ":key": job.key,
                    ":asked_by": job.asked_by,
                    ":max_attempts": job.max_attempts.max(1),
                    ":run_at": job.run_at.as_millisecond(),
                    ":now": now.as_millisecond(),
                },
            )
            .map_err(&failed)?;
        let id = transaction.last_insert_rowid();
        transaction.commit().map_err(&failed)?;
        u64::try_from(id)
            .map(JobId)
            .map_err(codec::corrupt("table `job`"))
    }

    fn claim(
        &self,
        kinds: &[&str],
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Job>, CatalogError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        end_what_is_left(&transaction, now)?;
        let waiting = next_waiting(&transaction, kinds, now)?;
        let job = waiting
            .map(|id| take(&transaction, id, now, lease))
            .transpose()?;
        transaction
            .commit()
            .map_err(while_doing("claiming a job"))?;
        Ok(job)
    }

    fn renew(
        &self,
        job: &Job,
        progress: &JobProgress,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Lease, CatalogError> {
        let cancel = self.writer().query_row(
            "UPDATE job SET leased_until = :until, n_done = :n_done, n_total = :n_total,
                    message = :message, updated_at = :now
             WHERE id = :id AND n_attempts = :n_attempts AND state = 'running'
             RETURNING is_cancel_asked",
            named_params! {
                ":until": (now + lease).as_millisecond(),
                ":n_done": progress.n_done,
                ":n_total": progress.n_total,
                ":message": progress.message,
                ":now": now.as_millisecond(),
                ":id": job.id.0,
                ":n_attempts": job.n_attempts,
            },
            |row| row.get(0),
        );
        let cancel = cancel.optional().map_err(while_doing("renewing a lease"))?;
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
        let ended = self.writer().execute(
            "UPDATE job SET state = :state, outcome = :outcome, leased_until = NULL,
                    run_at = ifnull(:run_at, run_at), max_attempts = max_attempts + :more,
                    finished_at = CASE WHEN :state = 'queued' THEN NULL ELSE :now END,
                    updated_at = :now
             WHERE id = :id AND n_attempts = :n_attempts AND state = 'running'",
            named_params! {
                ":state": state.as_str(),
                ":outcome": outcome,
                ":run_at": run_at.map(Timestamp::as_millisecond),
                ":more": u32::from(matches!(end, JobEnd::Released(_))),
                ":now": now.as_millisecond(),
                ":id": job.id.0,
                ":n_attempts": job.n_attempts,
            },
        );
        Ok(ended.map_err(while_doing("ending a job"))? == 1)
    }

    fn cancel(&self, id: JobId, now: Timestamp) -> Result<Option<Job>, CatalogError> {
        let failed = while_doing("cancelling a job");
        let connection = self.writer();
        connection
            .execute(
                "UPDATE job SET is_cancel_asked = (state = 'running'),
                        finished_at = CASE WHEN state = 'queued' THEN ?2 END,
                        state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
                        updated_at = ?2
                 WHERE id = ?1 AND state IN ('queued', 'running')",
                params![id.0, now.as_millisecond()],
            )
            .map_err(failed)?;
        one(&connection, id)
    }

    fn retry(&self, id: JobId, now: Timestamp) -> Result<Option<Job>, CatalogError> {
        let failed = while_doing("queueing a job again");
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        let Some(job) = one(&transaction, id)? else {
            return Ok(None);
        };
        if let Some(known) = active_of_key(&transaction, job.key.as_deref())? {
            return one(&transaction, known);
        }
        transaction
            .execute(
                "UPDATE job SET state = 'queued', run_at = ?2, max_attempts = n_attempts + ?3,
                        is_cancel_asked = 0, finished_at = NULL, started_at = NULL, n_done = 0,
                        n_total = NULL, message = NULL, updated_at = ?2
                 WHERE id = ?1 AND state IN ('failed', 'cancelled')",
                params![id.0, now.as_millisecond(), RETRY_ATTEMPTS],
            )
            .map_err(&failed)?;
        let job = one(&transaction, id)?;
        transaction.commit().map_err(&failed)?;
        Ok(job)
    }

    fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError> {
        one(&*self.reader()?, id)
    }

    fn jobs(&self, filter: &JobFilter<'_>, limit: usize) -> Result<Vec<Job>, CatalogError> {
        let connection = self.reader()?;
        let failed = while_doing("listing jobs");
        let sql = format!(
            "SELECT {COLUMNS} FROM job
             WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR kind = ?2)
               AND (?3 IS NULL OR id < ?3)
             ORDER BY id DESC LIMIT ?4"
        );
        let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
        let state = filter.state.map(JobState::as_str);
        let before = filter.before.map(|id| id.0);
        let mut rows = statement
            .query(params![state, filter.kind, before, limit])
            .map_err(&failed)?;
        let mut jobs = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            jobs.push(read(row)?);
        }
        Ok(jobs)
    }

    fn forget_ended(&self, before: Timestamp) -> Result<u64, CatalogError> {
        let sql = "DELETE FROM job WHERE finished_at < ?1 AND state NOT IN ('queued', 'running')";
        let n = self.writer().execute(sql, [before.as_millisecond()]);
        Ok(n.map_err(while_doing("forgetting jobs"))? as u64)
    }
}

fn active_of_key(
    connection: &Connection,
    key: Option<&str>,
) -> Result<Option<JobId>, CatalogError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let sql = "SELECT id FROM job WHERE key = ?1 AND state IN ('queued', 'running')";
    let found = connection.query_row(sql, [key], |row| row.get(0).map(JobId));
    found.optional().map_err(while_doing("looking for a job"))
}

fn one(connection: &Connection, id: JobId) -> Result<Option<Job>, CatalogError> {
    let failed = while_doing("reading a job");
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement.query([id.0]).map_err(&failed)?;
    rows.next().map_err(&failed)?.map(read).transpose()
}

/// Jobs whose worker died: those that were to end, and those out of attempts.
fn end_what_is_left(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), CatalogError> {
    let sql = "UPDATE job SET leased_until = NULL, updated_at = ?1, finished_at = ?1,
                      state = CASE WHEN is_cancel_asked THEN 'cancelled' ELSE 'failed' END,
                      outcome = CASE WHEN is_cancel_asked THEN NULL
                                ELSE 'the worker died at every attempt; look at its log' END
               WHERE state = 'running' AND leased_until < ?1
                 AND (n_attempts >= max_attempts OR is_cancel_asked)";
    let done = transaction.execute(sql, [now.as_millisecond()]);
    done.map(drop).map_err(while_doing("giving up jobs"))
}

fn next_waiting(
    transaction: &Transaction<'_>,
    kinds: &[&str],
    now: Timestamp,
) -> Result<Option<i64>, CatalogError> {
    let failed = while_doing("looking for a job");
    let kinds = serde_json::to_string(kinds).map_err(codec::unwritable)?;
    transaction
        .query_row(
            "SELECT id FROM job
             WHERE ((state = 'queued' AND run_at <= ?1)
                    OR (state = 'running' AND leased_until < ?1))
               AND kind IN (SELECT value FROM json_each(?2))
             ORDER BY run_at, id LIMIT 1",
            params![now.as_millisecond(), kinds],
            |row| row.get(0),
        )
        .optional()
        .map_err(failed)
}

fn take(
    transaction: &Transaction<'_>,
    id: i64,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Job, CatalogError> {
    let failed = while_doing("taking a job");
    transaction
        .execute(
            "UPDATE job SET state = 'running', n_attempts = n_attempts + 1, leased_until = ?2,
                    started_at = ?3, finished_at = NULL, n_done = 0, n_total = NULL,
                    message = NULL, updated_at = ?3
             WHERE id = ?1",
            params![id, (now + lease).as_millisecond(), now.as_millisecond()],
        )
        .map_err(&failed)?;
    let id = u64::try_from(id).map_err(codec::corrupt("table `job`"))?;
    let job = one(transaction, JobId(id))?;
    Ok(job.expect("the row was updated in this transaction"))
}

fn read(row: &Row<'_>) -> Result<Job, CatalogError> {
    let failed = while_doing("reading a job");
    let word: String = row.get("state").map_err(&failed)?;
    let state = JobState::from_word(&word);
    let moment = |name: &str| codec::timestamp(row.get(name).map_err(&failed)?);
    let maybe = |name: &str| {
        let at_ms: Option<i64> = row.get(name).map_err(&failed)?;
        at_ms.map(codec::timestamp).transpose()
    };
    Ok(Job {
        id: JobId(row.get("id").map_err(&failed)?),
        kind: row.get("kind").map_err(&failed)?,
        payload: row.get("payload").map_err(&failed)?,
        key: row.get("key").map_err(&failed)?,
        asked_by: row.get("asked_by").map_err(&failed)?,
        state: state.ok_or_else(|| codec::corrupt("column `job.state`")(word))?,
        n_attempts: row.get("n_attempts").map_err(&failed)?,
        max_attempts: row.get("max_attempts").map_err(&failed)?,
        run_at: moment("run_at")?,
        leased_until: maybe("leased_until")?,
        progress: JobProgress {
            n_done: row.get("n_done").map_err(&failed)?,
            n_total: row.get("n_total").map_err(&failed)?,
            message: row.get("message").map_err(&failed)?,
        },
        is_cancel_asked: row.get("is_cancel_asked").map_err(&failed)?,
        outcome: row.get("outcome").map_err(&failed)?,
        created_at: moment("created_at")?,
        started_at: maybe("started_at")?,
        finished_at: maybe("finished_at")?,
        updated_at: moment("updated_at")?,
    })
}
