/* Plans over both databases: registers, journal, approval, versions, past days, scenarios. */
#include "guard/change.h"
#include "guard/scene.h"
#include "plans/compare.h"
#include "plans/little_plan.h"
#include "plans/register.h"
#include "plans/scenario.h"
#include "plans/version.h"

struct team {
    struct scene *scene;
    struct plans *plans;
    struct guard_session *frank, *fay, *dora;
};

static void put_plan(struct scene *scene, const char *text)
{
    scene_write(scene->county, "plan/little.plan", text, scene->arena);
}

static struct team team_of(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err = NO_ERROR;
    struct slice path = arena_format(scene->arena, "%.*s/county.yaml", PRINT(scene->county)), text;
    GOOD(host_read_file(host_real(), path, 1 << 20, scene->arena, &text, &err));
    size_t at = slice_search(text, S("roles:\n"));
    scene_write(scene->county, "county.yaml",
                arena_cstr(scene->arena, arena_format(scene->arena, "%.*s%s%.*s", PRINT(slice_part(text, 0, at)),
                                                      little_roles, PRINT(slice_part(text, at + 7, text.len)))),
                scene->arena);
    GOOD(host_make_folder(host_real(), arena_format(scene->arena, "%.*s/plan", PRINT(scene->county)), &err));
    put_plan(scene, little_plan);
    scene_agreement(scene, "planning", little_agreement);
    scene_administrator(scene);
    scene_account(scene, "frank", "council", "finance");
    scene_account(scene, "fay", "council", "finance");
    scene_account(scene, "dora", "council", "director");
    return (struct team){scene, plans_make(&scene->host), scene_sign_in(scene, "frank", NULL),
                         scene_sign_in(scene, "fay", NULL), scene_sign_in(scene, "dora", NULL)};
}

static const struct open_plan *open_plan(struct team *team)
{
    struct error err = NO_ERROR;
    const struct open_plan *plan = NULL;
    GOOD(plans_open(team->plans, team->frank, &(struct plan_wanted){.name = S("little")}, team->scene->arena, &plan,
                    &err));
    return plan;
}

/* All that holds a plan ends before the keeper does. */
static void end(struct team *team)
{
    arena_reset(team->scene->arena);
    plans_free(team->plans);
}

static const char *figure(struct team *team, const struct open_plan *plan, uint32_t overlay, const char *name)
{
    struct error err = NO_ERROR;
    plan_cell cell = PLAN_NONE;
    struct number value;
    GOOD(plan_cell_read(plan->model, slice_of(name), &cell, &err));
    GOOD(plan_value_or_error(plans_evaluation(plan, overlay, team->scene->arena), cell, &value, &err));
    return arena_cstr(team->scene->arena, number_text(team->scene->arena, value));
}

static struct register_row row_in(struct team *team, const struct open_plan *plan, const char *id)
{
    struct error err = NO_ERROR;
    struct register_row row;
    GOOD(register_find(plan, PLAN_SAVINGS, slice_of(id), team->scene->arena, &row, &err));
    return row;
}

/* The row as it stands with one figure of its first line otherwise. */
static struct register_change change_of(const struct register_row *row, size_t year, const char *figure)
{
    struct register_change change = {.row = row->row, .seen = row->seen, .reason = S("Slower than thought")};
    change.row.lines[0].figures[year] = slice_of(figure);
    return change;
}

static struct row new_row(struct team *team, const char *id, const char *title, const char *figure)
{
    struct row row = {.kind = PLAN_SAVINGS, .id = slice_of(id), .title = slice_of(title), .line_years = 3};
    row.lines = arena_array(team->scene->arena, struct row_line, 1);
    row.line_count = 1;
    row.lines[0] = (struct row_line){.members = {S("CS")}, .member_count = 1};
    row.lines[0].figures = arena_array(team->scene->arena, struct slice, 3);
    row.lines[0].figures[1] = slice_of(figure);
    row_set(&row, "state", S("proposed"), team->scene->arena);
    return row;
}

static bool add(struct team *team, struct row row, struct error *err)
{
    struct register_change change = {.row = row, .reason = S("Found in the challenge")};
    *err = NO_ERROR;
    return register_write(open_plan(team), team->frank, &change, team->scene->arena, err);
}

static int64_t count_of(struct team *team, const char *sql)
{
    struct transaction *t = both_begin(team->scene->both, TRANSACTION_READ);
    int64_t count = both_integer(team->scene->both, t, sql);
    transaction_rollback(t);
    return count;
}

static void a_row_written_on_a_page_stands_over_the_text_and_moves_the_gap(void **state)
{
    struct team team = team_of(state);
    struct error err = NO_ERROR;
    const struct open_plan *plan = open_plan(&team);
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "12.01");
    struct register_row row = row_in(&team, plan, "S-1");
    assert_true(slice_equal(row.file, S("little.plan")) && !row.written);
    struct register_change change = change_of(&row, 1, "-0.400");
    GOOD(register_write(plan, team.frank, &change, team.scene->arena, &err));
    plan = open_plan(&team);
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "12.61");
    row = row_in(&team, plan, "S-1");
    assert_true(row.written && slice_equal(row.written->by, S("frank")) && row.written->replaces == 0);
    assert_true(slice_equal(row_get(&row.row, "owner"), S("Director of Adult Social Services")));
    change = change_of(&row, 1, "-0.700");
    GOOD(register_write(plan, team.fay, &change, team.scene->arena, &err));
    plan = open_plan(&team);
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "12.31");
    assert_int_equal(row_in(&team, plan, "S-1").written->replaces, 1);
    assert_int_equal(count_of(&team, "SELECT COUNT(*) FROM change WHERE what = 'plan' AND detail LIKE '%Slower than "
                                     "thought%'"),
                     2);
    /* What was not changed is not written. */
    row = row_in(&team, plan, "S-1");
    change = (struct register_change){.row = row.row, .seen = row.seen, .reason = S("Nothing")};
    assert_false(register_write(plan, team.frank, &change, team.scene->arena, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    assert_int_equal(count_of(&team, "SELECT COUNT(*) FROM plan_entry"), 2);
    end(&team);
}

static void a_row_reads_back_as_it_was_written_whatever_was_typed(void **state)
{
    struct team team = team_of(state);
    struct error err;
    struct row row = new_row(&team, "S-2", "A \"bold\" idea\nsaving S-9 \"not this\"", "-1,234.5");
    row_set(&row, "owner", S("Head of \"Care\""), team.scene->arena);
    row.note = S("See paper 4");
    GOOD(add(&team, row, &err));
    struct register_row back = row_in(&team, open_plan(&team), "S-2");
    assert_true(slice_equal(back.row.title, S("A 'bold' idea saving S-9 'not this'")));
    assert_true(slice_equal(back.row.lines[0].figures[1], S("-1234.500")));
    assert_true(slice_equal(row_get(&back.row, "owner"), S("Head of 'Care'")));
    assert_true(slice_equal(back.row.note, S("See paper 4")));
    static const char *const bad_ids[] = {"", "9", "a b", "S-1\"", "S-"};
    for (size_t i = 0; i < countof(bad_ids); i++) {
        assert_false(add(&team, new_row(&team, bad_ids[i], "x", "1"), &err));
        assert_int_equal(err.code, ERROR_INPUT);
    }
    static const char *const bad_figures[] = {"1.2.3", "ten", "1e5", "--1", "1\n2"};
    for (size_t i = 0; i < countof(bad_figures); i++) {
        assert_false(add(&team, new_row(&team, "S-3", "x", bad_figures[i]), &err));
        assert_int_equal(err.code, ERROR_INPUT);
    }
    row = new_row(&team, "S-3", "x", "-1");
    row.lines[0].members[0] = S("NOBODY");
    assert_false(add(&team, row, &err));
    assert_non_null(strstr(err.text, "NOBODY"));
    assert_false(add(&team, new_row(&team, "S-2", "Again", "-1"), &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_int_equal(count_of(&team, "SELECT COUNT(*) FROM plan_entry"), 1);
    end(&team);
}

static void the_second_of_two_officers_is_told_who_changed_the_row_meanwhile(void **state)
{
    struct team team = team_of(state);
    struct error err = NO_ERROR;
    /* Both look at the same row; both have it open. */
    const struct open_plan *franks = open_plan(&team), *fays = open_plan(&team);
    struct register_row seen_by_frank = row_in(&team, franks, "S-1"), seen_by_fay = row_in(&team, fays, "S-1");
    struct register_change first = change_of(&seen_by_frank, 1, "-0.900"),
                           second = change_of(&seen_by_fay, 1, "-0.800");
    GOOD(register_write(franks, team.frank, &first, team.scene->arena, &err));
    /* While the page is still open, and after it was opened again: by the journal and by what was seen. */
    for (int again = 0; again < 2; again++) {
        err = NO_ERROR;
        assert_false(register_write(again ? open_plan(&team) : fays, team.fay, &second, team.scene->arena, &err));
        assert_int_equal(err.code, ERROR_CONFLICT);
        assert_non_null(strstr(err.text, "frank changed S-1"));
        assert_non_null(strstr(err.text, "Slower than thought"));
    }
    /* With the row as it stands now in view, it goes through. */
    const struct open_plan *now = open_plan(&team);
    struct register_row standing = row_in(&team, now, "S-1");
    second = change_of(&standing, 1, "-0.800");
    GOOD(register_write(now, team.fay, &second, team.scene->arena, &err));
    assert_int_equal(count_of(&team, "SELECT COUNT(*) FROM plan_entry"), 2);
    end(&team);
}

static void nobody_opens_or_writes_a_plan_without_agreement_and_ability(void **state)
{
    struct team team = team_of(state);
    struct scene *scene = team.scene;
    struct error err = NO_ERROR;
    const struct open_plan *plan = open_plan(&team), *none;
    scene_account(scene, "gus", "council", "guest");
    scene_account(scene, "wil", "council", "worker");
    const struct plan_wanted wanted = {.name = S("little")};
    assert_false(plans_open(team.plans, scene_sign_in(scene, "gus", NULL), &wanted, scene->arena, &none, &err));
    assert_int_equal(err.code, ERROR_DENIED); /* may plan, and no agreement shows plans to the role */
    assert_false(plans_open(team.plans, scene_sign_in(scene, "wil", NULL), &wanted, scene->arena, &none, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    struct register_row row = row_in(&team, plan, "S-1");
    struct register_change change = change_of(&row, 1, "-0.1");
    assert_false(register_write(plan, team.dora, &change, scene->arena, &err)); /* approves, and does not write */
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(register_approve(plan, team.frank, PLAN_SAVINGS, S("S-1"), row.seen, S("Mine"), scene->arena, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(
        plans_open(team.plans, team.frank, &(struct plan_wanted){.name = S("../county")}, scene->arena, &none, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_int_equal(count_of(&team, "SELECT COUNT(*) FROM plan_entry"), 0);
    end(&team);
}

static void a_saving_passes_its_gates_and_both_challenges_before_it_is_approved(void **state)
{
    struct team team = team_of(state);
    struct arena *arena = team.scene->arena;
    struct error err = NO_ERROR;
    const struct open_plan *plan = open_plan(&team);
    struct register_row row = row_in(&team, plan, "S-1");
    assert_false(register_approve(plan, team.dora, PLAN_SAVINGS, S("S-1"), row.seen, S("Agreed"), arena, &err));
    assert_int_equal(err.code, ERROR_HELD);
    assert_string_equal(err.text,
                        "S-1 cannot be approved: its equality impact assessment (EqIA) is needed, not done; its "
                        "public consultation is needed, not done; round 1 of the budget challenge is not "
                        "recorded; round 2 of the budget challenge is not recorded");
    /* An officer cannot write it approved either. */
    struct register_change change = {.row = row.row, .seen = row.seen, .reason = S("Try")};
    row_set(&change.row, "state", S("approved"), arena);
    assert_false(register_write(plan, team.frank, &change, arena, &err));
    assert_int_equal(err.code, ERROR_HELD);
    change.row = row_of_entry(plan->model, row.entry, arena);
    row_set(&change.row, "eqia", S("done"), arena);
    row_set(&change.row, "consultation", S("done"), arena);
    err = NO_ERROR;
    GOOD(register_write(plan, team.frank, &change, arena, &err));
    struct register_round round = {PLAN_SAVINGS, S("S-1"), 2, S("accepted"), S("Fine")};
    assert_false(register_challenged(open_plan(&team), team.frank, &round, arena, &err)); /* the first comes first */
    for (round.round = 1; round.round <= 2; round.round++)
        GOOD(register_challenged(open_plan(&team), team.frank, &round, arena, &err));
    plan = open_plan(&team);
    row = row_in(&team, plan, "S-1");
    assert_int_equal(register_missing(plan, &row, arena).len, 0);
    GOOD(register_approve(plan, team.dora, PLAN_SAVINGS, S("S-1"), row.seen, S("Cabinet, 7 October"), arena, &err));
    plan = open_plan(&team);
    row = row_in(&team, plan, "S-1");
    assert_true(slice_equal(row_get(&row.row, "state"), S("approved")));
    /* Its figures stand now; its RAG status moves on. */
    change = change_of(&row, 1, "-0.100");
    assert_false(register_write(plan, team.frank, &change, arena, &err));
    assert_int_equal(err.code, ERROR_HELD);
    row = row_in(&team, plan, "S-1");
    change = (struct register_change){.row = row.row, .seen = row.seen, .reason = S("On track")};
    row_set(&change.row, "rag", S("green"), arena);
    err = NO_ERROR;
    GOOD(register_write(plan, team.frank, &change, arena, &err));
    end(&team);
}

static void an_approved_version_stays_whatever_happens_after_and_what_moved_adds_up(void **state)
{
    struct team team = team_of(state);
    struct arena *arena = team.scene->arena;
    struct error err = NO_ERROR;
    GOOD(add(&team, new_row(&team, "S-2", "Agency staff", "-2"), &err));
    const struct open_plan *plan = open_plan(&team), *frozen;
    struct version_making making = {S("cabinet-1"), S("For Cabinet"), S("Minute 7"), digest_hex(arena, &plan->digest)};
    assert_false(version_freeze(plan, team.frank, &making, arena, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    err = NO_ERROR;
    GOOD(version_freeze(plan, team.dora, &making, arena, &err));
    assert_false(version_freeze(open_plan(&team), team.dora, &making, arena, &err)); /* changed: an entry more */
    assert_int_equal(err.code, ERROR_CONFLICT);
    /* The county's text and a row change; the version does not. */
    char *text = arena_cstr(arena, slice_of(little_plan)), *at = strstr(text, "10.000");
    memcpy(at, "11.500", 6);
    put_plan(team.scene, text);
    plan = open_plan(&team);
    struct register_row row = row_in(&team, plan, "S-2");
    struct register_change change = change_of(&row, 1, "-1.250");
    err = NO_ERROR;
    GOOD(register_write(plan, team.frank, &change, arena, &err));
    plan = open_plan(&team);
    GOOD(plans_open(team.plans, team.frank, &(struct plan_wanted){.name = S("little"), .version = S("cabinet-1")},
                    arena, &frozen, &err));
    assert_string_equal(figure(&team, frozen, PLAN_NONE, "gap@2025-26"), "10.01");
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "12.26");
    struct version version;
    GOOD(version_find(team.frank, S("little"), S("cabinet-1"), arena, &version, &err));
    assert_true(digest_equal(&version.digest, &frozen->digest) && slice_equal(version.by, S("dora")));
    struct compare moved;
    GOOD(compare_cell(frozen, plan, S("gap@2025-26"), arena, &moved, &err));
    assert_int_equal(moved.step_count, 2);
    struct number sum = moved.before;
    for (size_t i = 0; i < moved.step_count; i++)
        sum = number_add(arena, sum, moved.steps[i].change);
    assert_true(number_equal(sum, moved.after));
    struct compare_row *rows;
    size_t count;
    compare_rows(frozen, plan, arena, &rows, &count);
    assert_int_equal(count, 1);
    assert_true(slice_equal(rows[0].id, S("S-2")) && rows[0].before.len && rows[0].after.len);
    end(&team);
}

static void a_past_day_is_printed_again_as_it_was(void **state)
{
    struct team team = team_of(state);
    struct arena *arena = team.scene->arena;
    struct error err = NO_ERROR;
    const struct open_plan *past;
    GOOD(add(&team, new_row(&team, "S-2", "Agency staff", "-2"), &err));
    team.scene->now += DAY;
    GOOD(add(&team, new_row(&team, "S-3", "Fewer buildings", "-3"), &err));
    assert_string_equal(figure(&team, open_plan(&team), PLAN_NONE, "gap@2025-26"), "7.01");
    struct plan_wanted wanted = {.name = S("little"), .day = SCENE_TODAY};
    GOOD(plans_open(team.plans, team.frank, &wanted, arena, &past, &err));
    assert_string_equal(figure(&team, past, PLAN_NONE, "gap@2025-26"), "10.01");
    wanted.day.day--;
    GOOD(plans_open(team.plans, team.frank, &wanted, arena, &past, &err));
    assert_string_equal(figure(&team, past, PLAN_NONE, "gap@2025-26"), "12.01");
    end(&team);
}

static int64_t broken_at(struct team *team)
{
    struct error err = NO_ERROR;
    struct journal_chain chain = {0};
    struct transaction *t = both_begin(team->scene->both, TRANSACTION_READ);
    GOOD(journal_check(t, &chain, &err));
    transaction_rollback(t);
    return chain.broken;
}

static void an_entry_that_was_changed_or_taken_out_breaks_the_chain(void **state)
{
    struct team team = team_of(state);
    struct error err = NO_ERROR;
    static const char *const ids[] = {"S-2", "S-3", "S-4"};
    for (size_t i = 0; i < countof(ids); i++)
        GOOD(add(&team, new_row(&team, ids[i], "Something", "-1"), &err));
    assert_int_equal(broken_at(&team), 0);
    static const struct {
        const char *harm, *undo;
        int64_t at;
    } harms[] = {
        {"UPDATE plan_entry SET body = body || ' ' WHERE id = 2",
         "UPDATE plan_entry SET body = substr(body, 1, "
         "length(body) - 1) WHERE id = 2",
         2},
        {"UPDATE plan_entry SET written_by = 'fay' WHERE id = 1",
         "UPDATE plan_entry SET written_by = 'frank' WHERE id = 1", 1},
        {"UPDATE plan_entry SET written_at = written_at + 1 WHERE id = 3",
         "UPDATE plan_entry SET written_at = written_at - 1 WHERE id = 3", 3},
        {"DELETE FROM plan_entry WHERE id = 2", NULL, 3},
    };
    for (size_t i = 0; i < countof(harms); i++) {
        struct transaction *t = both_begin(team.scene->both, TRANSACTION_WRITE);
        both_execute(t, harms[i].harm);
        both_commit(t);
        assert_int_equal(broken_at(&team), harms[i].at);
        if (!harms[i].undo)
            continue;
        t = both_begin(team.scene->both, TRANSACTION_WRITE);
        both_execute(t, harms[i].undo);
        both_commit(t);
        assert_int_equal(broken_at(&team), 0);
    }
    end(&team);
}

static void a_row_that_no_longer_fits_the_text_is_left_out_and_named(void **state)
{
    struct team team = team_of(state);
    struct error err = NO_ERROR;
    GOOD(add(&team, new_row(&team, "S-2", "Agency staff", "-2"), &err));
    /* The county renames the department that the row is for. */
    char *text = arena_cstr(team.scene->arena, slice_of(little_plan));
    for (char *at = strstr(text, "  CS "); at; at = strstr(at, "  CS "))
        at[3] = 'X';
    put_plan(team.scene, text);
    const struct open_plan *plan = open_plan(&team);
    assert_int_equal(plan->left_out_count, 1);
    assert_true(slice_equal(plan->left_out[0].subject, S("S-2")));
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "12.01");
    assert_true(version_missing(plan, team.scene->arena).len > 0);
    /* Written anew under its reference it counts again. */
    struct row row = new_row(&team, "S-2", "Agency staff", "-2");
    row.lines[0].members[0] = S("CX");
    GOOD(add(&team, row, &err));
    plan = open_plan(&team);
    assert_int_equal(plan->left_out_count, 0);
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "10.01");
    /* A plan whose own text is at fault says where. */
    put_plan(team.scene, "model little \"x\"\nyears 2024-25\ncalc a = b\n");
    assert_false(
        plans_open(team.plans, team.frank, &(struct plan_wanted){.name = S("little")}, team.scene->arena, &plan, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_non_null(strstr(err.text, "little.plan:"));
    end(&team);
}

static void a_locked_register_takes_no_row_until_it_is_opened(void **state)
{
    struct team team = team_of(state);
    struct arena *arena = team.scene->arena;
    struct error err = NO_ERROR;
    assert_false(register_lock(open_plan(&team), team.frank, PLAN_SAVINGS, true, S("x"), arena, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    err = NO_ERROR;
    GOOD(register_lock(open_plan(&team), team.dora, PLAN_SAVINGS, true, S("Papers are printed"), arena, &err));
    assert_false(add(&team, new_row(&team, "S-2", "Late", "-1"), &err));
    assert_int_equal(err.code, ERROR_HELD);
    assert_non_null(strstr(err.text, "Papers are printed"));
    err = NO_ERROR;
    GOOD(register_lock(open_plan(&team), team.dora, PLAN_SAVINGS, false, S("Printed"), arena, &err));
    GOOD(add(&team, new_row(&team, "S-2", "Late", "-1"), &err));
    end(&team);
}

static void a_scenario_is_its_makers_own_and_leaves_the_plan_as_it_is(void **state)
{
    struct team team = team_of(state);
    struct arena *arena = team.scene->arena;
    struct error err = NO_ERROR;
    const struct open_plan *plan = open_plan(&team);
    struct scenario_setting setting = {.name = S("Council tax at 4.99%"), .figure = S("4.99")};
    struct slice name = NO_SLICE;
    GOOD(plan_cell_read(plan->model, S("rate@2025-26"), &setting.cell, &err));
    GOOD(scenario_set(plan, team.frank, &setting, arena, &name, &err));
    assert_true(slice_equal(name, S("council-tax-at-4-99")));
    plan = open_plan(&team);
    uint32_t overlay = plan_overlay_find(plan->model, name);
    assert_int_not_equal(overlay, PLAN_NONE);
    assert_string_equal(figure(&team, plan, overlay, "gap@2025-26"), "9.01");
    assert_string_equal(figure(&team, plan, PLAN_NONE, "gap@2025-26"), "12.01");
    /* Another figure in its place, not beside it. */
    setting.figure = S("3.99 %");
    GOOD(scenario_set(plan, team.frank, &setting, arena, &name, &err));
    plan = open_plan(&team);
    assert_string_equal(figure(&team, plan, plan_overlay_find(plan->model, name), "gap@2025-26"), "10.01");
    assert_false(scenario_set(plan, team.fay, &setting, arena, &name, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    setting.figure = NO_SLICE;
    err = NO_ERROR;
    GOOD(scenario_set(plan, team.frank, &setting, arena, &name, &err));
    plan = open_plan(&team);
    assert_string_equal(figure(&team, plan, plan_overlay_find(plan->model, name), "gap@2025-26"), "12.01");
    end(&team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_ON_BOTH(a_row_written_on_a_page_stands_over_the_text_and_moves_the_gap),
        SCENE_ON_BOTH(a_row_reads_back_as_it_was_written_whatever_was_typed),
        SCENE_ON_BOTH(the_second_of_two_officers_is_told_who_changed_the_row_meanwhile),
        SCENE_ON_BOTH(nobody_opens_or_writes_a_plan_without_agreement_and_ability),
        SCENE_ON_BOTH(a_saving_passes_its_gates_and_both_challenges_before_it_is_approved),
        SCENE_ON_BOTH(an_approved_version_stays_whatever_happens_after_and_what_moved_adds_up),
        SCENE_ON_BOTH(a_past_day_is_printed_again_as_it_was),
        SCENE_ON_BOTH(an_entry_that_was_changed_or_taken_out_breaks_the_chain),
        SCENE_ON_BOTH(a_row_that_no_longer_fits_the_text_is_left_out_and_named),
        SCENE_ON_BOTH(a_locked_register_takes_no_row_until_it_is_opened),
        SCENE_ON_BOTH(a_scenario_is_its_makers_own_and_leaves_the_plan_as_it_is),
    };
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
