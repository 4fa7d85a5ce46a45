-- The hub's tables. Written once for both databases: tools/sql.py gives PostgreSQL's words for the types
-- (INTEGER is BIGINT there, BLOB is BYTEA, REAL is DOUBLE PRECISION, TEXT has COLLATE "C") and makes SQLite's tables STRICT.
-- Times are milliseconds since 1970 UTC, dates are ISO text, ids come from `counter`.

CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    next INTEGER NOT NULL
);

-- ---- landing ----

CREATE TABLE source (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    contract TEXT NOT NULL,              -- the YAML as it was when last landed under
    contract_digest BLOB NOT NULL,
    current_landing INTEGER NOT NULL     -- rows are visible up to here; 0 before the first
);

CREATE TABLE landing (
    id INTEGER NOT NULL PRIMARY KEY,
    source INTEGER NOT NULL,
    file_digest BLOB NOT NULL,           -- SHA-256 of the bytes as received
    file_name TEXT NOT NULL,
    file_size INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    received_by TEXT NOT NULL,
    as_at TEXT,                          -- the day the extract speaks of
    state TEXT NOT NULL,                 -- kept, checking, held, current, refused, failed
    rows_in INTEGER NOT NULL,
    rows_new INTEGER NOT NULL,
    rows_changed INTEGER NOT NULL,
    rows_unchanged INTEGER NOT NULL,
    rows_quarantined INTEGER NOT NULL,
    rows_repeated INTEGER NOT NULL,
    rows_closed INTEGER NOT NULL,        -- versions ended because a snapshot no longer has them, or a delta said so
    records INTEGER NOT NULL,            -- current records of the source once this landing is shown
    record_first INTEGER NOT NULL,       -- the ids of its versions in `record` lie from here on; 0 when it has none
    record_last INTEGER NOT NULL,        -- to here; other sources' may lie between; 0 while it is being written
    reason TEXT,                         -- why held, refused or failed
    decided_by TEXT,
    decided_at INTEGER,
    finished_at INTEGER
);
CREATE INDEX landing_by_source ON landing (source, id);
CREATE INDEX landing_by_digest ON landing (file_digest, source);

-- One row for each version of what an agency wrote. There is no index on the key: a landing sorts keys outside the database and walks
-- the source's records in the ranges of ids that its landings name.
-- The key's columns are joined by U+001F. The anchor is the id of the first version of that source's key: what
-- links, entities, decisions and notes hold on to, so that they outlive a change of address.
CREATE TABLE record (
    id INTEGER NOT NULL PRIMARY KEY,
    source INTEGER NOT NULL,
    anchor INTEGER NOT NULL,
    key TEXT NOT NULL,                   -- the contract's key columns, joined
    hash BLOB NOT NULL,                  -- 128 bits: 64 of the row's values as checked, 64 of its fields as they stood
    from_landing INTEGER NOT NULL,
    to_landing INTEGER,                  -- the landing that ended this version
    line INTEGER NOT NULL,               -- where in the file of from_landing
    file_offset INTEGER NOT NULL,
    file_length INTEGER NOT NULL
);
CREATE INDEX record_by_end ON record (to_landing, id) WHERE to_landing IS NOT NULL;
CREATE INDEX record_by_anchor ON record (anchor, id);

CREATE TABLE quarantine (
    id INTEGER NOT NULL PRIMARY KEY,
    landing INTEGER NOT NULL,
    line INTEGER NOT NULL,
    column_name TEXT,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,                -- a sentence without the value
    value_sealed BLOB,                   -- the value that failed, encrypted
    key TEXT,                            -- when it could be read
    corrected_by INTEGER                 -- the landing that had it right; counts once that landing is or was current
);
CREATE INDEX quarantine_by_landing ON quarantine (landing, id);

-- ---- linking ----

-- A model changes only by a person's act; the newest adopted one of its kind is in force.
CREATE TABLE model (
    version INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                  -- person
    body TEXT NOT NULL,                  -- JSON of link/model.h
    specification TEXT NOT NULL,         -- the county's link/person.yaml that it was trained with, word for word
    digest BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    adopted_at INTEGER
);

-- Evidence that two records are of one person, above the edge floor; a < b are anchors.
CREATE TABLE edge (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    model INTEGER NOT NULL,
    weight REAL NOT NULL,                -- bits
    verdict INTEGER NOT NULL,            -- enum link_verdict: by weight, a rule joins, a guard asks for review, a guard keeps apart
    guard INTEGER NOT NULL,              -- number of that rule or guard + 1, 0: none
    pattern INTEGER NOT NULL,
    PRIMARY KEY (a, b)
);
CREATE INDEX edge_by_b ON edge (b, a);

-- One clustering of the records of a kind, for the set of sources that a grant may match on.
CREATE TABLE linkage (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                  -- person, home
    sources TEXT NOT NULL,               -- names in byte order, joined by spaces
    linked_at INTEGER,
    digest BLOB,                         -- of current records and their partition
    UNIQUE (kind, sources)
);

CREATE TABLE member (
    linkage INTEGER NOT NULL,
    anchor INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    PRIMARY KEY (linkage, anchor)
);
CREATE INDEX member_by_entity ON member (linkage, entity, anchor);

-- A home's members have no link model: the UPRN, or an address that fits one home of the gazetteer, puts them there.
CREATE TABLE home (
    uprn TEXT NOT NULL PRIMARY KEY,
    entity INTEGER NOT NULL,
    kind TEXT NOT NULL,                  -- dwelling, care home, hostel, student house, …
    address TEXT NOT NULL,
    postcode TEXT,
    locality TEXT,
    town TEXT,
    district TEXT
);
CREATE INDEX home_by_postcode ON home (postcode, uprn);

-- Where a record says its person lives or lived.
CREATE TABLE residence (
    anchor INTEGER NOT NULL,
    uprn TEXT NOT NULL,
    from_date TEXT,
    until_date TEXT,
    how TEXT NOT NULL,                   -- uprn, address
    PRIMARY KEY (anchor, uprn)
);
CREATE INDEX residence_by_home ON residence (uprn, anchor);

CREATE TABLE entity_event (
    id INTEGER NOT NULL PRIMARY KEY,
    linkage INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,                  -- joined (took in other), into (ended, joined into other), split (gave off
                                         -- other), from (new, split off other), end (no record left)
    entity INTEGER NOT NULL,             -- numbered for each linkage by itself
    other INTEGER,
    cause TEXT NOT NULL
);
CREATE INDEX entity_event_by_entity ON entity_event (linkage, entity, id);

-- A steward's word on two records: it outlives every re-link. Newest not undone is in force.
CREATE TABLE decision (
    id INTEGER NOT NULL PRIMARY KEY,
    a INTEGER NOT NULL,                  -- anchors, a < b
    b INTEGER NOT NULL,
    verdict TEXT NOT NULL,               -- join, keep_apart
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    undone_by TEXT,
    undone_at INTEGER,
    undone_reason TEXT
);
CREATE UNIQUE INDEX decision_in_force ON decision (a, b) WHERE undone_at IS NULL;
CREATE INDEX decision_by_b ON decision (b, a);

-- Pairs that wait for a steward.
CREATE TABLE doubt (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    weight REAL NOT NULL,
    why TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (a, b)
);
CREATE INDEX doubt_by_weight ON doubt (weight, a, b);

-- "This looks wrong", said by anybody on a joined fact.
CREATE TABLE concern (
    id INTEGER NOT NULL PRIMARY KEY,
    linkage INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    anchor INTEGER NOT NULL,
    said_by TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL,                 -- open, closed
    closed_by TEXT,
    closed_at INTEGER,
    answer TEXT
);
CREATE INDEX concern_by_state ON concern (state, id);
CREATE INDEX concern_by_anchor ON concern (anchor, id);
CREATE INDEX concern_by_account ON concern (said_by, id);

-- ---- what people write in the hub itself: outcomes of lists, contact notes ----

CREATE TABLE entry (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                  -- taken, outcome, contact_note
    source TEXT NOT NULL,                -- the built-in source that agreements name: recorded_visits, contact_notes
    list TEXT,
    outcome TEXT,
    on_date TEXT NOT NULL,
    words TEXT NOT NULL,
    uprn TEXT,
    written_by TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    agreement TEXT NOT NULL,
    written_at INTEGER NOT NULL
);
CREATE TABLE entry_anchor (
    entry INTEGER NOT NULL,
    anchor INTEGER NOT NULL,
    PRIMARY KEY (entry, anchor)
);
CREATE INDEX entry_by_anchor ON entry_anchor (anchor, entry);
CREATE INDEX entry_by_list ON entry (list, id);
CREATE INDEX entry_by_home ON entry (uprn, id);

-- ---- people who sign in ----

CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,           -- what is typed at sign-in, folded
    shown TEXT NOT NULL,
    agency TEXT NOT NULL,
    roles TEXT NOT NULL,                 -- names joined by spaces
    password_hash TEXT NOT NULL,         -- Argon2id, as libsodium writes it
    demonstration INTEGER NOT NULL,      -- 1: refuses to serve beyond loopback
    disabled INTEGER NOT NULL,
    made_at INTEGER NOT NULL
);

CREATE TABLE signin_failure (
    name TEXT NOT NULL,                  -- keyed digest of what was typed: no list of users or typed passwords
    at INTEGER NOT NULL
);
CREATE INDEX signin_failure_by_name ON signin_failure (name, at);

CREATE TABLE session (
    token_digest BLOB NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL,
    role TEXT NOT NULL,                  -- empty until chosen
    purpose TEXT NOT NULL,
    csrf TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    caller_checked TEXT                  -- for the contact centre: the entity whose caller was identified
);

-- Changes ride in the same transaction as what they changed. (Reads are in the audit database.)
CREATE TABLE change (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    what TEXT NOT NULL,                  -- landing, decision, concern, entry, account, model, link
    subject TEXT NOT NULL,
    detail TEXT NOT NULL                 -- JSON
);
