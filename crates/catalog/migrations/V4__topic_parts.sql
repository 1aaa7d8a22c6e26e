-- Topics have parts, places on a map, neighbours and shares of records; people
-- split and annotate them; records that came after a build are placed by it.

-- A part of a topic (a subtopic): its parent is a topic.
ALTER TABLE topic ADD COLUMN is_part INTEGER NOT NULL DEFAULT 0;
-- Place on the map, 0 to 1; NULL before the first build that made a map.
ALTER TABLE topic ADD COLUMN map_x REAL;
ALTER TABLE topic ADD COLUMN map_y REAL;
-- Mean overlap (Jaccard) with its likeness in fits of parts of the records,
-- 0 to 1; NULL where it was not measured.
ALTER TABLE topic ADD COLUMN stability REAL;
-- What a librarian remarks on it.
ALTER TABLE topic ADD COLUMN note TEXT;
-- The topic that it was split off from by a person: builds keep them apart.
ALTER TABLE topic ADD COLUMN split_from INTEGER REFERENCES topic (id);

ALTER TABLE topic_build ADD COLUMN stability REAL;
-- What new records are placed by: the words of each topic.
ALTER TABLE topic_build ADD COLUMN placing BLOB;

-- The part of its topic that the record is in.
ALTER TABLE topic_member ADD COLUMN part INTEGER REFERENCES topic (id);
-- Placed after the build, by its words.
ALTER TABLE topic_member ADD COLUMN is_later INTEGER NOT NULL DEFAULT 0;
CREATE INDEX topic_member_part ON topic_member (part) WHERE part IS NOT NULL;

-- Shares of a record in topics other than its own, 0 to 1.
CREATE TABLE topic_share (
    record       INTEGER NOT NULL REFERENCES record (key),
    topic        INTEGER NOT NULL REFERENCES topic (id),
    share        REAL NOT NULL,
    PRIMARY KEY (record, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_share_of ON topic_share (topic, share);

-- Records that the newest build read and put into no topic.
CREATE TABLE topic_outlier (
    record       INTEGER PRIMARY KEY REFERENCES record (key)
) STRICT;

-- How strongly two topics are tied: the share of the ties of `topic` that go
-- to `other`.
CREATE TABLE topic_neighbour (
    topic        INTEGER NOT NULL REFERENCES topic (id),
    other        INTEGER NOT NULL REFERENCES topic (id),
    weight       REAL NOT NULL,
    PRIMARY KEY (topic, other)
) STRICT, WITHOUT ROWID;
