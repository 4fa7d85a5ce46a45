/* search.h: a search for people and homes that forgives.
 *
 * One line of words is read as it comes: names in any order, part of a name (three letters or more), short names (Peggy
 * for Margaret), misspelt ones (sounding alike, or one letter wrong), a year of birth or a full date, a postcode or its
 * first half, an NHS number, a UPRN, a house number with a street. It looks only into sources that the grant may match
 * on, and shows only what the grant may show: a hit by a field that is not shown says "fits a field not shown under
 * this purpose".
 *
 * Hits are ranked by how well they fit: the sum over the asked words of how rare and how exact the fit is; ties
 * by name, then entity. The order is total: the same question gives the same answer.
 *
 * Cost: about a dozen statements: one for all keys of a step in all sources, two for the forms of at most 400
 * candidate records and of the 80 best entities, one for each source that shows something of the hits. */
#ifndef STAITHE_HUB_SEARCH_H
#define STAITHE_HUB_SEARCH_H

#include "hub/hub.h"

struct search_question {
    struct slice words;      /* at most 200 bytes are read */
    struct slice birth_date; /* optional separate fields of the form; each may be empty */
    struct slice postcode;
    int limit; /* hits; 0: 20, at most 100 */
};

struct search_reason {
    struct slice asked; /* "margret" */
    struct slice words; /* "sounds like Margaret", "born 1952", "lives at NR1 3AA" */
};

struct search_hit {
    int64_t entity;       /* a person of the session's linkage, or 0 for a home */
    struct slice uprn;    /* a home, or where the person lives now when that may be shown */
    struct slice name;    /* as the grant may show it */
    struct date born;     /* NO_DATE unless shown */
    struct slice address; /* current, when shown; of a home always */
    double score;         /* 0 to 1: share of what was asked that fits, weighed by how telling it is; 0 when hidden */
    struct search_reason *reasons;
    size_t reason_count;
    const struct slice *sources; /* titles of the sources that hold a record, among those the grant may match on */
    size_t source_count;
    bool died; /* a death date that may be shown */
    /* The caller is not identified yet: no details, and not how well the question fits, or a birth date could be found
     * out by searching with guesses. */
    bool hidden;
    bool whole; /* fits all that was asked, if not to the letter; false when hidden */
};

struct search_answer {
    struct search_hit *hits;
    size_t hit_count;
    bool more;            /* there are more than shown: add a word */
    bool in_part;         /* nobody and nothing fits all that was asked: the hits fit in part; false when hidden */
    bool too_common;      /* the words are shared by so many that only a part was looked at: add a word */
    struct slice read_as; /* how the line was read: "name margret · born 1952 · postcode NR1" */
};

/* What is said above hits of which none fits all. */
#define SEARCH_IN_PART "Nobody fits all of it; these fit in part"

/* Audited as "search" with the words' keyed digest as subject and the hits' records. ERROR_INPUT when nothing can be
 * searched by, ERROR_NOT_FOUND when the hub was not linked yet for the sources of this grant. */
bool hub_search(const struct hub *hub, const struct guard_session *session, const struct search_question *question,
                struct arena *arena, struct search_answer **ret, struct error *err) MUST_USE;

#endif
