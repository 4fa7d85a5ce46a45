/* train.c: a model from records without labels.
 *
 * Frequencies; keys too common to block on; u by chance; patterns of all pairs that meet, counted; m and the share of
 * matches by EM. Where the specification lets it learn, what the first model is certain of then teaches value pairs
 * (nicknames, a village and its district), and u and m are measured again with them, from where they ended. */
#include "link/train.h"

#include "link/score.h"
#include "link/threads.h"

#include <math.h>
#include <stdlib.h>

/* The pairs of small blocks are enough to find who teaches what values go together: on the historical data 1,342 of
 * 1,359 pairs of values, F1 the same to the fourth digit. */
enum { LEARN_BLOCK = 16 };

/* Certain are pairs of so many bits, if this share of the matches has them. */
enum { LEARN_WEIGHT = 8 };
#define LEARN_SHARE 0.8

/* And the pairs of so many records, each with all others: a value pair needs three clusters, and a county's records
 * would take half of the time of the whole to teach what a part of them teaches. Where there are many records of one
 * entity, about LEARN_OF_ENTITY of them show who all others are. */
enum { LEARN_RECORDS = 60000, LEARN_OF_ENTITY = 3, LEARN_EACH_MOST = 6 };

/* ---- Starts ---- */

static void start_simple(const struct link_spec *spec, const struct link_comparison *comparison, double *m)
{
    unsigned count = spec_level_count(spec, comparison);
    if (comparison->method == LINK_METHOD_TOKENS) {
        static const double share[LINK_CONFLICTS] = {0.7, 0.2, 0.1};
        for (unsigned bin = 0; bin < LINK_BINS; bin++)
            for (unsigned c = 0; c < LINK_CONFLICTS; c++)
                m[1 + bin * LINK_CONFLICTS + c] = (bin < 2 ? 0.02 : 0.96 / (LINK_BINS - 2)) * share[c];
        return;
    }
    for (unsigned l = 1; l <= count; l++)
        m[l] = count == 1 ? 1 : l == 1 ? 0.75 : l == count ? 0.05 : count > 2 ? 0.2 / (count - 2) : 0;
    double sum = 0;
    for (unsigned l = 1; l <= count; l++)
        sum += m[l];
    for (unsigned l = 1; l <= count; l++)
        m[l] /= sum;
}

static void start_m(const struct link_spec *spec, const struct link_comparison *comparison, double *m)
{
    if (comparison->method != LINK_METHOD_JOINT) {
        start_simple(spec, comparison, m);
        return;
    }
    const struct link_comparison *first = &spec->inner[comparison->first], *second = &spec->inner[comparison->second];
    unsigned ones = spec_level_count(spec, first) + 1, twos = spec_level_count(spec, second) + 1;
    double one[LINK_PATTERN_LEVELS], two[LINK_PATTERN_LEVELS], sum = 0;
    start_simple(spec, first, one);
    start_simple(spec, second, two);
    one[0] = two[0] = 0.3;
    for (unsigned l = 1; l < ones * twos; l++)
        sum += m[l] = one[l / twos] * two[l % twos];
    for (unsigned l = 1; l < ones * twos; l++)
        m[l] /= sum;
}

/* The levels that speak of another person. Of a date: what holds for as many brothers and spouses as for slips of the
 * pen. Of a name as a bag of words: that nothing agrees, or that as much speaks against it as for it, as for two people
 * of one surname. */
static uint64_t levels_against(const struct link_comparison *comparison, unsigned count)
{
    uint64_t against = 0;
    if (comparison->method == LINK_METHOD_LEVELS) {
        against = 1ull << count;
        for (unsigned l = 0; l < comparison->level_count && comparison->kind == LINK_DATE; l++)
            if (comparison->levels[l].test == LINK_TEST_YEAR || comparison->levels[l].test == LINK_TEST_YEARS ||
                comparison->levels[l].test == LINK_TEST_DAY_MONTH)
                against |= 1ull << (l + 1);
    } else if (comparison->method == LINK_METHOD_TOKENS && comparison->kind <= LINK_FULL_NAME) {
        for (unsigned l = 0; l < count; l++)
            if (l < LINK_CONFLICTS || l % LINK_CONFLICTS > 0)
                against |= 1ull << (l + 1);
    } else if (comparison->method == LINK_METHOD_TOKENS && comparison->kind == LINK_TEXT &&
               comparison->different_max < 1) {
        for (unsigned l = 0; l < count; l++)
            if (l < LINK_CONFLICTS || l % LINK_CONFLICTS == LINK_CONFLICTS - 1)
                against |= 1ull << (l + 1);
    }
    return against;
}

/* The levels of agreement in full, and the least share of matches that has them whatever the pairs say. Where there are
 * no duplicates at all, the likeliest class is one of chance: people whose days and months are swapped, who share no
 * postcode and no telephone. However bad the records, a slip is not the rule. */
static uint64_t levels_equal(const struct link_spec *spec, const struct link_comparison *comparison, unsigned count,
                             double *ret_least)
{
    static const double least[LINK_KINDS] = {
        [LINK_DATE] = 0.4, [LINK_POSTCODE] = 0.2, [LINK_TELEPHONE] = 0.1, [LINK_IDENTIFIER] = 0.4, [LINK_EMAIL] = 0.1};
    *ret_least = least[comparison->kind];
    uint64_t equal = 0;
    if (comparison->method == LINK_METHOD_JOINT) {
        unsigned twos = spec_level_count(spec, &spec->inner[comparison->second]) + 1;
        for (unsigned l = 1; l <= count; l++)
            if (l / twos == 1)
                equal |= 1ull << l;
    } else if (comparison->method == LINK_METHOD_LEVELS && comparison->level_count > 0 &&
               comparison->levels[0].test == LINK_TEST_EQUAL) {
        equal = 2;
    }
    return *ret_least > 0 ? equal : 0;
}

/* The levels of another home. A place alone may be where somebody was born. */
static uint64_t levels_moved(const struct link_comparison *comparison, unsigned count)
{
    if (comparison->kind != LINK_POSTCODE && comparison->kind != LINK_PLACE && comparison->kind != LINK_ADDRESS)
        return 0;
    return comparison->method == LINK_METHOD_TOKENS ? ((1ull << LINK_CONFLICTS) - 1) << 1 : 1ull << count;
}

/* The levels where people near each other are: they differ in what is a person's own; family shares a name, neighbours
 * none. */
static uint64_t levels_of_near(const struct link_comparison *comparison, uint64_t against, unsigned count,
                               enum link_near near)
{
    uint64_t none = comparison->method == LINK_METHOD_TOKENS ? ((1ull << LINK_CONFLICTS) - 1) << 1 : 1ull << count;
    switch (comparison->kind) {
    case LINK_DATE:
    case LINK_GIVEN_NAME:
    case LINK_TEXT:
        return against;
    case LINK_FAMILY_NAME:
        return near == LINK_NEIGHBOUR ? none : ((2ull << count) - 2) & ~none;
    case LINK_FULL_NAME:
        return near == LINK_NEIGHBOUR ? none : against & ~none;
    default:
        return 0;
    }
}

/* A whole name that agrees. */
static uint64_t levels_of_namesakes(const struct link_comparison *comparison, unsigned count)
{
    uint64_t alike = 0;
    for (unsigned l = 2 * LINK_CONFLICTS;
         l < count && comparison->kind == LINK_FULL_NAME && comparison->method == LINK_METHOD_TOKENS;
         l += LINK_CONFLICTS)
        alike |= 1ull << (l + 1);
    return alike;
}

/* What EM is told of each comparison beforehand. */
struct bounds {
    unsigned levels[LINK_FIELDS_MAX];
    uint64_t against[LINK_FIELDS_MAX], strangers[LINK_FIELDS_MAX], moved[LINK_FIELDS_MAX], equal[LINK_FIELDS_MAX],
        namesakes[LINK_FIELDS_MAX];
    double different_max[LINK_FIELDS_MAX], equal_min[LINK_FIELDS_MAX];
    uint64_t near[LINK_NEAR][LINK_FIELDS_MAX];
    bool train[LINK_FIELDS_MAX];
    bool personal; /* something is a person's own, which family does not share */
};

/* m of a model that was fitted before stands for the most part. What it has not seen yet, levels of learned values, is
 * found by the rest. */
static void start_again(const struct link_spec *spec, const struct link_comparison *comparison, double *m)
{
    double start[LINK_PATTERN_LEVELS] = {0};
    start_m(spec, comparison, start);
    for (unsigned l = 1; l <= spec_level_count(spec, comparison); l++)
        m[l] = 0.9 * m[l] + 0.1 * start[l];
}

static void bound_fields(const struct link_spec *spec, struct link_model *model, bool again, struct bounds *ret)
{
    bool homes = false, dates = false;
    *ret = (struct bounds){.personal = false};
    for (size_t f = 0; f < spec->comparison_count; f++) {
        homes |= spec->comparisons[f].kind == LINK_ADDRESS;
        dates |= spec->comparisons[f].kind == LINK_DATE;
    }
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        unsigned levels = ret->levels[f] = spec_level_count(spec, comparison);
        uint64_t against = ret->against[f] = levels_against(comparison, levels);
        ret->different_max[f] = against ? comparison->different_max : 1;
        bool names = comparison->method == LINK_METHOD_TOKENS && comparison->kind <= LINK_FULL_NAME;
        ret->strangers[f] = names && comparison->different_max < 1 ? 1ull << LINK_CONFLICTS : 0;
        ret->moved[f] = homes ? levels_moved(comparison, levels) : 0;
        ret->equal[f] = levels_equal(spec, comparison, levels, &ret->equal_min[f]);
        ret->namesakes[f] = dates ? levels_of_namesakes(comparison, levels) : 0;
        ret->train[f] = comparison->train;
        for (unsigned n = 0; n < LINK_NEAR; n++)
            ret->near[n][f] = levels_of_near(comparison, against, levels, (enum link_near)n);
        ret->personal |= ret->near[LINK_FAMILY][f] != 0;
        if (again)
            start_again(spec, comparison, model->levels[f].m);
        else
            start_m(spec, comparison, model->levels[f].m);
    }
}

/* They begin as matches do but for these levels, which begin as among strangers. */
static void start_near(uint64_t mask, unsigned count, const struct levels *levels, double *ret)
{
    double inside = 0, outside = 0;
    for (unsigned l = 1; l <= count; l++)
        *(mask >> l & 1 ? &inside : &outside) += mask >> l & 1 ? levels->u[l] : levels->m[l];
    for (unsigned l = 1; l <= count; l++)
        ret[l] = mask == 0       ? levels->m[l]
                 : mask >> l & 1 ? 0.98 * levels->u[l] / inside
                                 : 0.02 * levels->m[l] / outside;
}

/* ---- Training ---- */

struct trainer {
    struct link_records *records;
    const struct link_options *options;
    struct link_model *model;
    struct blocks *blocks;
    struct comparer *comparer;
    struct arena *arena; /* of the samples */
    struct sample *random, *met;
    double teaching; /* weight from which pairs may teach */
    struct link_training report;
};

#define FAMILY_LEAST 0.15 /* of the matches; where homes are shared they are as many as these and more */

/* The samples are drawn for the first fit and kept for the second. */
static bool draw(struct trainer *trainer, struct error *err)
{
    const struct comparer *comparer = trainer->comparer;
    bool again = trainer->random != NULL;
    return (again ? sample_again(comparer, trainer->random, trainer->options, err)
                  : sample_random(comparer, trainer->options, trainer->arena, &trainer->random, err)) &&
           (trainer->met
                ? sample_again(comparer, trainer->met, trainer->options, err)
                : sample_blocked(comparer, trainer->blocks, trainer->options, trainer->arena, &trainer->met, err));
}

/* With family and neighbours there is more than one way to share the pairs out, and where it ends hangs on where it
 * begins: the likeliest end of several counts. */
static void fit_near(struct trainer *trainer, struct em *em, struct pattern_list met)
{
    static const double starts[][2] = {{1, 1}, {0.1, 1}, {1, 10}, {0.1, 10}}; /* matches, near ones */
    struct arena *scratch = arena_make(0);
    size_t fields = em->field_count;
    struct levels *first = arena_array(scratch, struct levels, fields),
                  *best = arena_array(scratch, struct levels, fields);
    struct em best_em = *em;
    double lambda = em->lambda;
    memcpy(first, em->levels, fields * sizeof *first);
    for (size_t s = 0; s < countof(starts); s++) {
        bool converged;
        memcpy(em->levels, first, fields * sizeof *first);
        em->lambda = lambda * starts[s][0];
        for (unsigned n = 0; n < LINK_NEAR; n++) {
            em->near[n] = fmin(0.2, lambda * starts[s][1]);
            for (size_t f = 0; f < fields; f++)
                start_near(em->near_levels[n][f], em->level_counts[f], &first[f], em->levels[f].r[n]);
        }
        trainer->report.iterations += em_run(em, met.patterns, met.count, &converged);
        if (s == 0 || em->likelihood > best_em.likelihood) {
            best_em = *em;
            trainer->report.converged = converged;
            memcpy(best, em->levels, fields * sizeof *best);
        }
        /* A few relatives only are as likely matches with many faults: then there are no such classes. */
        if (s == 0 && em->near[LINK_FAMILY] < FAMILY_LEAST * em->lambda) {
            best_em.near[LINK_FAMILY] = best_em.near[LINK_NEIGHBOUR] = 0;
            break;
        }
    }
    *em = best_em;
    memcpy(em->levels, best, fields * sizeof *best);
    arena_free(scratch);
}

/* By what is common to all pairs of a pattern. */
static double pattern_weight(const struct link_model *model, uint64_t pattern)
{
    double weight = model->prior;
    for (size_t f = 0; f < model->spec->comparison_count; f++)
        weight += model->levels[f].weight[pattern >> (6 * f) & 63];
    return weight;
}

/* Pairs of these patterns that weigh the floor and more. */
static double expected_edges(const struct link_model *model, struct pattern_list list)
{
    double edges = 0;
    for (size_t i = 0; i < list.count; i++)
        edges += pattern_weight(model, list.patterns[i].pattern) >= model->floor ? (double)list.patterns[i].count : 0;
    return edges;
}

/* What is certain teaches: of the expected matches the heavier ones, and no pair below LEARN_WEIGHT where these are
 * enough. Where columns say little most matches weigh less, and must do. */
static double teaching_weight(const struct link_model *model, struct pattern_list met)
{
    double heavier[LEARN_WEIGHT + 1] = {0}, all = 0;
    for (size_t i = 0; i < met.count; i++) {
        double weight = pattern_weight(model, met.patterns[i].pattern);
        double matches = (double)met.patterns[i].count / (1 + exp2(-weight));
        all += matches;
        for (int bits = 0; bits <= LEARN_WEIGHT && weight >= bits; bits++)
            heavier[bits] += matches;
    }
    int bits = LEARN_WEIGHT;
    while (bits > 0 && heavier[bits] < LEARN_SHARE * all)
        bits--;
    return fmax(bits, model->join);
}

/* For the second time from where the first ended. */
static bool fit(struct trainer *trainer, bool again, struct error *err)
{
    const struct link_spec *spec = trainer->records->spec;
    struct link_model *model = trainer->model;
    struct arena *scratch = arena_make(0);
    struct pattern_count *patterns = NULL, *random = NULL;
    size_t count = 0, random_count = 0;
    bool done = draw(trainer, err);
    if (done) {
        uint64_t random_pairs;
        random = sample_patterns(trainer->random, scratch, &random_count, &random_pairs);
        patterns = sample_patterns(trainer->met, scratch, &count, &trainer->report.pairs);
        struct bounds bounds;
        struct namesakes namesakes;
        bound_fields(spec, model, again, &bounds);
        double start = fmin(fmax((double)trainer->report.pairs / 10, 1), (double)trainer->records->count);
        struct em em = {.field_count = spec->comparison_count,
                        .level_counts = bounds.levels,
                        .against = bounds.against,
                        .different_max = bounds.different_max,
                        .strangers = bounds.strangers,
                        .moved = bounds.moved,
                        .equal = bounds.equal,
                        .namesakes = bounds.namesakes,
                        .equal_min = bounds.equal_min,
                        .near_levels = {bounds.near[LINK_FAMILY], bounds.near[LINK_NEIGHBOUR]},
                        .train = bounds.train,
                        .levels = model->levels,
                        .universe = model->universe,
                        .lambda = again ? model->lambda : fmin(0.4, start / model->universe)};
        memcpy(em.near, model->near, sizeof em.near);
        struct pattern_list sample = {random, random_count}, met = {patterns, count};
        chance_namesakes(trainer->comparer, &namesakes);
        chance_levels(model, sample, met, &namesakes, false);
        if (spec->relatives && bounds.personal && !again)
            fit_near(trainer, &em, met);
        else
            trainer->report.iterations += em_run(&em, patterns, count, &trainer->report.converged);
        /* Once the matches are known, u without them, and again. */
        for (int more = 0; more < 2; more++) {
            model->lambda = em.lambda;
            chance_levels(model, sample, met, &namesakes, true);
            trainer->report.iterations += em_run(&em, patterns, count, &trainer->report.converged);
        }
        trainer->report.patterns = count;
        trainer->report.matches = em.matches;
        model->lambda = em.lambda;
        memcpy(model->near, em.near, sizeof model->near);
        model_finish(model);
        trainer->report.edges = expected_edges(model, met);
        trainer->teaching = teaching_weight(model, met);
    }
    arena_free(scratch);
    return done;
}

/* One record of how many is set beside all others. */
static uint32_t teaching_each(const struct trainer *trainer)
{
    double records = trainer->records->count, of_entity = 1 + 2 * trainer->report.matches / records;
    return (uint32_t)fmax(records / LEARN_RECORDS, fmin(of_entity / LEARN_OF_ENTITY, LEARN_EACH_MOST));
}

/* Whatever such pairs hold together is one: a few wrong ones teach nothing, as what they put side by side is seldom
 * seen again. (Clusters refined as at the end taught the same, and took a quarter of the time of the whole.) */
static bool learn(struct trainer *trainer, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct scored scored;
    struct link_model certain = *trainer->model;
    struct comparer comparer = *trainer->comparer;
    certain.join = trainer->teaching;
    comparer.model = &certain;
    comparer_bind_weights(&comparer, scratch);
    trainer->blocks->largest = LEARN_BLOCK;
    trainer->blocks->each = teaching_each(trainer);
    bool done = score_components(trainer->blocks, &comparer, certain.join, certain.join, trainer->options, scratch,
                                 &scored, err);
    trainer->blocks->largest = trainer->blocks->each = 0;
    done = done && learn_pairs(trainer->records, trainer->model, scored.first, trainer->options, err);
    arena_free(scratch);
    if (done && trainer->model->learned_count > 0) {
        model_finish(trainer->model);
        comparer_bind_learned(trainer->comparer, trainer->blocks->arena);
        done = fit(trainer, true, err);
    }
    return done;
}

/* Blocks anew, and all that was found in them, with those that are too large only because one entity is. */
static bool fit_large(struct trainer *trainer, struct arena *block_arena, struct error *err)
{
    bool freed;
    if (!common_free(trainer->comparer, trainer->blocks, trainer->model, trainer->options, &freed, err))
        return false;
    if (!freed)
        return true;
    model_finish(trainer->model);
    trainer->met = NULL;
    arena_undefer(block_arena, trainer->blocks->arena);
    arena_free(trainer->blocks->arena);
    return blocks_make(trainer->blocks, trainer->records, trainer->model, NULL, trainer->options,
                       arena_child(block_arena), err) &&
           fit(trainer, false, err);
}

bool train_and_keep_blocks(struct link_records *records, const struct link_options *options, struct arena *arena,
                           struct link_model **ret, struct link_training *ret_training, struct arena *block_arena,
                           struct blocks *ret_blocks, struct comparer *ret_comparer, struct error *err)
{
    const struct link_spec *spec = records->spec;
    if (!link_prepare(records, options, err))
        return false;
    struct link_options all = options ? *options : (struct link_options){0};
    all.from = 0;
    struct link_model *model = arena_new(arena, struct link_model);
    *model =
        (struct link_model){.spec = spec,
                            .arena = arena,
                            .records = records->count,
                            .universe = records_universe(records),
                            .join = spec->join,
                            .review = spec->review,
                            .floor = spec->floor,
                            .one_to_one = spec->one_to_one || (spec->one_to_one_open && !records_hold_twice(records))};
    if (records->count < 2 || model->universe < 1)
        return error_set(err, ERROR_INPUT, "%s",
                         spec->type == LINK_LINK
                             ? "linking needs records of at least two sources; give two files or link: dedupe"
                             : "training needs at least two records");
    model->universe = fmax(model->universe, 2);
    if (!frequency_count(records, &all, model, err))
        return false;
    model_index_words(model);
    struct arena *scratch = arena_make(0);
    struct trainer trainer = {.records = records,
                              .options = &all,
                              .model = model,
                              .blocks = ret_blocks,
                              .comparer = ret_comparer,
                              .arena = scratch};
    bool done = blocks_make(ret_blocks, records, NULL, model, &all, arena_child(block_arena), err);
    comparer_start(ret_comparer, records, model);
    comparer_bind_values(ret_comparer, true, threads_count(&all), block_arena);
    done = done && fit(&trainer, false, err) && fit_large(&trainer, block_arena, err) &&
           (!spec->learn || learn(&trainer, err));
    arena_free(scratch);
    if (!done)
        return false;
    comparer_bind_weights(ret_comparer, block_arena);
    for (size_t r = 0; r < spec->rule_count; r++)
        trainer.report.common_keys += model->common_count[r];
    trainer.report.universe = (uint64_t)model->universe;
    trainer.report.learned = model->learned_count;
    if (ret_training)
        *ret_training = trainer.report;
    *ret = model;
    return true;
}

bool link_train(struct link_records *records, const struct link_options *options, struct arena *arena,
                struct link_model **ret, struct link_training *ret_training, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct blocks blocks;
    struct comparer comparer;
    bool done = train_and_keep_blocks(records, options, arena, ret, ret_training, scratch, &blocks, &comparer, err);
    arena_free(scratch);
    return done;
}
