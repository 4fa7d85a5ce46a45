#include "world.h"

#include <stdio.h>

const char people_contract[] =
    "apiVersion: v3.0.2\n"
    "kind: DataContract\n"
    "id: people\n"
    "version: 1.0.0\n"
    "schema:\n"
    "  - name: people\n"
    "    properties:\n"
    "      - {name: number, logicalType: string, primaryKey: true, logicalTypeOptions: {maxLength: 8}}\n"
    "      - {name: name, physicalName: Full Name, logicalType: string, required: true}\n"
    "      - name: born\n"
    "        logicalType: date\n"
    "        logicalTypeOptions: {format: dd/mm/yyyy}\n"
    "        quality:\n"
    "          - rule: notFuture\n"
    "      - name: kind\n"
    "        logicalType: string\n"
    "        quality:\n"
    "          - rule: validValues\n"
    "            validValues: [A, B, C]\n"
    "      - name: score\n"
    "        logicalType: integer\n"
    "        logicalTypeOptions: {minimum: 0, maximum: 10}\n"
    "staithe:\n"
    "  agency: council\n"
    "  agreement: care\n"
    "  subject: person\n"
    "  delivery: snapshot\n"
    "  hold_when_closing_more_than: 100%\n"
    "  file: {delimiter: \",\"}\n"
    "  attributes:\n"
    "    person.full_name: name\n";

static void contract_set(struct world *w, const char *contract, const char *from, const char *to)
{
    struct error err;
    struct slice text = slice_of(contract);
    if (from) {
        size_t at = slice_search(text, slice_of(from));
        must(at < text.len);
        text = arena_format(w->arena, "%.*s%s%s", (int)at, text.at, to, text.at + at + strlen(from));
    }
    if (!contract_read(text, S("people.yaml"), w->arena, &w->source, &err))
        fail_msg("%u:%u %s", (unsigned)err.line, (unsigned)err.column, err.text);
}

void world_make(struct both *both, const char *contract, const char *from, const char *to, struct world *ret)
{
    struct error err;
    *ret = (struct world){.both = both, .arena = both->arena, .store = both->store};
    contract_set(ret, contract, from, to);
    GOOD(intake_make(ret->store, &ret->source, both->folder, S("tess"), ret->arena, &ret->intake, &err));
}

void world_contract(struct world *w, const char *contract, const char *from, const char *to)
{
    contract_set(w, contract, from, to);
}

struct slice world_file(struct world *w, struct slice text)
{
    struct error err;
    struct slice path = arena_format(w->arena, "%.*s/in-%d.csv", PRINT(w->both->folder), w->files++);
    GOOD(host_write_file(host_real(), path, text, &err));
    return path;
}

bool world_try(struct world *w, struct slice text, struct date as_at, bool again, struct landing *ret,
               struct error *err)
{
    struct landing_file file = {.path = world_file(w, text), .as_at = as_at, .again = again};
    struct landing landing;
    if (!landing_accept(w->intake, &file, w->arena, &landing, err))
        return false;
    if (!landing.same_again && !landing_run(w->intake, landing.id, NULL, w->arena, &landing, err))
        return false;
    *ret = landing;
    return true;
}

struct landing world_land_as(struct world *w, struct slice text, const char *name, struct date as_at, bool again)
{
    struct error err;
    struct landing landing;
    struct landing_file file = {.path = world_file(w, text), .name = slice_of(name), .as_at = as_at, .again = again};
    GOOD(landing_accept(w->intake, &file, w->arena, &landing, &err));
    if (!landing.same_again)
        GOOD(landing_run(w->intake, landing.id, NULL, w->arena, &landing, &err));
    return landing;
}

struct landing world_land(struct world *w, const char *text)
{
    return world_land_as(w, slice_of(text), NULL, NO_DATE, false);
}

size_t world_rows(struct world *w, const struct landing *landing, enum row_fate fate, struct landing_row **ret)
{
    struct transaction *t = both_begin(w->both, TRANSACTION_READ);
    struct landing_row_all all;
    struct error err;
    size_t count;
    GOOD(landing_read(t, landing->id, w->arena, &all, &err));
    GOOD(landing_rows_in(t, &all, fate, 0, 10, w->arena, ret, &count, &err));
    transaction_rollback(t);
    return count;
}

struct slice world_seen(struct world *w)
{
    struct error err;
    struct transaction *t = both_begin(w->both, TRANSACTION_READ);
    struct source_table table;
    struct sql sql;
    const struct value *args;
    size_t count;
    struct result rows;
    GOOD(source_table_of(t, &w->source, w->arena, &table, &err));
    struct buffer out = buffer_make(w->arena);
    if (!table.source_id) {
        transaction_rollback(t);
        return S("");
    }
    struct slice *names = arena_array(w->arena, struct slice, table.count);
    for (size_t i = 0; i < table.count; i++)
        names[i] = table.columns[i].name;
    struct source_read read = {.table = &table, .columns = names, .column_count = table.count};
    source_table_select(&read, store_dialect(w->store), w->arena, &sql, &args, &count);
    struct error ignored;
    if (!store_query_sql(t, &sql, args, count, w->arena, &rows, &ignored)) {
        transaction_rollback(t); /* No landing got as far as making the table. */
        return S("");
    }
    transaction_rollback(t);
    /* In the order of keys, whichever was written first. */
    size_t *order = arena_array(w->arena, size_t, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        size_t k = i;
        while (k > 0 &&
               slice_compare(cell_text(&result_row(&rows, order[k - 1])[4]), cell_text(&result_row(&rows, i)[4])) > 0) {
            order[k] = order[k - 1];
            k--;
        }
        order[k] = i;
    }
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, order[i]);
        for (size_t c = 4; c < rows.columns; c++) {
            if (c > 4)
                buffer_add_byte(&out, '|');
            if (row[c].kind == VALUE_INTEGER)
                buffer_format(&out, "%lld", (long long)row[c].integer);
            else if (row[c].kind == VALUE_REAL)
                buffer_format(&out, "%g", row[c].real);
            else
                buffer_add(&out, cell_text(&row[c]));
        }
        buffer_add_byte(&out, ';');
    }
    return buffer_slice(&out);
}

void world_sound(struct world *w)
{
    struct transaction *t = both_begin(w->both, TRANSACTION_READ);
    /* No version of a landing that is neither shown, was shown, nor held. */
    assert_int_equal(both_integer(w->both, t,
                                  "SELECT count(*) FROM record r JOIN landing l ON l.id = r.from_landing "
                                  "WHERE l.state NOT IN ('current', 'held')"),
                     0);
    assert_int_equal(both_integer(w->both, t,
                                  "SELECT count(*) FROM record r JOIN landing l ON l.id = r.to_landing "
                                  "WHERE l.state NOT IN ('current', 'held')"),
                     0);
    /* One current version of a key at most, and each version has its values. */
    assert_int_equal(
        both_integer(w->both, t,
                     "SELECT count(*) FROM (SELECT r.key FROM record r JOIN source s ON s.id = r.source "
                     "WHERE r.from_landing <= s.current_landing AND (r.to_landing IS NULL OR r.to_landing > "
                     "s.current_landing) GROUP BY r.source, r.key HAVING count(*) > 1) twice"),
        0);
    /* Rows are conserved in every landing that was finished. */
    assert_int_equal(
        both_integer(w->both, t,
                     "SELECT count(*) FROM landing WHERE rows_in <> rows_new + rows_changed + rows_unchanged + "
                     "rows_quarantined + rows_repeated"),
        0);
    if (both_integer(w->both, t, "SELECT count(*) FROM record") > 0) {
        assert_int_equal(
            both_integer(
                w->both, t,
                "SELECT count(*) FROM record r WHERE NOT EXISTS (SELECT 1 FROM source_people p WHERE p.record = r.id)"),
            0);
        assert_int_equal(
            both_integer(
                w->both, t,
                "SELECT count(*) FROM source_people p WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.id = p.record)"),
            0);
    }
    /* The landing that is shown says how many records there are. */
    assert_int_equal(
        both_integer(w->both, t,
                     "SELECT coalesce(max(l.records), 0) FROM landing l JOIN source s ON s.current_landing = l.id"),
        both_integer(w->both, t,
                     "SELECT count(*) FROM record r JOIN source s ON s.id = r.source WHERE r.from_landing <= "
                     "s.current_landing AND (r.to_landing IS NULL OR r.to_landing > s.current_landing)"));
    transaction_rollback(t);
}

void assert_counts(const struct landing *l, int64_t in, int64_t added, int64_t changed, int64_t unchanged,
                   int64_t quarantined, int64_t repeated, int64_t closed)
{
    const struct landing_counts *c = &l->counts;
    char got[200], wanted[200];
    snprintf(got, sizeof got,
             "%lld in = %lld new + %lld changed + %lld unchanged + %lld quarantined + %lld repeated, %lld closed",
             (long long)c->rows_in, (long long)c->added, (long long)c->changed, (long long)c->unchanged,
             (long long)c->quarantined, (long long)c->repeated, (long long)c->closed);
    snprintf(wanted, sizeof wanted,
             "%lld in = %lld new + %lld changed + %lld unchanged + %lld quarantined + %lld repeated, %lld closed",
             (long long)in, (long long)added, (long long)changed, (long long)unchanged, (long long)quarantined,
             (long long)repeated, (long long)closed);
    assert_string_equal(got, wanted);
}

void assert_says(struct slice text, const char *piece)
{
    if (slice_search(text, slice_of(piece)) == text.len)
        fail_msg("\"%.*s\" does not say \"%s\"", PRINT(text), piece);
}
