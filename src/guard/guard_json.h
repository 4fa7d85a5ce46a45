/* guard_json.h: entries of the audit and accounts as JSON: one form for the API and for `--json` on the command line.
 *
 * Each writes one object at the writer's place. Nothing is read here. */
#ifndef STAITHE_GUARD_GUARD_JSON_H
#define STAITHE_GUARD_GUARD_JSON_H

#include "base/json.h"
#include "guard/account.h"
#include "guard/audit.h"

void audit_entry_json(struct json *json, const struct audit_entry *entry, struct arena *arena);
void account_json(struct json *json, const struct account *account);

#endif
