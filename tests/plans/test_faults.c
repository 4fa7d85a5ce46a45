/* Each change of the disk that a row's writing makes, refused once or the last before the power goes: the journal's
 * entry and its line in the audit of changes are both there afterwards, or neither is. */
#include "base/fault_host.h"
#include "guard/account.h"
#include "guard/scene.h"
#include "plans/little_plan.h"
#include "plans/register.h"

#include <errno.h>
#include <stdio.h>

struct place {
    char folder[64];
    struct arena *arena;
    struct slice county, start, root, after;
    const struct catalogue *catalogue;
    struct slice token;
};

struct opened {
    struct arena *arena;
    struct store *hub, *audit;
    struct guard *guard;
    struct plans *plans;
};

static bool open_in(struct place *p, struct slice folder, const struct host *host, struct opened *o, struct error *err)
{
    *o = (struct opened){.arena = arena_make(0)};
    struct store_options hub = {
        .address = arena_format(o->arena, "%.*s/hub.db", PRINT(folder)), .host = host, .create = true};
    struct store_options audit = {.address = arena_format(o->arena, "%.*s/audit.db", PRINT(folder)),
                                  .host = host,
                                  .schema = STORE_AUDIT,
                                  .create = true};
    if (!store_open(&hub, &o->hub, err) || !store_open(&audit, &o->audit, err))
        return false;
    const struct guard_options options = {.store = o->hub,
                                          .audit_store = o->audit,
                                          .catalogue = guard_fixed_catalogue(p->catalogue),
                                          .host = host,
                                          .folder = folder,
                                          .cheap_passwords = true};
    o->plans = plans_make(host_real());
    return guard_open(&options, &o->guard, err);
}

static void close_it(struct opened *o)
{
    arena_free(o->arena);
    plans_free(o->plans);
    guard_close(o->guard);
    store_close(o->audit);
    store_close(o->hub);
}

static void make_county(struct place *p)
{
    struct error err = NO_ERROR;
    struct slice text;
    p->county = arena_format(p->arena, "%s/county", p->folder);
    scene_write_county(p->county, p->arena);
    GOOD(host_read_file(host_real(), arena_format(p->arena, "%.*s/county.yaml", PRINT(p->county)), 1 << 20, p->arena,
                        &text, &err));
    size_t at = slice_search(text, S("roles:\n"));
    scene_write(p->county, "county.yaml",
                arena_cstr(p->arena, arena_format(p->arena, "%.*s%s%.*s", PRINT(slice_part(text, 0, at)), little_roles,
                                                  PRINT(slice_part(text, at + 7, text.len)))),
                p->arena);
    GOOD(host_make_folder(host_real(), arena_format(p->arena, "%.*s/plan", PRINT(p->county)), &err));
    scene_write(p->county, "plan/little.plan", little_plan, p->arena);
    scene_write(p->county, "agreements/planning.yaml", little_agreement, p->arena);
    p->catalogue = scene_read_county(p->county, p->arena);
}

/* A hub with one officer who is signed in. */
static void make_start(struct place *p)
{
    struct error err = NO_ERROR;
    struct opened o;
    struct guard_session *session, *admin;
    struct slice roles[] = {S("admin")}, finance[] = {S("finance")}, token;
    const struct guard_visit visit = {.place = S("test"), .client = S("192.0.2.7")};
    struct account_options who = {S("ada.admin"), S("Ada"), S("council"), roles, 1, S(SCENE_WORD)};
    GOOD(host_make_folder(host_real(), p->start, &err));
    GOOD(open_in(p, p->start, host_real(), &o, &err));
    GOOD(account_first_administrator(o.guard, &who, &err));
    GOOD(guard_sign_in(o.guard, S("ada.admin"), S(SCENE_WORD), &visit, o.arena, &token, &admin, &err));
    who = (struct account_options){S("frank"), S("Frank"), S("council"), finance, 1, S(SCENE_WORD)};
    GOOD(account_make(admin, &who, &err));
    GOOD(guard_sign_in(o.guard, S("frank"), S(SCENE_WORD), &visit, o.arena, &token, &session, &err));
    p->token = arena_copy(p->arena, token);
    close_it(&o);
}

static int set_up(void **state)
{
    struct arena *arena = arena_make(0);
    struct place *p = arena_new(arena, struct place);
    p->arena = arena;
    fault_temporary_folder(p->folder);
    p->start = arena_format(arena, "%s/start", p->folder);
    p->root = arena_format(arena, "%s/root", p->folder);
    p->after = arena_format(arena, "%s/after", p->folder);
    make_county(p);
    make_start(p);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    fault_remove_tree(slice_of(p->folder));
    arena_free(p->arena);
    return 0;
}

/* Everything up to the writing; the caller then asks for a fault. */
static bool ready(struct place *p, struct opened *o, struct guard_session **ret, const struct open_plan **ret_plan,
                  struct register_change *change, struct error *err)
{
    struct register_row row;
    const struct guard_visit visit = {.token = p->token, .place = S("test"), .client = S("192.0.2.7")};
    if (!guard_resume(o->guard, &visit, o->arena, ret, err) ||
        !plans_open(o->plans, *ret, &(struct plan_wanted){.name = S("little")}, o->arena, ret_plan, err) ||
        !register_find(*ret_plan, PLAN_SAVINGS, S("S-1"), o->arena, &row, err))
        return false;
    *change = (struct register_change){.row = row.row, .seen = row.seen, .reason = S("Slower")};
    change->row.lines[0].figures[1] = S("-0.250");
    return true;
}

/* 0: before; 1: after; the test fails on anything between. */
static int64_t state_of(struct place *p, struct slice folder)
{
    struct error err = NO_ERROR;
    struct opened o;
    struct transaction *t;
    struct result rows;
    struct journal_chain chain;
    struct sql sql = {S("SELECT (SELECT COUNT(*) FROM plan_entry), (SELECT COUNT(*) FROM change WHERE what = 'plan')")};
    GOOD(open_in(p, folder, host_real(), &o, &err));
    GOOD(store_begin(o.hub, TRANSACTION_READ, NULL, o.arena, &t, &err));
    GOOD(store_query_sql(t, &sql, NO_ARGS, o.arena, &rows, &err));
    int64_t entries = cell_integer(&result_row(&rows, 0)[0]), changes = cell_integer(&result_row(&rows, 0)[1]);
    GOOD(journal_check(t, &chain, &err));
    transaction_rollback(t);
    assert_int_equal(entries, changes);
    assert_int_equal(chain.broken, 0);
    close_it(&o);
    return entries;
}

static void an_entry_and_its_line_in_the_audit_are_both_there_or_neither_is(void **state)
{
    struct place *p = *state;
    size_t before = 0, after = 0;
    bool more = true;
    for (uint64_t n = 1; more; n++)
        for (int cut = 0; cut < 2; cut++) {
            struct error err = NO_ERROR;
            struct opened o;
            struct guard_session *session;
            const struct open_plan *plan;
            struct register_change change;
            fault_remove_tree(p->root);
            GOOD(fault_copy_tree(p->start, p->root, &err));
            struct fault_host *fault = fault_host_make(p->root, &err);
            assert_non_null(fault);
            GOOD(open_in(p, p->root, fault_host_table(fault), &o, &err));
            GOOD(ready(p, &o, &session, &plan, &change, &err));
            if (cut)
                fault_host_stop_at(fault, n);
            else
                fault_host_fail_at(fault, n, n % 2 ? EIO : ENOSPC);
            bool done = register_write(plan, session, &change, o.arena, &err);
            more = fault_host_struck(fault);
            if (cut)
                for (int v = 0; v < FAULT_VARIANTS; v++) {
                    GOOD(fault_host_save(fault, (enum fault_variant)v, p->after, &err));
                    int64_t found = state_of(p, p->after);
                    assert_true(found == 0 || found == 1);
                    assert_true(!done || found == 1); /* what was said to be written is there */
                    *(found ? &after : &before) += 1;
                }
            close_it(&o);
            if (!cut) {
                int64_t found = state_of(p, p->root);
                assert_true(found == 0 || found == 1);
                assert_true(!done || found == 1);
            }
            fault_host_free(fault);
        }
    assert_true(before > 0 && after > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_entry_and_its_line_in_the_audit_are_both_there_or_neither_is, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("plans faults", tests, NULL, NULL);
}
