/* what_if.c: two partitions of the same records held against each other.
 *
 * The cells of the table "entity before by entity after" tell all: sorted, each run of one entity before is where its
 * records went, and the sums of pairs follow from the cells' sizes. */
#include "link/what_if.h"

#include "base/json.h"
#include "link/records.h"
#include "link/why.h"

struct cell {
    uint32_t before, after;
};

static int by_before(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->before != y->before)
        return x->before < y->before ? -1 : 1;
    return (x->after > y->after) - (x->after < y->after);
}

static int by_after(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->after != y->after)
        return x->after < y->after ? -1 : 1;
    return (x->before > y->before) - (x->before < y->before);
}

static uint64_t pairs_of(uint64_t records)
{
    return records * (records - 1) / 2;
}

/* Of the entities that `key` tells apart: how many there are, how many hold several of the other's, and how many pairs
 * of their records the other has in one entity too. */
static void walk_runs(const struct cell *cells, uint32_t count, bool after, uint32_t *ret_entities,
                      uint32_t *ret_several, uint64_t *ret_pairs, uint64_t *ret_common)
{
    for (uint32_t i = 0, end; i < count; i = end) {
        uint32_t parts = 0;
        for (end = i;
             end < count && (after ? cells[end].after == cells[i].after : cells[end].before == cells[i].before);) {
            uint32_t from = end;
            while (end < count && cells[end].before == cells[from].before && cells[end].after == cells[from].after)
                end++;
            parts++;
            *ret_common += pairs_of(end - from);
        }
        (*ret_entities)++;
        *ret_several += parts > 1;
        *ret_pairs += pairs_of(end - i);
    }
}

void what_if_count(const uint32_t *before, const uint32_t *after, uint32_t count, struct what_if *ret)
{
    struct arena *scratch = arena_make(0);
    struct cell *cells = arena_array(scratch, struct cell, (size_t)count + 1);
    uint64_t pairs_before = 0, pairs_after = 0, common = 0, again = 0;
    *ret = (struct what_if){0};
    for (uint32_t r = 0; r < count; r++)
        cells[r] = (struct cell){before[r], after[r]};
    array_sort(cells, count, sizeof *cells, by_before);
    walk_runs(cells, count, false, &ret->before, &ret->split, &pairs_before, &common);
    array_sort(cells, count, sizeof *cells, by_after);
    walk_runs(cells, count, true, &ret->after, &ret->joined, &pairs_after, &again);
    /* An entity that stands as it stood: all of it went to one that holds nothing else. */
    uint32_t *sizes = arena_array(scratch, uint32_t, (size_t)count + 2);
    for (uint32_t r = 0; r < count; r++)
        sizes[before[r]]++;
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && cells[end].after == cells[i].after; end++)
            ;
        ret->same += cells[i].before == cells[end - 1].before && sizes[cells[i].before] == end - i;
    }
    ret->pairs_joined = pairs_after - common;
    ret->pairs_split = pairs_before - common;
    arena_free(scratch);
}

/* ---- Examples ---- */

struct side {
    struct arena *arena;
    struct link_files_result result;
    uint32_t *entity; /* by the place in which a record was added, from 0 */
};

struct example {
    uint32_t a, b; /* places of adding */
    float weight;
    uint32_t entity;
};

static int by_entity(const void *a, const void *b)
{
    const struct example *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->weight < y->weight) - (x->weight > y->weight);
}

static int by_weight(const void *a, const void *b)
{
    const struct example *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* Edges of `one` within an entity of its own between two entities of `other`: of each entity the heaviest, then the
 * lightest of all first. */
static size_t list_examples(const struct side *one, const struct side *other, struct arena *arena, struct example **ret)
{
    struct example *examples = NULL;
    size_t count = 0, capacity = 0, kept = 0;
    for (size_t e = 0; e < one->result.edges.count; e++) {
        const struct link_edge *edge = &one->result.edges.edges[e];
        uint32_t a = record_added(one->result.records, edge->a), b = record_added(one->result.records, edge->b);
        if (one->entity[a] != one->entity[b] || other->entity[a] == other->entity[b])
            continue;
        ARENA_GROW(arena, examples, count, capacity);
        examples[count++] = (struct example){a, b, edge->weight, one->entity[a]};
    }
    array_sort(examples, count, sizeof *examples, by_entity);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || examples[i].entity != examples[kept - 1].entity)
            examples[kept++] = examples[i];
    array_sort(examples, kept, sizeof *examples, by_weight);
    *ret = examples;
    return kept;
}

static void explain(const struct side *after, const struct example *example, bool json, struct buffer *out)
{
    struct link_why why;
    uint32_t a = record_place(after->result.records, example->a), b = record_place(after->result.records, example->b);
    link_why(&after->result.cluster_input, &after->result.clusters, a, b, out->arena, &why);
    if (json)
        link_why_json(&after->result.cluster_input, &why, out);
    else
        link_why_text(&after->result.cluster_input, &why, out);
}

static bool run_side(const struct link_files_request *request, struct slice specification, bool other,
                     struct side *side, struct error *err)
{
    struct link_files_request own = {.host = request->host,
                                     .specification = specification,
                                     .files = request->files,
                                     .file_count = request->file_count,
                                     .model = other ? NO_SLICE : request->model,
                                     .ret_result = &side->result,
                                     .options = request->options};
    struct buffer ignored = buffer_make(side->arena);
    if (!link_files(&own, &ignored, err))
        return error_wrap(err, "%s", other ? "linking with the other specification" : "linking as it stands");
    uint32_t n = link_records_count(side->result.records);
    side->entity = arena_array(side->arena, uint32_t, (size_t)n + 1);
    for (uint32_t added = 0; added < n; added++)
        side->entity[added] = side->result.numbers[record_place(side->result.records, added)] - 1;
    return true;
}

static void say_text(const struct what_if *found, struct buffer *out)
{
    buffer_format(out,
                  "%u entities before, %u after: %u stand as they stood\n"
                  "%u would join what are several now (%llu pairs of records), %u would split (%llu pairs)\n",
                  found->before, found->after, found->same, found->joined, (unsigned long long)found->pairs_joined,
                  found->split, (unsigned long long)found->pairs_split);
}

static void say_examples(const struct side *after, const struct example *examples, size_t count, bool joins, bool json,
                         struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (json)
            buffer_format(out, "{\"would\":\"%s\",\"why\":", joins ? "join" : "split");
        else
            buffer_format(out, "\n%s:\n", joins ? "Would join" : "Would split");
        explain(after, &examples[i], json, out);
        while (json && out->len && out->at[out->len - 1] == '\n')
            out->len--;
        if (json)
            buffer_add(out, S("}\n"));
    }
}

bool link_what_if(const struct link_files_request *request, struct slice other, size_t examples, struct buffer *out,
                  struct error *err)
{
    struct side sides[2] = {{.arena = arena_make(0)}, {.arena = arena_make(0)}};
    struct example *joins, *splits;
    struct what_if found;
    bool done = run_side(request, request->specification, false, &sides[0], err) &&
                run_side(request, other, true, &sides[1], err);
    if (done && link_records_count(sides[0].result.records) != link_records_count(sides[1].result.records))
        done = error_set(err, ERROR_CONFLICT, "the files changed while they were linked; try again");
    if (done) {
        what_if_count(sides[0].entity, sides[1].entity, link_records_count(sides[0].result.records), &found);
        size_t join_count = list_examples(&sides[1], &sides[0], sides[1].arena, &joins);
        size_t split_count = list_examples(&sides[0], &sides[1], sides[0].arena, &splits);
        if (request->json) {
            struct json json = json_to(out);
            json_object(&json);
            json_pair_integer(&json, "before", found.before);
            json_pair_integer(&json, "after", found.after);
            json_pair_integer(&json, "same", found.same);
            json_pair_integer(&json, "joined", found.joined);
            json_pair_integer(&json, "split", found.split);
            json_pair_integer(&json, "pairs_joined", (int64_t)found.pairs_joined);
            json_pair_integer(&json, "pairs_split", (int64_t)found.pairs_split);
            json_end(&json);
            buffer_add(out, S("\n"));
        } else {
            say_text(&found, out);
        }
        say_examples(&sides[1], joins, join_count < examples ? join_count : examples, true, request->json, out);
        say_examples(&sides[1], splits, split_count < examples ? split_count : examples, false, request->json, out);
    }
    arena_free(sides[0].arena);
    arena_free(sides[1].arena);
    return done;
}
