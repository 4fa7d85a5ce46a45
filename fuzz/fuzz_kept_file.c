/* A kept file as somebody may have changed it on the disk, and a value of the quarantine likewise: it opens under the
 * key and is read to its end, or one sentence says that it does not. The key comes from a host of fixed randomness, so
 * the corpus holds files that do open, and the fuzzer starts from them. */
#include "ingest/kept_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t no_time(void *context)
{
    (void)context;
    return 0;
}

static void fixed_random(void *context, void *out, size_t size)
{
    (void)context;
    memset(out, 7, size);
}

static char folder[] = "/tmp/fuzz-kept-XXXXXX";
static struct digest name;
static struct arena *keepers; /* of the keeper, until the end */

static void clear_away(void)
{
    arena_free(keepers);
    struct arena *arena = arena_make(0);
    struct slice hex = digest_hex(arena, &name);
    static const char *const parts[] = {"keys/kept.key", "keys/kept.lock", "keys", "kept", ""};
    (void)!remove(arena_format(arena, "%s/kept/%.*s", folder, PRINT(hex)).at);
    for (size_t i = 0; i < countof(parts); i++)
        (void)!remove(arena_format(arena, "%s/%s", folder, parts[i]).at);
    arena_free(arena);
}

static struct keeper *the_keeper(void)
{
    static const struct host host = {.now = no_time, .monotonic = no_time, .random = fixed_random};
    static struct keeper *keeper;
    struct error err;
    if (!keeper) {
        must(mkdtemp(folder));
        atexit(clear_away);
        keepers = arena_make(0);
        must(keeper_open(&host, slice_of(folder), keepers, &keeper, &err));
    }
    return keeper;
}

static void write_file(struct slice path, struct slice bytes)
{
    FILE *file = fopen(path.at, "wb");
    must(file && (bytes.len == 0 || fwrite(bytes.at, 1, bytes.len, file) == bytes.len));
    must(fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[1 << 17];
    const struct keeper *keeper = the_keeper();
    struct arena *arena = arena_make(0);
    struct slice bytes = slice_from(data, size), text;
    struct slice hex = digest_hex(arena, &name);
    struct kept_reader *reader;
    struct error err;
    bool blanked;
    if (keeper_unseal(keeper, bytes, arena, &text, &err))
        must(text.len < size);
    else
        must(err.text[0]);
    write_file(arena_format(arena, "%s/kept/%.*s", folder, PRINT(hex)), bytes);
    if (keeper_read(keeper, &name, arena, &reader, &err)) {
        size_t got = 0, total = 0;
        bool good = true;
        while ((good = kept_csv(reader, out, sizeof out, &got, &err)) && got > 0)
            total += got;
        must(good ? total == kept_size(reader) : err.code == ERROR_IO);
        must(good == keeper_check(keeper, &name, &blanked, &err));
        kept_seek(reader, kept_size(reader) / 2);
        (void)!kept_csv(reader, out, 3, &got, &err);
    } else {
        must(err.code == ERROR_IO && err.text[0]);
    }
    arena_free(arena);
    return 0;
}
