/* An example is explained twice, by the model in force and by the one that was asked about: the second is its
 * waterfall, and what differs between the two is its reason. As in why.c all is reckoned under the rights to match, and
 * what the grant may not show is left out by why_part.c. */
#include "hub/what_if.h"

#include "hub/component.h"
#include "hub/household.h"
#include "hub/reading.h"
#include "hub/what_if_part.h"
#include "hub/why_part.h"

#include <math.h>
#include <stdlib.h>

struct showing {
    const struct hub_what_if *found;
    struct reading *reading;
    struct arena *arena;
    struct component before, after;
    struct result entities; /* of all anchors */
};

static bool after_of(struct showing *s, struct error *err)
{
    const struct hub_link_adopt *adopt = &s->found->adopt;
    struct link_options options = {.threads = 1};
    struct arena *own = arena_child(s->arena); /* as person_model_read has it */
    struct link_spec *spec;
    s->after = s->before;
    if (!person_spec_read(adopt->specification, S("the specification"), own, &spec, err) ||
        !link_model_read(adopt->model, S("the model"), spec, own, &s->after.model, err) ||
        !linked_fill(&s->after.linked, spec, s->arena, &s->after.records, err))
        return false;
    s->after.spec = spec;
    return link_prepare(s->after.records, &options, err);
}

static int64_t entity_of(const struct showing *s, int64_t anchor)
{
    for (size_t i = 0; i < s->entities.rows; i++)
        if (cell_integer(&result_row(&s->entities, i)[0]) == anchor)
            return cell_integer(&result_row(&s->entities, i)[1]);
    return 0;
}

/* Which field weighs most otherwise than before. */
static const struct link_part *moved_part(const struct link_explanation *before, const struct link_explanation *after,
                                          double *ret_bits)
{
    const struct link_part *most = NULL;
    *ret_bits = 0;
    for (size_t i = 0; i < after->part_count; i++) {
        double was = 0;
        for (size_t k = 0; k < before->part_count; k++)
            if (slice_equal(before->parts[k].field, after->parts[i].field))
                was = before->parts[k].weight;
        double bits = after->parts[i].weight - was;
        if (fabs(bits) > fabs(*ret_bits))
            most = &after->parts[i], *ret_bits = bits;
    }
    return most;
}

static struct slice rule_words(const struct link_explanation *was, const struct link_explanation *is,
                               struct arena *arena)
{
    if (is->verdict == was->verdict && slice_equal(is->guard, was->guard))
        return NO_SLICE;
    if (is->verdict == LINK_JOIN)
        return arena_format(arena, "the rule “%.*s” would join them", PRINT(is->guard));
    if (is->verdict != LINK_BY_WEIGHT)
        return arena_format(arena, "“%.*s” would hold them", PRINT(is->guard));
    if (was->verdict == LINK_JOIN)
        return arena_format(arena, "the rule “%.*s” joins them today", PRINT(was->guard));
    return was->guard.len ? arena_format(arena, "“%.*s” holds them today", PRINT(was->guard)) : NO_SLICE;
}

static struct slice reason_of(const struct showing *s, bool joins, const struct link_explanation *was,
                              const struct link_explanation *is)
{
    const struct hub_what_if *found = s->found;
    struct arena *arena = s->arena;
    struct slice by_rule = rule_words(was, is, arena);
    double bits;
    const struct link_part *moved = moved_part(was, is, &bits);
    if (by_rule.len)
        return by_rule;
    if (fabs(is->total - was->total) >= 0.05 && moved)
        return arena_format(arena, "they would weigh %.1f bits where it is %.1f; most of that is %.*s, %+.1f",
                            is->total, was->total, PRINT(moved->field), bits);
    if (joins && was->total < found->join[0] && is->total >= found->join[1])
        return arena_format(arena, "they weigh %.1f bits: joined from %g, and not from %g", is->total, found->join[1],
                            found->join[0]);
    if (!joins && was->total >= found->join[0] && is->total < found->join[1])
        return arena_format(arena, "they weigh %.1f bits: enough from %g, and not from %g", is->total, found->join[0],
                            found->join[1]);
    return joins ? arena_format(arena, "they weigh %.1f bits; all their records together would weigh enough to be one",
                                is->total)
                 : arena_format(arena,
                                "they weigh %.1f bits; all their records together would weigh too little to be one",
                                is->total);
}

static bool show_one(struct showing *s, const struct what_if_example *example, struct what_if_view *view,
                     struct error *err)
{
    int64_t a = linked_find(&s->after.linked, example->a), b = linked_find(&s->after.linked, example->b);
    int64_t entity_a = entity_of(s, example->a), entity_b = entity_of(s, example->b);
    struct link_explanation was, is;
    if (a < 0 || b < 0 || !entity_a || !entity_b)
        return true;
    if (!guard_caller_known(s->reading->session, subject_of(s->reading->linkage, entity_a, s->arena)) ||
        !guard_caller_known(s->reading->session, subject_of(s->reading->linkage, entity_b, s->arena)))
        return error_set(err, ERROR_DENIED, "identify the caller first; then the links can be opened");
    link_explain(s->before.records, s->before.model, (uint32_t)a, (uint32_t)b, s->arena, &was);
    link_explain(s->after.records, s->after.model, (uint32_t)a, (uint32_t)b, s->arena, &is);
    if (!why_link_make(s->reading, &s->after, (uint32_t)a, (uint32_t)b, &view->why->links[view->why->link_count], err))
        return false;
    view->shown[view->count++] = (struct what_if_shown){.example = example,
                                                        .link = view->why->link_count++,
                                                        .entity_a = entity_a,
                                                        .entity_b = entity_b,
                                                        .before = was.total,
                                                        .after = is.total,
                                                        .reason = reason_of(s, example->joins, &was, &is)};
    return true;
}

/* The lightest and the heaviest of joins and of splits among them. */
static size_t choose(const struct hub_what_if *found, size_t each, const struct what_if_example **ret)
{
    size_t count = 0;
    for (int joins = 1; joins >= 0; joins--) {
        size_t first = 0, of = 0;
        while (first < found->example_count && found->examples[first].joins != joins)
            first++;
        while (first + of < found->example_count && found->examples[first + of].joins == joins)
            of++;
        size_t kept = of < each ? of : each;
        for (size_t i = 0; i < kept; i++)
            ret[count++] = &found->examples[first + (kept > 1 ? i * (of - 1) / (kept - 1) : 0)];
    }
    return count;
}

bool hub_what_if_show(const struct hub *hub, const struct guard_session *session, const struct hub_what_if *found,
                      size_t each, struct arena *arena, struct what_if_view **ret, struct error *err)
{
    struct showing s = {.found = found, .arena = arena};
    struct what_if_view *view = arena_new(arena, struct what_if_view);
    const struct what_if_example **chosen =
        arena_array(arena, const struct what_if_example *, found->example_count + 1);
    size_t count = choose(found, each, chosen);
    int64_t *anchors = arena_array(arena, int64_t, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        anchors[2 * i] = chosen[i]->a;
        anchors[2 * i + 1] = chosen[i]->b;
    }
    if (!what_if_may(session, err) || !hub_read_begin(hub, session, USE_MATCH, arena, &s.reading, err) ||
        !reading_needs_linkage(s.reading, err))
        return false;
    struct transaction *t = s.reading->transaction;
    if (s.reading->linkage != found->linkage)
        return error_set(err, ERROR_DENIED, "this was asked by somebody who sees other sources; ask again");
    struct value list = id_list(t, anchors, 2 * count, arena);
    if (!component_read_only(t, s.reading->catalogue, anchors, 2 * count, arena, &s.before, err) ||
        !store_query(t, STATEMENT_HUB_ENTITIES_OF_ANCHORS, ARGS(value_integer(s.reading->linkage), list), arena,
                     &s.entities, err) ||
        !after_of(&s, err))
        return false;
    view->why = arena_new(arena, struct why_view);
    *view->why = (struct why_view){.linkage = s.reading->linkage,
                                   .model = s.before.version,
                                   .join = found->join[1],
                                   .review = found->review[1],
                                   .links = arena_array(arena, struct why_link, count + 1)};
    view->shown = arena_array(arena, struct what_if_shown, count + 1);
    if (!why_records(s.reading, &s.after, view->why, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!show_one(&s, chosen[i], view, err))
            return false;
    if (!hub_read_end(s.reading, S("what if"), S("examples"), err))
        return false;
    *ret = view;
    return true;
}
