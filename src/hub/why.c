/* The engine explains with everything that it used; what the grant may not show is taken out before anything is handed
 * back. Which two values a field compares is asked of the sources' contracts: a field is shown when, of both records,
 * each column that it reads may be shown or is empty.
 *
 * The explanation is made under the rights to match, in memory; the audit entry names what was shown. */
#include "hub/why.h"

#include "hub/component.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/why_part.h"

enum { RECORDS_MAX = 60 };

/* The heaviest tree over the component's records: links by weight down, those that join two parts taken. A steward's
 * join counts before any weight. */
static size_t tree_of(const struct component *c, struct arena *arena, struct link_pair **ret)
{
    size_t count = c->linked.count, pairs = 0, taken = 0;
    size_t *part = arena_array(arena, size_t, count + 1);
    struct tree_edge *list = arena_array(arena, struct tree_edge, c->edge_count + c->decision_count + 1);
    struct link_pair *tree = arena_array(arena, struct link_pair, count + 1);
    for (size_t i = 0; i < count; i++)
        part[i] = i;
    for (size_t i = 0; i < c->decision_count; i++) {
        int64_t a = linked_find(&c->linked, c->decisions[i].a), b = linked_find(&c->linked, c->decisions[i].b);
        if (c->decisions[i].join && a >= 0 && b >= 0)
            list[pairs++] = (struct tree_edge){1e9, (uint32_t)(a < b ? a : b), (uint32_t)(a < b ? b : a)};
    }
    for (size_t i = 0; i < c->edge_count; i++)
        if (c->edges[i].verdict == LINK_BY_WEIGHT || c->edges[i].verdict == LINK_JOIN)
            list[pairs++] = (struct tree_edge){(double)c->edges[i].weight, c->edges[i].a, c->edges[i].b};
        else
            list[pairs++] = (struct tree_edge){(double)c->edges[i].weight - 1e6, c->edges[i].a, c->edges[i].b};
    array_sort(list, pairs, sizeof *list, tree_edge_order);
    for (size_t i = 0; i < pairs && taken + 1 < count; i++) {
        size_t a = part[list[i].a], b = part[list[i].b];
        if (a == b)
            continue;
        for (size_t k = 0; k < count; k++)
            if (part[k] == b)
                part[k] = a;
        tree[taken++] = (struct link_pair){list[i].a, list[i].b};
    }
    /* Parts that no edge above the floor joins (average linkage may): to the first record. */
    for (size_t i = 1; i < count && taken + 1 < count; i++)
        if (part[i] != part[0]) {
            size_t own = part[i];
            for (size_t k = 0; k < count; k++)
                if (part[k] == own)
                    part[k] = part[0];
            tree[taken++] = (struct link_pair){0, (uint32_t)i};
        }
    *ret = tree;
    return taken;
}

static bool load_component(struct reading *r, const int64_t *anchors, size_t count, struct component *c,
                           struct error *err)
{
    return component_read_only(r->transaction, r->catalogue, anchors, count, r->arena, c, err);
}

static bool finish(struct reading *r, const struct component *c, struct why_view *view, const struct link_pair *pairs,
                   size_t pair_count, struct error *err)
{
    view->linkage = r->linkage;
    view->model = c->version;
    view->join = link_model_join(c->model);
    view->review = link_model_review(c->model);
    if (!why_records(r, c, view, err))
        return false;
    view->links = arena_array(r->arena, struct why_link, pair_count + 1);
    for (size_t i = 0; i < pair_count; i++)
        if (!why_link_make(r, c, pairs[i].a, pairs[i].b, &view->links[view->link_count++], err))
            return false;
    return true;
}

bool hub_why(const struct hub *hub, const struct guard_session *session, int64_t entity, struct arena *arena,
             struct why_view **ret, struct error *err)
{
    struct reading *r;
    struct result rows;
    struct component c;
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF, ARGS(value_integer(r->linkage), value_integer(entity)),
                     arena, &rows, err))
        return false;
    struct slice subject = subject_of(r->linkage, entity, arena);
    if (rows.rows == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
    if (!guard_caller_known(session, subject))
        return error_set(err, ERROR_DENIED, "identify the caller first; then the links can be opened");
    size_t count = rows.rows < RECORDS_MAX ? rows.rows : RECORDS_MAX;
    int64_t *anchors = arena_array(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++)
        anchors[i] = cell_integer(&result_row(&rows, i)[0]);
    struct why_view *view = arena_new(arena, struct why_view);
    struct link_pair *tree;
    if (!load_component(r, anchors, count, &c, err))
        return false;
    size_t tree_count = tree_of(&c, arena, &tree);
    view->entity = entity;
    view->together = true;
    if (!finish(r, &c, view, tree, tree_count, err))
        return false;
    view->outcome = count == 1
                        ? S("Only one record that this purpose may use: nothing was joined.")
                        : arena_format(arena, "%zu records were joined by %zu %s explained below.%s", count,
                                       view->link_count, view->link_count == 1 ? "link; it is" : "links; each is",
                                       rows.rows > count ? " There are more records than are shown." : "");
    if (!hub_read_end(r, S("why"), subject, err))
        return false;
    *ret = view;
    return true;
}

bool hub_why_pair(const struct hub *hub, const struct guard_session *session, int64_t anchor_a, int64_t anchor_b,
                  struct arena *arena, struct why_view **ret, struct error *err)
{
    struct reading *r;
    struct result rows;
    struct component c;
    int64_t anchors[2] = {anchor_a, anchor_b};
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, anchors, 2, arena)), arena, &rows, err))
        return false;
    if (rows.rows != 2)
        return error_set(err, ERROR_NOT_FOUND,
                         "one of the two records is not there for this purpose; open the list again");
    int64_t entity_a = cell_integer(&result_row(&rows, 0)[1]), entity_b = cell_integer(&result_row(&rows, 1)[1]);
    if (!guard_caller_known(session, subject_of(r->linkage, entity_a, arena)) ||
        !guard_caller_known(session, subject_of(r->linkage, entity_b, arena)))
        return error_set(err, ERROR_DENIED, "identify the caller first; then the links can be opened");
    struct why_view *view = arena_new(arena, struct why_view);
    if (!load_component(r, anchors, 2, &c, err))
        return false;
    if (c.linked.count != 2)
        return error_set(err, ERROR_NOT_FOUND,
                         "one of the two records has been closed by its source; open the list again");
    bool as_asked = c.linked.records[0].anchor == anchor_a;
    struct link_pair pair = {as_asked ? 0 : 1, as_asked ? 1 : 0}; /* told in the order of the question */
    view->together = entity_a == entity_b;
    view->entity = view->together ? entity_a : 0;
    if (!finish(r, &c, view, &pair, 1, err))
        return false;
    view->outcome = why_outcome(&c, view, arena);
    if (!hub_read_end(r, S("why"),
                      view->together
                          ? subject_of(r->linkage, entity_a, arena)
                          : arena_format(arena, "%.*s and %.*s", PRINT(subject_of(r->linkage, entity_a, arena)),
                                         PRINT(subject_of(r->linkage, entity_b, arena))),
                      err))
        return false;
    *ret = view;
    return true;
}
