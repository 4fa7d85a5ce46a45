/* compare_batch.c: many pairs at a time, and the memo of value pairs.
 *
 * Values are worth comparing once for each pair of distinct values, not once for each pair of records. What is equal is
 * known from the codes; what is not is looked up in a direct-mapped memo for each comparison, by (code, code). */
#include "link/compare_inside.h"

#include <math.h>

enum { MEMO_BITS = 14, WIDE_MEMO_BITS = 14, WIDE_COLUMNS = 4 };

/* Of comparisons that read several columns: all codes of both records, the lesser record's first. */
struct wide_slot {
    uint32_t codes[2 * WIDE_COLUMNS];
    uint8_t level;
    int8_t frequency;
    bool used;
};

struct memo {
    struct wide_slot *wide[LINK_FIELDS_MAX];
    uint64_t *fields[LINK_FIELDS_MAX], *inner[2 * LINK_FIELDS_MAX];
    struct token_memo *tokens[LINK_COLUMNS_MAX];
};

/* Nothing to remember where equality is all that is asked. */
static bool only_equality(const struct link_comparison *comparison)
{
    return comparison->method == LINK_METHOD_LEVELS && comparison->level_count == 1 &&
           comparison->levels[0].test == LINK_TEST_EQUAL;
}

static uint64_t *field_memo(const struct link_comparison *comparison, struct arena *arena)
{
    if (comparison->method == LINK_METHOD_JOINT || comparison->column_count > 1 || only_equality(comparison))
        return NULL;
    return arena_array(arena, uint64_t, 1u << MEMO_BITS);
}

struct memo *memo_make(const struct link_spec *spec, struct arena *arena)
{
    struct memo *memo = arena_alloc(arena, sizeof *memo, 1, 64);
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        memo->fields[f] = field_memo(comparison, arena);
        if (comparison->method == LINK_METHOD_LEVELS && comparison->column_count > 1)
            memo->wide[f] = arena_array(arena, struct wide_slot, 1u << WIDE_MEMO_BITS);
        if (comparison->method == LINK_METHOD_TOKENS && !memo->tokens[comparison->columns[0]])
            memo->tokens[comparison->columns[0]] = token_memo_make(arena);
    }
    for (size_t f = 0; f < spec->inner_count; f++)
        memo->inner[f] = field_memo(&spec->inner[f], arena);
    return memo;
}

static bool reads_several(const struct link_comparison *comparison)
{
    return comparison->method == LINK_METHOD_LEVELS && comparison->column_count > 1;
}

/* What is equal at the first level is told by the codes alone; all else of the field stays open. */
static void settle_wide(const struct comparer *comparer, size_t f, const struct link_pair *pairs, size_t count,
                        struct compared *ret)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    const struct link_level *level = &comparison->levels[0];
    for (size_t i = 0; i < count; i++) {
        uint32_t code = record_code(comparer->records, pairs[i].a, level->column);
        bool equal =
            level->test == LINK_TEST_EQUAL && code && code == record_code(comparer->records, pairs[i].b, level->column);
        ret[i].level[f] = equal ? 1 : COMPARE_OPEN;
        ret[i].frequency[f] = equal && comparison->frequency ? compare_level_frequency(comparer, level, code, code) : 0;
    }
}

/* Case notes and tenancies repeat a person's whole name and address, so the same two sets of codes come again and
 * again. */
struct wide_batch {
    uint32_t codes[COMPARE_BATCH][2 * WIDE_COLUMNS];
    uint32_t slot[COMPARE_BATCH];
    uint8_t of[COMPARE_BATCH]; /* place in the batch */
    size_t count;
};

static void look_up_wide(const struct comparer *comparer, const struct wide_slot *slots,
                         const struct link_comparison *comparison, struct link_pair pair, size_t at,
                         struct wide_batch *open)
{
    uint32_t codes[2][WIDE_COLUMNS] = {{0}}, *ordered = open->codes[open->count];
    for (unsigned c = 0; c < comparison->column_count; c++) {
        codes[0][c] = record_code(comparer->records, pair.a, comparison->columns[c]);
        codes[1][c] = record_code(comparer->records, pair.b, comparison->columns[c]);
    }
    bool turned = memcmp(codes[0], codes[1], sizeof codes[0]) > 0;
    memcpy(ordered, codes[turned], sizeof codes[0]);
    memcpy(ordered + WIDE_COLUMNS, codes[!turned], sizeof codes[0]);
    uint64_t key = 0;
    for (unsigned i = 0; i < 2 * WIDE_COLUMNS; i++)
        key = (key ^ ordered[i]) * 0x9e3779b97f4a7c15ull;
    open->of[open->count] = (uint8_t)at;
    open->slot[open->count] = (uint32_t)(key >> (64 - WIDE_MEMO_BITS));
    __builtin_prefetch(&slots[open->slot[open->count++]]);
}

/* What is open of a field that reads several columns. */
static void compare_wide(const struct comparer *comparer, const struct memo *memo, size_t f,
                         const struct link_pair *pairs, size_t count, struct compared *ret)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    UNINITIALIZED struct wide_batch open;
    must(comparison->column_count <= WIDE_COLUMNS);
    open.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (ret[i].level[f] != COMPARE_OPEN)
            continue;
        if (memo)
            look_up_wide(comparer, memo->wide[f], comparison, pairs[i], i, &open);
        else
            ret[i].level[f] = compare_first_level(comparer, comparison, pairs[i].a, pairs[i].b, &ret[i].frequency[f]);
    }
    for (size_t i = 0; i < open.count; i++) {
        struct wide_slot *slot = &memo->wide[f][open.slot[i]];
        size_t at = open.of[i];
        if (!slot->used || memcmp(slot->codes, open.codes[i], sizeof slot->codes) != 0) {
            slot->level = compare_first_level(comparer, comparison, pairs[at].a, pairs[at].b, &slot->frequency);
            memcpy(slot->codes, open.codes[i], sizeof slot->codes);
            slot->used = true;
        }
        ret[at].level[f] = slot->level;
        ret[at].frequency[f] = slot->frequency;
    }
}

/* Of two different codes, neither missing. */
static uint8_t compare_values(const struct comparer *comparer, struct memo *memo,
                              const struct link_comparison *comparison, struct link_pair pair, uint32_t code_a,
                              uint32_t code_b, int8_t *ret_frequency)
{
    size_t column = comparison->columns[0];
    if (comparison->method == LINK_METHOD_LEVELS)
        return compare_first_level(comparer, comparison, pair.a, pair.b, ret_frequency);
    struct bag bag =
        compare_bags(comparer, memo ? memo->tokens[column] : NULL, column, comparison->fuzzy, code_a, code_b);
    float bits;
    uint8_t level = compare_bag_level(bag, &bits);
    *ret_frequency = comparison->frequency ? compare_steps(bits) : 0;
    return level;
}

/* One field of a batch of pairs, in rounds. The first settles what is missing or equal, which is most, from the codes
 * alone; the second what summaries tell. The others go to the memo; what it does not know is compared last. Each round
 * calls for the memory that the next one wants, so that none waits for one place after another, and none branches by
 * what it finds in a pair. */
static void equal_frequencies(const struct comparer *comparer, const struct link_comparison *comparison,
                              const struct equal_pairs *equal, struct field_batch *batch)
{
    size_t column = comparison->columns[0];
    const int8_t *steps = comparer->equal_steps[column];
    if (!comparison->frequency || !comparer->model->values[column].used || comparer->model->values[column].equal <= 0)
        return;
    for (size_t i = 0; i < equal->count; i++)
        batch->frequency[equal->of[i]] =
            steps ? steps[equal->code[i]]
                  : compare_level_frequency(comparer, &comparison->levels[0], equal->code[i], equal->code[i]);
}

static void settle_plain(const struct comparer *comparer, const struct link_comparison *comparison,
                         const struct link_pair *pairs, size_t count, struct field_batch *batch,
                         struct open_pairs *open)
{
    size_t column = comparison->columns[0], columns = comparer->spec->column_count;
    const uint32_t *codes = comparer->records->plain + column;
    const uint64_t *summaries = comparer->summaries[column];
    bool first = comparison->method == LINK_METHOD_LEVELS && comparison->levels[0].test == LINK_TEST_EQUAL;
    UNINITIALIZED struct equal_pairs equal;
    size_t opened = 0, equals = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t a = codes[pairs[i].a * columns], b = codes[pairs[i].b * columns];
        bool filled = (a != 0) & (b != 0), same = filled & (a == b) & first, is_open = filled & !same;
        batch->level[i] = is_open ? COMPARE_OPEN : same;
        equal.code[equals] = a;
        equal.of[equals] = (uint8_t)i;
        equals += same;
        open->a[opened] = a;
        open->b[opened] = b;
        open->of[opened] = (uint8_t)i;
        opened += is_open;
    }
    equal.count = equals;
    open->count = opened;
    memset(batch->frequency, 0, count);
    equal_frequencies(comparer, comparison, &equal, batch);
    for (size_t i = 0; summaries && i < opened; i++) /* a is at hand: it meets many */
        __builtin_prefetch(&summaries[open->b[i]]);
}

/* Whether what is not equal is different, without a look at it. */
static bool equality_alone(const struct comparer *comparer, const struct link_comparison *comparison,
                           const struct summary_plan *plan)
{
    return plan ? plan->asks == SUMMARY_ASKS_NOTHING ||
                      (plan->asks == SUMMARY_ASKS_LEARNED && !comparer->learned_values[comparison->columns[0]].count)
                : only_equality(comparison);
}

/* What summaries tell is taken out of the open ones. */
static void settle_summaries(const struct comparer *comparer, const struct link_comparison *comparison,
                             const struct summary_plan *plan, struct field_batch *batch, struct open_pairs *open)
{
    const uint64_t *summaries = comparer->summaries[comparison->columns[0]];
    UNINITIALIZED uint64_t a[COMPARE_BATCH], b[COMPARE_BATCH];
    UNINITIALIZED uint8_t levels[COMPARE_BATCH], weighed[COMPARE_BATCH];
    size_t left = 0, often = 0;
    for (size_t i = 0; i < open->count; i++) {
        a[i] = summaries[open->a[i]];
        b[i] = summaries[open->b[i]];
    }
    summary_levels(plan, a, b, open->count, levels);
    for (size_t i = 0; i < open->count; i++) {
        batch->level[open->of[i]] = levels[i];
        weighed[often] = (uint8_t)i;
        often += plan->frequency_of[levels[i] % countof(plan->frequency_of)];
    }
    for (size_t i = 0; i < often; i++) {
        size_t at = weighed[i];
        batch->frequency[open->of[at]] =
            compare_level_frequency(comparer, &comparison->levels[levels[at] - 1], open->a[at], open->b[at]);
    }
    for (size_t i = 0; i < open->count; i++) {
        open->a[left] = open->a[i];
        open->b[left] = open->b[i];
        open->of[left] = open->of[i];
        left += levels[i] == COMPARE_OPEN;
    }
    open->count = left;
}

static void settle_codes(const struct comparer *comparer, const struct field *field, struct field_batch *batch,
                         struct open_pairs *open)
{
    if (equality_alone(comparer, field->comparison, field->plan)) {
        for (size_t i = 0; i < open->count; i++)
            batch->level[open->of[i]] = (uint8_t)(field->comparison->level_count + 1);
        open->count = 0;
    } else if (field->plan && open->count > 0) {
        settle_summaries(comparer, field->comparison, field->plan, batch, open);
    }
}

/* A slot is one word. Of what two codes are mixed to, the highest bits are its number, and the others, which stand in
 * it with the level and the frequency, then tell the codes. At eight bytes a slot the memos of five fields stay in the
 * nearer caches. */
static uint64_t *slot_of(uint64_t *slots, uint64_t mixed)
{
    return &slots[mixed >> (64 - MEMO_BITS)];
}

static void remember(uint64_t *slots, uint64_t mixed, uint8_t level, int8_t frequency)
{
    *slot_of(slots, mixed) = mixed << MEMO_BITS | (uint64_t)level << 8 | (uint8_t)frequency;
}

/* What the memo knows is taken out of the open ones. */
static void settle_known(const struct column *column, uint64_t *slots, struct field_batch *batch,
                         struct open_pairs *open)
{
    size_t left = 0;
    for (size_t i = 0; i < open->count; i++) {
        uint32_t a = open->a[i], b = open->b[i];
        open->mixed[i] = a < b ? compare_mixed(a, b) : compare_mixed(b, a);
        __builtin_prefetch(slot_of(slots, open->mixed[i]));
    }
    for (size_t i = 0; i < open->count; i++) {
        uint32_t a = open->a[i], b = open->b[i];
        uint64_t mixed = open->mixed[i], slot = *slot_of(slots, mixed);
        if (slot >> MEMO_BITS == (mixed & ~0ull >> MEMO_BITS)) {
            batch->level[open->of[i]] = slot >> 8 & 63;
            batch->frequency[open->of[i]] = (int8_t)(slot & 255);
            continue;
        }
        __builtin_prefetch(&column->values[a]);
        __builtin_prefetch(&column->values[b]);
        open->a[left] = a;
        open->b[left] = b;
        open->mixed[left] = mixed;
        open->of[left++] = open->of[i];
    }
    open->count = left;
}

/* What is compared next: the words of bags, the texts of others. */
static void fetch_next(const struct comparer *comparer, const struct link_comparison *comparison,
                       const struct open_pairs *open)
{
    size_t column = comparison->columns[0];
    const struct value *values = comparer->records->columns[column].values;
    const struct word *words = comparer->words[column];
    bool bags = comparison->method == LINK_METHOD_TOKENS && words;
    for (size_t i = 0; i < open->count; i++)
        for (unsigned side = 0; side < 2; side++) {
            const struct value *value = &values[side ? open->b[i] : open->a[i]];
            if (!bags) {
                __builtin_prefetch(value->text.at);
                continue;
            }
            __builtin_prefetch(&words[value->token_at]);
            if (value->token_count > 1)
                __builtin_prefetch(&words[value->token_at + value->token_count - 1u]);
        }
}

static void compare_field(const struct comparer *comparer, struct memo *memo, const struct field *field,
                          const struct link_pair *pairs, size_t count, struct field_batch *batch)
{
    const struct link_comparison *comparison = field->comparison;
    if (comparison->column_count > 1) {
        for (size_t i = 0; i < count; i++)
            batch->level[i] = compare_first_level(comparer, comparison, pairs[i].a, pairs[i].b, &batch->frequency[i]);
        return;
    }
    UNINITIALIZED struct open_pairs open;
    settle_plain(comparer, comparison, pairs, count, batch, &open);
    settle_codes(comparer, field, batch, &open);
    if (field->slots)
        settle_known(&comparer->records->columns[comparison->columns[0]], field->slots, batch, &open);
    fetch_next(comparer, comparison, &open);
    for (size_t i = 0; i < open.count; i++) {
        uint32_t a = open.a[i], b = open.b[i];
        size_t at = open.of[i];
        batch->level[at] = compare_values(comparer, memo, comparison, pairs[at], a, b, &batch->frequency[at]);
        if (field->slots)
            remember(field->slots, open.mixed[i], batch->level[at], batch->frequency[at]);
    }
}

static struct field field_of(const struct comparer *comparer, const struct memo *memo, size_t f)
{
    return (struct field){&comparer->spec->comparisons[f], comparer->plans[f], memo ? memo->fields[f] : NULL};
}

static struct field inner_of(const struct comparer *comparer, const struct memo *memo, int f)
{
    return (struct field){&comparer->spec->inner[f], comparer->inner_plans[f], memo ? memo->inner[f] : NULL};
}

/* The two parts depend on each other, so only one of their frequencies may speak: the first's, where it agrees. */
static void join_levels(unsigned levels, const struct field_batch *second, size_t count, struct field_batch *batch)
{
    for (size_t i = 0; i < count; i++) {
        batch->frequency[i] = batch->level[i] == 1 ? batch->frequency[i] : second->frequency[i];
        batch->level[i] = (uint8_t)(batch->level[i] * levels + second->level[i]);
    }
}

static void compare_joint(const struct comparer *comparer, struct memo *memo, const struct link_comparison *joint,
                          const struct link_pair *pairs, size_t count, struct field_batch *batch)
{
    UNINITIALIZED struct field_batch second;
    struct field first = inner_of(comparer, memo, joint->first), other = inner_of(comparer, memo, joint->second);
    compare_field(comparer, memo, &first, pairs, count, batch);
    compare_field(comparer, memo, &other, pairs, count, &second);
    join_levels(spec_level_count(comparer->spec, other.comparison) + 1, &second, count, batch);
}

void compare_one(const struct comparer *comparer, struct memo *memo, size_t f, const struct link_pair *pairs,
                 size_t count, struct compared *ret)
{
    struct field field = field_of(comparer, memo, f);
    UNINITIALIZED struct field_batch batch;
    if (reads_several(field.comparison)) {
        settle_wide(comparer, f, pairs, count, ret);
        compare_wide(comparer, memo, f, pairs, count, ret);
        return;
    }
    if (field.comparison->method == LINK_METHOD_JOINT)
        compare_joint(comparer, memo, field.comparison, pairs, count, &batch);
    else
        compare_field(comparer, memo, &field, pairs, count, &batch);
    for (size_t i = 0; i < count; i++) {
        ret[i].level[f] = batch.level[i];
        ret[i].frequency[f] = batch.frequency[i];
    }
}

void compare_batch(const struct comparer *comparer, struct memo *memo, const struct link_pair *pairs, size_t count,
                   struct compared *ret)
{
    must(count <= COMPARE_BATCH);
    for (size_t f = 0; f < comparer->spec->comparison_count; f++)
        compare_one(comparer, memo, f, pairs, count, ret);
}

static float bag_most(const struct comparer *comparer, size_t f, struct link_pair pair)
{
    size_t column = comparer->spec->comparisons[f].columns[0];
    uint32_t a = record_code(comparer->records, pair.a, column), b = record_code(comparer->records, pair.b, column);
    if (!a || !b)
        return 0;
    float most_a = comparer->bag_most[f][a], most_b = comparer->bag_most[f][b];
    return most_a < most_b ? most_a : most_b;
}

/* The most that a level's frequency adds (compare_level_frequency). */
static double most_frequency(const struct link_level *level)
{
    return level->test == LINK_TEST_EQUAL ? 8 : level->test == LINK_TEST_DIGIT ? 6 : 3;
}

/* The most that a field which reads several columns brings where its first level does not hold. */
static double most_of(const struct comparer *comparer, size_t f)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    const double *weight = comparer->model->levels[f].weight;
    double most = fmax(weight[0], weight[comparison->level_count + 1]);
    for (size_t l = comparison->levels[0].test == LINK_TEST_EQUAL; l < comparison->level_count; l++)
        most = fmax(most, weight[l + 1] + (comparison->frequency ? most_frequency(&comparison->levels[l]) : 0));
    return most;
}

void compare_above_start(struct compare_above *above, const struct comparer *comparer, double floor, bool rules)
{
    *above = (struct compare_above){.floor = floor, .rules = rules};
    for (size_t f = 0; f < comparer->spec->comparison_count; f++)
        if (reads_several(&comparer->spec->comparisons[f])) {
            above->most[f] = most_of(comparer, f);
            above->any = true;
        }
}

/* The most that each pair may weigh yet, summed in the order of score_weight. */
static void sum_most(const struct comparer *comparer, const struct compare_above *above, const struct link_pair *pairs,
                     size_t count, const struct compared *compared, double *ret_most)
{
    for (size_t i = 0; i < count; i++)
        ret_most[i] = comparer->model->prior;
    for (size_t f = 0; f < comparer->spec->comparison_count; f++) {
        const double *weight = comparer->model->levels[f].weight;
        bool bags = comparer->bag_most[f] != NULL;
        double open = above->most[f];
        for (size_t i = 0; i < count; i++) {
            uint8_t level = compared[i].level[f];
            if (level != COMPARE_OPEN)
                ret_most[i] += weight[level] + compare_frequency(compared[i].frequency[f]);
            else
                ret_most[i] += bags ? (double)bag_most(comparer, f, pairs[i]) : open;
        }
    }
}

/* Those pairs that may reach the floor yet, or that a rule may join, to the front. */
static size_t keep_above(const struct comparer *comparer, const struct compare_above *above, struct link_pair *pairs,
                         size_t count, struct compared *ret)
{
    UNINITIALIZED double most[COMPARE_BATCH];
    float floor = (float)above->floor; /* as weights are kept */
    size_t kept = 0;
    sum_most(comparer, above, pairs, count, ret, most);
    for (size_t i = 0; i < count; i++) {
        if ((float)most[i] < floor && !(above->rules && compare_rule_possible(comparer, pairs[i].a, pairs[i].b)))
            continue;
        pairs[kept] = pairs[i];
        ret[kept++] = ret[i];
    }
    return kept;
}

static void leave_open(size_t f, size_t count, struct compared *ret)
{
    for (size_t i = 0; i < count; i++)
        ret[i].level[f] = COMPARE_OPEN;
}

size_t compare_batch_above(const struct comparer *comparer, struct memo *memo, const struct compare_above *above,
                           struct link_pair *pairs, size_t count, struct compared *ret)
{
    must(count <= COMPARE_BATCH);
    size_t fields = comparer->spec->comparison_count;
    for (size_t f = 0; f < fields; f++) {
        if (comparer->bag_most[f])
            leave_open(f, count, ret);
        else if (reads_several(&comparer->spec->comparisons[f]))
            settle_wide(comparer, f, pairs, count, ret);
        else
            compare_one(comparer, memo, f, pairs, count, ret);
    }
    if (above->any)
        count = keep_above(comparer, above, pairs, count, ret);
    for (size_t f = 0; f < fields; f++)
        if (reads_several(&comparer->spec->comparisons[f]))
            compare_wide(comparer, memo, f, pairs, count, ret);
    for (size_t f = 0; f < fields; f++)
        if (comparer->bag_most[f]) {
            count = keep_above(comparer, above, pairs, count, ret);
            compare_one(comparer, memo, f, pairs, count, ret);
        }
    return count;
}

void compare_records(const struct comparer *comparer, struct memo *memo, uint32_t a, uint32_t b, struct compared *ret)
{
    compare_batch(comparer, memo, &(struct link_pair){a, b}, 1, ret);
}
