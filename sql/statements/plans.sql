-- Statements of src/plans/: what was done to plans on pages, and the versions that were approved.

-- The newest entry of a plan; 0: nothing was ever written.
-- name: plans_newest
SELECT COALESCE(MAX(id), 0) FROM plan_entry WHERE plan = $1;

-- name: plans_newest_hash
-- The last entry of all plans.
SELECT id, hash FROM plan_entry ORDER BY id DESC LIMIT 1;

-- Of one plan up to an entry, in order.
-- name: plans_entries
SELECT id, plan, register, subject, body, reason, written_by, written_at, replaces, hash FROM plan_entry
WHERE plan = $1 AND id <= $2 ORDER BY id;

-- Of all plans, for holding the chain.
-- name: plans_chain
SELECT id, plan, register, subject, body, reason, written_by, written_at, replaces, hash FROM plan_entry ORDER BY id;

-- name: plans_insert
INSERT INTO plan_entry (id, plan, register, subject, body, reason, written_by, written_at, replaces, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: plans_version_insert
INSERT INTO plan_version (plan, name, title, approved_by, approved_at, entry, digest) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: plans_version_text_insert
INSERT INTO plan_version_text (plan, name, number, file, body) VALUES ($1, $2, $3, $4, $5);

-- Oldest first.
-- name: plans_versions
SELECT name, title, approved_by, approved_at, entry, digest FROM plan_version WHERE plan = $1 ORDER BY approved_at, name;

-- name: plans_version
SELECT name, title, approved_by, approved_at, entry, digest FROM plan_version WHERE plan = $1 AND name = $2;

-- name: plans_version_texts
SELECT number, file, body FROM plan_version_text WHERE plan = $1 AND name = $2 ORDER BY number;
