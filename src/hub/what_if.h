/* what_if.h: which people would join and split under other thresholds, other rules or another model, before they are
 * adopted. Nothing is changed.
 *
 * Asked of the linkage that the session sees, as it was linked last: records that came since stand in no entity yet and
 * are left out. Both sides are clustered anew by the same means, so that what differs is what was asked. Thresholds
 * alone are answered from the pairs that were kept (3.5 seconds of one processor for 133,000 records, most of it
 * reading); another specification or model has every pair compared again, as long as linking takes. Memory is about
 * that of linking. The session must be a steward's, or the hub's own for linking.
 *
 * The answer holds counts, numbers of records and no personal values; what an example is about is shown by
 * hub_what_if_show under the session's own grant. Both are audited as "what if". */
#ifndef STAITHE_HUB_WHAT_IF_H
#define STAITHE_HUB_WHAT_IF_H

#include "hub/hub.h"
#include "hub/linking.h"
#include "hub/why.h"

#include "link/what_if.h"

/* Any of these; with none of them ERROR_USAGE. */
struct what_if_question {
    struct link_thresholds thresholds; /* LINK_THRESHOLDS_KEPT: as they are */
    struct slice specification,
        specification_of;         /* its text, and its file's name for errors; empty: the one in force */
    struct slice model, model_of; /* likewise; empty: trained anew for another specification */
};

enum { WHAT_IF_EXAMPLES = 40 }; /* kept, of joins and of splits each, spread over the weights */

struct what_if_pairs {
    struct slice source_a, source_b; /* names */
    uint64_t joined, split;          /* pairs of records */
};

struct what_if_example {
    bool joins;   /* else splits */
    int64_t a, b; /* anchors */
};

struct hub_what_if {
    int64_t model, linkage, linked_at; /* what it rests on */
    bool scored;                       /* every pair was compared anew */
    double join[2], review[2];         /* thresholds before and after, bits */
    size_t records, left_out;
    struct what_if counts;
    uint64_t links_gained, links_lost; /* links (by weight or rule) that only one of the two has within an entity */
    size_t doubts[2];                  /* that would wait for a steward */
    struct what_if_expected expected[2];
    const struct what_if_pairs *pairs; /* by source, only those with any, the most first */
    size_t pair_count;
    const struct what_if_example *examples; /* joins first, the lightest of each first */
    size_t example_count;
    struct hub_link_adopt adopt; /* what adopting it would put in force */
    double seconds;
};

/* options: threads and progress, as for hub_link. ERROR_NOT_FOUND before the first linking. */
bool hub_what_if(const struct hub *hub, const struct guard_session *session, const struct what_if_question *question,
                 const struct hub_link_options *options, struct arena *arena, struct hub_what_if **ret,
                 struct error *err) MUST_USE;

/* What is to be put in force for an answer of yes, without asking the whole hub: where a model must be trained it is
 * left out, and hub_link trains it. */
bool hub_what_if_adopt(const struct hub *hub, const struct guard_session *session,
                       const struct what_if_question *question, struct arena *arena, struct hub_link_adopt *ret,
                       struct error *err) MUST_USE;

struct what_if_shown {
    const struct what_if_example *example;
    size_t link;                /* of the view's links: the pair's waterfall as it would be */
    int64_t entity_a, entity_b; /* today */
    double before, after;       /* the pair's weight */
    struct slice reason;        /* one sentence without a full stop */
};
struct what_if_view {
    struct why_view *why; /* records and links of all that is shown */
    struct what_if_shown *shown;
    size_t count;
};
/* `each` joins and as many splits, spread over those that were kept; those whose records have gone since are left out.
 */
bool hub_what_if_show(const struct hub *hub, const struct guard_session *session, const struct hub_what_if *found,
                      size_t each, struct arena *arena, struct what_if_view **ret, struct error *err) MUST_USE;

/* What links today: the thresholds and the words of the specification. Holds nothing of anybody. ERROR_NOT_FOUND before
 * the first linking. */
struct model_in_force {
    int64_t version, linked_at; /* when the session's linkage was linked last */
    double join, review;        /* bits */
    struct slice specification;
};
bool hub_model_in_force(const struct hub *hub, const struct guard_session *session, struct arena *arena,
                        struct model_in_force *ret, struct error *err) MUST_USE;

#endif
