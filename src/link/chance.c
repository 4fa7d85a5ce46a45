/* chance.c: u, the chance of each level among pairs of different people.
 *
 * Equality of a column is taken from its frequencies instead, exactly. What a sample of this
 * size cannot see is not called impossible: levels get half a pair, joint levels what their two parts would give
 * together, and the bins of rare words fall by a factor of two for each bit of information, which is what information
 * means. */
#include "link/train.h"

#include <math.h>

enum { NAMESAKES = 5000 /* so many names tell how often a stranger bears one */ };

/* One or two random pairs of one name say no more than so many times what its words do: people of one origin share more
 * names than chance would have it, but a pair that is in truth one person who moved must not stand for a thousand. */
#define NAMESAKES_MOST 8
#define RANDOM_TELLS   3

/* What was expected stands in for what was seen, worth one event: a level that should have been seen often and was not
 * is rare, one that could not have been seen keeps what was expected. */
static double share(double seen, double total, double expected)
{
    return (seen + 1) / (total + 1 / fmax(expected, 1e-15));
}

/* The first level is equality of a column whose frequencies are known: put it exactly, scale the others. */
static void put_equality(const struct link_model *model, const struct link_comparison *comparison, unsigned levels,
                         double matching, double *u)
{
    const struct link_level *first = &comparison->levels[0];
    if (comparison->method != LINK_METHOD_LEVELS || levels < 2 || first->test != LINK_TEST_EQUAL ||
        !model->values[first->column].used || comparison->column_count > 1)
        return;
    double equal = model->values[first->column].equal, rest = 1 - u[1];
    equal = fmin(0.999, fmax(fmax(equal - matching, equal / 50), 1e-12));
    for (unsigned l = 2; l <= levels; l++)
        u[l] = fmax(u[l] * (rest > 0 ? (1 - equal) / rest : 1), 1e-12);
    u[1] = equal;
}

static void levels_chance(const struct link_model *model, const struct link_comparison *comparison,
                          const double *counts, double matching, double *u)
{
    unsigned levels = spec_level_count(model->spec, comparison);
    double total = 0;
    for (unsigned l = 1; l <= levels; l++)
        total += counts[l];
    for (unsigned l = 1; l <= levels; l++)
        u[l] = (counts[l] + 0.5) / (total + 0.5 * levels);
    put_equality(model, comparison, levels, matching, u);
}

static void bags_chance(const double *counts, double *u)
{
    double total = 0, bins[LINK_BINS], conflicts[LINK_CONFLICTS] = {1, 1, 1}, sum = 0;
    for (unsigned l = 1; l <= LINK_BINS * LINK_CONFLICTS; l++)
        total += counts[l];
    for (unsigned bin = 0; bin < LINK_BINS; bin++) {
        double seen = 0;
        const double *at = &counts[1 + bin * LINK_CONFLICTS];
        for (unsigned c = 0; c < LINK_CONFLICTS; c++)
            seen += at[c];
        if (seen >= 30 || bin == 0)
            bins[bin] = (seen + 0.5) / (total + 1);
        else
            bins[bin] = bins[bin - 1] * exp2(compare_bin_middle(bin - 1) - compare_bin_middle(bin));
        if (seen >= 30)
            for (unsigned c = 0; c < LINK_CONFLICTS; c++)
                conflicts[c] = at[c] + 0.5;
        double all = conflicts[0] + conflicts[1] + conflicts[2];
        for (unsigned c = 0; c < LINK_CONFLICTS; c++) {
            u[1 + bin * LINK_CONFLICTS + c] = bins[bin] * conflicts[c] / all;
            sum += bins[bin] * conflicts[c] / all;
        }
    }
    for (unsigned l = 1; l <= LINK_BINS * LINK_CONFLICTS; l++)
        u[l] = fmax(u[l] / sum, 1e-15);
}

/* What the two parts would give if they did not depend on each other, measured from the joint counts; four times that,
 * because they do. */
static void joint_chance(const struct link_model *model, const struct link_comparison *joint, const double *counts,
                         double *u)
{
    const struct link_comparison *first = &model->spec->inner[joint->first],
                                 *second = &model->spec->inner[joint->second];
    unsigned ones = spec_level_count(model->spec, first) + 1, twos = spec_level_count(model->spec, second) + 1;
    double one[LINK_PATTERN_LEVELS] = {0}, two[LINK_PATTERN_LEVELS] = {0}, total = 0, sum = 0;
    for (unsigned l = 1; l < ones * twos; l++) {
        one[l / twos] += counts[l];
        two[l % twos] += counts[l];
        total += counts[l];
    }
    for (unsigned l = 1; l < ones * twos; l++) {
        double expected = (one[l / twos] + 0.5) / (total + 0.5 * ones) * ((two[l % twos] + 0.5) / (total + 0.5 * twos));
        sum += u[l] = share(counts[l], total, fmin(1, 4 * expected));
    }
    for (unsigned l = 1; l < ones * twos; l++)
        u[l] /= sum;
}

/* Pairs of each level that are no matches. */
static void count_chances(const struct link_model *model, struct pattern_list list, bool known,
                          double (*ret_counts)[LINK_PATTERN_LEVELS])
{
    size_t fields = model->spec->comparison_count;
    double odds = known ? model->lambda / (1 - model->lambda) : 0;
    for (size_t i = 0; i < list.count; i++) {
        double product = odds;
        for (size_t f = 0; known && f < fields; f++) {
            unsigned level = list.patterns[i].pattern >> (6 * f) & 63;
            product *= level ? model->levels[f].m[level] / model->levels[f].u[level] : 1;
        }
        double chance = (double)list.patterns[i].count / (1 + product);
        for (size_t f = 0; f < fields; f++)
            ret_counts[f][list.patterns[i].pattern >> (6 * f) & 63] += chance;
    }
}

/* Where random pairs saw a level fewer than ten times and blocked pairs saw it at least thrice, the blocked ones' share
 * of the universe is taken; it is a floor everywhere. */
static void take_blocked(const struct link_model *model, unsigned levels, const double *random, const double *blocked,
                         const double *namesakes, bool exact_first, double *u)
{
    double total = 0, all = random[0], sum = 0;
    for (unsigned l = 1; l <= levels; l++)
        total += random[l];
    all += total;
    double filled = model->universe * (all > 0 ? fmax(total, 1) / fmax(all, 1) : 1);
    for (unsigned l = 1; l <= levels; l++) {
        double least = blocked[l] / filled;
        double most =
            namesakes[l] > 0 && random[l] < RANDOM_TELLS ? NAMESAKES_MOST * namesakes[l] + 10 / model->universe : 1;
        if (!(exact_first && l == 1)) {
            if (random[l] < 10 && blocked[l] >= 3)
                u[l] = fmax(least, total > 0 ? fmin(random[l] / total, most) : 0);
            u[l] = fmax(u[l], fmin(least, 1));
        }
        sum += u[l];
    }
    for (unsigned l = 1; l <= levels; l++)
        u[l] = fmax(u[l] / sum, 1e-15);
}

/* How often a stranger bears all words of this name: by the words' shares, without the records of the very name, which
 * may all be one person's. A value beside itself agrees in all its bits. The words after the family name have so many
 * places to stand in as they are: of three given names two strangers may have the same, one each, twice as seldom. */
static double stranger_bears(const struct comparer *comparer, size_t column, uint32_t code, double own, float matched)
{
    const struct value *value = &comparer->records->columns[column].values[code];
    double chance = exp2(-(double)matched), filled = (double)comparer->model->tokens[column].filled;
    for (size_t i = 0; i < value->token_count; i++)
        chance *=
            (i > 1 ? pow((double)(i - 1) / (double)i, (double)(i - 1)) : 1) *
            fmax(0, 1 - own / (filled * exp2(-(double)compare_token_bits(comparer, column, value->token_at + i))));
    return chance;
}

static void count_namesakes(const struct comparer *comparer, size_t column, double *ret, struct arena *scratch)
{
    const struct link_records *records = comparer->records;
    uint32_t *own = arena_array(scratch, uint32_t, records->columns[column].plain.count);
    size_t filled = 0, step = records->order_count / NAMESAKES + 1;
    for (uint32_t r = 0; r < records->count; r++)
        own[record_code(records, r, column)] += !record_follows(records, r);
    for (size_t i = 0; i < records->order_count; i += step) {
        uint32_t code = record_code(records, records->order[i], column);
        if (!code)
            continue;
        float ignored;
        struct bag bag = compare_bags(comparer, NULL, column, false, code, code);
        ret[compare_bag_level(bag, &ignored)] += stranger_bears(comparer, column, code, own[code], bag.matched);
        filled++;
    }
    for (unsigned l = 1; l < LINK_PATTERN_LEVELS && filled > 0; l++)
        ret[l] /= (double)filled;
}

void chance_namesakes(const struct comparer *comparer, struct namesakes *ret)
{
    struct arena *scratch = arena_make(0);
    *ret = (struct namesakes){0};
    for (size_t f = 0; f < comparer->spec->comparison_count; f++) {
        const struct link_comparison *comparison = &comparer->spec->comparisons[f];
        if (comparison->method == LINK_METHOD_TOKENS && comparison->kind <= LINK_FULL_NAME)
            count_namesakes(comparer, comparison->columns[0], ret->of[f], scratch);
    }
    arena_free(scratch);
}

void chance_levels(struct link_model *model, struct pattern_list random, struct pattern_list blocked,
                   const struct namesakes *namesakes, bool known)
{
    const struct link_spec *spec = model->spec;
    double counts[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS] = {{0}}, seen[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS] = {{0}};
    count_chances(model, random, known, counts);
    if (known)
        count_chances(model, blocked, true, seen);
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        double *u = model->levels[f].u;
        if (comparison->method == LINK_METHOD_TOKENS)
            bags_chance(counts[f], u);
        else if (comparison->method == LINK_METHOD_JOINT)
            joint_chance(model, comparison, counts[f], u);
        else
            levels_chance(model, comparison, counts[f], known ? model->lambda * model->levels[f].m[1] : 0, u);
        if (known)
            take_blocked(model, spec_level_count(spec, comparison), counts[f], seen[f], namesakes->of[f],
                         comparison->method == LINK_METHOD_LEVELS && comparison->column_count == 1, u);
        for (unsigned l = 1; l <= spec_level_count(spec, comparison); l++)
            u[l] = fmax(u[l], namesakes->of[f][l]);
    }
}
