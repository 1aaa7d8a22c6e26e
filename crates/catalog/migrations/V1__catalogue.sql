-- The catalogue of an installation. Times are milliseconds since 1970 (UTC).
-- Access levels are numbers that grow with secrecy: 0 open, 1 registered,
-- 2 restricted, 3 embargoed; a clearance is the highest number it may see.

-- The change sequence (`seq`) and the newest time written (`at`).
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name, value) VALUES ('seq', 0), ('at', 0);

-- One row a record, deleted ones included: their number tells the indexes.
CREATE TABLE record (
    key           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    seq           INTEGER NOT NULL UNIQUE,
    version       INTEGER NOT NULL,
    type          TEXT NOT NULL,
    access        INTEGER NOT NULL,
    -- The most open level it ever had: who once saw it learns that it went.
    widest_access INTEGER NOT NULL,
    deleted       INTEGER NOT NULL DEFAULT 0,
    merged_into   TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    -- BLAKE3 over summary and full text: equal means unchanged.
    hash          BLOB NOT NULL,
    -- Hash of the full text in `body`.
    body          BLOB,
    -- The record as JSON without full text and provenance; NULL when deleted.
    summary       TEXT,
    provenance    TEXT
) STRICT;

-- Full texts by their own hash, so that versions share them.
CREATE TABLE body (
    key     INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE,
    n_bytes INTEGER NOT NULL,
    -- The pages as JSON, compressed by zstd.
    pages   BLOB NOT NULL
) STRICT;

-- Versions that are no longer the newest.
CREATE TABLE version (
    record  INTEGER NOT NULL REFERENCES record (key),
    version INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    access  INTEGER NOT NULL,
    body    BLOB,
    -- Record as JSON, compressed by zstd; NULL for a deletion.
    summary BLOB,
    PRIMARY KEY (record, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE identifier (
    scheme TEXT NOT NULL,
    value  TEXT NOT NULL,
    record INTEGER NOT NULL REFERENCES record (key),
    PRIMARY KEY (scheme, value, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_of_record ON identifier (record);

CREATE TABLE file (
    blake3     TEXT NOT NULL,
    record     INTEGER NOT NULL REFERENCES record (key),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    n_bytes    INTEGER NOT NULL,
    PRIMARY KEY (blake3, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_of_record ON file (record);

-- Named values: checkpoints and small states of other rooms.
CREATE TABLE blob (
    name  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Inputs that could not be read. Line 0: the whole input.
CREATE TABLE quarantine (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    source     TEXT NOT NULL,
    line       INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    raw_blake3 TEXT NOT NULL,
    raw_head   BLOB NOT NULL,
    UNIQUE (source, line, raw_blake3)
) STRICT;

CREATE TABLE job (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    payload      TEXT NOT NULL,
    state        TEXT NOT NULL,
    n_attempts   INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    run_at       INTEGER NOT NULL,
    leased_until INTEGER,
    outcome      TEXT,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX job_waiting ON job (state, run_at, id);
