-- The hub: linking, entities, search, the single view, stewardship, what people write.
-- A list of anchors or entities comes as one argument: JSON for SQLite, an array for PostgreSQL (hub/reading.c, id_list).

-- ---- sources and records ----

-- name: hub_sources
SELECT s.name, s.id, s.current_landing, l.received_at, l.as_at FROM source s
LEFT JOIN landing l ON l.id = s.current_landing
ORDER BY s.name;

-- The source's records lie in the ranges of ids that its landings name. CROSS JOIN keeps SQLite walking them in that order.
-- name: hub_current_keys sqlite
SELECT r.anchor, r.key, r.hash, l.received_at, l.as_at FROM source s
CROSS JOIN landing l ON l.source = s.id AND l.id <= s.current_landing AND l.record_last > 0
CROSS JOIN record r ON r.id BETWEEN l.record_first AND l.record_last AND r.from_landing = l.id
WHERE s.id = $1 AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
ORDER BY r.anchor, r.id;
-- name: hub_current_keys postgresql
SELECT r.anchor, r.key, r.hash, l.received_at, l.as_at FROM source s
JOIN landing l ON l.source = s.id AND l.id <= s.current_landing AND l.record_last > 0
JOIN record r ON r.id BETWEEN l.record_first AND l.record_last AND r.from_landing = l.id
WHERE s.id = $1 AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
ORDER BY r.anchor, r.id;

-- Current versions of these anchors, whatever their source.
-- name: hub_versions sqlite
SELECT r.anchor, r.id, s.name, r.key, r.hash, l.received_at, l.as_at FROM record r JOIN source s ON s.id = r.source
JOIN landing l ON l.id = r.from_landing
WHERE r.anchor IN (SELECT value FROM json_each($1))
AND r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
ORDER BY s.name, r.key, r.anchor;
-- name: hub_versions postgresql
SELECT r.anchor, r.id, s.name, r.key, r.hash, l.received_at, l.as_at FROM record r JOIN source s ON s.id = r.source
JOIN landing l ON l.id = r.from_landing
WHERE r.anchor = ANY (CAST($1 AS BIGINT[]))
AND r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
ORDER BY s.name, r.key, r.anchor;

-- ---- what changed since a linking ----

-- name: hub_linking_last
SELECT id, number, model, basis, records, edges, homes, placed, placed_by_address FROM linking ORDER BY number DESC LIMIT 1;

-- name: hub_linking_basis
SELECT basis FROM linking WHERE id = $1;

-- name: hub_linking_insert
INSERT INTO linking (id, number, at, model, basis, records, edges, homes, placed, placed_by_address)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: hub_linking_landings_insert
INSERT INTO linking_landing (linking, source, landing) SELECT CAST($1 AS INTEGER), s.id, s.current_landing FROM source s;

-- name: hub_linking_forget
DELETE FROM linking WHERE number <= $1;

-- name: hub_linking_landings_forget
DELETE FROM linking_landing WHERE linking NOT IN (SELECT id FROM linking);

-- Anchors of which a version came or went in landings that were shown after a linking. CROSS JOIN keeps SQLite beginning with those.
-- name: hub_changed_since sqlite
SELECT r.anchor, s.name FROM source s LEFT JOIN linking_landing v ON v.linking = $1 AND v.source = s.id
CROSS JOIN landing l ON l.source = s.id AND l.id > coalesce(v.landing, 0) AND l.id <= s.current_landing AND l.record_last > 0
CROSS JOIN record r ON r.id BETWEEN l.record_first AND l.record_last AND r.from_landing = l.id
UNION
SELECT r.anchor, s.name FROM source s LEFT JOIN linking_landing v ON v.linking = $1 AND v.source = s.id
CROSS JOIN landing l ON l.source = s.id AND l.id > coalesce(v.landing, 0) AND l.id <= s.current_landing
CROSS JOIN record r ON r.to_landing = l.id
ORDER BY 1, 2;
-- name: hub_changed_since postgresql
SELECT r.anchor, s.name FROM source s LEFT JOIN linking_landing v ON v.linking = $1 AND v.source = s.id
JOIN landing l ON l.source = s.id AND l.id > coalesce(v.landing, 0) AND l.id <= s.current_landing AND l.record_last > 0
JOIN record r ON r.id BETWEEN l.record_first AND l.record_last AND r.from_landing = l.id
UNION
SELECT r.anchor, s.name FROM source s LEFT JOIN linking_landing v ON v.linking = $1 AND v.source = s.id
JOIN landing l ON l.source = s.id AND l.id > coalesce(v.landing, 0) AND l.id <= s.current_landing
JOIN record r ON r.to_landing = l.id
ORDER BY 1, 2;

-- The versions of these anchors that stood when a linking was made.
-- name: hub_versions_at sqlite
SELECT r.anchor, r.id, s.name, r.key, r.hash, l.received_at, l.as_at FROM record r JOIN source s ON s.id = r.source
JOIN linking_landing v ON v.linking = $2 AND v.source = r.source JOIN landing l ON l.id = r.from_landing
WHERE r.anchor IN (SELECT value FROM json_each($1))
AND r.from_landing <= v.landing AND (r.to_landing IS NULL OR r.to_landing > v.landing)
ORDER BY s.name, r.key, r.anchor;
-- name: hub_versions_at postgresql
SELECT r.anchor, r.id, s.name, r.key, r.hash, l.received_at, l.as_at FROM record r JOIN source s ON s.id = r.source
JOIN linking_landing v ON v.linking = $2 AND v.source = r.source JOIN landing l ON l.id = r.from_landing
WHERE r.anchor = ANY (CAST($1 AS BIGINT[]))
AND r.from_landing <= v.landing AND (r.to_landing IS NULL OR r.to_landing > v.landing)
ORDER BY s.name, r.key, r.anchor;

-- Where the current version of each of these anchors came from.
-- name: hub_evidence sqlite
SELECT r.anchor, r.id, s.name, r.from_landing, r.line, l.file_name, l.file_digest, l.received_at, l.as_at
FROM record r JOIN source s ON s.id = r.source JOIN landing l ON l.id = r.from_landing
WHERE r.anchor IN (SELECT value FROM json_each($1))
AND r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
ORDER BY s.name, r.anchor;
-- name: hub_evidence postgresql
SELECT r.anchor, r.id, s.name, r.from_landing, r.line, l.file_name, l.file_digest, l.received_at, l.as_at
FROM record r JOIN source s ON s.id = r.source JOIN landing l ON l.id = r.from_landing
WHERE r.anchor = ANY (CAST($1 AS BIGINT[]))
AND r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
ORDER BY s.name, r.anchor;

-- All versions of one anchor that were ever visible, newest first; the last column says which one stands now.
-- name: hub_evidence_versions
SELECT r.anchor, r.id, s.name, r.from_landing, r.line, l.file_name, l.file_digest, l.received_at, l.as_at,
CASE WHEN r.to_landing IS NULL OR r.to_landing > s.current_landing THEN 1 ELSE 0 END
FROM record r JOIN source s ON s.id = r.source JOIN landing l ON l.id = r.from_landing
WHERE r.anchor = $1 AND r.from_landing <= s.current_landing
ORDER BY r.id DESC;

-- ---- the model ----

-- name: hub_model_in_force
SELECT version, body, specification FROM model WHERE kind = $1 AND adopted_at IS NOT NULL ORDER BY version DESC LIMIT 1;

-- name: hub_model_insert
INSERT INTO model (version, kind, body, digest, made_at, made_by, adopted_at, specification) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- ---- linkages and members ----

-- name: hub_linkage_find
SELECT id, linked_at FROM linkage WHERE kind = $1 AND sources = $2;

-- name: hub_linkage_insert
INSERT INTO linkage (id, kind, sources, linked_at) VALUES ($1, $2, $3, $4);

-- name: hub_linkage_update
UPDATE linkage SET linked_at = $2, digest = $3, records = $4, entities = $5 WHERE id = $1;

-- name: hub_linkages
SELECT id, sources, digest, records, entities, linked_at FROM linkage WHERE kind = $1 AND linked_at IS NOT NULL ORDER BY id;

-- name: hub_linkage_forget
UPDATE linkage SET linked_at = NULL, digest = NULL WHERE id = $1;

-- name: hub_members_all
SELECT anchor, entity FROM member WHERE linkage = $1 ORDER BY anchor;

-- name: hub_members_delete_all
DELETE FROM member WHERE linkage = $1;

-- name: hub_member_delete
DELETE FROM member WHERE linkage = $1 AND anchor = $2;

-- name: hub_member
SELECT entity FROM member WHERE linkage = $1 AND anchor = $2;

-- name: hub_members_of
SELECT anchor FROM member WHERE linkage = $1 AND entity = $2 ORDER BY anchor;

-- name: hub_entities_of_anchors sqlite
SELECT anchor, entity FROM member WHERE linkage = $1 AND anchor IN (SELECT value FROM json_each($2)) ORDER BY anchor;
-- name: hub_entities_of_anchors postgresql
SELECT anchor, entity FROM member WHERE linkage = $1 AND anchor = ANY (CAST($2 AS BIGINT[])) ORDER BY anchor;

-- name: hub_members_of_entities sqlite
SELECT entity, anchor, source FROM member
WHERE linkage = $1 AND entity IN (SELECT value FROM json_each($2)) ORDER BY entity, anchor;
-- name: hub_members_of_entities postgresql
SELECT entity, anchor, source FROM member
WHERE linkage = $1 AND entity = ANY (CAST($2 AS BIGINT[])) ORDER BY entity, anchor;

-- name: hub_event_insert
INSERT INTO entity_event (id, linkage, at, kind, entity, other, cause) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: hub_events_of
SELECT at, kind, other, cause FROM entity_event WHERE linkage = $1 AND entity = $2 ORDER BY id DESC LIMIT 50;

-- name: hub_events_since
SELECT id, at, kind, entity, other, cause FROM entity_event WHERE linkage = $1 AND id > $2 ORDER BY id LIMIT $3;

-- Into which entity this one went when it ended.
-- name: hub_entity_went
SELECT other FROM entity_event WHERE linkage = $1 AND entity = $2 AND kind = 'into' ORDER BY id DESC LIMIT 1;

-- ---- edges and doubts ----

-- name: hub_edges_all
SELECT a, b, weight, verdict, guard, pattern, model FROM edge ORDER BY a, b;

-- name: hub_edges_delete_all
DELETE FROM edge;

-- name: hub_edge_delete
DELETE FROM edge WHERE a = $1 AND b = $2;

-- name: hub_edges_at sqlite
SELECT a, b, weight, verdict, guard, pattern FROM edge WHERE a IN (SELECT value FROM json_each($1))
UNION
SELECT a, b, weight, verdict, guard, pattern FROM edge WHERE b IN (SELECT value FROM json_each($1))
ORDER BY 1, 2;
-- name: hub_edges_at postgresql
SELECT a, b, weight, verdict, guard, pattern FROM edge WHERE a = ANY (CAST($1 AS BIGINT[]))
UNION
SELECT a, b, weight, verdict, guard, pattern FROM edge WHERE b = ANY (CAST($1 AS BIGINT[]))
ORDER BY 1, 2;

-- name: hub_doubts_all
SELECT a, b, weight, why, found_at, pattern, unsure FROM doubt ORDER BY a, b;

-- name: hub_doubt_delete
DELETE FROM doubt WHERE a = $1 AND b = $2;

-- name: hub_doubt_insert
INSERT INTO doubt (a, b, weight, why, found_at, pattern, unsure) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: hub_doubts_at sqlite
SELECT a, b, weight, why, found_at, pattern, unsure FROM doubt
WHERE a IN (SELECT value FROM json_each($1)) OR b IN (SELECT value FROM json_each($1)) ORDER BY a, b;
-- name: hub_doubts_at postgresql
SELECT a, b, weight, why, found_at, pattern, unsure FROM doubt
WHERE a = ANY (CAST($1 AS BIGINT[])) OR b = ANY (CAST($1 AS BIGINT[])) ORDER BY a, b;

-- name: hub_doubts_page
SELECT q.a, q.b, q.weight, q.why, q.found_at, q.alike FROM (
    SELECT d.a, d.b, d.weight, d.why, d.found_at,
        ROW_NUMBER() OVER (PARTITION BY d.pattern ORDER BY d.unsure DESC, d.a, d.b)
            + (SELECT COUNT(*) FROM decision x WHERE x.pattern = d.pattern AND x.undone_at IS NULL) AS turn,
        SUM(d.unsure) OVER (PARTITION BY d.pattern) AS teaches,
        COUNT(*) OVER (PARTITION BY d.pattern) AS alike
    FROM doubt d) q
ORDER BY q.turn, q.teaches DESC, q.a, q.b LIMIT $1 OFFSET $2;

-- name: hub_doubts_count
SELECT COUNT(*) FROM doubt;

-- name: hub_doubt
SELECT weight, why, found_at FROM doubt WHERE a = $1 AND b = $2;

-- ---- decisions ----

-- name: hub_decisions_in_force
SELECT a, b, verdict FROM decision WHERE undone_at IS NULL ORDER BY a, b;

-- Stewards' joins of two records that are of two people all the same.
-- name: hub_joins_refused
SELECT COUNT(*) FROM decision d JOIN member x ON x.linkage = $1 AND x.anchor = d.a JOIN member y ON y.linkage = $1 AND y.anchor = d.b
WHERE d.undone_at IS NULL AND d.verdict = 'join' AND x.entity <> y.entity;

-- name: hub_decision_in_force
SELECT id, verdict, decided_by, decided_at, reason FROM decision WHERE a = $1 AND b = $2 AND undone_at IS NULL;

-- name: hub_decisions_at sqlite
SELECT a, b, verdict, decided_by, decided_at, reason, id FROM decision WHERE undone_at IS NULL AND a IN (SELECT value FROM json_each($1))
UNION
SELECT a, b, verdict, decided_by, decided_at, reason, id FROM decision WHERE undone_at IS NULL AND b IN (SELECT value FROM json_each($1))
ORDER BY 1, 2;
-- name: hub_decisions_at postgresql
SELECT a, b, verdict, decided_by, decided_at, reason, id FROM decision WHERE undone_at IS NULL AND a = ANY (CAST($1 AS BIGINT[]))
UNION
SELECT a, b, verdict, decided_by, decided_at, reason, id FROM decision WHERE undone_at IS NULL AND b = ANY (CAST($1 AS BIGINT[]))
ORDER BY 1, 2;

-- name: hub_decision
SELECT a, b, verdict, decided_by, decided_at, undone_by, undone_at FROM decision WHERE id = $1;

-- name: hub_decision_insert
INSERT INTO decision (id, a, b, verdict, decided_by, decided_at, reason, pattern)
VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT d.pattern FROM doubt d WHERE d.a = $2 AND d.b = $3));

-- name: hub_decision_undo
UPDATE decision SET undone_by = $2, undone_at = $3, undone_reason = $4 WHERE id = $1 AND undone_at IS NULL;

-- name: hub_decisions_list
SELECT id, a, b, verdict, decided_by, decided_at, reason, undone_by, undone_at, undone_reason FROM decision
WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- ---- concerns ----

-- name: hub_concern_insert
INSERT INTO concern (id, linkage, entity, anchor, said_by, said_at, purpose, words, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open');

-- name: hub_concerns
SELECT c.id, c.anchor, c.said_by, c.said_at, c.purpose, c.words, c.state, c.closed_by, c.closed_at, c.answer, s.name, m.entity
FROM concern c LEFT JOIN record r ON r.id = c.anchor LEFT JOIN source s ON s.id = r.source
LEFT JOIN member m ON m.linkage = $1 AND m.anchor = c.anchor
WHERE c.state = 'open' AND c.id > $2
ORDER BY c.id LIMIT $3;

-- name: hub_concerns_closed
SELECT c.id, c.anchor, c.said_by, c.said_at, c.purpose, c.words, c.state, c.closed_by, c.closed_at, c.answer, s.name, m.entity
FROM concern c LEFT JOIN record r ON r.id = c.anchor LEFT JOIN source s ON s.id = r.source
LEFT JOIN member m ON m.linkage = $1 AND m.anchor = c.anchor
WHERE c.state = 'closed' AND ($2 = 0 OR c.id < $2)
ORDER BY c.id DESC LIMIT $3;

-- name: hub_concerns_mine
SELECT c.id, c.anchor, c.said_by, c.said_at, c.purpose, c.words, c.state, c.closed_by, c.closed_at, c.answer, s.name, m.entity
FROM concern c LEFT JOIN record r ON r.id = c.anchor LEFT JOIN source s ON s.id = r.source
LEFT JOIN member m ON m.linkage = $1 AND m.anchor = c.anchor
WHERE c.said_by = $2
ORDER BY c.id DESC LIMIT $3;

-- name: hub_concerns_open_at sqlite
SELECT COUNT(*) FROM concern WHERE state = 'open' AND anchor IN (SELECT value FROM json_each($1));
-- name: hub_concerns_open_at postgresql
SELECT COUNT(*) FROM concern WHERE state = 'open' AND anchor = ANY (CAST($1 AS BIGINT[]));

-- name: hub_concern_close
UPDATE concern SET state = 'closed', closed_by = $2, closed_at = $3, answer = $4 WHERE id = $1 AND state = 'open';

-- name: hub_concern_state
SELECT state, closed_by FROM concern WHERE id = $1;

-- ---- homes ----

-- name: hub_homes_all
SELECT uprn, entity, kind, address, postcode, locality, town, district FROM home ORDER BY uprn;

-- name: hub_home_delete
DELETE FROM home WHERE uprn = $1;

-- name: hub_home
SELECT uprn, entity, kind, address, postcode, locality, town, district FROM home WHERE uprn = $1;

-- name: hub_homes_at sqlite
SELECT uprn, kind, address, postcode FROM home WHERE uprn IN (SELECT value FROM json_each($1)) ORDER BY uprn;
-- name: hub_homes_at postgresql
SELECT uprn, kind, address, postcode FROM home WHERE uprn = ANY (CAST($1 AS TEXT[])) ORDER BY uprn;

-- Homes of a postcode, or of its beginning.
-- name: hub_homes_in_postcode
SELECT uprn, kind, address, postcode FROM home WHERE postcode >= $1 AND postcode < $2 ORDER BY postcode, uprn LIMIT $3;

-- name: hub_residences_all
SELECT anchor, uprn, from_date, until_date, how FROM residence ORDER BY anchor, uprn;

-- name: hub_residence_delete
DELETE FROM residence WHERE anchor = $1 AND uprn = $2;

-- name: hub_residences_of sqlite
SELECT anchor, uprn, from_date, until_date, how FROM residence WHERE anchor IN (SELECT value FROM json_each($1)) ORDER BY anchor, uprn;
-- name: hub_residences_of postgresql
SELECT anchor, uprn, from_date, until_date, how FROM residence WHERE anchor = ANY (CAST($1 AS BIGINT[])) ORDER BY anchor, uprn;

-- Who a home's records are of, in one linkage, with each record's source. CROSS JOIN keeps SQLite beginning with the home.
-- name: hub_residents
SELECT m.entity, v.anchor, v.from_date, v.until_date, v.how, s.name
FROM residence v CROSS JOIN member m CROSS JOIN source s
WHERE v.uprn = $2 AND m.linkage = $1 AND m.anchor = v.anchor AND s.id = m.source
ORDER BY m.entity, v.anchor LIMIT 2000;

-- ---- what people write ----

-- name: hub_entry_insert
INSERT INTO entry (id, kind, source, list, outcome, on_date, words, uprn, written_by, role, purpose, agreement, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: hub_entry_anchor_insert
INSERT INTO entry_anchor (entry, anchor) VALUES ($1, $2);

-- name: hub_entries_of sqlite
SELECT DISTINCT e.id, e.kind, e.source, e.list, e.outcome, e.on_date, e.words, e.uprn, e.written_by, e.role, e.purpose, e.agreement, e.written_at
FROM entry e WHERE e.id IN (SELECT entry FROM entry_anchor WHERE anchor IN (SELECT value FROM json_each($1)))
OR (e.uprn = $2 AND e.kind <> 'contact_note')
ORDER BY e.id DESC LIMIT 200;
-- name: hub_entries_of postgresql
SELECT DISTINCT e.id, e.kind, e.source, e.list, e.outcome, e.on_date, e.words, e.uprn, e.written_by, e.role, e.purpose, e.agreement, e.written_at
FROM entry e WHERE e.id IN (SELECT entry FROM entry_anchor WHERE anchor = ANY (CAST($1 AS BIGINT[])))
OR (e.uprn = $2 AND e.kind <> 'contact_note')
ORDER BY e.id DESC LIMIT 200;

-- name: hub_entries_of_list
SELECT e.id, e.kind, e.source, e.list, e.outcome, e.on_date, e.words, e.uprn, e.written_by, e.role, e.purpose, e.agreement, e.written_at
FROM entry e WHERE e.list = $1 ORDER BY e.id DESC;

-- name: hub_entry_anchors_of_list
SELECT e.id, x.anchor FROM entry e JOIN entry_anchor x ON x.entry = e.id WHERE e.list = $1 ORDER BY e.id DESC, x.anchor;

-- name: hub_entry_anchors_at sqlite
SELECT entry, anchor FROM entry_anchor WHERE entry IN (SELECT value FROM json_each($1)) ORDER BY entry DESC, anchor;
-- name: hub_entry_anchors_at postgresql
SELECT entry, anchor FROM entry_anchor WHERE entry = ANY (CAST($1 AS BIGINT[])) ORDER BY entry DESC, anchor;
