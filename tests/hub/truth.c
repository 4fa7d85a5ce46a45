#include "hub/truth.h"

#include "base/csv.h"
#include "hub/linked.h"

#include <stdio.h>
#include <stdlib.h>

struct truth_row {
    struct slice source, key, person, faults;
    int64_t entity, anchor;
    int source_number;
    bool filled; /* holds a given name, a family name and a birth date */
};

struct person_row {
    struct slice person, tags;
};

enum { SOURCES_MAX = 16 };

/* Of one pair of sources. `full`: both records hold a name and a birth date. */
struct tally {
    uint64_t truly, right, joined, full_truly, full_right, full_joined, full_joined_right, joined_right;
};

struct measuring {
    struct arena *arena;
    struct truth_row *rows;
    size_t count, capacity;
    struct person_row *people;
    size_t person_count, person_capacity;
    struct slice sources[SOURCES_MAX];
    bool dated[SOURCES_MAX]; /* has columns for a name and a birth date */
    int source_count;
    struct tally tally[SOURCES_MAX][SOURCES_MAX]; /* [lower][higher] */
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

/* Whether the record as the hub read it holds both halves of a name and a birth date. */
static void look_at_forms(struct measuring *m, const struct linked *linked)
{
    for (size_t i = 0; i < m->count; i++) {
        int64_t record = linked_find(linked, m->rows[i].anchor);
        if (record < 0)
            continue;
        const struct person_form *form = &linked->records[record].form;
        m->rows[i].filled = form->given.len > 0 && form->family.len > 0 && form->birth.len > 0;
    }
    for (int s = 0; s < m->source_count; s++)
        for (size_t i = 0; i < linked->source_count; i++) {
            const struct source *source = linked->sources[i].source;
            if (slice_equal(source->name, m->sources[s]))
                m->dated[s] = source_attribute(source, ATTRIBUTE_PERSON_BIRTH_DATE) &&
                              (source_attribute(source, ATTRIBUTE_PERSON_FAMILY_NAME) ||
                               source_attribute(source, ATTRIBUTE_PERSON_FULL_NAME));
        }
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

static struct tally *tally_of(struct measuring *m, const struct truth_row *a, const struct truth_row *b)
{
    int low = a->source_number < b->source_number ? a->source_number : b->source_number;
    return &m->tally[low][a->source_number + b->source_number - low];
}

static void count_joined(struct measuring *m, bool print, struct truth_figures *figures)
{
    unsigned told = 0;
    qsort(m->rows, m->count, sizeof *m->rows, by_entity);
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = i + 1; k < m->count && m->rows[k].entity == m->rows[i].entity; k++) {
            const struct truth_row *a = &m->rows[i], *b = &m->rows[k];
            struct tally *tally = tally_of(m, a, b);
            bool right = slice_equal(a->person, b->person), full = a->filled && b->filled;
            figures->joined_pairs++;
            figures->right_pairs += right;
            tally->joined++;
            tally->joined_right += right;
            tally->full_joined += full;
            tally->full_joined_right += full && right;
            if (right)
                continue;
            figures->twin_wrong += tagged(m, a, b, S("twin"));
            figures->shared_wrong += tagged(m, a, b, S("care_home"));
            if (print && told++ < 40)
                (void)printf("# WRONG %.*s %.*s (%.*s, %.*s) = %.*s %.*s (%.*s, %.*s)\n", PRINT(a->source),
                             PRINT(a->key), PRINT(a->person), PRINT(a->faults), PRINT(b->source), PRINT(b->key),
                             PRINT(b->person), PRINT(b->faults));
        }
}

static void count_true(struct measuring *m, const struct truth_question *question, struct truth_figures *figures)
{
    qsort(m->rows, m->count, sizeof *m->rows, by_person);
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = i + 1; k < m->count && slice_equal(m->rows[k].person, m->rows[i].person); k++) {
            const struct truth_row *a = &m->rows[i], *b = &m->rows[k];
            struct tally *tally = tally_of(m, a, b);
            bool right = a->entity == b->entity, full = a->filled && b->filled;
            figures->true_pairs++;
            tally->truly++;
            tally->right += right;
            figures->full_true += full;
            figures->full_right += full && right;
            tally->full_truly += full;
            tally->full_right += full && right;
            if (full && !right && question->missed)
                question->missed(question->context,
                                 &(struct truth_missed){a->source, a->key, a->faults, b->source, b->key, b->faults,
                                                        a->person, tags_of(m, a->person), a->anchor, b->anchor});
        }
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 1;
}

static void count_sources(const struct measuring *m, bool print, struct truth_figures *figures)
{
    figures->lowest_recall = 1;
    for (int s = 0; s < m->source_count; s++)
        for (int u = s; u < m->source_count; u++) {
            const struct tally *tally = &m->tally[s][u];
            if (s != u && tally->full_truly && m->dated[s] && m->dated[u]) {
                double recall = share(tally->full_right, tally->full_truly);
                figures->lowest_recall = recall < figures->lowest_recall ? recall : figures->lowest_recall;
            }
            if (print && (tally->truly || tally->joined))
                (void)printf("# %-28.*s %-28.*s all: true %7llu recall %.4f precision %.5f | name and birth date: true "
                             "%7llu recall %.4f precision %.5f\n",
                             PRINT(m->sources[s]), PRINT(m->sources[u]), (unsigned long long)tally->truly,
                             share(tally->right, tally->truly), share(tally->joined_right, tally->joined),
                             (unsigned long long)tally->full_truly, share(tally->full_right, tally->full_truly),
                             share(tally->full_joined_right, tally->full_joined));
        }
}

bool truth_measure(const struct truth_question *question, struct arena *arena, struct truth_figures *ret,
                   struct error *err)
{
    struct measuring m = {.arena = arena};
    struct transaction *t;
    struct truth_figures figures = {0};
    struct linked linked;
    bool sqlite = store_dialect(question->store) == STORE_SQLITE;
    struct sql sql = {arena_format(arena,
                                   "SELECT s.name, r.key, m.anchor, m.entity FROM member m JOIN record r ON r.id = "
                                   "m.anchor JOIN source s ON s.id = r.source WHERE m.linkage = %c1 ORDER BY m.anchor",
                                   sqlite ? '?' : '$')};
    if (!read_truth(&m, question->folder, err) || !linked_read(question->session, arena, &linked, err) ||
        !store_begin(question->store, TRANSACTION_READ, NULL, arena, &t, err) ||
        !store_each_sql(t, &sql, ARGS(value_integer(question->linkage)), take_member, &m, err))
        return false;
    transaction_rollback(t);
    size_t known = 0;
    for (size_t i = 0; i < m.count; i++)
        if (m.rows[i].entity)
            m.rows[known++] = m.rows[i];
    m.count = known;
    name_sources(&m);
    look_at_forms(&m, &linked);
    count_joined(&m, question->print, &figures);
    count_true(&m, question, &figures);
    count_sources(&m, question->print, &figures);
    figures.precision = share(figures.right_pairs, figures.joined_pairs);
    figures.recall = share(figures.right_pairs, figures.true_pairs);
    figures.full_recall = share(figures.full_right, figures.full_true);
    if (question->print)
        (void)printf(
            "# all: true %llu joined %llu precision %.5f recall %.4f; where both records hold name and birth "
            "date: recall %.4f of %llu, of the lowest pair of two sources %.4f; wrong in care homes %llu, twins "
            "%llu\n",
            (unsigned long long)figures.true_pairs, (unsigned long long)figures.joined_pairs, figures.precision,
            figures.recall, figures.full_recall, (unsigned long long)figures.full_true, figures.lowest_recall,
            (unsigned long long)figures.shared_wrong, (unsigned long long)figures.twin_wrong);
    *ret = figures;
    return true;
}
