#include "guard/guard_json.h"

void audit_entry_json(struct json *json, const struct audit_entry *entry, struct arena *arena)
{
    json_object(json);
    json_pair_integer(json, "id", entry->id);
    json_pair_text(json, "at", time_iso(arena, entry->at));
    json_pair_text(json, "account", entry->account);
    json_pair_text(json, "role", entry->role);
    json_pair_text(json, "purpose", entry->purpose);
    json_pair_text(json, "agreements", entry->agreements);
    json_pair_text(json, "action", entry->action);
    json_pair_integer(json, "linkage", entry->linkage);
    json_pair_text(json, "subject", entry->subject);
    json_pair_text(json, "anchors", entry->anchors);
    json_pair_text(json, "fields", entry->fields);
    json_pair_text(json, "place", entry->place);
    json_pair_text(json, "hash", digest_hex(arena, &entry->hash));
    json_end(json);
}

void account_json(struct json *json, const struct account *account)
{
    json_object(json);
    json_pair_text(json, "name", account->name);
    json_pair_text(json, "shown", account->shown);
    json_pair_text(json, "agency", account->agency);
    json_pair_text(json, "roles", account->roles);
    json_pair_bool(json, "demonstration", account->demonstration);
    json_pair_bool(json, "disabled", account->disabled);
    json_end(json);
}
