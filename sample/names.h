/* names.h: names as they are borne in Norfolk, by sex, decade of birth and heritage, and the ways in which they vary.
 *
 * A `struct names` is made once from the tables in names.c and is read-only afterwards: any thread may draw from it. */
#ifndef STAITHE_SAMPLE_NAMES_H
#define STAITHE_SAMPLE_NAMES_H

#include "base/arena.h"

#include "sample/random.h"

enum sex { FEMALE, MALE };

enum heritage {
    HERITAGE_BRITISH,
    HERITAGE_POLISH,
    HERITAGE_LITHUANIAN,
    HERITAGE_PORTUGUESE,
    HERITAGE_ROMANIAN,
    HERITAGE_SOUTH_ASIAN,
    HERITAGE_AFRICAN,
    HERITAGE_CHINESE,
    HERITAGE_COUNT,
};

enum { NAME_SIZE = 48 }; /* bytes of the longest name, with its NUL */

struct names;

/* snprintf for %s, %c, %u, %d of numbers from 0, %llu, with a width of zeros or a precision; cuts what is too long and
 * says nothing: names and addresses here are short by construction. words_vput returns the length written. */
void words_put(char *out, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);
size_t words_vput(char *out, size_t size, const char *format, va_list arguments) PRINTF_LIKE(3, 0);

struct names *names_make(struct arena *arena);

/* A given name, UTF-8; the text lives as long as `names`. */
const char *names_given(const struct names *names, struct rng *rng, enum sex sex, int birth_year,
                        enum heritage heritage);
/* A family name into out (NAME_SIZE bytes). Where a language tells the sexes apart it is the man's form. */
void names_family(const struct names *names, struct rng *rng, enum heritage heritage, char *out);
/* The form that a woman bears: Polish -ska, Lithuanian -ienė for a wife and -aitė for a daughter. In place. */
void names_feminine(struct rng *rng, enum heritage heritage, bool wife, char *family);
/* A short form in use (Bill for William, Peggy for Margaret), or NULL when the name has none. */
const char *names_short(const struct names *names, struct rng *rng, const char *given);
/* How a name is written by somebody who only heard it (Clark for Clarke); false when nothing likely is known. out:
 * NAME_SIZE. */
bool names_misheard(const struct names *names, struct rng *rng, const char *name, char *out);
/* Number of short forms known, and of different family names among the listed ones: for tests. */
size_t names_short_count(const struct names *names);
size_t names_given_count(const struct names *names);

#endif
