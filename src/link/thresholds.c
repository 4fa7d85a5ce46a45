/* The text is changed by lines, so that a county's comments stay; it is then read again, and must say what was asked.
 * The model's own copy of the thresholds follows, and its digest, which is the specification's. */
#include "link/thresholds.h"

#include "link/model.h"

#include <math.h>

bool link_thresholds_given(const struct link_thresholds *thresholds)
{
    return !isnan(thresholds->join) || !isnan(thresholds->review) || !isnan(thresholds->margin);
}

bool link_thresholds_read(struct slice words, struct link_thresholds *ret, struct error *err)
{
    struct link_thresholds read = LINK_THRESHOLDS_KEPT;
    struct slice rest = words, part;
    while (slice_cut(&rest, ',', &part)) {
        size_t equals = slice_find(part, '=');
        struct slice name = slice_trim(slice_part(part, 0, equals));
        double *to = slice_equal(name, S("join"))     ? &read.join
                     : slice_equal(name, S("review")) ? &read.review
                     : slice_equal(name, S("margin")) ? &read.margin
                                                      : NULL;
        if (!to)
            return error_set(err, ERROR_USAGE, "\"%.*s\" is no threshold; write join=12,review=6 (or margin=4)",
                             PRINT(name));
        if (!slice_real(slice_trim(slice_part(part, equals + 1, part.len)), to) || !isfinite(*to))
            return error_set(err, ERROR_USAGE, "the threshold %.*s needs a number of bits, as in %.*s=6", PRINT(name),
                             PRINT(name));
    }
    if (!link_thresholds_given(&read))
        return error_set(err, ERROR_USAGE, "no threshold is given; write join=12,review=6");
    *ret = read;
    return true;
}

static bool blank(struct slice line)
{
    struct slice words = slice_trim(line);
    return words.len == 0 || words.at[0] == '#';
}

/* The text without its thresholds, and in their place `line`. */
static struct slice put_line(struct slice text, struct slice line, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    struct slice rest = text, own;
    bool within = false, put = false;
    while (slice_cut(&rest, '\n', &own)) {
        if (slice_starts(own, S("thresholds:")) && !put) {
            buffer_format(&out, "%.*s\n", PRINT(line));
            within = put = true;
            continue;
        }
        within = within && (blank(own) || own.at[0] == ' ' || own.at[0] == '}');
        if (!within || blank(own))
            buffer_format(&out, "%.*s\n", PRINT(own));
    }
    if (!put)
        buffer_format(&out, "%.*s\n", PRINT(line));
    return buffer_slice(&out);
}

bool link_respecify(struct slice text, struct slice file, const struct link_spec *spec,
                    const struct link_thresholds *thresholds, struct arena *arena, struct slice *ret_text,
                    struct link_spec **ret, struct error *err)
{
    double join = isnan(thresholds->join) ? spec->join : thresholds->join;
    double review = isnan(thresholds->review) ? fmin(spec->review, join) : thresholds->review;
    double margin = isnan(thresholds->margin) ? spec->margin : thresholds->margin;
    if (review > join)
        return error_set(err, ERROR_INPUT,
                         "a pair that is doubtful from %g bits cannot join from %g already; give join at least review",
                         review, join);
    if (review < spec->floor)
        return error_set(err, ERROR_INPUT,
                         "pairs below %g bits are not kept; give thresholds from there on, or lower the floor in a "
                         "specification",
                         spec->floor);
    struct slice line = arena_format(arena, "thresholds: {join: %.10g, review: %.10g, floor: %.10g, margin: %.10g}",
                                     join, review, spec->floor, margin);
    struct slice other = put_line(text, line, arena);
    if (!link_spec_read(other, file, arena, ret, err))
        return error_wrap(err, "the specification with other thresholds");
    if ((*ret)->comparison_count != spec->comparison_count || (*ret)->column_count != spec->column_count)
        return error_set(err, ERROR_CONFLICT, "%.*s is no longer what was linked by it; ask again", PRINT(file));
    *ret_text = other;
    return true;
}

bool link_rethreshold(struct slice specification, struct slice file, const struct link_model *model,
                      const struct link_thresholds *thresholds, struct arena *arena, struct link_rethreshold *ret,
                      struct error *err)
{
    struct link_rethreshold made;
    if (!link_respecify(specification, file, model->spec, thresholds, arena, &made.specification, &made.spec, err))
        return false;
    made.model = arena_new(arena, struct link_model);
    *made.model = *model;
    made.model->spec = made.spec;
    made.model->join = made.spec->join;
    made.model->review = made.spec->review;
    made.model->floor = made.spec->floor;
    *ret = made;
    return true;
}

void link_edges_rethreshold(const struct link_records *records, const struct link_model *before,
                            const struct link_model *after, struct link_edge *edges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (edges[i].verdict == LINK_JOIN && edges[i].weight <= (float)fmax(before->join, after->join))
            edges[i] = link_score_pair(records, after, edges[i].a, edges[i].b);
}
