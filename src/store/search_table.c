/* All sources of a grant and all keys of a question are asked in one statement: on PostgreSQL the way to the server and
 * back costs more than the walks. Each walk has its own limit, so neither a source nor a key can crowd out another.
 *
 * SQLite has no lateral join, so that there is one walk written out for each key and source; an ORDER BY over so many
 * would send each row through as many merges, so none is asked for: who reads sorts. */
#include "store/search_table.h"

#include <inttypes.h>

static char sign(enum store_dialect dialect)
{
    return dialect == STORE_SQLITE ? '?' : '$';
}

enum { WALKS_MOST = 480 }; /* SQLite takes 500 */

size_t search_keys_most(size_t sources)
{
    return sources == 0 || sources > WALKS_MOST ? 1 : WALKS_MOST / sources < 8 ? WALKS_MOST / sources : 8;
}

static void select_written_out(const struct slice *sources, size_t count, size_t key_count, int64_t limit,
                               struct buffer *sql)
{
    struct slice *names = arena_array(sql->arena, struct slice, count);
    for (size_t i = 0; i < count; i++)
        names[i] = search_table_name(sql->arena, sources[i]);
    for (size_t k = 0; k < key_count; k++) {
        struct slice where = arena_format(sql->arena,
                                          "\" WHERE attribute = ?%zu AND token >= ?%zu AND token < ?%zu ORDER BY "
                                          "token, anchor LIMIT %" PRId64 ")",
                                          3 * k + 1, 3 * k + 2, 3 * k + 3, limit);
        for (size_t i = 0; i < count; i++) { /* in pieces: a format for each walk is felt */
            buffer_add(sql, k || i ? S(" UNION ALL SELECT * FROM (SELECT ") : S("SELECT * FROM (SELECT "));
            buffer_add_number(sql, (int64_t)k);
            buffer_add(sql, S(", "));
            buffer_add_number(sql, (int64_t)i);
            buffer_add(sql, S(", anchor, token FROM \""));
            buffer_add(sql, names[i]);
            buffer_add(sql, where);
        }
    }
}

static void select_lateral(const struct slice *sources, size_t count, int64_t limit, struct buffer *sql)
{
    for (size_t i = 0; i < count; i++)
        buffer_format(sql,
                      "%sSELECT k.n - 1, CAST(%zu AS BIGINT), t.anchor, t.token FROM unnest(CAST($1 AS TEXT[]), "
                      "CAST($2 AS TEXT[]), CAST($3 AS TEXT[])) WITH ORDINALITY AS k (attribute, low, high, n) CROSS "
                      "JOIN LATERAL (SELECT anchor, token FROM \"%.*s\" WHERE attribute = k.attribute COLLATE \"C\" "
                      "AND token >= k.low COLLATE \"C\" AND token < k.high COLLATE \"C\" ORDER BY token, anchor LIMIT "
                      "%" PRId64 ") AS t",
                      i ? " UNION ALL " : "", i, PRINT(search_table_name(sql->arena, sources[i])), limit);
}

/* {"a","b"}: a text array as PostgreSQL reads it. */
static void add_quoted(struct buffer *list, struct slice text)
{
    buffer_add(list, list->len > 1 ? S(",\"") : S("\""));
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\')
            buffer_add_byte(list, '\\');
        buffer_add_byte(list, text.at[i]);
    }
    buffer_add_byte(list, '"');
}

void search_table_select(const struct slice *sources, size_t count, const struct search_key *keys, size_t key_count,
                         int64_t limit, enum store_dialect dialect, struct arena *arena, struct sql *ret_sql,
                         const struct value **ret_args, size_t *ret_count)
{
    must(count > 0 && limit > 0 && key_count > 0 && key_count <= search_keys_most(count));
    struct buffer sql = buffer_make(arena);
    struct value *args = arena_array(arena, struct value, 3 * key_count);
    if (dialect == STORE_SQLITE) {
        select_written_out(sources, count, key_count, limit, &sql);
        for (size_t k = 0; k < key_count; k++) {
            args[3 * k] = value_text(keys[k].attribute);
            args[3 * k + 1] = value_text(keys[k].low);
            args[3 * k + 2] = value_text(keys[k].high);
        }
        *ret_count = 3 * key_count;
    } else {
        select_lateral(sources, count, limit, &sql);
        for (size_t a = 0; a < 3; a++) {
            struct buffer list = buffer_make(arena);
            buffer_add_byte(&list, '{');
            for (size_t k = 0; k < key_count; k++)
                add_quoted(&list, a == 0 ? keys[k].attribute : a == 1 ? keys[k].low : keys[k].high);
            buffer_add_byte(&list, '}');
            args[a] = value_text(buffer_slice(&list));
        }
        *ret_count = 3;
    }
    *ret_args = args;
    ret_sql->text = buffer_slice(&sql);
}

struct sql search_table_forms(const struct slice *sources, size_t count, enum store_dialect dialect,
                              struct arena *arena)
{
    must(count > 0 && count < WALKS_MOST);
    struct buffer sql = buffer_make(arena);
    for (size_t i = 0; i < count; i++) {
        struct slice table = search_table_name(arena, sources[i]);
        if (dialect == STORE_SQLITE)
            buffer_format(&sql,
                          "%sSELECT %zu, f.token FROM json_each(?%zu) j CROSS JOIN \"%.*s\" f ON f.attribute = 'form' "
                          "AND f.anchor = j.value",
                          i ? " UNION ALL " : "", i, i + 1, PRINT(table));
        else
            buffer_format(&sql,
                          "%sSELECT CAST(%zu AS BIGINT), f.token FROM unnest(CAST($%zu AS BIGINT[])) AS j (value) JOIN "
                          "\"%.*s\" f ON f.attribute = 'form' AND f.anchor = j.value",
                          i ? " UNION ALL " : "", i, i + 1, PRINT(table));
    }
    return (struct sql){buffer_slice(&sql)};
}

struct sql search_table_all(struct slice source, enum store_dialect dialect, struct arena *arena)
{
    return (struct sql){arena_format(arena,
                                     "SELECT token, anchor FROM \"%.*s\" WHERE attribute = %c1 ORDER BY token, anchor",
                                     PRINT(search_table_name(arena, source)), sign(dialect))};
}

struct sql search_table_clear(struct slice source, struct arena *arena)
{
    return (struct sql){arena_format(arena, "DELETE FROM \"%.*s\"", PRINT(search_table_name(arena, source)))};
}

struct sql search_table_delete(struct slice source, enum store_dialect dialect, struct arena *arena)
{
    char s = sign(dialect);
    return (struct sql){arena_format(arena,
                                     "DELETE FROM \"%.*s\" WHERE attribute = %c1 AND token = %c2 AND anchor = %c3",
                                     PRINT(search_table_name(arena, source)), s, s, s)};
}
