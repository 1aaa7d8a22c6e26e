-- The topics of the installation: builds, topics, members, and the log of
-- what builds and people did to them. Topics are built from open records.

CREATE TABLE topic_build (
    build        INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    -- The change up to which the catalogue was read.
    seq          INTEGER NOT NULL,
    n_records    INTEGER NOT NULL,
    n_outliers   INTEGER NOT NULL,
    diversity    REAL NOT NULL,
    -- What the topics were made from and how, for the stamp of figures.
    method       TEXT NOT NULL,
    -- JSON: year → open records of that year, the whole of every share.
    years        TEXT NOT NULL
) STRICT;

CREATE TABLE topic (
    id           INTEGER PRIMARY KEY,
    -- The field it belongs to; NULL for a field.
    parent       INTEGER REFERENCES topic (id),
    label_vi     TEXT,
    label_en     TEXT,
    -- Names that a person gave; they stand before the labels.
    name_vi      TEXT,
    name_en      TEXT,
    -- JSON array of words.
    terms        TEXT NOT NULL,
    coherence    REAL NOT NULL,
    -- A person put another topic into it: what was both stays in it.
    joined       INTEGER NOT NULL DEFAULT 0,
    -- No build takes a record out of it.
    locked       INTEGER NOT NULL DEFAULT 0,
    is_alive     INTEGER NOT NULL DEFAULT 1,
    -- Where its records went, when it is no longer there.
    merged_into  INTEGER REFERENCES topic (id)
) STRICT;

CREATE TABLE topic_member (
    record       INTEGER PRIMARY KEY REFERENCES record (key),
    topic        INTEGER NOT NULL REFERENCES topic (id),
    -- Share of its ties to neighbours that stay in the topic, 0 to 1.
    probability  REAL NOT NULL,
    year         INTEGER,
    -- The topic it was in before a person merged that into this one.
    origin       INTEGER
) STRICT;
CREATE INDEX topic_member_of ON topic_member (topic, probability);

CREATE TABLE topic_event (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    build        INTEGER NOT NULL,
    topic        INTEGER NOT NULL REFERENCES topic (id),
    kind         TEXT NOT NULL,
    -- The other topic of a split or a merge.
    other        INTEGER,
    -- Sizes before and after, or the names before: JSON.
    detail       TEXT NOT NULL,
    undone       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX topic_event_of ON topic_event (topic, number);
