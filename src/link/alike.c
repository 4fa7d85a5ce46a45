/* alike.c: records that are the same in all that is compared.
 *
 * A county's extracts come month after month and its case notes name their client each time: of the pairs that meet
 * under the blocking rules half are, in the columns that are compared, the same as another pair (the million-row file,
 * the sample county), and nearly always as one a few thousand pairs before, for arrange.c put the records side by side.
 * So each record is told of one before it that it is like, found in a small table of those seen last; whoever compares
 * pairs then remembers what came out by the two records that theirs are like (score.c). What the table has forgotten is
 * compared again, which costs time and changes nothing. */
#include "link/arrange.h"

#include "link/threads.h"

enum { CHUNK = 1 << 14, TABLE_BITS = 16, NONE = 0xffffffffu };

/* What comparisons and guards read of a record. */
struct compared_columns {
    uint16_t columns[LINK_COLUMNS_MAX];
    size_t count;
};

struct alike_work {
    struct link_records *records;
    struct compared_columns compared;
    uint32_t *tables[LINK_THREADS_MAX]; /* by hash: the record seen last */
};

static void add_column(struct compared_columns *compared, uint16_t column)
{
    for (size_t i = 0; i < compared->count; i++)
        if (compared->columns[i] == column)
            return;
    compared->columns[compared->count++] = column;
}

static void add_conditions(struct compared_columns *compared, const struct link_condition *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_column(compared, conditions[i].column);
}

static void list_columns(const struct link_spec *spec, struct compared_columns *ret)
{
    *ret = (struct compared_columns){.count = 0};
    for (size_t i = 0; i < spec->comparison_count + spec->inner_count; i++) {
        const struct link_comparison *comparison =
            i < spec->comparison_count ? &spec->comparisons[i] : &spec->inner[i - spec->comparison_count];
        for (unsigned c = 0; c < comparison->column_count; c++)
            add_column(ret, comparison->columns[c]);
        for (unsigned l = 0; l < comparison->level_count; l++)
            add_column(ret, comparison->levels[l].column);
    }
    for (size_t i = 0; i < spec->guard_count; i++) {
        add_conditions(ret, spec->guards[i].when, spec->guards[i].when_count);
        add_conditions(ret, spec->guards[i].unless, spec->guards[i].unless_count);
    }
}

static bool is_like(const struct alike_work *work, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < work->compared.count; i++)
        if (record_code(work->records, a, work->compared.columns[i]) !=
            record_code(work->records, b, work->compared.columns[i]))
            return false;
    return true;
}

static void find_some(void *context, size_t chunk, unsigned thread)
{
    const struct alike_work *work = context;
    const struct link_records *records = work->records;
    size_t to = (chunk + 1) * CHUNK < records->count ? (chunk + 1) * CHUNK : records->count;
    for (uint32_t r = (uint32_t)chunk * CHUNK; r < to; r++) {
        uint64_t hash = 0;
        for (size_t i = 0; i < work->compared.count; i++)
            hash = (hash ^ record_code(records, r, work->compared.columns[i])) * 0x9e3779b97f4a7c15ull;
        uint32_t *last = &work->tables[thread][hash >> (64 - TABLE_BITS)];
        records->alike[r] = *last != NONE && is_like(work, r, *last) ? records->alike[*last] : r;
        *last = r;
    }
}

bool records_find_alike(struct link_records *records, const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct alike_work work = {.records = records};
    list_columns(records->spec, &work.compared);
    records->alike = arena_array(records->arena, uint32_t, (size_t)records->count + 1);
    for (unsigned t = 0; t < threads_count(options); t++) {
        work.tables[t] = arena_alloc(scratch, sizeof *work.tables[t], 1u << TABLE_BITS, 64);
        memset(work.tables[t], 0xff, sizeof *work.tables[t] << TABLE_BITS);
    }
    bool done =
        threads_run(options, "finding records that are alike", records->count / CHUNK + 1, find_some, &work, err);
    arena_free(scratch);
    return done;
}
