/* search_score.h: how well a record's form fits a question's terms. Private to this room. */
#ifndef STAITHE_HUB_SEARCH_SCORE_H
#define STAITHE_HUB_SEARCH_SCORE_H

#include "hub/search_question.h"
#include "hub/search_tokens.h"

enum fit_how {
    FIT_NONE,
    FIT_EQUAL,
    FIT_NICKNAME,
    FIT_PART, /* begins with it */
    FIT_EDIT, /* a letter or two apart */
    FIT_SOUND,
    FIT_INITIAL,
    FIT_SWAPPED, /* day and month */
    FIT_NEAR_DATE,
    FIT_YEAR,
    FIT_NEAR_YEAR,
    FIT_SECTOR, /* near postcode */
};

enum fit_where {
    FIT_GIVEN_NAME,
    FIT_FAMILY_NAME,
    FIT_OTHER_NAME,
    FIT_BIRTH,
    FIT_POSTCODE,
    FIT_NHS,
    FIT_UPRN,
    FIT_ADDRESS
};

struct fit {
    double quality; /* 0 to 1 */
    enum fit_how how;
    enum fit_where where;
    struct slice value; /* of the form */
};

/* The terms of one question, with what a word was found to fit like: the same names come again and again. Up to about
 * 40 kB in the arena; one thread. */
struct fitting;
struct fitting *search_fitting(const struct terms *terms, struct arena *arena) MUST_USE;
/* How well one term, by its number, fits one word of a name: 0 when it is of another kind. */
double search_fit_name(struct fitting *fitting, size_t term, struct slice word);
/* The best fit of one term in one form. */
struct fit search_fit(struct fitting *fitting, size_t number, const struct search_form *form);
#endif
