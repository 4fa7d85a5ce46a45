/* The list of these tests, among the little county's people: Margaret (4 points), Albert (3, the oldest), and the
 * twins Clive and Colin (3 each, told apart by their numbers only). */
#include "lists/kept.h"

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
    struct list_act result = {.entity = entity, .outcome = slice_of(outcome)};
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

static void how_many_is_told_only_where_every_source_of_the_figure_may_be_counted(void **state)
{
    struct scene scene = scene_of(state);
    struct arena *arena = scene.little->arena;
    struct error err;
    static const char few[] = "list: few\ntitle: Few\npurpose: assess\nroles: [worker]\nat_least: 1\nreasons:\n"
                              "  - reason: Falls\n    points: 3\n    when: {source: care, column: need, is: Falls}\n"
                              "leave_out:\n  - reason: Aged 100\n"
                              "    when: {attribute: person.birth_date, age_at_least: 100}\n"
                              "  - reason: In hospital\n    when: {source: care, column: need, is: In hospital}\n"
                              "outcomes:\n  visited: {title: Visited, off_for_days: 30}\norder: [points]\n";
    struct list_page *page = open_list(&scene); /* birth dates of gp, which is not counted, are among the reasons */
    struct buffer json_text = buffer_make(arena);
    struct json json = json_to(&json_text);
    assert_true(slice_equal(page->uncounted, S("GP list")));
    list_json(&json, page, arena);
    assert_int_equal(slice_search(buffer_slice(&json_text), S("\"total\"")), json_text.len);
    GOOD(list_read(slice_of(few), S("few.yaml"), scene.little->catalogue, arena, &scene.list, &err));
    page = open_list(&scene);
    assert_int_equal(page->uncounted.len, 0);
    assert_true(page->total > 0);
    assert_int_equal(page->left_out_count, 3);
    assert_true(slice_equal(page->left_out[0].uncounted, S("GP list")));
    assert_int_equal(page->left_out[0].people, 0);
    assert_int_equal(page->left_out[1].uncounted.len + page->left_out[2].uncounted.len, 0);
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
    GOOD(list_take(hub, scene.sam, &scene.list, &(struct list_act){.entity = scene.margaret}, arena, &err));
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
    GOOD(list_take(hub, scene.sam, &scene.list, &(struct list_act){.entity = scene.margaret}, arena, &err));
    const struct list_item *item = item_of(open_list(&scene), scene.margaret);
    assert_true(item && slice_equal(item->taken_by, S("sam.worker")));
    assert_int_equal(item->taken_at, LITTLE_NOON);
    assert_false(list_take(hub, scene.sue, &scene.list, &(struct list_act){.entity = scene.margaret}, arena, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    GOOD(list_take(hub, scene.sue, &scene.list, &(struct list_act){.entity = scene.clive}, arena, &err));
    GOOD(list_give_back(hub, scene.sam, &scene.list, &(struct list_act){.entity = scene.margaret}, arena, &err));
    item = item_of(open_list(&scene), scene.margaret);
    assert_true(item && item->taken_by.len == 0);
    GOOD(list_take(hub, scene.sue, &scene.list, &(struct list_act){.entity = scene.margaret}, arena, &err));
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

static struct list_page *open_kept(const struct scene *scene, const struct guard_session *session,
                                   struct kept_lists *kept, struct arena *arena)
{
    struct error err;
    struct list_page *page = NULL;
    GOOD(list_open(&scene->little->hub, session, &scene->list, &(struct list_question){.kept = kept}, arena, &page,
                   &err));
    return page;
}

/* Two pages of one working out have its left_out; of two, each its own. */
static bool worked_once(const struct list_page *one, const struct list_page *two)
{
    return one->left_out == two->left_out;
}

static void a_list_that_was_worked_out_is_kept_until_what_it_rests_on_changes(void **state)
{
    struct scene scene = scene_of(state);
    struct little *little = scene.little;
    struct error err;
    struct kept_lists *kept = kept_lists_make();
    struct arena *arena = arena_make(0);
    int64_t audited = little_audited(little);
    struct list_page *first = open_kept(&scene, scene.sam, kept, arena),
                     *again = open_kept(&scene, scene.sue, kept, arena);
    assert_true(worked_once(first, again)); /* one role and purpose: one grant */
    assert_int_equal(little_audited(little), audited + 2);
    assert_int_equal(again->total, 4);
    assert_true(slice_equal(again->items[0].reasons[0].value, S("Falls")) && again->unusable_count == 1);
    /* Somebody takes one; an outcome is recorded; a day passes. */
    GOOD(list_take(&little->hub, scene.sam, &scene.list, &(struct list_act){.entity = scene.margaret, .kept = kept},
                   arena, &err));
    struct list_page *taken = open_kept(&scene, scene.sue, kept, arena);
    assert_false(worked_once(first, taken));
    assert_true(slice_equal(item_of(taken, scene.margaret)->taken_by, S("sam.worker")));
    assert_true(record(&scene, scene.sam, scene.clive, "refused", &err));
    struct list_page *recorded = open_kept(&scene, scene.sam, kept, arena);
    assert_true(!item_of(recorded, scene.clive) && item_of(recorded, scene.margaret));
    little->now += (int64_t)31 * DAY;
    scene.sam = little_sign_in(little, "sam.worker");
    assert_true(item_of(open_kept(&scene, scene.sam, kept, arena), scene.clive));
    /* Something lands: what it says counts at once. */
    static const struct loader_row care[] = {{{"C9001", "Peggy", "Osgood", "", "1952-02-03", "4 Heron Way", "NR29 4DD",
                                               "200000001", "01493 700001", "", "Bathing"}}};
    little_reload(little, "care", care, 1, "2026-11-20");
    assert_false(item_of(open_kept(&scene, scene.sam, kept, arena), scene.margaret));
    struct list_page *before = open_kept(&scene, scene.sam, kept, arena);
    assert_true(worked_once(before, open_kept(&scene, scene.sam, kept, arena)));
    little->now += 1;
    (void)little_link(little, 1);
    assert_false(worked_once(before, open_kept(&scene, scene.sam, kept, arena)));
    arena_free(arena);
    kept_lists_free(kept);
}

static void a_kept_list_shows_nothing_that_the_grant_of_the_request_would_not(void **state)
{
    struct scene scene = scene_of(state);
    struct little *little = scene.little;
    struct kept_lists *kept = kept_lists_make();
    struct arena *arena = arena_make(0);
    assert_true(item_of(open_kept(&scene, scene.sam, kept, arena), scene.margaret));
    little_rewrite(little, "agreements/assessing.yaml",
                   "{clause: \"1.1\", source: care, roles: [worker], match: all, show: all, count: true}",
                   "{clause: \"1.1\", source: care, roles: [worker], match: all, show: [given, family]}");
    struct guard_session *session = little_sign_in(little, "sam.worker");
    struct list_page *page = open_kept(&scene, session, kept, arena);
    assert_false(item_of(page, scene.margaret)); /* she stood there for "Falls" */
    assert_true(page->unusable_count > 1);
    for (size_t i = 0; i < page->count; i++)
        for (size_t k = 0; k < page->items[i].reason_count; k++)
            assert_false(slice_equal(page->items[i].reasons[k].source, S("care")));
    /* Another declaration under the old name is another list. */
    struct error err;
    struct slice text = arena_copy(arena, slice_of(needs));
    size_t at = slice_search(text, S("at_least: 3"));
    char *changed = arena_cstr(arena, text);
    changed[at + strlen("at_least: ")] = '1';
    GOOD(
        list_read(slice_from(changed, text.len), S("needs.yaml"), little->catalogue, little->arena, &scene.list, &err));
    struct list_page *other = open_kept(&scene, session, kept, arena);
    assert_false(worked_once(page, other));
    assert_true(other->total > page->total);
    arena_free(arena);
    kept_lists_free(kept);
}

static struct worked *made_of(size_t bytes)
{
    struct arena *arena = arena_make(0);
    struct worked *worked = arena_new(arena, struct worked);
    worked->arena = arena;
    worked->hits = arena_alloc(arena, bytes, 1, 8);
    return worked;
}

static struct kept_key key_of(struct arena *arena, size_t what, size_t at)
{
    return (struct kept_key){arena_format(arena, "list %zu", what), arena_format(arena, "state %zu", at)};
}

static void what_is_kept_has_bounds_and_the_one_used_longest_ago_goes(void **state)
{
    (void)state;
    struct kept_lists *kept = kept_lists_make();
    struct arena *arena = arena_make(0);
    for (size_t i = 0; i <= KEPT_LISTS_MOST; i++) {
        struct kept_key key = key_of(arena, i, 1), first = key_of(arena, 0, 1);
        struct arena *request = arena_make(0);
        kept_lists_add(kept, &key, made_of(10), request);
        assert_non_null(kept_lists_find(kept, &key, request));
        assert_non_null(kept_lists_find(kept, &first, request)); /* used all the time */
        arena_free(request);
    }
    struct kept_key key = key_of(arena, 1, 1);
    assert_null(kept_lists_find(kept, &key, arena));
    /* A newer state takes the place of the older, which stays whole while somebody uses it. */
    key = key_of(arena, 0, 1);
    const struct worked *old = kept_lists_find(kept, &key, arena);
    struct kept_key newer = key_of(arena, 0, 2);
    kept_lists_add(kept, &newer, made_of(10), arena);
    assert_null(kept_lists_find(kept, &key, arena));
    assert_non_null(old->arena);
    /* By size: what is too large alone is for this request only; two that are too large together push one out. */
    struct kept_key large = key_of(arena, 100, 1), half = key_of(arena, 101, 1), other = key_of(arena, 102, 1);
    kept_lists_add(kept, &large, made_of(KEPT_LISTS_BYTES + 1), arena);
    assert_null(kept_lists_find(kept, &large, arena));
    kept_lists_add(kept, &half, made_of(KEPT_LISTS_BYTES / 2 + 100), arena);
    kept_lists_add(kept, &other, made_of(KEPT_LISTS_BYTES / 2 + 100), arena);
    assert_null(kept_lists_find(kept, &half, arena));
    assert_non_null(kept_lists_find(kept, &other, arena));
    arena_free(arena);
    kept_lists_free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(people_stand_in_order_with_their_reasons),
        LITTLE_ON_BOTH(a_reason_whose_column_no_agreement_shows_holds_for_nobody_and_is_named),
        LITTLE_ON_BOTH(what_leaves_out_the_person_and_the_home_does),
        LITTLE_ON_BOTH(how_many_is_told_only_where_every_source_of_the_figure_may_be_counted),
        LITTLE_ON_BOTH(an_outcome_takes_the_person_off_for_its_days),
        LITTLE_ON_BOTH(an_outcome_of_the_home_takes_everybody_there_off_and_one_of_the_person_nobody_else),
        LITTLE_ON_BOTH(two_officers_never_both_record_an_outcome),
        LITTLE_ON_BOTH(what_one_has_taken_no_other_can_take_until_it_is_given_back),
        LITTLE_ON_BOTH(a_list_is_for_its_roles_and_its_purpose),
        LITTLE_ON_BOTH(opening_and_exporting_are_audited_with_fields_and_records),
        LITTLE_ON_BOTH(a_withdrawn_agreement_takes_its_reason_away),
        cmocka_unit_test(a_formula_in_a_name_is_defused_in_the_csv),
        LITTLE_ON_BOTH(a_list_that_was_worked_out_is_kept_until_what_it_rests_on_changes),
        LITTLE_ON_BOTH(a_kept_list_shows_nothing_that_the_grant_of_the_request_would_not),
        cmocka_unit_test(what_is_kept_has_bounds_and_the_one_used_longest_ago_goes),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
