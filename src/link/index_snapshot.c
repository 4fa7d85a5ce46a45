/* index_snapshot.c: an index as sections of a file, and back.
 *
 * Only what is there is written: records are numbered anew, component by component, and words by the first record that
 * holds them; a word that no record holds any more is left out. So what is looked at together, when records are added
 * or found, lies together in memory once the file is read. On reading every number is held against its bounds before it
 * is used, so that a file that was tampered with is refused or gives wrong answers, but never leads outside of memory.
 */
#include "link/index_snapshot.h"

#include "link/index_inside.h"
#include "link/index_pack.h"

#include <math.h>
#include <stdatomic.h>

enum { HEAD = 1, SPECIFICATION, MODEL, SOURCES, IDS, SOURCE_OF, WORDS, CODES, EDGES, STRONG, ENTITY, POSTINGS };

struct head {
    int64_t position;
    uint64_t records, edges, sources;
    uint32_t edges_only, ahead;
};

/* ---- Writing ---- */

struct writing {
    const struct snapshot *from;
    const struct link_index *index;
    uint32_t count;
    uint32_t *number; /* by record: its number in the file, NONE: it has gone */
    uint32_t *at;     /* and back */
    struct arena *scratch;
};

static bool add_text(struct pack_writer *pack, struct slice text, struct error *err)
{
    uint8_t length[10];
    size_t count = 0, rest = text.len;
    do {
        length[count++] = (uint8_t)((rest & 127) | (rest > 127 ? 128 : 0));
        rest >>= 7;
    } while (rest > 0);
    return pack_add(pack, length, count, err) && pack_add(pack, text.at, text.len, err);
}

static bool write_column(const struct writing *work, size_t c, struct pack_writer *pack, struct error *err)
{
    enum { AHEAD = 16 };
    const struct link_records *records = work->index->records;
    const struct dictionary *words = &records->columns[c].plain;
    struct arena *own = arena_make(0);
    uint32_t *code = arena_array(own, uint32_t, words->count + 1), next = 1;
    uint32_t *codes = arena_array(own, uint32_t, (size_t)work->count + 1); /* by record */
    bool done = pack_section(pack, WORDS, (uint32_t)c, err);
    for (uint32_t i = 0; done && i < work->count; i++) {
        if (i + AHEAD < work->count)
            __builtin_prefetch(&records->plain[(size_t)work->at[i + AHEAD] * records->spec->column_count + c]);
        uint32_t word = record_code(records, work->at[i], c);
        if (word && !code[word]) {
            code[word] = next++;
            done = add_text(pack, words->texts[word], err);
        }
        codes[i] = code[word];
    }
    done =
        done && pack_section(pack, CODES, (uint32_t)c, err) && pack_add(pack, codes, work->count * sizeof *codes, err);
    arena_free(own);
    return done;
}

static bool write_edges(const struct writing *work, struct pack_writer *pack, struct error *err)
{
    const struct link_index *index = work->index;
    bool done = pack_section(pack, EDGES, 0, err);
    for (uint32_t i = 0; done && i < work->count; i++)
        for (uint32_t e = index->of[work->at[i]].first_edge; done && e;
             e = edge_next(&index->edges[e - 1], work->at[i])) {
            struct link_edge edge = index->edges[e - 1].edge;
            uint32_t other = work->number[other_end(&edge, work->at[i])];
            if (other < i)
                continue;
            edge.a = i;
            edge.b = other;
            done = pack_add(pack, &edge, sizeof edge, err);
        }
    return done;
}

static bool write_clusters(const struct writing *work, struct pack_writer *pack, struct error *err)
{
    const struct link_index *index = work->index;
    bool done = true;
    for (uint32_t kind = STRONG; done && kind <= ENTITY; kind++) {
        done = pack_section(pack, kind, 0, err);
        for (uint32_t i = 0; done && i < work->count; i++) {
            const struct index_record *of = &index->of[work->at[i]];
            done = pack_add(pack, &work->number[kind == STRONG ? of->strong : of->entity], sizeof(uint32_t), err);
        }
    }
    return done;
}

static bool write_texts(const struct writing *work, struct pack_writer *pack, struct error *err)
{
    const struct snapshot *from = work->from;
    const struct link_records *records = work->index->records;
    struct head head = {.position = from->position,
                        .records = link_index_count(work->index),
                        .edges = work->index->edge_count - work->index->edges_gone,
                        .sources = records->source_count,
                        .edges_only = work->index->edges_only,
                        .ahead = from->ahead};
    bool done = pack_section(pack, HEAD, 0, err) && pack_add(pack, &head, sizeof head, err) &&
                pack_section(pack, SPECIFICATION, 0, err) &&
                pack_add(pack, from->specification.at, from->specification.len, err) &&
                pack_section(pack, MODEL, 0, err) && pack_add(pack, from->model_text.at, from->model_text.len, err) &&
                pack_section(pack, SOURCES, 0, err);
    for (size_t s = 0; done && s < records->source_count; s++)
        done = add_text(pack, records->sources[s].name, err);
    done = done && pack_section(pack, IDS, 0, err);
    for (uint32_t i = 0; done && i < work->count; i++)
        done = add_text(pack, records->ids[work->at[i]], err);
    done = done && pack_section(pack, SOURCE_OF, 0, err);
    for (uint32_t i = 0; done && i < work->count; i++)
        done = pack_add(pack, &records->source_of[work->at[i]], sizeof *records->source_of, err);
    return done;
}

/* The parts of the file: the texts, the columns, the edges, the clusters, the shares of the keys. */
static bool write_part(void *context, size_t part, struct pack_writer *pack, struct error *err)
{
    const struct writing *work = context;
    size_t columns = work->index->records->spec->input_count;
    if (part == 0)
        return write_texts(work, pack, err);
    if (part <= columns)
        return write_column(work, part - 1, pack, err);
    switch (part - columns) {
    case 1:
        return write_edges(work, pack, err);
    case 2:
        return write_clusters(work, pack, err);
    default:
        return postings_write(work->index, pack, POSTINGS, (uint32_t)(part - columns - 3), work->number, err);
    }
}

/* Whether two records have one source and id: the one that came last is then the one that is meant by them, so all keep
 * the order in which they came. */
struct doubles {
    const struct link_index *index;
    atomic_bool found;
};
enum { DOUBLES_CHUNK = 1 << 14 };

static void find_doubles(void *context, size_t chunk, unsigned thread)
{
    enum { AHEAD = 8 };
    (void)thread;
    struct doubles *work = context;
    const struct link_index *index = work->index;
    const struct link_records *records = index->records;
    size_t end = (chunk + 1) * DOUBLES_CHUNK < records->count ? (chunk + 1) * DOUBLES_CHUNK : records->count;
    for (uint32_t r = (uint32_t)(chunk * DOUBLES_CHUNK); r < end; r++) {
        if (r + AHEAD < end)
            index_name_fetch(index, records->source_of[r + AHEAD], records->ids[r + AHEAD]);
        if (index->of[r].entity != NONE && link_index_record(index, records->source_of[r], records->ids[r]) != r)
            atomic_store(&work->found, true);
    }
}

static bool has_doubles(const struct link_index *index, const struct link_options *options, bool *ret,
                        struct error *err)
{
    struct doubles work = {.index = index};
    size_t chunks = (index->records->count + DOUBLES_CHUNK - 1) / DOUBLES_CHUNK;
    bool done = threads_run(options, "writing", chunks, find_doubles, &work, err);
    *ret = atomic_load(&work.found);
    return done;
}

static void number_records(struct writing *work, struct link_index *index, bool doubles)
{
    const struct link_records *records = index->records;
    struct list nodes = {0};
    work->number = arena_array(work->scratch, uint32_t, (size_t)records->count + 1);
    work->at = arena_array(work->scratch, uint32_t, (size_t)records->count + 1);
    memset(work->number, 0xff, (size_t)records->count * sizeof *work->number); /* NONE */
    (void)index_stamp(index);
    for (uint32_t i = 0; i < records->count; i++) {
        uint32_t r = i < records->raw_count ? record_place(records, i) : i;
        if (index->seen[r] == index->stamp || index->of[r].entity == NONE)
            continue;
        nodes.count = 0;
        if (doubles)
            list_push(&nodes, r, work->scratch);
        else
            index_walk(index, r, &nodes, work->scratch);
        for (size_t k = 0; k < nodes.count; k++) {
            work->number[nodes.items[k]] = work->count;
            work->at[work->count++] = nodes.items[k];
        }
    }
}

bool snapshot_write(const struct host *host, struct slice path, const struct snapshot *from,
                    const struct link_options *options, struct error *err)
{
    struct link_index *index = from->index;
    struct writing work = {.from = from, .index = index, .scratch = arena_make(0)};
    struct pack_writer *pack;
    size_t parts = 3 + index->records->spec->input_count + INDEX_SHARES;
    bool doubles, done = has_doubles(index, options, &doubles, err);
    if (done)
        number_records(&work, index, doubles);
    done = done && pack_begin(host, path, from->sequence, work.scratch, &pack, err) &&
           pack_parts(pack, parts, options, write_part, &work, err) && pack_end(pack, err);
    arena_free(work.scratch);
    return done;
}

/* ---- Reading ---- */

struct reading {
    struct pack_reader *pack;
    struct slice path;
    struct head head;
    struct arena *arena, *scratch;
    struct snapshot *ret;
    struct link_records *records;
    struct {
        struct arena *scratch;
        uint32_t *codes; /* by record */
        struct error err;
        bool done;
    } columns[LINK_COLUMNS_MAX];
    struct error rest_err;
    bool rest_done;
};

static bool cut_text(struct slice *rest, struct slice *ret)
{
    size_t length = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        if (rest->len == 0 || shift > 28)
            return false;
        byte = (uint8_t)rest->at[0];
        length |= (size_t)(byte & 127) << shift;
        shift += 7;
        *rest = slice_part(*rest, 1, rest->len);
    } while (byte & 128);
    if (length > rest->len)
        return false;
    *ret = slice_part(*rest, 0, length);
    *rest = slice_part(*rest, length, rest->len);
    return true;
}

/* A section of `count` things of `size` bytes each. */
static bool read_array(const struct reading *work, uint32_t kind, uint32_t number, size_t size, uint64_t count,
                       struct arena *scratch, void *ret, struct error *err)
{
    struct slice section;
    if (!pack_read(work->pack, kind, number, scratch, &section, err))
        return false;
    if (section.len / size != count || section.len % size != 0)
        return pack_damaged(work->pack, "a section has another length than was said", err);
    memcpy(ret, &section.at, sizeof section.at);
    return true;
}

static bool read_meaning(struct reading *work, struct error *err)
{
    struct snapshot *ret = work->ret;
    struct head *head;
    struct slice specification, model;
    if (!read_array(work, HEAD, 0, sizeof *head, 1, work->scratch, &head, err) ||
        !pack_read(work->pack, SPECIFICATION, 0, work->scratch, &specification, err) ||
        !pack_read(work->pack, MODEL, 0, work->scratch, &model, err))
        return false;
    work->head = *head;
    if (head->records >= INDEX_LIST - 1 || head->edges >= NONE - 1)
        return pack_damaged(work->pack, "it says that it holds too much", err);
    ret->position = head->position;
    ret->ahead = head->ahead != 0;
    ret->sequence = pack_sequence(work->pack);
    ret->specification = arena_copy(work->arena, specification);
    ret->model_text = arena_copy(work->arena, model);
    return link_spec_read(ret->specification, work->path, work->arena, &ret->spec, err) &&
           link_model_read(ret->model_text, work->path, ret->spec, work->arena, &ret->model, err);
}

static bool read_words(struct reading *work, size_t c, struct error *err)
{
    struct dictionary *words = &work->records->columns[c].plain;
    struct slice section, text;
    uint32_t *codes;
    struct arena *scratch = work->columns[c].scratch;
    if (!pack_read(work->pack, WORDS, (uint32_t)c, scratch, &section, err))
        return false;
    void *large = (void *)(uintptr_t)section.at;
    while (section.len > 0) {
        size_t code = words->count;
        if (!cut_text(&section, &text) || dictionary_add(words, text) != code)
            return pack_damaged(work->pack, "a word is cut, empty or stands twice", err);
    }
    arena_give_back(scratch, large);
    if (!read_array(work, CODES, (uint32_t)c, sizeof *codes, work->head.records, scratch, &codes, err))
        return false;
    for (uint64_t r = 0; r < work->head.records; r++)
        if (codes[r] >= words->count)
            return pack_damaged(work->pack, "a record holds a word that is not there", err);
    work->columns[c].codes = codes;
    return true;
}

static void read_column(void *context, size_t c, unsigned thread)
{
    (void)thread;
    struct reading *work = context;
    work->columns[c].done = read_words(work, c, &work->columns[c].err);
}

static bool read_columns(struct reading *work, const struct link_options *options, struct error *err)
{
    size_t inputs = work->ret->spec->input_count;
    for (size_t c = 0; c < inputs; c++)
        work->columns[c].scratch = arena_child(work->scratch);
    if (!threads_run(options, "reading words", inputs, read_column, work, err))
        return false;
    for (size_t c = 0; c < inputs; c++)
        if (!work->columns[c].done) {
            *err = work->columns[c].err;
            return false;
        }
    return true;
}

static bool read_records(struct reading *work, const struct link_options *options, struct error *err)
{
    struct slice sources, ids, id = NO_SLICE;
    uint16_t *source_of;
    size_t inputs = work->ret->spec->input_count;
    work->records = link_records_make(work->ret->spec, work->arena);
    if (!pack_read(work->pack, SOURCES, 0, work->scratch, &sources, err) ||
        !pack_read(work->pack, IDS, 0, work->scratch, &ids, err) ||
        !read_array(work, SOURCE_OF, 0, sizeof *source_of, work->head.records, work->scratch, &source_of, err))
        return false;
    while (sources.len > 0) {
        uint32_t ignored;
        if (!cut_text(&sources, &id))
            return pack_damaged(work->pack, "the name of a source is cut", err);
        if (!link_records_source(work->records, id, &ignored, err))
            return false;
    }
    if (!read_columns(work, options, err))
        return false;
    records_reserve(work->records, (size_t)work->head.records + (size_t)work->head.records / 8 + 64);
    for (uint64_t r = 0; r < work->head.records; r++) {
        uint32_t row[LINK_COLUMNS_MAX];
        for (size_t c = 0; c < inputs; c++)
            row[c] = work->columns[c].codes[r];
        if (!cut_text(&ids, &id) || source_of[r] >= work->records->source_count)
            return pack_damaged(work->pack, "a record has no id or no source", err);
        records_put(work->records, source_of[r], id, row);
    }
    return records_finish(work->records, options, err);
}

static bool edge_is_sound(const struct reading *work, const struct link_edge *edge, const unsigned *levels)
{
    if (edge->a >= edge->b || edge->b >= work->head.records || !isfinite(edge->weight) || edge->verdict > LINK_APART ||
        edge->guard > work->ret->spec->guard_count)
        return false;
    for (size_t f = 0; f < work->ret->spec->comparison_count; f++)
        if ((edge->pattern >> (6 * f) & 63) > levels[f])
            return false;
    return true;
}

static bool read_edges(struct reading *work, struct error *err)
{
    const struct link_spec *spec = work->ret->spec;
    struct link_edge *edges;
    unsigned levels[LINK_FIELDS_MAX];
    for (size_t f = 0; f < spec->comparison_count; f++)
        levels[f] = spec_level_count(spec, &spec->comparisons[f]);
    if (!read_array(work, EDGES, 0, sizeof *edges, work->head.edges, work->scratch, &edges, err))
        return false;
    for (uint64_t e = 0; e < work->head.edges; e++) {
        if (!edge_is_sound(work, &edges[e], levels))
            return pack_damaged(work->pack, "an edge leads to what is not there", err);
        (void)index_edge_add(work->ret->index, &edges[e]);
    }
    return true;
}

static bool read_clusters(struct reading *work, struct error *err)
{
    struct index_record *of = work->ret->index->of;
    uint32_t *strong, *entity;
    uint64_t count = work->head.records;
    if (!read_array(work, STRONG, 0, sizeof *strong, count, work->scratch, &strong, err) ||
        !read_array(work, ENTITY, 0, sizeof *entity, count, work->scratch, &entity, err))
        return false;
    for (uint64_t r = 0; r < count; r++) {
        if (strong[r] >= count || strong[strong[r]] != strong[r] || entity[r] >= count ||
            strong[entity[r]] != entity[r])
            return pack_damaged(work->pack, "a record is of an entity that is not there", err);
        of[r].strong = strong[r];
        of[r].entity = entity[r];
    }
    for (uint32_t r = 0; r < count; r++)
        if (of[r].strong != r) {
            of[r].next = of[of[r].strong].next;
            of[of[r].strong].next = r;
        }
    return true;
}

static void read_beside(void *context)
{
    struct reading *work = context;
    work->rest_done = read_edges(work, &work->rest_err) && read_clusters(work, &work->rest_err);
}

static bool read_rest(struct reading *work, const struct link_options *options, struct error *err)
{
    if (!postings_read(work->ret->index, work->pack, POSTINGS, read_beside, work, options, err))
        return false;
    if (!work->rest_done)
        *err = work->rest_err;
    return work->rest_done;
}

bool snapshot_read(const struct host *host, struct slice path, const struct link_options *options, struct arena *arena,
                   struct snapshot *ret, struct error *err)
{
    struct reading work = {.path = path, .arena = arena, .scratch = arena_make(0), .ret = ret};
    *ret = (struct snapshot){0};
    bool done = pack_open(host, path, work.scratch, &work.pack, err) && read_meaning(&work, err) &&
                read_records(&work, options, err) && index_start(work.records, ret->model, arena, &ret->index, err) &&
                read_rest(&work, options, err);
    arena_free(work.scratch);
    if (done)
        ret->index->edges_only = work.head.edges_only != 0;
    return done;
}
