#include "guard/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard/scene.h"

static bool make(struct scene *scene, struct guard_session *session, const char *name, const char *password,
                 const char *role, const char *agency, struct error *err)
{
    const struct slice roles = slice_of(role);
    const struct account_options options = {.name = slice_of(name),
                                            .shown = S("Somebody"),
                                            .agency = slice_of(agency),
                                            .roles = &roles,
                                            .role_count = role[0] != 0,
                                            .password = slice_of(password)};
    (void)scene;
    *err = NO_ERROR;
    return account_make(session, &options, err);
}

static void the_first_administrator_is_made_once(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    const struct slice worker = S("worker"), admin = S("admin");
    struct account_options options = {.name = S("first"),
                                      .shown = S("First Person"),
                                      .agency = S("council"),
                                      .roles = &worker,
                                      .role_count = 1,
                                      .password = S(SCENE_WORD)};
    assert_false(account_first_administrator(scene->guard, &options, &err)); /* could not administer */
    assert_int_equal(err.code, ERROR_INPUT);
    options.roles = &admin;
    GOOD(account_first_administrator(scene->guard, &options, &err));
    options.name = S("second");
    assert_false(account_first_administrator(scene->guard, &options, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    GOOD(scene_try(scene, "first", SCENE_WORD, "local", &err));
    assert_false(scene_try(scene, "second", SCENE_WORD, "local", &err));
}

static void only_who_may_administer_makes_accounts(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct guard_session *worker = scene_sign_in(scene, "wanda.worker", NULL);
    struct account *accounts, found;
    size_t count;
    const struct slice role = S("admin");
    assert_false(make(scene, worker, "more", SCENE_WORD, "worker", "council", &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(account_list(worker, scene->arena, &accounts, &count, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(account_find(worker, S("ada.admin"), scene->arena, &found, &err));
    assert_false(account_disable(worker, S("ada.admin"), true, &err));
    assert_false(account_set_roles(worker, S("wanda.worker"), &role, 1, &err));
    assert_false(account_set_password(worker, S("ada.admin"), S(SCENE_WORD), S("some other words"), &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(account_remove_demonstration(worker, &err));
    GOOD(account_list(scene_sign_in(scene, "ada.admin", NULL), scene->arena, &accounts, &count, &err));
    assert_int_equal(count, 2);
    assert_true(slice_equal(accounts[1].name, S("wanda.worker")));
}

static void a_bad_name_password_role_or_agency_is_said_in_one_sentence(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    struct guard_session *admin = scene_sign_in(scene, "ada.admin", NULL);
    static const struct {
        const char *name, *password, *role, *agency;
        enum error_code code;
    } bad[] = {
        {"x", SCENE_WORD, "worker", "council", ERROR_INPUT},
        {"has space", SCENE_WORD, "worker", "council", ERROR_INPUT},
        {".dot", SCENE_WORD, "worker", "council", ERROR_INPUT},
        {"sam<script>", SCENE_WORD, "worker", "council", ERROR_INPUT},
        {"fine.name", "short", "worker", "council", ERROR_INPUT},
        {"fine.name", "aaaaaaaaaaaaaaaa", "worker", "council", ERROR_INPUT},
        {"longer.fine.name", "longer.fine.name", "worker", "council", ERROR_INPUT},
        {"fine.name", "PasswordPassword", "worker", "council", ERROR_INPUT},
        {"fine.name", SCENE_WORD, "king", "council", ERROR_INPUT},
        {"fine.name", SCENE_WORD, "", "council", ERROR_INPUT},
        {"fine.name", SCENE_WORD, "worker", "kingdom", ERROR_INPUT},
        {"ADA.admin", SCENE_WORD, "worker", "council", ERROR_CONFLICT},
    };
    for (size_t i = 0; i < countof(bad); i++) {
        assert_false(make(scene, admin, bad[i].name, bad[i].password, bad[i].role, bad[i].agency, &err));
        assert_int_equal(err.code, bad[i].code);
        assert_true(strlen(err.text) > 20);
        assert_null(strstr(err.text, SCENE_WORD));
    }
    GOOD(make(scene, admin, "Fine.Name", SCENE_WORD, "worker", "council", &err));
    GOOD(scene_try(scene, "fine.name", SCENE_WORD, "local", &err));
}

static void a_disabled_account_is_out_at_once(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice token;
    struct guard_session *session;
    (void)scene_sign_in(scene, "wanda.worker", &token);
    const struct guard_visit visit = {.token = token, .place = S("test")};
    struct guard_session *admin = scene_sign_in(scene, "ada.admin", NULL);
    GOOD(account_disable(admin, S("wanda.worker"), true, &err));
    assert_false(guard_resume(scene->guard, &visit, scene->arena, &session, &err));
    assert_false(scene_try(scene, "wanda.worker", SCENE_WORD, "local", &err));
    GOOD(account_disable(admin, S("wanda.worker"), false, &err));
    assert_false(guard_resume(scene->guard, &visit, scene->arena, &session, &err)); /* the old session stays ended */
    GOOD(scene_try(scene, "wanda.worker", SCENE_WORD, "local", &err));
}

static void the_last_administrator_stays(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    const struct slice worker = S("worker");
    scene_administrator(scene);
    scene_account(scene, "bea.admin", "council", "admin");
    struct guard_session *admin = scene_sign_in(scene, "ada.admin", NULL);
    GOOD(account_disable(admin, S("bea.admin"), true, &err));
    assert_false(account_disable(admin, S("ada.admin"), true, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_false(account_set_roles(admin, S("ada.admin"), &worker, 1, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    GOOD(account_disable(admin, S("bea.admin"), false, &err));
    GOOD(account_set_roles(admin, S("ada.admin"), &worker, 1, &err));
}

static void a_new_password_ends_the_other_sessions(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct slice one, two;
    struct guard_session *gone, *own = scene_sign_in(scene, "wanda.worker", &one);
    (void)scene_sign_in(scene, "wanda.worker", &two);
    assert_false(account_set_password(own, S("wanda.worker"), S("not the old words"), S("some other words"), &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(account_set_password(own, S("wanda.worker"), S(SCENE_WORD), S("short"), &err));
    assert_int_equal(err.code, ERROR_INPUT);
    GOOD(account_set_password(own, S("wanda.worker"), S(SCENE_WORD), S("some other words"), &err));
    (void)scene_resume(scene, one);
    const struct guard_visit visit = {.token = two, .place = S("test")};
    assert_false(guard_resume(scene->guard, &visit, scene->arena, &gone, &err));
    assert_false(scene_try(scene, "wanda.worker", SCENE_WORD, "local", &err));
    GOOD(scene_try(scene, "wanda.worker", "some other words", "local", &err));
    GOOD(account_set_password(scene_sign_in(scene, "ada.admin", NULL), S("wanda.worker"), NO_SLICE, S(SCENE_WORD),
                              &err));
    const struct guard_visit first = {.token = one, .place = S("test")};
    assert_false(guard_resume(scene->guard, &first, scene->arena, &gone, &err));
    GOOD(scene_try(scene, "wanda.worker", SCENE_WORD, "local", &err));
    /* At the machine itself. */
    GOOD(account_reset(scene->guard, S("ada.admin"), S("words of the machine"), &err));
    GOOD(scene_try(scene, "ada.admin", "words of the machine", "local", &err));
    assert_false(account_reset(scene->guard, S("nobody"), S("words of the machine"), &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void signing_out_elsewhere_ends_ones_other_sessions_alone(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct slice here, there, other;
    struct guard_session *again;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    scene_sign_in(scene, "wanda.worker", &there);
    scene_sign_in(scene, "ada.admin", &other);
    struct guard_session *wanda = scene_sign_in(scene, "wanda.worker", &here);
    GOOD(account_sign_out_elsewhere(wanda, &err));
    const struct guard_visit ended = {.token = there, .place = S("test")};
    assert_false(guard_resume(scene->guard, &ended, scene->arena, &again, &err));
    assert_non_null(scene_resume(scene, here));
    assert_non_null(scene_resume(scene, other));
}

static void the_old_password_cannot_be_guessed_and_guessing_locks_nobody_out(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    struct guard_session *own = scene_sign_in(scene, "wanda.worker", NULL);
    for (int i = 0; i < 5; i++) {
        assert_false(account_set_password(own, S("wanda.worker"), S("a guess at it"), S("some other words"), &err));
        assert_int_equal(err.code, ERROR_DENIED);
    }
    assert_false(account_set_password(own, S("wanda.worker"), S(SCENE_WORD), S("some other words"), &err));
    assert_int_equal(err.code, ERROR_TOO_MANY);
    GOOD(scene_try(scene, "wanda.worker", SCENE_WORD, "local", &err));
    scene->now += 2000;
    GOOD(account_set_password(own, S("wanda.worker"), S(SCENE_WORD), S("some other words"), &err));
    /* Who knew it starts anew. */
    assert_false(account_set_password(own, S("wanda.worker"), S("a guess at it"), S("and other words"), &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void passwords_are_kept_as_argon2id(void **state)
{
    struct scene *scene = scene_of(state);
    scene_administrator(scene);
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    assert_int_equal(
        both_integer(scene->both, t, "SELECT COUNT(*) FROM account WHERE password_hash LIKE '$argon2id$v=19$%'"), 1);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM account WHERE password_hash LIKE '%words%'"),
                     0);
}

static void every_change_of_an_account_is_on_record(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    scene_account(scene, "lena.lead", "council", "lead");
    struct guard_session *admin = scene_sign_in(scene, "ada.admin", NULL);
    GOOD(account_disable(admin, S("wanda.worker"), true, &err));
    assert_false(account_disable(admin, S("nobody.here"), true, &err));
    struct guard_session *lead = scene_sign_in(scene, "lena.lead", NULL);
    struct change *changes;
    size_t count;
    bool more;
    GOOD(change_list(lead, &(struct change_filter){.what = S("account")}, scene->arena, &changes, &count, &more, &err));
    assert_int_equal(count, 4);
    assert_false(more);
    assert_true(slice_equal(changes[0].subject, S("wanda.worker")));
    assert_true(slice_equal(changes[0].account, S("ada.admin")));
    assert_true(slice_equal(changes[0].detail, S("{\"did\":\"disable\"}")));
    assert_true(slice_equal(changes[3].subject, S("ada.admin")));
    GOOD(change_list(lead, &(struct change_filter){.limit = 2, .before = changes[0].id}, scene->arena, &changes, &count,
                     &more, &err));
    assert_int_equal(count, 2);
    assert_true(more);
    assert_false(change_list(admin, &(struct change_filter){0}, scene->arena, &changes, &count, &more, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void demonstration_accounts_keep_the_server_to_loopback(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct account *accounts;
    size_t count;
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    scene->catalogue =
        scene_read_county(arena_format(scene->both->life, "%s/county/norfolk", root ? root : "."), scene->both->life);
    static const struct slice near[] = {S_INIT("127.0.0.1"), S_INIT("::1"),        S_INIT("[::1]"),
                                        S_INIT("localhost"), S_INIT("127.8.9.10"), S_INIT("::ffff:127.0.0.1")};
    static const struct slice far[] = {S_INIT("0.0.0.0"),           S_INIT("::"),
                                       S_INIT("192.0.2.1"),         S_INIT(""),
                                       S_INIT("127.0.0.1.example"), S_INIT("127.0.0"),
                                       S_INIT("127.0.0.256"),       S_INIT("localhost.example"),
                                       S_INIT("1270.0.0.1"),        S_INIT("::ffff:192.0.2.1"),
                                       S_INIT("127.0.0.1.")};
    for (size_t i = 0; i < countof(near); i++)
        GOOD(guard_may_listen(scene->guard, &(struct guard_listening){near[i], false}, &err));
    for (size_t i = 0; i < countof(far); i++) {
        err = NO_ERROR;
        assert_false(guard_may_listen(scene->guard, &(struct guard_listening){far[i], false}, &err));
        assert_int_equal(err.code, ERROR_DENIED);
        GOOD(guard_may_listen(scene->guard, &(struct guard_listening){far[i], true}, &err));
    }
    GOOD(account_demonstration(scene->guard, scene->arena, &accounts, &count, &err));
    assert_int_equal(count, 9);
    for (size_t i = 0; i < count; i++) {
        assert_true(accounts[i].demonstration);
        GOOD(scene_try(scene, arena_cstr(scene->arena, accounts[i].name), ACCOUNT_DEMONSTRATION_PASSWORD, "local",
                       &err));
    }
    for (size_t i = 0; i < countof(far); i++) {
        assert_false(guard_may_listen(scene->guard, &(struct guard_listening){far[i], true}, &err));
        assert_int_equal(err.code, ERROR_DENIED);
    }
    GOOD(guard_may_listen(scene->guard, &(struct guard_listening){near[0], false}, &err));
    /* A proxy in front of loopback lets the world in as well. */
    assert_false(guard_may_listen(scene->guard, &(struct guard_listening){near[0], true}, &err));
    GOOD(account_demonstration(scene->guard, scene->arena, &accounts, &count, &err)); /* again changes nothing */
    assert_int_equal(count, 9);
    /* They go only when somebody else may administer. */
    struct guard_session *admin;
    struct slice token;
    const struct guard_visit visit = {.place = S("test"), .client = S("local")};
    GOOD(guard_sign_in(scene->guard, S("adam.admin"), S(ACCOUNT_DEMONSTRATION_PASSWORD), &visit, scene->arena, &token,
                       &admin, &err));
    assert_false(account_remove_demonstration(admin, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    GOOD(make(scene, admin, "real.admin", SCENE_WORD, "administrator", "norfolk_county_council", &err)
             ? true
             : (printf("# %s\n", err.text), false));
    GOOD(account_remove_demonstration(admin, &err));
    GOOD(guard_may_listen(scene->guard, &(struct guard_listening){far[0], true}, &err));
    assert_false(scene_try(scene, "sam.social", ACCOUNT_DEMONSTRATION_PASSWORD, "local", &err));
    const struct guard_visit again = {.token = token, .place = S("test")};
    assert_false(guard_resume(scene->guard, &again, scene->arena, &admin, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_ON_BOTH(the_first_administrator_is_made_once),
        SCENE_ON_BOTH(only_who_may_administer_makes_accounts),
        SCENE_ON_BOTH(a_bad_name_password_role_or_agency_is_said_in_one_sentence),
        SCENE_ON_BOTH(a_disabled_account_is_out_at_once),
        SCENE_ON_BOTH(the_last_administrator_stays),
        SCENE_ON_BOTH(a_new_password_ends_the_other_sessions),
        SCENE_ON_BOTH(signing_out_elsewhere_ends_ones_other_sessions_alone),
        SCENE_ON_BOTH(the_old_password_cannot_be_guessed_and_guessing_locks_nobody_out),
        SCENE_ON_BOTH(passwords_are_kept_as_argon2id),
        SCENE_ON_BOTH(every_change_of_an_account_is_on_record),
        SCENE_ON_BOTH(demonstration_accounts_keep_the_server_to_loopback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
