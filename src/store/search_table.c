/* All sources of a grant are asked in one statement (a UNION ALL of one walk each): on PostgreSQL the way to the server
 * and back costs more than the walks. Each walk has its own limit, so no source can crowd out another. */
#include "store/search_table.h"

#include <inttypes.h>

static char sign(enum store_dialect dialect)
{
    return dialect == STORE_SQLITE ? '?' : '$';
}

struct sql search_table_select(const struct slice *sources, size_t count, bool equal, int64_t limit,
                               enum store_dialect dialect, struct arena *arena)
{
    must(count > 0 && limit > 0);
    struct buffer sql = buffer_make(arena);
    char s = sign(dialect);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add(&sql, S(" UNION ALL "));
        buffer_format(
            &sql,
            "SELECT * FROM (SELECT CAST(%zu AS %s) AS source, token, anchor FROM \"%.*s\" WHERE attribute = %c1 "
            "AND token %s %c2",
            i, dialect == STORE_SQLITE ? "INTEGER" : "BIGINT", PRINT(search_table_name(arena, sources[i])), s,
            equal ? "=" : ">=", s);
        if (!equal)
            buffer_format(&sql, " AND token < %c3", s);
        buffer_format(&sql, " ORDER BY token, anchor LIMIT %" PRId64 ") AS t%zu", limit, i);
    }
    buffer_add(&sql, S(" ORDER BY 1, 2, 3"));
    return (struct sql){buffer_slice(&sql)};
}

struct sql search_table_forms(struct slice source, enum store_dialect dialect, struct arena *arena)
{
    struct slice table = search_table_name(arena, source);
    if (dialect == STORE_SQLITE)
        return (struct sql){
            arena_format(arena,
                         "SELECT f.token FROM json_each(?1) j CROSS JOIN \"%.*s\" f ON f.attribute = 'form' "
                         "AND f.token >= printf('%%010d ', j.value) AND f.token < printf('%%010d!', j.value) "
                         "ORDER BY f.token",
                         PRINT(table))};
    return (struct sql){arena_format(
        arena,
        "SELECT f.token FROM unnest(CAST($1 AS BIGINT[])) AS j (value) JOIN \"%.*s\" f ON f.attribute = 'form' "
        "AND f.token >= (lpad(CAST(j.value AS TEXT), 10, '0') || ' ') COLLATE \"C\" "
        "AND f.token < (lpad(CAST(j.value AS TEXT), 10, '0') || '!') COLLATE \"C\" ORDER BY f.token",
        PRINT(table))};
}

struct sql search_table_all(struct slice source, enum store_dialect dialect, struct arena *arena)
{
    return (struct sql){arena_format(arena,
                                     "SELECT token, anchor FROM \"%.*s\" WHERE attribute = %c1 ORDER BY token, anchor",
                                     PRINT(search_table_name(arena, source)), sign(dialect))};
}

struct sql search_table_delete(struct slice source, enum store_dialect dialect, struct arena *arena)
{
    char s = sign(dialect);
    return (struct sql){arena_format(arena,
                                     "DELETE FROM \"%.*s\" WHERE attribute = %c1 AND token = %c2 AND anchor = %c3",
                                     PRINT(search_table_name(arena, source)), s, s, s)};
}
