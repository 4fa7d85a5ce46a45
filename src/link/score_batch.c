/* score_batch.c: pairs to those edges that are worth keeping, for whoever keeps them and whoever joins by them at once.
 */
#include "link/score.h"

void scorer_start(struct scorer *scorer, const struct comparer *comparer, struct memo *memo, double floor)
{
    const struct link_spec *spec = comparer->spec;
    bool rules = false;
    for (size_t i = 0; i < spec->guard_count; i++)
        rules |= spec->guards[i].then == LINK_JOIN;
    *scorer = (struct scorer){.comparer = comparer, .memo = memo};
    compare_above_start(&scorer->above, comparer, floor, rules);
}

size_t score_edges(const struct scorer *scorer, const struct link_pair *pairs, size_t count, struct link_edge *ret)
{
    UNINITIALIZED struct link_pair open[BLOCK_BATCH];
    UNINITIALIZED struct compared compared[BLOCK_BATCH];
    const struct compare_above *above = &scorer->above;
    size_t kept = 0;
    must(count <= BLOCK_BATCH);
    memcpy(open, pairs, count * sizeof *open);
    count = compare_batch_above(scorer->comparer, scorer->memo, above, open, count, compared);
    for (size_t i = 0; i < count; i++) {
        bool light = score_weight(scorer->comparer->model, &compared[i]) < (float)above->floor;
        if (light && !(above->rules && compare_rule_possible(scorer->comparer, open[i].a, open[i].b)))
            continue;
        struct link_edge edge = score_edge(scorer->comparer, open[i], &compared[i]);
        if (edge.weight >= (float)above->floor)
            ret[kept++] = edge;
    }
    return kept;
}
