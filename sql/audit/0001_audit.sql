-- The audit of reads: a database of its own, written in groups before an answer leaves. Nothing here is ever changed or deleted.
CREATE TABLE reading (
    id INTEGER NOT NULL PRIMARY KEY,     -- from the one sequencer
    at INTEGER NOT NULL,
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    agreements TEXT NOT NULL,            -- names and clauses joined by spaces
    action TEXT NOT NULL,                -- search, view, why, list, export, match, …
    linkage INTEGER NOT NULL,
    subject TEXT NOT NULL,               -- the entity, home or list; for a search the words' keyed digest
    anchors TEXT NOT NULL,               -- the records that were shown, joined by spaces
    fields TEXT NOT NULL,                -- source.field joined by spaces
    place TEXT NOT NULL,                 -- web or command line, and the route or command
    before_hash BLOB NOT NULL,           -- hash of the entry before
    hash BLOB NOT NULL                   -- SHA-256 over this entry's canonical form and before_hash
);
CREATE INDEX reading_by_account ON reading (account, id);
CREATE INDEX reading_by_subject ON reading (linkage, subject, id);
