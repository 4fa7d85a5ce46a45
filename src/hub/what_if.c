/* Read once (the records, the entities they are in, the pairs that were kept, stewards' decisions), then nothing is
 * held. Both sides are clustered from what was read. A home is the one that the hub put a record into: matching
 * addresses again would take longer than all the rest, and no threshold changes it. */
#include "hub/what_if.h"

#include "hub/component.h"
#include "hub/linking_write.h"
#include "hub/reading.h"
#include "hub/what_if_part.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct edge_list {
    struct link_edge *edges;
    size_t count, capacity;
};

struct side {
    struct link_records *records;
    const struct link_model *model;
    struct edge_list edges;
    struct link_clusters clusters;
    size_t doubts;
};

struct asking {
    const struct hub *hub;
    const struct guard_session *session;
    const struct what_if_question *question;
    const struct hub_link_options *options;
    struct arena *arena;
    struct reading *reading;
    struct slice sources; /* of the linkage */
    struct linked linked;
    size_t home_capacity;
    struct person_model person;
    struct members members;
    struct decided_pair *decisions;
    size_t decision_count;
    struct side before, after;
};

static bool say(const struct asking *asking, const char *stage, double share, struct error *err)
{
    const struct hub_link_options *options = asking->options;
    return !options->progress || options->progress(options->context, stage, share) ||
           error_set(err, ERROR_CANCELLED, "the question was withdrawn");
}

bool what_if_may(const struct guard_session *session, struct error *err)
{
    return (guard_grant(session) && slice_equal(guard_who(session)->purpose, S("linking"))) ||
           guard_needs(session, ABILITY_STEWARD, err);
}

/* ---- Reading ---- */

/* Only records that stand in an entity: what landed since would be told of one side alone. */
static size_t leave_out_others(struct asking *asking)
{
    struct linked *linked = &asking->linked;
    size_t kept = 0, all = linked->count;
    for (size_t s = 0; s < linked->source_count; s++) {
        struct linked_source *source = &linked->sources[s];
        size_t first = kept;
        for (size_t i = source->first; i < (size_t)source->first + source->count; i++) {
            struct member_row wanted = {.anchor = linked->records[i].anchor};
            if (bsearch(&wanted, asking->members.rows, asking->members.count, sizeof wanted, member_rows_by_anchor))
                linked->records[kept++] = linked->records[i];
        }
        source->first = (uint32_t)first;
        source->count = (uint32_t)(kept - first);
    }
    linked->count = kept;
    linked_order(linked, asking->arena);
    return all - kept;
}

/* As linked_read_some has them: one home a record, by the word of the hub's own table. */
static bool take_residence(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct asking *asking = context;
    struct linked *linked = &asking->linked;
    int64_t record = linked_find(linked, cell_integer(&cells[0]));
    struct slice how = cell_text(&cells[4]);
    (void)columns, (void)err;
    if (record < 0 || slice_equal(how, S("before")))
        return true;
    ARENA_GROW(asking->arena, linked->homes, linked->home_count, asking->home_capacity);
    linked->records[record].home = (uint32_t)linked->home_count;
    linked->records[record].placed = slice_equal(how, S("uprn")) ? PLACED_BY_UPRN : PLACED_BY_ADDRESS;
    linked->homes[linked->home_count++] = (struct linked_home){.uprn = arena_copy(asking->arena, cell_text(&cells[1]))};
    return true;
}

static bool take_edge(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct asking *asking = context;
    struct edge_list *list = &asking->before.edges;
    (void)columns, (void)err;
    ARENA_GROW(asking->arena, list->edges, list->count, list->capacity);
    list->count += component_edge(&asking->linked, cells, &list->edges[list->count]);
    return true;
}

static bool read_all(struct asking *asking, struct slice subject, size_t *ret_left_out, struct error *err)
{
    struct arena *arena = asking->arena;
    struct reading *r;
    if (!say(asking, "reading the records", 0, err) || !linked_read(asking->session, arena, &asking->linked, err) ||
        !say(asking, "reading the links", 0, err) ||
        !hub_read_begin(asking->hub, asking->session, USE_MATCH, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !person_model_read(r->transaction, arena, &asking->person, err))
        return false;
    if (!asking->person.model)
        return error_set(err, ERROR_NOT_FOUND, "the hub was not linked yet; run staithe link");
    asking->reading = r;
    asking->sources = r->grant->match_sources;
    if (!read_members(r->transaction, r->linkage, arena, &asking->members, err))
        return false;
    *ret_left_out = leave_out_others(asking);
    asking->linked.homes = NULL;
    asking->linked.home_count = 0;
    if (!store_each(r->transaction, STATEMENT_HUB_RESIDENCES_ALL, NO_ARGS, take_residence, asking, err) ||
        !store_each(r->transaction, STATEMENT_HUB_EDGES_ALL, NO_ARGS, take_edge, asking, err) ||
        !read_decisions(r->transaction, arena, &asking->decisions, &asking->decision_count, err))
        return false;
    component_order_edges(asking->before.edges.edges, asking->before.edges.count);
    return hub_read_end(r, S("what if"), subject, err);
}

/* ---- The two sides ---- */

static struct link_options engine_of(const struct asking *asking)
{
    return (struct link_options){.threads = asking->options->threads,
                                 .progress = asking->options->progress,
                                 .context = asking->options->context};
}

static bool cluster_side(const struct asking *asking, struct side *side, struct error *err)
{
    struct clustering clustering = {.linked = &asking->linked,
                                    .records = side->records,
                                    .model = side->model,
                                    .edges = side->edges.edges,
                                    .edge_count = side->edges.count,
                                    .decisions = asking->decisions,
                                    .decision_count = asking->decision_count,
                                    .threads = asking->options->threads};
    struct doubt_found *doubts;
    if (!say(asking, "clustering", side == &asking->before ? 0 : 0.5, err) ||
        !clustering_run(&clustering, asking->sources, NULL, asking->arena, &side->clusters, err))
        return false;
    side->doubts =
        clustering_doubts(&clustering, &side->clusters, clustering_codes(&clustering, asking->sources, asking->arena),
                          asking->arena, &doubts);
    return true;
}

static bool make_before(struct asking *asking, struct error *err)
{
    struct link_options engine = engine_of(asking);
    asking->before.model = asking->person.model;
    return linked_fill(&asking->linked, asking->person.spec, asking->arena, &asking->before.records, err) &&
           link_prepare(asking->before.records, &engine, err) && cluster_side(asking, &asking->before, err);
}

/* The specification and the model that were asked for, thresholds and all; the model is NULL where it is to be trained.
 */
static bool asked_model(const struct what_if_question *question, const struct person_model *person, struct arena *arena,
                        struct link_rethreshold *ret, struct error *err)
{
    struct link_rethreshold asked = {person->specification, person->spec,
                                     question->specification.len ? NULL : person->model};
    struct slice file = question->specification.len ? question->specification_of : S("the specification in force");
    if (question->specification.len) {
        asked.specification = question->specification;
        if (!person_spec_read(question->specification, file, arena, &asked.spec, err))
            return false;
    }
    if (question->model.len &&
        !link_model_read(question->model, question->model_of, asked.spec, arena, &asked.model, err))
        return false;
    *ret = asked;
    if (!link_thresholds_given(&question->thresholds))
        return true;
    return asked.model
               ? link_rethreshold(asked.specification, file, asked.model, &question->thresholds, arena, ret, err)
               : link_respecify(asked.specification, file, asked.spec, &question->thresholds, arena,
                                &ret->specification, &ret->spec, err);
}

static bool score_after(struct asking *asking, struct link_rethreshold *asked, struct error *err)
{
    struct link_options engine = engine_of(asking);
    struct side *after = &asking->after;
    struct link_training training;
    struct link_edges edges;
    if (!linked_fill(&asking->linked, asked->spec, asking->arena, &after->records, err) ||
        !link_prepare(after->records, &engine, err) ||
        (!asked->model && !link_train(after->records, &engine, asking->arena, &asked->model, &training, err)) ||
        !link_score(after->records, asked->model, &engine, asking->arena, &edges, err))
        return false;
    after->edges = (struct edge_list){edges.edges, edges.count, edges.count};
    return true;
}

/* The pairs that were kept, under other thresholds. */
static void weigh_after(struct asking *asking, const struct link_rethreshold *asked)
{
    struct side *before = &asking->before, *after = &asking->after;
    after->records = before->records;
    after->edges.count = before->edges.count;
    after->edges.edges = arena_array(asking->arena, struct link_edge, before->edges.count + 1);
    if (before->edges.count)
        memcpy(after->edges.edges, before->edges.edges, before->edges.count * sizeof *after->edges.edges);
    link_edges_rethreshold(after->records, before->model, asked->model, after->edges.edges, after->edges.count);
}

static bool make_after(struct asking *asking, struct hub_what_if *found, struct error *err)
{
    struct link_rethreshold asked;
    if (!asked_model(asking->question, &asking->person, asking->arena, &asked, err))
        return false;
    found->scored = asking->question->specification.len || asking->question->model.len;
    if (found->scored && !score_after(asking, &asked, err))
        return false;
    if (!found->scored)
        weigh_after(asking, &asked);
    asking->after.model = asked.model;
    found->adopt.instead_of = asking->person.version;
    found->adopt.specification = asked.specification;
    found->adopt.model = link_model_write(asked.model, asking->arena);
    return cluster_side(asking, &asking->after, err);
}

/* ---- What differs ---- */

static int by_records(const void *a, const void *b)
{
    const struct what_if_pairs *x = a, *y = b;
    uint64_t p = x->joined + x->split, q = y->joined + y->split;
    if (p != q)
        return p > q ? -1 : 1;
    int order = slice_compare(x->source_a, y->source_a);
    return order ? order : slice_compare(x->source_b, y->source_b);
}

static void count_pairs(const struct asking *asking, struct arena *arena, struct hub_what_if *found)
{
    const struct linked *linked = &asking->linked;
    size_t sources = linked->source_count, count = 0;
    uint32_t *source = arena_array(asking->arena, uint32_t, linked->count + 1);
    uint64_t *sums[2];
    for (size_t i = 0; i < linked->count; i++)
        source[i] = linked->records[i].source;
    for (int k = 0; k < 2; k++)
        sums[k] = arena_array(asking->arena, uint64_t, sources * sources + 1);
    what_if_by_source(asking->before.clusters.cluster, asking->after.clusters.cluster, source, (uint32_t)linked->count,
                      sources, sums[0], sums[1]);
    struct what_if_pairs *pairs = arena_array(arena, struct what_if_pairs, sources * sources + 1);
    for (size_t i = 0; i < sources * sources; i++)
        if (sums[0][i] || sums[1][i])
            pairs[count++] = (struct what_if_pairs){arena_copy(arena, linked->sources[i / sources].source->name),
                                                    arena_copy(arena, linked->sources[i % sources].source->name),
                                                    sums[0][i], sums[1][i]};
    array_sort(pairs, count, sizeof *pairs, by_records);
    found->pairs = pairs;
    found->pair_count = count;
}

/* Evenly over the weights, the lightest and the heaviest among them. */
static size_t spread(const struct asking *asking, const struct what_if_link *links, size_t count, bool joins,
                     struct what_if_example *ret)
{
    size_t kept = count < WHAT_IF_EXAMPLES ? count : WHAT_IF_EXAMPLES;
    for (size_t i = 0; i < kept; i++) {
        const struct what_if_link *link = &links[kept > 1 ? i * (count - 1) / (kept - 1) : 0];
        ret[i] = (struct what_if_example){joins, asking->linked.records[link->a].anchor,
                                          asking->linked.records[link->b].anchor};
    }
    return kept;
}

static void compare_sides(struct asking *asking, struct arena *arena, struct hub_what_if *found)
{
    const struct side *sides[2] = {&asking->before, &asking->after};
    uint32_t *own[2] = {sides[0]->clusters.cluster, sides[1]->clusters.cluster};
    struct what_if_link *joins, *splits;
    what_if_count(own[0], own[1], (uint32_t)asking->linked.count, &found->counts);
    size_t join_count = what_if_links(sides[1]->edges.edges, sides[1]->edges.count, NULL, own[1], own[0], asking->arena,
                                      &joins, &found->links_gained);
    size_t split_count = what_if_links(sides[0]->edges.edges, sides[0]->edges.count, NULL, own[0], own[1],
                                       asking->arena, &splits, &found->links_lost);
    struct what_if_example *examples = arena_array(arena, struct what_if_example, (size_t)2 * WHAT_IF_EXAMPLES);
    found->example_count = spread(asking, joins, join_count, true, examples);
    found->example_count += spread(asking, splits, split_count, false, examples + found->example_count);
    found->examples = examples;
    for (int k = 0; k < 2; k++) {
        found->join[k] = link_model_join(sides[k]->model);
        found->review[k] = link_model_review(sides[k]->model);
        found->doubts[k] = sides[k]->doubts;
        found->expected[k] = what_if_expect(sides[k]->edges.edges, sides[k]->edges.count, own[k]);
    }
    count_pairs(asking, arena, found);
}

static bool asks_something(const struct what_if_question *question, struct error *err)
{
    return link_thresholds_given(&question->thresholds) || question->specification.len || question->model.len ||
           error_set(err, ERROR_USAGE, "say what should be otherwise: thresholds, a specification or a model");
}

static struct slice subject_words(const struct what_if_question *question, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    if (question->specification.len)
        buffer_add(&out, S("another specification"));
    if (question->model.len)
        buffer_format(&out, "%sanother model", out.len ? ", " : "");
    if (!isnan(question->thresholds.join))
        buffer_format(&out, "%sjoin %g", out.len ? ", " : "", question->thresholds.join);
    if (!isnan(question->thresholds.review))
        buffer_format(&out, "%sreview %g", out.len ? ", " : "", question->thresholds.review);
    if (!isnan(question->thresholds.margin))
        buffer_format(&out, "%smargin %g", out.len ? ", " : "", question->thresholds.margin);
    return buffer_slice(&out);
}

bool hub_what_if(const struct hub *hub, const struct guard_session *session, const struct what_if_question *question,
                 const struct hub_link_options *options, struct arena *arena, struct hub_what_if **ret,
                 struct error *err)
{
    int64_t start = host_monotonic(hub->host);
    if (!what_if_may(session, err) || !asks_something(question, err))
        return false;
    struct arena *own = arena_make(0);
    struct hub_what_if *found = arena_new(arena, struct hub_what_if);
    struct asking asking = {.hub = hub, .session = session, .question = question, .options = options, .arena = own};
    bool done = read_all(&asking, subject_words(question, own), &found->left_out, err) && make_before(&asking, err) &&
                make_after(&asking, found, err);
    if (done) {
        compare_sides(&asking, arena, found);
        found->model = asking.person.version;
        found->linkage = asking.reading->linkage;
        found->linked_at = asking.reading->linked_at;
        found->records = asking.linked.count;
        found->adopt.specification = arena_copy(arena, found->adopt.specification);
        found->adopt.model = arena_copy(arena, found->adopt.model);
        found->seconds = (double)(host_monotonic(hub->host) - start) / 1e9;
        *ret = found;
    }
    arena_free(own);
    return done || error_wrap(err, "what if");
}

static bool read_model(const struct hub *hub, const struct guard_session *session, struct arena *arena,
                       struct person_model *ret, int64_t *ret_linked_at, struct error *err)
{
    struct reading *r;
    if (!what_if_may(session, err) || !hub_read_begin(hub, session, USE_MATCH, arena, &r, err) ||
        !reading_needs_linkage(r, err) || !person_model_read(r->transaction, arena, ret, err))
        return false;
    transaction_rollback(r->transaction);
    *ret_linked_at = r->linked_at;
    return ret->model || error_set(err, ERROR_NOT_FOUND, "the hub was not linked yet; run staithe link");
}

bool hub_model_in_force(const struct hub *hub, const struct guard_session *session, struct arena *arena,
                        struct model_in_force *ret, struct error *err)
{
    struct person_model person;
    int64_t linked_at;
    if (!read_model(hub, session, arena, &person, &linked_at, err))
        return false;
    *ret = (struct model_in_force){person.version, linked_at, link_model_join(person.model),
                                   link_model_review(person.model), person.specification};
    return true;
}

bool hub_what_if_adopt(const struct hub *hub, const struct guard_session *session,
                       const struct what_if_question *question, struct arena *arena, struct hub_link_adopt *ret,
                       struct error *err)
{
    struct person_model person;
    struct link_rethreshold asked;
    int64_t linked_at;
    if (!asks_something(question, err) || !read_model(hub, session, arena, &person, &linked_at, err) ||
        !asked_model(question, &person, arena, &asked, err))
        return false;
    *ret = (struct hub_link_adopt){.instead_of = person.version,
                                   .specification = asked.specification,
                                   .model = asked.model ? link_model_write(asked.model, arena) : NO_SLICE};
    return true;
}
