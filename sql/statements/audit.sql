-- The audit of reads.

-- name: reading_last
SELECT id, hash FROM reading ORDER BY id DESC LIMIT 1;

-- name: reading_hash
SELECT hash FROM reading WHERE id = $1;

-- name: reading_insert
INSERT INTO reading (id, at, account, role, purpose, agreements, action, linkage, subject, anchors, fields, place,
    before_hash, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- The whole chain in its order.
-- name: reading_chain
SELECT id, at, account, role, purpose, agreements, action, linkage, subject, anchors, fields, place, before_hash, hash
FROM reading ORDER BY id;

-- Three ways in, each along its index: of one account, of one subject, of everybody. An empty text or 0 lets all through; $7 is
-- a pattern such as '% 123 %'.
-- name: reading_page_account
SELECT id, at, account, role, purpose, agreements, action, linkage, subject, anchors, fields, place, before_hash, hash
FROM reading
WHERE account = $2 AND id < $1 AND at >= $3 AND at < $4 AND (CAST($5 AS TEXT) = '' OR action = $5)
    AND (CAST($6 AS TEXT) = '' OR subject = $6) AND (CAST($7 AS TEXT) = '' OR ' ' || anchors || ' ' LIKE $7)
    AND (CAST($8 AS INTEGER) = 0 OR linkage = $8)
ORDER BY id DESC LIMIT $9;

-- name: reading_page_subject
SELECT id, at, account, role, purpose, agreements, action, linkage, subject, anchors, fields, place, before_hash, hash
FROM reading
WHERE linkage = $8 AND subject = $6 AND id < $1 AND at >= $3 AND at < $4 AND (CAST($5 AS TEXT) = '' OR action = $5)
    AND (CAST($2 AS TEXT) = '' OR account = $2) AND (CAST($7 AS TEXT) = '' OR ' ' || anchors || ' ' LIKE $7)
ORDER BY id DESC LIMIT $9;

-- name: reading_page
SELECT id, at, account, role, purpose, agreements, action, linkage, subject, anchors, fields, place, before_hash, hash
FROM reading
WHERE id < $1 AND at >= $3 AND at < $4 AND (CAST($5 AS TEXT) = '' OR action = $5)
    AND (CAST($2 AS TEXT) = '' OR account = $2) AND (CAST($6 AS TEXT) = '' OR subject = $6)
    AND (CAST($7 AS TEXT) = '' OR ' ' || anchors || ' ' LIKE $7) AND (CAST($8 AS INTEGER) = 0 OR linkage = $8)
ORDER BY id DESC LIMIT $9;
