/* The engine as a whole: train, score, cluster, explain. */
#include "tests/link/people.h"

#include "link/train.h"

#include <math.h>

struct run {
    struct link_records *records;
    struct link_model *model;
    struct link_edges edges;
    struct link_clusters clusters;
    uint64_t *truth;
};

static struct run link_people(const char *text, unsigned people, uint64_t shuffle, unsigned threads,
                              struct arena *arena)
{
    struct run run = {0};
    struct error err = NO_ERROR;
    struct link_options options = {.threads = threads, .seed = 1};
    run.records = make_people(read_spec(text, arena), people, 3, shuffle, arena, &run.truth);
    assert_true(link_train(run.records, &options, arena, &run.model, NULL, &err));
    assert_true(link_score(run.records, run.model, &options, arena, &run.edges, &err));
    struct link_cluster_input input = {.count = link_records_count(run.records),
                                       .edges = run.edges.edges,
                                       .edge_count = run.edges.count,
                                       .join = link_model_join(run.model),
                                       .review = link_model_review(run.model),
                                       .keys = link_records_keys(run.records),
                                       .records = run.records,
                                       .model = run.model};
    assert_true(link_cluster(&input, arena, &run.clusters, &err));
    return run;
}

static void finds_the_people_without_labels(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct run run = link_people(people_spec, 600, 0, 0, arena);
    uint32_t n = link_records_count(run.records);
    uint64_t *cluster = arena_array(arena, uint64_t, n);
    for (uint32_t r = 0; r < n; r++)
        cluster[r] = run.clusters.cluster[r];
    struct link_figures figures;
    link_evaluate(cluster, run.truth, NULL, n, &figures);
    assert_true(figures.precision > 0.995);
    assert_true(figures.recall > 0.98);
    arena_free(arena);
}

static void one_and_two_and_five_threads_give_the_same_bytes(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct run one = link_people(people_spec, 400, 0, 1, arena);
    struct slice model = link_model_write(one.model, arena);
    static const unsigned threads[] = {2, 5};
    for (size_t t = 0; t < countof(threads); t++) {
        struct run more = link_people(people_spec, 400, 0, threads[t], arena);
        assert_true(slice_equal(model, link_model_write(more.model, arena)));
        assert_int_equal(one.edges.count, more.edges.count);
        assert_memory_equal(one.edges.edges, more.edges.edges, one.edges.count * sizeof *one.edges.edges);
        assert_memory_equal(one.clusters.cluster, more.clusters.cluster,
                            link_records_count(one.records) * sizeof(uint32_t));
    }
    arena_free(arena);
}

/* The cluster of each record by its id: the id of the record of that cluster whose id comes first. */
static void partition_by_id(const struct run *run, uint32_t *first)
{
    uint32_t n = link_records_count(run->records), *of_cluster = first + n;
    for (uint32_t r = 0; r < n; r++)
        of_cluster[r] = UINT32_MAX;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t r = 0; r < n; r++) {
            struct slice id = link_records_id(run->records, r);
            int64_t number = 0;
            assert_true(slice_integer(slice_part(id, 1, id.len), &number));
            uint32_t *lowest = &of_cluster[run->clusters.cluster[r]];
            if (pass == 0 && (uint32_t)number < *lowest)
                *lowest = (uint32_t)number;
            if (pass == 1)
                first[number] = *lowest;
        }
}

static void the_order_of_adding_changes_neither_model_nor_partition(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct run made = link_people(people_spec, 400, 0, 0, arena),
               shuffled = link_people(people_spec, 400, 77, 0, arena);
    uint32_t n = link_records_count(made.records);
    assert_true(slice_equal(link_model_write(made.model, arena), link_model_write(shuffled.model, arena)));
    uint32_t *one = arena_array(arena, uint32_t, 2 * n), *two = arena_array(arena, uint32_t, 2 * n);
    partition_by_id(&made, one);
    partition_by_id(&shuffled, two);
    assert_memory_equal(one, two, n * sizeof *one);
    arena_free(arena);
}

static void under_a_frozen_model_a_new_record_changes_no_other_pair(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct run run = link_people(people_spec, 200, 0, 0, arena);
    const struct link_spec *spec = run.model->spec;
    struct link_records *more = link_records_make(spec, arena);
    uint32_t n = link_records_count(run.records);
    for (uint32_t r = 0; r < n; r++) {
        struct slice values[5];
        for (size_t c = 0; c < 5; c++)
            values[c] = link_records_value(run.records, r, c);
        assert_true(link_records_add(more, source_of(more, "made"), link_records_id(run.records, r), values, &err));
    }
    for (unsigned i = 0; i < 100; i++)
        ADD(more, "made", "new", "oliver", "barnham", "1980-05-05", "1 barnham road", "NR1 1AA");
    struct link_edges edges;
    assert_true(link_score(more, run.model, NULL, arena, &edges, &err));
    size_t at = 0;
    for (size_t i = 0; i < edges.count; i++)
        if (edges.edges[i].b < n) {
            assert_memory_equal(&edges.edges[i], &run.edges.edges[at], sizeof edges.edges[i]);
            at++;
        }
    assert_int_equal(at, run.edges.count);
    arena_free(arena);
}

static void a_model_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct run run = link_people(people_spec, 300, 0, 0, arena);
    struct slice text = link_model_write(run.model, arena);
    struct link_model *again = NULL;
    if (!link_model_read(text, S("model.json"), run.model->spec, arena, &again, &err))
        fail_msg("%s", err.text);
    assert_true(slice_equal(text, link_model_write(again, arena)));
    struct link_edges edges;
    assert_true(link_score(run.records, again, NULL, arena, &edges, &err));
    assert_int_equal(edges.count, run.edges.count);
    assert_memory_equal(edges.edges, run.edges.edges, edges.count * sizeof *edges.edges);
    arena_free(arena);
}

static void a_model_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct run run = link_people(people_spec, 50, 0, 0, arena);
    char *text = arena_cstr(arena, link_model_write(run.model, arena));
    struct link_model *again = NULL;
    const struct link_spec *other = read_spec("columns: {name: full_name}\n", arena);
    assert_false(link_model_read(slice_of(text), S("model.json"), other, arena, &again, &err));
    assert_non_null(strstr(err.text, "another specification"));
    assert_false(link_model_read(S("{\"what\":1}"), S("model.json"), run.model->spec, arena, &again, &err));
    assert_false(link_model_read(S("{"), S("model.json"), run.model->spec, arena, &again, &err));
    char *version = strstr(text, "\"version\":1");
    assert_non_null(version);
    version[10] = '9';
    assert_false(link_model_read(slice_of(text), S("model.json"), run.model->spec, arena, &again, &err));
    assert_non_null(strstr(err.text, "version 9"));
    version[10] = '1';
    char *m = strstr(text, "\"m\":");
    assert_non_null(m);
    m[1] = 'x';
    assert_false(link_model_read(slice_of(text), S("model.json"), run.model->spec, arena, &again, &err));
    assert_non_null(strstr(err.text, "damaged"));
    arena_free(arena);
}

static void the_parts_of_an_explanation_add_up_to_the_weight(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct run run = link_people(people_spec, 300, 0, 0, arena);
    for (size_t i = 0; i < run.edges.count; i++) {
        const struct link_edge *edge = &run.edges.edges[i];
        struct link_explanation explanation;
        link_explain(run.records, run.model, edge->a, edge->b, arena, &explanation);
        double sum = explanation.prior;
        for (size_t p = 0; p < explanation.part_count; p++) {
            const struct link_part *part = &explanation.parts[p];
            sum += part->weight;
            if (part->m > 0 && fabs(log2(part->m / part->u)) < 13)
                assert_true(fabs(log2(part->m / part->u) + part->frequency - part->weight) < 1e-9);
            else if (part->m == 0)
                assert_true(part->weight == 0);
        }
        assert_true(fabs(sum - explanation.total) < 1e-9);
        assert_true(fabs(explanation.total - (double)edge->weight) < 1e-3);
        struct link_edge alone = link_score_pair(run.records, run.model, edge->b, edge->a);
        assert_memory_equal(&alone, edge, sizeof alone);
    }
    arena_free(arena);
}

static bool stop_at_once(void *context, const char *stage, double share)
{
    (void)stage;
    (void)share;
    int *calls = context;
    return --*calls > 0;
}

static void stopping_on_request_is_told_as_such(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint64_t *truth;
    for (int calls = 1; calls < 40; calls += 6) {
        struct error err = NO_ERROR;
        int left = calls;
        struct link_options options = {.progress = stop_at_once, .context = &left};
        struct link_model *model = NULL;
        struct link_records *records = make_people(read_spec(people_spec, arena), 50, 3, 0, arena, &truth);
        if (!link_train(records, &options, arena, &model, NULL, &err))
            assert_int_equal(err.code, ERROR_CANCELLED);
        else
            assert_true(left > 0);
    }
    arena_free(arena);
}

static void nothing_to_link_is_said_plainly(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_model *model = NULL;
    struct link_records *records = link_records_make(read_spec(people_spec, arena), arena);
    assert_false(link_train(records, NULL, arena, &model, NULL, &err));
    assert_non_null(strstr(err.text, "two records"));
    arena_free(arena);
}

static void a_hundred_identical_records_are_one_cluster_or_too_common_to_tell(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_model *model = NULL;
    struct link_edges edges;
    struct link_records *records = link_records_make(read_spec(people_spec, arena), arena);
    for (unsigned i = 0; i < 60; i++)
        ADD(records, "s", "same", "ann", "lee", "1950-01-01", "1 high street", "NR1 1AA");
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    assert_true(link_score(records, model, NULL, arena, &edges, &err));
    for (size_t i = 0; i < edges.count; i++)
        assert_true(isfinite(edges.edges[i].weight));
    arena_free(arena);
}

/* One person of 70 records, each with a second name of its own, among 3,000 with one or two, 70 of them of her
 * surname. */
static void an_entity_larger_than_the_cap_is_compared_in_full_and_a_common_surname_is_not(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_spec *spec = read_spec("columns:\n  given: given_name\n  family: family_name\n  born: date\n"
                                       "  address: address\nblock_cap: 20\n",
                                       arena);
    struct link_records *records = link_records_make(spec, arena);
    struct link_model *model = NULL;
    struct link_edges edges;
    uint64_t random = 11;
    struct person one;
    make_person(&random, &one);
    for (unsigned p = 0; p < 3000; p++) {
        struct person other;
        make_person(&random, &other);
        ADD(records, "s", "", other.given, p < 70 ? one.family : other.family, other.born, other.address);
        if (p % 2)
            ADD(records, "s", "", other.given, p < 70 ? one.family : other.family, other.born, other.address);
        char given[64];
        (void)snprintf(given, sizeof given, "%s %s", one.given, other.given);
        if (p < 70)
            ADD(records, "s", "one", given, one.family, one.born, one.address);
    }
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    assert_true(link_score(records, model, NULL, arena, &edges, &err));
    size_t own = 0, families = 0;
    for (size_t i = 0; i < edges.count; i++)
        own += slice_equal(link_records_id(records, edges.edges[i].a), S("one")) &&
               slice_equal(link_records_id(records, edges.edges[i].b), S("one")) && edges.edges[i].weight >= 0;
    for (size_t r = 0; r < spec->rule_count; r++)
        for (size_t i = 0; slice_equal(spec->rules[r].text, S("last(given, family)")) && i < model->common_count[r];
             i++)
            families += slice_equal(model->common[r][i].text, slice_of(one.family));
    assert_int_equal(own, 70 * 69 / 2);
    assert_int_equal(families, 1);
    arena_free(arena);
}

/* One file has the name in parts, the other whole: nobody needs to join them by hand. */
static void names_in_parts_and_whole_names_are_compared(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_spec *spec = read_spec("link: link_and_dedupe\ncolumns:\n  whole: full_name\n  given: given_name\n"
                                       "  middle: given_name\n  family: family_name\n  town: place\n",
                                       arena);
    struct link_records *records = link_records_make(spec, arena);
    struct link_model *model = NULL;
    struct link_edges edges;
    uint64_t random = 8;
    for (unsigned p = 0; p < 400; p++) {
        struct person person;
        char id[16], whole[128], town[16];
        make_person(&random, &person);
        (void)snprintf(id, sizeof id, "%u", p);
        (void)snprintf(town, sizeof town, "town%u", (unsigned)(next_random(&random) % 20));
        (void)snprintf(whole, sizeof whole, "%s %s", person.given, person.family);
        ADD(records, "parts", id, "", person.given, "", person.family, town);
        ADD(records, "whole", id, whole, "", "", "", town);
    }
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    assert_true(link_score(records, model, NULL, arena, &edges, &err));
    unsigned found = 0;
    for (size_t i = 0; i < edges.count; i++)
        found += edges.edges[i].weight >= 0 &&
                 slice_equal(link_records_id(records, edges.edges[i].a), link_records_id(records, edges.edges[i].b));
    assert_in_range(found, 360, 400);
    struct link_spec *again = NULL;
    struct slice printed = link_spec_print(spec, arena);
    assert_true(link_spec_read(printed, S("printed.yaml"), arena, &again, &err));
    assert_true(slice_equal(link_spec_print(again, arena), printed));
    arena_free(arena);
}

static void names_that_are_made_of_long_ones_can_be_read_again(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_spec *again = NULL;
    struct slice printed = link_spec_print(
        read_spec("columns:\n  the_given_name_as_it_stands_in_the_passport: given_name\n"
                  "  имя_отчество_и_другие_имена: given_name\n  the_family_name_as_it_stands_there: family_name\n",
                  arena),
        arena);
    assert_true(link_spec_read(printed, S("printed.yaml"), arena, &again, &err));
    assert_true(slice_equal(link_spec_print(again, arena), printed));
    arena_free(arena);
}

/* Twelve numbers of the person in each record, one or two of them missing: the blocks of a person of many records
 * differ from rule to rule. Of each person's records the first `in_first` are in one file, the others in another. */
static void add_numbered(struct link_records *records, const char *const *files, unsigned people, unsigned each,
                         unsigned in_first)
{
    uint64_t random = 4;
    for (unsigned r = 0; r < people * each; r++) {
        char values[12][24], id[16];
        const char *row[12];
        unsigned one = (unsigned)(next_random(&random) % 12), two = (unsigned)(next_random(&random) % 12);
        for (unsigned c = 0; c < 12; c++) {
            (void)snprintf(values[c], sizeof values[c], "%u/%u/%u", c, r / each, each);
            row[c] = c == one || c == two ? "" : values[c];
        }
        (void)snprintf(id, sizeof id, "%u", r);
        add_record(records, files[r % each >= in_first], id, row, 12);
    }
}

static struct link_records *make_numbered(struct link_spec *spec, unsigned people, unsigned each, struct arena *arena)
{
    struct link_records *records = link_records_make(spec, arena);
    add_numbered(records, (const char *[]){"s"}, people, each, each);
    return records;
}

static struct link_spec *numbered_spec(const char *type, struct arena *arena)
{
    struct buffer text = buffer_make(arena);
    buffer_format(&text, "link: %s\nblock_cap: 20\nlearn: false\ncolumns: {", type);
    for (unsigned c = 0; c < 12; c++)
        buffer_format(&text, "%sc%u: identifier", c ? ", " : "", c);
    buffer_add(&text, S("}\nblocking: ["));
    for (unsigned c = 0; c < 12; c++)
        buffer_format(&text, "%sc%u", c ? ", " : "", c);
    buffer_add(&text, S("]\n"));
    return read_spec(arena_cstr(arena, buffer_slice(&text)), arena);
}

/* Blocks of a model that was trained on others; how many pairs they let through when common keys were looked at. */
static uint64_t free_common(const struct link_records *records, struct link_model *model, struct arena *arena)
{
    struct error err = NO_ERROR;
    struct blocks blocks;
    struct comparer comparer;
    bool freed = false;
    comparer_start(&comparer, records, model);
    comparer_bind(&comparer, 1, arena);
    assert_true(blocks_make(&blocks, records, NULL, model, NULL, arena, &err));
    assert_int_equal(blocks.most_pairs, 0); /* all is too common */
    assert_true(common_free(&comparer, &blocks, model, NULL, &freed, &err));
    model_finish(model);
    assert_true(blocks_make(&blocks, records, model, NULL, NULL, arena, &err));
    return blocks.most_pairs;
}

/* A person of whom one file has 54 records and the other six: of those that have a key the few must be looked at. */
static void what_files_are_called_does_not_decide_whether_a_large_entity_is_found(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"a", "b"}, {"b", "a"}, {"register", "claims"}, {"2019", "2020"}, {"x", "y"}};
    for (size_t i = 0; i < countof(names); i++)
        for (int turn = 0; turn < 2; turn++) {
            struct arena *arena = arena_make(0);
            struct error err = NO_ERROR;
            struct link_spec *spec = numbered_spec("link", arena);
            struct link_records *before = link_records_make(spec, arena), *records = link_records_make(spec, arena);
            struct link_model *model = NULL;
            const char *files[2] = {names[i][turn], names[i][!turn]};
            add_numbered(before, files, 1000, 2, 1);
            assert_true(link_train(before, NULL, arena, &model, NULL, &err));
            add_numbered(records, files, 1, 60, turn ? 54 : 6);
            assert_true(link_prepare(records, NULL, &err));
            (void)free_common(records, model, arena);
            for (size_t rule = 0; rule < 12; rule++)
                assert_int_equal(model->common_count[rule], 0);
            arena_free(arena);
        }
}

static void what_large_entities_may_let_through_is_bounded_over_all_rules_together(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_spec *spec = numbered_spec("dedupe", arena);
    struct link_model *model = NULL;
    assert_true(link_train(make_numbered(spec, 1000, 2, arena), NULL, arena, &model, NULL, &err));
    struct link_records *records = make_numbered(spec, 30, 160, arena);
    assert_true(link_prepare(records, NULL, &err));
    /* Twelve rules of thirty persons have more. Blocks of mostly the same records are taken for one. */
    uint64_t most = 400ull * link_records_count(records);
    assert_in_range(free_common(records, model, arena), most - 160 * 160, most + most / 10);
    arena_free(arena);
}

static bool stop_at_large_blocks(void *context, const char *stage, double share)
{
    (void)context;
    (void)share;
    return strcmp(stage, "weighing large blocks") != 0;
}

static void weighing_large_blocks_can_be_cancelled(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_model *model = NULL;
    struct link_options options = {.threads = 1, .progress = stop_at_large_blocks};
    struct link_records *records = make_numbered(numbered_spec("dedupe", arena), 40, 40, arena);
    assert_false(link_train(records, &options, arena, &model, NULL, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    arena_free(arena);
}

/* A few hundred people, each in both files; in the second each fortieth, each tenth or nobody twice. */
static struct link_model *train_across(const char *said, unsigned each, struct arena *arena)
{
    char text[400];
    (void)snprintf(text, sizeof text, "%scolumns:\n  given: given_name\n  family: family_name\n  born: date\n", said);
    struct link_records *records = link_records_make(read_spec(text, arena), arena);
    struct error err = NO_ERROR;
    struct link_model *model = NULL;
    uint64_t state = 5;
    for (unsigned p = 0; p < 300; p++) {
        struct person person;
        char id[16];
        (void)snprintf(id, sizeof id, "p%u", p);
        make_person(&state, &person);
        ADD(records, "one", id, person.given, person.family, person.born);
        ADD(records, "two", id, person.given, person.family, person.born);
        if (each > 0 && p % each == 0)
            ADD(records, "two", id, person.given, person.family, person.born);
    }
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    struct link_model *again = NULL;
    struct slice written = link_model_write(model, arena);
    assert_true(link_model_read(written, S("m.json"), model->spec, arena, &again, &err));
    assert_int_equal(link_model_one_to_one(model), link_model_one_to_one(again));
    return model;
}

static void across_files_alone_a_record_has_one_partner_where_no_file_holds_anybody_twice(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    assert_true(link_model_one_to_one(train_across("link: link\n", 0, arena)));
    assert_false(link_model_one_to_one(train_across("link: link\n", 40, arena)));
    assert_false(link_model_one_to_one(train_across("link: link\n", 10, arena)));
    assert_true(link_model_one_to_one(train_across("link: link\none_to_one: yes\n", 10, arena)));
    assert_false(link_model_one_to_one(train_across("link: link\none_to_one: false\n", 0, arena)));
    assert_false(link_model_one_to_one(train_across("link: link\nclusters: components\n", 0, arena)));
    assert_false(link_model_one_to_one(train_across("link: link_and_dedupe\n", 0, arena)));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_people_without_labels),
        cmocka_unit_test(one_and_two_and_five_threads_give_the_same_bytes),
        cmocka_unit_test(the_order_of_adding_changes_neither_model_nor_partition),
        cmocka_unit_test(under_a_frozen_model_a_new_record_changes_no_other_pair),
        cmocka_unit_test(a_model_reads_back_as_it_was_written),
        cmocka_unit_test(a_model_of_another_kind_is_refused),
        cmocka_unit_test(the_parts_of_an_explanation_add_up_to_the_weight),
        cmocka_unit_test(stopping_on_request_is_told_as_such),
        cmocka_unit_test(nothing_to_link_is_said_plainly),
        cmocka_unit_test(an_entity_larger_than_the_cap_is_compared_in_full_and_a_common_surname_is_not),
        cmocka_unit_test(names_in_parts_and_whole_names_are_compared),
        cmocka_unit_test(names_that_are_made_of_long_ones_can_be_read_again),
        cmocka_unit_test(what_files_are_called_does_not_decide_whether_a_large_entity_is_found),
        cmocka_unit_test(what_large_entities_may_let_through_is_bounded_over_all_rules_together),
        cmocka_unit_test(weighing_large_blocks_can_be_cancelled),
        cmocka_unit_test(across_files_alone_a_record_has_one_partner_where_no_file_holds_anybody_twice),
        cmocka_unit_test(a_hundred_identical_records_are_one_cluster_or_too_common_to_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
