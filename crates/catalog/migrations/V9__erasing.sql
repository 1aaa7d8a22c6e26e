-- Names can be erased from the log of acts without breaking its chain: of each
-- entry the three words that may name somebody (actor, object, detail) are
-- sealed, SHA-256 over a salt and the word, and the chain holds the seals. Both
-- columns hold three values between spaces; in the place of a salt stands `@N`
-- where entry N erased the word, and `-` in entries from before there were
-- seals, whose words the chain holds themselves.
ALTER TABLE audit ADD COLUMN seals TEXT;
ALTER TABLE audit ADD COLUMN salts TEXT;

DROP TRIGGER audit_is_not_changed;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
WHEN NEW.salts IS NULL OR instr(NEW.salts, '@') = 0
  OR NEW.number IS NOT OLD.number OR NEW.at IS NOT OLD.at OR NEW.via IS NOT OLD.via
  OR NEW.act IS NOT OLD.act OR NEW.seals IS NOT OLD.seals OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'the log of acts is not changed'); END;
