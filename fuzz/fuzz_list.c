/* The reader of list declarations, against a small county that stands in the text of this file. */
#include "lists/declaration.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct column columns[] = {
        {.name = S_INIT("kind"), .type = TYPE_TEXT, .attribute = ATTRIBUTE_NONE},
        {.name = S_INIT("day"), .type = TYPE_DATE, .attribute = ATTRIBUTE_EVENT_DATE},
        {.name = S_INIT("number"), .type = TYPE_INTEGER, .attribute = ATTRIBUTE_NONE},
    };
    static struct source source = {.name = S_INIT("visits"), .columns = columns, .column_count = countof(columns)};
    static struct purpose purpose = {.name = S_INIT("prevention")};
    static struct role role = {.name = S_INIT("officer")};
    struct catalogue catalogue = {.sources = &source,
                                  .source_count = 1,
                                  .purposes = &purpose,
                                  .purpose_count = 1,
                                  .roles = &role,
                                  .role_count = 1};
    struct arena *arena = arena_make(0);
    struct list list;
    struct error err;
    if (list_read(slice_from(data, size), S("list.yaml"), &catalogue, arena, &list, &err) && list.reason_count == 0)
        abort();
    arena_free(arena);
    return 0;
}
