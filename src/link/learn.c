/* learn.c: value pairs that one model's clusters teach to the next.
 *
 * Two values (or name tokens) that stand side by side in three clusters or more, and at least six times (2.5 bits) as
 * often as chance would put them there, mean the same to the people who wrote them: a nickname, a village and its
 * district, a trade. Only records that differ in the column speak, and of names only the tokens in which they differ.
 * And of the clusters in which the rarer of the two differs from something, one in four must have the other: Bill
 * stands for William, but Frank is married to a Doris, a Joan, an Edna, whose names go with his by their years alone.
 */
#include "link/memory_plan.h"
#include "link/threads.h"
#include "link/train.h"

#include <math.h>

#define SHARE_LEAST 0.25
enum { MEMBERS = 40, CLUSTERS_LEAST = 3 };

/* Pairs are counted in PARTS by their hash, of which each keeps PART_MOST at the most, whatever memory there is: how
 * many parts are counted at a time, and so how often the clusters are gone through, is all that hangs on it. */
enum { PARTS = 16, PART_MOST = 1 << 17, TABLE_LEAST = 1 << 14 };

/* Two codes, a < b (a 0: a free place), and the clusters in which they stand side by side. */
struct seen_pair {
    uint32_t a, b;
    uint32_t last, clusters; /* last: number of the newest + 1 */
};

/* By both codes, at most half full. */
struct seen_table {
    struct seen_pair *places;
    size_t count, capacity;
    unsigned from, to; /* the parts that are counted now */
    uint32_t of_part[PARTS];
};

/* In how many clusters a code stands, and in how many beside another one. */
struct spread {
    uint32_t last_stands, stands, last_differs, differs;
};

struct found_pair {
    uint32_t a, b;
    double bits;
};

/* One column, by values or by tokens. */
struct learner {
    const struct learn_work *work;
    struct arena *arena, *working; /* of `found`; of all else, until the column is done */
    size_t column;
    bool token;
    struct seen_table seen;
    struct spread *spread; /* by code */
    struct found_pair *found;
    size_t found_count, found_capacity;
};

struct learn_work {
    const struct link_records *records;
    const uint32_t *members, *starts; /* records of clusters of two and more, in canonical order */
    size_t cluster_count;
    struct learner *learners[2 * LINK_COLUMNS_MAX];
    size_t learner_count;
    unsigned at_a_time; /* parts */
};

/* ---- Pairs side by side ---- */

static uint64_t pair_hash(uint32_t a, uint32_t b)
{
    return ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15ull;
}

static struct seen_pair *seen_place(const struct seen_table *table, uint32_t a, uint32_t b)
{
    size_t mask = table->capacity - 1, at = pair_hash(a, b) >> 20 & mask;
    while (table->places[at].a && (table->places[at].a != a || table->places[at].b != b))
        at = (at + 1) & mask;
    return &table->places[at];
}

static void widen(struct learner *learner)
{
    struct seen_table *table = &learner->seen, wider = *table;
    wider.capacity = table->capacity ? 4 * table->capacity : TABLE_LEAST;
    wider.places = arena_large(learner->working, wider.capacity * sizeof *wider.places);
    for (size_t i = 0; i < table->capacity; i++)
        if (table->places[i].a)
            *seen_place(&wider, table->places[i].a, table->places[i].b) = table->places[i];
    if (table->places)
        arena_give_back(learner->working, table->places);
    *table = wider;
}

static void differ(struct spread *spread, size_t cluster)
{
    spread->differs += spread->last_differs != cluster + 1;
    spread->last_differs = (uint32_t)cluster + 1;
}

static void see(struct learner *learner, uint32_t x, uint32_t y, size_t cluster)
{
    struct seen_table *table = &learner->seen;
    uint32_t a = x < y ? x : y, b = x < y ? y : x;
    unsigned part = (unsigned)(pair_hash(a, b) >> 60);
    if (table->from == 0) { /* once */
        differ(&learner->spread[a], cluster);
        differ(&learner->spread[b], cluster);
    }
    if (part < table->from || part >= table->to)
        return;
    if (!table->places)
        widen(learner);
    struct seen_pair *pair = seen_place(table, a, b);
    if (!pair->a) {
        if (table->of_part[part] == PART_MOST)
            return;
        if (2 * (table->count + 1) > table->capacity) { /* now that it is known to be taken: see table_bytes */
            widen(learner);
            pair = seen_place(table, a, b);
        }
        table->of_part[part]++;
        table->count++;
    }
    *pair = (struct seen_pair){a, b, (uint32_t)cluster + 1, pair->clusters + (pair->last != cluster + 1)};
}

static bool holds(const struct column *column, const struct value *value, uint32_t token)
{
    for (unsigned i = 0; i < value->token_count; i++)
        if (column->token_ids[value->token_at + i] == token)
            return true;
    return false;
}

static void see_tokens(struct learner *learner, const struct column *column, const struct value *a,
                       const struct value *b, size_t cluster)
{
    for (unsigned i = 0; i < a->token_count; i++) {
        uint32_t x = column->token_ids[a->token_at + i];
        if (holds(column, b, x) || column->tokens.texts[x].len < 2 || column->token_features[x].digits)
            continue;
        for (unsigned j = 0; j < b->token_count; j++) {
            uint32_t y = column->token_ids[b->token_at + j];
            if (!holds(column, a, y) && column->tokens.texts[y].len >= 2 && !column->token_features[y].digits)
                see(learner, x, y, cluster);
        }
    }
}

static void stand(const struct learner *learner, uint32_t code, size_t cluster)
{
    struct spread *spread = &learner->spread[code];
    if (learner->seen.from > 0)
        return;
    spread->stands += spread->last_stands != cluster + 1;
    spread->last_stands = (uint32_t)cluster + 1;
}

/* Most records of a cluster say the same, so its distinct values are taken first. Those of the first MEMBERS records
 * are set side by side. */
static void see_cluster(struct learner *learner, size_t cluster)
{
    const struct link_records *records = learner->work->records;
    const struct column *column = &records->columns[learner->column];
    const uint32_t *members = learner->work->members, *starts = learner->work->starts;
    uint32_t distinct[MEMBERS], from = starts[cluster], to = starts[cluster + 1];
    size_t count = 0;
    for (uint32_t i = from; i < to; i++) {
        uint32_t code = record_code(records, members[i], learner->column);
        const struct value *value = &column->values[code];
        for (unsigned t = 0; learner->token && t < value->token_count; t++)
            stand(learner, column->token_ids[value->token_at + t], cluster);
        if (!learner->token)
            stand(learner, code, cluster);
        size_t known = 0;
        while (known < count && distinct[known] != code)
            known++;
        if (code && known == count && i - from < MEMBERS)
            distinct[count++] = code;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (learner->token)
                see_tokens(learner, column, &column->values[distinct[i]], &column->values[distinct[j]], cluster);
            else
                see(learner, distinct[i], distinct[j], cluster);
}

/* ---- What they teach ---- */

/* Of the parts that are counted. */
static void find_pairs(struct learner *learner)
{
    const struct seen_table *seen = &learner->seen;
    for (size_t i = 0; seen->places && i < seen->capacity; i++) {
        const struct seen_pair *pair = &seen->places[i];
        const struct spread *a = &learner->spread[pair->a], *b = &learner->spread[pair->b];
        if (pair->clusters < CLUSTERS_LEAST)
            continue;
        double bits =
            log2((double)pair->clusters * (double)learner->work->cluster_count / ((double)a->stands * b->stands));
        uint32_t rarer = a->differs < b->differs ? a->differs : b->differs;
        if (bits < 2.5 || (double)pair->clusters < SHARE_LEAST * rarer)
            continue;
        ARENA_GROW(learner->arena, learner->found, learner->found_count, learner->found_capacity);
        learner->found[learner->found_count++] = (struct found_pair){pair->a, pair->b, bits};
    }
}

static void learn_column(void *context, size_t number, unsigned thread)
{
    (void)thread;
    const struct learn_work *work = context;
    struct learner *learner = work->learners[number];
    const struct column *column = &work->records->columns[learner->column];
    learner->working = arena_make(0);
    learner->spread =
        arena_array(learner->working, struct spread, learner->token ? column->tokens.count : column->plain.count);
    for (unsigned from = 0; from < PARTS; from += work->at_a_time) {
        learner->seen.from = from;
        learner->seen.to = from + work->at_a_time;
        for (size_t k = 0; k < work->cluster_count; k++)
            see_cluster(learner, k);
        find_pairs(learner);
        learner->seen.count = 0;
        if (from + work->at_a_time < PARTS && learner->seen.places)
            memset(learner->seen.places, 0, learner->seen.capacity * sizeof *learner->seen.places);
    }
    arena_free(learner->working);
}

static void keep_learned(const struct learner *learner, struct link_model *model, size_t *capacity)
{
    const struct column *column = &learner->work->records->columns[learner->column];
    const struct slice *texts = learner->token ? column->tokens.texts : column->plain.texts;
    for (size_t i = 0; i < learner->found_count; i++) {
        const struct found_pair *found = &learner->found[i];
        struct slice a = texts[found->a], b = texts[found->b];
        bool order = slice_compare(a, b) <= 0;
        ARENA_GROW(model->arena, model->learned, model->learned_count, *capacity);
        model->learned[model->learned_count++] =
            (struct learned_pair){(uint16_t)learner->column, learner->token, arena_copy(model->arena, order ? a : b),
                                  arena_copy(model->arena, order ? b : a), round(found->bits * 1000) / 1000};
    }
}

static int learned_order(const void *x, const void *y)
{
    const struct learned_pair *p = x, *q = y;
    if (p->column != q->column)
        return p->column < q->column ? -1 : 1;
    if (p->token != q->token)
        return p->token < q->token ? -1 : 1;
    int order = slice_compare(p->a, q->a);
    return order ? order : slice_compare(p->b, q->b);
}

static bool wants_values(const struct link_spec *spec, size_t column)
{
    for (size_t i = 0; i < spec->comparison_count + spec->inner_count; i++) {
        const struct link_comparison *comparison =
            i < spec->comparison_count ? &spec->comparisons[i] : &spec->inner[i - spec->comparison_count];
        for (size_t l = 0; comparison->method == LINK_METHOD_LEVELS && l < comparison->level_count; l++)
            if (comparison->levels[l].test == LINK_TEST_LEARNED && comparison->levels[l].column == column)
                return true;
    }
    return false;
}

static bool wants_tokens(const struct link_spec *spec, size_t column)
{
    for (size_t i = 0; i < spec->comparison_count; i++)
        if (spec->comparisons[i].method == LINK_METHOD_TOKENS && spec->comparisons[i].fuzzy &&
            spec->comparisons[i].columns[0] == column)
            return true;
    return false;
}

static void add_learner(struct learn_work *work, size_t column, bool token, struct arena *arena)
{
    struct learner *learner = arena_alloc(arena, sizeof *learner, 1, 64);
    *learner = (struct learner){.work = work, .arena = arena_child(arena), .column = column, .token = token};
    work->learners[work->learner_count++] = learner;
}

/* Clusters of two records and more, numbered by their first record in canonical order. */
static void list_clusters(struct learn_work *work, const uint32_t *cluster, struct arena *arena)
{
    const struct link_records *records = work->records;
    uint32_t n = records->count, count = 0;
    uint32_t *size = arena_array(arena, uint32_t, (size_t)n + 1), *at = arena_array(arena, uint32_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++)
        count += ++size[cluster[r]] == 2 ? 2 : size[cluster[r]] > 2;
    uint32_t *taught = arena_array(arena, uint32_t, (size_t)count + 1),
             *members = arena_array(arena, uint32_t, (size_t)count + 1),
             *starts = arena_array(arena, uint32_t, (size_t)count + 2);
    uint32_t next = 0, start = 0;
    for (uint32_t r = 0; r < n; r++)
        if (size[cluster[r]] > 1)
            taught[next++] = r;
    records_sort_by_key(records->keys, taught, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t c = cluster[taught[i]];
        if (size[c]) { /* the first of its cluster */
            starts[work->cluster_count++] = at[c] = start;
            start += size[c];
            size[c] = 0;
        }
        members[at[c]++] = taught[i];
    }
    starts[work->cluster_count] = start;
    work->members = members;
    work->starts = starts;
}

/* What the table of one column takes at the most, of so many parts, while it is widened too. */
static uint64_t table_bytes(unsigned parts)
{
    size_t capacity = TABLE_LEAST;
    while (capacity < 2ull * parts * PART_MOST)
        capacity *= 4;
    return (capacity + capacity / 4) * sizeof(struct seen_pair);
}

static unsigned parts_at_a_time(uint64_t room, const struct link_options *options)
{
    unsigned parts = PARTS;
    while (parts > 1 && table_bytes(parts) * threads_count(options) > room)
        parts /= 4;
    return parts;
}

bool learn_pairs(const struct link_records *records, struct link_model *model, const uint32_t *cluster,
                 const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct learn_work work = {.records = records,
                              .at_a_time = parts_at_a_time(memory_for_learning(records, options), options)};
    list_clusters(&work, cluster, scratch);
    for (size_t c = 0; c < records->spec->column_count; c++) {
        if (wants_values(records->spec, c))
            add_learner(&work, c, false, scratch);
        if (wants_tokens(records->spec, c))
            add_learner(&work, c, true, scratch);
    }
    bool done = threads_run(options, "learning what goes together", work.learner_count, learn_column, &work, err);
    size_t capacity = 0;
    for (size_t i = 0; done && i < work.learner_count; i++)
        keep_learned(work.learners[i], model, &capacity);
    array_sort(model->learned, model->learned_count, sizeof *model->learned, learned_order);
    arena_free(scratch);
    return done;
}
