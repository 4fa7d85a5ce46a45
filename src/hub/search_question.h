/* search_question.h: reads what was typed into terms. Pure; any bytes give some terms or none. Private to this room. */
#ifndef STAITHE_HUB_SEARCH_QUESTION_H
#define STAITHE_HUB_SEARCH_QUESTION_H

#include "base/date.h"
#include "hub/search.h"

enum term_kind {
    TERM_WORD,     /* of a name, or of an address: folded */
    TERM_NUMBER,   /* of a house: "14", "14a", "f2" */
    TERM_DATE,     /* whole */
    TERM_YEAR,     /* of birth */
    TERM_POSTCODE, /* whole, without its space */
    TERM_PART_POSTCODE,
    TERM_NHS,
    TERM_UPRN,
};

struct term {
    enum term_kind kind;
    struct slice asked; /* as typed */
    struct slice text;  /* plain form; dates ISO, years four digits */
    struct date date;
    const struct slice *forms; /* of a word: short and other forms of the name */
    size_t form_count;
    double weight; /* how telling it is: about the bits that a fit is worth */
};

enum { TERMS_MAX = 12 };

struct terms {
    struct term list[TERMS_MAX];
    size_t count;
    struct slice unread_birth, unread_postcode; /* what stood in these fields, when it is no date, no postcode */
    bool birth_hidden;
};

void search_question_read(const struct search_question *question, struct date today, struct arena *arena,
                          struct terms *ret);
/* Takes the dates and years out: before a caller is identified, who is found and in which order must not tell whether a
 * birth date was guessed right. */
void search_question_hide_birth(struct terms *terms);
/* What a caller could be asked and this term says of them: "birth 1952-02-03", "postcode NR13AA", "nhs 9990000000";
 * empty for other terms. Searches and answers are told to be the same fact by it. */
struct slice search_question_fact(const struct term *term, struct arena *arena);
/* ERROR_INPUT for a field that could not be read, and when nothing is left to search by. */
bool search_question_known(const struct terms *terms, struct error *err) MUST_USE;
/* "name margret · born 1952 · postcode NR1" */
struct slice search_question_words(const struct terms *terms, struct arena *arena);

#endif
