/* Any bytes as the log of an index, as its snapshot, and as sections of a snapshot whose checksums fit: it is refused
 * with a sentence, or gives an index that can be asked, changed and checked. */
#include "link/index_file.h"
#include "link/index_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char specification[] = "columns: {name: full_name, born: date}\nblocking: [born, name]\n";

static struct slice path_of(struct arena *arena, const char *folder, const char *name)
{
    return arena_format(arena, "%s/%s", folder, name);
}

static void make_index(const char *folder, struct arena *arena)
{
    struct link_spec *spec = NULL;
    struct link_model *model;
    struct index_file *file;
    struct error err = NO_ERROR;
    uint32_t source = 0;
    static const char *const rows[][2] = {
        {"ann lee", "1950-01-01"}, {"anne lee", "1950-01-01"}, {"bo ash", "1971-02-03"}, {"bo ash", "1971-02-08"}};
    must(link_spec_read(slice_of(specification), S("s.yaml"), arena, &spec, &err));
    struct link_records *records = link_records_make(spec, arena);
    must(link_records_source(records, S("x"), &source, &err));
    for (size_t i = 0; i < countof(rows); i++) {
        struct slice values[] = {slice_of(rows[i][0]), slice_of(rows[i][1])};
        must(link_records_add(records, source, arena_format(arena, "%zu", i), values, &err));
    }
    must(link_train(records, NULL, arena, &model, NULL, &err));
    must(index_file_create(host_real(), slice_of(folder), slice_of(specification), records, model, NULL, arena, &file,
                           &err));
}

/* The index is made once; each input begins with its file. */
static void make(const char *folder, struct arena *arena)
{
    static struct slice made;
    struct error err = NO_ERROR;
    if (slice_empty(made)) {
        static struct arena *kept;
        kept = arena_make(0);
        make_index(folder, arena);
        must(host_read_file(host_real(), path_of(arena, folder, "snapshot"), SIZE_MAX, kept, &made, &err));
    }
    must(host_write_file(host_real(), path_of(arena, folder, "snapshot"), made, &err));
}

/* A snapshot like the one that stands there, but with these bytes as one of its sections. */
static void replace_section(const char *folder, uint32_t kind, uint32_t number, struct slice bytes, struct arena *arena)
{
    struct pack_reader *reader;
    struct pack_writer *writer;
    struct error err = NO_ERROR;
    struct slice path = path_of(arena, folder, "snapshot"), section;
    must(pack_open(host_real(), path, arena, &reader, &err) && pack_begin(host_real(), path, 1, arena, &writer, &err));
    for (uint32_t k = 1; k <= 12; k++)
        for (uint32_t n = 0; n < (k == 7 || k == 8 ? 2u : k == 12 ? 8u : 1u); n++) {
            must(pack_section(writer, k, n, &err));
            if (k == kind && n == number)
                section = bytes;
            else
                must(pack_read(reader, k, n, arena, &section, &err));
            must(pack_add(writer, section.at, section.len, &err));
        }
    must(pack_end(writer, &err));
}

static void use(const char *folder)
{
    struct arena *arena = arena_make(0);
    struct index_file *file;
    struct error err = NO_ERROR;
    if (index_file_open(host_real(), slice_of(folder), true, NULL, arena, &file, &err)) {
        struct slice values[LINK_COLUMNS_MAX] = {S("ann lee"), S("1950-01-01")};
        struct link_found *found;
        size_t count, removed, wrong;
        if (link_spec_columns(index_file_spec(file)) == 2) {
            struct index_row row = {S("x"), S("1"), values};
            must(link_index_find(index_file_index(file), values, -50, 10, arena, &found, &count, &err));
            must(index_file_put(file, &row, 1, NULL, &err) && index_file_remove(file, &row, 1, NULL, &removed, &err) &&
                 index_file_sync(file, &err) && index_file_check(file, NULL, &wrong, &err));
        }
    } else {
        must(err.text[0]);
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64] =
        "/dev/shm/staithe-fuzz-index-XXXXXX"; /* in memory, where it is there: syncing is most of the time */
    struct error err = NO_ERROR;
    if (size == 0)
        return 0;
    if (!mkdtemp(folder)) {
        (void)snprintf(folder, sizeof folder, "/tmp/staithe-fuzz-index-XXXXXX");
        must(mkdtemp(folder));
    }
    struct arena *arena = arena_make(0);
    make(folder, arena);
    arena_free(arena);
    arena = arena_make(0);
    struct slice rest = slice_from(data + 1, size - 1);
    if (data[0] == 0)
        must(host_write_file(host_real(), path_of(arena, folder, "log-1"), rest, &err));
    else if (data[0] == 255)
        must(host_write_file(host_real(), path_of(arena, folder, "snapshot"), rest, &err));
    else
        replace_section(folder, 1 + data[0] % 12u, data[0] / 12 % (data[0] % 12u == 11 ? 8u : 2u), rest, arena);
    arena_free(arena);
    use(folder);
    static const char *const names[] = {"snapshot", "log-1", "log-0", "log-2", "lock"};
    for (size_t i = 0; i < countof(names); i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    return 0;
}
