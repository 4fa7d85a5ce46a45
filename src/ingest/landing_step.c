/* landing_step.c: the file's rows and the old records matched side by side, as both are read.
 *
 * An extract that comes again is mostly the same rows in the same order. So a window of the old records slides along
 * with the file: a row that finds its key there, with the same content, is unchanged, and neither of the two is sorted,
 * put on the disk or looked at again. A row that finds its key with other content is a new version of that record, and
 * is written there and then. What is left over on either side goes the long way, through the sorts and the merge
 * (landing_merge.c): rows whose key is not in the window wait here, whole, until all old records have come by.
 * 300,000 rows of which 1% changed took 0.68 s of processor through the sorts, and take 0.39 s so.
 *
 * The pace: each match moves the window to where it was found, by a few places at most, so that single rows that moved
 * far do not shift it; a row that finds nothing moves it by a quarter, so that it waits for thousands of added rows and
 * comes by as many that are gone. When more rows wait than PUT_BY_BYTES hold, the file is in another order than it was:
 * the window is given up, and every further row goes the long way.
 *
 * Why this gives what the merge alone would give, whatever the order of the rows:
 *  - only the first row of its key is ever matched: an old record that an earlier row has met otherwise is marked
 *    OLD_MET, and one that comes into the window after a row of its key was put by is so at once, by the filter put_by.
 *    The keys of open quarantine are in that filter from the beginning.
 *  - a later row of a matched key is known by the filter `matched`; its key goes into `asked`, and the old records with
 *    such keys are read once more (landing_pass.c) and told to the merge as OLD_MATCHED. A filter that says yes wrongly
 *    costs that second reading and nothing else: an old record that was left over is in the sort itself, and counts
 *    first.
 *
 * The filter `matched` is larger than a cache: its memory is fetched ahead, a few rows before it is written. */
#include "ingest/landing_filter.h"
#include "ingest/landing_inside.h"

#define WINDOW       ((size_t)1 << 14)
#define CHAINS       (2 * WINDOW)
#define FETCHED      ((size_t)16)
#define ROWS_AT_ONCE ((size_t)128) /* new versions, of the writer's */
#define PUT_BY_BYTES ((size_t)2 << 20)
#define MOST_SHIFT   8 /* of the pace, for one match */

struct put_by {
    uint64_t line, offset, length;
    uint32_t fields, size; /* size: of all this, with the lengths and bytes that follow */
    bool too_long, unclosed, had_nul, bad_character;
};

struct step {
    struct row_entry *window;  /* old record number n lies in window[n % WINDOW] */
    uint16_t *chains, *before; /* by key: place in the window + 1 of the newest, and of the one before it; 0: none */
    uint64_t from, until;      /* numbers of those in the window */
    int64_t at;                /* number of the old record that the row now read is expected to meet */
    unsigned missed;
    uint64_t keys[FETCHED][2]; /* matched, and soon in that filter */
    size_t key_count;          /* so far */
    const struct row_entry *block;
    size_t block_at, block_count;
    bool ended; /* no old records come any more */
    char *waiting;
    size_t waiting_len, waiting_count;
    size_t fields; /* the most of a row that waits */
};

void step_start(struct pass *pass)
{
    struct step *s = arena_new(pass->arena, struct step);
    s->window = arena_large(pass->arena, WINDOW * sizeof *s->window);
    s->chains = arena_array(pass->arena, uint16_t, CHAINS);
    s->before = arena_array(pass->arena, uint16_t, WINDOW);
    s->waiting = arena_large(pass->arena, PUT_BY_BYTES);
    writer_at_once(pass->writer, ROWS_AT_ONCE);
    pass->step = s;
}

/* ---- The window ---- */

static inline enum old_kind kind_of(const struct row_entry *old)
{
    return (enum old_kind)(old->order & 0xff);
}

static inline void set_kind(struct row_entry *old, enum old_kind kind)
{
    old->order = (old->order & ~(uint64_t)0xff) | kind;
}

static inline uint16_t *chain_of(struct step *s, const uint64_t key[2])
{
    return &s->chains[key[0] % CHAINS];
}

/* The oldest leaves: what was matched is done with, the rest is left over. */
static bool leave(struct pass *pass, struct step *s, struct error *err)
{
    uint16_t place = (uint16_t)(s->from % WINDOW + 1), *link;
    struct row_entry *entry = &s->window[place - 1];
    for (link = chain_of(s, entry->key); *link != place; link = &s->before[*link - 1])
        must(*link != 0);
    *link = s->before[place - 1];
    s->from++;
    __builtin_prefetch(chain_of(s, s->window[(s->from + FETCHED) % WINDOW].key));
    switch (kind_of(entry)) {
    case OLD_MATCHED:
    case OLD_DONE:
        return true;
    case OLD_MET:
        set_kind(entry, OLD_CURRENT);
        break;
    default:
        break;
    }
    return pass_old_entry(pass, entry, err);
}

static bool next_old(struct pass *pass, struct step *s, const struct row_entry **ret, struct error *err)
{
    *ret = NULL;
    if (s->block_at == s->block_count && !s->ended) {
        if (!old_stream_next(pass->old_stream, &s->block, &s->block_count, err))
            return false;
        s->block_at = 0;
        s->ended = s->block_count == 0;
    }
    if (!s->ended) {
        *ret = &s->block[s->block_at++];
        if (s->block_at + FETCHED < s->block_count)
            __builtin_prefetch(chain_of(s, s->block[s->block_at + FETCHED].key), 1);
    }
    return true;
}

static void enter(struct pass *pass, struct step *s, const struct row_entry *old)
{
    uint16_t place = (uint16_t)(s->until % WINDOW), *chain = chain_of(s, old->key);
    struct row_entry *entry = &s->window[place];
    *entry = *old;
    if (pass->any_put_by && kind_of(old) == OLD_CURRENT && filter_has_key(pass->put_by, old->key))
        set_kind(entry, OLD_MET);
    s->before[place] = *chain;
    *chain = (uint16_t)(place + 1);
    s->until++;
}

/* Moves the window on to where the next row is expected. */
static bool move_on(struct pass *pass, struct step *s, struct error *err)
{
    while (!s->ended && (int64_t)s->until < s->at + (int64_t)(WINDOW / 2)) {
        const struct row_entry *old;
        if (!next_old(pass, s, &old, err))
            return false;
        if (!old)
            return true;
        if (s->until - s->from == WINDOW && !leave(pass, s, err))
            return false;
        enter(pass, s, old);
    }
    return true;
}

static inline bool is_key(const struct row_entry *entry, const uint64_t key[2])
{
    return entry->key[0] == key[0] && entry->key[1] == key[1];
}

/* The current record of this key, unless an earlier row has met it; NULL when it is not in the window. */
static struct row_entry *find(struct step *s, const uint64_t key[2])
{
    for (uint16_t place = *chain_of(s, key); place; place = s->before[place - 1]) {
        struct row_entry *entry = &s->window[place - 1];
        enum old_kind kind = kind_of(entry);
        if (!is_key(entry, key) || (kind != OLD_CURRENT && kind != OLD_MATCHED))
            continue;
        uint64_t number = s->from + ((place - 1 - s->from) & (WINDOW - 1));
        int64_t shift = (int64_t)number - s->at;
        s->at += 1 + (shift > MOST_SHIFT ? MOST_SHIFT : shift < -MOST_SHIFT ? -MOST_SHIFT : shift);
        return entry;
    }
    s->at += ++s->missed % 4 == 0;
    return NULL;
}

static void remember(struct pass *pass, struct step *s, const uint64_t key[2])
{
    uint64_t *kept = s->keys[s->key_count % FETCHED];
    if (s->key_count++ >= FETCHED)
        filter_add_key(pass->matched, kept);
    memcpy(kept, key, sizeof s->keys[0]);
    filter_fetch_key(pass->matched, key);
}

static void remember_all(struct pass *pass, struct step *s)
{
    for (size_t i = 0; i < FETCHED && i < s->key_count; i++)
        filter_add_key(pass->matched, s->keys[i]);
    s->key_count = 0;
}

/* The versions of its key that ended are of no use to anybody now: the merge asks for the newest only. */
static void mark(struct pass *pass, struct step *s, struct row_entry *old)
{
    pass->open_before++;
    remember(pass, s, old->key);
    for (uint16_t place = *chain_of(s, old->key); place; place = s->before[place - 1]) {
        struct row_entry *entry = &s->window[place - 1];
        if (is_key(entry, old->key))
            set_kind(entry, entry == old ? OLD_MATCHED : OLD_DONE);
    }
}

/* ---- Rows that wait ---- */

/* `old`: the record of its key, when that is in the window. */
static bool put_by(struct pass *pass, const struct csv_row *row, const struct checked_row *checked,
                   struct row_entry *old, struct error *err)
{
    struct step *s = pass->step;
    size_t size = sizeof(struct put_by) + row->count * sizeof(uint32_t);
    if (old && kind_of(old) == OLD_CURRENT) {
        set_kind(old, OLD_MET);
    } else if (!old && checked->key_read) {
        filter_add_key(pass->put_by, checked->key_hash);
        pass->any_put_by = true;
    }
    for (size_t i = 0; i < row->count; i++)
        size += row->fields[i].len;
    size = (size + 7) & ~(size_t)7;
    if (size > PUT_BY_BYTES - s->waiting_len)
        return step_end(pass, err) && pass_row(pass, row, err);
    struct put_by *head = (struct put_by *)(void *)(s->waiting + s->waiting_len);
    uint32_t *lengths = (uint32_t *)(head + 1);
    char *at = (char *)(lengths + row->count);
    *head = (struct put_by){.line = row->line,
                            .offset = row->offset,
                            .length = row->length,
                            .fields = (uint32_t)row->count,
                            .size = (uint32_t)size,
                            .too_long = row->too_long,
                            .unclosed = row->unclosed,
                            .had_nul = row->had_nul,
                            .bad_character = row->bad_character};
    for (size_t i = 0; i < row->count; i++) {
        lengths[i] = (uint32_t)row->fields[i].len;
        if (lengths[i])
            memcpy(at, row->fields[i].at, lengths[i]);
        at += lengths[i];
    }
    s->waiting_len += size;
    s->waiting_count++;
    s->fields = row->count > s->fields ? row->count : s->fields;
    return true;
}

static bool rows_that_waited(struct pass *pass, const struct step *s, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct slice *fields = arena_array(arena, struct slice, s->fields);
    bool good = true;
    size_t offset = 0;
    for (size_t n = 0; good && n < s->waiting_count; n++) {
        const struct put_by *head = (const struct put_by *)(const void *)(s->waiting + offset);
        const uint32_t *lengths = (const uint32_t *)(head + 1);
        const char *at = (const char *)(lengths + head->fields);
        for (size_t i = 0; i < head->fields; i++) {
            fields[i] = slice_from(at, lengths[i]);
            at += lengths[i];
        }
        struct csv_row row = {.fields = fields,
                              .count = head->fields,
                              .line = head->line,
                              .offset = head->offset,
                              .length = head->length,
                              .too_long = head->too_long,
                              .unclosed = head->unclosed,
                              .had_nul = head->had_nul,
                              .bad_character = head->bad_character};
        good = pass_row(pass, &row, err) &&
               (n % 4096 != 0 || pass_watch(pass, (uint64_t)pass->row->landing.file_size, err));
        offset += head->size;
    }
    arena_free(arena);
    return good;
}

/* ---- Rows ---- */

/* The first row of a record that is there with other values. */
static bool changed(struct pass *pass, const struct csv_row *row, const struct checked_row *checked,
                    struct row_entry *old, struct error *err)
{
    struct row_entry entry = {.key = {checked->key_hash[0], checked->key_hash[1]},
                              .order = row->line << 8 | ROW_WRITTEN_ON,
                              .typed = checked->typed,
                              .raw = checked->raw};
    int64_t id;
    if (!writer_version(pass->writer, row, checked, (int64_t)old->place, &id) ||
        !writer_action(pass->writer, ACTION_CLOSE, (int64_t)(old->order >> 8), 0))
        return pass_writer_gone(err);
    entry.place = (uint64_t)id;
    set_kind(old, OLD_MET);
    pass->counts.rows_in++;
    return row_sort_add(pass->rows, &entry, err);
}

bool step_row(struct pass *pass, const struct csv_row *row, struct error *err)
{
    struct step *s = pass->step;
    struct checked_row checked;
    if (!move_on(pass, s, err))
        return false;
    if (!checker_key(pass->checker, row, &checked)) {
        checker_row(pass->checker, row, &checked);
        return put_by(pass, row, &checked, checked.key_read ? find(s, checked.key_hash) : NULL, err);
    }
    struct row_entry *old = find(s, checked.key_hash);
    if (!old)
        return put_by(pass, row, &checked, NULL, err);
    bool matched = kind_of(old) == OLD_MATCHED;
    if (old->raw != checked.raw) {
        if (matched)
            return put_by(pass, row, &checked, old, err);
        checker_row(pass->checker, row, &checked);
        if (!checked.good)
            return put_by(pass, row, &checked, old, err);
        if (checked.typed != old->typed)
            return changed(pass, row, &checked, old, err);
    }
    pass->counts.rows_in++;
    if (matched) {
        pass->counts.repeated++;
    } else {
        pass->counts.unchanged++;
        mark(pass, s, old);
    }
    return true;
}

bool step_end(struct pass *pass, struct error *err)
{
    struct step *s = pass->step;
    const struct row_entry *old;
    while (s->from < s->until)
        if (!leave(pass, s, err))
            return false;
    for (;;) {
        if (!next_old(pass, s, &old, err))
            return false;
        if (!old)
            break;
        if (!pass_old_entry(pass, old, err))
            return false;
    }
    remember_all(pass, s);
    writer_at_once(pass->writer, BATCH_ROWS);
    pass->step = NULL; /* So the rows that waited go the long way. */
    arena_give_back(pass->arena, s->window);
    bool good = rows_that_waited(pass, s, err);
    arena_give_back(pass->arena, s->waiting);
    return good;
}
