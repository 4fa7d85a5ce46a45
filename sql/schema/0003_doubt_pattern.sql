-- What a doubt would teach: pairs that agree and differ alike have one pattern, and the word on one tells of all of them.
-- `unsure` runs from 0 to 1. A decision keeps the pattern of the doubt that it settled. Lists are filled by the next linking.
ALTER TABLE doubt ADD COLUMN pattern INTEGER NOT NULL DEFAULT 0;
ALTER TABLE doubt ADD COLUMN unsure REAL NOT NULL DEFAULT 0;
ALTER TABLE decision ADD COLUMN pattern INTEGER;
CREATE INDEX decision_by_pattern ON decision (pattern) WHERE undone_at IS NULL;
DROP INDEX doubt_by_weight;
