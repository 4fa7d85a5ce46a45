#include "hub/little.h"
#include "hub/what_if.h"

#include "guard/change.h"

#include <math.h>

static const struct what_if_question stricter = {.thresholds = {14, 9, NAN}};
static const struct hub_link_options alone = {.threads = 1};

static struct hub_what_if *ask(struct little *little, const struct guard_session *session,
                               const struct what_if_question *question)
{
    struct hub_what_if *found;
    struct error err;
    GOOD(hub_what_if(&little->hub, session, question, &alone, little->arena, &found, &err));
    return found;
}

static struct hub_link_result link_as(struct little *little, const struct hub_link_adopt *adopt)
{
    struct error err;
    struct guard_session *session;
    struct hub_link_result result;
    struct hub_link_options options = {.threads = 1, .adopt = adopt};
    GOOD(guard_system_session(little->guard, S("linking"), S("ada.steward"), S("test"), little->arena, &session, &err));
    GOOD(hub_link(&little->hub, session, &options, little->arena, &result, &err));
    return result;
}

static int64_t count_of(struct little *little, const char *words)
{
    struct transaction *t = both_begin(little->both, TRANSACTION_READ);
    int64_t count = both_integer(little->both, t, words);
    transaction_rollback(t);
    return count;
}

static void what_other_thresholds_would_do_is_what_adopting_them_does(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    struct hub_link_result first = little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    struct hub_what_if *found = ask(little, steward, &stricter);
    assert_false(found->scored);
    assert_true(found->join[0] == 6 && found->review[0] == 5 && found->join[1] == 14 && found->review[1] == 9);
    assert_int_equal(found->counts.before, first.linkages[0].entities);
    assert_int_equal(found->records, first.linkages[0].records);
    assert_int_equal(found->left_out, 0);
    assert_int_equal(found->doubts[0], first.doubts);
    assert_true(found->counts.split > 0 && found->counts.joined == 0 && found->links_lost > 0);
    assert_true(found->expected[1].precision >= found->expected[0].precision &&
                found->expected[1].recall < found->expected[0].recall);
    uint64_t split = 0;
    for (size_t i = 0; i < found->pair_count; i++)
        split += found->pairs[i].split;
    assert_int_equal(split, found->counts.pairs_split);
    /* Nothing has changed. */
    assert_int_equal(count_of(little, "SELECT COUNT(*) FROM model"), 1);
    struct hub_link_result again = little_link(little, 2);
    assert_true(digest_equal(&first.digest, &again.digest));
    /* Adopted, it is as it was foretold, and the record of changes says who and why. */
    found->adopt.reason = S("Too many wrong joins");
    struct hub_link_result adopted = link_as(little, &found->adopt);
    assert_int_equal(adopted.model, 2);
    assert_int_equal(adopted.linkages[0].entities, found->counts.after);
    assert_int_equal(adopted.linkages[0].split, found->counts.made);
    assert_int_equal(adopted.doubts, found->doubts[1]);
    assert_true(adopted.outdated.len > 0);
    assert_int_equal(count_of(little,
                              "SELECT COUNT(*) FROM change WHERE what = 'model' AND account = 'ada.steward' AND "
                              "detail LIKE '%Too many wrong joins%'"),
                     1);
    /* And back: the same people, the same digest. */
    struct what_if_question back = {.thresholds = {6, 5, NAN}};
    struct hub_what_if *undone = ask(little, steward, &back);
    assert_int_equal(undone->counts.joined, found->counts.split);
    assert_int_equal(undone->counts.pairs_joined, found->counts.pairs_split);
    struct hub_link_adopt adopt;
    GOOD(hub_what_if_adopt(&little->hub, steward, &back, little->arena, &adopt, &err));
    assert_true(slice_equal(adopt.model, undone->adopt.model) &&
                slice_equal(adopt.specification, undone->adopt.specification));
    struct hub_link_result returned = link_as(little, &adopt);
    assert_true(digest_equal(&first.digest, &returned.digest));
    /* What was worked out against the first model is stale: two others came into force since. */
    struct guard_session *linker;
    struct hub_link_options stale = {.threads = 1, .adopt = &found->adopt};
    struct hub_link_result none;
    assert_int_equal(found->adopt.instead_of, 1);
    GOOD(guard_system_session(little->guard, S("linking"), S("ada.steward"), S("test"), little->arena, &linker, &err));
    assert_false(hub_link(&little->hub, linker, &stale, little->arena, &none, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_non_null(strstr(err.text, "another model was put in force"));
    assert_int_equal(count_of(little, "SELECT COUNT(*) FROM model"), 3);
}

/* The county's own file, and the same without the guards that keep twins apart. */
static void another_specification_is_scored_anew_and_foretells_what_it_does(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct slice text, path = arena_format(little->arena, "%.*s/link/person.yaml", PRINT(little->county));
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    GOOD(host_read_file(host_real(), path, 1 << 20, little->arena, &text, &err));
    struct what_if_question same = {
        .thresholds = LINK_THRESHOLDS_KEPT, .specification = text, .specification_of = S("same.yaml")};
    struct hub_what_if *found = ask(little, steward, &same);
    assert_true(found->scored);
    assert_int_equal(found->counts.same, found->counts.before);
    assert_int_equal(found->example_count, 0);
    size_t guards = slice_search(text, S("\nguards:")), end = slice_search(text, S("\nrelatives:"));
    assert_true(guards < end && end < text.len);
    struct slice freer =
        arena_format(little->arena, "%.*s%.*s", (int)guards, text.at, (int)(text.len - end), text.at + end);
    struct what_if_question other = {
        .thresholds = {4, 3, NAN}, .specification = freer, .specification_of = S("freer.yaml")};
    found = ask(little, steward, &other);
    assert_true(found->counts.joined > 0 && found->join[1] == 4);
    found->adopt.reason = S("A trial");
    struct hub_link_result adopted = link_as(little, &found->adopt);
    assert_int_equal(adopted.linkages[0].entities, found->counts.after);
    assert_int_equal(adopted.linkages[0].joined, found->counts.ended);
    /* What cannot be read is refused with its place, and nothing is adopted. */
    struct what_if_question bad = {.thresholds = LINK_THRESHOLDS_KEPT,
                                   .specification = S("columns: {given_name: given_nam}\n"),
                                   .specification_of = S("bad.yaml")};
    struct hub_what_if *none;
    struct hub_link_adopt adopt;
    assert_false(hub_what_if(&little->hub, steward, &bad, &alone, little->arena, &none, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    assert_false(hub_what_if_adopt(&little->hub, steward, &bad, little->arena, &adopt, &err));
    assert_int_equal(count_of(little, "SELECT COUNT(*) FROM model"), 2);
}

static void examples_show_only_what_the_grant_shows_and_are_audited(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct what_if_view *view;
    little_load(little, NULL);
    (void)little_link(little, 1);
    /* The steward may compare the list, and see of it the birth dates only. */
    little_rewrite(little, "agreements/stewarding.yaml", "source: gp, roles: [data_steward], match: all, show: all",
                   "source: gp, roles: [data_steward], match: all, show: [born]");
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t audited = little_audited(little);
    struct hub_what_if *found = ask(little, steward, &stricter);
    assert_int_equal(little_audited(little), audited + 1);
    assert_true(found->example_count > 1);
    /* What one request may hold bounds the answer, not the models, which grow with the hub. */
    size_t before = arena_used(little->arena);
    struct model_in_force in_force;
    GOOD(hub_model_in_force(&little->hub, steward, little->arena, &in_force, &err));
    assert_true(arena_used(little->arena) - before < found->adopt.model.len);
    GOOD(hub_what_if_show(&little->hub, steward, found, WHAT_IF_EXAMPLES, little->arena, &view, &err));
    assert_int_equal(little_audited(little), audited + 2);
    assert_int_equal(view->count, found->example_count);
    size_t hidden = 0, shown = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct why_link *link = &view->why->links[view->shown[i].link];
        const struct why_record *sides[2] = {&view->why->records[link->a], &view->why->records[link->b]};
        assert_true(view->shown[i].entity_a == view->shown[i].entity_b && view->shown[i].reason.len > 0);
        assert_true(view->shown[i].before == view->shown[i].after && view->shown[i].after < 14);
        assert_true(i == 0 || view->shown[i].before >= view->shown[i - 1].before);
        bool gp = false;
        for (int k = 0; k < 2; k++) {
            bool named = !slice_equal(sides[k]->name, S("Name not shown under this purpose"));
            gp = gp || slice_equal(sides[k]->source_title, S("GP list"));
            assert_true(!named || !slice_equal(sides[k]->source_title, S("GP list")));
            hidden += !named, shown += named;
        }
        for (size_t p = 0; p < link->part_count && gp; p++)
            assert_true(!link->parts[p].shown || slice_equal(link->parts[p].field, S("Date of birth")) ||
                        (link->parts[p].a.len == 0 || link->parts[p].b.len == 0));
    }
    assert_true(hidden > 0 && shown > 0);
    /* Nobody else asks but the hub's own linking. */
    struct guard_session *worker = little_sign_in(little, "sam.worker"), *linker;
    struct hub_what_if *none;
    assert_false(hub_what_if(&little->hub, worker, &stricter, &alone, little->arena, &none, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(hub_what_if_show(&little->hub, worker, found, 1, little->arena, &view, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    GOOD(guard_system_session(little->guard, S("linking"), S("operator"), S("test"), little->arena, &linker, &err));
    found = ask(little, linker, &stricter);
    GOOD(hub_what_if_show(&little->hub, linker, found, 3, little->arena, &view, &err));
    assert_true(view->count > 0 && view->count <= 3);
}

static bool never_again(void *context, const char *stage, double share)
{
    (void)stage, (void)share;
    return --*(int *)context > 0;
}

static void what_landed_since_is_left_out_and_a_question_can_be_withdrawn(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct hub_what_if *found;
    little_load(little, NULL);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    assert_false(hub_what_if(&little->hub, steward, &stricter, &alone, little->arena, &found, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    struct hub_link_result first = little_link(little, 1);
    const struct loader_row come = {{"C9009", "Margret", "Osgood", "", "1952-02-03", "4 Heron Way", "NR29 4DD",
                                     "200000001", "01493 700001", "", ""}};
    little_reload(little, "care", &come, 1, "2026-11-26");
    found = ask(little, steward, &stricter);
    assert_int_equal(found->left_out, 1);
    assert_int_equal(found->records, first.linkages[0].records);
    int calls = 3;
    struct hub_link_options options = {.threads = 1, .progress = never_again, .context = &calls};
    assert_false(hub_what_if(&little->hub, steward, &stricter, &options, little->arena, &found, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    struct what_if_question nothing = {.thresholds = LINK_THRESHOLDS_KEPT}, low = {.thresholds = {NAN, -900, NAN}};
    assert_false(hub_what_if(&little->hub, steward, &nothing, &alone, little->arena, &found, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_false(hub_what_if(&little->hub, steward, &low, &alone, little->arena, &found, &err));
    assert_int_equal(err.code, ERROR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(what_other_thresholds_would_do_is_what_adopting_them_does),
        LITTLE_ON_BOTH(another_specification_is_scored_anew_and_foretells_what_it_does),
        LITTLE_ON_BOTH(examples_show_only_what_the_grant_shows_and_are_audited),
        LITTLE_ON_BOTH(what_landed_since_is_left_out_and_a_question_can_be_withdrawn),
    };
    return cmocka_run_group_tests_name("what_if", tests, NULL, NULL);
}
