/* STAITHE_HISTORIES=1000 tries as many random histories, from STAITHE_FIRST_HISTORY on.
 *
 * What changed, linked by the index, held against everything linked anew: after random landings and stewards' words all
 * that linking writes must be the same, to the byte. And the index beside its store: behind it, ahead of it, damaged,
 * away, of two servers. */
#include "hub/linking_write.h"
#include "hub/little.h"
#include "hub/steward.h"

#include "base/hash.h"
#include "link/index_file.h"
#include "store/backup.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

static const char *const people[] = {"care", "gp", "tax", "police"};
enum { PEOPLE = 4, STEPS = 14 };

/* ---- All that linking writes, as text ---- */

struct writing {
    struct buffer *out;
};

static bool write_cells(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct buffer *out = ((struct writing *)context)->out;
    (void)err;
    for (size_t i = 0; i < columns; i++)
        switch (cells[i].kind) {
        case VALUE_NULL:
            buffer_add(out, S("-|"));
            break;
        case VALUE_INTEGER:
            buffer_format(out, "%" PRId64 "|", cells[i].integer);
            break;
        case VALUE_REAL:
            buffer_format(out, "%.9g|", cells[i].real);
            break;
        case VALUE_TEXT:
        case VALUE_BYTES:
            for (size_t k = 0; k < cells[i].text.len; k++)
                buffer_format(out, cells[i].kind == VALUE_TEXT ? "%c" : "%02x", (unsigned char)cells[i].text.at[k]);
            buffer_add_byte(out, '|');
            break;
        }
    buffer_add_byte(out, '\n');
    return true;
}

static struct slice all_written(struct little *little, bool ids)
{
    static const char *const statements[] = {
        "SELECT a, b, weight, verdict, guard, pattern FROM edge ORDER BY a, b",
        "SELECT a, b, weight, why, found_at, pattern, unsure FROM doubt ORDER BY a, b",
        "SELECT anchor, uprn, from_date, until_date, how FROM residence ORDER BY anchor, uprn",
        "SELECT uprn, address, postcode FROM home ORDER BY uprn",
        "SELECT sources, digest, records, entities FROM linkage WHERE linked_at IS NOT NULL ORDER BY sources"};
    static const char *const with_ids[] = {
        "SELECT linkage, anchor, entity, source FROM member ORDER BY linkage, anchor",
        "SELECT linkage, kind, entity, other FROM entity_event ORDER BY id"};
    struct error err;
    struct buffer out = buffer_make(little->arena);
    struct writing writing = {&out};
    struct transaction *t = both_begin(little->both, TRANSACTION_READ);
    for (size_t i = 0; i < countof(statements); i++) {
        struct sql sql = {slice_of(statements[i])};
        GOOD(store_each_sql(t, &sql, NO_ARGS, write_cells, &writing, &err));
    }
    for (size_t i = 0; ids && i < countof(with_ids); i++) {
        struct sql sql = {slice_of(with_ids[i])};
        GOOD(store_each_sql(t, &sql, NO_ARGS, write_cells, &writing, &err));
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        struct sql sql = {arena_format(little->arena,
                                       "SELECT attribute, token, anchor FROM search_%s ORDER BY "
                                       "attribute, token, anchor",
                                       people[i])};
        GOOD(store_each_sql(t, &sql, NO_ARGS, write_cells, &writing, &err));
    }
    transaction_rollback(t);
    return buffer_slice(&out);
}

/* The first line that differs, for whoever has to mend it. */
static void assert_written_alike(struct slice a, struct slice b)
{
    struct slice x = NO_SLICE, y = NO_SLICE;
    if (slice_equal(a, b))
        return;
    while (slice_cut(&a, '\n', &x) && slice_cut(&b, '\n', &y) && slice_equal(x, y))
        ;
    fail_msg("by the index: %.*s\nanew:         %.*s", PRINT(x), PRINT(y));
}

static struct slice index_folder(struct little *little, const char *name)
{
    struct error err;
    GOOD(host_make_folder(host_real(), little->folder, &err));
    return arena_format(little->both->life, "%.*s/%s", PRINT(little->folder), name);
}

static struct hub_link_result link_by(struct little *little, struct slice folder)
{
    return little_link_with(little, &(struct hub_link_options){.threads = 2, .index = folder});
}

/* Linking everything changes nothing any more. */
static void assert_as_anew(struct little *little, const struct hub_link_result *result)
{
    struct slice before = all_written(little, true);
    struct hub_link_result anew = little_link(little, 1);
    assert_true(anew.anew);
    assert_written_alike(before, all_written(little, true));
    assert_true(digest_equal(&anew.digest, &result->digest));
    assert_int_equal(anew.records, result->records);
    assert_int_equal(anew.edges, result->edges);
    assert_int_equal(anew.doubts, result->doubts);
    assert_int_equal(anew.refused, result->refused);
    assert_int_equal(anew.homes, result->homes);
    assert_int_equal(anew.placed, result->placed);
    assert_int_equal(anew.placed_by_address, result->placed_by_address);
    assert_int_equal(anew.unplaced, result->unplaced);
    assert_int_equal(anew.linkage_count, result->linkage_count);
    for (size_t i = 0; i < anew.linkage_count; i++) {
        assert_int_equal(anew.linkages[i].records, result->linkages[i].records);
        assert_int_equal(anew.linkages[i].entities, result->linkages[i].entities);
    }
}

/* ---- Random landings ---- */

struct history {
    struct little *little;
    uint64_t random;
    struct loader_row *rows[PEOPLE];
    size_t counts[PEOPLE];
    unsigned fresh;
};

static uint64_t dice(struct history *h, uint64_t sides)
{
    h->random = h->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (h->random >> 33) % sides;
}

static struct history *history_start(struct little *little, uint64_t seed)
{
    struct history *h = arena_new(little->both->life, struct history);
    *h = (struct history){.little = little, .random = seed * 7919 + 1};
    little_load(little, NULL);
    for (size_t s = 0; s < PEOPLE; s++) {
        h->rows[s] = arena_array(little->both->life, struct loader_row, 2 * LITTLE_ROWS_MAX);
        h->counts[s] = little_rows(little, people[s], h->rows[s]);
    }
    return h;
}

/* Columns by source: given, family, born, address, postcode, phone; -1: none. */
static const int places[PEOPLE][6] = {
    {1, 2, 4, 5, 6, 8}, {3, 2, 4, 6, 7, 8}, {-1, 1, -1, 3, 4, -1}, {2, 1, 3, 4, 5, -1}};

static const char *without_a_letter(struct history *h, const char *text)
{
    size_t length = strlen(text);
    if (length < 4)
        return text;
    size_t at = 1 + dice(h, length - 2);
    return arena_cstr(h->little->both->life,
                      arena_format(h->little->both->life, "%.*s%s", (int)at, text, text + at + 1));
}

/* Somebody else's value, or one's own with a letter lost. */
static void change_row(struct history *h, size_t s)
{
    struct loader_row *row = &h->rows[s][dice(h, h->counts[s])];
    size_t other_source = dice(h, PEOPLE), what = dice(h, 6);
    int place = places[s][what], theirs = places[other_source][what];
    if (place < 0)
        return;
    if (theirs < 0 || dice(h, 2) || (s == 2) != (other_source == 2))
        row->fields[place] = what == 2 ? "1971-07-07" : without_a_letter(h, row->fields[place]);
    else
        row->fields[place] = h->rows[other_source][dice(h, h->counts[other_source])].fields[theirs];
    if (s == 1 && dice(h, 4) == 0)
        row->fields[1] = h->rows[1][dice(h, h->counts[1])].fields[0]; /* a number that theirs superseded */
}

static const char *fresh_key(struct history *h, size_t s)
{
    if (s != 1)
        return arena_cstr(h->little->both->life, arena_format(h->little->both->life, "N%05u", ++h->fresh));
    /* A valid NHS number of the range that is never issued. */
    for (;;) {
        unsigned number = 999500000 + ++h->fresh, sum = 0, rest = number;
        for (unsigned i = 2; i <= 10; i++, rest /= 10)
            sum += rest % 10 * i;
        if (11 - sum % 11 != 10)
            return arena_cstr(h->little->both->life, arena_format(h->little->both->life, "%u%u", number,
                                                                  11 - sum % 11 == 11 ? 0 : 11 - sum % 11));
    }
}

static void add_row(struct history *h, size_t s)
{
    if (h->counts[s] >= LITTLE_ROWS_MAX + 100)
        return;
    struct loader_row *row = &h->rows[s][h->counts[s]];
    *row = h->rows[s][dice(h, h->counts[s])];
    row->fields[0] = fresh_key(h, s);
    h->counts[s]++;
    if (dice(h, 2))
        change_row(h, s);
}

static void land(struct history *h, size_t s)
{
    struct error err;
    GOOD(load_rows(h->little->both->store, catalogue_source(h->little->catalogue, slice_of(people[s])), h->rows[s],
                   h->counts[s], S("2026-11-20"), &err));
}

static void land_at_random(struct history *h)
{
    for (size_t landings = 1 + dice(h, 3); landings > 0; landings--) {
        size_t s = dice(h, PEOPLE);
        for (size_t changes = 1 + dice(h, 8); changes > 0; changes--)
            switch (dice(h, 4)) {
            case 0:
                add_row(h, s);
                break;
            case 1:
                if (h->counts[s] > 20) {
                    size_t gone = dice(h, h->counts[s]);
                    h->rows[s][gone] = h->rows[s][--h->counts[s]];
                }
                break;
            default:
                change_row(h, s);
            }
        land(h, s);
    }
}

/* A word on two records that the hub has edges between, or on any two; now and then one is taken back. */
static void speak_at_random(struct history *h, const struct guard_session *steward, int64_t *last)
{
    struct error err;
    struct decided decided;
    struct little *little = h->little;
    if (*last && dice(h, 3) == 0) {
        if (hub_undo(&little->hub, steward, *last, S("it was a mistake"), little->arena, &decided, &err))
            *last = 0;
        return;
    }
    struct transaction *t = both_begin(little->both, TRANSACTION_READ);
    int64_t edges = both_integer(little->both, t, "SELECT COUNT(*) FROM edge");
    struct slice sql = arena_format(little->arena, "SELECT %s FROM edge ORDER BY a, b LIMIT 1 OFFSET %d", "a",
                                    (int)dice(h, (uint64_t)edges));
    int64_t a = both_integer(little->both, t, arena_cstr(little->arena, sql));
    int64_t b = both_integer(
        little->both, t,
        dice(h, 2)
            ? arena_cstr(little->arena, arena_format(little->arena, "SELECT MAX(b) FROM edge WHERE a = %" PRId64, a))
            : "SELECT MAX(anchor) FROM member");
    transaction_rollback(t);
    if (a != b && hub_decide(&little->hub, steward, a, b, dice(h, 2) ? VERDICT_JOIN : VERDICT_KEEP_APART,
                             S("I asked them"), little->arena, &decided, &err))
        *last = decided.decision;
}

static void what_landed_is_linked_as_linking_everything_anew(void **state)
{
    struct little *little = little_of(state);
    const char *many = getenv("STAITHE_HISTORIES"), *from = getenv("STAITHE_FIRST_HISTORY");
    uint64_t histories = many ? strtoul(many, NULL, 10) : 1, first = from ? strtoul(from, NULL, 10) : 1;
    size_t by_index = 0, changed = 0;
    for (uint64_t seed = first; seed < first + histories; seed++) {
        struct history *h = history_start(little, seed);
        struct slice folder =
            index_folder(little, arena_cstr(little->arena, arena_format(little->arena, "i%d", (int)seed)));
        struct hub_link_result result = link_by(little, folder);
        assert_true(result.anew);
        assert_int_equal(result.index_note.len, 0);
        assert_as_anew(little, &result);
        const struct guard_session *steward = little_sign_in(little, "ada.steward");
        int64_t last = 0;
        for (size_t step = 0; step < STEPS; step++) {
            little->now += 60000;
            if (dice(h, 2))
                speak_at_random(h, steward, &last);
            land_at_random(h);
            if (dice(h, 3) == 0)
                speak_at_random(h, steward, &last); /* between the landing and the linking */
            result = link_by(little, folder);
            assert_int_equal(result.index_note.len, 0);
            by_index += !result.anew;
            changed += result.changed;
            if (dice(h, 3))
                assert_as_anew(little, &result); /* and the index is behind from then on */
        }
        assert_as_anew(little, &result);
    }
    assert_int_equal(by_index, STEPS * histories);
    assert_true(changed > 50);
}

/* ---- The index beside its store ---- */

static void change_some(struct history *h)
{
    for (size_t s = 0; s < PEOPLE; s++) {
        for (size_t i = 0; i < 3; i++)
            change_row(h, s);
        land(h, s);
    }
}

static void copy_folder(struct little *little, struct slice from, struct slice to)
{
    struct error err;
    struct slice *names, text;
    size_t count;
    GOOD(host_make_folder(host_real(), to, &err));
    GOOD(host_list_folder(to, little->arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++)
        GOOD(host_delete(host_real(), arena_format(little->arena, "%.*s/%.*s", PRINT(to), PRINT(names[i])), &err));
    GOOD(host_list_folder(from, little->arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        GOOD(host_read_file(host_real(), arena_format(little->arena, "%.*s/%.*s", PRINT(from), PRINT(names[i])),
                            1 << 26, little->arena, &text, &err));
        GOOD(host_write_file(host_real(), arena_format(little->arena, "%.*s/%.*s", PRINT(to), PRINT(names[i])), text,
                             &err));
    }
}

static void an_index_that_a_crash_left_behind_goes_on_from_where_it_is(void **state)
{
    struct little *little = little_of(state);
    struct history *h = history_start(little, 77);
    struct slice folder = index_folder(little, "index"), before = index_folder(little, "before");
    (void)link_by(little, folder);
    change_some(h);
    copy_folder(little, folder, before);
    struct hub_link_result result = link_by(little, folder);
    assert_false(result.anew);
    /* The store was committed, the log was not: the power went in between. */
    copy_folder(little, before, folder);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_int_equal(result.changed, 0);
    assert_as_anew(little, &result);
    copy_folder(little, before, folder);
    change_some(h);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_true(result.changed > 0);
    assert_int_equal(result.index_note.len, 0);
    assert_as_anew(little, &result);
}

static void an_index_ahead_of_its_store_is_made_anew(void **state)
{
    struct little *little = little_of(state);
    struct both *both = little->both;
    struct error err;
    struct history *h = history_start(little, 78);
    struct slice folder = index_folder(little, "index"), other = index_folder(little, "other");
    struct slice backup = arena_format(both->life, "%.*s/hub.backup", PRINT(both->folder));
    (void)link_by(little, folder);
    GOOD(store_backup(both->store, backup, NULL, &err));
    change_some(h);
    (void)link_by(little, folder);
    /* The store of the day before is put back, and the index of today stays beside it. */
    struct store *today = both->store, *restored;
    struct guard *guard = little->guard;
    struct slice address = both_fresh_address(both, both->dialect);
    struct store_options into = {.address = address, .host = host_real(), .schema = STORE_HUB, .create = true};
    GOOD(store_restore(&into, backup, NULL, &err));
    into.create = false;
    GOOD(store_open(&into, &restored, &err));
    const struct guard_options options = {.store = restored,
                                          .audit_store = little->audit_store,
                                          .catalogue = guard_fixed_catalogue(little->catalogue),
                                          .host = &little->host,
                                          .folder = little->folder,
                                          .cheap_passwords = true};
    GOOD(guard_open(&options, &little->guard, &err));
    both->store = little->hub.store = restored;
    little->hub.guard = little->guard;
    struct arena *own = little->arena = arena_make(0); /* sessions end before their guard */
    change_some(h);
    struct hub_link_result result = link_by(little, folder);
    assert_true(result.anew);
    assert_as_anew(little, &result);
    change_some(h);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_as_anew(little, &result);
    /* A backup holds no index: the restored store makes one where there is none. */
    result = link_by(little, other);
    assert_true(result.anew);
    assert_int_equal(result.index_note.len, 0);
    little->arena = both->arena;
    arena_free(own);
    guard_close(little->guard);
    store_close(restored);
    both->store = little->hub.store = today;
    little->guard = little->hub.guard = guard;
}

static void a_damaged_index_and_one_of_another_model_are_made_anew(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct history *h = history_start(little, 79);
    struct slice folder = index_folder(little, "index"), text;
    struct slice snapshot = arena_format(little->arena, "%.*s/snapshot", PRINT(folder));
    (void)link_by(little, folder);
    GOOD(host_read_file(host_real(), snapshot, 1 << 26, little->arena, &text, &err));
    char *bytes = arena_cstr(little->arena, text);
    bytes[text.len / 2] = (char)(bytes[text.len / 2] ^ 16);
    GOOD(host_write_file(host_real(), snapshot, slice_from(bytes, text.len), &err));
    change_some(h);
    struct hub_link_result result = link_by(little, folder);
    assert_true(result.anew);
    assert_true(slice_starts(result.index_note, S("The index is made anew: ")));
    change_some(h);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_int_equal(result.index_note.len, 0);
    /* Training is a new model, and a contract that says something else touches everyone. */
    result = little_link_with(little, &(struct hub_link_options){.train = true, .index = folder});
    assert_true(result.anew);
    change_some(h);
    result = link_by(little, folder);
    assert_false(result.anew);
    little_rewrite(little, "sources/care.yaml", "    person.telephone: phone\n", "");
    result = link_by(little, folder);
    assert_true(result.anew);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_as_anew(little, &result);
}

static void a_withdrawn_agreement_and_another_gazetteer_touch_everyone(void **state)
{
    struct little *little = little_of(state);
    struct history *h = history_start(little, 80);
    struct slice folder = index_folder(little, "index");
    struct hub_link_result result = link_by(little, folder);
    size_t linkages = result.linkage_count;
    assert_true(linkages > 2);
    change_some(h);
    little_rewrite(little, "agreements/preventing.yaml", "until: 2027-12-31", "until: 2026-11-01");
    little_rewrite(little, "agreements/preventing.yaml", "review: 2027-01-31", "review: 2026-10-31");
    result = link_by(little, folder);
    assert_true(result.anew);
    assert_int_equal(result.linkage_count, linkages - 1);
    change_some(h);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_int_equal(result.linkage_count, linkages - 1);
    assert_as_anew(little, &result);
    const struct loader_row home = {
        {"200000003", "12 Heron Way, Littleham, NR29 4DD", "Littleham", "NR29 4DD", "Dwelling"}};
    little_reload(little, "homes", &home, 1, "2026-11-21");
    result = link_by(little, folder);
    assert_true(result.anew);
    assert_as_anew(little, &result);
}

static void two_servers_over_one_store_take_turns(void **state)
{
    struct little *little = little_of(state);
    struct history *h = history_start(little, 81);
    struct slice folders[2] = {index_folder(little, "first"), index_folder(little, "second")};
    struct hub_link_result result = link_by(little, folders[0]);
    result = link_by(little, folders[1]);
    assert_true(result.anew); /* it has none yet */
    for (size_t turn = 0; turn < 5; turn++) {
        change_some(h);
        if (turn == 3)
            (void)little_link_with(little, &(struct hub_link_options){.index = folders[1]}); /* twice in a row */
        land_at_random(h);
        result = link_by(little, folders[turn % 2]);
        assert_false(result.anew);
        assert_int_equal(result.index_note.len, 0);
        assert_as_anew(little, &result); /* a third server, that keeps none */
    }
    /* One of them links everything anew by other homes; the other's index knows the old ones alone. */
    const struct loader_row home = {
        {"200000003", "12 Heron Way, Littleham, NR29 4DD", "Littleham", "NR29 4DD", "Dwelling"}};
    little_reload(little, "homes", &home, 1, "2026-11-21");
    assert_true(link_by(little, folders[0]).anew);
    change_some(h);
    result = link_by(little, folders[1]);
    assert_true(result.anew);
    assert_as_anew(little, &result);
}

struct linking_thread {
    struct little *little;
    struct slice folder;
    bool linked;
    struct error err;
    struct hub_link_result result;
    struct arena *arena;
};

static void *link_beside(void *context)
{
    struct linking_thread *own = context;
    struct guard_session *session;
    struct hub_link_options options = {.threads = 1, .index = own->folder};
    own->arena = arena_make(0);
    own->linked =
        guard_system_session(own->little->guard, S("linking"), S("hub"), S("test"), own->arena, &session, &own->err) &&
        hub_link(&own->little->hub, session, &options, own->arena, &own->result, &own->err);
    return NULL;
}

static void two_linkings_at_once_come_to_the_same(void **state)
{
    struct little *little = little_of(state);
    struct history *h = history_start(little, 82);
    struct slice folders[3] = {index_folder(little, "first"), NO_SLICE, index_folder(little, "second")};
    folders[1] = folders[0];
    (void)link_by(little, folders[0]);
    (void)link_by(little, folders[2]);
    for (size_t turn = 0; turn < 3; turn++) {
        struct linking_thread threads[3];
        pthread_t ids[3];
        change_some(h);
        for (size_t i = 0; i < 3; i++) {
            threads[i] = (struct linking_thread){.little = little, .folder = folders[i]};
            assert_int_equal(pthread_create(&ids[i], NULL, link_beside, &threads[i]), 0);
        }
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(pthread_join(ids[i], NULL), 0);
        for (size_t i = 0; i < 3; i++) {
            if (!threads[i].linked)
                fail_msg("%s", threads[i].err.text);
            assert_false(threads[i].result.anew);
            assert_true(digest_equal(&threads[i].result.digest, &threads[0].result.digest));
            arena_free(threads[i].arena);
        }
        struct hub_link_result result = link_by(little, folders[0]);
        assert_int_equal(result.changed, 0);
        assert_as_anew(little, &result);
    }
}

static void where_no_index_can_be_kept_everything_is_linked_anew_and_it_is_said(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct history *h = history_start(little, 83);
    struct slice folder = index_folder(little, "file");
    GOOD(host_write_file(host_real(), folder, S("not a folder"), &err));
    struct hub_link_result result = link_by(little, folder);
    assert_true(result.anew);
    assert_true(slice_starts(result.index_note, S("No index is kept, so everything is linked anew each time: ")));
    change_some(h);
    result = link_by(little, folder);
    assert_true(result.anew);
    assert_as_anew(little, &result);
}

/* Goes on so many times, then asks to stop; the last stage told. */
struct stopping {
    unsigned left;
    const char *stage;
};

static bool stop_later(void *context, const char *stage, double share)
{
    struct stopping *stopping = context;
    (void)share;
    stopping->stage = stage;
    return stopping->left > 0 && stopping->left-- > 0;
}

static void a_linking_that_follows_an_index_can_be_stopped_anywhere(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct history *h = history_start(little, 87);
    struct slice folder = index_folder(little, "index");
    struct guard_session *session;
    bool while_following = false, done = false;
    (void)link_by(little, folder);
    change_some(h);
    GOOD(guard_system_session(little->guard, S("linking"), S("test"), S("test"), little->arena, &session, &err));
    for (unsigned times = 0; times < 1000 && !done; times++) {
        struct stopping stopping = {.left = times};
        struct hub_link_options options = {.threads = 1, .index = folder, .progress = stop_later, .context = &stopping};
        struct hub_link_result result;
        done = hub_link(&little->hub, session, &options, little->arena, &result, &err);
        assert_true(done || err.code == ERROR_CANCELLED);
        while_following |= !done && strcmp(stopping.stage, "comparing pairs") == 0;
        if (done) { /* the index was none the worse for it */
            assert_false(result.anew);
            assert_int_equal(result.index_note.len, 0);
            assert_as_anew(little, &result);
        }
    }
    assert_true(done && while_following);
}

/* errno of the writes to come of an index's log; 0: they happen. */
static int log_is_full;

static int full_log(void *context, const struct host_change *change)
{
    (void)context;
    return change->operation == HOST_WRITE && strstr(change->path, "/log-") ? log_is_full : 0;
}

static void a_full_disk_stops_the_index_and_not_the_linking(void **state)
{
    struct little *little = little_of(state);
    struct history *h = history_start(little, 85);
    struct slice folder = index_folder(little, "index");
    little->host.before = full_log;
    (void)link_by(little, folder);
    for (int times = 0; times < 2; times++) {
        log_is_full = ENOSPC;
        change_some(h);
        struct hub_link_result result = link_by(little, folder);
        assert_false(result.anew);
        assert_true(slice_starts(result.index_note, S("The hub is linked, but its index could not be written: ")));
        assert_as_anew(little, &result);
        log_is_full = 0;
        change_some(h);
        result = link_by(little, folder);
        assert_false(result.anew);
        assert_int_equal(result.index_note.len, 0);
        assert_as_anew(little, &result);
    }
    /* Whoever asks for compacting gets no files with what has gone, even where they could not be written anew. */
    log_is_full = ENOSPC;
    change_some(h);
    (void)little_link_with(little, &(struct hub_link_options){.index = folder, .compact = true});
    log_is_full = 0;
    assert_false(index_file_exists(folder, little->arena));
}

static bool holds(struct little *little, struct slice folder, const char *word)
{
    struct error err;
    struct slice *names, text;
    size_t count;
    bool found = false;
    GOOD(host_list_folder(folder, little->arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        GOOD(host_read_file(host_real(), arena_format(little->arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i])),
                            1 << 26, little->arena, &text, &err));
        for (size_t at = 0; at + strlen(word) <= text.len && !found; at++)
            found = slice_equal_nocase(slice_part(text, at, at + strlen(word)), slice_of(word));
    }
    return found;
}

static void what_a_record_said_that_has_gone_is_in_no_file_after_compacting(void **state)
{
    struct little *little = little_of(state);
    struct history *h = history_start(little, 84);
    struct slice folder = index_folder(little, "index");
    h->rows[0][0].fields[2] = "Quaxworthy";
    land(h, 0);
    (void)link_by(little, folder);
    assert_true(holds(little, folder, "quaxworthy"));
    h->rows[0][0] = h->rows[0][--h->counts[0]];
    land(h, 0);
    struct hub_link_result result = link_by(little, folder);
    assert_false(result.anew);
    assert_true(holds(little, folder, "quaxworthy")); /* so far */
    result = little_link_with(little, &(struct hub_link_options){.index = folder, .compact = true});
    assert_false(result.anew);
    assert_int_equal(result.index_note.len, 0);
    assert_false(holds(little, folder, "quaxworthy"));
    change_some(h);
    result = link_by(little, folder);
    assert_false(result.anew);
    assert_as_anew(little, &result);
}

static struct members members_from(struct little *little, int64_t first, size_t count)
{
    struct members members = {arena_array(little->arena, struct member_row, count + 1), count};
    for (size_t i = 0; i < count; i++)
        members.rows[i] = (struct member_row){first + (int64_t)i, first + (int64_t)i, 1};
    return members;
}

/* A landing that takes away most of what it touches must leave those alone whom it does not touch. */
static void members_outside_what_changed_stay_however_many_go(void **state)
{
    struct little *little = little_of(state);
    struct members none = {0}, all = members_from(little, 1, 3000), some = members_from(little, 1, 1500), left;
    struct error err;
    struct transaction *t = both_begin(little->both, TRANSACTION_WRITE);
    GOOD(write_members(t, 900, &none, &all, true, little->arena, &err));
    GOOD(write_members(t, 900, &some, &none, false, little->arena, &err));
    GOOD(read_members(t, 900, little->arena, &left, &err));
    assert_int_equal(left.count, 1500);
    assert_int_equal(left.rows[0].anchor, 1501);
    GOOD(write_members(t, 900, &left, &none, true, little->arena, &err));
    GOOD(read_members(t, 900, little->arena, &left, &err));
    assert_int_equal(left.count, 0);
    transaction_rollback(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(members_outside_what_changed_stay_however_many_go),
        LITTLE_ON_BOTH(what_landed_is_linked_as_linking_everything_anew),
        LITTLE_ON_BOTH(an_index_that_a_crash_left_behind_goes_on_from_where_it_is),
        LITTLE_ON_BOTH(an_index_ahead_of_its_store_is_made_anew),
        LITTLE_ON_BOTH(a_damaged_index_and_one_of_another_model_are_made_anew),
        LITTLE_ON_BOTH(a_withdrawn_agreement_and_another_gazetteer_touch_everyone),
        LITTLE_ON_BOTH(two_servers_over_one_store_take_turns),
        LITTLE_ON_BOTH(two_linkings_at_once_come_to_the_same),
        LITTLE_ON_BOTH(where_no_index_can_be_kept_everything_is_linked_anew_and_it_is_said),
        LITTLE_ON_BOTH(a_linking_that_follows_an_index_can_be_stopped_anywhere),
        LITTLE_ON_BOTH(a_full_disk_stops_the_index_and_not_the_linking),
        LITTLE_ON_BOTH(what_a_record_said_that_has_gone_is_in_no_file_after_compacting),
    };
    return cmocka_run_group_tests_name("linking_changes", tests, NULL, NULL);
}
