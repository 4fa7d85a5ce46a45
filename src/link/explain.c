/* explain.c: the waterfall of one pair: the same calls as scoring, with words. */
#include "link/score.h"

#include <math.h>

static struct slice values_of(const struct link_records *records, const struct link_comparison *comparison,
                              uint32_t record, struct arena *arena)
{
    const struct link_spec *spec = records->spec;
    struct slice parts[24];
    size_t count = 0;
    for (size_t i = 0; i < comparison->column_count; i++) {
        size_t column = comparison->columns[i];
        const struct link_made *made = &spec->made[column];
        size_t inner = column < spec->input_count ? 1 : made->part_count;
        for (size_t p = 0; p < inner && count < countof(parts); p++) {
            struct slice text =
                link_records_value(records, record, column < spec->input_count ? column : made->parts[p]);
            if (slice_empty(text))
                continue;
            parts[count++] = text;
            if (column >= spec->input_count && made->either)
                break;
        }
    }
    return arena_join(arena, parts, count, comparison->method == LINK_METHOD_TOKENS ? S(" ") : S(", "));
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
    ret->parts = arena_array(arena, struct link_part, spec->comparison_count);
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        unsigned level = compared.level[f];
        struct link_part *part = &ret->parts[f];
        *part = (struct link_part){.field = comparison->name,
                                   .a = values_of(records, comparison, a, arena),
                                   .b = values_of(records, comparison, b, arena),
                                   .level = spec_level_words(spec, comparison, level, arena),
                                   .m = model->levels[f].m[level],
                                   .u = model->levels[f].u[level],
                                   .weight = model->levels[f].weight[level] + (double)compared.frequency[f],
                                   .frequency = compared.frequency[f]};
        ret->total += part->weight;
    }
    uint8_t guard = 0;
    ret->verdict = compare_verdict(&comparer, a, b, &guard);
    ret->guard = guard ? spec->guards[guard - 1].name : NO_SLICE;
    ret->probability = 1 / (1 + exp2(-ret->total));
}
