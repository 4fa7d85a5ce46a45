/* search_tokens.h: what a record is found by: the rows of its source's search table.
 *
 * Each current record has one *form* (all that it may be matched on, packed in one text) and a handful of tokens, all
 * of them made from the form alone, so that a change is: take away the old form's tokens, add the new one's. Beside
 * them the table holds each distinct name word with its misspellings, for forgiving. Pure.
 *
 * Attributes (the first column of the table):
 *   form   "0000000042=<form>"   the anchor in ten digits
 *   name   a word of any name
 *   pair   the Soundex of two name words, in byte order, and the words in the same order: "J500 S530 john smith",
 *          whichever was given and whichever family name
 *   year   Soundex of a name word, the year of birth, and the word: "S530 1952 smith"
 *   born   1952-02-03
 *   code   postcode without its space
 *   nhs, uprn
 *   street a number and a word of the address: "14 high"
 *   near   a name word with one letter left out, and the word: "smth smith"; anchor 0
 *   sound  its Soundex and the word: "S530 smith"; anchor 0
 *
 * Words stand behind the sounds so that how well a record's names fit is known before its form is read. A change of
 * what is kept here changes the sign between anchor and form: linking then makes the tables anew. */
#ifndef STAITHE_HUB_SEARCH_TOKENS_H
#define STAITHE_HUB_SEARCH_TOKENS_H

#include "hub/person_form.h"

enum { SEARCH_WORDS_MAX = 12, SEARCH_ADDRESS_MAX = 16 };

/* A form taken apart; slices point into its text. */
struct search_form {
    struct slice given[SEARCH_WORDS_MAX], family[SEARCH_WORDS_MAX],
        other[SEARCH_WORDS_MAX]; /* other: known as, previous */
    size_t given_count, family_count, other_count;
    struct slice birth, postcode, nhs_number, uprn;
    struct slice address[SEARCH_ADDRESS_MAX];
    size_t address_count;
};

/* The form of a record; `uprn` is that of the home it was put into, or its own. */
struct slice search_form_pack(const struct person_form *form, struct slice uprn, struct arena *arena);
void search_form_unpack(struct slice packed, struct search_form *ret);
/* "0000000042=<form>" and back; false for one that an older program wrote. */
struct slice search_form_token(int64_t anchor, struct slice packed, struct arena *arena);
bool search_form_untoken(struct slice token, int64_t *ret_anchor, struct slice *ret_packed) MUST_USE;

/* "J500 S530 john smith"; empty when one of them has no sound. */
struct slice search_pair_token(struct slice a, struct slice b, struct arena *arena);

typedef void search_emit(void *context, struct slice attribute, struct slice token);
/* Every token of the form but the form itself; each once. */
void search_tokens(const struct search_form *form, struct arena *scratch, search_emit *emit, void *context);
/* near and sound rows of one name word. */
void search_word_tokens(struct slice word, struct arena *scratch, search_emit *emit, void *context);

#endif
