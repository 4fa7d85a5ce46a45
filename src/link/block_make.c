/* block_make.c: the blocks of each rule, by a radix sort of their keys.
 *
 * A key is a 64-bit hash of the terms of a rule; the hash of a term is computed once for each distinct value. Some bits
 * of the keys deal records out into parts that lie in the processor's caches; there some more leave only strays to be
 * put right. Records of one key stay in their order.
 *
 * All threads work on one rule: on ranges of its records until they are dealt out, then on groups of parts. So its keys
 * are in memory once, not once for each thread. Of few records each thread takes rules for itself. The ranges and the
 * groups are the data's alone, and so is what comes out. */
#include "link/block.h"

#include "base/hash.h"
#include "link/memory_plan.h"
#include "link/spill.h"
#include "link/threads.h"

enum { TASK_RECORDS = 256, TASKS_MOST = 4096, TASK_PAIRS = 1 << 20 };
enum { BITS_LEAST = 8, BITS_MOST = 26, PART_LEAST = 4, BUCKET_MOST = 12 };
enum { RANGES = 16, GROUPS = 16, FEW_RECORDS = 1 << 17 };

/* The hash of a term for each distinct value of its column, by plain code; 0: no key. */
struct term_hashes {
    const struct link_term *term;
    uint64_t *of;
};

/* A record under its key; in 12 bytes. */
struct keyed {
    uint32_t low, high, record;
};

/* Keys too common; their texts not yet. */
struct common_list {
    struct common_key *keys;
    size_t count, capacity;
};

/* A rule being sorted. */
struct sorting {
    struct make_work *work;
    size_t rule, threads;
    unsigned bits, part_bits;   /* of a key, that are sorted by; the upper of them, that deal out */
    uint32_t range;             /* records of one */
    uint64_t *keys;             /* by record; 0: none */
    struct keyed *items;        /* part by part */
    uint32_t *at;               /* by range and part: how many, then where the next goes */
    uint32_t *begins;           /* of the parts, and one more */
    uint32_t *words;            /* where the keys were: blocks, each its size and its records, group by group */
    uint32_t *groups, *members; /* as struct blocks has them */
    struct group {
        size_t from, count, place; /* of its words; where they go among the members */
        uint64_t pairs;
        struct common_list common;
    } parts[GROUPS];
    struct {
        struct arena *arena;
        struct keyed *sorted; /* a part's items */
        size_t room;
    } own[LINK_THREADS_MAX];
};

struct make_work {
    struct blocks *blocks;
    const struct link_model *model;
    bool learn;
    struct block_terms terms;
    struct term_hashes *hashes; /* of those that the rules have */
    size_t hash_count;
    struct sorting *sortings[LINK_THREADS_MAX];
    struct arena *group_arenas[LINK_RULES_MAX];
    struct common_list common[LINK_RULES_MAX];
    struct spill *spill;                /* or NULL */
    uint64_t places[LINK_RULES_MAX][2]; /* of groups and members there, in words */
};

/* ---- Keys ---- */

static void list_hashes(struct make_work *work, size_t rules, struct arena *arena)
{
    const struct link_records *records = work->blocks->records;
    block_terms_list(records->spec, &work->terms);
    for (size_t r = 0; r < rules; r++)
        for (unsigned t = 0; t < records->spec->rules[r].term_count; t++)
            if (work->terms.of[r][t] >= work->hash_count)
                work->hash_count = work->terms.of[r][t] + 1u;
    work->hashes = arena_array(arena, struct term_hashes, work->hash_count + 1);
    for (size_t k = 0; k < work->hash_count; k++) {
        const struct link_term *term = work->terms.terms[k];
        work->hashes[k] =
            (struct term_hashes){term, arena_array(arena, uint64_t, records->columns[term->column].plain.count)};
    }
}

static void hash_term(void *context, size_t number, unsigned thread)
{
    (void)thread;
    struct make_work *work = context;
    const struct term_hashes *hashes = &work->hashes[number];
    const struct column *column = &work->blocks->records->columns[hashes->term->column];
    struct arena *texts = arena_make(0);
    for (size_t code = 1; code < column->plain.count; code++) {
        hashes->of[code] = block_term_hash(hashes->term, &column->values[code], texts);
        if (arena_used(texts) > 1u << 18)
            arena_reset(texts);
    }
    arena_free(texts);
}

/* Of the records from `from` on, term by term, so that none waits for the memory that another needs. */
static void find_keys(const struct make_work *work, size_t rule_number, uint32_t from, size_t count, uint64_t *keys)
{
    const struct link_records *records = work->blocks->records;
    const struct link_rule *rule = &records->spec->rules[rule_number];
    size_t columns = records->spec->column_count;
    for (unsigned t = 0; t < rule->term_count; t++) {
        const uint64_t *of = work->hashes[work->terms.of[rule_number][t]].of;
        const uint32_t *codes = &records->plain[from * columns + rule->terms[t].column];
        for (size_t i = 0; i < count; i++)
            __builtin_prefetch(&of[codes[i * columns]]);
        for (size_t i = 0; i < count; i++)
            keys[i] = t == 0 || keys[i] ? block_join(t ? keys[i] : 0, t, of[codes[i * columns]]) : 0;
    }
    if (records->follows)
        for (size_t i = 0; i < count; i++)
            keys[i] = record_follows(records, from + (uint32_t)i) ? 0 : keys[i];
    const struct key_set *common = work->model ? &work->model->common_sets[rule_number] : NULL;
    for (size_t i = 0; common && i < count; i++)
        keys[i] = keys[i] && key_set_has(common, keys[i]) ? 0 : keys[i];
}

static uint32_t begin_of(const struct sorting *sorting, size_t range)
{
    uint64_t begin = range * (uint64_t)sorting->range;
    uint32_t n = sorting->work->blocks->records->count;
    return begin < n ? (uint32_t)begin : n;
}

static size_t part_of(const struct sorting *sorting, uint64_t key)
{
    return key >> (sorting->bits - sorting->part_bits) & (((size_t)1 << sorting->part_bits) - 1);
}

/* And nobody has a block yet. */
static void key_range(void *context, size_t range, unsigned thread)
{
    enum { SOME = 64 };
    (void)thread;
    const struct sorting *sorting = context;
    uint32_t from = begin_of(sorting, range), to = begin_of(sorting, range + 1);
    uint32_t *counts = sorting->at + (range << sorting->part_bits);
    memset(counts, 0, sizeof *counts << sorting->part_bits);
    memset(sorting->groups + from, 0, (to - from) * sizeof *sorting->groups);
    if (range + 1 == RANGES)
        sorting->groups[to] = 0; /* no record's */
    for (uint32_t some; from < to; from += some) {
        uint64_t *keys = sorting->keys + from;
        some = to - from < SOME ? to - from : SOME;
        find_keys(sorting->work, sorting->rule, from, some, keys);
        for (uint32_t i = 0; i < some; i++)
            counts[part_of(sorting, keys[i])] += keys[i] != 0;
    }
}

/* ---- Sorting ---- */

/* As many as tell so many keys apart. Few parts, so that a line of each stays at hand while they are dealt out; but not
 * so few that one does not. */
static void plan_bits(struct sorting *sorting, size_t count)
{
    unsigned bits = BITS_LEAST;
    while (bits < BITS_MOST && (1ull << bits) < 4 * count)
        bits += 2;
    sorting->bits = bits;
    sorting->part_bits = bits < 24 ? bits / 2 - 3 : bits - 15;
    if (sorting->part_bits < PART_LEAST)
        sorting->part_bits = PART_LEAST;
}

static void lay_out(struct sorting *sorting)
{
    uint32_t sum = 0;
    size_t parts = (size_t)1 << sorting->part_bits;
    for (size_t p = 0; p < parts; p++) {
        sorting->begins[p] = sum;
        for (size_t range = 0; range < RANGES; range++) {
            uint32_t here = sorting->at[range * parts + p];
            sorting->at[range * parts + p] = sum;
            sum += here;
        }
    }
    sorting->begins[parts] = sum;
}

static void deal_range(void *context, size_t range, unsigned thread)
{
    (void)thread;
    const struct sorting *sorting = context;
    uint32_t from = begin_of(sorting, range), to = begin_of(sorting, range + 1);
    uint32_t *at = sorting->at + (range << sorting->part_bits);
    for (uint32_t r = from; r < to; r++) {
        uint64_t key = sorting->keys[r];
        if (key)
            sorting->items[at[part_of(sorting, key)]++] = (struct keyed){(uint32_t)key, (uint32_t)(key >> 32), r};
    }
}

static uint64_t key_of(const struct keyed *item)
{
    return (uint64_t)item->high << 32 | item->low;
}

/* Of two items of a part. */
static bool stands_after(const struct keyed *a, const struct keyed *b, uint32_t mask)
{
    uint32_t x = a->low & mask, y = b->low & mask;
    return x != y ? x > y : key_of(a) > key_of(b);
}

struct stray {
    uint32_t digits;
    struct keyed item;
};

static int compare_strays(const void *a, const void *b)
{
    const struct stray *x = a, *y = b;
    uint64_t p = key_of(&x->item), q = key_of(&y->item);
    if (x->digits != y->digits)
        return x->digits < y->digits ? -1 : 1;
    if (p != q)
        return p < q ? -1 : 1;
    return x->item.record < y->item.record ? -1 : x->item.record > y->item.record;
}

/* What the buckets do not tell apart: large blocks that share one. */
static void sort_strays(struct keyed *items, size_t count, uint32_t mask)
{
    struct arena *scratch = arena_make(0);
    struct stray *strays = arena_array(scratch, struct stray, count);
    for (size_t i = 0; i < count; i++)
        strays[i] = (struct stray){items[i].low & mask, items[i]};
    array_sort(strays, count, sizeof *strays, compare_strays);
    for (size_t i = 0; i < count; i++)
        items[i] = strays[i].item;
    arena_free(scratch);
}

/* By the bits below those that dealt out, and what they leave together by all bits. */
static void sort_part(const struct sorting *sorting, const struct keyed *part, size_t count, struct keyed *sorted)
{
    unsigned low_bits = sorting->bits - sorting->part_bits,
             shift = low_bits > BUCKET_MOST + 2 ? low_bits - BUCKET_MOST : 2;
    uint32_t at[1 << BUCKET_MOST] UNINITIALIZED, mask = (1u << low_bits) - 1, sum = 0;
    size_t buckets = (size_t)1 << (low_bits - shift), moves = 0;
    memset(at, 0, buckets * sizeof *at);
    for (size_t i = 0; i < count; i++)
        at[(part[i].low & mask) >> shift]++;
    for (size_t b = 0; b < buckets; b++) {
        uint32_t here = at[b];
        at[b] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        sorted[at[(part[i].low & mask) >> shift]++] = part[i];
    for (size_t i = 1; i < count; i++) {
        struct keyed item = sorted[i];
        size_t to = i;
        for (; to > 0 && stands_after(&sorted[to - 1], &item, mask); to--)
            sorted[to] = sorted[to - 1];
        sorted[to] = item;
        moves += i - to;
        if (moves > 16 * count) {
            sort_strays(sorted, count, mask);
            return;
        }
    }
}

/* ---- Blocks ---- */

/* Whether two canonical keys are of records that hold the same: the low bits are their ids'. */
static bool same_content(uint64_t x, uint64_t y)
{
    return x >> 24 == y >> 24;
}

enum { ANY_SOURCE = 1 << 16 };

struct part_of_block {
    uint32_t sample[COMMON_SAMPLE];
    unsigned sampled, most;
};

/* Those of least canonical key: any few, but the same whatever the order of the records. Of records that are alike one
 * is taken. */
static void sample_one(const struct link_records *records, uint32_t record, struct part_of_block *ret)
{
    uint64_t key = records->keys[record];
    unsigned at = ret->sampled;
    while (at > 0 && records->keys[ret->sample[at - 1]] > key)
        at--;
    if (at == ret->most || (at > 0 && same_content(records->keys[ret->sample[at - 1]], key)))
        return;
    if (at < ret->sampled && same_content(records->keys[ret->sample[at]], key)) {
        ret->sample[at] = record;
        return;
    }
    ret->sampled += ret->sampled < ret->most;
    memmove(&ret->sample[at + 1], &ret->sample[at], (ret->sampled - 1 - at) * sizeof *ret->sample);
    ret->sample[at] = record;
}

/* The source of the most records of a block; ANY_SOURCE where all are of one, or any two may meet. */
static uint32_t greatest_source(const struct link_records *records, const uint32_t *block, size_t count)
{
    if (records_all_meet(records))
        return ANY_SOURCE;
    uint32_t counts[countof(records->sources)] = {0}, greatest = records->source_of[*block];
    for (size_t i = 0; i < count; i++) {
        uint32_t source = records->source_of[block[i]];
        if (++counts[source] > counts[greatest] ||
            (counts[source] == counts[greatest] && records->sources[source].key < records->sources[greatest].key))
            greatest = source;
    }
    return counts[greatest] < count ? greatest : ANY_SOURCE;
}

/* Where files only meet across, half are of the greatest file in it and half of others, in turn: whatever the files are
 * called, some of what is sampled may meet. */
static void sample_block(const struct link_records *records, const uint32_t *block, size_t count,
                         struct common_key *ret)
{
    uint32_t greatest = greatest_source(records, block, count);
    struct part_of_block parts[2] = {{.most = COMMON_SAMPLE}, {.most = COMMON_SAMPLE}};
    if (greatest != ANY_SOURCE)
        parts[0].most = parts[1].most = COMMON_SAMPLE / 2;
    for (size_t i = 0; i < count; i++)
        sample_one(records, block[i], &parts[records->source_of[block[i]] == greatest]);
    for (unsigned i = 0; i < parts[0].sampled || i < parts[1].sampled; i++)
        for (unsigned part = 0; part < 2; part++)
            if (i < parts[part].sampled)
                ret->sample[ret->sampled++] = parts[part].sample[i];
    if (ret->sampled == 1)
        ret->sample[ret->sampled++] = block[block[0] == ret->sample[0]];
}

static void note_common(struct common_list *list, struct arena *arena, const struct link_records *records, uint64_t key,
                        const uint32_t *block, size_t count)
{
    ARENA_GROW(arena, list->keys, list->count, list->capacity);
    struct common_key *common = &list->keys[list->count++];
    *common = (struct common_key){.key = key, .records = (uint32_t)count};
    if (count <= COMMON_LARGEST)
        sample_block(records, block, count, common);
    else
        common->sample[common->sampled++] = *block;
}

/* Of a sorted part: those of two records or more. */
static void find_blocks(const struct sorting *sorting, const struct keyed *part, size_t count, struct group *group,
                        struct arena *arena)
{
    const struct link_records *records = sorting->work->blocks->records;
    uint32_t cap = sorting->work->learn ? records->spec->rules[sorting->rule].cap : 0;
    for (size_t i = 0, end; i < count; i = end) {
        uint64_t key = key_of(&part[i]);
        for (end = i + 1; end < count && key_of(&part[end]) == key; end++)
            ;
        size_t size = end - i;
        if (size < 2)
            continue;
        uint32_t *block = sorting->words + group->from + group->count;
        block[0] = (uint32_t)size;
        for (size_t j = 0; j < size; j++)
            block[1 + j] = part[i + j].record;
        if (cap && size > cap) {
            note_common(&group->common, arena, records, key, block + 1, size);
            continue;
        }
        group->count += size + 1;
        group->pairs += (uint64_t)size * (size - 1) / 2;
    }
}

static void sort_group(void *context, size_t number, unsigned thread)
{
    struct sorting *sorting = context;
    size_t parts = ((size_t)1 << sorting->part_bits) / GROUPS, from = number * parts;
    struct group *group = &sorting->parts[number];
    struct arena *arena = sorting->own[thread].arena;
    /* A block is one and a half times its records at most, and a key was two words. */
    *group = (struct group){.from = 2 * (size_t)sorting->begins[from]};
    for (size_t p = from; p < from + parts; p++) {
        const struct keyed *part = sorting->items + sorting->begins[p];
        size_t count = sorting->begins[p + 1] - sorting->begins[p];
        if (count > sorting->own[thread].room) {
            sorting->own[thread].room = count + count / 8;
            sorting->own[thread].sorted = arena_room(arena, sorting->own[thread].room * sizeof *part);
        }
        if (count < 2)
            continue;
        sort_part(sorting, part, count, sorting->own[thread].sorted);
        find_blocks(sorting, sorting->own[thread].sorted, count, group, arena);
    }
}

static void keep_group(void *context, size_t number, unsigned thread)
{
    (void)thread;
    struct sorting *sorting = context;
    const struct group *group = &sorting->parts[number];
    const uint32_t *words = sorting->words + group->from;
    if (sorting->members && number == 0)
        sorting->members[0] = 0; /* nobody's */
    if (sorting->members)
        memcpy(sorting->members + group->place, words, group->count * sizeof *words);
    for (size_t at = 0; at < group->count; at += words[at] + 1)
        for (uint32_t j = 1; j <= words[at]; j++)
            sorting->groups[words[at + j]] = (uint32_t)(group->place + at);
}

/* Where the groups' blocks go among the members, place 0 being no block's; and what is too common among them. */
static size_t place_groups(struct sorting *sorting)
{
    struct make_work *work = sorting->work;
    struct common_list *common = &work->common[sorting->rule];
    size_t kept = 1;
    for (size_t g = 0; g < GROUPS; g++) {
        struct group *group = &sorting->parts[g];
        group->place = kept;
        kept += group->count;
        work->blocks->pairs_of_rule[sorting->rule] += group->pairs;
        for (size_t i = 0; i < group->common.count; i++) {
            ARENA_GROW(work->group_arenas[sorting->rule], common->keys, common->count, common->capacity);
            common->keys[common->count++] = group->common.keys[i];
        }
    }
    must(kept <= UINT32_MAX);
    return kept;
}

static bool spill_rule(struct sorting *sorting, size_t kept, struct error *err)
{
    struct make_work *work = sorting->work;
    size_t rule = sorting->rule, n = work->blocks->records->count + (size_t)1;
    const uint32_t none = 0;
    uint64_t at = rule ? work->places[rule - 1][1] + work->blocks->member_count[rule - 1] : 0;
    work->places[rule][0] = at;
    work->places[rule][1] = at + n;
    work->blocks->member_count[rule] = kept;
    bool done = spill_add(work->spill, sorting->groups, n * sizeof *sorting->groups, err) &&
                spill_add(work->spill, &none, sizeof none, err);
    for (size_t g = 0; done && g < GROUPS; g++)
        done = spill_add(work->spill, sorting->words + sorting->parts[g].from,
                         sorting->parts[g].count * sizeof *sorting->words, err);
    return done;
}

/* On all the threads of the sorting, or on this one. */
static void run(struct sorting *sorting, size_t chunks, void (*work)(void *context, size_t chunk, unsigned thread))
{
    struct error err = NO_ERROR;
    const struct link_options quiet = {.threads = (unsigned)sorting->threads};
    if (sorting->threads > 1)
        must(threads_run(&quiet, "sorting blocks", chunks, work, sorting, &err));
    for (size_t chunk = 0; chunk < chunks && sorting->threads == 1; chunk++)
        work(sorting, chunk, 0);
}

static void start_sorting(struct sorting *sorting)
{
    size_t n = sorting->work->blocks->records->count;
    struct arena *arena = sorting->own[0].arena;
    if (sorting->keys)
        return;
    plan_bits(sorting, n);
    sorting->range = (uint32_t)(n / RANGES + 1);
    sorting->keys = arena_room(arena, (n + 1) * sizeof *sorting->keys);
    sorting->words = (uint32_t *)(void *)sorting->keys;
    sorting->items = arena_room(arena, (n + 1) * sizeof *sorting->items);
    sorting->at = arena_array(arena, uint32_t, (size_t)RANGES << sorting->part_bits);
    sorting->begins = arena_array(arena, uint32_t, ((size_t)1 << sorting->part_bits) + 1);
}

static bool sort_rule(struct sorting *sorting, size_t rule, struct error *err)
{
    struct make_work *work = sorting->work;
    struct blocks *blocks = work->blocks;
    size_t n = blocks->records->count + (size_t)1;
    sorting->rule = rule;
    start_sorting(sorting);
    if (!sorting->groups || !work->spill)
        sorting->groups =
            arena_room(work->spill ? sorting->own[0].arena : work->group_arenas[rule], n * sizeof *sorting->groups);
    run(sorting, RANGES, key_range);
    lay_out(sorting);
    run(sorting, RANGES, deal_range);
    run(sorting, GROUPS, sort_group);
    size_t kept = place_groups(sorting);
    sorting->members = work->spill ? NULL : arena_room(blocks->member_arenas[rule], kept * sizeof *sorting->members);
    run(sorting, GROUPS, keep_group);
    if (work->spill)
        return spill_rule(sorting, kept, err);
    blocks->member_count[rule] = kept;
    blocks->groups[rule] = sorting->groups;
    blocks->members[rule] = sorting->members;
    return true;
}

static void sort_alone(void *context, size_t rule, unsigned thread)
{
    struct error err = NO_ERROR;
    struct make_work *work = context;
    must(sort_rule(work->sortings[thread], rule, &err));
}

static bool sort_in_turn(struct make_work *work, const struct link_options *options, struct error *err)
{
    size_t rules = work->blocks->rule_count;
    for (size_t rule = 0; rule < rules; rule++)
        if (!threads_may_go_on(options, "sorting blocks", (double)rule / (double)rules, err) ||
            !sort_rule(work->sortings[0], rule, err))
            return false;
    return true;
}

static bool sort_rules(struct make_work *work, const struct link_options *options, struct arena *scratch,
                       struct error *err)
{
    unsigned threads = threads_count(options);
    bool alone = work->blocks->records->count < FEW_RECORDS && !work->spill;
    for (unsigned s = 0; s < (alone ? threads : 1); s++) {
        struct sorting *sorting = work->sortings[s] = arena_new(scratch, struct sorting);
        *sorting = (struct sorting){.work = work, .threads = alone ? 1 : threads};
        for (unsigned t = 0; t < sorting->threads; t++)
            sorting->own[t].arena = arena_child(scratch);
    }
    return alone ? threads_run(options, "sorting blocks", work->blocks->rule_count, sort_alone, work, err)
                 : sort_in_turn(work, options, err);
}

/* ---- All rules ---- */

static bool end_spill(const struct make_work *work, struct error *err)
{
    struct blocks *blocks = work->blocks;
    const void *map = NULL;
    if (!spill_end(work->spill, &map, err))
        return false;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        blocks->groups[rule] = (const uint32_t *)map + work->places[rule][0];
        blocks->members[rule] = (const uint32_t *)map + work->places[rule][1];
    }
    blocks->spill = work->spill;
    return true;
}

static int compare_common(const void *a, const void *b)
{
    const struct common_key *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static void learn_common(const struct make_work *work, struct link_model *learn)
{
    const struct link_records *records = work->blocks->records;
    for (size_t rule = 0; rule < work->blocks->rule_count; rule++) {
        const struct common_list *found = &work->common[rule];
        learn->common_count[rule] = found->count;
        learn->common[rule] = arena_array(learn->arena, struct common_key, found->count + 1);
        for (size_t i = 0; i < found->count; i++) {
            learn->common[rule][i] = found->keys[i];
            learn->common[rule][i].text =
                block_key_text(records, &records->spec->rules[rule], found->keys[i].sample[0], learn->arena);
        }
        array_sort(learn->common[rule], found->count, sizeof *learn->common[rule], compare_common);
    }
}

static bool add_up(struct blocks *blocks, const struct link_options *options, struct error *err)
{
    uint64_t limit = blocks_pair_limit(options);
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        blocks->most_pairs += blocks->pairs_of_rule[rule];
        if (blocks->most_pairs > limit && blocks->from == 0)
            return error_set(
                err, ERROR_TOO_BIG,
                "the blocking rules up to “%.*s” (%llu pairs by itself) let %llu pairs through, more than the limit of "
                "%llu; make the rule narrower, lower block_cap, or train a new model",
                PRINT(blocks->records->spec->rules[rule].text), (unsigned long long)blocks->pairs_of_rule[rule],
                (unsigned long long)blocks->most_pairs, (unsigned long long)limit);
    }
    uint32_t n = blocks->records->count;
    uint64_t few = TASK_PAIRS / (blocks->most_pairs / (n + 1) + 1);
    blocks->task_records = n / TASKS_MOST > TASK_RECORDS ? n / TASKS_MOST : TASK_RECORDS;
    if (blocks->task_records > few)
        blocks->task_records = few > 8 ? (uint32_t)few : 8;
    blocks->task_count = n / blocks->task_records + 1;
    return true;
}

static bool make_blocks(struct blocks *blocks, const struct link_model *model, struct link_model *learn,
                        const struct link_options *options, struct arena *arena, struct error *err)
{
    const struct link_records *records = blocks->records;
    struct arena *scratch = arena_beside(records->arena);
    struct make_work *work = arena_new(scratch, struct make_work);
    *work = (struct make_work){.blocks = blocks, .model = model, .learn = learn != NULL};
    if (memory_spills_blocks(records, options))
        work->spill = spill_make(options, 0, arena);
    list_hashes(work, blocks->rule_count, scratch);
    blocks->arena = arena;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        work->group_arenas[rule] = arena_child(arena);
        blocks->member_arenas[rule] = arena_child(arena);
    }
    bool done = threads_run(options, "making blocking keys", work->hash_count, hash_term, work, err) &&
                sort_rules(work, options, scratch, err) && (!work->spill || end_spill(work, err));
    if (done && learn)
        learn_common(work, learn);
    arena_free(scratch);
    return done;
}

bool blocks_make(struct blocks *blocks, const struct link_records *records, const struct link_model *model,
                 struct link_model *learn, const struct link_options *options, struct arena *arena, struct error *err)
{
    *blocks = (struct blocks){
        .records = records, .rule_count = records->spec->rule_count, .from = options ? options->from : 0};
    return make_blocks(blocks, model, learn, options, arena, err) && add_up(blocks, options, err);
}

bool blocks_make_first(struct blocks *blocks, const struct link_records *records, size_t rules,
                       const struct link_options *options, struct arena *arena, struct error *err)
{
    size_t all = records->spec->rule_count;
    *blocks = (struct blocks){.records = records, .rule_count = rules < all ? rules : all};
    return make_blocks(blocks, NULL, NULL, options, arena, err);
}
