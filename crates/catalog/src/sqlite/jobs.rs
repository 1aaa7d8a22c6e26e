//! The job queue in SQLite.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Row, Transaction, named_params, params};

use super::{SqliteCatalog, codec, failure::while_doing, open};
use crate::{CatalogError, Job, JobId, JobQueue, JobState, NewJob};

const COLUMNS: &str = "id, kind, payload, state, n_attempts, max_attempts, run_at, leased_until, \
                       outcome, updated_at";

impl JobQueue for SqliteCatalog {
    fn enqueue(&self, job: &NewJob, now: Timestamp) -> Result<JobId, CatalogError> {
        let connection = self.writer();
        connection
            .execute(
                "INSERT INTO job (kind, payload, state, n_attempts, max_attempts, run_at, updated_at)
                 VALUES (:kind, :payload, 'queued', 0, :max_attempts, :run_at, :now)",
                named_params! {
                    ":kind": job.kind,
                    ":payload": job.payload,
                    ":max_attempts": job.max_attempts.max(1),
                    ":run_at": job.run_at.as_millisecond(),
                    ":now": now.as_millisecond(),
                },
            )
            .map_err(while_doing("queueing a job"))?;
        u64::try_from(connection.last_insert_rowid())
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
        give_up_exhausted(&transaction, now)?;
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
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<bool, CatalogError> {
        let renewed = self.writer().execute(
            "UPDATE job SET leased_until = ?3, updated_at = ?4
             WHERE id = ?1 AND n_attempts = ?2 AND state = 'running'",
            params![
                job.id.0,
                job.n_attempts,
                (now + lease).as_millisecond(),
                now.as_millisecond()
            ],
        );
        Ok(renewed.map_err(while_doing("renewing a lease"))? == 1)
    }

    fn finish(
        &self,
        job: &Job,
        result: Result<&str, &str>,
        retry_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, CatalogError> {
        let state = match result {
            Ok(_) => JobState::Done,
            Err(_) if job.n_attempts >= job.max_attempts => JobState::Failed,
            Err(_) => JobState::Queued,
        };
        let outcome = match result {
            Ok(outcome) | Err(outcome) => outcome,
        };
        let ended = self.writer().execute(
            "UPDATE job SET state = :state, outcome = :outcome, leased_until = NULL,
                    run_at = CASE :state WHEN 'queued' THEN :retry_at ELSE run_at END,
                    updated_at = :now
             WHERE id = :id AND n_attempts = :n_attempts AND state = 'running'",
            named_params! {
                ":state": state.as_str(),
                ":outcome": outcome,
                ":retry_at": retry_at.as_millisecond(),
                ":now": now.as_millisecond(),
                ":id": job.id.0,
                ":n_attempts": job.n_attempts,
            },
        );
        Ok(ended.map_err(while_doing("ending a job"))? == 1)
    }

    fn jobs(&self, limit: usize) -> Result<Vec<Job>, CatalogError> {
        let connection = self.reader()?;
        let failed = while_doing("listing jobs");
        let sql = format!("SELECT {COLUMNS} FROM job ORDER BY id DESC LIMIT ?1");
        let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
        let mut rows = statement.query([limit]).map_err(&failed)?;
        let mut jobs = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            jobs.push(read(row)?);
        }
        Ok(jobs)
    }
}

fn give_up_exhausted(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), CatalogError> {
    let sql = "UPDATE job SET state = 'failed', leased_until = NULL, updated_at = ?1,
                      outcome = 'the worker died at every attempt; look at its log'
               WHERE state = 'running' AND leased_until < ?1 AND n_attempts >= max_attempts";
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
                    updated_at = ?3
             WHERE id = ?1",
            params![id, (now + lease).as_millisecond(), now.as_millisecond()],
        )
        .map_err(&failed)?;
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
    let mut statement = transaction.prepare(&sql).map_err(&failed)?;
    let mut rows = statement.query([id]).map_err(&failed)?;
    let row = rows.next().map_err(&failed)?;
    read(row.expect("the row was updated in this transaction"))
}

fn read(row: &Row<'_>) -> Result<Job, CatalogError> {
    let failed = while_doing("reading a job");
    let word: String = row.get(3).map_err(&failed)?;
    let state = JobState::ALL.into_iter().find(|s| s.as_str() == word);
    let leased_ms: Option<i64> = row.get(7).map_err(&failed)?;
    Ok(Job {
        id: JobId(row.get(0).map_err(&failed)?),
        kind: row.get(1).map_err(&failed)?,
        payload: row.get(2).map_err(&failed)?,
        state: state.ok_or_else(|| codec::corrupt("column `job.state`")(word))?,
        n_attempts: row.get(4).map_err(&failed)?,
        max_attempts: row.get(5).map_err(&failed)?,
        run_at: codec::timestamp(row.get(6).map_err(&failed)?)?,
        leased_until: leased_ms.map(codec::timestamp).transpose()?,
        outcome: row.get(8).map_err(&failed)?,
        updated_at: codec::timestamp(row.get(9).map_err(&failed)?)?,
    })
}
