/* api_register.c: for programs: the agreements, who sees what under which clause, and the accounts. */
#include "web/asked.h"
#include "web/pages.h"

#include "guard/guard_json.h"

static const char *const subjects_names[] = {"all", "adults", "children"};

static void put_names(struct json *json, const char *key, const struct slice *names, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_text(json, names[i]);
    json_end(json);
}

static void put_clause(struct json *json, const struct clause *c)
{
    json_object(json);
    json_pair_text(json, "clause", c->name);
    json_pair_text(json, "source", c->source);
    put_names(json, "roles", c->roles, c->role_count);
    put_names(json, "purposes", c->purposes, c->purpose_count);
    json_pair_bool(json, "match", c->match);
    json_pair_bool(json, "show_all", c->show_all);
    put_names(json, "show", c->show, c->show_count);
    json_pair_bool(json, "count", c->count);
    json_pair_text(json, "subjects", slice_of(subjects_names[c->subjects]));
    json_end(json);
}

static void put_agreement(struct call *call, struct json *json, const struct agreement *a)
{
    struct arena *arena = call->arena;
    json_object(json);
    json_pair_text(json, "name", a->name);
    json_pair_text(json, "title", a->title);
    put_names(json, "between", a->parties, a->party_count);
    put_names(json, "purposes", a->purposes, a->purpose_count);
    json_pair_text(json, "lawful_basis", a->lawful_basis);
    json_pair_text(json, "from", date_iso(arena, a->from));
    json_pair_text(json, "until", date_iso(arena, a->until));
    json_pair_bool(json, "in_force", agreement_in_force(a, guard_today(call->web->options.guard)));
    json_pair_text(json, "digest", digest_hex(arena, &a->digest));
    json_key(json, "clauses");
    json_array(json);
    for (size_t k = 0; k < a->clause_count; k++)
        put_clause(json, &a->clauses[k]);
    json_end(json);
}

bool api_agreements(struct call *call, struct error *err)
{
    (void)err;
    const struct catalogue *catalogue = call->catalogue;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_array(&json);
    for (size_t i = 0; i < catalogue->agreement_count; i++) {
        put_agreement(call, &json, &catalogue->agreements[i]);
        json_end(&json);
    }
    json_end(&json);
    return call_json(call, &out);
}

static void pair_date(struct json *json, const char *key, struct date date, struct arena *arena)
{
    if (date_known(date))
        json_pair_text(json, key, date_iso(arena, date));
}

bool api_agreement(struct call *call, struct error *err)
{
    const struct agreement *a;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!agreement_asked(call, &a, err))
        return false;
    put_agreement(call, &json, a);
    json_pair_text(&json, "about", a->about);
    json_pair_text(&json, "special_category", a->special_category);
    pair_date(&json, "review", a->review, call->arena);
    pair_date(&json, "withdrawn", a->withdrawn, call->arena);
    json_pair_text(&json, "text", a->text);
    json_end(&json);
    return call_json(call, &out);
}

bool api_who_sees(struct call *call, struct error *err)
{
    struct seers asked;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!seers_asked(call, &asked, err))
        return false;
    json_array(&json);
    for (size_t i = 0; i < asked.count; i++) {
        const struct grant_seer *seer = &asked.seers[i];
        json_object(&json);
        json_pair_text(&json, "agency", seer->agency);
        json_pair_text(&json, "role", seer->role);
        json_pair_text(&json, "purpose", seer->purpose);
        json_pair_text(&json, "agreement", seer->agreement->name);
        json_pair_text(&json, "clause", seer->clause->name);
        json_pair_bool(&json, "match", (seer->uses & USE_MATCH) != 0);
        json_pair_bool(&json, "show", (seer->uses & USE_SHOW) != 0);
        json_pair_bool(&json, "count", (seer->uses & USE_COUNT) != 0);
        json_pair_text(&json, "subjects", slice_of(subjects_names[seer->subjects]));
        json_end(&json);
    }
    json_end(&json);
    return call_json(call, &out);
}

bool api_accounts(struct call *call, struct error *err)
{
    struct account *accounts;
    size_t count;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!account_list(call->session, call->arena, &accounts, &count, err))
        return false;
    json_array(&json);
    for (size_t i = 0; i < count; i++)
        account_json(&json, &accounts[i]);
    json_end(&json);
    return call_json(call, &out);
}

bool api_account(struct call *call, struct error *err)
{
    struct account account;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!account_find(call->session, request_value(call->request, S("name")), call->arena, &account, err))
        return false;
    account_json(&json, &account);
    return call_json(call, &out);
}
