/* report.c: the figures of a report, by going once more over the pairs that meet.
 *
 * Scoring keeps edges only; what a rule brings by itself, and how many pairs weigh so little that they are no edges, is
 * seen by nobody there. So the pairs are visited and compared again, only when a report is asked for: scoring itself
 * carries no counters. What is counted are whole numbers, by thread, added up at the end; the chance that a pair is a
 * match is read from its weight's sixteenth of a bit, in 2^-32, so that sums of it are exact too. */
#include "link/report.h"

#include "link/patterns.h"
#include "link/score.h"
#include "link/threads.h"

#include <math.h>

struct tally {
    struct report_weights weights;
    struct report_rule rules[LINK_RULES_MAX];
    uint64_t pairs, matches;
};

struct gather_work {
    const struct report_input *input;
    const struct comparer *comparer;
    const struct blocks *blocks;
    struct memo *memos[LINK_THREADS_MAX];
    struct block_seen *seen[LINK_THREADS_MAX];
    struct tally *tallies[LINK_THREADS_MAX];
    uint64_t chances[REPORT_BINS]; /* of a match, in 2^-32 */
    bool rules;                    /* a deterministic rule may lift a light pair */
};

struct gather_visit {
    struct gather_work *work;
    struct tally *tally;
    struct memo *memo;
};

static double bin_middle(size_t bin)
{
    return REPORT_LOW + ((double)bin + 0.5) / REPORT_BIN_PER_BIT;
}

static double bin_from(size_t bin)
{
    return REPORT_LOW + (double)bin / REPORT_BIN_PER_BIT;
}

static size_t bin_of(double weight)
{
    double at = floor((weight - REPORT_LOW) * REPORT_BIN_PER_BIT);
    return at < 0 ? 0 : at >= REPORT_BINS ? REPORT_BINS - 1 : (size_t)at;
}

static void count_rules(const struct gather_visit *visit, struct link_pair pair, bool match, uint64_t chance)
{
    const struct blocks *blocks = visit->work->blocks;
    struct report_rule *rules = visit->tally->rules;
    size_t met = 0, last = 0;
    for (size_t r = 0; r < blocks->rule_count; r++) {
        if (blocks->groups[r][pair.a] == 0 || blocks->groups[r][pair.a] != blocks->groups[r][pair.b])
            continue;
        rules[r].first += met == 0;
        met++;
        last = r;
        rules[r].pairs++;
        rules[r].matches += match;
        rules[r].expected += chance;
    }
    if (met == 1) {
        rules[last].alone++;
        rules[last].matches_alone += match;
        rules[last].expected_alone += chance;
    }
}

static void gather_pairs(void *context, const struct link_pair *pairs, size_t count)
{
    struct gather_visit *visit = context;
    const struct gather_work *work = visit->work;
    const struct link_model *model = work->comparer->model;
    const uint64_t *truth = work->input->truth;
    struct report_weights *weights = &visit->tally->weights;
    UNINITIALIZED struct compared compared[BLOCK_BATCH];
    compare_batch(work->comparer, visit->memo, pairs, count, compared);
    visit->tally->pairs += count;
    for (size_t i = 0; i < count; i++) {
        struct link_edge edge = {.a = pairs[i].a, .b = pairs[i].b, .weight = score_weight(model, &compared[i])};
        if ((double)edge.weight >= model->floor || work->rules)
            score_judge(work->comparer, &edge);
        size_t bin = bin_of((double)edge.weight);
        bool match = truth && truth[edge.a] == truth[edge.b];
        bool held = edge.verdict != LINK_BY_WEIGHT && edge.verdict != LINK_JOIN;
        visit->tally->matches += match;
        weights->all[bin]++;
        weights->real[bin] += match;
        weights->held[bin] += held;
        weights->right[bin] += match && !held;
        count_rules(visit, pairs[i], match, work->chances[bin]);
    }
}

static void gather_task(void *context, size_t task, unsigned thread)
{
    struct gather_work *work = context;
    struct gather_visit visit = {work, work->tallies[thread], work->memos[thread]};
    blocks_visit(work->blocks, task, work->seen[thread], gather_pairs, &visit);
}

static void add_tally(struct report *report, const struct tally *tally)
{
    for (size_t b = 0; b < REPORT_BINS; b++) {
        report->weights->all[b] += tally->weights.all[b];
        report->weights->held[b] += tally->weights.held[b];
        report->weights->real[b] += tally->weights.real[b];
        report->weights->right[b] += tally->weights.right[b];
    }
    for (size_t r = 0; r < LINK_RULES_MAX; r++) {
        report->rules[r].pairs += tally->rules[r].pairs;
        report->rules[r].first += tally->rules[r].first;
        report->rules[r].alone += tally->rules[r].alone;
        report->rules[r].matches += tally->rules[r].matches;
        report->rules[r].matches_alone += tally->rules[r].matches_alone;
        report->rules[r].expected += tally->rules[r].expected;
        report->rules[r].expected_alone += tally->rules[r].expected_alone;
    }
    report->pairs += tally->pairs;
    report->matches += tally->matches;
}

static bool gather_all_pairs(struct report *report, struct error *err)
{
    const struct report_input *input = report->input;
    const struct link_spec *spec = input->records->spec;
    struct arena *scratch = arena_make(0);
    struct blocks blocks;
    struct comparer comparer;
    comparer_start(&comparer, input->records, input->model);
    comparer_bind(&comparer, threads_count(input->options), scratch);
    struct gather_work *work = arena_new(scratch, struct gather_work);
    *work = (struct gather_work){.input = input, .comparer = &comparer, .blocks = &blocks};
    for (size_t i = 0; i < spec->guard_count; i++)
        work->rules |= spec->guards[i].then == LINK_JOIN;
    for (size_t b = 0; b < REPORT_BINS; b++)
        work->chances[b] = (uint64_t)(4294967296.0 / (1 + exp2(-bin_middle(b))));
    bool done = blocks_make(&blocks, input->records, input->model, NULL, input->options, scratch, err);
    for (unsigned t = 0; done && t < threads_count(input->options); t++) {
        work->memos[t] = memo_make(spec, scratch);
        work->tallies[t] = arena_new(scratch, struct tally);
        work->seen[t] = block_seen_make(&blocks, scratch);
    }
    done =
        done && threads_run(input->options, "counting pairs for the report", blocks.task_count, gather_task, work, err);
    for (unsigned t = 0; done && t < threads_count(input->options); t++)
        add_tally(report, work->tallies[t]);
    for (size_t b = 0; b < REPORT_BINS; b++)
        report->expected += (double)report->weights->all[b] * (double)work->chances[b] / 4294967296.0;
    arena_free(scratch);
    return done;
}

/* ---- Precision and recall by threshold ---- */

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Labelled pairs by weight, as the pairs themselves are counted elsewhere; what a guard holds or no rule compares
 * cannot be joined at any threshold. Returns the labelled matches. */
static uint64_t weigh_labels(const struct labels *labels, struct report_weights *weights)
{
    uint64_t matches = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const struct label *label = &labels->labels[i];
        if (label->contradicted)
            continue;
        size_t bin = bin_of((double)label->weight);
        bool can = label->met && !label->held;
        matches += label->match;
        weights->all[bin]++;
        weights->held[bin] += !can;
        weights->right[bin] += label->match && can;
    }
    return matches;
}

/* From the heaviest bin down: half a bit a point, from where anything weighs so much. With truth, matches are counted
 * and recall is of all true pairs; with labels the same of the labelled pairs; else both are expected, and recall is of
 * the matches among the pairs that meet. */
static void make_points(struct report *report, struct arena *scratch)
{
    enum { EVERY = REPORT_BIN_PER_BIT / 2, SPAN = 20 };
    const struct report_weights *weights = report->weights;
    bool judged = report->input->truth != NULL;
    double whole = judged ? (double)report->true_pairs : report->expected, right = 0;
    if (!judged && report->input->labels && report->input->labels->matches > 0) {
        struct report_weights *labelled = arena_new(scratch, struct report_weights);
        whole = (double)weigh_labels(report->input->labels, labelled);
        weights = labelled;
        judged = report->by_labels = true;
    }
    double join = report->input->cluster_input->join;
    uint64_t pairs = 0;
    struct report_point points[REPORT_POINTS];
    size_t count = 0;
    for (size_t b = REPORT_BINS; b-- > 0;) {
        uint64_t joined = weights->all[b] - weights->held[b];
        pairs += joined;
        right += judged ? (double)weights->right[b] : (double)joined / (1 + exp2(-bin_middle(b)));
        if (b % EVERY != 0 || fabs(bin_from(b) - join) > SPAN || count == REPORT_POINTS)
            continue;
        struct report_point *point = &points[count++];
        *point = (struct report_point){.threshold = bin_from(b), .pairs = pairs};
        point->precision = pairs ? right / (double)pairs : 1;
        point->recall = ratio(right, whole);
        point->f1 = ratio(2 * point->precision * point->recall, point->precision + point->recall);
    }
    for (size_t i = 0; i < count; i++)
        report->points[i] = points[count - 1 - i];
    report->point_count = count;
}

/* ---- Other thresholds ---- */

static void describe_clusters(const struct link_clusters *clusters, uint32_t records, struct arena *scratch,
                              struct report_choice *ret)
{
    uint32_t *size = arena_array(scratch, uint32_t, (size_t)records + 1);
    for (uint32_t r = 0; r < records; r++)
        if (clusters->cluster[r] < records)
            size[clusters->cluster[r]]++;
    for (uint32_t r = 0; r < records; r++) {
        ret->pairs += size[r] > 1 ? (uint64_t)size[r] * (size[r] - 1) / 2 : 0;
        ret->largest = size[r] > ret->largest ? size[r] : ret->largest;
    }
    ret->clusters = clusters->count;
    ret->doubts = clusters->doubt_count;
}

static bool make_choices(struct report *report, struct error *err)
{
    static const double steps[REPORT_CHOICES] = {-6, -4, -2, -1, 0, 1, 2, 4, 8};
    const struct report_input *input = report->input;
    uint32_t n = link_records_count(input->records);
    for (size_t i = 0; i < REPORT_CHOICES; i++) {
        struct link_cluster_input other = *input->cluster_input;
        struct arena *scratch = arena_make(0);
        struct link_clusters clusters = *input->clusters;
        other.join += steps[i];
        other.review = fmin(other.review, other.join);
        bool known = steps[i] == 0, lower = other.join < input->model->floor;
        if (!lower && !known && !link_cluster(&other, scratch, &clusters, err)) {
            arena_free(scratch);
            return false;
        }
        if (!lower) {
            struct report_choice *choice = &report->choices[report->choice_count++];
            *choice = (struct report_choice){.join = other.join};
            describe_clusters(&clusters, n, scratch, choice);
            if (input->truth) {
                uint64_t *labels = arena_array(scratch, uint64_t, (size_t)n + 1);
                for (uint32_t r = 0; r < n; r++)
                    labels[r] = clusters.cluster[r];
                link_evaluate(labels, input->truth,
                              input->records->spec->type == LINK_LINK ? input->cluster_input->source : NULL, n,
                              &choice->figures);
            }
        }
        arena_free(scratch);
    }
    return true;
}

/* ---- Sizes ---- */

static void make_sizes(struct report *report, struct arena *scratch)
{
    static const uint32_t ends[REPORT_SIZES] = {1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500, 1000, UINT32_MAX};
    const struct link_clusters *clusters = report->input->clusters;
    uint32_t n = link_records_count(report->input->records);
    uint32_t *size = arena_array(scratch, uint32_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++)
        if (clusters->cluster[r] < n)
            size[clusters->cluster[r]]++;
    struct report_size all[REPORT_SIZES] = {{0}};
    for (uint32_t r = 0; r < n; r++) {
        size_t at = 0;
        if (size[r] == 0)
            continue;
        while (size[r] > ends[at])
            at++;
        all[at].least = all[at].clusters && all[at].least < size[r] ? all[at].least : size[r];
        all[at].most = all[at].most > size[r] ? all[at].most : size[r];
        all[at].clusters++;
        all[at].records += size[r];
    }
    for (size_t i = 0; i < REPORT_SIZES; i++)
        if (all[i].clusters)
            report->sizes[report->size_count++] = all[i];
}

/* ---- Pairs to show ---- */

struct shown {
    double distance;
    uint64_t key, pattern; /* key: breaks ties by content */
    struct link_pair pair;
};

static uint64_t pair_key(const struct link_records *records, struct link_pair pair)
{
    return (records->keys[pair.a] ^ records->keys[pair.b]) * 0x9e3779b97f4a7c15ull;
}

static bool before(const struct shown *x, const struct shown *y)
{
    return x->distance != y->distance ? x->distance < y->distance : x->key < y->key;
}

/* The edges nearest the threshold, each of another pattern: a place is taken by the nearest edge of its pattern. */
static void choose_unsure(struct report *report)
{
    const struct report_input *input = report->input;
    struct shown kept[REPORT_SHOWN];
    size_t count = 0;
    for (size_t i = 0; i < input->edges->count; i++) {
        const struct link_edge *edge = &input->edges->edges[i];
        struct shown shown = {.distance = fabs((double)edge->weight - input->cluster_input->join),
                              .pattern = edge->pattern,
                              .pair = {edge->a, edge->b}};
        if (edge->verdict != LINK_BY_WEIGHT || (count == REPORT_SHOWN && shown.distance > kept[count - 1].distance))
            continue;
        shown.key = pair_key(input->records, shown.pair);
        size_t same = 0;
        while (same < count && kept[same].pattern != shown.pattern)
            same++;
        if (same < count && !before(&shown, &kept[same]))
            continue;
        if (same == count) {
            if (count == REPORT_SHOWN && !before(&shown, &kept[count - 1]))
                continue;
            same = count < REPORT_SHOWN ? count++ : count - 1;
        }
        for (; same > 0 && before(&shown, &kept[same - 1]); same--)
            kept[same] = kept[same - 1];
        kept[same] = shown;
    }
    for (size_t i = 0; i < count; i++)
        report->unsure[i] = kept[i].pair;
    report->unsure_count = count;
}

static int more_pairs(const void *a, const void *b)
{
    const struct pattern_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

/* Of the patterns that most links have, each one link. */
static void choose_typical(struct report *report, struct arena *scratch)
{
    const struct report_input *input = report->input;
    struct pattern_table table;
    patterns_start(&table, scratch);
    for (size_t i = 0; i < input->edges->count; i++)
        if ((double)input->edges->edges[i].weight >= input->cluster_input->join)
            patterns_add(&table, input->edges->edges[i].pattern, 1);
    size_t count = 0;
    uint64_t total = 0, best[REPORT_TYPICAL] = {0};
    struct pattern_count *patterns = patterns_gather(&table, 1, scratch, &count, &total);
    array_sort(patterns, count, sizeof *patterns, more_pairs);
    report->typical_count = count < REPORT_TYPICAL ? count : REPORT_TYPICAL;
    for (size_t i = 0; i < input->edges->count; i++) {
        const struct link_edge *edge = &input->edges->edges[i];
        if ((double)edge->weight < input->cluster_input->join)
            continue;
        for (size_t k = 0; k < report->typical_count; k++) {
            struct link_pair pair = {edge->a, edge->b};
            uint64_t key = pair_key(input->records, pair) | 1;
            if (edge->pattern == patterns[k].pattern && (best[k] == 0 || key < best[k])) {
                best[k] = key;
                report->typical[k] = pair;
                report->typical_pairs[k] = patterns[k].count;
            }
        }
    }
}

bool report_gather(const struct report_input *input, struct arena *arena, struct report **ret, struct error *err)
{
    must(input->records->prepared);
    struct report *report = arena_new(arena, struct report);
    report->input = input;
    report->weights = arena_new(arena, struct report_weights);
    report->true_pairs = input->figures ? input->figures->true_pairs : 0;
    if (!gather_all_pairs(report, err) || !make_choices(report, err))
        return false;
    struct arena *scratch = arena_make(0);
    make_points(report, scratch);
    make_sizes(report, scratch);
    choose_unsure(report);
    choose_typical(report, scratch);
    arena_free(scratch);
    *ret = report;
    return true;
}
