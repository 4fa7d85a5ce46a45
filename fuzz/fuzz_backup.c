/* The reader of backups, on bytes that nobody vouches for. The digest of each input is made right first, so that what
 * is behind it is reached too. */
#include "store/backup_format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    struct slice rest;
    int64_t rows;
};

static bool read_some(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    (void)err;
    struct input *in = context;
    size_t piece = in->rest.len < size ? in->rest.len : size;
    if (piece)
        memcpy(out, in->rest.at, piece);
    in->rest = slice_part(in->rest, piece, in->rest.len);
    *ret_read = piece;
    return true;
}

static bool one_row(void *context, const struct value *cells, size_t count, struct error *err)
{
    (void)err;
    struct input *in = context;
    in->rows++;
    for (size_t i = 0; i < count; i++)
        if ((cells[i].kind == VALUE_TEXT || cells[i].kind == VALUE_BYTES) && cells[i].text.len)
            in->rows += memchr(cells[i].text.at, 0, cells[i].text.len) ==
                        cells[i].text.at + cells[i].text.len; /* never; every byte is read */
    return true;
}

static void read_it(struct slice bytes)
{
    struct input in = {.rest = bytes};
    const struct backup_reader reader = {.read = read_some, .row = one_row, .context = &in};
    struct backup_summary sum;
    struct error err;
    if (backup_read(&reader, &sum, &err))
        must(sum.rows == in.rows && sum.bytes == bytes.len);
    else
        must(err.code == ERROR_INPUT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_it(slice_from(data, size));
    char *with = malloc(size + sizeof(struct digest));
    must(with);
    if (size)
        memcpy(with, data, size);
    struct digest digest = hash_sha256(slice_from(with, size));
    memcpy(with + size, digest.bytes, sizeof digest.bytes);
    read_it(slice_from(with, size + sizeof digest.bytes));
    free(with);
    return 0;
}
