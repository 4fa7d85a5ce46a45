#include "tests/base/fault_host.h"
#include "tests/link/people.h"

#include "link/what_if.h"

#include <math.h>
#include <stdlib.h>

/* Pair by pair, as nobody would do it. */
static void what_is_counted_is_what_counting_every_pair_gives(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (unsigned round = 0; round < 300; round++) {
        uint32_t before[24], after[24], source[24], count = 1 + (uint32_t)(next_random(&random) % 24);
        uint64_t joined = 0, split = 0, by_source[2][9] = {{0}}, pairs[2][9];
        for (uint32_t r = 0; r < count; r++) {
            source[r] = (uint32_t)(next_random(&random) % 3);
            before[r] = (uint32_t)(next_random(&random) % (count < 8 ? count : 8));
            after[r] = next_random(&random) % 3 ? before[r] : (uint32_t)(next_random(&random) % count);
        }
        uint32_t joins[24] = {0}, splits[24] = {0}, changed[24] = {0}, there[2][24] = {{0}};
        for (uint32_t a = 0; a < count; a++) {
            there[0][before[a]] = there[1][after[a]] = 1;
            for (uint32_t b = 0; b < a; b++) {
                bool was = before[a] == before[b], is = after[a] == after[b];
                joined += is && !was;
                split += was && !is;
                uint32_t x = source[a] < source[b] ? source[a] : source[b], y = source[a] ^ source[b] ^ x;
                by_source[0][x * 3 + y] += is && !was;
                by_source[1][x * 3 + y] += was && !is;
                joins[after[a]] |= is && !was;
                splits[before[a]] |= was && !is;
                changed[after[a]] |= is && !was;
                if (was && !is)
                    changed[after[a]] = changed[after[b]] = 1;
            }
        }
        uint32_t sums[5] = {0};
        for (uint32_t e = 0; e < count; e++) {
            sums[0] += there[0][e];
            sums[1] += there[1][e];
            sums[2] += joins[e];
            sums[3] += splits[e];
            sums[4] += there[1][e] && !changed[e];
        }
        struct what_if found;
        what_if_count(before, after, count, &found);
        assert_int_equal(found.before, sums[0]);
        assert_int_equal(found.after, sums[1]);
        assert_int_equal(found.joined, sums[2]);
        assert_int_equal(found.split, sums[3]);
        assert_int_equal(found.same, sums[4]);
        assert_int_equal(found.pairs_joined, joined);
        assert_int_equal(found.pairs_split, split);
        assert_int_equal(found.before + found.made, found.after + found.ended);
        assert_true(found.made <= found.after - found.same && found.ended <= found.before - found.same);
        what_if_by_source(before, after, source, count, 3, pairs[0], pairs[1]);
        assert_memory_equal(pairs, by_source, sizeof pairs);
    }
}

static bool says(const struct buffer *out, const char *word)
{
    return slice_search(buffer_slice(out), slice_of(word)) < out->len;
}

static void another_threshold_is_tried_on_files_and_nothing_is_written(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    char folder[64] = "/tmp/staithe-what-if-XXXXXX";
    uint64_t random = 5;
    assert_non_null(mkdtemp(folder));
    struct buffer rows = buffer_make(arena);
    buffer_add(&rows, S("id,given,family,born,postcode\n"));
    for (unsigned i = 0; i < 120; i++) {
        struct person person, slipped;
        make_person(&random, &person);
        slipped = person;
        make_slip(&random, &slipped);
        buffer_format(&rows, "a%u,%s,%s,%s,%s\nb%u,%s,%s,%s,%s\n", i, person.given, person.family, person.born,
                      person.postcode, i, slipped.given, slipped.family, slipped.born, slipped.postcode);
    }
    struct slice file = arena_format(arena, "%s/people.csv", folder), specs[2];
    assert_true(host_write_file(host_real(), file, buffer_slice(&rows), &err));
    for (unsigned s = 0; s < 2; s++) {
        specs[s] = arena_format(arena, "%s/%u.yaml", folder, s);
        struct slice text =
            arena_format(arena,
                         "id: id\ncolumns: {given: given_name, family: family_name, born: date, postcode: postcode}\n"
                         "blocking: [born, family, postcode]\nthresholds: {join: %d}\n",
                         s ? 40 : 2);
        assert_true(host_write_file(host_real(), specs[s], text, &err));
    }
    struct link_files_request request = {
        .host = host_real(), .specification = specs[0], .files = &file, .file_count = 1, .json = true};
    struct buffer none = buffer_make(arena), split = buffer_make(arena), join = buffer_make(arena),
                  thresholds = buffer_make(arena);
    struct what_if_other other = {.specification = specs[0], .thresholds = LINK_THRESHOLDS_KEPT};
    assert_true(link_what_if(&request, &other, 5, &none, &err));
    assert_true(says(&none, "\"joined\":0,\"split\":0") && !says(&none, "\"would\""));
    other.specification = specs[1];
    assert_true(link_what_if(&request, &other, 5, &split, &err));
    assert_true(says(&split, "\"joined\":0") && says(&split, "{\"would\":\"split\",\"why\":{"));
    /* Thresholds alone say the same as a specification that differs in nothing else. */
    other = (struct what_if_other){.thresholds = {40, NAN, NAN}};
    assert_true(link_what_if(&request, &other, 5, &thresholds, &err));
    assert_true(slice_equal(buffer_slice(&thresholds), buffer_slice(&split)));
    request.specification = specs[1];
    request.json = false;
    other = (struct what_if_other){.specification = specs[0], .thresholds = LINK_THRESHOLDS_KEPT};
    assert_true(link_what_if(&request, &other, 2, &join, &err));
    assert_true(says(&join, "Would join:") && says(&join, "0 would split") && !says(&join, "Would split:"));
    /* Two linkings share what is allowed: what suffices for one is refused, and enough for both gives the same. */
    request.options = (struct link_options){.threads = 1, .host = host_real(), .temporary = slice_of(folder)};
    request.options.memory = 60 << 20;
    struct buffer one = buffer_make(arena), both = buffer_make(arena);
    struct link_files_request alone = request;
    assert_true(link_files(&alone, &one, &err));
    assert_false(link_what_if(&request, &other, 2, &both, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
    assert_non_null(strstr(err.text, "shares --memory between the two"));
    request.options.memory = 160 << 20;
    assert_true(link_what_if(&request, &other, 2, &both, &err));
    assert_true(slice_equal(buffer_slice(&both), buffer_slice(&join)));
    struct slice *names;
    size_t count;
    assert_true(host_list_folder(slice_of(folder), arena, &names, &count, &err));
    assert_int_equal(count, 3);
    fault_remove_tree(slice_of(folder));
    arena_free(arena);
}

static struct link_thresholds read_thresholds(const char *words)
{
    struct link_thresholds ret;
    struct error err;
    assert_true(link_thresholds_read(slice_of(words), &ret, &err));
    return ret;
}

static void thresholds_are_read_and_what_is_none_is_refused(void **state)
{
    (void)state;
    struct link_thresholds ret = read_thresholds("join=12, review=6.5");
    struct error err;
    assert_true(ret.join == 12 && ret.review == 6.5 && isnan(ret.margin) && link_thresholds_given(&ret));
    ret = read_thresholds("margin=0");
    assert_true(isnan(ret.join) && isnan(ret.review) && ret.margin == 0);
    static const char *const wrong[] = {"", "join", "join=", "joins=3", "join=nan", "join=1e999", "12"};
    for (size_t i = 0; i < countof(wrong); i++) {
        assert_false(link_thresholds_read(slice_of(wrong[i]), &ret, &err));
        assert_int_equal(err.code, ERROR_USAGE);
    }
}

/* Lines of a specification with its thresholds written in several ways, and none. */
static void other_thresholds_leave_every_other_word_of_a_specification(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "", "thresholds: {join: 6, review: 5, floor: -4}\n# after\n",
        "thresholds:\n  join: 6 # bits\n  review: 5\n  floor: -4\n\n# after\nlearn: false\n",
        "thresholds: {\n  join: 6,\n  review: 5, floor: -4\n}\nlearn: false\n"};
    struct arena *arena = arena_make(0);
    for (size_t i = 0; i < countof(ways); i++) {
        struct error err = NO_ERROR;
        struct link_spec *spec;
        struct link_rethreshold other;
        struct slice text = arena_format(arena, "# people\ncolumns: {name: full_name, born: date}\n%s", ways[i]);
        assert_true(link_spec_read(text, S("spec"), arena, &spec, &err));
        struct link_records *records = link_records_make(spec, arena);
        uint32_t source;
        assert_true(link_records_source(records, S("a"), &source, &err));
        for (unsigned r = 0; r < 40; r++) {
            struct slice values[] = {arena_format(arena, "Ann Abbs%u", r / 2),
                                     arena_format(arena, "19%02u-01-02", r / 2)};
            assert_true(link_records_add(records, source, arena_format(arena, "%u", r), values, &err));
        }
        struct link_model *model;
        struct link_training training;
        assert_true(link_train(records, &(struct link_options){.threads = 1}, arena, &model, &training, &err));
        struct link_thresholds asked = {9, NAN, NAN};
        assert_true(link_rethreshold(text, S("spec"), model, &asked, arena, &other, &err));
        assert_true(link_model_join(other.model) == 9 && link_model_review(other.model) == link_model_review(model));
        assert_true(slice_starts(other.specification, S("# people\ncolumns:")));
        assert_int_equal(slice_search(other.specification, S("# after")) < other.specification.len,
                         slice_search(text, S("# after")) < text.len);
        assert_int_equal(slice_search(other.specification, S("learn: false")) < other.specification.len,
                         slice_search(text, S("learn: false")) < text.len);
        /* Read again it is the model that was made; and back again it is the first. */
        struct link_model *again;
        struct slice body = link_model_write(other.model, arena);
        assert_true(link_model_read(body, S("model"), other.spec, arena, &again, &err));
        assert_false(link_model_read(body, S("model"), spec, arena, &again, &err));
        struct link_thresholds too_low = {.join = 9, .review = -1000, .margin = NAN},
                               crossed = {.join = 3, .review = 4, .margin = NAN};
        assert_false(link_rethreshold(text, S("spec"), model, &too_low, arena, &other, &err));
        assert_int_equal(err.code, ERROR_INPUT);
        assert_false(link_rethreshold(text, S("spec"), model, &crossed, arena, &other, &err));
        assert_int_equal(err.code, ERROR_INPUT);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_what_counting_every_pair_gives),
        cmocka_unit_test(thresholds_are_read_and_what_is_none_is_refused),
        cmocka_unit_test(other_thresholds_leave_every_other_word_of_a_specification),
        cmocka_unit_test(another_threshold_is_tried_on_files_and_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
