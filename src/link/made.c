/* made.c: columns that join others, from the codes of their parts.
 *
 * Most records have parts that stood together before. So records are told apart by the codes of their parts, and only
 * what is new becomes a text that is looked up. Records are dealt out by a hash of these codes, and each thread finds,
 * among its own, the first of those alike. Then texts are put together on all threads, some thousands at a time, while
 * one thread numbers those before, and one makes the features of those before these. Numbers go by the first record
 * that has the text. */
#include "link/prepare.h"

#include "base/hash.h"
#include "link/threads.h"

enum {
    PARTS = 6,
    SHARE = 1 << 17, /* records of a share: its table stays near the processor */
    SHARES_MAX = 16,
    ROWS = 1 << 14,
    PIECE = 1 << 11, /* texts put together at a time, by a thread and by all */
    PIECES = 8,
    TOGETHER = 16, /* what they need of memory is called for together */
    NO_SHARE = 0xff,
    NONE = 0xffffffffu
};

struct making {
    struct link_records *records;
    size_t column;
    const struct link_made *made;
    const struct link_options *options;
    uint32_t from, count; /* records; below, they count from `from` */
    unsigned shifts[PARTS];
    bool exact; /* a key is the parts' codes, else a hash of them */
    size_t shares, members[SHARES_MAX];
    uint64_t *keys;  /* by record; 0: no part is filled */
    uint8_t *share;  /* by record; NO_SHARE: none */
    uint32_t *first; /* by record: the first record of the same parts, then that one's text; NONE: none */
    uint32_t *texts; /* by text: the first record that has it, then its code */
    uint32_t text_count, built, coded; /* texts so far */
    bool many;                         /* so many that features are made beside the numbering of further ones */
    size_t numbered;                   /* plain codes that there were before this round */
    struct dictionary_word *words[2];  /* those that are built, and those that are coded now */
    struct arena *built_in[2][PIECES];
    struct {
        struct arena *arena;
        struct place *places; /* room for so many, for one share after the other */
        size_t room;
    } own[LINK_THREADS_MAX]; /* each thread's */
};

struct place {
    uint64_t key; /* 0: free */
    uint32_t first;
};

/* ---- Keys ---- */

/* The codes of a record's parts, 0 for those that it has not, or that stand behind the first where one is enough. */
static void parts_of(const struct making *m, uint32_t record, uint32_t ret_codes[PARTS])
{
    const uint32_t *row = &m->records->plain[(size_t)(m->from + record) * m->records->spec->column_count];
    bool any = false;
    for (size_t p = 0; p < PARTS; p++) {
        ret_codes[p] = p < m->made->part_count && !(m->made->either && any) ? row[m->made->parts[p]] : 0;
        any |= ret_codes[p] != 0;
    }
}

static void plan_keys(struct making *m)
{
    unsigned bits = 0;
    for (size_t p = 0; p < m->made->part_count; p++) {
        m->shifts[p] = bits;
        size_t count = m->records->columns[m->made->parts[p]].plain.count;
        bits += (unsigned)(64 - __builtin_clzll(count));
    }
    m->exact = bits <= 64;
}

static uint64_t key_of(const struct making *m, uint32_t record)
{
    uint32_t codes[PARTS];
    uint64_t key = 0, any = 0;
    parts_of(m, record, codes);
    for (size_t p = 0; p < m->made->part_count; p++) {
        key |= m->exact ? (uint64_t)codes[p] << m->shifts[p] : 0;
        any |= codes[p];
    }
    if (m->exact || !any)
        return key;
    return hash64(slice_from(codes, sizeof codes), 0) | 1;
}

static uint64_t spread(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u;
    return key ^ key >> 32;
}

static void find_keys(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct making *m = context;
    uint32_t from = (uint32_t)chunk * ROWS, to = m->count - from > ROWS ? from + ROWS : m->count;
    for (uint32_t r = from; r < to; r++) {
        m->keys[r] = key_of(m, r);
        m->share[r] = m->keys[r] ? (uint8_t)(spread(m->keys[r]) >> 60 & (m->shares - 1)) : NO_SHARE;
    }
}

/* ---- The first of those alike ---- */

static bool same_parts(const struct making *m, uint32_t a, uint32_t b)
{
    uint32_t x[PARTS], y[PARTS];
    if (m->exact)
        return true;
    parts_of(m, a, x);
    parts_of(m, b, y);
    return memcmp(x, y, sizeof x) == 0;
}

static void settle(const struct making *m, struct place *places, size_t mask, const uint32_t *some, size_t count)
{
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&places[spread(m->keys[some[i]]) & mask]);
    for (size_t i = 0; i < count; i++) {
        uint64_t key = m->keys[some[i]];
        struct place *at = &places[spread(key) & mask];
        while (at->key && (at->key != key || !same_parts(m, at->first, some[i])))
            at = at == &places[mask] ? places : at + 1;
        if (!at->key)
            *at = (struct place){key, some[i]};
        m->first[some[i]] = at->first;
    }
}

/* All free. */
static struct place *take_places(struct making *m, unsigned thread, size_t count)
{
    if (m->own[thread].room < count) {
        m->own[thread].places = arena_array(m->own[thread].arena, struct place, count);
        m->own[thread].room = count;
    } else {
        memset(m->own[thread].places, 0, count * sizeof *m->own[thread].places);
    }
    return m->own[thread].places;
}

static void find_firsts(void *context, size_t share, unsigned thread)
{
    struct making *m = context;
    uint32_t some[TOGETHER];
    size_t capacity = 16, count = 0;
    while (capacity < 2 * m->members[share])
        capacity *= 2;
    struct place *places = take_places(m, thread, capacity);
    for (uint32_t r = 0; r < m->count; r++) {
        if (m->share[r] != share)
            continue;
        some[count++] = r;
        if (count == TOGETHER) {
            settle(m, places, capacity - 1, some, count);
            count = 0;
        }
    }
    settle(m, places, capacity - 1, some, count);
}

static void number_texts(struct making *m)
{
    for (uint32_t r = 0; r < m->count; r++)
        if (m->keys[r] == 0) {
            m->first[r] = NONE;
        } else if (m->first[r] == r) {
            m->texts[m->text_count] = r;
            m->first[r] = m->text_count++;
        } else {
            m->first[r] = m->first[m->first[r]];
        }
}

/* ---- Texts ---- */

/* The parts with spaces between them, in `room`; a part that stands alone is the text. */
static struct dictionary_word join(const struct making *m, const uint32_t codes[PARTS], struct arena *room)
{
    struct slice parts[PARTS];
    size_t count = 0, length = 0;
    for (size_t p = 0; p < m->made->part_count; p++)
        if (codes[p]) {
            parts[count] = m->records->columns[m->made->parts[p]].plain.texts[codes[p]];
            length += parts[count++].len + 1;
        }
    if (count == 1)
        return (struct dictionary_word){.text = parts[0], .hash = dictionary_hash(parts[0]), .stays = true};
    char *text = arena_alloc(room, 1, length, 1), *at = text;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ' ';
        memcpy(at, parts[i].at, parts[i].len);
        at += parts[i].len;
    }
    struct slice joined = slice_from(text, length - 1);
    return (struct dictionary_word){.text = joined, .hash = dictionary_hash(joined)};
}

static void build_piece(struct making *m, size_t piece)
{
    uint32_t codes[TOGETHER][PARTS];
    const struct column *columns = m->records->columns;
    uint32_t left = m->text_count - m->built, from = (uint32_t)piece * PIECE,
             to = left - from > PIECE ? from + PIECE : left;
    for (uint32_t at = from, some; at < to; at += some) {
        some = to - at < TOGETHER ? to - at : TOGETHER;
        for (uint32_t i = 0; i < some; i++) {
            parts_of(m, m->texts[m->built + at + i], codes[i]);
            for (size_t p = 0; p < m->made->part_count; p++)
                __builtin_prefetch(&columns[m->made->parts[p]].plain.texts[codes[i][p]]);
        }
        for (uint32_t i = 0; i < some; i++)
            for (size_t p = 0; p < m->made->part_count; p++)
                __builtin_prefetch(columns[m->made->parts[p]].plain.texts[codes[i][p]].at);
        for (uint32_t i = 0; i < some; i++)
            m->words[0][at + i] = join(m, codes[i], m->built_in[0][piece]);
    }
}

static void number_built(struct making *m)
{
    struct column *column = &m->records->columns[m->column];
    struct arena *lent = column->plain.lent;
    uint32_t count = m->built - m->coded;
    if (m->many)
        column->plain.lent = column->joined;
    dictionary_add_words(&column->plain, m->words[1], count);
    column->plain.lent = lent;
    for (uint32_t i = 0; i < count; i++)
        m->texts[m->coded + i] = m->words[1][i].code;
}

/* Chunk 0 makes features, chunk 1 numbers the texts that are built, the others build the next. */
static void text_step(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct making *m = context;
    if (chunk > 1)
        build_piece(m, chunk - 2);
    else if (chunk == 1)
        number_built(m);
    else if (m->many)
        prepare_features(m->records, m->column, m->numbered);
}

static void swap_pieces(struct making *m)
{
    struct dictionary_word *words = m->words[0];
    m->words[0] = m->words[1];
    m->words[1] = words;
    for (size_t i = 0; i < PIECES; i++) {
        struct arena *arena = m->built_in[0][i];
        m->built_in[0][i] = m->built_in[1][i];
        m->built_in[1][i] = arena;
    }
}

/* So that numbering moves nothing that features are made of. */
static void reserve(struct making *m)
{
    struct column *column = &m->records->columns[m->column];
    dictionary_reserve(&column->plain, m->text_count);
    m->many = m->text_count > PIECE * PIECES;
    if (!m->many)
        return;
    RESERVE(column->arena, column->values, column->value_capacity, column->plain.count + m->text_count);
    if (!column->joined)
        column->joined = arena_child(column->arena);
}

static bool code_texts(struct making *m, struct arena *scratch, struct error *err)
{
    const struct link_options quiet = {.threads = threads_count(m->options)};
    uint32_t most = m->text_count < PIECE * PIECES ? m->text_count : PIECE * PIECES;
    for (size_t i = 0; i < 2; i++)
        m->words[i] = arena_array(scratch, struct dictionary_word, (size_t)most + 1);
    reserve(m);
    while (m->coded < m->text_count) {
        uint32_t next = m->text_count - m->built < most ? m->text_count : m->built + most;
        size_t pieces = (next - m->built + PIECE - 1) / PIECE;
        for (size_t i = 0; i < pieces; i++) {
            if (!m->built_in[0][i])
                m->built_in[0][i] = arena_child(scratch);
            arena_reset(m->built_in[0][i]);
        }
        m->numbered = m->records->columns[m->column].plain.count;
        if (!threads_run(&quiet, "coding", 2 + pieces, text_step, m, err))
            return false;
        m->coded = m->built;
        m->built = next;
        swap_pieces(m);
    }
    return true;
}

static void code_rows(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct making *m = context;
    size_t columns = m->records->spec->column_count;
    uint32_t from = (uint32_t)chunk * ROWS, to = m->count - from > ROWS ? from + ROWS : m->count;
    for (uint32_t r = from; r < to; r++)
        m->records->plain[(size_t)(m->from + r) * columns + m->column] =
            m->first[r] == NONE ? 0 : m->texts[m->first[r]];
}

bool made_code(struct link_records *records, size_t column, const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_beside(records->arena);
    uint32_t count = records->count - records->prepared_count;
    struct making m = {.records = records,
                       .column = column,
                       .made = &records->spec->made[column],
                       .options = options,
                       .from = records->prepared_count,
                       .count = count,
                       .shares = 1,
                       .keys = arena_room(scratch, ((size_t)count + 1) * sizeof *m.keys),
                       .share = arena_room(scratch, (size_t)count + 1),
                       .first = arena_room(scratch, ((size_t)count + 1) * sizeof *m.first),
                       .texts = arena_room(scratch, ((size_t)count + 1) * sizeof *m.texts)};
    for (unsigned t = 0; t < threads_count(options); t++)
        m.own[t].arena = arena_child(scratch);
    while (m.shares < SHARES_MAX && m.shares * SHARE < count)
        m.shares *= 2;
    plan_keys(&m);
    bool done = threads_run(options, "coding", count / ROWS + 1, find_keys, &m, err);
    for (uint32_t r = 0; done && r < count; r++)
        if (m.share[r] != NO_SHARE)
            m.members[m.share[r]]++;
    done = done && threads_run(options, "coding", m.shares, find_firsts, &m, err);
    if (done)
        number_texts(&m);
    done = done && code_texts(&m, scratch, err) && threads_run(options, "coding", count / ROWS + 1, code_rows, &m, err);
    prepare_features(records, column, records->columns[column].plain.count);
    arena_free(scratch);
    return done;
}
