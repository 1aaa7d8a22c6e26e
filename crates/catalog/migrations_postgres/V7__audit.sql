-- Who did what, each entry chained to the one before. Rows are added, and never
-- changed or taken out.
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT COLLATE "C" NOT NULL,
    via    TEXT COLLATE "C" NOT NULL,
    act    TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    hash   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, number);

CREATE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log of acts is neither changed nor cut'; END $$;

CREATE TRIGGER audit_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_stands();

INSERT INTO counter (name, value) VALUES ('audit', 0);
