-- Counting the library reads this index, and not every record.
CREATE INDEX record_counts ON record (deleted, type, access);

-- How an input was asked for when it was set aside (options as JSON).
ALTER TABLE quarantine ADD COLUMN how TEXT;
