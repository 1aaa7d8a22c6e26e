-- Names can be erased from the log of acts without breaking its chain: see the
-- migration of the same number for SQLite.
ALTER TABLE audit ADD COLUMN seals TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN salts TEXT COLLATE "C";

DROP TRIGGER audit_stands ON audit;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_stands();

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit FOR EACH ROW
WHEN (NEW.salts IS NULL OR strpos(NEW.salts, '@') = 0
  OR NEW.number IS DISTINCT FROM OLD.number OR NEW.at IS DISTINCT FROM OLD.at
  OR NEW.via IS DISTINCT FROM OLD.via OR NEW.act IS DISTINCT FROM OLD.act
  OR NEW.seals IS DISTINCT FROM OLD.seals OR NEW.hash IS DISTINCT FROM OLD.hash)
EXECUTE FUNCTION audit_stands();
