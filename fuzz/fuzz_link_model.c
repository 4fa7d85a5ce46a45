/* The reader of models on any bytes, under one small specification: it refuses, or gives a model that scores. */
#include "link/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct link_spec *spec = NULL;
    struct link_model *model = NULL;
    struct error err = NO_ERROR;
    must(link_spec_read(S("columns: {name: full_name, born: date}\nblocking: [born, name]\n"), S("s.yaml"), arena,
                        &spec, &err));
    if (link_model_read(slice_from(data, size), S("fuzz.json"), spec, arena, &model, &err)) {
        struct link_records *records = link_records_make(spec, arena);
        struct slice one[2] = {S("ann lee"), S("1950-01-01")}, two[2] = {S("anne lee"), S("1950-01-01")};
        struct link_edges edges;
        struct link_options options = {.threads = 1};
        uint32_t source = 0;
        must(link_records_source(records, S("x"), &source, &err) &&
             link_records_add(records, source, S("1"), one, &err) &&
             link_records_add(records, source, S("2"), two, &err));
        must(link_score(records, model, &options, arena, &edges, &err));
    } else {
        must(err.text[0]);
    }
    arena_free(arena);
    return 0;
}
