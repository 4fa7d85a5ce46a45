/* The reader of data contracts, over any bytes: it says yes or one sentence with a place, and nothing else happens. */
#include "catalogue/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct source source;
    struct error err;
    if (contract_read(slice_from(data, size), S("fuzz.yaml"), arena, &source, &err)) {
        must(source.name.len > 0 && source.column_count > 0);
        for (size_t i = 0; i < source.column_count; i++)
            must(source.columns[i].name.len > 0 && source.columns[i].header.len > 0);
    } else {
        must(err.code != ERROR_NONE && err.text[0]);
    }
    arena_free(arena);
    return 0;
}
