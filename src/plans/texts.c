#include "plans/texts.h"

enum { TEXTS_MOST = 2000 };

static int64_t now(void *context)
{
    return host_now(((struct texts *)context)->disk ? ((struct texts *)context)->disk : host_real());
}

static int64_t monotonic(void *context)
{
    (void)context;
    return host_monotonic(host_real());
}

static void random_bytes(void *context, void *out, size_t size)
{
    (void)context;
    host_random(host_real(), out, size);
}

struct slice texts_name(struct slice file)
{
    return slice_starts(file, S("./")) ? slice_part(file, 2, file.len) : file;
}

static struct slice path_of(const struct texts *texts, struct slice file, struct arena *arena)
{
    return arena_format(arena, "%.*s/%.*s", PRINT(texts->folder), PRINT(file));
}

static bool read_file(void *context, struct slice path, uint64_t limit, struct arena *arena, struct slice *ret_text,
                      struct error *err)
{
    struct texts *texts = context;
    (void)arena; /* a text lives as long as all that was read */
    path = texts_name(path);
    for (size_t i = 0; i < texts->count; i++)
        if (slice_equal(texts->items[i].file, path)) {
            *ret_text = texts->items[i].body;
            return true;
        }
    if (!texts->disk)
        return error_set(err, ERROR_NOT_FOUND, "%.*s is not among the texts of this version", PRINT(path));
    if (texts->count == TEXTS_MOST)
        return error_set(err, ERROR_TOO_BIG, "the plan is made of more than %d files; join some of them", TEXTS_MOST);
    struct plan_text text = {.file = arena_copy(texts->arena, path)};
    if (!host_read_file(texts->disk, path_of(texts, path, texts->arena), limit, texts->arena, &text.body, err))
        return false;
    ARENA_GROW(texts->arena, texts->items, texts->count, texts->capacity);
    texts->items[texts->count++] = text;
    *ret_text = text.body;
    return true;
}

static struct texts *make(const struct host *disk, struct arena *arena)
{
    struct texts *texts = arena_new(arena, struct texts);
    texts->arena = arena;
    texts->disk = disk;
    texts->host = (struct host){
        .context = texts, .now = now, .monotonic = monotonic, .random = random_bytes, .read_file = read_file};
    return texts;
}

struct texts *texts_of_folder(const struct host *disk, struct slice folder, struct arena *arena)
{
    struct texts *texts = make(disk, arena);
    texts->folder = folder;
    return texts;
}

struct texts *texts_frozen(const struct plan_text *items, size_t count, struct arena *arena)
{
    struct texts *texts = make(NULL, arena);
    texts->items = arena_array(arena, struct plan_text, count);
    texts->count = texts->capacity = count;
    for (size_t i = 0; i < count; i++)
        texts->items[i] = items[i];
    return texts;
}

bool texts_unchanged(const struct texts *texts)
{
    bool same = true;
    for (size_t i = 0; texts->disk && same && i < texts->count; i++) {
        struct arena *scratch = arena_make(0);
        struct error ignored = NO_ERROR;
        const struct plan_text *text = &texts->items[i];
        struct slice body;
        same = host_read_file(texts->disk, path_of(texts, text->file, scratch), text->body.len, scratch, &body,
                              &ignored) &&
               slice_equal(body, text->body);
        arena_free(scratch);
    }
    return same;
}

struct digest texts_digest(const struct texts *texts, struct slice first)
{
    struct hash_state state;
    hash_start(&state);
    for (size_t i = 0; i <= texts->count; i++) {
        struct slice file = i ? texts->items[i - 1].file : NO_SLICE, body = i ? texts->items[i - 1].body : first;
        struct arena *scratch = arena_make(0);
        hash_more(&state, arena_format(scratch, "%zu:%.*s %zu:", file.len, PRINT(file), body.len));
        hash_more(&state, body);
        arena_free(scratch);
    }
    return hash_end(&state);
}
