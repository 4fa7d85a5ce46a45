/* what_if_files.c: the same files linked twice, and what differs. Other thresholds alone need no second linking: the
 * pairs that were kept are clustered again. */
#include "link/what_if.h"

#include "base/json.h"
#include "link/arrange.h"
#include "link/records.h"
#include "link/why.h"

#include <inttypes.h>

struct side {
    struct arena *arena;
    struct link_files_result result;
    uint32_t *entity; /* by the place in which a record was added, from 0 */
    struct what_if_expected expected;
};

static void number_entities(struct side *side)
{
    uint32_t n = link_records_count(side->result.records);
    side->entity = arena_array(side->arena, uint32_t, (size_t)n + 1);
    for (uint32_t added = 0; added < n; added++)
        side->entity[added] = side->result.numbers[record_place(side->result.records, added)] - 1;
    side->expected = what_if_expect(side->result.edges.edges, side->result.edges.count, side->result.clusters.cluster);
}

/* Linkings, and pairs weighed again, stand side by side at the end: what is allowed is shared out between them. */
static unsigned shares_of(const struct what_if_other *other)
{
    return 1u + (other->specification.len || other->model.len) + link_thresholds_given(&other->thresholds);
}

static bool run_side(const struct link_files_request *request, const struct what_if_other *other, unsigned shares,
                     struct side *side, struct error *err)
{
    struct link_files_request own = {.host = request->host,
                                     .specification = request->specification,
                                     .files = request->files,
                                     .file_count = request->file_count,
                                     .model = request->model,
                                     .ret_result = &side->result,
                                     .options = request->options};
    if (other) {
        own.model = other->model.len || other->specification.len ? other->model : request->model;
        own.specification = other->specification.len ? other->specification : request->specification;
    }
    own.options.memory /= shares;
    struct buffer ignored = buffer_make(side->arena);
    if (!link_files(&own, &ignored, err))
        return error_wrap(err, "%s%s", other ? "linking with the other specification" : "linking as it stands",
                          err->code == ERROR_TOO_BIG && own.options.memory && shares > 1
                              ? " (a what-if shares --memory between the two that it holds against each other)"
                              : "");
    number_entities(side);
    return true;
}

/* *to: what `from` linked, under other thresholds. */
static bool recluster(const struct link_files_request *request, const struct side *from, struct slice file,
                      const struct link_thresholds *thresholds, unsigned shares, struct side *to, struct error *err)
{
    struct slice text;
    struct link_rethreshold other;
    struct link_files_result *result = &to->result;
    if (!host_read_file(request->host, file, 1u << 24, to->arena, &text, err) ||
        !link_rethreshold(text, file, from->result.model, thresholds, to->arena, &other, err))
        return false;
    *result = from->result;
    result->model = other.model;
    uint64_t bytes = result->edges.count * sizeof(struct link_edge), allowed = request->options.memory / shares;
    if (allowed && bytes > allowed)
        return error_set(err, ERROR_TOO_BIG,
                         "the %zu pairs that were kept take %" PRIu64 " MB to be weighed again, and this what-if may "
                         "use %" PRIu64 " MB for it: give --memory %u times as much as that",
                         result->edges.count, (bytes >> 20) + 1, allowed >> 20, shares);
    struct link_edge *edges = arena_array(to->arena, struct link_edge, result->edges.count + 1);
    memcpy(edges, from->result.edges.edges, result->edges.count * sizeof *edges);
    link_edges_rethreshold(result->records, from->result.model, other.model, edges, result->edges.count);
    result->edges.edges = edges;
    result->cluster_input.edges = edges;
    result->cluster_input.spill = NULL;
    result->cluster_input.options = &request->options; /* those that the first linking had have ended */
    result->cluster_input.join = link_model_join(other.model);
    result->cluster_input.review = link_model_review(other.model);
    result->cluster_input.model = other.model;
    if (!link_cluster(&result->cluster_input, to->arena, &result->clusters, err))
        return false;
    records_rejoin(result->records, other.model, &result->clusters);
    uint32_t n = link_records_count(result->records), next = 0;
    uint32_t *numbers = arena_array(to->arena, uint32_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++) {
        uint32_t first = result->clusters.cluster[r];
        if (!numbers[first])
            numbers[first] = ++next;
        numbers[r] = numbers[first];
    }
    result->numbers = numbers;
    number_entities(to);
    return true;
}

/* ---- Telling ---- */

struct told {
    struct what_if counts;
    struct what_if_link *links[2]; /* joins, splits */
    size_t link_count[2];
    uint64_t all_links[2];
    uint64_t *pairs[2]; /* by source × source */
    size_t sources;
};

static void find_all(const struct side *before, const struct side *after, struct told *told)
{
    const struct link_records *records = before->result.records;
    uint32_t n = link_records_count(records);
    struct arena *arena = after->arena;
    what_if_count(before->entity, after->entity, n, &told->counts);
    told->link_count[0] = what_if_links(after->result.edges.edges, after->result.edges.count, after->result.records,
                                        after->entity, before->entity, arena, &told->links[0], &told->all_links[0]);
    told->link_count[1] = what_if_links(before->result.edges.edges, before->result.edges.count, records, before->entity,
                                        after->entity, arena, &told->links[1], &told->all_links[1]);
    told->sources = link_records_sources(records);
    uint32_t *source = arena_array(arena, uint32_t, (size_t)n + 1);
    for (uint32_t added = 0; added < n; added++)
        source[added] = link_records_source_of(records, record_place(records, added));
    for (int k = 0; k < 2; k++)
        told->pairs[k] = arena_array(arena, uint64_t, told->sources * told->sources + 1);
    what_if_by_source(before->entity, after->entity, source, n, told->sources, told->pairs[0], told->pairs[1]);
}

static void say_text(const struct side *sides, const struct told *told, struct buffer *out)
{
    const struct what_if *found = &told->counts;
    buffer_format(out,
                  "%u entities before, %u after: %u stand as they stood\n"
                  "%u would join what are several now (%llu pairs of records, %llu links), %u would split (%llu pairs, "
                  "%llu links)\n"
                  "expected by the weights: precision %.4f, recall %.4f before; precision %.4f, recall %.4f after\n",
                  found->before, found->after, found->same, found->joined, (unsigned long long)found->pairs_joined,
                  (unsigned long long)told->all_links[0], found->split, (unsigned long long)found->pairs_split,
                  (unsigned long long)told->all_links[1], sides[0].expected.precision, sides[0].expected.recall,
                  sides[1].expected.precision, sides[1].expected.recall);
    const struct link_records *records = sides[0].result.records;
    for (size_t s = 0; s < told->sources && told->sources > 1; s++)
        for (size_t t = s; t < told->sources; t++) {
            uint64_t joined = told->pairs[0][s * told->sources + t], split = told->pairs[1][s * told->sources + t];
            if (joined || split)
                buffer_format(out, "  %.*s with %.*s: %llu pairs joined, %llu split\n",
                              PRINT(link_records_source_name(records, (uint32_t)s)),
                              PRINT(link_records_source_name(records, (uint32_t)t)), (unsigned long long)joined,
                              (unsigned long long)split);
        }
}

static void pair_expected(struct json *json, const char *key, const struct what_if_expected *expected)
{
    json_key(json, key);
    json_object(json);
    json_pair_real(json, "precision", expected->precision);
    json_pair_real(json, "recall", expected->recall);
    json_end(json);
}

static void say_json(const struct side *sides, const struct told *told, struct buffer *out)
{
    const struct what_if *found = &told->counts;
    const struct link_records *records = sides[0].result.records;
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "before", found->before);
    json_pair_integer(&json, "after", found->after);
    json_pair_integer(&json, "same", found->same);
    json_pair_integer(&json, "joined", found->joined);
    json_pair_integer(&json, "split", found->split);
    json_pair_integer(&json, "made", found->made);
    json_pair_integer(&json, "ended", found->ended);
    json_pair_integer(&json, "pairs_joined", (int64_t)found->pairs_joined);
    json_pair_integer(&json, "pairs_split", (int64_t)found->pairs_split);
    json_pair_integer(&json, "links_gained", (int64_t)told->all_links[0]);
    json_pair_integer(&json, "links_lost", (int64_t)told->all_links[1]);
    pair_expected(&json, "expected_before", &sides[0].expected);
    pair_expected(&json, "expected_after", &sides[1].expected);
    json_key(&json, "by_source");
    json_array(&json);
    for (size_t i = 0; i < told->sources * told->sources; i++) {
        if (!told->pairs[0][i] && !told->pairs[1][i])
            continue;
        json_object(&json);
        json_pair_text(&json, "source_a", link_records_source_name(records, (uint32_t)(i / told->sources)));
        json_pair_text(&json, "source_b", link_records_source_name(records, (uint32_t)(i % told->sources)));
        json_pair_integer(&json, "joined", (int64_t)told->pairs[0][i]);
        json_pair_integer(&json, "split", (int64_t)told->pairs[1][i]);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buffer_add(out, S("\n"));
}

static void explain(const struct side *after, const struct what_if_link *link, bool json, struct buffer *out)
{
    struct link_why why;
    uint32_t a = record_place(after->result.records, link->a), b = record_place(after->result.records, link->b);
    link_why(&after->result.cluster_input, &after->result.clusters, a, b, out->arena, &why);
    if (json)
        link_why_json(&after->result.cluster_input, &why, out);
    else
        link_why_text(&after->result.cluster_input, &why, out);
}

static void say_examples(const struct side *after, const struct told *told, size_t most, bool json, struct buffer *out)
{
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < told->link_count[k] && i < most; i++) {
            if (json)
                buffer_format(out, "{\"would\":\"%s\",\"why\":", k ? "split" : "join");
            else
                buffer_format(out, "\n%s:\n", k ? "Would split" : "Would join");
            explain(after, &told->links[k][i], json, out);
            while (json && out->len && out->at[out->len - 1] == '\n')
                out->len--;
            if (json)
                buffer_add(out, S("}\n"));
        }
}

bool link_what_if(const struct link_files_request *request, const struct what_if_other *other, size_t examples,
                  struct buffer *out, struct error *err)
{
    /* The other specification or model as it is; then under the thresholds asked for. */
    struct side sides[3] = {{.arena = arena_make(0)}, {.arena = arena_make(0)}, {.arena = arena_make(0)}};
    bool linked = other->specification.len || other->model.len, thresholds = link_thresholds_given(&other->thresholds);
    struct slice file = other->specification.len ? other->specification : request->specification;
    must(linked || thresholds);
    unsigned shares = shares_of(other);
    bool done = run_side(request, NULL, shares, &sides[0], err) &&
                (!linked || run_side(request, other, shares, &sides[1], err)) &&
                (!thresholds || recluster(request, &sides[linked], file, &other->thresholds, shares, &sides[2], err));
    struct side shown[2] = {sides[0], sides[thresholds ? 2 : 1]};
    if (done && link_records_count(shown[0].result.records) != link_records_count(shown[1].result.records))
        done = error_set(err, ERROR_CONFLICT, "the files changed while they were linked; try again");
    if (done) {
        struct told told = {.sources = 0};
        find_all(&shown[0], &shown[1], &told);
        if (request->json)
            say_json(shown, &told, out);
        else
            say_text(shown, &told, out);
        say_examples(&shown[1], &told, examples, request->json, out);
    }
    for (size_t i = 0; i < countof(sides); i++)
        arena_free(sides[i].arena);
    return done;
}
