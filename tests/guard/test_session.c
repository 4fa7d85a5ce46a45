#include "guard/guard.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guard/scene.h"

#define SENTENCE_WRONG "the name or the password is not right; try again"
#define SENTENCE_ENDED "you are not signed in, or your session has ended; sign in again"

static void no_session_for(struct scene *scene, struct slice token)
{
    struct error err = NO_ERROR;
    struct guard_session *session = NULL;
    const struct guard_visit visit = {.token = token, .place = S("test")};
    assert_false(guard_resume(scene->guard, &visit, scene->arena, &session, &err));
    assert_int_equal(err.code, ERROR_NOT_SIGNED_IN);
    assert_string_equal(err.text, SENTENCE_ENDED);
    assert_null(session);
}

static void who_signs_in_is_known_until_they_sign_out(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice token;
    const struct guard_session *first = scene_sign_in(scene, "Wanda.Worker", &token);
    assert_int_equal(token.len, 43);
    assert_true(slice_equal(guard_who(first)->purpose, S("assess"))); /* the only one is chosen already */
    struct guard_session *session = scene_resume(scene, token);
    const struct guard_who *who = guard_who(session);
    assert_true(slice_equal(who->name, S("wanda.worker")));
    assert_true(slice_equal(who->agency, S("council")));
    assert_true(slice_equal(who->role, S("worker")));
    assert_true(slice_equal(who->csrf, guard_who(first)->csrf));
    assert_true(grant_shows(guard_grant(session), S("care"), S("need"), AGE_CHILD));
    GOOD(guard_needs(session, ABILITY_VIEW, &err));
    assert_false(guard_needs(session, ABILITY_AUDIT, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    GOOD(guard_sign_out(session, &err));
    no_session_for(scene, token);
}

static void a_forged_token_opens_nothing(void **state)
{
    struct scene *scene = scene_of(state);
    scene_administrator(scene);
    struct slice token;
    (void)scene_sign_in(scene, "ada.admin", &token);
    char forged[44] = {0};
    for (size_t i = 0; i < 43; i++) {
        memcpy(forged, token.at, 43);
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        /* The last character holds two bits that no token has: it is another text all the same. */
        no_session_for(scene, slice_from(forged, 43));
    }
    no_session_for(scene, NO_SLICE);
    no_session_for(scene, slice_part(token, 0, 42));
    no_session_for(scene, arena_format(scene->arena, "%.*s=", PRINT(token)));
    no_session_for(scene, S("' OR '1'='1' OR '1'='1' OR '1'='1' OR '1'='1"));
    (void)scene_resume(scene, token);
    /* The token itself is nowhere in the database. */
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    struct result rows;
    struct error err;
    const struct sql sql = {S("SELECT token_digest FROM session")};
    GOOD(store_query_sql(t, &sql, NO_ARGS, scene->arena, &rows, &err));
    assert_int_equal(rows.rows, 1);
    assert_int_equal(cell_text(&rows.cells[0]).len, 32);
    assert_false(slice_equal(cell_text(&rows.cells[0]), slice_part(token, 0, 32)));
}

static void another_hubs_key_opens_no_session_of_this_one(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    struct slice token;
    char kept[64] = {0};
    (void)scene_sign_in(scene, "ada.admin", &token);
    memcpy(kept, token.at, token.len);
    GOOD(host_delete(host_real(), arena_format(scene->arena, "%.*s/guard.key", PRINT(scene->folder)), &err));
    arena_free(scene->both->arena);
    scene->both->arena = scene->arena = arena_make(0);
    scene_reopen(scene);
    no_session_for(scene, slice_of(kept));
    GOOD(scene_try(scene, "ada.admin", SCENE_WORD, "local", &err)); /* accounts outlive the key */
}

static void a_session_ends_after_half_an_hour_without_a_request(void **state)
{
    struct scene *scene = scene_of(state);
    scene_administrator(scene);
    struct slice token;
    (void)scene_sign_in(scene, "ada.admin", &token);
    for (int i = 0; i < 10; i++) {
        scene->now += 24 * MINUTE;
        (void)scene_resume(scene, token);
    }
    scene->now += 30 * MINUTE;
    no_session_for(scene, token);
}

static void a_session_ends_twelve_hours_after_sign_in_whatever_happens(void **state)
{
    struct scene *scene = scene_of(state);
    scene_administrator(scene);
    struct slice token;
    (void)scene_sign_in(scene, "ada.admin", &token);
    for (int64_t at = 0; at < 12 * HOUR - 10 * MINUTE; at += 10 * MINUTE) {
        (void)scene_resume(scene, token);
        scene->now += 10 * MINUTE;
    }
    (void)scene_resume(scene, token);
    scene->now += 10 * MINUTE;
    no_session_for(scene, token);
}

static void ended_sessions_and_old_failures_are_swept(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    (void)scene_sign_in(scene, "ada.admin", NULL);
    assert_false(scene_try(scene, "nobody", "wrong wrong wrong", "192.0.2.9", &err));
    scene->now += 25 * HOUR;
    GOOD(guard_sweep(scene->guard, &err));
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM session"), 0);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM signin_failure"), 0);
}

static void the_same_words_for_an_unknown_name_a_wrong_password_and_a_disabled_account(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    GOOD(account_disable(scene_sign_in(scene, "ada.admin", NULL), S("wanda.worker"), true, &err));
    static const char *const tries[][2] = {
        {"nobody.here", SCENE_WORD},
        {"ada.admin", "not the words at all"},
        {"wanda.worker", SCENE_WORD},
        {"wanda.worker", "wrong"},
        {"", ""},
        {"two words", SCENE_WORD},
        {"ada.admin'--", SCENE_WORD},
        {"ada.admin", ""},
    };
    for (size_t i = 0; i < countof(tries); i++) {
        err = NO_ERROR;
        assert_false(scene_try(scene, tries[i][0], tries[i][1], "192.0.2.9", &err));
        assert_int_equal(err.code, ERROR_NOT_SIGNED_IN);
        assert_string_equal(err.text, SENTENCE_WRONG);
    }
    /* A password of any length does no harm. */
    char *huge = arena_array(scene->arena, char, 1 << 20);
    memset(huge, 'x', (1 << 20) - 1);
    assert_false(scene_try(scene, "ada.admin", huge, "192.0.2.9", &err));
    assert_string_equal(err.text, SENTENCE_WRONG);
}

static void twenty_wrong_passwords_are_slowed_down_and_the_right_one_waits_its_turn(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    int looked_at = 0, turned_away = 0;
    for (int i = 0; i < 20; i++) {
        err = NO_ERROR;
        assert_false(scene_try(scene, "ada.admin", "not the words at all", "192.0.2.9", &err));
        looked_at += err.code == ERROR_NOT_SIGNED_IN;
        turned_away += err.code == ERROR_TOO_MANY;
        scene->now += 100; /* as fast as a program tries */
    }
    assert_int_equal(looked_at, 6); /* five are free, and the wait of one second ends once */
    assert_int_equal(turned_away, 14);
    /* Even the right words are not looked at while the wait lasts, from anywhere. */
    assert_false(scene_try(scene, "ada.admin", SCENE_WORD, "198.51.100.1", &err));
    assert_int_equal(err.code, ERROR_TOO_MANY);
    assert_non_null(strstr(err.text, "wait "));
    scene->now += 2000;
    GOOD(scene_try(scene, "ada.admin", SCENE_WORD, "192.0.2.9", &err));
    /* Which clears the name. */
    assert_false(scene_try(scene, "ada.admin", "not the words at all", "192.0.2.9", &err));
    assert_int_equal(err.code, ERROR_NOT_SIGNED_IN);
}

static void each_failure_past_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    int64_t expected = 1;
    int looked_at = 0;
    for (int i = 0; i < 5 + 2 * 13; i++) { /* whether the name exists is the same */
        assert_false(scene_try(scene, "nobody.here", "wrong wrong wrong", "local", &err));
        if (err.code == ERROR_NOT_SIGNED_IN) {
            looked_at++;
            continue;
        }
        assert_int_equal(err.code, ERROR_TOO_MANY);
        const char *words = strstr(err.text, "wait ");
        assert_non_null(words);
        assert_int_equal(strtoll(words + 5, NULL, 10), expected);
        scene->now += expected * 1000 - 1; /* a moment too early is too early */
        assert_false(scene_try(scene, "nobody.here", "wrong wrong wrong", "local", &err));
        assert_int_equal(err.code, ERROR_TOO_MANY);
        scene->now += 1;
        expected = expected * 2 < 900 ? expected * 2 : 900;
    }
    assert_int_equal(looked_at, 5 + 13);
    assert_int_equal(expected, 900);
}

static void one_address_that_tries_many_names_is_slowed_down_too(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    int turned_away = 0;
    for (int i = 0; i < 30; i++) {
        char name[40];
        snprintf(name, sizeof name, "name%d", i);
        assert_false(scene_try(scene, name, "wrong wrong wrong", "192.0.2.9", &err));
        turned_away += err.code == ERROR_TOO_MANY;
    }
    assert_int_equal(turned_away, 10);
    assert_false(scene_try(scene, "ada.admin", SCENE_WORD, "192.0.2.9", &err));
    assert_int_equal(err.code, ERROR_TOO_MANY);
    GOOD(scene_try(scene, "ada.admin", SCENE_WORD, "192.0.2.10", &err)); /* another address is not */
    /* Nothing of what was typed lies in the database. */
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM signin_failure WHERE name LIKE '%name%'"), 0);
    assert_int_equal(both_integer(scene->both, t, "SELECT MIN(LENGTH(name)) FROM signin_failure"), 64);
}

static void signing_in_anew_ends_the_session_that_was_brought_along(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    struct slice old, token;
    struct guard_session *session;
    (void)scene_sign_in(scene, "ada.admin", &old);
    const struct guard_visit visit = {.token = old, .place = S("test"), .client = S("192.0.2.7")};
    GOOD(guard_sign_in(scene->guard, S("ada.admin"), S(SCENE_WORD), &visit, scene->arena, &token, &session, &err));
    assert_false(slice_equal(old, token));
    no_session_for(scene, old);
}

static void role_and_purpose_are_chosen_among_ones_own(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "olga.officer", "council", "officer worker");
    struct slice token;
    struct guard_session *session = scene_sign_in(scene, "olga.officer", &token);
    assert_null(guard_grant(session)); /* there is a choice to make */
    struct transaction *t;
    assert_false(guard_read_begin(session, USE_SHOW, scene->arena, &t, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(guard_needs(session, ABILITY_VIEW, &err));
    struct guard_choice *choices;
    size_t count;
    GOOD(guard_choices(session, scene->arena, &choices, &count, &err));
    assert_int_equal(count, 3);
    assert_true(slice_equal(choices[0].role->name, S("officer")) &&
                slice_equal(choices[0].purpose->name, S("prevent")));
    assert_false(choices[0].in_force);
    assert_true(slice_equal(choices[2].role->name, S("worker")) && choices[2].in_force);
    assert_false(guard_choose(&session, S("lead"), S("oversight"), scene->arena, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(guard_choose(&session, S("worker"), S("prevent"), scene->arena, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_null(guard_grant(session));
    GOOD(guard_choose(&session, S("worker"), S("assess"), scene->arena, &err));
    assert_true(grant_matches(guard_grant(session), S("gp")));
    assert_true(slice_equal(guard_who(scene_resume(scene, token))->purpose, S("assess")));
    GOOD(guard_choose(&session, S("officer"), S("prevent"), scene->arena, &err));
    assert_int_equal(guard_grant(session)->source_count, 0);
    assert_false(guard_read_begin(session, USE_SHOW, scene->arena, &t, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_string_equal(err.text,
                        "no agreement in force today lets the role \"Fire safety officer\" of The Council use "
                        "anything for the purpose \"Fire prevention\"; ask the information governance lead");
    assert_false(guard_write_begin(session, scene->arena, &t, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void a_withdrawn_agreement_bites_at_the_next_request(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice token;
    (void)scene_sign_in(scene, "wanda.worker", &token);
    struct transaction *t;
    GOOD(guard_read_begin(scene_resume(scene, token), USE_SHOW, scene->arena, &t, &err));
    transaction_rollback(t);
    struct slice text = slice_of(scene_assessing);
    size_t at = slice_search(text, S("clauses:"));
    scene_agreement(scene, "assessing",
                    arena_cstr(scene->arena, arena_format(scene->arena, "%.*swithdrawn: 2026-11-27\n%s", (int)at,
                                                          text.at, text.at + at)));
    struct guard_session *session = scene_resume(scene, token);
    assert_int_equal(guard_grant(session)->source_count, 0);
    assert_false(guard_read_begin(session, USE_SHOW, scene->arena, &t, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    scene_agreement(scene, "assessing", scene_assessing);
    GOOD(guard_read_begin(scene_resume(scene, token), USE_SHOW, scene->arena, &t, &err));
}

static void an_agreement_ends_by_itself_at_midnight(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice text = slice_of(scene_assessing);
    size_t at = slice_search(text, S("2027-12-31"));
    scene_agreement(
        scene, "assessing",
        arena_cstr(scene->arena, arena_format(scene->arena, "%.*s2026-11-27%s", (int)at, text.at, text.at + at + 10)));
    struct slice token;
    scene->now = NOON + 12 * HOUR - 1;
    (void)scene_sign_in(scene, "wanda.worker", &token);
    struct transaction *t;
    GOOD(guard_read_begin(scene_resume(scene, token), USE_SHOW, scene->arena, &t, &err));
    transaction_rollback(t);
    scene->now += 1;
    assert_false(guard_read_begin(scene_resume(scene, token), USE_SHOW, scene->arena, &t, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void a_role_taken_away_is_gone_at_the_next_request(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice token;
    (void)scene_sign_in(scene, "wanda.worker", &token);
    const struct slice contact = S("contact");
    GOOD(account_set_roles(scene_sign_in(scene, "ada.admin", NULL), S("wanda.worker"), &contact, 1, &err));
    struct guard_session *session = scene_resume(scene, token);
    assert_null(guard_grant(session));
    assert_int_equal(guard_who(session)->abilities, 0);
}

static void a_form_of_another_session_is_refused(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    const struct guard_session *one = scene_sign_in(scene, "ada.admin", NULL);
    const struct guard_session *other = scene_sign_in(scene, "ada.admin", NULL);
    GOOD(guard_csrf(one, guard_who(one)->csrf, &err));
    assert_false(guard_csrf(one, guard_who(other)->csrf, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(guard_csrf(one, NO_SLICE, &err));
    assert_false(guard_csrf(one, slice_part(guard_who(one)->csrf, 0, 42), &err));
}

static void a_caller_who_was_identified_is_remembered_until_the_purpose_is_chosen_again(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "connie", "council", "contact");
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice token;
    struct guard_session *session = scene_sign_in(scene, "connie", &token);
    assert_false(guard_caller_known(session, S("3:17")));
    GOOD(guard_note_caller(session, S("3:17"), &err));
    session = scene_resume(scene, token);
    assert_true(guard_caller_known(session, S("3:17")));
    assert_false(guard_caller_known(session, S("3:18")));
    assert_false(guard_caller_known(session, S("3:1")));
    GOOD(guard_choose(&session, S("contact"), S("answer"), scene->arena, &err));
    assert_false(guard_caller_known(session, S("3:17")));
    assert_false(guard_caller_known(scene_resume(scene, token), S("3:17")));
    assert_true(guard_caller_known(scene_sign_in(scene, "wanda.worker", NULL), S("3:17"))); /* no check in that role */
}

static void the_hubs_own_processing_needs_an_agreement_like_anybody(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct guard_session *session;
    GOOD(guard_system_session(scene->guard, S("linking"), S("hub"), S("command line link"), scene->arena, &session,
                              &err));
    assert_true(slice_equal(guard_grant(session)->match_sources, S("care gp")));
    assert_true(guard_who(session)->system);
    struct transaction *t;
    GOOD(guard_read_begin(session, USE_MATCH, scene->arena, &t, &err));
    assert_false(guard_choose(&session, S("worker"), S("assess"), scene->arena, &err));
    struct slice text = slice_of(scene_linking);
    size_t at = slice_search(text, S("hub, "));
    scene_agreement(scene, "linking",
                    arena_cstr(scene->arena, arena_format(scene->arena, "%.*s%s", (int)at, text.at, text.at + at + 5)));
    assert_false(guard_system_session(scene->guard, S("linking"), S("hub"), S("command line link"), scene->arena,
                                      &session, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(guard_system_session(scene->guard, S("nothing"), S("hub"), S("test"), scene->arena, &session, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void without_an_audit_nothing_is_read(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice token;
    (void)scene_sign_in(scene, "wanda.worker", &token);
    struct guard *bare;
    const struct guard_options options = {.store = scene->both->store,
                                          .catalogue = guard_fixed_catalogue(scene->catalogue),
                                          .host = &scene->host,
                                          .folder = scene->folder,
                                          .cheap_passwords = true};
    GOOD(guard_open(&options, &bare, &err));
    struct arena *arena = arena_make(0);
    struct guard_session *session;
    struct transaction *t;
    const struct guard_visit visit = {.token = token, .place = S("test")};
    GOOD(guard_resume(bare, &visit, arena, &session, &err));
    assert_false(guard_read_begin(session, USE_SHOW, arena, &t, &err));
    assert_int_equal(err.code, ERROR_IO);
    arena_free(arena);
    guard_close(bare);
}

static void a_key_of_the_wrong_size_is_refused(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct guard *guard;
    struct slice folder = arena_format(scene->arena, "%.*s/other", PRINT(scene->both->folder));
    GOOD(host_make_folder(host_real(), folder, &err));
    scene_write(folder, "guard.key", "short", scene->arena);
    const struct guard_options options = {.store = scene->both->store,
                                          .catalogue = guard_fixed_catalogue(scene->catalogue),
                                          .host = &scene->host,
                                          .folder = folder};
    assert_false(guard_open(&options, &guard, &err));
    assert_int_equal(err.code, ERROR_INPUT);
}

static void the_token_of_the_command_line_is_a_file_for_its_owner_alone(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct slice path = arena_format(scene->arena, "%.*s/config/token", PRINT(scene->both->folder)), token;
    assert_false(guard_token_read(&scene->host, path, scene->arena, &token, &err));
    assert_int_equal(err.code, ERROR_NOT_SIGNED_IN);
    GOOD(guard_token_write(&scene->host, path, S("abc"), &err));
    GOOD(guard_token_read(&scene->host, path, scene->arena, &token, &err));
    assert_true(slice_equal(token, S("abc")));
    char command[400];
    snprintf(command, sizeof command, "test \"$(stat -c %%a '%.*s')\" = 600", PRINT(path));
    assert_int_equal(system(command), 0);
}

/* ---- Threads ---- */

struct knocking {
    struct scene *scene;
    int signed_in, turned_away, wrong;
};

static void *knock(void *argument)
{
    struct knocking *knocking = argument;
    for (int i = 0; i < 8; i++) {
        struct error err = NO_ERROR;
        bool done = scene_try(knocking->scene, "wanda.worker", "not the words at all", "192.0.2.9", &err);
        knocking->signed_in += done;
        knocking->wrong += err.code == ERROR_NOT_SIGNED_IN;
        knocking->turned_away += err.code == ERROR_TOO_MANY;
    }
    return NULL;
}

/* The throttle is looked at one at a time: many at once do not slip through together. */
static void many_attempts_at_once_are_counted_one_by_one(void **state)
{
    struct scene *scene = scene_of(state);
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct knocking knocking[4];
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        knocking[i] = (struct knocking){.scene = scene};
        assert_int_equal(pthread_create(&threads[i], NULL, knock, &knocking[i]), 0);
    }
    int wrong = 0, turned_away = 0;
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(knocking[i].signed_in, 0);
        wrong += knocking[i].wrong;
        turned_away += knocking[i].turned_away;
    }
    assert_int_equal(wrong, 5); /* the clock stands still */
    assert_int_equal(turned_away, 27);
}

/* ---- Time ---- */

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Of the processor, so that a busy machine does not count. */
static int64_t spent(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The median of sign-ins with the real cost would take minutes: at the smallest cost the same code runs, and what would
 * differ (a hash left out) would show all the more. */
static void an_unknown_name_takes_as_long_as_a_wrong_password(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    enum { TRIES = 200, HALF = 100 };
    int64_t known[TRIES], unknown[TRIES];
    for (int i = 0; i < TRIES; i++) {
        /* In turn, so that neither is always the one that finds the caches warm. */
        for (int turn = 0; turn < 2; turn++) {
            bool is_known = turn == i % 2;
            int64_t start = spent();
            assert_false(
                scene_try(scene, is_known ? "ada.admin" : "nobody.here", "not the words at all", "local", &err));
            (is_known ? known : unknown)[i] = spent() - start;
            assert_int_equal(err.code, ERROR_NOT_SIGNED_IN);
        }
        scene->now += 16 * MINUTE; /* past any wait */
    }
    qsort(known, TRIES, sizeof *known, compare_times);
    qsort(unknown, TRIES, sizeof *unknown, compare_times);
    double ratio = (double)known[HALF] / (double)unknown[HALF];
    if (ratio < 0.5 || ratio > 2.0)
        fail_msg("a known name takes %.2f times as long as an unknown one", ratio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_ON_BOTH(who_signs_in_is_known_until_they_sign_out),
        SCENE_ON_BOTH(a_forged_token_opens_nothing),
        SCENE_ON_SQLITE(another_hubs_key_opens_no_session_of_this_one),
        SCENE_ON_BOTH(a_session_ends_after_half_an_hour_without_a_request),
        SCENE_ON_BOTH(a_session_ends_twelve_hours_after_sign_in_whatever_happens),
        SCENE_ON_BOTH(ended_sessions_and_old_failures_are_swept),
        SCENE_ON_BOTH(the_same_words_for_an_unknown_name_a_wrong_password_and_a_disabled_account),
        SCENE_ON_BOTH(twenty_wrong_passwords_are_slowed_down_and_the_right_one_waits_its_turn),
        SCENE_ON_SQLITE(each_failure_past_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour),
        SCENE_ON_BOTH(one_address_that_tries_many_names_is_slowed_down_too),
        SCENE_ON_BOTH(signing_in_anew_ends_the_session_that_was_brought_along),
        SCENE_ON_BOTH(role_and_purpose_are_chosen_among_ones_own),
        SCENE_ON_BOTH(a_withdrawn_agreement_bites_at_the_next_request),
        SCENE_ON_BOTH(an_agreement_ends_by_itself_at_midnight),
        SCENE_ON_BOTH(a_role_taken_away_is_gone_at_the_next_request),
        SCENE_ON_BOTH(a_form_of_another_session_is_refused),
        SCENE_ON_BOTH(a_caller_who_was_identified_is_remembered_until_the_purpose_is_chosen_again),
        SCENE_ON_BOTH(the_hubs_own_processing_needs_an_agreement_like_anybody),
        SCENE_ON_BOTH(without_an_audit_nothing_is_read),
        SCENE_ON_SQLITE(a_key_of_the_wrong_size_is_refused),
        SCENE_ON_SQLITE(the_token_of_the_command_line_is_a_file_for_its_owner_alone),
        SCENE_ON_BOTH(many_attempts_at_once_are_counted_one_by_one),
        SCENE_ON_SQLITE(an_unknown_name_takes_as_long_as_a_wrong_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
