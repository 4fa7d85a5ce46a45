/* Query, form, cookies and multipart bodies from anybody: whatever the bytes, no fault; what is taken is text and
 * within its limits. */
#include "web/multipart.h"
#include "web/parameters.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct parameters *p)
{
    must(p->count <= PARAMETERS_MAX);
    for (size_t i = 0; i < p->count; i++) {
        must(slice_find(p->items[i].value, '\0') == p->items[i].value.len);
        must(text_valid_utf8(p->items[i].name) == p->items[i].name.len);
    }
}

static bool part_starts(void *context, struct slice name, bool is_file, struct slice file_name, struct error *err)
{
    (void)context, (void)is_file, (void)err;
    must(text_valid_utf8(name) == name.len && text_valid_utf8(file_name) == file_name.len);
    return true;
}

static bool part_data(void *context, struct slice bytes, struct error *err)
{
    (void)err;
    *(size_t *)context += bytes.len;
    return true;
}

static bool part_ends(void *context, struct error *err)
{
    (void)context, (void)err;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct slice text = slice_from(data, size);
    struct parameters query = {0}, cookies = {0};
    struct error err = NO_ERROR;
    if (parameters_read(text, arena, &query, &err))
        check(&query);
    cookies_read(text, arena, &cookies);
    must(cookies.count <= PARAMETERS_MAX);
    size_t taken = 0;
    struct multipart *multipart;
    struct multipart_sink sink = {&taken, part_starts, part_data, part_ends};
    must(multipart_make(S("multipart/form-data; boundary=b"), sink, arena, &multipart, &err));
    size_t half = size / 2;
    (void)!(multipart_feed(multipart, slice_part(text, 0, half), &err) &&
            multipart_feed(multipart, slice_part(text, half, size), &err) && multipart_finish(multipart, &err));
    must(taken <= size);
    (void)!multipart_make(text, sink, arena, &multipart, &err);
    arena_free(arena);
    return 0;
}
