-- What the store itself needs.

-- The next ids of a counter: gives the first of $2; the counter is made at 1 when it is new.
-- name: store_next_ids
INSERT INTO counter (name, next) VALUES ($1, 1 + CAST($2 AS INTEGER))
ON CONFLICT (name) DO UPDATE SET next = counter.next + CAST($2 AS INTEGER)
RETURNING next - CAST($2 AS INTEGER);

-- ---- check: each gives one sentence for each thing that is wrong, at most 20 ----

-- name: store_check_record_landing
SELECT 'version ' || r.id || ' came with landing ' || r.from_landing || ', which its source does not have'
FROM record r LEFT JOIN landing l ON l.id = r.from_landing AND l.source = r.source
WHERE l.id IS NULL ORDER BY r.id LIMIT 20;

-- name: store_check_record_end
SELECT 'version ' || r.id || ' was ended by landing ' || r.to_landing || ', which its source does not have'
FROM record r LEFT JOIN landing l ON l.id = r.to_landing AND l.source = r.source
WHERE r.to_landing IS NOT NULL AND l.id IS NULL ORDER BY r.id LIMIT 20;

-- name: store_check_record_order
SELECT 'version ' || r.id || ' ended with landing ' || r.to_landing || ', before it began with ' || r.from_landing
FROM record r WHERE r.to_landing IS NOT NULL AND r.to_landing <= r.from_landing ORDER BY r.id LIMIT 20;

-- name: store_check_record_source
SELECT 'version ' || r.id || ' is of source ' || r.source || ', which is not there'
FROM record r LEFT JOIN source s ON s.id = r.source WHERE s.id IS NULL ORDER BY r.id LIMIT 20;

-- name: store_check_anchor
SELECT 'anchor ' || r.anchor || ' has versions of different keys or sources, or one older than itself'
FROM record r GROUP BY r.anchor
HAVING min(r.source) <> max(r.source) OR min(r.key) <> max(r.key) OR min(r.id) < r.anchor ORDER BY r.anchor LIMIT 20;

-- name: store_check_one_version
SELECT 'anchor ' || r.anchor || ' has ' || count(*) || ' current versions'
FROM record r JOIN source s ON s.id = r.source
WHERE r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
GROUP BY r.anchor HAVING count(*) > 1 ORDER BY r.anchor LIMIT 20;

-- name: store_check_one_anchor
SELECT 'source ' || r.source || ' has ' || count(*) || ' current records of one key, the first of them version ' || min(r.id)
FROM record r JOIN source s ON s.id = r.source
WHERE r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
GROUP BY r.source, r.key HAVING count(*) > 1 ORDER BY min(r.id) LIMIT 20;

-- Rows in = new + changed + unchanged + quarantined + repeated, for each landing that was counted.
-- name: store_check_landing_sum
SELECT 'landing ' || l.id || ' took ' || l.rows_in || ' rows in and accounts for '
    || (l.rows_new + l.rows_changed + l.rows_unchanged + l.rows_quarantined + l.rows_repeated)
FROM landing l WHERE l.state IN ('current', 'held')
AND l.rows_in <> l.rows_new + l.rows_changed + l.rows_unchanged + l.rows_quarantined + l.rows_repeated ORDER BY l.id LIMIT 20;

-- name: store_check_landing_source
SELECT 'landing ' || l.id || ' is of source ' || l.source || ', which is not there'
FROM landing l LEFT JOIN source s ON s.id = l.source WHERE s.id IS NULL ORDER BY l.id LIMIT 20;

-- name: store_check_current_landing
SELECT 'source ' || s.name || ' shows landing ' || s.current_landing || ', which is not a current one of its own'
FROM source s LEFT JOIN landing l ON l.id = s.current_landing AND l.source = s.id AND l.state = 'current'
WHERE s.current_landing <> 0 AND l.id IS NULL ORDER BY s.id LIMIT 20;

-- name: store_check_record_count
SELECT 'source ' || s.name || ' has ' || count(r.id) || ' current records and its landing counted ' || l.records
FROM source s JOIN landing l ON l.id = s.current_landing
LEFT JOIN record r ON r.source = s.id AND r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)
GROUP BY s.id, s.name, l.records HAVING count(r.id) <> l.records ORDER BY s.id LIMIT 20;

-- name: store_check_quarantine
SELECT 'quarantined row ' || q.id || ' is of landing ' || q.landing || ', which is not there'
FROM quarantine q LEFT JOIN landing l ON l.id = q.landing WHERE l.id IS NULL ORDER BY q.id LIMIT 20;

-- name: store_check_edge
SELECT 'the edge ' || e.a || ' – ' || e.b || ' does not run from the lower to the higher of two anchors that are there'
FROM edge e WHERE e.a >= e.b OR NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = e.a)
OR NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = e.b) ORDER BY e.a, e.b LIMIT 20;

-- name: store_check_edge_model
SELECT 'edges were weighed by model ' || e.model || ', which is not there'
FROM edge e LEFT JOIN model m ON m.version = e.model WHERE m.version IS NULL GROUP BY e.model ORDER BY e.model LIMIT 20;

-- name: store_check_member
SELECT 'linkage ' || m.linkage || ' has a member of anchor ' || m.anchor || ', which is not there'
FROM member m WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = m.anchor) ORDER BY m.linkage, m.anchor LIMIT 20;

-- name: store_check_member_source
SELECT 'linkage ' || m.linkage || ' has anchor ' || m.anchor || ' as another source''s than it is'
FROM member m JOIN record r ON r.id = m.anchor WHERE m.source IS NULL OR m.source <> r.source ORDER BY m.linkage, m.anchor LIMIT 20;

-- name: store_check_member_linkage
SELECT 'members are of linkage ' || m.linkage || ', which is not there'
FROM member m LEFT JOIN linkage l ON l.id = m.linkage WHERE l.id IS NULL GROUP BY m.linkage ORDER BY m.linkage LIMIT 20;

-- name: store_check_decision
SELECT 'decision ' || d.id || ' is not of the lower and the higher of two anchors that are there'
FROM decision d WHERE d.a >= d.b OR NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = d.a)
OR NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = d.b) ORDER BY d.id LIMIT 20;

-- name: store_check_decision_undone
SELECT 'decision ' || d.id || ' is undone by nobody, or by somebody at no time'
FROM decision d WHERE (d.undone_by IS NULL) <> (d.undone_at IS NULL) ORDER BY d.id LIMIT 20;

-- name: store_check_doubt
SELECT 'the doubt about ' || d.a || ' – ' || d.b || ' is not of the lower and the higher of two anchors that are there'
FROM doubt d WHERE d.a >= d.b OR NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = d.a)
OR NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = d.b) ORDER BY d.a, d.b LIMIT 20;

-- name: store_check_residence
SELECT 'a residence is of anchor ' || x.anchor || ', which is not there'
FROM residence x WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.anchor = x.anchor) ORDER BY x.anchor LIMIT 20;

-- name: store_check_entry
SELECT 'entry ' || x.entry || ' about anchor ' || x.anchor || ' is not there'
FROM entry_anchor x LEFT JOIN entry e ON e.id = x.entry WHERE e.id IS NULL ORDER BY x.entry, x.anchor LIMIT 20;

-- name: store_check_concern
SELECT 'concern ' || c.id || ' is ' || c.state || ' and ' || CASE WHEN c.closed_at IS NULL THEN 'was never closed' ELSE 'was closed' END
FROM concern c WHERE (c.state = 'closed') <> (c.closed_at IS NOT NULL) ORDER BY c.id LIMIT 20;

-- name: store_check_session
SELECT 'a session is of account ' || x.account || ', which is not there'
FROM session x LEFT JOIN account a ON a.id = x.account WHERE a.id IS NULL ORDER BY x.account LIMIT 20;

-- Ids that were given out may not be given again.
-- name: store_check_counter
SELECT 'the counter ' || c.name || ' stands at ' || c.next || ' and the ids that are used reach ' || x.used
FROM counter c JOIN (SELECT 'record' AS name, max(id) AS used FROM record UNION ALL SELECT 'landing', max(id) FROM landing) x
ON x.name = c.name WHERE c.next <= x.used ORDER BY c.name LIMIT 20;

-- name: store_check_sources
SELECT id, name FROM source ORDER BY id;
