/* why.h: why are these the same person? For each link the waterfall of match weights.
 *
 * The records of an entity hang together by a tree of links: the heaviest edges that connect them. Each link is
 * explained with the frozen model that made it: the prior, then for each field both values, the level of agreement and
 * the bits that it adds. Values of fields that the grant may not show are left out (`shown` false); their weight stands
 * all the same, so that the sum is right. */
#ifndef STAITHE_HUB_WHY_H
#define STAITHE_HUB_WHY_H

#include "hub/hub.h"

struct why_part {
    struct slice field; /* "Family name" */
    bool shown;         /* both values may be shown */
    bool dates;         /* the values are dates in ISO form */
    struct slice a, b;  /* the two values; empty when missing or not shown */
    struct slice level; /* "equal", "one letter apart", "missing" */
    double weight;      /* bits, with the frequency part */
    double frequency;   /* of those, how far the value's rarity counts */
    double m, u;
};

struct why_record {
    int64_t anchor;
    struct slice source_title, agency_title, row_title;
    struct slice name; /* as shown */
};

struct why_link {
    size_t a, b; /* numbers in `records` */
    double prior, total, probability;
    struct why_part *parts;
    size_t part_count;
    /* Beside the weight: a steward's word, a rule or a guard; empty for none. "joined by a steward on 3 May 2026: same
     * tenancy" */
    struct slice said;
    bool by_steward;
};

struct why_view {
    int64_t linkage, entity; /* 0 when the two are of different entities */
    int64_t model;           /* version */
    double join, review;     /* thresholds, bits */
    struct why_record *records;
    size_t record_count;
    struct why_link *links; /* record_count - 1 of them for an entity; one for a pair */
    size_t link_count;
    bool together;        /* of a pair: whether they share an entity now */
    bool way;             /* the first link is a pair's own, the others the way from the one to the other, if any */
    struct slice outcome; /* in a sentence: why they are, or are not, the same person here */
};

/* The tree of an entity. Audited as "why". */
bool hub_why(const struct hub *hub, const struct guard_session *session, int64_t entity, struct arena *arena,
             struct why_view **ret, struct error *err) MUST_USE;
/* Of two records, joined or not: also why not. Both must be of sources that the grant may match on. Audited as "why".
 */
bool hub_why_pair(const struct hub *hub, const struct guard_session *session, int64_t anchor_a, int64_t anchor_b,
                  struct arena *arena, struct why_view **ret, struct error *err) MUST_USE;

/* The way between two records of an entity: links of which the weakest is as strong as can be. links[0] are the two
 * themselves; behind it each step of the way, where it is longer than one. ERROR_NOT_FOUND unless both are records of
 * it. Audited as "why". */
bool hub_why_path(const struct hub *hub, const struct guard_session *session, int64_t entity, int64_t anchor_a,
                  int64_t anchor_b, struct arena *arena, struct why_view **ret, struct error *err) MUST_USE;
/* Why two people are two: of the pairs across (at most 60 records of each) the one that fits best, the one that fits
 * worst, and in `outcome` what stands between. ERROR_INPUT when they are one. Audited as "why". */
bool hub_why_not(const struct hub *hub, const struct guard_session *session, int64_t entity_a, int64_t entity_b,
                 struct arena *arena, struct why_view **ret, struct error *err) MUST_USE;

#endif
