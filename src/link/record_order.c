/* record_order.c: records in canonical order, with a radix sort. Keys are hashes, so their upper bits deal a million
 * records out into shares of one size, which lie in the processor's caches while they are sorted, each on whichever
 * thread is free. */
#include "link/prepare.h"

#include "link/threads.h"

struct keyed_item {
    uint64_t key;
    uint32_t item;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed_item *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

enum { DIGIT_BITS = 11, DIGITS = 3 };

/* By the upper bits, which tell most keys apart, from the last of three digits to the first. */
static void sort_by_digits(struct keyed_item *items, struct keyed_item *other, size_t count)
{
    size_t at[1u << DIGIT_BITS];
    struct keyed_item *from = items, *to = other;
    for (unsigned digit = DIGITS; digit > 0; digit--) {
        unsigned shift = 64 - digit * DIGIT_BITS;
        size_t sum = 0;
        memset(at, 0, sizeof at);
        for (size_t i = 0; i < count; i++)
            at[from[i].key >> shift & (countof(at) - 1)]++;
        for (size_t d = 0; d < countof(at); d++) {
            size_t here = at[d];
            at[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            to[at[from[i].key >> shift & (countof(at) - 1)]++] = from[i];
        struct keyed_item *swap = from;
        from = to;
        to = swap;
    }
    memcpy(items, other, count * sizeof *items); /* three digits: what is sorted lies in the other */
}

static void sort_keyed(struct keyed_item *keyed, size_t count, struct arena *scratch)
{
    if (count > 1u << DIGIT_BITS)
        sort_by_digits(keyed, arena_array(scratch, struct keyed_item, count), count);
    else
        array_sort(keyed, count, sizeof *keyed, compare_keyed);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && keyed[end].key >> (64 - DIGITS * DIGIT_BITS) == keyed[i].key >> (64 - DIGITS * DIGIT_BITS);
             end++)
            ;
        if (end > i + 1)
            array_sort(keyed + i, end - i, sizeof *keyed, compare_keyed);
    }
}

/* Most components and clusters are of a few. */
static void sort_few(const uint64_t *keys, uint32_t *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct keyed_item item = {keys ? keys[items[i]] : 0, items[i]};
        size_t to = i;
        for (; to > 0; to--) {
            struct keyed_item before = {keys ? keys[items[to - 1]] : 0, items[to - 1]};
            if (compare_keyed(&before, &item) < 0)
                break;
            items[to] = items[to - 1];
        }
        items[to] = item.item;
    }
}

void records_sort_by_key(const uint64_t *keys, uint32_t *items, size_t count)
{
    enum { A_FEW = 32 };
    if (count <= A_FEW) {
        sort_few(keys, items, count);
        return;
    }
    struct arena *scratch = arena_make(0);
    struct keyed_item *keyed = arena_array(scratch, struct keyed_item, count + 1);
    for (size_t i = 0; i < count; i++)
        keyed[i] = (struct keyed_item){keys ? keys[items[i]] : 0, items[i]};
    sort_keyed(keyed, count, scratch);
    for (size_t i = 0; i < count; i++)
        items[i] = keyed[i].item;
    arena_free(scratch);
}

/* ---- All records ---- */

enum { SHARE_BITS = 8, SHARES = 1 << SHARE_BITS, FEW = 1 << 13 };

struct ordering {
    const struct link_records *records;
    uint32_t *order;
    uint32_t begins[SHARES + 1];
};

static void order_share(void *context, size_t share, unsigned thread)
{
    (void)thread;
    const struct ordering *work = context;
    uint32_t from = work->begins[share];
    records_sort_by_key(work->records->keys, work->order + from, work->begins[share + 1] - from);
}

/* Numbers in order of the first bits of their keys, otherwise as they come. */
static void deal_out(struct ordering *work)
{
    const uint64_t *keys = work->records->keys;
    uint32_t at[SHARES], count = work->records->count;
    for (uint32_t r = 0; r < count; r++)
        work->begins[(keys[r] >> (64 - SHARE_BITS)) + 1]++;
    for (size_t s = 0; s < SHARES; s++)
        at[s] = work->begins[s + 1] += work->begins[s];
    for (uint32_t r = count; r-- > 0;)
        work->order[--at[keys[r] >> (64 - SHARE_BITS)]] = r;
}

bool order_make(struct link_records *records, const struct link_options *options, struct error *err)
{
    struct ordering work = {.records = records};
    work.order = records->order = arena_array(records->arena, uint32_t, (size_t)records->count + 1);
    records->order_count = records->count;
    if (records->count > FEW) {
        deal_out(&work);
        return threads_run(options, "sorting", SHARES, order_share, &work, err);
    }
    for (uint32_t r = 0; r < records->count; r++)
        records->order[r] = r;
    records_sort_by_key(records->keys, records->order, records->count);
    return true;
}
