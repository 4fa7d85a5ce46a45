/* The search tables, as differences. The old forms are read (one walk of the attribute "form"), held against the new
 * ones by anchor, and only the tokens of records whose form changed are touched. The words with their misspellings are
 * few; they are compared as a whole. New rows are sorted into the order of the table's key before they go in: on SQLite
 * that is four times as fast as inserting them record by record. */
#include "hub/linking_write.h"
#include "hub/search_tokens.h"

#include "store/search_table.h"

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
    array_sort(words, word_count, sizeof *words, by_slice);
    list->anchor = 0;
    for (size_t i = 0; i < word_count; i++)
        if (i == 0 || !slice_equal(words[i], words[i - 1]))
            search_word_tokens(words[i], arena, add_row, list);
    array_sort(list->rows, list->count, sizeof *list->rows, by_row);
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

/* What stands in a source's table now: its forms and its words. */
struct old_tokens {
    struct old_reading forms, words;
};

static bool read_old(struct transaction *t, struct slice name, struct arena *arena, struct old_tokens *ret,
                     struct error *err)
{
    static const struct slice word_attributes[] = {S_INIT("near"), S_INIT("sound")};
    struct sql all = search_table_all(name, store_dialect(transaction_store(t)), arena);
    *ret = (struct old_tokens){{.list = {.arena = arena}, .attribute = S("form")}, {.list = {.arena = arena}}};
    if (!store_each_sql(t, &all, ARGS(value_text(S("form"))), take_row, &ret->forms, err))
        return false;
    for (size_t i = 0; i < countof(word_attributes); i++) {
        ret->words.attribute = word_attributes[i];
        if (!store_each_sql(t, &all, ARGS(value_text(ret->words.attribute)), take_row, &ret->words, err))
            return false;
    }
    int64_t ignored;
    struct slice form;
    for (size_t i = 0; i < ret->forms.list.count; i++)
        if (!search_form_untoken(ret->forms.list.rows[i].token, &ignored, &form)) { /* an older program's */
            struct sql clear = search_table_clear(name, arena);
            ret->forms.list.count = ret->words.list.count = 0;
            return store_execute_sql(t, &clear, NO_ARGS, NULL, err);
        }
    array_sort(ret->words.list.rows, ret->words.list.count, sizeof *ret->words.list.rows, by_row);
    return true;
}

/* The rows that go and come so that each record of the source has its form; ret_forms in order of anchor. Form tokens
 * begin with the anchor in ten digits, so the old ones stand in that order too. */
static size_t form_differences(const struct linked *linked, struct slice source, const struct token_rows *old,
                               struct token_rows *go, struct token_rows *come, struct arena *arena,
                               struct slice *ret_forms)
{
    struct arena *scratch = arena_make(0);
    size_t count = 0, at = 0;
    int64_t anchor = 0;
    struct slice was = NO_SLICE;
    for (size_t i = 0; i < linked->count; i++) {
        const struct linked_record *record = &linked->records[linked->by_anchor[i].record];
        if (!slice_equal(linked->sources[record->source].source->name, source))
            continue;
        struct slice uprn = record->placed ? linked->homes[record->home].uprn : NO_SLICE;
        struct slice packed = arena_copy(arena, search_form_pack(&record->form, uprn, scratch));
        ret_forms[count++] = packed;
        for (; at < old->count; at++) {
            if (!search_form_untoken(old->rows[at].token, &anchor, &was))
                continue;
            if (anchor >= record->anchor)
                break;
            form_rows(go, anchor, was, scratch);
        }
        bool there = at < old->count && anchor == record->anchor;
        if (there)
            at++;
        if (!there || !slice_equal(was, packed)) {
            if (there)
                form_rows(go, anchor, was, scratch);
            form_rows(come, record->anchor, packed, scratch);
        }
        arena_reset(scratch);
    }
    for (; at < old->count; at++)
        if (search_form_untoken(old->rows[at].token, &anchor, &was))
            form_rows(go, anchor, was, scratch);
    arena_free(scratch);
    return count;
}

static bool delete_rows(struct transaction *t, struct slice name, const struct token_rows *go, struct arena *arena,
                        struct error *err)
{
    struct sql delete = search_table_delete(name, store_dialect(transaction_store(t)), arena);
    for (size_t i = 0; i < go->count; i++)
        if (!store_execute_sql(t, &delete,
                               ARGS(value_text(go->rows[i].attribute), value_text(go->rows[i].token),
                                    value_integer(go->rows[i].anchor)),
                               NULL, err))
            return false;
    return true;
}

static bool insert_rows(struct transaction *t, struct slice name, const struct token_rows *come, struct arena *arena,
                        struct error *err)
{
    static const struct bulk_column columns[] = {
        {"attribute", VALUE_TEXT}, {"token", VALUE_TEXT}, {"anchor", VALUE_INTEGER}};
    struct bulk *bulk;
    if (come->count == 0)
        return true;
    array_sort(come->rows, come->count, sizeof *come->rows, by_row);
    if (!bulk_open(t, arena_cstr(arena, search_table_name(arena, name)), columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < come->count; i++) {
        struct value values[] = {value_text(come->rows[i].attribute), value_text(come->rows[i].token),
                                 value_integer(come->rows[i].anchor)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

static bool write_source(struct transaction *t, const struct linked *linked, const struct linked_source *source,
                         struct arena *arena, struct error *err)
{
    struct slice name = source->source->name;
    struct old_tokens old;
    struct token_rows go = {.arena = arena}, come = {.arena = arena}, words = {.arena = arena};
    struct slice *forms = arena_array(arena, struct slice, source->count + 1);
    if (!read_old(t, name, arena, &old, err))
        return false;
    size_t count = form_differences(linked, name, &old.forms.list, &go, &come, arena, forms);
    word_rows(forms, count, &words, arena);
    differences(&old.words.list, &words, &go, &come);
    return delete_rows(t, name, &go, arena, err) && insert_rows(t, name, &come, arena, err);
}

bool write_search(struct transaction *t, const struct linked *linked, struct error *err)
{
    for (size_t i = 0; i < linked->source_count; i++) {
        struct arena *own = arena_make(0);
        bool done = write_source(t, linked, &linked->sources[i], own, err);
        arena_free(own);
        if (!done)
            return error_wrap(err, "the search table of %.*s", PRINT(linked->sources[i].source->name));
    }
    return true;
}

/* ---- Of a few records ---- */

static bool read_forms(struct transaction *t, struct slice name, const int64_t *anchors, size_t count,
                       struct token_rows *ret, struct error *err)
{
    struct result rows;
    struct sql sql = search_table_forms(&name, 1, store_dialect(transaction_store(t)), ret->arena);
    if (!store_query_sql(t, &sql, ARGS(id_list(t, anchors, count, ret->arena)), ret->arena, &rows, err))
        return false;
    for (size_t i = 0; i < rows.rows; i++)
        add_row(ret, S("form"), cell_text(&result_row(&rows, i)[1]));
    array_sort(ret->rows, ret->count, sizeof *ret->rows, by_row);
    return true;
}

/* The distinct words of names that came or went, and whether the source's table has each, by its `attribute`. */
struct words {
    struct slice *words;
    size_t count;
    struct search_key *keys; /* one a word */
    bool *there;
};

static void key_exactly(struct search_key *key, struct slice attribute, struct slice token, struct arena *arena)
{
    *key = (struct search_key){attribute, token, arena_format(arena, "%.*s\001", PRINT(token))};
}

static bool look_up(struct transaction *t, struct slice name, struct words *words, struct arena *arena,
                    struct error *err)
{
    size_t most = search_keys_most(1);
    words->there = arena_array(arena, bool, words->count + 1);
    for (size_t from = 0; from < words->count; from += most) {
        struct sql sql;
        const struct value *args;
        size_t arg_count, batch = words->count - from < most ? words->count - from : most;
        struct result rows;
        search_table_select(&name, 1, words->keys + from, batch, 1, store_dialect(transaction_store(t)), arena, &sql,
                            &args, &arg_count);
        if (!store_query_sql(t, &sql, args, arg_count, arena, &rows, err))
            return false;
        for (size_t i = 0; i < rows.rows; i++)
            words->there[from + (size_t)cell_integer(&result_row(&rows, i)[0])] = true;
    }
    return true;
}

struct first_token {
    struct slice attribute, token;
};

static void take_first(void *context, struct slice attribute, struct slice token)
{
    struct first_token *first = context;
    if (!first->token.len)
        *first = (struct first_token){attribute, token};
}

static struct words words_of(const struct token_rows *go, const struct token_rows *come, struct arena *arena)
{
    struct words words = {.words = arena_array(arena, struct slice, go->count + come->count + 1)};
    const struct token_rows *lists[] = {go, come};
    size_t count = 0;
    for (size_t l = 0; l < countof(lists); l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            if (slice_equal(lists[l]->rows[i].attribute, S("name")))
                words.words[count++] = lists[l]->rows[i].token;
    array_sort(words.words, count, sizeof *words.words, by_slice);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || !slice_equal(words.words[i], words.words[i - 1])) {
            struct first_token first = {0};
            search_word_tokens(words.words[i], arena, take_first, &first);
            if (first.token.len) /* it has misspellings */
                words.words[words.count++] = words.words[i];
        }
    return words;
}

/* A word that no record has any more loses its misspellings; one that is new gets them. The records' own tokens are
 * written by now. */
static bool word_differences(struct transaction *t, struct slice name, struct words *words, struct token_rows *go,
                             struct token_rows *come, struct arena *arena, struct error *err)
{
    words->keys = arena_array(arena, struct search_key, words->count + 1);
    for (size_t i = 0; i < words->count; i++)
        key_exactly(&words->keys[i], S("name"), words->words[i], arena);
    if (!look_up(t, name, words, arena, err))
        return false;
    bool *wanted = words->there;
    for (size_t i = 0; i < words->count; i++) {
        struct first_token first = {0};
        search_word_tokens(words->words[i], arena, take_first, &first);
        key_exactly(&words->keys[i], first.attribute, first.token, arena);
    }
    if (!look_up(t, name, words, arena, err))
        return false;
    go->anchor = come->anchor = 0;
    for (size_t i = 0; i < words->count; i++)
        if (wanted[i] != words->there[i])
            search_word_tokens(words->words[i], arena, add_row, wanted[i] ? come : go);
    return true;
}

static bool write_some(struct transaction *t, const struct linked *linked, struct slice name, const int64_t *anchors,
                       size_t count, struct arena *arena, struct error *err)
{
    struct token_rows old = {.arena = arena}, go = {.arena = arena}, come = {.arena = arena},
                      words_go = {.arena = arena}, words_come = {.arena = arena};
    struct slice *forms = arena_array(arena, struct slice, linked->count + 1);
    if (!read_forms(t, name, anchors, count, &old, err))
        return false;
    (void)form_differences(linked, name, &old, &go, &come, arena, forms);
    struct words words = words_of(&go, &come, arena);
    return delete_rows(t, name, &go, arena, err) && insert_rows(t, name, &come, arena, err) &&
           word_differences(t, name, &words, &words_go, &words_come, arena, err) &&
           delete_rows(t, name, &words_go, arena, err) && insert_rows(t, name, &words_come, arena, err);
}

bool write_search_some(struct transaction *t, const struct linked *linked, struct slice source, const int64_t *anchors,
                       size_t count, struct error *err)
{
    struct arena *own = arena_make(0);
    bool done = write_some(t, linked, source, anchors, count, own, err);
    arena_free(own);
    return done || error_wrap(err, "the search table of %.*s", PRINT(source));
}
