/* The search tables, as differences. The old forms are read (one walk of the attribute "form"), held against the new
 * ones by anchor, and only the tokens of records whose form changed are touched. The words with their misspellings are
 * few; they are compared as a whole. New rows are sorted into the order of the table's key before they go in: on SQLite
 * that is four times as fast as inserting them record by record. */
#include "hub/linking_write.h"
#include "hub/search_tokens.h"

#include "store/search_table.h"

#include <stdlib.h>

struct token_row {
    struct slice attribute, token;
    int64_t anchor;
};

struct token_rows {
    struct arena *arena;
    struct token_row *rows;
    size_t count, capacity;
    int64_t anchor; /* of those that are being added */
};

static int by_row(const void *a, const void *b)
{
    const struct token_row *x = a, *y = b;
    int order = slice_compare(x->attribute, y->attribute);
    if (!order)
        order = slice_compare(x->token, y->token);
    return order ? order : (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static void add_row(void *context, struct slice attribute, struct slice token)
{
    struct token_rows *list = context;
    ARENA_GROW(list->arena, list->rows, list->count, list->capacity);
    list->rows[list->count++] = (struct token_row){attribute, arena_copy(list->arena, token), list->anchor};
}

struct old_reading {
    struct token_rows list;
    struct slice attribute;
};

static bool take_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct old_reading *old = context;
    (void)columns;
    (void)err;
    old->list.anchor = cell_integer(&cells[1]);
    add_row(&old->list, old->attribute, cell_text(&cells[0]));
    return true;
}

static void form_rows(struct token_rows *list, int64_t anchor, struct slice packed, struct arena *scratch)
{
    struct search_form form;
    search_form_unpack(packed, &form);
    list->anchor = anchor;
    add_row(list, S("form"), search_form_token(anchor, packed, scratch));
    search_tokens(&form, scratch, add_row, list);
}

static int by_slice(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* near and sound rows of the distinct name words of all forms, sorted. */
static void word_rows(const struct slice *forms, size_t count, struct token_rows *list, struct arena *arena)
{
    struct slice *words = NULL;
    size_t word_count = 0, capacity = 0;
    for (size_t i = 0; i < count; i++) {
        struct search_form form;
        search_form_unpack(forms[i], &form);
        const struct slice *lists[] = {form.given, form.family, form.other};
        size_t counts[] = {form.given_count, form.family_count, form.other_count};
        for (size_t l = 0; l < countof(lists); l++)
            for (size_t k = 0; k < counts[l]; k++) {
                ARENA_GROW(arena, words, word_count, capacity);
                words[word_count++] = lists[l][k];
            }
    }
    if (word_count)
        qsort(words, word_count, sizeof *words, by_slice);
    list->anchor = 0;
    for (size_t i = 0; i < word_count; i++)
        if (i == 0 || !slice_equal(words[i], words[i - 1]))
            search_word_tokens(words[i], arena, add_row, list);
    if (list->count)
        qsort(list->rows, list->count, sizeof *list->rows, by_row);
}

/* Adds to `go` what is in old alone and to `come` what is in now alone. */
static void differences(const struct token_rows *old, const struct token_rows *now, struct token_rows *go,
                        struct token_rows *come)
{
    for (size_t i = 0, at = 0; i < now->count || at < old->count;) {
        int order = i == now->count ? 1 : at == old->count ? -1 : by_row(&now->rows[i], &old->rows[at]);
        if (order > 0) {
            ARENA_GROW(go->arena, go->rows, go->count, go->capacity);
            go->rows[go->count++] = old->rows[at++];
        } else if (order < 0) {
            ARENA_GROW(come->arena, come->rows, come->count, come->capacity);
            come->rows[come->count++] = now->rows[i++];
        } else {
            i++, at++;
        }
    }
}

static bool write_source(struct transaction *t, const struct linked *linked, const struct linked_source *source,
                         struct arena *arena, struct error *err)
{
    enum store_dialect dialect = store_dialect(transaction_store(t));
    struct slice name = source->source->name;
    struct sql all = search_table_all(name, dialect, arena);
    struct old_reading old = {.list = {.arena = arena}, .attribute = S("form")};
    struct old_reading old_words = {.list = {.arena = arena}};
    if (!store_each_sql(t, &all, ARGS(value_text(S("form"))), take_row, &old, err))
        return false;
    static const struct slice word_attributes[] = {S_INIT("near"), S_INIT("sound")};
    for (size_t i = 0; i < countof(word_attributes); i++) {
        old_words.attribute = word_attributes[i];
        if (!store_each_sql(t, &all, ARGS(value_text(old_words.attribute)), take_row, &old_words, err))
            return false;
    }
    int64_t ignored;
    struct slice form;
    for (size_t i = 0; i < old.list.count; i++)
        if (!search_form_untoken(old.list.rows[i].token, &ignored, &form)) { /* an older program's */
            struct sql clear = search_table_clear(name, arena);
            if (!store_execute_sql(t, &clear, NO_ARGS, NULL, err))
                return false;
            old.list.count = old_words.list.count = 0;
        }
    struct token_rows go = {.arena = arena}, come = {.arena = arena}, words = {.arena = arena};
    struct arena *scratch = arena_make(0);
    struct slice *forms = arena_array(arena, struct slice, source->count + 1);
    /* Form tokens begin with the anchor in ten digits, so the old ones stand in order of anchor. */
    struct anchor_place *order = arena_array(arena, struct anchor_place, source->count + 1);
    size_t count = 0, at = 0;
    for (size_t i = 0; i < linked->count; i++)
        if (linked->records[linked->by_anchor[i].record].source == (uint32_t)(source - linked->sources))
            order[count++] = linked->by_anchor[i];
    for (size_t i = 0; i < count; i++) {
        const struct linked_record *record = &linked->records[order[i].record];
        struct slice uprn = record->placed ? linked->homes[record->home].uprn : NO_SLICE;
        struct slice packed = arena_copy(arena, search_form_pack(&record->form, uprn, scratch)), was = NO_SLICE;
        int64_t anchor = 0;
        forms[i] = packed;
        for (; at < old.list.count; at++) {
            if (!search_form_untoken(old.list.rows[at].token, &anchor, &was))
                continue;
            if (anchor >= record->anchor)
                break;
            form_rows(&go, anchor, was, scratch);
        }
        bool there = at < old.list.count && anchor == record->anchor;
        if (there)
            at++;
        if (!there || !slice_equal(was, packed)) {
            if (there)
                form_rows(&go, anchor, was, scratch);
            form_rows(&come, record->anchor, packed, scratch);
        }
        arena_reset(scratch);
    }
    for (; at < old.list.count; at++) {
        int64_t anchor;
        struct slice was;
        if (search_form_untoken(old.list.rows[at].token, &anchor, &was))
            form_rows(&go, anchor, was, scratch);
    }
    arena_free(scratch);
    word_rows(forms, count, &words, arena);
    if (old_words.list.count)
        qsort(old_words.list.rows, old_words.list.count, sizeof *old_words.list.rows, by_row);
    differences(&old_words.list, &words, &go, &come);

    struct sql delete = search_table_delete(name, dialect, arena);
    for (size_t i = 0; i < go.count; i++)
        if (!store_execute_sql(
                t, &delete,
                ARGS(value_text(go.rows[i].attribute), value_text(go.rows[i].token), value_integer(go.rows[i].anchor)),
                NULL, err))
            return false;
    if (come.count == 0)
        return true;
    qsort(come.rows, come.count, sizeof *come.rows, by_row);
    static const struct bulk_column columns[] = {
        {"attribute", VALUE_TEXT}, {"token", VALUE_TEXT}, {"anchor", VALUE_INTEGER}};
    struct bulk *bulk;
    if (!bulk_open(t, arena_cstr(arena, search_table_name(arena, name)), columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < come.count; i++) {
        struct value values[] = {value_text(come.rows[i].attribute), value_text(come.rows[i].token),
                                 value_integer(come.rows[i].anchor)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

bool write_search(struct transaction *t, const struct linked *linked, struct arena *arena, struct error *err)
{
    (void)arena;
    for (size_t i = 0; i < linked->source_count; i++) {
        struct arena *own = arena_make(0);
        bool done = write_source(t, linked, &linked->sources[i], own, err);
        arena_free(own);
        if (!done)
            return error_wrap(err, "the search table of %.*s", PRINT(linked->sources[i].source->name));
    }
    return true;
}
