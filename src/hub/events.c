/* One statement by number: ids are given in the order of commits, as one writer holds the store at a time. */
#include "hub/events.h"

#include "hub/reading.h"

#include <inttypes.h>

static bool begin(const struct hub *hub, const struct guard_session *session, int64_t since, size_t most,
                  struct arena *arena, struct reading **ret, struct result *ret_rows, struct error *err)
{
    struct reading *r;
    if (!guard_needs(session, ABILITY_SEARCH, err) || !hub_read_begin(hub, session, USE_MATCH, arena, &r, err) ||
        !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_EVENTS_SINCE,
                     ARGS(value_integer(r->linkage), value_integer(since), value_integer((int64_t)most)), arena,
                     ret_rows, err))
        return false;
    *ret = r;
    return true;
}

bool hub_events_any(const struct hub *hub, const struct guard_session *session, int64_t since, struct arena *arena,
                    bool *ret, struct error *err)
{
    struct reading *r;
    struct result rows;
    if (!begin(hub, session, since, 1, arena, &r, &rows, err))
        return false;
    transaction_rollback(r->transaction);
    *ret = rows.rows > 0;
    return true;
}

bool hub_events(const struct hub *hub, const struct guard_session *session, int64_t since, size_t most,
                struct arena *arena, struct hub_event **ret, size_t *ret_count, bool *ret_more, struct error *err)
{
    struct reading *r;
    struct result rows;
    most = most < 1 ? 1 : most > 1000 ? 1000 : most;
    if (!begin(hub, session, since, most + 1, arena, &r, &rows, err))
        return false;
    struct hub_event *events = arena_array(arena, struct hub_event, rows.rows + 1);
    size_t count = rows.rows < most ? rows.rows : most;
    for (size_t i = 0; i < count; i++) {
        const struct value *row = result_row(&rows, i);
        events[i] = (struct hub_event){.id = cell_integer(&row[0]),
                                       .at = cell_integer(&row[1]),
                                       .kind = cell_text(&row[2]),
                                       .entity = cell_integer(&row[3]),
                                       .other = cell_null(&row[4]) ? 0 : cell_integer(&row[4]),
                                       .cause = cell_text(&row[5])};
    }
    if (!hub_read_end(r, S("events"), arena_format(arena, "after %" PRId64, since), err))
        return false;
    *ret = events;
    *ret_count = count;
    *ret_more = rows.rows > most;
    return true;
}
