/* The page of a linking and the figures on it. */
#include "tests/link/people.h"

#include "link/block.h"
#include "link/link_files.h"
#include "link/report.h"

#include <math.h>
#include <stdlib.h>

static const char *const SPEC = "link: dedupe\n"
                                "columns:\n"
                                "  given: given_name\n"
                                "  family: family_name\n"
                                "  born: date\n"
                                "  postcode: postcode\n"
                                "blocking: [family, born, postcode, soundex(given) + year(born)]\n"
                                "block_cap: 0\n"
                                "thresholds: {join: 1, review: -2, floor: -6}\n";
enum { PEOPLE = 150, COPIES = 3, RECORDS = PEOPLE * COPIES };

struct linked {
    struct arena *arena;
    struct link_records *records;
    struct link_model *model;
    struct link_training training;
    struct link_edges edges;
    struct link_cluster_input cluster_input;
    struct link_clusters clusters;
    struct link_figures figures;
    uint64_t truth[RECORDS];
    struct link_options options;
    struct report_input input;
    struct report *report;
};

static struct linked *link_people(unsigned threads, bool judged)
{
    struct arena *arena = arena_make(0);
    struct linked *l = arena_new(arena, struct linked);
    struct error err = NO_ERROR;
    uint64_t random = 7, clusters[RECORDS];
    l->arena = arena;
    l->options.threads = threads;
    l->records = link_records_make(read_spec(SPEC, arena), arena);
    for (int p = 0; p < PEOPLE; p++) {
        struct person person;
        make_person(&random, &person);
        for (int copy = 0; copy < COPIES; copy++) {
            struct person slip = person;
            if (copy)
                make_slip(&random, &slip);
            char id[40];
            (void)snprintf(id, sizeof id, "%d<b>%d", p, copy);
            l->truth[ADD(l->records, "people", id, slip.given, slip.family, slip.born, slip.postcode)] = (uint64_t)p;
        }
    }
    assert_true(link_train(l->records, &l->options, arena, &l->model, &l->training, &err));
    assert_true(link_score(l->records, l->model, &l->options, arena, &l->edges, &err));
    l->cluster_input = (struct link_cluster_input){.count = RECORDS,
                                                   .edges = l->edges.edges,
                                                   .edge_count = l->edges.count,
                                                   .join = link_model_join(l->model),
                                                   .review = link_model_review(l->model),
                                                   .keys = link_records_keys(l->records),
                                                   .records = l->records,
                                                   .model = l->model,
                                                   .attach = true,
                                                   .options = &l->options};
    assert_true(link_cluster(&l->cluster_input, arena, &l->clusters, &err));
    for (int r = 0; r < RECORDS; r++)
        clusters[r] = l->clusters.cluster[r];
    link_evaluate(clusters, l->truth, NULL, RECORDS, &l->figures);
    l->input = (struct report_input){.title = S("<script>alert(1)</script>.yaml"),
                                     .records = l->records,
                                     .model = l->model,
                                     .training = &l->training,
                                     .edges = &l->edges,
                                     .cluster_input = &l->cluster_input,
                                     .clusters = &l->clusters,
                                     .options = &l->options,
                                     .truth_name = S("person"),
                                     .truth = judged ? l->truth : NULL,
                                     .figures = judged ? &l->figures : NULL};
    assert_true(report_gather(&l->input, arena, &l->report, &err));
    return l;
}

/* Which rules let two records meet, from their values alone. */
static unsigned rules_met(const struct linked *l, uint32_t a, uint32_t b)
{
    unsigned met = 0;
    struct arena *scratch = arena_make(0);
    for (size_t r = 0; r < l->records->spec->rule_count; r++) {
        const struct link_rule *rule = &l->records->spec->rules[r];
        struct slice x = block_key_text(l->records, rule, a, scratch), y = block_key_text(l->records, rule, b, scratch);
        met |= (unsigned)(!slice_empty(x) && slice_equal(x, y)) << r;
    }
    arena_free(scratch);
    return met;
}

static void each_rule_s_pairs_and_what_it_alone_brings_agree_with_trying_every_pair(void **state)
{
    (void)state;
    struct linked *l = link_people(2, true);
    struct report_rule rules[LINK_RULES_MAX] = {{0}};
    uint64_t pairs = 0, heavy = 0;
    for (uint32_t a = 0; a < RECORDS; a++)
        for (uint32_t b = a + 1; b < RECORDS; b++) {
            unsigned met = rules_met(l, a, b);
            bool match = l->truth[a] == l->truth[b], seen = false;
            pairs += met != 0;
            heavy += met && (double)link_score_pair(l->records, l->model, a, b).weight >= 1;
            for (unsigned r = 0; met >> r; r++) {
                if (!(met >> r & 1))
                    continue;
                rules[r].pairs++;
                rules[r].first += !seen;
                rules[r].alone += met == 1u << r;
                rules[r].matches += match;
                rules[r].matches_alone += match && met == 1u << r;
                seen = true;
            }
        }
    assert_int_equal(l->report->pairs, pairs);
    for (size_t r = 0; r < l->records->spec->rule_count; r++) {
        assert_int_equal(l->report->rules[r].pairs, rules[r].pairs);
        assert_int_equal(l->report->rules[r].first, rules[r].first);
        assert_int_equal(l->report->rules[r].alone, rules[r].alone);
        assert_int_equal(l->report->rules[r].matches, rules[r].matches);
        assert_int_equal(l->report->rules[r].matches_alone, rules[r].matches_alone);
    }
    for (size_t i = 0; i < l->report->point_count; i++)
        if (l->report->points[i].threshold == 1)
            assert_int_equal(l->report->points[i].pairs, heavy);
    arena_free(l->arena);
}

static void the_threshold_in_force_gives_the_clusters_that_were_made(void **state)
{
    (void)state;
    struct linked *l = link_people(1, true);
    size_t in_force = 0;
    for (size_t i = 0; i < l->report->choice_count; i++) {
        const struct report_choice *choice = &l->report->choices[i];
        if (choice->join != l->cluster_input.join)
            continue;
        in_force++;
        assert_int_equal(choice->clusters, l->clusters.count);
        assert_true(choice->figures.f1 == l->figures.f1);
    }
    assert_int_equal(in_force, 1);
    uint64_t records = 0;
    for (size_t i = 0; i < l->report->size_count; i++)
        records += l->report->sizes[i].records;
    assert_int_equal(records, RECORDS);
    arena_free(l->arena);
}

static void without_truth_the_model_s_expectation_is_near_what_truth_would_say(void **state)
{
    (void)state;
    struct linked *judged = link_people(1, true), *blind = link_people(1, false);
    assert_true(fabs(blind->report->expected - (double)judged->report->matches) <
                0.15 * (double)judged->report->matches);
    arena_free(judged->arena);
    arena_free(blind->arena);
}

static bool holds(struct slice page, const char *words)
{
    return slice_search(page, slice_of(words)) < page.len;
}

static void the_page_needs_nothing_from_outside_and_escapes_every_value(void **state)
{
    (void)state;
    struct linked *l = link_people(1, true);
    struct slice page = report_html(l->report, l->arena);
    assert_false(holds(page, "<script"));
    assert_false(holds(page, "<b>0"));
    assert_false(holds(page, "src="));
    assert_false(holds(page, "url("));
    assert_false(holds(page, "<link"));
    assert_true(holds(page, "&lt;script&gt;alert(1)&lt;/script&gt;.yaml"));
    assert_true(holds(page, "&lt;b&gt;"));
    static const char *const sections[] = {"completeness", "blocking",   "levels",       "weights",
                                           "curve",        "thresholds", "sizes",        "unsure",
                                           "typical",      "cost",       "specification"};
    for (size_t i = 0; i < countof(sections); i++) {
        char link[64], place[64];
        (void)snprintf(link, sizeof link, "href=\"#%s\"", sections[i]);
        (void)snprintf(place, sizeof place, "id=\"%s\"", sections[i]);
        assert_true(holds(page, link) && holds(page, place));
    }
    arena_free(l->arena);
}

static void one_and_two_threads_give_the_same_page(void **state)
{
    (void)state;
    struct linked *one = link_people(1, true), *two = link_people(2, true);
    assert_memory_equal(one->report->weights, two->report->weights, sizeof *one->report->weights);
    assert_memory_equal(one->report->rules, two->report->rules, sizeof one->report->rules);
    assert_memory_equal(one->report->unsure, two->report->unsure, sizeof one->report->unsure);
    assert_memory_equal(one->report->typical, two->report->typical, sizeof one->report->typical);
    arena_free(one->arena);
    arena_free(two->arena);
}

static void the_least_certain_pairs_are_nearest_the_threshold_and_of_different_patterns(void **state)
{
    (void)state;
    struct linked *l = link_people(1, true);
    double last = 0;
    assert_true(l->report->unsure_count > 1);
    for (size_t i = 0; i < l->report->unsure_count; i++) {
        struct link_pair pair = l->report->unsure[i];
        struct link_edge edge = link_score_pair(l->records, l->model, pair.a, pair.b);
        double distance = fabs((double)edge.weight - l->cluster_input.join);
        assert_true(distance >= last);
        last = distance;
        for (size_t j = 0; j < i; j++)
            assert_true(edge.pattern !=
                        link_score_pair(l->records, l->model, l->report->unsure[j].a, l->report->unsure[j].b).pattern);
    }
    arena_free(l->arena);
}

static bool stop_at_the_report(void *context, const char *stage, double share)
{
    (void)context;
    (void)share;
    return strcmp(stage, "counting pairs for the report") != 0;
}

static void it_can_be_cancelled(void **state)
{
    (void)state;
    struct linked *l = link_people(1, true);
    struct error err = NO_ERROR;
    struct report *report = NULL;
    struct link_options options = {.threads = 1, .progress = stop_at_the_report};
    l->input.options = &options;
    assert_false(report_gather(&l->input, l->arena, &report, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    arena_free(l->arena);
}

static void a_folder_that_is_not_there_is_said_before_the_work(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer out = buffer_make(arena);
    struct error err = NO_ERROR;
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    struct slice spec = arena_format(arena, "%s/examples/link/fake_1000.yaml", root ? root : ".");
    struct slice file = S("/tmp/no-such-file.csv");
    struct link_files_request request = {.host = host_real(),
                                         .specification = spec,
                                         .files = &file,
                                         .file_count = 1,
                                         .report = S("/tmp/no-such-folder-of-staithe/page.html")};
    assert_false(link_files(&request, &out, &err));
    assert_non_null(strstr(err.text, "there is no folder /tmp/no-such-folder-of-staithe"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_s_pairs_and_what_it_alone_brings_agree_with_trying_every_pair),
        cmocka_unit_test(the_threshold_in_force_gives_the_clusters_that_were_made),
        cmocka_unit_test(without_truth_the_model_s_expectation_is_near_what_truth_would_say),
        cmocka_unit_test(the_page_needs_nothing_from_outside_and_escapes_every_value),
        cmocka_unit_test(one_and_two_threads_give_the_same_page),
        cmocka_unit_test(the_least_certain_pairs_are_nearest_the_threshold_and_of_different_patterns),
        cmocka_unit_test(it_can_be_cancelled),
        cmocka_unit_test(a_folder_that_is_not_there_is_said_before_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
