-- Statements of src/lists/: all read through a grant's rights.

-- name: lists_members
-- Every record of a linkage with its entity.
SELECT anchor, entity FROM member WHERE linkage = $1 ORDER BY anchor;

-- name: lists_residences
-- Where records say that their people live, and whether that holds on the day $1.
SELECT anchor, uprn, CASE WHEN until_date IS NULL OR until_date >= $1 THEN 1 ELSE 0 END AS now
FROM residence ORDER BY anchor, uprn;

-- name: lists_home
SELECT address, postcode FROM home WHERE uprn = $1;

-- The newest decision, and when one was last undone: a list that was worked out before either is another.
-- name: lists_decided
SELECT COALESCE(MAX(id), 0), COALESCE(MAX(undone_at), 0) FROM decision;

-- The newest thing written in the hub itself.
-- name: lists_written
SELECT COALESCE(MAX(id), 0) FROM entry;
