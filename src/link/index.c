/* index.c: records come and go.
 *
 * Many records at once are taken in rounds: they are put under their keys, each meets those that came before it, and
 * when all have come the components touched are clustered once: all of it on all threads. One record is a round of one.
 */
#include "link/index_inside.h"

#include "base/hash.h"

/* Fewer records than BULK are not worth a thread's start. */
enum { ROUND = 1 << 16, BULK = 1 << 10, NAMES_AHEAD = 8, EDGES_AHEAD = 16, NAME_GONE = 0xffffffffu };

/* ---- Room ---- */

bool index_room(struct link_index *index, size_t records, struct error *err)
{
    if (records < index->capacity)
        return true;
    if (records >= INDEX_LIST - 1)
        return error_set(err, ERROR_TOO_BIG, "an index holds at most 2,000 million records");
    size_t capacity = index->capacity, seen = index->capacity, source = index->capacity;
    INDEX_GROW(index->arena, index->of, records, capacity);
    INDEX_GROW(index->arena, index->seen, records, seen);
    if (model_keeps_apart(index->model))
        INDEX_GROW(index->arena, index->source, records, source);
    index->capacity = capacity;
    return true;
}

uint32_t index_edge_add(struct link_index *index, const struct link_edge *edge)
{
    uint32_t place = index->free_edge;
    if (place) {
        index->free_edge = index->edges[place - 1].next[0];
        index->edges_gone--;
    } else {
        INDEX_GROW(index->arena, index->edges, index->edge_count, index->edge_capacity);
        must(index->edge_count < NONE - 1);
        place = (uint32_t)++index->edge_count;
    }
    uint32_t *first[2] = {&index->of[edge->a].first_edge, &index->of[edge->b].first_edge};
    index->edges[place - 1] = (struct index_edge){*edge, {*first[0], *first[1]}};
    *first[0] = *first[1] = place;
    return place;
}

static void unhang(struct link_index *index, uint32_t record, uint32_t place)
{
    for (uint32_t *at = &index->of[record].first_edge; *at;) {
        struct index_edge *edge = &index->edges[*at - 1];
        uint32_t *next = &edge->next[edge->edge.a != record];
        if (*at == place) {
            *at = *next;
            return;
        }
        at = next;
    }
}

/* ---- Ids ---- */

static uint64_t name_hash(uint32_t source, struct slice id)
{
    return hash64(id, 0x1d00 + source);
}

static size_t name_home(size_t slots, uint64_t hash)
{
    return (size_t)(((hash >> 32) * slots) >> 32);
}

static size_t name_next(size_t slots, size_t at)
{
    return at + 1 == slots ? 0 : at + 1;
}

static void name_put(uint32_t *names, size_t slots, uint64_t hash, uint32_t record)
{
    size_t at = name_home(slots, hash);
    while (names[at])
        at = name_next(slots, at);
    names[at] = record + 1;
}

static void widen_names(struct link_index *index)
{
    size_t slots = 1024 + link_index_count(index) * 9 / 5, count = 0;
    uint32_t *names = arena_regrow(index->arena, NULL, 0, slots * sizeof *names);
    for (size_t i = 0; i < index->name_slots; i++) {
        uint32_t record = index->names[i] - 1;
        if (index->names[i] == 0 || index->names[i] == NAME_GONE)
            continue;
        name_put(names, slots, name_hash(index->records->source_of[record], index->records->ids[record]), record);
        count++;
    }
    (void)arena_let_go(index->arena, index->names, index->name_slots * sizeof *names);
    index->names = names;
    index->name_slots = slots;
    index->name_count = count;
}

void index_name_add(struct link_index *index, uint32_t record)
{
    if (index->name_count * 10 >= index->name_slots * 7)
        widen_names(index);
    name_put(index->names, index->name_slots, name_hash(index->records->source_of[record], index->records->ids[record]),
             record);
    index->name_count++;
}

static void name_remove(struct link_index *index, uint32_t record)
{
    uint64_t hash = name_hash(index->records->source_of[record], index->records->ids[record]);
    size_t at = name_home(index->name_slots, hash);
    while (index->names[at] != record + 1)
        at = name_next(index->name_slots, at);
    index->names[at] = NAME_GONE;
}

/* How many came before it. */
static uint32_t came(const struct link_records *records, uint32_t record)
{
    return record < records->raw_count ? record_added(records, record) : record;
}

void index_name_fetch(const struct link_index *index, uint32_t source, struct slice id)
{
    __builtin_prefetch(&index->names[name_home(index->name_slots, name_hash(source, id))]);
}

uint32_t link_index_record(const struct link_index *index, uint32_t source, struct slice id)
{
    uint32_t found = NONE;
    size_t slots = index->name_slots;
    for (size_t at = name_home(slots, name_hash(source, id)); index->names[at]; at = name_next(slots, at)) {
        uint32_t record = index->names[at] - 1;
        if (index->names[at] != NAME_GONE && index->records->source_of[record] == source &&
            slice_equal(index->records->ids[record], id) &&
            (found == NONE || came(index->records, record) > came(index->records, found)))
            found = record;
    }
    return found;
}

/* ---- Making ---- */

static void release(void *handle)
{
    struct link_index *index = handle;
    for (size_t t = 0; t < LINK_THREADS_MAX; t++)
        if (index->workers[t]) {
            arena_free(index->workers[t]->arena);
            arena_free(index->workers[t]->store);
        }
}

static void new_record(struct link_index *index, uint32_t record)
{
    index->of[record] = (struct index_record){.strong = record, .entity = record, .next = record};
    if (index->source)
        index->source[record] = index->records->source_of[record];
}

bool index_start(struct link_records *records, const struct link_model *model, struct arena *arena,
                 struct link_index **ret, struct error *err)
{
    const struct link_spec *spec = records->spec;
    if (spec->digest != model->spec->digest)
        return error_set(err, ERROR_CONFLICT,
                         "the records and the model belong to different specifications; train a new model");
    struct link_index *index = arena_new(arena, struct link_index);
    *index = (struct link_index){.arena = arena,
                                 .records = records,
                                 .model = model,
                                 .floor = model->floor,
                                 .join = model->join,
                                 .review = model->review,
                                 .constrained = spec->guard_count > 0 || model_keeps_apart(model),
                                 .attach = spec->attach};
    index->tie = cluster_tie(index->join, index->review, (double)(float)spec->margin, index->constrained);
    arena_defer(arena, release, index);
    for (size_t i = 0; i < spec->guard_count; i++)
        index->rules |= spec->guards[i].then == LINK_JOIN;
    block_terms_list(spec, &index->terms);
    comparer_start(&index->comparer, records, model);
    index_bind_new(index);
    widen_names(index);
    uint32_t count = link_records_count(records);
    for (size_t s = 0; s < INDEX_SHARES; s++)
        index->postings[s] = arena_alloc(arena, sizeof *index->postings[s], 1, 64);
    if (!index_room(index, count, err))
        return false;
    for (uint32_t r = 0; r < count; r++) {
        if (r + NAMES_AHEAD < count)
            index_name_fetch(index, records->source_of[r + NAMES_AHEAD], records->ids[r + NAMES_AHEAD]);
        new_record(index, r);
        index_name_add(index, r);
    }
    *ret = index;
    return true;
}

bool link_index_make(struct link_records *records, const struct link_model *model, const struct link_options *options,
                     struct arena *arena, struct link_index **ret, struct error *err)
{
    struct link_index *index = NULL;
    struct link_edges edges;
    struct list all = {0};
    if (!link_prepare(records, options, err) || !index_start(records, model, arena, &index, err))
        return false;
    struct arena *scratch = arena_make(0);
    bool done = link_score(records, model, options, scratch, &edges, err);
    index->pairs = done ? edges.pairs : 0;
    for (size_t i = 0; done && i < edges.count; i++)
        (void)index_edge_add(index, &edges.edges[i]);
    for (uint32_t r = 0; done && r < link_records_count(records); r++)
        list_push(&all, r, scratch);
    done = done && index_post_all(index, options, err);
    index->edges_only = options && options->edges_only;
    done = done && (index->edges_only || index_renew(index, &all, false, options, err));
    arena_free(scratch);
    if (done)
        *ret = index;
    return done;
}

void link_index_listen(struct link_index *index, void (*event)(void *context, const struct link_event *event),
                       void *context)
{
    index->event = event;
    index->context = context;
}

void link_index_listen_edges(struct link_index *index,
                             void (*edge)(void *context, const struct link_edge *edge, bool came), void *context)
{
    index->edge = edge;
    index->edge_context = context;
}

bool link_index_edges_only(const struct link_index *index)
{
    return index->edges_only;
}

const struct link_records *link_index_records(const struct link_index *index)
{
    return index->records;
}

bool link_index_source(struct link_index *index, struct slice name, uint32_t *ret, struct error *err)
{
    return link_records_source(index->records, name, ret, err);
}

/* ---- Changing ---- */

static void add_round(struct link_index *index, uint32_t first, size_t count)
{
    index_bind_new(index);
    for (uint32_t r = first; r < first + count; r++) {
        new_record(index, r);
        index->of[r].entity = NONE; /* until it is clustered: what was before it */
        index_name_add(index, r);
    }
}

/* What one call changes, in its steps. */
struct changing {
    struct link_index *index;
    const struct link_options *options;
    struct arena *scratch;
    struct link_edge *gone; /* edges, when somebody listens */
    size_t gone_count, gone_capacity;
    struct index_edges *edges; /* that came, in pieces */
    size_t pieces, piece_capacity;
    struct list touched; /* records whose components are clustered anew */
    struct index_change change;
    bool watching; /* somebody listens to joins and splits */
};

static void take_out(struct changing *work, uint32_t record)
{
    struct link_index *index = work->index;
    uint64_t keys[LINK_RULES_MAX];
    for (uint32_t e = index->of[record].first_edge, next; e; e = next) {
        struct index_edge *edge = &index->edges[e - 1];
        uint32_t other = other_end(&edge->edge, record);
        next = edge_next(edge, record);
        list_push(&work->touched, other, work->scratch);
        if (index->edge) {
            ARENA_GROW(work->scratch, work->gone, work->gone_count, work->gone_capacity);
            work->gone[work->gone_count++] = edge->edge;
        }
        unhang(index, other, e);
        edge->edge.a = edge->edge.b; /* it has gone */
        edge->next[0] = index->free_edge;
        index->free_edge = e;
        index->edges_gone++;
    }
    index_keys(index, record, work->scratch, keys);
    for (size_t rule = 0; rule < index->terms.rule_count; rule++)
        if (keys[rule])
            postings_remove(index_postings(index, keys[rule]), keys[rule], record);
    name_remove(index, record);
    index->of[record] = (struct index_record){.entity = NONE, .strong = record, .next = record};
    index->gone++;
}

static bool take_out_all(struct changing *work, const uint32_t *gone, size_t count, struct error *err)
{
    struct link_index *index = work->index;
    struct list from = {0};
    for (size_t i = 0; i < count; i++) {
        if (link_index_entity(index, gone[i]) == NONE)
            return error_set(err, ERROR_NOT_FOUND, "record %u is not in the index", gone[i]);
        list_push(&from, gone[i], work->scratch);
    }
    if (work->watching)
        index_watch(index, &from, &work->change, work->scratch);
    for (size_t i = 0; i < count; i++)
        if (index->of[gone[i]].entity != NONE) /* it may stand in the list twice */
            take_out(work, gone[i]);
    return true;
}

/* The rows become records that meet and have edges, which are not hung up yet. */
static bool put_in_all(struct changing *work, uint32_t first, const struct link_row *rows, size_t count,
                       struct error *err)
{
    struct link_index *index = work->index;
    struct index_edges *met;
    size_t met_count;
    bool done = index_room(index, first + count, err);
    for (size_t at = 0; done && at < count; at += ROUND) {
        size_t batch = count - at < ROUND ? count - at : ROUND;
        uint32_t start = first + (uint32_t)at;
        struct link_options own = work->options ? *work->options : (struct link_options){0};
        own.threads = batch < BULK ? 1 : threads_count(work->options);
        done = records_append(index->records, rows + at, batch, own.threads, err);
        if (!done)
            break;
        add_round(index, start, batch);
        done = index_meet_all(index, start, batch, &own, work->scratch, &met, &met_count, err);
        for (size_t i = 0; done && i < met_count; i++) {
            ARENA_GROW(work->scratch, work->edges, work->pieces, work->piece_capacity);
            work->edges[work->pieces++] = met[i];
        }
    }
    return done;
}

static void watch_new(struct changing *work, uint32_t first, size_t count)
{
    struct list from = {0};
    for (uint32_t r = first; r < first + count; r++)
        list_push(&from, r, work->scratch);
    for (size_t i = 0; i < work->pieces; i++)
        for (size_t k = 0; k < work->edges[i].count; k++) {
            list_push(&from, work->edges[i].edges[k].a, work->scratch);
            list_push(&from, work->edges[i].edges[k].b, work->scratch);
        }
    index_watch(work->index, &from, &work->change, work->scratch);
}

/* What is told of edges. */
static void tell_edges(const struct changing *work)
{
    const struct link_index *index = work->index;
    for (size_t i = 0; i < work->gone_count; i++)
        index->edge(index->edge_context, &work->gone[i], false);
    for (size_t i = 0; i < work->pieces; i++)
        for (size_t k = 0; k < work->edges[i].count; k++)
            index->edge(index->edge_context, &work->edges[i].edges[k], true);
}

bool link_index_replace(struct link_index *index, const uint32_t *gone, size_t gone_count, const struct link_row *rows,
                        size_t count, const struct link_options *options, uint32_t *ret_first, struct error *err)
{
    uint32_t first = link_records_count(index->records);
    struct changing work = {
        .index = index, .options = options, .scratch = arena_make(0), .watching = index->event && !index->edges_only};
    bool done = take_out_all(&work, gone, gone_count, err) && put_in_all(&work, first, rows, count, err);
    if (done && work.watching)
        watch_new(&work, first, count);
    for (uint32_t r = first; done && r < first + count; r++) {
        index->of[r].entity = r;
        list_push(&work.touched, r, work.scratch);
    }
    for (size_t i = 0; done && i < work.pieces; i++)
        for (size_t k = 0; k < work.edges[i].count; k++) {
            if (k + EDGES_AHEAD < work.edges[i].count)
                __builtin_prefetch(&index->of[work.edges[i].edges[k + EDGES_AHEAD].a], 1);
            (void)index_edge_add(index, &work.edges[i].edges[k]);
        }
    done = done && (index->edges_only || index_renew(index, &work.touched, gone_count > 0, options, err));
    if (done && index->edge)
        tell_edges(&work);
    if (done && work.watching)
        index_tell(index, &work.change, work.scratch);
    arena_free(work.scratch);
    if (done)
        *ret_first = first;
    return done;
}

bool link_index_add_many(struct link_index *index, const struct link_row *rows, size_t count,
                         const struct link_options *options, uint32_t *ret_first, struct error *err)
{
    return link_index_replace(index, NULL, 0, rows, count, options, ret_first, err);
}

bool link_index_add(struct link_index *index, uint32_t source, struct slice id, const struct slice *values,
                    uint32_t *ret_record, struct error *err)
{
    struct link_row row = {source, id, values};
    return link_index_replace(index, NULL, 0, &row, 1, NULL, ret_record, err);
}

bool link_index_remove_many(struct link_index *index, const uint32_t *records, size_t count,
                            const struct link_options *options, struct error *err)
{
    uint32_t ignored;
    return link_index_replace(index, records, count, NULL, 0, options, &ignored, err);
}

bool link_index_remove(struct link_index *index, uint32_t record, struct error *err)
{
    return link_index_remove_many(index, &record, 1, NULL, err);
}
