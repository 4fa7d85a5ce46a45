/* block.c: keys, a radix sort, and pairs.
 *
 * A key is a 64-bit hash of the terms of a rule; the hash of a term is computed once for each distinct value. A pair
 * that meets under several rules is given by the first: found by comparing the two records' keys of the earlier rules,
 * which lie side by side, so that no set of pairs is ever kept. Work is cut into tasks of about the same number of
 * pairs, by the data alone. */
#include "link/block.h"

#include "base/hash.h"
#include "base/text.h"
#include "link/threads.h"

enum { TASK_PAIRS = 1 << 15, AHEAD = 8 };

/* ---- Functions of values ---- */

static struct slice token_of(struct slice s, enum link_function function)
{
    struct slice rest = s, part, chosen = NO_SLICE;
    while (slice_cut(&rest, ' ', &part)) {
        if (slice_empty(part))
            continue;
        if (function == LINK_FN_FIRST)
            return part;
        if (function == LINK_FN_LAST || part.len > chosen.len ||
            (part.len == chosen.len && slice_compare(part, chosen) < 0))
            chosen = part;
    }
    return chosen;
}

static struct slice sorted_tokens(struct slice s, struct arena *arena)
{
    struct slice tokens[32], rest = s, part;
    size_t count = 0;
    while (count < countof(tokens) && slice_cut(&rest, ' ', &part)) {
        size_t at = count++;
        for (; at > 0 && slice_compare(part, tokens[at - 1]) < 0; at--)
            tokens[at] = tokens[at - 1];
        tokens[at] = part;
    }
    return arena_join(arena, tokens, count, S(" "));
}

static struct slice only_digits(struct slice s, struct arena *arena)
{
    char *out = arena_array(arena, char, s.len + 1);
    size_t length = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] >= '0' && s.at[i] <= '9')
            out[length++] = s.at[i];
    return slice_from(out, length);
}

static struct slice known_digits(struct slice s, size_t from, size_t to)
{
    struct slice part = slice_part(s, from, to);
    for (size_t i = 0; i < part.len; i++)
        if (part.at[i] != '0')
            return part;
    return NO_SLICE;
}

static struct slice day_and_month(struct slice s, struct arena *arena)
{
    struct slice month = known_digits(s, 4, 6), day = known_digits(s, 6, 8);
    if (slice_empty(month) || slice_empty(day))
        return NO_SLICE;
    bool order = slice_compare(month, day) <= 0;
    struct slice both[2] = {order ? month : day, order ? day : month};
    return arena_join(arena, both, 2, NO_SLICE);
}

static struct slice apply_call(struct link_call call, const struct value *value, struct slice s, struct arena *arena)
{
    switch (call.function) {
    case LINK_FN_SOUNDEX: {
        char *code = arena_array(arena, char, 5);
        text_soundex(s, code);
        return slice_of(code);
    }
    case LINK_FN_YEAR:
        return s.len == 8 ? known_digits(s, 0, 4) : NO_SLICE;
    case LINK_FN_MONTH:
        return s.len == 8 ? known_digits(s, 4, 6) : NO_SLICE;
    case LINK_FN_DAY:
        return s.len == 8 ? known_digits(s, 6, 8) : NO_SLICE;
    case LINK_FN_DAY_MONTH:
        return s.len == 8 ? day_and_month(s, arena) : NO_SLICE;
    case LINK_FN_PREFIX:
        return s.len >= call.argument ? slice_part(s, 0, call.argument) : NO_SLICE;
    case LINK_FN_SUFFIX:
        return s.len >= call.argument ? slice_part(s, s.len - call.argument, s.len) : NO_SLICE;
    case LINK_FN_FIRST:
    case LINK_FN_LAST:
    case LINK_FN_LONGEST:
        return token_of(s, call.function);
    case LINK_FN_SORTED:
        return sorted_tokens(s, arena);
    case LINK_FN_DIGITS:
        return only_digits(s, arena);
    case LINK_FN_AREA:
        return slice_part(value->text, 0, value->area);
    case LINK_FN_DISTRICT:
        return slice_part(value->text, 0, value->district);
    case LINK_FN_SECTOR:
        return slice_part(value->text, 0, value->sector);
    case LINK_FUNCTIONS:
        break;
    }
    return NO_SLICE;
}

static struct slice term_text(const struct link_term *term, const struct value *value, struct arena *arena)
{
    struct slice s = value->text;
    for (unsigned i = 0; i < term->call_count && !slice_empty(s); i++)
        s = apply_call(term->calls[i], value, s, arena);
    return s;
}

struct slice block_key_text(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                            struct arena *arena)
{
    struct slice parts[LINK_TERMS_MAX];
    for (unsigned t = 0; t < rule->term_count; t++) {
        parts[t] = term_text(&rule->terms[t], record_value(records, record, rule->terms[t].column), arena);
        if (slice_empty(parts[t]))
            return NO_SLICE;
    }
    return arena_join(arena, parts, rule->term_count, S(" | "));
}

/* ---- Keys ---- */

struct key_work {
    struct blocks *blocks;
    const struct link_model *model;
};

static void rule_keys(void *context, size_t rule_number, unsigned thread)
{
    (void)thread;
    struct key_work *work = context;
    const struct link_records *records = work->blocks->records;
    const struct link_rule *rule = &records->spec->rules[rule_number];
    struct arena *scratch = arena_make(0), *texts = arena_make(0);
    uint64_t *hashes[LINK_TERMS_MAX];
    for (unsigned t = 0; t < rule->term_count; t++) {
        const struct column *column = &records->columns[rule->terms[t].column];
        hashes[t] = arena_array(scratch, uint64_t, column->plain.count);
        for (size_t code = 1; code < column->plain.count; code++) {
            struct slice text = term_text(&rule->terms[t], &column->values[code], texts);
            uint64_t hash = slice_empty(text) ? 0 : hash64(text, 21);
            hashes[t][code] = hash;
            if (arena_used(texts) > 1u << 18)
                arena_reset(texts);
        }
    }
    const struct key_set *common = work->model ? &work->model->common_sets[rule_number] : NULL;
    for (uint32_t r = 0; r < records->count; r++) {
        uint64_t key = 0;
        for (unsigned t = 0; t < rule->term_count; t++) {
            uint64_t hash = hashes[t][record_code(records, r, rule->terms[t].column)];
            if (!hash) {
                key = 0;
                break;
            }
            uint64_t both[2] = {key, hash};
            key = t == 0 ? hash : hash64(slice_from(both, sizeof both), 22);
        }
        if (key && common && key_set_has(common, key))
            key = 0;
        work->blocks->keys[(size_t)r * work->blocks->rule_count + rule_number] = key;
    }
    arena_free(texts);
    arena_free(scratch);
}

bool blocks_keys(struct blocks *blocks, const struct link_records *records, const struct link_model *model,
                 const struct link_options *options, struct arena *arena, struct error *err)
{
    *blocks = (struct blocks){
        .records = records, .rule_count = records->spec->rule_count, .from = options ? options->from : 0};
    blocks->keys = arena_array(arena, uint64_t, (size_t)records->count * blocks->rule_count + 1);
    struct key_work work = {blocks, model};
    return threads_run(options, "making blocking keys", blocks->rule_count, rule_keys, &work, err);
}

/* ---- Sorting: least significant digit first, 11 bits a pass; passes in which all keys agree are left out ---- */

struct keyed {
    uint64_t key;
    uint32_t record;
};

static void sort_keyed(struct keyed *items, struct keyed *other, size_t count)
{
    enum { BITS = 11, SIZE = 1 << BITS };
    static const unsigned shifts[] = {0, 11, 22, 33, 44, 55};
    struct keyed *from = items, *to = other;
    size_t counts[SIZE];
    for (size_t pass = 0; pass < countof(shifts); pass++) {
        memset(counts, 0, sizeof counts);
        for (size_t i = 0; i < count; i++)
            counts[from[i].key >> shifts[pass] & (SIZE - 1)]++;
        size_t at = 0;
        for (size_t d = 0; d < SIZE; d++) {
            size_t here = counts[d];
            counts[d] = at;
            at += here;
        }
        for (size_t i = 0; i < count; i++)
            to[counts[from[i].key >> shifts[pass] & (SIZE - 1)]++] = from[i];
        struct keyed *swap = from;
        from = to;
        to = swap;
    }
    must(from == items); /* an even number of passes */
}

static size_t gather(const struct blocks *blocks, size_t rule, struct keyed *items)
{
    size_t count = 0;
    for (uint32_t r = 0; r < blocks->records->count; r++) {
        uint64_t key = blocks->keys[(size_t)r * blocks->rule_count + rule];
        if (key)
            items[count++] = (struct keyed){key, r};
    }
    return count;
}

void blocks_find_common(struct blocks *blocks, struct link_model *model, struct arena *arena)
{
    const struct link_spec *spec = blocks->records->spec;
    size_t n = blocks->records->count;
    struct arena *scratch = arena_make(0);
    struct keyed *items = arena_array(scratch, struct keyed, n + 1), *other = arena_array(scratch, struct keyed, n + 1);
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        uint32_t cap = spec->rules[rule].cap;
        if (cap == 0)
            continue;
        size_t count = gather(blocks, rule, items), capacity = 0;
        sort_keyed(items, other, count);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i; end < count && items[end].key == items[i].key; end++)
                ;
            if (end - i <= cap)
                continue;
            ARENA_GROW(arena, model->common[rule], model->common_count[rule], capacity);
            model->common[rule][model->common_count[rule]++] = (struct common_key){
                items[i].key, block_key_text(blocks->records, &spec->rules[rule], items[i].record, arena),
                (uint32_t)(end - i)};
            for (size_t j = i; j < end; j++)
                blocks->keys[(size_t)items[j].record * blocks->rule_count + rule] = 0;
        }
    }
    arena_free(scratch);
}

struct sort_work {
    struct blocks *blocks;
};

static void sort_rule(void *context, size_t rule, unsigned thread)
{
    (void)thread;
    struct blocks *blocks = ((struct sort_work *)context)->blocks;
    size_t n = blocks->records->count;
    struct arena *scratch = arena_make(0);
    struct keyed *items = arena_array(scratch, struct keyed, n + 1), *other = arena_array(scratch, struct keyed, n + 1);
    size_t count = gather(blocks, rule, items), kept = 0;
    sort_keyed(items, other, count);
    uint64_t pairs = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && items[end].key == items[i].key; end++)
            ;
        if (end - i < 2)
            continue;
        size_t block_end = kept + (end - i);
        for (size_t j = i; j < end; j++) {
            blocks->sorted[rule][kept] = items[j].record;
            blocks->ends[rule][kept++] = (uint32_t)block_end;
        }
        pairs += (uint64_t)(end - i) * (end - i - 1) / 2;
    }
    blocks->sorted_count[rule] = kept;
    blocks->pairs_of_rule[rule] = pairs;
    arena_free(scratch);
}

bool blocks_sort(struct blocks *blocks, const struct link_options *options, struct arena *arena, struct error *err)
{
    size_t n = blocks->records->count;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        blocks->sorted[rule] = arena_array(arena, uint32_t, n + 1);
        blocks->ends[rule] = arena_array(arena, uint32_t, n + 1);
    }
    struct sort_work work = {blocks};
    if (!threads_run(options, "sorting blocks", blocks->rule_count, sort_rule, &work, err))
        return false;
    size_t capacity = 0;
    uint64_t limit = options && options->pair_limit ? options->pair_limit : 2000000000ull;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        blocks->most_pairs += blocks->pairs_of_rule[rule];
        if (blocks->most_pairs > limit && blocks->from == 0)
            return error_set(
                err, ERROR_TOO_BIG,
                "the blocking rules up to “%.*s” (%llu pairs by itself) let %llu pairs through, more than the limit of "
                "%llu; make the rule narrower, lower block_cap, or train a new model",
                PRINT(blocks->records->spec->rules[rule].text), (unsigned long long)blocks->pairs_of_rule[rule],
                (unsigned long long)blocks->most_pairs, (unsigned long long)limit);
        uint64_t pairs = 0;
        uint32_t from = 0;
        for (uint32_t i = 0; i < blocks->sorted_count[rule]; i++) {
            pairs += blocks->ends[rule][i] - i - 1;
            if (pairs < TASK_PAIRS && i + 1 < blocks->sorted_count[rule])
                continue;
            ARENA_GROW(arena, blocks->tasks, blocks->task_count, capacity);
            blocks->tasks[blocks->task_count++] = (struct block_task){(uint16_t)rule, from, i + 1};
            from = i + 1;
            pairs = 0;
        }
    }
    return true;
}

void blocks_visit(const struct blocks *blocks, size_t task_number,
                  void (*visit)(void *context, const struct link_pair *pairs, size_t count), void *context)
{
    const struct block_task *task = &blocks->tasks[task_number];
    const struct link_records *records = blocks->records;
    const uint32_t *sorted = blocks->sorted[task->rule], *ends = blocks->ends[task->rule];
    size_t rules = blocks->rule_count, columns = records->spec->column_count, count = 0;
    struct link_pair pairs[BLOCK_BATCH];
    for (uint32_t i = task->from; i < task->to; i++) {
        uint32_t x = sorted[i];
        const uint64_t *keys_x = &blocks->keys[(size_t)x * rules];
        for (uint32_t j = i + 1; j < ends[i]; j++) {
            uint32_t y = sorted[j];
            if (j + AHEAD < ends[i])
                __builtin_prefetch(&blocks->keys[(size_t)sorted[j + AHEAD] * rules]);
            if ((x < blocks->from && y < blocks->from) || !records_may_meet(records, x, y))
                continue;
            const uint64_t *keys_y = &blocks->keys[(size_t)y * rules];
            bool earlier = false;
            for (unsigned r = 0; r < task->rule && !earlier; r++)
                earlier = keys_x[r] == keys_y[r] && keys_x[r] != 0;
            if (earlier)
                continue;
            __builtin_prefetch(&records->plain[(size_t)y * columns]);
            pairs[count++] = (struct link_pair){x < y ? x : y, x < y ? y : x};
            if (count == BLOCK_BATCH) {
                visit(context, pairs, count);
                count = 0;
            }
        }
    }
    if (count > 0)
        visit(context, pairs, count);
}
