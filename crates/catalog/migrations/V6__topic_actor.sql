-- Who did it, where a person did.
ALTER TABLE topic_event ADD COLUMN actor TEXT;
