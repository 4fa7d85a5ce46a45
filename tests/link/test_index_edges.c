#include "tests/base/fault_host.h"
#include "tests/link/people.h"

#include "link/index_file.h"

#include <stdlib.h>

/* An owner who keeps the edges of an index in a table of its own, by what it is told alone. */
struct owner {
    const struct link_records *records; /* of the index, as it is open now */
    struct arena *arena;
    struct kept {
        struct slice a, b; /* ids */
        float weight;
        uint8_t verdict;
        bool there;
    } * kept;
    size_t count, capacity;
    size_t came, went;
};

static struct kept *find_kept(struct owner *owner, struct slice x, struct slice y)
{
    for (size_t i = 0; i < owner->count; i++)
        if (slice_equal(owner->kept[i].a, x) && slice_equal(owner->kept[i].b, y))
            return &owner->kept[i];
    return NULL;
}

static struct kept said_by(const struct owner *owner, const struct link_edge *edge)
{
    struct slice x = link_records_id(owner->records, edge->a), y = link_records_id(owner->records, edge->b);
    bool turned = slice_compare(x, y) > 0;
    return (struct kept){turned ? y : x, turned ? x : y, edge->weight, edge->verdict, true};
}

static void hear(void *context, const struct link_edge *edge, bool came)
{
    struct owner *owner = context;
    struct kept said = said_by(owner, edge), *kept = find_kept(owner, said.a, said.b);
    owner->came += came;
    owner->went += !came;
    if (!kept) {
        assert_true(came);
        ARENA_GROW(owner->arena, owner->kept, owner->count, owner->capacity);
        kept = &owner->kept[owner->count++];
        *kept = (struct kept){.a = arena_copy(owner->arena, said.a), .b = arena_copy(owner->arena, said.b)};
    }
    assert_int_equal(kept->there, !came);
    if (!came)
        assert_true(kept->weight == said.weight && kept->verdict == said.verdict);
    kept->weight = said.weight;
    kept->verdict = said.verdict;
    kept->there = came;
}

static void is_kept(void *context, const struct link_edge *edge)
{
    struct owner *owner = context;
    struct kept said = said_by(owner, edge), *kept = find_kept(owner, said.a, said.b);
    assert_true(kept && kept->there && kept->weight == said.weight && kept->verdict == said.verdict);
    owner->came++;
}

static void they_are_those_of_the_index(struct owner *owner, const struct index_file *file)
{
    struct error err = NO_ERROR;
    size_t there = 0, wrong = 1, by_record = 0;
    struct arena *arena = arena_make(0);
    const struct link_index *index = index_file_index(file);
    for (size_t i = 0; i < owner->count; i++)
        there += owner->kept[i].there;
    owner->came = 0;
    link_index_visit_edges(index, is_kept, owner);
    assert_int_equal(owner->came, there);
    for (uint32_t r = 0; r < link_records_count(owner->records); r++) {
        struct link_edge *edges;
        by_record += link_index_edges(index, r, arena, &edges);
    }
    assert_int_equal(by_record, 2 * there);
    assert_true(index_file_check(file, NULL, &wrong, &err));
    assert_int_equal(wrong, 0);
    /* Also where memory is bounded: edges that lie on disk could not be put in order. */
    struct link_options little = {.threads = 1, .memory = 1, .host = host_real(), .temporary = S("/tmp")};
    assert_true(index_file_check(file, &little, &wrong, &err));
    assert_int_equal(wrong, 0);
    arena_free(arena);
}

struct scene {
    struct arena *arena;
    struct slice folder, specification;
    struct link_spec *spec;
    struct link_records *pool;
    struct link_model *model;
    uint32_t count;
};

static void make_scene(struct scene *scene)
{
    struct error err = NO_ERROR;
    uint64_t *truth;
    char folder[] = "/tmp/staithe-index-XXXXXX";
    *scene = (struct scene){.arena = arena_make(0)};
    assert_non_null(mkdtemp(folder));
    scene->folder = arena_copy(scene->arena, slice_of(folder));
    scene->specification =
        arena_format(scene->arena,
                     "%sblocking: [given, family, postcode, born]\nblock_cap: 12\nguards:\n"
                     "  - {name: another day, when: {born: different, family: [same, close]}, then: apart}\n",
                     people_spec);
    scene->spec = read_spec(arena_cstr(scene->arena, scene->specification), scene->arena);
    scene->pool = make_people(scene->spec, 40, 4, 0, scene->arena, &truth);
    scene->count = link_records_count(scene->pool);
    assert_true(link_train(scene->pool, NULL, scene->arena, &scene->model, NULL, &err));
}

static struct index_row row_of(const struct scene *scene, uint32_t record, uint32_t says, struct arena *arena)
{
    struct slice *values = arena_array(arena, struct slice, LINK_COLUMNS_MAX);
    for (size_t c = 0; c < link_spec_columns(scene->spec); c++)
        values[c] = link_records_value(scene->pool, says, c);
    return (struct index_row){S("made"), link_records_id(scene->pool, record), values};
}

static void change(const struct scene *scene, struct index_file *file, uint64_t *random)
{
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct index_row rows[8];
    size_t count = 1 + next_random(random) % 8, removed;
    bool put = next_random(random) % 4 > 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t r = (uint32_t)(next_random(random) % scene->count);
        uint32_t says = next_random(random) % 4 ? r : (uint32_t)(next_random(random) % scene->count);
        rows[i] = row_of(scene, r, says, arena);
    }
    assert_true(put ? index_file_put(file, rows, count, NULL, &err)
                    : index_file_remove(file, rows, count, NULL, &removed, &err));
    arena_free(arena);
}

static void follow(const struct scene *scene, bool edges_only, uint64_t seed)
{
    struct error err = NO_ERROR;
    struct arena *arena = arena_make(0);
    struct owner owner = {.arena = arena_make(0)};
    struct link_options options = {.edges_only = edges_only};
    struct index_file *file;
    struct link_records *records = link_records_make(scene->spec, arena);
    assert_true(index_file_create(host_real(), scene->folder, scene->specification, records, scene->model, &options,
                                  arena, &file, &err));
    for (unsigned step = 0; step < 30; step++) {
        assert_int_equal(link_index_edges_only(index_file_index(file)), edges_only);
        owner.records = link_index_records(index_file_index(file));
        link_index_listen_edges(index_file_index(file), hear, &owner);
        change(scene, file, &seed);
        assert_true(index_file_ahead(file));
        if (step % 3 == 0)
            assert_true(index_file_mark(file, step, &err));
        if (step % 7 == 0)
            assert_true(index_file_compact(file, NULL, &err));
        if (step % 5 == 0) {
            assert_true(index_file_sync(file, &err));
            arena_free(arena);
            arena = arena_make(0);
            assert_true(index_file_open(host_real(), scene->folder, true, NULL, arena, &file, &err));
            owner.records = link_index_records(index_file_index(file));
            they_are_those_of_the_index(&owner, file);
        }
        assert_int_equal(index_file_ahead(file), step % 3 != 0);
    }
    they_are_those_of_the_index(&owner, file);
    assert_true(owner.went > 0);
    arena_free(owner.arena);
    arena_free(arena);
    fault_remove_tree(scene->folder);
}

static void whoever_follows_what_is_told_of_edges_has_those_of_the_index(void **state)
{
    (void)state;
    struct scene scene;
    make_scene(&scene);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        follow(&scene, false, seed);
        follow(&scene, true, seed);
    }
    arena_free(scene.arena);
}

static void no_event(void *context, const struct link_event *event)
{
    (void)context;
    (void)event;
    fail();
}

static void an_index_of_edges_alone_tells_of_no_entities_and_finds_records(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene);
    struct link_options options = {.edges_only = true};
    struct link_index *index;
    struct link_records *records = link_records_make(scene.spec, scene.arena);
    uint32_t source = source_of(records, "made"), first, second;
    assert_true(link_index_make(records, scene.model, &options, scene.arena, &index, &err));
    link_index_listen(index, no_event, NULL);
    struct slice anna[] = {S("ruth"), S("thornwick"), S("1956-03-14"), S("9 Fenham Road"), S("NR7 4AB")};
    assert_true(link_index_add(index, source, S("a"), anna, &first, &err));
    assert_true(link_index_add(index, source, S("b"), anna, &second, &err));
    struct link_found *found;
    size_t count;
    assert_true(link_index_find(index, anna, 0, 10, scene.arena, &found, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(link_index_entity(index, second), second);
    struct link_edge *edges;
    assert_int_equal(link_index_edges(index, first, scene.arena, &edges), 1);
    assert_true(edges[0].weight >= (float)link_model_join(scene.model));
    assert_true(link_index_remove(index, first, &err));
    assert_int_equal(link_index_entity(index, first), UINT32_MAX);
    assert_int_equal(link_index_edges(index, second, scene.arena, &edges), 0);
    fault_remove_tree(scene.folder);
    arena_free(scene.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_follows_what_is_told_of_edges_has_those_of_the_index),
        cmocka_unit_test(an_index_of_edges_alone_tells_of_no_entities_and_finds_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
