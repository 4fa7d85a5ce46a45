/* steward.h: doubtful links and concerns, decided by a person.
 *
 * A decision is on two records (anchors). It outlives every re-link, may be undone, and re-clusters the touched
 * component in all linkages at once, in the same transaction: by the locality law nothing else can change. Entities
 * keep their ids as in linking.h. Every decision rides with its entry in the record of changes. Only a role that may
 * steward, under a purpose whose agreement lets it match on both sources, may decide; everybody who sees a fact may say
 * that it looks wrong.
 *
 * Two stewards at once: the first decides; the second gets ERROR_CONFLICT with the first one's name and verdict, and
 * sees one outcome. */
#ifndef STAITHE_HUB_STEWARD_H
#define STAITHE_HUB_STEWARD_H

#include "hub/hub.h"
#include "hub/view.h"
#include "hub/why.h"

struct doubt_line {
    int64_t a, b; /* anchors */
    double weight;
    struct slice why;                /* "a guard asks for a person's word", "fits two people about equally well", … */
    struct slice name_a, name_b;     /* as the grant shows them */
    struct slice source_a, source_b; /* titles */
    int64_t found_at;
    int64_t alike; /* doubts of its pattern, itself among them */
};

/* Those that teach most first: one pair of each pattern of agreement, the patterns with most that is open before others
 * (what a steward's word on one says of all that agree and differ alike), then the next of each; a pattern of which
 * pairs were decided comes as much later. `skip`: lines of the pages before. Audited as "doubts". */
struct doubt_page {
    struct doubt_line *lines;
    size_t count;
    int64_t total;
    bool more;
    int64_t next; /* what the next page skips */
};
bool hub_doubts(const struct hub *hub, const struct guard_session *session, int64_t skip, int limit,
                struct arena *arena, struct doubt_page *ret, struct error *err) MUST_USE;

/* Both records with what the grant shows of them, the waterfall, and the two entities they are in. Audited as "doubt".
 */
struct doubt_detail {
    int64_t a, b;
    double weight;
    struct slice why;
    bool waiting; /* still on the list */
    struct view_record record_a, record_b;
    int64_t entity_a, entity_b;
    struct why_view *waterfall;
    struct slice decided; /* "Kept apart by a.steward on 3 May 2026: …", or empty */
    int64_t decision;     /* in force, 0: none */
};
bool hub_doubt(const struct hub *hub, const struct guard_session *session, int64_t a, int64_t b, struct arena *arena,
               struct doubt_detail **ret, struct error *err) MUST_USE;

enum verdict { VERDICT_JOIN, VERDICT_KEEP_APART };

struct decided {
    int64_t decision;
    int64_t entity_a, entity_b; /* in the session's linkage, afterwards */
    size_t linkages_changed;
    /* What else moved, of records that the session may match on: those that stood with one of the two and stand with
     * neither now, and how many came to them. A join may push a third record out that cannot be one with the other. */
    const int64_t *parted;
    size_t parted_count, drawn_count;
    struct slice outcome; /* in words; says when a join is forbidden by two verified NHS numbers, and what else moved */
};
bool hub_decide(const struct hub *hub, const struct guard_session *session, int64_t a, int64_t b, enum verdict verdict,
                struct slice reason, struct arena *arena, struct decided *ret, struct error *err) MUST_USE;
/* Takes a decision back, and keeps the reason beside that of the decision; the pair is clustered by its weight again.
 * ERROR_CONFLICT when it is undone already. */
bool hub_undo(const struct hub *hub, const struct guard_session *session, int64_t decision, struct slice reason,
              struct arena *arena, struct decided *ret, struct error *err) MUST_USE;
/* Splits a wrong join: each of `apart` is to be kept apart from every other record of the entity. `apart` may be some
 * of its records, not all. One transaction. ret->entity_a is the entity that stays, entity_b the new one. */
bool hub_split(const struct hub *hub, const struct guard_session *session, int64_t entity, const int64_t *apart,
               size_t apart_count, struct slice reason, struct arena *arena, struct decided *ret,
               struct error *err) MUST_USE;

/* Decisions, newest first. Holds anchors and accounts, no personal data but the reasons. */
struct decision_line {
    int64_t id, a, b;
    enum verdict verdict;
    struct slice decided_by, reason, undone_by, undone_reason;
    int64_t decided_at, undone_at;
};
bool hub_decisions(const struct hub *hub, const struct guard_session *session, int64_t before, int limit,
                   struct arena *arena, struct decision_line **ret, size_t *ret_count, struct error *err) MUST_USE;

/* ---- "This looks wrong" ---- */

/* By any user who may view, on one record of an entity that it may see. `words` at most 2,000 characters. */
bool hub_concern_raise(const struct hub *hub, const struct guard_session *session, int64_t entity, int64_t anchor,
                       struct slice words, int64_t *ret_concern, struct error *err) MUST_USE;

struct concern_line {
    int64_t id, entity, anchor; /* entity: in the steward's own linkage, 0 when it holds no such record now */
    struct slice source_title, said_by, purpose, words;
    int64_t said_at;
    bool open;
    struct slice closed_by, answer;
    int64_t closed_at;
};
/* A steward's list: the open ones, oldest first, or the closed ones, newest first. `after` is the id of the last one of
 * the page before; 0: from the first. Audited as "concerns". */
bool hub_concerns(const struct hub *hub, const struct guard_session *session, bool closed, int64_t after, int limit,
                  struct arena *arena, struct concern_line **ret, size_t *ret_count, struct error *err) MUST_USE;
/* The concerns that the session's own account raised, with their answers. */
bool hub_concerns_mine(const struct hub *hub, const struct guard_session *session, int limit, struct arena *arena,
                       struct concern_line **ret, size_t *ret_count, struct error *err) MUST_USE;
/* ERROR_CONFLICT when it is closed already. */
bool hub_concern_close(const struct hub *hub, const struct guard_session *session, int64_t concern, struct slice answer,
                       struct error *err) MUST_USE;

#endif
