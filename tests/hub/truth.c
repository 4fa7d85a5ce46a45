#include "hub/truth.h"

#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>

struct truth_row {
    struct slice source, key, person, faults;
    int64_t entity, anchor;
    int source_number;
};

struct person_row {
    struct slice person, tags;
};

enum { SOURCES_MAX = 16 };

struct measuring {
    struct arena *arena;
    struct truth_row *rows;
    size_t count, capacity;
    struct person_row *people;
    size_t person_count, person_capacity;
    struct slice sources[SOURCES_MAX];
    int source_count;
    uint64_t true_pairs[SOURCES_MAX][SOURCES_MAX], right[SOURCES_MAX][SOURCES_MAX], joined[SOURCES_MAX][SOURCES_MAX];
};

static int by_key(const void *a, const void *b)
{
    const struct truth_row *x = a, *y = b;
    int order = slice_compare(x->source, y->source);
    return order ? order : slice_compare(x->key, y->key);
}
static int by_person(const void *a, const void *b)
{
    const struct truth_row *x = a, *y = b;
    int order = slice_compare(x->person, y->person);
    return order ? order : by_key(a, b);
}
static int by_entity(const void *a, const void *b)
{
    const struct truth_row *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return by_key(a, b);
}
static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct person_row *)a)->person, ((const struct person_row *)b)->person);
}

static struct slice tags_of(const struct measuring *m, struct slice person)
{
    struct person_row wanted = {.person = person};
    const struct person_row *row = bsearch(&wanted, m->people, m->person_count, sizeof *m->people, by_name);
    return row ? row->tags : NO_SLICE;
}

static bool tagged(const struct measuring *m, const struct truth_row *a, const struct truth_row *b, struct slice tag)
{
    struct slice x = tags_of(m, a->person), y = tags_of(m, b->person);
    return slice_search(x, tag) < x.len && slice_search(y, tag) < y.len;
}

static bool read_csv(struct slice path, struct arena *arena, struct csv_reader **ret, struct error *err)
{
    struct host_file *file;
    struct csv_options options = {.delimiter = ','};
    const struct csv_row *row;
    return host_open(host_real(), path, HOST_READ, arena, &file, err) &&
           csv_open_file(file, &options, arena, ret, err) && csv_read(*ret, &row, err);
}

static bool read_truth(struct measuring *m, struct slice folder, struct error *err)
{
    struct csv_reader *reader;
    const struct csv_row *row;
    if (!read_csv(arena_format(m->arena, "%.*s/truth/records.csv", PRINT(folder)), m->arena, &reader, err))
        return false;
    for (;;) {
        if (!csv_read(reader, &row, err))
            return false;
        if (!row)
            break;
        if (row->fields[2].len == 0)
            continue;
        ARENA_GROW(m->arena, m->rows, m->count, m->capacity);
        m->rows[m->count++] = (struct truth_row){.source = arena_copy(m->arena, row->fields[0]),
                                                 .key = arena_copy(m->arena, row->fields[1]),
                                                 .person = arena_copy(m->arena, row->fields[2]),
                                                 .faults = arena_copy(m->arena, row->fields[6])};
    }
    if (!read_csv(arena_format(m->arena, "%.*s/truth/people.csv", PRINT(folder)), m->arena, &reader, err))
        return false;
    for (;;) {
        if (!csv_read(reader, &row, err))
            return false;
        if (!row)
            break;
        ARENA_GROW(m->arena, m->people, m->person_count, m->person_capacity);
        m->people[m->person_count++] =
            (struct person_row){arena_copy(m->arena, row->fields[0]), arena_copy(m->arena, row->fields[7])};
    }
    qsort(m->people, m->person_count, sizeof *m->people, by_name);
    qsort(m->rows, m->count, sizeof *m->rows, by_key);
    return true;
}

static bool take_member(void *context, const struct value *c, size_t columns, struct error *err)
{
    struct measuring *m = context;
    (void)columns;
    (void)err;
    struct truth_row wanted = {.source = cell_text(&c[0]), .key = cell_text(&c[1])};
    struct truth_row *row = bsearch(&wanted, m->rows, m->count, sizeof *m->rows, by_key);
    if (row) {
        row->entity = cell_integer(&c[3]);
        row->anchor = cell_integer(&c[2]);
    }
    return true;
}

static bool holds_birth(struct slice source)
{
    return !slice_equal(source, S("council_tax")) && !slice_equal(source, S("fire_safety_visits"));
}

static void name_sources(struct measuring *m)
{
    for (size_t i = 0; i < m->count; i++) {
        int number = -1;
        for (int s = 0; s < m->source_count; s++)
            if (slice_equal(m->sources[s], m->rows[i].source))
                number = s;
        if (number < 0 && m->source_count < SOURCES_MAX)
            m->sources[number = m->source_count++] = m->rows[i].source;
        m->rows[i].source_number = number;
    }
}

bool truth_measure(struct store *store, struct slice folder, int64_t linkage, bool print, struct arena *arena,
                   struct truth_figures *ret, struct error *err)
{
    struct measuring m = {.arena = arena};
    struct transaction *t;
    struct truth_figures figures = {0};
    bool sqlite = store_dialect(store) == STORE_SQLITE;
    struct sql sql = {arena_format(arena,
                                   "SELECT s.name, r.key, m.anchor, m.entity FROM member m JOIN record r ON r.id = "
                                   "m.anchor JOIN source s ON s.id = r.source WHERE m.linkage = %c1 ORDER BY m.anchor",
                                   sqlite ? '?' : '$')};
    if (!read_truth(&m, folder, err) || !store_begin(store, TRANSACTION_READ, NULL, arena, &t, err) ||
        !store_each_sql(t, &sql, ARGS(value_integer(linkage)), take_member, &m, err))
        return false;
    transaction_rollback(t);
    size_t known = 0;
    for (size_t i = 0; i < m.count; i++)
        if (m.rows[i].entity)
            m.rows[known++] = m.rows[i];
    m.count = known;
    name_sources(&m);
    unsigned told = 0;
    qsort(m.rows, m.count, sizeof *m.rows, by_entity);
    for (size_t i = 0; i < m.count; i++)
        for (size_t k = i + 1; k < m.count && m.rows[k].entity == m.rows[i].entity; k++) {
            const struct truth_row *a = &m.rows[i], *b = &m.rows[k];
            figures.joined_pairs++;
            m.joined[a->source_number][b->source_number]++;
            if (slice_equal(a->person, b->person)) {
                figures.right_pairs++;
                continue;
            }
            figures.twin_wrong += tagged(&m, a, b, S("twin"));
            figures.shared_wrong += tagged(&m, a, b, S("care_home"));
            if (print && told++ < 40)
                (void)printf("WRONG %.*s %.*s (%.*s, %.*s) = %.*s %.*s (%.*s, %.*s)\n", PRINT(a->source), PRINT(a->key),
                             PRINT(a->person), PRINT(a->faults), PRINT(b->source), PRINT(b->key), PRINT(b->person),
                             PRINT(b->faults));
        }
    told = 0;
    qsort(m.rows, m.count, sizeof *m.rows, by_person);
    for (size_t i = 0; i < m.count; i++)
        for (size_t k = i + 1; k < m.count && slice_equal(m.rows[k].person, m.rows[i].person); k++) {
            const struct truth_row *a = &m.rows[i], *b = &m.rows[k];
            bool right = a->entity == b->entity;
            figures.true_pairs++;
            m.true_pairs[a->source_number][b->source_number]++;
            m.right[a->source_number][b->source_number] += right;
            if (holds_birth(a->source) && holds_birth(b->source)) {
                figures.full_true++;
                figures.full_right += right;
                if (print && !right && told++ < 40)
                    (void)printf("MISSED %.*s %.*s (%.*s) = %.*s %.*s (%.*s) person %.*s %.*s\n", PRINT(a->source),
                                 PRINT(a->key), PRINT(a->faults), PRINT(b->source), PRINT(b->key), PRINT(b->faults),
                                 PRINT(a->person), PRINT(tags_of(&m, a->person)));
            }
        }
    figures.precision = figures.joined_pairs ? (double)figures.right_pairs / (double)figures.joined_pairs : 1;
    figures.recall = figures.true_pairs ? (double)figures.right_pairs / (double)figures.true_pairs : 1;
    figures.full_recall = figures.full_true ? (double)figures.full_right / (double)figures.full_true : 1;
    if (print) {
        for (int s = 0; s < m.source_count; s++)
            for (int u = s; u < m.source_count; u++) {
                uint64_t all = m.true_pairs[s][u] + (s == u ? 0 : m.true_pairs[u][s]),
                         right = m.right[s][u] + (s == u ? 0 : m.right[u][s]);
                uint64_t joined = m.joined[s][u] + (s == u ? 0 : m.joined[u][s]);
                if (all || joined)
                    (void)printf("# %-28.*s %-28.*s true %8llu recall %.4f precision %.5f\n", PRINT(m.sources[s]),
                                 PRINT(m.sources[u]), (unsigned long long)all, all ? (double)right / (double)all : 1.0,
                                 joined ? (double)right / (double)joined : 1.0);
            }
        (void)printf("# all: true %llu joined %llu precision %.5f recall %.4f; where both hold name and birth date: "
                     "recall %.4f of %llu; wrong in care homes %llu, twins %llu\n",
                     (unsigned long long)figures.true_pairs, (unsigned long long)figures.joined_pairs,
                     figures.precision, figures.recall, figures.full_recall, (unsigned long long)figures.full_true,
                     (unsigned long long)figures.shared_wrong, (unsigned long long)figures.twin_wrong);
    }
    *ret = figures;
    return true;
}

bool truth_print(struct store *store, struct slice folder, int64_t linkage, struct arena *arena, struct error *err)
{
    struct truth_figures figures;
    return truth_measure(store, folder, linkage, true, arena, &figures, err);
}
