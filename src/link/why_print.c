/* why_print.c: the answer of why.c as text, JSON and a picture. */
#include "link/why.h"

#include "base/json.h"
#include "link/picture.h"
#include "link/records.h"

#include <math.h>
#include <stdio.h>

/* What a step of the path rests on. */
static struct slice decided_by(const struct link_cluster_input *input, const struct link_step *step)
{
    if (step->by_person)
        return S("a person's word");
    if (step->edge.guard)
        return input->records->spec->guards[step->edge.guard - 1].name;
    return (double)step->edge.weight >= input->join ? S("weight") : S("too light by itself");
}

static void put_records(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out)
{
    const struct link_spec *spec = input->records->spec;
    buffer_format(out, "  %-24s %-32.60s %.60s\n", "",
                  arena_cstr(out->arena, why_name(input->records, why->a, out->arena)),
                  arena_cstr(out->arena, why_name(input->records, why->b, out->arena)));
    for (size_t c = 0; c < spec->input_count; c++)
        buffer_format(out, "  %-24.60s %-32.200s %.200s\n", arena_cstr(out->arena, spec->columns[c].name),
                      arena_cstr(out->arena, link_records_value(input->records, why->a, c)),
                      arena_cstr(out->arena, link_records_value(input->records, why->b, c)));
}

static void put_waterfall(const struct link_explanation *pair, struct buffer *out)
{
    buffer_format(out, "  %-32s %7.2f\n", "before comparing", pair->prior);
    for (size_t i = 0; i < pair->part_count; i++) {
        const struct link_part *part = &pair->parts[i];
        buffer_format(out, "  %-32.100s %+7.2f  %.*s", arena_cstr(out->arena, part->field), part->weight,
                      PRINT(part->level));
        if (part->frequency != 0)
            buffer_format(out, " (of which %+.2f for how frequent the value is)", part->frequency);
        buffer_add_byte(out, '\n');
    }
    buffer_format(out, "  %-32s %7.2f  probability %.6f\n", "together", pair->total, pair->probability);
}

void link_why_text(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out)
{
    struct arena *arena = out->arena;
    struct slice a = why_name(input->records, why->a, arena), b = why_name(input->records, why->b, arena);
    if (why->together)
        buffer_format(out, "%.*s and %.*s are one entity of %u records\n", PRINT(a), PRINT(b), why->cluster_size[0]);
    else
        buffer_format(out, "%.*s and %.*s are apart: of an entity of %u record%s and one of %u\n", PRINT(a), PRINT(b),
                      why->cluster_size[0], why->cluster_size[0] == 1 ? "" : "s", why->cluster_size[1]);
    put_records(input, why, out);
    buffer_add(out, S("weight in bits:\n"));
    put_waterfall(&why->pair, out);
    buffer_add(out, why->together ? S("why:\n") : S("why not:\n"));
    for (size_t i = 0; i < why->reason_count; i++)
        buffer_format(out, "  - %.*s\n", PRINT(why->reasons[i]));
    if (why->path.count > 1) {
        buffer_format(out, "path:\n  %.*s\n", PRINT(a));
        for (size_t i = 0; i < why->path.count; i++) {
            const struct link_step *step = &why->path.steps[i];
            struct slice by = decided_by(input, step);
            if (step->by_person)
                buffer_format(out, "    %.*s\n", PRINT(by));
            else
                buffer_format(out, "    %+.1f bits, %.*s\n", (double)step->edge.weight, PRINT(by));
            buffer_format(out, "  %.*s\n", PRINT(why_name(input->records, step->record, arena)));
        }
    }
}

/* ---- JSON ---- */

static void pair_record(struct json *json, const char *key, const struct link_cluster_input *input, uint32_t record)
{
    const struct link_records *records = input->records;
    json_key(json, key);
    json_object(json);
    json_pair_text(json, "id", link_records_id(records, record));
    json_pair_text(json, "source", link_records_source_name(records, link_records_source_of(records, record)));
    json_end(json);
}

static void put_edge(struct json *json, const char *key, const struct link_cluster_input *input,
                     const struct link_edge *edge)
{
    json_key(json, key);
    json_object(json);
    pair_record(json, "a", input, edge->a);
    pair_record(json, "b", input, edge->b);
    json_pair_real(json, "weight", (double)edge->weight);
    if (edge->guard)
        json_pair_text(json, "guard", input->records->spec->guards[edge->guard - 1].name);
    json_end(json);
}

void link_parts_json(struct json *json, const struct link_explanation *pair, const char *field)
{
    json_pair_real(json, "prior", pair->prior);
    json_key(json, "parts");
    json_array(json);
    for (size_t i = 0; i < pair->part_count; i++) {
        const struct link_part *part = &pair->parts[i];
        json_object(json);
        json_pair_text(json, field, part->field);
        json_pair_text(json, "a", part->a);
        json_pair_text(json, "b", part->b);
        json_pair_text(json, "level", part->level);
        json_pair_real(json, "m", part->m);
        json_pair_real(json, "u", part->u);
        json_pair_real(json, "weight", part->weight);
        json_pair_real(json, "frequency", part->frequency);
        json_end(json);
    }
    json_end(json);
}

void link_why_json(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out)
{
    static const char *const verdicts[] = {"weight", "join", "review", "quiet", "apart"};
    struct json json = json_to(out);
    json_object(&json);
    json_pair_bool(&json, "together", why->together);
    pair_record(&json, "a", input, why->a);
    pair_record(&json, "b", input, why->b);
    json_pair_integer(&json, "entity_size_a", why->cluster_size[0]);
    json_pair_integer(&json, "entity_size_b", why->cluster_size[1]);
    json_pair_real(&json, "join", input->join);
    link_parts_json(&json, &why->pair, "comparison");
    json_pair_real(&json, "weight", why->pair.total);
    json_pair_real(&json, "probability", why->pair.probability);
    json_pair_text(&json, "verdict", slice_of(verdicts[why->pair.verdict]));
    if (!slice_empty(why->pair.guard))
        json_pair_text(&json, "guard", why->pair.guard);
    json_key(&json, "reasons");
    json_array(&json);
    for (size_t i = 0; i < why->reason_count; i++)
        json_text(&json, why->reasons[i]);
    json_end(&json);
    json_key(&json, "path");
    json_array(&json);
    for (size_t i = 0; i < why->path.count; i++) {
        const struct link_step *step = &why->path.steps[i];
        json_object(&json);
        pair_record(&json, "to", input, step->record);
        if (!step->by_person)
            json_pair_real(&json, "weight", (double)step->edge.weight);
        json_pair_text(&json, "by", decided_by(input, step));
        json_end(&json);
    }
    json_end(&json);
    if (why->has_best)
        put_edge(&json, "strongest_between", input, &why->best);
    for (int side = 0; side < 2; side++)
        if (why->has_rival[side])
            put_edge(&json, side ? "rival_of_b" : "rival_of_a", input, &why->rival[side]);
    json_end(&json);
    buffer_add_byte(out, '\n');
}

/* ---- SVG ---- */

void link_why_svg(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out)
{
    struct arena *arena = out->arena;
    struct slice a = why_name(input->records, why->a, arena), b = why_name(input->records, why->b, arena);
    struct picture picture = {
        S("why"), arena_format(arena, "%.*s and %.*s: %s", PRINT(a), PRINT(b), why->together ? "one entity" : "apart"),
        arena_join(arena, why->reasons, why->reason_count, S("; "))};
    struct picture_step steps[LINK_FIELDS_MAX + 2] = {{S("before comparing"), why->pair.prior}};
    for (size_t i = 0; i < why->pair.part_count; i++)
        steps[i + 1] = (struct picture_step){why->pair.parts[i].field, why->pair.parts[i].weight};
    struct picture_link *links = arena_array(arena, struct picture_link, why->path.count + 1);
    for (size_t i = 0; i < why->path.count; i++) {
        const struct link_step *step = &why->path.steps[i];
        links[i].to = why_name(input->records, step->record, arena);
        links[i].weak = !step->by_person && (double)step->edge.weight < input->join;
        links[i].words = step->by_person ? decided_by(input, step)
                                         : arena_format(arena, "%+.1f bits, %.*s", (double)step->edge.weight,
                                                        PRINT(decided_by(input, step)));
    }
    picture_waterfall(out, &picture, steps, why->pair.part_count + 1, input->join, a, links,
                      why->path.count > 1 ? why->path.count : 0);
}
