/* Everything is done on one sorted array of (entity before, cluster, how many records): its runs are the old entities,
 * and within a run the first is the claimant. No hash tables, so nothing depends on their order. */
#include "hub/entities.h"

struct share {
    int64_t entity;
    uint32_t cluster;
    uint32_t records;
};

static int by_place(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

static int by_claim(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    if (x->records != y->records)
        return x->records > y->records ? -1 : 1;
    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t shares_of(const struct entities_input *input, struct share *shares)
{
    size_t raw = 0, count = 0;
    for (uint32_t i = 0; i < input->count; i++)
        if (input->cluster[i] != UINT32_MAX && input->before[i])
            shares[raw++] = (struct share){input->before[i], input->cluster[i], 1};
    array_sort(shares, raw, sizeof *shares, by_place);
    for (size_t i = 0; i < raw; i++)
        if (count && shares[count - 1].entity == shares[i].entity && shares[count - 1].cluster == shares[i].cluster)
            shares[count - 1].records++;
        else
            shares[count++] = shares[i];
    array_sort(shares, count, sizeof *shares, by_claim);
    return count;
}

static bool in_sorted(int64_t wanted, const struct share *shares, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (shares[middle].entity < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && shares[low].entity == wanted;
}

void entities_assign(const struct entities_input *input, struct arena *arena, struct entities *ret)
{
    struct entities out = {.entity = arena_array(arena, int64_t, input->count + 1)};
    struct arena *scratch = arena_make(0);
    struct share *shares = arena_array(scratch, struct share, input->count + 1);
    size_t count = shares_of(input, shares);
    int64_t *winner = arena_array(scratch, int64_t, input->count + 1); /* per cluster, 0: none */
    int64_t *most_of = arena_array(scratch, int64_t, input->count + 1);
    uint32_t *most = arena_array(scratch, uint32_t, input->count + 1);
    out.changes = arena_array(arena, struct entity_change, 2 * (count + input->count) + input->gone_count + 1);

    for (size_t i = 0; i < count; i++) {
        uint32_t cluster = shares[i].cluster;
        bool claims = i == 0 || shares[i - 1].entity != shares[i].entity;
        if (claims && (winner[cluster] == 0 || shares[i].entity < winner[cluster]))
            winner[cluster] = shares[i].entity;
        if (shares[i].records > most[cluster])
            most[cluster] = shares[i].records, most_of[cluster] = shares[i].entity;
    }
    for (size_t i = 0; i < count; i++) {
        bool claims = i == 0 || shares[i - 1].entity != shares[i].entity;
        int64_t into = winner[shares[i].cluster];
        if (claims && into != shares[i].entity) {
            out.changes[out.change_count++] = (struct entity_change){ENTITY_JOINED, into, shares[i].entity};
            out.changes[out.change_count++] = (struct entity_change){ENTITY_INTO, shares[i].entity, into};
            out.joined++;
        }
    }
    for (uint32_t i = 0; i < input->count; i++) {
        uint32_t cluster = input->cluster[i];
        if (cluster == UINT32_MAX)
            continue;
        if (winner[cluster] == 0) {
            winner[cluster] = -(int64_t)++out.fresh;
            if (most_of[cluster]) {
                out.changes[out.change_count++] =
                    (struct entity_change){ENTITY_SPLIT, most_of[cluster], winner[cluster]};
                out.changes[out.change_count++] =
                    (struct entity_change){ENTITY_FROM, winner[cluster], most_of[cluster]};
                out.split++;
            } else {
                out.made++;
            }
        }
        if (cluster == i)
            out.total++;
        out.entity[i] = winner[cluster];
    }
    int64_t *gone = arena_array(scratch, int64_t, input->gone_count + 1);
    for (size_t i = 0; i < input->gone_count; i++)
        gone[i] = input->gone[i];
    array_sort(gone, input->gone_count, sizeof *gone, by_number);
    for (size_t i = 0; i < input->gone_count; i++)
        if ((i == 0 || gone[i - 1] != gone[i]) && !in_sorted(gone[i], shares, count)) {
            out.changes[out.change_count++] = (struct entity_change){ENTITY_END, gone[i], 0};
            out.ended++;
        }
    arena_free(scratch);
    *ret = out;
}

void entities_number(struct entities *entities, uint32_t count, int64_t first)
{
    for (uint32_t i = 0; i < count; i++)
        if (entities->entity[i] < 0)
            entities->entity[i] = first - entities->entity[i] - 1;
    for (size_t i = 0; i < entities->change_count; i++) {
        struct entity_change *change = &entities->changes[i];
        if (change->entity < 0)
            change->entity = first - change->entity - 1;
        if (change->other < 0)
            change->other = first - change->other - 1;
    }
}
