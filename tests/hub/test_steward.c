#include "hub/events.h"
#include "hub/steward.h"

#include "hub/little.h"

#include <pthread.h>

static void the_same_records_link_to_one_digest_in_any_order_with_any_threads(void **state)
{
    struct little *little = little_of(state);
    static const char *const orders[][6] = {{"homes", "care", "gp", "tax", "police", NULL}};
    little_load(little, orders[0]);
    struct hub_link_result first = little_link(little, 1), again = little_link(little, 2);
    assert_true(digest_equal(&first.digest, &again.digest));
    assert_true(first.trained && !again.trained);
    for (size_t i = 0; i < again.linkage_count; i++)
        assert_int_equal(
            again.linkages[i].made + again.linkages[i].joined + again.linkages[i].split + again.linkages[i].ended, 0);
}

static struct slice digest_of_order(void **state, const char *const *order, unsigned threads)
{
    struct little *little = little_of(state);
    little_load(little, order);
    struct hub_link_result result = little_link(little, threads);
    return digest_hex(little->both->life, &result.digest);
}

/* Each on a store of its own: set up and torn down by hand. */
static void three_orders_of_landing_give_one_digest(void **state)
{
    static const char *const orders[][6] = {{"homes", "care", "gp", "tax", "police", NULL},
                                            {"police", "tax", "gp", "homes", "care", NULL},
                                            {"gp", "police", "care", "homes", "tax", NULL}};
    (void)little_of(state);
    char digests[3][65];
    for (size_t i = 0; i < countof(orders); i++) {
        void *own = (void *)(uintptr_t)&both_sqlite;
        assert_int_equal(little_set_up(&own), 0);
        struct slice hex = digest_of_order(&own, orders[i], i % 2 + 1);
        assert_int_equal(hex.len, 64);
        memcpy(digests[i], hex.at, 64);
        digests[i][64] = 0;
        assert_int_equal(little_tear_down(&own), 0);
    }
    assert_string_equal(digests[0], digests[1]);
    assert_string_equal(digests[0], digests[2]);
}

static void twins_and_two_verified_numbers_are_never_joined(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t clive = little_find(little, steward, "clive rudd 1980"),
            colin = little_find(little, steward, "colin rudd 1980");
    assert_true(clive && colin && clive != colin);
    struct transaction *t = both_begin(little->both, TRANSACTION_READ);
    assert_int_equal(
        both_integer(
            little->both, t,
            "SELECT COUNT(*) FROM (SELECT m.linkage, m.entity FROM member m JOIN record r ON r.id = m.anchor JOIN "
            "source s ON s.id = r.source WHERE s.name = 'gp' GROUP BY m.linkage, m.entity HAVING COUNT(*) > 1) x"),
        0);
    transaction_rollback(t);
    /* A steward's join of two verified numbers is kept, and does not join. */
    t = both_begin(little->both, TRANSACTION_READ);
    int64_t a = both_integer(little->both, t, "SELECT MIN(record) FROM source_gp WHERE given = 'CLIVE'");
    int64_t b = both_integer(little->both, t, "SELECT MIN(record) FROM source_gp WHERE given = 'COLIN'");
    transaction_rollback(t);
    struct decided decided;
    GOOD(hub_decide(&little->hub, steward, a, b, VERDICT_JOIN, S("same person I thought"), little->arena, &decided,
                    &err));
    assert_true(decided.entity_a != decided.entity_b);
    assert_true(slice_search(decided.outcome, S("NHS")) < decided.outcome.len);
}

static void a_split_and_a_join_survive_linking_again(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    struct hub_link_result first = little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t margaret = little_find(little, steward, "margaret osgood 1952");
    int64_t notice = little_anchor(little, "police", "P9001");
    struct decided decided, undone;
    GOOD(hub_split(&little->hub, steward, margaret, &notice, 1, S("it was her sister"), little->arena, &decided, &err));
    assert_int_equal(decided.entity_a, margaret);
    assert_true(decided.entity_b > 0 && decided.entity_b != margaret);
    struct hub_link_result second = little_link(little, 2);
    assert_false(digest_equal(&first.digest, &second.digest));
    assert_int_equal(second.linkages[0].made + second.linkages[0].joined + second.linkages[0].split,
                     0); /* linking says what the decision said */
    struct person_view *view;
    GOOD(hub_view(&little->hub, steward, margaret, little->arena, &view, &err));
    for (size_t i = 0; i < view->record_count; i++)
        assert_true(view->records[i].evidence.anchor != notice);
    assert_true(view->change_count >= 1);
    /* Undone, all is as before. */
    struct decision_line *lines;
    size_t count;
    GOOD(hub_decisions(&little->hub, steward, 0, 100, little->arena, &lines, &count, &err));
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++)
        if (!lines[i].undone_at)
            GOOD(hub_undo(&little->hub, steward, lines[i].id, S("it was she"), little->arena, &undone, &err));
    GOOD(hub_decisions(&little->hub, steward, 0, 100, little->arena, &lines, &count, &err));
    for (size_t i = 0; i < count; i++)
        assert_true(slice_equal(lines[i].reason, S("it was her sister")) && lines[i].undone_at &&
                    slice_equal(lines[i].undone_reason, S("it was she")));
    struct hub_link_result third = little_link(little, 1);
    assert_true(digest_equal(&first.digest, &third.digest));
    assert_int_equal(little_find(little, steward, "margaret osgood 1952"), margaret);
    /* A join that a third record cannot follow: it was kept apart from the new one before, and parts now. */
    int64_t client = little_anchor(little, "care", "C9001"), other = little_anchor(little, "tax", "T9001");
    struct decided keep, join;
    GOOD(hub_decide(&little->hub, steward, notice, other, VERDICT_KEEP_APART, S("not he"), little->arena, &keep, &err));
    assert_int_equal(keep.parted_count + keep.drawn_count, 0);
    GOOD(
        hub_decide(&little->hub, steward, client, other, VERDICT_JOIN, S("a second card"), little->arena, &join, &err));
    assert_int_equal(join.entity_a, join.entity_b);
    assert_true(join.parted_count >= 1);
    bool told = false;
    for (size_t i = 0; i < join.parted_count; i++)
        told = told || join.parted[i] == notice;
    assert_true(told);
    assert_true(slice_search(join.outcome, S("of somebody else now")) < join.outcome.len);
    GOOD(hub_undo(&little->hub, steward, join.decision, S("it was she"), little->arena, &undone, &err));
    assert_true(undone.drawn_count >= 1);
    GOOD(hub_undo(&little->hub, steward, keep.decision, S("it was she"), little->arena, &undone, &err));
    /* A join of two who are apart: the tax account of another. */
    int64_t a = little_anchor(little, "tax", "T9001"), b = little_anchor(little, "care", "C0000");
    GOOD(hub_decide(&little->hub, steward, a, b, VERDICT_JOIN, S("she wrote so"), little->arena, &decided, &err));
    if (decided.entity_a == decided.entity_b) {
        struct hub_link_result fourth = little_link(little, 1);
        assert_int_equal(fourth.linkages[0].joined + fourth.linkages[0].split, 0);
    }
}

static bool heard(const struct hub_event *events, size_t count, const char *kind, int64_t entity, int64_t other)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(events[i].kind, slice_of(kind)) && events[i].entity == entity && events[i].other == other)
            return true;
    return false;
}

static void a_follower_hears_each_join_and_split_once_in_order_and_is_in_the_audit(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct hub_event *events;
    size_t count, later;
    bool more;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t margaret = little_find(little, steward, "margaret osgood 1952"), since = 0;
    int64_t notice = little_anchor(little, "police", "P9001");
    struct decided decided, undone;
    GOOD(hub_split(&little->hub, steward, margaret, &notice, 1, S("it was her sister"), little->arena, &decided, &err));
    int64_t sister = decided.entity_b, audited = little_audited(little);
    GOOD(hub_events(&little->hub, steward, since, 1000, little->arena, &events, &count, &more, &err));
    assert_int_equal(little_audited(little), audited + 1);
    assert_true(heard(events, count, "split", margaret, sister) && heard(events, count, "from", sister, margaret));
    assert_false(heard(events, count, "joined", margaret, sister) || more);
    for (size_t i = 0; i < count; i++) {
        assert_true(events[i].id > since);
        since = events[i].id;
    }
    struct decision_line *lines;
    GOOD(hub_decisions(&little->hub, steward, 0, 100, little->arena, &lines, &count, &err));
    for (size_t i = 0; i < count; i++)
        if (!lines[i].undone_at)
            GOOD(hub_undo(&little->hub, steward, lines[i].id, S("it was she"), little->arena, &undone, &err));
    GOOD(hub_events(&little->hub, steward, since, 1000, little->arena, &events, &later, &more, &err));
    assert_true(heard(events, later, "joined", margaret, sister) && heard(events, later, "into", sister, margaret));
    assert_false(heard(events, later, "split", margaret, sister));
    GOOD(hub_events(&little->hub, steward, since, 1, little->arena, &events, &count, &more, &err));
    assert_true(count == 1 && more == (later > 1));
    GOOD(hub_events(&little->hub, steward, since + 1000, 1, little->arena, &events, &count, &more, &err));
    assert_int_equal(count, 0);
}

static void a_changed_specification_waits_for_training_and_breaks_nothing(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    struct hub_link_result first = little_link(little, 1);
    assert_int_equal(first.outdated.len, 0);
    struct slice path = arena_format(little->arena, "%.*s/link/person.yaml", PRINT(little->county));
    GOOD(host_write_file(host_real(), path, S("columns: none of these\n"), &err));
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t a = little_anchor(little, "care", "C9001"), b = little_anchor(little, "tax", "T9002");
    struct why_view *why;
    GOOD(hub_why(&little->hub, steward, little_find(little, steward, "margaret osgood 1952"), little->arena, &why,
                 &err));
    assert_true(why->link_count > 0);
    struct decided decided, undone;
    GOOD(hub_decide(&little->hub, steward, a, b, VERDICT_KEEP_APART, S("two people"), little->arena, &decided, &err));
    GOOD(hub_undo(&little->hub, steward, decided.decision, S("a slip"), little->arena, &undone, &err));
    struct hub_link_result second = little_link(little, 1);
    assert_true(slice_search(second.outdated, S("--train")) < second.outdated.len);
    assert_true(second.model == first.model && !second.trained && digest_equal(&first.digest, &second.digest));
    /* To train with it, it must be right. */
    struct guard_session *linker;
    struct hub_link_result third;
    struct hub_link_options options = {.threads = 1, .train = true};
    GOOD(guard_system_session(little->guard, S("linking"), S("hub"), S("test"), little->arena, &linker, &err));
    assert_false(hub_link(&little->hub, linker, &options, little->arena, &third, &err));
    assert_int_equal(err.code, ERROR_INPUT);
}

struct attempt {
    struct little *little;
    const char *name;
    int64_t a, b;
    enum verdict verdict;
    struct error err;
    bool done;
};

static void *attempt_run(void *context)
{
    struct attempt *attempt = context;
    struct arena *arena = arena_make(0);
    struct slice token;
    struct guard_session *session;
    struct decided decided;
    const struct guard_visit visit = {.place = S("test"), .client = S("192.0.2.7")};
    attempt->done = guard_sign_in(attempt->little->guard, slice_of(attempt->name), S("three words together"), &visit,
                                  arena, &token, &session, &attempt->err) &&
                    hub_decide(&attempt->little->hub, session, attempt->a, attempt->b, attempt->verdict, S("my word"),
                               arena, &decided, &attempt->err);
    arena_free(arena);
    return NULL;
}

static void of_two_stewards_at_once_the_first_decides_and_the_second_is_told(void **state)
{
    struct little *little = little_of(state);
    little_load(little, NULL);
    (void)little_link(little, 1);
    int64_t a = little_anchor(little, "care", "C9001"), b = little_anchor(little, "tax", "T9002");
    struct attempt attempts[2] = {{little, "ada.steward", a, b, VERDICT_JOIN, NO_ERROR, false},
                                  {little, "ben.steward", b, a, VERDICT_KEEP_APART, NO_ERROR, false}};
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, attempt_run, &attempts[i]), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(attempts[0].done != attempts[1].done);
    assert_int_equal(attempts[attempts[0].done ? 1 : 0].err.code, ERROR_CONFLICT);
    struct transaction *t = both_begin(little->both, TRANSACTION_READ);
    assert_int_equal(both_integer(little->both, t, "SELECT COUNT(*) FROM decision WHERE undone_at IS NULL"), 1);
    transaction_rollback(t);
}

/* The arena of what failed lives on, as a request's does while its page of refusal is made. */
static void what_fails_gives_the_writer_back_at_once(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct decided decided;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *ada = little_sign_in(little, "ada.steward"), *ben = little_sign_in(little, "ben.steward");
    int64_t a = little_anchor(little, "care", "C9001"), b = little_anchor(little, "tax", "T9002");
    int64_t margaret = little_find(little, ada, "margaret osgood 1952");
    GOOD(hub_decide(&little->hub, ada, a, b, VERDICT_KEEP_APART, S("two people"), little->arena, &decided, &err));
    for (int which = 0; which < 5; which++) {
        struct arena *arena = arena_make(0), *other = arena_make(0);
        struct transaction *t;
        bool done =
            which == 0   ? hub_decide(&little->hub, ada, a, b, VERDICT_JOIN, S("one person"), arena, &decided, &err)
            : which == 1 ? hub_undo(&little->hub, ada, 999999, S("no"), arena, &decided, &err)
            : which == 2 ? hub_split(&little->hub, ada, 999999, &a, 1, S("no"), arena, &decided, &err)
            : which == 3 ? hub_split(&little->hub, ada, margaret, &a, 0, S("none"), arena, &decided, &err)
                         : hub_decide(&little->hub, ada, a, 999999, VERDICT_JOIN, S("no"), arena, &decided, &err);
        assert_false(done);
        GOOD(guard_write_begin(ben, other, &t, &err));
        arena_free(other);
        arena_free(arena);
    }
}

static void a_concern_reaches_the_steward_and_is_answered_once(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker"),
                         *steward = little_sign_in(little, "ada.steward");
    int64_t margaret = little_find(little, worker, "margaret osgood 1952"),
            account = little_anchor(little, "tax", "T9001"), id;
    GOOD(hub_concern_raise(&little->hub, worker, margaret, account, S("She never lived there"), &id, &err));
    struct concern_line *lines;
    size_t count;
    GOOD(hub_concerns(&little->hub, steward, false, 0, 0, little->arena, &lines, &count, &err));
    assert_int_equal(count, 1);
    assert_true(slice_equal(lines[0].words, S("She never lived there")) && lines[0].open && lines[0].entity > 0);
    GOOD(hub_concern_close(&little->hub, steward, id, S("Asked the council: she did"), &err));
    assert_false(hub_concern_close(&little->hub, steward, id, S("again"), &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    GOOD(hub_concerns_mine(&little->hub, worker, 0, little->arena, &lines, &count, &err));
    assert_true(count == 1 && !lines[0].open && slice_equal(lines[0].answer, S("Asked the council: she did")));
    assert_false(hub_concerns(&little->hub, worker, false, 0, 0, little->arena, &lines, &count, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    GOOD(hub_concerns(&little->hub, steward, false, 0, 0, little->arena, &lines, &count, &err));
    assert_int_equal(count, 0);
    GOOD(hub_concerns(&little->hub, steward, true, 0, 0, little->arena, &lines, &count, &err));
    assert_true(count == 1 && lines[0].id == id);
    assert_false(
        hub_concern_raise(&little->hub, worker, margaret, little_anchor(little, "care", "C0000"), S("x"), &id, &err));
}

static void concerns_come_in_pages_open_ones_from_the_oldest_closed_ones_from_the_newest(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker"),
                         *steward = little_sign_in(little, "ada.steward");
    int64_t margaret = little_find(little, worker, "margaret osgood 1952"),
            account = little_anchor(little, "tax", "T9001"), ids[5];
    struct concern_line *lines;
    size_t count;
    for (size_t i = 0; i < countof(ids); i++)
        GOOD(hub_concern_raise(&little->hub, worker, margaret, account, S("wrong"), &ids[i], &err));
    GOOD(hub_concerns(&little->hub, steward, false, 0, 2, little->arena, &lines, &count, &err));
    assert_true(count == 2 && lines[0].id == ids[0] && lines[1].id == ids[1]);
    GOOD(hub_concerns(&little->hub, steward, false, ids[1], 10, little->arena, &lines, &count, &err));
    assert_true(count == 3 && lines[0].id == ids[2] && lines[2].id == ids[4]);
    for (size_t i = 0; i < 3; i++)
        GOOD(hub_concern_close(&little->hub, steward, ids[i], S("seen"), &err));
    GOOD(hub_concerns(&little->hub, steward, true, 0, 2, little->arena, &lines, &count, &err));
    assert_true(count == 2 && lines[0].id == ids[2] && lines[1].id == ids[1]);
    GOOD(hub_concerns(&little->hub, steward, true, ids[1], 2, little->arena, &lines, &count, &err));
    assert_true(count == 1 && lines[0].id == ids[0]);
}

static void a_doubt_opens_with_both_records_and_leaves_the_list_when_decided(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    struct hub_link_result result = little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    struct doubt_page page;
    GOOD(hub_doubts(&little->hub, steward, 0, 10, little->arena, &page, &err));
    assert_int_equal(page.total, (int64_t)result.doubts);
    int64_t a = page.count ? page.lines[0].a : little_anchor(little, "care", "C9002"),
            b = page.count ? page.lines[0].b : little_anchor(little, "care", "C9003");
    struct doubt_detail *detail;
    GOOD(hub_doubt(&little->hub, steward, a, b, little->arena, &detail, &err));
    assert_true(detail->record_a.field_count && detail->record_b.field_count && detail->waterfall->link_count == 1);
    struct decided decided;
    GOOD(hub_decide(&little->hub, steward, a, b, VERDICT_KEEP_APART, S("two people"), little->arena, &decided, &err));
    assert_true(decided.entity_a != decided.entity_b);
    GOOD(hub_doubt(&little->hub, steward, a, b, little->arena, &detail, &err));
    assert_true(!detail->waiting && detail->decision > 0 && detail->decided.len);
}

/* Five doubts of three patterns: the three of one pattern are open by 0.9 each, of the others one by 1 and one by 0.5.
 */
static void the_queue_asks_first_what_teaches_most_and_the_pattern_that_was_decided_later(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    static const struct {
        int64_t a, pattern;
        double unsure;
    } open[] = {{901, 7, 0.9}, {902, 8, 0.5}, {903, 7, 0.9}, {904, 9, 1.0}, {905, 7, 0.9}};
    struct transaction *t;
    GOOD(store_begin(little->hub.store, TRANSACTION_WRITE, NULL, little->arena, &t, &err));
    both_execute(t, "DELETE FROM doubt");
    for (size_t i = 0; i < countof(open); i++)
        GOOD(store_execute(t, STATEMENT_HUB_DOUBT_INSERT,
                           ARGS(value_integer(open[i].a), value_integer(open[i].a + 50), value_real(3),
                                value_text(S("why")), value_integer(1), value_integer(open[i].pattern),
                                value_real(open[i].unsure)),
                           NULL, &err));
    GOOD(transaction_commit(t, &err));
    struct doubt_page page;
    GOOD(hub_doubts(&little->hub, steward, 0, 10, little->arena, &page, &err));
    const int64_t wanted[] = {901, 904, 902, 903, 905};
    assert_int_equal(page.count, countof(wanted));
    for (size_t i = 0; i < countof(wanted); i++)
        assert_int_equal(page.lines[i].a, wanted[i]);
    assert_int_equal(page.lines[0].alike, 3);
    GOOD(hub_doubts(&little->hub, steward, 3, 1, little->arena, &page, &err));
    assert_true(page.count == 1 && page.lines[0].a == 903 && page.more);

    GOOD(store_begin(little->hub.store, TRANSACTION_WRITE, NULL, little->arena, &t, &err));
    GOOD(store_execute(t, STATEMENT_HUB_DECISION_INSERT,
                       ARGS(value_integer(9001), value_integer(901), value_integer(951), value_text(S("join")),
                            value_text(S("ada.steward")), value_integer(1), value_text(S("the same"))),
                       NULL, &err));
    GOOD(store_execute(t, STATEMENT_HUB_DOUBT_DELETE, ARGS(value_integer(901), value_integer(951)), NULL, &err));
    GOOD(transaction_commit(t, &err));
    GOOD(hub_doubts(&little->hub, steward, 0, 10, little->arena, &page, &err));
    assert_true(page.count == 4 && page.lines[0].a == 904 && page.lines[1].a == 902 && page.lines[2].a == 903);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(the_same_records_link_to_one_digest_in_any_order_with_any_threads),
        {"three_orders_of_landing_give_one_digest", three_orders_of_landing_give_one_digest, little_set_up,
         little_tear_down, (void *)(uintptr_t)&both_sqlite},
        LITTLE_ON_BOTH(twins_and_two_verified_numbers_are_never_joined),
        LITTLE_ON_BOTH(a_split_and_a_join_survive_linking_again),
        LITTLE_ON_BOTH(a_follower_hears_each_join_and_split_once_in_order_and_is_in_the_audit),
        LITTLE_ON_BOTH(a_changed_specification_waits_for_training_and_breaks_nothing),
        LITTLE_ON_BOTH(of_two_stewards_at_once_the_first_decides_and_the_second_is_told),
        LITTLE_ON_BOTH(what_fails_gives_the_writer_back_at_once),
        LITTLE_ON_BOTH(a_concern_reaches_the_steward_and_is_answered_once),
        LITTLE_ON_BOTH(concerns_come_in_pages_open_ones_from_the_oldest_closed_ones_from_the_newest),
        LITTLE_ON_BOTH(the_queue_asks_first_what_teaches_most_and_the_pattern_that_was_decided_later),
        LITTLE_ON_BOTH(a_doubt_opens_with_both_records_and_leaves_the_list_when_decided),
    };
    return cmocka_run_group_tests_name("steward", tests, NULL, NULL);
}
