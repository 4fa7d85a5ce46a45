/* why.c: gathers what made two records one entity or kept them apart, in the order in which linking asks: did they
 * meet, what do they weigh, what does a guard say, what does their owner or a person say, does another entity fit as
 * well. */
#include "link/why.h"

#include "base/text.h"
#include "link/block.h"

#include <math.h>

struct reasons {
    struct arena *arena;
    struct slice *items;
    size_t count, capacity;
};

static void say(struct reasons *reasons, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct reasons *reasons, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ARENA_GROW(reasons->arena, reasons->items, reasons->count, reasons->capacity);
    reasons->items[reasons->count++] = arena_vformat(reasons->arena, format, arguments);
    va_end(arguments);
}

enum { SHOWN = 60 };

static bool too_common(const struct link_model *model, size_t rule, struct slice text)
{
    for (size_t i = 0; i < model->common_count[rule]; i++)
        if (slice_equal(model->common[rule][i].text, text))
            return true;
    return false;
}

/* Whether a blocking rule lets the two meet. */
static void say_blocking(const struct link_cluster_input *input, uint32_t a, uint32_t b, struct reasons *reasons)
{
    const struct link_spec *spec = input->records->spec;
    if (!records_may_meet(input->records, a, b)) {
        say(reasons,
            "they are not compared: the specification links records of different sources only, and both are of "
            "%.*s",
            PRINT(link_records_source_name(input->records, link_records_source_of(input->records, a))));
        return;
    }
    struct arena *scratch = arena_make(0);
    struct buffer met = buffer_make(scratch), common = buffer_make(scratch);
    for (size_t r = 0; r < spec->rule_count; r++) {
        struct slice x = block_key_text(input->records, &spec->rules[r], a, scratch),
                     y = block_key_text(input->records, &spec->rules[r], b, scratch);
        if (slice_empty(x) || !slice_equal(x, y))
            continue;
        struct buffer *to = too_common(input->model, r, x) ? &common : &met;
        buffer_format(to, "%s“%.*s”", to->len ? ", " : "", PRINT(spec->rules[r].text));
    }
    if (met.len)
        say(reasons, "they meet under the blocking rules %.*s", PRINT(buffer_slice(&met)));
    else if (common.len)
        say(reasons, "they were never compared: they agree under %.*s only, with a value too common to block on",
            PRINT(buffer_slice(&common)));
    else
        say(reasons, "they were never compared: no blocking rule lets them meet");
    arena_free(scratch);
}

static void say_parts(const struct link_explanation *pair, struct reasons *reasons)
{
    const struct link_part *most = NULL, *least = NULL;
    for (size_t i = 0; i < pair->part_count; i++) {
        const struct link_part *part = &pair->parts[i];
        if (part->weight > 0 && (!most || part->weight > most->weight))
            most = part;
        if (part->weight < 0 && (!least || part->weight < least->weight))
            least = part;
    }
    const struct link_part *sides[2] = {most, least};
    for (int side = 0; side < 2; side++)
        if (sides[side])
            say(reasons, "most speaks %s it: %.*s (%.*s), %+.1f bits", side ? "against" : "for",
                PRINT(sides[side]->field), PRINT(sides[side]->level), sides[side]->weight);
}

static void say_weight(const struct link_cluster_input *input, const struct link_explanation *pair,
                       struct reasons *reasons)
{
    if (pair->verdict == LINK_JOIN) {
        say(reasons, "the rule “%.*s” joins them", PRINT(pair->guard));
        return;
    }
    static const char *const held[] = {"", "", "lets only a person join them", "keeps them from joining by weight",
                                       "keeps them apart whatever joins them"};
    if (pair->verdict != LINK_BY_WEIGHT)
        say(reasons, "the guard “%.*s” %s", PRINT(pair->guard), held[pair->verdict]);
    if (pair->total >= input->join)
        say(reasons, "they weigh %.1f bits, %.1f above the threshold of %.1f", pair->total, pair->total - input->join,
            input->join);
    else if (pair->total >= input->review)
        say(reasons, "they weigh %.1f bits, %.1f too little to join by themselves: a doubt for a person", pair->total,
            input->join - pair->total);
    else
        say(reasons, "they weigh %.1f bits, %.1f too little to join by themselves", pair->total,
            input->join - pair->total);
}

struct slice why_name(const struct link_records *records, uint32_t record, struct arena *arena)
{
    struct slice id = slice_part(link_records_id(records, record), 0, SHOWN);
    if (link_records_sources(records) < 2)
        return id;
    struct slice source = link_records_source_name(records, link_records_source_of(records, record));
    return arena_format(arena, "%.*s:%.*s", PRINT(source), PRINT(id));
}

/* Owners' and persons' words between the entities of a and b. Within cluster `of`, a record that has what `like` has.
 */
static void say_constraints(const struct link_cluster_input *input, const struct link_clusters *clusters, uint32_t a,
                            uint32_t b, struct reasons *reasons)
{
    const uint32_t *cluster = clusters->cluster;
    for (size_t i = 0; i < input->cannot_count; i++) {
        uint32_t x = cluster[input->cannot_link[i].a], y = cluster[input->cannot_link[i].b];
        if ((x == cluster[a] && y == cluster[b]) || (x == cluster[b] && y == cluster[a])) {
            say(reasons, "a person said that %.*s and %.*s are not one",
                PRINT(why_name(input->records, input->cannot_link[i].a, reasons->arena)),
                PRINT(why_name(input->records, input->cannot_link[i].b, reasons->arena)));
            break;
        }
    }
    uint64_t verified[2] = {0, 0};
    for (uint32_t r = 0; input->verified && r < input->count; r++)
        for (int side = 0; side < 2; side++)
            if (input->verified[r] && cluster[r] == cluster[side ? b : a])
                verified[side] = input->verified[r];
    if (verified[0] && verified[1] && verified[0] != verified[1])
        say(reasons, "their entities hold two different verified identifiers");
    if (!input->source)
        return;
    uint32_t *first = arena_array(reasons->arena, uint32_t, 1025); /* by source: a record of a's entity + 1 */
    for (uint32_t r = 0; r < input->count; r++)
        if (cluster[r] == cluster[a] && input->source[r] < 1024)
            first[input->source[r]] = r + 1;
    for (uint32_t r = 0; r < input->count; r++) {
        uint32_t source = input->source[r];
        if (cluster[r] != cluster[b] || source >= 1024 || !first[source] ||
            !(input->one_to_one || (input->no_duplicates && input->no_duplicates[source])))
            continue;
        say(reasons, "%.*s %s, and each of the two entities has a record of it: %.*s and %.*s",
            PRINT(link_records_source_name(input->records, source)),
            input->one_to_one ? "is linked one to one" : "holds no duplicates",
            PRINT(why_name(input->records, first[source] - 1, reasons->arena)),
            PRINT(why_name(input->records, r, reasons->arena)));
        return;
    }
}

static bool better(const struct link_edge *edge, bool has, const struct link_edge *best)
{
    return !has || edge->weight > best->weight;
}

static void find_best(const struct link_cluster_input *input, const uint32_t *cluster, struct link_why *why)
{
    uint32_t homes[2] = {cluster[why->a], cluster[why->b]};
    for (size_t i = 0; i < input->edge_count; i++) {
        const struct link_edge *edge = &input->edges[i];
        uint32_t x = cluster[edge->a], y = cluster[edge->b];
        if (x == y)
            continue;
        bool between = (x == homes[0] && y == homes[1]) || (x == homes[1] && y == homes[0]);
        if (between && better(edge, why->has_best, &why->best)) {
            why->has_best = true;
            why->best = *edge;
        }
        for (int side = 0; side < 2 && !between; side++)
            if ((x == homes[side] || y == homes[side]) && edge->verdict <= LINK_JOIN &&
                better(edge, why->has_rival[side], &why->rival[side])) {
                why->has_rival[side] = true;
                why->rival[side] = *edge;
            }
    }
}

static void say_between(const struct link_cluster_input *input, const struct link_clusters *clusters,
                        const struct link_why *why, struct reasons *reasons)
{
    const uint32_t *cluster = clusters->cluster;
    struct arena *arena = reasons->arena;
    uint32_t a = cluster[why->a], b = cluster[why->b];
    static const char *const doubts[] = {
        "it lies between the thresholds of doubt and of joining", "a guard asks for a person's word",
        "one of them fits another entity about as well, and the three cannot be one",
        "verified identifiers, a source without duplicates, a guard or a third record stand between"};
    if (why->has_best && (why->best.a != why->a || why->best.b != why->b) &&
        (why->best.a != why->b || why->best.b != why->a))
        say(reasons, "the strongest link between the two entities is %.*s with %.*s, %.1f bits%s",
            PRINT(why_name(input->records, why->best.a, arena)), PRINT(why_name(input->records, why->best.b, arena)),
            (double)why->best.weight, why->best.verdict > LINK_JOIN ? ", held by a guard" : "");
    else if (!why->has_best)
        say(reasons, "no two records of the two entities were found to weigh enough to be a link");
    for (size_t i = 0; i < clusters->doubt_count; i++) {
        const struct link_doubt *doubt = &clusters->doubts[i];
        uint32_t x = cluster[doubt->a], y = cluster[doubt->b];
        if ((x == a && y == b) || (x == b && y == a))
            say(reasons, "it waits for a person, who is asked about %.*s and %.*s: %s",
                PRINT(why_name(input->records, doubt->a, arena)), PRINT(why_name(input->records, doubt->b, arena)),
                doubts[doubt->reason]);
    }
    for (int side = 0; side < 2; side++) {
        const struct link_edge *rival = &why->rival[side];
        if (!why->has_rival[side] || (double)rival->weight < input->review)
            continue;
        uint32_t mine = cluster[rival->a] == cluster[side ? why->b : why->a] ? rival->a : rival->b,
                 other = mine == rival->a ? rival->b : rival->a;
        say(reasons, "a third entity is near: %.*s, of the entity of %.*s, with %.*s, %.1f bits",
            PRINT(why_name(input->records, mine, arena)),
            PRINT(why_name(input->records, side ? why->b : why->a, arena)),
            PRINT(why_name(input->records, other, arena)), (double)rival->weight);
    }
}

static void say_path(const struct link_cluster_input *input, const struct link_why *why, struct reasons *reasons)
{
    const struct link_path *path = &why->path;
    if (why->together && path->count == 0)
        say(reasons,
            "no chain of links joins them: one of them was put where it belongs most likely by all records of the "
            "entity together");
    else if (why->together && path->count > 1)
        say(reasons,
            "the strongest way from one to the other is through %zu other record%s; its weakest link has %.1f bits",
            path->count - 1, path->count == 2 ? "" : "s", path->weakest);
    else if (!why->together && path->count > 1)
        say(reasons,
            "the strongest chain of pairs between them goes through %zu other record%s; its weakest link has "
            "%.1f bits, %s",
            path->count - 1, path->count == 2 ? "" : "s", path->weakest,
            path->weakest >= input->join ? "enough to join, were it not for what stands between"
                                         : "too little to join");
    else if (!why->together && path->count == 0)
        say(reasons, "no chain of links or doubts leads from one to the other");
}

void link_why(const struct link_cluster_input *input, const struct link_clusters *clusters, uint32_t a, uint32_t b,
              struct arena *arena, struct link_why *ret)
{
    must(input->records && input->model && a != b && a < input->count && b < input->count);
    const uint32_t *cluster = clusters->cluster;
    *ret = (struct link_why){.a = a, .b = b, .together = cluster[a] == cluster[b]};
    for (uint32_t r = 0; r < input->count; r++) {
        ret->cluster_size[0] += cluster[r] == cluster[a];
        ret->cluster_size[1] += cluster[r] == cluster[b];
    }
    struct reasons reasons = {.arena = arena};
    link_explain(input->records, input->model, a, b, arena, &ret->pair);
    link_path(input, ret->together ? cluster : NULL, !ret->together, a, b, arena, &ret->path);
    if (!ret->together && ret->path.weakest < input->review)
        ret->path = (struct link_path){0}; /* a chain of nothings explains nothing */
    say_blocking(input, a, b, &reasons);
    say_weight(input, &ret->pair, &reasons);
    say_parts(&ret->pair, &reasons);
    if (!ret->together) {
        find_best(input, cluster, ret);
        say_constraints(input, clusters, a, b, &reasons);
        say_between(input, clusters, ret, &reasons);
    }
    for (size_t i = 0; i < input->must_count && ret->together; i++)
        if ((input->must_link[i].a == a && input->must_link[i].b == b) ||
            (input->must_link[i].a == b && input->must_link[i].b == a))
            say(&reasons, "a person said that they are one");
    say_path(input, ret, &reasons);
    ret->reasons = reasons.items;
    ret->reason_count = reasons.count;
}

/* Records of this id, in `source` or (SIZE_MAX) in any; the first two of them. */
static size_t find_id(const struct link_records *records, struct slice id, size_t source, uint32_t ret[2])
{
    size_t count = 0;
    for (uint32_t r = 0; r < records->count; r++) {
        if (!slice_equal(records->ids[r], id) || (source != SIZE_MAX && records->source_of[r] != source))
            continue;
        if (count < 2)
            ret[count] = r;
        count++;
    }
    return count;
}

bool why_find(const struct link_records *records, struct slice name, uint32_t *ret, struct error *err)
{
    uint32_t found[2] = {0, 0};
    struct slice id = name;
    size_t count = find_id(records, id, SIZE_MAX, found);
    for (size_t s = 0; s < link_records_sources(records) && count == 0; s++) {
        struct slice source = link_records_source_name(records, (uint32_t)s);
        if (name.len <= source.len || !slice_starts(name, source) || name.at[source.len] != ':')
            continue;
        id = slice_part(name, source.len + 1, name.len);
        count = find_id(records, id, s, found);
    }
    if (count == 1) {
        *ret = found[0];
        return true;
    }
    if (count > 1 && records->source_of[found[0]] != records->source_of[found[1]]) {
        struct slice x = link_records_source_name(records, records->source_of[found[0]]),
                     y = link_records_source_name(records, records->source_of[found[1]]);
        return error_set(err, ERROR_INPUT, "%zu records have the id %.*s; write %.*s:%.*s or %.*s:%.*s", count,
                         PRINT(slice_part(id, 0, SHOWN)), PRINT(x), PRINT(slice_part(id, 0, SHOWN)), PRINT(y),
                         PRINT(slice_part(id, 0, SHOWN)));
    }
    if (count > 1)
        return error_set(err, ERROR_INPUT,
                         "%zu records of %.*s have the id %.*s, so it names none of them; give each record its own id",
                         count, PRINT(link_records_source_name(records, records->source_of[found[0]])),
                         PRINT(slice_part(id, 0, SHOWN)));
    struct slice near = text_nearest(id, records->ids, records->count);
    if (slice_empty(near))
        return error_set(err, ERROR_NOT_FOUND,
                         "there is no record with the id %.*s; ids are those of the column `id` of "
                         "the specification, or the rows' numbers",
                         PRINT(slice_part(id, 0, SHOWN)));
    return error_set(err, ERROR_NOT_FOUND, "there is no record with the id %.*s; did you mean %.*s?",
                     PRINT(slice_part(id, 0, SHOWN)), PRINT(slice_part(near, 0, SHOWN)));
}
