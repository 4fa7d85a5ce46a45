#include "hub/little.h"
#include "hub/steward.h"
#include "hub/view.h"
#include "hub/why.h"

static bool says(struct slice words, const char *piece)
{
    return slice_search(words, slice_of(piece)) < words.len;
}

/* Every two records of a person are led to each other, step by step, each step explained. */
static void the_way_between_any_two_records_of_a_person_leads_from_one_to_the_other(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct person_view *person;
    struct why_view *why;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t margaret = little_find(little, steward, "margaret osgood 1952");
    GOOD(hub_view(&little->hub, steward, margaret, little->arena, &person, &err));
    assert_true(person->record_count >= 4);
    for (size_t i = 0; i < person->record_count; i++)
        for (size_t k = 0; k < person->record_count; k++) {
            int64_t a = person->records[i].evidence.anchor, b = person->records[k].evidence.anchor;
            if (i == k) {
                assert_false(hub_why_path(&little->hub, steward, margaret, a, b, little->arena, &why, &err));
                assert_int_equal(err.code, ERROR_NOT_FOUND);
                continue;
            }
            int64_t audited = little_audited(little);
            GOOD(hub_why_path(&little->hub, steward, margaret, a, b, little->arena, &why, &err));
            assert_int_equal(little_audited(little), audited + 1);
            assert_true(why->way && why->together && why->outcome.len && why->link_count >= 1 && why->link_count != 2);
            assert_int_equal(why->records[why->links[0].a].anchor, a);
            assert_int_equal(why->records[why->links[0].b].anchor, b);
            size_t at = why->links[0].a;
            for (size_t s = 1; s < why->link_count; s++) {
                assert_int_equal(why->links[s].a, at);
                at = why->links[s].b;
            }
            assert_true(why->link_count == 1 || at == why->links[0].b);
        }
    int64_t stranger = little_anchor(little, "care", "C9002");
    assert_false(hub_why_path(&little->hub, steward, margaret, person->records[0].evidence.anchor, stranger,
                              little->arena, &why, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void why_two_people_are_two_is_told_with_what_stands_between(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct why_view *why;
    struct decided decided;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    int64_t clive = little_find(little, steward, "clive rudd 1980"),
            colin = little_find(little, steward, "colin rudd 1980");
    int64_t audited = little_audited(little);
    GOOD(hub_why_not(&little->hub, steward, clive, colin, little->arena, &why, &err));
    assert_int_equal(little_audited(little), audited + 1);
    assert_false(why->together || why->way);
    assert_true(says(why->outcome, "NHS numbers differ"));
    assert_int_equal(why->link_count, 2);
    assert_true(why->links[0].total > why->links[1].total);
    assert_false(hub_why_not(&little->hub, steward, clive, clive, little->arena, &why, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    assert_false(hub_why_not(&little->hub, steward, clive, 999999, little->arena, &why, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    /* A steward's word comes before all else. */
    GOOD(hub_decide(&little->hub, steward, little_anchor(little, "care", "C9002"),
                    little_anchor(little, "care", "C9003"), VERDICT_KEEP_APART, S("Twins"), little->arena, &decided,
                    &err));
    GOOD(hub_why_not(&little->hub, steward, clive, colin, little->arena, &why, &err));
    assert_true(says(why->outcome, "a steward said"));
    /* Strangers: nothing but the weight. */
    int64_t margaret = little_find(little, steward, "margaret osgood 1952");
    int64_t alone = little_find(little, steward, "albert osgood 1949");
    GOOD(hub_why_not(&little->hub, steward, margaret, alone, little->arena, &why, &err));
    assert_true(says(why->outcome, "Two people here"));
    /* Under a purpose that shows less, less is shown; the weights stand. */
    struct guard_session *officer = little_sign_in(little, "fay.officer");
    int64_t one = little_find(little, officer, "margaret osgood"), two = little_find(little, officer, "albert osgood");
    GOOD(hub_why_not(&little->hub, officer, one, two, little->arena, &why, &err));
    for (size_t l = 0; l < why->link_count; l++)
        for (size_t p = 0; p < why->links[l].part_count; p++)
            assert_false(why->links[l].parts[p].dates &&
                         (why->links[l].parts[p].a.len || why->links[l].parts[p].b.len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(the_way_between_any_two_records_of_a_person_leads_from_one_to_the_other),
        LITTLE_ON_BOTH(why_two_people_are_two_is_told_with_what_stands_between),
    };
    return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
