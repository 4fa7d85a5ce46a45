/* group_list.c: from a value to its group by somebody's list. */
#include "link/groups.h"

#include "base/csv.h"
#include "base/text.h"

static const char *const unlisted = "(not in the list)";

static bool take_row(struct group_list *list, struct slice path, const struct csv_row *row, size_t *capacity,
                     struct error *err)
{
    if (row->count != 2)
        return error_set_at(err, ERROR_INPUT, path, row->line, 0,
                            "there are %zu columns; a list of groups has two, the value and its group", row->count);
    struct slice value = text_fold(list->values.arena, row->fields[0]), group = slice_trim(row->fields[1]);
    if (slice_empty(value))
        return true;
    if (slice_empty(group))
        return error_set_at(err, ERROR_INPUT, path, row->line, 0, "“%.*s” has no group; write one or leave the row out",
                            PRINT(slice_part(row->fields[0], 0, 60)));
    size_t known = list->values.count;
    uint32_t code = dictionary_add(&list->values, value), of = dictionary_add(&list->groups, group);
    if (code < known)
        return list->group[code] == of || error_set_at(err, ERROR_INPUT, path, row->line, 0,
                                                       "“%.*s” is in two groups, %.*s and %.*s; leave one out",
                                                       PRINT(slice_part(row->fields[0], 0, 60)),
                                                       PRINT(list->groups.texts[list->group[code]]), PRINT(group));
    size_t count = code;
    ARENA_GROW(list->values.arena, list->group, count, *capacity);
    list->group[code] = of;
    return true;
}

bool group_list_read(const struct host *host, struct slice path, struct arena *arena, struct group_list *ret,
                     struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct host_file *file;
    struct csv_reader *csv;
    const struct csv_row *row = NULL;
    const struct csv_options options = {.trim = true};
    size_t capacity = 64;
    *ret = (struct group_list){.group = arena_array(arena, uint32_t, capacity)};
    dictionary_start(&ret->values, arena);
    dictionary_start(&ret->groups, arena);
    bool done = (host_open(host, path, HOST_READ, scratch, &file, err) &&
                 csv_open_file(file, &options, scratch, &csv, err) && csv_read(csv, &row, err)) || /* its heading */
                error_wrap(err, "reading the list of groups %.*s", PRINT(path));
    while (done && row && (done = csv_read(csv, &row, err)) && row)
        done = take_row(ret, path, row, &capacity, err);
    if (done && ret->values.count < 2)
        done = error_set_at(err, ERROR_INPUT, path, 1, 0,
                            "the list of groups is empty; under a heading each row has a value and its group");
    arena_free(scratch);
    return done;
}

uint32_t group_list_find(struct group_list *list, struct slice value)
{
    struct arena *scratch = arena_make(0);
    struct slice folded = text_fold(scratch, value), *words;
    uint32_t code = slice_empty(folded) ? 0 : dictionary_find(&list->values, folded);
    size_t count = code ? 0 : text_tokens(scratch, value, &words);
    for (size_t i = 0; i < count && !code; i++)
        code = dictionary_find(&list->values, words[i]);
    uint32_t group = code                  ? list->group[code]
                     : slice_empty(folded) ? 0
                                           : dictionary_add(&list->groups, slice_of(unlisted));
    arena_free(scratch);
    return group;
}
