/* The audit of changes: one row beside what it tells of, in its transaction. */
#include "guard/change.h"

#include "guard/inside.h"

static bool insert(struct transaction *transaction, const struct guard_who *who, struct slice what,
                   struct slice subject, struct slice detail, struct error *err)
{
    int64_t id;
    if (!store_next_ids(transaction, "change", 1, &id, err))
        return false;
    int64_t now = host_now(store_host(transaction_store(transaction)));
    return store_execute(transaction, STATEMENT_CHANGE_INSERT,
                         ARGS(value_integer(id), value_integer(now), value_text(who->name), value_text(who->role),
                              value_text(who->purpose), value_text(what), value_text(subject),
                              value_text(detail.len ? detail : S("{}"))),
                         NULL, err);
}

bool change_write(struct transaction *transaction, const struct guard_session *session, struct slice what,
                  struct slice subject, struct slice detail, struct error *err)
{
    return insert(transaction, guard_who(session), what, subject, detail, err);
}

bool change_write_as(struct transaction *transaction, struct slice account, struct slice what, struct slice subject,
                     struct slice detail, struct error *err)
{
    const struct guard_who who = {.name = account};
    return insert(transaction, &who, what, subject, detail, err);
}

bool change_list(const struct guard_session *session, const struct change_filter *filter, struct arena *arena,
                 struct change **ret, size_t *ret_count, bool *ret_more, struct error *err)
{
    if (!guard_needs(session, ABILITY_AUDIT, err) || !session_in_force(session, err))
        return false;
    int64_t limit = filter->limit > 0 && filter->limit <= 1000 ? filter->limit : 50;
    struct transaction *transaction;
    struct result rows;
    if (!store_begin(guard_store(guard_of(session)), TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool done =
        store_query(transaction, STATEMENT_CHANGE_PAGE,
                    ARGS(value_integer(filter->before > 0 ? filter->before : INT64_MAX), value_text(filter->account),
                         value_text(filter->what), value_text(filter->subject), value_integer(limit + 1)),
                    arena, &rows, err);
    transaction_rollback(transaction);
    if (!done)
        return false;
    size_t count = rows.rows > (size_t)limit ? (size_t)limit : rows.rows;
    struct change *changes = arena_array(arena, struct change, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        const struct value *row = result_row(&rows, i);
        changes[i] = (struct change){
            .id = cell_integer(&row[0]),
            .at = cell_integer(&row[1]),
            .account = cell_text(&row[2]),
            .role = cell_text(&row[3]),
            .purpose = cell_text(&row[4]),
            .what = cell_text(&row[5]),
            .subject = cell_text(&row[6]),
            .detail = cell_text(&row[7]),
        };
    }
    *ret = changes;
    *ret_count = count;
    *ret_more = rows.rows > count;
    return true;
}
