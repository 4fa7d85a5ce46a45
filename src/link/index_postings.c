/* index_postings.c: the postings of an index in its file.
 *
 * They are a function of the rest, but to find every key of every record again took half of the time of opening. In the
 * file each share of them is a section: how many keys, then each key, how many records it has, and their numbers as
 * steps from one to the next. Keys come in the order of their slots, so putting them back is a walk straight through
 * memory, and a share is one thread's. */
#include "link/index_snapshot.h"

#include "link/index_inside.h"
#include "link/index_pack.h"

/* ---- Writing ---- */

struct writing {
    struct pack_writer *pack;
    const uint32_t *number;
    struct arena *scratch;
    struct list numbers;
};

enum { FEW = 16, NUMBER_MOST = 10 };

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static size_t put_number(uint8_t *to, uint64_t number)
{
    size_t count = 0;
    for (; number > 127; number >>= 7)
        to[count++] = (uint8_t)(number | 128);
    to[count++] = (uint8_t)number;
    return count;
}

/* Most keys have few records. */
static void sort_numbers(uint32_t *numbers, size_t count)
{
    if (count > FEW) {
        array_sort(numbers, count, sizeof *numbers, compare_numbers);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        uint32_t number = numbers[i];
        size_t to = i;
        for (; to > 0 && numbers[to - 1] > number; to--)
            numbers[to] = numbers[to - 1];
        numbers[to] = number;
    }
}

static bool write_key(struct writing *work, uint64_t key, const uint32_t *records, size_t count, struct error *err)
{
    uint8_t said[sizeof key + (size_t)(FEW + 1) * NUMBER_MOST] UNINITIALIZED;
    uint32_t before = 0;
    memcpy(said, &key, sizeof key);
    size_t used = sizeof key + put_number(said + sizeof key, count);
    work->numbers.count = 0;
    for (size_t i = 0; i < count; i++)
        list_push(&work->numbers, work->number[records[i]], work->scratch);
    sort_numbers(work->numbers.items, count);
    for (size_t i = 0; i < count; i++) {
        if (used + NUMBER_MOST > sizeof said) {
            if (!pack_add(work->pack, said, used, err))
                return false;
            used = 0;
        }
        used += put_number(said + used, work->numbers.items[i] - before);
        before = work->numbers.items[i];
    }
    return pack_add(work->pack, said, used, err);
}

/* What will be asked of keys to come: the list of one, the number of the first record of another. */
static void fetch_keys(const struct writing *work, const struct postings *postings, size_t slot)
{
    enum { LISTS = 16, NUMBERS = 8 };
    const uint32_t *records;
    uint32_t single;
    size_t count;
    if (slot + LISTS >= postings->slot_count)
        return;
    uint32_t list = postings->slots[slot + LISTS].list;
    if (list >= INDEX_LIST)
        __builtin_prefetch(postings->words + (size_t)(list & ~INDEX_LIST) * 4);
    if (postings_at(postings, slot + NUMBERS, &records, &single, &count))
        __builtin_prefetch(&work->number[records[0]]);
}

static bool write_share(struct writing *work, const struct postings *postings, struct error *err)
{
    const uint32_t *records;
    uint32_t single;
    uint64_t held = 0;
    size_t count;
    for (size_t slot = 0; slot < postings->slot_count; slot++)
        held += postings->slots[slot].list != 0;
    bool done = pack_add(work->pack, &held, sizeof held, err);
    for (size_t slot = 0; done && slot < postings->slot_count; slot++) {
        fetch_keys(work, postings, slot);
        uint64_t key = postings_at(postings, slot, &records, &single, &count);
        if (key)
            done = write_key(work, key, records, count, err);
    }
    return done;
}

bool postings_write(const struct link_index *index, struct pack_writer *pack, uint32_t kind, uint32_t share,
                    const uint32_t *number, struct error *err)
{
    struct writing work = {.pack = pack, .number = number, .scratch = arena_make(0)};
    bool done = pack_section(pack, kind, share, err) && write_share(&work, index->postings[share], err);
    arena_free(work.scratch);
    return done;
}

/* ---- Reading ---- */

struct reading {
    struct pack_reader *pack;
    uint32_t kind;
    struct link_index *index;
    void (*beside)(void *context);
    void *context;
    struct {
        struct arena *scratch;
        struct list records; /* of the key at hand */
        struct error err;
        bool done;
    } shares[INDEX_SHARES];
};

static bool cut_number(struct slice *rest, uint64_t most, uint64_t *ret)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 35 && rest->len > 0; shift += 7) {
        uint8_t byte = (uint8_t)rest->at[0];
        *rest = slice_part(*rest, 1, rest->len);
        number |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128)) {
            *ret = number;
            return number <= most;
        }
    }
    return false;
}

static bool read_key(struct reading *work, size_t share, struct slice *rest)
{
    struct postings *postings = work->index->postings[share];
    struct list *records = &work->shares[share].records;
    uint64_t key, count, step, record = 0, known = link_records_count(work->index->records);
    uint32_t single;
    size_t there;
    if (rest->len < sizeof key)
        return false;
    memcpy(&key, rest->at, sizeof key);
    *rest = slice_part(*rest, sizeof key, rest->len);
    if (!key || index_share(key) != share || !cut_number(rest, known, &count) || count == 0)
        return false;
    records->count = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!cut_number(rest, known, &step) || (i > 0 && step == 0))
            return false;
        record += step;
        if (record >= known)
            return false;
        list_push(records, (uint32_t)record, work->shares[share].scratch);
    }
    (void)postings_of(postings, key, &single, &there);
    if (there)
        return false;
    postings_put(postings, key, records->items, records->count);
    return true;
}

static void read_share(struct reading *work, size_t share)
{
    enum { KEY_LEAST = 10 }; /* bytes of a key */
    struct postings *postings = work->index->postings[share];
    struct slice rest;
    uint64_t held = 0;
    if (!pack_read(work->pack, work->kind, (uint32_t)share, work->shares[share].scratch, &rest,
                   &work->shares[share].err))
        return;
    bool sound = rest.len >= sizeof held;
    if (sound) {
        memcpy(&held, rest.at, sizeof held);
        rest = slice_part(rest, sizeof held, rest.len);
        sound = held <= rest.len / KEY_LEAST;
    }
    if (sound)
        postings_start(postings, (size_t)held, postings->arena);
    while (sound && rest.len > 0)
        sound = held-- > 0 && read_key(work, share, &rest);
    work->shares[share].done = sound && held == 0;
    if (!work->shares[share].done)
        (void)pack_damaged(work->pack, "a key leads to what is not there", &work->shares[share].err);
}

static void read_chunk(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct reading *work = context;
    if (chunk == 0)
        work->beside(work->context);
    else
        read_share(work, chunk - 1);
}

bool postings_read(struct link_index *index, struct pack_reader *pack, uint32_t kind, void (*beside)(void *context),
                   void *context, const struct link_options *options, struct error *err)
{
    struct reading work = {.pack = pack, .kind = kind, .index = index, .beside = beside, .context = context};
    struct arena *scratch = arena_make(0);
    for (size_t s = 0; s < INDEX_SHARES; s++) {
        work.shares[s].scratch = arena_child(scratch);
        index->postings[s]->arena = arena_child(index->arena);
    }
    bool done = threads_run(options, "reading keys", INDEX_SHARES + 1, read_chunk, &work, err);
    for (size_t s = 0; done && s < INDEX_SHARES; s++)
        if (!work.shares[s].done) {
            *err = work.shares[s].err;
            done = false;
        }
    arena_free(scratch);
    return done;
}
