-- Accounts, sessions, failed sign-ins, and the record of changes.

-- name: account_by_name
SELECT id, name, shown, agency, roles, password_hash, demonstration, disabled, made_at FROM account WHERE name = $1;

-- name: account_by_id
SELECT id, name, shown, agency, roles, password_hash, demonstration, disabled, made_at FROM account WHERE id = $1;

-- name: account_list
SELECT id, name, shown, agency, roles, password_hash, demonstration, disabled, made_at FROM account ORDER BY name;

-- name: account_counts
-- All of them, and those of demonstration.
SELECT COUNT(*), COALESCE(SUM(demonstration), 0) FROM account;

-- name: account_insert
INSERT INTO account (id, name, shown, agency, roles, password_hash, demonstration, disabled, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8);

-- name: account_set_password
UPDATE account SET password_hash = $2 WHERE id = $1;

-- name: account_set_disabled
UPDATE account SET disabled = $2 WHERE id = $1;

-- name: account_set_roles
UPDATE account SET roles = $2 WHERE id = $1;

-- name: account_delete_demonstration
DELETE FROM account WHERE demonstration = 1;

-- name: session_by_token
SELECT s.account, s.role, s.purpose, s.csrf, s.made_at, s.seen_at, s.ends_at, s.caller_checked,
    a.name, a.shown, a.agency, a.roles, a.demonstration, a.disabled
FROM session s JOIN account a ON a.id = s.account WHERE s.token_digest = $1;

-- name: session_insert
INSERT INTO session (token_digest, account, role, purpose, csrf, made_at, seen_at, ends_at, caller_checked)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, NULL);

-- name: session_seen
UPDATE session SET seen_at = $2 WHERE token_digest = $1;

-- name: session_choose
UPDATE session SET role = $2, purpose = $3, caller_checked = NULL WHERE token_digest = $1;

-- name: session_caller
UPDATE session SET caller_checked = $2 WHERE token_digest = $1;

-- name: session_delete
DELETE FROM session WHERE token_digest = $1;

-- All of an account's but the one given.
-- name: session_delete_others
DELETE FROM session WHERE account = $1 AND token_digest <> $2;

-- name: session_delete_demonstration
DELETE FROM session WHERE account IN (SELECT id FROM account WHERE demonstration = 1);

-- name: session_sweep
DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2;

-- name: signin_failure_insert
INSERT INTO signin_failure (name, at) VALUES ($1, $2);

-- name: signin_failure_count
SELECT COUNT(*), COALESCE(MAX(at), 0) FROM signin_failure WHERE name = $1 AND at > $2;

-- name: signin_failure_forget
DELETE FROM signin_failure WHERE name = $1;

-- name: signin_failure_sweep
DELETE FROM signin_failure WHERE at <= $1;

-- name: change_insert
INSERT INTO change (id, at, account, role, purpose, what, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- Newest first; an empty text lets all through.
-- name: change_page
SELECT id, at, account, role, purpose, what, subject, detail FROM change
WHERE id < $1 AND (CAST($2 AS TEXT) = '' OR account = $2) AND (CAST($3 AS TEXT) = '' OR what = $3)
    AND (CAST($4 AS TEXT) = '' OR subject = $4)
ORDER BY id DESC LIMIT $5;
