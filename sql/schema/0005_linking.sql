-- Each linking, with the landing up to which it saw every source: a later one begins with what has changed since. The id is a random
-- number, so that the index beside a store that was put back to an older day is never taken for one that follows it.
CREATE TABLE linking (
    id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    model INTEGER NOT NULL,
    basis BLOB NOT NULL,                 -- digest of all that touches everyone: model, contracts, sets of sources, gazetteer
    records INTEGER NOT NULL,
    edges INTEGER NOT NULL,
    homes INTEGER NOT NULL,
    placed INTEGER NOT NULL,
    placed_by_address INTEGER NOT NULL
);
CREATE TABLE linking_landing (
    linking INTEGER NOT NULL,
    source INTEGER NOT NULL,
    landing INTEGER NOT NULL,
    PRIMARY KEY (linking, source)
);
ALTER TABLE linkage ADD COLUMN records INTEGER NOT NULL DEFAULT 0;
ALTER TABLE linkage ADD COLUMN entities INTEGER NOT NULL DEFAULT 0;
