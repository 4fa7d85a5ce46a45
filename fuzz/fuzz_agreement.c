/* The reader of agreements, over any bytes: it says yes or one sentence with a place, and nothing else happens. */
#include "catalogue/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct agreement agreement;
    struct error err;
    if (agreement_read(slice_from(data, size), S("fuzz.yaml"), arena, &agreement, &err)) {
        must(agreement.clause_count > 0 && date_whole(agreement.from));
        for (size_t i = 0; i < agreement.clause_count; i++)
            must(agreement.clauses[i].role_count > 0 && agreement.clauses[i].purpose_count > 0);
    } else {
        must(err.code != ERROR_NONE && err.text[0]);
    }
    arena_free(arena);
    return 0;
}
