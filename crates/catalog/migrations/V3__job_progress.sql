-- Jobs say who asked for them, how far they are and how long they took; a key
-- keeps the same work from being queued twice.

ALTER TABLE job ADD COLUMN key TEXT;
ALTER TABLE job ADD COLUMN asked_by TEXT;
ALTER TABLE job ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN started_at INTEGER;
ALTER TABLE job ADD COLUMN finished_at INTEGER;
ALTER TABLE job ADD COLUMN n_done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN n_total INTEGER;
ALTER TABLE job ADD COLUMN message TEXT;
ALTER TABLE job ADD COLUMN is_cancel_asked INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX job_of_key ON job (key) WHERE key IS NOT NULL AND state IN ('queued', 'running');
