/* index_snapshot.c: an index as sections of a file, and back.
 *
 * Only what is there is written: records are numbered anew, and a word that no record holds any more is left out. On
 * reading every number is held against its bounds before it is used, so that a file that was tampered with is refused
 * or gives wrong answers, but never leads outside of memory. Postings are made anew: they are a function of the rest.
 */
#include "link/index_snapshot.h"

#include "link/index_inside.h"
#include "link/index_pack.h"

#include <math.h>

enum { HEAD = 1, SPECIFICATION, MODEL, SOURCES, IDS, SOURCE_OF, WORDS, CODES, EDGES, STRONG, ENTITY };

struct head {
    int64_t position;
    uint64_t records, edges, sources;
    uint32_t edges_only, ahead;
};

/* ---- Writing ---- */

struct writing {
    struct pack_writer *pack;
    const struct link_index *index;
    uint32_t *number; /* by record: its number in the file, NONE: it has gone */
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

static bool write_column(const struct writing *work, size_t c, struct error *err)
{
    const struct link_records *records = work->index->records;
    const struct dictionary *words = &records->columns[c].plain;
    struct arena *own = arena_make(0);
    uint32_t *code = arena_array(own, uint32_t, words->count + 1), next = 1;
    for (uint32_t r = 0; r < records->count; r++)
        if (work->number[r] != NONE)
            code[record_code(records, r, c)] = 1;
    bool done = pack_section(work->pack, WORDS, (uint32_t)c, err);
    for (size_t w = 1; done && w < words->count; w++)
        if (code[w]) {
            code[w] = next++;
            done = add_text(work->pack, words->texts[w], err);
        }
    code[0] = 0;
    done = done && pack_section(work->pack, CODES, (uint32_t)c, err);
    for (uint32_t r = 0; done && r < records->count; r++)
        if (work->number[r] != NONE)
            done = pack_add(work->pack, &code[record_code(records, r, c)], sizeof *code, err);
    arena_free(own);
    return done;
}

static bool write_edges(const struct writing *work, struct error *err)
{
    const struct link_index *index = work->index;
    bool done = pack_section(work->pack, EDGES, 0, err);
    for (size_t e = 0; done && e < index->edge_count; e++) {
        struct link_edge edge = index->edges[e].edge;
        if (!edge_alive(&edge))
            continue;
        edge.a = work->number[edge.a];
        edge.b = work->number[edge.b];
        done = pack_add(work->pack, &edge, sizeof edge, err);
    }
    return done;
}

static bool write_clusters(const struct writing *work, struct error *err)
{
    const struct link_index *index = work->index;
    bool done = true;
    for (uint32_t kind = STRONG; done && kind <= ENTITY; kind++) {
        done = pack_section(work->pack, kind, 0, err);
        for (uint32_t r = 0; done && r < index->records->count; r++)
            if (work->number[r] != NONE) {
                uint32_t to = work->number[kind == STRONG ? index->of[r].strong : index->of[r].entity];
                done = pack_add(work->pack, &to, sizeof to, err);
            }
    }
    return done;
}

static bool write_texts(const struct writing *work, const struct snapshot *from, struct error *err)
{
    const struct link_records *records = work->index->records;
    struct pack_writer *pack = work->pack;
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
    for (uint32_t r = 0; done && r < records->count; r++)
        if (work->number[r] != NONE)
            done = add_text(pack, records->ids[r], err);
    done = done && pack_section(pack, SOURCE_OF, 0, err);
    for (uint32_t r = 0; done && r < records->count; r++)
        if (work->number[r] != NONE)
            done = pack_add(pack, &records->source_of[r], sizeof *records->source_of, err);
    return done;
}

bool snapshot_write(const struct host *host, struct slice path, const struct snapshot *from, struct error *err)
{
    const struct link_records *records = from->index->records;
    struct writing work = {.index = from->index, .scratch = arena_make(0)};
    work.number = arena_array(work.scratch, uint32_t, (size_t)records->count + 1);
    for (uint32_t r = 0, next = 0; r < records->count; r++)
        work.number[r] = from->index->of[r].entity == NONE ? NONE : next++;
    bool done = pack_begin(host, path, from->sequence, work.scratch, &work.pack, err) && write_texts(&work, from, err);
    for (size_t c = 0; done && c < records->spec->input_count; c++)
        done = write_column(&work, c, err);
    done = done && write_edges(&work, err) && write_clusters(&work, err) && pack_end(work.pack, err);
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
    uint32_t *codes[LINK_COLUMNS_MAX];
};

static bool damaged(const struct reading *work, const char *what, struct error *err)
{
    return error_set_at(err, ERROR_INPUT, work->path, 0, 0,
                        "the index's file is damaged: %s; make the index anew from its sources", what);
}

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
static bool read_array(struct reading *work, uint32_t kind, uint32_t number, size_t size, uint64_t count, void *ret,
                       struct error *err)
{
    struct slice section;
    if (!pack_read(work->pack, kind, number, work->scratch, &section, err))
        return false;
    if (section.len / size != count || section.len % size != 0)
        return damaged(work, "a section has another length than was said", err);
    memcpy(ret, &section.at, sizeof section.at);
    return true;
}

static bool read_meaning(struct reading *work, struct error *err)
{
    struct snapshot *ret = work->ret;
    struct head *head;
    struct slice specification, model;
    if (!read_array(work, HEAD, 0, sizeof *head, 1, &head, err) ||
        !pack_read(work->pack, SPECIFICATION, 0, work->scratch, &specification, err) ||
        !pack_read(work->pack, MODEL, 0, work->scratch, &model, err))
        return false;
    work->head = *head;
    if (head->records >= INDEX_LIST - 1 || head->edges >= NONE - 1)
        return damaged(work, "it says that it holds too much", err);
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
    if (!pack_read(work->pack, WORDS, (uint32_t)c, work->scratch, &section, err))
        return false;
    void *large = (void *)(uintptr_t)section.at;
    while (section.len > 0) {
        size_t code = words->count;
        if (!cut_text(&section, &text) || dictionary_add(words, text) != code)
            return damaged(work, "a word is cut, empty or stands twice", err);
    }
    arena_give_back(work->scratch, large);
    if (!read_array(work, CODES, (uint32_t)c, sizeof(uint32_t), work->head.records, &work->codes[c], err))
        return false;
    for (uint64_t r = 0; r < work->head.records; r++)
        if (work->codes[c][r] >= words->count)
            return damaged(work, "a record holds a word that is not there", err);
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
        !read_array(work, SOURCE_OF, 0, sizeof *source_of, work->head.records, &source_of, err))
        return false;
    while (sources.len > 0) {
        uint32_t ignored;
        if (!cut_text(&sources, &id))
            return damaged(work, "the name of a source is cut", err);
        if (!link_records_source(work->records, id, &ignored, err))
            return false;
    }
    for (size_t c = 0; c < inputs; c++)
        if (!read_words(work, c, err))
            return false;
    records_reserve(work->records, (size_t)work->head.records + (size_t)work->head.records / 8 + 64);
    for (uint64_t r = 0; r < work->head.records; r++) {
        uint32_t row[LINK_COLUMNS_MAX];
        for (size_t c = 0; c < inputs; c++)
            row[c] = work->codes[c][r];
        if (!cut_text(&ids, &id) || source_of[r] >= work->records->source_count)
            return damaged(work, "a record has no id or no source", err);
        records_put(work->records, source_of[r], id, row);
    }
    return records_finish(work->records, options, err);
}

static bool edge_is_sound(const struct reading *work, const struct link_edge *edge)
{
    const struct link_spec *spec = work->ret->spec;
    if (edge->a >= edge->b || edge->b >= work->head.records || !isfinite(edge->weight) || edge->verdict > LINK_APART ||
        edge->guard > spec->guard_count)
        return false;
    for (size_t f = 0; f < spec->comparison_count; f++)
        if ((edge->pattern >> (6 * f) & 63) > spec_level_count(spec, &spec->comparisons[f]))
            return false;
    return true;
}

static bool read_edges(struct reading *work, struct error *err)
{
    struct link_edge *edges;
    if (!read_array(work, EDGES, 0, sizeof *edges, work->head.edges, &edges, err))
        return false;
    for (uint64_t e = 0; e < work->head.edges; e++) {
        if (!edge_is_sound(work, &edges[e]))
            return damaged(work, "an edge leads to what is not there", err);
        (void)index_edge_add(work->ret->index, &edges[e]);
    }
    return true;
}

static bool read_clusters(struct reading *work, struct error *err)
{
    struct index_record *of = work->ret->index->of;
    uint32_t *strong, *entity;
    uint64_t count = work->head.records;
    if (!read_array(work, STRONG, 0, sizeof *strong, count, &strong, err) ||
        !read_array(work, ENTITY, 0, sizeof *entity, count, &entity, err))
        return false;
    for (uint64_t r = 0; r < count; r++) {
        if (strong[r] >= count || strong[strong[r]] != strong[r] || entity[r] >= count ||
            strong[entity[r]] != entity[r])
            return damaged(work, "a record is of an entity that is not there", err);
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

bool snapshot_read(const struct host *host, struct slice path, const struct link_options *options, struct arena *arena,
                   struct snapshot *ret, struct error *err)
{
    struct reading work = {.path = path, .arena = arena, .scratch = arena_make(0), .ret = ret};
    *ret = (struct snapshot){0};
    bool done = pack_open(host, path, work.scratch, &work.pack, err) && read_meaning(&work, err) &&
                read_records(&work, options, err) && index_start(work.records, ret->model, arena, &ret->index, err) &&
                read_edges(&work, err) && read_clusters(&work, err);
    arena_free(work.scratch);
    if (done)
        ret->index->edges_only = work.head.edges_only != 0;
    if (done)
        index_post_all(ret->index);
    return done;
}
