/* asked.h: what a request asks for, read once for the page and for its sister among the routes for programs.
 *
 * Both faces of a read call the same function here, so neither can look further, ask another guard, or leave another
 * entry in the audit than the other. Each is defined beside its page. False with err set: as the error says, and
 * nothing was handed out. All in the request's arena. */
#ifndef STAITHE_WEB_ASKED_H
#define STAITHE_WEB_ASKED_H

#include "guard/account.h"
#include "guard/audit.h"
#include "guard/change.h"
#include "hub/search.h"
#include "hub/steward.h"
#include "ingest/landing.h"
#include "ingest/quarantine.h"
#include "ingest/source_state.h"
#include "lists/list.h"

#include "web/call.h"
#include "web/what_ifs.h"

/* ---- pages_find.c, pages_person.c ---- */

bool search_question_of(struct call *call, struct search_question *question, struct error *err) MUST_USE;
/* ERROR_NOT_FOUND when no version of it may be shown. */
bool record_asked(struct call *call, struct view_record **ret, size_t *ret_count, struct error *err) MUST_USE;

/* ---- pages_why.c ---- */

/* The links of a person; with "a" and "b" the way between two records. */
bool why_asked(struct call *call, struct why_view **ret, struct error *err) MUST_USE;
struct why_not_page {
    int64_t person, other;
    struct why_view *why;         /* with "other" */
    struct search_answer *answer; /* with "q" instead: who the other may be */
};
bool why_not_asked(struct call *call, struct why_not_page *ret, struct error *err) MUST_USE;

/* ---- pages_list.c ---- */

bool list_asked(struct call *call, struct list_page **ret, struct error *err) MUST_USE;
/* The list with the one person, or ERROR_NOT_FOUND. */
bool list_item_asked(struct call *call, struct list_page **ret, struct error *err) MUST_USE;

/* ---- pages_steward.c ---- */

bool doubts_asked(struct call *call, struct doubt_page *ret, struct error *err) MUST_USE;
bool doubt_asked(struct call *call, struct doubt_detail **ret, struct error *err) MUST_USE;
bool decisions_asked(struct call *call, struct decision_line **ret, size_t *ret_count, bool *ret_more,
                     struct error *err) MUST_USE;
struct concern_page {
    bool closed; /* the closed ones were asked for */
    struct concern_line *lines;
    size_t count;
    bool more;
};
bool concerns_asked(struct call *call, struct concern_page *ret, struct error *err) MUST_USE;

/* ---- pages_what_if.c ---- */

/* The question that "asked" names, or what "join" and "review" say if that was asked before: to look starts no work.
 * Examples are shown of an answer alone. */
struct what_if_page {
    struct model_in_force model;
    struct what_if_question wanted; /* by "join" and "review" */
    bool asked;                     /* there is a question, in work or answered */
    struct what_if_state state;
    struct what_if_view *view; /* NULL: no answer yet */
};
bool what_if_asked(struct call *call, struct what_if_page *ret, struct error *err) MUST_USE;

/* ---- pages_source.c ---- */

bool source_asked(struct call *call, const struct source **ret, struct error *err) MUST_USE;
struct source_report {
    const struct source *source;
    struct source_state state;
    bool counted;             /* figures may be told; what follows but the landings is empty otherwise */
    struct landing *landings; /* the newest 20 */
    size_t landing_count;
    struct column_quality *quality;
    size_t quality_count;
    int64_t records; /* of which the quality speaks */
};
bool source_report(struct call *call, const struct source *source, struct source_report *ret,
                   struct error *err) MUST_USE;
struct landing_report {
    struct landing landing;
    const struct source *source;
    struct quarantine_sum *sums;
    size_t sum_count;
    struct landing_row *rows; /* the first 50 of each fate that is told, without values */
    size_t row_count;
};
/* ERROR_DENIED unless its source may be counted. */
bool landing_report(struct call *call, struct landing_report *ret, struct error *err) MUST_USE;
struct slice words_of_fate(enum row_fate fate);
struct quarantine_page {
    const struct source *source;
    struct quarantine_filter filter;
    struct quarantined *rows;
    size_t count;
    bool more;
};
bool quarantine_asked(struct call *call, struct quarantine_page *ret, struct error *err) MUST_USE;

/* ---- pages_agreement.c ---- */

bool agreement_asked(struct call *call, const struct agreement **ret, struct error *err) MUST_USE;
struct seers {
    const struct source *source; /* NULL: none was chosen */
    struct slice column;         /* empty: any use of the source */
    const struct grant_seer *seers;
    size_t count;
};
bool seers_asked(struct call *call, struct seers *ret, struct error *err) MUST_USE;

/* ---- pages_audit.c ---- */

bool audit_filter_of(struct call *call, struct audit_filter *ret, struct error *err) MUST_USE;
bool changes_asked(struct call *call, struct change **ret, size_t *ret_count, bool *ret_more,
                   struct error *err) MUST_USE;
/* One's own concerns with their answers; none for a role that may not view. */
bool concerns_mine_asked(struct call *call, struct concern_page *ret, struct error *err) MUST_USE;

#endif
