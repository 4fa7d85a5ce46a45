/* chance.c: u, the chance of each level among pairs of different people.
 *
 * Random pairs are drawn by number from the canonical order, so the sample is the same whatever the order of adding and
 * the number of threads. Equality of a column is taken from its frequencies instead, exactly. What a sample of this
 * size cannot see is not called impossible: levels get half a pair, joint levels what their two parts would give
 * together, and the bins of rare words fall by a factor of two for each bit of information, which is what information
 * means. */
#include "link/threads.h"
#include "link/train.h"

#include <math.h>

enum { CHUNK = 8192 };

struct chance_work {
    const struct comparer *comparer;
    uint64_t seed, pairs;
    struct memo *memos[LINK_THREADS_MAX];
    uint64_t (
        *counts)[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS]; /* by thread: sums of whole numbers, so order plays no part */
};

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

static void chance_chunk(void *context, size_t chunk, unsigned thread)
{
    struct chance_work *work = context;
    const struct link_records *records = work->comparer->records;
    size_t fields = records->spec->comparison_count;
    uint64_t to = (chunk + 1) * CHUNK < work->pairs ? (chunk + 1) * CHUNK : work->pairs;
    for (uint64_t i = chunk * CHUNK; i < to; i++) {
        uint64_t one = mix(work->seed ^ (2 * i)), two = mix(work->seed ^ (2 * i + 1));
        uint32_t a = records->order[one % records->count], b = records->order[two % records->count];
        if (a == b || !records_may_meet(records, a, b))
            continue;
        struct compared compared;
        compare_records(work->comparer, work->memos[thread], a, b, &compared);
        for (size_t f = 0; f < fields; f++)
            work->counts[thread][f][compared.level[f]]++;
    }
}

/* n pairs seen at each level, `expected` the shares that stand in for what was not seen, worth `worth` pairs. */
static void shares(const uint64_t *counts, unsigned levels, const double *expected, double worth, double *u)
{
    double total = 0;
    for (unsigned l = 1; l <= levels; l++)
        total += (double)counts[l];
    for (unsigned l = 1; l <= levels; l++)
        u[l] = ((double)counts[l] + worth * expected[l]) / (total + worth);
}

/* The first level is equality of a column whose frequencies are known: put it exactly, scale the others. */
static void put_equality(const struct link_model *model, const struct link_comparison *comparison, unsigned levels,
                         double *u)
{
    const struct link_level *first = &comparison->levels[0];
    if (comparison->method != LINK_METHOD_LEVELS || levels < 2 || first->test != LINK_TEST_EQUAL ||
        !model->values[first->column].used || comparison->column_count > 1)
        return;
    double equal = fmin(0.999, fmax(model->values[first->column].equal, 1e-12)), rest = 1 - u[1];
    for (unsigned l = 2; l <= levels; l++)
        u[l] = fmax(u[l] * (rest > 0 ? (1 - equal) / rest : 1), 1e-12);
    u[1] = equal;
}

static void levels_chance(const struct link_model *model, const struct link_comparison *comparison,
                          const uint64_t *counts, double *u)
{
    unsigned levels = spec_level_count(model->spec, comparison);
    double even[LINK_PATTERN_LEVELS];
    for (unsigned l = 1; l <= levels; l++)
        even[l] = 1.0 / levels;
    shares(counts, levels, even, 0.5 * levels, u);
    put_equality(model, comparison, levels, u);
}

static void bags_chance(const uint64_t *counts, double *u)
{
    double total = 0, bins[LINK_BINS], conflicts[LINK_CONFLICTS] = {1, 1, 1}, sum = 0;
    for (unsigned l = 1; l <= LINK_BINS * LINK_CONFLICTS; l++)
        total += (double)counts[l];
    for (unsigned bin = 0; bin < LINK_BINS; bin++) {
        double seen = 0;
        const uint64_t *at = &counts[1 + bin * LINK_CONFLICTS];
        for (unsigned c = 0; c < LINK_CONFLICTS; c++)
            seen += (double)at[c];
        if (seen >= 30 || bin == 0)
            bins[bin] = (seen + 0.5) / (total + 1);
        else
            bins[bin] = bins[bin - 1] * exp2(compare_bin_middle(bin - 1) - compare_bin_middle(bin));
        if (seen >= 30)
            for (unsigned c = 0; c < LINK_CONFLICTS; c++)
                conflicts[c] = (double)at[c] + 0.5;
        double all = conflicts[0] + conflicts[1] + conflicts[2];
        for (unsigned c = 0; c < LINK_CONFLICTS; c++) {
            u[1 + bin * LINK_CONFLICTS + c] = bins[bin] * conflicts[c] / all;
            sum += bins[bin] * conflicts[c] / all;
        }
    }
    for (unsigned l = 1; l <= LINK_BINS * LINK_CONFLICTS; l++)
        u[l] = fmax(u[l] / sum, 1e-15);
}

/* What the two parts would give if they did not depend on each other, measured from the joint counts. */
static void joint_chance(const struct link_model *model, const struct link_comparison *joint, const uint64_t *counts,
                         double *u)
{
    const struct link_comparison *first = &model->spec->inner[joint->first],
                                 *second = &model->spec->inner[joint->second];
    unsigned ones = spec_level_count(model->spec, first) + 1, twos = spec_level_count(model->spec, second) + 1;
    double one[LINK_PATTERN_LEVELS] = {0}, two[LINK_PATTERN_LEVELS] = {0}, total = 0;
    for (unsigned l = 1; l < ones * twos; l++) {
        one[l / twos] += (double)counts[l];
        two[l % twos] += (double)counts[l];
        total += (double)counts[l];
    }
    for (unsigned i = 0; i < ones; i++)
        one[i] = (one[i] + 0.5) / (total + 0.5 * ones);
    for (unsigned i = 0; i < twos; i++)
        two[i] = (two[i] + 0.5) / (total + 0.5 * twos);
    double expected[LINK_PATTERN_LEVELS], sum = 0;
    for (unsigned l = 1; l < ones * twos; l++)
        sum += expected[l] = one[l / twos] * two[l % twos];
    for (unsigned l = 1; l < ones * twos; l++)
        expected[l] /= sum;
    shares(counts, ones * twos - 1, expected, 5, u);
}

bool chance_measure(const struct comparer *comparer, struct link_model *model, const struct link_options *options,
                    struct error *err)
{
    const struct link_spec *spec = model->spec;
    struct arena *scratch = arena_make(0);
    unsigned threads = threads_count(options);
    struct chance_work work = {
        .comparer = comparer, .seed = mix(options ? options->seed : 0), .pairs = (uint64_t)spec->random_pairs};
    work.counts = arena_alloc(scratch, sizeof *work.counts, threads, 64);
    for (unsigned t = 0; t < threads; t++)
        work.memos[t] = memo_make(spec, scratch);
    bool done =
        threads_run(options, "measuring chance agreement", (work.pairs + CHUNK - 1) / CHUNK, chance_chunk, &work, err);
    for (size_t f = 0; done && f < spec->comparison_count; f++) {
        uint64_t counts[LINK_PATTERN_LEVELS] = {0};
        for (unsigned t = 0; t < threads; t++)
            for (unsigned l = 0; l < LINK_PATTERN_LEVELS; l++)
                counts[l] += work.counts[t][f][l];
        const struct link_comparison *comparison = &spec->comparisons[f];
        if (comparison->method == LINK_METHOD_TOKENS)
            bags_chance(counts, model->levels[f].u);
        else if (comparison->method == LINK_METHOD_JOINT)
            joint_chance(model, comparison, counts, model->levels[f].u);
        else
            levels_chance(model, comparison, counts, model->levels[f].u);
    }
    arena_free(scratch);
    return done;
}
