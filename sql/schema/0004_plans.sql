-- Plans. The texts of a county's plans lie in its folder; here is what people do to them on pages, and what was approved.

-- Everything that was done to a plan, one after the other, only ever added to. Each entry's hash covers the one before it, of
-- whatever plan, so that none can be changed, taken out or moved unseen.
CREATE TABLE plan_entry (
    id INTEGER NOT NULL PRIMARY KEY,     -- from 1 without a gap
    plan TEXT NOT NULL,                  -- its file's name without the ending
    register TEXT NOT NULL,              -- bids, savings, virements, capital, reserves, scenarios; challenges, locks, versions
    subject TEXT NOT NULL,               -- the id of the row, scenario, register or version
    body TEXT NOT NULL,                  -- of a row or scenario: the whole of it, as the planning language writes it
    reason TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    replaces INTEGER NOT NULL,           -- the entry that stood before it; 0: none, or what the plan's own text says
    hash BLOB NOT NULL
);
CREATE INDEX plan_entry_by_plan ON plan_entry (plan, id);

-- A version is frozen with all its texts when it is approved.
CREATE TABLE plan_version (
    plan TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    entry INTEGER NOT NULL,              -- the newest entry that went into it; 0: none
    digest BLOB NOT NULL,                -- SHA-256 over names and texts, in order
    PRIMARY KEY (plan, name)
);
CREATE TABLE plan_version_text (
    plan TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,             -- in the order in which they were read: the registers' own text first
    file TEXT NOT NULL,                  -- as the plan names it
    body TEXT NOT NULL,
    PRIMARY KEY (plan, name, number)
);
