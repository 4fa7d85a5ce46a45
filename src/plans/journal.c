/* Each field goes into the hash behind its length, so that no two entries give the same bytes. */
#include "plans/journal.h"

#include "base/json.h"
#include "guard/change.h"

#include <stdlib.h>

enum { ID, PLAN, REGISTER, SUBJECT, BODY, REASON, BY, AT, REPLACES, HASH };

static struct journal_entry entry_of(const struct value *row)
{
    struct journal_entry entry = {
        .id = cell_integer(&row[ID]),
        .plan = cell_text(&row[PLAN]),
        .register_name = cell_text(&row[REGISTER]),
        .subject = cell_text(&row[SUBJECT]),
        .body = cell_text(&row[BODY]),
        .reason = cell_text(&row[REASON]),
        .by = cell_text(&row[BY]),
        .at = cell_integer(&row[AT]),
        .replaces = cell_integer(&row[REPLACES]),
    };
    struct slice hash = cell_text(&row[HASH]);
    if (hash.len == sizeof entry.hash.bytes)
        memcpy(entry.hash.bytes, hash.at, hash.len);
    return entry;
}

static struct digest hash_of(const struct journal_entry *entry, const struct digest *before)
{
    const struct slice texts[] = {entry->plan, entry->register_name, entry->subject,
                                  entry->body, entry->reason,        entry->by};
    const int64_t numbers[] = {entry->id, entry->at, entry->replaces};
    struct hash_state state;
    hash_start(&state);
    hash_more(&state, slice_from(before->bytes, sizeof before->bytes));
    for (size_t i = 0; i < countof(numbers) + countof(texts); i++) {
        uint64_t number = i < countof(numbers) ? (uint64_t)numbers[i] : texts[i - countof(numbers)].len;
        unsigned char bytes[8];
        for (size_t k = 0; k < 8; k++)
            bytes[k] = (unsigned char)(number >> (56 - 8 * k));
        hash_more(&state, slice_from(bytes, sizeof bytes));
        if (i >= countof(numbers))
            hash_more(&state, texts[i - countof(numbers)]);
    }
    return hash_end(&state);
}

bool journal_newest(struct transaction *transaction, struct slice plan, struct arena *arena, int64_t *ret,
                    struct error *err)
{
    struct result rows;
    if (!store_query(transaction, STATEMENT_PLANS_NEWEST, ARGS(value_text(plan)), arena, &rows, err))
        return false;
    *ret = cell_integer(result_row(&rows, 0));
    return true;
}

bool journal_read(struct transaction *transaction, struct slice plan, int64_t until, struct arena *arena,
                  struct journal *ret, struct error *err)
{
    struct result rows;
    if (!store_query(transaction, STATEMENT_PLANS_ENTRIES, ARGS(value_text(plan), value_integer(until)), arena, &rows,
                     err))
        return false;
    struct journal_entry *entries = arena_array(arena, struct journal_entry, rows.rows);
    for (size_t i = 0; i < rows.rows; i++)
        entries[i] = entry_of(result_row(&rows, i));
    *ret = (struct journal){entries, rows.rows};
    return true;
}

const struct journal_entry *journal_find(const struct journal *journal, struct slice register_name,
                                         struct slice subject)
{
    for (size_t i = journal->count; i-- > 0;)
        if (slice_equal(journal->entries[i].subject, subject) &&
            slice_equal(journal->entries[i].register_name, register_name))
            return &journal->entries[i];
    return NULL;
}

int64_t journal_until(const struct journal *journal, struct date day)
{
    int64_t end = (date_days(day) + 1) * INT64_C(86400000), until = 0;
    for (size_t i = 0; i < journal->count; i++)
        if (journal->entries[i].at < end)
            until = journal->entries[i].id;
    return until;
}

static bool write_change(struct transaction *transaction, const struct guard_session *session, const char *deed,
                         const struct journal_entry *entry, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct buffer detail = buffer_make(scratch);
    struct json json = json_to(&detail);
    json_object(&json);
    json_pair_text(&json, deed, entry->subject);
    json_pair_text(&json, "register", entry->register_name);
    json_pair_integer(&json, "entry", entry->id);
    json_pair_text(&json, "why", entry->reason);
    json_end(&json);
    bool done = change_write(transaction, session, S("plan"), entry->plan, buffer_slice(&detail), err);
    arena_free(scratch);
    return done;
}

bool journal_add(struct transaction *transaction, const struct guard_session *session, const char *deed,
                 struct journal_entry *entry, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct result last;
    struct digest before = {{0}};
    bool done = store_query(transaction, STATEMENT_PLANS_NEWEST_HASH, NO_ARGS, scratch, &last, err) &&
                store_next_ids(transaction, "plan_entry", 1, &entry->id, err);
    if (done && last.rows) {
        struct slice hash = cell_text(&result_row(&last, 0)[1]);
        must(hash.len == sizeof before.bytes);
        memcpy(before.bytes, hash.at, hash.len);
    }
    entry->by = guard_who(session)->name;
    entry->at = host_now(guard_host(guard_of(session)));
    entry->hash = hash_of(entry, &before);
    done = done &&
           store_execute(transaction, STATEMENT_PLANS_INSERT,
                         ARGS(value_integer(entry->id), value_text(entry->plan), value_text(entry->register_name),
                              value_text(entry->subject), value_text(entry->body), value_text(entry->reason),
                              value_text(entry->by), value_integer(entry->at), value_integer(entry->replaces),
                              value_bytes(entry->hash.bytes, sizeof entry->hash.bytes)),
                         NULL, err) &&
           write_change(transaction, session, deed, entry, err);
    arena_free(scratch);
    return done;
}

static bool check_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct journal_chain *chain = context;
    (void)columns;
    (void)err;
    struct journal_entry entry = entry_of(cells);
    struct digest hash = hash_of(&entry, &chain->head);
    chain->entries++;
    if (!chain->broken && (entry.id != chain->entries || !digest_equal(&hash, &entry.hash)))
        chain->broken = entry.id;
    chain->head = entry.hash;
    return true;
}

bool journal_check(struct transaction *transaction, struct journal_chain *ret, struct error *err)
{
    *ret = (struct journal_chain){0};
    return store_each(transaction, STATEMENT_PLANS_CHAIN, NO_ARGS, check_row, ret, err);
}
