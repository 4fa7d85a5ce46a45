#include "world.h"

#include "base/json.h"
#include "ingest/quarantine.h"

#define HEAD "number,Full Name,born,kind,score\n"

static void assert_seen(struct world *w, const char *wanted)
{
    char *seen = arena_cstr(w->arena, world_seen(w));
    assert_string_equal(seen, wanted);
    world_sound(w);
}

static void a_first_file_is_all_new(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct landing l = world_land(&w, HEAD "1,Ann Reed,03/02/1952,A,3\n2,Ben Moor,,B,\n");
    assert_int_equal(l.state, LANDING_CURRENT);
    assert_true(l.is_current);
    assert_counts(&l, 2, 2, 0, 0, 0, 0, 0);
    assert_seen(&w, "1|Ann Reed|1952-02-03|A|3;2|Ben Moor||B|;");
}

static void the_next_snapshot_is_new_changed_unchanged_and_closed(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n3,Cas,,C,3\n");
    struct landing l = world_land(&w, HEAD "2,Ben,,B,2\n1,Anne,,A,1\n4,Dot,,A,4\n");
    assert_counts(&l, 3, 1, 1, 1, 0, 0, 1);
    assert_seen(&w, "1|Anne||A|1;2|Ben||B|2;4|Dot||A|4;");
    struct transaction *t = both_begin(w.both, TRANSACTION_READ);
    assert_int_equal(both_integer(w.both, t, "SELECT count(*) FROM record"), 5);
    /* The changed version hangs on the first one's anchor. */
    assert_int_equal(both_integer(w.both, t, "SELECT count(DISTINCT anchor) FROM record WHERE key = '1'"), 1);
    transaction_rollback(t);
    struct landing_row *rows;
    size_t count = world_rows(&w, &l, ROW_NEW, &rows);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].line, 4);
    count = world_rows(&w, &l, ROW_CHANGED, &rows);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].line, 3);
}

static void the_current_file_again_changes_nothing_renamed_or_not(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    const char *text = HEAD "1,Ann,,A,1\n2,Ben,,B,2\n";
    struct landing first = world_land(&w, text);
    struct landing again = world_land(&w, text);
    assert_true(again.same_again);
    assert_int_equal(again.id, first.id);
    again = world_land_as(&w, slice_of(text), "renamed 20300101.csv", NO_DATE, false);
    assert_true(again.same_again);
    struct transaction *t = both_begin(w.both, TRANSACTION_READ);
    assert_int_equal(both_integer(w.both, t, "SELECT count(*) FROM landing"), 1);
    assert_int_equal(both_integer(w.both, t, "SELECT count(*) FROM record"), 2);
    transaction_rollback(t);
}

static void an_older_file_is_refused_without_again(void **state)
{
    struct world w;
    struct landing l;
    struct error err;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    const char *old = HEAD "1,Ann,,A,1\n";
    world_land_as(&w, slice_of(old), "people_20260101.csv", NO_DATE, false);
    world_land_as(&w, S(HEAD "1,Anne,,A,1\n"), "people_20260201.csv", NO_DATE, false);
    assert_false(world_try(&w, slice_of(old), NO_DATE, false, &l, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_says(slice_of(err.text), "landed before");
    assert_false(world_try(&w, S(HEAD "1,Annie,,A,1\n"), (struct date){2026, 1, 15}, false, &l, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_says(slice_of(err.text), "2026-01-15");
    assert_seen(&w, "1|Anne||A|1;");
    l = world_land_as(&w, slice_of(old), "people_20260101.csv", NO_DATE, true);
    assert_counts(&l, 1, 0, 1, 0, 0, 0, 0);
    assert_seen(&w, "1|Ann||A|1;");
}

static void a_quarantined_row_never_closes_its_predecessor(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n3,Cas,,C,3\n");
    struct landing l = world_land(&w, HEAD "1,Ann,,Z,1\n2,Ben,,B,2\n");
    assert_counts(&l, 2, 0, 0, 1, 1, 0, 1);
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;");
}

static void a_row_whose_key_cannot_be_read_keeps_every_record_open(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n3,Cas,,C,3\n");
    struct landing l = world_land(&w, HEAD "1,Ann,,A,1\n123456789,Ben,,B,2\n");
    assert_counts(&l, 2, 0, 0, 1, 1, 0, 0);
    assert_int_equal(l.state, LANDING_CURRENT);
    assert_says(l.reason, "2 records");
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;3|Cas||C|3;");
    /* A row of too few fields: its key is believed when there is such a record. */
    l = world_land(&w, HEAD "1,Ann,,A,1\n2,Ben\n");
    assert_counts(&l, 2, 0, 0, 1, 1, 0, 1);
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;");
    l = world_land(&w, HEAD "1,Ann,,A,1\nBen,2\n");
    assert_counts(&l, 2, 0, 0, 1, 1, 0, 0);
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;");
}

static void rows_of_one_key_are_repeats_or_go_to_quarantine(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct landing l =
        world_land(&w, HEAD "1,Ann,03/02/1952,A,1\n1,Ann,1952-02-03,A,01\n1,Anne,,A,1\n2,Ben,,B,2\n2,Ben,,B,2\n");
    assert_counts(&l, 5, 2, 0, 0, 1, 2, 0);
    assert_seen(&w, "1|Ann|1952-02-03|A|1;2|Ben||B|2;");
    /* The same among rows that may be unchanged. */
    l = world_land(&w, HEAD
                   "1,Ann,03/02/1952,A,1\n1,Anne,,A,1\n1,Ann,03/02/1952,A,1\n2,Bea,,B,2\n2,Ben,,B,2\n2,Bea,,B,2\n");
    assert_counts(&l, 6, 0, 1, 1, 2, 2, 0);
    assert_seen(&w, "1|Ann|1952-02-03|A|1;2|Bea||B|2;");
    struct landing_row *rows;
    size_t count = world_rows(&w, &l, ROW_QUARANTINED, &rows);
    assert_int_equal(count, 2);
    assert_true(slice_equal(rows[0].rule, S("unique key")) && rows[0].line == 3);
    assert_true(slice_equal(rows[1].rule, S("unique key")) && rows[1].line == 6);
}

/* `staithe check` holds the kept file of each landing against its digest: of the hundredth and first too. */
static void every_landing_there_ever_was_is_listed_for_the_check(void **state)
{
    enum { LANDINGS = 101 };
    struct world w;
    struct error err;
    struct landing *all;
    size_t count;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    for (int i = 0; i < LANDINGS; i++)
        world_land(&w, arena_cstr(w.arena, arena_format(w.arena, HEAD "1,Ann %d,,A,1\n", i)));
    struct transaction *t = both_begin(w.both, TRANSACTION_READ);
    GOOD(landing_all(t, w.arena, &all, &count, &err));
    transaction_rollback(t);
    assert_int_equal(count, LANDINGS);
    assert_true(all[0].id < all[LANDINGS - 1].id && all[LANDINGS - 1].is_current);
}

static void another_way_to_write_the_same_values_changes_nothing(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,03/02/1952,A,1\n2,Ben,04/02/1952,B,2\n");
    struct landing l =
        world_land(&w, "score,kind,born,Full Name,number\r\n01,A,1952-02-03,\"Ann\",1\r\n2, B ,4.2.1952,Ben,2\r\n");
    assert_counts(&l, 2, 0, 0, 2, 0, 0, 0);
}

static void a_record_that_comes_back_keeps_its_anchor(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n");
    struct landing l = world_land(&w, HEAD "1,Ann,,A,1\n");
    assert_counts(&l, 1, 0, 0, 1, 0, 0, 1);
    l = world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n3,Cas,,A,1\n");
    assert_counts(&l, 3, 1, 1, 1, 0, 0, 0);
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;3|Cas||A|1;");
    struct transaction *t = both_begin(w.both, TRANSACTION_READ);
    assert_int_equal(both_integer(w.both, t, "SELECT count(DISTINCT anchor) FROM record WHERE key = '2'"), 1);
    assert_int_equal(both_integer(w.both, t, "SELECT count(*) FROM record WHERE key = '2'"), 2);
    transaction_rollback(t);
}

static void a_snapshot_that_closes_too_many_is_held_for_a_persons_word(void **state)
{
    struct world w;
    struct error err;
    world_make(both_of(state), people_contract, "100%", "40%", &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n3,Cas,,C,3\n4,Dot,,A,4\n");
    struct landing held = world_land(&w, HEAD "1,Anne,,A,1\n2,Ben,,B,2\n"), other, ret;
    assert_int_equal(held.state, LANDING_HELD);
    assert_says(held.reason, "close 2 of 4 records (50.0%)");
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;3|Cas||C|3;4|Dot||A|4;");
    assert_false(world_try(&w, S(HEAD "9,Zed,,A,1\n"), NO_DATE, false, &other, &err));
    assert_int_equal(err.code, ERROR_HELD);
    GOOD(landing_decide(w.intake, held.id, false, S("the extract was cut off"), w.arena, &ret, &err));
    assert_int_equal(ret.state, LANDING_REFUSED);
    assert_true(slice_equal(ret.decided_by, S("tess")));
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;3|Cas||C|3;4|Dot||A|4;");
    assert_false(landing_decide(w.intake, held.id, true, NO_SLICE, w.arena, &ret, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    held = world_land_as(&w, S(HEAD "1,Anne,,A,1\n2,Ben,,B,2\n"), "b.csv", NO_DATE, true);
    assert_int_equal(held.state, LANDING_HELD);
    GOOD(landing_decide(w.intake, held.id, true, NO_SLICE, w.arena, &ret, &err));
    assert_true(ret.is_current);
    assert_seen(&w, "1|Anne||A|1;2|Ben||B|2;");
    /* Three of four is a share of the records, not of the file. */
    struct landing l = world_land(&w, HEAD "1,Anne,,A,1\n2,Ben,,B,3\n5,Eve,,A,1\n");
    assert_int_equal(l.state, LANDING_CURRENT);
}

static void a_delta_closes_only_what_it_says(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, "delivery: snapshot",
               "delivery: delta\n  removed: {column: kind, value: C}", &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n");
    struct landing l = world_land(&w, HEAD "3,Cas,,A,3\n1,Anne,,A,1\n");
    assert_counts(&l, 2, 1, 1, 0, 0, 0, 0);
    l = world_land(&w, HEAD "2,Ben,,C,2\n7,Gus,,C,2\n");
    assert_counts(&l, 2, 0, 1, 1, 0, 0, 1);
    assert_seen(&w, "1|Anne||A|1;3|Cas||A|3;");
}

static int64_t open_quarantine(struct world *w)
{
    struct error err;
    struct transaction *t;
    const struct value *open;
    GOOD(store_begin(w->store, TRANSACTION_READ, NULL, w->arena, &t, &err));
    GOOD(store_query_one(t, STATEMENT_INGEST_QUARANTINE_OPEN, ARGS(value_text(w->source.name)), w->arena, "", &open,
                         &err));
    transaction_rollback(t);
    return cell_integer(&open[0]);
}

static void a_quarantined_row_is_corrected_by_a_later_landing(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct landing l = world_land(&w, HEAD "1,Ann,,A,1\n2,,32/01/1950,Q,11\n");
    assert_int_equal(open_quarantine(&w), 1);
    assert_seen(&w, "1|Ann||A|1;");
    struct landing_row *rows;
    size_t count = world_rows(&w, &l, ROW_QUARANTINED, &rows);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].line, 3);
    assert_true(slice_equal(rows[0].column, S("name")) && slice_equal(rows[0].rule, S("required")));
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,31/01/1950,B,10\n");
    assert_int_equal(open_quarantine(&w), 0);
}

static void headings_that_do_not_fit_fail_with_one_sentence(void **state)
{
    static const struct {
        const char *text, *says;
    } files[] = {
        {"number,born,kind,score\n1,,A,1\n", "the column \"Full Name\" of the contract people is missing"},
        {"number,Full Name,born,kind,score,salary\n1,A,,A,1,2\n",
         "field 6: the heading \"salary\" is not in the contract"},
        {"number,Full Nam,born,kind,score\n1,A,,A,1\n",
         "field 2: the heading \"Full Nam\" is not in the contract people; if it is \"Full Name\""},
        {"number,Full Name,born,kind,score,kind\n1,A,,A,1,A\n", "field 6: the heading \"kind\" stands twice"},
        {"1,A,,A,1\n", "none of the headings"},
        {"", "the file is empty"},
        {"%PDF-1.4\n\1\2", "is no delimited text but a PDF"},
        {"just some words\nand more\n", "is this the right file"},
        {"1,\"never closed", "quote that is never closed"},
    };
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n");
    for (size_t i = 0; i < countof(files); i++) {
        struct landing l = world_land(&w, files[i].text);
        assert_int_equal(l.state, LANDING_FAILED);
        assert_says(l.reason, files[i].says);
        assert_seen(&w, "1|Ann||A|1;");
    }
}

static void a_file_of_headings_only_closes_all_and_is_held(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, "100%", "50%", &w);
    struct landing l = world_land(&w, HEAD);
    assert_counts(&l, 0, 0, 0, 0, 0, 0, 0);
    assert_int_equal(l.state, LANDING_CURRENT);
    world_land(&w, HEAD "1,Ann,,A,1\n");
    l = world_land_as(&w, S(HEAD "\n\n"), NULL, NO_DATE, false);
    assert_int_equal(l.state, LANDING_HELD);
}

static void a_file_of_which_no_row_passes_fails_and_changes_nothing(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n");
    struct landing l = world_land(&w, HEAD "1,Ann,,Q,1\n");
    assert_int_equal(l.state, LANDING_FAILED);
    assert_counts(&l, 1, 0, 0, 0, 1, 0, 0);
    assert_says(l.reason, "no row passed");
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;");
}

static void a_changed_contract_is_used_on_the_same_file_with_again(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    const char *text = HEAD "1,Ann,,A,1\n2,Ben,,B,9\n";
    world_land(&w, text);
    world_contract(&w, people_contract, "maximum: 10", "maximum: 8");
    struct landing l = world_land(&w, text);
    assert_true(l.same_again);
    l = world_land_as(&w, slice_of(text), NULL, NO_DATE, true);
    assert_counts(&l, 2, 0, 0, 1, 1, 0, 0);
    /* A column more, of which nothing is filled, makes no new versions. */
    world_contract(&w, people_contract, "      - name: kind\n",
                   "      - {name: note, logicalType: string}\n      - name: kind\n");
    l = world_land(&w, "number,Full Name,born,note,kind,score\n1,Ann,,,A,1\n2,Ben,,hello,B,9\n");
    assert_counts(&l, 2, 0, 1, 1, 0, 0, 0);
    assert_seen(&w, "1|Ann|||A|1;2|Ben||hello|B|9;");
}

static void a_column_that_must_be_unique_sends_later_rows_to_quarantine(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, "physicalName: Full Name,", "physicalName: Full Name, unique: true,",
               &w);
    struct landing l = world_land(&w, HEAD "1,Ann,,A,1\n2,Ann,,B,2\n3,Cas,,C,3\n");
    assert_counts(&l, 3, 2, 0, 0, 1, 0, 0);
    assert_seen(&w, "1|Ann||A|1;3|Cas||C|3;");
    l = world_land(&w, HEAD "3,Ann,,A,1\n1,Ann,,A,1\n");
    assert_counts(&l, 2, 0, 1, 0, 1, 0, 0);
    assert_seen(&w, "1|Ann||A|1;3|Ann||A|1;");
}

static void markup_and_formulas_are_text(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct landing l = world_land(
        &w, HEAD
        "1,<script>alert(1)</script>,,A,1\n2,\"=cmd|' /C calc'!A0\",,B,2\n3,\"O'Brien; DROP TABLE record\",,C,3\n");
    assert_counts(&l, 3, 3, 0, 0, 0, 0, 0);
    assert_seen(&w, "1|<script>alert(1)</script>||A|1;2|=cmd|' /C calc'!A0||B|2;3|O'Brien; DROP TABLE record||C|3;");
}

static void windows_1252_and_utf_16_are_read_as_what_they_are(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct landing l = world_land(&w, HEAD "1,Zo\xeb \x96 Beno\xeet,,A,1\n");
    assert_counts(&l, 1, 1, 0, 0, 0, 0, 0);
    assert_seen(&w, "1|Zoë – Benoît||A|1;");
    const char *text = HEAD "1,Zoë – Benoît,,A,1\n";
    l = world_land(&w, text);
    assert_counts(&l, 1, 0, 0, 1, 0, 0, 0);
    char wide[400];
    size_t n = 0;
    wide[n++] = (char)0xff, wide[n++] = (char)0xfe;
    for (const char *c = HEAD "2,Ann,,A,1\n1,Eve,,A,1\n"; *c; c++)
        wide[n++] = *c, wide[n++] = 0;
    l = world_land_as(&w, slice_from(wide, n), "wide.csv", NO_DATE, false);
    assert_counts(&l, 2, 1, 1, 0, 0, 0, 0);
    assert_seen(&w, "1|Eve||A|1;2|Ann||A|1;");
}

static void bytes_that_are_no_text_cost_their_row_only(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, "  file: {", "  file: {encoding: utf-8, ", &w);
    const char text[] = HEAD "1,Ann\xff,,A,1\n2,B\0en,,B,2\n3,Cas,,C,3\n4,Dot\x01,,A,4\n";
    struct landing l = world_land_as(&w, slice_from(text, sizeof text - 1), NULL, NO_DATE, false);
    assert_counts(&l, 4, 1, 0, 0, 3, 0, 0);
    assert_seen(&w, "3|Cas||C|3;");
}

static void a_file_without_headings_is_read_by_place(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, "  file: {", "  file: {header: false, ", &w);
    struct landing l = world_land(&w, "1,Ann,,A,1\n2,Ben,,B,2\n");
    assert_counts(&l, 2, 2, 0, 0, 0, 0, 0);
    l = world_land(&w, "1,Ann,,A,1\n2,Bea,,B,2\n");
    assert_counts(&l, 2, 0, 1, 1, 0, 0, 0);
    assert_seen(&w, "1|Ann||A|1;2|Bea||B|2;");
}

static void the_as_at_day_comes_from_the_contracts_column(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, "  file: {", "  as_at_column: born\n  file: {", &w);
    struct landing l = world_land(&w, HEAD "1,Ann,03/02/2020,A,1\n2,Ben,04/02/2020,B,2\n");
    assert_int_equal(l.as_at.year, 2020);
    assert_int_equal(l.as_at.day, 3);
    assert_counts(&l, 2, 1, 0, 0, 1, 0, 0); /* the second lies after the extract's day */
    l = world_land(&w, HEAD "1,Ann,03/02/2019,A,1\n");
    assert_int_equal(l.state, LANDING_FAILED);
    assert_says(l.reason, "(--again)");
    l = world_land_as(&w, S(HEAD "1,Ann,02/02/2019,A,1\n"), NULL, NO_DATE, true);
    assert_int_equal(l.state, LANDING_CURRENT);
}

static void two_landings_of_one_source_at_once_do_not_mix(void **state)
{
    struct world w;
    struct error err;
    struct landing a, b;
    struct file_lock *lock;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct arena *other = arena_make(0);
    GOOD(landing_lock(w.intake, other, &lock, &err));
    assert_non_null(lock);
    struct landing_file file = {.path = world_file(&w, S(HEAD "1,Ann,,A,1\n"))};
    GOOD(landing_accept(w.intake, &file, w.arena, &a, &err));
    assert_false(landing_run(w.intake, a.id, NULL, w.arena, &b, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    arena_free(other);
    GOOD(landing_run(w.intake, a.id, NULL, w.arena, &b, &err));
    assert_seen(&w, "1|Ann||A|1;");
}

static bool at_once(void *context)
{
    int *calls = context;
    return ++*calls > 1;
}

static void a_landing_that_is_cancelled_leaves_nothing_and_can_be_run_again(void **state)
{
    struct world w;
    struct error err;
    struct landing l;
    int calls = 0;
    struct landing_watch watch = {.cancelled = at_once, .context = &calls};
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n");
    struct landing_file file = {.path = world_file(&w, S(HEAD "2,Ben,,A,1\n3,Cas,,Q,1\n"))};
    GOOD(landing_accept(w.intake, &file, w.arena, &l, &err));
    assert_false(landing_run(w.intake, l.id, &watch, w.arena, &l, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    assert_seen(&w, "1|Ann||A|1;");
    struct transaction *t = both_begin(w.both, TRANSACTION_READ);
    assert_int_equal(both_integer(w.both, t, "SELECT count(*) FROM quarantine"), 0);
    transaction_rollback(t);
    /* The same file again takes up the landing that is kept. */
    struct landing again = world_land(&w, HEAD "2,Ben,,A,1\n3,Cas,,Q,1\n");
    assert_counts(&again, 2, 1, 0, 0, 1, 0, 1);
    assert_seen(&w, "2|Ben||A|1;");
}

static void a_landing_that_was_interrupted_is_taken_out_and_can_be_run_again(void **state)
{
    struct world w;
    struct error err;
    struct landing l;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n2,Ben,,B,2\n");
    struct landing_file file = {.path = world_file(&w, S(HEAD "2,Bea,,B,2\n3,Cas,,C,3\n"))};
    GOOD(landing_accept(w.intake, &file, w.arena, &l, &err));
    GOOD(landing_run(w.intake, l.id, NULL, w.arena, &l, &err));
    /* As if the power had failed just before the last change. */
    struct transaction *t = both_begin(w.both, TRANSACTION_WRITE);
    both_execute(t, "UPDATE source SET current_landing = 1");
    both_execute(t, "UPDATE landing SET state = 'checking', record_last = 0 WHERE id = 2");
    both_commit(t);
    char *seen = arena_cstr(w.arena, world_seen(&w));
    assert_string_equal(seen, "1|Ann||A|1;2|Ben||B|2;");
    struct catalogue catalogue = {.sources = &w.source, .source_count = 1};
    int64_t recovered = 0;
    GOOD(landing_recover(w.store, w.both->folder, &catalogue, &recovered, &err));
    assert_int_equal(recovered, 1);
    assert_seen(&w, "1|Ann||A|1;2|Ben||B|2;");
    GOOD(landing_run(w.intake, l.id, NULL, w.arena, &l, &err));
    assert_counts(&l, 2, 1, 1, 0, 0, 0, 1);
    assert_seen(&w, "2|Bea||B|2;3|Cas||C|3;");
}

static void the_sentence_and_the_json_show_that_rows_add_up(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    struct landing l = world_land(&w, HEAD "1,Ann,,A,1\n1,Ann,,A,1\n2,,,B,2\n");
    struct slice sentence = landing_sentence(&l, w.arena);
    assert_says(sentence, "3 rows in = 1 new + 0 changed + 0 unchanged + 1 quarantined + 1 repeat; 0 records closed");
    struct buffer text = buffer_make(w.arena);
    struct json json = json_to(&text);
    landing_json(&json, &l, w.arena);
    assert_says(buffer_slice(&text), "\"rows_in\":3");
    assert_says(buffer_slice(&text), "\"state\":\"current\"");
    l = world_land(&w, HEAD "2,Ben,,B,2\n");
    assert_says(landing_sentence(&l, w.arena),
                "1 row in = 1 new + 0 changed + 0 unchanged + 0 quarantined + 0 repeats; "
                "1 record closed");
}

static void each_rule_has_words_of_its_own(void **state)
{
    (void)state;
    static const char *const rules[] = {"required", "type",   "allowed",   "range",      "length", "nhsNumber", "uprn",
                                        "postcode", "unique", "notFuture", "unique key", "row",    "text"};
    for (size_t i = 0; i < countof(rules); i++)
        assert_false(slice_equal(quarantine_rule_words(slice_of(rules[i])), slice_of(rules[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_first_file_is_all_new),
        ON_BOTH(the_next_snapshot_is_new_changed_unchanged_and_closed),
        ON_BOTH(the_current_file_again_changes_nothing_renamed_or_not),
        ON_BOTH(an_older_file_is_refused_without_again),
        ON_BOTH(a_quarantined_row_never_closes_its_predecessor),
        ON_BOTH(a_row_whose_key_cannot_be_read_keeps_every_record_open),
        ON_BOTH(rows_of_one_key_are_repeats_or_go_to_quarantine),
        ON_SQLITE(every_landing_there_ever_was_is_listed_for_the_check),
        ON_BOTH(another_way_to_write_the_same_values_changes_nothing),
        ON_BOTH(a_record_that_comes_back_keeps_its_anchor),
        ON_BOTH(a_snapshot_that_closes_too_many_is_held_for_a_persons_word),
        ON_BOTH(a_delta_closes_only_what_it_says),
        ON_BOTH(a_quarantined_row_is_corrected_by_a_later_landing),
        ON_BOTH(headings_that_do_not_fit_fail_with_one_sentence),
        ON_BOTH(a_file_of_headings_only_closes_all_and_is_held),
        ON_BOTH(a_file_of_which_no_row_passes_fails_and_changes_nothing),
        ON_BOTH(a_changed_contract_is_used_on_the_same_file_with_again),
        ON_BOTH(a_column_that_must_be_unique_sends_later_rows_to_quarantine),
        ON_BOTH(markup_and_formulas_are_text),
        ON_BOTH(windows_1252_and_utf_16_are_read_as_what_they_are),
        ON_BOTH(bytes_that_are_no_text_cost_their_row_only),
        ON_BOTH(a_file_without_headings_is_read_by_place),
        ON_BOTH(the_as_at_day_comes_from_the_contracts_column),
        ON_BOTH(two_landings_of_one_source_at_once_do_not_mix),
        ON_BOTH(a_landing_that_is_cancelled_leaves_nothing_and_can_be_run_again),
        ON_BOTH(a_landing_that_was_interrupted_is_taken_out_and_can_be_run_again),
        ON_BOTH(the_sentence_and_the_json_show_that_rows_add_up),
        cmocka_unit_test(each_rule_has_words_of_its_own),
    };
    return cmocka_run_group_tests_name("landing", tests, NULL, NULL);
}
