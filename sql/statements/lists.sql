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
