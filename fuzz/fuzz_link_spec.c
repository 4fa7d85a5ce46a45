/* The reader of linkage specifications on any bytes: it refuses with a place, or what it gives prints, reads back the
 * same, and links a few records without harm. */
#include "link/link.h"
#include "link/spec.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void link_a_little(const struct link_spec *spec, struct arena *arena)
{
    static const char *const texts[] = {"",        "Ann Lee",     "ann leigh",  "1952-02-03",
                                        "NR1 3AA", "a@b.example", "9990000018", "\xff\x01 x"};
    struct link_records *records = link_records_make(spec, arena);
    struct link_options options = {.threads = 1};
    struct link_model *model = NULL;
    struct link_edges edges;
    struct error err = NO_ERROR;
    uint32_t source = 0;
    for (unsigned r = 0; r < 6; r++) {
        struct slice values[LINK_COLUMNS_MAX];
        for (size_t c = 0; c < link_spec_columns(spec); c++)
            values[c] = slice_of(texts[(r / 2 * 3 + c) % countof(texts)]);
        must(link_records_source(records, r % 2 ? S("x") : S("y"), &source, &err));
        must(link_records_add(records, source, S("id"), values, &err));
    }
    if (!link_train(records, &options, arena, &model, NULL, &err) ||
        !link_score(records, model, &options, arena, &edges, &err))
        return;
    struct link_explanation explanation;
    link_explain(records, model, 0, 1, arena, &explanation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct link_spec *spec = NULL, *again = NULL;
    struct error err = NO_ERROR;
    if (link_spec_read(slice_from(data, size), S("fuzz.yaml"), arena, &spec, &err)) {
        struct slice printed = link_spec_print(spec, arena);
        must(link_spec_read(printed, S("printed.yaml"), arena, &again, &err));
        must(slice_equal(printed, link_spec_print(again, arena)));
        spec->random_pairs = 1000;
        link_a_little(spec, arena);
    } else {
        must(err.code != ERROR_NONE && err.text[0] && text_valid_utf8(slice_of(err.text)) == strlen(err.text));
    }
    arena_free(arena);
    return 0;
}
