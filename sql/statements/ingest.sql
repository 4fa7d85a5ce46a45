-- What landing needs. Bounded steps everywhere: no statement here touches more rows than its range or LIMIT says.

-- name: ingest_source
SELECT id, contract_digest, current_landing FROM source WHERE name = $1;

-- name: ingest_source_new
INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES ($1, $2, $3, $4, 0);

-- The one small change by which a landing's rows appear.
-- name: ingest_source_show
UPDATE source SET current_landing = $2, contract = $3, contract_digest = $4 WHERE id = $1;

-- name: ingest_landing_new
INSERT INTO landing (id, source, file_digest, file_name, file_size, received_at, received_by, as_at, state, rows_in, rows_new, rows_changed,
    rows_unchanged, rows_quarantined, rows_repeated, rows_closed, records, record_first, record_last)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'kept', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

-- The columns of each statement that gives landings stand in this order: landing_row.c reads them.
-- name: ingest_landing_get
SELECT l.id, s.name, l.state, l.file_digest, l.file_name, l.file_size, l.received_at, l.received_by, l.as_at, l.rows_in, l.rows_new,
    l.rows_changed, l.rows_unchanged, l.rows_quarantined, l.rows_repeated, l.rows_closed, l.records, l.record_first, l.record_last,
    l.reason, l.decided_by, l.decided_at, l.finished_at, s.current_landing, l.source
FROM landing l JOIN source s ON s.id = l.source WHERE l.id = $1;

-- name: ingest_landing_all
SELECT l.id, s.name, l.state, l.file_digest, l.file_name, l.file_size, l.received_at, l.received_by, l.as_at, l.rows_in, l.rows_new,
    l.rows_changed, l.rows_unchanged, l.rows_quarantined, l.rows_repeated, l.rows_closed, l.records, l.record_first, l.record_last,
    l.reason, l.decided_by, l.decided_at, l.finished_at, s.current_landing, l.source
FROM landing l JOIN source s ON s.id = l.source ORDER BY l.id;

-- name: ingest_landing_list_of
SELECT l.id, s.name, l.state, l.file_digest, l.file_name, l.file_size, l.received_at, l.received_by, l.as_at, l.rows_in, l.rows_new,
    l.rows_changed, l.rows_unchanged, l.rows_quarantined, l.rows_repeated, l.rows_closed, l.records, l.record_first, l.record_last,
    l.reason, l.decided_by, l.decided_at, l.finished_at, s.current_landing, l.source
FROM landing l JOIN source s ON s.id = l.source WHERE s.name = $1 ORDER BY l.id DESC LIMIT $2;

-- name: ingest_landing_by_digest
SELECT l.id, l.state, l.received_at FROM landing l WHERE l.file_digest = $1 AND l.source = $2 ORDER BY l.id DESC;

-- name: ingest_landing_in_state
SELECT id, record_first FROM landing WHERE source = $1 AND state = $2 ORDER BY id;

-- name: ingest_landing_start
UPDATE landing SET state = 'checking', as_at = $2, record_first = $3, record_last = 0, reason = NULL, finished_at = NULL WHERE id = $1;

-- name: ingest_landing_back
UPDATE landing SET state = $2, record_first = 0, record_last = 0, reason = $3 WHERE id = $1;

-- name: ingest_landing_finish
UPDATE landing SET state = $2, as_at = $3, rows_in = $4, rows_new = $5, rows_changed = $6, rows_unchanged = $7, rows_quarantined = $8,
    rows_repeated = $9, rows_closed = $10, records = $11, record_last = $12, reason = $13, finished_at = $14
WHERE id = $1;

-- name: ingest_landing_decide
UPDATE landing SET state = $2, reason = $3, decided_by = $4, decided_at = $5 WHERE id = $1 AND state = 'held';

-- The ranges of ids in which a source's versions lie.
-- name: ingest_ranges
SELECT record_first, record_last FROM landing WHERE source = $1 AND state = 'current' AND record_last > 0 ORDER BY id;

-- name: ingest_scan
SELECT id, anchor, key, hash, to_landing, line FROM record WHERE id BETWEEN $1 AND $2 AND source = $3 ORDER BY id;

-- name: ingest_open_quarantine
SELECT q.id, q.key FROM quarantine q JOIN landing l ON l.id = q.landing
WHERE l.source = $1 AND q.key IS NOT NULL AND q.corrected_by IS NULL AND l.state = 'current' ORDER BY q.id;

-- name: ingest_record_key
SELECT key, line FROM record WHERE id = $1;

-- name: ingest_record_anchor
UPDATE record SET anchor = $2 WHERE id = $1;

-- name: ingest_record_close
UPDATE record SET to_landing = $2 WHERE id = $1;

-- name: ingest_quarantine_correct
UPDATE quarantine SET corrected_by = $2 WHERE id = $1;

-- name: ingest_record_last
SELECT coalesce(max(id), 0) FROM record;

-- ---- taking a landing out again ----

-- name: ingest_undo_records
DELETE FROM record WHERE id BETWEEN $1 AND $2 AND from_landing = $3;

-- name: ingest_undo_closed
UPDATE record SET to_landing = NULL
WHERE id IN (SELECT id FROM record WHERE to_landing = $1 ORDER BY id LIMIT 20000);

-- name: ingest_undo_quarantine
DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE landing = $1 ORDER BY id LIMIT 20000);

-- name: ingest_undo_corrected
UPDATE quarantine SET corrected_by = NULL
WHERE id IN (SELECT id FROM quarantine WHERE corrected_by = $1 ORDER BY id LIMIT 20000);

-- ---- looking ----

-- name: ingest_rows_new
SELECT line FROM record WHERE id BETWEEN $1 AND $2 AND from_landing = $3 AND anchor = id AND line > $4 ORDER BY line LIMIT $5;

-- name: ingest_rows_changed
SELECT line FROM record WHERE id BETWEEN $1 AND $2 AND from_landing = $3 AND anchor <> id AND line > $4 ORDER BY line LIMIT $5;

-- name: ingest_rows_quarantined
SELECT q.line, q.column_name, q.rule, q.reason FROM quarantine q
WHERE q.landing = $1 AND q.line > $2
    AND q.id = (SELECT min(f.id) FROM quarantine f WHERE f.landing = q.landing AND f.line = q.line)
ORDER BY q.line LIMIT $3;

-- name: ingest_quarantine_of_source
SELECT q.id, q.landing, q.line, q.column_name, q.rule, q.reason, q.value_sealed, q.key,
    CASE WHEN q.corrected_by IS NOT NULL AND q.corrected_by <= s.current_landing THEN 1 ELSE 0 END
FROM quarantine q JOIN landing l ON l.id = q.landing JOIN source s ON s.id = l.source
WHERE s.name = $1 AND q.id > $2
    AND (CAST($3 AS INTEGER) = 0 OR (l.id <= s.current_landing AND (q.corrected_by IS NULL OR q.corrected_by > s.current_landing)))
ORDER BY q.id LIMIT $4;

-- name: ingest_quarantine_of_landing
SELECT q.id, q.landing, q.line, q.column_name, q.rule, q.reason, q.value_sealed, q.key,
    CASE WHEN q.corrected_by IS NOT NULL AND q.corrected_by <= s.current_landing THEN 1 ELSE 0 END
FROM quarantine q JOIN landing l ON l.id = q.landing JOIN source s ON s.id = l.source
WHERE q.landing = $1 AND s.name = $2 AND q.id > $3
    AND (CAST($4 AS INTEGER) = 0 OR q.corrected_by IS NULL OR q.corrected_by > s.current_landing)
ORDER BY q.id LIMIT $5;

-- name: ingest_quarantine_sums
SELECT column_name, rule, count(DISTINCT line) FROM quarantine WHERE landing = $1 GROUP BY column_name, rule
ORDER BY 3 DESC, 1, 2;

-- Rows in quarantine of a source's current landing that no later one put right, and of those before.
-- name: ingest_quarantine_open
SELECT count(*) FROM (SELECT DISTINCT q.landing, q.line FROM quarantine q JOIN landing l ON l.id = q.landing JOIN source s ON s.id = l.source
    WHERE s.name = $1 AND l.id <= s.current_landing AND (q.corrected_by IS NULL OR q.corrected_by > s.current_landing)) open_rows;

-- name: ingest_quarantine_columns
SELECT q.column_name, count(DISTINCT q.line) FROM quarantine q JOIN landing l ON l.id = q.landing JOIN source s ON s.id = l.source
WHERE s.name = $1 AND l.id = s.current_landing AND q.column_name IS NOT NULL GROUP BY q.column_name ORDER BY q.column_name;
