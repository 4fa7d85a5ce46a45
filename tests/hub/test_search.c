#include "hub/search.h"

#include "hub/little.h"
#include "hub/search_score.h"
#include "store/search_table.h"

static struct search_answer *ask(struct little *little, const struct guard_session *session, const char *words)
{
    struct error err;
    struct search_answer *answer = NULL;
    struct search_question question = {.words = slice_of(words)};
    GOOD(hub_search(&little->hub, session, &question, little->arena, &answer, &err));
    return answer;
}

/* 150 people whose names sound like hers and come before hers in every order but the spelling. */
static void who_is_spelt_so_is_found_among_the_many_who_only_sound_so(void **state)
{
    struct little *little = little_of(state);
    static struct loader_row rows[151];
    for (size_t i = 0; i < 150; i++)
        rows[i] =
            (struct loader_row){{arena_cstr(little->both->life, arena_format(little->both->life, "B%04zu", i)),
                                 i % 2 ? "Jean" : "Jaimie", i % 2 ? "Smythe" : "Smeed", "", "1950-01-01",
                                 arena_cstr(little->both->life, arena_format(little->both->life, "%zu Low Road", i)),
                                 "NR20 1AB", "", "", "", ""}};
    rows[150] =
        (struct loader_row){{"Z0001", "Joan", "Smith", "", "1950-06-07", "1 High Road", "NR21 2AB", "", "", "", ""}};
    little_load(little, NULL);
    little_reload(little, "care", rows, countof(rows), "2026-11-02");
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker");
    static const char *const questions[] = {"joan smith", "smith joan", "joan smith 1950"};
    for (size_t i = 0; i < countof(questions); i++) {
        struct search_answer *answer = ask(little, worker, questions[i]);
        assert_true(answer->hit_count > 1);
        assert_string_equal(arena_cstr(little->arena, answer->hits[0].name), "Joan Smith");
        assert_true(answer->hits[0].score > answer->hits[1].score);
        assert_true(answer->too_common); /* not everybody of that sound was looked at */
    }
    /* The same question, the same answer. */
    struct search_answer *one = ask(little, worker, "jean smith"), *two = ask(little, worker, "jean smith");
    assert_int_equal(one->hit_count, two->hit_count);
    for (size_t i = 0; i < one->hit_count; i++)
        assert_int_equal(one->hits[i].entity, two->hits[i].entity);
}

/* "Hill" is a word of addresses and a surname: without a house number it is asked for as a name. */
static void a_surname_that_is_a_word_of_streets_too_is_looked_up(void **state)
{
    struct little *little = little_of(state);
    static struct loader_row rows[151];
    for (size_t i = 0; i < 150; i++)
        rows[i] = (struct loader_row){
            {arena_cstr(little->both->life, arena_format(little->both->life, "B%04zu", i)), "Matthew",
             arena_cstr(little->both->life,
                        arena_format(little->both->life, "Ab%c%c", (char)('a' + i % 26), (char)('a' + i / 26))),
             "", "1950-01-01", arena_cstr(little->both->life, arena_format(little->both->life, "%zu Low Road", i)),
             "NR20 1AB", "", "", "", ""}};
    rows[150] = (struct loader_row){{"Z0001", "Matthew", "Hill", "", "1950-06-07", "1 High Road", "NR21 2AB"}};
    little_load(little, NULL);
    little_reload(little, "care", rows, countof(rows), "2026-11-02");
    (void)little_link(little, 1);
    struct search_answer *answer = ask(little, little_sign_in(little, "sam.worker"), "matthew hill");
    assert_string_equal(arena_cstr(little->arena, answer->hits[0].name), "Matthew Hill");
    assert_true(answer->hits[0].whole);
}

/* "M. L." is the beginning of anybody's names: who is found by that and the year stands behind a namesake. */
static void initials_alone_are_no_evidence(void **state)
{
    struct little *little = little_of(state);
    static struct loader_row rows[] = {{{"B0001", "M L", "Dixon", "", "1998-11-26", "1 Low Road", "NR20 1AB"}},
                                       {{"B0002", "Molly", "Leeder", "", "1970-08-02", "2 Low Road", "NR20 1AB"}},
                                       {{"B0003", "M", "Leeder", "", "1998-08-02", "3 Low Road", "NR20 1AB"}}};
    little_load(little, NULL);
    little_reload(little, "care", rows, countof(rows), "2026-11-02");
    (void)little_link(little, 1);
    struct search_answer *answer = ask(little, little_sign_in(little, "sam.worker"), "molly leeder 1998");
    assert_true(answer->hit_count >= 2);
    assert_string_equal(arena_cstr(little->arena, answer->hits[0].name), "M Leeder"); /* an initial beside a name */
    assert_string_equal(arena_cstr(little->arena, answer->hits[1].name), "Molly Leeder");
    for (size_t i = 0; i < answer->hit_count; i++)
        assert_string_not_equal(arena_cstr(little->arena, answer->hits[i].name), "M L Dixon");
}

static int64_t count_of(struct little *little, const char *sql)
{
    struct error err;
    struct transaction *t;
    struct result rows;
    struct sql text = {slice_of(sql)};
    GOOD(store_begin(little->both->store, TRANSACTION_READ, NULL, little->arena, &t, &err));
    GOOD(store_query_sql(t, &text, NO_ARGS, little->arena, &rows, &err));
    transaction_rollback(t);
    return cell_integer(&rows.cells[0]);
}

static void execute(struct little *little, const char *sql)
{
    struct error err;
    struct transaction *t;
    struct sql text = {slice_of(sql)};
    GOOD(store_begin(little->both->store, TRANSACTION_WRITE, NULL, little->arena, &t, &err));
    GOOD(store_execute_sql(t, &text, NO_ARGS, NULL, &err));
    GOOD(transaction_commit(t, &err));
}

static void keys_that_an_older_program_wrote_are_made_anew(void **state)
{
    struct little *little = little_of(state);
    little_load(little, NULL);
    (void)little_link(little, 1);
    int64_t before = count_of(little, "SELECT COUNT(*) FROM search_care");
    execute(little, "INSERT INTO search_care (attribute, token, anchor) VALUES ('pair', 'A000 B000', 3)");
    execute(little, "INSERT INTO search_care (attribute, token, anchor) VALUES ('form', '0000000003 peggy', 3)");
    (void)little_link(little, 1);
    assert_int_equal(count_of(little, "SELECT COUNT(*) FROM search_care"), before);
    assert_int_equal(count_of(little, "SELECT COUNT(*) FROM search_care WHERE token = 'A000 B000'"), 0);
    assert_true(little_find(little, little_sign_in(little, "sam.worker"), "peggy osgood") > 0);
}

static void what_a_word_fits_like_is_the_same_when_it_is_remembered(void **state)
{
    struct little *little = little_of(state);
    struct terms terms;
    struct search_form form;
    struct search_question question = {.words = S("margret smith 14 high road")};
    struct person_form person = {.given = S("Margaret"), .family = S("Smithe"), .address = S("14 High Road")};
    search_question_read(&question, (struct date){2026, 11, 27}, little->arena, &terms);
    search_form_unpack(search_form_pack(&person, NO_SLICE, little->arena), &form);
    struct fitting *fitting = search_fitting(&terms, little->arena);
    for (size_t t = 0; t < terms.count; t++) {
        struct fit first = search_fit(fitting, t, &form), again = search_fit(fitting, t, &form);
        assert_true(first.quality > 0 && first.quality == again.quality);
        assert_int_equal(first.how, again.how);
        assert_int_equal(first.where, again.where);
        assert_true(slice_equal(first.value, again.value));
    }
    assert_true(search_fit_name(fitting, 0, S("margaret")) == search_fit(fitting, 0, &form).quality);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(who_is_spelt_so_is_found_among_the_many_who_only_sound_so),
        LITTLE_ON_BOTH(a_surname_that_is_a_word_of_streets_too_is_looked_up),
        LITTLE_ON_BOTH(initials_alone_are_no_evidence),
        LITTLE_ON_BOTH(keys_that_an_older_program_wrote_are_made_anew),
        {"what_a_word_fits_like_is_the_same_when_it_is_remembered",
         what_a_word_fits_like_is_the_same_when_it_is_remembered, little_set_up, little_tear_down,
         (void *)&both_sqlite},
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
