/* Two questions that why.h asks beside the tree of an entity: which way leads from one of its records to another, and
 * why two people are two. Both are answered from what the hub kept when it was linked last (edges, decisions) and the
 * frozen model; weights between records that never met are reckoned here. */
#include "hub/component.h"
#include "hub/household.h"
#include "hub/linking_write.h"
#include "hub/reading.h"
#include "hub/why.h"
#include "hub/why_part.h"

#include "link/why.h"

#include <math.h>

enum { WAY_MOST = 2000, SIDE_MOST = 60 }; /* records of a person that are looked at */

static bool read_members_of(struct reading *r, int64_t entity, size_t most, int64_t *anchors, size_t *count,
                            struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF, ARGS(value_integer(r->linkage), value_integer(entity)),
                     r->arena, &rows, err))
        return false;
    if (rows.rows == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
    if (!guard_caller_known(r->session, subject_of(r->linkage, entity, r->arena)))
        return error_set(err, ERROR_DENIED, "identify the caller first; then the links can be opened");
    for (size_t i = 0; i < rows.rows && i < most; i++)
        anchors[(*count)++] = cell_integer(&result_row(&rows, i)[0]);
    return true;
}

static struct why_view *start_view(struct reading *r, const struct component *c, size_t links, struct error *err)
{
    struct why_view *view = arena_new(r->arena, struct why_view);
    *view = (struct why_view){.linkage = r->linkage,
                              .model = c->version,
                              .join = link_model_join(c->model),
                              .review = link_model_review(c->model),
                              .links = arena_array(r->arena, struct why_link, links + 1)};
    return why_records(r, c, view, err) ? view : NULL;
}

static bool add_link(struct reading *r, const struct component *c, struct why_view *view, uint32_t a, uint32_t b,
                     struct error *err)
{
    return why_link_make(r, c, a, b, &view->links[view->link_count++], err);
}

/* ---- The way between two records ---- */

/* The strongest way over links and stewards' joins; none where all records together made them one. */
static void find_way(const struct component *c, uint32_t from, uint32_t to, struct arena *arena, struct link_path *ret)
{
    struct link_pair *joins = arena_array(arena, struct link_pair, c->decision_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < c->decision_count; i++) {
        int64_t a = linked_find(&c->linked, c->decisions[i].a), b = linked_find(&c->linked, c->decisions[i].b);
        if (c->decisions[i].join && a >= 0 && b >= 0)
            joins[count++] = (struct link_pair){(uint32_t)a, (uint32_t)b};
    }
    struct link_cluster_input input = {.count = (uint32_t)c->linked.count,
                                       .edges = c->edges,
                                       .edge_count = c->edge_count,
                                       .must_link = joins,
                                       .must_count = count,
                                       .keys = link_records_keys(c->records)};
    link_path(&input, NULL, false, from, to, arena, ret);
}

static struct slice way_words(const struct link_path *way, struct arena *arena)
{
    if (way->count == 0)
        return S("No chain of links leads from one to the other: all the records of this person together made them "
                 "one. Their own weights stand below.");
    if (way->count == 1)
        return S("The two records are joined by a link of their own.");
    struct slice others =
        way->count == 2 ? S("one other record") : arena_format(arena, "%zu other records", way->count - 1);
    return isinf(way->weakest)
               ? arena_format(arena, "The way between them leads through %.*s, joined by stewards.", PRINT(others))
               : arena_format(
                     arena,
                     "The strongest way between them leads through %.*s; its weakest link has %.1f bits. Their "
                     "own weights stand first, then each link of the way.",
                     PRINT(others), way->weakest);
}

bool hub_why_path(const struct hub *hub, const struct guard_session *session, int64_t entity, int64_t anchor_a,
                  int64_t anchor_b, struct arena *arena, struct why_view **ret, struct error *err)
{
    struct reading *r;
    struct component c;
    struct link_path way;
    int64_t *anchors = arena_array(arena, int64_t, WAY_MOST);
    size_t count = 0;
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !read_members_of(r, entity, WAY_MOST, anchors, &count, err) ||
        !component_read_only(r->transaction, r->catalogue, anchors, count, arena, &c, err))
        return false;
    int64_t a = linked_find(&c.linked, anchor_a), b = linked_find(&c.linked, anchor_b);
    if (a < 0 || b < 0 || a == b)
        return error_set(err, ERROR_NOT_FOUND, "choose two records of this person");
    find_way(&c, (uint32_t)a, (uint32_t)b, arena, &way);
    struct why_view *view = start_view(r, &c, way.count + 1, err);
    if (!view || !add_link(r, &c, view, (uint32_t)a, (uint32_t)b, err))
        return false;
    uint32_t at = (uint32_t)a;
    for (size_t i = 0; way.count > 1 && i < way.count; i++) {
        if (!add_link(r, &c, view, at, way.steps[i].record, err))
            return false;
        at = way.steps[i].record;
    }
    view->way = true;
    view->together = true;
    view->entity = entity;
    view->outcome = way_words(&way, arena);
    if (!hub_read_end(r, S("why"), subject_of(r->linkage, entity, arena), err))
        return false;
    *ret = view;
    return true;
}

/* ---- Two people ---- */

struct sides {
    const struct component *c;
    const uint8_t *side; /* by record: 0 or 1 */
    struct link_edge best, worst;
};

/* Of all pairs across, the one that fits best and the one that fits worst. */
static void weigh_across(struct sides *s)
{
    bool first = true;
    for (uint32_t a = 0; a < s->c->linked.count; a++)
        for (uint32_t b = 0; b < s->c->linked.count; b++) {
            if (s->side[a] || !s->side[b])
                continue;
            struct link_edge edge = link_score_pair(s->c->records, s->c->model, a, b);
            edge.a = a, edge.b = b;
            if (first || edge.weight > s->best.weight)
                s->best = edge;
            if (first || edge.weight < s->worst.weight)
                s->worst = edge;
            first = false;
        }
}

/* A word of a steward, of the identifiers' owner or of a source that stands between the two; empty for none. A source
 * that shows nothing to this session is not named. */
static struct slice stands_between(const struct reading *r, const struct sides *s, const struct why_view *view,
                                   struct arena *arena)
{
    const struct linked *linked = &s->c->linked;
    uint64_t *codes = verified_codes(linked, r->grant->match_sources, arena), own[2] = {0, 0};
    for (size_t i = 0; i < s->c->decision_count; i++) {
        int64_t a = linked_find(linked, s->c->decisions[i].a), b = linked_find(linked, s->c->decisions[i].b);
        if (!s->c->decisions[i].join && a >= 0 && b >= 0 && s->side[a] != s->side[b])
            return S("a steward said of two of their records that they are of two people");
    }
    for (size_t i = 0; i < linked->count; i++)
        if (codes[i])
            own[s->side[i]] = codes[i];
    if (own[0] && own[1] && own[0] != own[1])
        return why_numbers_differ(view);
    for (size_t n = 0; n < linked->source_count; n++) {
        const struct linked_source *source = &linked->sources[n];
        bool has[2] = {false, false};
        for (uint32_t i = source->first; i < source->first + source->count; i++)
            has[s->side[i]] = true;
        if (!source->source->no_duplicates || !has[0] || !has[1])
            continue;
        const struct reading_source *theirs = reading_source_of(r, source->source->name);
        bool shown = theirs && theirs->granted && theirs->granted->column_count;
        return arena_format(arena, "%.*s holds each person once, and has a record of both",
                            PRINT(shown ? source->source->title : S("a source")));
    }
    return NO_SLICE;
}

static struct slice apart_words(const struct reading *r, const struct sides *s, const struct why_view *view,
                                struct arena *arena)
{
    struct slice between = stands_between(r, s, view, arena);
    const struct why_link *best = &view->links[0];
    if (between.len)
        return arena_format(arena, "Two people here: %.*s. The two records that fit best weigh %.1f bits.",
                            PRINT(between), best->total);
    if (best->said.len)
        return arena_format(arena, "Two people here. The two records that fit best weigh %.1f bits; %.*s.", best->total,
                            PRINT(best->said));
    if (best->total >= view->join)
        return arena_format(arena,
                            "Two people here: two of their records weigh %.1f bits, enough to join, but all their "
                            "records together do not.",
                            best->total);
    return arena_format(arena, "Two people here: the two records that fit best weigh %.1f bits; they join from %.1f%s.",
                        best->total, view->join,
                        best->total >= view->review ? ", and until then a steward decides" : "");
}

bool hub_why_not(const struct hub *hub, const struct guard_session *session, int64_t entity_a, int64_t entity_b,
                 struct arena *arena, struct why_view **ret, struct error *err)
{
    struct reading *r;
    struct component c;
    int64_t anchors[2 * SIDE_MOST];
    size_t first = 0, count;
    if (entity_a == entity_b)
        return error_set(err, ERROR_INPUT, "these are one person here; choose another, or see why they are one");
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !read_members_of(r, entity_a, SIDE_MOST, anchors, &first, err))
        return false;
    count = first;
    if (!read_members_of(r, entity_b, SIDE_MOST, anchors, &count, err) ||
        !component_read_only(r->transaction, r->catalogue, anchors, count, arena, &c, err))
        return false;
    uint8_t *side = arena_array(arena, uint8_t, c.linked.count + 1);
    size_t of[2] = {0, 0};
    for (size_t i = first; i < count; i++) {
        int64_t record = linked_find(&c.linked, anchors[i]);
        if (record >= 0)
            side[record] = 1;
    }
    for (size_t i = 0; i < c.linked.count; i++)
        of[side[i]]++;
    if (!of[0] || !of[1])
        return error_set(err, ERROR_NOT_FOUND, "one of the two has been closed by its sources; search again");
    struct sides sides = {.c = &c, .side = side};
    weigh_across(&sides);
    struct why_view *view = start_view(r, &c, 2, err);
    if (!view || !add_link(r, &c, view, sides.best.a, sides.best.b, err))
        return false;
    if ((sides.worst.a != sides.best.a || sides.worst.b != sides.best.b) &&
        !add_link(r, &c, view, sides.worst.a, sides.worst.b, err))
        return false;
    view->outcome = apart_words(r, &sides, view, arena);
    if (!hub_read_end(r, S("why"),
                      arena_format(arena, "%.*s and %.*s", PRINT(subject_of(r->linkage, entity_a, arena)),
                                   PRINT(subject_of(r->linkage, entity_b, arena))),
                      err))
        return false;
    *ret = view;
    return true;
}
