/* arrange.c: records that will be compared with each other, put side by side.
 *
 * Files come in any order, and a table of a million records is wider than the processor's caches: each pair would call
 * for lines of memory that nothing else has asked for lately. So before any pair is looked at, the records are put into
 * an order in which most of whom a record meets stand next to it: under a few blocking rules in turn, the records of a
 * small block follow the one of them that was followed first. Nothing that is found out depends on it (link.h: ties are
 * broken by content); on a shuffled file of a million rows everything after it takes half of the time. */
#include "link/arrange.h"

#include "link/block.h"

enum { RULES = 4, LARGEST_BLOCK = 64, NONE = 0xffffffffu };

static void follow(const struct blocks *blocks, size_t rule, uint32_t *leader)
{
    const uint32_t *members = blocks->members[rule];
    for (size_t at = 1, end = blocks->member_count[rule]; at < end; at += members[at] + 1) {
        const uint32_t *block = &members[at];
        if (*block > LARGEST_BLOCK)
            continue;
        uint32_t first = block[1];
        for (uint32_t j = 1; j <= *block; j++)
            if (leader[block[j]] != NONE) {
                first = leader[block[j]];
                break;
            }
        for (uint32_t j = 1; j <= *block; j++)
            if (leader[block[j]] == NONE)
                leader[block[j]] = first;
    }
}

/* By leader, with a counting sort. */
static uint32_t *order_by_leader(uint32_t *leader, uint32_t count, struct arena *arena)
{
    uint32_t *order = arena_array(arena, uint32_t, (size_t)count + 1);
    uint32_t *at = arena_array(arena, uint32_t, (size_t)count + 2);
    for (uint32_t r = 0; r < count; r++) {
        if (leader[r] == NONE)
            leader[r] = r;
        at[leader[r] + 1]++;
    }
    for (uint32_t r = 0; r < count; r++)
        at[r + 1] += at[r];
    for (uint32_t r = 0; r < count; r++)
        order[at[leader[r]]++] = r;
    return order;
}

/* Rows of `size` bytes, in place: item i is what was at order[i]. */
static void rearrange(void *rows, size_t size, const uint32_t *order, uint32_t count, struct arena *arena)
{
    char *old = arena_alloc(arena, size, (size_t)count + 1, 64);
    memcpy(old, rows, size * count);
    for (uint32_t r = 0; r < count; r++)
        memcpy((char *)rows + size * r, old + size * order[r], size);
}

bool records_arrange(struct link_records *records, const struct link_options *options, struct error *err)
{
    must(!records->added);
    if (!link_prepare(records, options, err))
        return false;
    struct arena *scratch = arena_make(0);
    struct blocks blocks;
    uint32_t n = records->count;
    bool done = blocks_make_first(&blocks, records, RULES, options, scratch, err);
    if (done) {
        uint32_t *leader = arena_array(scratch, uint32_t, (size_t)n + 1);
        for (uint32_t r = 0; r < n; r++)
            leader[r] = NONE;
        for (size_t rule = 0; rule < blocks.rule_count; rule++)
            follow(&blocks, rule, leader);
        uint32_t *order = order_by_leader(leader, n, records->arena);
        records->added = order;
        records->place = arena_array(records->arena, uint32_t, (size_t)n + 1);
        for (uint32_t r = 0; r < n; r++)
            records->place[order[r]] = r;
        rearrange(records->plain, records->spec->column_count * sizeof *records->plain, order, n, scratch);
        rearrange(records->raw, records->spec->input_count * sizeof *records->raw, order, n, scratch);
        rearrange(records->ids, sizeof *records->ids, order, n, scratch);
        rearrange(records->source_of, sizeof *records->source_of, order, n, scratch);
        rearrange(records->keys, sizeof *records->keys, order, n, scratch);
        for (uint32_t r = 0; r < n; r++)
            records->order[r] = records->place[records->order[r]];
    }
    arena_free(scratch);
    return done;
}
