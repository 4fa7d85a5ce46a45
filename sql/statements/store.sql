-- What the store itself needs.

-- The next ids of a counter: gives the first of $2; the counter is made at 1 when it is new.
-- name: store_next_ids
INSERT INTO counter (name, next) VALUES ($1, 1 + CAST($2 AS INTEGER))
ON CONFLICT (name) DO UPDATE SET next = counter.next + CAST($2 AS INTEGER)
RETURNING next - CAST($2 AS INTEGER);
