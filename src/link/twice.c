/* twice.c: whether a file holds somebody twice.
 *
 * Where files are linked across alone, each mostly holds a person, a product or a paper once. Then the best of several
 * that fit is the one, and the rest are namesakes, twins and other sizes of the same thing: on twelve pairs of files
 * nobody had tuned for this was worth more than any weight. It is wrong where a file holds visits or orders. Copies
 * tell: of those that stand in a file more than once a third to two thirds are written alike in name and birth date
 * (2.3 % of records: 1.6 %, 5.5 %: 1.1 %, 50 %: 44 %), and in files without any no record in a thousand is. Things are
 * called alike by chance more often (editorials, memos), so more is asked of them: the whole record now and then too.
 */
#include "link/train.h"

#include "base/hash.h"

#define PERSONS_TWICE     0.01
#define THINGS_TWICE      0.25
#define WHOLE_TWICE       0.01
#define PERSONS_ARE_COUNT 0.05 /* of a file: where fewer have a name and a date or home, they tell nothing */

/* Columns of which all must agree; of each group one at least is filled. */
struct key_columns {
    size_t count;
    uint16_t columns[LINK_COLUMNS_MAX];
    uint8_t group[LINK_COLUMNS_MAX];
    unsigned groups;
};

static void add_kind(const struct link_spec *spec, uint32_t kinds, struct key_columns *ret)
{
    size_t before = ret->count;
    for (size_t c = 0; c < spec->input_count; c++)
        if (kinds >> spec->columns[c].kind & 1) {
            ret->group[ret->count] = (uint8_t)ret->groups;
            ret->columns[ret->count++] = (uint16_t)c;
        }
    ret->groups += ret->count > before;
}

static int compare_keys(const void *x, const void *y)
{
    const uint64_t *p = x, *q = y;
    return *p < *q ? -1 : *p > *q;
}

/* The share of a source's records with such a key that stand beside another of the same; *ret_have: how many have one.
 */
static double share_twice(const struct link_records *records, uint32_t source, const struct key_columns *columns,
                          uint64_t *keys, size_t *ret_have)
{
    size_t have = 0, twice = 0;
    for (uint32_t r = 0; r < records->count; r++) {
        if (records->source_of[r] != source)
            continue;
        uint32_t codes[LINK_COLUMNS_MAX], filled = 0;
        for (size_t i = 0; i < columns->count; i++) {
            codes[i] = record_code(records, r, columns->columns[i]);
            filled |= codes[i] ? 1u << columns->group[i] : 0;
        }
        if (filled == (1u << columns->groups) - 1)
            keys[have++] = hash64(slice_from(codes, columns->count * sizeof *codes), 31);
    }
    array_sort(keys, have, sizeof *keys, compare_keys);
    for (size_t i = 0; i < have; i++)
        twice += (i > 0 && keys[i - 1] == keys[i]) || (i + 1 < have && keys[i + 1] == keys[i]);
    *ret_have = have;
    return have ? (double)twice / (double)have : 0;
}

static bool holds_twice(const struct link_records *records, uint32_t source, uint64_t *keys)
{
    const uint32_t names = 1u << LINK_GIVEN_NAME | 1u << LINK_FAMILY_NAME | 1u << LINK_FULL_NAME;
    const uint32_t homes = 1u << LINK_ADDRESS | 1u << LINK_POSTCODE;
    const uint32_t lines = 1u << LINK_EMAIL | 1u << LINK_TELEPHONE;
    struct key_columns person = {0}, thing = {0}, whole = {0};
    size_t have, all = 0;
    for (uint32_t r = 0; r < records->count; r++)
        all += records->source_of[r] == source;
    if (all == 0)
        return false;
    add_kind(records->spec, names, &person);
    unsigned named = person.groups;
    add_kind(records->spec, 1u << LINK_DATE, &person);
    if (person.groups == named)
        add_kind(records->spec, homes, &person);
    if (person.groups == named)
        add_kind(records->spec, lines, &person);
    if (named && person.groups > named) {
        double share = share_twice(records, source, &person, keys, &have);
        if ((double)have > PERSONS_ARE_COUNT * (double)all)
            return share > PERSONS_TWICE;
    }
    add_kind(records->spec, 1u << LINK_TEXT, &thing);
    add_kind(records->spec, UINT32_MAX, &whole);
    return thing.groups == 0 || (share_twice(records, source, &thing, keys, &have) > THINGS_TWICE &&
                                 share_twice(records, source, &whole, keys, &have) > WHOLE_TWICE);
}

bool records_hold_twice(const struct link_records *records)
{
    struct arena *scratch = arena_make(0);
    uint64_t *keys = arena_array(scratch, uint64_t, (size_t)records->count + 1);
    bool twice = records->source_count > 64; /* no more can be kept apart (cluster.c) */
    for (uint32_t s = 0; s < records->source_count && !twice; s++)
        twice = holds_twice(records, s, keys);
    arena_free(scratch);
    return twice;
}
