/* Memory that is bounded: the same bytes from disk as from memory, a full disk, a refusal in words. */
#include "tests/link/people.h"

#include "base/memory.h"
#include "link/link_files.h"
#include "link/memory_plan.h"
#include "link/records.h"
#include "link/spill.h"
#include "link/threads.h"
#include "link/train.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PEOPLE = 4000, COPIES = 4, MB = 1 << 20 };

static const char specification[] = "columns: {name: full_name, born: date, postcode: postcode, town: place}\n"
                                    "date_order: ymd\nid: id\n";

struct world {
    struct arena *arena;
    char folder[64];
    struct slice specification, people;
};

static struct slice put(struct world *world, const char *name, struct slice text)
{
    struct slice path = arena_format(world->arena, "%s/%s", world->folder, name);
    struct error err = NO_ERROR;
    assert_true(host_write_file(host_real(), path, text, &err));
    return path;
}

static struct world make_world(void)
{
    struct world world = {.arena = arena_make(0), .folder = "/tmp/staithe-test-XXXXXX"};
    assert_non_null(mkdtemp(world.folder));
    struct buffer rows = buffer_make(world.arena);
    uint64_t random = 5;
    buffer_add(&rows, S("id,name,born,postcode,town\n"));
    for (int p = 0; p < PEOPLE; p++) {
        const char *given = given_names[next_random(&random) % countof(given_names)];
        const char *root = family_roots[next_random(&random) % countof(family_roots)],
                   *end = family_roots[next_random(&random) % countof(family_roots)];
        unsigned day = 1 + (unsigned)(next_random(&random) % 28), year = 1930 + (unsigned)(next_random(&random) % 80);
        unsigned place = (unsigned)(next_random(&random) % 300);
        for (int copy = 0; copy < COPIES; copy++)
            buffer_format(&rows, "%d-%d,%s %s%s%s,%04u-%02u-%02u,NR%u %uAB,town%u\n", p, copy, given, root, end,
                          copy == 2 ? "e" : "", year, copy == 3 ? day % 12 + 1 : 5, day, place % 30 + 1, place % 9,
                          place / 10);
    }
    world.people = put(&world, "people.csv", buffer_slice(&rows));
    world.specification = put(&world, "people.yaml", slice_of(specification));
    return world;
}

static void end_world(struct world *world)
{
    struct slice *names;
    size_t count;
    struct error err;
    assert_true(host_list_folder(slice_of(world->folder), world->arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++)
        assert_true(
            host_delete(host_real(), arena_format(world->arena, "%s/%.*s", world->folder, PRINT(names[i])), &err));
    assert_int_equal(rmdir(world->folder), 0);
    arena_free(world->arena);
}

struct answer {
    bool linked;
    struct slice clusters, pairs, report;
    uint64_t edges_on_disk;
    struct memory_plan plan;
    struct error err;
};

static struct answer link_within(struct world *world, uint64_t memory, const struct host *host, unsigned threads)
{
    struct slice clusters = arena_format(world->arena, "%s/clusters.csv", world->folder),
                 pairs = arena_format(world->arena, "%s/pairs.csv", world->folder);
    struct link_files_result result;
    struct link_files_request request = {
        .host = host,
        .specification = world->specification,
        .files = &world->people,
        .file_count = 1,
        .clusters = clusters,
        .pairs = pairs,
        .ret_result = &result,
        .json = true,
        .options = {.threads = threads, .memory = memory, .host = host, .temporary = slice_of(world->folder)}};
    struct buffer out = buffer_make(world->arena);
    struct answer answer = {.err = NO_ERROR};
    answer.linked = link_files(&request, &out, &answer.err);
    if (!answer.linked)
        return answer;
    assert_true(host_read_file(host, clusters, 1u << 30, world->arena, &answer.clusters, &answer.err));
    assert_true(host_read_file(host, pairs, 1u << 30, world->arena, &answer.pairs, &answer.err));
    answer.report = buffer_slice(&out);
    answer.edges_on_disk = spill_on_disk(result.edges.spill);
    memory_plan_make(result.records, &request.options, &answer.plan);
    return answer;
}

static size_t files_in(struct world *world)
{
    struct slice *names;
    size_t count = 0;
    struct error err;
    assert_true(host_list_folder(slice_of(world->folder), world->arena, &names, &count, &err));
    return count;
}

static void what_lies_on_disk_links_as_what_lies_in_memory(void **state)
{
    (void)state;
    struct world world = make_world();
    struct answer all = link_within(&world, (uint64_t)4096 * MB, host_real(), 2);
    assert_true(all.linked && all.pairs.len > 0);
    assert_int_equal(all.edges_on_disk, 0);
    const struct memory_plan *plan = &all.plan;
    uint64_t greater = plan->making > plan->clustering ? plan->making : plan->clustering;
    greater = plan->learning > greater ? plan->learning : greater;
    /* Pairs have no room; then the blocks neither; then the codes as written, which is all that can go. */
    const uint64_t budgets[] = {plan->table + plan->blocks + greater, plan->table + plan->blocks / 2 + greater,
                                memory_least(plan) + 4096};
    for (size_t i = 0; i < countof(budgets); i++)
        for (unsigned threads = 1; threads <= 2; threads++) {
            uint64_t less = threads == 1 && budgets[i] > 16 * MB ? 16 * MB : 0; /* what a thread takes */
            struct answer some = link_within(&world, budgets[i] - less, host_real(), threads);
            assert_true(some.linked);
            assert_true(some.edges_on_disk > 0);
            assert_true(slice_equal(some.clusters, all.clusters));
            assert_true(slice_equal(some.pairs, all.pairs));
        }
    assert_int_equal(files_in(&world), 4); /* no temporary file is left: the two given, the two made */
    end_world(&world);
}

/* Temporary files alone fail. */
static int refuse(void *context, const struct host_change *change)
{
    unsigned *after = context;
    if (change->operation != HOST_WRITE || !strstr(change->path, "/staithe-") || strstr(change->path, ".csv"))
        return 0;
    return *after > 0 ? (int)(--*after, 0) : ENOSPC;
}

static void a_full_disk_ends_in_one_sentence_and_leaves_nothing(void **state)
{
    (void)state;
    struct world world = make_world();
    struct answer all = link_within(&world, (uint64_t)4096 * MB, host_real(), 2);
    assert_true(all.linked);
    uint64_t least = memory_least(&all.plan) + 4096;
    for (unsigned writes = 0; writes < 3; writes++) {
        struct error err = NO_ERROR;
        assert_true(host_delete(host_real(), arena_format(world.arena, "%s/clusters.csv", world.folder), &err));
        assert_true(host_delete(host_real(), arena_format(world.arena, "%s/pairs.csv", world.folder), &err));
        unsigned left = writes;
        struct host full = *host_real();
        full.before = refuse;
        full.context = &left;
        struct answer none = link_within(&world, least, &full, 2);
        assert_false(none.linked);
        assert_int_equal(none.err.code, ERROR_FULL);
        assert_int_equal(files_in(&world), 2);
        assert_true(link_within(&world, (uint64_t)4096 * MB, host_real(), 2).linked);
    }
    end_world(&world);
}

static void what_has_no_room_even_so_is_refused_with_what_it_needs(void **state)
{
    (void)state;
    struct world world = make_world();
    struct answer all = link_within(&world, (uint64_t)4096 * MB, host_real(), 2);
    struct answer none = link_within(&world, memory_least(&all.plan) - MB, host_real(), 2);
    char words[900];
    assert_false(none.linked);
    assert_int_equal(none.err.code, ERROR_TOO_BIG);
    error_print(&none.err, words, sizeof words);
    assert_non_null(strstr(words, "16000 records need "));
    assert_non_null(strstr(words, "give --memory "));
    none = link_within(&world, 8 * MB, host_real(), 2);
    assert_false(none.linked);
    error_print(&none.err, words, sizeof words);
    assert_non_null(strstr(words, "8 MB of memory are allowed, and "));
    none = link_within(&world, 58 * MB, host_real(), 2); /* while it reads: little more than what it begins with */
    assert_false(none.linked);
    error_print(&none.err, words, sizeof words);
    assert_non_null(strstr(words, "58 MB"));
    end_world(&world);
}

/* More rows behind the people's, and a specification with these lines at its end. */
static void add_people(struct world *world, struct slice rows, const char *lines)
{
    struct slice all[2];
    struct error err = NO_ERROR;
    assert_true(host_read_file(host_real(), world->people, 1u << 30, world->arena, &all[0], &err));
    all[1] = rows;
    world->people = put(world, "people.csv", arena_join(world->arena, all, 2, NO_SLICE));
    world->specification = put(world, "people.yaml",
                               arena_format(world->arena,
                                            "columns: {name: full_name, born: date, postcode: postcode, town: place}\n"
                                            "date_order: ymd\nid: id\nblock_cap: 0\n%s",
                                            lines));
}

/* Nine hundred records of one name and day, and no two the same: each two of them meet and weigh enough. */
static void a_group_too_great_to_cluster_is_told_not_ended(void **state)
{
    (void)state;
    struct world world = make_world();
    struct buffer rows = buffer_make(world.arena);
    for (int i = 0; i < 900; i++)
        buffer_format(&rows, "same-%d,Zacharias Wickhouse,1950-01-05,NR%u %uAB,town%u\n", i, i % 30 + 1, i / 30 % 9,
                      i % 7);
    add_people(&world, buffer_slice(&rows), "blocking: [name + born, born + postcode]\n");
    struct answer all = link_within(&world, (uint64_t)4096 * MB, host_real(), 2);
    assert_true(all.linked);
    struct answer none = link_within(&world, memory_least(&all.plan) + 24 * MB, host_real(), 2);
    char words[900];
    assert_false(none.linked);
    assert_int_equal(none.err.code, ERROR_TOO_BIG);
    error_print(&none.err, words, sizeof words);
    assert_non_null(strstr(words, "900 records hold together as one group"));
    end_world(&world);
}

/* What threads hold of a room together. */
struct holders {
    struct memory_room *room;
    _Atomic uint64_t held, most;
    _Atomic unsigned times;
};

static void hold(void *context, size_t chunk, unsigned thread)
{
    struct holders *holders = context;
    uint64_t wanted = 1 + (chunk * 7919 + thread) % 150, taken = memory_room_take(holders->room, wanted);
    assert_int_equal(taken, wanted < 100 ? wanted : 100);
    uint64_t held = atomic_fetch_add(&holders->held, taken) + taken, most = atomic_load(&holders->most);
    while (held > most && !atomic_compare_exchange_weak(&holders->most, &most, held))
        ;
    atomic_fetch_sub(&holders->held, taken);
    atomic_fetch_add(&holders->times, 1);
    memory_room_give(holders->room, taken / 2);
    memory_room_give(holders->room, taken - taken / 2);
}

static void threads_share_a_room_and_wait_for_each_other(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct holders holders = {.room = memory_room_make(100, arena)};
    struct threads_work work = {.threads = 4, .chunks = 20000, .work = hold, .context = &holders};
    assert_true(threads_share(&work));
    assert_int_equal(holders.times, 20000);
    assert_in_range(holders.most, 1, 100);
    struct memory_room *all = memory_room_make(UINT64_MAX, arena);
    assert_int_equal(memory_room_take(all, 5), 0); /* nothing to wait for */
    arena_free(arena);
}

/* Two groups of nine hundred, of which one at a time has room. */
static void two_great_groups_take_turns(void **state)
{
    (void)state;
    struct world world = make_world();
    struct buffer rows = buffer_make(world.arena);
    for (int i = 0; i < 1800; i++)
        buffer_format(&rows, "same-%d,%s Wickhouse,19%d0-01-05,NR%u %uAB,town%u\n", i, i % 2 ? "Zacharias" : "Amelia",
                      i % 2 + 4, i % 30 + 1, i / 30 % 9, i % 7);
    add_people(&world, buffer_slice(&rows), "blocking: [name + born]\nlearn: false\n");
    struct answer all = link_within(&world, (uint64_t)4096 * MB, host_real(), 2);
    assert_true(all.linked);
    const unsigned steps = 24;
    bool tight = false;
    for (unsigned step = 0; step < steps; step++) { /* from too little to room for one, which must do for both */
        struct answer some = link_within(&world, memory_least(&all.plan) + step * 16 * MB, host_real(), 2);
        tight |= !some.linked;
        if (some.linked) {
            assert_true(slice_equal(some.clusters, all.clusters));
            break;
        }
        assert_int_equal(some.err.code, ERROR_TOO_BIG);
        assert_true(step + 1 < steps);
    }
    assert_true(tight);
    end_world(&world);
}

/* In as much memory as a million need, and in as little as is refused. */
static void a_million_identical_records_end_within_their_memory_or_in_a_sentence(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    const unsigned count = 100000; /* which take more by themselves */
    const bool measured = false;
#else
    const unsigned count = 1000000;
    const bool measured = true;
#endif
    struct world world = make_world();
    struct buffer rows = buffer_make(world.arena);
    buffer_add(&rows, S("id,name,born,postcode,town\n"));
    for (unsigned i = 0; i < count; i++)
        buffer_format(&rows, "%u,Zacharias Wickhouse,1950-01-05,NR1 1AB,town1\n", i);
    world.people = put(&world, "people.csv", buffer_slice(&rows));
    unsigned linked = 0, refused = 0;
    const uint64_t budgets[] = {50, 80, 200, 300, 450};
    for (size_t i = 0; i < countof(budgets); i++) {
        int64_t before = host_monotonic(host_real());
        struct answer answer = link_within(&world, budgets[i] * MB, host_real(), 2);
        linked += answer.linked;
        refused += !answer.linked;
        if (answer.linked)
            assert_non_null(strstr(arena_cstr(world.arena, answer.report), "\"clusters\":1,"));
        else
            assert_int_equal(answer.err.code, ERROR_TOO_BIG);
        assert_true(!measured ||
                    host_monotonic(host_real()) - before < 60000000000); /* it went to the disk for each pair, 180 s */
    }
    assert_true(linked > 0 && refused > 0);
    end_world(&world);
}

/* The same pairs are learned in one walk through the clusters or in sixteen. */
static void value_pairs_are_learned_in_little_room_as_in_much(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    uint64_t *truth;
    struct link_spec *spec = read_spec(people_spec, arena);
    struct link_records *records = make_people(spec, 800, 9, 0, arena, &truth);
    struct link_model *much = NULL, *little = NULL;
    uint32_t *cluster = arena_array(arena, uint32_t, link_records_count(records));
    assert_true(link_train(records, NULL, arena, &much, NULL, &err) &&
                link_train(records, NULL, arena, &little, NULL, &err));
    for (uint32_t r = 0, s; r < link_records_count(records); r++) {
        for (s = 0; truth[s] != truth[r]; s++)
            ;
        cluster[r] = s;
    }
    struct link_options options = {.threads = 2, .memory = 1, .host = host_real()};
    much->learned_count = little->learned_count = 0;
    assert_true(learn_pairs(records, much, cluster, NULL, &err));
    assert_true(learn_pairs(records, little, cluster, &options, &err));
    assert_true(much->learned_count > 0);
    assert_int_equal(much->learned_count, little->learned_count);
    for (size_t i = 0; i < much->learned_count; i++) {
        assert_true(slice_equal(much->learned[i].a, little->learned[i].a) &&
                    slice_equal(much->learned[i].b, little->learned[i].b));
        assert_float_equal(much->learned[i].bits, little->learned[i].bits, 0);
    }
    arena_free(arena);
}

static void a_spill_gives_back_what_was_put_into_it(void **state)
{
    (void)state;
    for (uint64_t room = 0; room <= 4 * MB; room += 2 * MB) {
        struct arena *arena = arena_make(0);
        struct link_options options = {.host = host_real(), .memory = 1, .temporary = S("/tmp")};
        struct spill *spill = spill_make(&options, room, arena);
        const void *all = NULL;
        struct error err = NO_ERROR;
        for (uint64_t i = 0; i < 3 * MB / 8 + 1; i++)
            assert_true(spill_add(spill, &i, sizeof i, &err));
        assert_true(spill_end(spill, &all, &err));
        assert_true((spill_on_disk(spill) > 0) == (room < 3 * MB));
        for (uint64_t i = 0; i < 3 * MB / 8 + 1; i++) {
            assert_int_equal(((const uint64_t *)all)[i], i);
            if (i % 100000 == 0)
                spill_rest(spill);
        }
        arena_free(arena);
    }
}

static void a_size_is_read_as_people_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t size;
    } cases[] = {{"400M", 400u << 20},
                 {"2G", 2ull << 30},
                 {"1.5 GB", 3ull << 29},
                 {"2GiB", 2ull << 30},
                 {"800000", 800000},
                 {"64k", 64 << 10},
                 {"1b", 1},
                 {"0", 0},
                 {"many", 0},
                 {"2X", 0},
                 {"", 0},
                 {"-3M", 0},
                 {"1e400", 0},
                 {"3Mhz", 0}};
    for (size_t i = 0; i < countof(cases); i++) {
        uint64_t size = 0;
        assert_true(memory_read(slice_of(cases[i].text), &size) == (cases[i].size > 0));
        assert_int_equal(size, cases[i].size);
    }
    assert_true(memory_of_machine() > (uint64_t)64 * MB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_on_disk_links_as_what_lies_in_memory),
        cmocka_unit_test(a_full_disk_ends_in_one_sentence_and_leaves_nothing),
        cmocka_unit_test(what_has_no_room_even_so_is_refused_with_what_it_needs),
        cmocka_unit_test(a_group_too_great_to_cluster_is_told_not_ended),
        cmocka_unit_test(threads_share_a_room_and_wait_for_each_other),
        cmocka_unit_test(two_great_groups_take_turns),
        cmocka_unit_test(a_million_identical_records_end_within_their_memory_or_in_a_sentence),
        cmocka_unit_test(value_pairs_are_learned_in_little_room_as_in_much),
        cmocka_unit_test(a_spill_gives_back_what_was_put_into_it),
        cmocka_unit_test(a_size_is_read_as_people_write_it),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
