/* groups.c: by record the sizes of its cluster, its true entity and what both have in common, from sorted runs; then
 * sums by group. */
#include "link/groups.h"

#include <math.h>

struct end {
    uint64_t first, second;
    uint32_t source, record;
};

static int compare_ends(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->second != y->second)
        return x->second < y->second ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

/* By record, how many others share both labels with it; with sources, those of other sources only. */
static void count_others(struct end *ends, uint32_t count, bool across, uint32_t *ret)
{
    array_sort(ends, count, sizeof *ends, compare_ends);
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && ends[end].first == ends[i].first && ends[end].second == ends[i].second; end++)
            ;
        for (uint32_t j = i, stop; j < end; j = stop) {
            for (stop = j; stop < end && (!across || ends[stop].source == ends[j].source); stop++)
                ;
            for (uint32_t k = j; k < stop; k++)
                ret[ends[k].record] = across ? end - i - (stop - j) : end - i - 1;
        }
    }
}

static double ratio(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 1; /* nothing to find, nothing wrong */
}

static void finish(struct group *group)
{
    group->precision = ratio(group->common, group->predicted);
    group->recall = ratio(group->common, group->real);
    double sum = group->precision + group->recall;
    group->f1 = sum > 0 ? 2 * group->precision * group->recall / sum : 0;
}

static bool is_low(double part, double whole, uint64_t records)
{
    double chance = records ? 3 * sqrt(whole * (1 - whole) / (double)records) : 1;
    return part < whole - fmax(0.01, chance);
}

static int larger(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    if (x->records != y->records)
        return x->records > y->records ? -1 : 1;
    return slice_compare(x->name, y->name);
}

static void add_end(struct group *group, uint32_t real, uint32_t predicted, uint32_t common)
{
    group->records++;
    group->real += real;
    group->predicted += predicted;
    group->common += common;
}

/* Sums by number of group; groups[0] is of those without a value. */
static void add_up(const struct groups_input *input, const uint32_t *value, struct group *groups, struct group *whole)
{
    struct arena *scratch = arena_make(0);
    size_t n = (size_t)input->count + 1;
    struct end *ends = arena_array(scratch, struct end, n);
    uint32_t *others[3];
    for (int kind = 0; kind < 3; kind++) { /* true, joined, both */
        others[kind] = arena_array(scratch, uint32_t, n);
        for (uint32_t r = 0; r < input->count; r++)
            ends[r] = (struct end){.first = kind == 1 ? input->cluster[r] : input->truth[r],
                                   .second = kind == 2 ? input->cluster[r] : 0,
                                   .source = input->source ? input->source[r] : 0,
                                   .record = r};
        count_others(ends, input->count, input->source != NULL, others[kind]);
    }
    for (uint32_t r = 0; r < input->count; r++) {
        add_end(&groups[value[r]], others[0][r], others[1][r], others[2][r]);
        add_end(whole, others[0][r], others[1][r], others[2][r]);
    }
    finish(whole);
    arena_free(scratch);
}

static void merge(struct group *into, const struct group *from)
{
    into->records += from->records;
    into->real += from->real;
    into->predicted += from->predicted;
    into->common += from->common;
}

/* The groups that have records, named; `missing` last. */
static void keep(struct groups *ret, struct group *named, size_t count, struct group *missing)
{
    missing->name = S("(no value)");
    for (size_t i = 0; i < count; i++)
        if (named[i].records)
            ret->groups[ret->count++] = named[i];
    if (missing->records)
        ret->groups[ret->count++] = *missing;
    for (size_t i = 0; i < ret->count; i++) {
        struct group *group = &ret->groups[i];
        finish(group);
        group->low_precision = is_low(group->precision, ret->whole.precision, group->records);
        group->low_recall = is_low(group->recall, ret->whole.recall, group->records);
    }
}

void groups_by_value(const struct groups_input *input, struct slice column, const uint32_t *value,
                     const struct slice *names, uint32_t name_count, struct arena *arena, struct groups *ret)
{
    struct arena *scratch = arena_make(0);
    struct group *all = arena_array(scratch, struct group, (size_t)name_count + 2);
    *ret = (struct groups){.column = column, .groups = arena_array(arena, struct group, GROUPS_MOST + 2)};
    add_up(input, value, all, &ret->whole);
    for (uint32_t i = 1; i < name_count; i++)
        all[i].name = arena_copy(arena, names[i]);
    if (name_count > 2)
        array_sort(all + 1, name_count - 1, sizeof *all, larger);
    size_t count = name_count > 1 ? name_count - 1 : 0;
    if (count > GROUPS_MOST) {
        struct group *rest = &all[GROUPS_MOST];
        for (size_t i = GROUPS_MOST + 1; i <= count; i++)
            merge(rest, &all[i]);
        rest->name = arena_format(arena, "(%zu smaller groups)", count - GROUPS_MOST + 1);
        count = GROUPS_MOST;
    }
    keep(ret, all + 1, count, &all[0]);
    arena_free(scratch);
}

/* The year below which one record in two hundred lies, and the year above which one does: a slip of the pen is no age
 * group of its own. False when no year is known. */
static bool usual_years(const uint16_t *year, uint32_t count, struct arena *scratch, uint32_t *ret_low,
                        uint32_t *ret_high)
{
    uint32_t *records = arena_array(scratch, uint32_t, UINT16_MAX + 1u);
    uint64_t known = 0, below = 0, above = 0;
    for (uint32_t r = 0; r < count; r++) {
        records[year[r]] += year[r] != 0;
        known += year[r] != 0;
    }
    if (known == 0)
        return false;
    uint32_t low = 0, high = UINT16_MAX;
    while ((below += records[low]) * 200 <= known)
        low++;
    while ((above += records[high]) * 200 <= known)
        high--;
    *ret_low = low;
    *ret_high = high > low ? high : low;
    return true;
}

void groups_by_year(const struct groups_input *input, struct slice column, const uint16_t *year, struct arena *arena,
                    struct groups *ret)
{
    struct arena *scratch = arena_make(0);
    uint32_t low = 1, high = 1, width = 0;
    (void)usual_years(year, input->count, scratch, &low, &high);
    static const uint32_t widths[] = {10, 25, 100, 5000};
    for (size_t i = 0; i < countof(widths) && (!width || high / width - low / width + 3 > GROUPS_MOST); i++)
        width = widths[i];
    uint32_t first = low / width, bands = high / width - first + 1;
    uint32_t *value = arena_array(scratch, uint32_t, (size_t)input->count + 1);
    struct group *all = arena_array(scratch, struct group, (size_t)bands + 3); /* no value, before, bands, after */
    for (uint32_t r = 0; r < input->count; r++) {
        uint32_t band = year[r] / width;
        value[r] = !year[r] ? 0 : band < first ? 1 : band - first < bands ? band - first + 2 : bands + 2;
    }
    *ret = (struct groups){.column = column, .groups = arena_array(arena, struct group, (size_t)bands + 3)};
    add_up(input, value, all, &ret->whole);
    all[1].name = arena_format(arena, "before %u", first * width);
    for (uint32_t i = 0; i < bands; i++)
        all[i + 2].name = arena_format(arena, "%u to %u", (first + i) * width, (first + i + 1) * width - 1);
    all[bands + 2].name = arena_format(arena, "%u and after", (first + bands) * width);
    keep(ret, all + 1, (size_t)bands + 2, &all[0]);
    arena_free(scratch);
}
