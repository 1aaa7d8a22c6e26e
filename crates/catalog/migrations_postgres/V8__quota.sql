-- What callers may still ask for, where several nodes answer them. Nothing in
-- it outlives ten minutes: it needs no log, and copies of a catalogue leave it
-- out.
CREATE UNLOGGED TABLE quota (
    caller    TEXT COLLATE "C" PRIMARY KEY,
    remaining DOUBLE PRECISION NOT NULL,
    at        BIGINT NOT NULL
);
