#include "tests/link/people.h"

#include "link/index_inside.h"

#include <stdlib.h>

/* Records of a pool that come and go; the index is held against linking what is there from nothing. */
struct scene {
    struct arena *arena;
    const struct link_spec *spec;
    struct link_records *pool;
    const struct link_model *model;
    uint32_t pool_count;
    bool clean; /* the source "clean" holds no duplicates */
};

static void make_scene(struct scene *scene, const char *text, unsigned people, uint64_t seed)
{
    *scene = (struct scene){0};
    struct error err = NO_ERROR;
    uint64_t *truth;
    struct link_model *model;
    scene->arena = arena_make(0);
    scene->spec = read_spec(text, scene->arena);
    scene->pool = make_people(scene->spec, people, seed, 0, scene->arena, &truth);
    scene->pool_count = link_records_count(scene->pool);
    assert_true(link_train(scene->pool, NULL, scene->arena, &model, NULL, &err));
    scene->model = model;
}

static const char *const one_source[] = {"made", "made", "made"};
static const char *const three_sources[] = {"made", "clean", "other"};

/* Twenty-five people with six records each, of which two fields in five are left out, some of few words. */
static void make_thin_scene(struct scene *scene, const char *text, const char *const *sources, uint64_t seed)
{
    struct error err = NO_ERROR;
    struct link_model *model;
    *scene = (struct scene){.arena = arena_make(0)};
    scene->spec = read_spec(text, scene->arena);
    scene->pool = link_records_make(scene->spec, scene->arena);
    for (unsigned p = 0; p < 25; p++) {
        struct person person, slip;
        make_person(&seed, &person);
        (void)snprintf(person.postcode, sizeof person.postcode, "NR%u 1A%c", p % 3 + 1, 'A' + (char)(p % 5));
        for (unsigned copy = 0; copy < 6; copy++) {
            const char *values[5];
            char id[24];
            slip = person;
            make_slip(&seed, &slip);
            const char *all[] = {slip.given, slip.family, slip.born, slip.address, slip.postcode};
            for (size_t c = 0; c < 5; c++)
                values[c] = next_random(&seed) % 5 < 2 ? "" : all[c];
            if (copy == 3 && p % 3 == 0)
                slip.given[1] = '\0'; /* an initial */
            (void)snprintf(id, sizeof id, "p%u-%u", p, copy);
            (void)add_record(scene->pool, sources[copy % 3], id, values, 5);
        }
    }
    scene->pool_count = link_records_count(scene->pool);
    assert_true(link_train(scene->pool, NULL, scene->arena, &model, NULL, &err));
    scene->model = model;
}

/* The source of a record of the pool, in another table. */
static uint32_t source_as(const struct scene *scene, struct link_records *records, uint32_t record)
{
    struct error err = NO_ERROR;
    uint32_t source = 0;
    struct slice name = link_records_source_name(scene->pool, link_records_source_of(scene->pool, record));
    assert_true(link_records_source(records, name, &source, &err));
    return source;
}

static void values_of(const struct scene *scene, uint32_t record, struct slice *values)
{
    for (size_t c = 0; c < link_spec_columns(scene->spec); c++)
        values[c] = link_records_value(scene->pool, record, c);
}

/* By pool record: the least pool record of its cluster, UINT32_MAX for those that are not there. */
static void link_anew(const struct scene *scene, const uint8_t *there, uint32_t *ret)
{
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_records *records = link_records_make(scene->spec, arena);
    uint32_t *pool_of = arena_array(arena, uint32_t, scene->pool_count + 1);
    struct slice values[LINK_COLUMNS_MAX] = {{0}};
    for (uint32_t p = scene->pool_count; p-- > 0;) { /* in another order than the index had them */
        ret[p] = UINT32_MAX;
        if (!there[p])
            continue;
        pool_of[link_records_count(records)] = p;
        values_of(scene, p, values);
        assert_true(
            link_records_add(records, source_as(scene, records, p), link_records_id(scene->pool, p), values, &err));
    }
    struct link_edges edges;
    struct link_clusters clusters;
    struct link_options options = {.threads = 1};
    assert_true(link_score(records, scene->model, &options, arena, &edges, &err));
    uint32_t *source = arena_array(arena, uint32_t, link_records_count(records) + 1);
    uint8_t no_duplicates[8] = {0};
    for (uint32_t r = 0; r < link_records_count(records); r++)
        source[r] = link_records_source_of(records, r);
    for (uint32_t s = 0; s < link_records_sources(records); s++)
        no_duplicates[s] = scene->clean && slice_equal(link_records_source_name(records, s), S("clean"));
    struct link_cluster_input input = {.count = link_records_count(records),
                                       .source = source,
                                       .no_duplicates = no_duplicates,
                                       .one_to_one = link_model_one_to_one(scene->model),
                                       .edges = edges.edges,
                                       .edge_count = edges.count,
                                       .join = link_model_join(scene->model),
                                       .review = link_model_review(scene->model),
                                       .keys = link_records_keys(records),
                                       .records = records,
                                       .model = scene->model,
                                       .attach = true,
                                       .options = &options};
    assert_true(link_cluster(&input, arena, &clusters, &err));
    uint32_t *least = arena_array(arena, uint32_t, link_records_count(records) + 1);
    for (uint32_t r = 0; r < link_records_count(records); r++)
        least[r] = UINT32_MAX;
    for (uint32_t r = 0; r < link_records_count(records); r++)
        if (pool_of[r] < least[clusters.cluster[r]])
            least[clusters.cluster[r]] = pool_of[r];
    for (uint32_t r = 0; r < link_records_count(records); r++)
        ret[pool_of[r]] = least[clusters.cluster[r]];
    arena_free(arena);
}

static void same_entities(const struct scene *scene, const struct link_index *index, const uint8_t *there,
                          const uint32_t *number)
{
    uint32_t *want = malloc(scene->pool_count * sizeof *want), *least = malloc(10000 * sizeof *least);
    assert_true(want && least);
    link_anew(scene, there, want);
    for (size_t i = 0; i < 10000; i++)
        least[i] = UINT32_MAX;
    for (uint32_t p = scene->pool_count; p-- > 0;)
        if (there[p])
            least[link_index_entity(index, number[p])] = p;
    for (uint32_t p = 0; p < scene->pool_count; p++) {
        if (there[p]) {
            struct arena *arena = arena_make(0);
            uint32_t *members;
            size_t count = link_index_members(index, link_index_entity(index, number[p]), arena, &members), mine = 0;
            assert_int_equal(least[link_index_entity(index, number[p])], want[p]);
            for (size_t i = 0; i < count; i++)
                mine += members[i] == number[p];
            assert_int_equal(mine, 1);
            arena_free(arena);
        }
    }
    free(least);
    free(want);
}

static void run_history(const struct scene *scene, uint64_t seed, unsigned steps)
{
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    uint64_t state = seed;
    uint8_t *there = arena_array(arena, uint8_t, scene->pool_count + 1);
    uint32_t *number = arena_array(arena, uint32_t, scene->pool_count + 1);
    struct slice values[LINK_COLUMNS_MAX] = {{0}};
    struct link_records *records = link_records_make(scene->spec, arena);
    for (uint32_t p = 0; p < scene->pool_count; p++)
        if (next_random(&state) % 2) { /* what stands when the index is made */
            there[p] = 1;
            number[p] = link_records_count(records);
            values_of(scene, p, values);
            assert_true(
                link_records_add(records, source_as(scene, records, p), link_records_id(scene->pool, p), values, &err));
        }
    struct link_index *index;
    assert_true(link_index_make(records, scene->model, NULL, arena, &index, &err));
    index->stamp = UINT32_MAX - 2 * steps; /* as after thousands of millions of walks: it begins again in the midst */
    for (unsigned step = 0; step < steps; step++) {
        uint32_t p = (uint32_t)(next_random(&state) % scene->pool_count);
        if (there[p]) {
            assert_true(link_index_remove(index, number[p], &err));
        } else {
            values_of(scene, p, values);
            assert_true(link_index_add(index, source_as(scene, records, p), link_records_id(scene->pool, p), values,
                                       &number[p], &err));
        }
        there[p] = !there[p];
        if (step % 16 == 15 || step + 1 == steps)
            same_entities(scene, index, there, number);
    }
    arena_free(arena);
}

static void any_history_of_adds_and_removals_ends_in_the_entities_of_linking_anew(void **state)
{
    (void)state;
    struct scene scene;
    make_scene(&scene, people_spec, 40, 11);
    for (uint64_t history = 1; history <= 300; history++)
        run_history(&scene, history, 32);
    arena_free(scene.arena);
}

/* Thin records and a low cap: keys too common, records that are put where they fit, components that grow and part. */
static void it_holds_for_records_that_say_little_and_across_common_keys(void **state)
{
    (void)state;
    struct scene scene;
    make_thin_scene(&scene,
                    "columns:\n  given: given_name\n  family: family_name\n  born: date\n  address: address\n"
                    "  postcode: postcode\n"
                    "blocking: [given, family, postcode, district(postcode), year(born)]\nblock_cap: 12\n"
                    "thresholds: {join: 3}\n",
                    one_source, 5);
    for (uint64_t history = 1; history <= 700; history++)
        run_history(&scene, history * 77, 24);
    arena_free(scene.arena);
}

/* Of people with two records in each of three sources: one source without duplicates, then each of them, then guards,
 * then such guards as make one component of a family, then such as leave twins to a person. */
static void it_holds_for_sources_without_duplicates_and_for_guards(void **state)
{
    static const char *const kinds[] = {
        "link: link_and_dedupe\nsources: {no_duplicates: [clean]}\n",
        "link: link\none_to_one: true\n",
        "link: link\n",
        "rules:\n  - {name: one house, join: {address: same, born: same}}\nguards:\n"
        "  - {name: another name, when: {given: different, born: same}}\n"
        "  - {name: another day, when: {born: different, family: [same, close]}, then: apart}\n",
        "guards:\n"
        "  - {name: another of the house, when: {given: [similar, different], born: [missing, different]}, then: "
        "apart}\n"
        "  - {name: twins, when: {given: [similar, different], born: same}, then: apart}\n"
        "  - {name: an initial, when: {given: initial, born: missing}}\n"
        "  - {name: no given name, when: {given: missing, born: missing}, then: quiet}\n"
        "  - {name: another day, when: {born: different}, unless: {given: [similar, different]}}\n",
        "guards:\n"
        "  - {name: another house, when: {address: [close, different], given: [close, similar, different]}, then: "
        "apart}\n"
        "  - {name: twins, when: {given: [close, similar, different], born: same}, then: review}\n"};
    (void)state;
    for (size_t k = 0; k < countof(kinds); k++) {
        struct scene scene;
        char text[900];
        (void)snprintf(text, sizeof text,
                       "%scolumns:\n  given: given_name\n  family: family_name\n  born: date\n  address: address\n"
                       "  postcode: postcode\n"
                       "blocking: [given, family, postcode, district(postcode), year(born)]\nblock_cap: 40\n"
                       "thresholds: {join: 2, review: 1, floor: -3, margin: %d}\n",
                       kinds[k],
                       k == 4   ? 4
                       : k == 5 ? 0
                                : 3);
        make_thin_scene(&scene, text, three_sources, 15 + k);
        scene.clean = k == 0;
        for (uint64_t history = 1; history <= 60; history++)
            run_history(&scene, history * 31, 32);
        arena_free(scene.arena);
    }
}

/* All of the pool at once; numbers are those of the pool. */
static struct link_index *all_at_once(const struct scene *scene, unsigned threads, struct arena *arena)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = threads};
    struct link_index *index;
    struct link_records *records = link_records_make(scene->spec, arena);
    struct link_row *rows = arena_array(arena, struct link_row, scene->pool_count);
    uint32_t first;
    for (uint32_t p = 0; p < scene->pool_count; p++) {
        struct slice *values = arena_array(arena, struct slice, LINK_COLUMNS_MAX);
        values_of(scene, p, values);
        rows[p] = (struct link_row){source_as(scene, records, p), link_records_id(scene->pool, p), values};
    }
    assert_true(link_index_make(records, scene->model, &options, arena, &index, &err));
    assert_true(link_index_add_many(index, rows, scene->pool_count, &options, &first, &err));
    assert_int_equal(first, 0);
    return index;
}

/* All of the pool is in both, in its order: they have the same entities, and those of linking it anew. */
static void both_hold_the_whole_pool(const struct scene *scene, struct link_index *one, struct link_index *two)
{
    uint8_t *there = arena_array(scene->arena, uint8_t, scene->pool_count);
    uint32_t *number = arena_array(scene->arena, uint32_t, scene->pool_count);
    for (uint32_t p = 0; p < scene->pool_count; p++) {
        there[p] = 1;
        number[p] = p;
        assert_int_equal(link_index_entity(one, p), link_index_entity(two, p));
    }
    same_entities(scene, one, there, number);
}

static void many_at_once_are_linked_as_anew_by_one_thread_and_by_two(void **state)
{
    (void)state;
    struct scene scene;
    make_scene(&scene, people_spec, 1200, 8);
    assert_true(scene.pool_count > 2048 && scene.pool_count < 10000);
    struct link_index *one = all_at_once(&scene, 1, scene.arena), *two = all_at_once(&scene, 2, scene.arena);
    both_hold_the_whole_pool(&scene, one, two);
    struct link_index_size size_one, size_two;
    link_index_measure(one, &size_one);
    link_index_measure(two, &size_two);
    assert_int_equal(size_one.edges, size_two.edges);
    assert_int_equal(size_one.keys, size_two.keys);
    assert_int_equal(link_index_largest(one), link_index_largest(two));
    arena_free(scene.arena);
}

/* A fifth of the pool comes to the others at once: enough for two threads, and so few that each looks from its own
 * record for what hangs together with it. */
static struct link_index *a_fifth_later(const struct scene *scene, unsigned threads, struct arena *arena)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = threads};
    struct link_index *index;
    struct link_records *records = link_records_make(scene->spec, arena);
    uint32_t later = scene->pool_count / 5, there = scene->pool_count - later, first;
    struct link_row *rows = arena_array(arena, struct link_row, later);
    for (uint32_t p = 0; p < scene->pool_count; p++) {
        struct slice *values = arena_array(arena, struct slice, LINK_COLUMNS_MAX);
        values_of(scene, p, values);
        struct link_row row = {source_as(scene, records, p), link_records_id(scene->pool, p), values};
        if (p >= there)
            rows[p - there] = row;
        else
            assert_true(link_records_add(records, row.source, row.id, row.values, &err));
    }
    assert_true(link_index_make(records, scene->model, &options, arena, &index, &err));
    assert_true(link_index_add_many(index, rows, later, &options, &first, &err));
    assert_int_equal(first, there);
    return index;
}

static void many_that_come_to_more_are_linked_as_anew_by_one_thread_and_by_two(void **state)
{
    (void)state;
    struct scene scene;
    make_scene(&scene, people_spec, 1600, 9);
    assert_true(scene.pool_count / 5 > 512 && scene.pool_count < 10000);
    struct link_index *one = a_fifth_later(&scene, 1, scene.arena), *two = a_fifth_later(&scene, 2, scene.arena);
    both_hold_the_whole_pool(&scene, one, two);
    arena_free(scene.arena);
}

struct told {
    size_t joined, parted, made, ended;
};

static void hear(void *context, const struct link_event *event)
{
    struct told *told = context;
    told->joined += event->change == LINK_JOINED;
    told->parted += event->change == LINK_PARTED;
    told->made += event->change == LINK_MADE;
    told->ended += event->change == LINK_ENDED;
}

static void joins_and_splits_are_told_and_a_find_leaves_nothing_behind(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, people_spec, 200, 3);
    struct told told = {0};
    struct link_index *index;
    struct link_records *records = link_records_make(scene.spec, scene.arena);
    uint32_t source = source_of(records, "made"), first, second, stranger;
    assert_true(link_index_make(records, scene.model, NULL, scene.arena, &index, &err));
    link_index_listen(index, hear, &told);
    struct slice anna[] = {S("ruth"), S("thornwick"), S("1956-03-14"), S("9 Fenham Road"), S("NR7 4AB")};
    struct slice other[] = {S("ivan"), S("ashby"), S("1999-10-02"), S("3 Elmton Road"), S("NR2 1AA")};
    assert_true(link_index_add(index, source, S("a"), anna, &first, &err));
    assert_true(link_index_add(index, source, S("b"), other, &stranger, &err));
    assert_int_equal(told.made, 2);
    assert_true(link_index_add(index, source, S("c"), anna, &second, &err));
    assert_int_equal(link_index_entity(index, first), link_index_entity(index, second));
    assert_true(link_index_entity(index, first) != link_index_entity(index, stranger));

    struct link_found *found;
    size_t count;
    struct slice asked[] = {S("ruth"), S("thornwick"), NO_SLICE, NO_SLICE, S("NR7 4AB")};
    uint32_t before = link_records_count(records);
    assert_true(link_index_find(index, asked, 0, 10, scene.arena, &found, &count, &err));
    assert_int_equal(count, 2);
    assert_true(found[0].weight >= found[1].weight);
    assert_int_equal(found[0].entity, link_index_entity(index, first));
    assert_int_equal(link_records_count(records), before);

    /* A record that takes its own place again is no event; one that becomes another person's is. */
    struct told so_far = told;
    struct link_row same = {source, S("c"), anna}, changed = {source, S("c"), other};
    assert_true(link_index_replace(index, &second, 1, &same, 1, NULL, &second, &err));
    assert_memory_equal(&told, &so_far, sizeof told);
    assert_int_equal(link_index_record(index, source, S("c")), second);
    assert_true(link_index_replace(index, &second, 1, &changed, 1, NULL, &second, &err));
    assert_int_equal(link_index_entity(index, second), link_index_entity(index, stranger));
    assert_true(link_index_replace(index, &second, 1, &same, 1, NULL, &second, &err));

    assert_true(link_index_remove(index, first, &err));
    assert_int_equal(link_index_entity(index, first), UINT32_MAX);
    assert_false(link_index_remove(index, first, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_true(link_index_remove(index, second, &err));
    assert_true(told.ended >= 1);
    arena_free(scene.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_history_of_adds_and_removals_ends_in_the_entities_of_linking_anew),
        cmocka_unit_test(it_holds_for_records_that_say_little_and_across_common_keys),
        cmocka_unit_test(it_holds_for_sources_without_duplicates_and_for_guards),
        cmocka_unit_test(many_at_once_are_linked_as_anew_by_one_thread_and_by_two),
        cmocka_unit_test(many_that_come_to_more_are_linked_as_anew_by_one_thread_and_by_two),
        cmocka_unit_test(joins_and_splits_are_told_and_a_find_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
