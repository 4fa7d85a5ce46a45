/* block.c: keys, a radix sort, and pairs.
 *
 * A key is a 64-bit hash of the terms of a rule; the hash of a term is computed once for each distinct value. Records
 * of one key are a block. Pairs are given record by record: those that stand behind it in any of its blocks, once each,
 * which a bit for each record tells. So no set of pairs is ever kept, the memory that is asked for at random is an
 * eighth of a byte a record, and what all pairs of a record need of it stays at hand. (Before, rule by rule, with the
 * block numbers of the earlier rules compared: two cache misses a pair, half of the time.) Work is cut into tasks by
 * record number, by the data alone. */
#include "link/block.h"

#include "base/hash.h"
#include "base/text.h"
#include "link/agree.h"
#include "link/memory_plan.h"
#include "link/spill.h"
#include "link/threads.h"

#include <stdlib.h>

enum { TASK_RECORDS = 256, TASKS_MOST = 4096, TASK_PAIRS = 1 << 20, AHEAD = 4, BEFORE_REST = 64 };

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

/* Of a word's lots the least counts, and long words and those with a digit have more of them: what tells texts apart is
 * drawn sooner than "the". With one lot a word, two texts would draw the same one as often as they share words. */
static unsigned lots_of(struct slice word)
{
    unsigned letters = 0, digits = 0;
    for (size_t i = 0; i < word.len; i++) {
        digits += word.at[i] >= '0' && word.at[i] <= '9';
        letters += ((unsigned char)word.at[i] & 0xc0) != 0x80;
    }
    unsigned lots = letters <= 3 ? 1 : letters < 10 ? letters - 2 : 8;
    return digits > 0 && letters >= 3 ? 2 * lots : lots;
}

static struct slice drawn_token(struct slice s, unsigned lot)
{
    struct slice rest = s, part, chosen = NO_SLICE;
    uint64_t least = UINT64_MAX;
    while (slice_cut(&rest, ' ', &part)) {
        uint64_t hash = hash64(part, 1000 + lot);
        for (unsigned lots = lots_of(part); lots > 0; lots--) {
            hash ^= hash >> 29;
            hash = hash * 0x9e3779b97f4a7c15ull + 1;
            hash ^= hash >> 32;
            if (hash < least && !slice_empty(part)) {
                least = hash;
                chosen = part;
            }
        }
    }
    return chosen;
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
        return text_first_letters(s, call.argument);
    case LINK_FN_SUFFIX:
        return text_last_letters(s, call.argument);
    case LINK_FN_FIRST:
    case LINK_FN_LAST:
    case LINK_FN_LONGEST:
        return token_of(s, call.function);
    case LINK_FN_SORTED:
        return sorted_tokens(s, arena);
    case LINK_FN_DRAWN:
        return drawn_token(s, call.argument);
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

static uint64_t term_hash(const struct link_term *term, const struct value *value, struct arena *arena)
{
    struct slice text = term_text(term, value, arena);
    return slice_empty(text) ? 0 : hash64(text, 21);
}

/* ---- Keys ---- */

/* The hash of a term for each distinct value of its column; rules share terms. */
struct term_hashes {
    const struct link_term *term;
    uint64_t *of; /* by plain code; 0: no key */
};

struct rule_found {
    struct arena *arena;
    struct common_key *common; /* keys too common, by key; their texts not yet */
    size_t common_count, common_capacity;
};

struct keyed {
    uint64_t key;
    uint32_t record;
};

/* What a thread sorts in, rule after rule. */
struct rule_room {
    struct arena *arena;
    struct keyed *items, *other;
    uint32_t *groups; /* where they go to disk */
};

struct make_work {
    struct rule_room rooms[LINK_THREADS_MAX];
    struct blocks *blocks;
    struct spill *spill;                /* or NULL */
    uint64_t places[LINK_RULES_MAX][2]; /* of groups and members there, in words */
    bool failed;
    struct error err;
    const struct link_model *model;
    bool learn;
    struct term_hashes *terms;
    size_t term_count;
    size_t term_of[LINK_RULES_MAX][LINK_TERMS_MAX];
    struct rule_found found[LINK_RULES_MAX];
};

static bool same_term(const struct link_term *a, const struct link_term *b)
{
    if (a->column != b->column || a->call_count != b->call_count)
        return false;
    for (unsigned i = 0; i < a->call_count; i++)
        if (a->calls[i].function != b->calls[i].function || a->calls[i].argument != b->calls[i].argument)
            return false;
    return true;
}

static void list_terms(struct make_work *work, const struct link_records *records, struct arena *arena)
{
    const struct link_spec *spec = records->spec;
    work->terms = arena_array(arena, struct term_hashes, (size_t)LINK_RULES_MAX * LINK_TERMS_MAX);
    for (size_t r = 0; r < work->blocks->rule_count; r++)
        for (unsigned t = 0; t < spec->rules[r].term_count; t++) {
            const struct link_term *term = &spec->rules[r].terms[t];
            size_t k = 0;
            while (k < work->term_count && !same_term(work->terms[k].term, term))
                k++;
            if (k == work->term_count)
                work->terms[work->term_count++] = (struct term_hashes){
                    term, arena_array(arena, uint64_t, records->columns[term->column].plain.count)};
            work->term_of[r][t] = k;
        }
}

static void hash_term(void *context, size_t number, unsigned thread)
{
    (void)thread;
    struct make_work *work = context;
    const struct term_hashes *hashes = &work->terms[number];
    const struct column *column = &work->blocks->records->columns[hashes->term->column];
    struct arena *texts = arena_make(0);
    for (size_t code = 1; code < column->plain.count; code++) {
        hashes->of[code] = term_hash(hashes->term, &column->values[code], texts);
        if (arena_used(texts) > 1u << 18)
            arena_reset(texts);
    }
    arena_free(texts);
}

/* The key so far with one more term's hash; 0 is no key. */
static uint64_t join_key(uint64_t key, unsigned term, uint64_t hash)
{
    uint64_t both[2] = {key, hash};
    return term == 0 || !hash ? hash : hash64(slice_from(both, sizeof both), 22);
}

static uint64_t key_of(const struct make_work *work, size_t rule_number, uint32_t record)
{
    const struct link_records *records = work->blocks->records;
    const struct link_rule *rule = &records->spec->rules[rule_number];
    uint64_t key = 0;
    for (unsigned t = 0; t < rule->term_count && (t == 0 || key); t++)
        key = join_key(
            key, t, work->terms[work->term_of[rule_number][t]].of[record_code(records, record, rule->terms[t].column)]);
    return key;
}

uint64_t block_key(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                   struct arena *scratch)
{
    uint64_t key = 0;
    for (unsigned t = 0; t < rule->term_count && (t == 0 || key); t++)
        key =
            join_key(key, t, term_hash(&rule->terms[t], record_value(records, record, rule->terms[t].column), scratch));
    return key;
}

/* ---- Sorting ---- */

/* Keys are hashes: two passes over the lowest bits, as many as tell so many keys apart, leave only strays to be put
 * right. Records of one key stay in their order. */
static void sort_keyed(struct keyed *items, struct keyed *other, size_t count)
{
    unsigned bits = 4;
    while (bits < 13 && (1ull << (2 * bits)) < 4 * count)
        bits++;
    size_t *at = malloc(((size_t)1 << bits) * sizeof *at), mask = ((size_t)1 << bits) - 1;
    must(at);
    for (unsigned pass = 0; pass < 2; pass++) {
        const struct keyed *from = pass ? other : items;
        struct keyed *to = pass ? items : other;
        memset(at, 0, ((size_t)1 << bits) * sizeof *at);
        for (size_t i = 0; i < count; i++)
            at[from[i].key >> (pass * bits) & mask]++;
        size_t sum = 0;
        for (size_t d = 0; d <= mask; d++) {
            size_t here = at[d];
            at[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            to[at[from[i].key >> (pass * bits) & mask]++] = from[i];
    }
    free(at);
    uint64_t low = (1ull << (2 * bits)) - 1;
    for (size_t i = 1; i < count; i++) {
        struct keyed item = items[i];
        size_t to = i;
        for (; to > 0 && (items[to - 1].key & low) == (item.key & low) && items[to - 1].key > item.key; to--)
            items[to] = items[to - 1];
        items[to] = item;
    }
}

static size_t gather(const struct make_work *work, size_t rule, struct keyed *items)
{
    const struct key_set *common = work->model ? &work->model->common_sets[rule] : NULL;
    size_t count = 0;
    for (uint32_t r = 0; r < work->blocks->records->count; r++) {
        uint64_t key = record_follows(work->blocks->records, r) ? 0 : key_of(work, rule, r);
        if (key && !(common && key_set_has(common, key)))
            items[count++] = (struct keyed){key, r};
    }
    return count;
}

/* Whether two canonical keys are of records that hold the same: the low bits are their ids'. */
static bool same_content(uint64_t x, uint64_t y)
{
    return x >> 24 == y >> 24;
}

/* Those of least canonical key: any few, but the same whatever the order of the records. Of records that are alike one
 * is taken, unless all are. */
static void sample_block(const struct link_records *records, const struct keyed *block, size_t count,
                         struct common_key *ret)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t record = block[i].record, at = ret->sampled;
        uint64_t key = records->keys[record];
        while (at > 0 && records->keys[ret->sample[at - 1]] > key)
            at--;
        if (at == COMMON_SAMPLE || (at > 0 && same_content(records->keys[ret->sample[at - 1]], key)))
            continue;
        if (at < ret->sampled && same_content(records->keys[ret->sample[at]], key)) {
            ret->sample[at] = record;
            continue;
        }
        ret->sampled += ret->sampled < COMMON_SAMPLE;
        memmove(&ret->sample[at + 1], &ret->sample[at], (ret->sampled - 1 - at) * sizeof *ret->sample);
        ret->sample[at] = record;
    }
    if (ret->sampled == 1)
        ret->sample[ret->sampled++] = block[block[0].record == ret->sample[0]].record;
}

static void note_common(struct rule_found *found, const struct link_records *records, const struct keyed *block,
                        size_t count)
{
    ARENA_GROW(found->arena, found->common, found->common_count, found->common_capacity);
    struct common_key *common = &found->common[found->common_count++];
    *common = (struct common_key){.key = block->key, .records = (uint32_t)count};
    if (count <= COMMON_LARGEST)
        sample_block(records, block, count, common);
    else
        common->sample[common->sampled++] = block->record;
}

/* The arrays of a rule where they stay: the members in memory of just their size, or both on disk. */
static void keep_rule(struct make_work *work, size_t rule, const uint32_t *groups, const uint32_t *members)
{
    struct blocks *blocks = work->blocks;
    size_t n = blocks->records->count, kept = blocks->member_count[rule];
    if (!work->spill) {
        uint32_t *copy = arena_array(blocks->member_arenas[rule], uint32_t, kept);
        memcpy(copy, members, kept * sizeof *copy);
        blocks->members[rule] = copy;
        blocks->groups[rule] = groups;
        return;
    }
    uint64_t at = rule ? work->places[rule - 1][1] + blocks->member_count[rule - 1] : 0;
    work->places[rule][0] = at;
    work->places[rule][1] = at + n + 1;
    work->failed |= !spill_add(work->spill, groups, (n + 1) * sizeof *groups, &work->err) ||
                    !spill_add(work->spill, members, kept * sizeof *members, &work->err);
}

static bool end_spill(const struct make_work *work, struct error *err)
{
    struct blocks *blocks = work->blocks;
    const void *map = NULL;
    if (work->failed) {
        *err = work->err;
        return false;
    }
    if (!spill_end(work->spill, &map, err))
        return false;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        blocks->groups[rule] = (const uint32_t *)map + work->places[rule][0];
        blocks->members[rule] = (const uint32_t *)map + work->places[rule][1];
    }
    blocks->spill = work->spill;
    return true;
}

/* One rule: keys, and blocks of two records or more. */
static void make_rule(void *context, size_t rule, unsigned thread)
{
    struct make_work *work = context;
    struct blocks *blocks = work->blocks;
    struct rule_found *found = &work->found[rule];
    if (work->failed)
        return;
    size_t n = blocks->records->count;
    struct rule_room *room = &work->rooms[thread];
    if (!room->items) {
        room->items = arena_array(room->arena, struct keyed, n + 1);
        room->other = arena_array(room->arena, struct keyed, n + 1);
    }
    struct keyed *items = room->items, *other = room->other;
    size_t count = gather(work, rule, items), kept = 1;
    uint32_t cap = work->learn ? blocks->records->spec->rules[rule].cap : 0;
    sort_keyed(items, other, count);
    uint32_t *members = (uint32_t *)(void *)other; /* done with; place 0 is no block's */
    uint32_t *groups = room->groups && work->spill
                           ? room->groups
                           : arena_array(work->spill ? room->arena : found->arena, uint32_t, n + 1);
    room->groups = groups;
    uint64_t pairs = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && items[end].key == items[i].key; end++)
            ;
        if (cap && end - i > cap) {
            note_common(found, blocks->records, items + i, end - i);
            continue;
        }
        if (end - i < 2)
            continue;
        uint32_t block = (uint32_t)kept;
        members[kept++] = (uint32_t)(end - i);
        for (size_t j = i; j < end; j++) {
            members[kept++] = items[j].record;
            groups[items[j].record] = block;
        }
        pairs += (uint64_t)(end - i) * (end - i - 1) / 2;
    }
    must(kept <= UINT32_MAX);
    blocks->member_count[rule] = kept;
    blocks->pairs_of_rule[rule] = pairs;
    keep_rule(work, rule, groups, members);
    if (work->spill)
        memset(groups, 0, (n + 1) * sizeof *groups);
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
        const struct rule_found *found = &work->found[rule];
        learn->common_count[rule] = found->common_count;
        learn->common[rule] = arena_array(learn->arena, struct common_key, found->common_count + 1);
        for (size_t i = 0; i < found->common_count; i++) {
            learn->common[rule][i] = found->common[i];
            learn->common[rule][i].text =
                block_key_text(records, &records->spec->rules[rule], found->common[i].sample[0], learn->arena);
        }
        array_sort(learn->common[rule], found->common_count, sizeof *learn->common[rule], compare_common);
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
    struct arena *scratch = arena_make(0);
    struct make_work *work = arena_new(scratch, struct make_work);
    *work = (struct make_work){.blocks = blocks, .model = model, .learn = learn != NULL};
    struct link_options sorting = options ? *options : (struct link_options){0};
    if (memory_spills_blocks(records, options)) {
        work->spill = spill_make(options, 0, arena);
        sorting.threads = 1; /* rule by rule */
    }
    list_terms(work, records, scratch);
    blocks->arena = arena;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        work->found[rule].arena = arena_child(arena);
        blocks->member_arenas[rule] = arena_child(arena);
    }
    for (unsigned t = 0; t < threads_count(&sorting); t++)
        work->rooms[t].arena = arena_child(scratch);
    bool done = threads_run(options, "making blocking keys", work->term_count, hash_term, work, err) &&
                threads_run(&sorting, "sorting blocks", blocks->rule_count, make_rule, work, err) &&
                (!work->spill || end_spill(work, err));
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

/* ---- Pairs ---- */

struct block_seen {
    struct arena *arena;
    uint64_t *bits; /* by record: stands in `list` */
    uint32_t *list; /* whom a record meets */
    size_t count, capacity;
};

struct block_seen *block_seen_make(const struct blocks *blocks, struct arena *arena)
{
    struct block_seen *seen = arena_alloc(arena, sizeof *seen, 1, 64);
    seen->arena = arena;
    seen->bits = arena_alloc(arena, sizeof *seen->bits, (size_t)blocks->records->count / 64 + 1, 64);
    return seen;
}

static void see(struct block_seen *seen, uint32_t y)
{
    uint64_t bit = 1ull << (y & 63);
    if (seen->bits[y >> 6] & bit)
        return;
    seen->bits[y >> 6] |= bit;
    ARENA_GROW(seen->arena, seen->list, seen->count, seen->capacity);
    seen->list[seen->count++] = y;
}

static void forget(struct block_seen *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        seen->bits[seen->list[i] >> 6] = 0;
    seen->count = 0;
}

static void fetch_blocks(const struct blocks *blocks, uint32_t x)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++)
        if (blocks->groups[rule][x])
            __builtin_prefetch(&blocks->members[rule][blocks->groups[rule][x]]);
}

/* The block of x by a rule: how many records it has, then these; NULL when x meets nobody there. */
static const uint32_t *block_of(const struct blocks *blocks, size_t rule, uint32_t x)
{
    uint32_t group = blocks->groups[rule][x];
    const uint32_t *block = group ? &blocks->members[rule][group] : NULL;
    return block && blocks->largest && *block > blocks->largest ? NULL : block;
}

/* Records of higher number that x meets. */
static void meet_higher(const struct blocks *blocks, uint32_t x, struct block_seen *seen)
{
    uint32_t above = x < blocks->from ? blocks->from - 1 : x;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        const uint32_t *block = block_of(blocks, rule, x);
        if (!block)
            continue;
        for (uint32_t j = *block; j > 0 && block[j] > above; j--)
            see(seen, block[j]);
    }
}

/* Records of higher key that x meets. */
static void meet_later(const struct blocks *blocks, uint32_t x, struct block_seen *seen)
{
    const uint64_t *keys = blocks->records->keys;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        uint32_t group = blocks->groups[rule][x];
        if (!group)
            continue;
        const uint32_t *block = &blocks->members[rule][group];
        for (uint32_t j = 1; j <= *block; j++)
            if (keys[block[j]] > keys[x] || (keys[block[j]] == keys[x] && block[j] > x))
                see(seen, block[j]);
    }
}

void blocks_drop_members(struct blocks *blocks)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        arena_undefer(blocks->arena, blocks->member_arenas[rule]);
        arena_free(blocks->member_arenas[rule]);
        blocks->members[rule] = NULL;
        blocks->member_arenas[rule] = NULL;
    }
}

size_t blocks_first_rule(const struct blocks *blocks, uint32_t a, uint32_t b)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        if (blocks->groups[rule][a] == blocks->groups[rule][b] && blocks_group(blocks, rule, a))
            return records_may_meet(blocks->records, a, b) ? rule : blocks->rule_count;
    }
    return blocks->rule_count;
}

static bool is_chosen(const struct blocks *blocks, uint32_t record, uint64_t each)
{
    return blocks->records->keys[record] * 0x9e3779b97f4a7c15ull <= UINT64_MAX / each;
}

/* Records that x, a chosen one, meets, but for chosen ones of lower number, which meet x themselves. */
static void meet_all(const struct blocks *blocks, uint32_t x, struct block_seen *seen)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        const uint32_t *block = block_of(blocks, rule, x);
        if (!block)
            continue;
        for (uint32_t j = 1; j <= *block; j++)
            if (block[j] > x || (block[j] < x && !is_chosen(blocks, block[j], blocks->each)))
                see(seen, block[j]);
    }
}

struct batch {
    const struct blocks *blocks;
    block_visit *visit;
    void *context;
    bool all_meet;
    size_t count;
    struct link_pair pairs[BLOCK_BATCH];
};

static void flush(struct batch *batch)
{
    if (batch->count > 0)
        batch->visit(batch->context, batch->pairs, batch->count);
    batch->count = 0;
}

static void give(struct batch *batch, uint32_t x, struct block_seen *seen)
{
    const struct link_records *records = batch->blocks->records;
    for (size_t i = 0; i < seen->count; i++) {
        uint32_t y = seen->list[i];
        if (!batch->all_meet && !records_may_meet(records, x, y))
            continue;
        const uint32_t *row = &records->plain[(size_t)y * records->spec->column_count];
        __builtin_prefetch(row);
        __builtin_prefetch(row + records->spec->column_count - 1);
        batch->pairs[batch->count++] = (struct link_pair){x < y ? x : y, x < y ? y : x};
        if (batch->count == BLOCK_BATCH)
            flush(batch);
    }
    forget(seen);
}

static uint32_t task_end(const struct blocks *blocks, size_t task)
{
    uint64_t end = (task + 1) * (uint64_t)blocks->task_records;
    return end < blocks->records->count ? (uint32_t)end : blocks->records->count;
}

void blocks_visit(const struct blocks *blocks, size_t task, struct block_seen *seen, block_visit *visit, void *context)
{
    struct batch batch = {
        .blocks = blocks, .visit = visit, .context = context, .all_meet = records_all_meet(blocks->records)};
    uint32_t to = task_end(blocks, task);
    for (uint32_t x = (uint32_t)task * blocks->task_records; x < to; x++) {
        if (x + AHEAD < to && !blocks->spill)
            fetch_blocks(blocks, x + AHEAD);
        if (x % BEFORE_REST == 0)
            spill_rest(blocks->spill);
        if (blocks->each <= 1)
            meet_higher(blocks, x, seen);
        else if (is_chosen(blocks, x, blocks->each))
            meet_all(blocks, x, seen);
        give(&batch, x, seen);
    }
    flush(&batch);
}

void blocks_sample(const struct blocks *blocks, size_t task, uint64_t each, struct block_seen *seen, block_visit *visit,
                   void *context)
{
    struct batch batch = {
        .blocks = blocks, .visit = visit, .context = context, .all_meet = records_all_meet(blocks->records)};
    uint32_t to = task_end(blocks, task), chosen = 0;
    for (uint32_t x = (uint32_t)task * blocks->task_records; x < to; x++) {
        if (!is_chosen(blocks, x, each))
            continue;
        if (chosen++ % BEFORE_REST == 0)
            spill_rest(blocks->spill);
        meet_later(blocks, x, seen);
        give(&batch, x, seen);
    }
    flush(&batch);
}

/* ---- One record ---- */

void block_terms_list(const struct link_spec *spec, struct block_terms *ret)
{
    *ret = (struct block_terms){.spec = spec, .rule_count = spec->rule_count};
    for (size_t r = 0; r < spec->rule_count; r++)
        for (unsigned t = 0; t < spec->rules[r].term_count; t++) {
            const struct link_term *term = &spec->rules[r].terms[t];
            size_t k = 0;
            while (k < ret->term_count && !same_term(ret->terms[k], term))
                k++;
            if (k == ret->term_count)
                ret->terms[ret->term_count++] = term;
            ret->of[r][t] = (uint16_t)k;
        }
}

void block_keys(const struct link_records *records, const struct block_terms *terms, uint32_t record,
                struct arena *scratch, uint64_t *ret_keys)
{
    uint64_t hashes[LINK_RULES_MAX * LINK_TERMS_MAX];
    for (size_t k = 0; k < terms->term_count; k++)
        hashes[k] = term_hash(terms->terms[k], record_value(records, record, terms->terms[k]->column), scratch);
    for (size_t r = 0; r < terms->rule_count; r++) {
        uint64_t key = 0;
        for (unsigned t = 0; t < terms->spec->rules[r].term_count && (t == 0 || key); t++)
            key = join_key(key, t, hashes[terms->of[r][t]]);
        ret_keys[r] = key;
    }
}
