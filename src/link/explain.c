/* explain.c: the waterfall of one pair: the same calls as scoring, with words. */
#include "link/score.h"

#include <math.h>

struct values {
    struct slice parts[24];
    size_t count;
};

/* Each value once, whatever its case. */
static void add_value(struct values *values, struct slice text)
{
    bool known = slice_empty(text) || values->count == countof(values->parts);
    for (size_t i = 0; i < values->count && !known; i++)
        known = slice_equal_nocase(values->parts[i], text);
    if (!known)
        values->parts[values->count++] = text;
}

static void add_column(struct values *values, const struct link_records *records, size_t column, uint32_t record)
{
    const struct link_spec *spec = records->spec;
    if (column < spec->input_count) {
        add_value(values, link_records_value(records, record, column));
        return;
    }
    const struct link_made *made = &spec->made[column];
    for (size_t p = 0; p < made->part_count; p++) {
        struct slice text = link_records_value(records, record, made->parts[p]);
        add_value(values, text);
        if (made->either && !slice_empty(text))
            break;
    }
}

/* What was compared: the columns that are given, and of those made from several only the one that the level read. */
static void add_compared(struct values *values, const struct link_records *records,
                         const struct link_comparison *comparison, unsigned level, uint32_t record)
{
    const struct link_spec *spec = records->spec;
    if (comparison->method == LINK_METHOD_JOINT) {
        const struct link_comparison *second = &spec->inner[comparison->second];
        unsigned seconds = spec_level_count(spec, second) + 1;
        add_compared(values, records, &spec->inner[comparison->first], level / seconds, record);
        add_compared(values, records, second, level % seconds, record);
        return;
    }
    bool by_levels = comparison->method == LINK_METHOD_LEVELS;
    bool reached = by_levels && level > 0 && level <= comparison->level_count;
    size_t read = reached ? comparison->levels[level - 1].column : comparison->columns[0];
    for (size_t i = 0; i < comparison->column_count; i++)
        if (!by_levels || comparison->columns[i] < spec->input_count || comparison->columns[i] == read)
            add_column(values, records, comparison->columns[i], record);
}

struct slice explain_values(const struct link_records *records, const struct link_comparison *comparison,
                            unsigned level, uint32_t record, struct arena *arena)
{
    struct values values = {.count = 0};
    add_compared(&values, records, comparison, level, record);
    return arena_join(arena, values.parts, values.count, comparison->method == LINK_METHOD_TOKENS ? S(" ") : S(", "));
}

void link_explain(const struct link_records *records, const struct link_model *model, uint32_t a, uint32_t b,
                  struct arena *arena, struct link_explanation *ret)
{
    must(records->prepared && a != b && a < records->count && b < records->count);
    const struct link_spec *spec = model->spec;
    struct comparer comparer;
    struct compared compared;
    comparer_start(&comparer, records, model);
    compare_records(&comparer, NULL, a, b, &compared);
    *ret =
        (struct link_explanation){.prior = model->prior, .total = model->prior, .part_count = spec->comparison_count};
    ret->parts = arena_array(arena, struct link_part, spec->comparison_count + 1);
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        unsigned level = compared.level[f];
        struct link_part *part = &ret->parts[f];
        *part = (struct link_part){.field = comparison->name,
                                   .a = explain_values(records, comparison, level, a, arena),
                                   .b = explain_values(records, comparison, level, b, arena),
                                   .level = spec_level_words(spec, comparison, level, arena),
                                   .m = model->levels[f].m[level],
                                   .u = model->levels[f].u[level],
                                   .weight = model->levels[f].weight[level] + compare_frequency(compared.frequency[f]),
                                   .frequency = compare_frequency(compared.frequency[f])};
        ret->total += part->weight;
    }
    double near = model->knows_near ? score_near(model, &compared) : 0;
    if (near >= EXPLAIN_NEAR_LEAST) {
        ret->parts[ret->part_count++] =
            (struct link_part){.field = S(EXPLAIN_NEAR), .level = S(EXPLAIN_NEAR_LEVEL), .weight = -near};
        ret->total -= near;
    }
    uint8_t guard = 0;
    ret->verdict = compare_verdict(&comparer, a, b, &guard);
    ret->guard = guard ? spec->guards[guard - 1].name : NO_SLICE;
    ret->probability = 1 / (1 + exp2(-ret->total));
}
