/* search_inside.h: what the parts of one search share: the candidates (search_candidates.c), how well they fit
 * (search_rank.c), the answer (search.c). Private to this room. */
#ifndef STAITHE_HUB_SEARCH_INSIDE_H
#define STAITHE_HUB_SEARCH_INSIDE_H

#include "hub/reading.h"
#include "hub/search_question.h"
#include "hub/search_score.h"

enum { CANDIDATES_MAX = 400, ENTITIES_MAX = 80 };
/* The least share of what was asked that a hit fits by. */
#define LEAST_SCORE 0.45
/* … and from which wider keys are not asked for. */
#define FITS_WELL 0.75

struct candidate {
    int64_t anchor;
    size_t source; /* number in searching.sources */
    size_t row;    /* which of its source's rows of the key it was */
    /* How well each term fits by what the keys say that led here: at least so well, for the form may say more. */
    double told[TERMS_MAX];
};

struct searching {
    struct reading *r;
    struct terms terms;
    struct fitting *fitting; /* of the terms */
    struct slice *sources;   /* that may be matched on: names */
    size_t *numbers;         /* of them in reading.sources */
    size_t source_count;
    size_t wanted;                /* how many hits are handed out */
    struct candidate *candidates; /* each once */
    size_t count;
    struct candidate_place *places; /* of the candidates by anchor: search_candidates.c's */
    bool widened;                   /* the wider keys have been asked */
    bool too_common;                /* some key is shared by more than were looked at */
    struct packed_form *forms;      /* that were read, by anchor: search_rank.c's */
    size_t form_count;
};

/* Under the rights to match. Keys from the most telling to the least; a broad one is asked only when the narrow ones
 * gave little. */
bool search_find(struct searching *searching, struct error *err) MUST_USE;
/* When the narrow keys led to nobody who fits well: each telling word by itself, with what it may be a slip for. */
bool search_widen(struct searching *searching, struct error *err) MUST_USE;
/* The first term of a kind, or NULL. */
const struct term *search_term(const struct terms *terms, enum term_kind kind);

/* An entity, with each term's best fit among its records. */
struct scored {
    int64_t entity;
    double score;
    struct fit fits[TERMS_MAX];
    struct slice fit_sources[TERMS_MAX]; /* names */
    enum age_group age;
    struct slice name; /* once it is known, for ties */
    size_t loaded;     /* its number in what was loaded */
};

/* Under the rights to match: the best entities of the candidates, best first, at most ENTITIES_MAX; none when no
 * candidate's own record fits well and the wider keys have not been asked yet. */
bool search_rank(struct searching *searching, struct scored *ret, size_t *ret_count, struct error *err) MUST_USE;

#endif
