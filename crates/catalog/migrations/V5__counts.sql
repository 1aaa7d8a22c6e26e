-- Counting the library reads this index, and not every record. It does not
-- begin with `deleted`: the planner would take that for a narrow choice, and
-- walk all records that are there for one that is asked for by its id.
CREATE INDEX record_counts ON record (type, access, deleted);

-- How an input was asked for when it was set aside (options as JSON).
ALTER TABLE quarantine ADD COLUMN how TEXT;
