#include "guard/audit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard/scene.h"

static const struct slice view_fields[] = {S_INIT("gp.surname"), S_INIT("care.need"), S_INIT("gp.surname")};
static const int64_t view_anchors[] = {31, 7, 31};

static bool look(const struct guard_session *session, const char *subject, struct error *err)
{
    const struct audit_reading reading = {.action = S("view"),
                                          .linkage = 2,
                                          .subject = slice_of(subject),
                                          .anchors = view_anchors,
                                          .anchor_count = 3,
                                          .fields = view_fields,
                                          .field_count = 3};
    return audit_read(session, &reading, err);
}

static void people(struct scene *scene)
{
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    scene_account(scene, "lena.lead", "council", "lead");
}

static void an_entry_says_who_looked_at_what_for_what_under_which_clause(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    people(scene);
    const struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    GOOD(look(worker, "41", &err));
    struct audit_entry *entries;
    size_t count;
    bool more;
    GOOD(audit_list(worker, &(struct audit_filter){.account = S("wanda.worker")}, scene->arena, &entries, &count, &more,
                    &err));
    assert_int_equal(count, 1);
    assert_false(more);
    assert_int_equal(entries[0].id, 1);
    assert_int_equal(entries[0].at, NOON);
    assert_int_equal(entries[0].linkage, 2);
    const struct slice said[] = {entries[0].account,    entries[0].role,   entries[0].purpose,
                                 entries[0].agreements, entries[0].action, entries[0].subject,
                                 entries[0].anchors,    entries[0].fields, entries[0].place};
    assert_string_equal(arena_cstr(scene->arena, arena_join(scene->arena, said, countof(said), S(" | "))),
                        "wanda.worker | worker | assess | assessing:1.1 assessing:1.2 | view | 41 | 7 31 | care.need "
                        "gp.surname | test");
}

static void ones_own_looks_are_open_and_others_need_the_role(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    people(scene);
    const struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    const struct guard_session *lead = scene_sign_in(scene, "lena.lead", NULL);
    for (int i = 0; i < 5; i++) {
        scene->now += MINUTE;
        GOOD(look(worker, i == 3 ? "42" : "41", &err));
    }
    struct audit_entry *entries;
    size_t count;
    bool more;
    assert_false(audit_list(worker, &(struct audit_filter){0}, scene->arena, &entries, &count, &more, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(audit_list(worker, &(struct audit_filter){.account = S("lena.lead")}, scene->arena, &entries, &count,
                            &more, &err));
    GOOD(audit_list(worker, &(struct audit_filter){.account = S("wanda.worker"), .limit = 2}, scene->arena, &entries,
                    &count, &more, &err));
    assert_int_equal(count, 2);
    assert_true(more);
    assert_int_equal(entries[0].id, 5);
    GOOD(audit_list(worker, &(struct audit_filter){.account = S("wanda.worker"), .limit = 50, .before = entries[1].id},
                    scene->arena, &entries, &count, &more, &err));
    assert_int_equal(count, 3);
    assert_false(more);
    /* The lead sees all, along each index, and is looked at too. */
    GOOD(audit_list(lead, &(struct audit_filter){0}, scene->arena, &entries, &count, &more, &err));
    assert_int_equal(count, 6);
    assert_true(slice_equal(entries[0].action, S("audit")));
    assert_true(slice_equal(entries[0].account, S("lena.lead")));
    static const struct {
        struct audit_filter filter;
        size_t count;
    } filters[] = {
        {{.account = S_INIT("wanda.worker")}, 5},
        {{.account = S_INIT("wanda.worker"), .subject = S_INIT("42")}, 1},
        {{.linkage = 2, .subject = S_INIT("41")}, 4},
        {{.linkage = 3, .subject = S_INIT("41")}, 0},
        {{.subject = S_INIT("42")}, 1},
        {{.anchor = 31}, 5},
        {{.anchor = 3}, 0},
        {{.anchor = 1}, 0},
        {{.from = NOON + 2 * MINUTE, .until = NOON + 4 * MINUTE}, 2},
        {{.account = S_INIT("nobody")}, 0},
    };
    for (size_t i = 0; i < countof(filters); i++) {
        struct audit_filter filter = filters[i].filter;
        filter.action = S("view"); /* the lead's own looks bear the same subject */
        GOOD(audit_list(lead, &filter, scene->arena, &entries, &count, &more, &err));
        assert_int_equal(count, filters[i].count);
    }
}

static void the_audit_of_an_agreement_that_ended_is_closed_too(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    people(scene);
    struct slice token;
    (void)scene_sign_in(scene, "lena.lead", &token);
    struct slice text = slice_of(scene_oversight);
    size_t at = slice_search(text, S("clauses:"));
    scene_agreement(scene, "oversight",
                    arena_cstr(scene->arena, arena_format(scene->arena, "%.*swithdrawn: 2026-11-01\n%s", (int)at,
                                                          text.at, text.at + at)));
    struct audit_entry *entries;
    size_t count;
    bool more;
    assert_false(
        audit_list(scene_resume(scene, token), &(struct audit_filter){0}, scene->arena, &entries, &count, &more, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

/* ---- The chain ---- */

static void fill(struct scene *scene, int entries)
{
    struct error err;
    people(scene);
    const struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    for (int i = 0; i < entries; i++) {
        char subject[24];
        snprintf(subject, sizeof subject, "%d", i);
        GOOD(look(worker, subject, &err));
    }
}

static void tamper(struct scene *scene, const char *sql)
{
    struct arena *arena = arena_make(0);
    struct transaction *t = NULL;
    struct error err;
    struct sql words = {slice_of(sql)};
    int64_t changed = 0;
    GOOD(store_begin(scene->audit_store, TRANSACTION_WRITE, NULL, arena, &t, &err));
    GOOD(store_execute_sql(t, &words, NO_ARGS, &changed, &err));
    assert_true(changed > 0);
    GOOD(transaction_commit(t, &err));
    arena_free(arena);
}

static void fails(struct scene *scene, const struct audit_head *witness, const char *words)
{
    struct error err = NO_ERROR;
    struct audit_head head;
    assert_false(audit_check(scene->guard, witness, &head, &err));
    assert_int_equal(err.code, ERROR_STORE);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void an_untouched_chain_is_proved_also_after_a_restart(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head head, early;
    fill(scene, 0);
    GOOD(audit_check(scene->guard, NULL, &head, &err));
    assert_int_equal(head.count, 0);
    struct arena *arena = arena_make(0);
    struct guard_session *session;
    GOOD(guard_system_session(scene->guard, S("linking"), S("hub"), S("test"), arena, &session, &err));
    GOOD(look(session, "1", &err));
    GOOD(audit_check(scene->guard, NULL, &early, &err));
    for (int i = 0; i < 30; i++)
        GOOD(look(session, "2", &err));
    arena_free(arena);
    arena_free(scene->both->arena);
    scene->both->arena = scene->arena = arena_make(0);
    scene_reopen(scene);
    GOOD(audit_check(scene->guard, &early, &head, &err));
    assert_int_equal(head.count, 31);
    struct audit_head now, read;
    GOOD(audit_head(scene->guard, &now, &err));
    assert_true(digest_equal(&now.hash, &head.hash));
    assert_true(audit_head_read(audit_head_text(&head, scene->arena), &read));
    assert_int_equal(read.count, 31);
    assert_true(digest_equal(&read.hash, &head.hash));
    assert_false(audit_head_read(S("31"), &read));
    assert_false(audit_head_read(S("-1 00"), &read));
    assert_false(audit_head_read(S(""), &read));
}

/* Each column of an entry in the middle, changed alone, is found. */
static void an_edited_entry_is_found_whatever_was_edited(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head head;
    fill(scene, 5);
    static const struct {
        const char *change, *back;
    } edits[] = {
        {"UPDATE reading SET at = at + 1 WHERE id = 3", "UPDATE reading SET at = at - 1 WHERE id = 3"},
        {"UPDATE reading SET account = 'somebody' WHERE id = 3",
         "UPDATE reading SET account = 'wanda.worker' WHERE id = 3"},
        {"UPDATE reading SET role = 'lead' WHERE id = 3", "UPDATE reading SET role = 'worker' WHERE id = 3"},
        {"UPDATE reading SET purpose = '' WHERE id = 3", "UPDATE reading SET purpose = 'assess' WHERE id = 3"},
        {"UPDATE reading SET agreements = 'assessing:1.1' WHERE id = 3",
         "UPDATE reading SET agreements = 'assessing:1.1 assessing:1.2' WHERE id = 3"},
        {"UPDATE reading SET action = 'search' WHERE id = 3", "UPDATE reading SET action = 'view' WHERE id = 3"},
        {"UPDATE reading SET linkage = 0 WHERE id = 3", "UPDATE reading SET linkage = 2 WHERE id = 3"},
        {"UPDATE reading SET subject = '9' WHERE id = 3", "UPDATE reading SET subject = '2' WHERE id = 3"},
        {"UPDATE reading SET anchors = '7' WHERE id = 3", "UPDATE reading SET anchors = '7 31' WHERE id = 3"},
        {"UPDATE reading SET fields = 'care.need' WHERE id = 3",
         "UPDATE reading SET fields = 'care.need gp.surname' WHERE id = 3"},
        {"UPDATE reading SET place = 'elsewhere' WHERE id = 3", "UPDATE reading SET place = 'test' WHERE id = 3"},
        /* Between two fields: the same letters in a row, cut otherwise. */
        {"UPDATE reading SET role = 'workera', purpose = 'ssess' WHERE id = 3",
         "UPDATE reading SET role = 'worker', purpose = 'assess' WHERE id = 3"},
        {"UPDATE reading SET hash = before_hash WHERE id = 3", NULL},
    };
    GOOD(audit_check(scene->guard, NULL, &head, &err));
    for (size_t i = 0; i < countof(edits); i++) {
        tamper(scene, edits[i].change);
        fails(scene, NULL, "entry 3 ");
        if (!edits[i].back)
            break;
        tamper(scene, edits[i].back);
        GOOD(audit_check(scene->guard, NULL, &head, &err));
    }
}

static void a_deleted_entry_is_found(void **state)
{
    struct scene *scene = scene_of(state);
    fill(scene, 6);
    tamper(scene, "DELETE FROM reading WHERE id = 4");
    fails(scene, NULL, "entry 5 follows entry 3");
}

static void two_swapped_entries_are_found(void **state)
{
    struct scene *scene = scene_of(state);
    fill(scene, 6);
    tamper(scene, "UPDATE reading SET id = 100 WHERE id = 2");
    tamper(scene, "UPDATE reading SET id = 2 WHERE id = 3");
    tamper(scene, "UPDATE reading SET id = 3 WHERE id = 100");
    fails(scene, NULL, "entry 2 ");
}

static void entries_cut_off_the_end_are_found_and_stay_found(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    fill(scene, 6);
    tamper(scene, "DELETE FROM reading WHERE id > 4");
    fails(scene, NULL, "ends at 4, and the head beside it says that there were 6");
    /* While the program runs it writes nothing behind a gap. */
    const struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    assert_false(look(worker, "7", &err));
    assert_int_equal(err.code, ERROR_IO);
    /* After a restart the hub goes on, and the loss is not forgotten when the count has grown past it. */
    arena_free(scene->both->arena);
    scene->both->arena = scene->arena = arena_make(0);
    scene_reopen(scene);
    worker = scene_sign_in(scene, "wanda.worker", NULL);
    for (int i = 0; i < 10; i++)
        GOOD(look(worker, "7", &err));
    fails(scene, NULL, "the audit has lost entries");
    fails(scene, NULL, "audit.lost");
    struct audit_head head;
    GOOD(host_delete(host_real(), arena_format(scene->arena, "%.*s/audit.lost", PRINT(scene->folder)), &err));
    GOOD(audit_check(scene->guard, NULL, &head, &err));
}

/* Who can write the database and the head beside it can forge a whole chain; a head that lies elsewhere tells. */
static void a_rewritten_history_is_told_by_a_witness(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head witness, head;
    fill(scene, 6);
    GOOD(audit_head(scene->guard, &witness, &err));
    arena_free(scene->both->arena);
    scene->both->arena = scene->arena = arena_make(0);
    tamper(scene, "DELETE FROM reading");
    scene_close(scene);
    GOOD(host_delete(host_real(), arena_format(scene->arena, "%.*s/audit.head", PRINT(scene->folder)), &err));
    GOOD(scene_open(scene, &err));
    scene->now += MINUTE;
    const struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    for (int i = 0; i < 8; i++)
        GOOD(look(worker, "7", &err));
    GOOD(audit_check(scene->guard, NULL, &head, &err)); /* by itself it looks whole */
    fails(scene, &witness, "the witness");
}

static void a_torn_head_leaves_the_one_before(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head head;
    fill(scene, 5);
    arena_free(scene->both->arena);
    scene->both->arena = scene->arena = arena_make(0);
    scene_close(scene);
    struct slice path = arena_format(scene->arena, "%.*s/audit.head", PRINT(scene->folder)), text;
    GOOD(host_read_file(host_real(), path, 4096, scene->arena, &text, &err));
    assert_int_equal(text.len, 208);
    for (size_t line = 0; line < 2; line++) {
        char *torn = arena_cstr(scene->arena, text);
        memset(torn + line * 104 + 40, 'x', 20);
        GOOD(host_write_file(host_real(), path, slice_from(torn, text.len), &err));
        GOOD(scene_open(scene, &err));
        GOOD(audit_check(scene->guard, NULL, &head, &err));
        assert_int_equal(head.count, 5);
        scene_close(scene);
    }
    char *torn = arena_cstr(scene->arena, text);
    memset(torn, 'x', text.len);
    GOOD(host_write_file(host_real(), path, slice_from(torn, text.len), &err));
    assert_false(scene_open(scene, &err));
    assert_int_equal(err.code, ERROR_STORE);
    guard_close(scene->guard);
    store_close(scene->audit_store);
    scene->guard = NULL;
    GOOD(host_write_file(host_real(), path, text, &err));
    GOOD(scene_open(scene, &err));
}

/* ---- Faults ---- */

static void when_the_audit_cannot_be_written_the_answer_stays(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head head;
    people(scene);
    const struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    GOOD(look(worker, "1", &err));
    scene->disk_fails = true;
    err = NO_ERROR;
    assert_false(look(worker, "2", &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_non_null(strstr(err.text, "the answer is held back"));
    scene->disk_fails = false;
    GOOD(audit_check(scene->guard, NULL, &head, &err));
    assert_int_equal(head.count, 1); /* no half of it is there */
}

/* ---- Threads ---- */

struct looking {
    struct scene *scene;
    struct slice token;
    int count, done;
};

static void *look_often(void *argument)
{
    struct looking *looking = argument;
    struct arena *arena = arena_make(0);
    struct guard_session *session;
    struct error err;
    const struct guard_visit visit = {.token = looking->token, .place = S("test")};
    if (guard_resume(looking->scene->guard, &visit, arena, &session, &err))
        for (int i = 0; i < looking->count; i++)
            looking->done += look(session, "1", &err);
    arena_free(arena);
    return NULL;
}

static void many_threads_make_one_chain(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head head;
    people(scene);
    struct slice token;
    (void)scene_sign_in(scene, "wanda.worker", &token);
    enum { THREADS = 8 };
    struct looking looking[THREADS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        looking[i] = (struct looking){scene, token, 40, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, look_often, &looking[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(looking[i].done, 40);
    }
    GOOD(audit_check(scene->guard, NULL, &head, &err));
    assert_int_equal(head.count, THREADS * 40);
}

/* A command and the server: two programs on one audit take turns. */
static void two_programs_make_one_chain(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct audit_head head;
    people(scene);
    struct store *store;
    struct guard *other;
    const struct store_options audit = {
        .address = scene->audit_address, .host = &scene->host, .schema = STORE_AUDIT, .create = true};
    GOOD(store_open(&audit, &store, &err));
    const struct guard_options options = {.store = scene->both->store,
                                          .audit_store = store,
                                          .catalogue = guard_fixed_catalogue(scene->catalogue),
                                          .host = &scene->host,
                                          .folder = scene->folder,
                                          .cheap_passwords = true};
    GOOD(guard_open(&options, &other, &err));
    struct arena *arena = arena_make(0);
    struct guard_session *theirs;
    GOOD(guard_system_session(other, S("linking"), S("hub"), S("test"), arena, &theirs, &err));
    const struct guard_session *ours = scene_sign_in(scene, "wanda.worker", NULL);
    for (int i = 0; i < 20; i++) {
        GOOD(look(i % 3 ? ours : theirs, "1", &err));
        GOOD(look(i % 2 ? ours : theirs, "2", &err));
    }
    arena_free(arena);
    GOOD(audit_check(other, NULL, &head, &err));
    assert_int_equal(head.count, 40);
    guard_close(other);
    store_close(store);
    GOOD(audit_check(scene->guard, NULL, &head, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_ON_BOTH(an_entry_says_who_looked_at_what_for_what_under_which_clause),
        SCENE_ON_BOTH(ones_own_looks_are_open_and_others_need_the_role),
        SCENE_ON_BOTH(the_audit_of_an_agreement_that_ended_is_closed_too),
        SCENE_ON_BOTH(an_untouched_chain_is_proved_also_after_a_restart),
        SCENE_ON_BOTH(an_edited_entry_is_found_whatever_was_edited),
        SCENE_ON_BOTH(a_deleted_entry_is_found),
        SCENE_ON_BOTH(two_swapped_entries_are_found),
        SCENE_ON_BOTH(entries_cut_off_the_end_are_found_and_stay_found),
        SCENE_ON_BOTH(a_rewritten_history_is_told_by_a_witness),
        SCENE_ON_SQLITE(a_torn_head_leaves_the_one_before),
        SCENE_ON_SQLITE(when_the_audit_cannot_be_written_the_answer_stays),
        SCENE_ON_BOTH(many_threads_make_one_chain),
        SCENE_ON_BOTH(two_programs_make_one_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
