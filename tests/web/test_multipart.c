#include "web/multipart.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct seen {
    struct buffer story;
};

static bool starts(void *context, struct slice name, bool is_file, struct slice file_name, struct error *err)
{
    struct seen *seen = context;
    (void)err;
    buffer_format(&seen->story, "[%.*s%s%.*s:", PRINT(name), is_file ? " file " : "", PRINT(file_name));
    return true;
}

static bool data(void *context, struct slice bytes, struct error *err)
{
    (void)err;
    buffer_add(&((struct seen *)context)->story, bytes);
    return true;
}

static bool ends(void *context, struct error *err)
{
    (void)err;
    buffer_add_byte(&((struct seen *)context)->story, ']');
    return true;
}

static bool run(struct arena *arena, const char *type, struct slice body, size_t step, struct slice *ret,
                struct error *err)
{
    struct seen *seen = arena_new(arena, struct seen);
    seen->story = buffer_make(arena);
    struct multipart_sink sink = {seen, starts, data, ends};
    struct multipart *multipart;
    if (!multipart_make(slice_of(type), sink, arena, &multipart, err))
        return false;
    for (size_t at = 0; at < body.len; at += step)
        if (!multipart_feed(multipart, slice_part(body, at, at + step), err))
            return false;
    *ret = buffer_slice(&seen->story);
    return multipart_finish(multipart, err);
}

#define TYPE "multipart/form-data; boundary=xyz"
#define BODY                                                                                                           \
    "--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\ntoken\r\n"                                          \
    "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".csv\"\r\n"                         \
    "Content-Type: text/csv\r\n\r\nid,name\r\n1,--xyz\r\n--xy\r\n2,B\r\n\r\n--xyz\r\n"                                 \
    "Content-Disposition: form-data; name=\"empty\"; filename=\"\"\r\n\r\n\r\n--xyz--\r\nafterwards"

static void parts_are_the_same_however_the_bytes_arrive(void **state)
{
    (void)state;
    struct slice wanted = S("[csrf:token][file file a \"b\".csv:id,name\r\n1,--xyz\r\n--xy\r\n2,B\r\n][empty file :]");
    for (size_t step = 1; step < 80; step += step < 8 ? 1 : 9) {
        struct arena *arena = arena_make(0);
        struct error err = NO_ERROR;
        struct slice story;
        assert_true(run(arena, TYPE, S(BODY), step, &story, &err));
        assert_true(slice_equal(story, wanted));
        arena_free(arena);
    }
}

static void what_is_cut_or_malformed_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body;
    } bad[] = {
        {"text/plain", ""},
        {"multipart/form-data", ""},
        {TYPE, "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nnever ends"},
        {TYPE, "--xyz\r\nContent-Type: text/plain\r\n\r\nnameless\r\n--xyz--"},
        {TYPE, "--xyzContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--xyz--"},
        {TYPE, "nothing at all"},
        {TYPE, "--xyz\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--xyz--"},
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct arena *arena = arena_make(0);
        struct error err = NO_ERROR;
        struct slice story;
        if (run(arena, bad[i].type, slice_of(bad[i].body), 7, &story, &err))
            fail_msg("number %zu was taken", i);
        assert_int_equal(err.code, ERROR_USAGE);
        arena_free(arena);
    }
}

static void a_head_without_end_takes_no_more_than_its_window(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct buffer body = buffer_make(arena);
    buffer_add(&body, S("--xyz\r\nX: "));
    for (int i = 0; i < 20000; i++)
        buffer_add_byte(&body, 'y');
    struct slice story;
    assert_false(run(arena, TYPE, buffer_slice(&body), 1000, &story, &err));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_the_same_however_the_bytes_arrive),
        cmocka_unit_test(what_is_cut_or_malformed_is_refused),
        cmocka_unit_test(a_head_without_end_takes_no_more_than_its_window),
    };
    return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
