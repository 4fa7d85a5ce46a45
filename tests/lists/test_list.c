/* The list of these tests, among the little county's people: Margaret (4 points), Albert (3, the oldest), and the
 * twins Clive and Colin (3 each, told apart by their numbers only). */
#include "lists/list.h"

#include "hub/entry.h"
#include "hub/little.h"

static const char needs[] = "list: needs\n"
                            "title: Needs\n"
                            "purpose: assess\n"
                            "roles: [worker]\n"
                            "people_in: [care, gp, tax]\n"
                            "at_least: 3\n"
                            "reasons:\n"
                            "  - reason: On the tax roll\n"
                            "    points: 1\n"
                            "    when: {source: tax, column: name, contains: osgood}\n"
                            "  - reason: Falls\n"
                            "    points: 3\n"
                            "    when: {source: care, column: need, is: Falls}\n"
                            "  - reason: Aged 75 or over\n"
                            "    points: 2\n"
                            "    when: {attribute: person.birth_date, age_at_least: 75}\n"
                            "  - reason: A home on the marsh\n"
                            "    points: 3\n"
                            "    when: {source: care, column: address, is: 8 Heron Way}\n"
                            "  - reason: Has a telephone\n"
                            "    points: 9\n"
                            "    when: {source: gp, column: phone, present: true}\n"
                            "leave_out:\n"
                            "  - reason: In hospital\n"
                            "    when: {source: care, column: need, is: In hospital}\n"
                            "  - reason: A care home\n"
                            "    of: home\n"
                            "    when: {source: homes, column: kind, is: Care home}\n"
                            "outcomes:\n"
                            "  visited: {title: Visited, of: home, off_for_days: 30}\n"
                            "  refused: {title: Refused, off_for_days: 30}\n"
                            "order: [points, oldest]\n";

enum { DAY = 24 * 60 * 60 * 1000 };

struct scene {
    struct little *little;
    struct guard_session *sam, *sue;
    struct list list;
    int64_t margaret, albert, clive, colin;
};

static struct scene scene_of(void **state)
{
    struct error err;
    struct scene scene = {.little = little_of(state)};
    struct little *little = scene.little;
    little_load(little, NULL);
    (void)little_link(little, 1);
    scene.sam = little_sign_in(little, "sam.worker");
    scene.sue = little_sign_in(little, "sue.worker");
    scene.margaret = little_find(little, scene.sam, "margaret osgood 1952");
    scene.albert = little_find(little, scene.sam, "albert osgood 1949");
    scene.clive = little_find(little, scene.sam, "clive rudd");
    scene.colin = little_find(little, scene.sam, "colin rudd");
    GOOD(list_read(slice_of(needs), S("needs.yaml"), little->catalogue, little->arena, &scene.list, &err));
    return scene;
}

static struct list_page *open_list(const struct scene *scene)
{
    struct error err;
    struct list_page *page = NULL;
    GOOD(list_open(&scene->little->hub, scene->sam, &scene->list, &(struct list_question){0}, scene->little->arena,
                   &page, &err));
    return page;
}

static const struct list_item *item_of(const struct list_page *page, int64_t entity)
{
    for (size_t i = 0; i < page->count; i++)
        if (page->items[i].entity == entity)
            return &page->items[i];
    return NULL;
}

static bool record(const struct scene *scene, const struct guard_session *session, int64_t entity, const char *outcome,
                   struct error *err)
{
    struct list_result result = {.entity = entity, .outcome = slice_of(outcome)};
    return list_record(&scene->little->hub, session, &scene->list, &result, scene->little->arena, err);
}

static void people_stand_in_order_with_their_reasons(void **state)
{
    struct scene scene = scene_of(state);
    struct list_page *page = open_list(&scene);
    assert_int_equal(page->total, 4);
    assert_int_equal(page->count, 4);
    assert_int_equal(page->items[0].entity, scene.margaret);
    assert_int_equal(page->items[0].points, 4);
    assert_int_equal(page->items[1].entity, scene.albert);
    assert_int_equal(page->items[1].points, 3);
    assert_int_equal(page->items[2].points, 3);
    assert_int_equal(page->items[3].points, 3);
    assert_true(page->items[2].entity < page->items[3].entity);
    assert_true(item_of(page, scene.clive) && item_of(page, scene.colin));
    const struct list_item *margaret = &page->items[0];
    assert_int_equal(margaret->reason_count, 2);
    assert_true(slice_equal(margaret->reasons[0].rule->reason, S("Falls")));
    assert_true(slice_equal(margaret->reasons[0].source, S("care")));
    assert_true(slice_equal(margaret->reasons[0].value, S("Falls")));
    assert_int_equal(margaret->reasons[0].anchor, little_anchor(scene.little, "care", "C9001"));
    assert_true(slice_equal(margaret->reasons[1].source, S("tax")));
    assert_true(slice_equal(margaret->reasons[1].value, S("MRS MARGARET OSGOOD")));
    assert_true(slice_equal(margaret->uprn, S("200000001")));
    const struct list_item *albert = &page->items[1];
    assert_int_equal(albert->reason_count, 2);
    assert_true(slice_equal(albert->reasons[0].rule->reason, S("Aged 75 or over")));
    assert_true(slice_equal(albert->reasons[0].source, S("gp")));
    /* A page in the middle is the same list. */
    struct error err;
    GOOD(list_open(&scene.little->hub, scene.sam, &scene.list, &(struct list_question){.first = 1, .limit = 1},
                   scene.little->arena, &page, &err));
    assert_int_equal(page->total, 4);
    assert_int_equal(page->count, 1);
    assert_int_equal(page->items[0].entity, scene.albert);
}

static void a_reason_whose_column_no_agreement_shows_holds_for_nobody_and_is_named(void **state)
{
    struct scene scene = scene_of(state);
    struct list_page *page = open_list(&scene);
    assert_int_equal(page->unusable_count, 1);
    assert_true(slice_equal(page->unusable[0].rule->reason, S("Has a telephone")));
    assert_true(page->unusable[0].why.len > 0);
    assert_int_equal(page->items[0].points, 4); /* not 13 */
}

static void what_leaves_out_the_person_and_the_home_does(void **state)
{
    struct scene scene = scene_of(state);
    static const struct loader_row care[] = {{{"C9003", "Colin", "Rudd", "", "1980-09-09", "8 Heron Way", "NR29 4DD",
                                               "200000002", "01493 700003", "", "In hospital"}}};
    little_reload(scene.little, "care", care, countof(care), "2026-11-15");
    struct list_page *page = open_list(&scene);
    assert_int_equal(page->total, 3);
    assert_null(item_of(page, scene.colin));
    assert_non_null(item_of(page, scene.clive));
    assert_int_equal(page->left_out[0].people, 1);
    assert_int_equal(page->left_out[1].people, 0);
    static const struct loader_row homes[] = {
        {{"200000001", "4 Heron Way, Littleham, NR29 4DD", "Littleham", "NR29 4DD", "Care home"}}};
    little_reload(scene.little, "homes", homes, countof(homes), "2026-11-15");
    page = open_list(&scene);
    assert_int_equal(page->total, 1);
    assert_int_equal(page->items[0].entity, scene.clive);
    assert_int_equal(page->left_out[0].people, 1);
    assert_int_equal(page->left_out[1].people, 2);
}

static void an_outcome_takes_the_person_off_for_its_days(void **state)
{
    struct scene scene = scene_of(state);
    struct error err;
    GOOD(record(&scene, scene.sam, scene.margaret, "visited", &err));
    assert_null(item_of(open_list(&scene), scene.margaret));
    assert_false(record(&scene, scene.sam, scene.margaret, "visited", &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(record(&scene, scene.sam, scene.clive, "no_such_outcome", &err));
    assert_int_equal(err.code, ERROR_INPUT);
    scene.little->now = LITTLE_NOON + INT64_C(29) * DAY;
    scene.sam = little_sign_in(scene.little, "sam.worker");
    assert_null(item_of(open_list(&scene), scene.margaret));
    scene.little->now = LITTLE_NOON + INT64_C(30) * DAY;
    scene.sam = little_sign_in(scene.little, "sam.worker");
    assert_non_null(item_of(open_list(&scene), scene.margaret));
}

static void an_outcome_of_the_home_takes_everybody_there_off_and_one_of_the_person_nobody_else(void **state)
{
    struct scene scene = scene_of(state);
    struct error err;
    GOOD(record(&scene, scene.sam, scene.clive, "refused", &err));
    struct list_page *page = open_list(&scene);
    assert_int_equal(page->total, 3);
    assert_null(item_of(page, scene.clive));
    assert_non_null(item_of(page, scene.colin)); /* his twin, in the same home */
    assert_int_equal(page->left_out[page->left_out_count - 1].people, 1);
    GOOD(record(&scene, scene.sam, scene.margaret, "visited", &err));
    page = open_list(&scene);
    assert_int_equal(page->total, 1);
    assert_null(item_of(page, scene.albert)); /* who lives with her */
    assert_int_equal(page->left_out[page->left_out_count - 1].people, 3);
}

static void two_officers_never_both_record_an_outcome(void **state)
{
    struct scene scene = scene_of(state);
    struct hub *hub = &scene.little->hub;
    struct arena *arena = scene.little->arena;
    struct error err;
    int64_t id;
    /* Who took it records it, and nobody else. */
    GOOD(list_take(hub, scene.sam, &scene.list, scene.margaret, arena, &err));
    assert_false(record(&scene, scene.sue, scene.margaret, "refused", &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    /* Sue's other person is free, in the same home or not. */
    GOOD(record(&scene, scene.sue, scene.albert, "refused", &err));
    GOOD(record(&scene, scene.sam, scene.margaret, "refused", &err));
    /* Sue opened the list before Sam wrote: what list_record asked for her is stale, and the write itself refuses. */
    struct entry_new late = {
        .kind = ENTRY_OUTCOME, .entity = scene.margaret, .list = S("needs"), .outcome = S("visited")};
    assert_false(hub_entry_write(hub, scene.sue, &late, arena, &id, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    /* Sam may correct himself; another list and another day are other things. */
    GOOD(hub_entry_write(hub, scene.sam, &late, arena, &id, &err));
    struct entry_new other = late;
    other.list = S("another");
    GOOD(hub_entry_write(hub, scene.sue, &other, arena, &id, &err));
    other = late;
    other.on_date = (struct date){2026, 11, 20};
    GOOD(hub_entry_write(hub, scene.sue, &other, arena, &id, &err));
    /* An outcome ends a taking: the person who comes back is nobody's. */
    scene.little->now = LITTLE_NOON + INT64_C(30) * DAY;
    scene.sam = little_sign_in(scene.little, "sam.worker");
    const struct list_item *item = item_of(open_list(&scene), scene.margaret);
    assert_true(item && item->taken_by.len == 0);
}

static void what_one_has_taken_no_other_can_take_until_it_is_given_back(void **state)
{
    struct scene scene = scene_of(state);
    struct hub *hub = &scene.little->hub;
    struct arena *arena = scene.little->arena;
    struct error err;
    GOOD(list_take(hub, scene.sam, &scene.list, scene.margaret, arena, &err));
    const struct list_item *item = item_of(open_list(&scene), scene.margaret);
    assert_true(item && slice_equal(item->taken_by, S("sam.worker")));
    assert_int_equal(item->taken_at, LITTLE_NOON);
    assert_false(list_take(hub, scene.sue, &scene.list, scene.margaret, arena, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    GOOD(list_take(hub, scene.sue, &scene.list, scene.clive, arena, &err));
    GOOD(list_give_back(hub, scene.sam, &scene.list, scene.margaret, arena, &err));
    item = item_of(open_list(&scene), scene.margaret);
    assert_true(item && item->taken_by.len == 0);
    GOOD(list_take(hub, scene.sue, &scene.list, scene.margaret, arena, &err));
}

static void a_list_is_for_its_roles_and_its_purpose(void **state)
{
    struct scene scene = scene_of(state);
    struct guard_session *officer = little_sign_in(scene.little, "fay.officer"),
                         *contact = little_sign_in(scene.little, "con.contact");
    struct list_page *page;
    struct error err;
    struct list_question whole = {0}, export = {.export = true};
    struct list other = scene.list;
    assert_false(list_open(&scene.little->hub, officer, &scene.list, &whole, scene.little->arena, &page, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(list_open(&scene.little->hub, contact, &scene.list, &whole, scene.little->arena, &page, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    struct slice officers = S("officer");
    other.roles = &officers;
    assert_false(list_open(&scene.little->hub, scene.sam, &other, &whole, scene.little->arena, &page, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    /* One who may open a list may not carry it off. */
    other.purpose = S("prevent");
    GOOD(list_open(&scene.little->hub, officer, &other, &whole, scene.little->arena, &page, &err));
    assert_false(list_open(&scene.little->hub, officer, &other, &export, scene.little->arena, &page, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static bool has_word(struct slice text, struct slice word)
{
    for (size_t at = 0; at + word.len <= text.len; at++)
        if ((at == 0 || text.at[at - 1] == ' ') && memcmp(text.at + at, word.at, word.len) == 0 &&
            (at + word.len == text.len || text.at[at + word.len] == ' '))
            return true;
    return false;
}

static void opening_and_exporting_are_audited_with_fields_and_records(void **state)
{
    struct scene scene = scene_of(state);
    struct little *little = scene.little;
    struct error err;
    struct list_page *page;
    int64_t before = little_audited(little);
    (void)open_list(&scene);
    GOOD(list_open(&little->hub, scene.sam, &scene.list, &(struct list_question){.export = true, .limit = 10000},
                   little->arena, &page, &err));
    assert_int_equal(little_audited(little), before + 2);
    struct audit_entry *entries;
    size_t count;
    bool more;
    struct audit_filter own = {.account = S("sam.worker"), .limit = 2};
    GOOD(audit_list(scene.sam, &own, little->arena, &entries, &count, &more, &err));
    assert_int_equal(count, 2);
    assert_true(slice_equal(entries[0].action, S("export")));
    assert_true(slice_equal(entries[1].action, S("list")));
    struct slice anchor = arena_format(little->arena, "%lld", (long long)little_anchor(little, "care", "C9001"));
    for (size_t i = 0; i < count; i++) {
        assert_true(slice_equal(entries[i].subject, S("needs")));
        assert_true(has_word(entries[i].fields, S("care.need")));
        assert_true(has_word(entries[i].fields, S("tax.name")));
        assert_false(has_word(entries[i].fields, S("gp.phone")));
        assert_true(has_word(entries[i].anchors, anchor));
    }
}

static void a_formula_in_a_name_is_defused_in_the_csv(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct list_item items[] = {{.entity = 7, .name = S("=HYPERLINK(A1)"), .address = S("@home"), .points = 3}};
    struct list_page page = {.items = items, .count = 1, .total = 1};
    struct buffer out = buffer_make(arena);
    list_csv(&page, &out);
    struct slice text = buffer_slice(&out);
    assert_true(slice_search(text, S("person,name,")) == 0);
    assert_true(slice_search(text, S("'=HYPERLINK(A1)")) < text.len);
    assert_true(slice_search(text, S("'@home")) < text.len);
    assert_true(slice_search(text, S(",=HYPERLINK")) == text.len);
    arena_free(arena);
}

static void a_withdrawn_agreement_takes_its_reason_away(void **state)
{
    struct scene scene = scene_of(state);
    struct error err;
    little_rewrite(scene.little, "agreements/supply_tax.yaml", "clauses:", "withdrawn: 2026-11-27\nclauses:");
    scene.sam = little_sign_in(scene.little, "sam.worker");
    GOOD(list_read(slice_of(needs), S("needs.yaml"), scene.little->catalogue, scene.little->arena, &scene.list, &err));
    struct list_page *page;
    /* Without the council tax the session sees another linkage: one that matches on less. */
    (void)little_link(scene.little, 1);
    GOOD(list_open(&scene.little->hub, scene.sam, &scene.list, &(struct list_question){0}, scene.little->arena, &page,
                   &err));
    assert_int_equal(page->unusable_count, 2);
    assert_true(slice_equal(page->unusable[0].rule->reason, S("On the tax roll")));
    assert_int_equal(page->total, 3);
    assert_int_equal(page->items[0].points, 3);
    for (size_t i = 0; i < page->count; i++)
        for (size_t r = 0; r < page->items[i].reason_count; r++)
            assert_false(slice_equal(page->items[i].reasons[r].source, S("tax")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(people_stand_in_order_with_their_reasons),
        LITTLE_ON_BOTH(a_reason_whose_column_no_agreement_shows_holds_for_nobody_and_is_named),
        LITTLE_ON_BOTH(what_leaves_out_the_person_and_the_home_does),
        LITTLE_ON_BOTH(an_outcome_takes_the_person_off_for_its_days),
        LITTLE_ON_BOTH(an_outcome_of_the_home_takes_everybody_there_off_and_one_of_the_person_nobody_else),
        LITTLE_ON_BOTH(two_officers_never_both_record_an_outcome),
        LITTLE_ON_BOTH(what_one_has_taken_no_other_can_take_until_it_is_given_back),
        LITTLE_ON_BOTH(a_list_is_for_its_roles_and_its_purpose),
        LITTLE_ON_BOTH(opening_and_exporting_are_audited_with_fields_and_records),
        LITTLE_ON_BOTH(a_withdrawn_agreement_takes_its_reason_away),
        cmocka_unit_test(a_formula_in_a_name_is_defused_in_the_csv),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
