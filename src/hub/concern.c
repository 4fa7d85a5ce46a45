/* "This looks wrong": anybody who sees a fact may say so; it holds on to the record, so it outlives joins and splits,
 * and the steward sees it with the entity that the record is in now. The words are a person's own: they are read only
 * by stewards and by who wrote them. */
#include "guard/change.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/steward.h"

#include <inttypes.h>

enum { WORDS_LONGEST = 2000 };

bool hub_concern_raise(const struct hub *hub, const struct guard_session *session, int64_t entity, int64_t anchor,
                       struct slice words, int64_t *ret_concern, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct reading *r;
    struct transaction *t;
    struct result rows;
    int64_t id = 0;
    bool done = false;
    words = slice_trim(words);
    if (words.len == 0 || words.len > WORDS_LONGEST) {
        (void)error_set(err, ERROR_INPUT, "write in at most %d characters what looks wrong", WORDS_LONGEST);
        goto out;
    }
    if (!guard_needs(session, ABILITY_VIEW, err) || !hub_read_begin(hub, session, USE_SHOW, arena, &r, err) ||
        !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_MEMBER, ARGS(value_integer(r->linkage), value_integer(anchor)),
                     arena, &rows, err))
        goto out;
    if (rows.rows == 0 || cell_integer(&result_row(&rows, 0)[0]) != entity) {
        (void)error_set(err, ERROR_NOT_FOUND,
                        "that record is not this person's for this purpose; open the person again");
        goto out;
    }
    if (!guard_caller_known(session, subject_of(r->linkage, entity, arena))) {
        (void)error_set(err, ERROR_DENIED, "identify the caller first; then their records can be questioned");
        goto out;
    }
    int64_t linkage = r->linkage;
    transaction_rollback(r->transaction);
    if (!guard_write_begin(session, arena, &t, err) || !store_next_ids(t, "concern", 1, &id, err) ||
        !store_execute(t, STATEMENT_HUB_CONCERN_INSERT,
                       ARGS(value_integer(id), value_integer(linkage), value_integer(entity), value_integer(anchor),
                            value_text(guard_who(session)->name), value_integer(host_now(hub->host)),
                            value_text(guard_who(session)->purpose), value_text(words)),
                       NULL, err) ||
        !change_write(t, session, S("concern"), arena_format(arena, "%" PRId64, id), S("{\"raised\":true}"), err) ||
        !transaction_commit(t, err))
        goto out;
    *ret_concern = id;
    done = true;
out:
    arena_free(arena);
    return done;
}

static void fill(const struct reading *r, const struct result *rows, struct arena *arena, struct concern_line **ret,
                 size_t *ret_count)
{
    struct concern_line *lines = arena_array(arena, struct concern_line, rows->rows + 1);
    for (size_t i = 0; i < rows->rows; i++) {
        const struct value *row = result_row(rows, i);
        const struct reading_source *own = cell_null(&row[10]) ? NULL : reading_source_of(r, cell_text(&row[10]));
        lines[i] = (struct concern_line){.id = cell_integer(&row[0]),
                                         .anchor = cell_integer(&row[1]),
                                         .said_by = cell_text(&row[2]),
                                         .said_at = cell_integer(&row[3]),
                                         .purpose = cell_text(&row[4]),
                                         .words = cell_text(&row[5]),
                                         .open = slice_equal(cell_text(&row[6]), S("open")),
                                         .closed_by = cell_text(&row[7]),
                                         .closed_at = cell_integer(&row[8]),
                                         .answer = cell_text(&row[9]),
                                         .source_title = own ? own->source->title : cell_text(&row[10]),
                                         .entity = cell_integer(&row[11])};
    }
    *ret = lines;
    *ret_count = rows->rows;
}

bool hub_concerns(const struct hub *hub, const struct guard_session *session, bool closed, int64_t after, int limit,
                  struct arena *arena, struct concern_line **ret, size_t *ret_count, struct error *err)
{
    struct reading *r;
    struct result rows;
    if (!guard_needs(session, ABILITY_STEWARD, err) || !hub_read_begin(hub, session, USE_SHOW, arena, &r, err) ||
        !store_query(r->transaction, closed ? STATEMENT_HUB_CONCERNS_CLOSED : STATEMENT_HUB_CONCERNS,
                     ARGS(value_integer(r->linkage), value_integer(after),
                          value_integer(limit > 0 && limit <= 1000 ? limit : 100)),
                     arena, &rows, err))
        return false;
    fill(r, &rows, arena, ret, ret_count);
    for (size_t i = 0; i < *ret_count; i++)
        reading_note(r, (*ret)[i].anchor, S("hub"), S("concern"));
    return hub_read_end(r, S("concerns"), S("list"), err);
}

bool hub_concerns_mine(const struct hub *hub, const struct guard_session *session, int limit, struct arena *arena,
                       struct concern_line **ret, size_t *ret_count, struct error *err)
{
    struct reading *r;
    struct result rows;
    if (!hub_read_begin(hub, session, USE_SHOW, arena, &r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_CONCERNS_MINE,
                     ARGS(value_integer(r->linkage), value_text(guard_who(session)->name),
                          value_integer(limit > 0 && limit <= 1000 ? limit : 50)),
                     arena, &rows, err))
        return false;
    fill(r, &rows, arena, ret, ret_count);
    return hub_read_end(r, S("concerns"), S("my own"), err);
}

bool hub_concern_close(const struct hub *hub, const struct guard_session *session, int64_t concern, struct slice answer,
                       struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    const struct value *row;
    int64_t changed = 0;
    bool done = false;
    answer = slice_trim(answer);
    if (answer.len == 0 || answer.len > WORDS_LONGEST) {
        (void)error_set(err, ERROR_INPUT, "write an answer of at most %d characters for the person who raised it",
                        WORDS_LONGEST);
        goto out;
    }
    if (!guard_needs(session, ABILITY_STEWARD, err) || !guard_write_begin(session, arena, &t, err) ||
        !store_query_one(t, STATEMENT_HUB_CONCERN_STATE, ARGS(value_integer(concern)), arena,
                         "there is no such concern; open the list again", &row, err) ||
        !store_execute(t, STATEMENT_HUB_CONCERN_CLOSE,
                       ARGS(value_integer(concern), value_text(guard_who(session)->name),
                            value_integer(host_now(hub->host)), value_text(answer)),
                       &changed, err))
        goto out;
    if (changed != 1) {
        (void)error_set(err, ERROR_CONFLICT, "%.*s has answered this already", PRINT(cell_text(&row[1])));
        goto out;
    }
    done =
        change_write(t, session, S("concern"), arena_format(arena, "%" PRId64, concern), S("{\"closed\":true}"), err) &&
        transaction_commit(t, err);
out:
    arena_free(arena);
    return done;
}
