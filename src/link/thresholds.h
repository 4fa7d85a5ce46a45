/* thresholds.h: a model with other thresholds, frozen as it is in everything else.
 *
 * What a pair weighs does not hang on the thresholds, so edges that were kept serve for all of them down to the floor;
 * only what a rule joins is said to weigh at least the joining threshold, and is weighed again. */
#ifndef STAITHE_LINK_THRESHOLDS_H
#define STAITHE_LINK_THRESHOLDS_H

#include "link/link.h"

/* NAN: as the model has it. */
struct link_thresholds {
    double join, review, margin;
};

#define LINK_THRESHOLDS_KEPT ((struct link_thresholds){NAN, NAN, NAN})
bool link_thresholds_given(const struct link_thresholds *thresholds);
/* "join=12,review=6": any of join, review and margin. ERROR_USAGE. */
bool link_thresholds_read(struct slice words, struct link_thresholds *ret, struct error *err) MUST_USE;

/* A specification with other thresholds: of its text only the line of the thresholds is another. A doubt's threshold
 * that is not given is never above that of joining. `file` names the text in errors; ERROR_INPUT for thresholds that do
 * not rise from the floor, below which no edge is kept. */
bool link_respecify(struct slice text, struct slice file, const struct link_spec *spec,
                    const struct link_thresholds *thresholds, struct arena *arena, struct slice *ret_text,
                    struct link_spec **ret, struct error *err) MUST_USE;

/* The same, with the model of the specification: frozen as it is in all else. */
struct link_rethreshold {
    struct slice specification;
    struct link_spec *spec;
    struct link_model *model;
};
bool link_rethreshold(struct slice specification, struct slice file, const struct link_model *model,
                      const struct link_thresholds *thresholds, struct arena *arena, struct link_rethreshold *ret,
                      struct error *err) MUST_USE;

/* Edges of one model as the other gives them, which differs from it in its thresholds alone. */
void link_edges_rethreshold(const struct link_records *records, const struct link_model *before,
                            const struct link_model *after, struct link_edge *edges, size_t count);

#endif
