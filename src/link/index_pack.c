/* index_pack.c: a header, the sections, and their table at the end.
 *
 * A checksum is a chain over pieces of CHUNK bytes, so that writing needs no second walk. */
#include "link/index_pack.h"

#include "base/hash.h"
#include "link/threads.h"

#include <pthread.h>

enum { CHUNK = 1 << 20, SECTIONS = 256, ORDER = 0x01020304, HELD_MOST = 48 << 20, HELD_SECTIONS = 8 };

static const char magic[8] = "STAITHEX";

struct pack_header {
    char magic[8];
    uint32_t version, order;
    uint64_t sequence, table_offset, table_count, table_hash;
    uint64_t hash; /* of all before it */
};

struct pack_entry {
    uint32_t kind, number;
    uint64_t offset, size, hash;
};

struct pack_writer {
    const struct host *host;
    struct arena *arena;
    struct slice path, beside;
    struct host_file *file;
    struct pack_header header;
    struct pack_entry entries[SECTIONS];
    size_t count;
    uint64_t offset; /* in the file, of what is in `chunk` */
    char *chunk;
    size_t used;
    struct held *held; /* a part's writer whose turn has not come: nothing of the above is its own */
};

/* The turns of several parts. */
struct turns {
    struct pack_writer *writer;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t next; /* the part that writes now */
    struct error err;
    bool failed;
    bool (*make)(void *context, size_t part, struct pack_writer *writer, struct error *err);
    void *context;
};

/* What a part has made before its turn. */
struct held {
    struct turns *turns;
    size_t part;
    bool turn; /* it writes to the file itself */
    struct arena *arena;
    char *bytes;
    size_t used, capacity;
    struct {
        uint32_t kind, number;
        size_t start;
    } sections[HELD_SECTIONS];
    size_t section_count;
};

static uint64_t header_hash(const struct pack_header *header)
{
    return hash64(slice_from(header, offsetof(struct pack_header, hash)), INDEX_PACK_VERSION);
}

/* ---- Writing ---- */

bool pack_begin(const struct host *host, struct slice path, uint64_t sequence, struct arena *arena,
                struct pack_writer **ret, struct error *err)
{
    struct pack_writer *writer = arena_new(arena, struct pack_writer);
    uint64_t random;
    host_random(host, &random, sizeof random);
    *writer = (struct pack_writer){.host = host, .arena = arena, .path = path};
    writer->beside = arena_format(arena, "%.*s.new-%016llx", PRINT(path), (unsigned long long)random);
    writer->header = (struct pack_header){.version = INDEX_PACK_VERSION, .order = ORDER, .sequence = sequence};
    memcpy(writer->header.magic, magic, sizeof magic);
    writer->chunk = arena_alloc(arena, 1, CHUNK, 64);
    writer->offset = sizeof writer->header;
    *ret = writer;
    return host_open(host, writer->beside, HOST_CREATE, arena, &writer->file, err) &&
           host_write(writer->file, &writer->header, sizeof writer->header, err);
}

/* Sections begin with a chunk of their own, so that their checksums stand alone. */
static bool flush(struct pack_writer *writer, struct error *err)
{
    if (writer->used == 0)
        return true;
    struct pack_entry *entry = &writer->entries[writer->count - 1];
    entry->hash = hash64(slice_from(writer->chunk, writer->used), entry->hash);
    entry->size += writer->used;
    writer->offset += writer->used;
    size_t size = writer->used;
    writer->used = 0;
    return host_write(writer->file, writer->chunk, size, err);
}

static bool begin_section(struct pack_writer *writer, uint32_t kind, uint32_t number, struct error *err)
{
    must(writer->count < SECTIONS);
    if (!flush(writer, err))
        return false;
    writer->entries[writer->count++] = (struct pack_entry){.kind = kind, .number = number, .offset = writer->offset};
    return true;
}

static bool add(struct pack_writer *writer, const char *from, size_t size, struct error *err)
{
    must(writer->count > 0);
    while (size > 0) {
        size_t part = CHUNK - writer->used < size ? CHUNK - writer->used : size;
        memcpy(writer->chunk + writer->used, from, part);
        writer->used += part;
        from += part;
        size -= part;
        if (writer->used == CHUNK && !flush(writer, err))
            return false;
    }
    return true;
}

/* ---- Parts ---- */

/* Waits for the part's turn and writes what it held. */
static bool take_turn(struct held *held, struct error *err)
{
    struct turns *turns = held->turns;
    if (held->turn)
        return true;
    must(pthread_mutex_lock(&turns->mutex) == 0);
    while (turns->next != held->part)
        must(pthread_cond_wait(&turns->changed, &turns->mutex) == 0);
    bool done = !turns->failed; /* another part's error is told */
    must(pthread_mutex_unlock(&turns->mutex) == 0);
    held->turn = true;
    for (size_t i = 0; done && i < held->section_count; i++) {
        size_t start = held->sections[i].start;
        size_t end = i + 1 < held->section_count ? held->sections[i + 1].start : held->used;
        done = begin_section(turns->writer, held->sections[i].kind, held->sections[i].number, err) &&
               (end == start || add(turns->writer, held->bytes + start, end - start, err));
    }
    held->bytes = arena_let_go(held->arena, held->bytes, held->capacity);
    return done;
}

static void hold(struct held *held, const void *data, size_t size)
{
    if (size == 0)
        return;
    while (held->used + size > held->capacity) {
        size_t wider = held->capacity ? held->capacity * 2 : CHUNK;
        held->bytes = arena_regrow(held->arena, held->bytes, held->capacity, wider);
        held->capacity = wider;
    }
    memcpy(held->bytes + held->used, data, size);
    held->used += size;
}

bool pack_section(struct pack_writer *writer, uint32_t kind, uint32_t number, struct error *err)
{
    struct held *held = writer->held;
    if (!held)
        return begin_section(writer, kind, number, err);
    if (held->turn)
        return begin_section(held->turns->writer, kind, number, err);
    must(held->section_count < HELD_SECTIONS);
    held->sections[held->section_count].kind = kind;
    held->sections[held->section_count].number = number;
    held->sections[held->section_count++].start = held->used;
    return true;
}

bool pack_add(struct pack_writer *writer, const void *data, size_t size, struct error *err)
{
    struct held *held = writer->held;
    if (!held)
        return add(writer, data, size, err);
    if (!held->turn && held->used + size > HELD_MOST && !take_turn(held, err))
        return false;
    if (held->turn)
        return add(held->turns->writer, data, size, err);
    hold(held, data, size);
    return true;
}

static void make_part(void *context, size_t part, unsigned thread)
{
    (void)thread;
    struct turns *turns = context;
    struct held held = {.turns = turns, .part = part, .arena = arena_make(0)};
    struct pack_writer writer = {.held = &held};
    struct error err = NO_ERROR;
    bool done = turns->make(turns->context, part, &writer, &err);
    done = take_turn(&held, &err) && done;
    must(pthread_mutex_lock(&turns->mutex) == 0);
    if (!done && !turns->failed) {
        turns->failed = true;
        turns->err = err;
    }
    turns->next++;
    must(pthread_cond_broadcast(&turns->changed) == 0);
    must(pthread_mutex_unlock(&turns->mutex) == 0);
    arena_free(held.arena);
}

bool pack_parts(struct pack_writer *writer, size_t parts, const struct link_options *options,
                bool (*make)(void *context, size_t part, struct pack_writer *writer, struct error *err), void *context,
                struct error *err)
{
    /* Nobody may stop it on the way: a part would wait for ever for one that was left out. */
    const struct link_options own = {.threads = threads_count(options)};
    struct turns turns = {.writer = writer, .make = make, .context = context};
    must(pthread_mutex_init(&turns.mutex, NULL) == 0 && pthread_cond_init(&turns.changed, NULL) == 0);
    bool done = threads_run(&own, "writing", parts, make_part, &turns, err);
    must(pthread_cond_destroy(&turns.changed) == 0 && pthread_mutex_destroy(&turns.mutex) == 0);
    if (done && turns.failed)
        *err = turns.err;
    return done && !turns.failed;
}

bool pack_end(struct pack_writer *writer, struct error *err)
{
    if (!flush(writer, err))
        return false;
    struct slice table = slice_from(writer->entries, writer->count * sizeof *writer->entries);
    writer->header.table_offset = writer->offset;
    writer->header.table_count = writer->count;
    writer->header.table_hash = hash64(table, 0);
    writer->header.hash = header_hash(&writer->header);
    if (!host_write(writer->file, table.at, table.len, err) ||
        !host_write_at(writer->file, 0, &writer->header, sizeof writer->header, err) || !host_sync(writer->file, err))
        return false;
    host_close(writer->file);
    return host_rename(writer->host, writer->beside, writer->path, err) &&
           host_sync_folder(writer->host, host_folder_of(writer->path), err);
}

/* ---- Reading ---- */

struct pack_reader {
    struct host_file *file;
    struct slice path;
    struct pack_header header;
    struct pack_entry *entries;
};

bool pack_damaged(const struct pack_reader *reader, const char *what, struct error *err)
{
    return error_set_at(err, ERROR_INPUT, reader->path, 0, 0,
                        "the index's file is damaged: %s; make the index anew from its sources", what);
}

static bool read_whole(const struct pack_reader *reader, uint64_t offset, void *out, size_t size, struct error *err)
{
    char *to = out;
    while (size > 0) {
        size_t got;
        if (!host_read_at(reader->file, offset, to, size < CHUNK ? size : CHUNK, &got, err))
            return false;
        if (got == 0)
            return pack_damaged(reader, "it ends before its end", err);
        to += got;
        offset += got;
        size -= got;
    }
    return true;
}

static bool check_header(const struct pack_reader *reader, uint64_t size, struct error *err)
{
    const struct pack_header *header = &reader->header;
    if (memcmp(header->magic, magic, sizeof magic) != 0)
        return pack_damaged(reader, "it does not begin as an index does", err);
    if (header->order != ORDER)
        return error_set_at(err, ERROR_INPUT, reader->path, 0, 0,
                            "the index was made on another kind of machine; make it anew here");
    if (header->version != INDEX_PACK_VERSION)
        return error_set_at(err, ERROR_INPUT, reader->path, 0, 0,
                            "the index was made by another version of Staithe (%u, this one reads %d); make it anew",
                            header->version, INDEX_PACK_VERSION);
    if (header->hash != header_hash(header))
        return pack_damaged(reader, "the checksum of its beginning is wrong", err);
    if (header->table_count > SECTIONS || header->table_offset > size ||
        header->table_count * sizeof(struct pack_entry) > size - header->table_offset)
        return pack_damaged(reader, "its table lies outside of it", err);
    return true;
}

bool pack_open(const struct host *host, struct slice path, struct arena *arena, struct pack_reader **ret,
               struct error *err)
{
    struct pack_reader *reader = arena_new(arena, struct pack_reader);
    uint64_t size = 0;
    reader->path = path;
    if (!host_open(host, path, HOST_READ, arena, &reader->file, err) || !host_file_size(reader->file, &size, err))
        return false;
    if (size < sizeof reader->header)
        return pack_damaged(reader, "it is too short", err);
    if (!read_whole(reader, 0, &reader->header, sizeof reader->header, err) || !check_header(reader, size, err))
        return false;
    size_t count = (size_t)reader->header.table_count;
    reader->entries = arena_array(arena, struct pack_entry, count + 1);
    if (!read_whole(reader, reader->header.table_offset, reader->entries, count * sizeof *reader->entries, err))
        return false;
    if (hash64(slice_from(reader->entries, count * sizeof *reader->entries), 0) != reader->header.table_hash)
        return pack_damaged(reader, "the checksum of its table is wrong", err);
    for (size_t i = 0; i < count; i++)
        if (reader->entries[i].offset > size || reader->entries[i].size > size - reader->entries[i].offset)
            return pack_damaged(reader, "a section lies outside of it", err);
    *ret = reader;
    return true;
}

uint64_t pack_sequence(const struct pack_reader *reader)
{
    return reader->header.sequence;
}

bool pack_read(struct pack_reader *reader, uint32_t kind, uint32_t number, struct arena *arena, struct slice *ret,
               struct error *err)
{
    const struct pack_entry *entry = NULL;
    for (size_t i = 0; i < reader->header.table_count && !entry; i++)
        if (reader->entries[i].kind == kind && reader->entries[i].number == number)
            entry = &reader->entries[i];
    if (!entry)
        return pack_damaged(reader, "a section is missing", err);
    char *out = arena_large(arena, (size_t)entry->size + 1);
    uint64_t hash = 0;
    if (!read_whole(reader, entry->offset, out, (size_t)entry->size, err))
        return false;
    for (uint64_t at = 0; at < entry->size; at += CHUNK)
        hash = hash64(slice_from(out + at, (size_t)(entry->size - at < CHUNK ? entry->size - at : CHUNK)), hash);
    if (hash != entry->hash)
        return pack_damaged(reader, "the checksum of a section is wrong", err);
    *ret = slice_from(out, (size_t)entry->size);
    return true;
}
