-- What callers may still ask for, where several nodes answer them. Nothing in
-- it outlives ten minutes, so copies of a catalogue leave it out.
CREATE TABLE quota (
    caller    TEXT PRIMARY KEY,
    remaining REAL NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
